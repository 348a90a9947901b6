//! What spans say of the minutes around a start, counted where they are read.
//!
//! Hours are too long for this, and spans are not kept; so those that answer requests are counted by the minute, in whole
//! numbers, in which parts of a file add up in any order. Beyond the limit the services with the first names stay: what is
//! among the first of the whole is among the first of each part, so that none of its spans was let go.

use std::collections::BTreeMap;

use hark_event::{Moment, Origin, Span};

use super::{Measure, SERVICES_MAX, Vicinity, kept_around};

/// Requests of one service in one minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Answered {
    requests: u64,
    nanos: u64,
    failures: u64,
}

/// Requests that spans answered, by service and minute.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Traced {
    answered: BTreeMap<Origin, BTreeMap<i64, Answered>>,
    cut: u64,
}

impl Traced {
    /// Counts a span, if it answers a request within what is kept around the start.
    pub(crate) fn hear(&mut self, span: &Span<'_>, start: Moment) {
        let (from, to) = kept_around(start);
        if !span.kind.is_incoming() || span.end < from || span.end >= to {
            return;
        }
        if !self.answered.contains_key(span.origin) {
            self.answered.insert(span.origin.clone(), BTreeMap::new());
        }
        let minutes = self.answered.get_mut(span.origin).expect("it was inserted above");
        let answered = minutes.entry(span.end.seconds().div_euclid(60)).or_default();
        answered.requests += 1;
        answered.nanos = answered.nanos.saturating_add(span.duration_nanos());
        answered.failures += u64::from(span.is_error);
        self.keep();
    }

    /// Adds another account.
    pub(crate) fn merge(&mut self, other: Traced) {
        self.cut += other.cut;
        for (origin, minutes) in other.answered {
            let known = self.answered.entry(origin).or_default();
            for (minute, more) in minutes {
                let answered = known.entry(minute).or_default();
                answered.requests += more.requests;
                answered.nanos = answered.nanos.saturating_add(more.nanos);
                answered.failures += more.failures;
            }
        }
        self.keep();
    }

    fn keep(&mut self) {
        while self.answered.len() > SERVICES_MAX {
            let (_, minutes) = self.answered.pop_last().expect("there are too many");
            self.cut += minutes.values().map(|answered| answered.requests).sum::<u64>();
        }
    }
}

impl Vicinity {
    /// Takes what spans say, once all of them were read.
    pub fn hear_spans(&mut self, traced: &Traced) {
        self.cut += traced.cut;
        for (origin, minutes) in &traced.answered {
            if self.courses.len() >= SERVICES_MAX && !self.courses.contains_key(origin) {
                self.cut += minutes.values().map(|answered| answered.requests).sum::<u64>();
                continue;
            }
            let course = self.courses.entry(origin.clone()).or_default();
            for (minute, answered) in minutes {
                course.add(Measure::RequestsTraced, *minute, answered.requests as f64);
                course.add(Measure::SecondsTraced, *minute, answered.nanos as f64 / 1e9);
                course.add(Measure::FailuresTraced, *minute, answered.failures as f64);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::SpanKind;

    use super::*;

    fn traced(spans: &[(&str, i64, SpanKind, bool)]) -> Traced {
        let mut traced = Traced::default();
        for (service, seconds, kind, is_error) in spans {
            let end = Moment::from_seconds(*seconds);
            traced.hear(
                &Span {
                    start: end.plus_seconds(-2),
                    end,
                    origin: &Origin { service: Arc::from(*service), environment: "production".into() },
                    operation: "GET /",
                    kind: *kind,
                    is_error: *is_error,
                    peer: None,
                    is_retry: false,
                    trace: 1,
                    id: 1,
                    parent: None,
                    version: None,
                    file: &Arc::from("spans.json"),
                    line: 1,
                },
                Moment::from_seconds(0),
            );
        }
        traced
    }

    #[test]
    fn requests_that_are_answered_count_by_the_minute_and_parts_add_up() {
        let spans = [
            ("cart", 10, SpanKind::Server, false),
            ("cart", 50, SpanKind::Server, true),
            ("cart", 50, SpanKind::Client, true),
            ("cart", -200_000, SpanKind::Server, true),
            ("cart", 70, SpanKind::Consumer, false),
        ];
        let whole = traced(&spans);
        let mut parts = traced(&spans[2..]);
        parts.merge(traced(&spans[..2]));
        assert_eq!(parts, whole);
        let mut vicinity = Vicinity::around(Moment::from_seconds(0));
        vicinity.hear_spans(&whole);
        let course = vicinity.courses().values().next().expect("one service answered");
        let of = |measure| course.minutes(measure).iter().map(|minute| minute.sum).collect::<Vec<f64>>();
        assert_eq!(of(Measure::RequestsTraced), [2.0, 1.0]);
        assert_eq!(of(Measure::SecondsTraced), [4.0, 2.0]);
        assert_eq!(of(Measure::FailuresTraced), [1.0, 0.0]);
    }

    #[test]
    fn of_too_many_services_the_same_stay_however_they_are_divided() {
        let names: Vec<String> = (0..SERVICES_MAX + 9).map(|at| format!("service-{at:05}")).collect();
        let spans: Vec<(&str, i64, SpanKind, bool)> =
            names.iter().map(|name| (name.as_str(), 1, SpanKind::Server, false)).collect();
        let whole = traced(&spans);
        let mut parts = traced(&spans[300..]);
        parts.merge(traced(&spans[..300]));
        assert_eq!(parts, whole);
        assert_eq!((whole.answered.len(), whole.cut), (SERVICES_MAX, 9));
    }
}

//! What services did in the minutes around one moment: traffic, time spent, failures.
//!
//! Signals are found by the hour and from weeks; where an outage began shows within minutes, and often there is no more than a
//! day of history. So a listener that is told of a start keeps, besides all else, what series say of requests, and when each
//! minute did: for two days before the start, as what is usual, and for half an hour after it. Nothing is said from it.
//!
//! Which series those are is guessed from their names ([`Measure`]). Series of one service add up, latencies are averaged.
//! A latency that is told by route is not weighed by the traffic of that route.

mod followed;
mod measure;
mod traced;

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Hour, Moment, Origin};

use crate::cell::HourCells;

pub use followed::{Followed, Visit, Visits};
pub use measure::Measure;
pub use traced::Traced;

/// What lies so long before the start says what is usual.
const USUAL_SECONDS: i64 = 2 * 86_400;
/// So long after the start a service still tells what hurt then.
const AFTER_SECONDS: i64 = 30 * 60;
/// Services whose minutes are kept.
const SERVICES_MAX: usize = 512;
/// Counters of which the last value is kept.
const COUNTERS_MAX: usize = 20_000;
/// What is said of what was cut.
const CUT_MINUTES: &str = "samples and spans around the start beyond 512 services or 20,000 counters";
const CUT_REQUESTS: &str = "spans and records of requests around the start beyond 20,000 traces, 200,000 entries of them all, or 256 spans or 512 shapes of one";
/// A counter that was not heard for so long begins anew.
const GAP_SECONDS_MAX: i64 = 3_600;

/// One measure of one service in one minute.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Minute {
    /// Minutes since 1970.
    pub minute: i64,
    /// The sum over its series.
    pub sum: f64,
    /// How many series.
    pub series: u32,
}

impl Minute {
    /// The mean over its series.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.series.max(1))
    }
}

/// What one service did, minute by minute.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Course {
    measures: BTreeMap<Measure, Measured>,
}

/// The minutes of one measure.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Measured {
    /// The first of its series by name.
    series: Option<Arc<str>>,
    minutes: Vec<Minute>,
}

impl Course {
    /// The minutes of a measure, in order.
    pub fn minutes(&self, measure: Measure) -> &[Minute] {
        self.measures.get(&measure).map_or(&[], |measured| measured.minutes.as_slice())
    }

    /// The series that a measure was read from, or the first of them by name.
    pub fn series(&self, measure: Measure) -> Option<&str> {
        self.measures.get(&measure)?.series.as_deref()
    }

    fn name(&mut self, measure: Measure, series: &Arc<str>) {
        let known = &mut self.measures.entry(measure).or_default().series;
        if known.as_ref().is_none_or(|known| series < known) {
            *known = Some(series.clone());
        }
    }

    /// Adds what one series says of a minute. Minutes of one hour come in any order, hours in order.
    fn add(&mut self, measure: Measure, minute: i64, value: f64) {
        let minutes = &mut self.measures.entry(measure).or_default().minutes;
        match minutes.binary_search_by_key(&minute, |known| known.minute) {
            Ok(at) => {
                minutes[at].sum += value;
                minutes[at].series += 1;
            }
            Err(at) => minutes.insert(at, Minute { minute, sum: value, series: 1 }),
        }
    }
}

/// The minutes around one moment.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Vicinity {
    start: Moment,
    courses: BTreeMap<Origin, Course>,
    /// When counters were heard last, and what they said.
    counters: BTreeMap<(Origin, Arc<str>), (Moment, f64)>,
    /// Requests that came to services, as far as traces tell of them.
    visits: Visits,
    cut: u64,
}

impl Vicinity {
    /// Of a moment of which nothing is known yet.
    pub fn around(start: Moment) -> Self {
        Self { start, courses: BTreeMap::new(), counters: BTreeMap::new(), visits: Visits::default(), cut: 0 }
    }

    /// The moment.
    pub fn start(&self) -> Moment {
        self.start
    }

    /// What each service did.
    pub fn courses(&self) -> &BTreeMap<Origin, Course> {
        &self.courses
    }

    /// Requests that came to services, as far as traces tell of them.
    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// Takes the requests that were followed.
    pub(crate) fn take_visits(&mut self, visits: Visits) {
        self.visits = visits;
    }

    /// What was let go because there was no room for it, in words.
    pub(crate) fn cuts(&self) -> [(&'static str, u64); 2] {
        [(CUT_MINUTES, self.cut), (CUT_REQUESTS, self.visits.cut)]
    }

    /// Takes what was heard in an hour, or in the part of it that is over. Hours come in order, each of them once.
    pub(crate) fn hear(&mut self, hour: Hour, cells: &HourCells) {
        let (from, to) = self.kept();
        if hour.end() <= from || hour.end().plus_seconds(-3_600) >= to {
            return;
        }
        let all = cells.metrics.iter().flat_map(|(origin, all)| all.iter().map(move |one| (origin, one)));
        for (origin, (series, samples)) in all {
            let measures = measure::measures(series);
            let Some((first, _)) = measures.first() else { continue };
            // A counter of failed requests counts requests, too: what it grew by is asked of it once.
            let is_cumulative = first.is_cumulative();
            assert!(
                measures.iter().all(|(measure, _)| measure.is_cumulative() == is_cumulative),
                "one series, one kind"
            );
            let values = samples.clone().sorted();
            let values = if is_cumulative { self.rates((origin, series), values) } else { values };
            for (measure, factor) in measures {
                self.hear_series((origin, series), measure, factor, &values);
            }
        }
    }

    fn kept(&self) -> (Moment, Moment) {
        kept_around(self.start)
    }

    fn hear_series(
        &mut self,
        (origin, series): (&Origin, &Arc<str>),
        measure: Measure,
        factor: f64,
        values: &[(Moment, f64)],
    ) {
        let known = self.courses.contains_key(origin);
        if !known && self.courses.len() >= SERVICES_MAX {
            self.cut += values.len() as u64;
            return;
        }
        let (from, to) = self.kept();
        let kept =
            values.iter().copied().filter(|(time, value)| *time >= from && *time < to && value.is_finite());
        let mut minutes: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
        for (time, value) in kept {
            let (sum, samples) = minutes.entry(time.seconds().div_euclid(60)).or_default();
            *sum += value * factor;
            *samples += 1;
        }
        if minutes.is_empty() {
            return;
        }
        let course = self.courses.entry(origin.clone()).or_default();
        course.name(measure, series);
        for (minute, (sum, samples)) in minutes {
            course.add(measure, minute, sum / f64::from(samples));
        }
    }

    /// What a counter grew by in a minute, from one sample to the next; a restart says nothing.
    fn rates(
        &mut self,
        (origin, series): (&Origin, &Arc<str>),
        values: Vec<(Moment, f64)>,
    ) -> Vec<(Moment, f64)> {
        let key = (origin.clone(), series.clone());
        if self.counters.len() >= COUNTERS_MAX && !self.counters.contains_key(&key) {
            self.cut += values.len() as u64;
            return Vec::new();
        }
        let mut last = self.counters.get(&key).copied();
        let mut rates = Vec::new();
        for (time, value) in values.into_iter().filter(|(_, value)| value.is_finite()) {
            if let Some((before, known)) = last {
                let seconds = time.seconds_since(before);
                if seconds <= 0 {
                    continue;
                }
                if seconds <= GAP_SECONDS_MAX && value >= known {
                    rates.push((time, (value - known) * 60.0 / seconds as f64));
                }
            }
            last = Some((time, value));
        }
        if let Some(last) = last {
            self.counters.insert(key, last);
        }
        rates
    }
}

/// From when on, and up to when, minutes are kept.
fn kept_around(start: Moment) -> (Moment, Moment) {
    (start.plus_seconds(-USUAL_SECONDS), start.plus_seconds(AFTER_SECONDS))
}

#[cfg(test)]
mod tests {
    use hark_event::Place;

    use super::*;
    use crate::cell::Samples;

    fn heard(series: &[(&str, &[(i64, f64)])]) -> Vicinity {
        let start = Moment::from_seconds(3 * 86_400);
        let origin = Origin { service: "cart".into(), environment: "production".into() };
        let mut hours: BTreeMap<Hour, HourCells> = BTreeMap::new();
        for (name, samples) in series {
            for (seconds, value) in *samples {
                let time = start.plus_seconds(*seconds);
                let place = Place { file: "cart.csv".into(), line: 1 };
                let samples = Samples { values: vec![(time, *value)], place };
                hours.entry(time.hour()).or_default().add_samples((origin.clone(), (*name).into()), samples);
            }
        }
        let mut vicinity = Vicinity::around(start);
        hours.iter().for_each(|(hour, cells)| vicinity.hear(*hour, cells));
        vicinity
    }

    /// Minutes after the start with the value of each.
    #[track_caller]
    fn check(series: &[(&str, &[(i64, f64)])], measure: Measure, expected: &[(i64, f64)]) {
        let vicinity = heard(series);
        let minutes: Vec<(i64, f64)> = vicinity
            .courses()
            .values()
            .flat_map(|course| course.minutes(measure))
            .map(|minute| (minute.minute - 3 * 1_440, minute.sum))
            .collect();
        assert_eq!(minutes, expected);
    }

    #[test]
    fn two_days_before_and_half_an_hour_after_are_kept_by_the_minute() {
        let samples = [(-200_000, 1.0), (-120, 2.0), (-90, 4.0), (60, 5.0), (1_799, 6.0), (1_800, 7.0)];
        check(&[("requests", &samples)], Measure::Requests, &[(-2, 3.0), (1, 5.0), (29, 6.0)]);
    }

    #[test]
    fn counters_say_what_they_grew_by_in_a_minute_over_hours_and_restarts() {
        let samples = [(-3_630, 100.0), (-3_600, 130.0), (-3_480, 150.0), (-60, 9.0), (0, 19.0)];
        check(
            &[("http_requests_total", &samples)],
            Measure::RequestsCounted,
            &[(-60, 60.0), (-58, 10.0), (0, 10.0)],
        );
    }

    #[test]
    fn series_of_one_service_add_up_and_those_of_its_calls_to_others_do_not() {
        let routes: [(&str, &[(i64, f64)]); 3] = [
            ("requests{route=\"/a\"}", &[(0, 2.0)]),
            ("requests{route=\"/b\"}", &[(0, 3.0)]),
            ("client_requests{upstream=\"mail\"}", &[(0, 9.0)]),
        ];
        check(&routes, Measure::Requests, &[(0, 5.0)]);
    }

    #[test]
    fn a_counter_of_failed_requests_counts_both() {
        let series: [(&str, &[(i64, f64)]); 1] =
            [("http_requests_total{code=\"5xx\"}", &[(-60, 10.0), (0, 14.0), (60, 20.0)])];
        check(&series, Measure::RequestsCounted, &[(0, 4.0), (1, 6.0)]);
        check(&series, Measure::FailuresCounted, &[(0, 4.0), (1, 6.0)]);
    }

    #[test]
    fn what_is_no_number_is_not_kept() {
        check(
            &[("requests", &[(0, f64::NAN), (60, f64::INFINITY), (120, 1.0)])],
            Measure::Requests,
            &[(2, 1.0)],
        );
    }
}

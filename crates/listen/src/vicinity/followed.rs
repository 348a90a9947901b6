//! Requests that are followed from service to service around a start, by the traces that spans and records carry.
//!
//! Minutes add up what all requests of a service went through; this keeps what went on in single ones: how long a service had
//! each of them, and what it said meanwhile. How long is told by who asked, where both ends are known: what lies between the
//! one that asks and the one that answers belongs to the latter, so that a slow way to a service is found at that service.
//!
//! Of many traces those with the smallest hashes stay, apart for what is usual and for what is looked at, so that parts of
//! the input merge in any order and each hour of two days is as likely to be kept. Limits within a trace work alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::{LogRecord, Moment, Origin, Span, SpanKind};
use rustc_hash::FxHashMap;

use super::kept_around;

/// Traces that are followed, of those before the start and of those since then.
const TRACES_MAX: usize = 20_000;
/// So many more may stand there before some are let go.
const TRACES_SLACK: usize = TRACES_MAX / 4;
/// Spans of one trace, on either side of calls, and shapes that all services together say in it.
const SPANS_MAX: usize = 256;
const SHAPES_MAX: usize = 512;

/// One request at one service.
#[derive(Clone, PartialEq, Debug)]
pub struct Visit {
    /// When it was over, or first spoken of, in seconds since 1970.
    pub second: i64,
    /// How long the service had it; none if no span tells.
    pub seconds: Option<f64>,
    /// The same without those that it asked in turn.
    pub own_seconds: Option<f64>,
    /// The patterns of which the service said something in its course, each once, and whether more than once.
    pub said: Vec<(Arc<str>, bool)>,
}

/// Requests that were followed, once all of them were read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Visits {
    /// By who had them, in order of time.
    pub of: BTreeMap<Origin, Vec<Visit>>,
    /// Who asked whom.
    pub calls: BTreeSet<(Origin, Origin)>,
    /// How many spans and records were let go.
    pub(crate) cut: u64,
}

/// One side of a call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Side {
    origin: Origin,
    parent: Option<u64>,
    nanos: u64,
    second: i64,
    /// Whether whoever asked waited for it.
    is_awaited: bool,
}

/// One trace, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Trace {
    asking: BTreeMap<u64, Side>,
    answering: BTreeMap<u64, Side>,
    /// Shapes by who said them, and when for the first and the second time.
    said: BTreeMap<(u64, Origin), Times>,
    /// Spans that were heard, and these with all records: what is let go is counted by what is left, so that order changes nothing.
    spans: u64,
    events: u64,
}

/// The first two moments at which something was said; the same line twice, as in files that overlap, is once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Times {
    first: Moment,
    second: Option<Moment>,
}

impl Times {
    fn add(self, more: Self) -> Self {
        let mut all = [Some(self.first), self.second, Some(more.first), more.second];
        all.sort_unstable();
        let first = self.first.min(more.first);
        Self { first, second: all.into_iter().flatten().find(|time| *time > first) }
    }
}

/// Requests that are followed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Followed {
    /// Before the start, and since then.
    traces: [BTreeMap<u64, Trace>; 2],
    cut: u64,
}

impl Followed {
    /// Keeps a span that stands on one side of a call, if it lies around the start.
    pub(crate) fn hear_span(&mut self, span: &Span<'_>, start: Moment) {
        let (from, to) = kept_around(start);
        let is_side = span.kind.is_incoming() || span.kind.is_outgoing();
        if !is_side || span.trace == 0 || span.id == 0 || span.end < from || span.end >= to {
            return;
        }
        let side = Side {
            origin: span.origin.clone(),
            parent: span.parent,
            nanos: span.duration_nanos(),
            second: span.end.seconds(),
            is_awaited: matches!(span.kind, SpanKind::Server | SpanKind::Client),
        };
        let trace = self.trace(span.trace, span.end >= start);
        (trace.spans, trace.events) = (trace.spans + 1, trace.events + 1);
        let sides = if span.kind.is_incoming() { &mut trace.answering } else { &mut trace.asking };
        keep_least(sides.entry(span.id), side);
        trace.keep();
    }

    /// Keeps of which shape a record is, if it was said in the course of a trace around the start.
    pub(crate) fn hear_record(&mut self, record: &LogRecord<'_>, shape: u64, start: Moment) {
        let (from, to) = kept_around(start);
        // Of a file whose records stand in no order most arrive with the latest of them; here it counts when it happened.
        let time = record.time.unwrap_or(record.arrival);
        let Some(trace) = record.trace.filter(|_| time >= from && time < to) else { return };
        let trace = self.trace(trace, time >= start);
        trace.events += 1;
        let times = Times { first: time, second: None };
        let known = trace.said.entry((shape, record.origin.clone())).or_insert(times);
        *known = known.add(times);
        trace.keep();
    }

    fn trace(&mut self, id: u64, is_since: bool) -> &mut Trace {
        let traces = &mut self.traces[usize::from(is_since)];
        if traces.len() >= TRACES_MAX + TRACES_SLACK && !traces.contains_key(&id) {
            self.cut += cut_traces(traces);
        }
        self.traces[usize::from(is_since)].entry(id).or_default()
    }

    /// Adds another account.
    pub(crate) fn merge(&mut self, other: Followed) {
        self.cut += other.cut;
        for (traces, others) in self.traces.iter_mut().zip(other.traces) {
            for (id, more) in others {
                let known = traces.entry(id).or_default();
                more.asking.into_iter().for_each(|(id, side)| keep_least(known.asking.entry(id), side));
                more.answering.into_iter().for_each(|(id, side)| keep_least(known.answering.entry(id), side));
                for (key, times) in more.said {
                    let known = known.said.entry(key).or_insert(times);
                    *known = known.add(times);
                }
                (known.spans, known.events) = (known.spans + more.spans, known.events + more.events);
                known.keep();
            }
            if traces.len() > TRACES_MAX + TRACES_SLACK {
                self.cut += cut_traces(traces);
            }
        }
    }

    /// What went on at each service. Shapes are named by this, and left out if it does not know them.
    pub(crate) fn visits<'a>(mut self, name: impl Fn(&Origin, u64) -> Option<&'a str>) -> Visits {
        let mut names: FxHashMap<(u64, Origin), Option<Arc<str>>> = FxHashMap::default();
        let mut visits = Visits::default();
        for traces in &mut self.traces {
            self.cut += cut_traces(traces);
            for trace in std::mem::take(traces).into_values() {
                self.cut += trace.spans.saturating_sub((trace.asking.len() + trace.answering.len()) as u64);
                visits.calls.extend(trace.calls());
                let mut of_trace: BTreeMap<Origin, Visit> = BTreeMap::new();
                for (origin, had) in trace.had() {
                    let seconds = |nanos: u64| Some(nanos as f64 / 1e9);
                    let own_seconds = seconds(had.nanos.saturating_sub(had.given));
                    let visit = Visit {
                        second: had.second,
                        seconds: seconds(had.nanos),
                        own_seconds,
                        said: Vec::new(),
                    };
                    of_trace.insert(origin, visit);
                }
                let mut said: BTreeMap<Origin, BTreeMap<Arc<str>, Times>> = BTreeMap::new();
                for (key, times) in trace.said {
                    let named =
                        names.entry(key.clone()).or_insert_with(|| name(&key.1, key.0).map(Arc::from));
                    let Some(named) = named.clone() else { continue };
                    let known = said.entry(key.1).or_default().entry(named).or_insert(times);
                    *known = known.add(times);
                }
                for (origin, patterns) in said {
                    let first = patterns.values().map(|times| times.first).min().unwrap_or(Moment::MIN);
                    let visit =
                        Visit { second: first.seconds(), seconds: None, own_seconds: None, said: Vec::new() };
                    let said = patterns.into_iter().map(|(pattern, times)| (pattern, times.second.is_some()));
                    of_trace.entry(origin).or_insert(visit).said = said.collect();
                }
                for (origin, visit) in of_trace {
                    visits.of.entry(origin).or_default().push(visit);
                }
            }
        }
        visits.of.values_mut().for_each(|visits| visits.sort_by_key(|visit| visit.second));
        visits.cut = self.cut;
        visits
    }
}

impl Trace {
    fn calls(&self) -> impl Iterator<Item = (Origin, Origin)> + '_ {
        self.answering.values().filter_map(|side| {
            let asker = self.asking.get(&side.parent?).filter(|asker| asker.origin != side.origin)?;
            Some((asker.origin.clone(), side.origin.clone()))
        })
    }

    fn keep(&mut self) {
        cut_to(&mut self.asking, SPANS_MAX);
        cut_to(&mut self.answering, SPANS_MAX);
        cut_to(&mut self.said, SHAPES_MAX);
    }

    /// How long each service had the request.
    fn had(&self) -> BTreeMap<Origin, Had> {
        let mut all: BTreeMap<Origin, Had> = BTreeMap::new();
        for side in self.answering.values() {
            let asker = side.parent.and_then(|parent| self.asking.get(&parent));
            let asker = asker.filter(|asker| side.is_awaited && asker.is_awaited);
            let nanos = asker.map_or(side.nanos, |asker| asker.nanos.max(side.nanos));
            let had = all.entry(side.origin.clone()).or_insert(Had::asking());
            had.second = side.second.max(had.second);
            had.nanos = had.nanos.saturating_add(nanos);
            if let Some(asker) = asker {
                // Who only asks is no visit of anybody, and is left out below.
                let given = &mut all.entry(asker.origin.clone()).or_insert(Had::asking()).given;
                *given = given.saturating_add(nanos);
            }
        }
        all.retain(|_, had| had.second != i64::MIN);
        all
    }
}

/// How long a service had a request, and how much of that it gave to those that it asked.
#[derive(Clone, Copy)]
struct Had {
    /// When it was done.
    second: i64,
    nanos: u64,
    given: u64,
}

impl Had {
    /// Of one of which it is not known yet that anybody asked it.
    fn asking() -> Self {
        Self { second: i64::MIN, nanos: 0, given: 0 }
    }
}

/// Of two that claim to be the same the lesser stays, whoever came first.
fn keep_least<K: Ord, V: Ord>(entry: std::collections::btree_map::Entry<'_, K, V>, value: V) {
    use std::collections::btree_map::Entry;
    match entry {
        Entry::Vacant(empty) => {
            empty.insert(value);
        }
        Entry::Occupied(mut known) => {
            if value < *known.get() {
                known.insert(value);
            }
        }
    }
}

/// Lets the largest keys go.
fn cut_to<K: Ord, V>(map: &mut BTreeMap<K, V>, most: usize) {
    while map.len() > most {
        map.pop_last();
    }
}

/// Lets the traces with the largest hashes go; says of how much was heard in them.
fn cut_traces(traces: &mut BTreeMap<u64, Trace>) -> u64 {
    let mut cut = 0;
    while traces.len() > TRACES_MAX {
        cut += traces.pop_last().map_or(0, |(_, trace)| trace.events);
    }
    cut
}

#[cfg(test)]
mod tests {
    use hark_event::{Level, RecordFields};

    use super::*;

    const START: Moment = Moment::from_seconds(1_000_000);

    /// One thing that was heard: a span of (trace, id, parent, service, kind, seconds), or a shape that a service says in a trace.
    #[derive(Clone, Copy)]
    enum Told {
        Span(u64, u64, Option<u64>, &'static str, SpanKind, i64),
        Said(u64, u64, &'static str),
    }

    fn origin(service: &str) -> Origin {
        Origin { service: Arc::from(service), environment: "production".into() }
    }

    fn followed(told: &[Told]) -> Followed {
        let file: Arc<str> = Arc::from("x");
        let mut followed = Followed::default();
        for one in told {
            match *one {
                Told::Span(trace, id, parent, service, kind, seconds) => followed.hear_span(
                    &Span {
                        start: START,
                        end: START.plus_seconds(seconds),
                        origin: &origin(service),
                        operation: "GET /",
                        kind,
                        is_error: false,
                        peer: None,
                        is_retry: false,
                        trace,
                        id,
                        parent,
                        version: None,
                        file: &file,
                        line: 1,
                    },
                    START,
                ),
                Told::Said(trace, shape, service) => followed.hear_record(
                    &LogRecord {
                        time: Some(START),
                        arrival: START,
                        origin: &origin(service),
                        level: Level::Info,
                        message: "x",
                        version: None,
                        fields: RecordFields::default(),
                        peers: &[],
                        trace: Some(trace),
                        file: &file,
                        line: 1,
                        lines: 1,
                    },
                    shape,
                    START,
                ),
            }
        }
        followed
    }

    fn named(_: &Origin, shape: u64) -> Option<&'static str> {
        (shape == 7).then_some("said <*>")
    }

    #[test]
    fn the_way_to_a_service_is_its_own_and_not_of_whoever_waits_for_it() {
        let told = [
            Told::Span(1, 10, None, "web", SpanKind::Server, 9),
            Told::Span(1, 11, Some(10), "web", SpanKind::Client, 8),
            Told::Span(1, 12, Some(11), "cart", SpanKind::Server, 2),
            Told::Said(1, 7, "cart"),
            Told::Said(1, 8, "cart"),
        ];
        let visits = followed(&told).visits(named);
        let own = |service: &str| visits.of[&origin(service)][0].own_seconds;
        assert_eq!((own("web"), own("cart")), (Some(1.0), Some(8.0)));
        assert_eq!(visits.of[&origin("cart")][0].said, [(Arc::from("said <*>"), false)]);
        assert_eq!(visits.calls, BTreeSet::from([(origin("web"), origin("cart"))]));
    }

    #[test]
    fn of_too_many_traces_the_same_stay_however_they_are_divided() {
        let many: Vec<Told> = (1..=(TRACES_MAX + 2 * TRACES_SLACK) as u64)
            .map(|at| Told::Span((at * 7_919) % 40_009, 1, None, "web", SpanKind::Server, 1))
            .collect();
        let whole = followed(&many).visits(named);
        let mut parts = followed(&many[9_000..]);
        parts.merge(followed(&many[..9_000]));
        assert_eq!(parts.visits(named), whole);
        assert_eq!(whole.of[&origin("web")].len(), TRACES_MAX);
        assert_eq!(whole.cut, 2 * TRACES_SLACK as u64);
    }

    #[test]
    fn what_lies_far_from_the_start_is_not_kept() {
        let far = [Told::Span(1, 10, None, "web", SpanKind::Server, 1_800)];
        assert_eq!(followed(&far), Followed::default());
    }
}

//! Requests that are followed from service to service around a start, by the traces that spans and records carry.
//!
//! Minutes add up what all requests of a service went through; this keeps what went on in single ones: how long a service had
//! each of them, and what it said meanwhile. How long is told by who asked, where both ends are known: what lies between the
//! one that asks and the one that answers belongs to the latter, so that a slow way to a service is found at that service.
//!
//! Of many traces those with the smallest hashes stay, apart for what is usual and for what is looked at, so that parts of
//! the input merge in any order and each hour of two days is as likely to be kept. Limits within a trace work alike. Once one
//! was let go, it and all beyond it stay out: a part of it that comes later would be less than was heard, and might fit.
//!
//! What is let go is told by what was heard and is not in what stays, so that order changes nothing: a span that stays is not let go,
//! however often overlapping files tell of it. One that does not stay counts each time that it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::{LogRecord, Moment, Origin, Span, SpanKind};
use rustc_hash::FxHashMap;

use super::kept_around;

/// Traces that are followed, of those before the start and of those since then.
const TRACES_MAX: usize = 20_000;
/// Sides of calls and shapes of all these traces together, which is what takes memory: 80 bytes each, and some room to grow.
const ENTRIES_MAX: usize = 200_000;
/// So many more may stand there before some are let go.
const TRACES_SLACK: usize = TRACES_MAX / 4;
const ENTRIES_SLACK: usize = ENTRIES_MAX / 4;
/// Spans of one trace, on either side of calls, and shapes that all services together say in it.
const SPANS_MAX: usize = 256;
const SHAPES_MAX: usize = 512;

/// One request at one service.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
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
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Visits {
    /// By who had them, in order of time.
    pub of: BTreeMap<Origin, Vec<Visit>>,
    /// Who asked whom.
    pub calls: BTreeSet<(Origin, Origin)>,
    /// How many spans and records were heard and let go.
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
    /// How often it was told of.
    heard: u32,
}

impl Side {
    /// Of two that claim to be the same the lesser stays, whoever came first.
    fn add(self, more: Self) -> Self {
        let heard = self.heard.saturating_add(more.heard);
        Self { heard, ..self.min(more) }
    }
}

/// Few of something, in order of its keys; of too many those with the largest keys go. The nodes of a map would take a kilobyte
/// for each trace, however short.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V: Clone> Few<K, V> {
    fn add(&mut self, key: K, value: V, most: usize, both: impl Fn(V, V) -> V) {
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => self.0[at].1 = both(self.0[at].1.clone(), value),
            Err(at) if at < most => {
                self.0.truncate(most - 1);
                if self.0.len() == self.0.capacity() {
                    self.0.reserve_exact(1 + self.0.len() / 4);
                }
                self.0.insert(at, (key, value));
            }
            Err(_) => {}
        }
    }

    fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        Some(&self.0[at].1)
    }

    fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

/// One trace, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Trace {
    asking: Few<u64, Side>,
    answering: Few<u64, Side>,
    /// Shapes by who said them, and when for the first and the second time.
    said: Few<(u64, Origin), Times>,
}

/// The first two moments at which something was said; the same line twice, as in files that overlap, is once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Times {
    first: Moment,
    second: Option<Moment>,
    /// In how many records.
    heard: u32,
}

impl Times {
    fn add(self, more: Self) -> Self {
        let mut all = [Some(self.first), self.second, Some(more.first), more.second];
        all.sort_unstable();
        let first = self.first.min(more.first);
        let second = all.into_iter().flatten().find(|time| *time > first);
        Self { first, second, heard: self.heard.saturating_add(more.heard) }
    }
}

/// Traces before the start, or those since then.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Part {
    traces: BTreeMap<u64, Trace>,
    /// What all of them hold.
    entries: usize,
    /// The least hash that was let go.
    closed_from: Option<u64>,
}

impl Part {
    fn change(&mut self, id: u64, change: impl FnOnce(&mut Trace)) {
        if self.closed_from.is_some_and(|from| id >= from) {
            return;
        }
        let trace = self.traces.entry(id).or_default();
        let before = trace.entries();
        change(trace);
        self.entries += trace.entries() - before;
        if self.traces.len() > TRACES_MAX + TRACES_SLACK || self.entries > ENTRIES_MAX + ENTRIES_SLACK {
            self.keep();
        }
    }

    /// Lets the traces with the largest hashes go.
    fn keep(&mut self) {
        while self.traces.len() > TRACES_MAX || self.entries > ENTRIES_MAX {
            let last = *self.traces.last_key_value().expect("no limit is nought").0;
            self.close(last);
        }
    }

    fn close(&mut self, from: u64) {
        let gone = self.traces.split_off(&from);
        self.entries -= gone.values().map(Trace::entries).sum::<usize>();
        self.closed_from = Some(self.closed_from.map_or(from, |known| known.min(from)));
    }

    fn merge(&mut self, other: Self) {
        if let Some(from) = other.closed_from {
            self.close(from);
        }
        for (id, more) in other.traces {
            self.change(id, |trace| trace.merge(more));
        }
    }
}

/// Requests that are followed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Followed {
    /// Before the start, and since then.
    parts: [Part; 2],
    /// Spans and records.
    heard: u64,
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
            heard: 1,
        };
        self.heard += 1;
        self.parts[usize::from(span.end >= start)].change(span.trace, |trace| {
            let sides = if span.kind.is_incoming() { &mut trace.answering } else { &mut trace.asking };
            sides.add(span.id, side, SPANS_MAX, Side::add);
        });
    }

    /// Keeps of which shape a record is, if it was said in the course of a trace around the start.
    pub(crate) fn hear_record(&mut self, record: &LogRecord<'_>, shape: u64, start: Moment) {
        let (from, to) = kept_around(start);
        // Of a file whose records stand in no order most arrive with the latest of them; here it counts when it happened.
        let time = record.time.unwrap_or(record.arrival);
        let Some(trace) = record.trace.filter(|_| time >= from && time < to) else { return };
        let times = Times { first: time, second: None, heard: 1 };
        self.heard += 1;
        self.parts[usize::from(time >= start)].change(trace, |trace| {
            trace.said.add((shape, record.origin.clone()), times, SHAPES_MAX, Times::add);
        });
    }

    /// Adds another account.
    pub(crate) fn merge(&mut self, other: Followed) {
        self.heard += other.heard;
        self.parts.iter_mut().zip(other.parts).for_each(|(part, more)| part.merge(more));
    }

    /// What went on at each service. Shapes are named by this, and left out if it does not know them.
    pub(crate) fn visits<'a>(mut self, name: impl Fn(&Origin, u64) -> Option<&'a str>) -> Visits {
        let mut names: FxHashMap<(u64, Origin), Option<Arc<str>>> = FxHashMap::default();
        let mut visits = Visits::default();
        let mut kept = 0;
        for part in &mut self.parts {
            part.keep();
            for trace in std::mem::take(&mut part.traces).into_values() {
                kept += trace.heard();
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
                for (key, times) in trace.said.0 {
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
        visits.cut = self.heard.saturating_sub(kept);
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

    /// What it takes memory for.
    fn entries(&self) -> usize {
        self.asking.0.len() + self.answering.0.len() + self.said.0.len()
    }

    /// How many spans and records tell of what it holds.
    fn heard(&self) -> u64 {
        let sides = self.asking.values().chain(self.answering.values()).map(|side| side.heard);
        sides.chain(self.said.values().map(|times| times.heard)).map(u64::from).sum()
    }

    fn merge(&mut self, more: Self) {
        let sides = [(&mut self.asking, more.asking), (&mut self.answering, more.answering)];
        for (known, more) in sides {
            more.0.into_iter().for_each(|(id, side)| known.add(id, side, SPANS_MAX, Side::add));
        }
        more.said.0.into_iter().for_each(|(key, times)| self.said.add(key, times, SHAPES_MAX, Times::add));
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

#[cfg(test)]
mod tests {
    use hark_event::{Level, RecordFields, Zone};

    use super::*;
    use crate::listener::Listener;
    use crate::vicinity::CUT_REQUESTS;

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
    fn of_too_much_in_all_traces_the_same_stay_however_they_are_divided_and_ordered() {
        let traces = (ENTRIES_MAX + 2 * ENTRIES_SLACK) as u64 / 50;
        let many: Vec<Told> =
            (1..=50).flat_map(|id| (1..=traces).map(move |trace| (trace, id))).map(one_of_many).collect();
        let whole = followed(&many).visits(named);
        let mut backwards = many.clone();
        backwards.reverse();
        assert_eq!(followed(&backwards).visits(named), whole);
        let mut parts = followed(&many[90_000..]);
        parts.merge(followed(&many[..90_000]));
        assert!(parts.parts[1].entries <= ENTRIES_MAX + ENTRIES_SLACK);
        assert_eq!(parts.visits(named), whole);
        assert_eq!(whole.of[&origin("web")].len(), ENTRIES_MAX / 50);
        assert_eq!(whole.cut, 2 * ENTRIES_SLACK as u64);
    }

    fn one_of_many((trace, id): (u64, u64)) -> Told {
        Told::Span(trace, id, None, "web", SpanKind::Server, 1)
    }

    #[test]
    fn what_is_let_go_within_a_trace_is_counted_and_what_stays_is_not_however_often_it_is_told() {
        let spans = (1..=SPANS_MAX as u64 + 3).map(|id| one_of_many((1, id)));
        let shapes = (1..=SHAPES_MAX as u64 + 5).map(|shape| Told::Said(1, shape, "web"));
        let again = [one_of_many((1, 1)), one_of_many((1, 1)), Told::Said(1, 1, "web")];
        let all: Vec<Told> = spans.chain(shapes).chain(again).collect();
        assert_eq!(followed(&all).visits(named).cut, 3 + 5);
        let mut parts = followed(&all[300..]);
        parts.merge(followed(&all[..300]));
        assert_eq!(parts.visits(named).cut, 3 + 5);
        assert_eq!(followed(&again).visits(named).cut, 0);
    }

    #[test]
    fn what_is_let_go_of_followed_requests_is_told_in_words_of_its_own() {
        let listener = Listener::new(Zone::utc()).looking_around(START);
        let mut heard = listener.heard(START.plus_seconds(60));
        let spans: Vec<Told> = (1..=SPANS_MAX as u64 + 3).map(|id| one_of_many((1, id))).collect();
        listener.follow(&mut heard, followed(&spans));
        heard.recount_cut_around_start();
        heard.recount_cut_around_start();
        assert_eq!(heard.cut, [(CUT_REQUESTS.to_owned(), 3)]);
    }

    #[test]
    fn what_lies_far_from_the_start_is_not_kept() {
        let far = [Told::Span(1, 10, None, "web", SpanKind::Server, 1_800)];
        assert_eq!(followed(&far), Followed::default());
    }
}

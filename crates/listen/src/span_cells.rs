//! What spans said in one hour, condensed so that partial results add up.
//!
//! Operations are counted where they are performed, calls where they are made. Who answers a call that names nobody, or a
//! host alone, shows when a span and its parent are seen side by side: for that the outlines of some traces are kept,
//! those with the smallest hashes, so that every part of an hour keeps the same ones. Limits keep what has the smallest
//! hash too, never what came first: of the keys that stay, nothing is missing in the sum.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use hark_event::{Moment, Origin, PeerKind, Place, stable_hash};

use crate::durations::Durations;

/// Operations and calls of one service that are kept for one hour, each.
pub(crate) const NAMES_PER_HOUR_MAX: usize = 512;
/// Spans of which the outline is kept for one hour.
pub(crate) const OUTLINES_PER_HOUR_MAX: usize = 4_096;

/// Who is called, or whose messages are taken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Called {
    /// Which way: whether messages are taken from it, and nothing is asked of it.
    pub is_source: bool,
    /// What it is.
    pub kind: PeerKind,
    /// Its name as the spans have it.
    pub name: Arc<str>,
}

/// A span that shows something: when it ended and where it stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct Sighting {
    /// When.
    pub time: Moment,
    /// Where.
    pub place: Place,
}

/// What was counted of one operation, or of one caller's calls to one other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpanCount {
    /// Spans.
    pub spans: u64,
    /// Of these, those that failed.
    pub errors: u64,
    /// Of these, those that tried again what had failed before.
    pub retries: u64,
    /// How long they took.
    pub durations: Durations,
    /// The first that ended.
    pub first: Sighting,
    /// When the last ended.
    pub last: Moment,
    /// The first that failed.
    pub failed: Option<Sighting>,
    /// The first that tried again.
    pub retried: Option<Sighting>,
    /// The slowest, and the nanoseconds that it took.
    pub slowest: (u64, Sighting),
}

impl SpanCount {
    /// Adds another account of the same.
    pub fn merge(&mut self, other: SpanCount) {
        self.spans += other.spans;
        self.errors += other.errors;
        self.retries += other.retries;
        self.durations.merge(&other.durations);
        self.first = other.first.min(self.first.clone());
        self.last = self.last.max(other.last);
        self.failed = earlier(self.failed.take(), other.failed);
        self.retried = earlier(self.retried.take(), other.retried);
        self.slowest = slower(self.slowest.clone(), other.slowest);
    }
}

fn earlier(one: Option<Sighting>, other: Option<Sighting>) -> Option<Sighting> {
    one.into_iter().chain(other).min()
}

/// The slower; of two that took equally long the earlier one.
fn slower(one: (u64, Sighting), other: (u64, Sighting)) -> (u64, Sighting) {
    if other.0 > one.0 || (other.0 == one.0 && other.1 < one.1) { other } else { one }
}

/// What is kept of a span to find out who called whom.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Outline {
    /// Who performed it.
    pub origin: Origin,
    /// Its parent's identifier.
    pub parent: Option<u64>,
    /// Whether it answers or takes what another sent.
    pub is_incoming: bool,
    /// Whether it failed.
    pub is_error: bool,
    /// When it ended and where it stands.
    pub seen: Sighting,
    /// Whom it names as called.
    pub called: Option<Called>,
}

impl Outline {
    /// Whether it hands over a message, for whoever takes it.
    pub(crate) fn names_a_queue(&self) -> bool {
        self.called.as_ref().is_some_and(|called| called.kind == PeerKind::Queue)
    }
}

/// What spans said in one hour.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpanCells {
    /// Operations by who performed them.
    pub operations: BTreeMap<Origin, BTreeMap<Arc<str>, SpanCount>>,
    /// Calls by who made them.
    pub calls: BTreeMap<Origin, BTreeMap<Called, SpanCount>>,
    /// Outlines by trace and span.
    pub outlines: BTreeMap<(u64, u64), Outline>,
    /// Spans of operations and calls beyond the limit.
    pub cut: u64,
}

impl SpanCells {
    /// Adds another account of the same hour.
    pub fn merge(&mut self, other: SpanCells) {
        self.cut += other.cut;
        for (origin, named) in other.operations {
            let known = self.operations.entry(origin).or_default();
            named.into_iter().for_each(|(name, count)| add(known, name, count));
        }
        for (origin, named) in other.calls {
            let known = self.calls.entry(origin).or_default();
            named.into_iter().for_each(|(called, count)| add(known, called, count));
        }
        for (key, outline) in other.outlines {
            self.outline(key, outline);
        }
        self.keep(NAMES_PER_HOUR_MAX);
    }

    /// Counts a span of an operation. Limits are kept by [`SpanCells::keep`].
    pub fn count_operation(&mut self, origin: &Origin, name: &Arc<str>, count: SpanCount) {
        add(entry(&mut self.operations, origin), name.clone(), count);
    }

    /// Counts a call. Limits are kept by [`SpanCells::keep`].
    pub fn count_call(&mut self, origin: &Origin, called: &Called, count: SpanCount) {
        add(entry(&mut self.calls, origin), called.clone(), count);
    }

    /// Keeps the outline of a span, if its trace is one of those that are kept.
    pub fn outline(&mut self, key: (u64, u64), outline: Outline) {
        let known = self.outlines.entry(key).or_insert_with(|| outline.clone());
        // Told twice, it must not matter by whom first.
        *known = outline.min(known.clone());
        while self.outlines.len() > OUTLINES_PER_HOUR_MAX {
            self.outlines.pop_last();
        }
    }

    /// Cuts what is beyond so many names for each service.
    pub fn keep(&mut self, names_max: usize) {
        let cut_operations: u64 = self
            .operations
            .values_mut()
            .map(|named| cut(named, names_max, |name| stable_hash(&[name])))
            .sum();
        let cut_calls: u64 = self
            .calls
            .values_mut()
            .map(|named| cut(named, names_max, |called| stable_hash(&[&called.name])))
            .sum();
        self.cut += cut_operations + cut_calls;
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Roughly how many bytes of memory this takes.
    pub fn weight(&self) -> usize {
        let counts = self.operations.values().flat_map(BTreeMap::values);
        let calls = self.calls.values().flat_map(BTreeMap::values);
        counts.chain(calls).map(|count| 400 + 16 * count.durations.counts().len()).sum::<usize>()
            + self.outlines.len() * 200
    }
}

fn entry<'a, T: Default>(map: &'a mut BTreeMap<Origin, T>, origin: &Origin) -> &'a mut T {
    if !map.contains_key(origin) {
        map.insert(origin.clone(), T::default());
    }
    map.get_mut(origin).expect("it was inserted above")
}

fn add<K: Ord>(named: &mut BTreeMap<K, SpanCount>, name: K, count: SpanCount) {
    match named.entry(name) {
        Entry::Vacant(gap) => drop(gap.insert(count)),
        Entry::Occupied(mut known) => known.get_mut().merge(count),
    }
}

/// Keeps the names with the smallest hashes; how many spans went with the others.
fn cut<K: Ord + Clone>(named: &mut BTreeMap<K, SpanCount>, most: usize, hash: impl Fn(&K) -> u64) -> u64 {
    if named.len() <= most {
        return 0;
    }
    let mut order: Vec<(u64, K)> = named.keys().map(|name| (hash(name), name.clone())).collect();
    order.sort();
    let beyond = order.split_off(most);
    beyond.into_iter().filter_map(|(_, name)| named.remove(&name)).map(|count| count.spans).sum()
}

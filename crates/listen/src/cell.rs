//! What was heard in one hour, condensed so that partial results add up.
//!
//! Two accounts of the same hour merge in any order into the account of the whole: counts add, the earliest
//! exemplar wins, samples are a multiset. Nothing here depends on which file or thread heard it first.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::{Level, Moment, Origin, Place};

use crate::picks::Picks;
use crate::span_cells::SpanCells;

/// Samples of one series kept for one hour; more are cut and counted.
pub const SAMPLES_PER_HOUR_MAX: usize = 3_600;
/// Shapes of one service kept for one hour.
pub(crate) const SHAPES_PER_SERVICE_MAX: usize = 4_096;
/// Shapes of all services together kept for one hour.
pub(crate) const SHAPES_PER_HOUR_MAX: usize = 65_536;

/// Shapes of all services together of which records are picked in one hour.
pub(crate) const SHAPES_PICKED_MAX: usize = 4_096;

/// A count without its texts, with what keeping it in a tree costs.
const LOG_COUNT_BYTES: usize = 240;

/// A shape that was said at some level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogKey {
    /// The shape's content hash.
    pub shape: u64,
    /// How loudly.
    pub level: Level,
}

/// One masked record as an example of its shape.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct Exemplar {
    /// When it arrived.
    pub time: Moment,
    /// Where it stands.
    pub place: Place,
    /// Its text, masked and cut to a few hundred bytes.
    pub text: Arc<str>,
}

/// How often a shape was said in an hour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogCount {
    /// The masked shape.
    pub text: Arc<str>,
    /// Records.
    pub count: u64,
    /// Arrival of the last.
    pub last: Moment,
    /// The earliest, as an example.
    pub exemplar: Exemplar,
    /// Some whose values are kept; none where nobody asked for values, or where there are too many shapes.
    pub picks: Option<Box<Picks>>,
}

impl LogCount {
    /// Roughly how many bytes of memory it takes, its key and its place among others included.
    pub(crate) fn weight(&self) -> usize {
        let picks = self.picks.as_ref().map_or(0, |picks| picks.weight());
        LOG_COUNT_BYTES + self.text.len() + self.exemplar.text.len() + picks
    }

    fn add(&mut self, other: LogCount) {
        self.count += other.count;
        self.last = self.last.max(other.last);
        if other.exemplar < self.exemplar {
            self.exemplar = other.exemplar;
        }
        // Who let go of its own did so because the whole will have to, too.
        self.picks = match (self.picks.take(), other.picks) {
            (Some(mut picks), Some(others)) => {
                picks.merge(*others);
                Some(picks)
            }
            _ => None,
        };
    }
}

/// The samples of one series within an hour.
#[derive(Clone, PartialEq, Debug)]
pub struct Samples {
    /// Time and value, in any order until [`Samples::sorted`].
    pub values: Vec<(Moment, f64)>,
    /// Where the first of them stands.
    pub place: Place,
}

impl Samples {
    /// Time and value by time, then value: the same whoever measured first. What was written twice was measured once.
    pub fn sorted(mut self) -> Vec<(Moment, f64)> {
        // Most files are written in order of time.
        if !self.values.is_sorted_by(|a, b| a.0 < b.0) {
            self.values.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            self.values.dedup();
        }
        self.values
    }

    fn add(&mut self, other: Samples) -> u64 {
        self.place = other.place.min(self.place.clone());
        self.values.extend(other.values);
        self.cut()
    }

    /// Roughly how many bytes of memory they take, their name and their place among others included.
    pub(crate) fn weight(&self) -> usize {
        160 + 16 * self.values.capacity()
    }

    /// Keeps no more than there is room for, and says how many went.
    pub(crate) fn cut(&mut self) -> u64 {
        let cut = self.values.len().saturating_sub(SAMPLES_PER_HOUR_MAX);
        if cut > 0 {
            // Which samples stay must not depend on the order in which they came.
            self.values.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            self.values.truncate(SAMPLES_PER_HOUR_MAX);
        }
        cut as u64
    }
}

/// Everything that was heard in one hour.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct HourCells {
    /// Log shapes by who said them: an hour has few origins and thousands of shapes, so that names are compared seldom.
    pub logs: BTreeMap<Origin, BTreeMap<LogKey, LogCount>>,
    /// Metric series by whose they are.
    pub metrics: BTreeMap<Origin, BTreeMap<Arc<str>, Samples>>,
    /// Other services that records named in a field, with the number of records.
    pub peers: BTreeMap<(Origin, Arc<str>), u64>,
    /// `service.version` values, with the first arrival.
    pub versions: BTreeMap<(Origin, Arc<str>), Moment>,
    /// Records of shapes that were beyond the limit, by who said them.
    pub overflow: BTreeMap<Origin, u64>,
    /// Samples beyond the limit.
    pub samples_cut: u64,
    /// Spans.
    pub spans: SpanCells,
}

impl HourCells {
    /// How many services spoke in the hour.
    pub fn services(&self) -> usize {
        let of_spans = self.spans.operations.keys().chain(self.spans.calls.keys());
        self.logs.keys().chain(self.metrics.keys()).chain(of_spans).collect::<BTreeSet<_>>().len()
    }

    /// Adds another account of the same hour.
    pub fn merge(&mut self, other: HourCells) {
        for (origin, said) in other.logs {
            match self.logs.entry(origin) {
                Entry::Vacant(gap) => drop(gap.insert(said)),
                Entry::Occupied(mut known) => {
                    add_logs(known.get_mut(), said);
                    let cut = evict(known.get_mut());
                    if cut > 0 {
                        *self.overflow.entry(known.key().clone()).or_default() += cut;
                    }
                }
            }
        }
        for (origin, series) in other.metrics {
            match self.metrics.entry(origin) {
                Entry::Vacant(gap) => drop(gap.insert(series)),
                Entry::Occupied(mut known) => {
                    for (name, samples) in series {
                        self.samples_cut += add_samples(known.get_mut(), name, samples);
                    }
                }
            }
        }
        for (key, count) in other.peers {
            *self.peers.entry(key).or_default() += count;
        }
        for (key, first) in other.versions {
            let known = self.versions.entry(key).or_insert(first);
            *known = first.min(*known);
        }
        for (origin, count) in other.overflow {
            *self.overflow.entry(origin).or_default() += count;
        }
        self.samples_cut += other.samples_cut;
        if !other.spans.is_empty() {
            self.spans.merge(other.spans);
        }
        let shapes = self.logs.values().map(BTreeMap::len).sum::<usize>();
        if shapes > 2 * SHAPES_PER_HOUR_MAX {
            self.cut_shapes();
        }
        if shapes > 2 * SHAPES_PICKED_MAX {
            self.cut_picks();
        }
    }

    /// Keeps the shapes with the smallest hashes, of each service and then of all, and counts the records of the others.
    ///
    /// Whoever counted the same lines keeps the same shapes, into however many parts the hour was divided: what is among the
    /// smallest of the whole is among the smallest of each part that holds it, so that no part has let any of it go.
    pub fn cut_shapes(&mut self) {
        let mut kept = Vec::new();
        for (origin, said) in &mut self.logs {
            let cut = evict(said);
            if cut > 0 {
                *self.overflow.entry(origin.clone()).or_default() += cut;
            }
            kept.extend(shapes_of(said, |_| true));
        }
        let Some(limit) = limit_of_all(kept, SHAPES_PER_HOUR_MAX) else { return };
        for (origin, said) in &mut self.logs {
            let cut = retain_below(said, limit);
            if cut > 0 {
                *self.overflow.entry(origin.clone()).or_default() += cut;
            }
        }
        self.logs.retain(|_, said| !said.is_empty());
    }

    /// Keeps the picks of the shapes with the smallest hashes, as [`HourCells::cut_shapes`] keeps shapes.
    pub fn cut_picks(&mut self) {
        let shapes = self.logs.values().flat_map(|said| shapes_of(said, |count| count.picks.is_some()));
        let Some(limit) = limit_of_all(shapes.collect(), SHAPES_PICKED_MAX) else { return };
        for said in self.logs.values_mut() {
            for (_, count) in said.range_mut(LogKey { shape: limit, level: Level::Unknown }..) {
                count.picks = None;
            }
        }
    }

    /// Adds samples of one series.
    pub fn add_samples(&mut self, key: (Origin, Arc<str>), samples: Samples) {
        let (origin, name) = key;
        self.samples_cut += add_samples(self.metrics.entry(origin).or_default(), name, samples);
    }

    /// Whether nothing was heard.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Roughly how many bytes of memory this takes; for deciding when to write to disk.
    pub fn weight(&self) -> usize {
        let said = self.logs.values().flat_map(BTreeMap::values);
        said.map(LogCount::weight).sum::<usize>()
            + self.metrics.values().flat_map(BTreeMap::values).map(Samples::weight).sum::<usize>()
            + self.spans.weight()
            + (self.peers.len() + self.versions.len() + self.overflow.len()) * 128
    }
}

/// The distinct shapes of one service that are asked for, which come in order.
fn shapes_of(
    said: &BTreeMap<LogKey, LogCount>,
    is_wanted: impl Fn(&LogCount) -> bool,
) -> impl Iterator<Item = u64> {
    let mut last = None;
    let wanted = said.iter().filter(move |(_, count)| is_wanted(count));
    wanted.map(|(key, _)| key.shape).filter(move |shape| last.replace(*shape) != Some(*shape))
}

/// The smallest of the shapes for which there is no room; `None` if all have room. Repetitions count once.
pub(crate) fn limit_of(shapes: impl Iterator<Item = u64>, room: usize) -> Option<u64> {
    let mut shapes: Vec<u64> = shapes.collect();
    shapes.sort_unstable();
    shapes.dedup();
    shapes.get(room).copied()
}

/// The same where a shape counts as often as it stands there: once for each service.
pub(crate) fn limit_of_all(mut shapes: Vec<u64>, room: usize) -> Option<u64> {
    (shapes.len() > room).then(|| *shapes.select_nth_unstable(room).1)
}

/// Lets go of the shapes from the limit on; returns how many records they had.
fn retain_below(said: &mut BTreeMap<LogKey, LogCount>, limit: u64) -> u64 {
    let beyond = said.split_off(&LogKey { shape: limit, level: Level::Unknown });
    beyond.values().map(|count| count.count).sum()
}

fn add_logs(known: &mut BTreeMap<LogKey, LogCount>, said: BTreeMap<LogKey, LogCount>) {
    for (key, count) in said {
        match known.entry(key) {
            Entry::Vacant(gap) => drop(gap.insert(count)),
            Entry::Occupied(mut found) => found.get_mut().add(count),
        }
    }
}

/// Adds samples of one series; returns how many were cut.
fn add_samples(known: &mut BTreeMap<Arc<str>, Samples>, name: Arc<str>, samples: Samples) -> u64 {
    match known.entry(name) {
        Entry::Vacant(gap) => gap.insert(samples).cut(),
        Entry::Occupied(mut found) => found.get_mut().add(samples),
    }
}

/// Keeps the shapes with the smallest hashes, as every part did: what the whole keeps was let go by none. Returns how many
/// records were cut.
fn evict(said: &mut BTreeMap<LogKey, LogCount>) -> u64 {
    if said.len() <= SHAPES_PER_SERVICE_MAX {
        return 0;
    }
    let mut shapes = 0;
    let mut last = None;
    // Keys come by hash.
    let beyond = said.keys().find(|key| {
        shapes += usize::from(last != Some(key.shape));
        last = Some(key.shape);
        shapes > SHAPES_PER_SERVICE_MAX
    });
    let Some(beyond) = beyond.copied() else { return 0 };
    said.split_off(&beyond).values().map(|count| count.count).sum()
}

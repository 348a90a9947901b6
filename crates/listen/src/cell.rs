//! What was heard in one hour, condensed so that partial results add up.
//!
//! Two accounts of the same hour merge in any order into the account of the whole: counts add, the earliest
//! exemplar wins, samples are a multiset. Nothing here depends on which file or thread heard it first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use hark_event::{Level, Moment, Origin, Place};

use crate::span_cells::SpanCells;

/// Shapes of one service kept for one hour.
pub(crate) const SHAPES_PER_HOUR_MAX: usize = 4_096;

/// Samples of one series kept for one hour; more are cut and counted.
pub const SAMPLES_PER_HOUR_MAX: usize = 3_600;

/// A shape that was said at some level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogKey {
    /// The shape's content hash.
    pub shape: u64,
    /// How loudly.
    pub level: Level,
}

/// One masked record as an example of its shape.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
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
}

impl LogCount {
    fn add(&mut self, other: LogCount) {
        self.count += other.count;
        self.last = self.last.max(other.last);
        if other.exemplar < self.exemplar {
            self.exemplar = other.exemplar;
        }
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
    /// Time and value by time, then value: the same whoever measured first.
    pub fn sorted(mut self) -> Vec<(Moment, f64)> {
        self.values.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        self.values
    }

    fn add(&mut self, other: Samples) -> u64 {
        self.place = other.place.min(self.place.clone());
        self.values.extend(other.values);
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
    /// Metric series.
    pub metrics: BTreeMap<(Origin, Arc<str>), Samples>,
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
        for (key, samples) in other.metrics {
            self.add_samples(key, samples);
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
    }

    /// Adds samples of one series.
    pub fn add_samples(&mut self, key: (Origin, Arc<str>), samples: Samples) {
        match self.metrics.entry(key) {
            Entry::Vacant(gap) => drop(gap.insert(samples)),
            Entry::Occupied(mut found) => self.samples_cut += found.get_mut().add(samples),
        }
    }

    /// Whether nothing was heard.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Roughly how many bytes of memory this takes; for deciding when to write to disk.
    pub fn weight(&self) -> usize {
        self.logs.values().map(|said| said.len() * 320).sum::<usize>()
            + self.metrics.values().map(|samples| 160 + 16 * samples.values.capacity()).sum::<usize>()
            + self.spans.weight()
            + (self.peers.len() + self.versions.len() + self.overflow.len()) * 128
    }
}

fn add_logs(known: &mut BTreeMap<LogKey, LogCount>, said: BTreeMap<LogKey, LogCount>) {
    for (key, count) in said {
        match known.entry(key) {
            Entry::Vacant(gap) => drop(gap.insert(count)),
            Entry::Occupied(mut found) => found.get_mut().add(count),
        }
    }
}

/// Keeps the shapes with the smallest hashes, as every part did: what the whole keeps was let go by none. Returns how many
/// records were cut.
fn evict(said: &mut BTreeMap<LogKey, LogCount>) -> u64 {
    if said.len() <= SHAPES_PER_HOUR_MAX {
        return 0;
    }
    let mut shapes = 0;
    let mut last = None;
    // Keys come by hash.
    let beyond = said.keys().find(|key| {
        shapes += usize::from(last != Some(key.shape));
        last = Some(key.shape);
        shapes > SHAPES_PER_HOUR_MAX
    });
    let Some(beyond) = beyond.copied() else { return 0 };
    said.split_off(&beyond).values().map(|count| count.count).sum()
}

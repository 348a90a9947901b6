//! The log patterns of all services with their counts, and nothing else: listening without an opinion.
//!
//! It is told closed hours in order, as the listener is, and its vocabularies advance in the same way, so that a pattern here is
//! the pattern there. Counts are whole: every record that was counted stands under exactly one pattern, the one beyond the limit
//! included. How records are spread over time is kept coarsely, in a bounded number of steps however long the time ([`steps`]).

mod explain;
mod field;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Hour, Id, Level, LevelCounts, Moment, Origin, Pattern};
use hark_pattern::{Limits, PatternId, Rules, ShapeId, Vocabulary};

use crate::cell::{Exemplar, HourCells, LogCount};
use crate::names;
use crate::picks::Picks;
use crate::room;

pub use field::Fields;
use steps::Steps;

/// Identities that are kept of those that became part of one pattern.
const FORMER_MAX: usize = 256;
/// Records that are picked of one pattern, and of all: where there are many patterns, each has to do with fewer.
const PICKS_MAX: usize = 256;
const PICKS_OF_ALL_MAX: usize = 32_768;

/// The patterns of all services.
pub struct Ledger {
    rules: Arc<Rules>,
    services: BTreeMap<Origin, Page>,
    /// Records that are picked of one pattern by now.
    picks_max: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { rules: Arc::default(), services: BTreeMap::new(), picks_max: PICKS_MAX }
    }
}

/// The patterns of one service.
struct Page {
    vocabulary: Vocabulary,
    entries: BTreeMap<PatternId, Entry>,
}

/// One pattern's counts.
#[derive(Default)]
struct Entry {
    count: u64,
    levels: LevelCounts,
    times: Option<(Moment, Moment)>,
    sample: Option<Exemplar>,
    steps: Steps,
    /// Records whose values are known.
    picks: Picks,
    /// Records of shapes of which none was picked.
    unpicked: u64,
    /// Identities that are part of this one by now: the lineage.
    former: BTreeMap<PatternId, Former>,
    former_cut: u64,
}

/// What a pattern was called until it became part of another.
struct Former {
    name: String,
    hour: Hour,
}

impl Ledger {
    /// A ledger in which nothing stands.
    pub fn new() -> Self {
        Self::default()
    }

    /// A ledger in which nothing stands, by the rules of those whose lines it counts.
    pub fn with_rules(rules: Arc<Rules>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes the next hour that was closed.
    pub fn close(&mut self, hour: Hour, mut cells: HourCells) {
        cells.cut_shapes();
        cells.cut_picks();
        let limits = room::limits(self.demands(&cells));
        self.services.values_mut().for_each(|page| page.vocabulary.set_limits(limits));
        let rules = &self.rules;
        for (origin, said) in cells.logs {
            let said = said.into_iter().map(|(key, count)| (ShapeId(key.shape), key.level, count)).collect();
            self.services.entry(origin).or_insert_with(|| Page::new(limits, rules)).hear(hour, said);
        }
        for (origin, count) in cells.overflow {
            let page = self.services.entry(origin).or_insert_with(|| Page::new(limits, rules));
            page.entries.entry(PatternId::OVERFLOW).or_default().add_beyond(hour, count);
        }
        self.thin_picks();
    }

    /// Keeps as many picks of each pattern as there is room for, of all patterns the same number.
    fn thin_picks(&mut self) {
        let mut entries: Vec<&mut Entry> =
            self.services.values_mut().flat_map(|page| page.entries.values_mut()).collect();
        loop {
            entries.iter_mut().for_each(|entry| entry.picks.keep(self.picks_max));
            let picks: usize = entries.iter().map(|entry| entry.picks.len()).sum();
            if picks <= PICKS_OF_ALL_MAX {
                return;
            }
            if self.picks_max == 1 {
                // More patterns than there is room for picks: each keeps its one.
                return;
            }
            self.picks_max /= 2;
        }
    }

    /// Records of which no value can be known, because none was picked of their shapes.
    pub fn records_unpicked(&self) -> u64 {
        self.services.values().flat_map(|page| page.entries.values()).map(|entry| entry.unpicked).sum()
    }

    /// How many patterns each service would hold after this hour, if there were room.
    fn demands(&self, cells: &HourCells) -> impl Iterator<Item = usize> {
        let known = self.services.iter().map(|(origin, page)| {
            let said = cells.logs.get(origin).into_iter().flat_map(BTreeMap::keys);
            page.vocabulary.len() + page.vocabulary.newcomers(said.map(|key| ShapeId(key.shape)))
        });
        let new = cells.logs.iter().filter(|(origin, _)| !self.services.contains_key(origin));
        known.chain(new.map(|(_, said)| said.len()))
    }

    /// Records of which nothing is known but their number and their service: those of patterns beyond the limits.
    pub fn records_beyond(&self) -> u64 {
        self.services
            .values()
            .filter_map(|page| page.entries.get(&PatternId::OVERFLOW))
            .map(|entry| entry.count)
            .sum()
    }

    /// The pattern to which a shape of this service belongs by now, and its name.
    pub fn pattern_of(&self, origin: &Origin, shape: ShapeId, text: &str) -> (Id, &str) {
        let masked = || self.services.get(&names::masked_origin(origin, &self.rules)?);
        let Some(page) = self.services.get(origin).or_else(masked) else {
            return (identity(PatternId::OVERFLOW), "");
        };
        let pattern = page.vocabulary.find(shape, text).unwrap_or(PatternId::OVERFLOW);
        (identity(pattern), page.vocabulary.name(pattern))
    }

    /// Tells of each pattern what stood in its wildcards and fields.
    pub fn tell_fields(&self, patterns: &mut [Pattern]) {
        for pattern in patterns {
            let id = u64::from_str_radix(pattern.id.as_str(), 16).map(PatternId).ok();
            let page = self.services.get(&pattern.origin);
            let entry = id.zip(page).and_then(|(id, page)| page.entries.get(&id));
            let Some(entry) = entry else { continue };
            pattern.picked = entry.picks.len() as u64;
            pattern.fields = field::told(pattern, &entry.picks, entry.unpicked == 0);
        }
    }

    /// All patterns, the most frequent first; with curves of so many steps from the first to the last moment, where these are given.
    pub fn patterns(&self, heard: Option<(Moment, Moment)>, steps: usize) -> Vec<Pattern> {
        let mut patterns: Vec<Pattern> =
            self.services.iter().flat_map(|(origin, page)| page.patterns(origin, heard, steps)).collect();
        patterns.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| (&a.origin, &a.name, &a.id).cmp(&(&b.origin, &b.name, &b.id)))
        });
        patterns
    }
}

fn identity(pattern: PatternId) -> Id {
    Id::known(format!("{:016x}", pattern.0))
}

impl Page {
    fn new(limits: Limits, rules: &Arc<Rules>) -> Self {
        Self { vocabulary: Vocabulary::with_rules(limits, rules.clone()), entries: BTreeMap::new() }
    }

    fn hear(&mut self, hour: Hour, said: Vec<(ShapeId, Level, LogCount)>) {
        let learned = self.vocabulary.learn(said.iter().map(|(shape, _, count)| (*shape, &*count.text)));
        for ((old, new), name) in learned.merged.into_iter().zip(learned.merged_names) {
            let mut entry = self.entries.remove(&old).unwrap_or_default();
            entry.former.insert(old, Former { name, hour });
            self.entries.entry(new).or_default().absorb(entry);
        }
        // What was forgotten keeps its records: they stand with the others that are beyond the limit.
        for forgotten in learned.forgotten {
            if let Some(entry) = self.entries.remove(&forgotten) {
                self.entries.entry(PatternId::OVERFLOW).or_default().absorb(entry);
            }
        }
        for (shape, level, count) in said {
            let pattern = self.vocabulary.pattern_of(shape).unwrap_or(PatternId::OVERFLOW);
            self.entries.entry(pattern).or_default().add(hour, level, count);
        }
    }

    fn patterns(
        &self,
        origin: &Origin,
        heard: Option<(Moment, Moment)>,
        steps: usize,
    ) -> impl Iterator<Item = Pattern> {
        self.entries.iter().map(move |(id, entry)| self.pattern(*id, entry, origin, heard, steps))
    }

    fn pattern(
        &self,
        id: PatternId,
        entry: &Entry,
        origin: &Origin,
        heard: Option<(Moment, Moment)>,
        steps: usize,
    ) -> Pattern {
        Pattern {
            id: identity(id),
            name: self.vocabulary.name(id).to_owned(),
            wildcards: self.vocabulary.wildcards(id),
            origin: origin.clone(),
            levels: entry.levels,
            count: entry.count,
            first_seen: entry.times.map(|(first, _)| first),
            last_seen: entry.times.map(|(_, last)| last),
            sample: entry.sample.as_ref().map_or_else(String::new, |sample| sample.text.to_string()),
            fields: Vec::new(),
            picked: 0,
            curve: heard.filter(|_| entry.times.is_some()).map(|heard| entry.steps.curve(heard, steps)),
        }
    }
}

impl Entry {
    fn add(&mut self, hour: Hour, level: Level, count: LogCount) {
        // What has no time arrived at the beginning of time, which is none.
        let is_timed = count.exemplar.time != Moment::MIN;
        self.absorb(Entry {
            count: count.count,
            levels: LevelCounts::of(level, count.count),
            times: is_timed.then_some((count.exemplar.time, count.last)),
            steps: Steps::of(hour, if is_timed { count.count } else { 0 }),
            sample: Some(count.exemplar),
            unpicked: if count.picks.is_none() { count.count } else { 0 },
            picks: count.picks.map_or_else(Picks::default, |picks| *picks),
            ..Entry::default()
        });
    }

    /// Adds records of which nothing was kept but their number.
    fn add_beyond(&mut self, hour: Hour, count: u64) {
        let is_timed = hour > Moment::MIN.hour();
        self.absorb(Entry {
            count,
            levels: LevelCounts::of(Level::Unknown, count),
            times: is_timed.then(|| (hour.start(), hour.start())),
            unpicked: count,
            steps: Steps::of(hour, if is_timed { count } else { 0 }),
            ..Entry::default()
        });
    }

    fn absorb(&mut self, other: Entry) {
        self.count += other.count;
        self.levels.absorb(other.levels);
        self.times = match (self.times, other.times) {
            (Some(one), Some(two)) => Some((one.0.min(two.0), one.1.max(two.1))),
            (one, two) => one.or(two),
        };
        self.sample = self.sample.take().into_iter().chain(other.sample).min();
        self.steps.absorb(other.steps);
        self.picks.absorb(other.picks, usize::MAX);
        self.unpicked += other.unpicked;
        self.former.extend(other.former);
        self.former_cut += other.former_cut;
        // Those with the smallest hashes stay, whoever came first.
        while self.former.len() > FORMER_MAX {
            self.former.pop_last();
            self.former_cut += 1;
        }
    }
}

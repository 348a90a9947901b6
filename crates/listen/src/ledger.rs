//! The log patterns of all services with their counts, and nothing else: listening without an opinion.
//!
//! It is told closed hours in order, as the listener is, and its vocabularies advance in the same way, so that a pattern here is
//! the pattern there. Counts are whole: every record that was counted stands under exactly one pattern, the one beyond the limit
//! included. How records are spread over time is kept coarsely, at most [`STEPS_MAX`] steps however long the time.

mod explain;
mod field;

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Curve, Hour, Id, Level, LevelCounts, Moment, Origin, Pattern};
use hark_pattern::{Limits, PatternId, Rules, ShapeId, Vocabulary};

use crate::cell::{Exemplar, HourCells, LogCount};
use crate::names;
use crate::picks::Picks;
use crate::room;

pub use field::Fields;

/// Steps that are kept of one pattern's time.
const STEPS_MAX: usize = 96;
/// Identities that are kept of those that became part of one pattern.
const FORMER_MAX: usize = 256;
/// Records that are picked of one pattern, and of all: where there are many patterns, each has to do with fewer.
const PICKS_MAX: usize = 256;
const PICKS_OF_ALL_MAX: usize = 32_768;
/// Room for so many more is made at once.
const STEPS_GROWTH: usize = 8;

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

/// Counts by stretches of hours, which double in length whenever there are too many.
#[derive(Default)]
struct Steps {
    /// A stretch has two to this power hours.
    doublings: u32,
    /// Stretches in which something was said, in order, and how often: there is one such row for every pattern, and in this form it
    /// takes the least room. Beyond four billion records a stretch is drawn no higher; what is counted is counted elsewhere.
    places: Vec<i32>,
    counts: Vec<u32>,
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

impl Steps {
    fn of(hour: Hour, count: u64) -> Self {
        let mut steps = Self::default();
        if count > 0 {
            // An hour that is beyond all calendars is none of a record's.
            steps.add(i32::try_from(hour.0).unwrap_or(0), u32::try_from(count).unwrap_or(u32::MAX));
        }
        steps
    }

    fn add(&mut self, place: i32, count: u32) {
        let found = match self.places.last() {
            Some(last) if *last < place => Err(self.places.len()),
            _ => self.places.binary_search(&place),
        };
        match found {
            Ok(at) => self.counts[at] = self.counts[at].saturating_add(count),
            Err(at) => {
                if self.places.len() == self.places.capacity() {
                    self.places.reserve_exact(STEPS_GROWTH);
                    self.counts.reserve_exact(STEPS_GROWTH);
                }
                self.places.insert(at, place);
                self.counts.insert(at, count);
            }
        }
    }

    fn absorb(&mut self, mut other: Steps) {
        while self.doublings < other.doublings {
            self.double();
        }
        while other.doublings < self.doublings {
            other.double();
        }
        other.places.iter().zip(&other.counts).for_each(|(place, count)| self.add(*place, *count));
        while self.counts.len() > STEPS_MAX {
            self.double();
        }
    }

    fn double(&mut self) {
        self.doublings += 1;
        let (places, counts) = (std::mem::take(&mut self.places), std::mem::take(&mut self.counts));
        places.into_iter().zip(counts).for_each(|(place, count)| self.add(place >> 1, count));
    }

    /// What is kept, in evenly spaced steps of whole hours.
    fn curve(&self, (from, to): (Moment, Moment), steps: usize) -> Curve {
        let first = from.hour();
        let hours = to.hour() - first + 1;
        let step_hours = hours.div_euclid(steps.max(1) as i64) + 1;
        let mut values = vec![0_u64; ((hours - 1).div_euclid(step_hours) + 1).max(1) as usize];
        for (step, count) in self.places.iter().zip(&self.counts) {
            let begin = (i64::from(*step) << self.doublings) - first.0;
            spread(
                u64::from(*count),
                (begin.max(0), (begin + (1 << self.doublings)).min(hours)),
                step_hours,
                &mut values,
            );
        }
        Curve {
            from: first.start(),
            step_seconds: step_hours * 3_600,
            values: values.into_iter().map(|value| Some(value as f64)).collect(),
            baseline: Vec::new(),
            unit: "records".to_owned(),
        }
    }
}

/// Spreads a count over the steps that its hours lie in, by their share: a kept step may lie across two that are shown.
fn spread(count: u64, (begin, end): (i64, i64), step_hours: i64, values: &mut [u64]) {
    let end = end.max(begin + 1);
    let until = |hour: i64| {
        let share = u128::from(count) * (hour - begin) as u128 / (end - begin) as u128;
        u64::try_from(share).expect("a share is no more than the count")
    };
    for place in begin / step_hours..=(end - 1) / step_hours {
        if let Some(value) = usize::try_from(place).ok().and_then(|place| values.get_mut(place)) {
            let from = (place * step_hours).max(begin);
            *value += until(((place + 1) * step_hours).min(end)) - until(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use hark_event::{Event, LogRecord, RecordFields};

    use super::*;
    use crate::Tally;

    /// What a service says in this hour.
    fn said(hour: Hour, messages: &[&str]) -> HourCells {
        let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
        let file = Arc::from("shop.log");
        let mut tally = Tally::new();
        for (line, message) in (1..).zip(messages) {
            tally.hear(Event::Log(LogRecord {
                time: Some(hour.start()),
                arrival: hour.start().plus_seconds(line as i64),
                origin: &origin,
                level: Level::Info,
                message,
                version: None,
                fields: RecordFields::default(),
                peers: &[],
                trace: None,
                file: &file,
                line,
                lines: 1,
            }));
        }
        tally.take_hours().remove(&hour).unwrap_or_default()
    }

    #[test]
    fn counts_stay_whole_when_patterns_become_one() {
        let names: Vec<String> = (0..40)
            .map(|at| {
                format!(
                    "login of {}{} was refused",
                    char::from(97 + at % 26),
                    "x".repeat(1 + at as usize / 26)
                )
            })
            .collect();
        let mut ledger = Ledger::new();
        for (at, name) in names.iter().enumerate() {
            ledger.close(Hour(1000 + at as i64), said(Hour(1000 + at as i64), &[name, "tick", "tick"]));
        }
        let patterns = ledger.patterns(Some((Hour(1000).start(), Hour(1039).start())), 10);
        let told: Vec<_> = patterns.iter().map(|pattern| (pattern.name.as_str(), pattern.count)).collect();
        assert_eq!(told, [("tick", 80), ("login of <*> was refused", 40)]);
        assert_eq!(patterns[1].first_seen, Some(Hour(1000).start().plus_seconds(1)));
        assert_eq!(patterns[1].last_seen, Some(Hour(1039).start().plus_seconds(1)));
        for pattern in &patterns {
            assert_eq!(pattern.levels, LevelCounts::of(Level::Info, pattern.count), "{}", pattern.name);
            let curve = pattern.curve.as_ref().expect("all records have times");
            assert_eq!(curve.values.iter().flatten().sum::<f64>(), pattern.count as f64, "{}", pattern.name);
        }
    }

    #[test]
    fn what_is_cut_at_a_limit_is_cut_by_hash_whoever_counted_which_part() {
        let letters = |number: u64| -> String {
            format!("{number:05}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
        };
        let records: Vec<Read> = (0..9_000)
            .map(|at| (0, 1 + at as i64 / 3, at as usize, (at, format!("odd thing {}", letters(at / 2)))))
            .collect();
        let whole = ledger_of(&records, 1, usize::MAX);
        assert_eq!(whole.iter().map(|pattern| pattern.count).sum::<u64>(), 9_000);
        let beyond = whole.iter().find(|pattern| pattern.name.contains("beyond")).expect("something was cut");
        assert_eq!(beyond.count, 2 * (4_500 - 4_096));
        for (machines, restarts_after) in [(2, usize::MAX), (3, 1_000), (7, 2_500)] {
            let mut shuffled = records.clone();
            shuffled.sort_by_key(|record| record.3.0.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            assert_eq!(ledger_of(&shuffled, machines, restarts_after), whole, "{machines} machines");
        }
    }

    #[test]
    fn steps_of_years_are_bounded_and_lose_no_record() {
        let mut steps = Steps::default();
        (0..20_000).for_each(|hour| steps.absorb(Steps::of(Hour(hour), 3)));
        assert!(steps.counts.len() <= STEPS_MAX);
        assert_eq!(steps.counts.iter().sum::<u32>(), 60_000);
    }

    #[test]
    fn what_is_steady_is_level_in_steps_of_any_length() {
        for hours in [90, 97, 200, 1_000, 5_000] {
            let mut steps = Steps::default();
            (0..hours).for_each(|hour| steps.absorb(Steps::of(Hour(hour), 60)));
            let curve = steps.curve((Hour(0).start(), Hour(hours - 1).start()), 24);
            assert_eq!(curve.values.iter().flatten().sum::<f64>(), (60 * hours) as f64);
            let whole = &curve.values[..curve.values.len() - 1];
            let full = curve.step_seconds as f64 / 60.0;
            assert!(
                whole.iter().flatten().all(|count| (count / full - 1.0).abs() < 0.05),
                "{hours}: {curve:?}"
            );
        }
    }

    /// A record as some machine read it: hour, second, which machine, which message.
    type Read = (i64, i64, usize, (u64, String));

    /// What the parts that these machines counted are together; each restarts after so many records.
    fn ledger_of(records: &[Read], machines: usize, restarts_after: usize) -> Vec<Pattern> {
        let mut parts: Vec<BTreeMap<Hour, HourCells>> = Vec::new();
        for machine in 0..machines {
            let read: Vec<&Read> = records.iter().filter(|record| record.2 % machines == machine).collect();
            for run in read.chunks(restarts_after) {
                let mut tally = Tally::new().keeping_values();
                run.iter().for_each(|record| hear(&mut tally, record));
                parts.push(tally.take_hours());
            }
        }
        let mut hours: BTreeMap<Hour, HourCells> = BTreeMap::new();
        for (hour, cells) in parts.into_iter().rev().flatten() {
            hours.entry(hour).or_default().merge(cells);
        }
        let mut ledger = Ledger::new();
        hours.into_iter().for_each(|(hour, cells)| ledger.close(hour, cells));
        let mut patterns = ledger.patterns(Some((Hour(1000).start(), Hour(1003).start())), 4);
        ledger.tell_fields(&mut patterns);
        patterns
    }

    fn hear(tally: &mut Tally, (hour, second, _, (line, message)): &Read) {
        let arrival = Hour(1000 + hour).start().plus_seconds(*second);
        let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
        let text = format!("amount{second}password{line}");
        let amount_end = 6 + second.to_string().len() as u32;
        let ends = [(6, amount_end), (amount_end + 8, text.len() as u32)];
        tally.hear(Event::Log(LogRecord {
            time: Some(arrival),
            arrival,
            origin: &origin,
            level: if second % 7 == 0 { Level::Warn } else { Level::Info },
            message,
            version: None,
            fields: RecordFields::new(&text, &ends[..if second % 5 == 0 { 1 } else { 2 }]),
            peers: &[],
            trace: None,
            file: &Arc::from("shop.log"),
            line: *line,
            lines: 1,
        }));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

        #[test]
        fn shuffled_split_among_machines_and_restarted_they_count_the_same(
            records in proptest::collection::vec((0..3_i64, 0..3_600_i64, 0..7_usize, "(login of ([a-e]{2}|u[0-9]{2}) from [a-c]{2} went well|user=[a-e]{1,2} went|state (PAID|SHIPPED))"), 1..300),
            machines in 2..6_usize,
            restarts_after in 1..90_usize,
            seed in proptest::prelude::any::<u64>(),
        ) {
            let numbered = |(line, (hour, second, machine, message))| (hour, second, machine, (line, message));
            let records: Vec<Read> = (1..).zip(records).map(numbered).collect();
            let whole = ledger_of(&records, 1, usize::MAX);
            let mut shuffled = records.clone();
            shuffled.sort_by_key(|record| {
                (record.1 as u64 + 1).wrapping_mul(seed | 1).rotate_left(19) ^ record.3.0
            });
            proptest::prop_assert_eq!(&ledger_of(&shuffled, machines, restarts_after), &whole);
            proptest::prop_assert_eq!(whole.iter().map(|pattern| pattern.count).sum::<u64>(), records.len() as u64);
            for pattern in &whole {
                proptest::prop_assert!(pattern.picked <= pattern.count);
                for field in &pattern.fields {
                    proptest::prop_assert!(field.count <= pattern.picked);
                    let is_all = pattern.picked == pattern.count && field.key.as_deref() == Some("amount");
                    proptest::prop_assert!(!is_all || field.count == pattern.count, "{field:?}");
                    let is_secret = field.key.as_deref() == Some("password");
                    proptest::prop_assert!(!is_secret || field.top.iter().all(|(value, _)| value == "<secret>"));
                }
            }
        }

        #[test]
        fn whatever_identity_was_told_leads_to_one_pattern_for_ever_and_no_history_restarts(
            hours in proptest::collection::vec(proptest::collection::vec("(login of ([a-e]{2}|u[0-9]{2}) from [a-c]{2} went well|user=[a-e]{1,2} went)", 1..40), 2..6),
        ) {
            let mut ledger = Ledger::new();
            let mut told: BTreeMap<Id, Pattern> = BTreeMap::new();
            let mut records = 0;
            for (hour, messages) in (1000..).map(Hour).zip(&hours) {
                records += messages.len() as u64;
                ledger.close(hour, said(hour, &messages.iter().map(String::as_str).collect::<Vec<_>>()));
                let now = ledger.patterns(None, 1);
                proptest::prop_assert_eq!(now.iter().map(|pattern| pattern.count).sum::<u64>(), records);
                told.extend(now.into_iter().map(|pattern| (pattern.id.clone(), pattern)));
                for (id, before) in &told {
                    let explained = ledger.explain(id, None, 1);
                    proptest::prop_assert_eq!(explained.len(), 1, "{} is lost", before.name);
                    let heir = &explained[0];
                    proptest::prop_assert!(heir.pattern.id == *id || heir.former.iter().any(|former| former.id == *id && former.name == before.name));
                    proptest::prop_assert!(heir.pattern.first_seen <= before.first_seen && heir.pattern.count >= before.count);
                }
            }
        }
    }
}

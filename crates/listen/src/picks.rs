//! A few records of many, picked by a hash, whose values are kept: from them what stood in wildcards and fields is told later.
//!
//! A record's hash says whether it is picked, whoever reads it and in whatever order: those with the smallest hashes are (a bottom-k
//! sample; Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007). Of few records all are picked, of many a share that
//! shrinks as they become more, so that hardly any record of a busy pattern costs anything. Below a bar that is kept with
//! them, the picks of all records are there; two parts below the lower of their bars are therefore a fair sample of both together.
//!
//! What is kept is masked. What it cannot do: see every value. The largest of a million numbers is hardly ever among those that are picked.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_event::{LogRecord, RecordFields};
use hark_pattern::Rules;

/// So many records are picked of a shape in an hour, however few there are.
const PICKS_MIN: usize = 2;
/// Never more of a shape in an hour.
const PICKS_MAX: usize = 64;
/// In between, one record of 32.
const SHARE_BAR: u64 = u64::MAX / 32;
/// So much of the first line is kept.
const TEXT_BYTES_MAX: usize = 400;
/// Ends a name, and a value; neither holds control characters.
const NAME_END: char = '\u{1f}';
const VALUE_END: char = '\u{1e}';

/// A record that was picked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pick {
    /// By which it was picked.
    pub hash: u64,
    /// Its first line, masked; nothing where its fields are all that it says.
    pub text: Arc<str>,
    /// Its fields, masked, as they are told.
    pub fields: Option<Arc<str>>,
}

/// Records that were picked of many.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picks {
    kept: BTreeSet<Pick>,
    /// All records with smaller hashes are kept.
    bar: u64,
}

impl Default for Picks {
    fn default() -> Self {
        Self { kept: BTreeSet::new(), bar: u64::MAX }
    }
}

impl Picks {
    /// Picks as they were read back.
    pub fn of(kept: impl IntoIterator<Item = Pick>, bar: u64) -> Self {
        Self { kept: kept.into_iter().collect(), bar }
    }

    /// All of them, the smallest hash first.
    pub fn iter(&self) -> impl Iterator<Item = &Pick> {
        self.kept.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// All records with smaller hashes are kept; if there is no smaller one, all are.
    pub fn bar(&self) -> u64 {
        self.bar
    }

    /// Whether every record is kept.
    pub fn is_whole(&self) -> bool {
        self.bar == u64::MAX
    }

    /// Whether a record with this hash is to be picked.
    #[inline]
    pub(crate) fn wants(&self, hash: u64) -> bool {
        hash < self.bar || self.bar == u64::MAX
    }

    /// Picks a record of a shape in an hour.
    pub(crate) fn add(&mut self, pick: Pick) {
        self.kept.insert(pick);
        self.thin();
    }

    /// Adds the other records of the same shape in the same hour.
    pub(crate) fn merge(&mut self, other: Self) {
        let are_whole = self.is_whole() && other.is_whole();
        self.kept.extend(other.kept);
        if !are_whole {
            self.bar = 0;
        }
        self.thin();
    }

    /// Adds other records of the same pattern and keeps so many.
    pub(crate) fn absorb(&mut self, other: Self, kept_max: usize) {
        self.bar = self.bar.min(other.bar);
        self.kept.extend(other.kept);
        self.keep(kept_max);
    }

    /// Keeps so many.
    pub(crate) fn keep(&mut self, kept_max: usize) {
        while self.kept.last().is_some_and(|last| last.hash >= self.bar && self.bar < u64::MAX)
            || self.kept.len() > kept_max
        {
            let last = self.kept.pop_last().expect("there is a last one");
            self.bar = self.bar.min(last.hash);
        }
    }

    /// Keeps the first few, and those that are of the share that is always picked.
    ///
    /// Which these are of a whole is the same from all of its records and from what was kept of its parts: whoever has a rank in the whole
    /// has none behind it in a part.
    fn thin(&mut self) {
        while let Some(last) = self.kept.last()
            && self.kept.len() > PICKS_MIN
            && (last.hash >= SHARE_BAR || self.kept.len() > PICKS_MAX)
        {
            self.kept.pop_last();
            self.bar = 0;
        }
        if self.is_whole() {
            return;
        }
        let last = self.kept.last().map_or(0, |last| last.hash.saturating_add(1));
        let is_share = last <= SHARE_BAR && self.kept.len() < PICKS_MAX;
        self.bar = if is_share { SHARE_BAR } else { last.min(u64::MAX - 1) };
    }

    /// Roughly how many bytes of memory they take.
    pub(crate) fn weight(&self) -> usize {
        let text = |pick: &Pick| 80 + pick.text.len() + pick.fields.as_ref().map_or(0, |fields| fields.len());
        self.kept.iter().map(text).sum::<usize>() + 64
    }
}

/// The hash by which a record is picked: of where it stands and when it came; `before` others stand on its line before it.
#[inline]
pub(crate) fn hash_of(record: &LogRecord<'_>, file: u64, before: u64) -> u64 {
    let mut hash = file ^ record.line.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^= before.wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(17);
    hash ^= (record.arrival.nanos() as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(31);
    // The finalizer of MurmurHash3 (Appleby, 2011).
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The record as it is kept.
pub(crate) fn pick(record: &LogRecord<'_>, hash: u64, rules: &Rules) -> Pick {
    let fields = (!record.fields.is_empty()).then(|| Arc::from(masked(record.fields, rules)));
    let line = if record.fields.are_message() { "" } else { record.message.lines().next().unwrap_or("") };
    let text = rules.mask_secrets(crate::tally::cut_at(line, 4 * TEXT_BYTES_MAX)).text;
    Pick { hash, text: Arc::from(crate::tally::cut_at(&text, TEXT_BYTES_MAX)), fields }
}

/// The same of a record that was kept as an example, whose text need not be masked again.
pub(crate) fn first_pick(record: &LogRecord<'_>, hash: u64, exemplar: &Arc<str>, rules: &Rules) -> Pick {
    if record.fields.are_message() || record.message.contains('\n') {
        return pick(record, hash, rules);
    }
    let fields = (!record.fields.is_empty()).then(|| Arc::from(masked(record.fields, rules)));
    Pick { hash, text: exemplar.clone(), fields }
}

/// Fields, masked and in one text.
pub(crate) fn masked(fields: RecordFields<'_>, rules: &Rules) -> String {
    let mut text = String::new();
    let plain = |sign: char| if sign.is_control() { ' ' } else { sign };
    for (name, value) in fields.iter() {
        let field = rules.mask_field(name, value);
        text.extend(field.name.chars().map(plain));
        text.push(NAME_END);
        text.extend(field.value.chars().map(plain));
        text.push(VALUE_END);
    }
    text
}

/// Name and value of each field that was kept.
pub(crate) fn fields_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_terminator(VALUE_END).filter_map(|field| field.split_once(NAME_END))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(hash: u64) -> Pick {
        Pick { hash, text: Arc::from(""), fields: None }
    }

    fn all(hashes: impl IntoIterator<Item = u64>) -> Picks {
        let mut picks = Picks::default();
        for hash in hashes {
            if picks.wants(hash) {
                picks.add(picked(hash));
            }
        }
        picks
    }

    fn hashes(count: u64) -> Vec<u64> {
        (1..=count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn of_few_records_all_are_picked_and_of_many_a_bounded_share() {
        for (count, kept) in [(1, 1), (2, 2), (3, 2), (30, 2), (1_600, 50), (100_000, PICKS_MAX)] {
            let picks = all(hashes(count));
            assert_eq!((picks.len(), picks.is_whole()), (kept, count <= 2), "{count}");
            let below =
                hashes(count).into_iter().filter(|hash| picks.is_whole() || *hash < picks.bar()).count();
            assert_eq!(below, kept, "all below the bar are kept");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

        #[test]
        fn parts_in_any_order_are_the_whole(
            records in proptest::collection::vec((proptest::prelude::any::<u64>(), 0..3_usize, 0..3_u32), 0..700),
        ) {
            // Some are hashed as those of a busy pattern.
            let records: Vec<(u64, usize)> = records.into_iter().map(|(hash, part, small)| (hash >> (4 * small), part)).collect();
            let whole = all(records.iter().map(|(hash, _)| *hash));
            let parts: Vec<Picks> = (0..3).map(|at| all(records.iter().rev().filter(|(_, part)| *part == at).map(|(hash, _)| *hash))).collect();
            let mut merged = Picks::default();
            [2, 0, 1].into_iter().for_each(|at: usize| merged.merge(parts[at].clone()));
            proptest::prop_assert_eq!(&merged, &whole);
            let mut absorbed = Picks::default();
            parts.iter().for_each(|part| absorbed.absorb(part.clone(), 50));
            let mut backwards = Picks::default();
            parts.iter().rev().for_each(|part| backwards.absorb(part.clone(), 50));
            proptest::prop_assert_eq!(&absorbed, &backwards);
            proptest::prop_assert!(absorbed.len() <= 50);
            let distinct: BTreeSet<u64> = records.iter().map(|(hash, _)| *hash).collect();
            let below = distinct.iter().filter(|hash| absorbed.is_whole() || **hash < absorbed.bar()).count();
            proptest::prop_assert_eq!(below, absorbed.len(), "a fair sample has all below its bar");
        }
    }
}

//! What stood in the wildcards and fields of a pattern: of the records that were picked for it, or of all of them in a second reading.
//!
//! Both sum the same way. The first is what every reading knows; the second is for whoever wants to know all about a few patterns, since
//! looking at the values of every record would cost more than all else that is done with it.

use std::collections::BTreeMap;

use hark_event::{FieldNumbers, FieldValues, Id, LogRecord, Origin, Pattern, PatternExplained};
use hark_pattern::{Field, Rules, Shaper, Values, values_in};

use super::Ledger;
use crate::names::masked_origin;
use crate::picks::{Picks, fields_of, masked};

/// The most frequent values that are told.
const TOP_MAX: usize = 8;
/// Fields beside the message that are told of one pattern, the first by the alphabet.
const BESIDE_MAX: usize = 64;

/// The values of the wildcards and fields of some patterns; two parts add up in any order.
#[derive(Default)]
pub struct Fields {
    patterns: BTreeMap<(Origin, Id), Sums>,
}

/// The values of one pattern.
#[derive(Clone, PartialEq, Debug, Default)]
struct Sums {
    name: String,
    wildcards: Vec<Values>,
    beside: BTreeMap<String, Values>,
    unread: u64,
}

impl Fields {
    /// Nothing yet, of these patterns.
    pub fn of(explained: &[PatternExplained]) -> Self {
        let empty = |explained: &PatternExplained| {
            let pattern = &explained.pattern;
            ((pattern.origin.clone(), pattern.id.clone()), Sums::of(&pattern.name))
        };
        Self { patterns: explained.iter().map(empty).collect() }
    }

    /// Takes the values of a record, if it is of one of the patterns.
    pub fn hear(&mut self, record: &LogRecord<'_>, ledger: &Ledger, shaper: &mut Shaper, rules: &Rules) {
        let shape = shaper.shape_record(record);
        let (id, _) = ledger.pattern_of(record.origin, shape.id, shape.text);
        let origin = masked_origin(record.origin, rules).unwrap_or_else(|| record.origin.clone());
        if let Some(sums) = self.patterns.get_mut(&(origin, id)) {
            let line =
                if record.fields.are_message() { "" } else { record.message.lines().next().unwrap_or("") };
            let fields = masked(record.fields, rules);
            sums.hear(&rules.mask_secrets(line).text, Some(&fields));
        }
    }

    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        for (key, part) in other.patterns {
            match self.patterns.get_mut(&key) {
                Some(sums) => sums.merge(part),
                None => drop(self.patterns.insert(key, part)),
            }
        }
    }

    /// Tells what was summed.
    pub fn tell(&self, explained: &mut [PatternExplained]) {
        for explained in explained {
            let pattern = &explained.pattern;
            let Some(sums) = self.patterns.get(&(pattern.origin.clone(), pattern.id.clone())) else {
                continue;
            };
            explained.fields_unread = sums.unread;
            explained.fields = sums.tell(&pattern.wildcards, true);
        }
    }
}

/// What stood in the wildcards and fields of a pattern, of the records that were picked.
pub(super) fn told(pattern: &Pattern, picks: &Picks, is_whole: bool) -> Vec<FieldValues> {
    let mut sums = Sums::of(&pattern.name);
    picks.iter().for_each(|pick| sums.hear(&pick.text, pick.fields.as_deref()));
    sums.tell(&pattern.wildcards, is_whole && picks.is_whole())
}

impl Sums {
    fn of(name: &str) -> Self {
        let wildcards = vec![Values::default(); Field::all(name).len()];
        Self { name: name.to_owned(), wildcards, ..Self::default() }
    }

    /// Takes a record, masked; without a text, its fields are its message.
    fn hear(&mut self, text: &str, fields: Option<&str>) {
        match values_in(&self.name, text) {
            _ if text.is_empty() => {}
            None => self.unread += 1,
            Some(values) => self.wildcards.iter_mut().zip(values).for_each(|(sum, value)| sum.add(value)),
        }
        for (name, value) in fields.into_iter().flat_map(fields_of) {
            if !self.beside.contains_key(name) {
                self.beside.insert(name.to_owned(), Values::default());
            }
            if let Some(sum) = self.beside.get_mut(name) {
                sum.add(value);
            }
        }
        self.cut();
    }

    fn merge(&mut self, other: Self) {
        self.unread += other.unread;
        self.wildcards.iter_mut().zip(&other.wildcards).for_each(|(sum, values)| sum.merge(values));
        for (name, values) in other.beside {
            self.beside.entry(name).or_default().merge(&values);
        }
        self.cut();
    }

    fn cut(&mut self) {
        while self.beside.len() > BESIDE_MAX {
            self.beside.pop_last();
        }
    }

    fn tell(&self, kinds: &[&'static str], is_whole: bool) -> Vec<FieldValues> {
        let keys = Field::all(&self.name).into_iter().map(|field| field.key);
        // Where the fields are the message, nothing stands in its wildcards but they.
        let has_text = self.wildcards.iter().any(|values| values.count() > 0);
        let wildcards = keys.zip(kinds).zip(&self.wildcards).filter(|_| has_text);
        let wildcards = wildcards.map(|((key, kind), values)| (key, false, *kind, values));
        let beside =
            self.beside.iter().map(|(name, values)| (Some(name.clone()), true, values.kind(), values));
        let told = wildcards.chain(beside).map(|(key, is_beside, kind, values)| FieldValues {
            key,
            is_beside,
            kind,
            count: values.count(),
            distinct: values.distinct(),
            is_exact: is_whole && values.is_whole(),
            top: values.top(TOP_MAX).into_iter().map(|(value, count)| (value.to_owned(), count)).collect(),
            numbers: numbers(values),
        });
        told.collect()
    }
}

fn numbers(values: &Values) -> Option<FieldNumbers> {
    let numbers = values.numbers()?;
    Some(FieldNumbers {
        count: numbers.count,
        unit: numbers.unit,
        min: numbers.min,
        median: numbers.median,
        max: numbers.max,
    })
}

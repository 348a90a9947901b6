//! What stood in the wildcards of a few patterns, summed over records that are heard a second time.
//!
//! Values are looked at only for who asks: at every record they would cost more than all else that is done with it.

use std::collections::BTreeMap;

use hark_event::{FieldNumbers, FieldValues, Id, LogRecord, Origin, PatternExplained};
use hark_pattern::{Field, Rules, Shaper, Values, values_in};

use super::Ledger;

/// The most frequent values that are told.
const TOP_MAX: usize = 8;

/// The values of the wildcards of some patterns; two parts add up in any order.
#[derive(Default)]
pub struct Fields {
    patterns: BTreeMap<(Origin, Id), PatternFields>,
}

#[derive(Default)]
struct PatternFields {
    name: String,
    values: Vec<Values>,
    unread: u64,
}

impl Fields {
    /// Nothing yet, of these patterns.
    pub fn of(explained: &[PatternExplained]) -> Self {
        let empty = |explained: &PatternExplained| {
            let pattern = &explained.pattern;
            let values = vec![Values::default(); Field::all(&pattern.name).len()];
            let fields = PatternFields { name: pattern.name.clone(), values, unread: 0 };
            ((pattern.origin.clone(), pattern.id.clone()), fields)
        };
        Self { patterns: explained.iter().map(empty).collect() }
    }

    /// Takes the values of a record, if it is of one of the patterns.
    pub fn hear(&mut self, record: &LogRecord<'_>, ledger: &Ledger, shaper: &mut Shaper, rules: &Rules) {
        let shape = shaper.shape(record.message);
        let (id, _) = ledger.pattern_of(record.origin, shape.id, shape.text);
        let Some(fields) = self.patterns.get_mut(&(record.origin.clone(), id)) else { return };
        let masked = rules.mask_secrets(record.message);
        match values_in(&fields.name, &masked.text) {
            None => fields.unread += 1,
            Some(values) => fields.values.iter_mut().zip(values).for_each(|(sum, value)| sum.add(value)),
        }
    }

    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        for (key, part) in other.patterns {
            let Some(fields) = self.patterns.get_mut(&key) else {
                self.patterns.insert(key, part);
                continue;
            };
            fields.unread += part.unread;
            fields.values.iter_mut().zip(&part.values).for_each(|(sum, values)| sum.merge(values));
        }
    }

    /// Tells what was summed.
    pub fn tell(&self, explained: &mut [PatternExplained]) {
        for explained in explained {
            let pattern = &explained.pattern;
            let Some(fields) = self.patterns.get(&(pattern.origin.clone(), pattern.id.clone())) else {
                continue;
            };
            explained.fields_unread = fields.unread;
            let keys = Field::all(&fields.name).into_iter().map(|field| field.key);
            let kinds = pattern.wildcards.iter().copied();
            let told = keys.zip(kinds).zip(&fields.values);
            explained.fields = told.map(|((key, kind), values)| field_values(key, kind, values)).collect();
        }
    }
}

fn field_values(key: Option<String>, kind: &'static str, values: &Values) -> FieldValues {
    let numbers = values.numbers().map(|numbers| FieldNumbers {
        count: numbers.count,
        unit: numbers.unit,
        min: numbers.min,
        median: numbers.median,
        max: numbers.max,
    });
    FieldValues {
        key,
        kind,
        count: values.count(),
        distinct: values.distinct(),
        is_exact: values.is_whole(),
        top: values.top(TOP_MAX).into_iter().map(|(value, count)| (value.to_owned(), count)).collect(),
        numbers,
    }
}

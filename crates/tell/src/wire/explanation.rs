//! The answer of `hark patterns --explain`.

use hark_event::{
    Explained, FieldNumbers, FieldValues, Former, PatternExplained, PlaceExplained, PlaceReason,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::patterns::PatternWire;
use super::{Stamp, hearing::HearingWire};

/// Why a log pattern is what it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explained")]
pub(crate) struct ExplainedWire {
    /// The identity that was asked for, now or formerly that of these patterns.
    asked: String,
    /// One for each service and environment that said it.
    explained: Vec<PatternExplainedWire>,
    /// How well we heard.
    hearing: HearingWire,
}

/// One pattern of one service, explained.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PatternExplained")]
struct PatternExplainedWire {
    /// The pattern with its counts.
    pattern: PatternWire,
    /// Whether it was written in `hark.toml`, so that no evidence was asked.
    defined: bool,
    /// How many shapes (messages with what is lexically variable masked) belong to it, as far as they are known.
    shapes: u64,
    /// Its places in order; the words of a message, signs left out.
    places: Vec<PlaceWire>,
    /// Identities that became part of it, in the order of when.
    former: Vec<FormerWire>,
    /// How many more there were.
    former_cut: u64,
    /// What stood where the first line has wildcards, in order, and in the fields beside the message, by name; of all records.
    fields: Vec<FieldWire>,
    /// Records whose values could not be told apart.
    fields_unread: u64,
}

/// One place of a pattern.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Place")]
struct PlaceWire {
    /// What stands there in the name.
    text: String,
    /// The kinds of its wildcards.
    wildcards: Vec<&'static str>,
    /// Why it is variable, or is not: `form` (it looks like what is never constant), `evidence` (many values stood there),
    /// `constant` (it says what the message is about), `kept` (`never_merge` names it).
    reason: &'static str,
    /// For `evidence`: how many values stood there. For `constant`: how many, this one included.
    values: Option<u64>,
    /// What those were worth, in plain words.
    weight: Option<u64>,
    /// How many plain words make the place variable; `null` where none do.
    needed: Option<u64>,
    /// For `evidence`: whether only words with digits may vary there.
    identifiers_only: Option<bool>,
    /// Some of the values.
    examples: Vec<String>,
    /// For `constant`: patterns that differ in this place alone and stayed apart, at most twelve.
    siblings: Vec<SiblingWire>,
}

/// A pattern that differs in one place.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Sibling")]
struct SiblingWire {
    /// Its identity.
    id: String,
    /// What it has in that place.
    text: String,
}

/// An identity of before.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Former")]
struct FormerWire {
    /// What it was.
    id: String,
    /// How it was called.
    pattern: String,
    /// The close of the hour that made it part of another.
    merged_at: Stamp,
}

/// What stood in one wildcard, or in one field beside the message, masked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Field")]
pub(super) struct FieldWire {
    /// The key before it, where there is one; the name of a field.
    key: Option<String>,
    /// Whether it is a field beside the message, and no wildcard.
    beside: bool,
    /// Its kind.
    wildcard: &'static str,
    /// How many values.
    count: u64,
    /// How many different ones.
    distinct: u64,
    /// Whether all values are known, so that nothing is estimated.
    exact: bool,
    /// The most frequent; of many different ones, the most frequent of a sample.
    top: Vec<ValueWire>,
    /// Numbers among them.
    numbers: Option<NumbersWire>,
}

/// One value.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Value")]
struct ValueWire {
    /// The value, cut to 80 bytes.
    value: String,
    /// How often it came.
    count: u64,
}

/// Numbers in one wildcard.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Numbers")]
struct NumbersWire {
    /// How many.
    count: u64,
    /// `s`, `bytes`, `%` or nothing.
    unit: &'static str,
    /// The smallest.
    min: f64,
    /// The one in the middle, within two percent.
    median: f64,
    /// The largest.
    max: f64,
}

impl From<&Explained> for ExplainedWire {
    fn from(explained: &Explained) -> Self {
        let records = explained.hearing.records;
        Self {
            asked: explained.asked.to_string(),
            explained: explained
                .patterns
                .iter()
                .map(|pattern| PatternExplainedWire::of(pattern, records))
                .collect(),
            hearing: HearingWire::from(&explained.hearing),
        }
    }
}

impl PatternExplainedWire {
    fn of(explained: &PatternExplained, records: u64) -> Self {
        Self {
            pattern: PatternWire::of(&explained.pattern, records),
            defined: explained.is_defined,
            shapes: explained.shapes,
            places: explained.places.iter().map(PlaceWire::from).collect(),
            former: explained.former.iter().map(FormerWire::from).collect(),
            former_cut: explained.former_cut,
            fields: explained.fields.iter().map(FieldWire::from).collect(),
            fields_unread: explained.fields_unread,
        }
    }
}

impl From<&PlaceExplained> for PlaceWire {
    fn from(place: &PlaceExplained) -> Self {
        let plain = |reason| Self {
            text: place.text.clone(),
            wildcards: place.kinds.clone(),
            reason,
            values: None,
            weight: None,
            needed: None,
            identifiers_only: None,
            examples: Vec::new(),
            siblings: Vec::new(),
        };
        match &place.reason {
            PlaceReason::Form => plain("form"),
            PlaceReason::Kept => plain("kept"),
            PlaceReason::Evidence { values, weight, needed, is_for_identifiers, examples } => Self {
                values: Some(*values),
                weight: Some(*weight),
                needed: Some(*needed),
                identifiers_only: Some(*is_for_identifiers),
                examples: examples.clone(),
                ..plain("evidence")
            },
            PlaceReason::Constant { others, siblings, weight, needed } => Self {
                values: Some(others + 1),
                weight: Some(*weight).filter(|_| *others > 0),
                needed: *needed,
                siblings: siblings
                    .iter()
                    .map(|(text, id)| SiblingWire { id: id.to_string(), text: text.clone() })
                    .collect(),
                ..plain("constant")
            },
        }
    }
}

impl From<&Former> for FormerWire {
    fn from(former: &Former) -> Self {
        Self {
            id: former.id.to_string(),
            pattern: former.name.clone(),
            merged_at: Stamp::from(former.merged_at),
        }
    }
}

impl From<&FieldValues> for FieldWire {
    fn from(field: &FieldValues) -> Self {
        let value = |(value, count): &(String, u64)| ValueWire { value: value.clone(), count: *count };
        Self {
            key: field.key.clone(),
            beside: field.is_beside,
            wildcard: field.kind,
            count: field.count,
            distinct: field.distinct,
            exact: field.is_exact,
            top: field.top.iter().map(value).collect(),
            numbers: field.numbers.as_ref().map(NumbersWire::from),
        }
    }
}

impl From<&FieldNumbers> for NumbersWire {
    fn from(numbers: &FieldNumbers) -> Self {
        let FieldNumbers { count, unit, min, median, max } = *numbers;
        Self { count, unit, min, median, max }
    }
}

//! The answer of `hark patterns`, as the contract writes it.

use hark_event::{Id, Level, Pattern, Patterns};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::explanation::FieldWire;
use super::{Stamp, hearing::HearingWire};

/// The log patterns that were heard.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Patterns")]
pub(crate) struct PatternsWire<'a> {
    /// Those that were asked for, in the order that was asked for.
    #[schemars(with = "Vec<PatternWire>")]
    patterns: Each<'a>,
    /// How well we heard; the counts of all patterns add up to its records.
    hearing: HearingWire,
}

/// Each is put in its wire form while it is written: there may be tens of thousands, and a second copy of all of them would be
/// the most that is ever held.
struct Each<'a> {
    patterns: &'a [Pattern],
    records: u64,
}

impl Serialize for Each<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.patterns.iter().map(|pattern| PatternWire::of(pattern, self.records)))
    }
}

/// One pattern of one service, counted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pattern")]
pub(super) struct PatternWire {
    /// Sixteen hexadecimal digits of its name's hash: the same wherever the pattern is.
    id: String,
    /// The message with every variable part printed `<*>`.
    pattern: String,
    /// What each `<*>` stands for, in order: `num`, `hex`, `uuid`, `ip`, `path`, `time`, `url`, `email`, `id`, `str`, `secret`, `word`.
    wildcards: Vec<&'static str>,
    /// Who said it.
    service: String,
    /// In which environment.
    environment: String,
    /// The level of most of its records, of equals the louder one; `null` if most of them name none.
    level: Option<&'static str>,
    /// At which levels it was said, with records: from the quietest to the loudest, those that name none left out.
    levels: Vec<LevelWire>,
    /// Records.
    count: u64,
    /// Its part of all records that were heard, 0 to 1.
    share: f64,
    /// Arrival of the first record; `null` if none has a time.
    first_seen: Option<Stamp>,
    /// Arrival of the last record; `null` if none has a time.
    last_seen: Option<Stamp>,
    /// The earliest record, with secrets masked.
    sample: Option<String>,
    /// How many records were picked, by a hash, to look at their values.
    picked: u64,
    /// What stood in the wildcards of the first line, in order, and in the fields beside the message, by name; of the records that were picked.
    fields: Vec<FieldWire>,
}

/// Records of one level.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LevelCount")]
struct LevelWire {
    level: &'static str,
    count: u64,
}

/// Which pattern one record belongs to.
#[derive(Serialize)]
pub(crate) struct AssignedWire<'a> {
    /// The record's first line, counted from 1.
    line: u64,
    id: &'a str,
    pattern: &'a str,
    /// The file, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

impl<'a> AssignedWire<'a> {
    /// For the record that begins in this line.
    pub(crate) fn of(line: u64, id: &'a Id, pattern: &'a str, file: Option<&'a str>) -> Self {
        Self { line, id: id.as_str(), pattern, file }
    }
}

impl<'a> From<&'a Patterns> for PatternsWire<'a> {
    fn from(patterns: &'a Patterns) -> Self {
        Self {
            patterns: Each { patterns: &patterns.patterns, records: patterns.hearing.records },
            hearing: HearingWire::from(&patterns.hearing),
        }
    }
}

impl PatternWire {
    pub(super) fn of(pattern: &Pattern, records: u64) -> Self {
        Self {
            id: pattern.id.to_string(),
            pattern: pattern.name.clone(),
            wildcards: pattern.wildcards.clone(),
            service: pattern.origin.service.to_string(),
            environment: pattern.origin.environment.to_string(),
            level: Some(pattern.levels.usual().name()).filter(|name| !name.is_empty()),
            levels: pattern
                .levels
                .said()
                .filter(|(level, _)| *level != Level::Unknown)
                .map(|(level, count)| LevelWire { level: level.name(), count })
                .collect(),
            count: pattern.count,
            share: pattern.count as f64 / records.max(1) as f64,
            first_seen: pattern.first_seen.map(Stamp::from),
            last_seen: pattern.last_seen.map(Stamp::from),
            sample: Some(pattern.sample.clone()).filter(|sample| !sample.is_empty()),
            picked: pattern.picked,
            fields: pattern.fields.iter().map(FieldWire::from).collect(),
        }
    }
}

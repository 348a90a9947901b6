//! The log patterns that were heard, with their counts: what `hark patterns` tells.

use crate::{Curve, FieldValues, Hearing, Id, Level, LevelCounts, Moment, Origin};

/// One pattern of one service, counted.
#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    /// Equal wherever the same pattern is: sixteen hexadecimal digits of the hash of its name.
    pub id: Id,
    /// The message with every variable part printed `<*>`.
    pub name: String,
    /// What each `<*>` stands for, in order.
    pub wildcards: Vec<&'static str>,
    /// Who said it.
    pub origin: Origin,
    /// At which levels it was said, and how often: one pattern may be said at several.
    pub levels: LevelCounts,
    /// Records.
    pub count: u64,
    /// Arrival of the first record; `None` if no record has a time.
    pub first_seen: Option<Moment>,
    /// Arrival of the last record; `None` if no record has a time.
    pub last_seen: Option<Moment>,
    /// The earliest record, masked; empty where none was kept.
    pub sample: String,
    /// What stood in its wildcards and fields, of the records that were picked for it; empty where nobody asked.
    pub fields: Vec<FieldValues>,
    /// How many records were picked.
    pub picked: u64,
    /// Records over time, the same stretch for all patterns; `None` if no record has a time.
    pub curve: Option<Curve>,
}

/// The answer of `hark patterns`.
#[derive(Clone, PartialEq, Debug)]
pub struct Patterns {
    /// Those that were asked for, in the order that was asked for.
    pub patterns: Vec<Pattern>,
    /// The level at or above which each of these has records; `None` where nobody asked for one.
    pub level_min: Option<Level>,
    /// How many patterns were heard, whether asked for or not.
    pub heard: usize,
    /// How well we heard; its records are those of all patterns.
    pub hearing: Hearing,
}

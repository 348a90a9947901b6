//! Why a log pattern is what it is: what `hark patterns --explain` tells.

use crate::{Hearing, Id, Moment, Pattern};

/// The answer to why.
#[derive(Clone, PartialEq, Debug)]
pub struct Explained {
    /// The identity that was asked for, now or formerly that of the patterns below.
    pub asked: Id,
    /// One for each service and environment that said it.
    pub patterns: Vec<PatternExplained>,
    /// How well we heard.
    pub hearing: Hearing,
}

/// One pattern of one service, explained.
#[derive(Clone, PartialEq, Debug)]
pub struct PatternExplained {
    /// The pattern with its counts.
    pub pattern: Pattern,
    /// Whether somebody wrote it, so that no evidence was asked.
    pub is_defined: bool,
    /// How many shapes (messages with what is lexically variable masked) belong to it, as far as they are known.
    pub shapes: u64,
    /// Its places in order; the words of a message, signs left out.
    pub places: Vec<PlaceExplained>,
    /// Identities that are part of it by now, in the order of when they became so.
    pub former: Vec<Former>,
    /// How many more there were.
    pub former_cut: u64,
    /// What stood where the first line has wildcards, in order, and in the fields beside the message, by name.
    pub fields: Vec<FieldValues>,
    /// Records whose values could not be told apart.
    pub fields_unread: u64,
}

/// One place of a pattern.
#[derive(Clone, PartialEq, Debug)]
pub struct PlaceExplained {
    /// What stands there in the name.
    pub text: String,
    /// The kinds of its wildcards.
    pub kinds: Vec<&'static str>,
    /// Why it is variable, or is not.
    pub reason: PlaceReason,
}

/// Why a place is variable, or is not.
#[derive(Clone, PartialEq, Debug)]
pub enum PlaceReason {
    /// Every value had a form that is never constant.
    Form,
    /// Many values stood there.
    Evidence {
        /// How many, when they became one.
        values: u64,
        /// What they were worth, in plain words.
        weight: u64,
        /// How many plain words would have been enough.
        needed: u64,
        /// Whether only words with digits may vary there.
        is_for_identifiers: bool,
        /// Some of them.
        examples: Vec<String>,
    },
    /// It is part of what the message says; what else was seen there is another pattern.
    Constant {
        /// How many other patterns differ in this place alone.
        others: u64,
        /// Some of them: what they have there, and their identity.
        siblings: Vec<(String, Id)>,
        /// What all that was seen there is worth, in plain words.
        weight: u64,
        /// How many plain words would make it variable; none would where nothing else is said.
        needed: Option<u64>,
    },
    /// Somebody wants it kept as it is.
    Kept,
}

/// An identity of before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Former {
    /// The close of the hour that made it part of another.
    pub merged_at: Moment,
    /// What it was.
    pub id: Id,
    /// How it was called.
    pub name: String,
}

/// What stood in one wildcard, or in one field beside the message.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldValues {
    /// The key before it, where there is one; the name of a field.
    pub key: Option<String>,
    /// Whether it is a field beside the message, and no wildcard.
    pub is_beside: bool,
    /// Its kind.
    pub kind: &'static str,
    /// How many values.
    pub count: u64,
    /// How many different ones.
    pub distinct: u64,
    /// Whether that was counted and not estimated.
    pub is_exact: bool,
    /// The most frequent with their counts, masked; of many different ones the most frequent of a sample.
    pub top: Vec<(String, u64)>,
    /// Numbers among them.
    pub numbers: Option<FieldNumbers>,
}

/// The numbers in one wildcard.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldNumbers {
    /// How many.
    pub count: u64,
    /// `s`, `bytes`, `%` or nothing.
    pub unit: &'static str,
    /// The smallest.
    pub min: f64,
    /// The one in the middle, within two percent.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

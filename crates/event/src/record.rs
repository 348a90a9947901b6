//! What telemetry says, one thing at a time, borrowed from the bytes that said it.

use std::fmt;
use std::sync::Arc;

use crate::{Alert, Change, Level, Moment, Span, UserReport};

/// Who spoke, and in which environment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The service's name by the rules of the contract.
    pub service: Arc<str>,
    /// The environment's name, `production` unless something said otherwise.
    pub environment: Arc<str>,
}

impl Origin {
    /// Whether users are served there, by the names that production has.
    pub fn is_production(&self) -> bool {
        const NAMES: [&str; 4] = ["production", "prod", "prd", "live"];
        NAMES.iter().any(|name| self.environment.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Origin {
    /// `checkout`, or `checkout (staging)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_production() {
            out.write_str(&self.service)
        } else {
            write!(out, "{} ({})", self.service, self.environment)
        }
    }
}

/// Where in the input something stands; prints as `file:line`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The file as the user named it, or `-`.
    pub file: Arc<str>,
    /// The first line, counted from 1; 0 where lines mean nothing.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Names and values that a record carries beside its message, in the order in which it has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecordFields<'a> {
    text: &'a str,
    ends: &'a [(u32, u32)],
    are_message: bool,
}

impl<'a> RecordFields<'a> {
    /// Fields whose names and values stand in `text` one behind the other and end where `ends` says: name, value, name, value.
    ///
    /// # Panics
    /// If the last ends behind the text.
    pub fn new(text: &'a str, ends: &'a [(u32, u32)]) -> Self {
        assert!(
            ends.last().is_none_or(|(_, value)| *value as usize <= text.len()),
            "fields end with their text"
        );
        Self { text, ends, are_message: false }
    }

    /// The same where the record has no message of its own: its first line is these fields, printed.
    pub fn as_message(self) -> Self {
        Self { are_message: true, ..self }
    }

    /// Whether the first line of the record's message is nothing but these fields.
    pub fn are_message(&self) -> bool {
        self.are_message
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let (text, mut start) = (self.text, 0);
        self.ends.iter().map(move |&(name, value)| {
            let (name, value) = (name as usize, value as usize);
            let field = (&text[start..name], &text[name..value]);
            start = value;
            field
        })
    }
}

/// One log record. Several lines may belong to it.
#[derive(Clone, Debug)]
pub struct LogRecord<'a> {
    /// When it says that it happened, if it says so.
    pub time: Option<Moment>,
    /// When it could first have been known (the contract's rule of arrival).
    pub arrival: Moment,
    /// Who spoke.
    pub origin: &'a Origin,
    /// How loudly.
    pub level: Level,
    /// What was said, without stamp and level; further lines are joined with `\n`. Not yet masked.
    pub message: &'a str,
    /// `service.version`, where the record carries one.
    pub version: Option<&'a str>,
    /// What it says beside its message, where it is a record of fields (JSON, logfmt, OTLP). Not yet masked.
    pub fields: RecordFields<'a>,
    /// Values of fields that name another service (`peer.service`, `upstream`, `server.address`, …).
    pub peers: &'a [&'a str],
    /// Hash of the identifier of the trace in whose course it was said, where the record carries one; the same as its spans have.
    pub trace: Option<u64>,
    /// The file that it stands in.
    pub file: &'a Arc<str>,
    /// Its first line, counted from 1.
    pub line: u64,
    /// How many lines it takes.
    pub lines: u32,
}

/// One sample of a metric series.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// When it was measured, which is also when it could first have been known.
    pub time: Moment,
    /// Whose metric it is.
    pub origin: &'a Origin,
    /// `name{label="value",…}`, labels sorted, those of service and environment left out.
    pub series: &'a str,
    /// The value; may be NaN or infinite, as the outside world pleases.
    pub value: f64,
    /// The file that it stands in.
    pub file: &'a Arc<str>,
    /// Its line, counted from 1.
    pub line: u64,
}

/// One thing that telemetry said.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A log record.
    Log(LogRecord<'a>),
    /// A metric sample.
    Sample(Sample<'a>),
    /// A span of a trace.
    Span(Span<'a>),
    /// An alert that fired or was resolved.
    Alert(Alert),
    /// What a user reported.
    Report(UserReport),
    /// A change that was announced.
    Change(Change),
}

//! What people wrote into the code: notes, log statements, and the places where they stand.

use std::sync::Arc;

use crate::{Id, Level, Moment};

/// A line of source.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CodePlace {
    /// The repository's name (its folder's).
    pub repository: Arc<str>,
    /// The path in the repository.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The commit that last touched it, if known.
    pub commit: Option<String>,
    /// The function around it, if known.
    pub function: Option<String>,
    /// A note that stands close by, if there is one.
    pub note: Option<String>,
    /// The line of the same file at which the note stands.
    pub note_line: Option<u32>,
}

/// An assumption, workaround or TODO that someone wrote down.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// The repository's name.
    pub repository: Arc<str>,
    /// The path in the repository.
    pub path: String,
    /// The first line, counted from 1.
    pub line: u32,
    /// The comment's text without comment marks, joined to one line. Masked.
    pub text: String,
    /// The function around it, if known.
    pub function: Option<String>,
    /// The commit that wrote it, if known.
    pub commit: Option<String>,
    /// When it was written, if known.
    pub written_at: Option<Moment>,
    /// Whether its author has committed in the 90 days before now; `None` if unknown.
    pub author_active: Option<bool>,
}

impl Note {
    /// The note's identity, by which answers and timelines point at it: the hash of `note`, path and line.
    pub fn id(&self) -> Id {
        Id::of(&["note", &self.path, &self.line.to_string()])
    }
}

/// A call in the code that writes a log record.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// The repository's name.
    pub repository: Arc<str>,
    /// The path in the repository.
    pub path: String,
    /// The line on which the call begins, counted from 1.
    pub line: u32,
    /// The level that the call names.
    pub level: Option<Level>,
    /// The message as written, every variable part as `<*>`.
    pub text: String,
    /// The function around it, if known.
    pub function: Option<String>,
}

/// What the code says about one pattern: where it is written, and which notes stand near.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CodeJoin {
    /// The statements whose constant text is the pattern's, best first; equals are all named.
    pub places: Vec<CodePlace>,
    /// Notes in the same function or within a few lines of these places.
    pub notes: Vec<Note>,
}

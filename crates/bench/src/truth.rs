//! What truly happened in a world, read from its `truth.json` as anybody else would read it.
//!
//! A shape of our own: the file is what a score rests on, whoever wrote it and in whatever version.

use std::fs;
use std::path::Path;

use hark_event::Moment;
use serde::{Deserialize, Deserializer, de};

use crate::error::BenchError;
use crate::score::moment;

/// The truth of one world.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Truth {
    pub(crate) tale: String,
    pub(crate) seed: u64,
    /// `None` in a quiet world.
    pub(crate) incident: Option<Incident>,
    /// `None` where there is nothing to judge.
    pub(crate) verdict: Option<String>,
    #[serde(deserialize_with = "rfc3339_or_null")]
    pub(crate) onset: Option<Moment>,
    /// Every subject that truly carries the effect before the incident.
    pub(crate) whispers: Vec<Whisper>,
    pub(crate) cause: Option<Cause>,
    #[serde(deserialize_with = "rfc3339")]
    pub(crate) begin: Moment,
    /// The time of the last record in the world.
    #[serde(deserialize_with = "rfc3339")]
    pub(crate) now: Moment,
    pub(crate) services: Vec<String>,
}

/// When and where users were hurt.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Incident {
    #[serde(deserialize_with = "rfc3339")]
    pub(crate) start: Moment,
    pub(crate) service: String,
}

/// A subject that truly carries the effect.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Whisper {
    pub(crate) service: String,
    pub(crate) kind: String,
    /// Texts that all occur in the subject's name.
    pub(crate) contains: Vec<String>,
    /// Texts none of which occurs in it.
    pub(crate) lacks: Vec<String>,
}

/// What caused the incident, as the repository tells it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Cause {
    pub(crate) commit_summary_contains: String,
    pub(crate) path: String,
    pub(crate) note: Option<Note>,
}

/// A note in the code that had said so.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Note {
    pub(crate) path: String,
    pub(crate) text_contains: String,
}

impl Truth {
    /// The truth that this file tells.
    pub(crate) fn read(path: &Path) -> Result<Self, BenchError> {
        let text = fs::read_to_string(path).map_err(|source| BenchError::file(path, source))?;
        serde_json::from_str(&text)
            .map_err(|error| BenchError::Request(format!("`{}` is no truth: {error}", path.display())))
    }
}

impl Whisper {
    /// Whether a subject of this service, kind and name is this whisper.
    pub(crate) fn is(&self, service: &str, kind: &str, name: &str) -> bool {
        self.service == service
            && self.kind == kind
            && self.contains.iter().all(|text| name.contains(text.as_str()))
            && !self.lacks.iter().any(|text| name.contains(text.as_str()))
    }
}

fn rfc3339<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    let text = String::deserialize(deserializer)?;
    moment(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no RFC 3339 time")))
}

fn rfc3339_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| moment(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no RFC 3339 time"))))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hark_rehearsal::{Rehearsal, Tale};
    use tempfile::TempDir;

    #[test]
    fn what_a_rehearsal_writes_is_what_is_read() {
        for tale in [Tale::Leak, Tale::Quiet] {
            let directory = TempDir::new().unwrap();
            let small = Rehearsal { weeks: 1, traffic: 0.0, ..Rehearsal::new(tale, 3) };
            let written = small.write(directory.path()).unwrap();
            let read = Truth::read(&directory.path().join("truth.json")).unwrap();
            assert_eq!((read.tale.as_str(), read.seed), (written.tale, written.seed));
            assert_eq!((read.onset, read.begin), (written.onset, written.begin));
            assert_eq!(read.now.seconds_since(written.now), 0);
            assert_eq!(read.verdict.as_deref(), written.verdict);
            assert_eq!(read.services, written.services);
            assert_eq!(read.whispers.len(), written.whispers.len());
            assert_eq!(read.incident.is_some(), written.incident.is_some());
            assert_eq!(read.cause.is_some(), written.cause.is_some());
        }
    }

    #[test]
    fn a_file_that_is_no_truth_is_named() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("truth.json");
        std::fs::write(&path, "{\"tale\":\"leak\"}").unwrap();
        let error = Truth::read(&path).unwrap_err();
        assert!(error.to_string().contains("truth.json` is no truth: missing field `seed`"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}

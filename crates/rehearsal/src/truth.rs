//! What truly happened in a world, written beside it for those who score what was heard.

use hark_event::Moment;
use serde::{Serialize, Serializer};

/// The truth of one world. In JSON, moments are RFC 3339.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Truth {
    /// Name of the tale.
    pub tale: &'static str,
    /// Seed of the world.
    pub seed: u64,
    /// When and where users were hurt; `None` in a quiet world.
    pub incident: Option<TrueIncident>,
    /// `whispered` or `silent`; `None` where there is nothing to judge.
    pub verdict: Option<&'static str>,
    /// When the story's cause reached production.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub onset: Option<Moment>,
    /// Every subject that truly carries the effect before the incident.
    pub whispers: Vec<TrueWhisper>,
    /// What caused it, as the repository tells it.
    pub cause: Option<TrueCause>,
    /// The first moment of the world.
    #[serde(serialize_with = "rfc3339")]
    pub begin: Moment,
    /// The time of the last record in the world.
    #[serde(serialize_with = "rfc3339")]
    pub now: Moment,
    /// All services.
    pub services: Vec<&'static str>,
    /// How many lines of logs were written.
    pub lines: u64,
    /// How many series of metrics were written.
    pub series: u64,
    /// How many spans of traces were written.
    pub spans: u64,
}

/// When and where users were hurt.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrueIncident {
    /// The first moment at which users were hurt.
    #[serde(serialize_with = "rfc3339")]
    pub start: Moment,
    /// When it was over.
    #[serde(serialize_with = "rfc3339")]
    pub end: Moment,
    /// Where it was seen.
    pub service: &'static str,
    /// What people called it.
    pub title: String,
}

/// A subject that truly carries the effect.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrueWhisper {
    /// Whose telemetry carries it.
    pub service: &'static str,
    /// `pattern`, `metric`, `flow` or `operation`.
    pub kind: &'static str,
    /// Texts that all occur in the subject's name.
    pub contains: Vec<String>,
    /// Texts none of which occurs in it.
    pub lacks: Vec<String>,
    /// When the effect began in it.
    #[serde(serialize_with = "rfc3339")]
    pub onset: Moment,
    /// Whether the subject did not exist before its onset.
    pub never_before: bool,
}

impl TrueWhisper {
    /// Whether a subject of this service and name is this whisper.
    pub fn is(&self, service: &str, kind: &str, name: &str) -> bool {
        self.service == service
            && self.kind == kind
            && self.contains.iter().all(|text| name.contains(text.as_str()))
            && !self.lacks.iter().any(|text| name.contains(text.as_str()))
    }
}

/// What caused the incident.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrueCause {
    /// Text of the commit's summary.
    pub commit_summary_contains: String,
    /// The file that it changed.
    pub path: String,
    /// Whether its author still works here.
    pub author_active: bool,
    /// The note in the code that had said so.
    pub note: Option<TrueNote>,
}

/// A note in the code.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrueNote {
    /// Its file.
    pub path: String,
    /// Text that it holds.
    pub text_contains: String,
}

fn rfc3339<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

fn rfc3339_or_null<S: Serializer>(moment: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.collect_str(moment),
        None => serializer.serialize_none(),
    }
}

//! How well we heard, as the contract writes it.

use std::collections::BTreeMap;

use hark_event::{Cut, Hearing, Unread};
use schemars::JsonSchema;
use serde::Serialize;

use super::Stamp;

/// How well we heard: what was read, what was cut, what could not be understood.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Hearing")]
pub(crate) struct HearingWire {
    /// The earliest arrival.
    from: Option<Stamp>,
    /// The latest arrival.
    to: Option<Stamp>,
    /// Files that were read.
    files: u64,
    /// Bytes that were read, after unpacking.
    bytes: u64,
    /// All lines of all files that were read.
    lines: u64,
    /// Log records.
    records: u64,
    /// Metric samples.
    samples: u64,
    /// Spans of traces.
    spans: u64,
    /// Records without a time of their own.
    undated: u64,
    /// Records that were longer than the limit, and cut.
    truncated: u64,
    /// Lines, samples or spans that could not be understood.
    rejected: u64,
    /// Secrets and personal data that were masked.
    masked: u64,
    /// How many subjects of each kind are known.
    subjects: BTreeMap<&'static str, u64>,
    /// What was cut at a limit.
    cut: Vec<CutWire>,
    /// Files, or parts of them, that could not be understood.
    unread: Vec<UnreadWire>,
}

/// Something that was cut at a limit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cut")]
struct CutWire {
    /// What was cut, and at which limit.
    what: String,
    /// How often.
    count: u64,
}

/// A file, or a part of one, that could not be understood.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Unread")]
struct UnreadWire {
    /// The file as the user named it.
    path: String,
    /// Why, and what to do about it.
    reason: String,
}

impl From<&Hearing> for HearingWire {
    fn from(hearing: &Hearing) -> Self {
        Self {
            from: hearing.from.map(Stamp::from),
            to: hearing.to.map(Stamp::from),
            files: hearing.files,
            bytes: hearing.bytes,
            lines: hearing.lines,
            records: hearing.records,
            samples: hearing.samples,
            spans: hearing.spans,
            undated: hearing.undated,
            truncated: hearing.truncated,
            rejected: hearing.rejected,
            masked: hearing.masked,
            subjects: hearing.subjects.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
            cut: hearing.cut.iter().map(CutWire::from).collect(),
            unread: hearing.unread.iter().map(UnreadWire::from).collect(),
        }
    }
}

impl From<&Cut> for CutWire {
    fn from(cut: &Cut) -> Self {
        Self { what: cut.what.clone(), count: cut.count }
    }
}

impl From<&Unread> for UnreadWire {
    fn from(unread: &Unread) -> Self {
        Self { path: unread.path.clone(), reason: unread.reason.clone() }
    }
}

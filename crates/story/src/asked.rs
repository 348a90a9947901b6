//! What a story is told from.

use std::collections::BTreeMap;

use hark_event::{Alert, Change, CodeJoin, Hearing, Id, Moment, Note, UserReport};
use hark_listen::Heard;

use crate::beginning::Look;

/// What the user asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When users were first hurt.
    pub start: Moment,
    /// When it was over, if known.
    pub end: Option<Moment>,
    /// Where users were hurt, if they say so.
    pub service: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// The crash line or stack trace, masked, if there is one.
    pub crash: Option<String>,
    /// How the minutes around the start are looked at.
    pub look: Look,
}

/// What is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// What was heard, up to now.
    pub heard: Heard,
    /// Alerts, one entry for each firing.
    pub alerts: Vec<Alert>,
    /// What users reported.
    pub reports: Vec<UserReport>,
    /// Changes up to now, from repositories and announcements.
    pub changes: Vec<Change>,
    /// What the code says about the subjects of signals, by signal.
    pub code: BTreeMap<Id, CodeJoin>,
    /// All notes in the code.
    pub notes: Vec<Note>,
    /// Notes in functions that write no log record at all.
    pub mute_notes: Vec<Note>,
    /// Whether any repository was read.
    pub has_repository: bool,
    /// How well we heard.
    pub hearing: Hearing,
}

impl Known {
    /// The same knowledge with repeats of an alert made one, and everything in order of time.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        let mut firings: BTreeMap<Id, Alert> = BTreeMap::new();
        for alert in std::mem::take(&mut self.alerts) {
            match firings.get_mut(&alert.id) {
                None => drop(firings.insert(alert.id.clone(), alert)),
                Some(known) => {
                    known.ends_at = known.ends_at.max(alert.ends_at);
                    known.answered |= alert.answered;
                }
            }
        }
        self.alerts = firings.into_values().collect();
        self.alerts.sort_by(|a, b| a.starts_at.cmp(&b.starts_at).then_with(|| a.id.cmp(&b.id)));
        self.reports.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.id.cmp(&b.id)));
        self.reports.dedup_by(|a, b| a.id == b.id);
        self.changes.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.id.cmp(&b.id)));
        self.changes.dedup_by(|a, b| a.id == b.id);
        self
    }
}

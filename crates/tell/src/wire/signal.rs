//! A signal, as the contract writes it.
//!
//! Everything but `base_rate`, `code` and `members` is frozen when it is said, so what is learned later, the
//! end of an episode for instance, has no place here.

use hark_event::{BaseRate, CodePlace, Episode, Evidence, Id, Subject};
use schemars::JsonSchema;
use serde::Serialize;

use super::Stamp;

/// One finding with evidence, about one subject.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Signal")]
pub(crate) struct SignalWire {
    /// Hash of kind, service, environment, subject and `noticed_at`.
    id: String,
    /// What kind of finding: `pattern-rising`, `metric-drift`, …; new kinds may be added.
    kind: &'static str,
    /// Whose telemetry said it.
    service: String,
    /// The environment of that service.
    environment: String,
    /// What it is about.
    subject: SubjectWire,
    /// When the change began.
    onset: Stamp,
    /// The earliest moment at which it could have been said.
    noticed_at: Stamp,
    /// How rare this is on quiet history of its class, the same for every kind.
    #[schemars(range(min = 0, max = 1))]
    strength: f64,
    /// One sentence for a person, with the numbers in it.
    summary: String,
    /// What it rests on.
    evidence: Vec<EvidenceWire>,
    /// The change that explains it.
    explained_by: Option<String>,
    /// The id of the signal that speaks for those that moved together.
    cluster: Option<String>,
    /// For that signal: the ids of the others.
    members: Vec<String>,
    /// How often such a signal is there when nothing happens.
    base_rate: BaseRateWire,
    /// Where in the code its subject is written.
    code: Vec<CodeWire>,
}

/// What a signal is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subject")]
struct SubjectWire {
    /// `pattern`, `metric`, `operation`, `flow`, `service`, `transition`, `combination`, `code` or `source`.
    kind: &'static str,
    /// A pattern's message with every variable part as `<*>`; a metric's `name{label="value",…}`.
    name: String,
}

/// One piece of evidence.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Evidence")]
pub(super) struct EvidenceWire {
    /// When it was said or measured.
    time: Stamp,
    /// The masked line, or the number with its unit.
    text: String,
    /// `file:line`, or series and window.
    source: String,
}

/// How often such a signal is there when nothing happens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BaseRate")]
struct BaseRateWire {
    /// Quiet moments that were looked at.
    quiet_windows: u32,
    /// At how many of them such a signal was open.
    occurred_in: u32,
}

/// A line of source.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CodePlace")]
struct CodeWire {
    /// The repository's name.
    repository: String,
    /// The path in the repository.
    path: String,
    /// The line, counted from 1.
    line: u32,
    /// The commit that last touched it.
    commit: Option<String>,
    /// The function around it.
    function: Option<String>,
    /// A note that stands close by.
    note: Option<String>,
    /// The line of the same file at which the note stands.
    note_line: Option<u32>,
}

impl From<&Episode> for SignalWire {
    fn from(episode: &Episode) -> Self {
        let signal = &episode.signal;
        Self {
            id: signal.id.to_string(),
            kind: signal.kind.name(),
            service: signal.origin.service.to_string(),
            environment: signal.origin.environment.to_string(),
            subject: SubjectWire::from(&signal.subject),
            onset: signal.onset.into(),
            noticed_at: signal.noticed_at.into(),
            strength: to_three_decimals(signal.strength),
            summary: signal.summary.clone(),
            evidence: signal.evidence.iter().map(EvidenceWire::from).collect(),
            explained_by: signal.explained_by.clone(),
            cluster: signal.cluster.as_ref().map(Id::to_string),
            members: episode.members.iter().map(Id::to_string).collect(),
            base_rate: episode.base_rate.into(),
            code: episode.code.iter().map(CodeWire::from).collect(),
        }
    }
}

/// The strength as it is printed; what is no number is no strength.
fn to_three_decimals(strength: f64) -> f64 {
    if strength.is_nan() { 0.0 } else { (strength.clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0 }
}

impl From<&Subject> for SubjectWire {
    fn from(subject: &Subject) -> Self {
        Self { kind: subject.kind.name(), name: subject.name.clone() }
    }
}

impl From<&Evidence> for EvidenceWire {
    fn from(evidence: &Evidence) -> Self {
        Self { time: evidence.time.into(), text: evidence.text.clone(), source: evidence.source.clone() }
    }
}

impl From<BaseRate> for BaseRateWire {
    fn from(rate: BaseRate) -> Self {
        Self { quiet_windows: rate.quiet_windows, occurred_in: rate.occurred_in }
    }
}

impl From<&CodePlace> for CodeWire {
    fn from(place: &CodePlace) -> Self {
        Self {
            repository: place.repository.to_string(),
            path: place.path.clone(),
            line: place.line,
            commit: place.commit.clone(),
            function: place.function.clone(),
            note: place.note.clone(),
            note_line: place.note_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_has_three_decimals_and_stays_within_0_and_1() {
        let printed: Vec<f64> =
            [0.98765, 1.2, -0.1, f64::NAN, f64::INFINITY].into_iter().map(to_three_decimals).collect();
        assert_eq!(printed, [0.988, 1.0, 0.0, 0.0, 1.0]);
    }
}

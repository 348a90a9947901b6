//! The answer of `hark replay`, as the contract writes it.

use hark_story::{Replay, ReplayedIncident, ReplayedKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Stamp, story::VerdictWire};

/// How well listening would have served, had it been there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Replay")]
pub(crate) struct ReplayWire {
    /// Up to when was listened; null where nothing was heard and nobody said when now is.
    as_of: Option<Stamp>,
    /// Services times the weeks in which something could be said.
    service_weeks: f64,
    /// Each kind of signal that was said.
    kinds: Vec<KindWire>,
    /// In order of their start.
    incidents: Vec<IncidentWire>,
}

/// One kind of signal, held against all incidents.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReplayedKind")]
struct KindWire {
    /// `metric-drift`, `pattern-new`, …
    kind: &'static str,
    /// Signals that no change explains.
    said: u64,
    /// Those among them that an incident to which they are linked followed, while they were open or within a day.
    followed: u64,
    /// From `noticed_at` to the start, in seconds: lower quartile, median, upper quartile; each `null` if nothing followed.
    lead_seconds: [Option<i64>; 3],
    /// Those that nothing followed, clusters counted once.
    false_per_service_week: f64,
    /// The share of those said that an incident would have followed by chance: the same incidents, moved to other times.
    chance: f64,
}

/// One incident, told from what had been noticed before it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReplayedIncident")]
struct IncidentWire {
    /// When users were first hurt.
    start: Stamp,
    /// Where, if that was written down.
    service: Option<String>,
    /// What people call it.
    title: Option<String>,
    /// Whether someone was told in time, the system knew, or neither.
    verdict: VerdictWire,
    /// From the first credible signal to the start.
    lead_time_seconds: Option<i64>,
}

impl From<&Replay> for ReplayWire {
    fn from(replay: &Replay) -> Self {
        Self {
            as_of: Stamp::of_now(replay.as_of),
            service_weeks: replay.service_weeks,
            kinds: replay.kinds.iter().map(KindWire::from).collect(),
            incidents: replay.incidents.iter().map(IncidentWire::from).collect(),
        }
    }
}

impl From<&ReplayedKind> for KindWire {
    fn from(kind: &ReplayedKind) -> Self {
        Self {
            kind: kind.kind.name(),
            said: kind.said as u64,
            followed: kind.followed as u64,
            lead_seconds: kind.lead_seconds.map_or([None; 3], |quartiles| quartiles.map(Some)),
            false_per_service_week: kind.false_per_service_week,
            chance: kind.chance,
        }
    }
}

impl From<&ReplayedIncident> for IncidentWire {
    fn from(replayed: &ReplayedIncident) -> Self {
        Self {
            start: replayed.incident.start.into(),
            service: replayed.incident.service.as_deref().map(str::to_owned),
            title: replayed.incident.title.clone(),
            verdict: replayed.verdict.into(),
            lead_time_seconds: replayed.lead_time_seconds,
        }
    }
}

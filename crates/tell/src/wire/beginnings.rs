//! Where among services it began, as the story's JSON writes it.

use hark_story::{Beginning, Beginnings};
use schemars::JsonSchema;
use serde::Serialize;

use super::signal::EvidenceWire;

/// Where among services it began, by the minutes around the start. Made in hindsight, and no signal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Beginnings")]
pub(crate) struct BeginningsWire {
    /// The likeliest first.
    ranked: Vec<BeginningWire>,
    /// Quiet moments at which the same was done.
    quiet_moments: u32,
    /// At how many of them a service would have weighed as much as the first one here.
    quiet_as_much: u32,
}

/// A service where it may have begun.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Beginning")]
struct BeginningWire {
    /// Its place, from 1.
    rank: u32,
    /// Its name.
    service: String,
    /// How much of the trouble it added itself, in what is usual for the service that was hurt.
    weight: f64,
    /// What it added, in a sentence.
    summary: String,
    /// What it said before and then.
    evidence: Vec<EvidenceWire>,
}

impl From<&Beginnings> for BeginningsWire {
    fn from(beginnings: &Beginnings) -> Self {
        Self {
            ranked: beginnings.ranked.iter().map(BeginningWire::from).collect(),
            quiet_moments: beginnings.quiet_moments,
            quiet_as_much: beginnings.quiet_as_much,
        }
    }
}

impl From<&Beginning> for BeginningWire {
    fn from(beginning: &Beginning) -> Self {
        Self {
            rank: beginning.rank,
            service: beginning.service.clone(),
            // Three decimals say all that a rank rests on.
            weight: (beginning.weight * 1e3).round() / 1e3,
            summary: beginning.summary.clone(),
            evidence: beginning.evidence.iter().map(EvidenceWire::from).collect(),
        }
    }
}

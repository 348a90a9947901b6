//! Where among services it began, as the story's JSON writes it.

use hark_story::{Basis, Beginning, Beginnings};
use schemars::JsonSchema;
use serde::Serialize;

use super::signal::EvidenceWire;

/// Where among services it began. Made in hindsight, and no signal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Beginnings")]
pub(crate) struct BeginningsWire {
    /// The likeliest first.
    ranked: Vec<BeginningWire>,
    /// By what they are ranked.
    basis: BasisWire,
    /// Whether it would hardly be said without an incident: only then people are told.
    stands_out: bool,
    /// Quiet moments at which the same was done.
    quiet_moments: u32,
    /// At how many of them a service would have weighed as much as the first one here.
    quiet_as_much: u32,
}

/// By what services are ranked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Basis")]
#[serde(rename_all = "kebab-case")]
enum BasisWire {
    /// By what they added to the minutes around the start.
    Minutes,
    /// By what changed in single requests that were followed.
    Requests,
}

/// A service where it may have begun.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Beginning")]
struct BeginningWire {
    /// Its place, from 1.
    rank: u32,
    /// Its name.
    service: String,
    /// By minutes, how much of the trouble it added itself, in what is usual for the service that was hurt; by requests, how surely
    /// it answers otherwise, in standard deviations of chance.
    weight: f64,
    /// By minutes, which part of the trouble of the service that was hurt that is, from 0 to 1.
    share: Option<f64>,
    /// What it added, in a sentence.
    summary: String,
    /// What it said before and then.
    evidence: Vec<EvidenceWire>,
}

impl From<&Beginnings> for BeginningsWire {
    fn from(beginnings: &Beginnings) -> Self {
        Self {
            ranked: beginnings.ranked.iter().map(BeginningWire::from).collect(),
            basis: match beginnings.basis {
                Basis::Minutes => BasisWire::Minutes,
                Basis::Requests => BasisWire::Requests,
            },
            stands_out: beginnings.stands_out(),
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
            share: beginning.share.map(|share| (share * 1e3).round() / 1e3),
            summary: beginning.summary.clone(),
            evidence: beginning.evidence.iter().map(EvidenceWire::from).collect(),
        }
    }
}

//! The answer of `hark listen`, as the contract writes it.

use hark_event::{Episode, Listening};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Stamp, hearing::HearingWire, signal::SignalWire, survey::ProspectWire};

/// What the system is saying that nobody has answered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Listening")]
pub(crate) struct ListeningWire {
    /// Now; null where nothing was heard and nobody said when now is.
    as_of: Option<Stamp>,
    /// Signals noticed at or after this moment were asked for.
    since: Option<Stamp>,
    /// By strength, then `noticed_at`, then `id`.
    signals: Vec<SignalWire>,
    /// Those among them that are over, and since when.
    ended: Vec<EndedWire>,
    /// How many signals the attention budget held back.
    held_back: u64,
    /// How many signals a known change explains.
    explained: u64,
    /// How many services are heard.
    services: u64,
    /// What cannot be said yet of anything, for want of history; without it, silence means little.
    waiting: Vec<ProspectWire>,
    /// How well we heard.
    hearing: HearingWire,
}

/// A signal whose subject is back in its baseline. It stands apart, since signals are frozen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Ended")]
struct EndedWire {
    /// The signal's id.
    id: String,
    /// When its subject was back in its baseline.
    at: Stamp,
}

impl EndedWire {
    fn of(episode: &Episode) -> Option<Self> {
        Some(Self { id: episode.signal.id.to_string(), at: episode.ended_at?.into() })
    }
}

impl From<&Listening> for ListeningWire {
    fn from(listening: &Listening) -> Self {
        Self {
            as_of: Stamp::of_now(listening.as_of),
            since: Stamp::of_now(listening.as_of).map(|_| listening.since.into()),
            signals: listening.episodes.iter().map(SignalWire::from).collect(),
            ended: listening.episodes.iter().filter_map(EndedWire::of).collect(),
            held_back: listening.held_back as u64,
            explained: listening.explained as u64,
            services: listening.services as u64,
            waiting: listening.waiting.iter().map(ProspectWire::from).collect(),
            hearing: HearingWire::from(&listening.hearing),
        }
    }
}

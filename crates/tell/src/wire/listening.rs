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
    /// When subjects of these, and of earlier ones that are still open and near their limit, reach it as of now.
    forecasts: Vec<ForecastWire>,
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

/// When a subject reaches its limit, as of now. It stands apart, since signals are frozen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Forecast")]
struct ForecastWire {
    /// The signal's id.
    id: String,
    /// Whose telemetry said it.
    service: String,
    /// The subject's name.
    subject: String,
    /// When it was said.
    noticed_at: Stamp,
    /// One sentence for a person.
    text: String,
    /// Days from now, if it goes on like this; 0 at the limit.
    days_left: f64,
}

impl ForecastWire {
    fn of(episode: &Episode) -> Option<Self> {
        let (signal, forecast) = (&episode.signal, episode.forecast.as_ref()?);
        Some(Self {
            id: signal.id.to_string(),
            service: signal.origin.service.to_string(),
            subject: signal.subject.name.clone(),
            noticed_at: signal.noticed_at.into(),
            text: forecast.text.clone(),
            days_left: (forecast.days_left * 10.0).round() / 10.0,
        })
    }
}

impl From<&Listening> for ListeningWire {
    fn from(listening: &Listening) -> Self {
        Self {
            as_of: Stamp::of_now(listening.as_of),
            since: Stamp::of_now(listening.as_of).map(|_| listening.since.into()),
            signals: listening.episodes.iter().map(SignalWire::from).collect(),
            ended: listening.episodes.iter().filter_map(EndedWire::of).collect(),
            forecasts: listening
                .episodes
                .iter()
                .chain(&listening.nearing)
                .filter_map(ForecastWire::of)
                .collect(),
            held_back: listening.held_back as u64,
            explained: listening.explained as u64,
            services: listening.services as u64,
            waiting: listening.waiting.iter().map(ProspectWire::from).collect(),
            hearing: HearingWire::from(&listening.hearing),
        }
    }
}

//! What was heard: findings with evidence, frozen when they are said.

use crate::{CodePlace, Curve, Hearing, Id, Moment, Origin, Subject};

/// The kinds of signal, with the names that the contract gives them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum SignalKind {
    /// A pattern that was never seen before.
    PatternNew,
    /// A pattern that is said more and more.
    PatternRising,
    /// A pattern that is said in an hour or two as never before.
    PatternBurst,
    /// A regular pattern that stopped.
    PatternVanished,
    /// A pattern that had been silent for weeks.
    PatternReturned,
    /// A metric that moves slowly and steadily away from its baseline.
    MetricDrift,
    /// A metric that stepped to another level and stayed.
    MetricShift,
    /// A metric that scatters more than it did.
    MetricSpread,
    /// A metric that will reach its limit.
    MetricSaturation,
    /// A metric that goes beyond all that it has done.
    MetricAnomaly,
    /// A metric that is measured no more.
    MetricGone,
    /// The slowest requests became slower.
    TailLatency,
    /// Errors are a growing share.
    ErrorsRising,
    /// Calls are tried again more and more often.
    RetriesRising,
    /// Somebody calls somebody as never before.
    FlowNew,
    /// Calls that used to be made are no longer made.
    FlowGone,
    /// Harkback itself did not hear what was there to be heard: no news of the system.
    HearingLoss,
}

impl SignalKind {
    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PatternNew => "pattern-new",
            Self::PatternRising => "pattern-rising",
            Self::PatternBurst => "pattern-burst",
            Self::PatternVanished => "pattern-vanished",
            Self::PatternReturned => "pattern-returned",
            Self::MetricDrift => "metric-drift",
            Self::MetricShift => "metric-shift",
            Self::MetricSpread => "metric-spread",
            Self::MetricSaturation => "metric-saturation",
            Self::MetricAnomaly => "metric-anomaly",
            Self::MetricGone => "metric-gone",
            Self::TailLatency => "tail-latency",
            Self::ErrorsRising => "errors-rising",
            Self::RetriesRising => "retries-rising",
            Self::FlowNew => "flow-new",
            Self::FlowGone => "flow-gone",
            Self::HearingLoss => "hearing-loss",
        }
    }
}

/// One piece of evidence.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// When it was said or measured.
    pub time: Moment,
    /// The masked line, or the number with its unit.
    pub text: String,
    /// `file:line`, or series and window.
    pub source: String,
}

impl Evidence {
    /// Whether the text stands somewhere as it is told, in a line of a file, and is no number of ours.
    pub fn is_quoted(&self) -> bool {
        let line = self.source.rsplit_once(':').map(|(_, line)| line);
        line.is_some_and(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// One finding about one subject. Nothing in it changes after it was said.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Signal {
    /// Hash of kind, service, environment, subject and `noticed_at`.
    pub id: Id,
    /// What kind of finding.
    pub kind: SignalKind,
    /// Whose telemetry said it.
    pub origin: Origin,
    /// What it is about.
    pub subject: Subject,
    /// When the change began.
    pub onset: Moment,
    /// The earliest moment at which we could have said so: the closing of an hour.
    pub noticed_at: Moment,
    /// 0 to 1, the same for every kind: how rare this is on quiet history of its class.
    pub strength: f64,
    /// One sentence for a person, with the numbers in it.
    pub summary: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The change that explains it, in words, or `None`.
    pub explained_by: Option<String>,
    /// The signal that speaks for those that moved together; its own id if it is that one.
    pub cluster: Option<Id>,
}

impl Signal {
    /// The identity of what is said of a subject at a moment.
    pub fn id_of(kind: SignalKind, origin: &Origin, subject: &Subject, noticed_at: Moment) -> Id {
        Id::of(&[
            kind.name(),
            &origin.service,
            &origin.environment,
            subject.kind.name(),
            &subject.name,
            &noticed_at.to_string(),
        ])
    }

    /// Whether it tells of the system, with no known change to explain it: the rest is counted apart and takes no attention.
    pub fn asks_for_attention(&self) -> bool {
        self.explained_by.is_none() && self.kind != SignalKind::HearingLoss
    }
}

/// How often such a signal is there when nothing happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct BaseRate {
    /// Quiet moments that were looked at.
    pub quiet_windows: u32,
    /// At how many of them such a signal was open.
    pub occurred_in: u32,
}

impl BaseRate {
    /// The rate; 1 if there was nothing to compare with, since nothing is then known to be rare.
    pub fn rate(self) -> f64 {
        if self.quiet_windows == 0 {
            1.0
        } else {
            f64::from(self.occurred_in) / f64::from(self.quiet_windows)
        }
    }
}

/// A signal, and what was learned after it was said.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Episode {
    /// What was said.
    pub signal: Signal,
    /// When its subject was back in its baseline; `None` while it lasts.
    pub ended_at: Option<Moment>,
    /// How often such a signal is there when nothing happens.
    pub base_rate: BaseRate,
    /// Where in the code its subject is written.
    pub code: Vec<CodePlace>,
    /// For the representative of a cluster: the others in it.
    pub members: Vec<Id>,
    /// Its subject over time, to be drawn.
    pub curve: Option<Curve>,
    /// While it lasts and its subject runs into a limit: when, as far as is known now.
    pub forecast: Option<Forecast>,
}

/// When a subject reaches its limit, as of now: what was said once is frozen, and what was far off may be near.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Forecast {
    /// One sentence, which names the moment as of which it is said.
    pub text: String,
    /// Days from that moment, if it goes on like this; 0 at the limit.
    pub days_left: f64,
}

impl Episode {
    /// Whether it had been said and had not ended at this moment.
    pub fn is_open_at(&self, moment: Moment) -> bool {
        self.signal.noticed_at <= moment && self.ended_at.is_none_or(|ended| moment < ended)
    }

    /// Whether it speaks for its cluster, or stands alone.
    pub fn is_representative(&self) -> bool {
        self.signal.cluster.as_ref().is_none_or(|cluster| *cluster == self.signal.id)
    }
}

/// The answer of `hark listen`.
#[derive(Clone, PartialEq, Debug)]
pub struct Listening {
    /// What cannot be said yet, for want of history.
    pub waiting: Vec<crate::Prospect>,
    /// Now.
    pub as_of: Moment,
    /// Signals noticed at or after this moment were asked for.
    pub since: Moment,
    /// Within the budget (or all, if all were asked for), by strength, then `noticed_at`, then id.
    pub episodes: Vec<Episode>,
    /// Representatives that the budget held back.
    pub held_back: usize,
    /// Signals that a known change explains, which take no place in the budget.
    pub explained: usize,
    /// Said before `since`, still open, and within a week of a limit as of now; the nearest first.
    pub nearing: Vec<Episode>,
    /// How many services are heard.
    pub services: usize,
    /// How well we heard.
    pub hearing: Hearing,
}

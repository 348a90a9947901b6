//! A finding on its way to become a signal: what a subject's judge hands to the listener.

use hark_event::{Evidence, Moment, SignalKind, Subject};

/// Classes of subjects whose quiet history is ranked together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Class {
    /// Newcomers that warn or worse.
    NewLoud,
    /// Newcomers at ordinary levels.
    New,
    /// Growing counts of patterns.
    Rising,
    /// Hours of patterns that are fuller than ever.
    Burst,
    /// Silences.
    Vanished,
    /// Patterns that had been silent for weeks.
    Returned,
    /// Day medians of metrics.
    Drift,
    /// Day medians of high latency quantiles.
    TailDrift,
    /// Eight-hour medians of metrics.
    Shift,
    /// Scatter of metrics over days.
    Spread,
    /// Hours of metrics that go farther than ever.
    Anomaly,
    /// Hours of metrics that move as they never did.
    Shape,
    /// Series that never moved, and do.
    Awoken,
    /// Series of one service that move together as never before.
    Apart,
    /// Series that are measured no more.
    Gone,
    /// Series that stand still, miss their peak, are down or flap.
    Halted,
    /// Counts of errors.
    Errors,
    /// Quantities with a limit.
    Saturation,
    /// Shares of spans that failed or were tried again.
    Share,
    /// Calls that are made for the first time.
    NewFlow,
    /// Series that are told in another unit.
    Unit,
}

impl Class {
    /// What belongs to it, in words.
    pub(crate) fn subjects(self) -> &'static str {
        match self {
            Self::NewLoud | Self::New | Self::Rising | Self::Burst | Self::Vanished | Self::Returned => {
                "patterns and counters"
            }
            Self::Drift
            | Self::Shift
            | Self::Spread
            | Self::Anomaly
            | Self::Shape
            | Self::Gone
            | Self::Halted
            | Self::Unit
            | Self::Saturation => "series",
            Self::TailDrift => "series of the slowest requests",
            Self::Errors => "counts of errors",
            Self::Awoken => "series at rest",
            Self::Apart => "services' series together",
            Self::Share => "operations and calls",
            Self::NewFlow => "calls",
        }
    }

    /// Whether it happens within hours, so that others at the same time may have the same cause.
    pub(crate) fn is_sudden(self) -> bool {
        matches!(
            self,
            Self::Anomaly
                | Self::Shape
                | Self::Awoken
                | Self::Apart
                | Self::Shift
                | Self::Burst
                | Self::Halted
                | Self::Unit
        )
    }
}

/// What a known change may explain away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Explainable {
    /// Began at its onset and has been steady since: a deploy within four hours before explains it. The onset is known
    /// to within so many seconds.
    ByDeploy { uncertain_seconds: i64 },
    /// A line that was never said before and is steady since, as far as can be told: what comes so rarely may have
    /// begun so many seconds before it was first heard. A handful of records is `few`.
    NewByDeploy { late_seconds: i64, few: bool },
    /// Stopped some time after it was last said: a deploy since then explains it.
    ByDeploySince { patience_seconds: i64 },
    /// A deploy is then part of the story.
    Never,
}

/// A finding that has passed its own thresholds.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Candidate {
    pub(crate) kind: SignalKind,
    pub(crate) class: Class,
    pub(crate) subject: Subject,
    pub(crate) onset: Moment,
    pub(crate) score: f64,
    pub(crate) summary: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) explainable: Explainable,
}

//! The tales that a world can tell, by name.

use std::fmt;
use std::str::FromStr;

/// What happens in a world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tale {
    /// The demo's: a shortened timeout, retries that creep up, a workaround that retries harder.
    TimeoutEdit,
    /// Memory that is never given back, until the service is killed for it.
    Leak,
    /// Retries that rise by a few a day.
    RetryCreep,
    /// A branch that "should never" run begins to run at night.
    UnlikelyBranch,
    /// An entity takes a step that its states do not allow.
    ForbiddenTransition,
    /// A regular sign of life stops.
    VanishedHeartbeat,
    /// A disk fills towards its size.
    DiskFilling,
    /// The slowest requests slowly leave the median after a deploy.
    TailLatency,
    /// Calls that are tried again a little more often each day, which traces alone show.
    SpanRetries,
    /// The slowest requests of one operation become slower, which traces alone show.
    SlowOperation,
    /// A line that is known bursts in the hours before the incident.
    RetryBurst,
    /// An error that had been gone for weeks is back.
    ErrorBack,
    /// A queue swings ever wider around the same depth.
    QueueUnrest,
    /// An outage with nothing before it.
    SuddenOutage,
    /// Nothing happens.
    Quiet,
}

impl Tale {
    /// All tales.
    pub const ALL: [Self; 15] = [
        Self::TimeoutEdit,
        Self::Leak,
        Self::RetryCreep,
        Self::UnlikelyBranch,
        Self::ForbiddenTransition,
        Self::VanishedHeartbeat,
        Self::DiskFilling,
        Self::TailLatency,
        Self::SpanRetries,
        Self::SlowOperation,
        Self::RetryBurst,
        Self::ErrorBack,
        Self::QueueUnrest,
        Self::SuddenOutage,
        Self::Quiet,
    ];

    /// The name, in the form that a command line takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeoutEdit => "timeout-edit",
            Self::Leak => "leak",
            Self::RetryCreep => "retry-creep",
            Self::UnlikelyBranch => "unlikely-branch",
            Self::ForbiddenTransition => "forbidden-transition",
            Self::VanishedHeartbeat => "vanished-heartbeat",
            Self::DiskFilling => "disk-filling",
            Self::TailLatency => "tail-latency",
            Self::SpanRetries => "span-retries",
            Self::SlowOperation => "slow-operation",
            Self::RetryBurst => "retry-burst",
            Self::ErrorBack => "error-back",
            Self::QueueUnrest => "queue-unrest",
            Self::SuddenOutage => "sudden-outage",
            Self::Quiet => "quiet",
        }
    }
}

impl fmt::Display for Tale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no tale of this name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no tale is called `{0}`")]
pub struct UnknownTale(String);

impl FromStr for Tale {
    type Err = UnknownTale;

    fn from_str(name: &str) -> Result<Self, UnknownTale> {
        Self::ALL.into_iter().find(|tale| tale.name() == name).ok_or_else(|| UnknownTale(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tale_is_found_by_its_name_and_no_other_is() {
        for tale in Tale::ALL {
            assert_eq!(tale.name().parse(), Ok(tale));
        }
        assert_eq!("loud".parse::<Tale>().unwrap_err().to_string(), "no tale is called `loud`");
    }
}

//! Where a subject stands: quiet, in an episode, or resting after one.
//!
//! One subject and one episode give one signal; it is said again only after a week back in its baseline.

use hark_event::Hour;

/// How long a subject must be back in its baseline before it can be said again.
pub(crate) const REST_HOURS: i64 = 7 * 24;

/// The phase of one subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) enum Phase {
    /// Nothing is said of it.
    #[default]
    Quiet,
    /// A signal is open: its place among all episodes.
    Open(usize),
    /// An episode ended; until this hour nothing is said.
    Resting(Hour),
}

impl Phase {
    /// The phase in which a subject is after its episode ended at the close of this hour.
    pub(crate) fn ended_at(hour: Hour) -> Self {
        Self::rested(hour, REST_HOURS)
    }

    /// The same for who rests for so long.
    pub(crate) fn rested(hour: Hour, rest_hours: i64) -> Self {
        Self::Resting(hour + rest_hours)
    }

    /// Whether something may be said at the close of this hour.
    pub(crate) fn may_speak(self, hour: Hour) -> bool {
        match self {
            Self::Quiet => true,
            Self::Open(_) => false,
            Self::Resting(until) => hour >= until,
        }
    }
}

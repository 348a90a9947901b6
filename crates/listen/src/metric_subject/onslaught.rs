//! A counter of errors that counts more within two hours than ever before.
//!
//! What counts few errors has no season and no level, and what counts many is judged by medians of hours as others are; a flood of errors is neither, and
//! is told as that of a service's own records is.

use hark_detect::burst::{self, Onslaught};
use hark_event::SignalKind;

use super::findings::Found;
use super::{Calendar, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::metric_name::Meaning;
use crate::words::hours;

impl MetricSubject {
    /// What is to be said if errors flooded in within the last two hours.
    pub(super) fn judge_onslaught(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        if self.meaning != Meaning::ErrorCounter {
            return None;
        }
        let found = burst::onslaught(self.ticks.values())?;
        let text = in_words(&found);
        let mut candidate = self.candidate(
            Found {
                kind: SignalKind::ErrorsRising,
                class: Class::Errors,
                onset: (calendar.hour + 1 - found.hours_since_onset as i64).start(),
                score: found.score,
                summary: format!("{} counts far more than it did: {text}.", self.name),
                text,
                window_hours: found.hours_since_onset,
            },
            calendar,
        );
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }
}

/// What was counted beside what was counted before.
pub(crate) fn in_words(found: &Onslaught) -> String {
    let Onslaught { counted: [first, last], fullest_before, hours_before, .. } = *found;
    let before = match fullest_before {
        0 => "not one".to_owned(),
        fullest => format!("never more than {fullest}"),
    };
    format!("{first} and {last} errors an hour; {before} in the {} before", hours(hours_before))
}

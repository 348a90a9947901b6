//! A series that stopped, while its service is still heard.

use hark_detect::gone;
use hark_event::SignalKind;

use super::findings::Found;
use super::{Calendar, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::history::History;
use crate::words::hours;

/// What a deploy took away is gone within so long of it.
const PATIENCE_SECONDS: i64 = 24 * 3_600;

impl MetricSubject {
    /// What is to be said of its silence; `measured` is how many series of its service were measured in each hour.
    pub(super) fn judge_gone(&self, calendar: &Calendar<'_>, measured: &History<u32>) -> Option<Candidate> {
        if self.is_measured() {
            return None;
        }
        let found = gone::gone(&self.values.values(), measured.values())?;
        let onset = (calendar.hour + 1 - found.silent_hours as i64).start();
        let last = self.last_value().map_or_else(|| "nothing".to_owned(), |value| self.said(value));
        let before = match found.longest_hours_before {
            0 => "it had never been missing before".to_owned(),
            longest => format!("its longest gap before was {}", hours(longest)),
        };
        let summary = format!(
            "{} has not been measured for {}, while others of its service are: it was {last}, and {before}.",
            self.name,
            hours(found.silent_hours),
        );
        let text = format!("nothing measured for {}; {last} before", hours(found.silent_hours));
        let found = Found {
            kind: SignalKind::MetricGone,
            class: Class::Gone,
            onset,
            score: found.score,
            summary,
            text,
            window_hours: found.silent_hours,
        };
        let mut candidate = self.candidate(found, calendar);
        candidate.explainable = Explainable::ByDeploySince { patience_seconds: PATIENCE_SECONDS };
        Some(candidate)
    }

    /// Whether something was measured in the hour that closed last.
    pub(crate) fn is_measured(&self) -> bool {
        self.values.last().is_some_and(|value| value.is_finite())
    }
}

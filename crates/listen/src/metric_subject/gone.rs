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
/// What came and went stays if it has been there for so long.
const STAYS_HOURS: usize = 48;

impl MetricSubject {
    /// What is to be said of its silence; `measured` is how many series of its service were measured in each hour.
    pub(super) fn judge_gone(&self, calendar: &Calendar<'_>, measured: &History<u32>) -> Option<Candidate> {
        if self.is_measured() {
            return None;
        }
        let Some(found) = gone::gone(&self.values.values(), measured.values()) else {
            return self.judge_comings(calendar, measured);
        };
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

    /// What is to be said if it comes and goes.
    fn judge_comings(&self, calendar: &Calendar<'_>, measured: &History<u32>) -> Option<Candidate> {
        // Most gaps are longer than their first hour.
        if self.values.latest(2).first().is_some_and(|before| before.is_nan()) {
            return None;
        }
        let found = gone::comes_and_goes(&self.values.values(), measured.values())?;
        let onset = (calendar.hour + 1 - found.hours_since_onset as i64).start();
        let before = match found.most_before {
            0 => "it had never been missing before".to_owned(),
            most => format!("it had been missing {most} times within three days at most"),
        };
        let (missing, since) = (hours(found.missing_hours), hours(found.hours_since_onset));
        let summary = format!(
            "{} comes and goes: it has been missing {} times within {since}, for {missing} in all, while others of its service are measured, and {before}.",
            self.name, found.gaps,
        );
        let text = format!("missing {} times within {since}, for {missing} in all", found.gaps);
        let found = Found {
            kind: SignalKind::MetricGone,
            class: Class::Gone,
            onset,
            score: found.score,
            summary,
            text,
            window_hours: found.hours_since_onset,
        };
        let mut candidate = self.candidate(found, calendar);
        // A build takes away once.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    /// Whether what was gone is there again, and what came and went stays.
    pub(super) fn is_back(&self) -> bool {
        let since = self.values.since(self.open_onset);
        let gaps = since.split(|value| !value.is_nan()).filter(|gap| !gap.is_empty()).count();
        let stays = if gaps > 1 { STAYS_HOURS } else { 1 };
        let there = since.iter().rev().take_while(|value| !value.is_nan()).count();
        there >= stays
    }

    /// Whether something was measured in the hour that closed last.
    pub(crate) fn is_measured(&self) -> bool {
        self.values.last().is_some_and(|value| value.is_finite())
    }
}

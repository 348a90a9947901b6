//! A series that has not been heard long enough for drifts and dates, and runs into its limit.

use hark_detect::{rush, saturation};
use hark_event::SignalKind;

use super::findings::{Found, date_of};
use super::{Calendar, HOURS_PER_DAY, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};

/// From then on better methods know enough.
const YOUNG_HOURS: usize = (saturation::DAYS + saturation::DAYS_BEFORE_MIN) * HOURS_PER_DAY;

impl MetricSubject {
    /// What is to be said of the way to its limit while history is short.
    pub(super) fn judge_young(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        if calendar.hour.0 % 3 != 0 || self.values.len() >= YOUNG_HOURS {
            return None;
        }
        let limit = self.limit_of_finite()?;
        let found = rush::rush(&self.values.values(), limit)?;
        let reached = date_of(calendar, found.left);
        let (now, moves, ends) = (self.said(found.now), self.moves(found.slope_per_day), self.ends_at(limit));
        let mut candidate = self.candidate(
            Found {
                kind: SignalKind::MetricSaturation,
                class: Class::Saturation,
                onset: (calendar.hour + 1 - found.hours_since_onset as i64).start(),
                score: found.score,
                summary: format!(
                    "{} is {now} and {moves} a day: at this rate {ends} {reached}. It has been heard for {} days only.",
                    self.name,
                    self.values.len() / HOURS_PER_DAY,
                ),
                text: format!("{now} now, {moves} a day: {ends} {reached}"),
                window_hours: found.hours_since_onset,
            },
            calendar,
        );
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }
}

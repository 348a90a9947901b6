//! A series that has never moved, and then does.
//!
//! What stands at one value for weeks has no spread, no season and no farthest day, so that nothing else judges it; and its
//! first movement may be the only thing that it ever says: the first sector that a disk could not read. How rare that is cannot be
//! learned from the series, but from all that bear its name ([`crate::awakenings`]).

use hark_detect::Direction;
use hark_event::{Hour, Moment, SignalKind};

use super::findings::Found;
use super::{Calendar, MetricSubject};
use crate::awakenings::{Awakenings, DAYS_AT_REST_MIN};
use crate::candidate::{Candidate, Class};
use crate::words::quantity;

/// Whether a series has ever moved.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Rest {
    /// Where it rests; none before the first value.
    value: Option<f64>,
    /// Days on which it was measured so far.
    days: u32,
    day: i64,
    awoken: Option<Awoken>,
}

/// The first movement.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Awoken {
    hour: Hour,
    to: f64,
}

impl Rest {
    pub(super) const UNKNOWN: Self = Self { value: None, days: 0, day: i64::MIN, awoken: None };

    /// Takes the values of an hour. A counter that begins anew has not moved.
    pub(super) fn hear(&mut self, samples: &[(Moment, f64)], hour: Hour, is_cumulative: bool) {
        if self.awoken.is_some() || samples.is_empty() {
            return;
        }
        let day = hour.0.div_euclid(24);
        for &(_, value) in samples {
            match self.value {
                Some(rest) if value != rest && !(is_cumulative && value < rest) => {
                    self.awoken = Some(Awoken { hour, to: value });
                    return;
                }
                _ => self.value = Some(value),
            }
        }
        self.days += u32::from(day != self.day);
        self.day = day;
    }

    fn has_rested(&self) -> bool {
        self.days >= DAYS_AT_REST_MIN
    }
}

impl MetricSubject {
    /// Whether its first movement would be news, or is just now.
    pub(crate) fn has_rested(&self, hour: Hour) -> bool {
        self.rest.has_rested() && self.rest.awoken.is_none_or(|awoken| awoken.hour == hour)
    }

    /// What the day that closes with this hour says of those that bear its name: nothing if it was not at rest, else whether it moved.
    pub(crate) fn moved_today(&self, hour: Hour) -> Option<bool> {
        let today = hour.0.div_euclid(24);
        if !self.rest.has_rested() {
            return None;
        }
        match self.rest.awoken {
            None => (self.rest.day == today).then_some(false),
            Some(awoken) => (awoken.hour.0.div_euclid(24) == today).then_some(true),
        }
    }

    /// What is to be said if it moved for the first time in the hour that closed.
    pub(crate) fn judge_rest(&self, calendar: &Calendar<'_>, awakenings: &Awakenings) -> Option<Candidate> {
        let (rest, awoken) = (self.rest.value?, self.rest.awoken?);
        let direction = if awoken.to > rest { Direction::Up } else { Direction::Down };
        let is_news = awoken.hour == calendar.hour && self.rest.has_rested();
        if !is_news
            || self.has_no_extremes()
            || !self.meaning.matters(direction)
            || !self.may_awake(calendar.hour)
        {
            return None;
        }
        let known = awakenings.of(&self.name);
        let (from, to) = (quantity(rest), quantity(awoken.to));
        let summary = format!(
            "{} moved for the first time: to {to}, after {from} on all {} days that it was measured.",
            self.name, self.rest.days
        );
        let found = Found {
            kind: SignalKind::MetricAnomaly,
            class: Class::Awoken,
            onset: awoken.hour.start(),
            score: known.days_between(),
            summary,
            text: format!("{to} where it had always been {from}; {}", known.in_words()),
            window_hours: 1,
        };
        Some(self.candidate(found, calendar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(values: &[f64], is_cumulative: bool) -> Rest {
        let mut rest = Rest::UNKNOWN;
        for (day, value) in values.iter().enumerate() {
            let hour = Hour(day as i64 * 24 + 5);
            rest.hear(&[(hour.start(), *value)], hour, is_cumulative);
        }
        rest
    }

    #[test]
    fn the_first_movement_after_days_of_rest_is_remembered_and_no_other() {
        let rest = heard(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 9.0], false);
        let awoken = rest.awoken.expect("it moved");
        assert_eq!((awoken.hour, awoken.to, rest.value, rest.days), (Hour(8 * 24 + 5), 8.0, Some(0.0), 8));
        assert!(rest.has_rested());
        assert!(!heard(&[0.0, 0.0, 8.0], false).has_rested());
    }

    #[test]
    fn a_counter_that_begins_anew_has_not_moved_and_a_gauge_has() {
        assert!(heard(&[5.0, 5.0, 0.0, 0.0], true).awoken.is_none());
        assert!(heard(&[5.0, 5.0, 0.0, 0.0], false).awoken.is_some());
        assert!(heard(&[5.0, 5.0, 0.0, 1.0], true).awoken.is_some());
    }
}

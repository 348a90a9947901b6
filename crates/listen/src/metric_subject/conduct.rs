//! Whether a series counts up, where its name does not say so or says it and is wrong.
//!
//! A counter never falls but to where it begins anew. So what is called `…_count` and falls by a little again and again is how many there are,
//! and no count; and what bears no such name and only ever rose in its first two days, in most of its hours, is one: an offset, a server's own
//! statistics. What it then counts is heard anew, since values of one are no measure for the other. A gauge of which two days rise and nothing falls
//! is taken for a counter until it falls; one that has a limit, or is a resource, a latency or an error, never is.

use hark_event::{Hour, Moment};

use super::shape::Movement;
use super::{History, Hourly, MetricSubject};
use crate::metric_name::Meaning;
use crate::phase::Phase;

/// Falls by less than half that no counter has.
const FALLS_MIN: u16 = 3;
/// A rise for every so many falls, at most: a counter begins anew now and then, and may then soon be more than half of where it was.
const RISES_A_FALL_MAX: u16 = 4;
/// Hours after which what only rises is known to count, and in how many of them it rose.
const HOURS: u16 = 48;
const HOURS_RISEN_MIN: u16 = 36;
/// How often what only rises may begin anew in that time.
const RESETS_MAX: u16 = 1;
/// Rises that are remembered: beyond, both are halved, so that what it does of late decides.
const RISES_MAX: u16 = 512;

/// What a series has done so far.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Conduct {
    last: f64,
    rises: u16,
    /// By less than half, or below nothing: no counter begins anew there.
    falls: u16,
    /// Other falls.
    resets: u16,
    hours: u16,
    hours_risen: u16,
}

impl Conduct {
    pub(super) const UNKNOWN: Self =
        Self { last: f64::NAN, rises: 0, falls: 0, resets: 0, hours: 0, hours_risen: 0 };

    /// Takes the values of an hour.
    fn hear(&mut self, samples: &[(Moment, f64)]) {
        let mut has_risen = false;
        for &(_, value) in samples {
            if value > self.last {
                self.rises = self.rises.saturating_add(1);
                has_risen = true;
            } else if value < self.last {
                let begins_anew = (0.0..=0.5 * self.last).contains(&value);
                self.falls = self.falls.saturating_add(u16::from(!begins_anew));
                self.resets = self.resets.saturating_add(u16::from(begins_anew));
            }
            self.last = value;
            if self.rises.max(self.falls) > RISES_MAX {
                (self.rises, self.falls) = (self.rises / 2, self.falls / 2);
            }
        }
        if self.hours < HOURS {
            self.hours += 1;
            self.hours_risen += u16::from(has_risen);
        }
    }

    /// Whether it can go on after it was read back.
    pub(super) fn is_sound(&self) -> bool {
        let is_value = self.last.is_nan() || self.last.is_finite();
        is_value
            && self.rises.max(self.falls) <= RISES_MAX
            && self.hours <= HOURS
            && self.hours_risen <= self.hours
    }

    fn falls_as_no_counter(&self) -> bool {
        self.falls >= FALLS_MIN && self.falls.saturating_mul(RISES_A_FALL_MAX) >= self.rises
    }

    /// Whether its first days have just shown that it only rises.
    fn only_rises(&self) -> bool {
        self.falls == 0
            && self.resets <= RESETS_MAX
            && self.hours == HOURS
            && self.hours_risen >= HOURS_RISEN_MIN
    }
}

impl MetricSubject {
    /// Takes the values of an hour, and hears the series as what they show it to be.
    pub(super) fn follow_conduct(&mut self, samples: &[(Moment, f64)], hour: Hour) {
        let is_asked = self.meaning.is_cumulative()
            || (self.meaning == Meaning::Gauge && self.conduct.hours < HOURS && !self.name_tells_limit());
        if !is_asked || samples.is_empty() {
            return;
        }
        self.conduct.hear(samples);
        if matches!(self.phase, Phase::Open(_)) || self.surprises.open_episode().is_some() {
            return;
        }
        // Of what is measured every few hours no rate is known.
        let is_measured_often = hour - self.first_heard < 2 * i64::from(HOURS);
        if self.meaning.is_cumulative() && self.conduct.falls_as_no_counter() {
            self.begin_anew(Meaning::of_no_counter(&self.name), hour);
        } else if self.meaning == Meaning::Gauge && self.conduct.only_rises() && is_measured_often {
            self.begin_anew(Meaning::Counter, hour);
        }
    }

    /// A gauge with a limit ends there, and a size may turn out to be one: neither counts.
    fn name_tells_limit(&self) -> bool {
        self.limit.is_some() || self.may_have_natural_limit || Meaning::of(&self.name) != Meaning::Gauge
    }

    /// Forgets what was learned of it as something else.
    fn begin_anew(&mut self, meaning: Meaning, hour: Hour) {
        self.meaning = meaning;
        self.conduct = Conduct { hours: HOURS, ..Conduct::UNKNOWN };
        self.values = Hourly::from(hour);
        self.ticks = History::from(hour);
        self.scores = History::from(hour);
        self.last_sample = None;
        self.season = None;
        self.season_from = hour;
        self.usual_since = None;
        self.offset = 0.0;
        self.days.clear();
        self.other_interval_since = None;
        self.memory = None;
        self.anomaly = None;
        self.movement = Movement::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conduct(values: impl IntoIterator<Item = f64>) -> Conduct {
        let mut conduct = Conduct::UNKNOWN;
        for (at, value) in values.into_iter().enumerate() {
            conduct.hear(&[(Moment::from_seconds(at as i64 * 3_600), value)]);
        }
        conduct
    }

    #[test]
    fn what_falls_a_little_again_and_again_is_no_counter() {
        let threads = (0..40).map(|at| f64::from(30 + at * 7 % 5));
        assert!(conduct(threads).falls_as_no_counter());
        // One that begins anew each day, at most of what it was at its end when that was little.
        let counter = (0..400).map(|at| f64::from(3 + at % 24));
        assert!(!conduct(counter).falls_as_no_counter());
    }

    #[test]
    fn what_cannot_have_been_heard_is_not_sound() {
        let heard = conduct((0..2_000).map(|at| f64::from(at * 7 % 11)));
        assert!(heard.is_sound() && Conduct::UNKNOWN.is_sound());
        for impossible in [
            Conduct { last: f64::INFINITY, ..heard },
            Conduct { rises: RISES_MAX + 1, ..heard },
            Conduct { falls: u16::MAX, ..heard },
            Conduct { hours: HOURS + 1, ..heard },
            Conduct { hours: 3, hours_risen: 4, ..heard },
        ] {
            assert!(!impossible.is_sound(), "{impossible:?}");
        }
    }

    #[test]
    fn what_only_rises_for_two_days_counts() {
        assert!(conduct((0..48).map(|at| f64::from(at * at))).only_rises());
        assert!(!conduct((0..47).map(|at| f64::from(at * at))).only_rises(), "it is too early to tell");
        assert!(
            !conduct((0..60).map(|at| f64::from(at / 4))).only_rises(),
            "it stands still most of the time"
        );
        assert!(!conduct((0..60).map(|at| f64::from(at * 5 + at % 7 * 20))).only_rises());
        assert!(!conduct((0..60).map(|at| f64::from(at % 12))).only_rises(), "it is emptied twice a day");
        assert!(!conduct((0..60).map(|at| f64::from(at % 7) - 9.0)).only_rises(), "below nothing");
    }
}

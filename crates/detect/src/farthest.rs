//! How surprising an excursion is beside the farthest ones of the latest days.
//!
//! Its rank among the days, and beyond the farthest of them a power law whose exponent is estimated from the same days
//! (Hill 1975, "A simple general approach to inference about the tail of a distribution"), drawn towards a heavy tail while
//! days are few. Nothing is assumed about what is measured. A wild day is remembered as a bounded multiple of the farthest
//! before it, so that one disaster does not make everything after it look small; if such days come again and again, the
//! bound grows with each of them.
//!
//! It cannot know what comes less often than once in the days that it remembers, and it knows no weekdays.

use crate::robust::median_of;

/// Days that are remembered.
const DAYS_MAX: usize = 28;
/// The logarithmic spread of farthest excursions that is assumed beforehand: doubling one makes it sixteen times rarer.
const SPREAD_BEFORE: f64 = 0.25;
/// And how many days it is worth.
const SPREAD_BEFORE_DAYS: f64 = 4.0;
const SPREAD_MIN: f64 = 0.05;
/// Days after which a day can be called wild.
const KNOWN_DAYS: usize = 7;

/// The farther of two excursions of a day.
pub(crate) fn farther(today: f32, excursion: f64) -> f32 {
    // A finite excursion of two finite values may lie beyond what is stored.
    today.max((excursion as f32).min(f32::MAX))
}

/// The farthest excursions of the latest days.
#[derive(Clone, Debug, Default)]
pub(crate) struct Farthest {
    /// Those that are known, in any order; what lies behind them means nothing.
    days: [f32; DAYS_MAX],
    known: u8,
    next: u8,
    middle: f32,
    record: f32,
    spread: f32,
    /// What goes no farther goes as far on every day: it need not be reckoned how far.
    daily: f32,
}

impl Farthest {
    /// Days on which nothing moved are not counted: they would say that any movement is rare. Once a week is known, with
    /// its weekend, no day is remembered as more than `wild_max` times the farthest before it. `today` is how far it went.
    pub(crate) fn close_day(&mut self, mut today: f32, wild_max: f32) {
        if today <= 0.0 {
            return;
        }
        if self.days() >= KNOWN_DAYS {
            today = today.min(self.record * wild_max).max(f32::MIN_POSITIVE);
        }
        self.days[usize::from(self.next)] = today;
        self.next = (self.next + 1) % DAYS_MAX as u8;
        self.known = (self.known + 1).min(DAYS_MAX as u8);
        let days = || self.latest().iter().map(|&day| f64::from(day));
        let middle =
            median_of(self.latest()).expect("a day was just remembered").max(f64::from(f32::MIN_POSITIVE));
        let above = days().filter(|day| *day > middle).map(|day| (day / middle).ln());
        let (sum, count) = above.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
        let spread = (sum + SPREAD_BEFORE_DAYS * SPREAD_BEFORE) / (count + SPREAD_BEFORE_DAYS);
        self.spread = spread.max(SPREAD_MIN) as f32;
        self.middle = middle as f32;
        // Here the power law says one day in one; a little less, for what is rounded.
        self.daily = 0.99 * self.middle * (-self.spread).exp2();
        self.record = self.latest().iter().copied().fold(0.0, f32::max);
    }

    /// Days that are remembered.
    pub(crate) fn days(&self) -> usize {
        usize::from(self.known)
    }

    fn latest(&self) -> &[f32] {
        &self.days[..self.days()]
    }

    /// What goes no farther is no surprise at all.
    pub(crate) fn daily(&self) -> f32 {
        self.daily
    }

    /// The farthest of them.
    pub(crate) fn record(&self) -> f64 {
        f64::from(self.record)
    }

    /// How surprising, in powers of ten: 2 if one day in a hundred goes so far; 0 while no day is known.
    pub(crate) fn surprise(&self, excursion: f64) -> f64 {
        if self.known == 0 || excursion <= f64::from(self.daily) {
            return 0.0;
        }
        let reached = self.latest().iter().filter(|&&day| f64::from(day) >= excursion).count();
        let rank = (reached as f64 + 1.0) / (self.days() as f64 + 1.0);
        let beyond = |from: f32| (-(excursion / f64::from(from)).ln() / f64::from(self.spread)).exp();
        let from_middle = 0.5 * beyond(self.middle);
        let chance = if reached > 0 {
            rank.max(from_middle)
        } else {
            (rank * beyond(self.record)).max(from_middle.min(rank))
        };
        -chance.min(1.0).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(excursions: &[f64]) -> Farthest {
        let mut farthest = Farthest::default();
        for &excursion in excursions {
            farthest.close_day(farther(0.0, excursion), 3.0);
        }
        farthest
    }

    #[test]
    fn what_every_day_reaches_needs_no_reckoning() {
        let mut farthest = Farthest::default();
        for day in 0..40 {
            farthest.close_day(1.0 + (day * 37 % 11) as f32 / 5.0, 3.0);
            let daily = f64::from(farthest.daily);
            let reckoned = Farthest { daily: 0.0, ..farthest.clone() };
            assert!(daily > 0.5 && reckoned.surprise(daily) == 0.0, "{farthest:?}");
            assert!(day < 7 || reckoned.surprise(1.2 * daily) > 0.0, "{farthest:?}");
        }
    }

    #[test]
    fn what_goes_beyond_all_days_is_the_more_surprising_the_farther_it_goes() {
        let farthest = days(&[1.0, 1.2, 0.9, 1.1, 1.0, 1.3, 1.0, 0.8]);
        assert!(farthest.surprise(1.0) < 0.5);
        assert!(farthest.surprise(1.4) < farthest.surprise(2.0));
        assert!(farthest.surprise(2.0) < farthest.surprise(4.0));
    }

    #[test]
    fn one_wild_day_does_not_hide_the_next_and_many_do() {
        let weeks: Vec<f64> = (0..14).map(|day| 1.0 + f64::from(day % 5) * 0.1).collect();
        let once = days(&[&weeks[..], &[100.0]].concat());
        assert!(once.surprise(50.0) > 1.5, "{}", once.surprise(50.0));
        let often = days(&[&weeks[..], &[100.0; 5]].concat());
        assert!(often.surprise(50.0) < 1.0, "{}", often.surprise(50.0));
        let early = days(&[&weeks[..6], &[100.0]].concat());
        assert!(early.surprise(50.0) < 1.0, "a first weekend: {}", early.surprise(50.0));
    }
}

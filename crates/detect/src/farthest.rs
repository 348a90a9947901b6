//! How surprising an excursion is beside the farthest ones of the latest days.
//!
//! Its rank among the days, and beyond the farthest of them a power law whose exponent is estimated from the same days
//! (Hill 1975, "A simple general approach to inference about the tail of a distribution"), drawn towards a heavy tail while
//! days are few: whoever listens says how many days that is worth. Nothing is assumed about what is measured. A wild day is remembered as a bounded multiple of the farthest
//! before it, so that one disaster does not make everything after it look small; if such days come again and again, the
//! bound grows with each of them.
//!
//! Of the twelve to twenty-four weeks before these days the farthest is known, and for how many days: what a summer does every few weeks is
//! no record. It cannot know what comes less often than that, and it knows no weekdays.

use crate::compact::Far;
use crate::robust::median_of;

/// Days that are remembered one by one.
const DAYS_MAX: usize = 28;
/// Days before these of which only the farthest is known; they are forgotten at once, when as many others have followed.
const OLDER_DAYS: u16 = 84;
/// The logarithmic spread of farthest excursions that is assumed beforehand: doubling one makes it sixteen times rarer.
const SPREAD_BEFORE: f64 = 0.25;
const SPREAD_MIN: f64 = 0.05;
/// Days after which a day can be called wild.
const KNOWN_DAYS: usize = 7;

/// What is held of days beforehand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beforehand {
    /// How many days the logarithmic spread that is assumed is worth.
    pub(crate) spread_days: f64,
    /// How many times the farthest before it a day is remembered as, at most.
    pub(crate) wild_max: f32,
}

/// The farther of two excursions of a day.
pub(crate) fn farther(today: f32, excursion: f64) -> f32 {
    // A finite excursion of two finite values may lie beyond what is stored.
    today.max((excursion as f32).min(f32::MAX))
}

/// The farthest excursions of the latest days.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Farthest {
    /// Those that are known, in any order; what lies behind them means nothing.
    days: [Far; DAYS_MAX],
    known: u8,
    next: u8,
    middle: f32,
    record: f32,
    spread: f32,
    /// What goes no farther goes as far on every day: it need not be reckoned how far.
    daily: f32,
    /// The latest first.
    older: [Older; 2],
}

/// Days that are no longer known one by one.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Older {
    days: u16,
    farthest: Far,
}

impl Farthest {
    /// Days on which nothing moved are not counted: they would say that any movement is rare. Once a week is known, with
    /// its weekend, no day is remembered as more than the wildest that may be. `today` is how far it went.
    pub(crate) fn close_day(&mut self, mut today: f32, beforehand: Beforehand) {
        if today <= 0.0 {
            return;
        }
        if usize::from(self.known) >= KNOWN_DAYS {
            today = today.min(self.record * beforehand.wild_max).max(f32::MIN_POSITIVE);
        }
        let oldest = std::mem::replace(&mut self.days[usize::from(self.next)], Far::of(today));
        if usize::from(self.known) == DAYS_MAX {
            self.grow_older(oldest);
        }
        self.next = (self.next + 1) % DAYS_MAX as u8;
        self.known = (self.known + 1).min(DAYS_MAX as u8);
        let latest: Vec<f32> = self.latest().collect();
        let days = || latest.iter().map(|&day| f64::from(day));
        let middle = median_of(&latest).expect("a day was just remembered").max(f64::from(f32::MIN_POSITIVE));
        let above = days().filter(|day| *day > middle).map(|day| (day / middle).ln());
        let (sum, count) = above.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
        let spread = (sum + beforehand.spread_days * SPREAD_BEFORE) / (count + beforehand.spread_days);
        self.spread = spread.max(SPREAD_MIN) as f32;
        self.middle = middle as f32;
        // Here the power law says one day in one; a little less, for what is rounded.
        self.daily = 0.99 * self.middle * (-self.spread).exp2();
        self.record = latest.into_iter().fold(0.0, f32::max);
    }

    fn grow_older(&mut self, day: Far) {
        if self.older[0].days == OLDER_DAYS {
            self.older = [Older::default(), self.older[0]];
        }
        self.older[0].days += 1;
        self.older[0].farthest = self.older[0].farthest.max(day);
    }

    /// Whether it can go on after it was read back.
    pub(crate) fn is_sound(&self) -> bool {
        let known = self.days.iter().chain(self.older.iter().map(|older| &older.farthest));
        usize::from(self.known) <= DAYS_MAX
            && usize::from(self.next) < DAYS_MAX
            && known.into_iter().all(|far| far.get().is_finite())
    }

    /// Days of which anything is known.
    pub(crate) fn days(&self) -> usize {
        usize::from(self.known) + self.older.iter().map(|older| usize::from(older.days)).sum::<usize>()
    }

    /// How many of the latest days went so far, and how many they are.
    pub(crate) fn days_at(&self, far: f64) -> (usize, usize) {
        let days = self.known_days();
        (days.iter().filter(|day| day.reaches(far)).count(), days.len())
    }

    fn latest(&self) -> impl Iterator<Item = f32> + '_ {
        self.known_days().iter().map(|day| day.get())
    }

    fn known_days(&self) -> &[Far] {
        &self.days[..usize::from(self.known)]
    }

    /// What goes no farther is no surprise at all.
    pub(crate) fn daily(&self) -> f32 {
        self.daily
    }

    /// The farthest of them.
    pub(crate) fn record(&self) -> f64 {
        self.older
            .iter()
            .fold(f64::from(self.record), |record, older| record.max(f64::from(older.farthest.get())))
    }

    /// How surprising, in powers of ten: 2 if one day in a hundred goes so far; 0 while no day is known.
    pub(crate) fn surprise(&self, excursion: f64) -> f64 {
        if self.known == 0 || excursion <= f64::from(self.daily) {
            return 0.0;
        }
        let of_latest = self.known_days().iter().filter(|day| day.reaches(excursion)).count();
        let of_older = || self.older.iter().filter(|older| older.farthest.reaches(excursion)).count();
        let reached = if of_latest > 0 { of_latest } else { of_older() };
        // A record that is barely one is no rarer after half a year than after four weeks: those who sum several would make much of it.
        let rank = (reached as f64 + 1.0) / (f64::from(self.known) + 1.0);
        let beyond = |from: f64| (-(excursion / from).ln() / f64::from(self.spread)).exp();
        let from_middle = 0.5 * beyond(f64::from(self.middle));
        let chance = if reached > 0 {
            rank.max(from_middle)
        } else {
            (rank * beyond(self.record())).max(from_middle.min(rank))
        };
        -chance.min(1.0).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFOREHAND: Beforehand = Beforehand { spread_days: 4.0, wild_max: 3.0 };

    fn days(excursions: &[f64]) -> Farthest {
        let mut farthest = Farthest::default();
        for &excursion in excursions {
            farthest.close_day(farther(0.0, excursion), BEFOREHAND);
        }
        farthest
    }

    #[test]
    fn what_every_day_reaches_needs_no_reckoning() {
        let mut farthest = Farthest::default();
        for day in 0..40 {
            farthest.close_day(1.0 + (day * 37 % 11) as f32 / 5.0, BEFOREHAND);
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
    fn what_a_season_did_before_the_latest_days_is_no_record_for_weeks() {
        let days_after = |count: usize| days(&[&[1.0; 20][..], &[3.0], &vec![1.0; count]].concat());
        let (known, forgotten) = (days_after(150), days_after(220));
        assert!(known.surprise(2.9) < forgotten.surprise(2.9) - 0.5, "{}", known.surprise(2.9));
        assert_eq!((known.record(), forgotten.record()), (3.0, 1.0));
        assert!(forgotten.days() >= 112, "{}", forgotten.days());
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

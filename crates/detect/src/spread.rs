//! A quantity that begins to scatter: its level stays, its variance grows.
//!
//! What the season leaves is condensed, day by day, into the mean distance of its hours from the median of the day: the
//! absolute deviations of Brown and Forsythe (1974, "Robust tests for the equality of variances", after Levene 1960),
//! which heavy tails move little and a level that steps or drifts does not move at all. Three days in a row must scatter
//! more than nearly twice what is usual *and* more than any three days in a row before, and half of the hours of each must
//! take part, so that a day with one wild hour is none. Ratios make it blind to shift and scale.
//!
//! It cannot see unrest within an hour (see [`crate::anomaly`]), nor a spread that grows as slowly as its history is long.

use crate::robust::median;

const DAY: usize = 24;
/// A day counts if so many of its hours were measured.
const HOURS_OF_DAY_MIN: usize = 14;
/// Days in a row that must scatter.
const DAYS: usize = 3;
const DAYS_BEFORE_MIN: usize = 10;
/// How many times the usual scatter.
const TIMES_USUAL: f64 = 1.9;
/// How many times the largest that three days in a row had before.
const TIMES_LARGEST: f64 = 1.2;
/// A scattering day is over if it is below this many times the usual.
const OVER_TIMES: f64 = 1.35;
/// The score of what scatters and is no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// A series that scatters more than it did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// How many times the usual scatter, over the last days.
    pub times_usual: f64,
    /// How many times the largest scatter of as many days before.
    pub times_largest: f64,
    /// How many hours before the end it began.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks whether the last three days scatter, in hourly scores (sigmas from the season, `NaN` where not measured).
pub fn spread(scores: &[f32]) -> Option<Spread> {
    let days = Days::of(scores)?;
    let (now, usual, largest) = (days.now()?, days.usual()?, days.largest_before());
    let score = (now / (TIMES_USUAL * usual)).min(now / (TIMES_LARGEST * largest));
    if score < 1.0 || !days.latest().iter().all(|day| day.is_broad(usual)) {
        return None;
    }
    let since = days.0.iter().rev().take_while(|day| day.scatter > OVER_TIMES * usual).count();
    Some(Spread {
        times_usual: now / usual,
        times_largest: now / largest,
        hours_since_onset: since.max(DAYS) * DAY,
        score,
    })
}

/// How near the last days come to it, below 1 unless they do: what calibration is fed with.
pub fn score_now(scores: &[f32]) -> Option<f64> {
    if let Some(found) = spread(scores) {
        return Some(found.score);
    }
    let days = Days::of(scores)?;
    let (now, usual) = (days.now()?, days.usual()?);
    let score = (now / (TIMES_USUAL * usual)).min(now / (TIMES_LARGEST * days.largest_before()));
    Some(score.min(NO_FINDING_MAX))
}

/// Whether the last two days scatter hardly more than is usual; `hours` of scattering are left out of what is.
pub fn is_over(scores: &[f32], hours: usize) -> bool {
    let before = &scores[..scores.len().saturating_sub(hours)];
    let usual = median(Days::all(before).iter().map(|day| day.scatter));
    let latest = Days::all(&scores[scores.len().saturating_sub(2 * DAY)..]);
    usual.is_none_or(|usual| latest.len() == 2 && latest.iter().all(|day| day.scatter < OVER_TIMES * usual))
}

struct Day {
    scatter: f64,
    /// The median distance from the day's median.
    middle: f64,
}

impl Day {
    fn of(hours: &[f32]) -> Option<Self> {
        let measured: Vec<f64> =
            hours.iter().map(|&hour| f64::from(hour)).filter(|hour| hour.is_finite()).collect();
        if measured.len() < HOURS_OF_DAY_MIN {
            return None;
        }
        let center = median(measured.iter().copied())?;
        let apart: Vec<f64> = measured.iter().map(|hour| (hour - center).abs()).collect();
        let scatter = apart.iter().sum::<f64>() / apart.len() as f64;
        Some(Self { scatter, middle: median(apart)? })
    }

    /// Whether half of its hours take part.
    fn is_broad(&self, usual: f64) -> bool {
        self.middle > usual
    }
}

/// The days that were measured, oldest first; the last one ends with the slice.
struct Days(Vec<Day>);

impl Days {
    fn of(scores: &[f32]) -> Option<Self> {
        let days = Self::all(scores);
        (days.len() >= DAYS + DAYS_BEFORE_MIN).then_some(Self(days))
    }

    fn all(scores: &[f32]) -> Vec<Day> {
        scores.rchunks_exact(DAY).rev().filter_map(Day::of).collect()
    }

    fn latest(&self) -> &[Day] {
        &self.0[self.0.len() - DAYS..]
    }

    fn before(&self) -> &[Day] {
        &self.0[..self.0.len() - DAYS]
    }

    /// The least of the last days.
    fn now(&self) -> Option<f64> {
        self.latest().iter().map(|day| day.scatter).min_by(f64::total_cmp)
    }

    fn usual(&self) -> Option<f64> {
        median(self.before().iter().map(|day| day.scatter)).filter(|usual| *usual > 0.0)
    }

    /// The largest that the least of as many days in a row was.
    fn largest_before(&self) -> f64 {
        let least = |days: &[Day]| days.iter().map(|day| day.scatter).fold(f64::INFINITY, f64::min);
        self.before().windows(DAYS).map(least).fold(f64::MIN_POSITIVE, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A texture of about one sigma, scaled from an hour on.
    fn series(hours: usize, from: usize, times: f32) -> Vec<f32> {
        (0..hours)
            .map(|hour| {
                let texture = ((hour * 7919 + hour / 24 * 37) % 101) as f32 / 29.0 - 1.74;
                texture * if hour >= from { times } else { 1.0 }
            })
            .collect()
    }

    #[test]
    fn variance_that_grows_and_stays_is_found_after_three_days() {
        let wild = series(24 * 24, 20 * 24, 3.0);
        let days: Vec<usize> = (14..=24).filter(|day| spread(&wild[..day * 24]).is_some()).collect();
        assert_eq!(days.first(), Some(&23));
        let found = spread(&wild[..23 * 24]).expect("a spread");
        assert!((2.5..3.5).contains(&found.times_usual), "{found:?}");
        assert_eq!(found.hours_since_onset, 72);
    }

    #[test]
    fn neither_a_step_nor_a_drift_nor_a_wild_hour_is_a_spread() {
        let quiet = series(30 * 24, usize::MAX, 1.0);
        let check = |added: &dyn Fn(usize) -> f32| {
            let changed: Vec<f32> =
                quiet.iter().enumerate().map(|(hour, value)| value + added(hour)).collect();
            for until in 14..=30 {
                assert_eq!(spread(&changed[..until * 24]), None, "day {until}");
            }
        };
        check(&|_| 0.0);
        check(&|hour| if hour >= 480 { 8.0 } else { 0.0 });
        check(&|hour| 0.03 * (hour as f32 - 480.0).max(0.0));
        check(&|hour| if hour % 24 == 5 && hour > 480 { 60.0 } else { 0.0 });
    }

    #[test]
    fn neither_shift_nor_scale_changes_what_is_found() {
        let wild = series(24 * 24, 20 * 24, 3.0);
        let found = spread(&wild).expect("a spread");
        for (times, plus) in [(8.0, 0.0), (0.25, 64.0), (-2.0, -16.0)] {
            let other: Vec<f32> = wild.iter().map(|value| value * times + plus).collect();
            let other = spread(&other).expect("the same spread");
            assert!((other.score - found.score).abs() < 1e-3 * found.score, "{other:?}");
            assert_eq!(other.hours_since_onset, found.hours_since_onset);
        }
    }

    #[test]
    fn what_scattered_like_this_before_is_nothing_new() {
        let mut scores = series(30 * 24, 27 * 24, 3.0);
        scores[10 * 24..14 * 24].iter_mut().for_each(|value| *value *= 3.0);
        assert_eq!(spread(&scores), None);
    }

    #[test]
    fn it_is_over_after_two_days_as_usual() {
        let mut scores = series(30 * 24, 20 * 24, 3.0);
        assert!(!is_over(&scores, 10 * 24));
        let end = scores.len() - 48;
        scores[end..].iter_mut().for_each(|value| *value /= 3.0);
        assert!(is_over(&scores, 10 * 24));
    }

    #[test]
    fn without_values_or_movement_nothing_scatters() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&vec![f32::NAN; 900]), None);
        assert_eq!(spread(&vec![1.0; 900]), None);
    }
}

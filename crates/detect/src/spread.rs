//! A quantity that begins to scatter: its level stays, its variance grows.
//!
//! What the season leaves is condensed, day by day, into the mean distance of its hours from the median of the day: the
//! absolute deviations of Brown and Forsythe (1974, "Robust tests for the equality of variances", after Levene 1960),
//! which heavy tails move little and a level that steps or drifts does not move at all. Each of three days in a row must scatter
//! well beyond what is usual *and* more than any single day before it began, since real series have wild days now and then, and
//! at times three of them; half of the hours of each must take part, so that a day with one wild hour is none; and its level
//! must lie where it did, or it is a step that is unquiet. Ratios make it blind to shift and scale. Days must be told as they
//! were when they closed: a season lies nearer to the days that it was learned from, and beside those every new day scatters.
//!
//! It cannot see unrest within an hour (see [`crate::anomaly`]), nor a spread that grows as slowly as its history is long, nor one
//! no wilder than the wildest day that is remembered.

use crate::compact::Far;
use crate::robust::median;

/// A day counts if so many of its hours were measured.
const HOURS_OF_DAY_MIN: usize = 14;
/// Days in a row that must scatter.
const DAYS: usize = 3;
const DAYS_BEFORE_MIN: usize = 10;
/// How many times the usual scatter.
const TIMES_USUAL: f64 = 1.9;
/// Unrest is not measured by itself: days in a row that scatter are one, and no measure for the last of them, for so long.
const UNREST_DAYS_MAX: usize = 7;
/// A scattering day is over if it is below this many times the usual.
const OVER_TIMES: f64 = 1.35;
/// The score of what scatters and is no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// A series that scatters more than it did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// How many times the usual scatter, over the last days.
    pub times_usual: f64,
    /// How many times the scatter of the wildest day before.
    pub times_largest: f64,
    /// How many days before the end it began.
    pub days_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// How one day scattered.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Day {
    /// The mean distance from the day's median.
    scatter: Far,
    /// The median distance from it.
    middle: Far,
    /// The day's median, beside what was usual.
    level: f32,
}

impl Day {
    /// The scatter of a day of hourly scores (sigmas from a season learned before it, `NaN` where not measured), `sigma` being
    /// what one of them is worth; `None` if too little was measured.
    pub fn of(scores: &[f32], sigma: f64) -> Option<Self> {
        let measured: Vec<f64> =
            scores.iter().map(|&score| f64::from(score)).filter(|score| score.is_finite()).collect();
        if measured.len() < HOURS_OF_DAY_MIN {
            return None;
        }
        let center = median(measured.iter().copied())?;
        let apart: Vec<f64> = measured.iter().map(|score| (score - center).abs() * sigma).collect();
        let scatter = apart.iter().sum::<f64>() / apart.len() as f64;
        let (scatter, middle) = (Far::of(scatter as f32), Far::of(median(apart)? as f32));
        Some(Self { scatter, middle, level: (center * sigma) as f32 })
    }

    fn scatter(&self) -> f64 {
        f64::from(self.scatter.get())
    }
}

/// Looks whether the last three days scatter, of days in order of time.
pub fn spread(days: &[Day]) -> Option<Spread> {
    let beside = Beside::of(days)?;
    let score = beside.score();
    // Half of the hours of each must take part.
    let is_broad = latest(days).iter().all(|day| f64::from(day.middle.get()) > beside.usual);
    if score < 1.0 || !is_broad || beside.moved > beside.now {
        return None;
    }
    let since = days_in_a_row(days, OVER_TIMES * beside.usual);
    Some(Spread {
        times_usual: beside.now / beside.usual,
        times_largest: beside.now / beside.wildest_before,
        days_since_onset: since.max(DAYS),
        score,
    })
}

/// How near the last days come to it, below 1 unless they do: what calibration is fed with.
pub fn score_now(days: &[Day]) -> Option<f64> {
    if let Some(found) = spread(days) {
        return Some(found.score);
    }
    Some(Beside::of(days)?.score().min(NO_FINDING_MAX))
}

/// Whether the last two days scatter hardly more than is usual; the `scattered` last days are left out of what is.
pub fn is_over(days: &[Day], scattered: usize) -> bool {
    let before = &days[..days.len().saturating_sub(scattered)];
    let Some(usual) = median(before.iter().map(Day::scatter)) else { return true };
    days[days.len().saturating_sub(2)..].iter().all(|day| day.scatter() < OVER_TIMES * usual)
}

/// The last days beside those before it began.
struct Beside {
    /// The least of the last days.
    now: f64,
    usual: f64,
    /// The largest of a single day.
    wildest_before: f64,
    /// How far their level lies from that of the days before.
    moved: f64,
}

impl Beside {
    fn of(days: &[Day]) -> Option<Self> {
        let usual = |days: &[Day]| median(days.iter().map(Day::scatter)).filter(|usual| *usual > 0.0);
        let unquiet = days_in_a_row(days, OVER_TIMES * usual(&days[..days.len().checked_sub(DAYS)?])?);
        let before = &days[..days.len() - unquiet.clamp(DAYS, UNREST_DAYS_MAX)];
        if before.len() < DAYS_BEFORE_MIN {
            return None;
        }
        let level = |days: &[Day]| median(days.iter().map(|day| f64::from(day.level)));
        Some(Self {
            now: latest(days).iter().map(Day::scatter).fold(f64::INFINITY, f64::min),
            usual: usual(before)?,
            wildest_before: before.iter().map(Day::scatter).fold(f64::MIN_POSITIVE, f64::max),
            moved: (level(latest(days))? - level(before)?).abs(),
        })
    }

    fn score(&self) -> f64 {
        (self.now / (TIMES_USUAL * self.usual)).min(self.now / self.wildest_before)
    }
}

/// How many of the last days scatter more than this.
fn days_in_a_row(days: &[Day], scatter: f64) -> usize {
    days.iter().rev().take_while(|day| day.scatter() > scatter).count()
}

fn latest(days: &[Day]) -> &[Day] {
    &days[days.len() - DAYS..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A texture of about one sigma, scaled from a day on, with something added.
    fn days(count: usize, times: impl Fn(usize) -> f32, added: impl Fn(usize) -> f32) -> Vec<Day> {
        let hours: Vec<f32> = (0..count * 24)
            .map(|hour| {
                let texture = ((hour * 7919 + hour / 24 * 37) % 101) as f32 / 29.0 - 1.74;
                texture * times(hour / 24) + added(hour)
            })
            .collect();
        hours.chunks(24).map(|day| Day::of(day, 1.0).expect("a whole day")).collect()
    }

    fn wild_from(day: usize) -> impl Fn(usize) -> f32 {
        move |today| if today >= day { 3.0 } else { 1.0 }
    }

    #[test]
    fn variance_that_grows_and_stays_is_found_after_three_days() {
        let wild = days(24, wild_from(20), |_| 0.0);
        let first = (14..=24).find(|day| spread(&wild[..*day]).is_some());
        assert_eq!(first, Some(23));
        let found = spread(&wild[..23]).expect("a spread");
        assert!((2.5..3.5).contains(&found.times_usual), "{found:?}");
        assert_eq!(found.days_since_onset, 3);
    }

    #[test]
    fn neither_a_step_nor_a_drift_nor_a_wild_hour_is_a_spread() {
        let check = |added: &dyn Fn(usize) -> f32| {
            let days = days(30, |_| 1.0, added);
            for until in 0..=30 {
                assert_eq!(spread(&days[..until]), None, "day {until}");
            }
        };
        check(&|_| 0.0);
        check(&|hour| if hour >= 480 { 8.0 } else { 0.0 });
        check(&|hour| 0.03 * (hour as f32 - 480.0).max(0.0));
        check(&|hour| if hour % 24 == 5 && hour > 480 { 60.0 } else { 0.0 });
    }

    #[test]
    fn a_step_that_is_unquiet_is_a_step() {
        let both = |by: f32| days(24, wild_from(20), move |hour| if hour >= 480 { by } else { 0.0 });
        assert!(spread(&both(1.0)).is_some());
        assert_eq!(spread(&both(8.0)), None);
    }

    #[test]
    fn neither_shift_nor_scale_changes_what_is_found() {
        let found = spread(&days(24, wild_from(20), |_| 0.0)).expect("a spread");
        for (times, plus) in [(8.0, 0.0), (0.25, 64.0), (-2.0, -16.0)] {
            let other = days(24, |day| times * wild_from(20)(day), |_| plus);
            let other = spread(&other).expect("the same spread");
            assert!((other.score - found.score).abs() < 1e-3 * found.score, "{other:?}");
            assert_eq!(other.days_since_onset, found.days_since_onset);
        }
    }

    #[test]
    fn what_scattered_like_this_before_is_nothing_new() {
        let often = |day: usize| if (10..14).contains(&day) || day >= 27 { 3.0 } else { 1.0 };
        assert_eq!(spread(&days(30, often, |_| 0.0)), None);
        let once = |day: usize| if day == 10 || day >= 27 { 3.0 } else { 1.0 };
        assert_eq!(spread(&days(30, once, |_| 0.0)), None, "a single day");
    }

    #[test]
    fn it_is_over_after_two_days_as_usual() {
        assert!(!is_over(&days(30, wild_from(20), |_| 0.0), 10));
        assert!(is_over(&days(30, |day| if (20..28).contains(&day) { 3.0 } else { 1.0 }, |_| 0.0), 10));
    }

    #[test]
    fn without_values_or_movement_nothing_scatters() {
        assert_eq!(spread(&[]), None);
        assert_eq!(Day::of(&[f32::NAN; 24], 1.0), None);
        assert_eq!(spread(&[Day { scatter: Far::of(0.0), middle: Far::of(0.0), level: 0.0 }; 30]), None);
    }
}

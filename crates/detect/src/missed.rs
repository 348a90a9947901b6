//! A peak that comes every day at its hour, and does not come.
//!
//! An hour is held against the same hour of all days that are remembered, fourteen at least: on two days in a row it lies below
//! every one of them, several times as far as they stray, where the rest of the day lies. No hour of either day went as high: a peak that came
//! at another time (clocks were changed, a job was moved) is none that did not come. It cannot hear that a peak of one day of the week
//! did not come, and of what is as high all day there is no peak.

use crate::robust::{median, quantile_of};

const DAY: usize = 24;
/// Days on which the hour must have been measured before.
const DAYS_MIN: usize = 14;
const DAYS_MAX: usize = 28;
/// How many times as far below the lowest as that lies below the middle one.
const TIMES_STRAYED: f64 = 3.0;
/// A peak lies beyond so large a share of all hours.
const PEAK_SHARE: f64 = 0.85;
/// And an hour without it lies no more than this part of the way there from the middle of all hours.
const ORDINARY_PART: f64 = 0.25;
/// What strays by nothing is not missed infinitely.
const SCORE_MAX: f64 = 4.0;

/// A peak that did not come.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Missed {
    /// The higher one of the two hours that should have held it.
    pub now: f64,
    /// The middle one of the days before.
    pub usual: f64,
    /// The lowest of them.
    pub lowest_before: f64,
    /// How many they are.
    pub days: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// How many hours before the end the hour lies that is judged: what comes an hour late is waited for.
pub const HOURS_LATE: usize = 1;

/// Looks whether the hour before the last lacks its peak, as it did a day before; hourly values, `NaN` where nothing was measured.
pub fn missed(values: &[f32]) -> Option<Missed> {
    let at = values.len().checked_sub(1 + HOURS_LATE)?;
    let now = f64::from(values[at].max(values[at.checked_sub(DAY)?]));
    let days = (2..=DAYS_MAX).map_while(|back| at.checked_sub(back * DAY)).map(|at| f64::from(values[at]));
    // Nearly every hour ends here, at one of the first days.
    if now.is_nan() || days.clone().any(|day| day <= now) {
        return None;
    }
    let days: Vec<f64> = days.filter(|day| day.is_finite()).collect();
    if days.len() < DAYS_MIN {
        return None;
    }
    let lowest_before = days.iter().copied().fold(f64::INFINITY, f64::min);
    let usual = median(days.iter().copied())?;
    let known = &values[..at];
    let (middle, high) = (quantile_of(known, 0.5)?, quantile_of(known, PEAK_SHARE)?);
    let far = lowest_before - now;
    let latest = values[values.len().saturating_sub(2 * DAY)..].iter();
    let came = latest.filter(|value| f64::from(**value) > now + 0.5 * far).count();
    if now - middle > ORDINARY_PART * far || lowest_before < high || came > 0 {
        return None;
    }
    let score = far / (TIMES_STRAYED * (usual - lowest_before).max(far / (SCORE_MAX * TIMES_STRAYED)));
    (score >= 1.0).then_some(Missed { now, usual, lowest_before, days: days.len(), score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: usize, peak: impl Fn(usize) -> bool) -> Vec<f32> {
        (0..count)
            .map(|hour| {
                let texture = (hour * 7_919 % 101) as f32 / 50.0;
                if peak(hour) { 200.0 + 4.0 * texture } else { texture }
            })
            .collect()
    }

    fn found(values: &[f32]) -> Vec<usize> {
        (1..=values.len()).filter(|until| missed(&values[..*until]).is_some()).collect()
    }

    #[test]
    fn a_nightly_peak_that_does_not_come_twice_is_found_on_the_second_day() {
        let stopped = values(30 * 24, |hour| hour % 24 == 3 && hour < 24 * 24);
        assert_eq!(found(&stopped).first(), Some(&(25 * 24 + 3 + 1 + HOURS_LATE)));
    }

    #[test]
    fn a_peak_at_another_hour_once_or_on_workdays_is_not_missed() {
        let moved = |to: usize| values(40 * 24, move |hour| hour % 24 == if hour < 24 * 24 { 3 } else { to });
        for to in [2, 4, 15] {
            assert_eq!(found(&moved(to)), [], "moved to {to}");
        }
        assert_eq!(found(&values(40 * 24, |hour| hour % 24 == 3 && hour / 24 != 24)), []);
        assert_eq!(found(&values(40 * 24, |hour| hour % 24 == 3 && hour / 24 % 7 < 5)), []);
        assert_eq!(found(&values(40 * 24, |_| false)), []);
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn a_level_that_falls_as_a_whole_is_no_peak() {
        let falls: Vec<f32> = values(40 * 24, |_| true)
            .iter()
            .enumerate()
            .map(|(hour, value)| if hour < 700 { *value } else { value - 150.0 })
            .collect();
        assert_eq!(found(&falls), []);
    }
}

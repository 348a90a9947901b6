//! What runs to its end along a straight line, as it always did: a certificate, a quota, a disk that fills by the same amount each day.
//!
//! [`crate::saturation`] asks for an unusual pace; here nothing is unusual but that the end is near. The line is
//! what came after the latest day that broke it (a renewal, a cleaning), and it must explain nearly all of the movement. If such days are
//! remembered, something lets it run so far each time: then only what comes nearer to the end than ever is news.
//! It knows no calendar: a quota that is renewed on the first of next month is dated as if nobody would, until the first renewal was heard.

use crate::robust::{kendall_tau, median, sigma, theil_sen};
use crate::saturation::{DaysLeft, days_left};

/// Days of the line that must be known.
const DAYS_MIN: usize = 7;
/// Nearer in days than this is near.
const NEAR_DAYS: f64 = 14.0;
/// A day that went the other way by so many usual days, or onward by so many, breaks the line.
const BACK_DAYS_MIN: f64 = 2.0;
const ONWARD_DAYS_MIN: f64 = 4.0;
/// How closely the days follow it: in rank, and how many times what is left beside it the line must be.
const TAU_MIN: f64 = 0.9;
const TIMES_REST_MIN: f64 = 10.0;
/// So many standard deviations to both sides hold nine of ten days beside it.
const NINE_OF_TEN: f64 = 1.645;

/// An end in sight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Line {
    /// Days from the last of the days until the end is reached.
    pub left: DaysLeft,
    /// Units of the series a day.
    pub slope_per_day: f64,
    /// How many days it has gone this way.
    pub days: usize,
    /// How near to the end it came before the line began, if anything is known before it.
    pub nearest_before: Option<f64>,
    /// How much nearer than near: at 1 it is just noticed.
    pub score: f64,
}

/// Looks whether daily medians (oldest first, `NaN` where not measured) run along a straight line to `limit`.
pub fn line(daily: &[f64], limit: f64) -> Option<Line> {
    let last = daily.last().copied().filter(|last| last.is_finite() && limit.is_finite())?;
    let toward = (limit - last).signum();
    let days: Vec<(f64, f64)> =
        (0..).map(f64::from).zip(daily.iter().copied()).filter(|(_, level)| level.is_finite()).collect();
    let from = broken_at(&days, toward);
    let (before, run) = days.split_at(from);
    let slope = theil_sen(run)?;
    if !is_straight(run, slope, toward) {
        return None;
    }
    // Where the line is by all of its days: the last of them may lie beside it, as far as they do.
    let rest = beside(run, slope);
    let middle = median(rest.iter().copied())?;
    let at_last = middle + slope * run.last()?.0;
    let left = days_left(run, at_last, limit)?.off_by(NINE_OF_TEN * sigma(&rest, middle)? / slope.abs());
    let nearest_before = before.iter().map(|(_, level)| (limit - level).abs()).min_by(f64::total_cmp);
    let is_news = nearest_before.is_none_or(|nearest| (limit - last).abs() < nearest - slope.abs());
    (left.likely <= NEAR_DAYS && is_news).then(|| Line {
        left,
        slope_per_day: slope,
        days: run.len(),
        nearest_before,
        score: (NEAR_DAYS / left.likely.max(1.0)).sqrt(),
    })
}

/// Whether all days that are known lie on one straight line that nothing broke: what goes on so is how it is, and drifts nowhere.
pub fn is_one_line(daily: &[f64]) -> bool {
    let days: Vec<(f64, f64)> =
        (0..).map(f64::from).zip(daily.iter().copied()).filter(|(_, level)| level.is_finite()).collect();
    let Some(slope) = theil_sen(&days).filter(|slope| *slope != 0.0) else { return false };
    broken_at(&days, slope.signum()) == 0 && is_straight(&days, slope, slope.signum())
}

/// What a line of this slope leaves of the days.
fn beside(run: &[(f64, f64)], slope: f64) -> Vec<f64> {
    run.iter().map(|(day, level)| level - slope * day).collect()
}

/// Whether so many days follow a line of this slope closely.
fn is_straight(run: &[(f64, f64)], slope: f64, toward: f64) -> bool {
    let rest = beside(run, slope);
    let apart = median(rest.iter().copied()).and_then(|middle| sigma(&rest, middle));
    let levels: Vec<f64> = run.iter().map(|(_, level)| level * toward).collect();
    run.len() >= DAYS_MIN
        && kendall_tau(&levels).is_some_and(|tau| tau >= TAU_MIN)
        && apart.is_some_and(|apart| apart * TIMES_REST_MIN < slope.abs() * run.len() as f64)
}

/// Where the present line begins: after the latest day that broke it.
fn broken_at(days: &[(f64, f64)], toward: f64) -> usize {
    let steps: Vec<f64> =
        days.windows(2).map(|pair| (pair[1].1 - pair[0].1) * toward / (pair[1].0 - pair[0].0)).collect();
    let usual = median(steps.iter().map(|step| step.abs())).unwrap_or(0.0);
    steps
        .iter()
        .rposition(|step| *step < -BACK_DAYS_MIN * usual || *step > ONWARD_DAYS_MIN * usual)
        .map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(days: usize, renewed_at: f64) -> Vec<f64> {
        let mut left = 40.0;
        (0..days)
            .map(|_| {
                left -= 1.0;
                if left < renewed_at {
                    left += 30.0;
                }
                left
            })
            .collect()
    }

    #[test]
    fn a_certificate_that_nobody_renews_is_dated_two_weeks_before_its_end() {
        let daily = certificate(60, 0.0);
        let noticed = (1..40).find(|day| line(&daily[..*day], 0.0).is_some()).expect("it ends");
        assert_eq!(daily[noticed - 1], 14.0);
        let found = line(&daily[..noticed], 0.0).expect("an end");
        assert_eq!((found.left.likely, found.nearest_before), (14.0, None));
    }

    #[test]
    fn one_that_was_always_renewed_in_time_is_news_only_beyond_that() {
        let mut late: Vec<f64> = certificate(31, 10.0);
        late.extend((0..40).map(|day| 39.0 - f64::from(day)));
        let noticed = (31..71).find(|day| line(&late[..*day], 0.0).is_some()).expect("it ends");
        assert_eq!(late[noticed - 1], 8.0, "ten was as near as it ever came");
    }

    #[test]
    fn what_wanders_or_ends_in_a_month_has_no_line() {
        let wandering: Vec<f64> =
            (0..40).map(|day| 20.0 - 0.3 * f64::from(day) + f64::from(day * 37 % 11)).collect();
        assert_eq!(line(&wandering, 0.0), None);
        let slow: Vec<f64> = (0..30).map(|day| 60.0 - f64::from(day)).collect();
        assert_eq!(line(&slow, 0.0), None);
        assert_eq!(line(&[5.0; 30], 0.0), None, "a constant");
        assert_eq!(line(&[], 0.0), None);
        assert_eq!(line(&[f64::NAN; 30], 0.0), None);
        let past: Vec<f64> = (0..30).map(|day| -f64::from(day)).collect();
        assert_eq!(line(&past, 0.0), None, "it is over");
    }

    #[test]
    fn one_line_since_the_first_day_is_told_from_a_climb_that_began() {
        let offset: Vec<f64> = (0..20).map(|day| 864.0 * f64::from(day) + f64::from(day * 37 % 11)).collect();
        assert!(is_one_line(&offset));
        let climb: Vec<f64> =
            (0..20).map(|day| 5.0 * f64::from((day - 9).max(0)) + f64::from(day % 3)).collect();
        assert!(!is_one_line(&climb), "it began on the tenth day");
        let faster: Vec<f64> =
            (0..20).map(|day| f64::from(day) + 5.0 * f64::from((day - 12).max(0))).collect();
        assert!(!is_one_line(&faster));
        assert!(!is_one_line(&[5.0; 20]) && !is_one_line(&[]) && !is_one_line(&offset[..6]));
    }

    #[test]
    fn neither_shift_nor_scale_moves_the_date() {
        let daily: Vec<f64> = (0..30).map(|day| 40.0 - f64::from(day)).collect();
        let found = line(&daily, 0.0).expect("an end");
        let other: Vec<f64> = daily.iter().map(|left| left * -4.0 + 64.0).collect();
        assert_eq!(line(&other, 64.0).map(|line| line.left), Some(found.left));
    }
}

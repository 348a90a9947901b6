//! Slow, steady movement away from the season, over days.
//!
//! A drift is *persistent* (three days in a row lie on the same side, each farther than chance) and
//! *monotone* (Kendall's tau of the half-day medians of a week, Mann 1945), and it goes farther than the series itself has
//! gone before. Level alone finds weekends, trend alone finds noise: measured on real series, only both
//! together stay quiet. A step that stays can look like both, so that each drift has its [`Form`]. What moves by less than a quarter of a sigma a day is found late or not at all.

use crate::Direction;
use crate::form::{Form, form};
use crate::robust::{kendall_tau, median_of_at_least, theil_sen};
use crate::season::Reach;

const DAY: usize = 24;
/// A day counts if so many of its hours were measured.
const HOURS_OF_DAY_MIN: usize = 14;
const LEVEL_MIN: f64 = 1.5;
const TAU_MIN: f64 = 0.4;
/// Days whose halves must rank with time, and as many as there must be.
const MONOTONE_DAYS: usize = 7;
const MONOTONE_DAYS_MIN: usize = 5;
/// How many times as far as it ever went before it must have gone.
const TIMES_REACH: f64 = 1.1;
/// The score of what lies far out and is no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// A drift that is under way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Drift {
    /// How.
    pub form: Form,
    /// Which way.
    pub direction: Direction,
    /// The median of the last day, in sigmas from the season.
    pub level: f64,
    /// Sigmas a day, over the days since the onset.
    pub slope_per_day: f64,
    /// How many hours before the end it began.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for a drift at the end of hourly scores (sigmas from the season, `NaN` where not measured).
///
/// `reach` is how far day medians strayed in the history of the series; `known` are numbers of hours before the end at
/// which something was done that may have moved it at once.
pub fn drift(scores: &[f32], reach: Reach, known: &[usize]) -> Option<Drift> {
    if scores.len() < MONOTONE_DAYS_MIN * DAY {
        return None;
    }
    let day = |back: usize| {
        let end = scores.len() - back * DAY;
        median_of_at_least(HOURS_OF_DAY_MIN, &scores[end - DAY..end])
    };
    let (last, before, earlier) = (day(0)?, day(1)?, day(2)?);
    let direction = Direction::of(last);
    let sign = direction.sign();
    let (level, before, earlier) = (last * sign, before * sign, earlier * sign);
    let threshold = threshold(reach, direction);
    let score = level / threshold;
    if score < 1.0 || before < 0.4 * level || earlier < 0.15 * level || !is_monotone(scores, sign) {
        return None;
    }
    if is_like_last_week(scores, sign, level) {
        return None;
    }
    let form = form(&scores[scores.len().saturating_sub(7 * DAY)..], known);
    let hours_since_onset = match form {
        Form::Step { hours_ago } => hours_ago,
        Form::Ramp => onset(scores, sign, level),
    };
    let slope_per_day = sign * slope(scores, hours_since_onset).unwrap_or(level / 3.0);
    Some(Drift { form, direction, level, slope_per_day, hours_since_onset, score })
}

/// How far beyond its threshold the last day lies, below 1 unless it drifts: what calibration is fed with.
///
/// A wild day that is no drift is not what drifts are ranked against.
pub fn score_now(scores: &[f32], reach: Reach) -> Option<f64> {
    if let Some(found) = drift(scores, reach, &[]) {
        return Some(found.score);
    }
    let last = median_of_at_least(HOURS_OF_DAY_MIN, &scores[scores.len().checked_sub(DAY)?..])?;
    let threshold = threshold(reach, Direction::of(last));
    Some((last.abs() / threshold).min(NO_FINDING_MAX))
}

fn threshold(reach: Reach, direction: Direction) -> f64 {
    let strayed = match direction {
        Direction::Up => reach.up,
        Direction::Down => reach.down,
    };
    LEVEL_MIN.max(TIMES_REACH * strayed + 0.3)
}

/// Half-day medians of the last week rank with time.
fn is_monotone(scores: &[f32], sign: f64) -> bool {
    let tail = &scores[scores.len().saturating_sub(MONOTONE_DAYS * DAY)..];
    let halves: Vec<f64> = tail
        .chunks(DAY / 2)
        .map(|half| median_of_at_least(6, half).map_or(f64::NAN, |level| level * sign))
        .collect();
    kendall_tau(&halves).is_some_and(|tau| tau >= TAU_MIN)
}

/// Whether the same day a week ago lay as far out; without it, a weekend cannot be told from a drift.
fn is_like_last_week(scores: &[f32], sign: f64, level: f64) -> bool {
    let Some(end) = scores.len().checked_sub(7 * DAY).filter(|end| *end >= DAY) else { return true };
    let week_ago = median_of_at_least(HOURS_OF_DAY_MIN, &scores[end - DAY..end]);
    week_ago.is_none_or(|before| before * sign > 0.5 * level)
}

/// The last half day, going back, whose median was still near the season.
fn onset(scores: &[f32], sign: f64, level: f64) -> usize {
    let near = (0.25 * level).clamp(0.5, 1.5);
    let mut hours = 0;
    for half in scores.rchunks(DAY / 2) {
        let quiet = median_of_at_least(4, half).is_some_and(|median| median * sign < near);
        if quiet {
            break;
        }
        hours += half.len();
    }
    hours
}

fn slope(scores: &[f32], hours: usize) -> Option<f64> {
    let from = scores.len() - hours.max(3 * DAY).min(scores.len());
    let points: Vec<(f64, f64)> = scores[from..]
        .chunks(DAY / 4)
        .enumerate()
        .filter_map(|(at, block)| Some((at as f64 / 4.0, median_of_at_least(3, block)?)))
        .collect();
    theil_sen(&points).map(f64::abs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(hours: usize, drift_per_day: f64) -> Vec<f32> {
        // A fixed, rough texture of about one sigma, so that the test does not depend on a generator.
        (0..hours)
            .map(|hour| {
                let texture = ((hour * 7919 % 101) as f64 / 50.0 - 1.0) * 1.2;
                let days = (hour as f64 - 120.0).max(0.0) / 24.0;
                (texture + drift_per_day * days) as f32
            })
            .collect()
    }

    #[test]
    fn one_sigma_a_day_is_noticed_within_five_days() {
        let scores = wave(120 + 5 * 24, 1.0);
        let scores = [&wave(72, 0.0)[..], &scores[..]].concat();
        let found = drift(&scores, Reach { up: 0.6, down: 0.6 }, &[]).expect("a drift");
        assert_eq!(found.direction, Direction::Up);
        assert!((0.7..1.3).contains(&found.slope_per_day), "{found:?}");
        assert!((72..=132).contains(&found.hours_since_onset), "{found:?}");
    }

    #[test]
    fn noise_is_no_drift() {
        for hours in 120..400 {
            assert_eq!(drift(&wave(hours, 0.0), Reach { up: 0.6, down: 0.6 }, &[]), None);
        }
    }

    #[test]
    fn a_weekend_is_no_drift() {
        let mut scores = wave(240, 0.0);
        for score in &mut scores[240 - 48..] {
            *score += 4.0;
        }
        assert_eq!(drift(&scores, Reach::default(), &[]), None);
    }

    #[test]
    fn what_the_series_has_done_before_is_no_drift() {
        let scores = wave(120 + 5 * 24, 1.0);
        assert_eq!(drift(&scores, Reach { up: 6.0, down: 0.5 }, &[]), None);
    }

    #[test]
    fn short_series_are_not_judged() {
        assert_eq!(drift(&wave(100, 1.0), Reach::default(), &[]), None);
        assert_eq!(score_now(&[1.0], Reach::default()), None);
    }
}

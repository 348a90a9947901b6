//! Slow, steady movement away from the season, over days.
//!
//! A drift is *persistent* (three days in a row lie on the same side, each farther than chance) and
//! *monotone* (Kendall's tau of the half-day medians of a week, Mann 1945), and it goes farther than the series itself has
//! gone before. Level alone finds weekends, trend alone finds noise: measured on real series, only both
//! together stay quiet. What is slow is looked for in medians over three days, which stray less than those of one, and must
//! have ranked with time for two weeks. A step that stays can look like both, so that each drift has its [`Form`]. What moves by less than a quarter of a sigma a day is found late or not at all.

use crate::Direction;
use crate::form::{self, Form, form};
use crate::onset;
use crate::robust::{kendall_tau, median_of_at_least, theil_sen};
use crate::season::{Reach, Reaches};

const DAY: usize = 24;
/// A day counts if so many of its hours were measured.
const HOURS_OF_DAY_MIN: usize = 14;
const TAU_MIN: f64 = 0.4;
/// Days whose halves must rank with time, and as many as there must be.
const MONOTONE_DAYS: usize = 7;
const MONOTONE_DAYS_MIN: usize = 5;
/// What is slow shows in a median over three days, and must have ranked with time for two weeks.
const SLOW_DAYS: usize = 3;
const SLOW_MONOTONE_DAYS: usize = 14;
const SLOW_TAU_MIN: f64 = 0.5;
/// The last day must not have come back from the level of three days.
const SLOW_LAST_MIN: f64 = 0.8;
/// So many days before it was seen to have gone, a level may have begun to move.
const BREAK_DAYS: usize = 3;
/// Hours so many sigmas beyond the level of a drift are wild.
const WILD: f64 = 3.0;
/// A day, and three days, must lie so many sigmas out at least, and beyond so many times what such medians ever strayed and
/// some more.
const FAST: Threshold = Threshold { least: 1.2, times: 1.32, more: 0.36 };
const SLOW: Threshold = Threshold { least: 1.15, times: 1.58, more: 0.43 };
/// The score of what lies far out and is no finding.
pub const NO_FINDING_MAX: f64 = 0.95;

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
/// `reaches` are how far such medians strayed in the history of the series; `known` are numbers of hours before the end at
/// which something was done that may have moved it at once.
pub fn drift(scores: &[f32], reaches: Reaches, known: &[usize]) -> Option<Drift> {
    if scores.len() < MONOTONE_DAYS_MIN * DAY || !may_drift(scores) {
        return None;
    }
    let day = |back: usize| {
        let end = scores.len() - back * DAY;
        median_of_at_least(HOURS_OF_DAY_MIN, &scores[end - DAY..end])
    };
    let last = day(0)?;
    let direction = Direction::of(last);
    let sign = direction.sign();
    let (level, before, earlier) = (last * sign, day(1)? * sign, day(2)? * sign);
    let stays_at = |level: f64| {
        before >= 0.4 * level && earlier >= 0.15 * level && !is_like_last_week(scores, sign, level)
    };
    let fast = Some(level / FAST.of(reaches.day, direction)).filter(|score| *score >= 1.0 && stays_at(level));
    let three = median_of_at_least(SLOW_DAYS * HOURS_OF_DAY_MIN, &scores[scores.len() - SLOW_DAYS * DAY..]);
    let slow = three.map(|three| three * sign).and_then(|three| {
        let score = three / SLOW.of(reaches.three_days, direction);
        let goes_on = score >= 1.0 && level >= SLOW_LAST_MIN * three && stays_at(three);
        (goes_on && is_monotone(scores, sign, SLOW_MONOTONE_DAYS, SLOW_TAU_MIN)).then_some(score)
    });
    let score = fast.into_iter().chain(slow).max_by(f64::total_cmp)?;
    if !is_monotone(scores, sign, MONOTONE_DAYS, TAU_MIN) {
        return None;
    }
    let form = form(&scores[scores.len().saturating_sub(7 * DAY)..], known);
    let left_usual = match form {
        Form::Step { hours_ago } => hours_ago,
        Form::Ramp => left_usual(scores, sign, level),
    };
    let hours_since_onset = broke(scores, left_usual, level);
    let slope_per_day = sign * slope(scores, hours_since_onset).unwrap_or(level / 3.0);
    Some(Drift { form, direction, level, slope_per_day, hours_since_onset, score })
}

/// Whether half of the last day lies so far out, to one side, as the least drift does: all else is dearer to ask, and needs the days before.
pub fn may_drift(scores: &[f32]) -> bool {
    // A little less than the least level of a last day, for what is rounded.
    let least = (0.99 * FAST.least.min(SLOW_LAST_MIN * SLOW.least)) as f32;
    let last = &scores[scores.len().saturating_sub(DAY)..];
    let (mut above, mut below, mut measured) = (0_u32, 0_u32, 0_u32);
    for score in last {
        above += u32::from(*score >= least);
        below += u32::from(*score <= -least);
        measured += u32::from(score.is_finite());
    }
    2 * above.max(below) >= measured
}

/// Whether what drifts still does if it stepped where something was done, so many hours before the end: less is a step
/// and the usual wandering around it.
pub fn drifts_beside_step(scores: &[f32], reaches: Reaches, hours_ago: usize) -> bool {
    form::levelled(scores, hours_ago).is_none_or(|levelled| drift(&levelled, reaches, &[hours_ago]).is_some())
}

/// Whether the last day lies beyond its threshold, however it came there.
pub fn lies_out(scores: &[f32], reaches: Reaches, direction: Direction) -> bool {
    let last = median_of_at_least(HOURS_OF_DAY_MIN, &scores[scores.len().saturating_sub(DAY)..]);
    last.is_some_and(|last| last * direction.sign() >= FAST.of(reaches.day, direction))
}

/// How far beyond its threshold the last day lies and which way, below 1 unless it drifts: what calibration is fed with.
///
/// A wild day that is no drift is not what drifts are ranked against.
pub fn score_now(scores: &[f32], reaches: Reaches) -> Option<(Direction, f64)> {
    if let Some(found) = drift(scores, reaches, &[]) {
        return Some((found.direction, found.score));
    }
    let last = median_of_at_least(HOURS_OF_DAY_MIN, &scores[scores.len().checked_sub(DAY)?..])?;
    let direction = Direction::of(last);
    Some((direction, (last.abs() / FAST.of(reaches.day, direction)).min(NO_FINDING_MAX)))
}

/// From where on a median is far out.
struct Threshold {
    least: f64,
    times: f64,
    more: f64,
}

impl Threshold {
    fn of(&self, reach: Reach, direction: Direction) -> f64 {
        let strayed = match direction {
            Direction::Up => reach.up,
            Direction::Down => reach.down,
        };
        self.least.max(self.times * strayed + self.more)
    }
}

/// Half-day medians of the last days rank with time.
fn is_monotone(scores: &[f32], sign: f64, days: usize, tau_min: f64) -> bool {
    let tail = &scores[scores.len().saturating_sub(days * DAY)..];
    let halves: Vec<f64> = tail
        .chunks(DAY / 2)
        .map(|half| median_of_at_least(6, half).map_or(f64::NAN, |level| level * sign))
        .collect();
    kendall_tau(&halves).is_some_and(|tau| tau >= tau_min)
}

/// Whether the same day a week ago lay as far out; without it, a weekend cannot be told from a drift.
fn is_like_last_week(scores: &[f32], sign: f64, level: f64) -> bool {
    let Some(end) = scores.len().checked_sub(7 * DAY).filter(|end| *end >= DAY) else { return true };
    let week_ago = median_of_at_least(HOURS_OF_DAY_MIN, &scores[end - DAY..end]);
    week_ago.is_none_or(|before| before * sign > 0.5 * level)
}

/// When the level broke of which it is known roughly when it had gone: days before that are looked at hour by hour.
fn broke(scores: &[f32], left_usual: usize, level: f64) -> usize {
    let around = &scores[scores.len().saturating_sub(left_usual + BREAK_DAYS * DAY)..];
    // Single wild hours date nothing.
    let far = (level + WILD) as f32;
    let tame: Vec<f32> = around.iter().map(|score| score.clamp(-far, far)).collect();
    onset::hours_since_break(&tame).unwrap_or(left_usual)
}

/// The last half day, going back, whose median was still near the season.
fn left_usual(scores: &[f32], sign: f64, level: f64) -> usize {
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

    fn strayed(up: f64, down: f64) -> Reaches {
        Reaches { day: Reach { up, down }, three_days: Reach { up: 0.7 * up, down: 0.7 * down } }
    }

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
        let found = drift(&scores, strayed(0.6, 0.6), &[]).expect("a drift");
        assert_eq!(found.direction, Direction::Up);
        assert!((0.7..1.3).contains(&found.slope_per_day), "{found:?}");
        assert!((72..=132).contains(&found.hours_since_onset), "{found:?}");
    }

    #[test]
    fn a_quarter_of_a_sigma_a_day_is_noticed_within_ten_days_where_a_day_alone_strays_as_far() {
        let scores = [&wave(240, 0.0)[..], &wave(120 + 10 * 24, 0.25)[120..]].concat();
        let reaches = Reaches { day: Reach { up: 1.9, down: 1.9 }, three_days: Reach { up: 0.6, down: 0.6 } };
        let found = drift(&scores, reaches, &[]).expect("a drift");
        assert_eq!((found.direction, found.form), (Direction::Up, Form::Ramp));
        let fast_alone = Reaches { three_days: Reach { up: 9.0, down: 9.0 }, ..reaches };
        assert_eq!(drift(&scores, fast_alone, &[]), None);
    }

    #[test]
    fn a_step_where_something_was_done_is_no_drift_and_a_drift_beside_it_is() {
        let texture = wave(480, 0.0);
        let with = |added: &dyn Fn(usize) -> f32| -> Vec<f32> {
            texture.iter().enumerate().map(|(at, score)| score + added(at)).collect()
        };
        let ago = 96;
        let stepped = with(&|at| if at >= 480 - ago { 2.5 } else { 0.0 });
        assert!(!drifts_beside_step(&stepped, strayed(0.5, 0.5), ago));
        let both = with(&|at| {
            let since = (at + ago).saturating_sub(480) as f32;
            if since > 0.0 { 1.0 + since / 24.0 * 1.5 } else { 0.0 }
        });
        assert!(drifts_beside_step(&both, strayed(0.5, 0.5), ago));
    }

    #[test]
    fn noise_is_no_drift() {
        for hours in 120..400 {
            assert_eq!(drift(&wave(hours, 0.0), strayed(0.6, 0.6), &[]), None);
        }
    }

    #[test]
    fn a_weekend_is_no_drift() {
        let mut scores = wave(240, 0.0);
        for score in &mut scores[240 - 48..] {
            *score += 4.0;
        }
        assert_eq!(drift(&scores, Reaches::default(), &[]), None);
    }

    #[test]
    fn what_the_series_has_done_before_is_no_drift() {
        let scores = wave(120 + 5 * 24, 1.0);
        assert_eq!(drift(&scores, strayed(6.0, 0.5), &[]), None);
        assert!(!lies_out(&scores, strayed(6.0, 0.5), Direction::Up));
        assert!(lies_out(&scores, strayed(0.6, 0.5), Direction::Up));
        assert!(!lies_out(&scores, strayed(0.6, 0.5), Direction::Down));
    }

    #[test]
    fn short_series_are_not_judged() {
        assert_eq!(drift(&wave(100, 1.0), Reaches::default(), &[]), None);
        assert_eq!(score_now(&[1.0], Reaches::default()), None);
    }
}

//! A step to another level that stays.
//!
//! The last eight hours lie on one side, all quarters of them far out, farther than any eight hours before,
//! and the day before did not, nor the same hours a week ago. Spikes of minutes do not move a median of hours; a step that goes back within
//! hours is not a shift. It cannot tell a step from the start of a fast drift, and does not need to.

use crate::Direction;
use crate::form;
use crate::robust::median_of_at_least;
use crate::season::Reach;

const WINDOW: usize = 8;
const BEFORE: usize = 24;
const WEEK: usize = 168;
const LEVEL_MIN: f64 = 4.5;
/// The score of what lies far out and is no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// A step that has been there for eight hours.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shift {
    /// Which way.
    pub direction: Direction,
    /// The median since the step, in sigmas from the season.
    pub level: f64,
    /// How many hours before the end it began.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Whether the last hours lie far enough out: all else needs the days before.
pub fn may_shift(scores: &[f32], reach: Reach) -> bool {
    level_and_score(scores, reach).is_some_and(|(_, score)| score >= 1.0)
}

/// Where the last hours lie, and how far beyond the threshold.
fn level_and_score(scores: &[f32], reach: Reach) -> Option<(f64, f64)> {
    let level = median_of_at_least(WINDOW - 2, &scores[scores.len().checked_sub(WINDOW)?..])?;
    Some((level, level.abs() / threshold(reach, Direction::of(level))))
}

/// Looks for a step within the last hours of hourly scores (sigmas from the season).
///
/// `reach` is how far eight-hour medians strayed in the history of the series.
pub fn shift(scores: &[f32], reach: Reach) -> Option<Shift> {
    let split = scores.len().checked_sub(WINDOW)?;
    let window = &scores[split..];
    let (level, score) = level_and_score(scores, reach)?;
    let direction = Direction::of(level);
    let sign = direction.sign();
    if score < 1.0 {
        return None;
    }
    let before = median_of_at_least(12, &scores[split.checked_sub(BEFORE)?..split])?;
    let stays = window
        .chunks(2)
        .all(|pair| median_of_at_least(1, pair).is_none_or(|quarter| quarter * sign >= 0.5 * level * sign));
    if !stays || before * sign > 0.5 * level * sign {
        return None;
    }
    // A Saturday is like the Saturday before; without one to compare with, nothing is said.
    let week_ago = median_of_at_least(WINDOW / 2, &scores[split.checked_sub(WEEK)?..scores.len() - WEEK])?;
    if week_ago * sign > 0.4 * level * sign {
        return None;
    }
    let hours_since_onset = scores
        .iter()
        .rev()
        .take(WINDOW + BEFORE)
        .take_while(|&&hour| !hour.is_finite() || f64::from(hour) * sign >= 0.4 * level * sign)
        .count()
        .max(WINDOW);
    Some(Shift { direction, level: level * sign, hours_since_onset, score })
}

/// Whether what shifts still does if it had stepped before where something was done, so many hours before the end: less is the step that came
/// with that and the usual wandering around it.
pub fn shifts_beside_step(scores: &[f32], reach: Reach, hours_ago: usize) -> bool {
    form::levelled(scores, hours_ago).is_none_or(|levelled| shift(&levelled, reach).is_some())
}

/// Hours that have to lie far out.
pub const HOURS: usize = WINDOW;

/// How far beyond its threshold the last hours lie, below 1 unless they are a step: what calibration is fed with.
pub fn score_now(scores: &[f32], reach: Reach) -> Option<f64> {
    if let Some(found) = shift(scores, reach) {
        return Some(found.score);
    }
    level_and_score(scores, reach).map(|(_, score)| score.min(NO_FINDING_MAX))
}

fn threshold(reach: Reach, direction: Direction) -> f64 {
    let strayed = match direction {
        Direction::Up => reach.up,
        Direction::Down => reach.down,
    };
    LEVEL_MIN.max(1.5 * strayed + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(hours_ago: usize, height: f32) -> Vec<f32> {
        (0..240)
            .map(|hour| {
                let texture = (hour * 7919 % 101) as f32 / 50.0 - 1.0;
                texture + if hour + hours_ago >= 240 { height } else { 0.0 }
            })
            .collect()
    }

    #[test]
    fn a_step_is_noticed_after_eight_hours_and_dated_to_its_beginning() {
        let found = shift(&step(8, 6.0), Reach { up: 1.0, down: 1.0 }).expect("a shift");
        assert_eq!((found.direction, found.hours_since_onset), (Direction::Up, 8));
        let found = shift(&step(8, -6.0), Reach { up: 1.0, down: 1.0 }).expect("a shift");
        assert_eq!((found.direction, found.hours_since_onset), (Direction::Down, 8));
    }

    #[test]
    fn a_spike_of_hours_is_no_step() {
        assert_eq!(shift(&step(5, 9.0), Reach::default()), None);
    }

    #[test]
    fn a_day_like_the_same_day_a_week_ago_is_no_step() {
        let mut scores = step(8, 6.0);
        let end = scores.len() - 168;
        scores[end - 8..end].iter_mut().for_each(|score| *score += 6.0);
        assert_eq!(shift(&scores, Reach { up: 1.0, down: 1.0 }), None);
    }

    #[test]
    fn what_has_stood_for_days_is_no_new_step() {
        assert_eq!(shift(&step(60, 6.0), Reach::default()), None);
    }

    #[test]
    fn a_step_where_something_was_done_days_before_is_no_part_of_the_next_one() {
        let reach = Reach { up: 4.0, down: 4.0 };
        let both: Vec<f32> = step(96, 3.0).iter().zip(step(8, 5.0)).map(|(a, b)| a + b).collect();
        assert!(shift(&both, reach).is_some() && !shifts_beside_step(&both, reach, 96));
        let larger: Vec<f32> = step(96, 3.0).iter().zip(step(8, 9.0)).map(|(a, b)| a + b).collect();
        assert!(shifts_beside_step(&larger, reach, 96));
        assert!(shifts_beside_step(&step(8, 9.0), reach, 20), "too near to be told from it");
    }

    #[test]
    fn a_series_that_often_steps_must_step_farther() {
        assert_eq!(shift(&step(8, 6.0), Reach { up: 5.0, down: 0.0 }), None);
    }
}

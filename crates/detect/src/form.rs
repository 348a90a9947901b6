//! How a series left its level: at once and staying there, or steadily and still going.
//!
//! Both look alike to a threshold, and mean different things: a step came with something that was done, a ramp
//! goes on. The best step and the best ramp (one break, least absolute deviations) are fitted to medians of a
//! quarter of a day; the step must fit clearly better, unless it lies where something is known to have been done,
//! because noise around a step looks a little like a ramp. It knows one break only: a ramp that began after a
//! step counts as what fits it better.

use crate::robust::median_of_at_least;

const BLOCK: usize = 6;
const DAY: usize = 24;
/// Hours that must have been measured before a step and after it.
const HOURS_MIN: usize = 7;
/// A step fits clearly better if it leaves less than this share of what a ramp leaves.
const UNKNOWN_STEP_MAX: f64 = 0.9;
/// A step at a known hour is believed if it leaves at most so much more than a ramp.
const KNOWN_STEP_MAX: f64 = 1.1;

/// How a series left its level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Steadily, and still going.
    Ramp,
    /// At once, so many hours before the end, and staying there.
    Step {
        /// To within a quarter of a day.
        hours_ago: usize,
    },
}

/// Whether hourly values are better told as a step or as a ramp.
///
/// `known` are numbers of hours before the end at which something is known to have been done.
pub fn form(values: &[f32], known: &[usize]) -> Form {
    let blocks = Blocks::of(values);
    let count = blocks.0.len();
    let splits = 2..count.saturating_sub(2);
    let stepped = splits.clone().map(|at| (at, blocks.step_misfit(at))).min_by(|a, b| a.1.total_cmp(&b.1));
    let ramped = splits.clone().map(|at| blocks.ramp_misfit(at)).min_by(f64::total_cmp);
    let (Some((split, stepped)), Some(ramped)) = (stepped, ramped) else { return Form::Ramp };
    if stepped < UNKNOWN_STEP_MAX * ramped {
        return Form::Step { hours_ago: (count - split) * BLOCK };
    }
    known
        .iter()
        .map(|hours| count.saturating_sub(hours.div_ceil(BLOCK)))
        .flat_map(|at| [at, at + 1])
        .filter(|at| splits.contains(at))
        .map(|at| (at, blocks.step_misfit(at)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, misfit)| *misfit <= KNOWN_STEP_MAX * ramped)
        .map_or(Form::Ramp, |(at, _)| Form::Step { hours_ago: (count - at) * BLOCK })
}

/// Scores as if they had not stepped where something was done, so many hours before the end: what the day after it lies beside the two days
/// before it is taken out of all that followed. `None` if too little was measured to tell.
pub(crate) fn levelled(scores: &[f32], hours_ago: usize) -> Option<Vec<f32>> {
    let at = scores.len().checked_sub(hours_ago).filter(|at| *at >= DAY && hours_ago >= DAY)?;
    let before = median_of_at_least(HOURS_MIN, &scores[at.saturating_sub(2 * DAY)..at])?;
    let after = median_of_at_least(HOURS_MIN, &scores[at..at + DAY])?;
    let mut levelled = scores.to_vec();
    levelled[at..].iter_mut().for_each(|score| *score -= (after - before) as f32);
    Some(levelled)
}

/// Medians of quarters of a day, oldest first; those that were not measured are left out.
struct Blocks(Vec<f64>);

impl Blocks {
    fn of(values: &[f32]) -> Self {
        Self(values.rchunks(BLOCK).rev().filter_map(|block| median_of_at_least(3, block)).collect())
    }

    fn step_misfit(&self, split: usize) -> f64 {
        let (before, after) = self.0.split_at(split);
        let (low, high) = (mean(before), mean(after));
        let misfit = |part: &[f64], level: f64| part.iter().map(|block| (block - level).abs()).sum::<f64>();
        misfit(before, low) + misfit(after, high)
    }

    fn ramp_misfit(&self, split: usize) -> f64 {
        let (before, after) = self.0.split_at(split);
        let low = mean(before);
        let since = |at: usize| at as f64 + 0.5;
        let weights: f64 = (0..after.len()).map(|at| since(at).powi(2)).sum();
        let rise: f64 = after.iter().enumerate().map(|(at, block)| (block - low) * since(at)).sum();
        let slope = rise / weights;
        let flat = before.iter().map(|block| (block - low).abs()).sum::<f64>();
        let ramp = after.iter().enumerate().map(|(at, block)| (block - low - slope * since(at)).abs());
        flat + ramp.sum::<f64>()
    }
}

fn mean(part: &[f64]) -> f64 {
    part.iter().sum::<f64>() / part.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A week of texture of about one sigma, with something added.
    fn week(added: impl Fn(usize) -> f32) -> Vec<f32> {
        (0..168).map(|hour| (hour * 7919 % 101) as f32 / 50.0 - 1.0 + added(hour)).collect()
    }

    fn stepped(height: f32) -> Vec<f32> {
        week(|hour| if hour >= 102 { height } else { 0.0 })
    }

    fn ramped(per_day: f32) -> Vec<f32> {
        week(|hour| per_day * (hour as f32 - 60.0).max(0.0) / 24.0)
    }

    #[test]
    fn a_step_is_told_from_a_ramp() {
        assert_eq!(form(&stepped(4.0), &[]), Form::Step { hours_ago: 66 });
        assert_eq!(form(&ramped(1.0), &[]), Form::Ramp);
    }

    #[test]
    fn a_known_hour_makes_a_step_of_what_could_be_either() {
        // A step whose edge is blurred over a day.
        let blurred = week(|hour| 2.0 * ((hour as f32 - 60.0) / 36.0).clamp(0.0, 1.0));
        assert!(matches!(form(&blurred, &[90]), Form::Step { .. }), "{:?}", form(&blurred, &[90]));
        assert_eq!(form(&ramped(1.0), &[108]), Form::Ramp);
    }

    #[test]
    fn without_values_nothing_is_a_step() {
        assert_eq!(form(&[], &[3]), Form::Ramp);
        assert_eq!(form(&[f32::NAN; 200], &[30]), Form::Ramp);
    }
}

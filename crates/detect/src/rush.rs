//! A way to a limit that began a day and a half ago, in a history too short for anything else.
//!
//! With a limit one need not know what is usual at each hour and on each day of the week: medians over six hours that go one way for a day
//! and a half were moved by no wave of a day, and what then lies several times as far beyond all that was seen as all that was seen
//! lies apart is on its way. Only a limit that is a few days away is worth it: by then the history may not have become long enough for
//! better methods ([`crate::saturation`]). What a restart gives back and a cache takes again was seen before. It does not know
//! weekends: who is filled every Monday must have been heard for a week.

use crate::robust::median_of_at_least;
use crate::saturation::{DaysLeft, days_left};

const BLOCK: usize = 6;
/// Blocks that must go one way, and those before them.
const BLOCKS: usize = 6;
const BLOCKS_BEFORE_MIN: usize = 10;
/// How far beyond all that was seen, in times of what that spans.
const TIMES_SPAN: f64 = 2.0;
/// How much of the way that was left it has gone at least.
const WAY_SHARE_MIN: f64 = 0.2;
/// A limit that is farther away can wait for better methods.
const LEFT_DAYS_MAX: f64 = 7.0;

/// A limit in sight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rush {
    /// Days until the limit is reached at the present rate.
    pub left: DaysLeft,
    /// Where it is now.
    pub now: f64,
    /// Units a day.
    pub slope_per_day: f64,
    /// How many hours before the end it began.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks whether hourly values (`NaN` where nothing was measured) have been on their way to `limit` for a day and a half.
pub fn rush(values: &[f32], limit: f64) -> Option<Rush> {
    let blocks: Vec<f64> = values
        .rchunks_exact(BLOCK)
        .map(|block| median_of_at_least(BLOCK / 2, block).unwrap_or(f64::NAN))
        .collect();
    // The latest comes first.
    let (climb, before) = blocks.split_at_checked(BLOCKS)?;
    let now = climb[0];
    let toward = (limit - now).signum();
    let goes_one_way = climb.windows(2).all(|pair| (pair[0] - pair[1]) * toward > 0.0);
    let seen: Vec<f64> =
        before.iter().filter(|block| block.is_finite()).map(|block| block * toward).collect();
    if !goes_one_way || seen.len() < BLOCKS_BEFORE_MIN {
        return None;
    }
    let farthest = seen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = farthest - seen.iter().copied().fold(f64::INFINITY, f64::min);
    let beyond = now * toward - farthest;
    let days = |block: usize| -((block * BLOCK) as f64) / 24.0;
    let points: Vec<(f64, f64)> = climb.iter().enumerate().map(|(at, &level)| (days(at), level)).collect();
    let left = days_left(&points, now, limit)?;
    let way = beyond / (limit * toward - farthest);
    let is_near = left.latest.is_some_and(|latest| latest <= LEFT_DAYS_MAX);
    if beyond <= TIMES_SPAN * span || way < WAY_SHARE_MIN || !is_near {
        return None;
    }
    let earlier = before
        .windows(2)
        .take_while(|pair| (pair[0] - pair[1]) * toward > 0.1 * beyond / BLOCKS as f64)
        .count();
    Some(Rush {
        left,
        now,
        slope_per_day: crate::robust::theil_sen(&points)?,
        hours_since_onset: (BLOCKS + earlier) * BLOCK,
        score: (LEFT_DAYS_MAX / left.likely.max(0.5)).sqrt().max(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day's wave, and what is added from an hour on.
    fn values(hours: usize, added: impl Fn(f64) -> f64) -> Vec<f32> {
        (0..hours)
            .map(|hour| {
                let wave = (hour as f64 / 24.0 * std::f64::consts::TAU).sin() * 0.05;
                let texture = (hour * 7_919 % 101) as f64 / 5_000.0;
                (0.6 + wave + texture + added(hour as f64)) as f32
            })
            .collect()
    }

    fn first_found(values: &[f32], limit: f64) -> Option<usize> {
        (1..=values.len()).find(|until| rush(&values[..*until], limit).is_some())
    }

    #[test]
    fn memory_that_runs_into_its_limit_in_the_first_week_is_found_two_days_before() {
        let leak = values(8 * 24, |hour| (hour - 96.0).max(0.0) / 24.0 * 0.33);
        let at = first_found(&leak, 2.0).expect("it fills");
        assert!((5 * 24..6 * 24 + 12).contains(&at), "hour {at}");
        let found = rush(&leak[..at], 2.0).expect("it fills");
        assert!((1.0..4.0).contains(&found.left.likely), "{found:?}");
        assert!((36..60).contains(&found.hours_since_onset), "{found:?}");
    }

    #[test]
    fn waves_steps_refilled_caches_and_what_always_climbed_are_none() {
        assert_eq!(first_found(&values(400, |_| 0.0), 1.0), None);
        assert_eq!(first_found(&values(400, |hour| if hour > 100.0 { 0.4 } else { 0.0 }), 2.0), None);
        let refilled = |hour: f64| if hour > 100.0 { -0.4 * (-(hour - 100.0) / 20.0).exp() } else { 0.0 };
        assert_eq!(first_found(&values(400, refilled), 1.0), None);
        assert_eq!(first_found(&values(400, |hour| hour * 0.003), 2.0), None);
        assert_eq!(first_found(&values(400, |hour| (hour - 96.0).max(0.0) * 0.004), 9.0), None, "far away");
        assert_eq!(first_found(&[], 1.0), None);
    }
}

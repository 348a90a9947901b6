//! The level of a series before and after the starts of its process, so that what is usual can be learned across them.
//!
//! A step that came with a start is taken out of what was before. What a start gave back moves no level: at the same age the process is
//! where it was. What lies lower after a start may only be cold, since caches and heaps fill for a day or two: that it has stepped away from
//! harm is believed as far as it shows on the third day. It cannot tell a process that needs longer to fill.

use hark_detect::Direction;
use hark_detect::robust::{median, median_of, sigma};

use super::HOURS_PER_DAY;

/// A step at a start is real if it is so many times the usual change from day to day.
const STEP_FLUTTERS_MIN: f64 = 3.0;
/// And so many times the spread within a day.
const STEP_WITHIN_MIN: f64 = 2.0;
/// So long after a start a process is warm.
const WARM_HOURS: usize = 2 * HOURS_PER_DAY;

/// Values as if no start had moved their level: steps between the days around a start are taken out of what was before.
pub(super) fn level_at(values: &[f32], starts: impl Iterator<Item = i64>, harm: Direction) -> Vec<f32> {
    let mut levelled = values.to_vec();
    let mut starts = starts.filter(|start| *start >= -1).peekable();
    if starts.peek().is_none() {
        return levelled;
    }
    let day = |from: usize| median_of(values.get(from..from + HOURS_PER_DAY)?);
    let step_min = step_min(values);
    let mut life_before: Option<f64> = None;
    while let Some(start) = starts.next() {
        let from = (start + 1) as usize;
        let Some(high) = day(from) else { continue };
        let young = life_before.replace(high);
        let Some(low) = from.checked_sub(HOURS_PER_DAY + 1).and_then(day) else { continue };
        let step = young.map_or(high - low, |young| least_of_both(high - low, high - young));
        let step = if step * harm.sign() < 0.0 {
            let warm = from + WARM_HOURS;
            let ends = starts.peek().map_or(values.len(), |next| *next as usize);
            let warm = Some(warm).filter(|warm| warm + HOURS_PER_DAY <= ends).and_then(day);
            warm.map_or(0.0, |warm| least_of_both(step, warm - low))
        } else {
            step
        };
        if step.abs() > step_min {
            levelled[..from].iter_mut().for_each(|value| *value += step as f32);
        }
    }
    levelled
}

/// The smaller of two steps that go the same way; none if they do not.
fn least_of_both(one: f64, other: f64) -> f64 {
    if one * other <= 0.0 { 0.0 } else { one.signum() * one.abs().min(other.abs()) }
}

/// From which height on a step is real: beside the usual change from day to day, and the spread within a day.
fn step_min(values: &[f32]) -> f64 {
    let days: Vec<f64> = values.chunks_exact(HOURS_PER_DAY).filter_map(median_of).collect();
    let steps: Vec<f64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let flutter = sigma(&steps, 0.0).unwrap_or(0.0);
    let within = values.chunks(HOURS_PER_DAY).filter_map(|hours| {
        let hours: Vec<f64> =
            hours.iter().map(|&value| f64::from(value)).filter(|value| value.is_finite()).collect();
        sigma(&hours, median(hours.iter().copied())?)
    });
    (STEP_FLUTTERS_MIN * flutter).max(STEP_WITHIN_MIN * median(within).unwrap_or(0.0))
}

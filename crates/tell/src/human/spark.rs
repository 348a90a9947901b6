//! A curve in one line of block letters.

use hark_event::{Curve, Window};

use crate::draw::sample::{self, Bucket};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The curve over this window in so many columns; a dot where nothing was heard.
pub(super) fn spark(curve: &Curve, window: Window, columns: usize) -> String {
    letters(sample::values(curve, window, columns), columns)
}

/// The same with nothing but the steps that were complete at the window's end.
pub(super) fn spark_until(curve: &Curve, window: Window, columns: usize) -> String {
    letters(sample::values_until(curve, window, columns, window.to), columns)
}

/// Rates from zero on, a letter each: half as much is half as high, and what is steady is level.
pub(super) fn spark_of_rates(rates: &[f64]) -> String {
    let high = rates.iter().copied().fold(0.0, f64::max);
    rates.iter().map(|rate| block(rate / high)).collect()
}

fn letters(values: Vec<Option<Bucket>>, columns: usize) -> String {
    let means: Vec<Option<f64>> = values.iter().map(|bucket| bucket.map(|bucket| bucket.mean)).collect();
    let Some((low, high)) = sample::range(&values.iter().map(|bucket| bucket.map(flat)).collect::<Vec<_>>())
    else {
        return "·".repeat(columns);
    };
    means
        .into_iter()
        .map(|mean| mean.map_or('·', |mean| block((mean / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0))))
        .collect()
}

/// The bucket as its mean: in one line of letters there is no room for extremes.
fn flat(bucket: Bucket) -> Bucket {
    Bucket { low: bucket.mean, high: bucket.mean, ..bucket }
}

fn block(share: f64) -> char {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    BLOCKS[((share * BLOCKS.len() as f64) as usize).min(BLOCKS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use hark_event::Moment;

    #[track_caller]
    fn check(values: &[Option<f64>], expected: &str) {
        let curve = Curve {
            from: Moment::default(),
            step_seconds: 60,
            values: values.to_vec(),
            baseline: Vec::new(),
            unit: String::new(),
        };
        let window = Window { from: Moment::default(), to: Moment::from_seconds(60 * values.len() as i64) };
        assert_eq!(spark(&curve, window, values.len()), expected);
    }

    #[test]
    fn a_rising_curve_rises_from_zero() {
        let values: Vec<_> = (1..=8).map(|value| Some(f64::from(value))).collect();
        check(&values, "▂▃▄▅▆▇██");
    }

    #[test]
    fn where_nothing_was_heard_there_is_a_dot() {
        check(&[Some(0.0), None, Some(f64::NAN), Some(2.0)], "▁··█");
        check(&[None, None], "··");
    }

    #[test]
    fn a_steady_curve_far_above_zero_is_level() {
        check(&[Some(500.0), Some(500.0)], "▅▅");
    }
}

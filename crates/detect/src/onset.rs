//! When a change began, within a window that is known to hold it.
//!
//! The sum of what lies above the middle between old and new sinks before the change and rises after it, so that the change is where it
//! stood lowest (Page, "Continuous inspection schemes", 1954; for one change it is the likeliest place, Hinkley 1970). What may be a step
//! or a ramp is split where least is left of it: by two levels, or by one level and a line that leaves it (Hudson, "Fitting segmented
//! curves whose join points have to be estimated", 1966), of which the step must fit a little better, since noise around a ramp looks like one.
//! It does not ask whether there was a change: who calls has found one. Of a slow ramp the beginning lies within its noise, and no split can tell it.

use crate::Direction;

/// How many steps lie before the change; `excess` is what each lies above the middle between old and new.
pub fn steps_before(excess: impl IntoIterator<Item = f64>) -> usize {
    let (mut sum, mut lowest, mut before) = (0.0, 0.0, 0);
    for (at, step) in excess.into_iter().enumerate() {
        sum += step;
        if sum <= lowest {
            (lowest, before) = (sum, at + 1);
        }
    }
    before
}

/// How many of the last hours lie behind the change of level that these scores (sigmas) hold: at least one.
pub fn hours_since(scores: &[f32], direction: Direction) -> usize {
    let heights = || scores.iter().map(|&score| f64::from(score) * direction.sign());
    let middle = heights().filter(|height| height.is_finite()).fold(0.0, f64::max) / 2.0;
    let before = steps_before(heights().map(|height| if height.is_finite() { height - middle } else { 0.0 }));
    (scores.len() - before).max(1)
}

/// Hours that must have been measured before a split, and after it.
const BEFORE_MIN: usize = 3;
const AFTER_MIN: usize = 12;
/// A step fits better if it leaves less than this share of the squares that a ramp leaves.
const STEP_MAX: f64 = 0.95;

/// How many of the last hours lie behind the place where these values (`NaN` where not measured) left their level, at once or by
/// and by; `None` if there are too few of them.
pub fn hours_since_break(values: &[f32]) -> Option<usize> {
    let measured: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.is_finite())
        .map(|(hour, &value)| (hour as f64, f64::from(value)))
        .collect();
    let all = measured.iter().fold(Sums::default(), |sums, &point| sums.with(point));
    let last = measured.len().checked_sub(AFTER_MIN)?;
    let mut before = Sums::default();
    let (mut step, mut ramp) = (Split::NONE, Split::NONE);
    for (at, &(hour, value)) in measured.iter().enumerate().take(last) {
        if at >= BEFORE_MIN {
            let after = all.without(&before);
            step.improve(hour, before.around_level() + after.around_level());
            let (begin, _) = measured[at - 1];
            ramp.improve(begin, all.around_ramp(&after, begin));
        }
        before = before.with((hour, value));
    }
    let best = if step.left < STEP_MAX * ramp.left { step } else { ramp };
    best.left.is_finite().then(|| values.len() - best.hour as usize)
}

/// The split that leaves least so far.
struct Split {
    hour: f64,
    left: f64,
}

impl Split {
    const NONE: Self = Self { hour: 0.0, left: f64::INFINITY };

    fn improve(&mut self, hour: f64, left: f64) {
        if left < self.left {
            *self = Self { hour, left };
        }
    }
}

/// Sums over points of an hour and a value, from which what a line leaves is known without looking at them again.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f64,
    hour: f64,
    hour_squared: f64,
    value: f64,
    value_squared: f64,
    product: f64,
}

impl Sums {
    fn with(self, (hour, value): (f64, f64)) -> Self {
        Self {
            count: self.count + 1.0,
            hour: self.hour + hour,
            hour_squared: self.hour_squared + hour * hour,
            value: self.value + value,
            value_squared: self.value_squared + value * value,
            product: self.product + hour * value,
        }
    }

    fn without(&self, part: &Self) -> Self {
        Self {
            count: self.count - part.count,
            hour: self.hour - part.hour,
            hour_squared: self.hour_squared - part.hour_squared,
            value: self.value - part.value,
            value_squared: self.value_squared - part.value_squared,
            product: self.product - part.product,
        }
    }

    /// The squares around their mean.
    fn around_level(&self) -> f64 {
        (self.value_squared - self.value * self.value / self.count).max(0.0)
    }

    /// The squares around a level that a line leaves at this hour; `after` are the points behind it.
    fn around_ramp(&self, after: &Self, begin: f64) -> f64 {
        let age = after.hour - after.count * begin;
        let age_squared = after.hour_squared - 2.0 * begin * after.hour + after.count * begin * begin;
        let risen = after.product - begin * after.value - age * self.value / self.count;
        let width = age_squared - age * age / self.count;
        if width > 0.0 { (self.around_level() - risen * risen / width).max(0.0) } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texture of about one sigma, with something added.
    fn drawn(hours: usize, added: impl Fn(usize) -> f32) -> Vec<f32> {
        (0..hours).map(|hour| (hour * 7919 % 101) as f32 / 50.0 - 1.0 + added(hour)).collect()
    }

    #[track_caller]
    fn check_break(values: &[f32], expected: std::ops::RangeInclusive<usize>) {
        let found = hours_since_break(values);
        assert!(found.is_some_and(|hours| expected.contains(&hours)), "{found:?}");
        let turned: Vec<f32> = values.iter().map(|value| 40.0 - 3.0 * value).collect();
        assert_eq!(hours_since_break(&turned), found, "neither shift nor scale matters");
    }

    #[test]
    fn a_step_is_dated_to_the_hour_and_a_ramp_to_less_than_a_day() {
        check_break(&drawn(240, |hour| if hour >= 150 { 3.0 } else { 0.0 }), 89..=91);
        check_break(&drawn(240, |hour| (hour as f32 - 150.0).max(0.0) / 24.0), 80..=100);
        check_break(&drawn(240, |hour| (hour as f32 - 130.0).max(0.0) / 48.0), 90..=130);
    }

    #[test]
    fn holes_do_not_move_a_break() {
        let mut values = drawn(240, |hour| if hour >= 150 { 3.0 } else { 0.0 });
        values[60..80].fill(f32::NAN);
        values.iter_mut().skip(160).step_by(3).for_each(|value| *value = f32::NAN);
        check_break(&values, 89..=91);
    }

    #[test]
    fn too_few_hours_have_no_break() {
        assert_eq!(hours_since_break(&[]), None);
        assert_eq!(hours_since_break(&[1.0; 14]), None);
        assert_eq!(hours_since_break(&[f32::NAN; 300]), None);
    }

    #[track_caller]
    fn check(scores: &[f32], expected: usize) {
        assert_eq!(hours_since(scores, Direction::Up), expected);
        let mirrored: Vec<f32> = scores.iter().map(|score| -score).collect();
        assert_eq!(hours_since(&mirrored, Direction::Down), expected);
        let larger: Vec<f32> = scores.iter().map(|score| 1e3 * score).collect();
        assert_eq!(hours_since(&larger, Direction::Up), expected, "scale does not matter");
    }

    #[test]
    fn a_change_begins_where_the_level_does() {
        check(&[0.1, -0.3, 0.2, 0.0, 0.4, 9.0, 8.0, 9.5], 3);
        check(&[9.0, 8.0, 9.5], 3);
        check(&[0.0, 0.0, 0.0, 7.0], 1);
        check(&[0.0, f32::NAN, 6.0, f32::NAN, 5.0], 3);
    }

    #[test]
    fn a_single_high_hour_before_is_not_the_beginning() {
        check(&[0.0, 5.0, 0.0, 0.2, 0.1, -0.2, 6.0, 6.0, 7.0, 6.0], 4);
    }

    #[test]
    fn nothing_is_behind_nothing() {
        assert_eq!((hours_since(&[], Direction::Up), hours_since(&[f32::NAN], Direction::Up)), (1, 1));
    }
}

//! How far a quantity has moved since something began, and how far it moves by itself: the same question for one series, for the sum
//! of several, and for what is left of one when another is taken out.
//!
//! What is usual are the same hours of the weeks before the onset (before there is one: of the days before it), and how far it
//! strays is how far the same window strayed on the two weeks of days before: measured, since nothing else is known of sums.
//! Means, not medians, since means of parts add up to that of the whole.

use crate::robust::{median, theil_sen};

const DAY: usize = 24;
const WEEK: usize = 168;
/// Weeks that tell what is usual.
const WEEKS_MAX: usize = 4;
/// Days that tell it while there is no week.
const DAYS_MAX: usize = 7;
/// Days that tell how far it strays, and how many must.
const STRAYED_DAYS_MAX: usize = 14;
const STRAYED_DAYS_MIN: usize = 3;
const MAD_TO_SIGMA: f64 = 1.4826;

/// Where a quantity stands beside what is usual.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Movement {
    /// Its mean over the window.
    pub now: f64,
    /// What is usual in such hours.
    pub usual: f64,
    /// How far such a window strays by itself, as a sigma.
    pub strayed: f64,
}

impl Movement {
    /// How far it has moved in the last `window` of hourly values, if something began `since` hours ago (at least as long);
    /// `None` if too little is known of the time before.
    pub fn of(values: &[f32], window: usize, since: usize) -> Option<Self> {
        let end = values.len();
        let before = end.checked_sub(since.max(window))?;
        let now = mean(values, end, window)?;
        let usual = usual(values, end, window, before)?;
        let strays: Vec<f64> = (1..=STRAYED_DAYS_MAX)
            .filter_map(|day| {
                let end = end.checked_sub(day * DAY + since.next_multiple_of(DAY) - DAY)?;
                let own = end.checked_sub(window).filter(|_| end <= before)?;
                Some((mean(values, end, window)? - self::usual(values, end, window, own)?).abs())
            })
            .collect();
        let strayed = median(strays.iter().copied()).filter(|_| strays.len() >= STRAYED_DAYS_MIN)?;
        Some(Self { now, usual, strayed: strayed * MAD_TO_SIGMA })
    }

    /// By how much.
    pub fn by(&self) -> f64 {
        self.now - self.usual
    }
}

/// The mean of the measured values of a window that ends there, if half of them were.
fn mean(values: &[f32], end: usize, window: usize) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for value in values[end.checked_sub(window)?..end].iter().filter(|value| value.is_finite()) {
        sum += f64::from(*value);
        count += 1;
    }
    (2 * count >= window.max(1)).then(|| sum / f64::from(count as u32))
}

/// What such a window usually holds, from those that had ended `before`.
fn usual(values: &[f32], end: usize, window: usize, before: usize) -> Option<f64> {
    let at = |lag: usize, count: usize| {
        let first = (end - before).div_ceil(lag).max(1);
        median((first..first + count).filter_map(|times| mean(values, end.checked_sub(times * lag)?, window)))
    };
    at(WEEK, WEEKS_MAX).or_else(|| at(DAY, DAYS_MAX))
}

/// How one quantity goes with another, hour by hour, as a line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relation {
    base: f64,
    slope: f64,
}

/// Hours from which the slope is taken.
const POINTS_MAX: usize = 120;
const POINTS_MIN: usize = 48;
/// One goes with the other if the line leaves less than this share of what the hours of the day make of it.
const LEFT_BY_HOUR_MAX: f64 = 0.35;
/// Or of what it is from hour to hour.
const LEFT_MAX: f64 = 0.7;

impl Relation {
    /// Learns it from what both were at the hours of the day, or hour by hour where days have no shape; `None` if they do not go together.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub fn learned(causes: &[f32], effects: &[f32]) -> Option<Self> {
        assert_eq!(causes.len(), effects.len(), "every hour has both");
        let both: Vec<(usize, f64, f64)> = (0..causes.len())
            .filter(|&hour| causes[hour].is_finite() && effects[hour].is_finite())
            .map(|hour| (hour % DAY, f64::from(causes[hour]), f64::from(effects[hour])))
            .collect();
        if both.len() < POINTS_MIN {
            return None;
        }
        // Means of many days first: what is counted strays from hour to hour, and a slope along what strays is too flat.
        let by_hour = |hour: usize| {
            let those = both.iter().filter(|point| point.0 == hour);
            let (count, cause, effect) =
                those.fold((0.0, 0.0, 0.0), |sum, point| (sum.0 + 1.0, sum.1 + point.1, sum.2 + point.2));
            (count > 0.0).then(|| (cause / count, effect / count))
        };
        Self::along(&(0..DAY).filter_map(by_hour).collect::<Vec<_>>(), LEFT_BY_HOUR_MAX).or_else(|| {
            // A step that is no divisor of a day: all hours of it have their turn.
            let step = (both.len() / POINTS_MAX).max(1) | 1;
            let points = both.iter().step_by(step).map(|&(_, cause, effect)| (cause, effect));
            Self::along(&points.collect::<Vec<_>>(), LEFT_MAX)
        })
    }

    fn along(points: &[(f64, f64)], left_max: f64) -> Option<Self> {
        let slope = theil_sen(points).filter(|slope| slope.is_finite() && *slope != 0.0)?;
        let base = median(points.iter().map(|(cause, effect)| effect - slope * cause))?;
        let spread = |rest: &dyn Fn(&(f64, f64)) -> f64| {
            let middle = median(points.iter().map(rest))?;
            median(points.iter().map(|point| (rest(point) - middle).abs()))
        };
        let left = spread(&|(cause, effect)| effect - slope * cause)?;
        let whole = spread(&|(_, effect)| *effect)?;
        (left < left_max * whole).then_some(Self { base, slope })
    }

    /// What the cause lets expect.
    pub fn expected(&self, cause: f64) -> f64 {
        self.base + self.slope * cause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(hour: usize) -> f32 {
        100.0 + ((hour % DAY) as f32 - 12.0).abs() + (hour * 7919 % 101) as f32 / 50.0
    }

    #[test]
    fn a_movement_is_measured_beside_the_same_hours_of_other_weeks() {
        let values: Vec<f32> =
            (0..30 * DAY).map(|hour| wave(hour) + if hour >= 29 * DAY { 20.0 } else { 0.0 }).collect();
        let found = Movement::of(&values, DAY, DAY).expect("four weeks");
        assert!((found.by() - 20.0).abs() < 0.5 && found.strayed < 0.5, "{found:?}");
        assert_eq!(Movement::of(&values[..DAY], 8, 8), None);
    }

    #[test]
    fn what_is_not_known_to_go_together_has_no_relation() {
        let cause: Vec<f32> = (0..10 * DAY).map(wave).collect();
        let effect: Vec<f32> = cause.iter().map(|cause| 3.0 + 2.0 * cause).collect();
        let relation = Relation::learned(&cause, &effect).expect("a line");
        assert!((relation.expected(500.0) - 1_003.0).abs() < 0.1);
        let texture: Vec<f32> = (0..10 * DAY).map(|hour| (hour * 104_729 % 97) as f32).collect();
        assert_eq!(Relation::learned(&cause, &texture), None);
    }
}

//! From times and values to places on paper.

use hark_event::{Moment, Window};

/// Times along a line, clamped to its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeScale {
    /// What the line shows.
    pub(crate) window: Window,
    /// Where it begins.
    pub(crate) left: f64,
    /// Where it ends.
    pub(crate) right: f64,
}

impl TimeScale {
    /// Where this moment stands.
    pub(crate) fn x(&self, moment: Moment) -> f64 {
        let length = self.window.to.nanos() as f64 - self.window.from.nanos() as f64;
        let share = (moment.nanos() as f64 - self.window.from.nanos() as f64) / length.max(1.0);
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Whether the line shows this moment.
    pub(crate) fn shows(&self, moment: Moment) -> bool {
        self.window.from <= moment && moment <= self.window.to
    }
}

/// Values up a line, clamped to its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueScale {
    /// The value at the bottom.
    pub(crate) low: f64,
    /// The value at the top.
    pub(crate) high: f64,
    /// Where the top stands; smaller than `bottom`, as in SVG.
    pub(crate) top: f64,
    /// Where the bottom stands.
    pub(crate) bottom: f64,
}

impl ValueScale {
    /// Where this value stands.
    pub(crate) fn y(&self, value: f64) -> f64 {
        // Halved first, since the difference of two finite values may be infinite.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.bottom - share * (self.bottom - self.top)
    }

    /// Two to five round values within the scale, rising.
    pub(crate) fn round_values(&self) -> Vec<f64> {
        let span = self.high - self.low;
        if !span.is_finite() || span <= 0.0 {
            return vec![self.low];
        }
        let magnitude = 10_f64.powf((span / 3.0).log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|factor| factor * magnitude)
            .into_iter()
            .find(|step| span / step <= 4.0)
            .unwrap_or(span);
        let first = (self.low / step).ceil();
        (0..5)
            .map(|index| (first + f64::from(index)) * step)
            .take_while(|value| *value <= self.high)
            .collect()
    }
}

/// A coordinate with one decimal at most, as SVG likes it.
pub(crate) fn coordinate(place: f64) -> String {
    let said = format!("{place:.1}");
    said.strip_suffix(".0").map_or_else(|| said.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_round(low: f64, high: f64, expected: &[f64]) {
        let scale = ValueScale { low, high, top: 0.0, bottom: 100.0 };
        assert_eq!(scale.round_values(), expected);
    }

    #[test]
    fn axes_carry_round_values() {
        check_round(0.0, 41.0, &[0.0, 20.0, 40.0]);
        check_round(0.0, 1.0, &[0.0, 0.25, 0.5, 0.75, 1.0]);
        check_round(470.0, 650.0, &[500.0, 550.0, 600.0, 650.0]);
        check_round(5.0, 5.0, &[5.0]);
        check_round(f64::MIN, f64::MAX, &[f64::MIN]);
    }

    #[test]
    fn what_lies_outside_stands_at_the_end() {
        let scale = ValueScale { low: 0.0, high: 10.0, top: 0.0, bottom: 100.0 };
        assert_eq!([scale.y(0.0), scale.y(5.0), scale.y(99.0), scale.y(f64::NAN)], [100.0, 50.0, 0.0, 100.0]);
        let window = Window { from: Moment::from_seconds(0), to: Moment::from_seconds(10) };
        let time = TimeScale { window, left: 10.0, right: 20.0 };
        assert_eq!(
            [time.x(Moment::from_seconds(5)), time.x(Moment::MIN), time.x(Moment::MAX)],
            [15.0, 10.0, 20.0]
        );
    }
}

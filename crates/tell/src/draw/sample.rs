//! A curve condensed to as many buckets as a picture has room for.

use hark_event::{Curve, Moment, Window};

/// What was heard within one bucket.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Bucket {
    /// The lowest value.
    pub(crate) low: f64,
    /// The mean of the values.
    pub(crate) mean: f64,
    /// The highest value.
    pub(crate) high: f64,
}

impl Bucket {
    /// The same in another unit.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, mean: self.mean * factor, high: self.high * factor }
    }
}

/// The curve's values over this window, as `count` buckets of equal length; `None` where nothing was heard.
pub(crate) fn values(curve: &Curve, window: Window, count: usize) -> Vec<Option<Bucket>> {
    buckets(curve, &curve.values, window, count)
}

/// The same for what was expected.
pub(crate) fn baseline(curve: &Curve, window: Window, count: usize) -> Vec<Option<Bucket>> {
    buckets(curve, &curve.baseline, window, count)
}

/// The values of steps that were complete at this moment; the step in which an incident began shows the incident.
pub(crate) fn values_until(
    curve: &Curve,
    window: Window,
    count: usize,
    until: Moment,
) -> Vec<Option<Bucket>> {
    let complete = until.seconds_since(curve.from).max(0) / curve.step_seconds.max(1);
    let complete = usize::try_from(complete).unwrap_or(usize::MAX).min(curve.values.len());
    buckets(curve, &curve.values[..complete], window, count)
}

fn buckets(curve: &Curve, steps: &[Option<f64>], window: Window, count: usize) -> Vec<Option<Bucket>> {
    let step_nanos = i128::from(curve.step_seconds.max(1)) * 1_000_000_000;
    let length = i128::from(window.to.nanos()) - i128::from(window.from.nanos());
    let offset = i128::from(window.from.nanos()) - i128::from(curve.from.nanos());
    (0..count as i128)
        .map(|bucket| {
            let begins = offset + length * bucket / count as i128;
            let ends = offset + length * (bucket + 1) / count as i128;
            let first = begins.div_euclid(step_nanos);
            // Where a bucket is shorter than a step, it shows the step that it lies in.
            let last = ((ends - 1).div_euclid(step_nanos) + 1).max(first + 1);
            let within = |step: i128| usize::try_from(step.max(0)).unwrap_or(usize::MAX).min(steps.len());
            condense(&steps[within(first)..within(last)])
        })
        .collect()
}

fn condense(steps: &[Option<f64>]) -> Option<Bucket> {
    let mut heard = steps.iter().flatten().copied().filter(|value| value.is_finite());
    let first = heard.next()?;
    let (mut low, mut high, mut sum, mut count) = (first, first, first, 1.0);
    for value in heard {
        (low, high, sum, count) = (low.min(value), high.max(value), sum + value, count + 1.0);
    }
    // Two finite values may still add up to infinity.
    let mean = if (sum / count).is_finite() { sum / count } else { first };
    Some(Bucket { low, mean, high })
}

/// The lowest and the highest value to be drawn; from zero, unless all values lie far above it.
pub(crate) fn range<'a>(buckets: impl IntoIterator<Item = &'a Option<Bucket>>) -> Option<(f64, f64)> {
    let mut heard = buckets.into_iter().flatten();
    let first = heard.next()?;
    let (low, high) = heard
        .fold((first.low, first.high), |(low, high), bucket| (low.min(bucket.low), high.max(bucket.high)));
    if low >= 0.0 && low <= high / 2.0 {
        return Some((0.0, if high > 0.0 { high } else { 1.0 }));
    }
    let room = ((high - low) * 0.05).max(low.abs() * 1e-6);
    Some(if room.is_finite() && room > 0.0 {
        (low - room, high + room)
    } else {
        (low.min(0.0), high.max(1.0))
    })
}

/// The start of the steps that hold a moment's bucket, from 0 to `count - 1`; `None` outside of the window.
pub(crate) fn bucket_of(moment: Moment, window: Window, count: usize) -> Option<usize> {
    if count == 0 || moment < window.from || moment > window.to || window.to <= window.from {
        return None;
    }
    let length = i128::from(window.to.nanos()) - i128::from(window.from.nanos());
    let offset = i128::from(moment.nanos()) - i128::from(window.from.nanos());
    usize::try_from(offset * count as i128 / length).ok().map(|bucket| bucket.min(count - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[f64]) -> Curve {
        Curve {
            from: Moment::default(),
            step_seconds: 60,
            values: values.iter().map(|value| Some(*value)).collect(),
            baseline: Vec::new(),
            unit: String::new(),
        }
    }

    fn window(from: i64, to: i64) -> Window {
        Window { from: Moment::from_seconds(from), to: Moment::from_seconds(to) }
    }

    #[test]
    fn a_bucket_knows_the_lowest_the_mean_and_the_highest() {
        let buckets = values(&curve(&[1.0, 3.0, 5.0, 7.0]), window(0, 240), 2);
        assert_eq!(
            buckets,
            [
                Some(Bucket { low: 1.0, mean: 2.0, high: 3.0 }),
                Some(Bucket { low: 5.0, mean: 6.0, high: 7.0 })
            ]
        );
    }

    #[test]
    fn more_buckets_than_steps_repeat_the_steps() {
        let means: Vec<_> = values(&curve(&[1.0, 2.0]), window(0, 120), 4)
            .into_iter()
            .map(|bucket| bucket.unwrap().mean)
            .collect();
        assert_eq!(means, [1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn the_step_in_which_it_began_is_left_out() {
        let until = |seconds| {
            values_until(&curve(&[1.0, 2.0, 9.0]), window(0, 180), 3, Moment::from_seconds(seconds))
        };
        assert_eq!(until(150)[2], None);
        assert_eq!(until(180)[2].unwrap().mean, 9.0);
        assert!(until(-5).iter().all(Option::is_none));
    }

    #[test]
    fn outside_of_the_curve_and_for_what_is_no_number_nothing_was_heard() {
        let heard = values(&curve(&[f64::NAN, 2.0, f64::INFINITY]), window(-60, 240), 5);
        assert_eq!(heard.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, false, false]);
        let (low, high) = range(&heard).unwrap();
        assert!(low < 2.0 && 2.0 < high);
        assert!(baseline(&curve(&[1.0]), window(0, 60), 3).iter().all(Option::is_none));
    }

    #[test]
    fn hostile_curves_do_not_panic() {
        let mut hostile = curve(&[f64::MAX, f64::MAX, f64::MIN]);
        for (step, from) in [(0, Moment::MIN), (i64::MAX, Moment::MAX), (-5, Moment::default())] {
            (hostile.step_seconds, hostile.from) = (step, from);
            let _ = range(&values(&hostile, Window { from: Moment::MIN, to: Moment::MAX }, 7));
            let _ = range(&values(&hostile, window(5, 5), 7));
        }
    }

    #[test]
    fn a_moment_falls_into_its_bucket() {
        let at = |seconds| bucket_of(Moment::from_seconds(seconds), window(0, 100), 10);
        assert_eq!([at(0), at(55), at(100), at(101), at(-1)], [Some(0), Some(5), Some(9), None, None]);
    }
}

//! At which interval a series is scraped, and whether that has changed.
//!
//! A median of one sample strays more than one of twenty: when a series is scraped at another interval, its hours and its minutes scatter otherwise, and
//! what was learned of either is no measure any more. Only what comes at even steps has an interval: what is written once for each request or event is denser when
//! there are more of them, and that is no other measure. An interval that changes by less than half goes unnoticed, and so does one
//! of which an hour holds fewer than four samples.

use hark_event::Moment;

/// So many times as long is another interval.
const OTHER_TIMES: f32 = 2.0;
/// Steps that are looked at in an hour, and how many there must be.
const STEPS_MAX: usize = 16;
const STEPS_MIN: usize = 3;
/// How much of the middle one most steps may differ from it.
const EVEN_WITHIN: f32 = 0.1;

/// Seconds from sample to sample, as they are known from the days before and from today.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Cadence {
    before: f32,
    today: f32,
}

impl Cadence {
    pub(super) const UNKNOWN: Self = Self { before: f32::NAN, today: f32::NAN };

    /// Takes the samples of an hour, and says whether they came at the interval of the days before, as far as there are intervals.
    pub(super) fn hear(&mut self, samples: &[(Moment, f64)]) -> bool {
        let Some(interval) = even_interval(samples) else { return true };
        self.today = interval;
        !is_other(interval, self.before)
    }

    /// Seconds from sample to sample, where they are known: at least four in an hour, at even steps.
    pub(super) fn seconds(&self) -> Option<f32> {
        [self.before, self.today].into_iter().find(|seconds| seconds.is_finite())
    }

    /// Ends the day, and says whether it ended at another interval than the days before.
    pub(super) fn close_day(&mut self) -> bool {
        if self.today.is_nan() {
            return false;
        }
        let has_changed = is_other(self.today, self.before);
        *self = Self { before: self.today, today: f32::NAN };
        has_changed
    }
}

/// Seconds between the first samples of an hour, if most of them are alike.
fn even_interval(samples: &[(Moment, f64)]) -> Option<f32> {
    let mut steps = [0.0; STEPS_MAX];
    let pairs = samples.windows(2).take(STEPS_MAX);
    let count = pairs.len();
    for (step, pair) in steps.iter_mut().zip(pairs) {
        *step = pair[1].0.seconds_since(pair[0].0) as f32;
    }
    let steps = &mut steps[..count];
    if count < STEPS_MIN {
        return None;
    }
    steps.sort_by(f32::total_cmp);
    let middle = steps[count / 2];
    let alike = steps.iter().filter(|step| (**step - middle).abs() <= EVEN_WITHIN * middle).count();
    (middle > 0.0 && 4 * alike >= 3 * count).then_some(middle)
}

/// What is not known is no other.
fn is_other(now: f32, before: f32) -> bool {
    now > OTHER_TIMES * before || now * OTHER_TIMES < before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(seconds: impl IntoIterator<Item = i64>) -> Vec<(Moment, f64)> {
        seconds.into_iter().map(|second| (Moment::from_seconds(second), 1.0)).collect()
    }

    fn every(step: usize) -> Vec<(Moment, f64)> {
        hour((0..3_600).step_by(step))
    }

    fn day(cadence: &mut Cadence, samples: &[(Moment, f64)]) -> bool {
        (0..24).for_each(|_| {
            cadence.hear(samples);
        });
        cadence.close_day()
    }

    #[test]
    fn an_hour_of_which_half_was_lost_is_like_others_and_one_at_another_interval_is_not() {
        let mut cadence = Cadence::UNKNOWN;
        assert!(!day(&mut cadence, &every(60)));
        assert!(cadence.hear(&hour((0..1_800).step_by(60))));
        assert!(cadence.hear(&hour((0..3_600).step_by(60).filter(|second| second % 420 != 0))));
        assert!(cadence.hear(&[]));
        assert!(!cadence.hear(&every(300)));
        assert!(!cadence.hear(&every(15)));
    }

    #[test]
    fn another_interval_is_noticed_once() {
        let mut cadence = Cadence::UNKNOWN;
        let days = [every(60), every(58), every(300), every(300), Vec::new(), every(300), every(15)];
        assert_eq!(
            days.map(|samples| day(&mut cadence, &samples)),
            [false, false, true, false, false, false, true]
        );
    }

    #[test]
    fn what_is_written_once_for_each_request_has_no_interval() {
        let mut cadence = Cadence::UNKNOWN;
        let uneven = |busy: i64| {
            hour(
                (0..40 * busy)
                    .map(|at| (at * at * 7_919 / busy) % 3_600)
                    .collect::<std::collections::BTreeSet<_>>(),
            )
        };
        assert!(!day(&mut cadence, &every(60)));
        assert!(cadence.hear(&uneven(1)) && cadence.hear(&uneven(9)));
        assert!(!day(&mut cadence, &uneven(9)));
        assert!(
            cadence.hear(&hour((0..3_600).step_by(60).flat_map(|second| [second, second]))),
            "each twice"
        );
    }
}

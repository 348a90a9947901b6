//! At which interval a series is scraped, and whether that has changed.
//!
//! A median of one sample strays more than one of twenty: when a series is scraped at another interval, its hours and its minutes scatter otherwise, and
//! what was learned of either is no measure any more. Only what comes at even steps has an interval: what is written once for each request or event is denser when
//! there are more of them, and that is no other measure. Where an hour holds too few samples to tell, the latest steps do, however long they are: of what is measured
//! once a night its interval is known after four nights. An interval that changes by less than half goes unnoticed.
//!
//! What is measured less than hourly stands, until it is overdue, where it was measured last: so it has hours and days as others have.

use hark_event::{Hour, Moment};

/// So many times as long is another interval.
const OTHER_TIMES: f32 = 2.0;
/// Steps that are looked at in an hour, and how many there must be.
const STEPS_MAX: usize = 16;
const STEPS_MIN: usize = 3;
/// Steps that tell where an hour holds too few.
const RECENT: usize = 4;
/// How much of the middle one most steps may differ from it.
const EVEN_WITHIN: f32 = 0.1;
/// An hour with no more than this share of its samples is not as others are.
const SAMPLES_SHARE_MAX: f32 = 0.25;
/// What is measured at longer steps is no neighbour of a moment.
const DENSE_SECONDS_MAX: f32 = 1_200.0;
/// What is measured less often than this leaves hours without a sample.
const SLOW_SECONDS: f32 = 4_500.0;
/// And what is measured less often than daily has no days.
const SLOW_SECONDS_MAX: f32 = 26.0 * 3_600.0;
/// What is so many of its intervals late stands nowhere.
const OVERDUE: f32 = 1.5;
/// An increase over longer than this, and than so many intervals, belongs to no hour.
const INCREASE_SECONDS_MAX: f32 = 7_200.0;
const INCREASE_INTERVALS_MAX: f32 = 2.0;

/// Seconds from sample to sample, as they are known from the days before and from today.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Cadence {
    before: f32,
    today: f32,
    /// The latest steps of hours that hold too few.
    recent: [f32; RECENT],
    last: Option<Moment>,
}

impl Cadence {
    pub(super) const UNKNOWN: Self =
        Self { before: f32::NAN, today: f32::NAN, recent: [f32::NAN; RECENT], last: None };

    /// Takes the samples of an hour, and says whether they came at the interval of the days before, as far as there are intervals.
    pub(super) fn hear(&mut self, samples: &[(Moment, f64)]) -> bool {
        let Some(interval) = self.interval_of(samples) else {
            let due = 3_600.0 / self.before;
            return samples.is_empty()
                || due.is_nan()
                || due < STEPS_MIN as f32
                || samples.len() as f32 > SAMPLES_SHARE_MAX * due;
        };
        self.today = interval;
        !is_other(interval, self.before)
    }

    /// Seconds from sample to sample, where an hour holds several at even steps.
    pub(super) fn seconds(&self) -> Option<f32> {
        let known = [self.before, self.today].into_iter().find(|seconds| seconds.is_finite());
        known.filter(|seconds| *seconds <= DENSE_SECONDS_MAX)
    }

    fn interval_of(&mut self, samples: &[(Moment, f64)]) -> Option<f32> {
        let last = self.last;
        self.last = samples.last().map(|sample| sample.0).or(last);
        if samples.len() > STEPS_MIN {
            self.recent = [f32::NAN; RECENT];
            return even_interval(samples);
        }
        let times = last.into_iter().chain(samples.iter().map(|sample| sample.0));
        let mut before = None;
        for time in times {
            if let Some(before) = before.replace(time)
                && before != time
            {
                self.recent.rotate_left(1);
                self.recent[RECENT - 1] = time.seconds_since(before) as f32;
            }
        }
        let is_known = !samples.is_empty() && self.recent.iter().all(|step| step.is_finite());
        is_known.then(|| evenly(&mut self.recent.clone())).flatten()
    }

    /// Ends the day, and says whether it ended at another interval than the days before.
    pub(super) fn close_day(&mut self) -> bool {
        if self.today.is_nan() {
            return false;
        }
        let has_changed = is_other(self.today, self.before);
        self.before = self.today;
        self.today = f32::NAN;
        has_changed
    }

    /// Whole hours between samples of what is measured less than hourly, if it has an interval.
    pub(super) fn slow_hours(&self) -> Option<usize> {
        let interval = self.interval();
        (SLOW_SECONDS..=SLOW_SECONDS_MAX)
            .contains(&interval)
            .then(|| (interval / 3_600.0).round().max(1.0) as usize)
    }

    /// Whether an hour without a sample lies between two that came in time, as far as can be known when it closes.
    pub(super) fn is_between(&self, hour: Hour) -> bool {
        let since = self.last.map(|last| hour.end().seconds_since(last) as f32);
        self.slow_hours().is_some() && since.is_some_and(|since| since <= OVERDUE * self.interval())
    }

    /// Seconds over which an increase can be told to be that of an hour.
    pub(super) fn increase_seconds_max(&self) -> i64 {
        match self.slow_hours() {
            Some(_) => INCREASE_SECONDS_MAX.max(INCREASE_INTERVALS_MAX * self.interval()) as i64,
            None => INCREASE_SECONDS_MAX as i64,
        }
    }

    /// Whether it can go on after it was read back, when this hour comes next.
    pub(super) fn is_sound(&self, next: Hour) -> bool {
        let is_interval = |seconds: f32| seconds.is_nan() || (seconds.is_finite() && seconds > 0.0);
        // Two samples within a second are no time apart.
        let is_step = |seconds: f32| seconds.is_nan() || (seconds.is_finite() && seconds >= 0.0);
        [self.before, self.today].into_iter().all(is_interval)
            && self.recent.into_iter().all(is_step)
            && self.last.is_none_or(|last| last.hour() < next)
    }

    fn interval(&self) -> f32 {
        if self.today.is_nan() { self.before } else { self.today }
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
    evenly(&mut steps[..count])
}

/// The middle one of some steps, if most of them are like it.
fn evenly(steps: &mut [f32]) -> Option<f32> {
    if steps.len() < STEPS_MIN {
        return None;
    }
    steps.sort_by(f32::total_cmp);
    let middle = steps[steps.len() / 2];
    let alike = steps.iter().filter(|step| (**step - middle).abs() <= EVEN_WITHIN * middle).count();
    (middle > 0.0 && 4 * alike >= 3 * steps.len()).then_some(middle)
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

    /// A day of hours, with a sample every so many seconds since the beginning of time.
    fn sparse_day(cadence: &mut Cadence, day: i64, step: i64) -> (bool, usize) {
        let as_often = (0..24).filter(|at| {
            let from = (day * 24 + at) * 3_600;
            cadence.hear(&hour((from..from + 3_600).filter(|second| second % step == 0)))
        });
        let as_often = as_often.count();
        (cadence.close_day(), as_often)
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
        assert!(!cadence.hear(&every(1_800)), "a thirtieth of its samples");
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
    fn an_interval_of_hours_is_known_as_well_and_no_hour_of_the_first_day_at_it_is_as_others_are() {
        let mut cadence = Cadence::UNKNOWN;
        assert_eq!(sparse_day(&mut cadence, 0, 300), (false, 24));
        assert_eq!(sparse_day(&mut cadence, 1, 3_600), (true, 0));
        assert_eq!(sparse_day(&mut cadence, 2, 3_600), (false, 24));
        assert_eq!((cadence.slow_hours(), cadence.increase_seconds_max()), (None, 7_200));
        assert!(sparse_day(&mut cadence, 3, 6 * 3_600).0);
        assert_eq!((cadence.slow_hours(), cadence.increase_seconds_max()), (Some(6), 43_200));
        // The last came at six in the evening, and the next is missed from three in the morning on.
        let missed: Vec<bool> = (0..6).map(|at| cadence.is_between(Hour(96 + at))).collect();
        assert_eq!(missed, [true, true, true, false, false, false]);
    }

    #[test]
    fn what_cannot_have_been_heard_is_not_sound() {
        let mut cadence = Cadence::UNKNOWN;
        (0..3).for_each(|day| {
            sparse_day(&mut cadence, day, 6 * 3_600);
        });
        assert!(cadence.is_sound(Hour(72)) && Cadence::UNKNOWN.is_sound(Hour(0)));
        for impossible in [
            Cadence { before: 0.0, ..cadence },
            Cadence { today: f32::INFINITY, ..cadence },
            Cadence { recent: [3_600.0, -1.0, 3_600.0, 3_600.0], ..cadence },
            Cadence { last: Some(Moment::MAX), ..cadence },
        ] {
            assert!(!impossible.is_sound(Hour(72)), "{impossible:?}");
        }
    }

    #[test]
    fn what_is_measured_once_a_week_has_no_days() {
        let mut cadence = Cadence::UNKNOWN;
        (0..60).for_each(|day| {
            sparse_day(&mut cadence, day, 7 * 86_400);
        });
        assert_eq!(cadence.slow_hours(), None);
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

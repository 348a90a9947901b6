//! How often something was said, over time: evenly, coarsely, and bounded however long the time.
//!
//! A step begins as an hour and doubles in length whenever there are too many of them, so that years take no more room than days. Where within a
//! step something was said is not known any more.

use hark_event::{Curve, Hour, Moment};

/// Steps that are kept of one pattern's time.
const STEPS_MAX: usize = 96;
/// Room for so many more is made at once.
const STEPS_GROWTH: usize = 8;

/// Counts by stretches of hours, which double in length whenever there are too many.
#[derive(Default)]
pub(super) struct Steps {
    /// A stretch has two to this power hours.
    doublings: u32,
    /// Stretches in which something was said, in order, and how often: there is one such row for every pattern, and in this form it
    /// takes the least room. Beyond four billion records a stretch is drawn no higher; what is counted is counted elsewhere.
    places: Vec<i32>,
    counts: Vec<u32>,
}

impl Steps {
    pub(super) fn of(hour: Hour, count: u64) -> Self {
        let mut steps = Self::default();
        if count > 0 {
            // An hour that is beyond all calendars is none of a record's.
            steps.add(i32::try_from(hour.0).unwrap_or(0), u32::try_from(count).unwrap_or(u32::MAX));
        }
        steps
    }

    fn add(&mut self, place: i32, count: u32) {
        let found = match self.places.last() {
            Some(last) if *last < place => Err(self.places.len()),
            _ => self.places.binary_search(&place),
        };
        match found {
            Ok(at) => self.counts[at] = self.counts[at].saturating_add(count),
            Err(at) => {
                if self.places.len() == self.places.capacity() {
                    self.places.reserve_exact(STEPS_GROWTH);
                    self.counts.reserve_exact(STEPS_GROWTH);
                }
                self.places.insert(at, place);
                self.counts.insert(at, count);
            }
        }
    }

    pub(super) fn absorb(&mut self, mut other: Steps) {
        while self.doublings < other.doublings {
            self.double();
        }
        while other.doublings < self.doublings {
            other.double();
        }
        other.places.iter().zip(&other.counts).for_each(|(place, count)| self.add(*place, *count));
        while self.counts.len() > STEPS_MAX {
            self.double();
        }
    }

    fn double(&mut self) {
        self.doublings += 1;
        let (places, counts) = (std::mem::take(&mut self.places), std::mem::take(&mut self.counts));
        places.into_iter().zip(counts).for_each(|(place, count)| self.add(place >> 1, count));
    }

    /// What is kept, in evenly spaced steps of whole hours.
    pub(super) fn curve(&self, (from, to): (Moment, Moment), steps: usize) -> Curve {
        let first = from.hour();
        let hours = to.hour() - first + 1;
        let step_hours = hours.div_euclid(steps.max(1) as i64) + 1;
        let mut values = vec![0_u64; ((hours - 1).div_euclid(step_hours) + 1).max(1) as usize];
        for (step, count) in self.places.iter().zip(&self.counts) {
            let begin = (i64::from(*step) << self.doublings) - first.0;
            spread(
                u64::from(*count),
                (begin.max(0), (begin + (1 << self.doublings)).min(hours)),
                step_hours,
                &mut values,
            );
        }
        Curve {
            from: first.start(),
            step_seconds: step_hours * 3_600,
            values: values.into_iter().map(|value| Some(value as f64)).collect(),
            baseline: Vec::new(),
            unit: "records".to_owned(),
        }
    }
}

/// Spreads a count over the steps that its hours lie in, by their share: a kept step may lie across two that are shown.
fn spread(count: u64, (begin, end): (i64, i64), step_hours: i64, values: &mut [u64]) {
    let end = end.max(begin + 1);
    let until = |hour: i64| {
        let share = u128::from(count) * (hour - begin) as u128 / (end - begin) as u128;
        u64::try_from(share).expect("a share is no more than the count")
    };
    for place in begin / step_hours..=(end - 1) / step_hours {
        if let Some(value) = usize::try_from(place).ok().and_then(|place| values.get_mut(place)) {
            let from = (place * step_hours).max(begin);
            *value += until(((place + 1) * step_hours).min(end)) - until(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_years_are_bounded_and_lose_no_record() {
        let mut steps = Steps::default();
        (0..20_000).for_each(|hour| steps.absorb(Steps::of(Hour(hour), 3)));
        assert!(steps.counts.len() <= STEPS_MAX);
        assert_eq!(steps.counts.iter().copied().map(u64::from).sum::<u64>(), 60_000);
    }

    #[test]
    fn what_is_steady_is_level_in_steps_of_any_length() {
        for hours in [90, 97, 200, 1_000, 5_000] {
            let mut steps = Steps::default();
            (0..hours).for_each(|hour| steps.absorb(Steps::of(Hour(hour), 60)));
            let curve = steps.curve((Hour(0).start(), Hour(hours - 1).start()), 24);
            assert_eq!(curve.values.iter().flatten().sum::<f64>(), (60 * hours) as f64);
            let whole = &curve.values[..curve.values.len() - 1];
            let full = curve.step_seconds as f64 / 60.0;
            assert!(
                whole.iter().flatten().all(|count| (count / full - 1.0).abs() < 0.05),
                "{hours}: {curve:?}"
            );
        }
    }
}

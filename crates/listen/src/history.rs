//! Hourly values of one subject, contiguous and bounded.

use hark_detect::compact::Half;
use hark_event::Hour;

/// Hours that are remembered: five weeks, so that four full ones stand behind the present.
pub(crate) const HOURS_MAX: usize = 35 * 24;
/// How many hours are let grow beyond the limit before the oldest are cut at once.
pub(crate) const SLACK: usize = 7 * 24;

/// How many hours more there is room made for at once.
const ROOM: usize = 7 * 24;

/// Values from one hour on, one an hour without gaps.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct History<T> {
    first: Hour,
    values: Vec<T>,
}

impl<T: Copy> History<T> {
    /// An empty history whose first value will belong to this hour.
    pub(crate) fn from(first: Hour) -> Self {
        Self { first, values: Vec::new() }
    }

    /// A history filled with one value up to and without `next`, as far back as is remembered from `first`.
    pub(crate) fn filled(first: Hour, next: Hour, value: T) -> Self {
        let first = first.max(next - HOURS_MAX as i64);
        Self { first, values: vec![value; (next - first).max(0) as usize] }
    }

    /// The hour of the first value.
    pub(crate) fn first(&self) -> Hour {
        self.first
    }

    /// The hour that the next value will belong to.
    pub(crate) fn next(&self) -> Hour {
        self.first + self.values.len() as i64
    }

    /// Whether it has heard all hours before this one and none after, and holds no more than is remembered.
    pub(crate) fn ends_before(&self, next: Hour) -> bool {
        self.values.len() <= HOURS_MAX + SLACK && self.next() == next
    }

    /// All values, oldest first.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The values from an hour on.
    pub(crate) fn since(&self, hour: Hour) -> &[T] {
        let skip = (hour - self.first).clamp(0, self.values.len() as i64) as usize;
        &self.values[skip..]
    }

    /// The value of an hour, if it is remembered.
    pub(crate) fn at(&self, hour: Hour) -> Option<T> {
        usize::try_from(hour - self.first).ok().and_then(|at| self.values.get(at)).copied()
    }

    /// Takes other values for all of them.
    pub(crate) fn replace_all(&mut self, other: impl Fn(T) -> T) {
        self.values.iter_mut().for_each(|value| *value = other(*value));
    }

    /// Takes other values for those of all hours but the last, and another one for that.
    pub(crate) fn replace(&mut self, other: impl Fn(T) -> T, last: T) {
        self.replace_all(other);
        self.values.iter_mut().next_back().into_iter().for_each(|value| *value = last);
    }

    /// Appends the value of the next hour.
    pub(crate) fn push(&mut self, value: T) {
        if self.values.len() == HOURS_MAX + SLACK {
            self.values.drain(..SLACK);
            self.first = self.first + SLACK as i64;
        }
        if self.values.len() == self.values.capacity() {
            // Week by week: to double what is there would take up to twice what is needed.
            self.values.reserve_exact(ROOM);
        }
        self.values.push(value);
    }
}

impl History<Half> {
    /// The numbers from an hour on.
    pub(crate) fn numbers_since(&self, hour: Hour) -> Vec<f32> {
        self.since(hour).iter().map(|half| half.get()).collect()
    }

    /// All numbers, oldest first.
    pub(crate) fn numbers(&self) -> Vec<f32> {
        self.numbers_since(self.first)
    }

    /// The latest numbers, so many or all.
    pub(crate) fn latest(&self, hours: usize) -> Vec<f32> {
        self.numbers_since(self.next() - hours as i64)
    }
}

impl History<u32> {
    /// Adds another history of counts that ends at the same hour.
    pub(crate) fn add(&mut self, other: &History<u32>) {
        debug_assert_eq!(self.next(), other.next(), "both have heard the same hours");
        if other.first < self.first {
            let mut longer = other.clone();
            std::mem::swap(self, &mut longer);
            return self.add(&longer);
        }
        let offset = (other.first - self.first) as usize;
        for (mine, theirs) in self.values[offset..].iter_mut().zip(&other.values) {
            *mine = mine.saturating_add(*theirs);
        }
    }
}

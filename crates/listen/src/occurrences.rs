//! How often a pattern was said in each remembered hour, kept as small as it is rare.
//!
//! Most patterns of a large system, and all of a flood, are said in a handful of hours. They keep those hours alone, in some
//! bytes each instead of kilobytes of zeros; what is said often is kept hour by hour. Who asks sees the same either way.

use std::borrow::Cow;

use hark_event::Hour;

use crate::history::{HOURS_MAX, History, SLACK};

/// Where more than this part of the hours is said to hold something, each of them gets its place.
const HOURS_PER_RARE: usize = 4;

/// Counts from one hour on, one an hour without gaps.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Occurrences {
    /// Said in a few hours.
    Rare(Rare),
    /// Said in many.
    Often(History<u32>),
}

/// The hours in which something was said, oldest first, of all hours in a row.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Rare {
    first: Hour,
    hours: usize,
    said: Vec<(u32, u32)>,
    /// The hour from which the places in `said` are counted.
    counted_from: Hour,
}

impl Occurrences {
    /// Nothing was said up to and without `next`, as far back as is remembered from `first`.
    pub(crate) fn none(first: Hour, next: Hour) -> Self {
        let first = first.max(next - HOURS_MAX as i64);
        let hours = (next - first).max(0) as usize;
        Self::Rare(Rare { first, hours, said: Vec::new(), counted_from: first })
    }

    /// The hour of the first count.
    pub(crate) fn first(&self) -> Hour {
        match self {
            Self::Rare(rare) => rare.first,
            Self::Often(history) => history.first(),
        }
    }

    /// Whether these can be counts of the hours before this one, after they were read back.
    pub(crate) fn are_sound(&self, next: Hour) -> bool {
        match self {
            Self::Often(history) => history.ends_before(next),
            Self::Rare(rare) => rare.is_sound(next),
        }
    }

    /// All counts, oldest first.
    pub(crate) fn values(&self) -> Cow<'_, [u32]> {
        self.since(self.first())
    }

    /// The counts from an hour on.
    pub(crate) fn since(&self, hour: Hour) -> Cow<'_, [u32]> {
        match self {
            Self::Rare(rare) => Cow::Owned(rare.since(hour)),
            Self::Often(history) => Cow::Borrowed(history.since(hour)),
        }
    }

    /// The latest count.
    pub(crate) fn last(&self) -> Option<u32> {
        match self {
            Self::Rare(rare) => rare.last(),
            Self::Often(history) => history.values().last().copied(),
        }
    }

    /// For how many hours up to the last nothing was said.
    pub(crate) fn hours_silent(&self) -> usize {
        match self {
            Self::Rare(rare) => rare.hours_silent(),
            Self::Often(history) => history.values().iter().rev().take_while(|&&count| count == 0).count(),
        }
    }

    /// Appends the count of the next hour.
    pub(crate) fn push(&mut self, count: u32) {
        match self {
            Self::Often(history) => history.push(count),
            Self::Rare(rare) => {
                rare.push(count);
                if rare.said.len() * HOURS_PER_RARE > rare.hours.max(24) {
                    *self = Self::Often(rare.history());
                }
            }
        }
    }

    /// Adds another's counts that end at the same hour.
    pub(crate) fn add(&mut self, other: &Self) {
        let mut sum = self.history();
        sum.add(&other.history());
        *self = Self::Often(sum);
    }

    fn history(&self) -> History<u32> {
        match self {
            Self::Rare(rare) => rare.history(),
            Self::Often(history) => history.clone(),
        }
    }
}

impl Rare {
    fn is_sound(&self, next: Hour) -> bool {
        let (first, last) = (self.said.first(), self.said.last());
        self.hours <= HOURS_MAX + SLACK
            && self.next() == next
            && self.said.is_sorted_by(|a, b| a.0 < b.0)
            && first.is_none_or(|(place, _)| self.hour_at(*place) >= self.first)
            && last.is_none_or(|(place, _)| self.hour_at(*place) < next)
    }

    fn since(&self, hour: Hour) -> Vec<u32> {
        let from = hour.max(self.first);
        let mut counts = vec![0; (self.next() - from).max(0) as usize];
        for (place, count) in self.said.iter().rev() {
            let Ok(at) = usize::try_from(self.hour_at(*place) - from) else { break };
            counts[at] = *count;
        }
        counts
    }

    fn hour_at(&self, place: u32) -> Hour {
        self.counted_from + i64::from(place)
    }

    fn next(&self) -> Hour {
        self.first + self.hours as i64
    }

    fn last(&self) -> Option<u32> {
        (self.hours > 0).then(|| match self.said.last() {
            Some((place, count)) if self.hour_at(*place) + 1 == self.next() => *count,
            _ => 0,
        })
    }

    fn hours_silent(&self) -> usize {
        self.said.last().map_or(self.hours, |(place, _)| (self.next() - self.hour_at(*place) - 1) as usize)
    }

    fn push(&mut self, count: u32) {
        if count > 0 {
            let place = u32::try_from(self.next() - self.counted_from);
            self.said.push((place.expect("hours are fewer than that"), count));
        }
        self.hours += 1;
        // As a history does, or what is rare would be remembered for longer than what is not.
        if self.hours > HOURS_MAX + SLACK {
            self.hours -= SLACK;
            self.first = self.first + SLACK as i64;
            let (first, counted_from) = (self.first, self.counted_from);
            self.said.retain(|(place, _)| counted_from + i64::from(*place) >= first);
        }
    }

    fn history(&self) -> History<u32> {
        let mut history = History::from(self.first);
        self.since(self.first).into_iter().for_each(|count| history.push(count));
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

        #[test]
        fn rare_or_often_the_same_is_remembered(
            heard_for in 0..1_200_i64,
            said in proptest::collection::vec((0..2_000_usize, 1..9_u32), 0..400),
            merged_after in 0..2_000_usize,
        ) {
            let (first, next) = (Hour(500), Hour(500 + heard_for));
            let (mut dense, mut kept) = (History::from(first.max(next - HOURS_MAX as i64)), Occurrences::none(first, next));
            (dense.next().0..next.0).for_each(|_| dense.push(0));
            for hour in 0..2_000 {
                let count = said.iter().filter(|(at, _)| *at == hour).map(|(_, count)| count).sum();
                dense.push(count);
                kept.push(count);
                if hour == merged_after {
                    dense.add(&dense.clone());
                    kept.add(&kept.clone());
                }
                if hour % 97 == 0 {
                    proptest::prop_assert_eq!(kept.first(), dense.first());
                    proptest::prop_assert_eq!(&*kept.values(), dense.values());
                    proptest::prop_assert_eq!(&*kept.since(next + 40), dense.since(next + 40));
                    proptest::prop_assert_eq!(kept.last(), dense.values().last().copied());
                    let silent = dense.values().iter().rev().take_while(|&&count| count == 0).count();
                    proptest::prop_assert_eq!(kept.hours_silent(), silent);
                }
            }
        }
    }

    #[test]
    fn what_is_said_once_takes_a_few_bytes() {
        let mut once = Occurrences::none(Hour(0), Hour(800));
        once.push(3);
        (0..1_000).for_each(|_| once.push(0));
        assert!(matches!(&once, Occurrences::Rare(rare) if rare.said.capacity() <= 4));
        assert_eq!(once.values().iter().sum::<u32>(), 0, "it is forgotten with the hours before it");
    }
}

//! The latest days on which anything arrived, so that one clock that is years ahead does not say what now is.
//!
//! A file of samples has no order that would tell a stamp of the year 2038 from a true one; that nothing else came for a year before it
//! does. Only the latest days are kept, so that a clock that is wrong on more days than that is believed.

use crate::Moment;

const DAY_SECONDS: i64 = 86_400;
/// So many of the latest days are kept.
const DAYS_MAX: usize = 64;
/// What comes after a silence of so many days, before which there was more, is doubted if it is little.
const SILENCE_DAYS: i64 = 366;
/// So many days after all others a little is worth a remark.
const LONELY_DAYS: i64 = 2;
/// More than this is not little, nor is more than one in so many of all.
const FEW_MAX: u64 = 50;
const FEW_SHARE: u64 = 1_000;

/// How much arrived on one day, and what of it last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Day {
    day: i64,
    count: u64,
    last: Moment,
}

/// Arrivals of the latest days. Those of two add up in any order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LatestDays {
    /// The latest day last.
    days: Vec<Day>,
    arrivals: u64,
}

impl LatestDays {
    /// Counts an arrival.
    #[inline]
    pub fn add(&mut self, arrival: Moment) {
        self.arrivals += 1;
        let day = arrival.seconds().div_euclid(DAY_SECONDS);
        match self.days.last_mut() {
            Some(latest) if latest.day == day => {
                latest.count += 1;
                latest.last = latest.last.max(arrival);
            }
            _ => self.take(Day { day, count: 1, last: arrival }),
        }
    }

    /// Adds the arrivals of another.
    pub fn merge(&mut self, other: &Self) {
        self.arrivals += other.arrivals;
        other.days.iter().for_each(|day| self.take(*day));
    }

    /// The latest arrival that can be believed, and how many came after it.
    pub fn latest_plausible(&self) -> Option<(Moment, u64)> {
        let after = |at: usize| self.days[at..].iter().map(|day| day.count).sum::<u64>();
        let is_doubted = |at: &usize| {
            let silence_days = self.days[*at].day - self.days[at - 1].day;
            silence_days >= SILENCE_DAYS && self.is_few(after(*at))
        };
        let believed = (1..self.days.len()).find(is_doubted).unwrap_or(self.days.len());
        let latest = self.days[..believed].last()?;
        Some((latest.last, after(believed)))
    }

    /// The latest arrivals if they are few, and days after all others: how many, and when the last one before them came.
    pub fn lonely_end(&self) -> Option<(u64, Moment)> {
        let [.., before, last] = self.days.as_slice() else { return None };
        let is_lonely = last.day - before.day >= LONELY_DAYS && self.is_few(last.count);
        is_lonely.then_some((last.count, before.last))
    }

    fn is_few(&self, count: u64) -> bool {
        count <= FEW_MAX && count.saturating_mul(FEW_SHARE) <= self.arrivals
    }

    fn take(&mut self, new: Day) {
        match self.days.binary_search_by_key(&new.day, |day| day.day) {
            Ok(at) => {
                let day = &mut self.days[at];
                day.count += new.count;
                day.last = day.last.max(new.last);
            }
            Err(0) if self.days.len() >= DAYS_MAX => {}
            Err(at) => {
                self.days.insert(at, new);
                if self.days.len() > DAYS_MAX {
                    self.days.remove(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: i64, count: u64) -> LatestDays {
        let mut days = LatestDays::default();
        (0..count).for_each(|second| days.add(Moment::from_seconds(day * DAY_SECONDS + second as i64)));
        days
    }

    fn all(parts: &[LatestDays]) -> LatestDays {
        let mut all = LatestDays::default();
        parts.iter().for_each(|part| all.merge(part));
        all
    }

    #[test]
    fn a_clock_that_is_years_ahead_does_not_say_what_now_is() {
        let parts = [on(100, 20_000), on(101, 20_000), on(2_000, 9), on(2_700, 3)];
        let (latest, after) = all(&parts).latest_plausible().expect("something arrived");
        assert_eq!((latest.seconds(), after), (101 * DAY_SECONDS + 19_999, 12));
        let backwards: Vec<LatestDays> = parts.iter().rev().cloned().collect();
        assert_eq!(all(&parts), all(&backwards));
    }

    #[test]
    fn a_few_records_after_months_are_believed_and_so_are_many_after_years() {
        let months = all(&[on(100, 90_000), on(400, 5)]);
        assert_eq!(
            months.latest_plausible().map(|(latest, after)| (latest.seconds() / DAY_SECONDS, after)),
            Some((400, 0))
        );
        let many = all(&[on(100, 90_000), on(4_000, 51)]);
        assert_eq!(many.latest_plausible().map(|(_, after)| after), Some(0));
        let half = all(&[on(100, 3), on(4_000, 3)]);
        assert_eq!(half.latest_plausible().map(|(_, after)| after), Some(0));
        assert_eq!(LatestDays::default().latest_plausible(), None);
    }

    #[test]
    fn a_few_that_come_days_after_all_others_are_lonely() {
        assert_eq!(
            all(&[on(100, 2_000), on(102, 2)]).lonely_end(),
            Some((2, Moment::from_seconds(100 * DAY_SECONDS + 1_999)))
        );
        assert_eq!(all(&[on(100, 2_000), on(101, 2)]).lonely_end(), None, "the day after");
        assert_eq!(all(&[on(100, 200), on(102, 2)]).lonely_end(), None, "one in a hundred");
    }

    #[test]
    fn what_was_heard_on_many_days_is_kept_to_the_latest() {
        let mut days = LatestDays::default();
        (0..500).rev().for_each(|day| days.add(Moment::from_seconds(day * DAY_SECONDS)));
        assert_eq!(days.days.len(), DAYS_MAX);
        assert_eq!(days.latest_plausible(), Some((Moment::from_seconds(499 * DAY_SECONDS), 0)));
    }
}

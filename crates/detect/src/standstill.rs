//! What used to move on, and stands still: a counter of a nightly job, the moment of the last success.
//!
//! The pauses between movements are held against the longest so far: of sixteen pauses of what moves by chance the next is 3.5 times as
//! long as the longest once in ten thousand times. What moves like a clock is missed after the second beat. A whole weekend
//! must have been heard, and what moves less than sixteen times in six weeks is never missed by this method.

use crate::robust::median;

/// Movements that tell how long pauses are.
const MOVES_MIN: usize = 16;
/// From the first of them to the last.
const HISTORY_HOURS_MIN: usize = 8 * 24;
/// How many times the longest pause so far.
const TIMES_LONGEST: f64 = 3.5;
/// And of what moves like a clock, whose longest pause is hardly longer than the middle one.
const TIMES_LONGEST_REGULAR: f64 = 2.0;
const REGULAR_WITHIN: f64 = 1.25;
/// And so many hours at least.
pub const HOURS_MIN: usize = 8;

/// Something that stands still.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Standstill {
    /// Whole hours without a movement.
    pub still_hours: usize,
    /// The most from one to the next before.
    pub longest_hours_before: usize,
    /// Hours in which it moved.
    pub moves: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for a standstill at the end of hours in which something moved or did not.
pub fn standstill(moved: &[bool]) -> Option<Standstill> {
    let still_hours = moved.iter().rev().take_while(|moved| !**moved).count();
    if still_hours < HOURS_MIN {
        return None;
    }
    let at: Vec<usize> = moved.iter().enumerate().filter(|(_, moved)| **moved).map(|(at, _)| at).collect();
    let (first, last) = (*at.first()?, *at.last()?);
    if at.len() < MOVES_MIN || last - first < HISTORY_HOURS_MIN {
        return None;
    }
    let pauses = || at.windows(2).map(|pair| pair[1] - pair[0]);
    let longest_hours_before = pauses().max()?;
    let middle = median(pauses().map(|pause| pause as f64))?;
    let is_regular = longest_hours_before as f64 <= REGULAR_WITHIN * middle;
    let times = if is_regular { TIMES_LONGEST_REGULAR } else { TIMES_LONGEST };
    let due = (times * longest_hours_before as f64).max(HOURS_MIN as f64);
    let score = still_hours as f64 / due;
    (score >= 1.0).then_some(Standstill { still_hours, longest_hours_before, moves: at.len(), score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(count: usize, moved: impl Fn(usize) -> bool) -> Vec<bool> {
        (0..count).map(moved).collect()
    }

    fn first_found(hours: &[bool]) -> Option<usize> {
        (1..=hours.len()).find(|until| standstill(&hours[..*until]).is_some())
    }

    #[test]
    fn a_nightly_job_is_missed_after_the_second_night_and_one_of_workdays_later() {
        let nightly = hours(900, |hour| hour % 24 == 3 && hour < 600);
        assert_eq!(first_found(&nightly), Some(579 + 1 + 48));
        let of_workdays = hours(1_400, |hour| hour % 24 == 3 && hour / 24 % 7 < 5 && hour < 840);
        let found = first_found(&of_workdays).expect("it stopped");
        assert_eq!(found, 771 + 1 + 252);
    }

    #[test]
    fn office_hours_and_chance_are_no_standstill() {
        let office = hours(1_000, |hour| (8..18).contains(&(hour % 24)) && hour / 24 % 7 < 5);
        assert_eq!(first_found(&office), None);
        let chance = hours(1_000, |hour| hour * 7_919 % 101 < 9);
        assert_eq!(first_found(&chance), None);
    }

    #[test]
    fn what_moved_seldom_or_for_a_few_days_is_not_missed() {
        assert_eq!(first_found(&hours(1_000, |hour| hour % 24 == 3 && hour < 350)), None);
        assert_eq!(first_found(&hours(1_000, |hour| hour < 100)), None);
        assert_eq!(first_found(&[]), None);
    }
}

//! A line that had fallen silent for weeks and is said again.
//!
//! What was known and silent for far longer than ever before comes back as a newcomer does, and as a newcomer
//! ([`crate::novelty`]) it must come to stay: once is nothing. Silence is measured against the longest silence before, as
//! in [`crate::vanished`]: a line that comes once a month is not back each month. In ecology a species that was taken
//! for lost and is seen again is a Lazarus taxon (Flessa and Jablonski 1983), and the caution is the same: first rule out
//! that nobody was looking, so the rest of the service must have been heard in between.
//!
//! It cannot know silences from before listening began.

use crate::novelty::{Appearances, has_come_to_stay, has_come_to_stay_loudly};

/// Silence that is worth a word.
pub const SILENT_HOURS_MIN: i64 = 14 * 24;
/// How many times its longest silence before.
const TIMES_LONGEST: f64 = 3.0;
/// Records before the silence, below which it was hardly known.
const BEFORE_MIN: u64 = 12;
/// Hours before the silence for which it was known: a line of one night has no silence that means anything.
const KNOWN_HOURS_MIN: i64 = 3 * 24;

/// What was before the silence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Dormant {
    /// Records before it.
    pub count: u64,
    /// Hours from the first to the last record before it.
    pub known_hours: i64,
    /// The longest silence before it, in hours.
    pub longest_hours_before: i64,
    /// How long it lasted, in hours.
    pub silent_hours: i64,
    /// In how many of its hours the rest of the service was heard, of those that are remembered.
    pub heard_hours: usize,
    /// Hours of it that are remembered.
    pub remembered_hours: usize,
}

/// A line that is back.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Returned {
    /// How long it was silent, in hours.
    pub silent_hours: i64,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Whether a line is back, from how it shows itself since; `loud` if it warns or worse.
pub fn returned(before: Dormant, since: Appearances, loud: bool) -> Option<Returned> {
    let needed = (SILENT_HOURS_MIN as f64).max(TIMES_LONGEST * before.longest_hours_before as f64);
    let score = before.silent_hours as f64 / needed;
    let was_known = before.count >= BEFORE_MIN && before.known_hours >= KNOWN_HOURS_MIN;
    let was_listened_to =
        before.remembered_hours > 0 && before.heard_hours * 4 >= before.remembered_hours * 3;
    let stays = if loud { has_come_to_stay_loudly(since) } else { has_come_to_stay(since) };
    (score >= 1.0 && was_known && was_listened_to && stays)
        .then_some(Returned { silent_hours: before.silent_hours, score })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DORMANT: Dormant = Dormant {
        count: 90,
        known_hours: 10 * 24,
        longest_hours_before: 20,
        silent_hours: 18 * 24,
        heard_hours: 18 * 24,
        remembered_hours: 18 * 24,
    };
    const BACK: Appearances = Appearances {
        count: 6,
        hours_active: 5,
        blocks_active: 2,
        span_hours: 26,
        hours_since_last: 0,
        hours_before: 18 * 24,
    };

    #[test]
    fn what_was_silent_for_weeks_and_stays_is_back() {
        let found = returned(DORMANT, BACK, false).expect("back");
        assert_eq!(found.silent_hours, 18 * 24);
        assert!(returned(DORMANT, Appearances { blocks_active: 1, span_hours: 3, ..BACK }, true).is_some());
    }

    #[test]
    fn once_is_not_back() {
        let once = Appearances { count: 1, hours_active: 1, blocks_active: 1, span_hours: 0, ..BACK };
        assert_eq!((returned(DORMANT, once, false), returned(DORMANT, once, true)), (None, None));
    }

    #[test]
    fn what_comes_once_a_week_is_not_back_each_time() {
        assert_eq!(returned(Dormant { longest_hours_before: 7 * 24, ..DORMANT }, BACK, true), None);
    }

    #[test]
    fn where_nobody_listened_nothing_was_silent() {
        assert_eq!(returned(Dormant { heard_hours: 5 * 24, ..DORMANT }, BACK, true), None);
        assert_eq!(returned(Dormant { remembered_hours: 0, heard_hours: 0, ..DORMANT }, BACK, true), None);
    }

    #[test]
    fn what_was_hardly_known_has_nothing_to_come_back_to() {
        assert_eq!(returned(Dormant { count: 3, ..DORMANT }, BACK, true), None);
        assert_eq!(returned(Dormant { known_hours: 5, ..DORMANT }, BACK, true), None);
    }
}

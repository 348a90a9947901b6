//! A series that was always measured and is measured no more.
//!
//! Silence is held against the longest silence so far, and only while others of the same service are still measured: if
//! all of them stop, it is our hearing that was lost, and not theirs. What comes and goes is never gone by this method,
//! and neither is what has been heard for less than a week.

/// Half a day without a scrape is how collectors live.
const HOURS_MIN: usize = 24;
const HISTORY_HOURS_MIN: usize = 7 * 24;
/// How many times its longest silence so far.
const TIMES_LONGEST: usize = 4;

/// A series that fell silent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gone {
    /// Whole hours in which nothing was measured.
    pub silent_hours: usize,
    /// The most of them in a row before.
    pub longest_hours_before: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for a silence at the end of hourly values (`NaN` where nothing was measured); `others` is how many series of the
/// same service were measured in each of the last hours, this one included, and may be shorter.
pub fn gone(values: &[f32], others: &[u32]) -> Option<Gone> {
    let silent_hours = values.iter().rev().take_while(|value| value.is_nan()).count();
    let before = &values[..values.len() - silent_hours];
    if silent_hours < HOURS_MIN || before.len() < HISTORY_HOURS_MIN {
        return None;
    }
    let measured = before.iter().filter(|value| !value.is_nan()).count();
    if measured * 10 < before.len() * 9 || !others_are_heard(others, silent_hours) {
        return None;
    }
    let silences = before.split(|value| !value.is_nan());
    let longest_hours_before = silences.map(<[f32]>::len).max().unwrap_or(0);
    let due = HOURS_MIN.max(TIMES_LONGEST * longest_hours_before);
    let score = silent_hours as f64 / due as f64;
    (score >= 1.0).then_some(Gone { silent_hours, longest_hours_before, score })
}

/// Whether, in nearly all hours of the silence, at least half as many others were measured as in the week before.
fn others_are_heard(others: &[u32], silent_hours: usize) -> bool {
    let Some(split) = others.len().checked_sub(silent_hours) else { return false };
    let (before, since) = others.split_at(split);
    let mut week = before[before.len().saturating_sub(HISTORY_HOURS_MIN)..].to_vec();
    week.sort_unstable();
    let usual = week.get(week.len() / 2).copied().unwrap_or(0);
    let heard = since.iter().filter(|&&count| count > 0 && count * 2 >= usual).count();
    usual > 1 && heard * 4 >= silent_hours * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(hours: usize) -> Vec<f32> {
        [1.0; 240].into_iter().chain(vec![f32::NAN; hours]).collect()
    }

    #[test]
    fn what_was_always_measured_is_missed_after_a_day() {
        assert_eq!(gone(&silent(23), &[9; 263]), None);
        let found = gone(&silent(24), &[9; 264]).expect("gone");
        assert_eq!((found.silent_hours, found.longest_hours_before), (24, 0));
    }

    #[test]
    fn if_all_stop_none_is_gone() {
        let others: Vec<u32> = [9; 240].into_iter().chain([0; 36]).collect();
        assert_eq!(gone(&silent(36), &others), None);
    }

    #[test]
    fn what_paused_before_must_pause_far_longer() {
        let mut values = silent(36);
        values[100..110].fill(f32::NAN);
        assert_eq!(gone(&values, &[9; 276]), None);
    }

    #[test]
    fn what_comes_and_goes_and_what_is_young_is_never_gone() {
        let flapping: Vec<f32> =
            (0..300).map(|hour| if hour % 3 == 0 || hour > 260 { f32::NAN } else { 1.0 }).collect();
        assert_eq!(gone(&flapping, &[9; 300]), None);
        assert_eq!(gone(&[f32::NAN; 40], &[9; 40]), None);
        assert_eq!(gone(&[], &[]), None);
    }
}

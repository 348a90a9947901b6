//! A series that was always measured and is measured no more.
//!
//! Silence is held against the longest silence so far, and only while others of the same service are still measured: if
//! all of them stop, it is our hearing that was lost, and not theirs. What has been heard for less than a week is never gone, and what
//! always came and went is not, either; what begins to come and go is found by the number of its gaps ([`comes_and_goes`]).

/// Half a day without a scrape is how collectors live.
const HOURS_MIN: usize = 24;
const HISTORY_HOURS_MIN: usize = 7 * 24;
/// How many times its longest silence so far.
const TIMES_LONGEST: usize = 4;

/// So long back gaps are counted, and how many there must be, and how many times the most so far.
const FLAPPING_HOURS: usize = 3 * 24;
const GAPS_MIN: usize = 3;
const GAPS_TIMES: usize = 3;

/// A series that comes and goes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flapping {
    /// Gaps within three days.
    pub gaps: usize,
    /// The most of them within any three days before.
    pub most_before: usize,
    /// How many hours before the end the first of them began.
    pub hours_since_onset: usize,
    /// In how many of these nothing was measured.
    pub missing_hours: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

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

/// Looks for a series that comes and goes: three gaps within three days, and three times as many as in any three days before. The last hour is the first
/// of a gap, or nothing is found. An hour in which fewer than half of the others were measured is none of its gaps.
pub fn comes_and_goes(values: &[f32], others: &[u32]) -> Option<Flapping> {
    // Nearly every hour ends here.
    if !values.last()?.is_nan() || values.len() < HISTORY_HOURS_MIN || values[values.len() - 2].is_nan() {
        return None;
    }
    let offset = values.len().checked_sub(others.len())?;
    let usual = usual(&others[others.len().saturating_sub(HISTORY_HOURS_MIN)..]);
    let others_are_heard =
        |hour: usize| hour.checked_sub(offset).is_some_and(|hour| is_heard(others[hour], usual));
    let begins = |hour: usize| values[hour].is_nan() && !values[hour - 1].is_nan();
    let gaps: Vec<usize> =
        (1..values.len()).filter(|hour| begins(*hour) && others_are_heard(*hour)).collect();
    let since = values.len().saturating_sub(FLAPPING_HOURS);
    let now = gaps.len() - gaps.partition_point(|hour| *hour < since);
    let onset = *gaps.get(gaps.len() - now)?;
    let before = &gaps[..gaps.len() - now];
    let most_before = (0..before.len())
        .map(|at| before[at..].iter().take_while(|hour| **hour < before[at] + FLAPPING_HOURS).count())
        .max()
        .unwrap_or(0);
    let due = GAPS_MIN.max(GAPS_TIMES * most_before);
    let missing_hours = values[onset..].iter().filter(|value| value.is_nan()).count();
    let score = now as f64 / due as f64;
    (usual > 1 && onset >= HISTORY_HOURS_MIN - FLAPPING_HOURS && score >= 1.0).then_some(Flapping {
        gaps: now,
        most_before,
        hours_since_onset: values.len() - onset,
        missing_hours,
        score,
    })
}

/// What half of the hours have at least.
fn usual(others: &[u32]) -> u32 {
    let mut week = others.to_vec();
    week.sort_unstable();
    week.get(week.len() / 2).copied().unwrap_or(0)
}

fn is_heard(count: u32, usual: u32) -> bool {
    count > 0 && count * 2 >= usual
}

/// Whether, in nearly all hours of the silence, at least half as many others were measured as in the week before.
fn others_are_heard(others: &[u32], silent_hours: usize) -> bool {
    let Some(split) = others.len().checked_sub(silent_hours) else { return false };
    let (before, since) = others.split_at(split);
    let usual = usual(&before[before.len().saturating_sub(HISTORY_HOURS_MIN)..]);
    let heard = since.iter().filter(|&&count| is_heard(count, usual)).count();
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

    fn gaps(hours: usize, is_missing: impl Fn(usize) -> bool) -> Vec<f32> {
        (0..hours).map(|hour| if is_missing(hour) { f32::NAN } else { 1.0 }).collect()
    }

    fn first_found(values: &[f32], others: impl Fn(usize) -> u32) -> Option<(usize, Flapping)> {
        let others: Vec<u32> = (0..values.len()).map(others).collect();
        (0..=values.len())
            .find_map(|until| Some((until, comes_and_goes(&values[..until], &others[..until])?)))
    }

    #[test]
    fn what_begins_to_come_and_go_is_found_at_its_third_gap() {
        let flapping = gaps(400, |hour| hour >= 240 && hour / 7 % 2 == 0);
        let (at, found) = first_found(&flapping, |_| 9).expect("it flaps");
        assert_eq!((at, found.gaps, found.hours_since_onset, found.missing_hours), (267, 3, 27, 13));
        assert_eq!(
            first_found(&flapping, |hour| if hour / 7 % 2 == 0 { 1 } else { 9 }),
            None,
            "all are missing"
        );
    }

    #[test]
    fn what_always_came_and_went_or_was_missing_twice_is_not() {
        assert_eq!(first_found(&gaps(400, |hour| hour % 6 == 0), |_| 9), None);
        assert_eq!(first_found(&gaps(400, |hour| hour == 250 || hour == 270), |_| 9), None);
        assert_eq!(first_found(&gaps(400, |hour| [100, 130, 250, 260, 270].contains(&hour)), |_| 9), None);
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

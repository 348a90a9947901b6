//! A line that used to come regularly and stopped.
//!
//! Silence is measured in lines that should have come, not in hours: a nightly lull or a quiet weekend
//! makes few lines due, and a heartbeat makes many. A pattern is gone when far more are due than in its
//! longest silence so far. Records that come in clumps, as those of one slow client do, count as one: of a line
//! that spoke on few occasions no longest silence is known. What comes once a week or less is never missed by this
//! method, and a service that says nothing at all makes nothing due.

use crate::counts::{Expectation, Exposure};

/// Lines that must be due before silence says anything.
const DUE_MIN: f64 = 16.0;
const HOURS_MIN: usize = 3;
/// What comes with requests may pause with them, for a maintenance window say.
const IRREGULAR_HOURS_MIN: usize = 8;
const HISTORY_HOURS_MIN: usize = 3 * 24;
/// How many times its longest silence so far.
const TIMES_LONGEST: f64 = 3.5;
/// Occasions on which it must have been said: the longest of so many pauses is exceeded as far as this once in thousands of times.
const OCCASIONS_MIN: f64 = 8.0;
const DAY: usize = 24;

/// A pattern that has gone quiet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Vanished {
    /// Hours since it was last said.
    pub silent_hours: usize,
    /// How many lines were due since.
    pub due: f64,
    /// Hours of its longest silence before.
    pub longest_hours_before: usize,
    /// How many had been due in its longest silence before.
    pub longest_due_before: f64,
    /// Whether it came like a clock's tick, whatever the traffic: a heartbeat.
    pub regular: bool,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for a silence at the end of hourly counts; `traffic` is what the rest of the service said.
pub fn vanished(counts: &[u32], traffic: &[u32]) -> Option<Vanished> {
    vanished_from(Exposure::Either, counts, traffic)
}

/// Looks for what no longer has a share in the traffic of which it is a sampled part.
pub fn vanished_share(counts: &[u32], traffic: &[u32]) -> Option<Vanished> {
    vanished_from(Exposure::Traffic, counts, traffic)
}

fn vanished_from(exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<Vanished> {
    let silent_hours = counts.iter().rev().take_while(|&&count| count == 0).count();
    let spoke = counts.len().checked_sub(silent_hours)?;
    if silent_hours < HOURS_MIN || spoke < HISTORY_HOURS_MIN {
        return None;
    }
    let heard = traffic[spoke..].iter().filter(|&&load| load > 0).count();
    if heard * 4 < silent_hours * 3 {
        return None;
    }
    let expectation = Expectation::learn_from(exposure, &counts[..spoke], &traffic[..spoke])?;
    // The hour in which it was last said counts as spoken: only whole silent hours make lines due.
    let due = expectation.expected(&traffic[spoke..]);
    let mut longest_due_before = 0.0_f64;
    let mut due_now = 0.0;
    let (mut longest_hours_before, mut hours_now) = (0, 0);
    for (&count, &load) in counts[..spoke].iter().zip(traffic) {
        due_now = if count > 0 { 0.0 } else { due_now + expectation.hourly(load) };
        longest_due_before = longest_due_before.max(due_now);
        hours_now = if count > 0 { 0 } else { hours_now + 1 };
        longest_hours_before = longest_hours_before.max(hours_now);
    }
    let regular = is_regular(&counts[..spoke]);
    let irregularly = || occasions(&expectation, &counts[..spoke], &traffic[..spoke]);
    if !regular && (silent_hours < IRREGULAR_HOURS_MIN || irregularly() < OCCASIONS_MIN) {
        return None;
    }
    let score = due / DUE_MIN.max(TIMES_LONGEST * longest_due_before);
    (score >= 1.0).then_some(Vanished {
        silent_hours,
        due,
        longest_hours_before,
        longest_due_before,
        regular,
        score,
    })
}

/// On how many occasions something was said: records over the size of their clumps, which is how many times more than chance would
/// make them the counts of days vary (the index of dispersion: Cox and Lewis 1966).
fn occasions(expectation: &Expectation, counts: &[u32], traffic: &[u32]) -> f64 {
    // Before it was first said nothing varied.
    let first = counts.iter().position(|&count| count > 0).unwrap_or(0);
    let days = counts[first..].chunks(DAY).zip(traffic[first..].chunks(DAY));
    let days: Vec<(f64, f64)> = days
        .map(|(said, load)| {
            (
                said.iter().map(|&count| f64::from(count)).sum(),
                expectation.expected(load).max(f64::MIN_POSITIVE),
            )
        })
        .collect();
    let (said, expected) = days.iter().fold((0.0, 0.0), |all, day| (all.0 + day.0, all.1 + day.1));
    let rate = said / expected;
    let index = days.iter().map(|(said, usual)| (said - rate * usual).powi(2) / (rate * usual)).sum::<f64>()
        / days.len() as f64;
    said / index.max(1.0)
}

/// Whether hourly counts vary less than chance would make them vary.
fn is_regular(counts: &[u32]) -> bool {
    let first = counts.iter().position(|&count| count > 0).unwrap_or(0);
    // The hours of the first and the last record are not whole ones.
    let Some(whole) = counts.get(first + 1..counts.len().saturating_sub(1)) else { return false };
    let mean = whole.iter().map(|&count| f64::from(count)).sum::<f64>() / whole.len().max(1) as f64;
    let variance =
        whole.iter().map(|&count| (f64::from(count) - mean).powi(2)).sum::<f64>() / whole.len().max(1) as f64;
    mean > 0.0 && variance < 0.5 * mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_missed_within_hours() {
        let counts: Vec<u32> = [12; 240].into_iter().chain([0; 3]).collect();
        let found = vanished(&counts, &[500; 243]).expect("gone");
        assert_eq!((found.silent_hours, found.longest_due_before, found.regular), (3, 0.0, true));
    }

    #[test]
    fn a_line_of_a_single_hour_has_no_rhythm() {
        let counts: Vec<u32> = [0; 171].into_iter().chain([900]).chain([0; 80]).collect();
        assert_eq!(vanished(&counts, &[500; 252]).map(|found| found.regular), None);
    }

    #[test]
    fn a_nightly_job_is_not_missed_by_day() {
        let counts: Vec<u32> = (0..480).map(|hour| if hour % 24 == 2 { 40 } else { 0 }).collect();
        for until in 240..480 {
            assert_eq!(vanished(&counts[..until], &[500; 480][..until]), None, "hour {until}");
        }
    }

    #[test]
    fn a_nightly_job_is_missed_after_some_nights() {
        let night = |hour: usize| if hour % 24 == 2 { 40 } else { 0 };
        let counts: Vec<u32> = (0..480).map(night).chain([0; 120]).collect();
        assert!(vanished(&counts, &[500; 600]).is_some());
    }

    #[test]
    fn a_line_that_came_in_a_few_clumps_is_not_missed() {
        // Four clients made forty records each within hours; the next of them may come in weeks.
        let clump = |hour: usize| if matches!(hour % 96, 20..24) { 10 } else { 0 };
        let counts: Vec<u32> = (0..384).map(clump).chain([0; 500]).collect();
        for until in 384..counts.len() {
            assert_eq!(vanished(&counts[..until], &vec![500; until]), None, "hour {until}");
        }
    }

    #[test]
    fn a_service_that_is_silent_altogether_makes_nothing_due() {
        let counts: Vec<u32> = [12; 240].into_iter().chain([0; 24]).collect();
        let traffic: Vec<u32> = [500; 240].into_iter().chain([0; 24]).collect();
        assert_eq!(vanished(&counts, &traffic), None);
    }

    #[test]
    fn a_rare_line_is_not_missed_too_early() {
        let counts: Vec<u32> = (0..500).map(|hour| u32::from(hour * 7919 % 101 < 8)).chain([0; 60]).collect();
        assert_eq!(vanished(&counts, &vec![500; 560]), None);
    }
}

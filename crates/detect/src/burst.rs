//! Counts that burst: within an hour or two far beyond every hour before, and perhaps over again soon.
//!
//! Each hour is compared with what the history before it lets expect, by a negative binomial deviance with a floor on its
//! dispersion, as the detection of outbreaks does (Farrington et al. 1996, "A statistical algorithm for the early
//! detection of outbreaks of infectious disease"; Noufaily et al. 2013): real counts are over-dispersed, hours more so
//! than days. Two hours in a row must stand out, or one overwhelmingly; and the hour must go far beyond the fullest hour
//! of the whole history, for a nightly job fills one hour of each day and that is no burst. Unlike growth
//! ([`crate::counts`]) a burst need not stay.
//!
//! It cannot tell a rare job from trouble the first time that it is seen, and says nothing of what comes thirty at a time
//! every week.

use crate::counts::{Expectation, HISTORY_HOURS_MIN};
use crate::surprise::surprise;

/// Hours of history below which no hour stands out.
const HOURS_MIN: usize = HISTORY_HOURS_MIN + 2 * 24;
/// Fewer records in an hour are no burst, whatever is usual.
pub const COUNT_MIN: u32 = 20;
/// One hour by itself must hold so many.
const OVERWHELMING_COUNT_MIN: u32 = 60;
/// How many times the fullest hour before.
const TIMES_FULLEST: f64 = 2.0;
const OVERWHELMING_TIMES: f64 = 6.0;
/// The signed root of the deviance.
const SURPRISE_MIN: f64 = 4.0;
const OVERWHELMING_SURPRISE: f64 = 6.0;
/// Hourly counts are never believed to be less over-dispersed than this.
const DISPERSION_MIN: f64 = 0.15;
/// Hours and times of [`onslaught`].
const ONSLAUGHT_HOURS_MIN: usize = 48;
const ONSLAUGHT_TIMES: u64 = 4;
/// An hour below so many times what is expected is calm.
const CALM_TIMES: f64 = 2.0;
/// The score of what stands out and is no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// Hours far beyond all before them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Burst {
    /// Over how many hours, 1 or 2.
    pub hours: usize,
    /// What was counted in them.
    pub counted: u64,
    /// What the history lets expect in them.
    pub expected: f64,
    /// The fullest hour before.
    pub fullest_before: u32,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for a burst in the last hours of hourly counts; `traffic` is what the service said in the same hours.
///
/// # Panics
/// If the slices differ in length.
pub fn burst(counts: &[u32], traffic: &[u32]) -> Option<Burst> {
    assert_eq!(counts.len(), traffic.len(), "every hour of counts has its traffic");
    let last = *counts.last()?;
    // Nearly every hour ends here, before anything is learned.
    if last < COUNT_MIN || counts.len() < HOURS_MIN {
        return None;
    }
    let split = counts.len() - 2;
    let fullest_before = *counts[..split].iter().max()?;
    if f64::from(last) < TIMES_FULLEST * f64::from(fullest_before) {
        return None;
    }
    let usual = Expectation::learn(&counts[..split], &traffic[..split])?;
    let hour = |at: usize| Hour::of(counts[at], usual.hourly(traffic[at]), fullest_before);
    let (before, now) = (hour(split), hour(split + 1));
    let two = before.score().min(now.score());
    let one = now.overwhelming();
    let score = two.max(one);
    if score < 1.0 {
        return None;
    }
    let hours = if before.score() >= 1.0 { 2 } else { 1 };
    let window = counts.len() - hours..counts.len();
    Some(Burst {
        hours,
        counted: counts[window.clone()].iter().map(|&count| u64::from(count)).sum(),
        expected: window.map(|at| usual.hourly(traffic[at])).sum(),
        fullest_before,
        score,
    })
}

/// Two hours far beyond every hour before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Onslaught {
    /// What was counted in each.
    pub counted: [u32; 2],
    /// The fullest hour before, and how many hours that are.
    pub fullest_before: u32,
    /// See there.
    pub hours_before: usize,
    /// How many hours before the end it began: it may have begun in the midst of one.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks whether each of the last two hours holds twenty and four times as many as any hour before them: from the third day on, for that needs no history of
/// weeks. The hour before these two may be the one in which it began, and is no measure for them.
pub fn onslaught(counts: &[u32]) -> Option<Onslaught> {
    let (earlier, counted) = counts.split_last_chunk::<2>()?;
    let least = counted[0].min(counted[1]);
    // Nearly every hour ends here.
    if least < COUNT_MIN {
        return None;
    }
    let (first, before) = earlier.split_last()?;
    let fullest_before = before.iter().copied().max().filter(|_| before.len() >= ONSLAUGHT_HOURS_MIN)?;
    if u64::from(least) < ONSLAUGHT_TIMES * u64::from(fullest_before) {
        return None;
    }
    let score = f64::from(least) / (ONSLAUGHT_TIMES as f64 * f64::from(fullest_before.max(5)));
    Some(Onslaught {
        counted: *counted,
        fullest_before,
        hours_before: before.len(),
        hours_since_onset: if *first > fullest_before { 3 } else { 2 },
        score: score.max(1.0),
    })
}

/// How near any of the last 24 hours came to a burst: what calibration is fed with, once a day.
///
/// Below 1 unless it was one.
///
/// # Panics
/// If the slices differ in length.
pub fn score_of_day(counts: &[u32], traffic: &[u32]) -> Option<f64> {
    let from = counts.len().checked_sub(24).filter(|from| *from >= HOURS_MIN)?;
    let mut fullest = counts[..from - 1].iter().copied().max()?;
    let scores = (from..counts.len()).map(|last| {
        if let Some(found) = burst(&counts[..=last], &traffic[..=last]) {
            return found.score;
        }
        let near = f64::from(counts[last].min(counts[last - 1]))
            / (TIMES_FULLEST * f64::from(fullest)).max(f64::from(COUNT_MIN));
        fullest = fullest.max(counts[last - 1]);
        near.min(NO_FINDING_MAX)
    });
    scores.max_by(f64::total_cmp)
}

/// Whether the last hours are calm again, after what so many hours ago was a burst.
///
/// # Panics
/// If the slices differ in length.
pub fn is_calm(counts: &[u32], traffic: &[u32], hours: usize) -> bool {
    assert_eq!(counts.len(), traffic.len(), "every hour of counts has its traffic");
    let split = counts.len().saturating_sub(hours);
    let Some(usual) = Expectation::learn(&counts[..split], &traffic[..split]) else { return true };
    let calm = |at: usize| {
        let expected = usual.hourly(traffic[at]);
        f64::from(counts[at]) <= (CALM_TIMES * expected).max(f64::from(COUNT_MIN) / 2.0)
    };
    (counts.len().saturating_sub(3)..counts.len()).all(calm)
}

/// One hour beside what is usual.
struct Hour {
    count: u32,
    surprise: f64,
    times_fullest: f64,
}

impl Hour {
    fn of(count: u32, expected: f64, fullest: u32) -> Self {
        let times_fullest = f64::from(count) / f64::from(fullest.max(1));
        Self { count, surprise: surprise(f64::from(count), expected, DISPERSION_MIN), times_fullest }
    }

    /// How far beyond what an hour must reach beside another one.
    fn score(&self) -> f64 {
        self.least(COUNT_MIN, SURPRISE_MIN, TIMES_FULLEST)
    }

    /// And by itself.
    fn overwhelming(&self) -> f64 {
        self.least(OVERWHELMING_COUNT_MIN, OVERWHELMING_SURPRISE, OVERWHELMING_TIMES)
    }

    fn least(&self, count: u32, surprise: f64, times: f64) -> f64 {
        let enough = f64::from(self.count) / f64::from(count);
        enough.min(self.surprise / surprise).min((self.times_fullest / times).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_onslaught_is_found_within_two_hours_and_dated_to_the_hour_in_which_it_began() {
        let quiet = |hours: usize| (0..hours).map(|hour| (hour * 7_919 % 65) as u32);
        let with = |hours: usize, last: &[u32]| {
            onslaught(&quiet(hours).chain(last.iter().copied()).collect::<Vec<_>>())
        };
        let onset =
            |found: Option<Onslaught>| found.map(|found| (found.hours_since_onset, found.fullest_before));
        assert_eq!(onset(with(60, &[208, 400, 380])), Some((3, 64)));
        assert_eq!(onset(with(60, &[30, 400, 380])), Some((2, 64)));
        assert_eq!(with(60, &[208, 400]), None, "of these two the first is half an hour");
        assert_eq!(with(60, &[30, 400, 200]), None);
        assert_eq!(with(47, &[30, 400, 380]), None);
        assert_eq!(onset(onslaught(&[[0; 60].as_slice(), &[19, 20, 20]].concat())), Some((3, 0)));
        assert_eq!(onslaught(&[]), None);
    }

    /// Sixteen days of so many an hour with a texture, and then these hours.
    fn after(usual: u32, hours: &[u32]) -> Vec<u32> {
        let texture = |hour: u32| (usual + hour * 7919 % 3).saturating_sub(1);
        (0..16 * 24).map(texture).chain(hours.iter().copied()).collect()
    }

    fn flat(counts: &[u32]) -> Vec<u32> {
        vec![1_000; counts.len()]
    }

    fn found(counts: &[u32]) -> Option<Burst> {
        burst(counts, &flat(counts))
    }

    #[test]
    fn two_full_hours_in_a_row_are_a_burst_and_one_is_not() {
        let two = found(&after(1, &[30, 40])).expect("a burst");
        assert_eq!((two.hours, two.counted, two.fullest_before), (2, 70, 2));
        assert_eq!(found(&after(1, &[0, 40])), None);
    }

    #[test]
    fn one_overwhelming_hour_is_enough() {
        let one = found(&after(1, &[0, 400])).expect("a burst");
        assert_eq!((one.hours, one.counted), (1, 400));
    }

    #[test]
    fn a_nightly_job_is_none_nor_is_what_has_burst_like_this_before() {
        let nightly: Vec<u32> = (0..20 * 24).map(|hour| if hour % 24 == 2 { 900 } else { 0 }).collect();
        let flapping: Vec<u32> = (0..20 * 24).map(|hour| if hour % 70 < 2 { 90 } else { 0 }).collect();
        for until in 8 * 24..20 * 24 {
            assert_eq!(found(&nightly[..until]), None, "hour {until}");
            assert_eq!(found(&flapping[..until]), None, "hour {until}");
        }
    }

    #[test]
    fn a_line_per_request_does_not_burst_with_traffic() {
        let counts = after(10, &[200, 200]);
        let traffic: Vec<u32> = counts.iter().map(|count| count * 100).collect();
        assert_eq!(burst(&counts, &traffic), None);
        assert!(found(&counts).is_some(), "without more traffic it does");
    }

    #[test]
    fn it_is_over_after_three_calm_hours_and_not_before() {
        let calm = |hours: &[u32]| {
            let counts = after(1, hours);
            is_calm(&counts, &flat(&counts), hours.len())
        };
        assert!(calm(&[30, 40, 1, 0, 2]));
        assert!(!calm(&[30, 40, 1, 0]));
        assert!(!calm(&[30, 40, 0, 25, 0]));
    }

    #[test]
    fn a_quiet_day_scores_below_one_and_a_day_with_a_burst_above() {
        let quiet = after(3, &[3; 24]);
        assert!(score_of_day(&quiet, &flat(&quiet)).is_some_and(|score| score < 1.0));
        let mut loud = quiet.clone();
        let at = loud.len() - 10;
        loud[at..at + 2].fill(80);
        assert!(score_of_day(&loud, &flat(&loud)).is_some_and(|score| score >= 1.0));
    }

    #[test]
    fn any_counts_are_judged_without_overflow() {
        let counts = vec![u32::MAX; 30 * 24];
        assert_eq!(burst(&counts, &counts), None);
        let mut counts = vec![0; 30 * 24];
        counts.push(u32::MAX);
        assert!(burst(&counts, &vec![0; counts.len()]).is_some());
    }
}

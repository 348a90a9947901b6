//! Counts that grow: a few lines a day more than there were, or twice as many as last week.
//!
//! Hourly counts are summed over a day, three days, a week and two, and each sum is compared with what the
//! history before it lets expect, by a negative binomial deviance: real counts are over-dispersed, and a
//! Poisson test cries thirty times a week on them. The expectation follows traffic or the clock, whichever
//! explained the history better, so that a line per request is not "rising" under more traffic and a nightly
//! job is not "rising" on a quiet day. Traffic is made of lines, and when the line that made most of it goes away, every other has a
//! larger share of what is left: so what rises in proportion to traffic must be more than before by the clock, too. A finding must
//! also stay (the window before it leans the same way) and go beyond every window of its length in the history.
//!
//! It cannot see growth that is as slow as the history is long, nor, where traffic sinks, what stays as frequent as it was.

use std::ops::Range;

use crate::onset;
use crate::surprise::surprise;

/// Hours of history below which nothing is expected.
pub const HISTORY_HOURS_MIN: usize = 5 * 24;
const DAY: usize = 24;
const WEEK: usize = 7 * DAY;
/// Over-dispersion is never believed to be smaller than this.
const DISPERSION_MIN: f64 = 0.03;
const RATIO_MIN: f64 = 1.4;
const EXCESS_MIN: f64 = 6.0;
/// A part of a window says something if so many are counted in it.
const PART_COUNT_MIN: u64 = 4;
/// The natural logarithm of fifty to one.
const BACK_MIN: f64 = 3.9;
/// Growth beyond this is not expected to stay as high as it was when it was noticed.
const TIMES_MAX: f64 = 3.0;
/// The score of what is surprising but no finding.
const NO_FINDING_MAX: f64 = 0.95;

/// Counts above what was expected.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rising {
    /// The window in which it stands out most, in hours.
    pub window_hours: usize,
    /// What was counted in the window.
    pub counted: u64,
    /// What the history lets expect there.
    pub expected: f64,
    /// How many hours before the end it began.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// What counts are expected to follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exposure {
    /// Traffic or the clock, whichever explained the history better.
    Either,
    /// Traffic alone: of what is sampled only shares mean anything, and another sampling is no growth.
    Traffic,
}

/// What a history lets expect, and how far it strays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Expectation {
    /// Counts per unit of exposure.
    rate: f64,
    /// Whether exposure is traffic, and not time.
    by_traffic: bool,
    /// Over-dispersion of daily counts (variance = mean + dispersion × mean²).
    dispersion: f64,
}

impl Expectation {
    /// Learns from hourly counts and the traffic of the same hours; `None` without [`HISTORY_HOURS_MIN`].
    pub fn learn(counts: &[u32], traffic: &[u32]) -> Option<Self> {
        Self::learn_from(Exposure::Either, counts, traffic)
    }

    /// Learns as [`Expectation::learn`] does, from this exposure.
    pub fn learn_from(exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<Self> {
        if counts.len() < HISTORY_HOURS_MIN {
            return None;
        }
        let by_traffic = Self::fit(counts, traffic, true);
        if exposure == Exposure::Traffic {
            return by_traffic;
        }
        let by_clock = Self::fit(counts, traffic, false);
        match (by_clock, by_traffic) {
            (Some(clock), Some(load)) => {
                let by_traffic_fits =
                    load.hourly_misfit(counts, traffic) <= clock.hourly_misfit(counts, traffic);
                Some(if by_traffic_fits { load } else { clock })
            }
            (clock, load) => clock.or(load),
        }
    }

    /// How badly the hours are explained: the daily wave tells lines per request from lines per minute.
    fn hourly_misfit(&self, counts: &[u32], traffic: &[u32]) -> f64 {
        let hours = counts.iter().zip(traffic);
        hours
            .map(|(&count, &load)| {
                let expected = self.hourly(load);
                (f64::from(count) - expected).powi(2) / (expected + 1.0)
            })
            .sum()
    }

    fn fit(counts: &[u32], traffic: &[u32], by_traffic: bool) -> Option<Self> {
        let exposure = |range: Range<usize>| exposure(traffic, range, by_traffic);
        let rate = rate(counts, traffic, by_traffic)?;
        let (mut strayed, mut squares) = (0.0, 0.0);
        for end in (DAY..=counts.len()).rev().step_by(DAY) {
            let expected = rate * exposure(end - DAY..end);
            let miss = sum(&counts[end - DAY..end]) as f64 - expected;
            strayed += miss * miss - expected;
            squares += expected * expected;
        }
        let dispersion = if squares > 0.0 { (strayed / squares).max(DISPERSION_MIN) } else { DISPERSION_MIN };
        Some(Self { rate, by_traffic, dispersion })
    }

    /// What these hours let expect.
    pub fn expected(&self, traffic: &[u32]) -> f64 {
        self.rate * exposure(traffic, 0..traffic.len(), self.by_traffic)
    }

    /// Expected counts for each hour, one by one.
    pub fn hourly(&self, traffic: u32) -> f64 {
        self.rate * if self.by_traffic { f64::from(traffic) } else { 1.0 }
    }

    /// The signed root of the negative binomial deviance of a count over so many days.
    fn surprise(&self, counted: f64, expected: f64, days: f64) -> f64 {
        // Days are neither independent nor one: their spread averages out, but more slowly than 1/days.
        let dispersion = self.dispersion / days.max(1.0).sqrt();
        surprise(counted, expected, dispersion)
    }
}

/// Whether a count over the latest hours tells that growth by `times` is over, and not merely unlucky: a sequential
/// probability ratio of Poisson counts (Wald 1945), taken seriously at fifty to one.
pub fn is_back(counted: u64, expected: f64, times: f64) -> bool {
    let times = times.clamp(RATIO_MIN, TIMES_MAX);
    (times - 1.0) * expected - counted as f64 * times.ln() > BACK_MIN
}

/// Looks for growth at the end of hourly counts; `traffic` is what the service said in the same hours.
///
/// # Panics
/// If the slices differ in length.
pub fn rising(counts: &[u32], traffic: &[u32]) -> Option<Rising> {
    rising_from(Exposure::Either, counts, traffic)
}

/// Looks for a growing share: counts of what was sampled, among all of it in the same hours.
///
/// # Panics
/// If the slices differ in length.
pub fn rising_share(counts: &[u32], traffic: &[u32]) -> Option<Rising> {
    rising_from(Exposure::Traffic, counts, traffic)
}

fn rising_from(exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<Rising> {
    WINDOWS
        .iter()
        .filter_map(|window| window.judge(exposure, counts, traffic))
        .max_by(|a, b| a.score.total_cmp(&b.score))
}

/// How near the largest window comes to a finding, whether or not it is one: what calibration is fed with.
///
/// Below 1 unless all conditions of a finding hold, because a burst that does not stay is not what findings are ranked
/// against.
pub fn score_now(counts: &[u32], traffic: &[u32]) -> Option<f64> {
    score_from(Exposure::Either, counts, traffic)
}

/// How near the largest window comes to a growing share, as [`score_now`] does for growth.
pub fn share_score_now(counts: &[u32], traffic: &[u32]) -> Option<f64> {
    score_from(Exposure::Traffic, counts, traffic)
}

fn score_from(exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<f64> {
    if let Some(found) = rising_from(exposure, counts, traffic) {
        return Some(found.score);
    }
    let scores = WINDOWS.iter().filter_map(|window| {
        let (expectation, from) = window.learn(exposure, counts, traffic)?;
        let counted = sum(&counts[from..]) as f64;
        let expected = expectation.expected(&traffic[from..]);
        let surprise = expectation.surprise(counted, expected, window.hours as f64 / DAY as f64);
        Some((surprise / window.surprise_min).clamp(0.0, NO_FINDING_MAX))
    });
    scores.max_by(f64::total_cmp)
}

/// Hours since the onset: whole days, going back, that lay above expectation, and of the first of them no more than the hours that did.
fn onset(expectation: &Expectation, counts: &[u32], traffic: &[u32], window: usize) -> usize {
    let mut hours = 0;
    for (block, load) in counts.rchunks(DAY).zip(traffic.rchunks(DAY)) {
        let expected = expectation.expected(load);
        if block.len() < DAY || sum(block) as f64 <= 1.15 * expected + 0.5 {
            break;
        }
        hours += DAY;
    }
    let hours = hours.max(window.min(DAY));
    let first = counts.len() - hours.min(counts.len());
    let expected: Vec<f64> = traffic[first..].iter().map(|&load| expectation.hourly(load)).collect();
    let growth = sum(&counts[first..]) as f64 / expected.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    // Between the two rates, what belongs to the old one sinks and what belongs to the new one rises.
    let excess = counts[first..]
        .iter()
        .zip(&expected)
        .take(DAY)
        .map(|(&count, usual)| f64::from(count) - usual * (1.0 + growth) / 2.0);
    (hours - onset::steps_before(excess)).max(1)
}

struct Window {
    hours: usize,
    /// A window is judged against a history that is longer than itself.
    history_hours_min: usize,
    surprise_min: f64,
}

const WINDOWS: [Window; 4] = [
    Window { hours: DAY, history_hours_min: 7 * DAY, surprise_min: 5.0 },
    Window { hours: 3 * DAY, history_hours_min: 9 * DAY, surprise_min: 4.2 },
    Window { hours: 7 * DAY, history_hours_min: 14 * DAY, surprise_min: 4.2 },
    Window { hours: 14 * DAY, history_hours_min: 21 * DAY, surprise_min: 4.2 },
];

impl Window {
    /// The expectation from before the window (and at least two days back), and where the window begins.
    fn learn(&self, exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<(Expectation, usize)> {
        assert_eq!(counts.len(), traffic.len(), "every hour of counts has its traffic");
        let from = counts.len().checked_sub(self.hours)?;
        let history = counts.len().checked_sub(self.hours.max(2 * DAY))?;
        if history < self.history_hours_min {
            return None;
        }
        Some((Expectation::learn_from(exposure, &counts[..history], &traffic[..history])?, from))
    }

    fn judge(&self, exposure: Exposure, counts: &[u32], traffic: &[u32]) -> Option<Rising> {
        let from = counts.len().checked_sub(self.hours)?;
        let counted = sum(&counts[from..]);
        if (counted as f64) < EXCESS_MIN || !self.may_have_grown(counted as f64, counts, traffic) {
            return None;
        }
        let (expectation, from) = self.learn(exposure, counts, traffic)?;
        let expected = expectation.expected(&traffic[from..]);
        let surprise = expectation.surprise(counted as f64, expected, self.hours as f64 / DAY as f64);
        let score = surprise / self.surprise_min;
        if score < 1.0 || !is_growth(counted as f64, expected) || !self.stays(&expectation, counts, traffic) {
            return None;
        }
        if counted as f64 <= 1.2 * self.most_before(&expectation, counts, traffic) * expected {
            return None;
        }
        if exposure == Exposure::Either && !self.rises_by_the_clock(counted as f64, counts) {
            return None;
        }
        let hours_since_onset = onset(&expectation, counts, traffic, self.hours);
        Some(Rising { window_hours: self.hours, counted, expected, hours_since_onset, score })
    }

    /// Whether there is growth by the clock or by traffic: if by neither, it need not be known which of them fits.
    fn may_have_grown(&self, counted: f64, counts: &[u32], traffic: &[u32]) -> bool {
        assert_eq!(counts.len(), traffic.len(), "every hour of counts has its traffic");
        let end = counts.len();
        let history = end.saturating_sub(self.hours.max(2 * DAY));
        [false, true].into_iter().any(|by_traffic| {
            let rate = rate(&counts[..history], &traffic[..history], by_traffic);
            rate.is_some_and(|rate| {
                is_growth(counted, rate * exposure(traffic, end - self.hours..end, by_traffic))
            })
        })
    }

    /// Whether there are also more than there were in the same hours of the weeks before, or at any hours: a large share of a
    /// quiet Sunday may be as many as on any Sunday.
    fn rises_by_the_clock(&self, counted: f64, counts: &[u32]) -> bool {
        let history = &counts[..counts.len() - self.hours.max(2 * DAY)];
        let usual = sum(history) as f64 * self.hours as f64 / history.len() as f64;
        let starts = (1..).map_while(|week| counts.len().checked_sub(week * WEEK + self.hours));
        let (weeks, same): (usize, u64) = starts
            .fold((0, 0), |(weeks, same), from| (weeks + 1, same + sum(&counts[from..from + self.hours])));
        let same_hours = same as f64 / weeks.max(1) as f64;
        is_growth(counted, usual) || (weeks > 0 && is_growth(counted, same_hours))
    }

    /// Most parts of the window (its days, or fewer of what comes so seldom that many a day has none), and the day before a day's window, lean the
    /// same way.
    fn stays(&self, expectation: &Expectation, counts: &[u32], traffic: &[u32]) -> bool {
        let above = |hours: Range<usize>, factor: f64| {
            sum(&counts[hours.clone()]) as f64 > factor * expectation.expected(&traffic[hours])
        };
        let end = counts.len();
        if self.hours == DAY {
            return above(end - 2 * DAY..end - DAY, 1.15) && above(end - DAY / 2..end, 1.15);
        }
        let counted = sum(&counts[end - self.hours..]);
        let parts =
            usize::try_from(counted / PART_COUNT_MIN).unwrap_or(usize::MAX).clamp(3, self.hours / DAY);
        let hours = self.hours / parts;
        let parts_above =
            (0..parts).filter(|&back| above(end - (back + 1) * hours..end - back * hours, 1.1)).count();
        parts_above * 4 >= parts * 3 && above(end - 2 * hours.max(DAY)..end, RATIO_MIN)
    }

    /// The largest ratio of counted to expected that a window of this length reached in the history.
    fn most_before(&self, expectation: &Expectation, counts: &[u32], traffic: &[u32]) -> f64 {
        let history = counts.len() - self.hours.max(2 * DAY);
        (self.hours..=history)
            .step_by(DAY / 2)
            .map(|end| {
                let hours = end - self.hours..end;
                sum(&counts[hours.clone()]) as f64 / expectation.expected(&traffic[hours]).max(0.5)
            })
            .fold(0.0, f64::max)
    }
}

fn is_growth(counted: f64, expected: f64) -> bool {
    counted >= RATIO_MIN * expected && counted - expected >= EXCESS_MIN
}

/// Counts per unit of exposure; `None` without exposure.
fn rate(counts: &[u32], traffic: &[u32], by_traffic: bool) -> Option<f64> {
    let all = exposure(traffic, 0..counts.len(), by_traffic);
    (all > 0.0).then(|| (sum(counts) as f64 + 0.5) / all)
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}

fn exposure(traffic: &[u32], hours: Range<usize>, by_traffic: bool) -> f64 {
    if by_traffic { sum(&traffic[hours]) as f64 } else { hours.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_over_when_the_usual_explains_the_latest_counts_far_better() {
        assert!(is_back(3, 5.0, 3.0));
        assert!(!is_back(12, 5.0, 3.0), "still high");
        assert!(!is_back(1, 1.5, 3.0), "too little to tell");
    }

    /// A texture around a rate per day that is the same in every run.
    fn daily(rates: impl IntoIterator<Item = u32>) -> Vec<u32> {
        rates
            .into_iter()
            .enumerate()
            .flat_map(|(day, rate)| {
                (0..24).map(move |hour| {
                    let share = |until: u32| (rate * until + (day as u32 * 7) % 24) / 24;
                    share(hour + 1) - share(hour)
                })
            })
            .collect()
    }

    fn flat(hours: usize) -> Vec<u32> {
        vec![1_000; hours]
    }

    #[test]
    fn a_few_more_a_day_are_noticed_within_days() {
        let counts = daily((0..14).map(|_| 6).chain([9, 12, 15, 18]));
        let found = rising(&counts, &flat(counts.len())).expect("growth");
        assert!((48..=120).contains(&found.hours_since_onset), "{found:?}");
    }

    #[test]
    fn two_a_week_that_became_eleven_are_noticed() {
        let quiet = (0..28).map(|day| u32::from(day % 4 == 0));
        let counts = daily(quiet.chain([2, 1, 2, 1, 2, 1, 2]));
        assert!(rising(&counts, &flat(counts.len())).is_some());
    }

    #[test]
    fn a_few_a_week_that_became_ten_are_noticed_though_days_have_none() {
        let rare = |day: u32| u32::from(day.is_multiple_of(2));
        let more = |day: u32| [3, 0, 2, 0, 3, 1, 3][day as usize % 7];
        let counts = daily((0..28).map(rare).chain((0..14).map(more)));
        let first = (28 * 24..=counts.len()).find(|until| rising(&counts[..*until], &flat(*until)).is_some());
        assert!(first.is_some_and(|hour| hour <= 42 * 24), "{first:?}");
        let quiet = daily((0..63).map(rare));
        assert!((10 * 24..=quiet.len()).all(|until| rising(&quiet[..until], &flat(until)).is_none()));
    }

    #[test]
    fn a_line_per_request_does_not_rise_with_traffic() {
        let counts = daily((0..14).map(|_| 240).chain([480, 480, 480]));
        let traffic: Vec<u32> = counts.iter().map(|count| count * 10).collect();
        assert_eq!(rising(&counts, &traffic), None);
    }

    #[test]
    fn when_the_line_that_made_most_of_the_traffic_goes_away_no_other_rises() {
        // As many every day as ever, in a daily wave that it shares with traffic.
        let wave = |hour: usize| [2, 1, 1, 2, 6, 12, 14, 12, 11, 10, 6, 3][hour / 2 % 12];
        let line: Vec<u32> = (0..21 * 24).map(wave).collect();
        let traffic: Vec<u32> =
            (0..21 * 24).map(|hour| wave(hour) * if hour < 17 * 24 + 10 { 3 } else { 1 }).collect();
        for until in 10 * 24..=21 * 24 {
            assert_eq!(rising(&line[..until], &traffic[..until]), None, "hour {until}");
        }
        let doubled: Vec<u32> =
            (0..21 * 24).map(|hour| wave(hour) * (1 + (hour / (18 * 24)) as u32)).collect();
        assert!(rising(&doubled, &traffic).is_some(), "twice as many are more by any measure");
    }

    #[test]
    fn another_sampling_is_no_growing_share_and_a_growing_share_is_one_under_any_sampling() {
        let counts = daily((0..14).map(|_| 24).chain([240, 240]));
        let tenfold: Vec<u32> =
            (0..counts.len()).map(|hour| if hour < 14 * 24 { 100 } else { 1_000 }).collect();
        assert_eq!(rising_share(&counts, &tenfold), None);
        assert!(rising_share(&counts, &flat(counts.len())).is_some());
        let same = daily((0..16).map(|_| 24));
        let tenth: Vec<u32> = (0..same.len()).map(|hour| if hour < 14 * 24 { 1_000 } else { 100 }).collect();
        assert!(
            rising_share(&same, &tenth).is_some(),
            "as many among a tenth of the traffic are a larger share"
        );
    }

    #[test]
    fn bursts_like_those_before_are_not_growth() {
        let counts = daily((0..28).map(|day| if day % 5 >= 3 { 60 } else { 2 }));
        for until in 10..=28 {
            assert_eq!(rising(&counts[..until * 24], &flat(until * 24)), None, "day {until}");
        }
    }

    #[test]
    fn one_loud_day_is_not_growth() {
        let counts = daily((0..14).map(|_| 6).chain([60]));
        assert_eq!(rising(&counts, &flat(counts.len())), None);
    }

    #[test]
    fn what_cannot_have_grown_has_not_grown_by_what_fits_best() {
        let mut state = 7_u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below.max(1)
        };
        let (mut spared, mut judged) = (0, 0);
        for series in 0..400 {
            let level = draw(40);
            let counts: Vec<u32> =
                (0..36 * 24).map(|hour| draw(level + if hour > 15 * 24 { series / 8 } else { 0 })).collect();
            let traffic: Vec<u32> = (0..36 * 24).map(|_| draw(3) * draw(1_000)).collect();
            for window in &WINDOWS {
                let (expectation, from) =
                    window.learn(Exposure::Either, &counts, &traffic).expect("a long history");
                let counted = sum(&counts[from..]) as f64;
                let has_grown = is_growth(counted, expectation.expected(&traffic[from..]));
                let may_have_grown = window.may_have_grown(counted, &counts, &traffic);
                assert!(may_have_grown || !has_grown, "series {series}, {} hours", window.hours);
                spared += u32::from(!may_have_grown);
                judged += u32::from(has_grown);
            }
        }
        assert!(spared > 100 && judged > 100, "{spared} and {judged}: both must come");
    }
}

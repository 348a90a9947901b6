//! What a service did to the requests of the one that hurt, cell by cell: time and failures, for each of its requests.
//!
//! Amounts are put over the requests that the hurt service answered in the same cell. So a slow service that is asked once in a
//! hundred requests weighs a hundredth of one that is asked each time, twice the traffic is no trouble, and what a caller
//! spends and what those spend that it calls can be taken from each other. A cell is as long as the hurt service's own series have it.

use std::collections::{BTreeMap, BTreeSet};

use super::at;
use hark_listen::{Course, Measure};

/// Cells longer than this say nothing of minutes.
const CELL_MINUTES_MAX: i64 = 60;
/// A share that was ever larger than this is a percentage.
const SHARE_MAX: f64 = 1.5;

/// What can be wrong with requests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Trouble {
    /// They take longer: seconds.
    Slow,
    /// They fail: a share.
    Failing,
}

impl Trouble {
    pub(super) const ALL: [Self; 2] = [Self::Slow, Self::Failing];
}

/// Values by cell.
type Cells = BTreeMap<i64, f64>;

/// How requests of a service went, by cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Requests a minute; none if nothing tells.
    pub(super) requests: Cells,
    /// Seconds, or failures, a minute; of one request if nothing tells how many there are.
    amounts: BTreeMap<Trouble, Cells>,
    /// What it was read from.
    measures: BTreeMap<Trouble, Measure>,
}

impl Profile {
    /// In cells of so many minutes.
    pub(super) fn of(course: &Course, minutes: i64) -> Self {
        let requests = requests(course, minutes);
        let mut profile = Self { requests, ..Self::default() };
        let kinds = [(Trouble::Slow, SLOW), (Trouble::Failing, FAILING)];
        for (trouble, measures) in kinds {
            if let Some(measure) = trusted(course, measures) {
                let amounts = profile.amounts_of(course, measure, minutes);
                profile.amounts.insert(trouble, amounts);
                profile.measures.insert(trouble, measure);
            }
        }
        profile
    }

    fn amounts_of(&self, course: &Course, measure: Measure, minutes: i64) -> Cells {
        let cells = cells(course, measure, minutes);
        let largest = cells.values().copied().fold(0.0, f64::max);
        let each = |value: f64| match measure {
            Measure::SuccessShare if largest > SHARE_MAX => 1.0 - value / 100.0,
            Measure::SuccessShare => 1.0 - value,
            Measure::Failures => value / minutes as f64,
            _ => value,
        };
        if !is_of_one(measure) || self.requests.is_empty() {
            return cells.into_iter().map(|(cell, value)| (cell, each(value))).collect();
        }
        // What nobody asked for took no time and did not fail.
        let amount = |(cell, requests): (&i64, &f64)| match cells.get(cell) {
            Some(value) => Some((*cell, each(*value) * requests)),
            None => (*requests <= 0.0).then_some((*cell, 0.0)),
        };
        self.requests.iter().filter_map(amount).collect()
    }

    /// Which measure tells of a trouble.
    pub(super) fn measure(&self, trouble: Trouble) -> Option<Measure> {
        self.measures.get(&trouble).copied()
    }

    /// What it adds to a request of the one that hurt, by cell. Where it is asked more often for each of them than in the usual
    /// cells, what that costs is not its doing: others ask it, or its caller asks again.
    pub(super) fn weighed(&self, trouble: Trouble, hurt: &Profile, usual: &BTreeSet<i64>) -> Cells {
        let Some(amounts) = self.amounts.get(&trouble) else { return Cells::new() };
        if self.requests.is_empty() || hurt.requests.is_empty() {
            return amounts.clone();
        }
        let asked = |cell: &i64| {
            let requests = hurt.requests.get(cell).filter(|requests| **requests > 0.0)?;
            Some(self.requests.get(cell)? / requests)
        };
        // Whoever is asked in few minutes only is asked as often as it is in those.
        let mut often: Vec<f64> = usual.iter().filter_map(asked).filter(|often| *often > 0.0).collect();
        let most = if often.is_empty() { f64::INFINITY } else { at(&mut often, 0.5) };
        let share = |(cell, amount): (&i64, &f64)| {
            let requests = hurt.requests.get(cell).filter(|requests| **requests > 0.0)?;
            let often = asked(cell).unwrap_or(0.0);
            Some((*cell, amount / requests * if often > most { most / often } else { 1.0 }))
        };
        let mut weighed: Cells = amounts.iter().filter_map(share).collect();
        // Failures that are only counted when there are some are none where requests went well.
        if trouble == Trouble::Failing {
            let silent = self.requests.keys().filter(|cell| hurt.requests.contains_key(cell));
            silent.for_each(|cell| {
                weighed.entry(*cell).or_insert(0.0);
            });
        }
        weighed
    }

    /// Cells in which anything at all was told.
    pub(super) fn told(&self) -> impl Iterator<Item = i64> + '_ {
        let cells = self.requests.keys().chain(self.amounts.values().flat_map(BTreeMap::keys));
        cells.copied().collect::<std::collections::BTreeSet<i64>>().into_iter()
    }
}

const REQUESTS: &[Measure] =
    &[Measure::RequestsTraced, Measure::RequestsCounted, Measure::RequestsRated, Measure::Requests];
const SLOW: &[Measure] = &[
    Measure::SecondsTraced,
    Measure::SecondsCounted,
    Measure::SecondsMean,
    Measure::SecondsMedian,
    Measure::SecondsTail,
];
const FAILING: &[Measure] = &[
    Measure::FailuresTraced,
    Measure::FailuresCounted,
    Measure::FailureShare,
    Measure::SuccessShare,
    Measure::Failures,
];

fn requests(course: &Course, minutes: i64) -> Cells {
    let Some(measure) = trusted(course, REQUESTS) else { return Cells::new() };
    let per_minute = if measure == Measure::Requests { minutes as f64 } else { 1.0 };
    cells(course, measure, minutes).into_iter().map(|(cell, value)| (cell, value / per_minute)).collect()
}

/// The first of these that tells of half as many minutes as the one that tells of most: spans of a few minutes do not stand in for
/// a counter of two days.
fn trusted(course: &Course, measures: &[Measure]) -> Option<Measure> {
    let most = measures.iter().map(|measure| course.minutes(*measure).len()).max().unwrap_or(0);
    let told = |measure: &&Measure| {
        let minutes = course.minutes(**measure).len();
        minutes > 0 && 2 * minutes >= most
    };
    measures.iter().find(told).copied()
}

/// Whether it is told of one request, and not of all of a minute.
fn is_of_one(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::SecondsMean
            | Measure::SecondsMedian
            | Measure::SecondsTail
            | Measure::FailureShare
            | Measure::SuccessShare
    )
}

/// The mean of the minutes of each cell that there are.
fn cells(course: &Course, measure: Measure, minutes: i64) -> Cells {
    let mut sums: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
    for minute in course.minutes(measure) {
        let (sum, count) = sums.entry(minute.minute.div_euclid(minutes)).or_default();
        *sum += if is_of_one(measure) { minute.mean() } else { minute.sum };
        *count += 1;
    }
    sums.into_iter().map(|(cell, (sum, count))| (cell, sum / f64::from(count))).collect()
}

/// How many minutes lie between what a service tells, most of the time.
pub(super) fn cell_minutes(course: &Course) -> Option<i64> {
    let all = [REQUESTS, SLOW, FAILING].map(|measures| trusted(course, measures));
    let told =
        all.into_iter().flatten().map(|measure| course.minutes(measure)).find(|minutes| minutes.len() > 2)?;
    let mut gaps: Vec<i64> = told.windows(2).map(|pair| pair[1].minute - pair[0].minute).collect();
    gaps.sort_unstable();
    Some(gaps[gaps.len() / 2].clamp(1, CELL_MINUTES_MAX))
}

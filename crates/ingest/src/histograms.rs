//! Histograms as quantiles over time, which is what can be listened to: `x_bucket{le="…"}` becomes
//! `x{quantile="0.5"}`, `0.9` and `0.99`, of what was observed since the sample before.
//!
//! Buckets are cumulative counters; where one falls, the process was restarted and counts anew. Within a bucket values
//! are taken to be spread evenly, as Prometheus' `histogram_quantile` does. A file may hold all buckets of one moment
//! together, or one bucket's whole history after the other: buckets wait until those of their moment are there, at
//! most to the end of the file, and at most a bounded number of them.

use std::collections::{BTreeMap, VecDeque};

use hark_event::Moment;

use crate::ear::Ear;
use crate::origin::Speaker;
use crate::series::Series;

const QUANTILES: [(f64, &str); 3] = [(0.5, "0.5"), (0.9, "0.9"), (0.99, "0.99")];
/// Buckets' samples that wait for others of their moment: about 64 MB.
const WAITING_MAX: usize = 2_000_000;
/// Bounds of one histogram.
const BOUNDS_MAX: usize = 1_000;

/// The histograms of one file.
#[derive(Default)]
pub(crate) struct Histograms {
    by_name: BTreeMap<(Speaker, String), usize>,
    list: Vec<Histogram>,
    waiting: usize,
    cut: u64,
}

/// One bucket of one histogram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bucket {
    histogram: usize,
    bound: usize,
}

struct Histogram {
    origin: Speaker,
    /// By quantile.
    names: [String; QUANTILES.len()],
    bounds: Vec<Bound>,
    /// The cumulative counts of the moment before, by upper bound.
    before: Option<Vec<(f64, f64)>>,
    /// Whether counts are of one moment, so that nothing is to be taken off.
    is_gauge: bool,
}

struct Bound {
    upper: f64,
    waiting: VecDeque<(Moment, f64)>,
}

impl Histograms {
    /// The bucket that a series is, if it is one: its name ends with `_bucket` and `le` says its upper bound.
    pub(crate) fn bucket(&mut self, series: &Series, origin: Speaker, is_gauge: bool) -> Option<Bucket> {
        let base = series.name.strip_suffix("_bucket")?;
        let (_, le) = series.labels.iter().find(|(label, _)| label == "le")?;
        let upper: f64 = le.trim().parse().ok().filter(|upper: &f64| !upper.is_nan())?;
        let labels = series.labels.iter().filter(|(label, _)| label != "le").cloned().collect();
        let histogram = self.of(base, labels, origin, is_gauge);
        let bounds = &mut self.list[histogram].bounds;
        let bound = bounds.iter().position(|bound| bound.upper == upper).or_else(|| {
            (bounds.len() < BOUNDS_MAX).then(|| {
                bounds.push(Bound { upper, waiting: VecDeque::new() });
                bounds.len() - 1
            })
        })?;
        Some(Bucket { histogram, bound })
    }

    /// The native histogram of that name.
    pub(crate) fn native(&mut self, series: &Series, origin: Speaker, is_gauge: bool) -> usize {
        self.of(&series.name, series.labels.clone(), origin, is_gauge)
    }

    fn of(&mut self, base: &str, labels: Vec<(String, String)>, origin: Speaker, is_gauge: bool) -> usize {
        let names = QUANTILES.map(|(_, quantile)| {
            let mut labels = labels.clone();
            labels.push(("quantile".to_owned(), quantile.to_owned()));
            Series { name: base.to_owned(), labels }.render()
        });
        let next = self.list.len();
        let found = *self.by_name.entry((origin.settled(), names[0].clone())).or_insert(next);
        if found == next {
            self.list.push(Histogram { origin, names, bounds: Vec::new(), before: None, is_gauge });
        }
        found
    }

    /// Takes a bucket's sample; hands on quantiles where the buckets of its moment are complete with it.
    pub(crate) fn take(&mut self, bucket: Bucket, time: Moment, value: f64, line: u64, ear: &mut Ear<'_>) {
        if self.waiting >= WAITING_MAX {
            self.cut += 1;
            return;
        }
        let histogram = &mut self.list[bucket.histogram];
        let bound = &mut histogram.bounds[bucket.bound];
        bound.waiting.push_back((time, value));
        self.waiting += 1;
        // Buckets are written in order of their bounds, the one without end last.
        if bound.upper == f64::INFINITY && histogram.is_complete(time) {
            self.waiting -= histogram.bounds.len();
            let counts = histogram
                .bounds
                .iter_mut()
                .filter_map(|bound| bound.waiting.pop_front().map(|(_, count)| (bound.upper, count)))
                .collect();
            histogram.settle(time, counts, line, ear);
        }
    }

    /// Takes all buckets of one moment, with their counts up to each upper bound, in order.
    pub(crate) fn take_all(
        &mut self,
        histogram: usize,
        time: Moment,
        counts: Vec<(f64, f64)>,
        line: u64,
        ear: &mut Ear<'_>,
    ) {
        self.list[histogram].settle(time, counts, line, ear);
    }

    /// Hands on what waits at the end of a file; `line` is its last.
    pub(crate) fn finish(&mut self, line: u64, ear: &mut Ear<'_>) {
        for histogram in &mut self.list {
            while let Some((time, counts)) = histogram.earliest() {
                histogram.settle(time, counts, line, ear);
            }
        }
        self.waiting = 0;
        if self.cut > 0 {
            ear.hearing.cut(
                "samples of histogram buckets beyond 2,000,000 that wait for others of their moment",
                self.cut,
            );
        }
    }
}

impl Histogram {
    fn is_complete(&self, time: Moment) -> bool {
        self.bounds.len() > 1
            && self.bounds.iter().all(|bound| bound.waiting.len() == 1 && bound.waiting[0].0 == time)
    }

    /// The earliest moment that waits, with its counts.
    fn earliest(&mut self) -> Option<(Moment, Vec<(f64, f64)>)> {
        let time =
            self.bounds.iter().filter_map(|bound| bound.waiting.front()).map(|(time, _)| *time).min()?;
        let mut counts = Vec::new();
        for bound in &mut self.bounds {
            while let Some((_, count)) = bound.waiting.front().filter(|(at, _)| *at == time) {
                counts.push((bound.upper, *count));
                bound.waiting.pop_front();
            }
        }
        Some((time, counts))
    }

    fn settle(&mut self, time: Moment, mut counts: Vec<(f64, f64)>, line: u64, ear: &mut Ear<'_>) {
        counts.sort_by(|a, b| a.0.total_cmp(&b.0));
        counts.dedup_by(|a, b| a.0 == b.0);
        // Without the bucket that holds everything nobody knows how much is missing.
        if counts.len() < 2 || counts.last().is_none_or(|(upper, _)| *upper != f64::INFINITY) {
            return;
        }
        let since = self.since_before(&counts);
        if !self.is_gauge {
            self.before = Some(counts);
        }
        let Some(since) = since else { return };
        for ((quantile, _), name) in QUANTILES.iter().zip(&self.names) {
            if let Some(value) = value_at(*quantile, &since) {
                ear.derived(time, self.origin, name, value, line);
            }
        }
    }

    /// What was observed since the moment before; `None` at the first.
    fn since_before(&self, counts: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
        if self.is_gauge {
            return Some(counts.to_vec());
        }
        let before = self.before.as_ref()?;
        // Native buckets come and go: what was counted up to a bound is that of the last bound below it.
        let earlier = |upper: f64| {
            let at = before.partition_point(|(bound, _)| *bound <= upper);
            at.checked_sub(1).map_or(0.0, |at| before[at].1)
        };
        let all = counts.last().map_or(0.0, |(_, count)| *count);
        let is_restarted = all < earlier(f64::INFINITY);
        let taken_off = |upper: f64| if is_restarted { 0.0 } else { earlier(upper) };
        Some(counts.iter().map(|(upper, count)| (*upper, (count - taken_off(*upper)).max(0.0))).collect())
    }
}

/// The value below which this share of the observations lies; `None` if there were none.
fn value_at(quantile: f64, counts: &[(f64, f64)]) -> Option<f64> {
    let all = counts.last().map(|(_, count)| *count).filter(|count| *count > 0.0 && count.is_finite())?;
    let rank = quantile * all;
    let at = counts.iter().position(|(_, count)| *count >= rank)?;
    let (upper, count) = counts[at];
    if upper == f64::INFINITY {
        // Nobody knows how far above the last bound they lie.
        return Some(counts[at.checked_sub(1)?].0);
    }
    let (lower, below) = match at.checked_sub(1) {
        Some(before) => counts[before],
        None if upper <= 0.0 => return Some(upper),
        None => (0.0, 0.0),
    };
    let within = count - below;
    Some(if within > 0.0 { lower + (upper - lower) * ((rank - below).max(0.0) / within) } else { upper })
}

/// Counts of each bucket alone to counts up to each upper bound, in order, with the one of everything last.
pub(crate) fn cumulated(mut buckets: Vec<(f64, f64)>, all: f64) -> Vec<(f64, f64)> {
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    for (_, count) in &mut buckets {
        sum += *count;
        *count = sum;
    }
    buckets.retain(|(upper, _)| upper.is_finite());
    buckets.push((f64::INFINITY, all.max(sum)));
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counts: &[(f64, f64)], expected: [Option<f64>; 3]) {
        assert_eq!(QUANTILES.map(|(quantile, _)| value_at(quantile, counts)), expected);
    }

    #[test]
    fn values_lie_evenly_within_their_bucket() {
        let end = f64::INFINITY;
        check(&[(1.0, 50.0), (2.0, 90.0), (4.0, 100.0), (end, 100.0)], [Some(1.0), Some(2.0), Some(3.8)]);
        check(&[(1.0, 10.0), (end, 10.0)], [Some(0.5), Some(0.9), Some(0.99)]);
    }

    #[test]
    fn beyond_the_last_bound_nobody_knows_and_nothing_gives_nothing() {
        check(&[(1.0, 0.0), (f64::INFINITY, 5.0)], [Some(1.0); 3]);
        check(&[(1.0, 0.0), (f64::INFINITY, 0.0)], [None; 3]);
        check(&[(1.0, f64::NAN), (f64::INFINITY, f64::NAN)], [None; 3]);
    }
}

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
/// Histograms of one file: three quantiles of each are a good half of the series that all services may have.
const HISTOGRAMS_MAX: usize = 20_000;
/// Bounds of all histograms of one file: about 60 MB with the counts of the moment before.
const ALL_BOUNDS_MAX: usize = 400_000;

/// The histograms of one file.
#[derive(Default)]
pub(crate) struct Histograms {
    by_name: BTreeMap<(Speaker, String, bool), usize>,
    list: Vec<Histogram>,
    /// Bounds of all of them.
    bounds: usize,
    waiting: usize,
    /// Samples that found no room to wait.
    cut: u64,
    /// Samples of histograms that found no room.
    refused: u64,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct HistogramIndex(Option<usize>);

/// One bucket of one histogram; nothing where there was no room for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bucket(Option<Place>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
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
    /// Whether one bucket's later moments stand before another's earlier ones, so that nothing is whole before the end.
    is_by_bucket: bool,
    /// Whether all buckets of one moment stood before those of the next, so that a moment ends where its last bucket is.
    is_by_moment: bool,
}

struct Bound {
    upper: f64,
    waiting: VecDeque<Count>,
}

/// How many observations were up to a bound, as one line said it.
#[derive(Clone, Copy)]
struct Count {
    time: Moment,
    count: f64,
    line: u64,
}

/// All that was said of one moment of a histogram.
struct Together {
    time: Moment,
    /// The last of its lines.
    line: u64,
    /// By upper bound.
    counts: Vec<(f64, f64)>,
}

impl Histograms {
    /// The bucket that a series is, if it is one: its name ends with `_bucket` and `le` says its upper bound.
    pub(crate) fn bucket(&mut self, series: &Series, origin: Speaker, is_gauge: bool) -> Option<Bucket> {
        let base = series.name.strip_suffix("_bucket")?;
        let (_, le) = series.labels.iter().find(|(label, _)| label == "le")?;
        let upper: f64 = le.trim().parse().ok().filter(|upper: &f64| !upper.is_nan())?;
        let labels = series.labels.iter().filter(|(label, _)| label != "le").cloned().collect();
        let HistogramIndex(histogram) = self.of(base, labels, origin, is_gauge);
        Some(Bucket(histogram.and_then(|histogram| self.place(histogram, upper))))
    }

    fn place(&mut self, histogram: usize, upper: f64) -> Option<Place> {
        let bounds = &mut self.list[histogram].bounds;
        if let Some(bound) = bounds.iter().position(|bound| bound.upper == upper) {
            return Some(Place { histogram, bound });
        }
        if bounds.len() >= BOUNDS_MAX || self.bounds >= ALL_BOUNDS_MAX {
            return None;
        }
        self.bounds += 1;
        bounds.push(Bound { upper, waiting: VecDeque::new() });
        Some(Place { histogram, bound: bounds.len() - 1 })
    }

    /// The histogram of that name, all of whose buckets come together.
    pub(crate) fn native(&mut self, series: &Series, origin: Speaker, is_gauge: bool) -> HistogramIndex {
        self.of(&series.name, series.labels.clone(), origin, is_gauge)
    }

    fn of(
        &mut self,
        base: &str,
        labels: Vec<(String, String)>,
        origin: Speaker,
        is_gauge: bool,
    ) -> HistogramIndex {
        let names = QUANTILES.map(|(_, quantile)| {
            let mut labels = labels.clone();
            labels.push(("quantile".to_owned(), quantile.to_owned()));
            Series { name: base.to_owned(), labels }.render()
        });
        let key = (origin.settled(), names[0].clone(), is_gauge);
        if let Some(found) = self.by_name.get(&key) {
            return HistogramIndex(Some(*found));
        }
        if self.list.len() >= HISTOGRAMS_MAX {
            return HistogramIndex(None);
        }
        self.by_name.insert(key, self.list.len());
        self.list.push(Histogram {
            origin,
            names,
            bounds: Vec::new(),
            before: None,
            is_gauge,
            is_by_bucket: false,
            is_by_moment: false,
        });
        HistogramIndex(Some(self.list.len() - 1))
    }

    /// Takes a bucket's sample; hands on quantiles of moments of which nothing more will come.
    pub(crate) fn take(&mut self, bucket: Bucket, time: Moment, value: f64, line: u64, ear: &mut Ear<'_>) {
        let Bucket(Some(place)) = bucket else {
            self.refused += 1;
            return;
        };
        if self.waiting >= WAITING_MAX {
            self.cut += 1;
            return;
        }
        let histogram = &mut self.list[place.histogram];
        let bound = &mut histogram.bounds[place.bound];
        bound.waiting.push_back(Count { time, count: value, line });
        self.waiting += 1;
        // Buckets are written in order of their bounds, the one without end last.
        if bound.upper == f64::INFINITY {
            self.waiting -= histogram.settle_up_to(time, ear);
        }
    }

    /// Takes all buckets of one moment, with their counts up to each upper bound, in order.
    pub(crate) fn take_all(
        &mut self,
        histogram: HistogramIndex,
        time: Moment,
        counts: Vec<(f64, f64)>,
        line: u64,
        ear: &mut Ear<'_>,
    ) {
        let HistogramIndex(Some(histogram)) = histogram else {
            self.refused += 1;
            return;
        };
        let histogram = &mut self.list[histogram];
        let remembered = histogram.before.as_ref().map_or(0, Vec::len);
        let bounds = self.bounds - remembered + if histogram.is_gauge { 0 } else { counts.len() };
        if counts.len() > BOUNDS_MAX || bounds > ALL_BOUNDS_MAX {
            self.refused += 1;
            return;
        }
        histogram.settle(time, counts, line, ear);
        self.bounds = self.bounds - remembered + histogram.before.as_ref().map_or(0, Vec::len);
    }

    /// Hands on what waits at the end of a file.
    pub(crate) fn finish(&mut self, ear: &mut Ear<'_>) {
        for histogram in &mut self.list {
            while let Some(Together { time, line, counts }) = histogram.earliest() {
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
        if self.refused > 0 {
            ear.hearing.cut(
                "samples of histograms beyond 20,000 of a file, 1,000 buckets of one, or 400,000 of all",
                self.refused,
            );
        }
    }
}

impl Histogram {
    /// Settles what waits before this moment, whose last bucket has come, and this moment if all of its buckets have; says how
    /// many samples wait no longer.
    ///
    /// A bucket that was lost costs its own moment no more than precision, and others nothing.
    fn settle_up_to(&mut self, time: Moment, ear: &mut Ear<'_>) -> usize {
        let latest = |bound: &Bound| bound.waiting.back().map(|count| count.time);
        self.is_by_bucket |= self.bounds.iter().any(|bound| latest(bound) > Some(time));
        if self.is_by_bucket {
            return 0;
        }
        let is_whole = self.bounds.len() > 1 && self.bounds.iter().all(|bound| latest(bound) == Some(time));
        let mut settled = 0;
        while let Some(earliest) = self.earliest_time()
            && (if earliest < time { self.is_by_moment || self.has_most_of(earliest) } else { is_whole })
        {
            self.is_by_moment |= earliest == time;
            let Some(Together { line, counts, .. }) = self.earliest() else { break };
            settled += counts.len();
            self.settle(earliest, counts, line, ear);
        }
        settled
    }

    /// Whether most of the buckets of the earliest moment are there.
    fn has_most_of(&self, earliest: Moment) -> bool {
        let there = self.bounds.iter().filter_map(|bound| bound.waiting.front());
        self.bounds.len() > 1 && 2 * there.filter(|count| count.time == earliest).count() > self.bounds.len()
    }

    fn earliest_time(&self) -> Option<Moment> {
        self.bounds.iter().filter_map(|bound| bound.waiting.front()).map(|count| count.time).min()
    }

    /// Takes the earliest moment that waits.
    fn earliest(&mut self) -> Option<Together> {
        let time = self.earliest_time()?;
        let (mut counts, mut line) = (Vec::new(), 0);
        for bound in &mut self.bounds {
            while let Some(count) = bound.waiting.pop_front_if(|count| count.time == time) {
                counts.push((bound.upper, count.count));
                line = line.max(count.line);
            }
        }
        Some(Together { time, line, counts })
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
        // Native buckets come and go: what was counted up to a bound is that of the last bound below it. A bucket with a line of
        // its own was lost where it is not there.
        let earlier = |upper: f64| {
            let at = before.partition_point(|(bound, _)| *bound <= upper);
            let last = at.checked_sub(1).map(|at| before[at]);
            if self.bounds.is_empty() {
                return Some(last.map_or(0.0, |(_, count)| count));
            }
            last.filter(|(bound, _)| *bound == upper).map(|(_, count)| count)
        };
        let all = counts.last().map_or(0.0, |(_, count)| *count);
        if earlier(f64::INFINITY).is_some_and(|before| all < before) {
            // The process was restarted, and counts anew.
            return Some(counts.to_vec());
        }
        let since =
            counts.iter().filter_map(|(upper, count)| Some((*upper, (count - earlier(*upper)?).max(0.0))));
        Some(since.collect())
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

//! Samples of OTLP's JSON: gauges, sums, histograms of both kinds, summaries.
//!
//! What counts up is a counter and ends in `_total`, as in Prometheus. Sums of what was added since the last point
//! (delta temporality) are added up again; they begin anew in each file, which who listens takes for a restart. Of a
//! histogram the quantiles of what came between two points are told, and how many came; its first cumulative point says
//! nothing of when its values came, and tells no quantile.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::ear::Ear;
use crate::origin::Speaker;
use crate::otlp::Resource;
use crate::otlp_value::{KeyValue, Number, Text, Whole};
use crate::quantiles::{Bucket, quantile};
use crate::series::Series;
use hark_event::Moment;

/// Series of one file of which the last point is remembered.
const SERIES_MAX: usize = 100_000;
const LABELS_MAX: usize = 32;
const LABEL_BYTES_MAX: usize = 200;
const QUANTILES: [(&str, f64); 3] = [("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)];
/// A point that only says that there is none.
const NO_VALUE_FLAG: i64 = 1;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct MetricJson<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    gauge: Option<Points<'a>>,
    #[serde(borrow)]
    sum: Option<Points<'a>>,
    #[serde(borrow)]
    histogram: Option<Points<'a>>,
    #[serde(borrow, alias = "exponential_histogram")]
    exponential_histogram: Option<Points<'a>>,
    #[serde(borrow)]
    summary: Option<Points<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Points<'a> {
    #[serde(borrow, alias = "data_points")]
    data_points: Vec<Point<'a>>,
    #[serde(borrow, alias = "aggregation_temporality")]
    aggregation_temporality: Text<'a>,
    #[serde(alias = "is_monotonic")]
    is_monotonic: bool,
}

/// A point of any kind: what is not of its kind is not there.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Point<'a> {
    #[serde(borrow)]
    attributes: Vec<KeyValue<'a>>,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Whole,
    #[serde(alias = "as_double")]
    as_double: Option<Number>,
    #[serde(alias = "as_int")]
    as_int: Option<Whole>,
    flags: Whole,
    count: Whole,
    #[serde(alias = "bucket_counts")]
    bucket_counts: Vec<Whole>,
    #[serde(alias = "explicit_bounds")]
    explicit_bounds: Vec<Number>,
    scale: Whole,
    #[serde(alias = "zero_count")]
    zero_count: Whole,
    positive: Exponential,
    negative: Exponential,
    #[serde(alias = "quantile_values")]
    quantile_values: Vec<QuantileValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Exponential {
    offset: Whole,
    #[serde(alias = "bucket_counts")]
    bucket_counts: Vec<Whole>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct QuantileValue {
    quantile: Number,
    value: Number,
}

/// What is remembered of a series.
#[derive(Default)]
struct Last {
    total: f64,
    /// The last cumulative buckets.
    buckets: Vec<Bucket>,
}

/// Reads metrics.
#[derive(Default)]
pub(crate) struct Metrics {
    last: FxHashMap<(Speaker, String), Last>,
    forgotten: u64,
}

/// One point on its way to samples.
struct Said<'e, 'h> {
    ear: &'e mut Ear<'h>,
    origin: Speaker,
    time: Moment,
    line: u64,
}

impl Metrics {
    /// Reads one metric with its points; says whether any had arrived, if there is one.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        line: u64,
        resource: &Resource,
        ear: &mut Ear<'_>,
    ) -> Result<Option<bool>, serde_json::Error> {
        let metric: MetricJson<'_> = serde_json::from_slice(bytes)?;
        let name = &*metric.name.0;
        let kinds = [
            (Kind::Gauge, &metric.gauge),
            (Kind::Sum, &metric.sum),
            (Kind::Histogram, &metric.histogram),
            (Kind::Exponential, &metric.exponential_histogram),
            (Kind::Summary, &metric.summary),
        ];
        let mut is_known = None;
        for (kind, points) in kinds.into_iter().filter_map(|(kind, points)| Some((kind, points.as_ref()?))) {
            for point in &points.data_points {
                let Some(time) = point.time_unix_nano.moment().filter(|_| point.flags.0 & NO_VALUE_FLAG == 0)
                else {
                    continue;
                };
                is_known = Some(ear.knows(time) || is_known == Some(true));
                if ear.knows(time) {
                    let series = series(name, point, resource);
                    let mut said = Said { ear: &mut *ear, origin: resource.origin, time, line };
                    self.point(kind, points, point, series, &mut said);
                }
            }
        }
        Ok(is_known)
    }

    /// Counts what was forgotten, at the end of the file.
    pub(crate) fn finish(&self, ear: &mut Ear<'_>) {
        if self.forgotten > 0 {
            ear.hearing.cut("points of OTLP series beyond 100,000 of a file", self.forgotten);
        }
    }

    fn point(
        &mut self,
        kind: Kind,
        points: &Points<'_>,
        point: &Point<'_>,
        series: Series,
        said: &mut Said<'_, '_>,
    ) {
        let is_delta =
            matches!(&*points.aggregation_temporality.0, "1" | "AGGREGATION_TEMPORALITY_DELTA" | "DELTA");
        let value = point.as_double.map(|number| number.0).or(point.as_int.map(|whole| whole.0 as f64));
        match kind {
            Kind::Gauge => value.into_iter().for_each(|value| said.sample(series.clone().render(), value)),
            Kind::Sum => {
                let Some(value) = value else { return };
                let name =
                    if points.is_monotonic { counter(series).render() } else { series.clone_rendered() };
                if let Some(total) = self.total(said.origin, &name, value, is_delta) {
                    said.sample(name, total);
                }
            }
            Kind::Histogram => self.histogram(explicit(point), point, &series, is_delta, said),
            Kind::Exponential => self.histogram(exponential(point), point, &series, is_delta, said),
            Kind::Summary => {
                for told in &point.quantile_values {
                    said.sample(with_quantile(&series, &told.quantile.0.to_string()), told.value.0);
                }
                said.sample(suffixed(&series, "_count"), point.count.0 as f64);
            }
        }
    }

    /// The sum so far.
    fn total(&mut self, origin: Speaker, name: &str, value: f64, is_delta: bool) -> Option<f64> {
        if !is_delta {
            return Some(value);
        }
        let last = self.last(origin, name)?;
        last.total += value;
        Some(last.total)
    }

    fn last(&mut self, origin: Speaker, name: &str) -> Option<&mut Last> {
        let key = (origin, name.to_owned());
        if self.last.len() >= SERIES_MAX && !self.last.contains_key(&key) {
            self.forgotten += 1;
            return None;
        }
        Some(self.last.entry(key).or_default())
    }

    fn histogram(
        &mut self,
        buckets: Vec<Bucket>,
        point: &Point<'_>,
        series: &Series,
        is_delta: bool,
        said: &mut Said<'_, '_>,
    ) {
        let name = suffixed(series, "_count");
        let Some(last) = self.last(said.origin, &name) else { return };
        let between = if is_delta {
            last.total += point.count.0 as f64;
            Some(buckets)
        } else {
            last.total = point.count.0 as f64;
            let before = std::mem::replace(&mut last.buckets, buckets);
            since(&last.buckets, &before)
        };
        said.sample(name, last.total);
        let between = between.unwrap_or_default();
        for (label, share) in QUANTILES {
            if let Some(value) = quantile(&between, share) {
                said.sample(with_quantile(series, label), value);
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Gauge,
    Sum,
    Histogram,
    Exponential,
    Summary,
}

impl Said<'_, '_> {
    fn sample(&mut self, series: String, value: f64) {
        self.ear.sample(self.time, self.origin, &series, value, self.line);
    }
}

fn series(name: &str, point: &Point<'_>, resource: &Resource) -> Series {
    let mut labels: Vec<(String, String)> = point
        .attributes
        .iter()
        .take(LABELS_MAX)
        .map(|attribute| (cut(&attribute.key.0), cut(&attribute.value.scalar().to_string())))
        .collect();
    if !resource.instance.is_empty() && labels.iter().all(|(label, _)| label != "instance") {
        labels.push(("instance".to_owned(), cut(&resource.instance)));
    }
    Series { name: name.to_owned(), labels }
}

impl Series {
    fn clone_rendered(&self) -> String {
        self.clone().render()
    }
}

fn counter(mut series: Series) -> Series {
    if !series.name.ends_with("total") {
        series.name.push_str("_total");
    }
    series
}

fn suffixed(series: &Series, suffix: &str) -> String {
    Series { name: format!("{}{suffix}", series.name), labels: series.labels.clone() }.render()
}

fn with_quantile(series: &Series, quantile: &str) -> String {
    let mut series = series.clone();
    series.labels.push(("quantile".to_owned(), quantile.to_owned()));
    series.render()
}

/// Buckets between the bounds; below the first of them lies nothing negative, if it is above zero.
fn explicit(point: &Point<'_>) -> Vec<Bucket> {
    let bounds = point.explicit_bounds.iter().map(|bound| bound.0);
    let least = point.explicit_bounds.first().map_or(0.0, |first| first.0.min(0.0));
    let from = std::iter::once(least).chain(bounds.clone());
    let to = bounds.chain(std::iter::once(f64::INFINITY));
    from.zip(to).zip(&point.bucket_counts).map(|((from, to), count)| (from, to, count.0 as f64)).collect()
}

/// Buckets of which each reaches to `2^(2^-scale)` times where it begins.
fn exponential(point: &Point<'_>) -> Vec<Bucket> {
    let scale = point.scale.0.clamp(-10, 20) as i32;
    let bound = |index: i64| (index as f64 * f64::from(-scale).exp2()).exp2();
    let side = |side: &Exponential| -> Vec<Bucket> {
        let from = side.offset.0;
        (from..from.saturating_add(side.bucket_counts.len() as i64))
            .zip(&side.bucket_counts)
            .map(|(index, count)| (bound(index), bound(index + 1), count.0 as f64))
            .collect()
    };
    let below = side(&point.negative).into_iter().rev().map(|(from, to, count)| (-to, -from, count));
    let zero = (0.0, 0.0, point.zero_count.0 as f64);
    below.chain(std::iter::once(zero)).chain(side(&point.positive)).collect()
}

/// What came between two cumulative points; `None` for the first. After a restart, all of the later one.
fn since(now: &[Bucket], before: &[Bucket]) -> Option<Vec<Bucket>> {
    if before.is_empty() {
        return None;
    }
    let earlier = |bucket: &Bucket| {
        // Exponential buckets come and go at the ends.
        let same = before.iter().find(|other| other.0 == bucket.0 && other.1 == bucket.1);
        same.map_or(0.0, |other| other.2)
    };
    let grown: Vec<Bucket> =
        now.iter().map(|bucket| (bucket.0, bucket.1, bucket.2 - earlier(bucket))).collect();
    if grown.iter().any(|bucket| bucket.2 < 0.0) { Some(now.to_vec()) } else { Some(grown) }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(LABEL_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

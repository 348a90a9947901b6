//! Samples of OTLP's JSON: gauges, sums, histograms of both kinds, summaries.
//!
//! What counts up is a counter and ends in `_total`, as in Prometheus. Sums of what was added since the last point
//! (delta temporality) are added up again; they begin anew in each file, which who listens takes for a restart. Of a
//! histogram the quantiles of what came between two points are told, and how many came; its first cumulative point says
//! nothing of when its values came, and tells no quantile.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::ear::Ear;
use crate::histograms::{Histograms, cumulated};
use crate::lenient::{Lenient, List, none_if_null};
use crate::lines::Tally;
use crate::origin::Speaker;
use crate::otlp::Resource;
use crate::otlp_value::{KeyValue, Number, Text, Whole};
use crate::series::Series;
use hark_event::Moment;

/// Sums of one file that are added up.
const SERIES_MAX: usize = 100_000;
const LABELS_MAX: usize = 32;
const LABEL_BYTES_MAX: usize = 200;
/// A point that only says that there is none.
const NO_VALUE_FLAG: i64 = 1;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct MetricJson<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    gauge: Option<Lenient<Points<'a>>>,
    #[serde(borrow)]
    sum: Option<Lenient<Points<'a>>>,
    #[serde(borrow)]
    histogram: Option<Lenient<Points<'a>>>,
    #[serde(borrow, alias = "exponential_histogram")]
    exponential_histogram: Option<Lenient<Points<'a>>>,
    #[serde(borrow)]
    summary: Option<Lenient<Points<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Points<'a> {
    #[serde(borrow, alias = "data_points")]
    data_points: List<Point<'a>>,
    #[serde(borrow, alias = "aggregation_temporality")]
    aggregation_temporality: Text<'a>,
    #[serde(borrow, alias = "is_monotonic")]
    is_monotonic: Text<'a>,
}

/// A point of any kind: what is not of its kind is not there.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Point<'a> {
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Whole,
    #[serde(alias = "as_double")]
    as_double: Option<Number>,
    #[serde(alias = "as_int")]
    as_int: Option<Whole>,
    flags: Whole,
    count: Whole,
    #[serde(alias = "bucket_counts", deserialize_with = "none_if_null")]
    bucket_counts: Vec<Whole>,
    #[serde(alias = "explicit_bounds", deserialize_with = "none_if_null")]
    explicit_bounds: Vec<Number>,
    scale: Whole,
    #[serde(alias = "zero_count")]
    zero_count: Whole,
    positive: Lenient<Exponential>,
    negative: Lenient<Exponential>,
    #[serde(alias = "quantile_values")]
    quantile_values: List<QuantileValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Exponential {
    offset: Whole,
    #[serde(alias = "bucket_counts", deserialize_with = "none_if_null")]
    bucket_counts: Vec<Whole>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct QuantileValue {
    quantile: Number,
    value: Number,
}

/// Reads metrics.
#[derive(Default)]
pub(crate) struct Metrics {
    /// What was added so far to sums that tell only what was added.
    totals: FxHashMap<(Speaker, String), f64>,
    histograms: Histograms,
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
        rejected: &mut Tally,
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
        for (kind, points) in kinds.into_iter().filter_map(|(kind, points)| Some((kind, &points.as_ref()?.0)))
        {
            for point in points.data_points.iter().filter(|point| point.flags.0 & NO_VALUE_FLAG == 0) {
                let Some(time) = point.time_unix_nano.moment() else {
                    rejected.reject(line, "a point without a time");
                    continue;
                };
                let is_point_known = ear.knows(time);
                is_known = Some(is_point_known || is_known == Some(true));
                if is_point_known && point.attributes.len() > LABELS_MAX {
                    // Without some of its labels it would be another series.
                    ear.hearing.cut("points of OTLP series with more than 32 labels", 1);
                } else if is_point_known {
                    let series = series(name, point, resource);
                    let mut said = Said { ear: &mut *ear, origin: resource.origin, time, line };
                    self.point(kind, points, point, series, &mut said);
                }
            }
            if points.data_points.cut > 0 {
                ear.hearing
                    .cut("points of OTLP metrics beyond 100,000 of one metric", points.data_points.cut);
            }
        }
        Ok(is_known)
    }

    /// Counts what was forgotten, at the end of the file.
    pub(crate) fn finish(&mut self, ear: &mut Ear<'_>) {
        self.histograms.finish(ear);
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
                let name = if points.is_monotonic.0 == "true" {
                    counter(series).render()
                } else {
                    series.clone_rendered()
                };
                if let Some(total) = self.total(said.origin, &name, value, is_delta) {
                    said.sample(name, total);
                }
            }
            Kind::Histogram => self.histogram(explicit(point), point, &series, is_delta, said),
            Kind::Exponential => self.histogram(exponential(point), point, &series, is_delta, said),
            Kind::Summary => {
                for told in point.quantile_values.iter() {
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
        let key = (origin, name.to_owned());
        if self.totals.len() >= SERIES_MAX && !self.totals.contains_key(&key) {
            self.forgotten += 1;
            return None;
        }
        let total = self.totals.entry(key).or_default();
        *total += value;
        Some(*total)
    }

    fn histogram(
        &mut self,
        counts: Vec<(f64, f64)>,
        point: &Point<'_>,
        series: &Series,
        is_delta: bool,
        said: &mut Said<'_, '_>,
    ) {
        let name = suffixed(series, "_count");
        if let Some(total) = self.total(said.origin, &name, point.count.0 as f64, is_delta) {
            said.sample(name, total);
        }
        let histogram = self.histograms.native(series, said.origin, is_delta);
        self.histograms.take_all(histogram, said.time, counts, said.line, said.ear);
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
        .map(|attribute| (cut(&attribute.key.0), cut(&attribute.value().scalar().to_string())))
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

/// Counts up to each bound.
fn explicit(point: &Point<'_>) -> Vec<(f64, f64)> {
    let uppers = point.explicit_bounds.iter().map(|bound| bound.0).chain(std::iter::once(f64::INFINITY));
    let buckets = uppers.zip(&point.bucket_counts).map(|(upper, count)| (upper, count.0 as f64)).collect();
    cumulated(buckets, point.count.0 as f64)
}

/// Counts up to each bound; a bucket reaches to `2^(2^-scale)` times where it begins.
fn exponential(point: &Point<'_>) -> Vec<(f64, f64)> {
    let scale = point.scale.0.clamp(-10, 20) as i32;
    let bound = |index: i64| (index as f64 * f64::from(-scale).exp2()).exp2();
    let counts = |side: &Exponential| -> Vec<(i64, f64)> {
        let counts = side.bucket_counts.iter().map(|count| count.0 as f64);
        (side.offset.0..i64::MAX).zip(counts).collect()
    };
    let (above, below) = (counts(&point.positive.0), counts(&point.negative.0));
    // Of a negative bucket the upper bound is the one that is nearer to zero.
    let mut buckets: Vec<(f64, f64)> = below.iter().map(|(index, count)| (-bound(*index), *count)).collect();
    buckets.push((0.0, point.zero_count.0 as f64));
    // Nothing lies between zero and the first bucket.
    buckets.extend(above.first().map(|(index, _)| (bound(*index), 0.0)));
    buckets.extend(below.last().map(|(index, _)| (-bound(index.saturating_add(1)), 0.0)));
    buckets.extend(above.iter().map(|(index, count)| (bound(index.saturating_add(1)), *count)));
    cumulated(buckets, point.count.0 as f64)
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(LABEL_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

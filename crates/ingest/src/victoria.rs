//! VictoriaMetrics' export: a JSON object per line with a series, its values and their times in
//! milliseconds (<https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format>).
//!
//! A line may hold years of a series, so that lines may be far longer here than elsewhere.

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;

use crate::ear::Ear;
use crate::histograms::Histograms;
use crate::lines::{Lines, Tally};
use crate::samples::KnownLines;
use crate::series::Series;
use crate::stamp::of_magnitude;

/// About 600,000 samples: a year and more of minutes.
pub(crate) const LINE_BYTES_MAX: usize = 16 << 20;

#[derive(Deserialize)]
struct Exported {
    metric: Labels,
    values: Vec<Value>,
    timestamps: Vec<i64>,
}

/// Labels in order of appearance, the metric's name apart.
pub(crate) struct Labels(pub(crate) Series);

/// A value as the outside world writes it: a number, `null`, `"NaN"`, `"Infinity"`; nothing if it is no number.
pub(crate) struct Value(pub(crate) Option<f64>);

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    let mut histograms = Histograms::default();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else {
            known_lines.count(lines.tally.since(before), None, ear);
            break;
        };
        let number = line.number;
        if line.bytes.trim_ascii().is_empty() {
            known_lines.count(lines.tally.since(before), None, ear);
            continue;
        }
        let parsed = serde_json::from_slice::<Exported>(line.bytes);
        let mut tally = lines.tally.since(before);
        let is_known = match parsed {
            Ok(exported) => say(exported, number, &mut tally, &mut histograms, ear),
            Err(_) => {
                tally.reject(number, "no series with `metric`, `values` and `timestamps`");
                None
            }
        };
        known_lines.count(tally, is_known, ear);
    }
    histograms.finish(ear);
}

/// Hands on the samples that are known already; says whether there is any, if the line says a time.
fn say(
    exported: Exported,
    line: u64,
    tally: &mut Tally,
    histograms: &mut Histograms,
    ear: &mut Ear<'_>,
) -> Option<bool> {
    let Exported { metric: Labels(mut series), values, timestamps } = exported;
    let origin = series.take_origin(ear);
    let bucket = histograms.bucket(&series, origin, false);
    let name = series.render();
    for _ in 0..values.len().abs_diff(timestamps.len()) {
        tally.reject(line, "a value without a time, or a time without a value");
    }
    let mut is_known = None;
    for (value, count) in values.iter().zip(&timestamps) {
        match value.0.zip(of_magnitude(*count)) {
            Some((value, time)) => {
                let is_said = match bucket {
                    Some(bucket) => {
                        let is_said = ear.part(time, origin);
                        if is_said {
                            histograms.take(bucket, time, value, line, ear);
                        }
                        is_said
                    }
                    None => ear.sample(time, origin, &name, value, line),
                };
                is_known = Some(is_said || is_known == Some(true));
            }
            None => tally.reject(line, "a value that is no number, or a time that is none"),
        }
    }
    is_known
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LabelsVisitor)
    }
}

struct LabelsVisitor;

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("labels and their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        let mut series = Series::default();
        while let Some((label, value)) = map.next_entry::<String, String>()? {
            if label == "__name__" {
                series.name = value;
            } else {
                series.labels.push((label, value));
            }
        }
        Ok(Labels(series))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, null or a number's name")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value(Some(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value(Some(value as f64)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value(Some(value as f64)))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value(Some(f64::NAN)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value(text.trim().parse().ok()))
    }
}

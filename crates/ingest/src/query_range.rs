//! What Prometheus' HTTP API answers to `query_range` and `query`: a whole document, read series by series
//! (<https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries>).
//!
//! Values are texts beside their times in seconds. A series without a name, as functions leave it, is called after the
//! file. Buckets of histograms are heard as quantiles, and so are native histograms, which count one moment where a
//! function has taken their name and all time where it has not.

use std::fmt;

use hark_event::Moment;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::ear::Ear;
use crate::histograms::{Bucket, Histograms, cumulated};
use crate::lines::{Lines, Path, Tally};
use crate::origin::Speaker;
use crate::samples::KnownLines;
use crate::series::Series;
use crate::stamp::of_fraction;
use crate::victoria::{Labels, Value};

/// Where the series of an answer stand.
const PATH: [&str; 2] = ["data", "result"];

/// The same, to be followed.
pub(crate) fn path() -> Path {
    PATH.map(str::to_owned).to_vec()
}

/// Reads the document to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    let mut histograms = Histograms::default();
    loop {
        let before = lines.tally;
        let Some(series) = lines.next() else {
            known_lines.count(lines.tally.since(before), None, ear);
            break;
        };
        let mut reader = Reader {
            line: series.number,
            histograms: &mut histograms,
            ear,
            is_known: None,
            rejected: Tally::default(),
        };
        let is_read = serde_json::Deserializer::from_slice(series.bytes).deserialize_map(&mut reader).is_ok();
        if !is_read {
            reader.rejected.reject(reader.line, "no series with `metric` and `values`");
        }
        let (is_known, mut rejected) = (reader.is_known, reader.rejected);
        let mut tally = lines.tally.since(before);
        tally.take_rejected(&mut rejected);
        known_lines.count(tally, is_known, ear);
    }
    histograms.finish(ear);
}

/// Hands the samples of one series on while they are read.
struct Reader<'r, 'e> {
    line: u64,
    histograms: &'r mut Histograms,
    ear: &'r mut Ear<'e>,
    /// Whether any sample is known already, if there was one.
    is_known: Option<bool>,
    rejected: Tally,
}

/// What the samples that follow belong to.
struct Subject {
    origin: Speaker,
    name: String,
    bucket: Option<Bucket>,
    /// The series as it is, for native histograms.
    series: Series,
    has_name: bool,
}

impl Reader<'_, '_> {
    fn subject(&mut self, mut series: Series) -> Subject {
        let has_name = !series.name.is_empty();
        if !has_name {
            series.name.clone_from(&self.ear.stem);
        }
        let origin = series.take_origin(self.ear);
        let bucket = self.histograms.bucket(&series, origin, !has_name);
        Subject { origin, name: series.clone().render(), bucket, series, has_name }
    }

    fn take(&mut self, subject: &Subject, sample: &Sample) {
        let (Some(time), Some(value)) = (of_fraction(sample.0), sample.1.0) else {
            return self.rejected.reject(self.line, "a sample without a time or a number");
        };
        let is_known = match subject.bucket {
            Some(bucket) => {
                let is_known = self.ear.part(time, subject.origin);
                if is_known {
                    self.histograms.take(bucket, time, value, self.line, self.ear);
                }
                is_known
            }
            None => self.ear.sample(time, subject.origin, &subject.name, value, self.line),
        };
        self.note(is_known);
    }

    fn take_native(&mut self, subject: &Subject, sample: NativeSample) {
        let Some((time, counts)) = sample.counts() else {
            return self.rejected.reject(self.line, "a histogram without a time or counts");
        };
        let is_known = self.ear.part(time, subject.origin);
        if is_known {
            let histogram = self.histograms.native(&subject.series, subject.origin, !subject.has_name);
            self.histograms.take_all(histogram, time, counts, self.line, self.ear);
        }
        self.note(is_known);
    }

    fn note(&mut self, is_known: bool) {
        self.is_known = Some(is_known || self.is_known == Some(true));
    }
}

/// Seconds and a number as text.
#[derive(Deserialize)]
struct Sample(f64, Value);

/// Seconds and a native histogram.
#[derive(Deserialize)]
struct NativeSample(f64, Native);

#[derive(Deserialize)]
struct Native {
    count: Value,
    /// How the bounds belong, lower bound, upper bound, count.
    #[serde(default)]
    buckets: Vec<(u8, Value, Value, Value)>,
}

impl NativeSample {
    fn counts(self) -> Option<(Moment, Vec<(f64, f64)>)> {
        let buckets: Option<Vec<(f64, f64)>> =
            self.1.buckets.iter().map(|(_, _, upper, count)| Some((upper.0?, count.0?))).collect();
        Some((of_fraction(self.0)?, cumulated(buckets?, self.1.count.0?)))
    }
}

impl<'de> Visitor<'de> for &mut Reader<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a series with its values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut subject = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match (&*key, &subject) {
                ("metric", _) => subject = Some(self.subject(map.next_value::<Labels>()?.0)),
                ("values", Some(subject)) => map.next_value_seed(Each::Values(self, subject))?,
                ("value", Some(subject)) => {
                    let sample = map.next_value::<Sample>()?;
                    self.take(subject, &sample);
                }
                ("histograms", Some(subject)) => map.next_value_seed(Each::Natives(self, subject))?,
                ("histogram", Some(subject)) => {
                    let sample = map.next_value::<NativeSample>()?;
                    self.take_native(subject, sample);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// An array of samples, each handed on as it is read.
enum Each<'a, 'r, 'e> {
    Values(&'a mut Reader<'r, 'e>, &'a Subject),
    Natives(&'a mut Reader<'r, 'e>, &'a Subject),
}

impl<'de> DeserializeSeed<'de> for Each<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Each<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of samples")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        match self {
            Self::Values(reader, subject) => {
                while let Some(sample) = seq.next_element::<Sample>()? {
                    reader.take(subject, &sample);
                }
            }
            Self::Natives(reader, subject) => {
                while let Some(sample) = seq.next_element::<NativeSample>()? {
                    reader.take_native(subject, sample);
                }
            }
        }
        Ok(())
    }
}

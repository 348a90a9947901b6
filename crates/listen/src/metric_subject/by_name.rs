//! The series of a service as they are written down: each once, by the name that it bears.
//!
//! In memory the name that a series is found by and the one that it bears are one; read back one by one they would be two.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

use super::{MetricSubject, SeriesByName};

pub(crate) fn serialize<S: Serializer>(series: &SeriesByName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(series.values())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SeriesByName, D::Error> {
    let read = Vec::<Box<MetricSubject>>::deserialize(deserializer)?;
    let count = read.len();
    let series: SeriesByName = read.into_iter().map(|series| (Arc::clone(&series.name), series)).collect();
    if series.len() == count { Ok(series) } else { Err(D::Error::custom("two series of one name")) }
}

//! `[metrics]`: what people know of their own series.

use std::collections::BTreeMap;

use super::section::Section;

const LIMITS_MAX: usize = 10_000;

/// What the section means.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct MetricSettings {
    /// By the name of the series, as signals name it.
    pub(crate) limits: BTreeMap<String, f64>,
}

impl MetricSettings {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let mut limits = BTreeMap::new();
        for said in section.texts("limits", LIMITS_MAX) {
            // A label may hold a blank, a number does not.
            let read = said.value.rsplit_once(' ').and_then(|(series, limit)| {
                let limit = limit.parse::<f64>().ok().filter(|limit| limit.is_finite())?;
                Some((series.trim().to_owned(), limit)).filter(|(series, _)| !series.is_empty())
            });
            match read {
                Some((series, limit)) => drop(limits.insert(series, limit)),
                None => section.refuse(&said, "holds", "is not a series, a blank and a number"),
            }
        }
        Self { limits }
    }
}

//! A quantity over time, kept to be drawn beside a signal.

use crate::Moment;

/// Evenly spaced values with their baseline.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Curve {
    /// The start of the first step.
    pub from: Moment,
    /// The length of a step, in seconds.
    pub step_seconds: i64,
    /// One value per step; `None` where nothing was heard.
    pub values: Vec<Option<f64>>,
    /// What was expected, per step; as long as `values`, or empty if there is no baseline.
    pub baseline: Vec<Option<f64>>,
    /// What the values count, for people: `lines an hour`, `seconds`.
    pub unit: String,
}

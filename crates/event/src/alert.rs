//! What people were told, and what people told us.

use std::sync::Arc;

use crate::{Id, Moment, Place};

/// One firing of an alert.
#[derive(Clone, PartialEq, Debug)]
pub struct Alert {
    /// Hash of name, service and start.
    pub id: Id,
    /// The rule's name (`alertname`).
    pub name: String,
    /// The service that it is about, if it names one.
    pub service: Option<Arc<str>>,
    /// The environment that it is about.
    pub environment: Arc<str>,
    /// When it began to fire, which is when it arrived.
    pub starts_at: Moment,
    /// When it stopped, if it has.
    pub ends_at: Option<Moment>,
    /// Its summary or description.
    pub summary: String,
    /// Whether someone answered it (acknowledged, silenced, resolved by hand), where that is told.
    pub answered: bool,
    /// Where it stands in the input.
    pub place: Place,
}

/// What a user reported: `{ "time", "service", "report" }`.
#[derive(Clone, PartialEq, Debug)]
pub struct UserReport {
    /// Hash of time, service and text.
    pub id: Id,
    /// When it was reported, which is when it arrived.
    pub time: Moment,
    /// The service that it is about, if it names one.
    pub service: Option<Arc<str>>,
    /// Their words, masked by whoever keeps them.
    pub text: String,
    /// Where it stands in the input.
    pub place: Place,
}

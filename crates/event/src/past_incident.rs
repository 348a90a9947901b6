//! An incident as an organisation wrote it down, to measure listening against.

use std::sync::Arc;

use crate::Moment;

/// When users were hurt, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastIncident {
    /// When it began.
    pub start: Moment,
    /// When it was over, if that was written down.
    pub end: Option<Moment>,
    /// Where users were hurt, if that was written down.
    pub service: Option<Arc<str>>,
    /// What people called it.
    pub title: Option<String>,
}

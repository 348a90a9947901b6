//! What was told once, and not counted by the hour: alerts, reports and announced changes, masked before they are kept, and the
//! minutes around a start.

use std::sync::Arc;

use hark_event::{Alert, Change, UserReport};
use hark_pattern::Rules;

use crate::names;
use crate::tally::cut_at;
use crate::vicinity::{Followed, Traced};

/// Alerts, reports and announced changes: few, and kept whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Told {
    /// Alerts as they came, repeats included.
    pub alerts: Vec<Alert>,
    /// What users reported.
    pub reports: Vec<UserReport>,
    /// Changes that were announced.
    pub changes: Vec<Change>,
    /// How many were beyond the limit.
    pub cut: u64,
    /// What spans say of the minutes around a start, if one was asked about.
    pub traced: Traced,
    /// Requests that were followed from service to service around that start.
    pub followed: Followed,
}

impl Told {
    /// Adds another account.
    pub fn merge(&mut self, other: Told) {
        self.alerts.extend(other.alerts);
        self.reports.extend(other.reports);
        self.changes.extend(other.changes);
        self.cut += other.cut;
        self.traced.merge(other.traced);
        self.followed.merge(other.followed);
    }
}

pub(crate) fn masked_alert(mut alert: Alert, rules: &Rules) -> Alert {
    alert.name = rules.mask_secrets(&alert.name).text.into_owned();
    mask_name(&mut alert.environment, rules);
    mask_name(&mut alert.place.file, rules);
    alert.service.iter_mut().for_each(|service| mask_name(service, rules));
    alert.summary = rules.mask_secrets(cut_at(&alert.summary, 2_000)).text.into_owned();
    alert
}

pub(crate) fn masked_report(mut report: UserReport, rules: &Rules) -> UserReport {
    mask_name(&mut report.place.file, rules);
    report.service.iter_mut().for_each(|service| mask_name(service, rules));
    report.text = rules.mask_secrets(cut_at(&report.text, 2_000)).text.into_owned();
    report
}

fn mask_name(name: &mut Arc<str>, rules: &Rules) {
    if let Some(masked) = names::masked(name, rules) {
        *name = masked;
    }
}

pub(crate) fn masked_change(mut change: Change, rules: &Rules) -> Change {
    change.service.iter_mut().for_each(|service| mask_name(service, rules));
    for text in std::iter::once(&mut change.summary).chain(&mut change.details) {
        *text = rules.mask_secrets(cut_at(text, 2_000)).text.into_owned();
    }
    change
}

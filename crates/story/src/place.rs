//! Where users were hurt, if nobody says so.
//!
//! Reports and alerts that name a service speak first, then a crash log, then a surge of errors; a system of
//! one service needs no guess. If none of these tells, the place stays unknown.

use std::collections::BTreeMap;

use hark_event::Moment;

use crate::asked::{Asked, Known};
use crate::wording::counted;

const BEFORE_SECONDS: i64 = 3_600;
const AFTER_SECONDS: i64 = 6 * 3_600;
const SURGE_ERRORS_MIN: u32 = 20;
const SURGE_RATIO_MIN: f64 = 5.0;

/// The service, and what tells it if the user did not.
pub(crate) fn place(asked: &Asked, known: &Known) -> (Option<String>, Option<String>) {
    if let Some(service) = &asked.service {
        return (Some(service.clone()), None);
    }
    let near = |time: Moment| {
        time >= asked.start.plus_seconds(-BEFORE_SECONDS) && time <= asked.start.plus_seconds(AFTER_SECONDS)
    };
    let reported = known
        .reports
        .iter()
        .filter(|report| near(report.time))
        .filter_map(|report| report.service.as_deref());
    if let Some((service, count)) = most_named(reported) {
        return (Some(service), Some(format!("named by {} around the start", counted(count, "user report"))));
    }
    let alerted = known
        .alerts
        .iter()
        .filter(|alert| near(alert.starts_at))
        .filter_map(|alert| alert.service.as_deref());
    if let Some((service, count)) = most_named(alerted) {
        return (Some(service), Some(format!("named by {} around the start", counted(count, "alert"))));
    }
    if let Some(service) = asked.crash.as_deref().and_then(|crash| named_in_crash(crash, known)) {
        return (Some(service), Some("named in the crash log".to_owned()));
    }
    if let Some((service, errors)) = surge(asked.start, known) {
        return (Some(service), Some(format!("its errors rose to {errors} an hour at the start")));
    }
    match known.heard.services.as_slice() {
        [only] => (Some(only.origin.service.to_string()), Some("the only service that is heard".to_owned())),
        _ => (None, None),
    }
}

fn most_named<'a>(names: impl Iterator<Item = &'a str>) -> Option<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let (name, count) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?;
    Some((name.to_owned(), count))
}

fn named_in_crash(crash: &str, known: &Known) -> Option<String> {
    let services = known.heard.services.iter().map(|service| &service.origin.service);
    services
        .filter(|service| crash.contains(&***service))
        .max_by_key(|service| service.len())
        .map(ToString::to_string)
}

fn surge(start: Moment, known: &Known) -> Option<(String, u32)> {
    let surges = known.heard.services.iter().filter_map(|service| {
        let (first, errors) = &service.errors;
        let at = usize::try_from(start.hour() - *first).ok()?;
        let peak = errors.get(at..errors.len().min(at + 3))?.iter().copied().max()?;
        let usual = errors[..at].iter().rev().take(168).copied().max().unwrap_or(0);
        let ratio = f64::from(peak) / f64::from(usual.max(1));
        (peak >= SURGE_ERRORS_MIN && ratio >= SURGE_RATIO_MIN)
            .then(|| (ratio, service.origin.service.to_string(), peak))
    });
    surges.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, service, peak)| (service, peak))
}

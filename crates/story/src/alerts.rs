//! Whether someone was told in time, and of what no answer is on record.

use hark_event::{Alert, Id, Moment, Window};
use hark_listen::Heard;

use crate::asked::Known;
use crate::signals::BASE_RATE_MAX;

const DAY_SECONDS: i64 = 86_400;
const UNHEEDED_SECONDS: i64 = 14 * DAY_SECONDS;

/// Alerts that told of the incident before its start: on its path, firing within its last day, and rare.
pub(crate) fn timely<'a>(
    known: &'a Known,
    path: &[String],
    incidents: &[Window],
    start: Moment,
) -> Vec<&'a Alert> {
    on_path(&known.alerts, path)
        .filter(|alert| alert.starts_at < start && fired_within_a_day(alert, start))
        .filter(|alert| rate(alert, &known.alerts, &known.heard, incidents, start) <= BASE_RATE_MAX)
        .collect()
}

/// Ids of alerts and reports on the path that came before the start and were not answered.
pub(crate) fn unheeded(known: &Known, path: &[String], incidents: &[Window], start: Moment) -> Vec<Id> {
    let recent = |time: Moment| time < start && start.seconds_since(time) <= UNHEEDED_SECONDS;
    let alerts = on_path(&known.alerts, path)
        .filter(|alert| recent(alert.starts_at) && !alert.answered)
        .filter(|alert| rate(alert, &known.alerts, &known.heard, incidents, start) <= BASE_RATE_MAX)
        .map(|alert| (alert.starts_at, alert.id.clone()));
    let is_on_path = |service: &str| path.iter().any(|known| known == service);
    let reports = known
        .reports
        .iter()
        .filter(|report| recent(report.time) && report.service.as_deref().is_some_and(is_on_path))
        .map(|report| (report.time, report.id.clone()));
    let mut all: Vec<(Moment, Id)> = alerts.chain(reports).collect();
    all.sort();
    all.into_iter().map(|(_, id)| id).collect()
}

/// Alerts on the services of the path.
pub(crate) fn on_path<'a, 'p>(
    alerts: &'a [Alert],
    path: &'p [String],
) -> impl Iterator<Item = &'a Alert> + use<'a, 'p> {
    alerts.iter().filter(|alert| {
        alert.service.as_deref().is_some_and(|service| path.iter().any(|known| known == service))
    })
}

fn fired_within_a_day(alert: &Alert, moment: Moment) -> bool {
    alert.ends_at.is_none_or(|ended| ended >= moment.plus_seconds(-DAY_SECONDS))
}

/// At which share of quiet moments such an alert had fired within the day before, this firing left out.
fn rate(alert: &Alert, all: &[Alert], heard: &Heard, incidents: &[Window], start: Moment) -> f64 {
    let moments = heard.quiet_moments(start, incidents);
    if moments.is_empty() {
        return 1.0;
    }
    let alike: Vec<&Alert> = all
        .iter()
        .filter(|other| other.id != alert.id && other.name == alert.name && other.service == alert.service)
        .collect();
    let fired = |moment: &&Moment| {
        alike.iter().any(|other| other.starts_at <= **moment && fired_within_a_day(other, **moment))
    };
    moments.iter().filter(fired).count() as f64 / moments.len() as f64
}

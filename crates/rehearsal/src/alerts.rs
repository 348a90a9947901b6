//! Writes the alerts, as Alertmanager posts them, and what users reported.
//!
//! Someone is always alerted to something: one alert flaps several times a day and means nothing, others come once in a
//! while. Those of the incident come when users have been hurt for minutes, and users write when they are.

use std::path::Path;

use hark_event::Moment;
use serde_json::json;

use crate::RehearsalError;
use crate::plan::{DAY, HOUR, MINUTE, Plan};
use crate::random::Random;

const COMPLAINTS: [&str; 8] = [
    "I cannot order anything, it spins and then says sorry",
    "error page since ten minutes",
    "is the shop down? nothing works for me",
    "tried four times now, it always fails at the end",
    "very slow and then an error",
    "your app says to try again later, all the time",
    "cannot finish, my items are still there though",
    "customers on the phone say that they see the sorry page",
];

const UNRELATED: [&str; 8] = [
    "the red boots are shown in blue",
    "my invoice has the wrong street",
    "how do I change my newsletter?",
    "the size table of coats is missing",
    "parcel came a day late, just so you know",
    "voucher of last year is not accepted",
    "typo on the page about returns",
    "please add more pictures of the lamps",
];

/// Writes `alerts.jsonl`; returns the time of the last entry in milliseconds.
pub(crate) fn write_alerts(plan: &Plan, path: &Path) -> Result<i64, RehearsalError> {
    let mut random = Random::new(plan.seed, "alerts");
    let mut alerts = vec![];
    flapping(plan, &mut random, &mut alerts);
    sporadic(plan, &mut random, &mut alerts);
    incident(plan, &mut random, &mut alerts);
    // Every alert is posted twice: when it fires, and again with its end.
    let mut posts: Vec<(i64, String)> = alerts
        .iter()
        .flat_map(|alert| {
            [(alert.from, post(plan, alert, None)), (alert.to, post(plan, alert, Some(alert.to)))]
        })
        .filter(|(at, _)| *at < plan.end)
        .collect();
    posts.sort();
    write_lines(path, posts)
}

/// Writes `reports.jsonl`; returns the time of the last entry in milliseconds.
pub(crate) fn write_reports(plan: &Plan, path: &Path) -> Result<i64, RehearsalError> {
    let mut random = Random::new(plan.seed, "reports");
    let mut reports = Vec::new();
    let mut at = plan.start + random.between(HOUR, 4 * DAY);
    while at < plan.end {
        let service = *random.pick(&plan.names);
        reports.push((at, report(at, service, random.pick::<&str>(&UNRELATED))));
        at += random.between(2 * DAY, 6 * DAY);
    }
    if let Some(story) = &plan.story {
        let mut at = story.start + random.between(4, 9) * MINUTE;
        for _ in 0..random.between(4, 7) {
            reports.push((at, report(at, plan.names[story.scene], random.pick::<&str>(&COMPLAINTS))));
            at += random.between(60, 900);
        }
    }
    reports.sort();
    write_lines(path, reports)
}

struct Alert {
    name: &'static str,
    service: &'static str,
    severity: &'static str,
    summary: String,
    from: i64,
    to: i64,
}

fn flapping(plan: &Plan, random: &mut Random, alerts: &mut Vec<Alert>) {
    let mut at = plan.start + random.between(0, 5 * HOUR);
    while at < plan.end {
        let to = at + random.between(4, 22) * MINUTE;
        let summary = "slow picture proxy seen from storefront".to_owned();
        alerts.push(Alert {
            name: "ImageProxySlow",
            service: "storefront",
            severity: "info",
            summary,
            from: at,
            to,
        });
        at = to + random.between(3 * HOUR, 11 * HOUR);
    }
}

/// Now and then another, but not within the last day before an incident: it would then be said that someone was told.
fn sporadic(plan: &Plan, random: &mut Random, alerts: &mut Vec<Alert>) {
    let mut at = plan.start + random.between(DAY, 4 * DAY);
    while at < plan.end {
        let name =
            *random.pick(&["BatchJobLate", "ClockSkew", "PodNotScheduled", "CertificateRenewalPending"]);
        let service = *random.pick(&plan.names);
        let to = at + random.between(10, 200) * MINUTE;
        let telling =
            plan.story.as_ref().is_some_and(|story| (story.start - 30 * HOUR..story.end).contains(&at));
        if !telling {
            let summary = format!("{name} on {service}");
            alerts.push(Alert { name, service, severity: "warning", summary, from: at, to });
        }
        at += random.between(3 * DAY, 9 * DAY);
    }
}

fn incident(plan: &Plan, random: &mut Random, alerts: &mut Vec<Alert>) {
    let Some(story) = &plan.story else { return };
    let service = plan.names[story.scene];
    for (name, after) in [("HighErrorRate", (4, 8)), ("LatencyTooHigh", (6, 13))] {
        let from = story.start + random.between(after.0, after.1) * MINUTE;
        let to = story.end + random.between(3, 9) * MINUTE;
        let summary = format!("{service}: {name} for five minutes");
        alerts.push(Alert { name, service, severity: "critical", summary, from, to });
    }
}

fn post(plan: &Plan, alert: &Alert, ended: Option<i64>) -> String {
    let status = if ended.is_some() { "resolved" } else { "firing" };
    let ends = ended.map_or("0001-01-01T00:00:00Z".to_owned(), rfc3339);
    let labels = json!({ "alertname": alert.name, "service": alert.service, "severity": alert.severity });
    let identity = Random::new(plan.seed, &format!("{}{}", alert.name, alert.service)).next();
    json!({
        "version": "4",
        "receiver": "on-call",
        "status": status,
        "groupKey": format!("{{}}:{{alertname=\"{}\"}}", alert.name),
        "groupLabels": { "alertname": alert.name },
        "commonLabels": labels,
        "commonAnnotations": { "summary": alert.summary },
        "externalURL": "http://alertmanager.internal:9093",
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": { "summary": alert.summary },
            "startsAt": rfc3339(alert.from),
            "endsAt": ends,
            "fingerprint": format!("{identity:016x}"),
        }],
    })
    .to_string()
}

fn report(at: i64, service: &str, text: &str) -> String {
    json!({ "time": rfc3339(at), "service": service, "report": text }).to_string()
}

fn rfc3339(at: i64) -> String {
    Moment::from_seconds(at).to_string()
}

fn write_lines(path: &Path, lines: Vec<(i64, String)>) -> Result<i64, RehearsalError> {
    let last = lines.last().map_or(0, |(at, _)| *at * 1_000);
    let text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    std::fs::write(path, text).map_err(|source| RehearsalError::write(path, source))?;
    Ok(last)
}

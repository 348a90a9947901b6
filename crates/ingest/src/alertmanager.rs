//! Alertmanager's webhook messages, one per line
//! (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>), or its alerts, one per line; also
//! pretty-printed, and as the array that its API gives.
//!
//! What a message says of all its alerts goes for those that do not say it themselves.
//! An alert is told again while it fires and once when it is resolved: each telling is handed on, and who
//! hears them joins them by identity. What a telling adds is known no earlier than the latest start of an alert that stands
//! before it in its file. An end of `0001-01-01T00:00:00Z` means that it still fires.

use hark_event::{Alert, Id, Moment, Place};
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::ear::Ear;
use crate::lines::Lines;
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS};
use crate::samples::KnownLines;
use crate::stamp::FieldReader;

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    let mut times = FieldReader::default();
    let mut clock = Moment::MIN;
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return known_lines.count(lines.tally.since(before), None, ear) };
        let number = line.number;
        let is_empty = line.bytes.trim_ascii().is_empty();
        let message = serde_json::from_slice::<Value>(line.bytes).ok();
        let mut tally = lines.tally.since(before);
        let mut is_known = None;
        let common = message.as_ref().map(Common::of).unwrap_or_default();
        let mut told = message.as_ref().map(alerts_of).unwrap_or_default();
        if told.is_empty()
            && !is_empty
            && !message.as_ref().is_some_and(|message| message["alerts"].is_array())
        {
            tally.reject(number, "no message with `alerts`, and no alert with `startsAt`");
        }
        for alert in told.drain(..) {
            match understand(alert, &common, number, &mut times, ear) {
                Some(alert) => {
                    clock = clock.max(alert.starts_at);
                    is_known = Some(ear.alert(alert, clock) || is_known == Some(true));
                }
                None => tally.reject(number, "an alert without a `startsAt` that can be read"),
            }
        }
        if is_known == Some(true) && common.truncated > 0 {
            ear.hearing.cut("alerts that Alertmanager itself left out of its messages", common.truncated);
        }
        known_lines.count(tally, is_known, ear);
    }
}

/// What a message says of all its alerts.
#[derive(Default)]
struct Common<'a> {
    labels: Option<&'a Map<String, Value>>,
    annotations: Option<&'a Map<String, Value>>,
    /// How many alerts were left out of it.
    truncated: u64,
}

impl<'a> Common<'a> {
    fn of(message: &'a Value) -> Self {
        Self {
            labels: message["commonLabels"].as_object(),
            annotations: message["commonAnnotations"].as_object(),
            truncated: message["truncatedAlerts"].as_u64().unwrap_or(0),
        }
    }

    fn group(&self, name: &str) -> Option<&'a Map<String, Value>> {
        if name == "labels" { self.labels } else { self.annotations }
    }
}

/// The alerts of a message, or the one that the line is.
fn alerts_of(message: &Value) -> Vec<&Map<String, Value>> {
    match (&message["alerts"], message.as_object()) {
        (Value::Array(alerts), _) => alerts.iter().filter_map(Value::as_object).collect(),
        (_, Some(alert)) if alert.contains_key("startsAt") => vec![alert],
        _ => Vec::new(),
    }
}

fn understand(
    told: &Map<String, Value>,
    common: &Common<'_>,
    line: u64,
    times: &mut FieldReader,
    ear: &mut Ear<'_>,
) -> Option<Alert> {
    let text = |group: &str, key: &str| {
        let own = told.get(group).and_then(|group| group.get(key));
        let said = own.or_else(|| common.group(group)?.get(key))?.as_str()?.trim();
        Some(said).filter(|text| !text.is_empty())
    };
    let mut time = |key: &str| ear.calendar.place(times.read(told.get(key)?.as_str()?)?);
    let starts_at: Moment = time("startsAt")?;
    let is_firing = told.get("status").is_some_and(|status| {
        // The webhook has a word there, the API an object.
        status.as_str() == Some("firing") || status["state"].as_str().is_some_and(|state| state != "expired")
    });
    // A firing alert's end is when Alertmanager would forget it, and the year 1 is no end at all.
    let ends_at = time("endsAt").filter(|ends_at| !is_firing && *ends_at >= starts_at);
    let name = text("labels", "alertname").unwrap_or("alert");
    let service =
        SERVICE_KEYS.iter().find_map(|key| text("labels", key)).map(Arc::from).or(ear.service.clone());
    let environment = ENVIRONMENT_KEYS.iter().find_map(|key| text("labels", key)).map(Arc::from);
    let summary = ["summary", "description", "message"].iter().find_map(|key| text("annotations", key));
    let id = Id::of(&[name, service.as_deref().unwrap_or(""), &starts_at.to_string()]);
    Some(Alert {
        id,
        name: name.to_owned(),
        service,
        environment: environment.unwrap_or_else(|| ear.environment.clone()),
        starts_at,
        ends_at,
        summary: summary.unwrap_or(name).to_owned(),
        answered: is_answered(told),
        place: Place { file: ear.file.clone(), line },
    })
}

/// Alertmanager's own API tells whether someone silenced an alert; other tools say that it is acknowledged.
fn is_answered(told: &Map<String, Value>) -> bool {
    let is_silenced = told
        .get("status")
        .and_then(|status| status.get("silencedBy"))
        .and_then(Value::as_array)
        .is_some_and(|silences| !silences.is_empty());
    is_silenced || ["acknowledged", "answered"].iter().any(|key| told.get(*key) == Some(&Value::Bool(true)))
}

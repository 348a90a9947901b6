//! CloudEvents and CDEvents as JSON, one per line or an array of them: changes, where they tell of one
//! (<https://cloudevents.io>, <https://cdevents.dev>).
//!
//! A CDEvent says what it is in a closed vocabulary; of any other event the words of its type decide. Events that tell
//! of no change (a test that ran, a build that began) are counted as such. Whose change it is, is what `data` or an
//! extension says, else the subject where that is what was deployed or scaled.

use std::sync::Arc;

use hark_event::{ChangeKind, Moment};
use serde_json::Value;

use crate::announced::{Announced, kind_of};
use crate::ear::Ear;
use crate::lines::Lines;
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS};
use crate::samples::KnownLines;
use crate::stamp::FieldReader;

/// Fields in which a commit is named.
const COMMIT_KEYS: [&str; 6] = ["commit", "sha", "revision", "after", "commitSha", "commit_sha"];
/// Fields that say for people what happened.
const SUMMARY_KEYS: [&str; 6] = ["summary", "message", "title", "description", "text", "name"];

/// What an event says of itself, in either notation.
struct Told<'a> {
    kind: &'a str,
    time: Moment,
    subject: &'a str,
    /// A CDEvent's subject with its content, else the event's data.
    body: &'a Value,
    event: &'a Value,
}

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    let mut times = FieldReader::default();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return known_lines.count(lines.tally.since(before), None, ear) };
        let (number, is_empty) = (line.number, line.bytes.trim_ascii().is_empty());
        let event = serde_json::from_slice::<Value>(line.bytes).ok();
        let told = event.as_ref().and_then(|event| understand(event, &mut times, ear));
        let is_known = told.as_ref().map(|told| say(told, ear));
        let is_rejected = told.is_none() && !is_empty;
        drop(event);
        let mut tally = lines.tally.since(before);
        if is_rejected {
            tally.reject(number, "no event with a type and a time");
        }
        known_lines.count(tally, is_known, ear);
    }
}

fn understand<'a>(event: &'a Value, times: &mut FieldReader, ear: &mut Ear<'_>) -> Option<Told<'a>> {
    // A CDEvent may travel alone or as the data of a CloudEvent.
    let inner = if event["data"]["context"].is_object() { &event["data"] } else { event };
    let context = &inner["context"];
    let mut time = |value: &Value| ear.calendar.place(times.read(value.as_str()?)?);
    if context.is_object() {
        return Some(Told {
            kind: context["type"].as_str()?,
            time: time(&context["timestamp"]).or_else(|| time(&event["time"]))?,
            subject: inner["subject"]["id"].as_str().unwrap_or(""),
            body: &inner["subject"]["content"],
            event: inner,
        });
    }
    Some(Told {
        kind: event["type"].as_str()?,
        time: time(&event["time"])?,
        subject: event["subject"].as_str().unwrap_or(""),
        body: &event["data"],
        event,
    })
}

/// Hands the change on, if it is one; says whether the event is known already.
fn say(told: &Told<'_>, ear: &mut Ear<'_>) -> bool {
    if !ear.knows(told.time) {
        return false;
    }
    let Some(kind) = kind(told) else {
        ear.hearing.heard_at(told.time);
        ear.hearing.cut("events that tell of no change", 1);
        return true;
    };
    let text =
        |keys: &[&str]| keys.iter().find_map(|key| find(told.body, key).or_else(|| find(told.event, key)));
    let service = service(told, kind).map(Arc::from).or_else(|| ear.service.clone());
    let artifact = find(told.body, "artifactId").map(|artifact| format!("artifact {artifact}"));
    let environment = find(&told.body["environment"], "id").or_else(|| text(&ENVIRONMENT_KEYS));
    let environment = environment.map(|environment| format!("environment {environment}"));
    let said = SUMMARY_KEYS.iter().find_map(|key| find(told.body, key));
    let summary = match (said, &service) {
        (Some(said), _) => said.to_owned(),
        (None, Some(service)) => format!("{} {service}", words_of(told.kind)),
        (None, None) => format!("{} {}", words_of(told.kind), told.subject),
    };
    ear.change(
        Announced {
            time: told.time,
            service,
            summary: summary.trim(),
            details: artifact.into_iter().chain(environment).collect(),
            commit: text(&COMMIT_KEYS).filter(|commit| is_commit(commit)),
        }
        .into_change(kind),
    )
}

/// `dev.cdevents.service.deployed.0.1.1` is decided by subject and predicate alone.
fn kind(told: &Told<'_>) -> Option<ChangeKind> {
    let Some(rest) = told.kind.strip_prefix("dev.cdevents.") else {
        return kind_of(told.kind).or_else(|| kind_of(find(told.body, "type")?));
    };
    let mut words = rest.split('.');
    match (words.next()?, words.next()?) {
        ("service", "deployed" | "upgraded" | "rolledback" | "removed" | "published") => {
            Some(ChangeKind::Deploy)
        }
        ("environment", "created" | "modified" | "deleted") => Some(ChangeKind::Config),
        ("change", "merged") => Some(ChangeKind::Commit),
        _ => None,
    }
}

fn service<'a>(told: &Told<'a>, kind: ChangeKind) -> Option<&'a str> {
    let named = SERVICE_KEYS.iter().find_map(|key| {
        find(told.body, key).or_else(|| find(told.event, key)).or_else(|| find(&told.body[*key], "name"))
    });
    let is_subject = matches!(kind, ChangeKind::Deploy | ChangeKind::Scale);
    // Subjects are often paths or URLs: the last part is the thing itself.
    let subject = told.subject.trim_end_matches('/').rsplit('/').next();
    named.or(subject.filter(|subject| is_subject && !subject.is_empty()))
}

fn find<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The words of a type for people: `dev.cdevents.service.deployed.0.1.1` is "service deployed".
fn words_of(kind: &str) -> String {
    let parts: Vec<&str> = kind.split('.').filter(|part| part.parse::<u32>().is_err()).collect();
    parts[parts.len().saturating_sub(2)..].join(" ")
}

//! What JSON is: an object per line, or a document of several, and which form they have, by the names in them.
//!
//! The objects of the head are asked one by one and the majority decides; a line that says neither is no vote against.

use std::io::Cursor;

use serde_json::Value;

use crate::below;
use crate::ear::Ear;
use crate::json::{self, Fields};
use crate::lines::{LINE_BYTES_MAX, Lines, Split};
use crate::log_fields::LogFields;
use crate::query_range;
use crate::sniff::{Form, HEAD_LINE_BYTES};
use crate::text::clean;

/// So much of what another program said is quoted.
const QUOTED_MAX: usize = 300;

#[derive(Default)]
struct Votes {
    lines: usize,
    logs: usize,
    dated_logs: usize,
    others: [usize; OTHERS.len()],
}

/// Forms that are no logs of the general kind, the more special first.
const OTHERS: [Form; 7] = [
    Form::JournalJson,
    Form::Docker,
    Form::CloudEvents,
    Form::Victoria,
    Form::Alerts,
    Form::Annotations,
    Form::Reports,
];

/// The form and what its records are, or why it cannot be read; `None` if it is no JSON of objects.
pub(crate) fn form(head: &[u8], ear: &mut Ear<'_>) -> Option<(Result<Form, String>, Split)> {
    let split = split(head);
    if let Some(reason) = refusal(head) {
        return Some((Err(reason), split));
    }
    if is_answer(head) {
        return Some((answer(head), split));
    }
    if head.starts_with(b"data: {") && has(head, b"\"__REALTIME_TIMESTAMP\"") {
        return Some((Ok(Form::JournalJson), Split::Lines));
    }
    let below = below::records(start(head), ear);
    let below = match below {
        Some(Ok((form, path))) => return Some((Ok(form), Split::Values(path))),
        Some(Err(below)) if below.is_cut => return Some((Err(below.reason), split)),
        Some(Err(below)) => Some(below.reason),
        None => None,
    };
    let votes = votes(head, split.clone(), ear);
    let objects = votes.logs + votes.others.iter().sum::<usize>();
    if objects == 0 || objects * 2 < votes.lines {
        return None;
    }
    let most = votes.others.iter().copied().max().unwrap_or(0);
    if most > 0 && votes.logs <= most {
        let at = votes.others.iter().position(|count| *count == most)?;
        return Some((Ok(OTHERS[at].clone()), split));
    }
    let form = logs(&votes, &split, ear).map_err(|reason| below.unwrap_or(reason));
    Some((form, split))
}

fn logs(votes: &Votes, split: &Split, ear: &Ear<'_>) -> Result<Form, String> {
    if votes.dated_logs > 0 || ear.hears_timeless {
        return Ok(Form::JsonLogs);
    }
    let what = if *split == Split::Lines { "JSON lines" } else { "a JSON document" };
    Err(format!(
        "{what}, but none of the first records says a time (tried: time, timestamp, @timestamp, ts, t, datetime, \
         date, eventTime, timeUnixNano); have its writer add `time` in RFC 3339"
    ))
}

/// An array, or an object over several lines: its times would look like stamps.
pub(crate) fn is_document(head: &[u8]) -> bool {
    match start(head) {
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b'"')),
        [b'{', rest @ ..] => begins_lines(rest),
        _ => false,
    }
}

fn split(head: &[u8]) -> Split {
    if is_answer(head) {
        return Split::Values(query_range::path());
    }
    match start(head) {
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')) => {
            Split::Values(Vec::new())
        }
        [b'{', rest @ ..] if begins_lines(rest) => Split::Values(Vec::new()),
        // RFC 7464 puts a separator before each object.
        [0x1E, ..] => Split::Values(Vec::new()),
        _ => Split::Lines,
    }
}

fn start(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start()
}

fn begins_lines(rest: &[u8]) -> bool {
    rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n')
}

/// Whether it is what Prometheus' API answers.
fn is_answer(head: &[u8]) -> bool {
    start(head).first() == Some(&b'{') && has(head, b"\"resultType\"") && has(head, b"\"data\"")
}

fn answer(head: &[u8]) -> Result<Form, String> {
    let after = memchr::memmem::find(head, b"\"resultType\"").map_or(&b""[..], |at| &head[at + 12..]);
    let kind = after.split(|byte| *byte == b'"').nth(1).unwrap_or(b"");
    match kind {
        b"matrix" | b"vector" => Ok(Form::QueryRange),
        _ => Err("an answer of Prometheus that holds no series (its `resultType` is neither matrix nor vector); ask \
                  `query_range`, or fetch it again if it was cut off"
            .to_owned()),
    }
}

/// What Prometheus answered instead of series, if this is such an answer, and what to do about it.
fn refusal(head: &[u8]) -> Option<String> {
    if !has(head, b"\"errorType\"") {
        return None;
    }
    let answer: Value = serde_json::from_slice(start(head)).ok()?;
    let said = |name: &str| {
        Some(clean(answer.get(name)?.as_str()?.as_bytes()).chars().take(QUOTED_MAX).collect::<String>())
    };
    if said("status")? != "error" {
        return None;
    }
    let (kind, error) = (said("errorType")?, said("error")?);
    let remedy = if error.contains("maximum resolution") {
        "ask again with a larger `step`, or for less time at once"
    } else {
        match &*kind {
            "bad_data" => "mend the query or its parameters and ask again",
            "timeout" | "canceled" => "ask again for less time at once, or with a larger `step`",
            "not_found" => "check the address and ask again",
            _ => "look into its own log, then ask again",
        }
    };
    Some(format!("Prometheus answered with an error ({kind}): \"{error}\"; {remedy}"))
}

fn has(head: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(head, text).is_some()
}

fn votes(head: &[u8], split: Split, ear: &mut Ear<'_>) -> Votes {
    let mut votes = Votes::default();
    let (mut fields, mut meanings) = (Fields::default(), LogFields::default());
    let mut lines = Lines::of(Box::new(Cursor::new(head)), LINE_BYTES_MAX, split);
    loop {
        let Some(line) = lines.next() else { return votes };
        let bytes = line.bytes.to_vec();
        // What was cut for this look says nothing about its end.
        let is_cut = bytes.len() >= HEAD_LINE_BYTES || lines.is_unfinished();
        if bytes.trim_ascii().is_empty() || bytes.starts_with(b" ") || bytes.starts_with(b"\t") {
            continue;
        }
        votes.lines += 1;
        let Some((names, ends)) = json::names(&bytes) else { continue };
        if (!ends && !is_cut) || names.is_empty() {
            continue;
        }
        if let Some(form) = of_names(&names) {
            let at = OTHERS.iter().position(|other| *other == form).expect("it is one of them");
            votes.others[at] += 1;
            continue;
        }
        // Spans of traces have times, too, and are no records.
        if names.contains(&"traceId") && names.contains(&"duration") {
            continue;
        }
        votes.logs += 1;
        let text = clean(&bytes);
        let object = text.trim();
        let is_dated =
            is_cut || (fields.read(object).is_ok() && meanings.time(&fields, object, ear).is_some());
        votes.dated_logs += usize::from(is_dated);
    }
}

/// What is left of an annotation that people have picked out of Grafana's answer.
const ANNOTATION: [&str; 8] = ["id", "time", "text", "tags", "created", "updated", "userId", "login"];

/// The form that an object with these names has, unless it is a log record like any other.
pub(crate) fn of_names(names: &[&str]) -> Option<Form> {
    let has = |name: &str| names.contains(&name);
    let any = |list: &[&str]| list.iter().any(|name| has(name));
    if has("__REALTIME_TIMESTAMP") {
        Some(Form::JournalJson)
    } else if has("log") && has("stream") && has("time") && names.len() <= 4 {
        Some(Form::Docker)
    } else if has("specversion") && has("type") || has("context") && has("subject") {
        Some(Form::CloudEvents)
    } else if has("metric") && any(&["values", "timestamps"]) {
        Some(Form::Victoria)
    } else if has("alerts") || (has("startsAt") && has("labels")) {
        Some(Form::Alerts)
    } else if has("time")
        && any(&["tags", "text"])
        && (any(&["dashboardUID", "dashboardId", "panelId", "timeEnd", "alertId"])
            || (has("tags") && has("text") && names.iter().all(|name| ANNOTATION.contains(name))))
    {
        Some(Form::Annotations)
    } else if has("report") && has("time") && !any(&["message", "msg", "level"]) {
        Some(Form::Reports)
    } else {
        None
    }
}

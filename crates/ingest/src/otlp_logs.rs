//! Log records of OTLP's JSON.
//!
//! The text is the body; of a body with fields, or without one, all that it says as `key=value`. A stack trace stands in
//! an attribute and is added below, as loggers print it.

use std::ops::ControlFlow;

use hark_event::Level;
use serde::Deserialize;

use crate::arrival::Arrivals;
use crate::draft::Draft;
use crate::ear::Ear;
use crate::level;
use crate::lines::Tally;
use crate::otlp::Resource;
use crate::otlp_value::{AnyValue, KeyValue, Text, Whole};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RecordJson<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Whole,
    #[serde(alias = "observed_time_unix_nano")]
    observed_time_unix_nano: Whole,
    #[serde(borrow, alias = "severity_number")]
    severity_number: Text<'a>,
    #[serde(borrow, alias = "severity_text")]
    severity_text: Text<'a>,
    #[serde(borrow)]
    body: Option<AnyValue<'a>>,
    #[serde(borrow)]
    attributes: Vec<KeyValue<'a>>,
    #[serde(borrow, alias = "event_name")]
    event_name: Text<'a>,
}

/// The log records of one file, in order.
pub(crate) struct Logs {
    arrivals: Arrivals,
    /// The latest record, which takes the lines of its document when these have ended.
    last: Option<Draft>,
    next: Draft,
    text: String,
    /// Whether a record was not known yet: nothing after it is.
    is_over: bool,
    has_records: bool,
}

impl Logs {
    /// A file before its first record.
    pub(crate) fn new() -> Self {
        Self {
            arrivals: Arrivals::new(),
            last: None,
            next: Draft::default(),
            text: String::new(),
            is_over: false,
            has_records: false,
        }
    }

    /// Reads one record; says whether it could be understood.
    pub(crate) fn read(&mut self, bytes: &[u8], line: u64, resource: &Resource, ear: &mut Ear<'_>) -> bool {
        let Ok(record) = serde_json::from_slice::<RecordJson<'_>>(bytes) else { return false };
        self.has_records = true;
        if self.is_over {
            return true;
        }
        let mut draft = std::mem::take(&mut self.next);
        draft.clear();
        fill(&record, resource, &mut draft, &mut self.text);
        draft.line = line;
        draft.lines = 1;
        if let Some(last) = self.last.replace(draft) {
            self.say(last, ear);
        }
        true
    }

    /// A document has ended; what was read for it, if it held no log record.
    pub(crate) fn end(&mut self, tally: Tally, ear: &mut Ear<'_>) -> Option<Tally> {
        if !std::mem::take(&mut self.has_records) {
            return Some(tally);
        }
        if let Some(mut last) = self.last.take() {
            last.tally = tally;
            self.say(last, ear);
        }
        None
    }

    /// Lets go of all that is held at the end of the file.
    pub(crate) fn finish(&mut self, ear: &mut Ear<'_>) {
        if !self.is_over {
            // Breaks only when the last records are not known yet: they are then left out.
            let _ = self.arrivals.finish(ear);
        }
    }

    fn say(&mut self, mut draft: Draft, ear: &mut Ear<'_>) {
        self.is_over = self.is_over || matches!(self.arrivals.take(&mut draft, ear), ControlFlow::Break(()));
        self.next = draft;
    }
}

fn fill(record: &RecordJson<'_>, resource: &Resource, draft: &mut Draft, text: &mut String) {
    draft.observed = record.observed_time_unix_nano.moment();
    draft.time = record.time_unix_nano.moment().or(draft.observed);
    draft.origin = resource.origin;
    draft.version.push_str(&resource.version);
    draft.level = level_of(record);
    text.clear();
    if let Some(body) = &record.body {
        body.write(text);
    }
    let has_body = !text.trim().is_empty();
    if has_body {
        draft.push(text.trim_end());
    } else {
        draft.push(&record.event_name.0);
    }
    for KeyValue { key, value } in &record.attributes {
        match &*key.0 {
            "exception.stacktrace" => {}
            "peer.service" | "server.address" | "net.peer.name" => {
                value.scalar().text().into_iter().for_each(|peer| draft.push_peer(peer));
            }
            "exception.message" | "error.message" => push(draft, &key.0, value, text),
            _ if !has_body => push(draft, &key.0, value, text),
            _ => {}
        }
    }
    let stack = record.attributes.iter().find(|attribute| attribute.key.0 == "exception.stacktrace");
    if let Some(stack) = stack.and_then(|stack| stack.value.scalar().text()) {
        draft.push("\n");
        draft.push(stack.trim_end());
    }
}

/// Adds `key=value`, unless the message says the value already.
fn push(draft: &mut Draft, key: &str, value: &AnyValue<'_>, text: &mut String) {
    text.clear();
    value.write(text);
    if !text.is_empty() && !draft.message.contains(text.as_str()) {
        let space = if draft.message.is_empty() { "" } else { " " };
        draft.push(space);
        draft.push(key);
        draft.push("=");
        draft.push(text);
    }
}

fn level_of(record: &RecordJson<'_>) -> Level {
    let number = &*record.severity_number.0;
    let named = number
        .strip_prefix("SEVERITY_NUMBER_")
        .map(|name| name.trim_end_matches(|c: char| c.is_ascii_digit()));
    let by_number = match named {
        Some(name) => Level::parse(name),
        None => number.parse().ok().and_then(level::of_severity_number),
    };
    by_number.or_else(|| Level::parse(record.severity_text.0.trim())).unwrap_or_default()
}

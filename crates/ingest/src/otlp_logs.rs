//! Log records of OTLP's JSON.
//!
//! The text is the body, or the field of the body that is a message, or the name of the event; attributes are fields beside it. Of a
//! record without any of these, the fields are all that it says. A stack trace stands in an attribute and is added below, as
//! loggers print it.

use std::borrow::Cow;
use std::ops::ControlFlow;

use hark_event::Level;
use serde::Deserialize;

use crate::arrival::Arrivals;
use crate::draft::Draft;
use crate::ear::Ear;
use crate::json::{DEPTH_MAX, Scalar};
use crate::lenient::{Lenient, List};
use crate::level;
use crate::lines::Tally;
use crate::log_fields::{is_field, message_rank};
use crate::otlp::Resource;
use crate::otlp_value::{AnyValue, KeyValue, Text, Whole, id_hash};

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
    body: Option<Lenient<AnyValue<'a>>>,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(borrow, alias = "event_name")]
    event_name: Text<'a>,
    #[serde(borrow, alias = "trace_id")]
    trace_id: Text<'a>,
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
        fill(&record, resource, &mut draft, &mut self.text, ear.hears_fields);
        draft.trace = if ear.hears_traces { id_hash(&record.trace_id.0) } else { None };
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

fn fill(record: &RecordJson<'_>, resource: &Resource, draft: &mut Draft, text: &mut String, is_noted: bool) {
    draft.observed = record.observed_time_unix_nano.moment();
    draft.time = record.time_unix_nano.moment().or(draft.observed);
    draft.origin = resource.origin;
    draft.version.push_str(&resource.version);
    draft.level = level_of(record);
    let mut said = Said::default();
    let body = record.body.as_ref().map(|Lenient(body)| body);
    if let Some(list) = body.and_then(AnyValue::by_name) {
        said.add(None, list, 0);
        said.take_message(draft);
    } else if let Some(body) = body {
        text.clear();
        body.write(text);
        draft.push(text.trim_end());
    }
    if draft.message.trim().is_empty() {
        draft.message.clear();
        draft.push(&record.event_name.0);
    }
    said.add(None, &record.attributes, 0);
    let has_message = !draft.message.is_empty();
    if !has_message {
        // In whatever order they were written, they are the same message.
        said.fields.sort_by(|one, other| one.0.cmp(&other.0));
        draft.fields.are_message();
    }
    for (name, value) in &said.fields {
        say_field(name, value, has_message, draft, text);
    }
    if has_message && !is_noted {
        draft.fields.clear();
    }
    let stack = record.attributes.iter().find(|attribute| attribute.key.0 == "exception.stacktrace");
    if let Some(stack) = stack.and_then(|stack| stack.value().scalar().text()) {
        draft.push("\n");
        draft.push(stack.trim_end());
    }
}

/// All that a record says by name.
#[derive(Default)]
struct Said<'r> {
    fields: Vec<(Cow<'r, str>, &'r AnyValue<'r>)>,
}

impl<'r> Said<'r> {
    /// Adds these values, and those in them by their joined names.
    fn add(&mut self, prefix: Option<&str>, list: &'r [KeyValue<'r>], depth: usize) {
        for attribute in list {
            let (key, value) = (&*attribute.key.0, attribute.value());
            let name = match prefix {
                Some(prefix) => Cow::Owned(format!("{prefix}.{key}")),
                None => Cow::Borrowed(key),
            };
            match value.by_name() {
                Some(inner) if depth < DEPTH_MAX => self.add(Some(&name), inner, depth + 1),
                Some(_) => {}
                None => self.fields.push((name, value)),
            }
        }
    }

    /// Moves the field that is a message, if there is one.
    fn take_message(&mut self, draft: &mut Draft) {
        let texts = self.fields.iter().enumerate().filter_map(|(at, (name, value))| {
            let text = value.scalar().text().filter(|text| !text.trim().is_empty())?;
            Some((message_rank(name)?, at, text))
        });
        if let Some((_, at, text)) = texts.min_by_key(|(rank, at, _)| (*rank, *at)) {
            draft.push(text.trim_end());
            self.fields.remove(at);
        }
    }
}

fn say_field(name: &str, value: &AnyValue<'_>, has_message: bool, draft: &mut Draft, text: &mut String) {
    match name {
        "exception.stacktrace" => return,
        "peer.service" | "server.address" | "net.peer.name" => {
            value.scalar().text().into_iter().for_each(|peer| draft.push_peer(peer));
        }
        "exception.message" | "error.message" if has_message => return push(draft, name, value, text),
        _ if !is_field(name) => return,
        _ => {}
    }
    text.clear();
    value.write(text);
    draft.fields.push(name, Scalar::Text(text));
    if !has_message {
        let space = if draft.message.is_empty() { "" } else { " " };
        [space, name, "=", &text.replace('\n', " ")].into_iter().for_each(|part| draft.push(part));
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

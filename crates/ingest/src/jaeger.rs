//! Jaeger's JSON, as its query API and its page give it: `{"data": [trace, …]}`, a trace with spans and, after them,
//! the processes that performed them. Also a trace of its own on each line.
//!
//! The service of a span stands in a process that comes after it, so that the spans of one trace wait for their
//! processes, up to a limit; beyond it they are of the file's own service.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;

use hark_event::Moment;

use crate::documents::Units;
use crate::ear::Ear;
use crate::json::Scalar;
use crate::json_walk::{Step, Visit};
use crate::lenient::{Lenient, List};
use crate::lines::Tally;
use crate::origin::{ENVIRONMENT_KEYS, Speaker, cut};
use crate::otlp_value::{Text, Whole, id_hash};
use crate::span_draft::SpanDraft;

/// Spans of one trace that wait for their processes take at most so much room.
const WAITING_BYTES_MAX: usize = 16 << 20;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SpanJson<'a> {
    #[serde(borrow, rename = "traceID")]
    trace_id: Text<'a>,
    #[serde(borrow, rename = "spanID")]
    span_id: Text<'a>,
    #[serde(borrow, rename = "parentSpanID")]
    parent_span_id: Text<'a>,
    #[serde(borrow)]
    operation_name: Text<'a>,
    #[serde(borrow)]
    references: List<Reference<'a>>,
    /// Microseconds.
    start_time: Whole,
    duration: Whole,
    #[serde(borrow)]
    tags: List<Tag<'a>>,
    #[serde(borrow, rename = "processID")]
    process_id: Text<'a>,
    #[serde(borrow)]
    process: Option<Lenient<ProcessJson<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Reference<'a> {
    #[serde(borrow)]
    ref_type: Text<'a>,
    #[serde(borrow, rename = "spanID")]
    span_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tag<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ProcessJson<'a> {
    #[serde(borrow)]
    service_name: Text<'a>,
    #[serde(borrow)]
    tags: List<Tag<'a>>,
}

/// The processes of a trace, by their names within it.
#[derive(Default)]
struct ProcessesJson<'a>(Vec<(String, Lenient<ProcessJson<'a>>)>);

impl<'de: 'a, 'a> Deserialize<'de> for ProcessesJson<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ProcessesVisitor)
    }
}

struct ProcessesVisitor;

impl<'de> Visitor<'de> for ProcessesVisitor {
    type Value = ProcessesJson<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("processes by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ProcessesJson<'de>, A::Error> {
        let mut processes = Vec::new();
        while let Some(entry) = map.next_entry()? {
            processes.push(entry);
        }
        Ok(ProcessesJson(processes))
    }
}

/// Who performed spans.
#[derive(Clone)]
struct Process {
    origin: Speaker,
    version: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    List,
    Document,
    Trace,
    Spans,
    Span,
    Processes,
}

/// The reader of one file.
pub(crate) struct Jaeger<'e, 'h> {
    ear: &'e mut Ear<'h>,
    draft: SpanDraft,
    processes: Vec<(String, Process)>,
    waiting: Vec<(Vec<u8>, u64)>,
    waiting_bytes: usize,
    late: Tally,
    units: Units,
}

impl<'e, 'h> Jaeger<'e, 'h> {
    pub(crate) fn new(ear: &'e mut Ear<'h>) -> Self {
        Self {
            ear,
            draft: SpanDraft::default(),
            processes: Vec::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            late: Tally::default(),
            units: Units::new(),
        }
    }

    fn span(&mut self, bytes: &[u8], line: u64) -> bool {
        let Ok(span) = serde_json::from_slice::<SpanJson<'_>>(bytes) else { return false };
        let own = span.process.as_ref().map(|Lenient(process)| understand(process, self.ear));
        let named = self.processes.iter().find(|(name, _)| *name == *span.process_id.0);
        let process = own.as_ref().or(named.map(|(_, process)| process));
        let draft = &mut self.draft;
        draft.clear();
        if let Some(process) = process {
            draft.origin = process.origin;
            draft.version.push_str(&process.version);
        }
        draft.operation.push_str(&span.operation_name.0);
        draft.trace = id_hash(&span.trace_id.0).unwrap_or(0);
        draft.id = id_hash(&span.span_id.0).unwrap_or(0);
        let child_of = span.references.iter().find(|reference| reference.ref_type.0 == "CHILD_OF");
        let parent =
            child_of.or(span.references.first()).map_or(&span.parent_span_id, |reference| &reference.span_id);
        draft.parent = id_hash(&parent.0);
        draft.line = line;
        draft.time = times(span.start_time, span.duration);
        span.tags.iter().for_each(|tag| draft.attribute(&tag.key.0, Scalar::Text(&tag.value.0)));
        match self.ear.span(draft) {
            Some(is_known) => self.units.note(is_known),
            None => return false,
        }
        true
    }

    fn read_waiting(&mut self) {
        self.waiting_bytes = 0;
        for (bytes, line) in std::mem::take(&mut self.waiting) {
            if !self.span(&bytes, line) {
                self.late.reject(line, crate::json_walk::NOT_UNDERSTOOD);
            }
        }
        self.processes.clear();
    }
}

impl Visit for Jaeger<'_, '_> {
    type Node = Node;

    fn root(&self, first: u8) -> Step<Node> {
        match first {
            b'[' => Step::Enter(Node::List),
            b'{' => Step::Enter(Node::Document),
            _ => Step::Pass,
        }
    }

    fn step(&self, parent: Node, key: Option<&[u8]>) -> Step<Node> {
        match (parent, key) {
            (Node::List, None) => Step::Enter(Node::Trace),
            (Node::Document, Some(b"data")) => Step::Enter(Node::List),
            (Node::Document | Node::Trace, Some(b"spans")) => Step::Enter(Node::Spans),
            (Node::Document | Node::Trace, Some(b"processes")) => Step::Take(Node::Processes),
            (Node::Spans, None) => Step::Take(Node::Span),
            _ => Step::Pass,
        }
    }

    fn take(&mut self, node: Node, _: Option<&[u8]>, bytes: &[u8], line: u64) -> bool {
        if node == Node::Processes {
            let Ok(Lenient(ProcessesJson(processes))) = serde_json::from_slice(bytes) else { return false };
            let understood = processes
                .iter()
                .map(|(name, Lenient(process))| (name.clone(), understand(process, self.ear)));
            self.processes = understood.collect();
            return true;
        }
        if !self.processes.is_empty() {
            return self.span(bytes, line);
        }
        if self.waiting_bytes + bytes.len() > WAITING_BYTES_MAX {
            self.ear.hearing.cut("spans whose process came more than 16 MiB after them", 1);
            return self.span(bytes, line);
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push((bytes.to_vec(), line));
        true
    }

    fn leave(&mut self, node: Node) {
        if matches!(node, Node::Trace | Node::Document) {
            self.read_waiting();
        }
    }

    fn end(&mut self, mut tally: Tally) {
        self.read_waiting();
        tally.take_rejected(&mut self.late);
        self.units.end(tally, self.ear);
    }
}

fn understand(process: &ProcessJson<'_>, ear: &mut Ear<'_>) -> Process {
    let text = |keys: &[&str]| {
        keys.iter()
            .find_map(|wanted| process.tags.iter().find(|tag| tag.key.0 == *wanted).map(|tag| &*tag.value.0))
    };
    let service = Some(&*process.service_name.0).filter(|name| !name.trim().is_empty());
    Process {
        origin: ear.origins.of(service, text(&ENVIRONMENT_KEYS)),
        version: cut(text(&["service.version"]).unwrap_or_default()).to_owned(),
    }
}

/// Start and end from microseconds; `None` for what is no time that telemetry can have.
pub(crate) fn times(start: Whole, duration: Whole) -> Option<(Moment, Moment)> {
    let start = start.moment()?;
    let nanos = duration.0.max(0).checked_mul(1_000)?;
    Some((start, Moment::from_nanos(start.nanos().checked_add(nanos)?)))
}

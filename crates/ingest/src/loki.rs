//! What Loki answers to `query_range`, and what is pushed to it: streams with their labels, each with lines beside their
//! times (<https://grafana.com/docs/loki/latest/reference/loki-http-api/>).
//!
//! An answer has the newest line first, or each stream for itself, so that the order says nothing of arrival: a line
//! arrived at its own time. What the line says is what a program wrote, and is read as such; labels say who, and how loudly
//! where the line does not. Labels that came behind their lines would be too late for them; Loki writes them before.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use hark_event::{Level, Moment};

use crate::arrival::Arrivals;
use crate::content::{Carrier, Content};
use crate::documents::Units;
use crate::draft::Draft;
use crate::ear::Ear;
use crate::json_walk::{Step, Visit};
use crate::lines::Tally;
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS, Speaker};
use crate::stamp::of_magnitude;
use crate::victoria::Labels;

/// Labels that say how loudly, best first.
const LEVEL_KEYS: [&str; 4] = ["level", "severity", "detected_level", "severity_text"];

/// Nanoseconds since 1970, the line, and perhaps metadata.
#[derive(Deserialize)]
struct Entry<'a>(
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(default)]
    #[expect(dead_code, reason = "that there may be metadata is all that is to be known")]
    Option<IgnoredAny>,
);

/// Whether the head of a document, whose first object has these names, holds streams.
pub(crate) fn is_answer(names: &[&str], head: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(head, text.as_bytes());
    if names.contains(&"streams") && holds("\"stream\"").is_some() && holds("\"values\"").is_some() {
        return true;
    }
    let kind = holds("\"resultType\"").and_then(|at| head[at + 12..].split(|byte| *byte == b'"').nth(1));
    names.contains(&"data") && kind == Some(b"streams")
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    Document,
    Data,
    Streams,
    Stream,
    Labels,
    Values,
    Entry,
}

/// The reader of one file.
pub(crate) struct Loki<'e, 'h> {
    ear: &'e mut Ear<'h>,
    /// What the labels of the present stream say.
    origin: Speaker,
    level: Level,
    content: Content,
    arrivals: Arrivals,
    draft: Draft,
    units: Units,
}

impl<'e, 'h> Loki<'e, 'h> {
    pub(crate) fn new(ear: &'e mut Ear<'h>) -> Self {
        Self {
            ear,
            origin: Speaker::default(),
            level: Level::Unknown,
            content: Content::default(),
            arrivals: Arrivals::new(),
            draft: Draft::default(),
            units: Units::new(),
        }
    }

    fn labels(&mut self, bytes: &[u8]) -> bool {
        let Ok(Labels(series)) = serde_json::from_slice::<Labels>(bytes) else { return false };
        let named = |keys: &[&str]| {
            keys.iter().find_map(|wanted| {
                let (_, value) = series.labels.iter().find(|(name, _)| name == wanted)?;
                Some(value.as_str()).filter(|value| !value.trim().is_empty())
            })
        };
        self.origin = self.ear.origins.of(named(&SERVICE_KEYS), named(&ENVIRONMENT_KEYS));
        self.level = named(&LEVEL_KEYS).and_then(|word| Level::parse(word.trim())).unwrap_or_default();
        true
    }

    fn entry(&mut self, bytes: &[u8], line: u64) -> bool {
        let entry = serde_json::from_slice::<Entry<'_>>(bytes).ok();
        let found = entry.and_then(|Entry(time, text, _)| Some((time_of(&time)?, text)));
        let Some((time, text)) = found else { return false };
        let draft = &mut self.draft;
        draft.clear();
        draft.line = line;
        draft.lines = 1;
        let carrier = Carrier { time: Some(time), origin: self.origin, level: self.level };
        self.content.take(&text, carrier, draft, self.ear);
        draft.observed = Some(draft.observed.unwrap_or(time));
        let is_known = draft.observed.is_some_and(|observed| self.ear.knows(observed));
        self.units.note(is_known);
        // What carries its arrival ends no reading.
        let _ = self.arrivals.take(draft, self.ear);
        true
    }
}

impl Visit for Loki<'_, '_> {
    type Node = Node;

    fn root(&self, first: u8) -> Step<Node> {
        if first == b'{' { Step::Enter(Node::Document) } else { Step::Pass }
    }

    fn step(&self, parent: Node, key: Option<&[u8]>) -> Step<Node> {
        match (parent, key) {
            (Node::Document, Some(b"data")) => Step::Enter(Node::Data),
            (Node::Document, Some(b"streams")) | (Node::Data, Some(b"result")) => Step::Enter(Node::Streams),
            (Node::Streams, None) => Step::Enter(Node::Stream),
            (Node::Stream, Some(b"stream")) => Step::Take(Node::Labels),
            (Node::Stream, Some(b"values")) => Step::Enter(Node::Values),
            (Node::Values, None) => Step::Take(Node::Entry),
            _ => Step::Pass,
        }
    }

    fn take(&mut self, node: Node, _: Option<&[u8]>, bytes: &[u8], line: u64) -> bool {
        if node == Node::Labels { self.labels(bytes) } else { self.entry(bytes, line) }
    }

    fn leave(&mut self, node: Node) {
        if node == Node::Stream {
            (self.origin, self.level) = (Speaker::default(), Level::Unknown);
        }
    }

    fn end(&mut self, tally: Tally) {
        // What was broken in its brackets has not been left.
        self.leave(Node::Stream);
        self.units.end(tally, self.ear);
    }
}

fn time_of(nanos: &str) -> Option<Moment> {
    of_magnitude(nanos.trim().parse().ok()?)
}

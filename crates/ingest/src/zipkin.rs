//! Zipkin's JSON of version 2 (<https://zipkin.io/zipkin-api/#/default/post_spans>): a list of spans, a list of such
//! lists as its API gives traces, or one list or span on each line.
//!
//! Client and server may share one span; the server's half then gets an identity of its own, below the client's.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;

use crate::documents::Units;
use crate::ear::Ear;
use crate::jaeger::times;
use crate::json::Scalar;
use crate::json_walk::{Step, Visit};
use crate::lenient::Lenient;
use crate::lines::Tally;
use crate::otlp_value::{Text, Whole, id_hash};
use crate::span_draft::{SpanDraft, kind_of};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SpanJson<'a> {
    #[serde(borrow)]
    trace_id: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    parent_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    kind: Text<'a>,
    /// Microseconds.
    timestamp: Whole,
    duration: Whole,
    #[serde(borrow)]
    shared: Text<'a>,
    #[serde(borrow)]
    local_endpoint: Lenient<Endpoint<'a>>,
    #[serde(borrow)]
    remote_endpoint: Lenient<Endpoint<'a>>,
    #[serde(borrow)]
    tags: Lenient<Tags<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Endpoint<'a> {
    #[serde(borrow)]
    service_name: Text<'a>,
    #[serde(borrow)]
    ipv4: Text<'a>,
}

#[derive(Default)]
struct Tags<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Tags<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TagsVisitor)
    }
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = Tags<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tags by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags<'de>, A::Error> {
        let mut tags = Vec::new();
        while let Some(entry) = map.next_entry()? {
            tags.push(entry);
        }
        Ok(Tags(tags))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    List,
    InnerList,
    Span,
}

/// The reader of one file.
pub(crate) struct Zipkin<'e, 'h> {
    ear: &'e mut Ear<'h>,
    draft: SpanDraft,
    units: Units,
}

impl<'e, 'h> Zipkin<'e, 'h> {
    pub(crate) fn new(ear: &'e mut Ear<'h>) -> Self {
        Self { ear, draft: SpanDraft::default(), units: Units::new() }
    }
}

impl Visit for Zipkin<'_, '_> {
    type Node = Node;

    fn root(&self, first: u8) -> Step<Node> {
        match first {
            b'[' => Step::Enter(Node::List),
            b'{' => Step::Take(Node::Span),
            _ => Step::Pass,
        }
    }

    fn step(&self, parent: Node, _: Option<&[u8]>) -> Step<Node> {
        match parent {
            // A span, or a list of the spans of one trace: its elements are told apart when they are taken.
            Node::List => Step::EnterListOrTake(Node::InnerList, Node::Span),
            Node::InnerList => Step::Take(Node::Span),
            Node::Span => Step::Pass,
        }
    }

    fn take(&mut self, _: Node, _: Option<&[u8]>, bytes: &[u8], line: u64) -> bool {
        let Ok(span) = serde_json::from_slice::<SpanJson<'_>>(bytes) else { return false };
        let draft = &mut self.draft;
        draft.clear();
        fill(&span, draft);
        draft.line = line;
        let text = |keys: &[&str]| {
            keys.iter().find_map(|wanted| {
                span.tags.0.0.iter().find(|(key, _)| key.0 == *wanted).map(|(_, value)| &*value.0)
            })
        };
        let service = text(&["service.name"]).unwrap_or(&span.local_endpoint.0.service_name.0);
        draft.origin = self.ear.origins.of(Some(service), text(&crate::origin::ENVIRONMENT_KEYS));
        draft.version.push_str(crate::origin::cut(text(&["service.version"]).unwrap_or_default()));
        match self.ear.span(draft) {
            Some(is_known) => self.units.note(is_known),
            None => return false,
        }
        true
    }

    fn leave(&mut self, _: Node) {}

    fn end(&mut self, tally: Tally) {
        self.units.end(tally, self.ear);
    }
}

fn fill(span: &SpanJson<'_>, draft: &mut SpanDraft) {
    draft.operation.push_str(&span.name.0);
    draft.kind = kind_of(&span.kind.0).unwrap_or_default();
    draft.trace = id_hash(&span.trace_id.0).unwrap_or(0);
    draft.id = id_hash(&span.id.0).unwrap_or(0);
    draft.parent = id_hash(&span.parent_id.0);
    if span.shared.0 == "true" {
        draft.parent = Some(draft.id);
        draft.id = !draft.id;
    }
    draft.time = times(span.timestamp, span.duration);
    span.tags.0.0.iter().for_each(|(key, value)| draft.attribute(&key.0, Scalar::Text(&value.0)));
    if draft.kind.is_outgoing() {
        draft.peer_service(&span.remote_endpoint.0.service_name.0);
        draft.peer_address(&span.remote_endpoint.0.ipv4.0);
    }
}

//! Spans of OTLP's JSON.

use serde::Deserialize;

use crate::ear::Ear;
use crate::lenient::{Lenient, List};
use crate::otlp::Resource;
use crate::otlp_value::{KeyValue, Text, Whole, id_hash};
use crate::span_draft::{SpanDraft, kind_of};
use hark_event::SpanKind;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SpanJson<'a> {
    #[serde(borrow, alias = "trace_id")]
    trace_id: Text<'a>,
    #[serde(borrow, alias = "span_id")]
    span_id: Text<'a>,
    #[serde(borrow, alias = "parent_span_id")]
    parent_span_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Whole,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Whole,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(borrow)]
    status: Lenient<StatusJson<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StatusJson<'a> {
    #[serde(borrow)]
    code: Text<'a>,
}

/// Reads spans.
#[derive(Default)]
pub(crate) struct Traces {
    draft: SpanDraft,
}

impl Traces {
    /// Reads one span; says whether it had arrived.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        line: u64,
        resource: &Resource,
        ear: &mut Ear<'_>,
    ) -> Result<Option<bool>, serde_json::Error> {
        let span: SpanJson<'_> = serde_json::from_slice(bytes)?;
        let draft = &mut self.draft;
        draft.clear();
        let start = span.start_time_unix_nano.moment();
        let end = span.end_time_unix_nano.moment();
        draft.time = start.or(end).map(|start| (start, end.unwrap_or(start)));
        draft.origin = resource.origin;
        draft.operation.push_str(&span.name.0);
        draft.kind = kind(&span.kind.0);
        draft.is_error = matches!(&*span.status.0.code.0, "2" | "STATUS_CODE_ERROR" | "ERROR");
        draft.is_ok = matches!(&*span.status.0.code.0, "1" | "STATUS_CODE_OK" | "OK");
        draft.trace = id_hash(&span.trace_id.0).unwrap_or(0);
        draft.id = id_hash(&span.span_id.0).unwrap_or(0);
        draft.parent = id_hash(&span.parent_span_id.0);
        draft.version.push_str(&resource.version);
        draft.line = line;
        span.attributes
            .iter()
            .for_each(|attribute| draft.attribute(&attribute.key.0, attribute.value().scalar()));
        ear.span(draft).map(Some).ok_or_else(|| serde::de::Error::custom("a span without a time"))
    }
}

/// OTLP numbers the kinds from 0, for one that is not told.
fn kind(text: &str) -> SpanKind {
    match text {
        "2" => SpanKind::Server,
        "3" => SpanKind::Client,
        "4" => SpanKind::Producer,
        "5" => SpanKind::Consumer,
        name => kind_of(name).unwrap_or_default(),
    }
}

//! Telemetry as JSON documents: OTLP's, Jaeger's, Zipkin's and Loki's, each as one document or as one object per line.
//!
//! What a document is, is found from the names in it. Who reads its records is decided here once, and so is which lines
//! count: those of which something had arrived.

use std::io::Read;

use crate::ear::Ear;
use crate::jaeger::Jaeger;
use crate::json;
use crate::json_walk::{Layout, Stop, Walk};
use crate::lines::Tally;
use crate::loki::{self, Loki};
use crate::otlp::Otlp;
use crate::samples::KnownLines;
use crate::zipkin::Zipkin;

/// A form, and where its documents end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Document {
    maker: Maker,
    layout: Layout,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Maker {
    Otlp,
    Jaeger,
    Zipkin,
    Loki,
}

/// What the head of a file says that it is, if it is one of these.
pub(crate) fn form(head: &[u8]) -> Option<Document> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let mut inner = head;
    while let [b'[', rest @ ..] = inner {
        inner = rest.trim_ascii_start();
    }
    let is_list = inner.len() < head.len();
    let (names, _) = json::names(inner)?;
    Some(Document { maker: maker(&names, is_list, head)?, layout: layout(head) })
}

fn maker(names: &[&str], is_list: bool, head: &[u8]) -> Option<Maker> {
    let has = |name: &str| names.contains(&name);
    let holds = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    const OTLP: [&str; 6] = [
        "resourceSpans",
        "resourceLogs",
        "resourceMetrics",
        "resource_spans",
        "resource_logs",
        "resource_metrics",
    ];
    if !is_list && OTLP.into_iter().any(has) {
        return Some(Maker::Otlp);
    }
    if (has("traceID") && has("spans")) || (has("data") && holds("\"traceID\"") && holds("\"spans\"")) {
        return Some(Maker::Jaeger);
    }
    if !is_list && loki::is_answer(names, head) {
        return Some(Maker::Loki);
    }
    let is_log = ["message", "msg", "level", "body", "severity"].into_iter().any(has);
    let is_span = has("localEndpoint") || (has("timestamp") && has("duration"));
    (has("traceId") && has("id") && is_span && !is_log).then_some(Maker::Zipkin)
}

/// One object per line if the first is whole, and if what follows it begins as it does.
fn layout(head: &[u8]) -> Layout {
    let mut lines =
        head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    let is_alike = second.is_none_or(|second| second.first() == first.first());
    // A line that was cut for this look cannot be seen to be whole.
    let is_whole =
        matches!(first, [b'{', .., b'}'] | [b'[', .., b']']) || first.len() >= crate::sniff::HEAD_LINE_BYTES;
    if is_alike && is_whole { Layout::Lines } else { Layout::Free }
}

impl Document {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self.maker {
            Maker::Otlp => "OTLP JSON",
            Maker::Jaeger => "Jaeger JSON",
            Maker::Zipkin => "Zipkin JSON",
            Maker::Loki => "Loki JSON",
        }
    }

    /// What is not there if nothing is in it.
    pub(crate) fn emptiness(self) -> &'static str {
        match self.maker {
            Maker::Otlp => "it has no log records, samples or spans",
            Maker::Jaeger | Maker::Zipkin => "it has no spans",
            Maker::Loki => "it has no records",
        }
    }

    /// Reads the file to its end; what ended it early, if something did.
    pub(crate) fn read(self, reader: Box<dyn Read + '_>, ear: &mut Ear<'_>) -> Option<Stop> {
        let walk = Walk::new(reader, self.layout);
        match self.maker {
            Maker::Otlp => Otlp::new(ear).read(walk),
            Maker::Jaeger => walk.walk(&mut Jaeger::new(ear)),
            Maker::Zipkin => walk.walk(&mut Zipkin::new(ear)),
            Maker::Loki => walk.walk(&mut Loki::new(ear)),
        }
    }
}

/// Counts what was read for values of their own: those of which something is known.
pub(crate) struct Units {
    lines: KnownLines,
    is_known: Option<bool>,
}

impl Units {
    pub(crate) fn new() -> Self {
        Self { lines: KnownLines::new(), is_known: None }
    }

    /// Notes whether a record had arrived.
    pub(crate) fn note(&mut self, is_known: bool) {
        self.is_known = Some(is_known || self.is_known == Some(true));
    }

    /// A value of its own has ended.
    pub(crate) fn end(&mut self, tally: Tally, ear: &mut Ear<'_>) {
        self.lines.count(tally, self.is_known.take(), ear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Option<(Maker, Layout)>) {
        assert_eq!(form(head.as_bytes()).map(|found| (found.maker, found.layout)), expected, "{head}");
    }

    #[test]
    fn documents_are_known_by_their_names_and_lines_by_their_ends() {
        check("{\"resourceSpans\":[]}\n{\"resourceLogs\":[]}\n", Some((Maker::Otlp, Layout::Lines)));
        check("{\n  \"resource_metrics\": [\n", Some((Maker::Otlp, Layout::Free)));
        check("{\"data\":[{\"traceID\":\"1\",\"spans\":[", Some((Maker::Jaeger, Layout::Free)));
        check("{\"traceID\":\"1\",\"spans\":[]}\n", Some((Maker::Jaeger, Layout::Lines)));
        check(
            "[{\"traceId\":\"1\",\"id\":\"2\",\"localEndpoint\":{}}]",
            Some((Maker::Zipkin, Layout::Lines)),
        );
        check(
            "[\n{\"traceId\":\"1\",\"id\":\"2\",\"localEndpoint\":{}},\n",
            Some((Maker::Zipkin, Layout::Free)),
        );
        check(
            "[{\"traceId\":\"1\",\"id\":\"2\",\"localEndpoint\":{}},\n{\"traceId\"",
            Some((Maker::Zipkin, Layout::Free)),
        );
        check("{\"traceId\":\"1\",\"id\":\"2\",\"duration\":3,\"timestamp\":1,\"msg\":\"a log\"}", None);
        check("{\"data\":[{\"x\":1}]}", None);
        check("{\"data\":{\"resultType\": \"streams\",\"result\":[", Some((Maker::Loki, Layout::Free)));
        check("{\"data\":{\"resultType\":\"matrix\",\"result\":[]}}", None);
        check("2026-01-01 a line", None);
    }
}

//! OTLP's JSON: documents of resources, their scopes, and the logs, samples or spans of these
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>), one document or one per line, as the Collector's
//! file exporter writes them.
//!
//! All three kinds may stand in one file. A record is read when its resource is known; where a writer puts the resource
//! last, its records wait for it, up to a limit.

use serde::Deserialize;

use crate::documents::Units;
use crate::ear::Ear;
use crate::json_walk::{Step, Stop, Visit, Walk};
use crate::lenient::{Lenient, List};
use crate::lines::Tally;
use crate::origin::{ENVIRONMENT_KEYS, Speaker, cut};
use crate::otlp_logs::Logs;
use crate::otlp_metrics::Metrics;
use crate::otlp_traces::Traces;
use crate::otlp_value::KeyValue;

/// Records that wait for their resource take at most so much room.
const WAITING_BYTES_MAX: usize = 16 << 20;

/// Who says the records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Resource {
    /// Service and environment.
    pub(crate) origin: Speaker,
    /// The service's version; empty if none is told.
    pub(crate) version: String,
    /// Which of several that run side by side; empty if none is told.
    pub(crate) instance: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ResourceJson<'a> {
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
}

/// What is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    Spans,
    Logs,
    Metrics,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    Document,
    Resources(Said),
    Resource(Said),
    ResourceItself,
    Scopes(Said),
    Scope(Said),
    Records(Said),
    Record(Said),
}

/// The reader of one file.
pub(crate) struct Otlp<'e, 'h> {
    ear: &'e mut Ear<'h>,
    resource: Option<Resource>,
    waiting: Vec<(Said, Vec<u8>, u64)>,
    waiting_bytes: usize,
    /// What was no good in records, and records that were none when they no longer waited.
    late: Tally,
    units: Units,
    traces: Traces,
    metrics: Metrics,
    logs: Logs,
}

impl<'e, 'h> Otlp<'e, 'h> {
    pub(crate) fn new(ear: &'e mut Ear<'h>) -> Self {
        Self {
            ear,
            resource: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            late: Tally::default(),
            units: Units::new(),
            traces: Traces::default(),
            metrics: Metrics::default(),
            logs: Logs::new(),
        }
    }

    /// Reads the file to its end; what ended it early, if something did.
    pub(crate) fn read(mut self, walk: Walk<'_>) -> Option<Stop> {
        let stop = walk.walk(&mut self);
        self.logs.finish(self.ear);
        self.metrics.finish(self.ear);
        stop
    }

    fn record(&mut self, said: Said, bytes: &[u8], line: u64) -> bool {
        let unknown = Resource::default();
        let resource = self.resource.as_ref().unwrap_or(&unknown);
        let known = match said {
            Said::Spans => self.traces.read(bytes, line, resource, self.ear),
            Said::Metrics => self.metrics.read(bytes, line, resource, &mut self.late, self.ear),
            Said::Logs => return self.logs.read(bytes, line, resource, self.ear),
        };
        match known {
            Ok(Some(is_known)) => self.units.note(is_known),
            Ok(None) => {}
            Err(_) => return false,
        }
        true
    }

    fn read_waiting(&mut self) {
        self.waiting_bytes = 0;
        for (said, bytes, line) in std::mem::take(&mut self.waiting) {
            if !self.record(said, &bytes, line) {
                self.late.reject(line, crate::json_walk::NOT_UNDERSTOOD);
            }
        }
    }
}

impl Visit for Otlp<'_, '_> {
    type Node = Node;

    fn root(&self, first: u8) -> Step<Node> {
        if first == b'{' { Step::Enter(Node::Document) } else { Step::Pass }
    }

    fn step(&self, parent: Node, key: Option<&[u8]>) -> Step<Node> {
        match (parent, key) {
            (Node::Document, Some(b"resourceSpans" | b"resource_spans")) => {
                Step::Enter(Node::Resources(Said::Spans))
            }
            (Node::Document, Some(b"resourceLogs" | b"resource_logs")) => {
                Step::Enter(Node::Resources(Said::Logs))
            }
            (Node::Document, Some(b"resourceMetrics" | b"resource_metrics")) => {
                Step::Enter(Node::Resources(Said::Metrics))
            }
            (Node::Resources(said), None) => Step::Enter(Node::Resource(said)),
            (Node::Resource(_), Some(b"resource")) => Step::Take(Node::ResourceItself),
            (
                Node::Resource(said),
                Some(
                    b"scopeSpans"
                    | b"scope_spans"
                    | b"scopeLogs"
                    | b"scope_logs"
                    | b"scopeMetrics"
                    | b"scope_metrics"
                    | b"instrumentationLibrarySpans",
                ),
            ) => Step::Enter(Node::Scopes(said)),
            (Node::Scopes(said), None) => Step::Enter(Node::Scope(said)),
            (Node::Scope(said), Some(b"spans" | b"logRecords" | b"log_records" | b"metrics")) => {
                Step::Enter(Node::Records(said))
            }
            (Node::Records(said), None) => Step::Take(Node::Record(said)),
            _ => Step::Pass,
        }
    }

    fn take(&mut self, node: Node, _: Option<&[u8]>, bytes: &[u8], line: u64) -> bool {
        match node {
            Node::Record(said) if self.resource.is_some() => self.record(said, bytes, line),
            Node::Record(said) if self.waiting_bytes + bytes.len() <= WAITING_BYTES_MAX => {
                self.waiting_bytes += bytes.len();
                self.waiting.push((said, bytes.to_vec(), line));
                true
            }
            Node::Record(said) => {
                self.ear.hearing.cut("records whose resource came more than 16 MiB after them", 1);
                self.record(said, bytes, line)
            }
            _ => match serde_json::from_slice::<Lenient<ResourceJson<'_>>>(bytes) {
                Ok(Lenient(resource)) => {
                    self.resource = Some(understand(&resource.attributes, self.ear));
                    self.read_waiting();
                    true
                }
                Err(_) => false,
            },
        }
    }

    fn leave(&mut self, node: Node) {
        if let Node::Resource(_) = node {
            self.read_waiting();
            self.resource = None;
        }
    }

    fn end(&mut self, mut tally: Tally) {
        // What was broken in its brackets has not been left.
        self.read_waiting();
        self.resource = None;
        tally.take_rejected(&mut self.late);
        // Log records arrive by a rule of their own, and so do their lines.
        if let Some(tally) = self.logs.end(tally, self.ear) {
            self.units.end(tally, self.ear);
        }
    }
}

fn understand(attributes: &[KeyValue<'_>], ear: &mut Ear<'_>) -> Resource {
    let text = |keys: &[&str]| {
        keys.iter().find_map(|wanted| {
            let found = attributes.iter().find(|attribute| attribute.key.0 == *wanted)?;
            found.value().scalar().text().map(str::trim).filter(|text| !text.is_empty())
        })
    };
    let origin = ear.origins.of(text(&["service.name"]), text(&ENVIRONMENT_KEYS)).settled();
    Resource {
        origin,
        version: cut(text(&["service.version"]).unwrap_or_default()).to_owned(),
        instance: cut(text(&["service.instance.id", "k8s.pod.name", "host.name"]).unwrap_or_default())
            .to_owned(),
    }
}

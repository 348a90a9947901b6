//! What the fields of a structured log record mean, by the names that loggers give them.
//!
//! Names are compared without case, below containers that only group (`resource`, `attributes`, `labels`,
//! `fields`). Of several fields with one meaning the first in our lists wins, whatever their order.
//!
//! What is no message and says neither when nor who nor how loud is a field beside the message. Of a record without a message
//! these fields are the message, by name, so that the order in which a logger writes them makes no difference.

use std::fmt::Write;

use hark_event::{Level, Moment};

use crate::draft::Draft;
use crate::ear::Ear;
use crate::json::{Fields, Scalar};
use crate::level;
use crate::origin::cut;
use crate::otlp_value::id_hash;
use crate::plain::take_message;
use crate::stamp::{FieldReader, of_fraction, of_magnitude};

const NAME_BYTES_MAX: usize = 48;
/// The field that GELF alone has (<https://go2docs.graylog.org/current/getting_in_log_data/gelf.html>).
const GELF_MESSAGE: &str = "short_message";

/// Containers whose name adds no meaning.
const CONTAINERS: [&str; 11] = [
    "resource.attributes.",
    "resource.",
    // Datadog's, whose records are attributes and have some.
    "attributes.attributes.",
    "attributes.",
    "kubernetes.labels.",
    "labels.",
    "fields.",
    // Log4j's and Loguru's.
    "contextmap.",
    "record.extra.",
    "record.",
    // Google's.
    "jsonpayload.",
];

/// What Elasticsearch wraps around a record.
const WRAPPER: &str = "_source.";

/// Objects that describe who or where, whatever they hold.
const ASIDE_CONTAINERS: [&str; 19] = [
    "record.elapsed.",
    "record.file.",
    "record.level.",
    "record.process.",
    "record.thread.",
    "record.time.",
    "code.",
    "thread.",
    "resource.",
    "kubernetes.",
    "k8s.",
    "docker.",
    "container.",
    "host.",
    "process.",
    "agent.",
    "instrumentation_scope.",
    "scope.",
    "log.origin.",
];

/// A field's meaning; the number is its rank among fields of the same meaning, best first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    Time(u8),
    Observed,
    Message(u8),
    /// A message if there is no better one, else worth adding to it.
    MessageOrExtra(u8),
    Extra,
    /// How loudly, if its word is a level and nothing else says one; else as an extra.
    LevelOrExtra,
    /// A message if there is no better one and it is text, else where in the code.
    MessageOrAside,
    Stack,
    Level,
    LevelNumber,
    Service(u8),
    Environment(u8),
    Version(u8),
    Peer,
    /// Who, or where in the code: no part of what is said.
    Aside,
    /// In the course of which trace: no part of what is said either.
    Trace,
    Other,
}

impl Meaning {
    /// Whether such a field is kept as one, where it is not part of the message.
    fn is_field(self) -> bool {
        matches!(
            self,
            Self::Other
                | Self::Peer
                | Self::Extra
                | Self::LevelOrExtra
                | Self::MessageOrExtra(_)
                | Self::Message(_)
        )
    }
}

/// A name as the last object had it, and what was found out about it.
#[derive(Debug)]
struct Known {
    name: String,
    meaning: Meaning,
    /// Where the name begins behind the container that only groups.
    start: usize,
}

/// Reads the fields of log records.
#[derive(Debug, Default)]
pub(crate) struct LogFields {
    times: FieldReader,
    /// The text in the making of a message without a message field.
    pair: String,
    /// Names by their place in the object, as the last objects had them, and what they mean: loggers write
    /// the same names in the same order, so that one comparison answers for most fields.
    known: Vec<Known>,
    /// The meanings of the present object's fields.
    meanings: Vec<Meaning>,
    /// The places of the present object's fields by their names.
    by_name: Vec<usize>,
    /// Whether the present object's level is the word of its status.
    has_status_level: bool,
}

/// The best field of each meaning.
#[derive(Default)]
struct Found<'a> {
    time: Option<(u8, Moment)>,
    observed: Option<Moment>,
    message: Option<(u8, &'a str, &'a str)>,
    level: Level,
    /// The first level that is a whole number, whatever its scale.
    level_count: Option<i64>,
    /// Whether the record is GELF's, whose level is syslog's severity and whose version its own.
    is_gelf: bool,
    level_number: Option<Level>,
    level_of_status: Option<Level>,
    service: Option<(u8, &'a str)>,
    environment: Option<(u8, &'a str)>,
    version: Option<(u8, &'a str)>,
    trace: Option<u64>,
}

impl LogFields {
    /// The time that the fields say, for those who only ask whether there is one.
    pub(crate) fn time(&mut self, fields: &Fields, line: &str, ear: &mut Ear<'_>) -> Option<Moment> {
        self.understand(fields, line);
        let found = self.find(fields, line, ear);
        found.time.map(|(_, time)| time).or(found.observed)
    }

    /// Fills the draft from the fields of a line.
    pub(crate) fn fill(&mut self, fields: &Fields, line: &str, draft: &mut Draft, ear: &mut Ear<'_>) {
        self.understand(fields, line);
        let found = self.find(fields, line, ear);
        draft.time = found.time.map(|(_, time)| time).or(found.observed);
        draft.observed = found.observed;
        let level = Some(found.level).filter(|level| *level != Level::Unknown).or(found.level_number);
        self.has_status_level = level.is_none() && found.level_of_status.is_some();
        draft.level = level.or(found.level_of_status).unwrap_or_default();
        draft.origin =
            ear.origins.of(found.service.map(|(_, name)| name), found.environment.map(|(_, name)| name));
        if let Some((_, version)) = found.version {
            draft.version.push_str(cut(version));
        }
        draft.trace = found.trace;
        match found.message {
            Some((_, key, message)) => {
                take_text(key, message, draft);
                self.push_others(fields, line, key, draft, ear.hears_fields);
            }
            None => self.push_all(fields, line, draft),
        }
    }

    fn understand(&mut self, fields: &Fields, line: &str) {
        self.meanings.clear();
        for at in 0..fields.len() {
            let key = fields.key(line, at);
            match self.known.get_mut(at) {
                Some(known) if known.name == key => {}
                Some(other) => *other = Known::of(key),
                None => self.known.push(Known::of(key)),
            }
            self.meanings.push(self.known[at].meaning);
        }
    }

    fn find<'a>(&mut self, fields: &'a Fields, line: &'a str, ear: &mut Ear<'_>) -> Found<'a> {
        let mut found = Found::default();
        for at in 0..fields.len() {
            let value = || fields.value(line, at);
            match self.meanings[at] {
                Meaning::Time(rank) if found.time.is_none_or(|(best, _)| rank < best) => {
                    let time = self.moment(value(), ear);
                    found.time = time.map(|time| (rank, time)).or(found.time);
                }
                Meaning::Observed => found.observed = found.observed.or_else(|| self.moment(value(), ear)),
                Meaning::Message(rank) | Meaning::MessageOrExtra(rank) => {
                    let name = &fields.key(line, at)[self.known[at].start..];
                    found.is_gelf |= name.eq_ignore_ascii_case(GELF_MESSAGE);
                    if let Some(text) = value().text()
                        && found.message.is_none_or(|(best, ..)| rank < best)
                        && !text.is_empty()
                    {
                        found.message = Some((rank, fields.key(line, at), text));
                    }
                }
                Meaning::Level if found.level == Level::Unknown => {
                    let value = value();
                    found.level = level_of(value);
                    if let Scalar::Integer(count) = value {
                        found.level_count = found.level_count.or(Some(count));
                    }
                }
                Meaning::LevelNumber => found.level_number = severity(value()),
                Meaning::LevelOrExtra => found.level_of_status = level_of_status(value()),
                Meaning::MessageOrAside => {
                    if let Some(text) = value().text().filter(|text| text.trim().contains(' '))
                        && found.message.is_none()
                    {
                        found.message = Some((u8::MAX, fields.key(line, at), text));
                    }
                }
                Meaning::Service(rank) => keep_best(&mut found.service, rank, value()),
                Meaning::Environment(rank) => keep_best(&mut found.environment, rank, value()),
                Meaning::Version(rank) => keep_best(&mut found.version, rank, value()),
                Meaning::Trace if ear.hears_traces => {
                    found.trace = found.trace.or_else(|| id_hash(value().text()?));
                }
                _ => {}
            }
        }
        if found.is_gelf {
            found.version = None;
            let severity = found.level_count.and_then(|count| u32::try_from(count).ok());
            found.level = severity.filter(|severity| *severity < 8).map_or(found.level, level::of_priority);
        }
        found
    }

    fn moment(&mut self, value: Scalar<'_>, ear: &mut Ear<'_>) -> Option<Moment> {
        match value {
            Scalar::Integer(count) => of_magnitude(count),
            Scalar::Float(count) => of_fraction(count),
            Scalar::Text(text) => ear.calendar.place(self.times.read(text)?),
            _ => None,
        }
    }

    /// Beside a message: what is worth adding to it is added, the rest is noted for whoever wants it.
    fn push_others(
        &mut self,
        fields: &Fields,
        line: &str,
        message_key: &str,
        draft: &mut Draft,
        is_noted: bool,
    ) {
        let is_worth_it = |meaning: &Meaning| {
            matches!(
                meaning,
                Meaning::Extra
                    | Meaning::LevelOrExtra
                    | Meaning::MessageOrExtra(_)
                    | Meaning::Peer
                    | Meaning::Stack
            )
        };
        if !is_noted && !self.meanings.iter().any(is_worth_it) {
            return;
        }
        let mut has_stack = false;
        for at in 0..fields.len() {
            let meaning = self.meanings[at];
            has_stack |= meaning == Meaning::Stack;
            let is_level = meaning == Meaning::LevelOrExtra && self.has_status_level;
            if !meaning.is_field() || is_level {
                continue;
            }
            let (key, value) = (fields.key(line, at), fields.value(line, at));
            if key == message_key {
                continue;
            }
            if let Some(text) = value.text().filter(|text| !text.is_empty()) {
                match meaning {
                    Meaning::MessageOrExtra(_) if text.contains('\n') => {
                        draft.push("\n");
                        draft.push(text.trim_end());
                        continue;
                    }
                    Meaning::Extra | Meaning::LevelOrExtra | Meaning::MessageOrExtra(_)
                        if !draft.message.contains(text) =>
                    {
                        let start = self.known[at].start;
                        self.push_pair(&key[start..], value, draft);
                        continue;
                    }
                    Meaning::Peer => draft.push_peer(text),
                    _ => {}
                }
            }
            if is_noted {
                draft.fields.push(&key[self.known[at].start..], value);
            }
        }
        if has_stack {
            self.push_stacks(fields, line, draft);
        }
    }

    /// All that is said, by name: the message of a record that has no other.
    fn push_all(&mut self, fields: &Fields, line: &str, draft: &mut Draft) {
        self.order(fields, line, Meaning::is_field);
        if self.by_name.is_empty() {
            self.order(fields, line, |meaning| matches!(meaning, Meaning::Aside | Meaning::Trace));
        }
        for place in 0..self.by_name.len() {
            let at = self.by_name[place];
            let (key, value) = (fields.key(line, at), fields.value(line, at));
            if self.meanings[at] == Meaning::Peer
                && let Some(text) = value.text()
            {
                draft.push_peer(text);
            }
            let name = &key[self.known[at].start..];
            draft.fields.push(name, value);
            match value.text().filter(|text| text.contains('\n')) {
                // A further line would belong to a stack trace.
                Some(text) => self.push_pair(name, Scalar::Text(&text.replace('\n', " ")), draft),
                None => self.push_pair(name, value, draft),
            }
        }
        draft.fields.are_message();
        self.push_stacks(fields, line, draft);
    }

    fn order(&mut self, fields: &Fields, line: &str, is_wanted: impl Fn(Meaning) -> bool) {
        let Self { by_name, known, meanings, .. } = self;
        by_name.clear();
        by_name.extend((0..fields.len()).filter(|&at| is_wanted(meanings[at])));
        by_name.sort_by_key(|&at| &fields.key(line, at)[known[at].start..]);
    }

    fn push_stacks(&self, fields: &Fields, line: &str, draft: &mut Draft) {
        for ((_, value), meaning) in fields.iter(line).zip(&self.meanings) {
            if let Some(text) = value.text().filter(|_| *meaning == Meaning::Stack) {
                draft.push("\n");
                draft.push(text.trim_end());
            }
        }
    }

    fn push_pair(&mut self, key: &str, value: Scalar<'_>, draft: &mut Draft) {
        let space = if draft.message.is_empty() { "" } else { " " };
        [space, key, "="].into_iter().for_each(|part| draft.push(part));
        if let Some(text) = value.text() {
            return draft.push(text);
        }
        self.pair.clear();
        write!(self.pair, "{value}").expect("writing to a string cannot fail");
        draft.push(&self.pair);
    }
}

/// What a container wrote may bring stamp and level of its own; what a logger wrote is the message.
fn take_text(key: &str, message: &str, draft: &mut Draft) {
    let message = message.trim_end_matches(['\n', '\r']);
    if draft.level == Level::Unknown || key == "log" {
        take_message(message, draft);
    } else {
        draft.push(message);
    }
}

fn keep_best<'a>(best: &mut Option<(u8, &'a str)>, rank: u8, value: Scalar<'a>) {
    if let Some(text) = value.text().filter(|text| text.chars().any(|letter| !letter.is_whitespace()))
        && best.is_none_or(|(found, _)| rank < found)
    {
        *best = Some((rank, text));
    }
}

fn level_of(value: Scalar<'_>) -> Level {
    match value {
        Scalar::Text(text) => Level::parse(text.trim()).unwrap_or_default(),
        Scalar::Integer(number) => level::of_number(number).unwrap_or_default(),
        _ => Level::Unknown,
    }
}

/// Datadog's status, which says `ok` where others say `info`.
fn level_of_status(value: Scalar<'_>) -> Option<Level> {
    let word = value.text()?.trim();
    if word.eq_ignore_ascii_case("ok") { Some(Level::Info) } else { Level::parse(word) }
}

/// OpenTelemetry's severity number.
fn severity(value: Scalar<'_>) -> Option<Level> {
    let Scalar::Integer(number) = value else { return None };
    level::of_severity_number(number)
}

impl Known {
    fn of(key: &str) -> Self {
        let (meaning, start) = meaning(key);
        Self { name: key.to_owned(), meaning, start }
    }
}

/// Whether a field of this name says when.
pub(crate) fn is_time(name: &str) -> bool {
    matches!(meaning(name).0, Meaning::Time(_))
}

/// Whether a field of this name is kept as one beside a message.
pub(crate) fn is_field(name: &str) -> bool {
    meaning(name).0.is_field()
}

/// The rank of a field of this name as the message of a record, best first; `None` if it is none.
pub(crate) fn message_rank(name: &str) -> Option<u8> {
    match meaning(name).0 {
        Meaning::Message(rank) | Meaning::MessageOrExtra(rank) => Some(rank),
        _ => None,
    }
}

/// Whether a field of this name names another service.
pub(crate) fn is_peer(name: &str) -> bool {
    meaning(name).0 == Meaning::Peer
}

/// What a name means, and where it begins behind a container that only groups.
fn meaning(key: &str) -> (Meaning, usize) {
    let mut lower = [0_u8; NAME_BYTES_MAX];
    let Some(letters) = lower.get_mut(..key.len()) else { return (Meaning::Other, 0) };
    letters.copy_from_slice(key.as_bytes());
    letters.make_ascii_lowercase();
    let Ok(name) = std::str::from_utf8(letters) else { return (Meaning::Other, 0) };
    let wrapper = if name.starts_with(WRAPPER) { WRAPPER.len() } else { 0 };
    let wrapped = &name[wrapper..];
    let container = CONTAINERS
        .iter()
        .find(|container| wrapped.len() > container.len() && wrapped.starts_with(**container));
    let start = wrapper + container.map_or(0, |container| container.len());
    // Elsewhere a status is what became of something.
    if name == "attributes.status" {
        return (Meaning::LevelOrExtra, start);
    }
    match of_name(&name[start..]) {
        // What describes a resource or a container says who.
        Meaning::Other if ASIDE_CONTAINERS.iter().any(|container| wrapped.starts_with(container)) => {
            (Meaning::Aside, start)
        }
        meaning => (meaning, start),
    }
}

fn of_name(name: &str) -> Meaning {
    match name {
        "time" => Meaning::Time(0),
        "timestamp" | "@t" => Meaning::Time(1),
        "@timestamp" => Meaning::Time(2),
        "ts" => Meaning::Time(3),
        "t" => Meaning::Time(4),
        "datetime" | "asctime" => Meaning::Time(5),
        "date" => Meaning::Time(6),
        "eventtime" | "event_time" | "_time" | "result._time" => Meaning::Time(7),
        "timeunixnano" | "time_unix_nano" | "timemillis" | "instant.epochsecond" | "time.timestamp" => {
            Meaning::Time(8)
        }
        "observed_time"
        | "observed_timestamp"
        | "observedtimestamp"
        | "observedtimeunixnano"
        | "observed_time_unix_nano"
        | "ingested"
        | "ingest_time"
        | "ingestiontime"
        | "_indextime" => Meaning::Observed,
        "message" | "@m" => Meaning::Message(0),
        "msg" | "@mt" | "short_message" => Meaning::Message(1),
        "log" | "textpayload" => Meaning::Message(2),
        "text" => Meaning::Message(3),
        "event" => Meaning::MessageOrExtra(4),
        "body" | "body.stringvalue" => Meaning::Message(5),
        "error" | "error.message" => Meaning::MessageOrExtra(6),
        "err" | "err.message" | "exception" | "exception.message" | "exception.value" | "thrown.message" => {
            Meaning::MessageOrExtra(7)
        }
        "description" | "content" | "summary" | "logmessage" | "log_message" => Meaning::Message(8),
        "_raw" | "result._raw" => Meaning::Message(9),
        "line" => Meaning::MessageOrAside,
        "state" | "from" | "to" | "status" | "thrown.name" => Meaning::Extra,
        "stack_trace"
        | "stacktrace"
        | "stack"
        | "exception.stacktrace"
        | "error.stack_trace"
        | "error.stack"
        | "err.stack"
        | "exc_info"
        | "@x" => Meaning::Stack,
        "level" | "severity" | "severity_text" | "severitytext" | "lvl" | "loglevel" | "log.level"
        | "log_level" | "levelname" | "level.name" | "@l" => Meaning::Level,
        "severitynumber" | "severity_number" => Meaning::LevelNumber,
        "service.name" | "service_name" => Meaning::Service(0),
        "service" => Meaning::Service(1),
        "app" => Meaning::Service(2),
        "job" => Meaning::Service(3),
        "deployment.environment.name" => Meaning::Environment(0),
        "deployment.environment" => Meaning::Environment(1),
        "environment" => Meaning::Environment(2),
        "env" => Meaning::Environment(3),
        "service.version" | "service_version" => Meaning::Version(0),
        "version" => Meaning::Version(1),
        "peer.service" | "peer_service" | "upstream" | "downstream" | "target_service" | "destination"
        | "server.address" | "net.peer.name" | "remote_service" | "callee" | "client" => Meaning::Peer,
        "logger" | "logger_name" | "loggername" | "log.logger" | "logname" | "sourcecontext" | "category"
        | "module" | "target" | "caller" | "source" | "file" | "filename" | "pathname" | "lineno"
        | "line_number" | "func" | "funcname" | "function" | "method_name" | "class" | "issynced"
        | "tzknown" | "syncaccuracy" | "thread" | "thread_name" | "threadname" | "thread_id" | "threadid"
        | "tid" | "pid" | "process" | "processname" | "process_id" | "processid" | "host" | "hostname"
        | "host_name" | "instance" | "node" | "pod" | "namespace" | "container" | "container_name"
        | "container_id" | "stream" | "trace" | "span_id" | "spanid" | "span.id" | "parent_id"
        | "parentspanid" | "parent_span_id" | "trace_flags" | "traceflags" | "trace_sampled" | "flags"
        | "dd.span_id" | "dd.service" | "dd.env" | "dd.version" | "v" | "@version" | "ecs.version" | "@i"
        | "@sp" | "level_value" | "levelno" | "created" | "msecs" | "relativecreated" | "taskname"
        | "seq" | "sequence" | "_id" | "type_name" | "_index" | "_score" | "_bkt" | "_cd" | "_si"
        | "_serial" | "_sourcetype" | "sourcetype" | "splunk_server" | "linecount" | "logstreamname"
        | "insertid" => Meaning::Aside,
        "trace_id" | "traceid" | "trace.id" | "dd.trace_id" | "@tr" => Meaning::Trace,
        // Log4j's.
        "loggerfqcn" | "endofbatch" | "threadpriority" | "instant.nanoofsecond" => Meaning::Aside,
        _ => Meaning::Other,
    }
}

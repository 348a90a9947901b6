//! What the fields of a structured log record mean, by the names that loggers give them.
//!
//! Names are compared without case, below containers that only group (`resource`, `attributes`, `labels`,
//! `fields`). Of several fields with one meaning the first in our lists wins, whatever their order.

use std::fmt::Write;

use hark_event::{Level, Moment};

use crate::draft::Draft;
use crate::ear::Ear;
use crate::json::{Fields, Scalar};
use crate::level;
use crate::plain::take_message;
use crate::stamp::{FieldReader, of_fraction, of_magnitude};

const NAME_BYTES_MAX: usize = 48;

/// Containers whose name adds no meaning.
const CONTAINERS: [&str; 6] =
    ["resource.attributes.", "resource.", "attributes.", "kubernetes.labels.", "labels.", "fields."];

/// A field's meaning; the number is its rank among fields of the same meaning, best first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    Time(u8),
    Observed,
    Message(u8),
    /// A message if there is no better one, else worth adding to it.
    MessageOrExtra(u8),
    Extra,
    Stack,
    Level,
    LevelNumber,
    Service(u8),
    Environment(u8),
    Version(u8),
    Peer,
    Other,
}

/// Reads the fields of log records.
#[derive(Debug, Default)]
pub(crate) struct LogFields {
    times: FieldReader,
    /// The text in the making of a message without a message field.
    pair: String,
    /// Names by their place in the object, as the last objects had them, and what they mean: loggers write
    /// the same names in the same order, so that one comparison answers for most fields.
    known: Vec<(String, Meaning)>,
    /// The meanings of the present object's fields.
    meanings: Vec<Meaning>,
}

/// The best field of each meaning.
#[derive(Default)]
struct Found<'a> {
    time: Option<(u8, Moment)>,
    observed: Option<Moment>,
    message: Option<(u8, &'a str, &'a str)>,
    level: Level,
    level_number: Option<Level>,
    service: Option<(u8, &'a str)>,
    environment: Option<(u8, &'a str)>,
    version: Option<(u8, &'a str)>,
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
        draft.level =
            if found.level == Level::Unknown { found.level_number.unwrap_or_default() } else { found.level };
        draft.origin =
            ear.origins.of(found.service.map(|(_, name)| name), found.environment.map(|(_, name)| name));
        if let Some((_, version)) = found.version {
            draft.version.push_str(version);
        }
        match found.message {
            Some((_, key, message)) => {
                take_text(key, message, draft);
                self.push_extras(fields, line, key, draft);
            }
            None => self.push_all(fields, line, draft),
        }
    }

    fn understand(&mut self, fields: &Fields, line: &str) {
        self.meanings.clear();
        for at in 0..fields.len() {
            let key = fields.key(line, at);
            match self.known.get_mut(at) {
                Some((known, _)) if known == key => {}
                Some(other) => *other = (key.to_owned(), meaning(key)),
                None => self.known.push((key.to_owned(), meaning(key))),
            }
            self.meanings.push(self.known[at].1);
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
                    if let Some(text) = value().text()
                        && found.message.is_none_or(|(best, ..)| rank < best)
                        && !text.is_empty()
                    {
                        found.message = Some((rank, fields.key(line, at), text));
                    }
                }
                Meaning::Level if found.level == Level::Unknown => found.level = level_of(value()),
                Meaning::LevelNumber => found.level_number = severity(value()),
                Meaning::Service(rank) => keep_best(&mut found.service, rank, value()),
                Meaning::Environment(rank) => keep_best(&mut found.environment, rank, value()),
                Meaning::Version(rank) => keep_best(&mut found.version, rank, value()),
                _ => {}
            }
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

    fn push_extras(&mut self, fields: &Fields, line: &str, message_key: &str, draft: &mut Draft) {
        let is_worth_it = |meaning: &Meaning| {
            matches!(meaning, Meaning::Extra | Meaning::MessageOrExtra(_) | Meaning::Peer | Meaning::Stack)
        };
        if !self.meanings.iter().any(is_worth_it) {
            return;
        }
        for (at, (key, value)) in fields.iter(line).enumerate() {
            let Some(text) = value.text().filter(|text| !text.is_empty() && key != message_key) else {
                continue;
            };
            match self.meanings[at] {
                Meaning::Extra | Meaning::MessageOrExtra(_) if !draft.message.contains(text) => {
                    self.push_pair(key, value, draft);
                }
                Meaning::Peer => draft.push_peer(text),
                _ => {}
            }
        }
        self.push_stacks(fields, line, draft);
    }

    fn push_all(&mut self, fields: &Fields, line: &str, draft: &mut Draft) {
        for (at, (key, value)) in fields.iter(line).enumerate() {
            match self.meanings[at] {
                Meaning::Peer => {
                    if let Some(text) = value.text() {
                        draft.push_peer(text);
                    }
                    self.push_pair(key, value, draft);
                }
                Meaning::Other | Meaning::Extra | Meaning::Message(_) | Meaning::MessageOrExtra(_) => {
                    self.push_pair(key, value, draft);
                }
                _ => {}
            }
        }
        self.push_stacks(fields, line, draft);
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
        self.pair.clear();
        let space = if draft.message.is_empty() { "" } else { " " };
        write!(self.pair, "{space}{key}={value}").expect("writing to a string cannot fail");
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

/// OpenTelemetry's severity number.
fn severity(value: Scalar<'_>) -> Option<Level> {
    let Scalar::Integer(number) = value else { return None };
    level::of_severity_number(number)
}

fn meaning(key: &str) -> Meaning {
    let mut lower = [0_u8; NAME_BYTES_MAX];
    let Some(letters) = lower.get_mut(..key.len()) else { return Meaning::Other };
    letters.copy_from_slice(key.as_bytes());
    letters.make_ascii_lowercase();
    let Ok(mut name) = std::str::from_utf8(letters) else { return Meaning::Other };
    if name.contains('.') {
        name = CONTAINERS.iter().find_map(|container| name.strip_prefix(container)).unwrap_or(name);
    }
    of_name(name)
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
        "eventtime" | "event_time" => Meaning::Time(7),
        "timeunixnano" | "time_unix_nano" => Meaning::Time(8),
        "observed_time"
        | "observed_timestamp"
        | "observedtimestamp"
        | "observedtimeunixnano"
        | "observed_time_unix_nano"
        | "ingested"
        | "ingest_time" => Meaning::Observed,
        "message" | "@m" => Meaning::Message(0),
        "msg" | "@mt" | "short_message" => Meaning::Message(1),
        "log" => Meaning::Message(2),
        "text" => Meaning::Message(3),
        "event" => Meaning::MessageOrExtra(4),
        "body" | "body.stringvalue" => Meaning::Message(5),
        "error" | "error.message" => Meaning::MessageOrExtra(6),
        "err" | "err.message" | "exception" | "exception.message" => Meaning::MessageOrExtra(7),
        "state" | "from" | "to" | "status" => Meaning::Extra,
        "stack_trace"
        | "stacktrace"
        | "stack"
        | "exception.stacktrace"
        | "error.stack_trace"
        | "error.stack"
        | "err.stack"
        | "exc_info" => Meaning::Stack,
        "level" | "severity" | "severity_text" | "severitytext" | "lvl" | "loglevel" | "log.level"
        | "log_level" | "levelname" | "@l" => Meaning::Level,
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
        _ => Meaning::Other,
    }
}

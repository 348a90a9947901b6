//! From a message to its shape, in one pass over the bytes and without allocating.
//!
//! Constant text is copied in stretches as long as possible; only words that hold a digit or a sign that may mean
//! something are looked at. The identity is the hash of the shape's text: nothing that was seen before, and no other
//! machine, can change it. Here stand messages and records; how one line is masked, in `line`.

mod line;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use hark_event::LogRecord;
use xxhash_rust::xxh3::xxh3_64;

use crate::guard::Guards;
use crate::header;
use crate::mask::Masked;
use crate::recall::{Look, Recall};
use crate::rules::Rules;
use crate::template::Template;
use crate::trace;
use crate::writer::Writer;

use line::Line;

pub(crate) use line::is_request_line;

/// So many bytes of a message are considered.
pub(crate) const MESSAGE_BYTES_MAX: usize = 4096;
/// By own rules, so many bytes of a long message are masked at its start, and so many as are considered at its end.
const RULED_BYTES_MAX: usize = 64 * 1024;

/// The identity of a shape: XXH3 (64 bits, seed 0) of its text.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
pub struct ShapeId(pub u64);

/// The shape of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape<'a> {
    /// Its identity, equal wherever the same text is.
    pub id: ShapeId,
    /// The message with typed wildcards (`<num>`, `<id>`, …), at most 1,024 bytes.
    pub text: &'a str,
    /// How many secrets were masked in the part of the message that was considered.
    pub masked: u32,
}

impl Shape<'_> {
    /// The message with every wildcard printed `<*>`, as the name of a pattern has it; by the rules that shaped it.
    pub fn name(&self, rules: &Rules) -> String {
        Template::of_shape(self.text, rules).name
    }
}

/// The identity of a message's shape, without its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// As [`Shape::id`].
    pub id: ShapeId,
    /// As [`Shape::masked`].
    pub masked: u32,
}

/// Turns messages into shapes; holds the buffers, so keep one per thread.
#[derive(Default)]
pub struct Shaper {
    pub(crate) out: Writer,
    pub(crate) masked: u32,
    /// Nothing where there are none, which costs nothing.
    pub(crate) rules: Option<Arc<Rules>>,
    /// A field in the making.
    pub(crate) field: String,
    guards: Guards,
    recall: Recall,
}

impl Shaper {
    /// A shaper with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A shaper that knows what people know of their lines.
    pub fn with_rules(rules: Arc<Rules>) -> Self {
        let rules = Some(rules).filter(|rules| **rules != Rules::default());
        Self { rules, ..Self::default() }
    }

    /// The shape of one message, of one line or several: a pure function of its text.
    ///
    /// The first 4 KiB are considered, and of a stack trace 16 KiB, of Python the last.
    pub fn shape(&mut self, message: &str) -> Shape<'_> {
        self.out.clear();
        self.masked = 0;
        match self.rules.clone() {
            None => self.lines(message),
            Some(rules) => self.ruled(message, &rules),
        }
        let text = self.out.finish();
        Shape { id: ShapeId(xxh3_64(text.as_bytes())), text, masked: self.masked }
    }

    /// The shape of a record: of its message, or of its fields where these are all that it says.
    pub fn shape_record(&mut self, record: &LogRecord<'_>) -> Shape<'_> {
        if record.fields.are_message() {
            return self.shape_fields(record.fields, record.message);
        }
        self.shape(record.message)
    }

    /// The identity that [`Shaper::shape_record`] gives.
    #[inline]
    pub fn identity_of(&mut self, record: &LogRecord<'_>) -> Identity {
        if record.fields.are_message() {
            let Shape { id, masked, .. } = self.shape_fields(record.fields, record.message);
            return Identity { id, masked };
        }
        self.identity(record.message)
    }

    /// The identity that [`Shaper::shape`] gives, and faster where a message like this one was seen before.
    ///
    /// Who needs the text too, once for each shape, asks for the shape.
    pub fn identity(&mut self, message: &str) -> Identity {
        let bytes = message.as_bytes();
        if self.rules.is_some() || !self.recall.is_worth_it(bytes) {
            let Shape { id, masked, .. } = self.shape(message);
            return Identity { id, masked };
        }
        let is_kept = match self.recall.look(bytes) {
            Look::Known(id) => return Identity { id, masked: 0 },
            Look::Again => true,
            Look::New => false,
        };
        if is_kept {
            self.guards.watch();
        }
        let Shape { id, masked, .. } = self.shape(message);
        if is_kept
            && let Some(guards) = self.guards.end(bytes)
            && masked == 0
        {
            self.recall.keep(bytes, id, guards);
        }
        Identity { id, masked }
    }

    /// Own patterns first; else what is left when own masks are done.
    fn ruled(&mut self, message: &str, rules: &Rules) {
        let message = considered(message);
        if let Some(name) = message.lines().next().and_then(|line| rules.defined_for(line)) {
            self.masked = rules.mask_secrets(&message).count;
            return self.out.push(name);
        }
        let Masked { text, count } = rules.mask_own(&message);
        self.lines(&text);
        self.masked += count;
    }

    fn lines(&mut self, message: &str) {
        match memchr::memchr(b'\n', message.as_bytes()) {
            None => self.first_line(message),
            Some(end) => self.record(&message[..end], &message[end + 1..]),
        }
    }

    /// The first line, and of the others what tells one failure from another.
    fn record(&mut self, first: &str, body: &str) {
        self.first_line(first);
        self.further(first, body);
    }

    pub(crate) fn further(&mut self, first: &str, body: &str) {
        if body.is_empty() {
            return;
        }
        for line in trace::telling_lines(first, body).lines() {
            self.out.end_line();
            self.line(&line);
        }
    }

    fn first_line(&mut self, line: &str) {
        let head = head(line);
        let mut writing = Line::new(head, head.len() < line.len(), self);
        if let Some(thread) = header::thread(head.as_bytes()) {
            writing.thread(thread);
        }
        writing.run();
    }

    pub(crate) fn line(&mut self, line: &str) {
        let head = head(line);
        Line::new(head, head.len() < line.len(), self).run();
    }
}

/// What is considered of one line.
fn head(line: &str) -> &str {
    &line[..line.floor_char_boundary(MESSAGE_BYTES_MAX)]
}

/// A message, or the start and the end of a long one.
fn considered(message: &str) -> Cow<'_, str> {
    if message.len() <= RULED_BYTES_MAX + MESSAGE_BYTES_MAX {
        return Cow::Borrowed(message);
    }
    let head = &message[..message.floor_char_boundary(RULED_BYTES_MAX)];
    let tail = &message[message.ceil_char_boundary(message.len() - MESSAGE_BYTES_MAX)..];
    Cow::Owned(format!("{head}\n{tail}"))
}

//! Syslog messages as they travel and as relays keep them, each with its `<PRI>`: RFC 3164 and RFC 5424, a line each or
//! with the octet count of RFC 6587 before each, in which case a message may hold line ends and need not end a line.
//!
//! The severity is the level, the APP-NAME or TAG the service unless structured data names one; structured data is the
//! message where there is no other. A message without a time (`-`) arrives with the one before it. Lines without a
//! `<PRI>` belong to the message before. Files without `<PRI>`, as `/var/log/syslog` has them, are plain text.

use std::ops::ControlFlow;

use hark_event::Moment;

use crate::content::{Carrier, Content};
use crate::ear::Ear;
use crate::json::{Fields, Span, Value};
use crate::lines::{Lines, Tally};
use crate::log_fields::{LogFields, is_field};
use crate::origin::Speaker;
use crate::plain;
use crate::records::Records;
use crate::stamp::leading;
use crate::syslog;
use crate::text::clean;

/// Digits of an octet count: no message has ten million bytes, and a wrong count should not cost more.
const COUNT_DIGITS_MAX: usize = 7;
/// How far the next count is looked for when one is lost.
const LOST_BYTES_MAX: usize = 16 << 10;

/// Some editors put it before any text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a file of a message per line to its end, or to the first that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut reader = Reader::new();
    let flow = loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { break ControlFlow::Continue(()) };
        if reader.take(line.bytes, before, line.number, ear).is_break() {
            break ControlFlow::Break(());
        }
    };
    reader.finish(flow, lines, ear);
}

/// Reads a file of counted messages to its end, or to the first that is not known yet.
pub(crate) fn read_counted(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut reader = Reader::new();
    if lines.peek(BYTE_ORDER_MARK.len()) == BYTE_ORDER_MARK {
        lines.take_exact(BYTE_ORDER_MARK.len() as u64);
    }
    let flow = loop {
        let before = lines.tally;
        let Some((prefix, count)) = octet_count(lines.peek(COUNT_DIGITS_MAX + 4)) else {
            match pass_lost(lines) {
                true => continue,
                false => break ControlFlow::Continue(()),
            }
        };
        if lines.take_exact(prefix as u64).is_none() {
            break ControlFlow::Continue(());
        }
        let Some(message) = lines.take_exact(count) else { break ControlFlow::Continue(()) };
        if reader.take(message.bytes, before, message.number, ear).is_break() {
            break ControlFlow::Break(());
        }
    };
    reader.finish(flow, lines, ear);
}

/// Reads past what has lost its count, up to the next count or line end; `false` at the end of the file.
fn pass_lost(lines: &mut Lines<'_>) -> bool {
    let lost = next_count(lines.peek(LOST_BYTES_MAX));
    let number = lines.tally.lines + 1;
    let is_empty = match lost {
        Some(length) => lines.take_exact(length as u64).map(|_| false),
        None => lines.next().map(|line| line.bytes.trim_ascii().is_empty()),
    };
    if is_empty == Some(false) {
        lines.tally.reject(number, "a message whose length is lost");
    }
    is_empty.is_some()
}

/// Where the next count with a message behind it begins, on the same line.
fn next_count(bytes: &[u8]) -> Option<usize> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let is_digit = |at: usize| line[at].is_ascii_digit();
    (1..line.len()).find(|&at| {
        is_digit(at)
            && !is_digit(at - 1)
            && octet_count(&line[at..]).is_some_and(|(length, _)| line.get(at + length) == Some(&b'<'))
    })
}

/// `83 <`: how long the count is with its space, and what it says. Line ends before it go with it.
pub(crate) fn octet_count(bytes: &[u8]) -> Option<(usize, u64)> {
    let ends = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let digits = bytes[ends..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_count = (1..=COUNT_DIGITS_MAX).contains(&digits)
        && bytes[ends] != b'0'
        && bytes.get(ends + digits) == Some(&b' ')
        && bytes.get(ends + digits + 1).is_none_or(|byte| *byte == b'<');
    let count = std::str::from_utf8(&bytes[ends..ends + digits]).ok().filter(|_| is_count)?;
    Some((ends + digits + 1, count.parse().ok()?))
}

/// Whether the text begins as a message does.
pub(crate) fn begins_message(text: &str) -> bool {
    split_priority(text).is_some_and(|(_, rest)| rest.starts_with("1 ") || leading(rest.as_bytes()).is_some())
}

/// `<34>` and what stands behind it.
fn split_priority(text: &str) -> Option<(hark_event::Level, &str)> {
    let end = text.bytes().take(5).position(|byte| byte == b'>')?;
    let (level, _) = syslog::priority(&text[..=end])?;
    Some((level, &text[end + 1..]))
}

/// The parts of a message behind its priority.
struct Message<'a> {
    time: Option<Moment>,
    app: Option<&'a str>,
    /// Structured data, brackets and all; empty if there is none.
    data: &'a str,
    text: &'a str,
}

impl<'a> Message<'a> {
    fn of(rest: &'a str, ear: &mut Ear<'_>) -> Self {
        let (time, header, rest) = match rest.strip_prefix("1 ") {
            Some(rest) => {
                let (time, rest) = modern_time(rest, ear);
                (time, syslog::modern_header(rest), rest)
            }
            None => {
                let (time, rest) = old_time(rest, ear);
                (time, syslog::header(rest).or_else(|| syslog::header_without_host(rest)), rest)
            }
        };
        let Some(header) = header else { return Self { time, app: None, data: "", text: rest } };
        let data = &rest[header.data.0..header.data.1];
        Self { time, app: header.app, data, text: &rest[header.length..] }
    }
}

struct Reader {
    records: Records,
    content: Content,
    fields: Fields,
    meanings: LogFields,
}

impl Reader {
    fn new() -> Self {
        Self {
            records: Records::new(),
            content: Content::default(),
            fields: Fields::default(),
            meanings: LogFields::default(),
        }
    }

    fn finish(mut self, flow: ControlFlow<()>, lines: &Lines<'_>, ear: &mut Ear<'_>) {
        if flow.is_continue() {
            // Breaks only when the last records are not known yet: they are then left out.
            let _ = self.records.finish(lines.tally, ear);
        }
    }

    fn take(&mut self, bytes: &[u8], before: Tally, number: u64, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let text = clean(bytes);
        let text = text.trim_end();
        let Some((level, rest)) = split_priority(text) else {
            return self.take_further(text, before, number, ear);
        };
        let message = Message::of(rest, ear);
        let is_empty = message.text.trim().is_empty();
        let draft = self.records.begin(before, number, ear)?;
        draft.lines = 1 + memchr::memchr_iter(b'\n', message.text.as_bytes()).count() as u32;
        let mut carrier = Carrier { time: message.time, origin: ear.origins.of(message.app, None), level };
        if structured_fields(message.data, &mut self.fields) {
            self.meanings.fill(&self.fields, message.data, draft, ear);
            carrier.origin = draft.origin.or(carrier.origin);
            // What structured data says of the sender stays, its text goes where there is a message.
            if !is_empty {
                draft.message.clear();
                draft.fields.stand_beside();
                if !draft.fields.view().iter().any(|(name, _)| is_field(name)) {
                    draft.fields.clear();
                }
            }
        }
        (draft.time, draft.observed, draft.origin) = (None, None, Speaker::default());
        if is_empty {
            (draft.time, draft.origin) = (carrier.time, carrier.origin);
        } else {
            self.content.take(message.text, carrier, draft, ear);
        }
        // The severity was given with care; a word in the text only makes it louder.
        draft.level = draft.level.max(level);
        ControlFlow::Continue(())
    }

    /// A line that begins no message.
    fn take_further(&mut self, text: &str, before: Tally, number: u64, ear: &mut Ear<'_>) -> ControlFlow<()> {
        match self.records.open() {
            Some(draft) => draft.push_line(text),
            None if text.trim().is_empty() => {}
            None => plain::take_message(text, self.records.begin(before, number, ear)?),
        }
        ControlFlow::Continue(())
    }
}

/// RFC 5424's TIMESTAMP, which may be `-`, and what follows it.
fn modern_time<'a>(rest: &'a str, ear: &mut Ear<'_>) -> (Option<Moment>, &'a str) {
    match rest.strip_prefix("- ") {
        Some(rest) => (None, rest),
        None => old_time(rest, ear),
    }
}

/// The stamp of RFC 3164, or any that stands in its place, and what follows it.
fn old_time<'a>(rest: &'a str, ear: &mut Ear<'_>) -> (Option<Moment>, &'a str) {
    match leading(rest.as_bytes()) {
        Some(stamp) => (ear.calendar.place(stamp.reading), rest[stamp.end..].trim_start()),
        None => (None, rest),
    }
}

/// The parameters of structured data: `[id name="value" …][…]`; `false` if there are none.
fn structured_fields(data: &str, fields: &mut Fields) -> bool {
    fields.clear();
    let bytes = data.as_bytes();
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'=', &bytes[at..]).filter(|_| !fields.is_full()) {
        let name = data[at..at + length].rfind([' ', '[']).map_or(at, |before| at + before + 1);
        let opens = at + length + 1;
        if bytes.get(opens) != Some(&b'"') {
            at = opens;
            continue;
        }
        let mut end = opens + 1;
        let mut is_escaped = false;
        while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
            is_escaped |= *byte == b'\\';
            end += 1 + usize::from(*byte == b'\\');
        }
        let Some(value) = data.get(opens + 1..end) else { break };
        let key = Span::of_line(name, at + length);
        let value = if is_escaped {
            fields.copied(&value.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\"))
        } else {
            Span::of_line(opens + 1, end)
        };
        fields.push(key, Value::Text(value));
        at = (end + 1).min(bytes.len());
    }
    fields.len() > 0
}

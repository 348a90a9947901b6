//! Plain text logs: a line with a stamp begins a record, lines without one belong to the record before.
//!
//! Stamp and level are cut out of the message, the rest is left alone (threads and loggers stay). Lines
//! before the first stamp are records of their own without a time. What it cannot do: tell records apart
//! that have no stamp but stand between records that have one.

use std::ops::ControlFlow;

use hark_event::Level;

use crate::draft::{Draft, MESSAGE_BYTES_MAX};
use crate::ear::Ear;
use crate::level;
use crate::lines::Lines;
use crate::records::Records;
use crate::stamp::{Finder, Form, STAMP_KEYS, Stamp, second_stamp_length, time_of_day_length};
use crate::syslog;
use crate::text::clean;

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, mut finder: Finder, ear: &mut Ear<'_>) {
    let mut records = Records::new();
    if read_lines(lines, &mut finder, &mut records, ear).is_continue() {
        // Breaks only when the last records are not known yet: they are then left out.
        let _ = records.finish(lines.tally, ear);
    }
}

/// Reads a file without stamps: every line is a record of its own, indented ones belong to the record before.
pub(crate) fn read_timeless(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut records = Records::new();
    if read_timeless_lines(lines, &mut records, ear).is_continue() {
        let _ = records.finish(lines.tally, ear);
    }
}

fn read_timeless_lines(lines: &mut Lines<'_>, records: &mut Records, ear: &mut Ear<'_>) -> ControlFlow<()> {
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return ControlFlow::Continue(()) };
        let text = clean(line.bytes);
        match records.open() {
            Some(draft) if text.starts_with([' ', '\t']) || goes_on(&draft.message, &text) => {
                draft.push_line(&text);
            }
            _ if text.trim().is_empty() => {}
            _ => {
                let draft = records.begin(before, line.number, ear)?;
                draft.push(&text);
                // There is no header here: whatever says how loud it is belongs to the message.
                draft.level = level::near_start(&draft.message).map_or(Level::Unknown, |(level, _)| level);
            }
        }
    }
}

/// Whether a line that is not indented goes on with a stack trace: where no stamps tell records apart, what is written in it has to.
fn goes_on(message: &str, text: &str) -> bool {
    const PYTHON: &str = "Traceback (most recent call last)";
    let last = message.rsplit('\n').next().unwrap_or("");
    if text.starts_with("Caused by: ") {
        return message.contains("\n");
    }
    if text.starts_with("at ") && text.trim_end().ends_with(')') {
        return true;
    }
    if message.contains(PYTHON) {
        let is_chained = |line: &str| {
            line.starts_with("During handling of the above exception")
                || line.starts_with("The above exception was the direct cause")
        };
        return last.starts_with(' ') || is_chained(text) || (is_chained(last) && text.starts_with(PYTHON));
    }
    if message.starts_with("panic: ") || message.starts_with("goroutine ") {
        let is_call = !text.contains(' ') && text.trim_end().ends_with(')');
        return is_call || text.starts_with("goroutine ") || text.starts_with("created by ");
    }
    false
}

fn read_lines(
    lines: &mut Lines<'_>,
    finder: &mut Finder,
    records: &mut Records,
    ear: &mut Ear<'_>,
) -> ControlFlow<()> {
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return ControlFlow::Continue(()) };
        let text = clean(line.bytes);
        take(&text, before, line.number, finder, records, ear)?;
    }
}

/// Takes one line of text: the beginning of a record, or a further line of the one before.
pub(crate) fn take(
    text: &str,
    before: crate::lines::Tally,
    number: u64,
    finder: &mut Finder,
    records: &mut Records,
    ear: &mut Ear<'_>,
) -> ControlFlow<()> {
    let stamp = finder.find(text.as_bytes());
    let placed = stamp.and_then(|stamp| Some((stamp, ear.calendar.place(stamp.reading)?)));
    if let Some((stamp, time)) = placed {
        let draft = records.begin(before, number, ear)?;
        draft.time = Some(time);
        let head = split(text, &stamp, draft, &mut ear.syslog_host);
        if let Some(app) = head {
            draft.origin = ear.origins.of(Some(app), None);
        }
        return ControlFlow::Continue(());
    }
    if let Some(stamp) = stamp.filter(Stamp::is_open) {
        // A date that the file's order makes none: a record all the same, and no other date.
        let draft = records.begin(before, number, ear)?;
        split(text, &stamp, draft, &mut ear.syslog_host);
        return ControlFlow::Continue(());
    }
    match records.open() {
        Some(draft) if draft.time.is_some() || draft.observed.is_some() || text.starts_with([' ', '\t']) => {
            draft.push_line(text);
        }
        // An empty line before the first stamp says nothing.
        _ if text.trim().is_empty() => {}
        _ => {
            let draft = records.begin(before, number, ear)?;
            take_message(text, draft);
        }
    }
    ControlFlow::Continue(())
}

/// Takes a message that stands without a stamp, or behind one: its level is cut out.
pub(crate) fn take_message(text: &str, draft: &mut Draft) {
    // A message may bring a time of day of its own, as containers' logs do.
    let own_time = time_of_day_length(text.as_bytes());
    draft.push(text[own_time..].trim_start());
    cut_level(draft);
}

/// Fills the draft from a stamped line; returns the service that a syslog header names.
///
/// `host` is the one that a header of this file named beyond doubt, if any did.
pub(crate) fn split<'a>(
    text: &'a str,
    stamp: &Stamp,
    draft: &mut Draft,
    host: &mut String,
) -> Option<&'a str> {
    let (before, is_opened) = without_opener(text.get(..stamp.start).unwrap_or(""));
    let after = behind(text, stamp.end, is_opened);
    let mut rest = text.get(after..).unwrap_or("");
    let mut app = None;
    let mut before = before;
    if let Some((level, is_modern)) = syslog::priority(before) {
        draft.level = level;
        before = "";
        if let Some(header) = is_modern.then(|| syslog::modern_header(rest)).flatten() {
            app = header.app;
            rest = &rest[header.length..];
        }
    }
    if before.trim_end() == "-" && stamp.shape.form == Form::Epoch {
        before = "";
    }
    if before.is_empty() && app.is_none() {
        let header = match stamp.shape.form {
            Form::MonthFirst => syslog::header(rest),
            // Some collectors put time and node before what syslog wrote.
            Form::Epoch => {
                let collected = second_stamp_length(rest);
                rest = &rest[collected..];
                if collected > 0 { syslog::header(rest) } else { None }
            }
            Form::Iso if !host.is_empty() || is_rsyslog(text.get(stamp.start..stamp.end)) => {
                syslog::header_of_host(rest, host)
            }
            _ => None,
        };
        if let Some(header) = header {
            app = header.app;
            rest = &rest[header.length..];
        }
    }
    if stamp.shape.form == Form::Glog {
        draft.level = level::of_letter(text.as_bytes()[stamp.start]);
    }
    if before.is_empty() && rest.len() <= MESSAGE_BYTES_MAX {
        push_without_level(rest, draft);
    } else {
        draft.push(before);
        draft.push(rest);
        cut_level(draft);
    }
    app
}

/// Fills an empty message with a text that fits, but for its level.
pub(crate) fn push_without_level(text: &str, draft: &mut Draft) {
    let Some((level, cut)) = level::near_start(text) else { return draft.push(text) };
    take_level(level, draft);
    draft.push(&text[..cut.start]);
    draft.push(&text[cut.end..]);
}

fn cut_level(draft: &mut Draft) {
    if let Some((level, cut)) = level::near_start(&draft.message) {
        take_level(level, draft);
        draft.message.drain(cut);
    }
}

fn take_level(level: Level, draft: &mut Draft) {
    if draft.level == Level::Unknown || level > draft.level {
        draft.level = level;
    }
}

/// The text before a stamp without the bracket, quote or key that introduces it.
fn without_opener(before: &str) -> (&str, bool) {
    if before.is_empty() {
        return ("", false);
    }
    let opened = before.trim_end_matches(['[', '(', '"', '\'', '{']);
    // `<34>` is a priority, a lone `<` a bracket.
    let opened = opened.strip_suffix('<').unwrap_or(opened);
    let key = STAMP_KEYS.iter().find_map(|key| opened.strip_suffix(key));
    let rest = key.filter(|rest| rest.is_empty() || rest.ends_with([' ', '\t'])).unwrap_or(opened);
    (rest, opened.len() != before.len())
}

/// Where the text goes on behind a stamp.
fn behind(text: &str, end: usize, is_opened: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = end;
    while is_opened && matches!(bytes.get(at), Some(b']' | b')' | b'>' | b'"' | b'\'' | b'}')) {
        at += 1;
    }
    if matches!(bytes.get(at), Some(b':' | b',' | b'|' | b';')) {
        at += 1;
    }
    level::skip_separator(bytes, at)
}

/// `2026-01-02T15:04:05.678901+01:00`: microseconds and an offset in figures, as rsyslog writes.
fn is_rsyslog(stamp: Option<&str>) -> bool {
    stamp.is_some_and(|stamp| {
        let bytes = stamp.as_bytes();
        bytes.len() == 32 && bytes[10] == b'T' && bytes[19] == b'.' && matches!(bytes[26], b'+' | b'-')
    })
}

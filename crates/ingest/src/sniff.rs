//! What a file is, from the heads of its first lines and never from its name.
//!
//! Asked in this order: is it binary, JSON lines (and whose), a table, text with stamps. What is none of
//! these is refused with the reason, what was tried, and what to do about it.

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::csv_header::{self, Table};
use crate::ear::Ear;
use crate::json::{self, Fields};
use crate::lines::{LINE_BYTES_MAX, Lines};
use crate::log_fields::LogFields;
use crate::stamp::{FORMS_TRIED, Shape, search};
use crate::text::clean;

/// How much of the file is looked at, in all and of each line, and how much is read past at most.
const HEAD_BYTES: usize = 256 << 10;
const HEAD_LINE_BYTES: usize = 64 << 10;
const HEAD_LINES: u64 = 2_000;
/// Where stamps are rarer among lines that may begin a record, they are part of the text.
const LINES_PER_STAMP: usize = 5;
const NOT_BY_LINE: &str = "JSON that is not one object per line; make it so, with `jq -c '.[]'` for instance";
const PASSED_BYTES_MAX: u64 = 256 << 20;

/// The forms that are read.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Form {
    /// Text whose lines have stamps of this shape.
    Plain(Shape),
    /// Text without stamps, where that is wanted.
    Timeless,
    /// A log record per line, as JSON.
    JsonLogs,
    /// A series per line, as VictoriaMetrics exports them.
    Victoria,
    /// Alertmanager's messages.
    Alerts,
    /// What users reported.
    Reports,
    /// A table.
    Table(Table),
}

/// The heads of the first lines, each with its line end.
pub(crate) fn head(reader: Box<dyn std::io::Read + '_>) -> Vec<u8> {
    let mut lines = Lines::new(reader, HEAD_LINE_BYTES);
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES && lines.tally.lines < HEAD_LINES && lines.tally.bytes < PASSED_BYTES_MAX {
        let Some(line) = lines.next() else { break };
        head.extend_from_slice(line.bytes);
        head.push(b'\n');
    }
    head
}

/// What the file is, or why it cannot be read.
pub(crate) fn form(head: &[u8], ear: &mut Ear<'_>) -> Result<Form, String> {
    if head.trim_ascii().is_empty() {
        return Err("empty: there is nothing to read".to_owned());
    }
    if let Some(what) = binary(head) {
        return Err(what);
    }
    if let Some(form) = json_form(head, ear) {
        return form;
    }
    if is_json_document(head) {
        return Err(NOT_BY_LINE.to_owned());
    }
    let shape = plain_shape(head, ear.hears_timeless);
    match csv_header::read(head) {
        Some(Ok(table)) => return Ok(Form::Table(table)),
        Some(Err(reason)) if shape.is_none() && !ear.hears_timeless => return Err(reason),
        _ => {}
    }
    if shape.is_none() && ear.hears_timeless {
        return Ok(Form::Timeless);
    }
    shape.map(Form::Plain).ok_or_else(|| no_form(head))
}

/// An array, or an object over several lines: its times would look like stamps.
fn is_json_document(head: &[u8]) -> bool {
    match head.trim_ascii_start() {
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b'"')),
        [b'{', rest @ ..] => rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n'),
        _ => false,
    }
}

fn no_form(head: &[u8]) -> String {
    let lines = head.iter().filter(|byte| **byte == b'\n').count();
    if matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return NOT_BY_LINE.to_owned();
    }
    let looked_at = if lines == 1 { "line".to_owned() } else { format!("{lines} lines") };
    format!(
        "no time stamp in its first {looked_at}, so that nothing in it can be placed in time \
         (tried: {FORMS_TRIED}, JSON lines, CSV); if it is a log, have its writer put RFC 3339 times before each record"
    )
}

/// Why the bytes are no text, if they are none.
fn binary(head: &[u8]) -> Option<String> {
    const KINDS: [(&[u8], &str); 12] = [
        (b"\xFF\xFE", "UTF-16 text; convert it with `iconv -f UTF-16 -t UTF-8` first"),
        (b"\xFE\xFF", "UTF-16 text; convert it with `iconv -f UTF-16 -t UTF-8` first"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x7FELF", "a program"),
        (b"\x89PNG", "an image"),
        (b"\xFF\xD8\xFF", "an image"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file; write its rows as CSV or JSON lines first"),
        (b"SQLite format 3", "an SQLite database; write its rows as CSV or JSON lines first"),
        (b"LPKSHHRH", "a systemd journal; write it out with `journalctl -o json` first"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive; unpack it first"),
        (b"\x1F\x8B", "packed twice; unpack it once first"),
    ];
    if let Some((_, what)) = KINDS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some((*what).to_owned());
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it first".to_owned());
    }
    let is_odd = |byte: &&u8| matches!(**byte, 0..=6 | 14..=26 | 28..=31 | 127);
    // A few stray control bytes are a bad line; a twentieth of them is no text.
    (head.iter().filter(is_odd).count() * 20 > head.len())
        .then(|| "binary: it is no text that can be read".to_owned())
}

#[derive(Default)]
struct Votes {
    lines: usize,
    logs: usize,
    dated_logs: usize,
    victoria: usize,
    alerts: usize,
    reports: usize,
}

impl Votes {
    fn objects(&self) -> usize {
        self.logs + self.victoria + self.alerts + self.reports
    }
}

fn json_form(head: &[u8], ear: &mut Ear<'_>) -> Option<Result<Form, String>> {
    let votes = votes(head, ear);
    if votes.objects() == 0 || votes.objects() * 2 < votes.lines {
        return None;
    }
    let most = votes.victoria.max(votes.alerts).max(votes.reports);
    Some(if most == 0 || votes.logs > most {
        if votes.dated_logs > 0 || ear.hears_timeless {
            Ok(Form::JsonLogs)
        } else {
            Err("JSON lines, but none of the first says a time (tried: time, timestamp, @timestamp, ts, t, datetime, \
                 date, eventTime, timeUnixNano); have its writer add `time` in RFC 3339"
                .to_owned())
        }
    } else if votes.victoria == most {
        Ok(Form::Victoria)
    } else if votes.alerts == most {
        Ok(Form::Alerts)
    } else {
        Ok(Form::Reports)
    })
}

fn votes(head: &[u8], ear: &mut Ear<'_>) -> Votes {
    let mut votes = Votes::default();
    let (mut fields, mut meanings) = (Fields::default(), LogFields::default());
    let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
    while let Some(line) = lines.next() {
        if line.bytes.trim_ascii().is_empty() || line.bytes.starts_with(b" ") || line.bytes.starts_with(b"\t")
        {
            continue;
        }
        votes.lines += 1;
        let Some((names, ends)) = json::names(line.bytes) else { continue };
        let is_cut = line.bytes.len() >= HEAD_LINE_BYTES;
        let has = |name: &str| names.contains(&name);
        if !ends && !is_cut || names.is_empty() {
            continue;
        } else if has("metric") && (has("values") || has("timestamps")) {
            votes.victoria += 1;
        } else if has("alerts") || (has("startsAt") && has("labels")) {
            votes.alerts += 1;
        } else if has("report") && has("time") && !["message", "msg", "level"].into_iter().any(has) {
            votes.reports += 1;
        } else {
            votes.logs += 1;
            let text = clean(line.bytes);
            let object = text.trim();
            // A line that was cut for this look says nothing about its time.
            let is_dated =
                is_cut || (fields.read(object).is_ok() && meanings.time(&fields, object, ear).is_some());
            votes.dated_logs += usize::from(is_dated);
        }
    }
    votes
}

/// The shape of stamp that most lines have. One lone stamp in the midst of text is a date in prose.
///
/// Where text without stamps is wanted, few stamps among many lines are what the lines talk about.
fn plain_shape(head: &[u8], hears_timeless: bool) -> Option<Shape> {
    let mut shapes: BTreeMap<Shape, usize> = BTreeMap::new();
    let (mut count, mut dated, mut begun) = (0, 0, 0);
    let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
    while let Some(line) = lines.next() {
        let text = clean(line.bytes);
        begun += usize::from(!text.is_empty() && !text.starts_with([' ', '\t']));
        count += usize::from(!text.trim().is_empty());
        if let Some(stamp) = search(text.as_bytes()) {
            dated += 1;
            *shapes.entry(stamp.shape).or_default() += 1;
        }
    }
    let is_leading = shapes.keys().any(|shape| shape.token == 0);
    if !is_leading && dated < 2 && dated * 2 < count {
        return None;
    }
    if hears_timeless && dated * LINES_PER_STAMP < begun {
        return None;
    }
    // The most frequent; among equals the first in order, so that the answer is one.
    shapes.into_iter().max_by(|(a, m), (b, n)| m.cmp(n).then(b.cmp(a))).map(|(shape, _)| shape)
}

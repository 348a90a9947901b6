//! What a file is, from the heads of its first lines and never from its name.
//!
//! Asked in this order: is it binary, JSON by line or as a document (and whose), text of a form that tells itself, a
//! table, text with stamps. What is none of these is refused with the reason, what was tried, and what to do about it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use crate::csv_header::{self, Table};
use crate::documents::{self, Document};
use crate::ear::Ear;
use crate::json::Fields;
use crate::lines::{LINE_BYTES_MAX, Lines, Split};
use crate::log_fields::LogFields;
use crate::prefixed::{PREFIXES, Prefix, Said};
use crate::sniff_json;
use crate::stamp::Form::Epoch;
use crate::stamp::{Shape, search};
use crate::text::clean;
use crate::unpack::Holes;
use crate::{cri, journal, logfmt, open_metrics, prefixed, syslog_messages};

/// How much of the file is looked at, in all and of each line, and how much is read past at most.
const HEAD_BYTES: usize = 256 << 10;
pub(crate) const HEAD_LINE_BYTES: usize = 64 << 10;
const HEAD_LINES: u64 = 2_000;
/// Where stamps are rarer among lines that may begin a record, they are part of the text.
const LINES_PER_STAMP: usize = 5;
/// So near the start of a file a date that begins a line is a stamp, however few others there are.
const LINES_OF_HEADING: usize = 10;
const NOT_BY_LINE: &str = "JSON that is neither one object per line nor a document of a form that is read; make it one object per line, \
     with `jq -c '.[]'` for instance";
pub(crate) const PASSED_BYTES_MAX: u64 = 256 << 20;

/// The forms that are read.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Form {
    /// Text whose lines have stamps of this shape.
    Plain(Shape),
    /// Text without stamps, where that is wanted.
    Timeless,
    /// A log record per line, as JSON.
    JsonLogs,
    /// Log records in a JSON document that a store answered with.
    JsonAnswer,
    /// A log record per line, as pairs.
    Logfmt,
    /// A syslog message per line.
    Syslog,
    /// Syslog messages, each after its length.
    SyslogCounted,
    /// What Kubernetes' runtimes keep of containers.
    Cri,
    /// What Docker keeps of containers.
    Docker,
    /// What several containers wrote, a name before each line.
    Prefixed(Prefix),
    /// The journal's export.
    JournalExport,
    /// The journal's entries as JSON.
    JournalJson,
    /// A series per line, as VictoriaMetrics exports them.
    Victoria,
    /// OpenMetrics or Prometheus text.
    OpenMetrics,
    /// What Prometheus answers to a query.
    QueryRange,
    /// Alertmanager's messages.
    Alerts,
    /// What users reported.
    Reports,
    /// CloudEvents and CDEvents.
    CloudEvents,
    /// Grafana's annotations.
    Annotations,
    /// A table.
    Table(Table),
    /// Telemetry as JSON documents.
    Document(Document),
    /// A JSON array without anything in it, as interfaces answer that have nothing to tell.
    EmptyArray,
}

impl Form {
    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain text log",
            Self::Timeless => "text without times",
            Self::JsonLogs => "JSON lines log",
            Self::JsonAnswer => "JSON answer of log records",
            Self::Logfmt => "logfmt log",
            Self::Syslog | Self::SyslogCounted => "syslog messages",
            Self::Cri => "containers' log (CRI)",
            Self::Docker => "containers' log (Docker)",
            Self::Prefixed(_) => "containers' output (compose, kubectl, stern)",
            Self::JournalExport => "journal export",
            Self::JournalJson => "journal as JSON",
            Self::Victoria => "VictoriaMetrics export",
            Self::OpenMetrics => "OpenMetrics text",
            Self::QueryRange => "Prometheus query_range",
            Self::Alerts => "Alertmanager messages",
            Self::Reports => "user reports",
            Self::CloudEvents => "CloudEvents",
            Self::Annotations => "Grafana annotations",
            Self::Table(table) => table.name(),
            Self::Document(document) => document.name(),
            Self::EmptyArray => "JSON array",
        }
    }

    /// What becomes of the holes of a file: only those who say how long their values are have to read them, for others
    /// zeros between lines and values are nothing.
    pub(crate) fn holes(&self) -> Holes {
        match self {
            Self::JournalExport | Self::SyslogCounted => Holes::Read,
            _ => Holes::Passed,
        }
    }

    /// What is not there if nothing is in it.
    pub(crate) fn emptiness(&self) -> &'static str {
        match self {
            Self::QueryRange => "the answer has no series",
            Self::Victoria | Self::OpenMetrics => "it has no samples",
            Self::Alerts => "it has no alerts",
            Self::Reports => "it has no reports",
            Self::CloudEvents | Self::Annotations => "it has no changes",
            Self::Table(_) => "it has no rows",
            Self::EmptyArray => "nothing is in it",
            Self::Document(document) => document.emptiness(),
            _ => "it has no records",
        }
    }
}

/// The heads of the first lines, each with its line end.
pub(crate) fn head(reader: Box<dyn Read + '_>) -> Vec<u8> {
    // A line of holes or zeros may be as long as the disk.
    let mut lines = Lines::new(Box::new(reader.take(PASSED_BYTES_MAX)), HEAD_LINE_BYTES);
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES && lines.tally.lines < HEAD_LINES && lines.tally.bytes < PASSED_BYTES_MAX {
        let Some(line) = lines.next() else { break };
        head.extend_from_slice(line.bytes);
        head.push(b'\n');
    }
    head
}

/// What the file is and what its records are, or why it cannot be read.
pub(crate) fn form(head: &[u8], ear: &mut Ear<'_>) -> Result<(Form, Split), String> {
    if head.trim_ascii().is_empty() {
        return Err("empty: there is nothing to read".to_owned());
    }
    if let Some(what) = binary(head) {
        return Err(what);
    }
    if is_empty_array(head) {
        return Ok((Form::EmptyArray, Split::Lines));
    }
    if let Some(document) = documents::form(head) {
        return Ok((Form::Document(document), Split::Lines));
    }
    if let Some((found, split)) = sniff_json::form(head, ear) {
        return found.map(|form| (form, split));
    }
    if sniff_json::is_document(head) {
        return Err(NOT_BY_LINE.to_owned());
    }
    text_form(head, ear).map(|form| (form, Split::Lines))
}

fn is_empty_array(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii();
    matches!(head, [b'[', inside @ .., b']'] if inside.trim_ascii().is_empty())
}

fn text_form(head: &[u8], ear: &mut Ear<'_>) -> Result<Form, String> {
    if journal::is_export(head) {
        return Ok(Form::JournalExport);
    }
    if syslog_messages::octet_count(head).is_some_and(|(prefix, _)| {
        syslog_messages::begins_message(&String::from_utf8_lossy(&head[prefix..head.len().min(prefix + 200)]))
    }) {
        return Ok(Form::SyslogCounted);
    }
    if let Some(form) = told_by_lines(head, ear) {
        return form;
    }
    let shape = plain_shape(head, ear.hears_timeless);
    match csv_header::read(head) {
        Some(Ok(table)) => return Ok(Form::Table(table)),
        Some(Err(reason)) if !ear.hears_timeless && (shape.is_none() || csv_header::is_plainly_one(head)) => {
            return Err(reason);
        }
        _ => {}
    }
    if shape.is_none() && ear.hears_timeless {
        return Ok(Form::Timeless);
    }
    shape.map(Form::Plain).ok_or_else(|| no_form(head))
}

/// Lines of each form that tells itself by how its lines are written.
#[derive(Default)]
struct Tellers {
    lines: usize,
    syslog: usize,
    cri: usize,
    logfmt: usize,
    samples: usize,
    timed_samples: usize,
    describes: usize,
    prefixed: [Prefixed; PREFIXES.len()],
}

/// Lines with a prefix of one kind.
#[derive(Clone, Copy, Default)]
struct Prefixed {
    lines: usize,
    proven: usize,
    timed: usize,
}

fn told_by_lines(head: &[u8], ear: &mut Ear<'_>) -> Option<Result<Form, String>> {
    let told = tellers(head, ear);
    // Of two lines the second may be cut off.
    let is_most = |count: usize| count > 0 && count * 2 >= told.lines;
    if is_most(told.syslog) {
        Some(Ok(Form::Syslog))
    } else if is_most(told.cri) {
        Some(Ok(Form::Cri))
    } else if let Some(at) =
        told.prefixed.iter().position(|lines| is_most(lines.lines) && lines.proven * 2 >= lines.lines)
    {
        let (prefix, is_timed) = (PREFIXES[at], told.prefixed[at].timed > 0);
        Some(if is_timed || ear.hears_timeless {
            Ok(Form::Prefixed(prefix))
        } else {
            Err(format!("the output of several containers without times; {}", prefix.remedy()))
        })
    } else if is_most(told.logfmt) {
        Some(Ok(Form::Logfmt))
    } else if (is_most(told.samples) || told.describes > 0) && told.timed_samples > 0 {
        Some(Ok(Form::OpenMetrics))
    } else if is_most(told.samples) && told.describes > 0 {
        Some(Err("Prometheus text without time stamps: it says what was, but not when; ask Prometheus itself instead \
                  (its `query_range`, or `promtool tsdb dump`), or have time stamps added to each sample"
            .to_owned()))
    } else {
        None
    }
}

fn tellers(head: &[u8], ear: &mut Ear<'_>) -> Tellers {
    let mut told = Tellers::default();
    let (mut fields, mut meanings) = (Fields::default(), LogFields::default());
    let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
    while let Some(line) = lines.next() {
        let text = clean(line.bytes);
        if ["# TYPE ", "# HELP ", "# UNIT ", "# EOF"].iter().any(|word| text.starts_with(word)) {
            told.describes += 1;
            continue;
        }
        if text.is_empty() || text.starts_with([' ', '\t', '#']) {
            continue;
        }
        told.lines += 1;
        if syslog_messages::begins_message(&text) {
            told.syslog += 1;
        } else if cri::piece(&text).is_some() {
            told.cri += 1;
        } else if let Some((at, said)) = prefix(&text) {
            let lines = &mut told.prefixed[at];
            lines.lines += 1;
            lines.proven += usize::from(PREFIXES[at].is_proven_by(said.name));
            lines.timed += usize::from(prefixed::is_timed(said.text));
        } else if let Some(sample) = open_metrics::written(&text) {
            told.samples += 1;
            told.timed_samples += usize::from(sample.time.is_some());
        } else if logfmt::pairs(&text, &mut fields) && meanings.time(&fields, &text, ear).is_some() {
            told.logfmt += 1;
        }
    }
    told
}

fn prefix(text: &str) -> Option<(usize, Said<'_>)> {
    PREFIXES.iter().enumerate().find_map(|(at, prefix)| Some((at, prefix.told_by(text)?)))
}

fn no_form(head: &[u8]) -> String {
    let lines = head.iter().filter(|byte| **byte == b'\n').count();
    if head.trim_ascii_start().starts_with(b"{") {
        return NOT_BY_LINE.to_owned();
    }
    if counts_since_boot(head) {
        return "the kernel's messages with seconds since boot, which name no time; write them out with \
                `dmesg --time-format iso`"
            .to_owned();
    }
    let looked_at = if lines == 1 { "line".to_owned() } else { format!("{lines} lines") };
    format!(
        "no time stamp in its first {looked_at}, in any usual form; if it is a log, have its writer put RFC 3339 times \
         before each record (docs/formats.md names all forms)"
    )
}

/// Whether it begins as `dmesg` writes: `[    0.000000] Linux version`.
fn counts_since_boot(head: &[u8]) -> bool {
    let Some(rest) = head.trim_ascii_start().strip_prefix(b"[") else { return false };
    let Some(end) = memchr::memchr(b']', rest) else { return false };
    let count = rest[..end].trim_ascii();
    count.len() > 7
        && count[count.len() - 7] == b'.'
        && count.iter().filter(|byte| byte.is_ascii_digit()).count() + 1 == count.len()
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
    const MARKUP: [&[u8]; 4] = [b"<!doctype html", b"<html", b"<svg", b"<?xml"];
    let begins = |what: &&[u8]| {
        let start = head.trim_ascii_start();
        start.get(..what.len()).is_some_and(|start| start.eq_ignore_ascii_case(what))
    };
    if MARKUP.iter().any(begins) {
        return Some(
            "markup (HTML, SVG or XML); if it holds records, write them as JSON lines first".to_owned(),
        );
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it first".to_owned());
    }
    let is_odd = |byte: &&u8| matches!(**byte, 1..=6 | 14..=26 | 28..=31 | 127);
    // Power that fails leaves NULs in the midst of good logs. They are no text and speak against none.
    let written = head.len() - head.iter().filter(|byte| **byte == 0).count();
    // A few stray control bytes are a bad line; a twentieth of them is no text.
    (head.iter().filter(is_odd).count() * 20 > written)
        .then(|| "binary: it is no text that can be read".to_owned())
}

/// The shape of stamp that most lines have. One lone stamp in the midst of text is a date in prose.
///
/// Where text without stamps is wanted, few stamps among many lines are what the lines talk about.
fn plain_shape(head: &[u8], hears_timeless: bool) -> Option<Shape> {
    let mut shapes: BTreeMap<Shape, usize> = BTreeMap::new();
    let (mut count, mut dated, mut begun) = (0, 0, 0);
    let mut is_headed = false;
    let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
    while let Some(line) = lines.next() {
        let text = clean(line.bytes);
        begun += usize::from(!text.is_empty() && !text.starts_with([' ', '\t']));
        count += usize::from(!text.trim().is_empty());
        if let Some(stamp) = search(text.as_bytes()) {
            dated += 1;
            is_headed |= count <= LINES_OF_HEADING && stamp.shape.token == 0 && stamp.shape.form != Epoch;
            *shapes.entry(stamp.shape).or_default() += 1;
        }
    }
    let is_leading = shapes.keys().any(|shape| shape.token == 0);
    if !is_leading && dated < 2 && dated * 2 < count {
        return None;
    }
    // What follows a stamp may be as long as a dump of all threads.
    if hears_timeless && !is_headed && dated * LINES_PER_STAMP < begun {
        return None;
    }
    // The most frequent; among equals the first in order, so that the answer is one.
    shapes.into_iter().max_by(|(a, m), (b, n)| m.cmp(n).then(b.cmp(a))).map(|(shape, _)| shape)
}

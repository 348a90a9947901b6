//! systemd's journal, as `journalctl -o export` and `-o json` (also `json-pretty`, `json-sse`, `json-seq`) write it
//! (<https://systemd.io/JOURNAL_EXPORT_FORMATS/>).
//!
//! `MESSAGE` is what the program wrote, and is read as such. It was observed when the journal took it
//! (`__REALTIME_TIMESTAMP`); it happened when its sender says (`_SOURCE_REALTIME_TIMESTAMP`). The service is a field
//! that says so, else `SYSLOG_IDENTIFIER`, else the unit, else the program's name. What it cannot do: read the
//! journal's own binary files, which change from version to version.

use std::ops::ControlFlow;

use hark_event::{Extent, Moment, Unread};
use serde_json::Value;

use crate::content::{Carrier, Content};
use crate::draft::MESSAGE_BYTES_MAX;
use crate::ear::Ear;
use crate::field_notes::FieldNotes;
use crate::json::{Fields, Scalar};
use crate::level;
use crate::lines::{LINE_BYTES_MAX, Line, Lines, Tally};
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS};
use crate::records::Records;
use crate::text::clean;

/// Names of fields are short by the journal's own rules.
const NAME_BYTES_MAX: usize = 64;
/// The number that precedes a binary value.
const SIZE_BYTES: u64 = 8;
/// Of longer values the end is not looked for before they are read.
const SEEN_BYTES_MAX: u64 = (LINE_BYTES_MAX - SIZE_BYTES as usize) as u64;
/// The journal itself takes no longer ones.
const SIZE_MAX: u64 = 1 << 30;

/// The fields of one entry that mean something here.
#[derive(Default)]
struct Entry {
    message: String,
    observed: Option<Moment>,
    time: Option<Moment>,
    priority: Option<u32>,
    /// By rank of the field that names it.
    service: Option<(usize, String)>,
    environment: Option<String>,
    /// Fields that the program added to what it said.
    fields: FieldNotes,
    is_begun: bool,
}

/// Fields that programs set by habit, or that are set for them: when, who, where in the code.
const HABITS: [&str; 13] = [
    "SYSLOG_",
    "CODE_",
    "MESSAGE_ID",
    "JOB_",
    "INVOCATION_ID",
    "UNIT",
    "USER_UNIT",
    "USER_INVOCATION_ID",
    "TID",
    "GLIB_",
    "PODMAN_",
    "CONTAINER_",
    "COREDUMP_",
];

impl Entry {
    fn clear(&mut self) {
        let (mut message, mut fields) = (std::mem::take(&mut self.message), std::mem::take(&mut self.fields));
        message.clear();
        fields.clear();
        *self = Self { message, fields, ..Self::default() };
    }

    fn put(&mut self, name: &str, value: &[u8]) {
        self.is_begun = true;
        if name == "MESSAGE" {
            let kept = &value[..value.len().min(MESSAGE_BYTES_MAX + 1)];
            self.message.clear();
            return self.message.push_str(&clean(kept));
        }
        let Ok(value) = std::str::from_utf8(value) else { return };
        match name {
            "__REALTIME_TIMESTAMP" => self.observed = micros(value),
            "_SOURCE_REALTIME_TIMESTAMP" => self.time = micros(value),
            "PRIORITY" => self.priority = value.trim().parse().ok(),
            _ => self.put_name(name, value),
        }
    }

    fn put_name(&mut self, name: &str, value: &str) {
        // The journal writes its fields in capitals and with underscores; a few bytes tell most of them apart.
        let is = |key: &str| {
            key.len() == name.len()
                && key
                    .bytes()
                    .zip(name.bytes())
                    .all(|(key, byte)| byte.to_ascii_lowercase() == key || (key == b'.' && byte == b'_'))
        };
        let rank = match name {
            "SYSLOG_IDENTIFIER" => Some(SERVICE_KEYS.len()),
            "_SYSTEMD_USER_UNIT" => Some(SERVICE_KEYS.len() + 1),
            "_SYSTEMD_UNIT" => Some(SERVICE_KEYS.len() + 2),
            "_COMM" => Some(SERVICE_KEYS.len() + 3),
            _ if name.starts_with('_') => None,
            _ => SERVICE_KEYS.iter().position(|key| is(key)),
        };
        if let Some(rank) = rank {
            let service = value.strip_suffix(".service").unwrap_or(value);
            if self.service.as_ref().is_none_or(|(best, _)| rank < *best) {
                self.service = Some((rank, service.to_owned()));
            }
        } else if ENVIRONMENT_KEYS.iter().any(|key| is(key)) {
            self.environment = Some(value.to_owned());
        } else if !name.starts_with('_') && !HABITS.iter().any(|habit| name.starts_with(habit)) {
            self.fields.push(name, Scalar::Text(value));
        }
    }
}

fn micros(text: &str) -> Option<Moment> {
    let micros: i64 = text.trim().parse().ok().filter(|micros| *micros > 0)?;
    Some(Moment::from_nanos(micros.checked_mul(1_000)?))
}

/// Hands entries on as records.
struct Journal {
    records: Records,
    content: Content,
    entry: Entry,
}

impl Journal {
    fn new() -> Self {
        Self { records: Records::new(), content: Content::default(), entry: Entry::default() }
    }

    /// Hands on the entry that was read, if it says anything.
    fn say(&mut self, before: Tally, number: u64, lines: u32, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let entry = &self.entry;
        if !entry.is_begun || (entry.message.is_empty() && entry.observed.is_none()) {
            self.entry.clear();
            return ControlFlow::Continue(());
        }
        let service = entry.service.as_ref().map(|(_, service)| service.as_str());
        let carrier = Carrier {
            time: entry.time.or(entry.observed),
            origin: ear.origins.of(service, entry.environment.as_deref()),
            level: entry.priority.filter(|number| *number < 8).map(level::of_priority).unwrap_or_default(),
        };
        let draft = self.records.begin(before, number, ear)?;
        draft.lines = lines.max(1);
        self.content.take(&entry.message, carrier, draft, ear);
        for (name, value) in entry.fields.view().iter().filter(|_| ear.hears_fields) {
            draft.fields.push(name, Scalar::Text(value));
        }
        // The journal says when it took an entry, which is when anybody could have read it.
        draft.observed = entry.observed.or(draft.observed);
        draft.level = draft.level.max(carrier.level);
        self.entry.clear();
        ControlFlow::Continue(())
    }

    fn finish(mut self, flow: ControlFlow<()>, lines: &Lines<'_>, ear: &mut Ear<'_>) {
        if flow.is_continue() {
            // Breaks only when the last records are not known yet: they are then left out.
            let _ = self.records.finish(lines.tally, ear);
        }
    }
}

/// Reads an export to its end, or to the first entry that is not known yet.
pub(crate) fn read_export(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut journal = Journal::new();
    let flow = read_entries(lines, &mut journal, ear);
    journal.finish(flow, lines, ear);
}

fn read_entries(lines: &mut Lines<'_>, journal: &mut Journal, ear: &mut Ear<'_>) -> ControlFlow<()> {
    let (mut before, mut number) = (lines.tally, 1);
    loop {
        let start = lines.tally;
        let Some(line) = lines.next() else { break };
        let number_here = line.number;
        if !journal.entry.is_begun {
            (before, number) = (start, line.number);
        }
        if line.bytes.is_empty() {
            let count = u32::try_from(start.lines + 1 - number).unwrap_or(u32::MAX);
            journal.say(before, number, count, ear)?;
            continue;
        }
        match memchr::memchr(b'=', line.bytes) {
            Some(at) => match std::str::from_utf8(&line.bytes[..at]).ok().filter(|name| is_name(name)) {
                Some(name) => journal.entry.put(name, &line.bytes[at + 1..]),
                None => lines.tally.reject(number_here, "a field whose name is none"),
            },
            None => {
                let name =
                    std::str::from_utf8(line.bytes).ok().filter(|name| is_name(name)).map(str::to_owned);
                take_binary(name.as_deref(), lines, &mut journal.entry, ear);
            }
        }
    }
    let count = u32::try_from(lines.tally.lines + 1 - number).unwrap_or(u32::MAX);
    journal.say(before, number, count, ear)
}

/// A value that may hold line ends: its size in eight bytes, least first, the value, and a line end.
///
/// A size behind whose value there is no line end is none: what follows is read by its lines.
fn take_binary(name: Option<&str>, lines: &mut Lines<'_>, entry: &mut Entry, ear: &mut Ear<'_>) {
    let number = lines.tally.lines;
    let Some(name) = name else { return lines.tally.reject(number, "neither a field nor a name of one") };
    let head = lines.peek(SIZE_BYTES as usize);
    let Ok(size) = <[u8; 8]>::try_from(head).map(u64::from_le_bytes) else { return };
    match extent(size, lines) {
        Size::Wrong => return lines.tally.reject(number, "a field whose size cannot be meant"),
        Size::Cut => note_part(format!("it ends in the midst of the field of its line {number}"), ear),
        Size::Right | Size::Unseen => {}
    }
    lines.take_exact(SIZE_BYTES);
    if let Some(value) = lines.take_exact(size) {
        entry.put(name, value.bytes);
    }
    if lines.peek(1) == b"\n" {
        lines.take_exact(1);
    } else if size > SEEN_BYTES_MAX {
        note_part(
            format!(
                "the size of the field of its line {number} is wrong, and the {size} bytes behind it were passed over"
            ),
            ear,
        );
    }
}

/// What to make of a value's size.
enum Size {
    /// A line end follows the value.
    Right,
    /// No value of that size stands there.
    Wrong,
    /// The file ends in the value.
    Cut,
    /// It is too large for a look at its end before it is read.
    Unseen,
}

fn extent(size: u64, lines: &mut Lines<'_>) -> Size {
    if size > SIZE_MAX {
        return Size::Wrong;
    }
    if size > SEEN_BYTES_MAX {
        return Size::Unseen;
    }
    let wanted = (SIZE_BYTES + size) as usize;
    let seen = lines.peek(wanted + 1);
    let is_another_entry_in = memchr::memmem::find(seen, b"\n\n__").is_some();
    match seen.get(wanted) {
        Some(b'\n') => Size::Right,
        None if !is_another_entry_in => Size::Cut,
        _ => Size::Wrong,
    }
}

fn note_part(what: String, ear: &mut Ear<'_>) {
    let reason = format!("{what}; export that time again");
    ear.hearing.unread.push(Unread { path: ear.file.to_string(), reason, extent: Extent::Part });
}

fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether the first lines are an export.
pub(crate) fn is_export(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').skip_while(|line| line.is_empty());
    let starts = [&b"__CURSOR="[..], b"__REALTIME_TIMESTAMP=", b"__SEQNUM="];
    lines.next().is_some_and(|line| starts.iter().any(|start| line.starts_with(start)))
        && head.windows(21).any(|window| window == b"__REALTIME_TIMESTAMP=")
}

/// Reads JSON entries to the end, or to the first that is not known yet.
pub(crate) fn read_json(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut journal = Journal::new();
    let mut fields = Fields::default();
    let flow = loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { break ControlFlow::Continue(()) };
        let number = line.number;
        match take_json(line, before, &mut journal, &mut fields, ear) {
            ControlFlow::Continue(Some(why)) => lines.tally.reject(number, why),
            ControlFlow::Continue(None) => {}
            ControlFlow::Break(()) => break ControlFlow::Break(()),
        }
    };
    journal.finish(flow, lines, ear);
}

/// Takes an entry; says why, if it was rejected.
fn take_json(
    line: Line<'_>,
    before: Tally,
    journal: &mut Journal,
    fields: &mut Fields,
    ear: &mut Ear<'_>,
) -> ControlFlow<(), Option<&'static str>> {
    let text = String::from_utf8_lossy(line.bytes);
    let object = event_data(&text).trim().trim_start_matches('\u{1e}');
    if object.is_empty() {
        return ControlFlow::Continue(None);
    }
    if fields.read(object).is_err() {
        return ControlFlow::Continue(Some("no whole JSON object"));
    }
    let mut has_message = false;
    for (name, value) in fields.iter(object) {
        match value {
            Scalar::Text(value) => {
                has_message |= name == "MESSAGE";
                journal.entry.put(name, value.as_bytes());
            }
            Scalar::Integer(value) => journal.entry.put(name, value.to_string().as_bytes()),
            _ => {}
        }
    }
    if !has_message && let Some(bytes) = message_of_bytes(object) {
        journal.entry.put("MESSAGE", &bytes);
    }
    let lines = u32::try_from(memchr::memchr_iter(b'\n', line.bytes).count() + 1).unwrap_or(u32::MAX);
    journal.say(before, line.number, lines, ear)?;
    ControlFlow::Continue(None)
}

/// `json-sse` puts a field name of server-sent events before each entry.
fn event_data(line: &str) -> &str {
    line.strip_prefix("data: ").unwrap_or(line)
}

/// A message that is no UTF-8 is written as an array of its bytes; a field that was set twice as an array of texts.
fn message_of_bytes(object: &str) -> Option<Vec<u8>> {
    let entry: Value = serde_json::from_str(object).ok()?;
    let list = entry.get("MESSAGE")?.as_array()?;
    if let Some(text) = list.first().and_then(Value::as_str) {
        return Some(text.as_bytes().to_vec());
    }
    list.iter().map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect()
}

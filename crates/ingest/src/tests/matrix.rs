//! Form × packing × rotation × damage: each cell is read right, or refused with a remark that says what to do; and no
//! damage costs more than the record that it hit.

use std::collections::BTreeSet;
use std::io::Write;

use super::*;

/// One form: its name and the text of a file that holds [`RECORDS`] records a minute apart, each with events of its own.
pub(super) struct Cell {
    pub(super) form: &'static str,
    pub(super) text: String,
    /// Whether a record is a line, so that bad lines can be put between records.
    pub(super) is_by_line: bool,
}

pub(super) const RECORDS: usize = 12;

pub(super) fn cells() -> Vec<Cell> {
    cells_of(RECORDS)
}

/// The same files as they stood when so many records had been written.
pub(super) fn cells_of(records: usize) -> Vec<Cell> {
    let by_line = |form, line: fn(usize) -> String| Cell {
        form,
        text: (0..records).map(|number| line(number) + "\n").collect(),
        is_by_line: true,
    };
    let document = |form, begin: &str, record: fn(usize) -> String, end: &str| Cell {
        form,
        text: format!("{begin}{}{end}", (0..records).map(record).collect::<Vec<_>>().join(",\n")),
        is_by_line: false,
    };
    vec![
        by_line("plain", |n| format!("2026-01-02 00:{n:02}:00,000 INFO [main] plain {n} said")),
        by_line("syslog file", |n| format!("Jan  2 00:{n:02}:00 host app[7]: file {n} said")),
        by_line("syslog 3164", |n| format!("<34>Jan  2 00:{n:02}:00 host app[7]: old {n} said")),
        by_line("syslog 5424", |n| format!("<34>1 2026-01-02T00:{n:02}:00Z host app 7 - [a b=\"c\"] new {n} said")),
        by_line("json lines", |n| format!(r#"{{"time":"2026-01-02T00:{n:02}:00Z","level":"warn","msg":"json {n} said"}}"#)),
        by_line("logfmt", |n| format!("time=2026-01-02T00:{n:02}:00Z level=warn msg=\"logfmt {n} said\"")),
        by_line("cri", |n| format!("2026-01-02T00:{n:02}:00.5Z stdout F cri {n} said")),
        by_line("docker", |n| format!(r#"{{"log":"docker {n} said\n","stream":"stdout","time":"2026-01-02T00:{n:02}:00Z"}}"#)),
        by_line("compose", |n| format!("web-{}  | 2026-01-02T00:{n:02}:00.5Z compose {n} said", n % 3 + 1)),
        by_line("kubectl", |n| format!("[pod/pay-64469b5b48-25zj{}/app] 2026-01-02T00:{n:02}:00.5Z kubectl {n} said", n % 3)),
        by_line("stern", |n| format!("pay-64469b5b48-25zj{} app 2026-01-02T00:{n:02}:00.5Z stern {n} said", n % 3)),
        by_line("csv of elsewhere", |n| format!("31.12.2025 23:{n:02};{n},5")).under("Datum;Dauer\n"),
        by_line("journal json", |n| format!(
            r#"{{"__REALTIME_TIMESTAMP":"{}","MESSAGE":"journal {n} said","PRIORITY":"4","SYSLOG_IDENTIFIER":"app"}}"#,
            1_767_312_000_000_000 + n * 60_000_000
        )),
        by_line("open metrics", |n| format!("mem{{number=\"{n}\"}} {n} {}", 1_767_312_000 + n * 60)),
        by_line("victoria", |n| format!(
            r#"{{"metric":{{"__name__":"up","number":"{n}"}},"values":[{n}],"timestamps":[{}]}}"#,
            1_767_312_000_000_u64 + n as u64 * 60_000
        )),
        by_line("alerts", |n| format!(
            r#"{{"status":"firing","labels":{{"alertname":"A{n}"}},"annotations":{{}},"startsAt":"2026-01-02T00:{n:02}:00Z"}}"#
        )),
        by_line("reports", |n| format!(r#"{{"time":"2026-01-02T00:{n:02}:00Z","report":"report {n} said"}}"#)),
        by_line("cloud events", |n| format!(
            r#"{{"specversion":"1.0","id":"{n}","source":"ci","type":"deployed","subject":"s{n}","time":"2026-01-02T00:{n:02}:00Z"}}"#
        )),
        by_line("annotations", |n| format!(
            r#"{{"id":{n},"dashboardUID":"x","time":{},"text":"deployed {n}","tags":[]}}"#,
            1_767_312_000_000_u64 + n as u64 * 60_000
        )),
        Cell { is_by_line: true, ..document("csv", "time,series,value\n", |n| format!("2026-01-02T00:{n:02}:00Z,mem{n},{n}"), "\n") }
            .without_commas(),
        document("json array", "[\n", |n| format!(r#"  {{"time":"2026-01-02T00:{n:02}:00Z","msg":"array {n} said"}}"#), "\n]\n"),
        document("pretty json", "[\n", |n| format!(
            "  {{\n    \"time\": \"2026-01-02T00:{n:02}:00Z\",\n    \"msg\": \"pretty {n} said\"\n  }}"
        ), "\n]\n"),
        document("query range", "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\n", |n| format!(
            r#" {{"metric":{{"__name__":"up","number":"{n}"}},"values":[[{},"{n}"]]}}"#, 1_767_312_000 + n * 60
        ), "\n]}}\n"),
        by_line("cdevents", |n| format!(
            r#"{{"context":{{"version":"0.3.0","id":"{n}","source":"ci","type":"dev.cdevents.service.deployed.0.1.1","timestamp":"2026-01-02T00:{n:02}:00Z"}},"subject":{{"id":"s{n}","type":"service","content":{{"artifactId":"a{n}"}}}}}}"#
        )),
        by_line("alertmanager webhook", |n| format!(
            r#"{{"version":"4","status":"firing","receiver":"x","commonLabels":{{"alertname":"W{n}"}},"alerts":[{{"status":"firing","labels":{{"alertname":"W{n}"}},"startsAt":"2026-01-02T00:{n:02}:00Z","endsAt":"0001-01-01T00:00:00Z"}}]}}"#
        )),
        by_line("otlp traces", |n| resource("resourceSpans", "scopeSpans", "spans", &otlp_span(n))),
        by_line("otlp logs", |n| resource("resourceLogs", "scopeLogs", "logRecords", &format!(
            r#"{{"timeUnixNano":"{}","severityText":"WARN","body":{{"stringValue":"otlp {n} said"}}}}"#,
            nanos(n)
        ))),
        by_line("otlp metrics", |n| resource("resourceMetrics", "scopeMetrics", "metrics", &format!(
            r#"{{"name":"mem{n}","gauge":{{"dataPoints":[{{"timeUnixNano":"{}","asDouble":{n}}}]}}}}"#,
            nanos(n)
        ))),
        by_line("csv in two columns", |n| format!("30.10.2026;23:{n:02}:00;{n},5")).under("sep=;\nDatum;Uhrzeit;Dauer\n"),
        document("elasticsearch", "{\"took\":5,\"hits\":{\"total\":{\"value\":12},\"hits\":[\n", |n| format!(
            r#"{{"_index":"a","_id":"{n}","_source":{{"@timestamp":"2026-01-02T00:{n:02}:00Z","message":"hit {n} said"}}}}"#
        ), "\n]}}\n"),
        document("loki", "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":{\"app\":\"pay\"},\"values\":[\n", |n| format!(
            r#"["{}","loki {n} said"]"#, 1_767_312_000_000_000_000_u64 + n as u64 * 60_000_000_000
        ), "\n]}]}}\n"),
        document("otlp document", "{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"scope\":{},\"spans\":[\n", otlp_span, "\n]}]}]}\n"),
        document("jaeger", "{\"data\":[{\"traceID\":\"1\",\"processes\":{\"p1\":{\"serviceName\":\"app\",\"tags\":[]}},\"spans\":[\n", |n| format!(
            r#"{{"traceID":"1","spanID":"a{n}","operationName":"op {n} said","references":[],"startTime":{},"duration":5000,"tags":[],"logs":[],"processID":"p1"}}"#,
            nanos(n) / 1_000
        ), "\n]}]}\n"),
        document("zipkin", "[\n", |n| format!(
            r#"{{"traceId":"1","id":"a{n}","name":"op {n} said","kind":"SERVER","timestamp":{},"duration":5000,"localEndpoint":{{"serviceName":"app"}}}}"#,
            nanos(n) / 1_000
        ), "\n]\n"),
        Cell {
            form: "journal export",
            text: (0..records)
                .map(|n| format!(
                    "__CURSOR=c{n}\n__REALTIME_TIMESTAMP={}\nPRIORITY=4\nMESSAGE=export {n} said\nSYSLOG_IDENTIFIER=app\n\n",
                    1_767_312_000_000_000 + n * 60_000_000
                ))
                .collect(),
            is_by_line: false,
        },
        Cell {
            form: "syslog counted",
            text: (0..records)
                .map(|n| format!("<34>1 2026-01-02T00:{n:02}:00Z host app 7 - - counted {n} said"))
                .map(|message| format!("{} {message}", message.len()))
                .collect(),
            is_by_line: false,
        },
    ]
}

fn nanos(number: usize) -> u64 {
    1_767_312_000_000_000_000 + number as u64 * 60_000_000_000
}

/// A record of OpenTelemetry in what its exporters put around it.
pub(super) fn resource(resources: &str, scopes: &str, records: &str, record: &str) -> String {
    format!(
        r#"{{"{resources}":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"app"}}}}]}},"{scopes}":[{{"scope":{{}},"{records}":[{record}]}}]}}]}}"#
    )
}

fn otlp_span(number: usize) -> String {
    let start = nanos(number);
    format!(
        r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b{number:03x}","name":"op {number} said","kind":2,"startTimeUnixNano":"{start}","endTimeUnixNano":"{}"}}"#,
        start + 5_000_000
    )
}

impl Cell {
    fn under(mut self, header: &str) -> Self {
        self.text.insert_str(0, header);
        self
    }

    fn without_commas(mut self) -> Self {
        self.text = self.text.replace(",\n", "\n");
        self
    }
}

pub(super) const PACKINGS: [&str; 5] = ["none", "gzip", "bzip2", "xz", "zstd"];

const NAMES: [&str; 5] = ["app.log", "app.log.1", "app.log.2.gz", "app-20260102.log", "app.json"];

pub(super) fn pack(packing: &str, bytes: &[u8]) -> Vec<u8> {
    match packing {
        "none" => bytes.to_vec(),
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        "bzip2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        "xz" => xz_stored(bytes),
        _ => zstd::encode_all(bytes, 1).unwrap(),
    }
}

/// An xz file with one block of chunks that are stored as they are (xz file format 1.1.0, sections 2 to 4).
fn xz_stored(bytes: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let number = |mut value: usize| {
        let mut written = Vec::new();
        while value >= 0x80 {
            written.push(value as u8 | 0x80);
            value >>= 7;
        }
        written.push(value as u8);
        written
    };
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let flags = [0, 0];
    let header = [&[2, 0, 0x21, 1, 0][..], &[0; 3]].concat();
    let mut block = [header.clone(), crc(&header).to_vec()].concat();
    let mut data: Vec<u8> = Vec::new();
    for (nth, chunk) in bytes.chunks(1 << 16).enumerate() {
        data.push(if nth == 0 { 1 } else { 2 });
        data.extend_from_slice(&((chunk.len() - 1) as u16).to_be_bytes());
        data.extend_from_slice(chunk);
    }
    data.push(0);
    block.extend_from_slice(&data);
    let unpadded = block.len();
    let block = padded(block);
    let index = padded([vec![0, 1], number(unpadded), number(bytes.len())].concat());
    let index = [index.clone(), crc(&index).to_vec()].concat();
    let size = ((index.len() / 4 - 1) as u32).to_le_bytes();
    let footer = [&size[..], &flags].concat();
    [&b"\xFD7zXZ\0"[..], &flags, &crc(&flags), &block, &index, &crc(&footer), &footer, b"YZ"].concat()
}

/// An event without the line that it stands in.
fn said(event: &str) -> String {
    event.rsplit_once(" :").map_or(event, |(said, _)| said).to_owned()
}

pub(super) fn said_by(name: &str, bytes: &[u8]) -> (Vec<String>, Hearing) {
    let (events, hearing) = read(name, bytes, &utc());
    for unread in &hearing.unread {
        let is_helpful =
            ["again", "first", "fetch", "have ", "make it"].iter().any(|word| unread.reason.contains(word));
        assert!(is_helpful && unread.path.ends_with(name), "no remedy in {unread:?}");
    }
    (events.iter().map(|event| said(event)).collect(), hearing)
}

#[test]
fn every_form_is_read_alike_however_it_is_packed_and_called() {
    for cell in cells() {
        let (whole, hearing) = said_by("app.log", cell.text.as_bytes());
        assert_eq!(
            (whole.len(), hearing.unread, hearing.rejected),
            (RECORDS, vec![], 0),
            "{}: {whole:?}",
            cell.form
        );
        for packing in PACKINGS {
            for name in NAMES {
                let (events, _) = said_by(name, &pack(packing, cell.text.as_bytes()));
                assert_eq!(events, whole, "{} as {packing} in {name}", cell.form);
            }
        }
    }
}

#[test]
fn a_file_that_ends_anywhere_is_read_up_to_there() {
    for cell in cells() {
        let (whole, _) = said_by("app.log", cell.text.as_bytes());
        for packing in PACKINGS {
            let packed = pack(packing, cell.text.as_bytes());
            for part in 1..24 {
                let cut = packed.len() * part / 24;
                let (events, hearing) = said_by("app.log", &packed[..cut]);
                // A header with half a row is no table to anybody, and is taken for text: known, and harmless.
                if cell.form == "csv" && events.iter().any(|event| event.contains("time,series,value")) {
                    continue;
                }
                // The record that was cut may be lost or shortened, and is the last that is heard.
                let kept = events.len().saturating_sub(1).min(whole.len());
                assert!(
                    events[..kept] == whole[..kept] && events.len() <= whole.len(),
                    "{} as {packing} cut at {cut}: {events:?}",
                    cell.form
                );
                // A line that is not at its end yet is no damage; a document that is not, is.
                let is_document =
                    !cell.is_by_line && !cell.form.starts_with("journal") && !cell.form.starts_with("syslog");
                if packing != "none" || is_document {
                    assert!(!hearing.unread.is_empty(), "{} as {packing} cut at {cut} says so", cell.form);
                }
            }
        }
    }
}

/// The same records as one document in one line, if they are objects.
fn in_one_line(cell: &Cell) -> Option<String> {
    let is_array_unheard_of = cell.form.starts_with("otlp ") && cell.is_by_line;
    if is_array_unheard_of || !cell.text.starts_with(['{', '[']) || cell.form == "kubectl" {
        return None;
    }
    let lines: Vec<&str> = cell.text.lines().map(str::trim_start).collect();
    Some(if cell.is_by_line { format!("[{}]\n", lines.join(",")) } else { lines.concat() + "\n" })
}

#[test]
fn a_document_in_one_line_says_that_it_ends_in_its_midst_and_keeps_what_was_whole() {
    let mut forms = 0;
    for cell in cells() {
        let Some(text) = in_one_line(&cell) else { continue };
        forms += 1;
        let (whole, hearing) = said_by("app.log", text.as_bytes());
        assert_eq!((whole.len(), hearing.unread), (RECORDS, vec![]), "{}", cell.form);
        for part in 1..24 {
            let cut = text.len() * part / 24;
            let (events, hearing) = said_by("app.log", &text.as_bytes()[..cut]);
            let kept = events.len().saturating_sub(1).min(whole.len());
            assert!(events[..kept] == whole[..kept], "{} cut at {cut}: {events:?}", cell.form);
            // Names and processes stand before the first record of some.
            assert!(events.len() + 3 >= RECORDS * part / 24, "{} cut at {cut} lost records", cell.form);
            let said = hearing.unread.first().map_or("", |unread| unread.reason.as_str());
            let is_named = said.contains("in its midst") || events.is_empty();
            assert!(is_named && !said.is_empty(), "{} cut at {cut}: {said:?}", cell.form);
        }
    }
    assert!(forms >= 15, "{forms} forms are documents");
}

/// Damage to a text, and how many records it may cost.
fn damages(cell: &Cell) -> Vec<(&'static str, Vec<u8>, usize)> {
    let text = cell.text.as_bytes();
    let middle = cell.text[text.len() / 2..].find('\n').map_or(text.len() / 2, |at| text.len() / 2 + at + 1);
    let put = |bytes: &[u8], at: usize| [&text[..at], bytes, &text[at..]].concat();
    let within = cell.text.match_indices("said").nth(5).map_or(text.len() / 2, |(at, _)| at);
    let mut damages = vec![
        ("a byte order mark", put(b"\xEF\xBB\xBF", 0), 0),
        ("no UTF-8", put(b"\xFF\xFE\xC0", within), 1),
        ("a NUL", put(b"\0", within), 1),
    ];
    // What is counted has other counts with other line ends; the journal's are part of its notation.
    if !["syslog counted", "journal export"].contains(&cell.form) {
        damages.push(("CRLF", cell.text.replace('\n', "\r\n").into_bytes(), 0));
    }
    if cell.is_by_line {
        damages.push(("a bad line", put(b"}{ ]\"x bad \\\n", middle), 1));
        // What is no record of its own belongs to the one before it, and takes the one behind it along.
        damages.push(("half a line", put(&text[..cell.text.find('\n').unwrap() / 2], middle), 2));
        damages.push(("NULs before a line", put(&[0; 5_000], middle), 0));
        damages.push(("an endless line", put(&[&vec![b'x'; 3 << 20][..], b"\n"].concat(), middle), 1));
    }
    damages
}

#[test]
fn damage_costs_no_more_than_the_record_that_it_hit() {
    for cell in cells() {
        let (whole, _) = said_by("app.log", cell.text.as_bytes());
        for (damage, bytes, cost) in damages(&cell) {
            for packing in ["none", "gzip"] {
                let (events, hearing) = said_by("app.log", &pack(packing, &bytes));
                let heard: BTreeSet<&String> = events.iter().collect();
                let missing: Vec<&String> = whole.iter().filter(|event| !heard.contains(event)).collect();
                assert!(
                    missing.len() <= cost,
                    "{} with {damage} as {packing} lost {missing:?}: {events:?} {:?}",
                    cell.form,
                    hearing.unread
                );
            }
        }
    }
}

//! What a table is, from its header and its first rows: logs, metrics in long form or in wide form.

use std::io::Cursor;

use hark_event::{Level, Moment, Zone};

use crate::csv::{Next, Rows, delimiter_of, number};
use crate::csv_times::RowTimes;
use crate::lines::{LINE_BYTES_MAX, Lines};
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS};
use crate::stamp::{Calendar, FieldReader, search};

const SAMPLE_ROWS: usize = 50;
/// Further rows that name columns.
const LEVELS_MAX: usize = 6;
/// A line with so few commas may be prose.
const COLUMNS_MIN: usize = 3;

const TIME_NAMES: [&str; 24] = [
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "t",
    "datetime",
    "date_time",
    "date",
    "eventtime",
    "event_time",
    "timeunixnano",
    "time_unix_nano",
    "_time",
    "date/time",
    // Of spreadsheets and tools in other languages.
    "zeit",
    "zeitstempel",
    "datum",
    "heure",
    "horodatage",
    "fecha",
    "hora",
    "tijd",
    "tijdstip",
    "data",
];
const TEXT_NAMES: [&str; 3] = ["message", "msg", "log"];
/// What exports of logs call it; elsewhere these may be anything, so that they must hold text.
const EXPORTED_TEXT_NAMES: [&str; 6] = ["content", "@message", "_raw", "textpayload", "body", "line"];
/// Rows that are older than the row before them, so many more than younger ones, make a table that runs backwards.
const FALLS_MIN: usize = 5;
const SERIES_NAMES: [&str; 5] = ["series", "metric", "metric_name", "__name__", "name"];
const VALUE_NAMES: [&str; 3] = ["value", "val", "v"];
const POD_NAMES: [&str; 4] = ["podname", "pod_name", "pod", "k8s.pod.name"];
const TRACE_NAMES: [&str; 3] = ["trace_id", "traceid", "trace.id"];
const LEVEL_NAMES: [&str; 8] =
    ["level", "severity", "severity_text", "loglevel", "lvl", "log.level", "log_level", "levelname"];

/// A table that can be read.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Table {
    /// What separates cells.
    pub(crate) delimiter: u8,
    /// How many columns the header has.
    pub(crate) columns: usize,
    /// The column with the time.
    pub(crate) time: usize,
    /// The column with the time of day, where the other holds dates alone.
    pub(crate) time_of_day: Option<usize>,
    /// Whether its rows run from the newest to the oldest, as answers to queries do: each arrived at its own time.
    pub(crate) is_newest_first: bool,
    /// The column that names the service.
    pub(crate) service: Option<Column>,
    /// The column that names the environment.
    pub(crate) environment: Option<usize>,
    /// The column with the identifier of a trace.
    pub(crate) trace: Option<usize>,
    /// How many rows stand before the first of values.
    pub(crate) header_rows: usize,
    /// What the rows are.
    pub(crate) rows: RowKind,
}

impl Table {
    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        match self.rows {
            RowKind::Log { .. } => "table of log records (CSV)",
            RowKind::Long { .. } | RowKind::Wide { .. } => "table of metrics (CSV)",
        }
    }
}

/// Where a service's name stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    /// In a column of its own.
    Name(usize),
    /// In a pod's name.
    Pod(usize),
}

impl Column {
    fn index(self) -> usize {
        match self {
            Self::Name(index) | Self::Pod(index) => index,
        }
    }
}

/// What a row of a table is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum RowKind {
    /// A log record.
    Log {
        /// The column with the message.
        text: usize,
        /// The column with the level.
        level: Option<usize>,
    },
    /// One sample.
    Long {
        /// The column with the series.
        series: usize,
        /// The column with the value.
        value: usize,
        /// Further columns, which are labels.
        labels: Vec<(usize, String)>,
    },
    /// A sample of each of several series.
    Wide {
        /// The columns with values, and their series; no name stands for the file's own.
        values: Vec<(usize, Option<String>)>,
        /// Further columns, which are labels.
        labels: Vec<(usize, String)>,
    },
}

/// Reads the head of a file as a table. `None` if it is none; an error if it is one that cannot be used,
/// with the reason and what to do.
pub(crate) fn read(head: &[u8]) -> Option<Result<Table, String>> {
    let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
    let first = loop {
        let line = lines.next()?;
        if !line.bytes.trim_ascii().is_empty() {
            break String::from_utf8_lossy(line.bytes).into_owned();
        }
    };
    let delimiter = announced(&first).unwrap_or_else(|| delimiter_of(&first));
    let sample = Sample::read(head, delimiter)?;
    Some(sample.understand(delimiter))
}

/// What a first line that is `sep=;` says that separates cells: spreadsheets want it there.
fn announced(line: &str) -> Option<u8> {
    let (key, value) = line.trim().trim_matches('"').split_once('=')?;
    match value.as_bytes() {
        [delimiter @ (b',' | b';' | b'\t' | b'|')] if key.eq_ignore_ascii_case("sep") => Some(*delimiter),
        // A tab at the end of the line was trimmed.
        [] if key.eq_ignore_ascii_case("sep") && line.ends_with('\t') => Some(b'\t'),
        _ => None,
    }
}

/// Whether the head is a table beyond doubt, though some of its cells look like stamps: its first line has none.
pub(crate) fn is_plainly_one(head: &[u8]) -> bool {
    let first =
        head.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let text = String::from_utf8_lossy(first);
    search(text.as_bytes()).is_none()
        && Sample::read(head, announced(&text).unwrap_or_else(|| delimiter_of(&text))).is_some_and(|sample| {
            let columns = sample.header.len();
            columns >= COLUMNS_MIN && sample.rows.iter().all(|row| row.len() == columns)
        })
}

struct Sample {
    delimiter: u8,
    /// Whether a line above the header says what separates cells.
    is_announced: bool,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sample {
    fn read(head: &[u8], delimiter: u8) -> Option<Self> {
        let mut lines = Lines::new(Box::new(Cursor::new(head)), LINE_BYTES_MAX);
        let mut rows = Rows::new(delimiter);
        let mut all = Vec::new();
        while all.len() <= SAMPLE_ROWS && rows.next(&mut lines) == Next::Row {
            all.push((0..rows.len()).map(|at| rows.cell(at).trim().to_owned()).collect::<Vec<_>>());
        }
        let is_announced = all.first()?.first().is_some_and(|cell| {
            let cell = cell.trim_matches('"');
            cell.get(..4).is_some_and(|key| key.eq_ignore_ascii_case("sep=")) && cell.len() <= 5
        });
        if is_announced {
            all.remove(0);
        }
        let header = all.first()?.clone();
        // The last row may have been cut off.
        if all.len() > 2 && all.last().is_some_and(|row| row.len() < header.len()) {
            all.pop();
        }
        let even = all[1..].iter().filter(|row| row.len() == header.len()).count();
        // Lists in prose have commas, too: a table has as many in most rows.
        let is_table = header.len() >= 2 && all.len() >= 2 && even * 3 >= (all.len() - 1) * 2;
        is_table.then(|| Self { delimiter, is_announced, header, rows: all.split_off(1) })
    }

    fn understand(&self, delimiter: u8) -> Result<Table, String> {
        if self.header.iter().all(|cell| cell.parse::<f64>().is_ok()) {
            return Err("a table of numbers without a header and without a time column; \
                        put a header such as `time,a,b` above it and the time in the first column"
                .to_owned());
        }
        let Some(time) = self.time_column() else {
            if let Some(table) = self.levels(delimiter) {
                return Ok(table);
            }
            return Err(self.why_timeless());
        };
        let time_of_day = self.time_of_day_column(time);
        let service =
            self.column(&SERVICE_KEYS).map(Column::Name).or(self.column(&POD_NAMES).map(Column::Pod));
        let environment = self.column(&ENVIRONMENT_KEYS);
        let mut table = Table {
            delimiter,
            columns: self.header.len(),
            header_rows: 1 + usize::from(self.is_announced),
            time,
            time_of_day,
            is_newest_first: self.is_newest_first(time, time_of_day),
            service,
            environment,
            trace: self.column(&TRACE_NAMES),
            rows: self.log_rows(),
        };
        if matches!(&table.rows, RowKind::Log { text, .. } if *text == usize::MAX) {
            table.rows = self.metric_rows(&table)?;
        }
        Ok(table)
    }

    /// A table whose columns are named by several rows, as pandas writes them: the name of each level stands in the first
    /// column, and below them the times do.
    fn levels(&self, delimiter: u8) -> Option<Table> {
        let mut reader = FieldReader::default();
        let further = self.rows.iter().take_while(|row| reader.read(&row[0]).is_none()).count();
        let values = &self.rows[further..];
        let is_even = values.iter().all(|row| reader.read(&row[0]).is_some());
        if further == 0 || further > LEVELS_MAX || values.is_empty() || !is_even {
            return None;
        }
        let levels: Vec<&Vec<String>> = std::iter::once(&self.header)
            .chain(&self.rows[..further])
            .filter(|row| row[1..].iter().any(|cell| !cell.is_empty()))
            .collect();
        let of = |wanted: &dyn Fn(&str) -> bool| {
            levels.iter().position(|row| wanted(&row[0].to_ascii_lowercase()))
        };
        let series = of(&|name| SERIES_NAMES.contains(&name))?;
        let service = of(&|name| name.contains("service"));
        let cell = |row: usize, at: usize| levels[row].get(at).map_or("", String::as_str);
        let name = |at: usize| {
            let labels = levels.iter().enumerate().filter(|(row, _)| *row != series).map(|(row, names)| {
                let label = if Some(row) == service { "service" } else { &names[0] };
                format!("{label}=\"{}\"", cell(row, at).replace('\\', "\\\\").replace('"', "\\\""))
            });
            format!("{}{{{}}}", cell(series, at), labels.collect::<Vec<_>>().join(","))
        };
        let values = (1..self.header.len()).map(|at| (at, Some(name(at)))).collect();
        Some(Table {
            delimiter,
            columns: self.header.len(),
            header_rows: further + 1 + usize::from(self.is_announced),
            time: 0,
            time_of_day: None,
            is_newest_first: false,
            service: None,
            environment: None,
            trace: None,
            rows: RowKind::Wide { values, labels: Vec::new() },
        })
    }

    /// Rows of log records; the text column is `usize::MAX` if there is none.
    fn log_rows(&self) -> RowKind {
        let exported = || self.column(&EXPORTED_TEXT_NAMES).filter(|at| !self.is_numeric(*at));
        let text = self.column(&TEXT_NAMES).or_else(exported).unwrap_or(usize::MAX);
        let is_level = |at: &usize| {
            let levels = self.cells(*at).filter(|cell| Level::parse(cell).is_some()).count();
            levels * 2 > self.rows.len()
        };
        let level = self.column(&LEVEL_NAMES).or_else(|| self.column(&["status"]).filter(is_level));
        RowKind::Log { text, level }
    }

    fn metric_rows(&self, table: &Table) -> Result<RowKind, String> {
        let origin = [table.service.map(Column::index), table.environment];
        let is_taken =
            |at: usize| at == table.time || table.time_of_day == Some(at) || origin.contains(&Some(at));
        if let (Some(series), Some(value)) = (self.column(&SERIES_NAMES), self.column(&VALUE_NAMES)) {
            let rest = (0..self.header.len()).filter(|at| !is_taken(*at) && *at != series && *at != value);
            return Ok(RowKind::Long { series, value, labels: self.labels(rest)? });
        }
        let free = (0..self.header.len()).filter(|at| !is_taken(*at) && !self.is_time(*at));
        let (values, labels): (Vec<usize>, Vec<usize>) = free.partition(|at| self.is_numeric(*at));
        if values.is_empty() {
            return Err(format!(
                "a table with a time column but without numbers or a text column named `message` or `log` (columns: {})",
                self.header_for_people()
            ));
        }
        let only = values.len() == 1;
        let name = |at: usize| {
            let is_plain_value =
                only && VALUE_NAMES.iter().any(|name| name.eq_ignore_ascii_case(&self.header[at]));
            (!is_plain_value).then(|| self.header[at].clone())
        };
        let values = values.into_iter().map(|at| (at, name(at))).collect();
        Ok(RowKind::Wide { values, labels: self.labels(labels.into_iter())? })
    }

    fn labels(&self, columns: impl Iterator<Item = usize>) -> Result<Vec<(usize, String)>, String> {
        columns
            .filter(|at| !self.is_time(*at) && !self.header[*at].is_empty())
            .map(|at| {
                if self.is_free_text(at) {
                    return Err(format!(
                        "a table whose column `{}` holds free text, so that its rows are no series; \
                         name it `message` if the rows are log records, or leave it out",
                        self.header[at]
                    ));
                }
                Ok((at, self.header[at].clone()))
            })
            .collect()
    }

    /// The best named column whose values are times.
    fn time_column(&self) -> Option<usize> {
        let named =
            TIME_NAMES.iter().filter_map(|name| self.column(&[name])).find(|at| self.holds_times(*at));
        // `min_date` is an attribute; a first column such as `Time (UTC)` is the time.
        let first = || Some(0).filter(|at| self.is_time(*at) || self.holds_dates(*at));
        // Elsewhere dates may be an attribute; if there is one such column alone, it is the time.
        let only = || {
            let mut dated = (0..self.header.len()).filter(|at| self.holds_dates(*at));
            dated.next().filter(|_| dated.next().is_none())
        };
        named.or_else(first).or_else(only)
    }

    /// The column with the times of day to a column of dates alone.
    fn time_of_day_column(&self, date: usize) -> Option<usize> {
        if self.cells(date).any(|cell| cell.contains(':')) {
            return None;
        }
        let mut times = RowTimes::default();
        (0..self.header.len()).filter(|at| *at != date).find(|&at| {
            let pairs = self.rows.iter().filter_map(|row| Some((row.get(date)?, row.get(at)?)));
            let read = pairs.filter(|(date, time)| times.read_both(date, time).is_some()).count();
            read * 2 > self.rows.len()
        })
    }

    /// Whether nearly every row is older than the one before it.
    fn is_newest_first(&self, time: usize, time_of_day: Option<usize>) -> bool {
        let (mut reader, mut times) = (FieldReader::default(), RowTimes::default());
        let mut calendar = Calendar::new(&Zone::utc(), Moment::MAX);
        let mut placed = self.rows.iter().filter_map(|row| {
            let reading = match time_of_day {
                None => reader.read(row.get(time)?)?,
                Some(column) => times.read_both(row.get(time)?, row.get(column)?)?,
            };
            calendar.place(reading)
        });
        let Some(mut last) = placed.next() else { return false };
        let (mut rises, mut falls) = (0, 0);
        for next in placed {
            rises += usize::from(next > last);
            falls += usize::from(next < last);
            last = next;
        }
        falls >= FALLS_MIN && falls > 9 * rises
    }

    /// Why no column holds the times.
    fn why_timeless(&self) -> String {
        let columns = self.header_for_people();
        let Some(at) = self.column(&TIME_NAMES) else {
            return format!(
                "a table without a time column that can be read (columns: {columns}); \
                 name one `time` or `timestamp` and write RFC 3339 or epoch seconds into it"
            );
        };
        let first: String = self.cells(at).next().unwrap_or_default().chars().take(40).collect();
        format!(
            "a table whose column `{}` holds no times that can be read, such as `{first}` (columns: {columns}); write RFC 3339 \
             or epoch seconds into it",
            self.header[at]
        )
    }

    /// Whether it holds dates as people write them: whatever the column is called, in whatever language, these are its times.
    fn holds_dates(&self, at: usize) -> bool {
        let is_date = |cell: &str| {
            let has_marks = cell.bytes().filter(|byte| matches!(byte, b'-' | b'.' | b'/')).count() >= 2;
            has_marks && FieldReader::default().read(cell).is_some()
        };
        self.cells(at).filter(|cell| is_date(cell)).count() * 2 > self.rows.len()
    }

    fn is_time(&self, at: usize) -> bool {
        let name = self.header[at].to_ascii_lowercase();
        (name.contains("time") || name.contains("date")) && self.holds_times(at)
    }

    fn holds_times(&self, at: usize) -> bool {
        let mut reader = FieldReader::default();
        let times = self.cells(at).filter(|cell| reader.read(cell).is_some()).count();
        times > 0 && times * 2 > self.rows.len()
    }

    fn is_numeric(&self, at: usize) -> bool {
        let numbers = self.cells(at).filter(|cell| number(cell, self.delimiter).is_ok()).count();
        numbers * 10 >= self.rows.len() * 9
    }

    /// Whether almost every row says something else, in words.
    fn is_free_text(&self, at: usize) -> bool {
        let cells: std::collections::BTreeSet<&str> = self.cells(at).collect();
        self.rows.len() >= 4
            && (cells.len() * 2 > self.rows.len() || cells.iter().any(|cell| cell.split(' ').count() > 4))
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(at)).map(String::as_str)
    }

    fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|cell| cell.eq_ignore_ascii_case(name)))
    }

    fn header_for_people(&self) -> String {
        let mut text = self
            .header
            .iter()
            .take(8)
            .map(|cell| cell.chars().take(40).collect())
            .collect::<Vec<String>>()
            .join(", ");
        if self.header.len() > 8 {
            text.push_str(", …");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: RowKind) {
        assert_eq!(read(head.as_bytes()).expect("a table").expect("a usable table").rows, expected);
    }

    #[track_caller]
    fn check_refused(head: &str, expected: &str) {
        let reason = read(head.as_bytes()).expect("a table").expect_err("no usable table");
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn tables_are_told_apart_by_their_columns() {
        check(
            "Timestamp,TimeUnixNano,PodName,Log\n2023-01-29T09:13:13.068Z,1674983593068758008,a-1,\"{\"\"log\"\":\"\"x\"\"}\"\n",
            RowKind::Log { text: 3, level: None },
        );
        check(
            "time,series,value\n2026-01-01T00:00:00Z,up,1\n",
            RowKind::Long { series: 1, value: 2, labels: vec![] },
        );
        check(
            "timestamp,value\n2014-04-01 00:00:00,20.0\n",
            RowKind::Wide { values: vec![(1, None)], labels: vec![] },
        );
        check(
            "Time,TimeStamp,PodName,CpuUsage(m),zone\n2023-01-29 08:41:09.77 +0000 UTC m=+0.8,1674981669,a-1,7.02,eu\n",
            RowKind::Wide {
                values: vec![(3, Some("CpuUsage(m)".to_owned()))],
                labels: vec![(4, "zone".to_owned())],
            },
        );
    }

    #[test]
    fn columns_may_be_named_by_several_rows() {
        let head = "microservice,shop,\"a \"\"b\"\"\"\nmetric,latency,errors\nstatistic,Average,Sum\nunix_timestamp,,\n1681849920.0,0.02,3\n1681850220.0,0.03,\n";
        let table = read(head.as_bytes()).expect("a table").expect("a usable table");
        assert_eq!((table.header_rows, table.time), (4, 0));
        let RowKind::Wide { values, .. } = table.rows else { panic!("{:?}", table.rows) };
        assert_eq!(values[0].1.as_deref(), Some("latency{service=\"shop\",statistic=\"Average\"}"));
        assert_eq!(values[1].1.as_deref(), Some("errors{service=\"a \\\"b\\\"\",statistic=\"Sum\"}"));
    }

    #[test]
    fn a_table_without_times_is_no_log_though_its_numbers_may_look_like_stamps() {
        assert!(is_plainly_one(b"id,a,b\n1681849920,2,3\n1681849921,4,5\n"));
        assert!(!is_plainly_one(b"2026-01-01 10:00:00,123 INFO a, b\n2026-01-01 10:00:00,124 INFO a, b\n"));
        assert!(!is_plainly_one(b"Dear all, here it is, at last\nno more\n"));
    }

    #[test]
    fn tables_that_say_no_time_are_refused_with_the_reason() {
        check_refused("0.1,0.2\n0.3,0.4\n", "without a header and without a time column");
        check_refused("a,b\n1,2\n", "without a time column that can be read (columns: a, b)");
        check_refused("time,b\n2026-01-01T00:00:00Z,x\n", "without numbers");
    }

    #[test]
    fn prose_with_commas_is_no_table() {
        assert!(read(b"Dear all, this is it\nno more\nand so on\n").is_none());
        assert!(read(b"").is_none());
    }
}

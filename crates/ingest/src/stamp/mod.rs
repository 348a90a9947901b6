//! Finds the time stamp of a log line, and reads the time of a field.
//!
//! The form that most lines of a file's head have is tried first, where it stood last time; that takes
//! some tens of nanoseconds. A line that does not have it is searched: any form at its start, the usual
//! form a little later. Lines that start with white space are continuations, unless the file indents all.

mod civil;
mod digits;
mod epoch;
mod iso;
mod named;
mod short;

pub(crate) use civil::{Calendar, Civil, OpenDate, Reading, days_since_1970};
pub(crate) use epoch::{of_fraction, of_magnitude};
pub(crate) use short::century;

/// Keys that only introduce a stamp.
pub(crate) const STAMP_KEYS: [&str; 7] =
    ["time=", "ts=", "t=", "timestamp=", "@timestamp=", "date=", "datetime="];

/// Counts of seconds of our days have no more digits.
const SECONDS_DIGITS: usize = 10;
/// How far into a line a stamp may begin, in tokens and in bytes.
const TOKENS_MAX: usize = 8;
const BYTES_MAX: usize = 200;

/// One family of stamps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Form {
    Iso,
    IsoCompact,
    MonthFirst,
    WeekdayFirst,
    DayFirst,
    SixAndSix,
    TwoDigitYear,
    Yearless,
    YearLast,
    Glog,
    Epoch,
    /// A date alone or to the minute, in whatever order: only where it stands alone in a field.
    OfTable,
}

/// More specific forms come first: what one of them reads, a later one could only read worse.
const FORMS: [Form; 11] = [
    Form::Iso,
    Form::IsoCompact,
    Form::MonthFirst,
    Form::WeekdayFirst,
    Form::DayFirst,
    Form::YearLast,
    Form::SixAndSix,
    Form::TwoDigitYear,
    Form::Yearless,
    Form::Glog,
    Form::Epoch,
];

impl Form {
    /// Reads a stamp of this form at the start of the text; with its length.
    fn read(self, text: &[u8]) -> Option<(Reading, usize)> {
        let civil = match self {
            Self::Iso => iso::separated(text),
            Self::IsoCompact => iso::compact(text),
            Self::MonthFirst => named::month_first(text),
            Self::WeekdayFirst => named::weekday_first(text),
            Self::DayFirst => named::day_first(text),
            Self::SixAndSix => short::six_and_six(text),
            Self::TwoDigitYear => short::two_digit_year(text),
            Self::Yearless => short::yearless(text),
            Self::YearLast => short::year_last(text),
            Self::Glog => short::glog(text),
            Self::Epoch => return epoch::count(text).map(|(moment, end)| (Reading::Epoch(moment), end)),
            Self::OfTable => {
                iso::date_only(text).or_else(|| iso::to_the_minute(text)).or_else(|| short::of_table(text))
            }
        };
        civil.map(|(civil, end)| (Reading::Civil(civil), end))
    }
}

/// Where stamps stand in the lines of a file, and in which form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    /// How many tokens stand before it.
    pub(crate) token: usize,
    /// Whether its lines begin with white space.
    pub(crate) is_indented: bool,
}

/// A stamp in a line: `line[start..end]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    pub(crate) shape: Shape,
    pub(crate) reading: Reading,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Stamp {
    /// Whether the order of its date's numbers is open.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.reading, Reading::Civil(civil) if civil.open != OpenDate::Told)
    }
}

/// Finds stamps in the lines of one file.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    usual: Shape,
    /// Where the last stamp of the usual shape began.
    offset: usize,
}

impl Finder {
    /// Expects stamps of this shape.
    pub(crate) fn new(usual: Shape) -> Self {
        Self { usual, offset: 0 }
    }

    /// The stamp that makes this line the first of a record.
    pub(crate) fn find(&mut self, line: &[u8]) -> Option<Stamp> {
        let is_indented = matches!(line.first(), Some(b' ' | b'\t'));
        if is_indented && !self.usual.is_indented {
            return None;
        }
        if let Some(stamp) = self.at(line, self.offset, self.usual) {
            return Some(stamp);
        }
        let start = self.usual_start(line);
        if let Some(stamp) = start.and_then(|start| self.at(line, start, self.usual)) {
            self.offset = stamp.start;
            return Some(stamp);
        }
        self.elsewhere(line, is_indented)
    }

    fn at(&self, line: &[u8], start: usize, shape: Shape) -> Option<Stamp> {
        if start > 0 && !is_boundary(*line.get(start - 1)?) {
            return None;
        }
        let (reading, length) = shape.form.read(line.get(start..)?)?;
        Some(Stamp { shape, reading, start, end: start + length })
    }

    fn usual_start(&self, line: &[u8]) -> Option<usize> {
        candidates(line).find(|(_, token)| *token == self.usual.token).map(|(start, _)| start)
    }

    fn elsewhere(&self, line: &[u8], is_indented: bool) -> Option<Stamp> {
        for (start, token) in candidates(line) {
            for form in FORMS {
                // A number at the start of a further line of text is seldom a time.
                let is_usual = form == self.usual.form;
                let is_allowed = if token == 0 {
                    is_usual || form != Form::Epoch
                } else {
                    is_usual && self.usual.token > 0
                };
                if is_allowed && let Some(stamp) = self.at(line, start, Shape { form, token, is_indented }) {
                    return Some(stamp);
                }
            }
        }
        None
    }
}

/// The first stamp of any form in the head of a line.
pub(crate) fn search(line: &[u8]) -> Option<Stamp> {
    let is_indented = matches!(line.first(), Some(b' ' | b'\t'));
    candidates(line).find_map(|(start, token)| {
        FORMS.into_iter().find_map(|form| {
            // glog's letter and digits could be a word anywhere but at the start.
            if form == Form::Glog && token > 0 {
                return None;
            }
            let (reading, length) = form.read(&line[start..])?;
            if form == Form::Epoch && token > 0 && !is_introduced(line, start, start + length) {
                return None;
            }
            Some(Stamp { shape: Shape { form, token, is_indented }, reading, start, end: start + length })
        })
    })
}

/// Whether a count within a line is its stamp: one of seconds may stand anywhere, as a column. One with more digits looks like any
/// identifier, so that a key or a bracket has to say so, or what stands before it is no text, or the date follows.
fn is_introduced(line: &[u8], start: usize, end: usize) -> bool {
    let before = &line[..start];
    let is_keyed = STAMP_KEYS.iter().any(|key| before.ends_with(key.as_bytes()));
    let is_enclosed = matches!(before.last(), Some(b'[' | b'(' | b'<' | b'|'));
    let has_date = line[start..end].contains(&b' ');
    let is_of_seconds =
        line[start..end].iter().take_while(|byte| byte.is_ascii_digit()).count() <= SECONDS_DIGITS;
    let is_id = before.ends_with(b"=") && !is_keyed;
    (is_of_seconds && !is_id)
        || is_keyed
        || is_enclosed
        || has_date
        || !before.iter().any(|byte| byte.is_ascii_lowercase() || *byte == b'=')
}

/// The stamp, of any form, that a text begins with.
pub(crate) fn leading(text: &[u8]) -> Option<Stamp> {
    let mut starts = candidates(text).take_while(|(_, token)| *token == 0);
    let is_indented = matches!(text.first(), Some(b' ' | b'\t'));
    starts.find_map(|(start, token)| {
        FORMS.into_iter().find_map(|form| {
            let (reading, length) = form.read(&text[start..])?;
            Some(Stamp { shape: Shape { form, token, is_indented }, reading, start, end: start + length })
        })
    })
}

/// Reads a whole field as a time; the form of the last field is tried first.
#[derive(Clone, Debug)]
pub(crate) struct FieldReader {
    usual: Form,
}

impl Default for FieldReader {
    fn default() -> Self {
        Self { usual: Form::Iso }
    }
}

impl FieldReader {
    /// The time that the field says and nothing else, or `None`.
    pub(crate) fn read(&mut self, field: &str) -> Option<Reading> {
        if let Some(reading) = whole(self.usual, field.as_bytes()) {
            return Some(reading);
        }
        let field = field.trim_matches(['[', ']', '"', ' ']).as_bytes();
        let mut forms = FORMS.into_iter().chain([Form::OfTable]);
        let (form, reading) = forms.find_map(|form| whole(form, field).map(|reading| (form, reading)))?;
        self.usual = form;
        Some(reading)
    }
}

fn whole(form: Form, field: &[u8]) -> Option<Reading> {
    form.read(field).filter(|(_, end)| *end == field.len()).map(|(reading, _)| reading)
}

/// Where a stamp may begin, with the number of tokens before: at the start, after white space, after an
/// opening bracket or quote, after `=` or `|`.
fn candidates(line: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut token = 0;
    let (mut is_in_token, mut is_in_query) = (false, false);
    let head = line.len().min(BYTES_MAX);
    (0..head)
        .map_while(move |at| {
            let byte = line[at];
            let is_space = matches!(byte, b' ' | b'\t');
            if is_space && is_in_token {
                token += 1;
            }
            is_in_token = !is_space;
            // What an address asks for is no stamp: `/chart?ts=1554392218500`.
            is_in_query = is_in_token && (is_in_query || byte == b'?');
            let is_start =
                !is_in_query && byte.is_ascii_alphanumeric() && (at == 0 || is_boundary(line[at - 1]));
            (token < TOKENS_MAX).then_some(is_start.then_some((at, token)))
        })
        .flatten()
}

fn is_boundary(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'[' | b'(' | b'<' | b'>' | b'"' | b'\'' | b'|' | b'=' | b'{')
}

/// The length of a node's name and a syslog stamp behind it (`dn228 Nov 9 12:01:01 `), or 0.
pub(crate) fn second_stamp_length(text: &str) -> usize {
    let Some((node, rest)) = text.split_once(' ').filter(|(node, _)| !node.is_empty()) else { return 0 };
    let Some((_, length)) = Form::MonthFirst.read(rest.as_bytes()) else { return 0 };
    let behind = node.len() + 1 + length;
    if text.as_bytes().get(behind) == Some(&b' ') { behind + 1 } else { 0 }
}

/// The length of a time of day without a date at the start of the text (`17:13:13.068`), or 0.
pub(crate) fn time_of_day_length(text: &[u8]) -> usize {
    let Some((_, at)) = digits::time_of_day(text, 0, b':') else { return 0 };
    let (_, end) = digits::fraction(text, at);
    if digits::byte(text, end).is_ascii_alphanumeric() { 0 } else { end }
}

#[cfg(test)]
mod tests {
    use hark_event::{Moment, Zone};

    use super::*;

    #[track_caller]
    fn check(line: &str, expected_time: &str, expected_stamp: &str) {
        let reference = Moment::from("2026-06-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
        let stamp = search(line.as_bytes()).unwrap_or_else(|| panic!("no stamp in {line:?}"));
        let moment = Calendar::new(&Zone::utc(), reference).place(stamp.reading).expect("a date");
        assert_eq!(
            (moment.to_string().as_str(), &line[stamp.start..stamp.end]),
            (expected_time, expected_stamp)
        );
        let again = Finder::new(stamp.shape).find(line.as_bytes());
        assert_eq!(again.map(|again| again.start), Some(stamp.start), "the usual shape finds the same stamp");
    }

    #[test]
    fn iso_stamps_in_all_their_spellings() {
        check("2026-01-02T15:04:05Z up", "2026-01-02T15:04:05Z", "2026-01-02T15:04:05Z");
        check("2026-01-02 15:04:05,678 INFO x", "2026-01-02T15:04:05.678Z", "2026-01-02 15:04:05,678");
        check(
            "[2026-01-02T15:04:05.678901234+01:00] x",
            "2026-01-02T14:04:05.678901234Z",
            "2026-01-02T15:04:05.678901234+01:00",
        );
        check("2026/01/02 15:04:05 [error] 7#7: x", "2026-01-02T15:04:05Z", "2026/01/02 15:04:05");
        check("2026-01-02 15:04:05.1 -0730 x", "2026-01-02T22:34:05.1Z", "2026-01-02 15:04:05.1 -0730");
        check("2026-01-02 15:04:05 - root - x", "2026-01-02T15:04:05Z", "2026-01-02 15:04:05");
        check(
            "2026-01-02 15:04:05.123 UTC [7] LOG:  x",
            "2026-01-02T15:04:05.123Z",
            "2026-01-02 15:04:05.123 UTC",
        );
        check("20260102T150405Z x", "2026-01-02T15:04:05Z", "20260102T150405Z");
        check("20171223-22:15:29:606|Step_LSC|x", "2017-12-23T22:15:29.606Z", "20171223-22:15:29:606");
        check("20171224-0:7:20:444|Step_LSC|x", "2017-12-24T00:07:20.444Z", "20171224-0:7:20:444");
        check("2008-11-09-20.36.15.675872 x", "2008-11-09T20:36:15.675872Z", "2008-11-09-20.36.15.675872");
        check("level=info ts=2026-01-02T15:04:05Z msg=x", "2026-01-02T15:04:05Z", "2026-01-02T15:04:05Z");
    }

    #[test]
    fn numbers_that_a_sentence_is_about_are_no_stamps() {
        for line in
            ["request 1767312001000 is done", "job id=1767312001 began", "took over from 1767312001000123"]
        {
            assert_eq!(search(line.as_bytes()), None, "{line}");
        }
        check("INFO 1767312001000 up", "2026-01-02T00:00:01Z", "1767312001000");
    }

    #[test]
    fn stamps_with_the_month_by_name() {
        check("Dec 10 06:55:46 LabSZ sshd[24200]: x", "2025-12-10T06:55:46Z", "Dec 10 06:55:46");
        check("Jul  1 09:00:55 host x", "2025-07-01T09:00:55Z", "Jul  1 09:00:55");
        check("[Sun Dec 04 04:47:44 2005] [error] x", "2005-12-04T04:47:44Z", "Sun Dec 04 04:47:44 2005");
        check(
            "Sun Dec 04 04:47:44.123456 2005 x",
            "2005-12-04T04:47:44.123456Z",
            "Sun Dec 04 04:47:44.123456 2005",
        );
        check("Sun Dec  4 04:47:44 CET 2005 x", "2005-12-04T04:47:44Z", "Sun Dec  4 04:47:44 CET 2005");
        check("Sun, 04 Dec 2005 04:47:44 GMT x", "2005-12-04T04:47:44Z", "Sun, 04 Dec 2005 04:47:44 GMT");
        check(
            "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2326",
            "2000-10-10T20:55:36Z",
            "10/Oct/2000:13:55:36 -0700",
        );
        check("18-Feb-2020 00:00:01.123 general: x", "2020-02-18T00:00:01.123Z", "18-Feb-2020 00:00:01.123");
        check("Jun 09, 2017 8:10:40 PM x", "2017-06-09T20:10:40Z", "Jun 09, 2017 8:10:40 PM");
    }

    #[test]
    fn short_stamps() {
        check("081109 203615 148 INFO x", "2008-11-09T20:36:15Z", "081109 203615");
        check("17/06/09 20:10:40 INFO x", "2017-06-09T20:10:40Z", "17/06/09 20:10:40");
        check("03-17 16:13:38.811  1702  2395 D x", "2026-03-17T16:13:38.811Z", "03-17 16:13:38.811");
        check("[10.30 16:49:06] chrome.exe", "2025-10-30T16:49:06Z", "10.30 16:49:06");
        check(
            "I0102 15:04:05.678901       1 main.go:7] x",
            "2026-01-02T15:04:05.678901Z",
            "I0102 15:04:05.678901",
        );
        check("06-13-2026 10:00:00 x", "2026-06-13T10:00:00Z", "06-13-2026 10:00:00");
        check("31.12.99 10:00:00 x", "1999-12-31T10:00:00Z", "31.12.99 10:00:00");
        check("04.12.2005 04:47:44 x", "2005-12-04T04:47:44Z", "04.12.2005 04:47:44");
        check("12/04/2005 4:47:44 PM x", "2005-12-04T16:47:44Z", "12/04/2005 4:47:44 PM");
    }

    #[test]
    fn epochs_among_the_first_tokens() {
        check(
            "- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.675872 x",
            "2005-06-03T22:42:50Z",
            "1117838570 2005.06.03",
        );
        check(
            "134681 node-246 unix.hw state_change.unavailable 1077804742 1 x",
            "2004-02-26T14:12:22Z",
            "1077804742",
        );
        check("1700000000123 x", "2023-11-14T22:13:20.123Z", "1700000000123");
        check("1700000000.5 x", "2023-11-14T22:13:20.5Z", "1700000000.5");
    }

    #[test]
    fn stamps_behind_a_file_name() {
        check(
            "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO x",
            "2017-05-16T00:00:00.008Z",
            "2017-05-16 00:00:00.008",
        );
    }

    #[test]
    fn text_without_a_stamp_has_none() {
        for line in [
            "",
            " ",
            "-",
            "hello world",
            "version 1.2.3 of 2026",
            "10.251.73.220:50010",
            "12:34:56 only a time",
            "2026-13-01 00:00:00 x",
            "99999999999999999999",
            "May contain nuts",
            "2026-01-02",
            "\u{e9}\u{e9}\u{e9}",
        ] {
            let found = search(line.as_bytes());
            let placed =
                found.and_then(|stamp| Calendar::new(&Zone::utc(), Moment::MAX).place(stamp.reading));
            assert_eq!(placed, None, "{line:?}");
        }
    }

    #[test]
    fn further_lines_are_no_records_though_they_hold_times() {
        let mut finder = Finder::new(Shape { form: Form::Iso, token: 0, is_indented: false });
        assert!(finder.find(b"Caused by: late since 2026-01-02 15:04:05").is_none());
        assert!(finder.find(b"  2026-01-02 15:04:05 quoted").is_none());
        assert!(finder.find(b"1700000000 bytes").is_none());
        assert!(finder.find(b"Dec 10 06:55:46 another form").is_some());
    }

    #[test]
    fn fields_are_times_only_as_a_whole() {
        let mut reader = FieldReader::default();
        assert!(reader.read("2026-01-02T15:04:05Z").is_some());
        assert!(reader.read("2026-01-02").is_some());
        assert!(reader.read("2026-01-02 15:04").is_some());
        assert!(reader.read("1700000000").is_some());
        assert!(reader.read("2026-01-02T15:04:05Z and more").is_none());
        assert!(reader.read("soon").is_none());
    }
}

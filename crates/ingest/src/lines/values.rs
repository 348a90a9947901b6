//! A JSON document taken apart into its records, whatever its line breaks: each is handed over as a line would be.
//!
//! Records are the objects that stand alone one after the other (pretty-printed, or with the separator of RFC 7464),
//! those of one array, or those of an array within an object whose path is known. Only brackets and quotes are looked
//! at; whether a record is well-formed is for its reader to say. A document is never held, a record at most once.
//!
//! One damaged record should not cost the others: no text of JSON holds a line end, so a quote that was lost is missed
//! for the rest of its line only; and where records begin lines of one indentation, the next one begins there even if a
//! bracket was lost. What it cannot do: find the way back in a document that is one single line.

use memchr::memchr3;

use super::{Line, Lines};

/// The names that lead to the array of records; empty for an array, or objects, that stand for themselves.
pub(crate) type Path = Vec<String>;

/// No name on a path is as long.
pub(crate) const KEY_BYTES_MAX: usize = 32;

/// Where in a document the reading stands.
#[derive(Debug)]
pub(super) struct Values {
    path: Path,
    /// How many objects of the path are open.
    opened: usize,
    is_in_list: bool,
    key: Vec<u8>,
    within: Within,
    is_escaped: bool,
    depth: u32,
    /// White space so far on a line that has had nothing else.
    indent: Option<usize>,
    /// The indentation of the record that is open, if it began its line.
    column: Option<usize>,
    /// Whether a text of the open record never ended.
    is_damaged: bool,
    /// What was met of the open record was longer than it may be.
    is_overlong: bool,
    is_unfinished: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Within {
    /// Brackets, separators and names around the records.
    Frame,
    /// A name or a text of the frame.
    FrameText,
    Record,
    RecordText,
    /// A value that is no record.
    Other,
    OtherText,
}

/// What the next bytes are.
enum Step {
    /// No record; to be passed.
    Pass(usize),
    /// A part of the record that is open.
    Keep(usize),
    /// The last part of the record that is open.
    End(usize),
}

impl Values {
    /// A document before its first byte.
    pub(super) fn new(path: Path) -> Self {
        Self {
            path,
            opened: 0,
            is_in_list: false,
            key: Vec::new(),
            within: Within::Frame,
            is_escaped: false,
            depth: 0,
            indent: Some(0),
            column: None,
            is_damaged: false,
            is_overlong: false,
            is_unfinished: false,
        }
    }

    fn step(&mut self, bytes: &[u8]) -> Step {
        match self.within {
            Within::Frame | Within::FrameText => Step::Pass(self.frame(bytes)),
            Within::Record | Within::RecordText => {
                let (count, ends) = self.value(bytes);
                if ends { Step::End(count) } else { Step::Keep(count) }
            }
            Within::Other | Within::OtherText => Step::Pass(self.value(bytes).0),
        }
    }

    /// Reads the frame up to the next value; says how many bytes that are.
    fn frame(&mut self, bytes: &[u8]) -> usize {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.within == Within::FrameText {
                self.frame_text(byte);
                continue;
            }
            match byte {
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                b'{' | b'[' if !self.opens_frame(byte) => {
                    let is_record = byte == b'{' && (self.path.is_empty() || self.is_in_list);
                    self.within = if is_record { Within::Record } else { Within::Other };
                    self.column = self.indent;
                    self.indent = None;
                    self.is_damaged = false;
                    self.depth = 0;
                    return at;
                }
                b'"' => {
                    self.key.clear();
                    self.within = Within::FrameText;
                }
                b'}' => (self.opened, self.is_in_list) = (self.opened.saturating_sub(1), false),
                b']' => self.is_in_list = false,
                b',' => self.key.clear(),
                _ => {}
            }
            if !matches!(byte, b' ' | b'\t' | b'\n') {
                self.indent = None;
            }
        }
        bytes.len()
    }

    fn frame_text(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.within = Within::Frame,
            b'\n' => (self.within, self.indent) = (Within::Frame, Some(0)),
            _ if self.key.len() < KEY_BYTES_MAX => self.key.push(byte),
            _ => {}
        }
    }

    /// Whether this bracket opens an object of the path, or the array of the records.
    fn opens_frame(&mut self, bracket: u8) -> bool {
        let is_named = |at: usize| self.path.get(at).is_some_and(|name| name.as_bytes() == self.key);
        let opens = !self.is_in_list
            && match bracket {
                b'{' => self.opened < self.path.len() && self.opened.checked_sub(1).is_none_or(is_named),
                _ => match self.path.len().checked_sub(1) {
                    None => true,
                    Some(last) => self.opened == self.path.len() && is_named(last),
                },
            };
        if opens && bracket == b'{' {
            self.opened += 1;
        }
        self.is_in_list |= opens && bracket == b'[';
        opens
    }

    /// Reads a value; says how many bytes were read and whether it ends with them.
    fn value(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < bytes.len() {
            if matches!(self.within, Within::RecordText | Within::OtherText) {
                at += self.text(&bytes[at..]);
                continue;
            }
            let byte = bytes[at];
            if let Some(indent) = self.indent {
                if self.is_sibling(byte, indent) {
                    self.within = Within::Frame;
                    return (at, true);
                }
                let goes_on = matches!(byte, b' ' | b'\t') || (byte == b',' && self.is_damaged);
                self.indent = goes_on.then_some(indent + 1);
            }
            at += 1;
            match byte {
                b'"' => self.within = self.within.text(),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.within = Within::Frame;
                        return (at, true);
                    }
                }
                b'\n' => self.indent = Some(0),
                _ => {}
            }
        }
        (at, false)
    }

    /// Reads a text up to and with its closing quote; says how many bytes that are.
    fn text(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.is_escaped) {
            return 1;
        }
        let Some(at) = memchr3(b'"', b'\\', b'\n', bytes) else { return bytes.len() };
        match bytes[at] {
            b'\\' => self.is_escaped = true,
            b'"' => self.within = self.within.outside_text(),
            _ => {
                self.within = self.within.outside_text();
                self.indent = Some(0);
                self.is_damaged = true;
            }
        }
        at + 1
    }

    /// Whether a line that begins so begins another record, though the one before it has not ended.
    fn is_sibling(&mut self, byte: u8, indent: usize) -> bool {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'}' | b']' | b',') || self.depth == 0 {
            return false;
        }
        if byte == b'{' {
            let is_at_column = self.column == Some(indent) || self.is_damaged;
            return is_at_column && self.within == Within::Record;
        }
        if self.column.is_some_and(|column| indent <= column) {
            // Written without indentation: lines tell nothing.
            self.column = None;
        }
        false
    }
}

impl Within {
    fn text(self) -> Self {
        match self {
            Self::Record | Self::RecordText => Self::RecordText,
            Self::Other | Self::OtherText => Self::OtherText,
            Self::Frame | Self::FrameText => Self::FrameText,
        }
    }

    fn outside_text(self) -> Self {
        match self {
            Self::Record | Self::RecordText => Self::Record,
            Self::Other | Self::OtherText => Self::Other,
            Self::Frame | Self::FrameText => Self::Frame,
        }
    }
}

impl Lines<'_> {
    /// Whether a document ended within a record.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.values.as_ref().is_some_and(|values| values.is_unfinished)
    }

    /// The next record of the document, or what there is of it.
    pub(super) fn next_value(&mut self) -> Option<Line<'_>> {
        loop {
            let values = self.values.as_mut().expect("a document is read");
            let unseen = &self.buffer[self.start + self.scanned..self.end];
            if !unseen.is_empty() {
                match values.step(unseen) {
                    Step::Pass(count) => self.pass(count),
                    Step::Keep(count) => self.scanned += count,
                    Step::End(count) => return Some(self.value(self.scanned + count)),
                }
                if self.scanned > self.limit {
                    self.values.as_mut().expect("a document is read").is_overlong = true;
                    self.pass(self.scanned);
                }
            } else if self.is_at_end {
                return self.last_value();
            } else {
                self.fill();
            }
        }
    }

    fn value(&mut self, length: usize) -> Line<'_> {
        let (from, number) = (self.start, self.tally.lines + 1);
        self.pass(length);
        let values = self.values.as_mut().expect("a document is read");
        if std::mem::take(&mut values.is_overlong) {
            self.tally.truncated += 1;
            // Its rest means nothing: an object that never ends is rejected by whoever reads it.
            return Line { bytes: b"{", number };
        }
        Line { bytes: &self.buffer[from..from + length], number }
    }

    fn last_value(&mut self) -> Option<Line<'_>> {
        let values = self.values.as_mut().expect("a document is read");
        let is_open = values.within != Within::Frame || values.opened > 0 || values.is_in_list;
        values.is_unfinished |= is_open;
        let is_record = matches!(values.within, Within::Record | Within::RecordText);
        values.within = Within::Frame;
        if !is_record {
            self.end_line();
            return None;
        }
        let length = self.scanned;
        Some(self.value(length))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::super::{LINE_BYTES_MAX, Split};
    use super::*;

    /// Hands out few bytes at a time, so that every place is a border.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut into[..3])
        }
    }

    #[track_caller]
    fn check(path: &[&str], input: &str, expected: &[(u64, &str)]) -> bool {
        let path = path.iter().map(|&name| name.to_owned()).collect();
        let mut lines = Lines::of(Box::new(Trickle(input.as_bytes())), LINE_BYTES_MAX, Split::Values(path));
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            found.push((line.number, String::from_utf8(line.bytes.to_vec()).unwrap()));
        }
        assert!(
            found.iter().map(|(number, text)| (*number, text.as_str())).eq(expected.iter().copied()),
            "{found:?}"
        );
        assert_eq!(lines.tally.bytes, input.len() as u64, "every byte is accounted for");
        assert_eq!(lines.tally.lines, input.lines().count() as u64, "every line is accounted for");
        lines.is_unfinished()
    }

    #[test]
    fn objects_of_an_array_or_one_after_the_other_are_records() {
        assert!(!check(
            &[],
            "[{\"a\":1},{\"a\":[{}]},\n {\"a\":\"]\\\"}\"}]\n",
            &[(1, "{\"a\":1}"), (1, "{\"a\":[{}]}"), (2, "{\"a\":\"]\\\"}\"}"),]
        ));
        assert!(!check(&[], "{\n  \"a\": {\n  }\n}\n{\n}\n", &[(1, "{\n  \"a\": {\n  }\n}"), (5, "{\n}")]));
        assert!(!check(&[], "\u{1e}{}\n\u{1e}{}", &[(1, "{}"), (2, "{}")]));
        assert!(!check(&[], "[]", &[]));
    }

    #[test]
    fn records_are_found_at_the_end_of_a_path() {
        let path = &["data", "result"];
        let document = r#"{"status":"success","data":{"resultType":"matrix","other":[{"x":1}],"result":[{"m":1},{"m":2}]},"result":[{"x":1}]}"#;
        assert!(!check(path, document, &[(1, r#"{"m":1}"#), (1, r#"{"m":2}"#)]));
        assert!(!check(path, r#"{"data":{"result":[]}}{"data":{"result":[{}]}}"#, &[(1, "{}")]));
    }

    #[test]
    fn a_document_that_ends_too_early_says_so() {
        assert!(check(&[], "[{\"a\":1},{\"b", &[(1, "{\"a\":1}"), (1, "{\"b")]));
        assert!(check(&[], "[{\"a\":1}", &[(1, "{\"a\":1}")]));
    }

    #[test]
    fn a_damaged_record_costs_no_other() {
        check(&[], "[\n {\"a\":\"x},\n {\"b\":1}\n]\n", &[(2, "{\"a\":\"x},\n "), (3, "{\"b\":1}")]);
        check(&[], "[{\"a\":\"x}\n, {\"b\":1}]", &[(1, "{\"a\":\"x}\n, "), (2, "{\"b\":1}")]);
        check(&[], "[\n {\"a\":{},\n {\"b\":1}\n]\n", &[(2, "{\"a\":{},\n "), (3, "{\"b\":1}")]);
        let flat = "{\n\"a\":[\n{\n}\n]\n}\n";
        check(&[], flat, &[(1, flat.trim_end())]);
    }
}

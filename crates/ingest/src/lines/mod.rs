//! Bytes to lines in bounded memory: one big reused buffer, `memchr` for the line ends, nothing
//! allocated per line.
//!
//! A line that is longer than the limit is cut there, its rest is read past without being kept, and it
//! is counted. A run of NUL bytes at a line's start (a log that was truncated while its writer held it
//! open) is dropped, however long. Bytes are not decoded here: callers decode lossily, line by line.
//!
//! A JSON document is read the same way, a record of it ([`values`]) in the place of a line; and forms that say how
//! long their messages are take these by their length.

mod values;

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

use values::Values;
pub(crate) use values::{KEY_BYTES_MAX, Path};

/// Lines of logs and most else: far more than any record should have, far less than memory.
pub(crate) const LINE_BYTES_MAX: usize = 1 << 20;

const CHUNK_BYTES: usize = 256 << 10;

/// What was read so far. Differences of two tallies say what lies between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    /// Lines, an unended last one included.
    pub(crate) lines: u64,
    /// Bytes after unpacking, line ends included.
    pub(crate) bytes: u64,
    /// Lines that were cut at the limit.
    pub(crate) truncated: u64,
    /// Lines or samples that could not be understood; counted by the formats.
    pub(crate) rejected: u64,
    /// The latest of them.
    pub(crate) last_rejected: Option<Rejected>,
}

/// Something that could not be understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rejected {
    /// Its line, counted from 1.
    pub(crate) line: u64,
    /// Why, as a fragment.
    pub(crate) why: &'static str,
}

impl Tally {
    /// Counts something in this line that could not be understood.
    pub(crate) fn reject(&mut self, line: u64, why: &'static str) {
        self.rejected += 1;
        self.last_rejected = Some(Rejected { line, why });
    }

    /// Counts what was rejected elsewhere as well, and forgets it there.
    pub(crate) fn take_rejected(&mut self, late: &mut Tally) {
        self.rejected += late.rejected;
        self.last_rejected = late.last_rejected.or(self.last_rejected);
        *late = Tally::default();
    }

    /// What was read since the earlier tally.
    pub(crate) fn since(self, earlier: Tally) -> Tally {
        Tally {
            lines: self.lines - earlier.lines,
            bytes: self.bytes - earlier.bytes,
            truncated: self.truncated - earlier.truncated,
            rejected: self.rejected - earlier.rejected,
            last_rejected: self.last_rejected.filter(|_| self.rejected > earlier.rejected),
        }
    }
}

/// One line without its line end, or a record of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Its bytes, at most the limit.
    pub(crate) bytes: &'a [u8],
    /// Its number, counted from 1; where a record begins.
    pub(crate) number: u64,
}

/// What is handed over one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Split {
    /// Lines.
    Lines,
    /// The objects of a JSON document: those that stand alone or in its array, or in the array at this path.
    Values(Path),
}

/// The lines of a reader.
pub(crate) struct Lines<'r> {
    inner: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes after `start` that are known to hold no line end.
    scanned: usize,
    limit: usize,
    is_at_end: bool,
    /// Whether the last line that was begun has not ended yet, after messages taken by length.
    is_midline: bool,
    values: Option<Values>,
    /// What was read so far; formats add what they reject.
    pub(crate) tally: Tally,
    damage: Option<io::Error>,
}

impl<'r> Lines<'r> {
    /// Lines of at most `limit` bytes.
    pub(crate) fn new(inner: Box<dyn Read + 'r>, limit: usize) -> Self {
        Self::of(inner, limit, Split::Lines)
    }

    /// Lines or records of at most `limit` bytes.
    pub(crate) fn of(inner: Box<dyn Read + 'r>, limit: usize, split: Split) -> Self {
        Self {
            values: match split {
                Split::Lines => None,
                Split::Values(path) => Some(Values::new(path)),
            },
            is_midline: false,
            inner,
            buffer: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            scanned: 0,
            limit,
            is_at_end: false,
            tally: Tally::default(),
            damage: None,
        }
    }

    /// The error that ended the reading early, if one did.
    pub(crate) fn damage(&self) -> Option<&io::Error> {
        self.damage.as_ref()
    }

    /// Whether all that there is has been read.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_at_end && self.start == self.end
    }

    /// The next line, or `None` at the end or where the input is damaged.
    pub(crate) fn next(&mut self) -> Option<Line<'_>> {
        if self.values.is_some() {
            return self.next_value();
        }
        loop {
            let unseen = &self.buffer[self.start + self.scanned..self.end];
            if let Some(at) = memchr(b'\n', unseen) {
                let length = self.scanned + at;
                let from = self.start;
                self.consume(length, length + 1);
                return Some(self.line(from, length));
            }
            self.scanned = self.end - self.start;
            if self.scanned > self.limit && !self.drop_nuls() {
                return Some(self.cut_line());
            }
            if self.is_at_end {
                let (from, length) = (self.start, self.scanned);
                if length == 0 {
                    self.end_line();
                    return None;
                }
                self.consume(length, length);
                return Some(self.line(from, length));
            }
            self.fill();
        }
    }

    /// The next bytes, as many as are wanted and there are; nothing is consumed.
    pub(crate) fn peek(&mut self, count: usize) -> &[u8] {
        while self.end - self.start < count && !self.is_at_end {
            self.fill();
        }
        &self.buffer[self.start..self.end.min(self.start + count)]
    }

    /// The next bytes, whatever they are; of more than the limit its first ones. `None` at the end.
    ///
    /// Fewer than were asked for stand at the end of a file that ends too early.
    pub(crate) fn take_exact(&mut self, count: u64) -> Option<Line<'_>> {
        let number = self.tally.lines + 1;
        let kept = usize::try_from(count).unwrap_or(usize::MAX).min(self.limit);
        let length = self.peek(kept).len();
        if length == 0 && count > 0 {
            self.end_line();
            return None;
        }
        let mut left = count - length as u64;
        self.pass(length);
        if left > 0 && length == self.limit {
            self.tally.truncated += 1;
            // What is kept moves to the front, so that what is read past cannot overwrite it.
            self.buffer.resize(self.buffer.len().max(length + CHUNK_BYTES), 0);
            self.buffer.copy_within(self.start - length..self.end, 0);
            (self.start, self.end) = (length, self.end - (self.start - length));
            while left > 0 {
                let there = (self.end - self.start).min(usize::try_from(left).unwrap_or(usize::MAX));
                self.pass(there);
                left -= there as u64;
                if left == 0 || self.is_at_end {
                    break;
                }
                (self.start, self.end) = (length, length);
                self.fill();
            }
            return Some(Line { bytes: &self.buffer[..length], number });
        }
        Some(Line { bytes: &self.buffer[self.start - length..self.start], number })
    }

    /// Consumes bytes that are no lines.
    fn pass(&mut self, count: usize) {
        let bytes = &self.buffer[self.start..self.start + count];
        self.tally.bytes += count as u64;
        self.tally.lines += memchr_iter(b'\n', bytes).count() as u64;
        self.is_midline = bytes.last().map_or(self.is_midline, |last| *last != b'\n');
        self.start += count;
        self.scanned = 0;
    }

    /// A last line without an end is a line.
    fn end_line(&mut self) {
        self.tally.lines += u64::from(self.is_midline);
        self.is_midline = false;
    }

    fn consume(&mut self, length: usize, with_end: usize) {
        debug_assert!(length <= with_end, "a line ends before its line end");
        self.tally.lines += 1;
        self.tally.bytes += with_end as u64;
        self.is_midline = false;
        self.start += with_end;
        self.scanned = 0;
    }

    fn line(&self, from: usize, length: usize) -> Line<'_> {
        let mut bytes = &self.buffer[from..from + length];
        if let [rest @ .., b'\r'] = bytes {
            bytes = rest;
        }
        if self.tally.lines == 1 {
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.first() == Some(&0) {
            let text = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
            bytes = &bytes[text..];
        }
        Line { bytes, number: self.tally.lines }
    }

    /// Forgets an overlong line start that is nothing but NULs; says whether it was.
    fn drop_nuls(&mut self) -> bool {
        let is_void = self.buffer[self.start..self.end].iter().all(|byte| *byte == 0);
        if is_void {
            self.tally.bytes += self.scanned as u64;
            self.start = 0;
            self.end = 0;
            self.scanned = 0;
        }
        is_void
    }

    /// Keeps the first `limit` bytes and reads past the rest.
    fn cut_line(&mut self) -> Line<'_> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        let mut dropped_from = self.limit;
        loop {
            let rest = &self.buffer[dropped_from..self.end];
            self.tally.bytes += rest.len() as u64;
            if let Some(at) = memchr(b'\n', rest) {
                // The bytes after the line end belong to the next line.
                self.tally.bytes -= (rest.len() - at - 1) as u64;
                self.start = dropped_from + at + 1;
                break;
            }
            if self.is_at_end {
                self.start = self.end;
                break;
            }
            self.end = self.limit;
            dropped_from = self.limit;
            self.start = 0;
            self.fill();
        }
        self.scanned = 0;
        self.tally.lines += 1;
        self.tally.bytes += self.limit as u64;
        self.tally.truncated += 1;
        self.line(0, self.limit)
    }

    fn fill(&mut self) {
        if self.end == self.buffer.len() {
            self.make_room();
        }
        loop {
            match self.inner.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.is_at_end = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.damage = Some(error);
                    self.is_at_end = true;
                }
            }
            return;
        }
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else {
            // A line longer than the buffer: `next` cuts it once it is longer than the limit.
            let size = (self.buffer.len() * 2).min(self.limit + CHUNK_BYTES);
            self.buffer.resize(size.max(self.buffer.len() + 1), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], limit: usize, expected: &[&str]) -> Tally {
        let mut lines = Lines::new(Box::new(io::Cursor::new(input.to_vec())), limit);
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            found.push(String::from_utf8_lossy(line.bytes).into_owned());
        }
        assert!(found.iter().map(String::as_str).eq(expected.iter().copied()), "{} lines", found.len());
        assert_eq!(lines.tally.bytes, input.len() as u64, "every byte is accounted for");
        lines.tally
    }

    #[test]
    fn lines_end_with_either_line_end_and_the_last_may_have_none() {
        check(b"a\r\nb\n\nc", 100, &["a", "b", "", "c"]);
        check(b"", 100, &[]);
        check(b"\xEF\xBB\xBFa\n", 100, &["a"]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_rest_of_the_file_is_kept() {
        let mut input = vec![b'x'; 3 * CHUNK_BYTES];
        input.extend_from_slice(b"\nnext\n");
        let kept = "x".repeat(1000);
        let tally = check(&input, 1000, &[&kept, "next"]);
        assert_eq!((tally.lines, tally.truncated), (2, 1));
        check(&input[..CHUNK_BYTES + 5], 1000, &[&kept]);
    }

    #[test]
    fn a_line_up_to_the_limit_is_whole_even_when_the_buffer_must_grow() {
        let long = "y".repeat(LINE_BYTES_MAX);
        check(format!("{long}\nz").as_bytes(), LINE_BYTES_MAX, &[&long, "z"]);
    }

    #[test]
    fn nuls_before_a_line_are_dropped_however_many() {
        let mut input = vec![0; 5 * CHUNK_BYTES];
        input.extend_from_slice(b"after\n");
        let tally = check(&input, 1000, &["after"]);
        assert_eq!(tally.truncated, 0);
    }
}

//! Bytes to lines in bounded memory: one big reused buffer, `memchr` for the line ends, nothing
//! allocated per line.
//!
//! A line that is longer than the limit is cut there, its rest is read past without being kept, and it
//! is counted. A run of NUL bytes at a line's start (a log that was truncated while its writer held it
//! open) is dropped, however long. Bytes are not decoded here: callers decode lossily, line by line.

use std::io::{self, Read};

use memchr::memchr;

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
}

impl Tally {
    /// What was read since the earlier tally.
    pub(crate) fn since(self, earlier: Tally) -> Tally {
        Tally {
            lines: self.lines - earlier.lines,
            bytes: self.bytes - earlier.bytes,
            truncated: self.truncated - earlier.truncated,
            rejected: self.rejected - earlier.rejected,
        }
    }
}

/// One line without its line end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Its bytes, at most the limit.
    pub(crate) bytes: &'a [u8],
    /// Its number, counted from 1.
    pub(crate) number: u64,
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
    /// What was read so far; formats add what they reject.
    pub(crate) tally: Tally,
    damage: Option<io::Error>,
}

impl<'r> Lines<'r> {
    /// Lines of at most `limit` bytes.
    pub(crate) fn new(inner: Box<dyn Read + 'r>, limit: usize) -> Self {
        Self {
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

    /// The next line, or `None` at the end or where the input is damaged.
    pub(crate) fn next(&mut self) -> Option<Line<'_>> {
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
                    return None;
                }
                self.consume(length, length);
                return Some(self.line(from, length));
            }
            self.fill();
        }
    }

    fn consume(&mut self, length: usize, with_end: usize) {
        debug_assert!(length <= with_end, "a line ends before its line end");
        self.tally.lines += 1;
        self.tally.bytes += with_end as u64;
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

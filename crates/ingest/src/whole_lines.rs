//! The beginning of a file, up to the end of a line: a sample that can be read as if it were the whole.
//!
//! A cut in the midst of a line would be a line that cannot be understood, and a remark about damage that is none. So the
//! line in which the limit lies is read to its end; a document of one line is read whole.

use std::io::{self, Read};

/// Passes on what comes, up to the first line end at or after so many bytes.
pub(crate) struct WholeLines<R> {
    inner: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> WholeLines<R> {
    /// At least `bytes_min` bytes of it, if there are so many.
    pub(crate) fn new(inner: R, bytes_min: u64) -> Self {
        Self { inner, left: bytes_min, is_over: false }
    }
}

impl<R: Read> Read for WholeLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        let count = self.inner.read(into)?;
        let enough = usize::try_from(self.left).unwrap_or(usize::MAX).min(count);
        self.left -= enough as u64;
        match memchr::memchr(b'\n', &into[enough..count]) {
            Some(at) if self.left == 0 => {
                self.is_over = true;
                Ok(enough + at + 1)
            }
            _ => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, bytes_min: u64, expected: &str) {
        let mut read = String::new();
        let mut lines = WholeLines::new(text.as_bytes(), bytes_min);
        lines.read_to_string(&mut read).expect("memory can be read");
        assert_eq!(read, expected);
    }

    #[test]
    fn a_sample_ends_with_a_line() {
        check("one\ntwo\nthree\n", 2, "one\n");
        check("one\ntwo\nthree\n", 5, "one\ntwo\n");
        check("one\ntwo\nthree", 100, "one\ntwo\nthree");
        check("no end at all", 3, "no end at all");
    }
}

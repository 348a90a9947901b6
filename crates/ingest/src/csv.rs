//! Rows of comma-separated values (RFC 4180), with quoted cells that may hold line ends.
//!
//! Lenient where files are: `;` and tabs separate, too, and text behind a closing quote is dropped. A quote
//! that is never closed would swallow the rest of the file: after a limit its line alone is given up, and
//! the lines behind it are read again as rows of their own.

use std::collections::VecDeque;

use crate::lines::{Lines, Tally};
use crate::text::clean;

const ROW_LINES_MAX: usize = 500;
const ROW_BYTES_MAX: usize = 1 << 20;
const CELLS_MAX: usize = 20_000;

/// The rows of a file; the last one read is kept.
pub(crate) struct Rows {
    delimiter: u8,
    raw: String,
    unescaped: String,
    cells: Vec<Cell>,
    /// Lines that an unclosed quote had taken in, to be read again.
    again: VecDeque<Physical>,
    taken: Vec<Physical>,
    /// Number of the row's first line, counted from 1.
    pub(crate) line: u64,
    /// How many lines the row takes.
    pub(crate) lines: u32,
    /// What had been read before the row.
    pub(crate) before: Tally,
    /// What had been read after it.
    pub(crate) after: Tally,
}

/// Why a row is rejected whose cells are not those of the header.
pub(crate) const WRONG_WIDTH: &str = "a row with more or fewer cells than the header";

/// What became of the next row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// It can be read.
    Row,
    /// Its first line opens a quote that is never closed; that line is given up.
    Unclosed,
    /// There is none.
    End,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    is_unescaped: bool,
    start: usize,
    end: usize,
}

#[derive(Clone, Debug, Default)]
struct Physical {
    text: String,
    number: u64,
    before: Tally,
    after: Tally,
}

impl Rows {
    /// Rows whose cells are separated by this byte.
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            raw: String::new(),
            unescaped: String::new(),
            cells: Vec::new(),
            again: VecDeque::new(),
            taken: Vec::new(),
            line: 0,
            lines: 0,
            before: Tally::default(),
            after: Tally::default(),
        }
    }

    /// Reads the next row that is not empty.
    pub(crate) fn next(&mut self, lines: &mut Lines<'_>) -> Next {
        loop {
            self.raw.clear();
            let Some(first) = self.append_line(lines) else { return Next::End };
            (self.line, self.before, self.after) = first;
            self.lines = 1;
            if !trimmed(&self.raw).is_empty() {
                return self.split(lines);
            }
        }
    }

    /// What separates its cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// How many cells the row has.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether the row is as wide as the header; empty cells behind do no harm.
    pub(crate) fn fits(&self, columns: usize) -> bool {
        self.len() >= columns && (columns..self.len()).all(|further| self.cell(further).trim().is_empty())
    }

    /// The cell, without quotes; empty if there is none.
    pub(crate) fn cell(&self, index: usize) -> &str {
        match self.cells.get(index) {
            Some(cell) if cell.is_unescaped => &self.unescaped[cell.start..cell.end],
            Some(cell) => &self.raw[cell.start..cell.end],
            None => "",
        }
    }

    /// Number, tally before and tally after of the line that was appended to the raw text.
    fn append_line(&mut self, lines: &mut Lines<'_>) -> Option<(u64, Tally, Tally)> {
        if let Some(line) = self.again.pop_front() {
            self.raw.push_str(&line.text);
            return Some((line.number, line.before, line.after));
        }
        let before = lines.tally;
        let line = lines.next()?;
        self.raw.push_str(&clean(line.bytes));
        let number = line.number;
        Some((number, before, lines.tally))
    }

    fn split(&mut self, lines: &mut Lines<'_>) -> Next {
        self.cells.clear();
        self.unescaped.clear();
        self.taken.clear();
        let mut at = 0;
        loop {
            let cell = if self.raw.as_bytes().get(at) == Some(&b'"') {
                match self.quoted(at, lines) {
                    Some(cell) => cell,
                    None => return self.give_up(),
                }
            } else {
                let rest = &self.raw.as_bytes()[at..];
                let length = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
                (Cell { is_unescaped: false, start: at, end: at + length }, at + length)
            };
            if self.cells.len() < CELLS_MAX {
                self.cells.push(cell.0);
            }
            if cell.1 >= self.raw.len() {
                return Next::Row;
            }
            at = cell.1 + 1;
        }
    }

    /// The quoted cell that opens at the index, and where it is followed by a delimiter or the end.
    fn quoted(&mut self, open: usize, lines: &mut Lines<'_>) -> Option<(Cell, usize)> {
        let mut at = open + 1;
        let mut has_quotes = false;
        loop {
            let Some(found) = memchr::memchr(b'"', &self.raw.as_bytes()[at..]) else {
                at = self.raw.len();
                self.take_in(lines)?;
                continue;
            };
            let quote = at + found;
            if self.raw.as_bytes().get(quote + 1) == Some(&b'"') {
                has_quotes = true;
                at = quote + 2;
                continue;
            }
            let cell = if has_quotes {
                let start = self.unescaped.len();
                self.unescaped.push_str(&self.raw[open + 1..quote].replace("\"\"", "\""));
                Cell { is_unescaped: true, start, end: self.unescaped.len() }
            } else {
                Cell { is_unescaped: false, start: open + 1, end: quote }
            };
            let rest = &self.raw.as_bytes()[quote + 1..];
            let dropped = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
            return Some((cell, quote + 1 + dropped));
        }
    }

    /// Takes one more line into the row.
    fn take_in(&mut self, lines: &mut Lines<'_>) -> Option<()> {
        if self.taken.len() >= ROW_LINES_MAX || self.raw.len() >= ROW_BYTES_MAX {
            return None;
        }
        self.raw.push('\n');
        let from = self.raw.len();
        let (number, before, after) = self.append_line(lines)?;
        self.taken.push(Physical { text: self.raw[from..].to_owned(), number, before, after });
        self.after = after;
        self.lines += 1;
        Some(())
    }

    fn give_up(&mut self) -> Next {
        if let Some(first) = self.taken.first() {
            self.after = first.before;
        }
        for line in self.taken.drain(..).rev() {
            self.again.push_front(line);
        }
        self.lines = 1;
        self.cells.clear();
        Next::Unclosed
    }
}

/// The delimiter that a header most likely uses.
pub(crate) fn delimiter_of(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    // A series name in a header may hold commas, but hardly a tab or semicolon.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A cell as a number; `None` if it is empty or says that there is no value, an error if it is no number.
///
/// Where semicolons separate cells, they do so because commas are within the numbers: `1,5`.
pub(crate) fn number(cell: &str, delimiter: u8) -> Result<Option<f64>, std::num::ParseFloatError> {
    let cell = trimmed(cell);
    // Nearly every cell is a plain number.
    let number = cell.parse();
    if let Ok(number) = number {
        return Ok(Some(number));
    }
    let is_absent = cell.is_empty()
        || ["null", "na", "n/a", "none", "-"].iter().any(|word| word.eq_ignore_ascii_case(cell));
    if is_absent {
        return Ok(None);
    }
    match cell.split_once(',') {
        Some((whole, fraction)) if delimiter == b';' && !whole.contains('.') => {
            format!("{whole}.{fraction}").parse().map(Some)
        }
        _ => number.map(Some),
    }
}

/// Without white space around it; to ask two bytes is quicker than to decode letters.
fn trimmed(cell: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { cell } else { cell.trim() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &[(u64, &[&str])]) {
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(input.as_bytes().to_vec())), 1 << 20);
        let mut rows = Rows::new(b',');
        let mut found = Vec::new();
        loop {
            match rows.next(&mut lines) {
                Next::End => break,
                Next::Unclosed => found.push((rows.line, vec!["unclosed".to_owned()])),
                Next::Row => {
                    found.push((rows.line, (0..rows.len()).map(|at| rows.cell(at).to_owned()).collect()));
                }
            }
        }
        let expected: Vec<(u64, Vec<String>)> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(|&cell| cell.to_owned()).collect()))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(rows.after.bytes, input.len() as u64, "every byte belongs to a row");
    }

    #[test]
    fn cells_may_be_quoted_and_hold_line_ends() {
        check("a,b\n1,\"x,\"\"y\"\"\"\n", &[(1, &["a", "b"]), (2, &["1", "x,\"y\""])]);
        check("1,\"two\nlines\",3\n4,5,6", &[(1, &["1", "two\nlines", "3"]), (3, &["4", "5", "6"])]);
        check("a,,\n", &[(1, &["a", "", ""])]);
        check("a \"quoted\" b,c", &[(1, &["a \"quoted\" b", "c"])]);
    }

    #[test]
    fn an_unclosed_quote_costs_its_line_and_no_other() {
        check("1,\"open\n2,b\n3,c\n", &[(1, &["unclosed"]), (2, &["2", "b"]), (3, &["3", "c"])]);
    }

    #[test]
    fn numbers_are_told_from_gaps_and_text() {
        assert_eq!(number(" 1.5 ", b','), Ok(Some(1.5)));
        assert_eq!(number("", b','), Ok(None));
        assert!(number("NaN", b',').is_ok_and(|value| value.is_some_and(f64::is_nan)));
        assert!(number("x", b';').is_err());
        assert_eq!(number("-1,5", b';'), Ok(Some(-1.5)));
        assert!(number("1,5", b',').is_err() && number("1.234,5", b';').is_err());
    }
}

//! Whether `03/04/2026` is the third of April or the fourth of March: decided once for a file, never line by line.
//!
//! A number above twelve proves which one is the day. Without such a proof the order is taken in which days follow each
//! other in smaller steps: logs of a week do not leap from month to month. What it cannot do: tell the order of a file
//! of one day; such a file is read month first, as the tools that write slashes do, and named in a remark.

use std::io::{Cursor, Read};

use memchr::memchr_iter;

use crate::lines::Lines;
use crate::stamp::days_since_1970;

/// A field of a time stands so near the start of its line.
const LOOKED_AT_BYTES: usize = 1 << 10;
/// How much of a file is asked for its order where its head does not tell.
const PASSED_BYTES_MAX: u64 = 1 << 30;

/// Which of two numbers around a slash is the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DayOrder {
    /// Nobody has asked yet: the second, unless that makes no date.
    Unknown,
    /// The second.
    MonthFirst,
    /// The first.
    DayFirst,
}

impl DayOrder {
    /// Month and day.
    pub(crate) fn sort(self, first: u8, second: u8) -> (u8, u8) {
        match self {
            Self::Unknown if first > 12 => (second, first),
            Self::Unknown | Self::MonthFirst => (first, second),
            Self::DayFirst => (second, first),
        }
    }
}

/// What the dates of a file say about their order.
#[derive(Default)]
pub(crate) struct Evidence {
    lines: u64,
    dates: u64,
    day_first: u64,
    month_first: u64,
    last: Option<Date>,
    /// How many days lie between neighbours, in all, if the month goes first, and if the day does.
    steps: (i64, i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Date {
    first: u8,
    second: u8,
    /// 0 if it is not written.
    year: u16,
}

impl Evidence {
    /// What the head of a file says.
    pub(crate) fn of_head(head: &[u8]) -> Self {
        let mut evidence = Self::default();
        evidence.pass(Box::new(Cursor::new(head)), false);
        evidence
    }

    /// Whether its lines have such dates, and nothing proves their order yet.
    pub(crate) fn is_open(&self) -> bool {
        self.dates > 0 && self.dates * 2 >= self.lines && self.day_first == self.month_first
    }

    /// Asks the rest of the file up to the first proof.
    pub(crate) fn ask(&mut self, file: Box<dyn Read + '_>) {
        *self = Self::default();
        self.pass(Box::new(file.take(PASSED_BYTES_MAX)), true);
    }

    /// The order, if anything tells.
    pub(crate) fn order(&self) -> Option<DayOrder> {
        let (day_first, month_first) = match self.day_first.cmp(&self.month_first) {
            std::cmp::Ordering::Equal => (self.steps.0, self.steps.1),
            _ => (i64::try_from(self.day_first).ok()?, i64::try_from(self.month_first).ok()?),
        };
        match day_first.cmp(&month_first) {
            std::cmp::Ordering::Greater => Some(DayOrder::DayFirst),
            std::cmp::Ordering::Less => Some(DayOrder::MonthFirst),
            std::cmp::Ordering::Equal => None,
        }
    }

    fn pass(&mut self, reader: Box<dyn Read + '_>, until_proven: bool) {
        let mut lines = Lines::new(reader, LOOKED_AT_BYTES);
        while let Some(line) = lines.next() {
            self.lines += u64::from(!line.bytes.is_empty());
            if let Some(date) = date_in(line.bytes) {
                self.note(date);
                if until_proven && self.day_first != self.month_first {
                    return;
                }
            }
        }
    }

    fn note(&mut self, date: Date) {
        self.dates += 1;
        self.day_first += u64::from(date.first > 12);
        self.month_first += u64::from(date.second > 12);
        if let Some(last) = self.last.replace(date).filter(|last| *last != date) {
            let step = |days: fn(Date) -> i64| (days(date) - days(last)).abs();
            self.steps.0 += step(|date| days(date.year, date.first, date.second));
            self.steps.1 += step(|date| days(date.year, date.second, date.first));
        }
    }
}

fn days(year: u16, month: u8, day: u8) -> i64 {
    days_since_1970((i64::from(year), i64::from(month), i64::from(day)))
}

/// The first `12/04/2005 10:00` or `12/04 10:00` of a line, or a cell that is a date alone.
fn date_in(line: &[u8]) -> Option<Date> {
    memchr_iter(b'/', line).find_map(|at| {
        let from = at - line[..at].iter().rev().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let before = from.checked_sub(1).map_or(b',', |before| line[before]);
        if from == at || before.is_ascii_alphanumeric() || before == b'/' {
            return None;
        }
        let (first, _) = number(line, from, 2)?;
        let (second, end) = number(line, at + 1, 2)?;
        let (year, end) = match *line.get(end)? {
            b'/' => number(line, end + 1, 4).filter(|(_, behind)| *behind == end + 5)?,
            b' ' => (0, end),
            _ => return None,
        };
        let rest = &line[end..];
        let has_time = match rest {
            [b' ' | b'T', hour, ..] | [b',', b' ', hour, ..] => hour.is_ascii_digit(),
            _ => false,
        };
        let is_cell = year > 0
            && matches!(before, b',' | b';' | b'\t' | b'"')
            && matches!(rest.first(), None | Some(b',' | b';' | b'\t' | b'"' | b'\r'));
        let (first, second) = (u8::try_from(first).ok()?, u8::try_from(second).ok()?);
        let is_date = first > 0 && second > 0 && first.min(second) <= 12 && first.max(second) <= 31;
        ((has_time || is_cell) && is_date).then_some(Date { first, second, year })
    })
}

/// A number of at least one digit and at most so many, and where it ends.
fn number(line: &[u8], at: usize, digits_max: usize) -> Option<(u16, usize)> {
    let rest = line.get(at..)?;
    let digits = rest.iter().take(digits_max).take_while(|byte| byte.is_ascii_digit()).count();
    let number = rest[..digits].iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    (digits > 0).then_some((number, at + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Option<DayOrder>) {
        assert_eq!(Evidence::of_head(head.as_bytes()).order(), expected, "{head}");
    }

    #[test]
    fn numbers_above_twelve_prove_the_order_and_small_steps_suggest_it() {
        check("03/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n", Some(DayOrder::DayFirst));
        check("03/04/2026 10:00:00 a\n03/14/2026 10:00:00 b\n", Some(DayOrder::MonthFirst));
        check("03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n", Some(DayOrder::DayFirst));
        check("[03/04 10:00:00] a\n[03/05 10:00:00] b\n", Some(DayOrder::MonthFirst));
        check("03/04/2026 10:00:00 a\n03/04/2026 11:00:00 b\n", None);
        check("day;value\n3/4/2026;1\n4/4/2026;2\n", Some(DayOrder::DayFirst));
        check("1/2/2026 3:04 PM,5\n1/13/2026 3:04 PM,5\n", Some(DayOrder::MonthFirst));
        check("\"31/12/2025 23:59\";5\n", Some(DayOrder::DayFirst));
        check("id;path\n1;a/31/12/2025;x\n", None);
        check("GET /03/04/2026 10:00 a\nx/13/04/2026 1\n", None);
    }
}

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

/// The first `12/04/2005` or `12/04 10:00` of a line.
fn date_in(line: &[u8]) -> Option<Date> {
    memchr_iter(b'/', line).find_map(|at| {
        let from = at.checked_sub(2)?;
        let before = from.checked_sub(1).map_or(b' ', |before| line[before]);
        if before.is_ascii_alphanumeric() || before == b'/' {
            return None;
        }
        let (first, second) = (number(line, from, 2)?, number(line, at + 1, 2)?);
        let (year, end) = match *line.get(at + 3)? {
            b'/' => (number(line, at + 4, 4)?, at + 8),
            b' ' => (0, at + 3),
            _ => return None,
        };
        let end = if line.get(end) == Some(&b',') { end + 1 } else { end };
        let has_time = matches!(line.get(end)?, b' ' | b'T') && line.get(end + 1)?.is_ascii_digit();
        let (first, second) = (u8::try_from(first).ok()?, u8::try_from(second).ok()?);
        let is_date = first > 0 && second > 0 && first.min(second) <= 12 && first.max(second) <= 31;
        (has_time && is_date).then_some(Date { first, second, year })
    })
}

fn number(line: &[u8], at: usize, digits: usize) -> Option<u16> {
    let digits = line.get(at..at + digits)?;
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
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
        check("GET /03/04/2026 10:00 a\nx/13/04/2026 1\n", None);
    }
}

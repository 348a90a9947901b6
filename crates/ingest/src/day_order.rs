//! Whether `03/04/2026` is the third of April or the fourth of March, and whether `10/06/26` is of 2010 or 2026: decided once for
//! a file, never line by line.
//!
//! A number that can be no month proves which one is the day. Without such a proof the order is taken in which days follow each
//! other in smaller steps: logs of a week do not leap from month to month, nor from year to year. Then the time is asked at
//! which the file was written, which no line of it lies after. What it cannot do: tell the order of a file of one day that none
//! of these tells; it is read as the tools that write such dates mostly do, and named in a remark.

use std::io::{Cursor, Read};

use hark_event::Moment;
use memchr::memchr3_iter;

use crate::lines::Lines;
use crate::stamp::{Civil, OpenDate, century, days_since_1970};

/// A field of a time stands so near the start of its line.
const LOOKED_AT_BYTES: usize = 1 << 10;
/// How much of a file is asked for its order where its head does not tell.
const PASSED_BYTES_MAX: u64 = 1 << 30;
/// The order that puts a file's dates within a year of when it was written is right, where no other does.
const NEAR_DAYS_MAX: i64 = 366;
const SECONDS_PER_DAY: i64 = 86_400;

/// Which of the numbers of a date is what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DayOrder {
    /// Year, month, day.
    YearMonthDay,
    /// Month, day, and the year if there is one.
    MonthDayYear,
    /// Day, month, and the year if there is one.
    DayMonthYear,
}

use DayOrder::{DayMonthYear, MonthDayYear, YearMonthDay};

/// Kinds of dates that leave their order open, each with the orders that it can have, the usual one first.
const KINDS: [(OpenDate, &[DayOrder]); 3] = [
    (OpenDate::Slashed, &[MonthDayYear, DayMonthYear]),
    (OpenDate::Dashed, &[DayMonthYear, MonthDayYear]),
    (OpenDate::Short, &[YearMonthDay, DayMonthYear, MonthDayYear]),
];
const ORDERS_MAX: usize = 3;

/// The orders of a file's dates, by kind; nothing where nothing tells, or nobody has asked yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct DayOrders([Option<DayOrder>; KINDS.len()]);

impl DayOrders {
    /// The order of a kind, if anything tells.
    pub(crate) fn of(self, kind: OpenDate) -> Option<DayOrder> {
        self.0[kind.index()?]
    }

    /// The usual orders where nothing tells.
    pub(crate) fn or_usual(self) -> Self {
        let mut orders = self.0;
        for (order, (_, usual)) in orders.iter_mut().zip(KINDS) {
            *order = order.or(Some(usual[0]));
        }
        Self(orders)
    }

    /// The date with its numbers in their places; before anybody has asked, in the first order that makes a date.
    pub(crate) fn settle(self, civil: Civil) -> Civil {
        let Some(kind) = civil.open.index() else { return civil };
        let date = Date { numbers: (civil.month, civil.day), year: civil.year.unwrap_or(0) };
        let (year, month, day) = match self.0[kind] {
            Some(order) => date.sort(order),
            None => {
                let sorted = KINDS[kind].1.iter().map(|order| date.sort(*order));
                sorted.clone().find(is_date).or(sorted.clone().next()).expect("each kind has an order")
            }
        };
        Civil { year: civil.year.map(|_| year), month, day, open: OpenDate::Told, ..civil }
    }
}

/// What is to be said of a stream's dates of which its beginning does not prove the order.
pub(crate) const DOUBT_OF_STREAM: &str = "has dates whose order nothing in its first 2,000 lines proves, and of a stream no more \
     can be asked; give the file itself if they were read wrongly";

/// What is to be said of dates of this kind where nothing tells their order.
pub(crate) fn doubt(kind: OpenDate) -> String {
    let (such, doubt, choice) = match kind {
        OpenDate::Dashed => ("03-04-2026", "whether the day or the month goes first", "day first"),
        OpenDate::Short => ("10/06/26", "which number is the year, the month and the day", "year first"),
        _ => ("03/04", "whether the day or the month goes first", "month first"),
    };
    format!(
        "has dates such as {such}, of which nothing in it tells {doubt}; they were read {choice}, so have its writer put \
         RFC 3339 times if that is wrong"
    )
}

/// A date as it is written: two numbers, and a year of 0 if there is none, or of two digits if it may be any of three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Date {
    numbers: (u8, u8),
    year: u16,
}

impl Date {
    /// Year, month and day.
    fn sort(self, order: DayOrder) -> (u16, u8, u8) {
        let (first, second) = self.numbers;
        let year = u8::try_from(self.year).ok().filter(|_| self.year > 0).map_or(self.year, century);
        match order {
            YearMonthDay => (century(first), second, self.year as u8),
            MonthDayYear => (year, first, second),
            DayMonthYear => (year, second, first),
        }
    }
}

fn is_date((_, month, day): &(u16, u8, u8)) -> bool {
    (1..=12).contains(month) && (1..=31).contains(day)
}

/// What the dates of a file say about their order.
#[derive(Default)]
pub(crate) struct Evidence {
    lines: u64,
    kinds: [Votes; KINDS.len()],
}

/// What the dates of one kind say.
#[derive(Clone, Copy, Default)]
struct Votes {
    dates: u64,
    /// Dates that an order makes none.
    refuted: [u64; ORDERS_MAX],
    last: Option<Date>,
    /// Whether dates differ.
    has_steps: bool,
    /// How many days lie between neighbours, in all, in each order.
    steps: [i64; ORDERS_MAX],
}

impl Evidence {
    /// What the head of a file says.
    pub(crate) fn of_head(head: &[u8]) -> Self {
        let mut evidence = Self::default();
        evidence.pass(Box::new(Cursor::new(head)), None);
        evidence
    }

    fn open(&self) -> Option<usize> {
        (0..KINDS.len()).find(|&kind| {
            let votes = &self.kinds[kind];
            votes.dates > 0 && votes.dates * 2 >= self.lines && votes.proven(kind).is_none()
        })
    }

    /// The kind of dates that its lines have, if nothing proves their order yet.
    pub(crate) fn open_kind(&self) -> Option<OpenDate> {
        self.open().map(|kind| KINDS[kind].0)
    }

    /// Asks the rest of the file up to the first proof.
    pub(crate) fn ask(&mut self, file: Box<dyn Read + '_>) {
        let open = self.open();
        *self = Self::default();
        self.pass(Box::new(file.take(PASSED_BYTES_MAX)), open);
    }

    /// The orders, as far as anything tells; the file was written then.
    pub(crate) fn orders(&self, written: Moment) -> DayOrders {
        let mut orders = [None; KINDS.len()];
        for (kind, order) in orders.iter_mut().enumerate() {
            *order = self.kinds[kind].order(kind, written);
        }
        DayOrders(orders)
    }

    fn pass(&mut self, reader: Box<dyn Read + '_>, until_proven: Option<usize>) {
        let mut lines = Lines::new(reader, LOOKED_AT_BYTES);
        while let Some(line) = lines.next() {
            self.lines += u64::from(!line.bytes.is_empty());
            if let Some((kind, date)) = date_in(line.bytes) {
                self.kinds[kind].note(kind, date);
                if until_proven.is_some_and(|kind| self.kinds[kind].proven(kind).is_some()) {
                    return;
                }
            }
        }
    }
}

impl Votes {
    fn note(&mut self, kind: usize, date: Date) {
        self.dates += 1;
        let last = self.last.replace(date);
        for (at, order) in KINDS[kind].1.iter().enumerate() {
            self.refuted[at] += u64::from(!is_date(&date.sort(*order)));
            if let Some(last) = last.filter(|last| *last != date) {
                self.has_steps = true;
                let step = (days(date.sort(*order)) - days(last.sort(*order))).abs();
                self.steps[at] = self.steps[at].saturating_add(step);
            }
        }
    }

    /// The order that its numbers prove. A year that may stand anywhere is proven by the first step, too.
    fn proven(&self, kind: usize) -> Option<DayOrder> {
        let left = self.left(kind);
        match left[..] {
            [order] => Some(KINDS[kind].1[order]),
            _ if KINDS[kind].0 == OpenDate::Short => self.by_steps(kind, &left),
            _ => None,
        }
    }

    /// The orders that the fewest of its dates refute.
    fn left(&self, kind: usize) -> Vec<usize> {
        let refuted = &self.refuted[..KINDS[kind].1.len()];
        let least = refuted.iter().min();
        (0..refuted.len()).filter(|at| Some(&refuted[*at]) == least).collect()
    }

    fn by_steps(&self, kind: usize, left: &[usize]) -> Option<DayOrder> {
        let least = left.iter().map(|at| self.steps[*at]).min().filter(|_| self.has_steps)?;
        only(left.iter().filter(|at| self.steps[**at] == least)).map(|at| KINDS[kind].1[*at])
    }

    fn order(&self, kind: usize, written: Moment) -> Option<DayOrder> {
        let left = self.left(kind);
        self.proven(kind)
            .or_else(|| self.by_steps(kind, &left))
            .or_else(|| self.by_time(kind, &left, written))
    }

    /// The only order in which the last date does not lie after the file was written, or the only one in which it lies near.
    fn by_time(&self, kind: usize, left: &[usize], written: Moment) -> Option<DayOrder> {
        let last = self.last.filter(|last| last.year > 0 && written != Moment::MAX)?;
        // Zones may be ahead by a day.
        let today = written.seconds().div_euclid(SECONDS_PER_DAY) + 1;
        let orders = || left.iter().map(|at| KINDS[kind].1[*at]);
        let age = |order: &DayOrder| today - days(last.sort(*order));
        only(orders().filter(|order| age(order) >= 0))
            .or_else(|| only(orders().filter(|order| (0..=NEAR_DAYS_MAX).contains(&age(order)))))
    }
}

fn only<T>(mut these: impl Iterator<Item = T>) -> Option<T> {
    these.next().filter(|_| these.next().is_none())
}

fn days((year, month, day): (u16, u8, u8)) -> i64 {
    days_since_1970((i64::from(year), i64::from(month), i64::from(day)))
}

/// The first date of a line whose order is open, `12/04/2005 10:00`, `12-04-2005 10:00`, `12/04 10:00`, `10/06/26 10:00`, or a
/// cell that is a date alone; with its kind.
fn date_in(line: &[u8]) -> Option<(usize, Date)> {
    memchr3_iter(b'/', b'-', b'.', line).find_map(|at| {
        let mark = line[at];
        let from = at - line[..at].iter().rev().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let before = from.checked_sub(1).map_or(b',', |before| line[before]);
        if from == at || before.is_ascii_alphanumeric() || before == mark {
            return None;
        }
        let (first, _) = number(line, from, 2)?;
        let (second, end) = number(line, at + 1, 2)?;
        let (kind, year, end) = match (mark, *line.get(end)?) {
            (b'/', b' ') => (OpenDate::Slashed, 0, end),
            (_, next) if next == mark => {
                let (year, behind) = number(line, end + 1, 4)?;
                let kind = match (mark, behind - end - 1) {
                    (b'/', 4) => OpenDate::Slashed,
                    (b'-', 4) => OpenDate::Dashed,
                    (_, 2) if end == from + 5 => OpenDate::Short,
                    _ => return None,
                };
                (kind, year, behind)
            }
            _ => return None,
        };
        let rest = &line[end..];
        let has_time = match rest {
            [b' ' | b'T', hour, ..] | [b',', b' ', hour, ..] => hour.is_ascii_digit(),
            _ => false,
        };
        let is_cell = year > 0
            && kind != OpenDate::Short
            && matches!(before, b',' | b';' | b'\t' | b'"')
            && matches!(rest.first(), None | Some(b',' | b';' | b'\t' | b'"' | b'\r'));
        let date = Date { numbers: (u8::try_from(first).ok()?, u8::try_from(second).ok()?), year };
        let kind = kind.index()?;
        let is_date = KINDS[kind].1.iter().any(|order| is_date(&date.sort(*order)));
        ((has_time || is_cell) && is_date).then_some((kind, date))
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
    fn check_written(written: Moment, kind: OpenDate, head: &str, expected: Option<DayOrder>) {
        assert_eq!(Evidence::of_head(head.as_bytes()).orders(written).of(kind), expected, "{head}");
    }

    #[track_caller]
    fn check(head: &str, expected: Option<DayOrder>) {
        check_written(Moment::MAX, OpenDate::Slashed, head, expected);
    }

    #[test]
    fn numbers_above_twelve_prove_the_order_and_small_steps_suggest_it() {
        check("03/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n", Some(DayMonthYear));
        check("03/04/2026 10:00:00 a\n03/14/2026 10:00:00 b\n", Some(MonthDayYear));
        check("03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n", Some(DayMonthYear));
        check("[03/04 10:00:00] a\n[03/05 10:00:00] b\n", Some(MonthDayYear));
        check("03/04/2026 10:00:00 a\n03/04/2026 11:00:00 b\n", None);
        check("day;value\n3/4/2026;1\n4/4/2026;2\n", Some(DayMonthYear));
        check("1/2/2026 3:04 PM,5\n1/13/2026 3:04 PM,5\n", Some(MonthDayYear));
        check("\"31/12/2025 23:59\";5\n", Some(DayMonthYear));
        check("id;path\n1;a/31/12/2025;x\n", None);
        check("GET /03/04/2026 10:00 a\nx/13/04/2026 1\n", None);
    }

    #[test]
    fn dashes_and_years_of_two_digits_are_weighed_alike() {
        let (dashed, short) = (OpenDate::Dashed, OpenDate::Short);
        check_written(
            Moment::MAX,
            dashed,
            "06-12-2026 10:00:00 a\n06-13-2026 10:00:00 b\n",
            Some(MonthDayYear),
        );
        check_written(Moment::MAX, dashed, "06-12-2026 10:00:00 a\n", None);
        check_written(Moment::MAX, dashed, "2026-06-13 10:00:00 a\n", None);
        check_written(Moment::MAX, short, "10/06/26 10:00:00 a\n11/06/26 10:00:00 b\n", Some(DayMonthYear));
        check_written(Moment::MAX, short, "06/10/26 10:00:00 a\n06/11/26 10:00:00 b\n", Some(MonthDayYear));
        check_written(Moment::MAX, short, "17/06/09 10:00:00 a\n17/06/10 10:00:00 b\n", Some(YearMonthDay));
        check_written(Moment::MAX, short, "13.06.26 10:00:00 a\n13.06.26 10:00:00 b\n", None);
        check_written(Moment::MAX, short, "13.06.99 10:00:00 a\n", Some(DayMonthYear));
    }

    #[test]
    fn no_line_lies_after_its_file_was_written() {
        let written = Moment::from("2026-06-13T12:00:00Z".parse::<jiff::Timestamp>().unwrap());
        check_written(written, OpenDate::Slashed, "06/12/2026 10:00:00 a\n", Some(MonthDayYear));
        check_written(written, OpenDate::Slashed, "03/04/2026 10:00:00 a\n", None);
        check_written(written, OpenDate::Short, "12/06/26 10:00:00 a\n", Some(DayMonthYear));
        check_written(written, OpenDate::Short, "17/06/09 10:00:00 a\n", None);
    }
}

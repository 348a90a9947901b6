//! Stamps that leave out the century or the year, or put the day or month first in digits.
//!
//! `081109 203615`, `17/06/09 20:10:40`, `03-17 16:13:38.811`, `10.30 16:49:06`, glog's
//! `I0102 15:04:05.678901`, `04.12.2005 04:47:44`, `12/04/2005 04:47:44 PM`.
//! Which of two or three numbers is what, is decided once for a file, in [`crate::day_order`].

use super::civil::{Civil, OpenDate};
use super::digits::{byte, expect, finish, four, loose_time_of_day, one_or_two, seconds, time_of_day, two};
use super::named::half_day;

/// `081109 203615`: year, month, day.
pub(super) fn six_and_six(text: &[u8]) -> Option<(Civil, usize)> {
    let date = (Some(century(two(text, 0)?)), two(text, 2)?, two(text, 4)?);
    let at = expect(text, 6, b' ')?;
    let second = seconds(two(text, at)?, two(text, at + 2)?, two(text, at + 4)?)?;
    finish(text, at + 6, date, second)
}

/// `17/06/09 20:10:40`, `13.06.26 10:00:00`: year, month and day in some order.
pub(super) fn two_digit_year(text: &[u8]) -> Option<(Civil, usize)> {
    let separator = byte(text, 2);
    if !matches!(separator, b'/' | b'-' | b'.') || byte(text, 5) != separator {
        return None;
    }
    let (first, second_part, third) = (two(text, 0)?, two(text, 3)?, two(text, 6)?);
    let (second, at) = time_of_day(text, expect(text, 8, b' ')?, b':')?;
    let is_date = |month, day| (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_any = is_date(second_part, third) || is_date(second_part, first) || is_date(first, second_part);
    let (civil, end) = finish(text, at, (Some(u16::from(third)), 1, 1), second)?;
    is_any.then_some((Civil { month: first, day: second_part, open: OpenDate::Short, ..civil }, end))
}

/// `03-17 16:13:38.811`, `10.30 16:49:06`, `10/30 16:49:06`: month and day.
pub(super) fn yearless(text: &[u8]) -> Option<(Civil, usize)> {
    if !matches!(byte(text, 2), b'-' | b'.' | b'/') {
        return None;
    }
    let numbers = (two(text, 0)?, two(text, 3)?);
    let (second, at) = time_of_day(text, expect(text, 5, b' ')?, b':')?;
    if byte(text, 2) == b'/' {
        return open(finish(text, at, (None, 1, 1), second)?, numbers, OpenDate::Slashed);
    }
    finish(text, at, (None, numbers.0, numbers.1), second)
}

/// glog and klog: `I0102 15:04:05.678901`, the level's letter first.
pub(super) fn glog(text: &[u8]) -> Option<(Civil, usize)> {
    if !matches!(byte(text, 0), b'I' | b'W' | b'E' | b'F' | b'D' | b'V') {
        return None;
    }
    let date = (None, two(text, 1)?, two(text, 3)?);
    let (second, at) = time_of_day(text, expect(text, 5, b' ')?, b':')?;
    // Without its fraction this could be anything.
    (byte(text, at) == b'.').then(|| finish(text, at, date, second)).flatten()
}

/// `04.12.2005 04:47:44`, `12/04/2005 04:47:44 PM`, `04-12-2005 04:47:44`.
pub(super) fn year_last(text: &[u8]) -> Option<(Civil, usize)> {
    let separator = byte(text, 2);
    if !matches!(separator, b'.' | b'/' | b'-') || byte(text, 5) != separator {
        return None;
    }
    let (first, second_part, year) = (two(text, 0)?, two(text, 3)?, four(text, 6)?);
    let at = if byte(text, 10) == b',' { 11 } else { 10 };
    let at = expect(text, at, b' ').or_else(|| expect(text, at, b'T'))?;
    let (second, at) = loose_time_of_day(text, at)?;
    let (second, at) = half_day(text, at, second).unwrap_or((second, at));
    if let Some(kind) = kind(separator) {
        return open(finish(text, at, (Some(year), 1, 1), second)?, (first, second_part), kind);
    }
    finish(text, at, (Some(year), second_part, first), second)
}

/// `31.12.2025`, `31.12.2025 23:59`, `1/2/2026 3:04 PM`: as spreadsheets write, who need neither zeros nor seconds.
pub(super) fn of_table(text: &[u8]) -> Option<(Civil, usize)> {
    let (first, at) = one_or_two(text, 0)?;
    let separator = byte(text, at);
    if !matches!(separator, b'.' | b'/' | b'-') {
        return None;
    }
    let (second_part, at) = one_or_two(text, at + 1)?;
    let at = expect(text, at, separator)?;
    let (year, at) = (four(text, at)?, at + 4);
    let (second, at) = match byte(text, at) {
        0 => (0, at),
        b' ' | b'T' | b',' => {
            loose_time(text, at + 1 + usize::from(text[at] == b',' && byte(text, at + 1) == b' '))?
        }
        _ => return None,
    };
    let (second, at) = half_day(text, at, second).unwrap_or((second, at));
    if let Some(kind) = kind(separator) {
        return open(finish(text, at, (Some(year), 1, 1), second)?, (first, second_part), kind);
    }
    finish(text, at, (Some(year), second_part, first), second)
}

/// A time of day with or without seconds.
fn loose_time(text: &[u8], at: usize) -> Option<(u32, usize)> {
    if let Some(time) = loose_time_of_day(text, at) {
        return Some(time);
    }
    let (hour, at) = one_or_two(text, at)?;
    let (minute, at) = one_or_two(text, expect(text, at, b':')?)?;
    Some((seconds(hour, minute, 0)?, at))
}

/// What is open between these marks: where dots are written, the day goes first.
fn kind(separator: u8) -> Option<OpenDate> {
    match separator {
        b'/' => Some(OpenDate::Slashed),
        b'-' => Some(OpenDate::Dashed),
        _ => None,
    }
}

/// Leaves open which of the two numbers is the month.
fn open((civil, end): (Civil, usize), (first, second): (u8, u8), kind: OpenDate) -> Option<(Civil, usize)> {
    let is_date = first > 0 && second > 0 && first.min(second) <= 12 && first.max(second) <= 31;
    is_date.then_some((Civil { month: first, day: second, open: kind, ..civil }, end))
}

/// Two digits mean 1970 to 2069, as in POSIX but for 1969.
pub(crate) fn century(year: u8) -> u16 {
    if year >= 70 { 1900 + u16::from(year) } else { 2000 + u16::from(year) }
}

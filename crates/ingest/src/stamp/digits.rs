//! The smallest pieces of a stamp: digits, times of day, fractions, zones.
//!
//! All work on bytes at an index and return where they ended; none panics on short input.

use super::civil::{Civil, OpenDate};

/// What the last of so many digits of a fraction is worth.
const NANOS_OF_DIGIT: [u32; 10] = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// The byte at the index, or NUL after the end: NUL is no part of any stamp.
#[inline]
pub(crate) fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// Two digits.
#[inline]
pub(crate) fn two(text: &[u8], at: usize) -> Option<u8> {
    let (tens, ones) = (byte(text, at).wrapping_sub(b'0'), byte(text, at + 1).wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

/// Four digits.
#[inline]
pub(crate) fn four(text: &[u8], at: usize) -> Option<u16> {
    Some(u16::from(two(text, at)?) * 100 + u16::from(two(text, at + 2)?))
}

/// One or two digits, the first of which may be a space where `pads` says so; with where it ends.
pub(crate) fn one_or_two(text: &[u8], at: usize) -> Option<(u8, usize)> {
    if let Some(value) = two(text, at) {
        return Some((value, at + 2));
    }
    let digit = byte(text, at).wrapping_sub(b'0');
    (digit < 10).then_some((digit, at + 1))
}

/// The three letters of an English month, in any case: 1 to 12.
pub(crate) fn month_name(text: &[u8], at: usize) -> Option<u8> {
    let letters = text.get(at..at + 3)?;
    let lower = [letters[0] | 0x20, letters[1] | 0x20, letters[2] | 0x20];
    Some(match &lower {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

/// `HH:MM:SS` with the given separator; with where it ends.
#[inline]
pub(crate) fn time_of_day(text: &[u8], at: usize, separator: u8) -> Option<(u32, usize)> {
    let time: &[u8; 8] = text.get(at..)?.first_chunk()?;
    if time[2] != separator || time[5] != separator {
        return None;
    }
    let second = seconds(two(time, 0)?, two(time, 3)?, two(time, 6)?)?;
    Some((second, at + 8))
}

/// `H:MM:SS` or `HH:MM:SS`, any part of one or two digits; with where it ends.
pub(crate) fn loose_time_of_day(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let (hour, at) = one_or_two(text, at)?;
    let (minute, at) = one_or_two(text, expect(text, at, b':')?)?;
    let (second, at) = one_or_two(text, expect(text, at, b':')?)?;
    Some((seconds(hour, minute, second)?, at))
}

/// The seconds since midnight, if this is a time of day.
#[inline]
pub(crate) fn seconds(hour: u8, minute: u8, second: u8) -> Option<u32> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(u32::from(hour) * 3_600 + u32::from(minute) * 60 + u32::from(second.min(59)))
}

/// The index after this byte, if it stands here.
#[inline]
pub(crate) fn expect(text: &[u8], at: usize, wanted: u8) -> Option<usize> {
    (byte(text, at) == wanted).then_some(at + 1)
}

/// A fraction of a second after `.`, `,` or (three digits only) `:`; nanoseconds, and where it ends.
pub(crate) fn fraction(text: &[u8], at: usize) -> (u32, usize) {
    let mark = byte(text, at);
    if !matches!(mark, b'.' | b',' | b':') || !byte(text, at + 1).is_ascii_digit() {
        return (0, at);
    }
    let rest = &text[at + 1..];
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (kept, end) = (digits.min(9), at + 1 + digits);
    let number = rest[..kept].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let nanos = number * NANOS_OF_DIGIT[kept];
    if mark == b':' && end != at + 4 { (0, at) } else { (nanos, end) }
}

/// A zone right here or after one space: `Z`, `+01:00`, `-0700`, `+01`, `UTC`, `GMT`; seconds east of UTC.
pub(crate) fn zone(text: &[u8], at: usize) -> (Option<i32>, usize) {
    match byte(text, at) {
        b'Z' | b'z' if !byte(text, at + 1).is_ascii_alphanumeric() => (Some(0), at + 1),
        sign @ (b'+' | b'-') => match offset(text, at + 1) {
            Some((east, end)) => (Some(if sign == b'-' { -east } else { east }), end),
            None => (None, at),
        },
        b' ' => zone_after_space(text, at),
        _ => (None, at),
    }
}

fn zone_after_space(text: &[u8], at: usize) -> (Option<i32>, usize) {
    let name = text.get(at + 1..at + 4).unwrap_or_default();
    if matches!(name, b"UTC" | b"GMT") && !byte(text, at + 4).is_ascii_alphanumeric() {
        return (Some(0), at + 4);
    }
    // After a space only the full form is a zone: ` -7` or ` - ` is text.
    match (byte(text, at + 1), offset(text, at + 2)) {
        (sign @ (b'+' | b'-'), Some((east, end))) if end >= at + 6 => {
            let end = after_go_zone_name(text, end);
            (Some(if sign == b'-' { -east } else { east }), end)
        }
        _ => (None, at),
    }
}

/// Go prints the zone twice, and its monotonic clock: `+0000 UTC m=+0.849`.
fn after_go_zone_name(text: &[u8], at: usize) -> usize {
    let mut end = at;
    if text.get(at..at + 4) == Some(b" UTC") {
        end = at + 4;
    }
    if text.get(end..end + 4) == Some(b" m=+") {
        end += 4;
        while matches!(byte(text, end), b'0'..=b'9' | b'.') {
            end += 1;
        }
    }
    end
}

/// `hh`, `hhmm` or `hh:mm`, within 15 hours and on quarters: other digits are no zone.
fn offset(text: &[u8], at: usize) -> Option<(i32, usize)> {
    let hours = two(text, at)?;
    let (minutes, end) = match byte(text, at + 2) {
        b':' => (two(text, at + 3)?, at + 5),
        b'0'..=b'9' => (two(text, at + 2)?, at + 4),
        _ => (0, at + 2),
    };
    let is_zone =
        hours <= 15 && minutes % 15 == 0 && minutes < 60 && !byte(text, end).is_ascii_alphanumeric();
    is_zone.then(|| (i32::from(hours) * 3_600 + i32::from(minutes) * 60, end))
}

/// A whole reading from its parts; fraction and zone are read from `at` on.
#[inline]
pub(crate) fn finish(
    text: &[u8],
    at: usize,
    (year, month, day): (Option<u16>, u8, u8),
    second_of_day: u32,
) -> Option<(Civil, usize)> {
    let (nanos, at) = fraction(text, at);
    let (offset, end) = zone(text, at);
    // A stamp that runs on into a word or another number was none.
    if byte(text, end).is_ascii_alphanumeric() || month == 0 || month > 12 || day == 0 || day > 31 {
        return None;
    }
    Some((Civil { year, month, day, second_of_day, nanos, offset, open: OpenDate::Told }, end))
}

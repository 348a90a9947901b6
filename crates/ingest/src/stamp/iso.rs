//! ISO 8601, RFC 3339 and their many cousins: year first.
//!
//! `2026-01-02T15:04:05.678Z`, `2026-01-02 15:04:05,678 +0100`, `2026/01/02 15:04:05`,
//! `2005-06-03-15.42.50.675872`, `20260102T150405Z`, `20171223-22:15:29:606`.
//! Week and ordinal dates are not read: nobody logs them.

use super::civil::Civil;
use super::digits::{byte, finish, four, loose_time_of_day, seconds, time_of_day, two};

/// Year, month and day with separators, then the time.
pub(super) fn separated(text: &[u8]) -> Option<(Civil, usize)> {
    // Shorter than `2026-01-02 15:04:05` it cannot be; one look at the length spares one at each byte of the date.
    let head: &[u8; 19] = text.first_chunk()?;
    let separator = head[4];
    if !matches!(separator, b'-' | b'/' | b'.') || head[7] != separator {
        return None;
    }
    let date = (Some(four(head, 0)?), two(head, 5)?, two(head, 8)?);
    let at = after_glue(text, 10)?;
    let (second, at) =
        time_of_day(text, at, byte(text, at + 2)).filter(|_| is_time_mark(byte(text, at + 2)))?;
    finish(text, at, date, second)
}

/// `20260102T150405`, `20260102 15:04:05`, `20171223-22:15:29:606`.
pub(super) fn compact(text: &[u8]) -> Option<(Civil, usize)> {
    let date = (Some(four(text, 0)?), two(text, 4)?, two(text, 6)?);
    let at = match byte(text, 8) {
        b'T' | b't' | b'-' | b' ' | b'_' => 9,
        _ => return None,
    };
    if !matches!(date.0, Some(1970..=2261)) {
        return None;
    }
    if let Some((second, at)) = loose_time_of_day(text, at) {
        return finish(text, at, date, second);
    }
    let second = seconds(two(text, at)?, two(text, at + 2)?, two(text, at + 4)?)?;
    finish(text, at + 6, date, second)
}

/// A date alone, as tables have it: midnight.
pub(super) fn date_only(text: &[u8]) -> Option<(Civil, usize)> {
    let separator = byte(text, 4);
    if !matches!(separator, b'-' | b'/') || byte(text, 7) != separator || text.len() != 10 {
        return None;
    }
    finish(text, 10, (Some(four(text, 0)?), two(text, 5)?, two(text, 8)?), 0)
}

/// Date and time to the minute, as tables have it.
pub(super) fn to_the_minute(text: &[u8]) -> Option<(Civil, usize)> {
    let separator = byte(text, 4);
    if !matches!(separator, b'-' | b'/') || byte(text, 7) != separator || byte(text, 13) != b':' {
        return None;
    }
    let date = (Some(four(text, 0)?), two(text, 5)?, two(text, 8)?);
    let at = after_glue(text, 10).filter(|at| *at == 11)?;
    finish(text, 16, date, seconds(two(text, at)?, two(text, at + 3)?, 0)?)
}

fn is_time_mark(mark: u8) -> bool {
    matches!(mark, b':' | b'.')
}

/// What stands between date and time.
fn after_glue(text: &[u8], at: usize) -> Option<usize> {
    match (byte(text, at), byte(text, at + 1)) {
        (b' ', b' ') => Some(at + 2),
        (b'T' | b't' | b'_' | b' ' | b'-' | b':', _) => Some(at + 1),
        _ => None,
    }
}

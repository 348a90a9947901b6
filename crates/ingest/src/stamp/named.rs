//! Stamps with the month by name: syslog, `ctime`, RFC 2822, Apache, BIND.
//!
//! `Dec 10 06:55:46`, `Dec  1 2025 06:55:46.123`, `Sun Dec 04 04:47:44.123456 2005`,
//! `Sun, 04 Dec 2005 04:47:44 GMT`, `10/Oct/2000:13:55:36 -0700`, `18-Feb-2020 00:00:01.123`,
//! `Jun 09, 2017 8:10:40 PM`, `Oct 30, 2026 @ 23:50:00.000`. English names only.

use super::civil::Civil;
use super::digits::{
    byte, expect, finish, four, fraction, loose_time_of_day, month_name, one_or_two, time_of_day, zone,
};

/// `Dec 10 06:55:46`, with or without a year before the time.
pub(super) fn month_first(text: &[u8]) -> Option<(Civil, usize)> {
    let month = month_name(text, 0)?;
    let at = skip_spaces(text, expect(text, 3, b' ')?);
    let (day, at) = one_or_two(text, at)?;
    let at = if byte(text, at) == b',' { at + 1 } else { at };
    let mut at = expect(text, at, b' ')?;
    let mut year = None;
    if let Some(written) = four(text, at) {
        year = Some(written);
        at = skip_comma(text, at + 4);
        at = expect(text, at, b' ')?;
        // Kibana's: `Oct 30, 2026 @ 23:50:00.000`.
        if text.get(at..at + 2) == Some(b"@ ") {
            at += 2;
        }
    }
    let (second, at) = loose_time_of_day(text, at)?;
    match half_day(text, at, second) {
        Some((second, at)) => finish(text, at, (year, month, day), second),
        None => finish(text, at, (year, month, day), second),
    }
}

/// `Sun Dec 04 04:47:44 2005`, `Sun Dec  4 04:47:44 UTC 2005`, and `Sun, 04 Dec 2005 04:47:44 GMT`.
pub(super) fn weekday_first(text: &[u8]) -> Option<(Civil, usize)> {
    let name = text.get(..3)?;
    if !matches!(name, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun") {
        return None;
    }
    if byte(text, 3) == b',' {
        let (civil, end) = day_first(text.get(5..)?)?;
        return Some((civil, end + 5));
    }
    let month = month_name(text, 4).filter(|_| byte(text, 3) == b' ')?;
    let at = skip_spaces(text, expect(text, 7, b' ')?);
    let (day, at) = one_or_two(text, at)?;
    let (second, at) = time_of_day(text, expect(text, at, b' ')?, b':')?;
    let (nanos, at) = fraction(text, at);
    let (offset, at) = zone(text, at);
    let at = if offset.is_none() { after_zone_name(text, at) } else { at };
    let year = four(text, expect(text, at, b' ')?)?;
    let (mut civil, end) = finish(text, at + 5, (Some(year), month, day), second)?;
    civil.nanos = nanos;
    civil.offset = offset.or(civil.offset);
    Some((civil, end))
}

/// `10/Oct/2000:13:55:36 -0700`, `18-Feb-2020 00:00:01.123`, `04 Dec 2005 04:47:44 GMT`.
pub(super) fn day_first(text: &[u8]) -> Option<(Civil, usize)> {
    let (day, at) = one_or_two(text, 0)?;
    let separator = byte(text, at);
    if !matches!(separator, b'/' | b'-' | b' ') {
        return None;
    }
    let month = month_name(text, at + 1)?;
    let year = four(text, expect(text, at + 4, separator)?)?;
    let at = at + 9;
    if !matches!(byte(text, at), b':' | b' ' | b'T') {
        return None;
    }
    let (second, at) = time_of_day(text, at + 1, b':')?;
    finish(text, at, (Some(year), month, day), second)
}

/// ` AM` or ` PM` after a time; the second of the day that is meant.
pub(super) fn half_day(text: &[u8], at: usize, second: u32) -> Option<(u32, usize)> {
    let afternoon = match text.get(at..at + 3)? {
        b" AM" | b" am" => false,
        b" PM" | b" pm" => true,
        _ => return None,
    };
    if byte(text, at + 3).is_ascii_alphanumeric() || second >= 13 * 3_600 {
        return None;
    }
    let in_half = second % (12 * 3_600);
    Some((if afternoon { in_half + 12 * 3_600 } else { in_half }, at + 3))
}

/// A zone's letters say too little to be trusted (`CST` is three zones): they are passed over.
fn after_zone_name(text: &[u8], at: usize) -> usize {
    let letters =
        text.get(at + 1..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if byte(text, at) == b' ' && (3..=5).contains(&letters) { at + 1 + letters } else { at }
}

fn skip_spaces(text: &[u8], at: usize) -> usize {
    if byte(text, at) == b' ' { at + 1 } else { at }
}

fn skip_comma(text: &[u8], at: usize) -> usize {
    if byte(text, at) == b',' { at + 1 } else { at }
}

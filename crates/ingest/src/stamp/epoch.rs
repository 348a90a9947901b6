//! Counts since 1970: seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
//!
//! Only counts that fall between 1990 and 2200 are taken, so that sizes and identifiers are not.

use hark_event::Moment;

use super::digits::{byte, four, two};

const SECONDS_MIN: i64 = 631_152_000;
const SECONDS_MAX: i64 = 7_258_118_400;

/// A count of 9 or more digits at the start of the text, perhaps with a fraction; with where it ends.
pub(super) fn count(text: &[u8]) -> Option<(Moment, usize)> {
    let digits = text.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    if !(9..=19).contains(&digits) {
        return None;
    }
    let value = text[..digits]
        .iter()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    let (fraction, mut end) = super::digits::fraction(text, digits);
    if byte(text, end).is_ascii_alphanumeric() {
        return None;
    }
    let moment = of_magnitude(value)?;
    let moment =
        if value < SECONDS_MAX { Moment::from_nanos(moment.nanos() + i64::from(fraction)) } else { moment };
    end = after_date(text, end);
    Some((moment, end))
}

/// The moment that a whole number means, by its size.
pub(crate) fn of_magnitude(value: i64) -> Option<Moment> {
    let (seconds, nanos_each) = match value {
        SECONDS_MIN..SECONDS_MAX => (value, 1_000_000_000),
        _ if value < SECONDS_MAX * 1_000 => (value / 1_000, 1_000_000),
        _ if value < SECONDS_MAX * 1_000_000 => (value / 1_000_000, 1_000),
        _ => (value / 1_000_000_000, 1),
    };
    if !(SECONDS_MIN..SECONDS_MAX).contains(&seconds) {
        return None;
    }
    Some(Moment::from_nanos(value.checked_mul(nanos_each)?))
}

/// The moment that a number with a fraction means, by its size.
pub(crate) fn of_fraction(value: f64) -> Option<Moment> {
    if !value.is_finite() || value.abs() >= 9.2e18 {
        return None;
    }
    if value.fract() == 0.0 || value >= SECONDS_MAX as f64 {
        return of_magnitude(value as i64);
    }
    let whole = of_magnitude(value.floor() as i64)?;
    // Microseconds are what a double can hold of a present-day second.
    Some(Moment::from_nanos(whole.nanos() + (value.fract() * 1e6).round() as i64 * 1_000))
}

/// Some systems write the date once more behind the count: `1117838570 2005.06.03`.
fn after_date(text: &[u8], at: usize) -> usize {
    let Some(date) = text.get(at + 1..at + 11) else { return at };
    let is_date = byte(text, at) == b' '
        && four(date, 0).is_some()
        && date[4] == b'.'
        && two(date, 5).is_some()
        && date[7] == b'.'
        && two(date, 8).is_some()
        && !byte(text, at + 11).is_ascii_alphanumeric();
    if is_date { at + 11 } else { at }
}

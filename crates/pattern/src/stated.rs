//! Secrets that commands and sentences give away: `sshpass -p …`, `curl -u user:…`, `IDENTIFIED BY '…'`, `password is …`.
//!
//! No sign joins these to their values. Words that people use for other things too (`password is required`) count only before what
//! looks like no word: the values that such sentences name are made of letters and digits. What this cannot see: a password that is a
//! plain word.

use std::ops::Range;

use crate::class::{BLANK, is};
use crate::key_value;

/// How far back the name of a command is looked for.
const COMMAND_BYTES_MAX: usize = 512;
/// What is stated in a sentence is at least so long.
const STATED_BYTES_MIN: usize = 6;

/// Whether the plain word of so many letters at the start of `bytes`, with a blank behind it, may state a secret; asked of nearly every word.
#[inline(always)]
pub(crate) fn may_state(bytes: &[u8; 16], letters: usize) -> bool {
    match bytes[letters + 1] {
        b'i' => bytes[letters + 2] == b's',
        b'-' => matches!(bytes[letters + 2], b'>' | b'p'),
        b'\'' | b'"' => matches!(letters, 2 | 8),
        _ => false,
    }
}

/// The secret that the word `start..end` states, with a blank behind it; what follows tells of nearly all that they state none.
#[inline(always)]
pub(crate) fn value(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    match text.get(end + 1)? {
        b'i' | b'-' | b'\'' | b'"' => value_behind(text, start, end),
        _ if text[start] == b'-' => value_behind(text, start, end),
        _ => None,
    }
}

#[inline(never)]
fn value_behind(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let behind = &text[end + 1..];
    match behind.first()? {
        b'i' if behind.starts_with(b"is ") => sentence(text, start, end, end + 4),
        b'-' if behind.starts_with(b"-> ") => sentence(text, start, end, end + 4),
        b'-' if behind.starts_with(b"-p") && text[start..end].ends_with(b"sshpass") => {
            let blanks = behind[2..].iter().take_while(|&&byte| byte == b' ').count();
            key_value::value_from(text, end + 3 + blanks)
        }
        b'\'' | b'"' => quoted(text, start, end),
        _ if text[start] == b'-' && matches!(&text[start..end], b"-u" | b"--user") => {
            let before = &text[start.saturating_sub(COMMAND_BYTES_MAX)..start];
            memchr::memmem::find(before, b"curl ")?;
            key_value::value_from(text, end + 1).filter(|value| text[value.clone()].contains(&b':'))
        }
        _ => None,
    }
}

/// `password is X1y2z3`.
fn sentence(text: &[u8], start: usize, end: usize, from: usize) -> Option<Range<usize>> {
    if !key_value::is_secret_key(&text[start..end]) {
        return None;
    }
    let value = key_value::value_from(text, from)?;
    let bytes = &text[value.clone()];
    let is_no_word = bytes.len() >= STATED_BYTES_MIN
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic);
    is_no_word.then_some(value)
}

/// `IDENTIFIED BY 'x'`, `WITH PASSWORD 'x'`.
fn quoted(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let word = &text[start..end];
    let is_telling = match end - start {
        2 => word.eq_ignore_ascii_case(b"by") && is_identified(&text[..start]),
        8 => word.eq_ignore_ascii_case(b"password"),
        _ => false,
    };
    is_telling.then(|| key_value::value_from(text, end + 1))?
}

/// `IDENTIFIED ` or `IDENTIFIED WITH plugin ` at the end.
fn is_identified(before: &[u8]) -> bool {
    let mut words = before.rsplit(|&byte| is(byte, BLANK)).filter(|word| !word.is_empty()).take(3);
    words.any(|word| word.eq_ignore_ascii_case(b"identified"))
}

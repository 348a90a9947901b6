//! Whether a text looks drawn by lot: values of sessions, and the lines of a private key that is printed line by line.
//!
//! Only the classes of the bytes count, never which digits they are, so that messages that differ in digits alone are judged alike.

use crate::class::{BLANK, DIGIT, Flags, JOINER, LOWER, SLASH, UPPER, is};

/// The shortest value of a session or signature.
const VALUE_BYTES_MIN: usize = 16;
const VALUE_LETTERS_MIN: usize = 4;
/// The lines of a PEM block (RFC 7468 has 64 characters, older programs up to 76).
const LINE_BYTES_MIN: usize = 60;
const LINE_BYTES_MAX: usize = 76;
/// The last line of a block is shorter, and may be padded.
const PADDED_BYTES_MIN: usize = 20;
/// Letters of each case that a full line has at least; of 64 characters by lot, one in millions has fewer.
const CASE_LETTERS_MIN: usize = 8;

/// Whether a value is long, one word, and made of letters and digits; addresses in memory are none, whatever
/// the digit before their `x`.
pub(crate) fn is_random(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    value.len() >= VALUE_BYTES_MIN
        && letters >= VALUE_LETTERS_MIN
        && value.iter().any(u8::is_ascii_digit)
        && !value.iter().any(|&byte| is(byte, BLANK))
        && !matches!(value, [b'0'..=b'9', b'x' | b'X', ..])
}

/// The end of the line of base64 that the word is, if it is alone on its line.
pub(crate) fn base64_line(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<usize> {
    const NEEDED: Flags = LOWER | UPPER | DIGIT;
    if flags & NEEDED != NEEDED || flags & !(NEEDED | SLASH | JOINER) != 0 {
        return None;
    }
    let padding = text[end..].iter().take(3).take_while(|&&byte| byte == b'=').count();
    let to = end + padding;
    let is_length = match padding {
        0 => (LINE_BYTES_MIN..=LINE_BYTES_MAX).contains(&(to - start)),
        1 | 2 => {
            (PADDED_BYTES_MIN..=LINE_BYTES_MAX).contains(&(to - start)) && (to - start).is_multiple_of(4)
        }
        _ => false,
    };
    (is_length && is_alone(text, start, to) && is_base64(&text[start..end], padding == 0)).then_some(to)
}

fn is_alone(text: &[u8], start: usize, to: usize) -> bool {
    let before = text[..start].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    let behind = text[to..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    before.is_none_or(|&byte| byte == b'\n') && behind.is_none_or(|&byte| byte == b'\n')
}

fn is_base64(word: &[u8], is_full: bool) -> bool {
    let count = |is_of: fn(&u8) -> bool| word.iter().filter(|byte| is_of(byte)).count();
    let has_cases = !is_full
        || (count(u8::is_ascii_uppercase) >= CASE_LETTERS_MIN
            && count(u8::is_ascii_lowercase) >= CASE_LETTERS_MIN);
    has_cases && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

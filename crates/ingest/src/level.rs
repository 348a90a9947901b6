//! How loudly a line speaks: the level that stands near its stamp.
//!
//! Taken for a level: a bracketed or upper-case word among the first tokens (`[warn]`, `INFO`, `<Error>`,
//! `ERROR:`), the very next word in any case, `level=warn` anywhere in the head, glog's letter. Not taken:
//! a lower-case word later on, since `no error found` is prose.

use std::ops::Range;

use hark_event::Level;

const TOKENS_MAX: usize = 8;
/// A header may hold one plain word (a host, a logger); behind two of them is prose.
const PLAIN_WORDS_MAX: usize = 1;
const HEAD_BYTES_MAX: usize = 200;
/// `informational` and two brackets.
const WORD_BYTES_MAX: usize = 15;

/// The level near the start of the text, and the bytes to cut out for it.
pub(crate) fn near_start(text: &str) -> Option<(Level, Range<usize>)> {
    let bytes = text.as_bytes();
    let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    if let Some(found) = of_logcat(text) {
        return Some(found);
    }
    let (mut at, mut plain_words) = (0, 0);
    for token in 0..TOKENS_MAX {
        while matches!(head.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let Token { end, is_plain } = token_at(head, at);
        if at >= end {
            return None;
        }
        if let Some((level, word)) = in_token(text, at..end, token) {
            return Some((level, with_separator(bytes, word)));
        }
        plain_words += usize::from(is_plain);
        if plain_words > PLAIN_WORDS_MAX {
            return None;
        }
        at = end;
    }
    None
}

/// A letter behind the numbers of process and thread and before a tag, `1702 2395 D Tag: …`, as Android's logcat writes it.
fn of_logcat(text: &str) -> Option<(Level, Range<usize>)> {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b' ') {
        return None;
    }
    let mut at = 0;
    for _ in 0..2 {
        at = skip_spaces(bytes, at);
        let digits = bytes[at..].iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        at += digits;
        if !(1..=7).contains(&digits) || bytes.get(at) != Some(&b' ') {
            return None;
        }
    }
    at = skip_spaces(bytes, at);
    let level = match (bytes.get(at)?, bytes.get(at + 1)?) {
        (b'V', b' ') => Level::Trace,
        (letter @ (b'D' | b'I' | b'W' | b'E' | b'F'), b' ') => of_letter(*letter),
        _ => return None,
    };
    let tag = &bytes[at + 2..bytes.len().min(at + 2 + HEAD_BYTES_MAX)];
    tag.contains(&b':').then_some((level, at..at + 2))
}

/// What stands between two blanks.
struct Token {
    end: usize,
    /// A word as sentences have them: letters only, not all of them capitals.
    is_plain: bool,
}

/// Words are short: looking at each byte once is quicker than being prepared for long ones.
#[inline]
fn token_at(head: &[u8], start: usize) -> Token {
    let mut made_of = 0;
    let length = head[start..].iter().position(|&byte| {
        let class = CLASSES[usize::from(byte)];
        made_of |= class;
        class == BLANK
    });
    let end = length.map_or(head.len(), |length| start + length);
    Token { end, is_plain: made_of & !(BLANK | CAPITAL) == SMALL }
}

const BLANK: u8 = 1;
const SMALL: u8 = 2;
const CAPITAL: u8 = 4;
const OTHER: u8 = 8;
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' => BLANK,
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// glog's first letter is its level.
pub(crate) fn of_letter(letter: u8) -> Level {
    std::str::from_utf8(&[letter]).ok().and_then(Level::parse).unwrap_or_default()
}

/// The level of a syslog priority (RFC 5424, table 2): facility times eight plus severity.
pub(crate) fn of_priority(priority: u32) -> Level {
    match priority % 8 {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        _ => Level::Debug,
    }
}

/// The level of a number: pino and bunyan count in tens, OpenTelemetry's severity numbers go up to 24.
pub(crate) fn of_number(number: i64) -> Option<Level> {
    Some(match number {
        1..=4 | 11..=19 => Level::Trace,
        10 => Level::Trace,
        5..=8 | 20 => Level::Debug,
        9 | 30 => Level::Info,
        40 => Level::Warn,
        50 => Level::Error,
        60 => Level::Fatal,
        _ => return None,
    })
}

/// The level of OpenTelemetry's severity number: four steps for each level.
pub(crate) fn of_severity_number(number: i64) -> Option<Level> {
    Some(match number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warn,
        17..=20 => Level::Error,
        21..=24 => Level::Fatal,
        _ => return None,
    })
}

fn in_token(text: &str, range: Range<usize>, token: usize) -> Option<(Level, Range<usize>)> {
    let bytes = text.as_bytes();
    let first = bytes[range.start];
    if matches!(first, b'l' | b's')
        && let Some(found) = key_value(text, range.clone())
    {
        return Some(found);
    }
    let is_bracketed = matches!(first, b'[' | b'<' | b'(' | b'|');
    if !is_bracketed && !first.is_ascii_uppercase() && token > 0 {
        return None;
    }
    // `INFO|logger|text` and `[INFO][main]` hold more than the level.
    let inner = range.start + usize::from(is_bracketed);
    let letters =
        bytes[inner..range.end].iter().take(WORD_BYTES_MAX).take_while(|b| b.is_ascii_alphabetic()).count();
    let word_end = inner + letters;
    let word = text.get(inner..word_end)?;
    let closes = bytes.get(word_end).copied();
    let is_closed = word_end >= range.end || matches!(closes, Some(b']' | b'>' | b')' | b'|' | b':' | b','));
    if !is_closed || letters < usize::from(!is_bracketed) + 1 {
        return None;
    }
    let is_upper = word.bytes().all(|byte| byte.is_ascii_uppercase());
    // One lower-case word right behind the stamp may be a level; later it is prose.
    if !(is_bracketed || is_upper || (token == 0 && is_plain_level(word, &bytes[word_end..]))) {
        return None;
    }
    let level = Level::parse(word)?;
    let end = if is_bracketed && matches!(closes, Some(b']' | b'>' | b')' | b'|')) {
        word_end + 1
    } else {
        word_end
    };
    // Some loggers fill the brackets up: `[info     ]`.
    let filled = bytes[word_end..].iter().take_while(|byte| **byte == b' ').count();
    if first == b'[' && filled > 0 && bytes.get(word_end + filled) == Some(&b']') {
        return Some((level, range.start..word_end + filled + 1));
    }
    Some((level, range.start..end.min(range.end)))
}

/// Whether a word in small letters is a level and not how a sentence begins (`Error budget is left`):
/// by itself for `info` and `warn`, else only when set off from what follows.
fn is_plain_level(word: &str, rest: &[u8]) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    let is_set_off =
        matches!(rest, [] | [b':' | b'|' | b',' | b'\t', ..] | [b' ', b' ' | b'-' | b'[' | b'|' | b'\t', ..]);
    is(&["info", "warn"])
        || (is_set_off
            && is(&["warning", "error", "debug", "trace", "fatal", "critical", "notice", "severe", "err"]))
}

/// `level=warn`, `lvl=warn`, `severity="WARN"`.
fn key_value(text: &str, range: Range<usize>) -> Option<(Level, Range<usize>)> {
    let token = text.get(range.clone())?;
    let (key, value) = token.split_once('=')?;
    if !matches!(key, "level" | "lvl" | "loglevel" | "severity") {
        return None;
    }
    Some((Level::parse(value.trim_matches(['"', '\'', ',', ';']))?, range))
}

/// The separator behind a level goes with it: `INFO: `, `INFO - `, `INFO | `.
fn with_separator(bytes: &[u8], word: Range<usize>) -> Range<usize> {
    let mut end = word.end;
    while matches!(bytes.get(end), Some(b':' | b',' | b'|')) {
        end += 1;
    }
    word.start..skip_separator(bytes, end)
}

/// Past white space and one lone separator.
pub(crate) fn skip_separator(bytes: &[u8], at: usize) -> usize {
    let mut end = skip_spaces(bytes, at);
    if matches!(bytes.get(end), Some(b'-' | b'|' | b':' | b','))
        && matches!(bytes.get(end + 1), Some(b' ' | b'\t') | None)
    {
        end = skip_spaces(bytes, end + 1);
    }
    end
}

fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(Level, &str)>) {
        let found = near_start(text)
            .map(|(level, cut)| (level, format!("{}{}", &text[..cut.start], &text[cut.end..])));
        assert_eq!(found, expected.map(|(level, rest)| (level, rest.to_owned())));
    }

    #[test]
    fn a_level_near_the_stamp_is_cut_out() {
        check("INFO [main] started", Some((Level::Info, "[main] started")));
        check("148 INFO dfs.DataNode: x", Some((Level::Info, "148 dfs.DataNode: x")));
        check("[WARN] slow", Some((Level::Warn, "slow")));
        check("[error] 7#7: x", Some((Level::Error, "7#7: x")));
        check("<Error> Server: x", Some((Level::Error, "Server: x")));
        check("root - INFO - started", Some((Level::Info, "root - started")));
        check("Info                  CBS    Loaded", Some((Level::Info, "CBS    Loaded")));
        check("level=warn msg=x", Some((Level::Warn, "msg=x")));
        check("[7] LOG:  x", None);
        check("[7] ERROR:  x", Some((Level::Error, "[7] x")));
        check("INFO|logger|x", Some((Level::Info, "logger|x")));
        check("| INFO | logger | x", Some((Level::Info, "| logger | x")));
        check("1702  2395 D WindowManager: x", Some((Level::Debug, "1702  2395 WindowManager: x")));
        check("1702  2395 V View: x", Some((Level::Trace, "1702  2395 View: x")));
        check("1702 2395 D is the grade", None);
    }

    #[test]
    fn prose_is_no_level() {
        check("no error found", None);
        check("Error budget is left", None);
        check("fine weather", None);
        check("request failed with error", None);
        check("Connection to upstream gave ERROR code 5", None);
        check("", None);
        check("    ", None);
    }
}

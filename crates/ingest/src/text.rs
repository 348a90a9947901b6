//! Bytes of a line to text that people would read: lossy UTF-8, without terminal colours and NULs.

use std::borrow::Cow;

use memchr::memchr2;

const ESCAPE: u8 = 0x1B;
const SHORT_BYTES_MAX: usize = 64;

/// The line as text. Borrowed unless something had to be taken out.
pub(crate) fn clean(line: &[u8]) -> Cow<'_, str> {
    if is_printable(line) || memchr2(ESCAPE, 0, line).is_none() {
        // The strict check skips whole words of ASCII, the lossy one goes byte by byte.
        return std::str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
    }
    let kept = without_escapes(line);
    Cow::Owned(String::from_utf8_lossy(&kept).into_owned())
}

/// Whether a short line has neither of what is taken out; short ones are quicker to look at byte by byte.
fn is_printable(line: &[u8]) -> bool {
    line.len() <= SHORT_BYTES_MAX && line.iter().fold(true, |is, byte| is & (*byte >= b' '))
}

/// Drops control sequences (ECMA-48: `ESC [` … a letter, `ESC ]` … BEL) and NULs.
fn without_escapes(line: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            0 => at += 1,
            ESCAPE => at = after_escape(line, at + 1),
            byte => {
                kept.push(byte);
                at += 1;
            }
        }
    }
    kept
}

fn after_escape(line: &[u8], at: usize) -> usize {
    let ends: fn(u8) -> bool = match line.get(at) {
        Some(b'[') => |byte| (0x40..=0x7E).contains(&byte),
        Some(b']') => |byte| byte == 0x07,
        Some(_) => return at + 1,
        None => return at,
    };
    let rest = &line[at + 1..];
    // A sequence that never ends was none: only its introducer goes.
    rest.iter().take(64).position(|byte| ends(*byte)).map_or(at + 1, |end| at + 1 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &[u8], expected: &str) {
        assert_eq!(clean(line), expected);
    }

    #[test]
    fn colours_and_nuls_go_and_the_text_stays() {
        check(b"\x1b[32mINFO\x1b[0m up", "INFO up");
        check(b"\x1b]0;title\x07up", "up");
        check(b"a\0b", "ab");
        check(b"a\x1b", "a");
        check(b"plain", "plain");
    }

    #[test]
    fn what_is_no_utf_8_is_replaced() {
        check(b"caf\xe9 au lait", "caf\u{fffd} au lait");
    }
}

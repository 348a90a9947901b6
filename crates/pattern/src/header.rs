//! The thread in front of a message, as loggers of the Java family write it: `[http-nio-8080-exec-2] shop.Orders - paid`.
//!
//! Who happened to run a statement is no part of what it says, and a pool of threads must not divide it. Nothing tells a thread
//! from other text but where it stands: in brackets, first of all, with the dotted name of a logger behind it. One word in
//! capitals is left alone, since states and levels are written like that. What it cannot see: threads without
//! brackets, or with a logger of one word.

use std::ops::Range;

use crate::class::{DIGIT, LETTER, is};

/// Names of threads are shorter.
const THREAD_BYTES_MAX: usize = 100;
/// What stands between the number of the process and the thread.
const PROCESS_END: &[u8] = b" --- ";

/// Where the name of the thread stands in a line, if one does.
#[inline(always)]
pub(crate) fn thread(line: &[u8]) -> Option<Range<usize>> {
    match line.first()? {
        b'[' => bracketed(line, 1),
        b'0'..=b'9' => behind_process(line),
        _ => None,
    }
}

/// `12345 --- [main] shop.Orders : paid`
fn behind_process(line: &[u8]) -> Option<Range<usize>> {
    let digits = line.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    let from = digits + PROCESS_END.len();
    (line[digits..].starts_with(PROCESS_END) && line.get(from) == Some(&b'['))
        .then(|| bracketed(line, from + 1))?
}

#[inline(never)]
fn bracketed(line: &[u8], from: usize) -> Option<Range<usize>> {
    let length = line[from..].iter().take(THREAD_BYTES_MAX).position(|byte| matches!(byte, b'[' | b']'))?;
    let to = from + length;
    let name = &line[from..to];
    let is_state = !name.iter().any(|byte| !byte.is_ascii_uppercase());
    if is_state || line[to] != b']' {
        return None;
    }
    let blanks = line[to + 1..].iter().take_while(|&&byte| byte == b' ').count();
    (blanks > 0 && is_logger(&line[to + 1 + blanks..])).then_some(from..to)
}

/// A name of several parts, and what ends it.
fn is_logger(text: &[u8]) -> bool {
    let is_part = |byte: u8| is(byte, LETTER | DIGIT) || matches!(byte, b'.' | b'$' | b'_');
    let length = text.iter().take_while(|&&byte| is_part(byte)).count();
    let (name, behind) = text.split_at(length);
    let dots =
        name.windows(3).filter(|piece| piece[1] == b'.' && piece[0] != b'.' && piece[2] != b'.').count();
    let blanks = behind.iter().take_while(|&&byte| byte == b' ').count();
    let ends = matches!(behind[blanks..], [b':' | b'-', b' ', ..] | [b':' | b'-']);
    dots > 0 && name.first().is_some_and(|&first| is(first, LETTER)) && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(thread(line.as_bytes()).map(|range| &line[range]), expected, "{line}");
    }

    #[test]
    fn a_thread_stands_in_brackets_before_a_logger() {
        check("[main] org.shop.Orders: paid", Some("main"));
        check(
            "[IPC Server handler 7 on 62270]  org.shop.Orders - paid",
            Some("IPC Server handler 7 on 62270"),
        );
        check("12345 --- [nio-8080-exec-1] o.s.web.Orders   : paid", Some("nio-8080-exec-1"));
        check("[a@b:1] shop.Cart$Item : x", Some("a@b:1"));
    }

    #[test]
    fn other_brackets_are_none() {
        for line in [
            "[PAID] shop.orders: 7",
            "[client 10.0.0.1] File does not exist: /x",
            "[main] started - again",
            "[main] shop.example.com is up",
            "[a[0]] shop.Orders: x",
            "[] shop.Orders: x",
            "[main",
            "[main]",
            "12345 --- main",
            "123",
            "",
        ] {
            check(line, None);
        }
    }
}

//! logfmt: `time=… level=warn msg="slow card" duration=1.2s`, a record per line.
//!
//! What the names mean is decided as for JSON. Lines that are none (a stack trace between them, a banner) are read as
//! plain text. A bare word is a name without a value, as some writers leave it; where most words are bare, it is prose.

use std::ops::ControlFlow;

use crate::ear::Ear;
use crate::json::{Fields, Span, Value};
use crate::lines::Lines;
use crate::log_fields::LogFields;
use crate::plain;
use crate::records::Records;
use crate::stamp::{Finder, Form, Shape};
use crate::text::clean;

/// One pair alone may stand at the beginning of any sentence.
const PAIRS_MIN: usize = 2;

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut records = Records::new();
    if read_lines(lines, &mut records, ear).is_continue() {
        // Breaks only when the last records are not known yet: they are then left out.
        let _ = records.finish(lines.tally, ear);
    }
}

fn read_lines(lines: &mut Lines<'_>, records: &mut Records, ear: &mut Ear<'_>) -> ControlFlow<()> {
    let (mut fields, mut meanings) = (Fields::default(), LogFields::default());
    let mut finder = Finder::new(Shape { form: Form::Iso, token: 0, is_indented: false });
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return ControlFlow::Continue(()) };
        let text = clean(line.bytes);
        if pairs(&text, &mut fields) {
            let draft = records.begin(before, line.number, ear)?;
            meanings.fill(&fields, &text, draft, ear);
        } else {
            plain::take(&text, before, line.number, &mut finder, records, ear)?;
        }
    }
}

/// Reads the pairs of a line into the fields; `false` if it is no logfmt.
pub(crate) fn pairs(line: &str, fields: &mut Fields) -> bool {
    fields.clear();
    let bytes = line.as_bytes();
    let (mut at, mut pairs, mut bare) = (0, 0, 0);
    if !bytes.first().is_some_and(|byte| is_name(*byte)) || u32::try_from(line.len()).is_err() {
        return false;
    }
    while at < bytes.len() {
        if bytes[at] == b' ' || bytes[at] == b'\t' {
            at += 1;
            continue;
        }
        let name = at;
        while at < bytes.len() && is_name(bytes[at]) {
            at += 1;
        }
        let key = Span::of_line(name, at);
        if bytes.get(at) == Some(&b'=') && at > name {
            let Some((value, end)) = value(line, at + 1, fields) else { return false };
            pairs += 1;
            at = end;
            if !fields.is_full() {
                fields.push(key, Value::Text(value));
            }
            continue;
        }
        // Neither the first word nor most of them may be bare.
        bare += 1;
        if pairs == 0 || bare > pairs {
            return false;
        }
        at += bytes[at..].iter().position(|byte| *byte == b' ').unwrap_or(bytes.len() - at);
    }
    pairs >= PAIRS_MIN
}

/// The value that begins there, and where it ends; `None` if its quote is never closed.
fn value(line: &str, start: usize, fields: &mut Fields) -> Option<(Span, usize)> {
    let bytes = line.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        let end = bytes[start..]
            .iter()
            .position(|byte| matches!(byte, b' ' | b'\t'))
            .map_or(bytes.len(), |length| start + length);
        return Some((Span::of_line(start, end), end));
    }
    let mut at = start + 1;
    let mut is_escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            break;
        }
        is_escaped = true;
        at += 2;
    }
    let text = &line[start + 1..at];
    let span = if is_escaped { fields.copied(&unescaped(text)) } else { Span::of_line(start + 1, at) };
    Some((span, at + 1))
}

/// The escapes that Go's `%q` writes, which nearly all writers use; others keep their letter.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('u') => {
                let digits: String = letters.clone().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                plain.push(code.unwrap_or('\u{fffd}'));
                letters = letters.as_str().get(digits.len()..).unwrap_or("").chars();
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let mut fields = Fields::default();
        let found = pairs(line, &mut fields).then(|| {
            fields.iter(line).map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join("|")
        });
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn pairs_are_read_with_quotes_escapes_and_bare_names() {
        check(r#"ts=1 level=info msg="a \"b\" c" x="""#, Some(r#"ts:1|level:info|msg:a "b" c|x:"#));
        check(r#"a=1 b="x\ny\u00e9z""#, Some("a:1|b:x\nyéz"));
        check("a=1 debug b= c=2", Some("a:1|b:|c:2"));
    }

    #[test]
    fn prose_is_no_logfmt() {
        check("user=5 id=3 logged in at noon", None);
        check("a=1", None);
        check("connected to a=1 b=2", None);
        check("a=1 b=\"never closed", None);
        check("", None);
        check(" a=1 b=2", None);
    }
}

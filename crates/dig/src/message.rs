//! From the expression that a log call is given to the message that it will write, with `<*>` for all that
//! only running code knows.
//!
//! Texts are joined where the language joins them (`+`, side by side, `<<`), placeholders (`%s`, `{}`,
//! `${x}`) become `<*>`, and so does every other operand. A choice between two texts (`a ? "x" : "y"`) is
//! a variable part: what it says cannot be known here.

use crate::language::Language;
use crate::lexer::{Kind, Quote, Template, Token};

/// How a variable part is printed.
pub(crate) const WILDCARD: &str = "<*>";

/// Calls whose first text is the message and whose other arguments fill it.
const FORMATTERS: [&str; 14] = [
    "format",
    "Format",
    "Sprintf",
    "sprintf",
    "Sprint",
    "printf",
    "Errorf",
    "formatted",
    "StrFormat",
    "concat",
    "gettext",
    "_",
    "tr",
    "String",
];
/// How deep parentheses and formatters may lie in each other.
const DEPTH_MAX: usize = 8;

/// The message of this expression; `None` if nothing of it is constant.
pub(crate) fn message(expression: &[Token<'_>], language: Language) -> Option<String> {
    let mut text = String::new();
    let constant = append(&mut text, expression, language, 0);
    constant.then(|| tidy(&text))
}

/// The pieces that a C++ stream is fed with, joined.
pub(crate) fn streamed(pieces: &[&[Token<'_>]], language: Language, separator: &str) -> Option<String> {
    let mut text = String::new();
    let mut constant = false;
    for piece in pieces {
        if !text.is_empty() {
            text.push_str(separator);
        }
        constant |= append(&mut text, piece, language, 0);
    }
    constant.then(|| tidy(&text))
}

/// Splits at commas that stand in no inner bracket.
pub(crate) fn arguments<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    split(tokens, |tokens, index| tokens[index].is_mark(b',').then_some(1))
}

/// Splits at `<<` that stands in no inner bracket.
pub(crate) fn stream_pieces<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    split(tokens, |tokens, index| {
        let two = tokens[index].is_mark(b'<') && tokens.get(index + 1).is_some_and(|next| next.is_mark(b'<'));
        two.then_some(2)
    })
}

/// Splits where the separator says that so many tokens at this index separate.
fn split<'t, 's>(
    tokens: &'t [Token<'s>],
    separator: impl Fn(&[Token<'s>], usize) -> Option<usize>,
) -> Vec<&'t [Token<'s>]> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    let mut index = 0;
    while index < tokens.len() {
        match tokens[index].kind {
            Kind::Mark(b'(' | b'[' | b'{') => depth += 1,
            Kind::Mark(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let found = if depth == 0 { separator(tokens, index) } else { None };
        if let Some(length) = found {
            parts.push(&tokens[start..index]);
            index += length;
            start = index;
        } else {
            index += 1;
        }
    }
    if start < tokens.len() {
        parts.push(&tokens[start..]);
    }
    parts
}

/// Appends the expression's message; tells whether a constant part was in it.
fn append(text: &mut String, expression: &[Token<'_>], language: Language, depth: usize) -> bool {
    let mut constant = false;
    for operand in split(expression, |tokens, index| tokens[index].is_mark(b'+').then_some(1)) {
        if !operand.is_empty() {
            constant |= append_operand(text, operand, language, depth);
        }
    }
    constant
}

fn append_operand(text: &mut String, operand: &[Token<'_>], language: Language, depth: usize) -> bool {
    let operand = without_reference(operand);
    let parenthesised = operand.first().is_some_and(|first| first.is_mark(b'('))
        && closing(operand, 0) == Some(operand.len() - 1);
    if depth < DEPTH_MAX && parenthesised {
        return append(text, &operand[1..operand.len() - 1], language, depth + 1);
    }
    if is_choice(operand, language) {
        text.push_str(WILDCARD);
        return false;
    }
    if let Some(Token { kind: Kind::Text(_), .. }) = operand.first() {
        return append_texts(text, operand, language);
    }
    match formatted(operand) {
        Some(inner) if depth < DEPTH_MAX => append(text, inner, language, depth + 1),
        _ => {
            text.push_str(WILDCARD);
            false
        }
    }
}

/// `&format!(…)` and `*name` say what they point at.
fn without_reference<'t, 's>(operand: &'t [Token<'s>]) -> &'t [Token<'s>] {
    let marks = operand.iter().take_while(|token| token.is_mark(b'&') || token.is_mark(b'*')).count();
    &operand[marks..]
}

/// Whether the operand is one of two texts, told apart only when running.
fn is_choice(operand: &[Token<'_>], language: Language) -> bool {
    let outside = split(operand, |tokens, index| {
        let word = language == Language::Python && tokens[index].is_word("if");
        (word || (language != Language::Rust && tokens[index].is_mark(b'?'))).then_some(1)
    });
    outside.len() > 1
}

/// Texts side by side; in C also macros between them (`"%" PRIu64 "\n"`).
fn append_texts(text: &mut String, operand: &[Token<'_>], language: Language) -> bool {
    let mut constant = false;
    for token in operand {
        match token.kind {
            Kind::Text(quote) => constant |= append_text(text, token.text, quote, language),
            Kind::Word if language == Language::C => {
                // The macro holds what belongs behind the percent sign.
                let length = text.trim_end_matches('%').len();
                text.truncate(length);
                text.push_str(WILDCARD);
            }
            // What follows (`.to_string()`, `% (a, b)`) does not change the constant part.
            _ => break,
        }
    }
    constant
}

/// The argument that holds the text, if the operand is a call that only fills in values.
fn formatted<'t, 's>(operand: &'t [Token<'s>]) -> Option<&'t [Token<'s>]> {
    let open = operand.iter().position(|token| token.is_mark(b'('))?;
    let name = operand[..open].iter().rev().find(|token| !token.is_mark(b'!'))?;
    if name.kind != Kind::Word || !FORMATTERS.contains(&name.text) {
        return None;
    }
    let close = closing(operand, open)?;
    arguments(&operand[open + 1..close])
        .into_iter()
        .find(|argument| argument.iter().any(|token| matches!(token.kind, Kind::Text(_))))
}

/// The index of the bracket that closes the one at `open`.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Mark(b'(' | b'[' | b'{') => depth += 1,
            Kind::Mark(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// Appends what a string literal says.
fn append_text(text: &mut String, literal: &str, quote: Quote, language: Language) -> bool {
    let before = text.len();
    let mut wildcards = 0;
    let mut rest = literal;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = placeholder(rest, quote, language) {
            text.push_str(WILDCARD);
            wildcards += WILDCARD.len();
            rest = &rest[length..];
        } else if let Some((said, length)) = doubled(rest, quote, language) {
            text.push(said);
            rest = &rest[length..];
        } else if first == '\\' && !quote.raw {
            rest = append_escaped(text, &rest[1..]);
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    text.len() - before > wildcards
}

/// `{{`, `}}` and `%%`, where they mean one brace or percent sign.
fn doubled(rest: &str, quote: Quote, language: Language) -> Option<(char, usize)> {
    let braces = language.has_brace_placeholders() && quote.template != Some(Template::Dollar);
    match rest.as_bytes() {
        [b'{', b'{', ..] if braces => Some(('{', 2)),
        [b'}', b'}', ..] if braces => Some(('}', 2)),
        [b'%', b'%', ..] if language.has_percent_placeholders() => Some(('%', 2)),
        _ => None,
    }
}

/// The length of the placeholder that the text begins with, if it does.
fn placeholder(rest: &str, quote: Quote, language: Language) -> Option<usize> {
    let bytes = rest.as_bytes();
    let nested = |open: usize| nested_length(&bytes[open..]).map(|length| open + length);
    match (bytes[0], quote.template) {
        (b'$', Some(Template::DollarBraces | Template::Dollar)) if bytes.get(1) == Some(&b'{') => nested(1),
        (b'#', Some(Template::HashBraces)) if bytes.get(1) == Some(&b'{') => nested(1),
        (b'$', Some(Template::Dollar)) => {
            let name =
                bytes[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            (name > 0 && !bytes[1].is_ascii_digit()).then_some(1 + name)
        }
        (b'{', Some(Template::Braces)) if bytes.get(1) != Some(&b'{') => nested(0),
        (b'{', _) if language.has_brace_placeholders() => brace_placeholder(bytes),
        (b'%', _) if language.has_percent_placeholders() => percent_placeholder(bytes),
        _ => None,
    }
}

/// Up to and with the brace that closes the first.
fn nested_length(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// `{}`, `{0}`, `{name}`, `{name:>8.3}`, `{@Name,-5:x}`: a name and how to print it, nothing with spaces
/// before the colon, so that a text like `{ "a": 1 }` stays what it is.
fn brace_placeholder(bytes: &[u8]) -> Option<usize> {
    const PLACEHOLDER_BYTES_MAX: usize = 64;
    let close = bytes.iter().take(PLACEHOLDER_BYTES_MAX).position(|byte| *byte == b'}')?;
    let inner = &bytes[1..close];
    let name = inner.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@$,-[]!".contains(byte);
    (name.iter().all(is_name) && !inner.contains(&b'{')).then_some(close + 1)
}

/// `%s`, `%-5.2f`, `%lu`, `%+v`, `%(name)s`, `%1$s`.
fn percent_placeholder(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    if bytes.get(at) == Some(&b'(') {
        at += bytes[at..].iter().position(|byte| *byte == b')')? + 1;
    }
    let count = |at: usize, set: &[u8]| bytes[at..].iter().take_while(|byte| set.contains(byte)).count();
    at += count(at, b"0123456789.*+-#$'");
    at += count(at, b"lhzjtL");
    let verb = bytes.get(at)?;
    b"sdiuxXofFeEgGcpvqtTwUbBaAjOnr@".contains(verb).then_some(at + 1)
}

/// Appends what stands after a backslash; returns the rest.
fn append_escaped<'r>(text: &mut String, rest: &'r str) -> &'r str {
    let Some(first) = rest.chars().next() else { return rest };
    let after = &rest[first.len_utf8()..];
    match first {
        'n' | 't' | 'r' | '\n' => text.push(' '),
        'u' | 'x' => {
            let braced = after.starts_with('{');
            let digits = after[usize::from(braced)..].bytes().take(if first == 'u' { 4 } else { 2 });
            let length = digits.take_while(u8::is_ascii_hexdigit).count();
            let hex = &after[usize::from(braced)..usize::from(braced) + length];
            let said = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
            text.push(said.filter(|said| !said.is_control()).unwrap_or(' '));
            let end = usize::from(braced) + length;
            return after[end..].strip_prefix('}').filter(|_| braced).unwrap_or(&after[end..]);
        }
        '0'..='9' | 'a' | 'b' | 'e' | 'f' | 'v' => {}
        other => text.push(other),
    }
    after
}

/// White space as single spaces, and neighbouring variable parts as one.
fn tidy(text: &str) -> String {
    let mut tidied = text.split_whitespace().collect::<Vec<_>>().join(" ");
    while tidied.contains("<*><*>") {
        tidied = tidied.replace("<*><*>", WILDCARD);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    #[track_caller]
    fn check(language: Language, expression: &str, expected: Option<&str>) {
        assert_eq!(message(&tokens(expression, language), language).as_deref(), expected);
    }

    #[test]
    fn texts_joined_to_values_keep_their_constant_part() {
        check(Language::Java, r#""a: " + b.c(d, "e") + " f" + (g + "h")"#, Some("a: <*> f<*>h"));
        check(Language::Java, r#""to " + (s != null ? s : "none") + "!""#, Some("to <*>!"));
        check(Language::Java, r#"String.format("a %s %5.1f%%", b)"#, Some("a <*> <*>%"));
        check(Language::Java, "a + b", None);
        check(Language::C, r#""a %" PRIu64 " b\n" "c""#, Some("a <*> b c"));
        check(Language::Python, r#"("a %(b)s " "c %r" % d)"#, Some("a <*> c <*>"));
        check(Language::Python, r#""a {} {b!r} {c:>5}".format(d)"#, Some("a <*> <*> <*>"));
        check(Language::Python, r#"f"a {b["c"]} {{d}}""#, Some("a <*> {d}"));
        check(Language::Script, r#"`a ${b} c` + 'd' + e"#, Some("a <*> cd<*>"));
        check(Language::Rust, r#"&format!("a {b:?} {{}}\u{e9}")"#, Some("a <*> {}é"));
        check(Language::Kotlin, r#""a $b.c ${d("e")} 5$""#, Some("a <*>.c <*> 5$"));
        check(Language::CSharp, r#"$"a {b:x}" + "{Name,-5}""#, Some("a <*>"));
        check(Language::Go, r#"fmt.Sprintf("a=%+v 100%%", b)"#, Some("a=<*> 100%"));
    }

    #[test]
    fn braces_that_hold_no_name_are_text() {
        check(Language::Java, r#""{ \"a\": 1 } {}""#, Some(r#"{ "a": 1 } <*>"#));
    }

    #[test]
    fn broken_escapes_do_no_harm() {
        check(Language::C, r#""a\x\u{zé\q%""#, Some("a zéq%"));
        check(Language::C, r#""%(é""#, Some("%(é"));
    }
}

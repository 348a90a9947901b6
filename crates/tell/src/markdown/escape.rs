//! Foreign text in Markdown: it can neither format, link, mention, embed nor leave its cell.
//!
//! GitHub makes links of bare addresses, `@names` and `#12` after it has rendered the text, where backslashes
//! have no power any more; an empty comment between the characters has.

use std::fmt::Write as _;

use crate::{clean, selection::CHARACTERS_MAX};

/// Running text, or text in a table.
pub(super) fn text(foreign: &str) -> String {
    let cleaned = clean::line_of_at_most(foreign, CHARACTERS_MAX);
    let mut escaped = String::with_capacity(cleaned.len() + 16);
    for (at, character) in cleaned.char_indices() {
        let rest = &cleaned[at..];
        match character {
            '&' if begins_entity(rest) => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' if at == 0 => escaped.push_str("&gt;"),
            '@' if begins_word(rest) => escaped.push_str("@<!-- -->"),
            '#' if at == 0 => escaped.push_str("\\#"),
            '#' if begins_word(rest) => escaped.push_str("#<!-- -->"),
            '_' if is_within_word(&cleaned, at) => escaped.push('_'),
            ':' if rest.starts_with("://") => escaped.push_str(":<!-- -->"),
            '.' if ends_with_www(&cleaned[..at]) => escaped.push_str("<!-- -->."),
            '\\' | '`' | '*' | '_' | '[' | '|' | '~' | '$' => {
                write!(escaped, "\\{character}").expect("a string takes all that is written");
            }
            _ => escaped.push(character),
        }
    }
    escape_start(&escaped)
}

/// An entity, or what a renderer might take for one.
fn begins_entity(rest: &str) -> bool {
    rest[1..].starts_with(|next: char| next == '#' || next.is_ascii_alphabetic()) && rest.contains(';')
}

/// Whether a name or a number follows the sign.
fn begins_word(rest: &str) -> bool {
    rest[1..].starts_with(char::is_alphanumeric)
}

/// Within a word a `_` stands for itself.
fn is_within_word(text: &str, at: usize) -> bool {
    text[..at].ends_with(|before: char| before == '_' || before.is_alphanumeric())
        && text[at + 1..].starts_with(|after: char| after == '_' || after.is_alphanumeric())
}

fn ends_with_www(before: &str) -> bool {
    before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// At the start of a line, `-`, `+`, `=` and `1.` would begin a list, a rule or a heading.
fn escape_start(escaped: &str) -> String {
    let digits =
        escaped.len() - escaped.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    match escaped[digits..].chars().next() {
        Some(character @ ('.' | ')')) if digits > 0 => {
            format!("{}\\{character}{}", &escaped[..digits], &escaped[digits + 1..])
        }
        Some('-' | '+' | '=') if digits == 0 => format!("\\{escaped}"),
        _ => escaped.to_owned(),
    }
}

/// A code span in running text, fenced by more backticks than it holds.
pub(super) fn code(foreign: &str) -> String {
    let cleaned = clean::line_of_at_most(foreign, CHARACTERS_MAX);
    let fence = "`".repeat(longest_run(&cleaned, '`') + 1);
    // A space beside the fence is taken away again by every renderer.
    let pad = if cleaned.starts_with(['`', ' ']) || cleaned.ends_with(['`', ' ']) || cleaned.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{cleaned}{pad}{fence}")
}

/// A code span in a table, where a pipe would end the cell even within code.
pub(super) fn code_in_table(foreign: &str) -> String {
    code(foreign).replace('|', "\\|")
}

/// A block of lines, fenced by more backticks than it holds.
pub(super) fn block(language: &str, lines: &[impl AsRef<str>]) -> String {
    let lines: Vec<_> =
        lines.iter().map(|line| clean::line_of_at_most(line.as_ref(), CHARACTERS_MAX)).collect();
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(foreign: &str, expected: &str) {
        assert_eq!(text(foreign), expected);
    }

    #[test]
    fn markup_links_mentions_and_cells_lose_their_power() {
        check("<b> | `x` *y* _z_ &amp;", "&lt;b> \\| \\`x\\` \\*y\\* \\_z\\_ &amp;amp;");
        check(
            "@team #12 https://evil.example www.evil.example",
            "@<!-- -->team #<!-- -->12 https:<!-- -->//evil.example www<!-- -->.evil.example",
        );
        check("[a](javascript:x) ![b](c)", "\\[a](javascript:x) !\\[b](c)");
        check("a\nb\u{202e}", "a b⟨U+202E⟩");
    }

    #[test]
    fn what_harms_nothing_stays_as_it_is() {
        check(
            "http_requests_total{code=\"5xx\"} > 3 & rising!",
            "http_requests_total{code=\"5xx\"} > 3 & rising!",
        );
        check("a -> b, 50 % of 3 @ noon, C# too", "a -> b, 50 % of 3 @ noon, C# too");
    }

    #[test]
    fn a_text_does_not_begin_a_list_or_a_heading() {
        check("- a", "\\- a");
        check("12. a", "12\\. a");
        check("# a", "\\# a");
        check("> a", "&gt; a");
        check("1200 lines", "1200 lines");
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_holds() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("`` a"), "``` `` a ```");
        assert_eq!(code_in_table("a|b"), "`a\\|b`");
        assert_eq!(block("diff", &["a", "````"]), "`````diff\na\n````\n`````\n");
    }
}

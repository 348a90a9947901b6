//! Text measured in columns of a terminal: wide letters count two, and no line is longer than it may be.
//!
//! Measured per character *and* per text, and the larger counts: terminals disagree about joined emoji.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::clean;

/// How many columns the text takes.
pub(crate) fn width(text: &str) -> usize {
    let by_character: usize = text.chars().map(|character| character.width().unwrap_or(0)).sum();
    by_character.max(text.width())
}

/// The text in lines of at most so many columns, broken at spaces, within words only where a word is too long.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let cleaned = clean::line(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in cleaned.split_whitespace() {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= columns {
            line.extend((gap == 1).then_some(' '));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut pieces = pieces(word, columns);
        line = pieces.pop().unwrap_or_default();
        lines.append(&mut pieces);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word in pieces that fit.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for character in word.chars() {
        let piece = pieces.last_mut().expect("there is one from the start");
        piece.push(character);
        // Measured as a whole, since a character may widen the one before it.
        if width(piece) > columns && piece.chars().nth(1).is_some() {
            piece.pop();
            pieces.push(character.to_string());
        }
    }
    pieces
}

/// The text in one line of at most so many columns; if it is too long its middle is left out, since a pattern
/// is known by its beginning and its end.
pub(crate) fn shorten_middle(text: &str, columns: usize) -> Cow<'_, str> {
    let cleaned = clean::line(text);
    if width(&cleaned) <= columns {
        return cleaned;
    }
    let kept = columns.saturating_sub(1);
    // Half of it for the end: what stands first is often the same for all that a service says.
    let tail = ending(&cleaned, kept / 2);
    // What is joined may be wider than its parts, where a part ends within a joined emoji.
    let joined = |columns: usize| format!("{}…{tail}", beginning(&cleaned, columns));
    let fits = (0..=kept - kept / 2).rev().map(joined).find(|joined| width(joined) <= columns);
    Cow::Owned(fits.unwrap_or_else(|| "…".to_owned()))
}

/// The text in one line of at most so many columns; if it is too long its end is left out.
pub(crate) fn shorten_end(text: &str, columns: usize) -> Cow<'_, str> {
    let cleaned = clean::line(text);
    if width(&cleaned) <= columns {
        return cleaned;
    }
    Cow::Owned(format!("{}…", beginning(&cleaned, columns.saturating_sub(1)).trim_end()))
}

/// As much of the beginning as fits. Letters without width are not followed without end.
fn beginning(text: &str, columns: usize) -> &str {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let fitting = ends.take(4 * columns + 16).take_while(|end| width(&text[..*end]) <= columns);
    &text[..fitting.last().unwrap_or(0)]
}

/// As much of the end as fits.
fn ending(text: &str, columns: usize) -> &str {
    let starts = text.char_indices().rev().map(|(at, _)| at);
    let fitting = starts.take(4 * columns + 16).take_while(|start| width(&text[*start..]) <= columns);
    &text[fitting.last().unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("the system knew", 10), ["the system", "knew"]);
        assert_eq!(wrap("a/very/long/path x", 6), ["a/very", "/long/", "path x"]);
        assert_eq!(wrap("東京東京", 5), ["東京", "東京"]);
        assert!(wrap("  ", 5).is_empty());
    }

    #[test]
    fn nothing_is_wider_than_it_may_be() {
        let texts = [crate::fixture::foreign::HOSTILE, "東京都 👩‍💻👩‍💻👩‍💻 ❤️❤️❤️ e\u{301}e\u{301}", ""];
        for text in texts {
            for columns in 2..60 {
                let shortened =
                    [shorten_middle(text, columns).into_owned(), shorten_end(text, columns).into_owned()];
                for line in wrap(text, columns).iter().chain(&shortened) {
                    assert!(width(line) <= columns, "{line:?} takes more than {columns}");
                }
            }
        }
    }

    #[test]
    fn a_pattern_keeps_its_beginning_and_its_end() {
        assert_eq!(shorten_middle("retrying upstream <*> attempt <*>", 20), "retrying u…tempt <*>");
        assert_eq!(shorten_middle("short", 20), "short");
        assert_eq!(shorten_end("retrying upstream", 10), "retrying…");
    }
}

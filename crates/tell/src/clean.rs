//! Foreign text made harmless: one line, no control characters, nothing that reorders what stands beside it.
//!
//! What is replaced stays visible (`␛`, `⟨U+202E⟩`): a reader of evidence has to see that something was
//! there. JSON does without this, since its own escapes keep the exact value; see `wire::print`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text as one line without control characters; white space of any kind becomes a space.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            // The control pictures stand in the same order as the controls that they picture.
            '\0'..='\u{1f}' => cleaned.extend(char::from_u32(0x2400 + u32::from(character))),
            '\u{7f}' => cleaned.push('␡'),
            _ if is_harmful(character) => {
                write!(cleaned, "⟨U+{:04X}⟩", u32::from(character))
                    .expect("a string takes all that is written");
            }
            _ => cleaned.push(character),
        }
    }
    Cow::Owned(cleaned)
}

/// The text as one clean line of at most so many characters; what is cut is counted.
pub(crate) fn line_of_at_most(text: &str, characters_max: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(characters_max) else {
        return line(text);
    };
    let rest = text[end..].chars().count();
    Cow::Owned(format!("{}… ({rest} more characters)", line(&text[..end])))
}

/// Whether a character steers a terminal, breaks a line or changes the order in which others are shown.
pub(crate) fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(line(text), expected);
    }

    #[test]
    fn ordinary_text_of_any_language_stays_as_it_is() {
        check("naïve 東京 👩‍💻 שלום", "naïve 東京 👩‍💻 שלום");
    }

    #[test]
    fn controls_are_pictured_and_lines_joined() {
        check("a\u{1b}[31mred\r\nb\tc\u{7f}\0", "a␛[31mred  b c␡␀");
    }

    #[test]
    fn what_reorders_or_hides_text_is_named() {
        check("a\u{202e}b\u{9b}c\u{200b}", "a⟨U+202E⟩b⟨U+009B⟩c⟨U+200B⟩");
    }

    #[test]
    fn what_is_cut_is_counted() {
        assert_eq!(line_of_at_most("äöüß", 2), "äö… (2 more characters)");
        assert_eq!(line_of_at_most("äöüß", 4), "äöüß");
    }
}

//! Quoted text in the name of a pattern: one place, whatever its number of words.
//!
//! What somebody searched for or typed has one word today and three tomorrow; only as a whole can it be seen to vary. Some
//! quoted text is no value and keeps its words apart: a request line, what has a structure of its own, and a message in a
//! field (`msg="…"`), whose distinct sentences are what a log says.

use std::ops::Range;

use crate::class::{BLANK, DIGIT, LETTER, QUOTE, is};
use crate::shaper::is_request_line;
use crate::template::WILDCARD;

/// Fields, in lower case, that hold a message and no value.
const MESSAGE_KEYS: [&str; 10] =
    ["msg", "message", "event", "error", "err", "reason", "exception", "cause", "description", "details"];

/// The quoted texts of one name, asked for from left to right.
pub(crate) struct Quotations<'a> {
    name: &'a str,
    /// The closing quote of the last text found, which opens nothing.
    closed_at: Option<usize>,
    /// The quotes that nothing closes any more: each is searched for in vain only once.
    unclosed: [Option<u8>; 3],
}

impl<'a> Quotations<'a> {
    /// Those of this name.
    pub(crate) fn of(name: &'a str) -> Self {
        Self { name, closed_at: None, unclosed: [None; 3] }
    }

    /// The extent of the value that is opened by the quote at `at`, if there is a quote and it opens one.
    pub(crate) fn value_at(&mut self, at: usize) -> Option<Range<usize>> {
        let quote = self.name.as_bytes()[at];
        if !is(quote, QUOTE) || self.closed_at == Some(at) || !self.opens(at) {
            return None;
        }
        let is_escaped = at > 0 && self.name.as_bytes()[at - 1] == b'\\';
        let Some(closing) = self.closing(at + 1, quote, is_escaped) else {
            if let Some(free) = self.unclosed.iter_mut().find(|place| place.is_none()) {
                *free = Some(quote);
            }
            return None;
        };
        self.closed_at = Some(closing);
        let range = at + 1..closing - usize::from(is_escaped);
        let text = &self.name[range.clone()];
        (is_value(text) && !is_behind_message_key(&self.name[..at])).then_some(range)
    }

    /// An apostrophe behind a letter or a wildcard opens nothing, nor does a quote before a blank.
    fn opens(&self, at: usize) -> bool {
        let (before, behind) = (&self.name.as_bytes()[..at], &self.name.as_bytes()[at + 1..]);
        !self.unclosed.contains(&Some(self.name.as_bytes()[at]))
            && behind.first().is_some_and(|&next| !is(next, BLANK))
            && before.last().is_none_or(|&last| !is(last, LETTER | DIGIT))
            && !before.ends_with(WILDCARD.as_bytes())
    }

    /// The next such quote of this line that no letter follows; an escaped one is closed by an escaped one.
    fn closing(&self, from: usize, quote: u8, is_escaped: bool) -> Option<usize> {
        let bytes = self.name.as_bytes();
        let mut at = from;
        while at < bytes.len() && bytes[at] != b'\n' {
            let is_followed = bytes.get(at + 1).is_some_and(|&next| is(next, LETTER | DIGIT));
            if bytes[at] == quote && !is_followed && (bytes[at - 1] == b'\\') == is_escaped {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

/// Whether a quoted text may be a value.
fn is_value(text: &str) -> bool {
    let has_structure = text.bytes().any(|byte| b"={[\"".contains(&byte));
    !text.is_empty() && !has_structure && !text.ends_with(' ') && !is_request_line(text)
}

fn is_behind_message_key(before: &str) -> bool {
    let key = before.trim_end_matches(['=', ':', ' ', '"', '\'', '\\', '>']);
    if !before[key.len()..].contains(['=', ':']) {
        return false;
    }
    let start = key.bytes().rposition(|byte| !is(byte, LETTER)).map_or(0, |last| last + 1);
    MESSAGE_KEYS.iter().any(|message| key[start..].eq_ignore_ascii_case(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let mut quotations = Quotations::of(name);
        let mut found = Vec::new();
        let mut at = 0;
        while at < name.len() {
            match quotations.value_at(at) {
                Some(range) => {
                    found.push(&name[range.clone()]);
                    at = range.end;
                }
                None => at += 1,
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_is_what_stands_between_quotes_of_any_sort() {
        check(
            "query 'green train chair' of \"bob <*>\" in `main hall`",
            &["green train chair", "bob <*>", "main hall"],
        );
        check("{\\\"name\\\":\\\"oak table\\\"}", &["name", "oak table"]);
        check("for 'men's boots', then 'a.' and 'b'", &["men's boots", "a.", "b"]);
    }

    #[test]
    fn apostrophes_and_lonely_quotes_open_nothing() {
        check("it's not <*>'s, the users' list isn't", &[]);
        check("the 'unclosed thing", &[]);
        check("5\" disk, ' ' and '' and ' x'", &[]);
    }

    #[test]
    fn request_lines_structures_and_messages_keep_their_words() {
        check("\"GET /a HTTP/1.1\" <*>", &[]);
        check("got '{a: b}' and 'k=v w=x' by 'main'", &["main"]);
        check("msg=\"cache is warm\" name=\"oak table\"", &["oak table"]);
        check("{\"message\": \"cache is warm\"}", &["message"]);
    }
}

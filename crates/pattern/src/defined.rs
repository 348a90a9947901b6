//! Patterns that people wrote themselves, for lines of which they know better than any evidence.
//!
//! `<*>` stands for one or more characters without a blank, `<...>` for any text, also none. The whole first line of a
//! message has to match. Where matches may begin and end is followed for all possibilities at once, so that no text makes
//! it slow: the work is the length of the line times the number of pieces.

use std::fmt;

use crate::shaper::MESSAGE_BYTES_MAX;
use crate::template::WILDCARD;

/// How any text is written.
const ANY: &str = "<...>";
/// The longest pattern, in bytes.
const DEFINED_BYTES_MAX: usize = 512;
/// The most wildcards.
const WILDCARDS_MAX: usize = 32;

/// Why a text is no pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefinedError {
    /// Too long, or of too many wildcards.
    Long,
    /// Nothing but wildcards.
    Unspecific,
    /// It has several lines.
    Lines,
}

impl fmt::Display for DefinedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long => write!(
                f,
                "is longer than {DEFINED_BYTES_MAX} bytes or has more than {WILDCARDS_MAX} wildcards"
            ),
            Self::Unspecific => write!(f, "has no word of its own, so that it would match everything"),
            Self::Lines => write!(f, "has several lines; the first line of a message is matched"),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Text(Box<str>),
    Word,
    Any,
}

/// A pattern that somebody wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Defined {
    pieces: Vec<Piece>,
    name: Box<str>,
}

impl Defined {
    /// Reads what was written.
    pub(crate) fn parse(text: &str) -> Result<Self, DefinedError> {
        if text.contains(['\n', '\r']) {
            return Err(DefinedError::Lines);
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, length) = if rest.starts_with(WILDCARD) {
                (Piece::Word, WILDCARD.len())
            } else if rest.starts_with(ANY) {
                (Piece::Any, ANY.len())
            } else {
                let next = [WILDCARD, ANY].iter().filter_map(|mark| rest.find(mark)).min();
                let length = next.unwrap_or(rest.len());
                (Piece::Text(rest[..length].into()), length)
            };
            pieces.push(piece);
            rest = &rest[length..];
        }
        let has_word =
            |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains(char::is_alphanumeric));
        let wildcards = pieces.iter().filter(|piece| !matches!(piece, Piece::Text(_))).count();
        if text.len() > DEFINED_BYTES_MAX || wildcards > WILDCARDS_MAX {
            return Err(DefinedError::Long);
        }
        if !pieces.iter().any(has_word) {
            return Err(DefinedError::Unspecific);
        }
        Ok(Self { pieces, name: text.replace(ANY, WILDCARD).trim().into() })
    }

    /// How the pattern is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the line is of this pattern.
    pub(crate) fn matches(&self, line: &str) -> bool {
        let line = &line[..line.floor_char_boundary(MESSAGE_BYTES_MAX)];
        if let Some(Piece::Text(first)) = self.pieces.first()
            && !line.starts_with(&**first)
        {
            return false;
        }
        // Where what stands behind may begin.
        let mut begins = vec![0];
        for piece in &self.pieces {
            begins = piece.ends(line, &begins);
            if begins.is_empty() {
                return false;
            }
        }
        begins.last() == Some(&line.len())
    }
}

impl Piece {
    /// Where a match that begins at one of these places may end, in order.
    fn ends(&self, line: &str, begins: &[usize]) -> Vec<usize> {
        match self {
            Self::Text(text) => {
                let matching =
                    begins.iter().filter(|&&at| line.as_bytes()[at..].starts_with(text.as_bytes()));
                matching.map(|at| at + text.len()).collect()
            }
            Self::Any => (begins[0]..=line.len()).collect(),
            Self::Word => words_ends(line.as_bytes(), begins),
        }
    }
}

fn words_ends(line: &[u8], begins: &[usize]) -> Vec<usize> {
    let mut begins = begins.iter().copied().peekable();
    let mut ends = Vec::new();
    let mut is_inside = false;
    for (at, byte) in line.iter().enumerate() {
        is_inside |= begins.next_if_eq(&at).is_some();
        is_inside &= !byte.is_ascii_whitespace();
        if is_inside {
            ends.push(at + 1);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let defined = Defined::parse(pattern).expect("a pattern");
        for line in matching {
            assert!(defined.matches(line), "{pattern}: {line}");
        }
        for line in others {
            assert!(!defined.matches(line), "{pattern}: {line}");
        }
    }

    #[test]
    fn a_word_has_no_blank_and_any_text_may_have() {
        check(
            "user <*> came in",
            &["user bob came in", "user a=b,c came in", "user 客 came in"],
            &["user  came in", "user bob smith came in", "user bob came in today", "a user bob came in"],
        );
        check(
            "<...>payment <*> failed<...>",
            &["payment 7 failed", "[a b] payment 7 failed: gone", "payment payment failed failed"],
            &["payment failed", "payment 7 was failed"],
        );
        check("a<*>b<*>c", &["aXbXbXc", "abbbc"], &["abc", "aXbc", "a bXc"]);
    }

    #[test]
    fn what_would_match_everything_or_nothing_is_refused() {
        assert_eq!(Defined::parse("<*> <...>"), Err(DefinedError::Unspecific));
        assert_eq!(Defined::parse("  "), Err(DefinedError::Unspecific));
        assert_eq!(Defined::parse("a\nb"), Err(DefinedError::Lines));
        assert_eq!(Defined::parse(&"a<*>".repeat(40)), Err(DefinedError::Long));
    }

    #[test]
    fn the_name_shows_every_wildcard_alike() {
        assert_eq!(Defined::parse("<...>paid <*> by <...>").expect("a pattern").name(), "<*>paid <*> by <*>");
    }
}

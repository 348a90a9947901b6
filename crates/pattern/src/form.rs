//! How values look that somebody wants masked: a small language of characters and repetitions.
//!
//! `EMP-[0-9]{6}` is `EMP-` and six digits. It reads like a regular expression and is less on purpose: pieces stand one
//! behind the other, each takes as many characters as it may and gives none back, so that a text is matched in time linear
//! in its length times that of the form, whoever wrote either. No alternatives, no groups, no anchors, no `.`: what would
//! need them is said with several forms.

use std::fmt;

/// The longest form, in bytes.
const FORM_BYTES_MAX: usize = 200;
/// No piece is repeated more often than this.
const REPEATS_MAX: u16 = 1024;

/// The characters of one piece, and how many of them.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    characters: Characters,
    repeats_min: u16,
    repeats_max: u16,
}

/// A set of ASCII characters, and whether all others are in it too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Characters {
    ascii: u128,
    has_others: bool,
}

/// What values look like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Form {
    pieces: Vec<Piece>,
}

/// Why a text is no form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormError {
    /// It is too long.
    Long,
    /// A sign that means something in regular expressions and nothing here.
    Sign(char),
    /// A `[` without `]`, or a set without characters.
    Set,
    /// A repetition that cannot be read, or of nothing.
    Repetition,
    /// It would match where nothing stands.
    Nothing,
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long => write!(f, "is longer than {FORM_BYTES_MAX} bytes"),
            Self::Sign('.') => {
                write!(f, "holds `.`: say which characters (`[^ ]` is all but a blank), or write `\\.`")
            }
            Self::Sign(sign) => write!(
                f,
                "holds `{sign}`, which is not known here: write `\\{sign}` for the sign itself, and several forms for alternatives"
            ),
            Self::Set => write!(f, "has a `[` that no `]` closes, or nothing between them"),
            Self::Repetition => {
                write!(
                    f,
                    "has a repetition that cannot be read: `+`, `?`, `*`, `{{6}}`, `{{6,}}` or `{{6,10}}` behind a character or a set, at most {REPEATS_MAX}"
                )
            }
            Self::Nothing => write!(f, "matches where nothing stands"),
        }
    }
}

impl Form {
    /// Reads a form.
    pub(crate) fn parse(text: &str) -> Result<Self, FormError> {
        if text.len() > FORM_BYTES_MAX {
            return Err(FormError::Long);
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (characters, behind) = characters(first, &rest[first.len_utf8()..])?;
            let ((repeats_min, repeats_max), behind) = repeats(behind)?;
            pieces.push(Piece { characters, repeats_min, repeats_max });
            rest = behind;
        }
        if pieces.iter().all(|piece| piece.repeats_min == 0) {
            return Err(FormError::Nothing);
        }
        Ok(Self { pieces })
    }

    /// How many bytes at the start of the text are of this form.
    pub(crate) fn length_at_start(&self, text: &str) -> Option<usize> {
        let mut at = 0;
        for piece in &self.pieces {
            let mut count = 0;
            for character in text[at..].chars().take(usize::from(piece.repeats_max)) {
                if !piece.characters.has(character) {
                    break;
                }
                at += character.len_utf8();
                count += 1;
            }
            if count < piece.repeats_min {
                return None;
            }
        }
        Some(at)
    }
}

impl Characters {
    fn one(character: char) -> Self {
        Self::range(character, character)
    }

    /// Characters beyond ASCII are all alike.
    fn range(first: char, last: char) -> Self {
        let ascii = (0..128_u8).filter(|byte| (first..=last).contains(&char::from(*byte)));
        Self { ascii: ascii.fold(0, |set, byte| set | 1 << byte), has_others: !last.is_ascii() }
    }

    fn and(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, has_others: self.has_others || other.has_others }
    }

    fn not(self) -> Self {
        Self { ascii: !self.ascii, has_others: !self.has_others }
    }

    fn has(self, character: char) -> bool {
        if character.is_ascii() { self.ascii >> (character as u32) & 1 == 1 } else { self.has_others }
    }
}

/// The characters that the next piece is made of, and what stands behind it.
fn characters(first: char, rest: &str) -> Result<(Characters, &str), FormError> {
    match first {
        '[' => set(rest),
        '\\' => escaped(rest).ok_or(FormError::Sign('\\')),
        '(' | ')' | '|' | '^' | '$' | '.' | ']' => Err(FormError::Sign(first)),
        '{' | '}' | '+' | '*' | '?' => Err(FormError::Repetition),
        _ => Ok((Characters::one(first), rest)),
    }
}

/// `\d` and `\w` as everywhere; behind `\` every sign is itself.
fn escaped(rest: &str) -> Option<(Characters, &str)> {
    let next = rest.chars().next()?;
    let digits = Characters::range('0', '9');
    let characters = match next {
        'd' => digits,
        'w' => {
            digits.and(Characters::range('a', 'z')).and(Characters::range('A', 'Z')).and(Characters::one('_'))
        }
        letter if letter.is_alphanumeric() => return None,
        sign => Characters::one(sign),
    };
    Some((characters, &rest[next.len_utf8()..]))
}

/// All up to the closing bracket: characters, ranges, and `^` before them for all others.
fn set(rest: &str) -> Result<(Characters, &str), FormError> {
    let is_negated = rest.starts_with('^');
    let mut rest = &rest[usize::from(is_negated)..];
    let mut found = Characters::default();
    loop {
        let first = rest.chars().next().ok_or(FormError::Set)?;
        let behind = &rest[first.len_utf8()..];
        match first {
            ']' if found == Characters::default() => return Err(FormError::Set),
            ']' => return Ok((if is_negated { found.not() } else { found }, behind)),
            '\\' => {
                let (characters, behind) = escaped(behind).ok_or(FormError::Sign('\\'))?;
                found = found.and(characters);
                rest = behind;
            }
            _ => {
                let last = behind.strip_prefix('-').and_then(|behind| behind.chars().next());
                let last = last.filter(|last| !matches!(last, ']' | '\\'));
                if last.is_some_and(|last| last < first) {
                    return Err(FormError::Set);
                }
                found = found.and(Characters::range(first, last.unwrap_or(first)));
                rest = &behind[last.map_or(0, |last| 1 + last.len_utf8())..];
            }
        }
    }
}

fn repeats(rest: &str) -> Result<((u16, u16), &str), FormError> {
    let mark = rest.chars().next();
    let bounds = match mark {
        Some('+') => (1, REPEATS_MAX),
        Some('*') => (0, REPEATS_MAX),
        Some('?') => (0, 1),
        Some('{') => return counted(&rest[1..]).ok_or(FormError::Repetition),
        _ => return Ok(((1, 1), rest)),
    };
    Ok((bounds, &rest[1..]))
}

/// `6}`, `6,}`, `6,10}`.
fn counted(rest: &str) -> Option<((u16, u16), &str)> {
    let (inside, behind) = rest.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let least: u16 = least.parse().ok()?;
    let most: u16 = if most.is_empty() { REPEATS_MAX } else { most.parse().ok()? };
    (least <= most && most > 0 && most <= REPEATS_MAX).then_some(((least, most), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, text: &str, expected: Option<&str>) {
        let form = Form::parse(form).expect("a form");
        assert_eq!(form.length_at_start(text).map(|length| &text[..length]), expected);
    }

    #[test]
    fn pieces_match_one_behind_the_other() {
        check("EMP-[0-9]{6}", "EMP-1234567", Some("EMP-123456"));
        check("EMP-[0-9]{6}", "EMP-12345", None);
        check(r"v\d+\.\d+", "v10.2.3", Some("v10.2"));
        check("[a-fA-F0-9-]{4,8}", "ab-CD!", Some("ab-CD"));
        check("sid=[^; ]+", "sid=ключ7; x", Some("sid=ключ7"));
        check(r"\w+\[\d?\]", "ab_1[]", Some("ab_1[]"));
        check("客[0-9]*", "客77x", Some("客77"));
    }

    #[test]
    fn what_is_no_form_says_why() {
        for (text, expected) in [
            ("a|b", FormError::Sign('|')),
            ("a.b", FormError::Sign('.')),
            ("(a)", FormError::Sign('(')),
            (r"a\", FormError::Sign('\\')),
            (r"\p", FormError::Sign('\\')),
            ("[a-", FormError::Set),
            ("[]", FormError::Set),
            ("[z-a]", FormError::Set),
            ("{3}", FormError::Repetition),
            ("a{3,2}", FormError::Repetition),
            ("a{9999}", FormError::Repetition),
            ("a**", FormError::Repetition),
            ("", FormError::Nothing),
            ("a*b?", FormError::Nothing),
        ] {
            assert_eq!(Form::parse(text), Err(expected), "{text}");
        }
        assert_eq!(Form::parse(&"a".repeat(201)), Err(FormError::Long));
    }
}

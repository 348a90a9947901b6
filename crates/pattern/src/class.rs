//! What each byte of a message is, as one table: a word's bytes are or-ed together while it is scanned.
//!
//! One look-up per byte tells whether a word goes on, and after the word what it is made of, so that plain words,
//! which are most of every log, are copied without a second look.

/// A set of byte classes.
pub(crate) type Flags = u16;

/// a to z.
pub(crate) const LOWER: Flags = 1;
/// A to Z.
pub(crate) const UPPER: Flags = 1 << 1;
/// 0 to 9.
pub(crate) const DIGIT: Flags = 1 << 2;
/// `.`
pub(crate) const DOT: Flags = 1 << 3;
/// `-`
pub(crate) const DASH: Flags = 1 << 4;
/// `_`
pub(crate) const UNDER: Flags = 1 << 5;
/// `/`
pub(crate) const SLASH: Flags = 1 << 6;
/// `:`
pub(crate) const COLON: Flags = 1 << 7;
/// `@`
pub(crate) const AT: Flags = 1 << 8;
/// `\`
pub(crate) const BACKSLASH: Flags = 1 << 9;
/// `+`, `%` and `$`, which join words.
pub(crate) const JOINER: Flags = 1 << 10;
/// Every byte of a character beyond ASCII.
pub(crate) const HIGH: Flags = 1 << 11;
/// Space, tab, line ends and all other control characters; ends a word.
pub(crate) const BLANK: Flags = 1 << 12;
/// `"`, `'` and the back quote; ends a word.
pub(crate) const QUOTE: Flags = 1 << 13;
/// Brackets, comma, `=` and the other punctuation; ends a word.
pub(crate) const PUNCTUATION: Flags = 1 << 14;

/// All that ends a word.
pub(crate) const BREAK: Flags = BLANK | QUOTE | PUNCTUATION;
/// Letters of any script.
pub(crate) const LETTER: Flags = LOWER | UPPER | HIGH;

static CLASS: [Flags; 256] = table();

/// The class of a byte.
#[inline(always)]
pub(crate) fn class(byte: u8) -> Flags {
    CLASS[byte as usize]
}

/// Whether the byte has one of these classes.
#[inline(always)]
pub(crate) fn is(byte: u8, flags: Flags) -> bool {
    class(byte) & flags != 0
}

/// The classes of all bytes together.
pub(crate) fn flags_of(bytes: &[u8]) -> Flags {
    bytes.iter().fold(0, |flags, &byte| flags | class(byte))
}

/// Where the word that starts here ends, and what it is made of.
#[inline(always)]
pub(crate) fn word_end(text: &[u8], start: usize) -> (usize, Flags) {
    let mut flags = 0;
    let mut at = start;
    while let Some(&[a, b, c, d]) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        // Four bytes for one look at the bounds.
        for byte in [a, b, c, d] {
            let class = class(byte);
            if class & BREAK != 0 {
                return (at, flags);
            }
            flags |= class;
            at += 1;
        }
    }
    while let Some(&byte) = text.get(at)
        && !is(byte, BREAK)
    {
        flags |= class(byte);
        at += 1;
    }
    (at, flags)
}

/// How many ASCII letters stand at the start of eight bytes: compared all at once, since most bytes of every log are letters.
#[inline(always)]
pub(crate) fn leading_letters(bytes: [u8; 8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * ONES;
    let folded = u64::from_le_bytes(bytes) | (0x20 * ONES);
    // The highest bit of a byte tells whether it reached the bound. A byte beyond ASCII is no letter, and may carry into those
    // behind it, which are not asked for any more.
    let from_a = folded.wrapping_add((0x80 - b'a' as u64) * ONES);
    let past_z = folded.wrapping_add((0x7f - b'z' as u64) * ONES);
    let letters = from_a & !past_z & !folded & HIGHEST;
    ((letters ^ HIGHEST).trailing_zeros() / 8) as usize
}

const fn table() -> [Flags; 256] {
    let mut table = [PUNCTUATION; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => DASH,
            b'_' => UNDER,
            b'/' => SLASH,
            b':' => COLON,
            b'@' => AT,
            b'\\' => BACKSLASH,
            b'+' | b'%' | b'$' => JOINER,
            b'"' | b'\'' | b'`' => QUOTE,
            0..=b' ' | 0x7f => BLANK,
            0x80..=0xff => HIGH,
            _ => PUNCTUATION,
        };
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_exactly_one_class() {
        for byte in 0..=u8::MAX {
            assert_eq!(class(byte).count_ones(), 1, "byte {byte}");
        }
    }

    #[test]
    fn letters_are_counted_up_to_the_first_byte_that_is_none() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut bytes = *b"aZmAzqEy";
                bytes[place] = byte;
                let expected = if byte.is_ascii_alphabetic() { 8 } else { place };
                assert_eq!(leading_letters(bytes), expected, "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_word_ends_at_blanks_and_punctuation_but_not_at_joiners() {
        assert_eq!(word_end(b"a-b_c.d:e/f@g+h=i", 0).0, 15);
        assert_eq!(word_end(b"ab cd", 3), (5, LOWER));
    }
}

//! Text that is no UTF-8, as spreadsheets and older programs of western Europe write it: Windows-1252, of which Latin-1 is a part.
//!
//! Nothing in a file says in which of the many encodings of one byte a letter it is written. So it is asked only whether this
//! one fits: bytes above ASCII that are no UTF-8 anywhere, nearly all of them letters of it that stand beside letters. A
//! remark says that it was guessed. What it cannot do: tell the letters of Poland, Greece or Russia, which look alike here.

use std::borrow::Cow;
use std::io::{self, Read};

/// Single bytes may be damage.
const LETTERS_MIN: usize = 3;
const CHUNK_BYTES: usize = 64 << 10;

/// The characters of 0x80 to 0x9F; five stand for nothing.
const TYPOGRAPHY: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}',
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

/// What is to be known of a file that was read so.
pub(crate) const REMARK: &str = "is no UTF-8 and was read as Windows-1252 (Latin-1); if its letters are wrong, convert it with \
                                 `iconv -f ENCODING -t UTF-8` first";

/// Whether the head of a file is most likely text in Windows-1252.
pub(crate) fn is_windows_1252(head: &[u8]) -> bool {
    if std::str::from_utf8(head).is_ok() {
        return false;
    }
    let (mut high, mut letters) = (0, 0);
    for chunk in head.utf8_chunks() {
        if !chunk.valid().is_ascii() {
            return false;
        }
    }
    for (at, &byte) in head.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()) {
        let is_letter =
            |at: Option<usize>| at.and_then(|at| head.get(at)).is_some_and(u8::is_ascii_alphabetic);
        high += 1;
        letters += usize::from(byte >= 0xC0 && (is_letter(at.checked_sub(1)) || is_letter(Some(at + 1))));
    }
    letters >= LETTERS_MIN && letters * 5 >= high * 4
}

/// The same text in UTF-8.
pub(crate) fn to_utf_8(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    append(bytes, &mut text);
    text
}

fn append(bytes: &[u8], text: &mut Vec<u8>) {
    for &byte in bytes {
        match byte {
            0x80..=0x9F => {
                let letter = TYPOGRAPHY[usize::from(byte - 0x80)];
                text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            0xA0.. => text.extend_from_slice(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes()),
            _ => text.push(byte),
        }
    }
}

/// Passes on what comes, in UTF-8. Bytes are counted as they leave it.
pub(crate) struct Converted<R> {
    inner: R,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
}

impl<R: Read> Converted<R> {
    /// Text in Windows-1252.
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, raw: vec![0; CHUNK_BYTES], text: Vec::new(), at: 0 }
    }
}

impl<R: Read> Read for Converted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            let count = self.inner.read(&mut self.raw)?;
            self.text.clear();
            self.at = 0;
            append(&self.raw[..count], &mut self.text);
        }
        let count = into.len().min(self.text.len() - self.at);
        into[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The head of a file as text that can be understood, and whether it had to be converted.
pub(crate) fn understood(head: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if is_windows_1252(head) { (Cow::Owned(to_utf_8(head)), true) } else { (Cow::Borrowed(head), false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], expected: bool) {
        assert_eq!(is_windows_1252(head), expected, "{}", String::from_utf8_lossy(head));
    }

    #[test]
    fn western_letters_among_others_are_told_from_damage_and_from_utf_8() {
        check(b"Gr\xF6\xDFe;B\xE4cker\nM\xFCller", true);
        check("Größe;Bäcker\nMüller".as_bytes(), false);
        check(b"plain ASCII", false);
        check(b"one stray \xFF byte, and damage\xC0\xC0\xC0here", false);
        check(b"\xC3\xA4 good and b\xE4d and w\xF6rse and w\xFCrst", false);
        check(&[0xAA, 0xBB, 0x81, 0x90, 0x99, b'a', 0xAA, 0x80], false);
    }

    #[test]
    fn what_is_converted_is_the_same_text_whatever_the_reader_asks_for() {
        let mut text = Vec::new();
        let mut converted = Converted::new(&b"5 \x80 f\xFCr B\xE4ume\n"[..]);
        let mut byte = [0];
        while converted.read(&mut byte).expect("memory can be read") == 1 {
            text.push(byte[0]);
        }
        assert_eq!(String::from_utf8(text).expect("it is UTF-8"), "5 € für Bäume\n");
    }
}

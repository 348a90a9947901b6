//! One JSON object of the plain kind to its fields, eight bytes at a time.
//!
//! Plain is what nearly all loggers write: texts without escapes, numbers, words, objects in objects, spaces between
//! them at most. Everything else (arrays, control characters, too much of anything, every kind of mistake) is left to
//! the reader behind this one, so that nothing is decided here that could be decided otherwise there.

use crate::json::{DEPTH_MAX, Fields, Span, Value};

/// Integers of so many digits fit.
const DIGITS_MAX: usize = 18;
const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH_BITS: u64 = ONES << 7;

/// Reads the line, if it is one plain object and nothing else; `None` leaves fields that mean nothing.
pub(crate) fn read(fields: &mut Fields, line: &str) -> Option<()> {
    let mut reader = Reader { fields, line, bytes: line.as_bytes(), at: 0 };
    reader.expect(b'{')?;
    reader.object(None, 0)?;
    reader.skip_spaces();
    (reader.at == line.len()).then_some(())
}

struct Reader<'f, 'l> {
    fields: &'f mut Fields,
    line: &'l str,
    bytes: &'l [u8],
    at: usize,
}

impl Reader<'_, '_> {
    /// The fields of an object behind its brace, and the brace that closes it.
    fn object(&mut self, prefix: Option<Span>, depth: usize) -> Option<()> {
        if self.next()? == b'}' {
            return Some(());
        }
        self.at -= 1;
        loop {
            self.expect(b'"')?;
            let key = self.text()?;
            self.expect(b':')?;
            if self.fields.is_full() {
                return None;
            }
            let key = self.fields.joined(self.line, prefix, key);
            self.value(key, depth)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn value(&mut self, key: Span, depth: usize) -> Option<()> {
        let value = match self.next()? {
            b'"' => Value::Text(self.text()?),
            b'{' if depth < DEPTH_MAX => return self.object(Some(key), depth + 1),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("rue", Value::Bool(true))?,
            b'f' => self.word("alse", Value::Bool(false))?,
            b'n' => self.word("ull", Value::Null)?,
            _ => return None,
        };
        self.fields.push(key, value);
        Some(())
    }

    /// A text behind its opening quote, up to and with the closing one.
    fn text(&mut self) -> Option<Span> {
        let start = self.at;
        loop {
            let Some(chunk) = self.bytes[self.at..].first_chunk() else { return self.short_text(start) };
            let special = specials(u64::from_le_bytes(*chunk));
            if special != 0 {
                self.at += special.trailing_zeros() as usize / 8;
                return self.end_of_text(start);
            }
            self.at += 8;
        }
    }

    /// The same within the last bytes of the line.
    fn short_text(&mut self, start: usize) -> Option<Span> {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        self.end_of_text(start)
    }

    fn end_of_text(&mut self, start: usize) -> Option<Span> {
        let end = self.at;
        self.at += 1;
        (self.bytes[end] == b'"').then(|| Span::of_line(start, end))
    }

    /// A number whose first byte was read.
    fn number(&mut self) -> Option<Value> {
        let start = self.at - 1;
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        self.at = start + length;
        let number = &rest[..length];
        let digits = number.strip_prefix(b"-").unwrap_or(number);
        let is_whole = digits.iter().all(u8::is_ascii_digit);
        if is_whole && (1..=DIGITS_MAX).contains(&digits.len()) && digits[0] != b'0' {
            let whole = digits.iter().fold(0, |whole, digit| whole * 10 + i64::from(digit - b'0'));
            return Some(Value::Integer(if digits.len() < length { -whole } else { whole }));
        }
        if is_whole {
            return (number == b"0").then_some(Value::Integer(0));
        }
        // Rounded as the other reader rounds.
        serde_json::from_str(&self.line[start..self.at]).ok().map(Value::Float)
    }

    fn word(&mut self, rest: &str, value: Value) -> Option<Value> {
        let is_there = self.bytes[self.at..].starts_with(rest.as_bytes());
        self.at += rest.len();
        is_there.then_some(value)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// The next byte that is no space.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.skip_spaces();
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }
}

/// The high bit of the first byte that is a quote, a backslash or a control character, and perhaps of some behind it.
fn specials(bytes: u64) -> u64 {
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes & HIGH_BITS;
    let is = |byte: u8| below(bytes ^ (ONES * u64::from(byte)), 1);
    below(bytes, 0x20) | is(b'"') | is(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for (place, filler) in
                (0..8).flat_map(|place| [b'a', 0xff, 0x80, 0x23, 0x5d].map(|filler| (place, filler)))
            {
                let mut bytes = [filler; 8];
                bytes[place] = byte;
                let first = specials(u64::from_le_bytes(bytes)).trailing_zeros() as usize / 8;
                let expected = if matches!(byte, b'"' | b'\\' | 0..0x20) { place } else { 8 };
                assert_eq!(first, expected, "{byte} at {place} among {filler}");
            }
        }
    }
}

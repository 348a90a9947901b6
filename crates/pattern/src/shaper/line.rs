//! One line on its way into a shape: what is constant is copied, what varies is replaced by what it is.
//!
//! Plain words are skipped in stretches; a word that holds a digit or a telling sign, a quote, a separator and a quantity are
//! looked at where they stand. It knows one line and never what other lines said.

use std::ops::Range;

use crate::class::{
    AT, BACKSLASH, BLANK, BREAK, COLON, DASH, DIGIT, DOT, Flags, HIGH, LETTER, QUOTE, SLASH, UNDER, class,
    flags_of, is, word_end,
};
use crate::guard::Guards;
use crate::kind::Kind;
use crate::lexeme;
use crate::mask::count_secrets;
use crate::rules::Rules;
use crate::secret::{self, Found, Sort};
use crate::word::{self, Context};
use crate::writer::Writer;

use super::Shaper;

/// Digits alone are a number up to this length.
const NUMBER_BYTES_MAX: usize = 32;
/// A quoted value is looked for within so many bytes.
const QUOTED_BYTES_MAX: usize = 512;
/// A quoted value that is longer is data, whatever it says.
const QUOTED_WORDS_BYTES_MAX: usize = 40;
/// Words that say what is done to the path behind them.
const METHODS: [&[u8]; 7] = [b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS"];
/// The longest key that names one of many.
const NAMING_KEY_BYTES_MAX: usize = 8;
/// Words that need a second look.
const SLOW: Flags = DIGIT | AT | SLASH | BACKSLASH;

/// One line on its way into a shape.
pub(super) struct Line<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Whether the text was cut, so that its last word may be half a secret.
    is_cut: bool,
    out: &'a mut Writer,
    masked: &'a mut u32,
    rules: Option<&'a Rules>,
    guards: &'a mut Guards,
    at: usize,
    /// All before this was written.
    written: usize,
    /// No second card number is looked for before this.
    card_until: usize,
    /// No quote closes before this.
    unclosed_until: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str, is_cut: bool, shaper: &'a mut Shaper) -> Self {
        let (out, masked) = (&mut shaper.out, &mut shaper.masked);
        Self {
            text,
            bytes: text.as_bytes(),
            is_cut,
            out,
            masked,
            rules: shaper.rules.as_deref(),
            guards: &mut shaper.guards,
            at: 0,
            written: 0,
            card_until: 0,
            unclosed_until: 0,
        }
    }

    pub(super) fn run(&mut self) {
        while self.at < self.bytes.len() && !self.out.is_full() {
            self.at = secret::past_plain_words(self.bytes, self.at);
            self.step();
        }
        self.flush(self.at);
    }

    #[inline(always)]
    fn step(&mut self) {
        let (end, flags) = word_end(self.bytes, self.at);
        if end > self.at {
            self.word(end, flags);
        } else {
            self.separator(self.bytes[self.at]);
        }
    }

    /// All up to the name of a thread, and its wildcard.
    #[inline(never)]
    pub(super) fn thread(&mut self, name: Range<usize>) {
        if self.rules.is_some_and(|rules| rules.keeps(&self.text[name.clone()])) {
            return;
        }
        while self.at < name.start {
            self.step();
        }
        *self.masked += count_secrets(&self.text[name.clone()]);
        self.replace(name.start, name.end, Kind::Word);
    }

    /// Writes what stands between what was written and `until` as it is.
    #[inline(always)]
    fn flush(&mut self, until: usize) {
        if until > self.written {
            self.out.push(&self.text[self.written..until]);
        }
        self.written = self.written.max(until);
    }

    #[inline(always)]
    fn word(&mut self, end: usize, flags: Flags) {
        let start = self.at;
        if let Some(found) = secret::find(self.bytes, start, end, flags) {
            if found.sort != Sort::Card {
                return self.hide(found, end);
            }
            self.count_card(found);
        }
        if self.is_cut && end == self.bytes.len() {
            return self.replace(start, end, Kind::Str);
        }
        if flags == DIGIT && end - start <= NUMBER_BYTES_MAX {
            return self.replace(start, end, Kind::Num);
        }
        if flags & SLOW != 0 || (flags & DOT != 0 && word::may_be_host(&self.bytes[start..end])) {
            if self.keeps(start, end) {
                self.at = end;
                return;
            }
            self.flush(start);
            let context = self.context(start, end, flags);
            self.out.mark();
            word::write(self.out, &self.text[start..end], flags, context);
            self.written = end;
            if flags & DIGIT != 0 && self.guards.is_watching() {
                self.guards.word(self.bytes, start, end, self.out.has_digit_since());
            }
            if flags & COLON != 0
                && let Some(has_day) = self.out.time_at_end()
            {
                if self.guards.is_watching() {
                    self.guards.behind_time(self.bytes, end);
                }
                let behind = lexeme::zone_and_year(&self.bytes[end..], has_day);
                self.written += behind;
                self.at = self.written;
                return;
            }
            if context == Context::Route && self.bytes.get(end) == Some(&b'?') {
                return self.query(end + 1);
            }
        }
        self.at = end;
    }

    /// Whether somebody asked for this word to stay as it is.
    #[inline(always)]
    fn keeps(&self, start: usize, end: usize) -> bool {
        let word = || self.text[start..end].trim_end_matches(['.', ':']);
        self.rules.is_some_and(|rules| rules.keeps(word()))
    }

    /// The query of a route is data as a whole: which parameters come, and in which order, is up to the caller.
    fn query(&mut self, start: usize) {
        let length = self.bytes[start..].iter().take_while(|&&byte| !is(byte, BLANK | QUOTE)).count();
        *self.masked += count_secrets(&self.text[start..start + length]);
        self.replace(start, start + length, Kind::Str);
    }

    fn count_card(&mut self, found: Found) {
        if found.from >= self.card_until {
            *self.masked += 1;
            self.card_until = found.to;
        }
    }

    /// Writes the word up to the secret, and the secret's wildcard.
    fn hide(&mut self, found: Found, word_end: usize) {
        let start = self.at;
        self.flush(start);
        let before = &self.text[start..found.from.min(word_end)];
        word::write(self.out, before, flags_of(before.as_bytes()), Context::Plain);
        if found.from > word_end {
            let mut gap = self.text[word_end..found.from].split(' ').filter(|part| !part.is_empty());
            self.out.push(gap.next().unwrap_or(""));
            gap.for_each(|part| {
                self.out.space();
                self.out.push(part);
            });
            if is(self.bytes[found.from - 1], BLANK) {
                self.out.space();
            }
        }
        self.out.wildcard(if found.sort == Sort::Email { Kind::Email } else { Kind::Secret });
        *self.masked += 1;
        self.written = found.to;
        self.at = found.to;
    }

    fn replace(&mut self, start: usize, end: usize, kind: Kind) {
        self.flush(start);
        self.out.wildcard(kind);
        self.written = end;
        self.at = end;
    }

    /// Behind an HTTP method a path is a route; the name in a closing tag (`</state>`) is kept like one.
    fn context(&self, start: usize, end: usize, flags: Flags) -> Context {
        if flags & SLASH == 0 || self.bytes[start] != b'/' || start < 4 {
            return Context::Plain;
        }
        if self.bytes[start - 1] == b'<' && self.bytes.get(end) == Some(&b'>') {
            let is_name = !self.bytes[start + 1..end].contains(&b'/');
            return if is_name { Context::Route } else { Context::Plain };
        }
        let before = self.bytes[..start].trim_ascii_end();
        let begin = before.iter().rposition(|byte| !byte.is_ascii_uppercase()).map_or(0, |at| at + 1);
        if METHODS.contains(&&before[begin..]) { Context::Route } else { Context::Plain }
    }

    #[inline(always)]
    fn separator(&mut self, byte: u8) {
        let class = class(byte);
        if class & BLANK != 0 {
            let next = self.bytes.get(self.at + 1).copied().unwrap_or(b' ');
            if byte == b' ' && !is(next, BLANK) && self.at > 0 {
                self.at += 1;
            } else {
                self.blanks();
            }
        } else if class & QUOTE != 0 {
            self.quote(byte);
        } else {
            match byte {
                b'=' => self.value(),
                b'(' | b'<' => self.quantity(byte),
                _ => self.at += 1,
            }
        }
    }

    /// Behind a key that names one of many, a word is no more constant than an identifier with digits.
    #[inline(never)]
    fn value(&mut self) {
        self.at += 1;
        let before = &self.bytes[..self.at - 1];
        let key_letters =
            before.iter().rev().take(NAMING_KEY_BYTES_MAX + 1).take_while(|&&byte| !is(byte, BREAK));
        if !is_naming_key(&before[before.len() - key_letters.count()..]) {
            return;
        }
        let (end, flags) = word_end(self.bytes, self.at);
        if end > self.at && flags & !(LETTER | DOT | DASH | UNDER) == 0 && !self.keeps(self.at, end) {
            self.replace(self.at, end, Kind::Id);
        }
    }

    /// `2048 bytes (2.00 KB)` says a size twice, and `<1 sec` is a duration like any other.
    #[inline(never)]
    fn quantity(&mut self, sign: u8) {
        let rest = &self.bytes[self.at + 1..];
        if !rest.first().is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            return;
        }
        let number = rest.iter().take_while(|&&byte| is(byte, DIGIT | DOT)).count();
        let behind = &rest[number..];
        let unit_from = usize::from(behind.first() == Some(&b' '));
        let unit = behind[unit_from..].iter().take_while(|&&byte| is(byte, LETTER)).count();
        let end = self.at + 1 + number + unit_from + unit;
        let unit = &behind[unit_from..unit_from + unit];
        if sign == b'<' && lexeme::is_time_unit(unit) {
            return self.replace(self.at, end, Kind::Num);
        }
        let is_repeated = sign == b'(' && self.bytes.get(end) == Some(&b')') && lexeme::is_size_unit(unit);
        if is_repeated && self.bytes[..self.at].ends_with(b"bytes ") {
            self.flush(self.at - 1);
            self.at = end + 1;
            self.written = self.at;
            return;
        }
        self.at += 1;
    }

    /// One space for all blanks; control characters and the escape sequences of terminals are nothing.
    fn blanks(&mut self) {
        self.flush(self.at);
        let mut is_space = false;
        while let Some(&byte) = self.bytes.get(self.at)
            && is(byte, BLANK)
        {
            self.at += 1;
            is_space |= matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c);
            if byte == 0x1b && self.bytes.get(self.at) == Some(&b'[') {
                let rest = &self.bytes[self.at + 1..];
                let parameters = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'?')).count();
                self.at = self.bytes.len().min(self.at + 2 + parameters);
                self.at = self.text.ceil_char_boundary(self.at);
            }
        }
        if is_space {
            self.out.space();
        }
        self.written = self.at;
    }

    /// A quoted value becomes a wildcard if it holds data, and stays if it is a plain word.
    fn quote(&mut self, quote: u8) {
        let start = self.at;
        self.at += 1;
        let opens = start == 0 || !is(self.bytes[start - 1], LETTER | DIGIT);
        if !opens || start < self.unclosed_until {
            return;
        }
        let Some(end) = self.closing_quote(start + 1, quote) else {
            self.unclosed_until = self.bytes.len().min(start + QUOTED_BYTES_MAX);
            return;
        };
        let value = &self.text[start + 1..end];
        if is_data(value) {
            *self.masked += count_secrets(value);
            self.replace(start + 1, end, Kind::Str);
        }
    }

    fn closing_quote(&self, from: usize, quote: u8) -> Option<usize> {
        let stop = self.bytes.len().min(from + QUOTED_BYTES_MAX);
        let mut at = from;
        while at < stop {
            let byte = self.bytes[at];
            if byte == b'\\' {
                at += 1;
            } else if byte == quote && self.bytes.get(at + 1).is_none_or(|&next| !is(next, LETTER | DIGIT)) {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

/// Whether what stands behind this key is the name of one user or machine among many.
fn is_naming_key(key: &[u8]) -> bool {
    const KEYS: [&[u8]; 12] = [
        b"user",
        b"username",
        b"login",
        b"logname",
        b"ruser",
        b"owner",
        b"account",
        b"host",
        b"hostname",
        b"rhost",
        b"name",
        b"tag",
    ];
    (3..=NAMING_KEY_BYTES_MAX).contains(&key.len())
        && KEYS.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// Whether a quoted text is a value: long, or of several words with a digit or a path among them.
///
/// A single word is judged as any other word is, and a request line (`"GET /orders HTTP/1.1"`) by its words.
fn is_data(value: &str) -> bool {
    let flags = flags_of(value.as_bytes());
    if flags & BLANK == 0 {
        return value.len() > QUOTED_WORDS_BYTES_MAX
            && !value.contains("://")
            && flags & (SLASH | HIGH) != SLASH;
    }
    if is_request_line(value) {
        return false;
    }
    flags & (DIGIT | SLASH | BACKSLASH) != 0 || value.len() > QUOTED_WORDS_BYTES_MAX
}

/// Whether a text begins with an HTTP method, as in `GET /orders HTTP/1.1`.
pub(crate) fn is_request_line(text: &str) -> bool {
    let method = text.split(' ').next().unwrap_or("");
    METHODS.contains(&method.as_bytes())
}

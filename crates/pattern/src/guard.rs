//! What a message must share with another one that differs from it in digits alone, so that both have one shape.
//!
//! Nearly all digits say nothing to a shape: `took 12 ms` and `took 97 ms` are one. A few do: `utf8` is a word and `utf9` would be
//! another, `10.0.0.999` is no address, a right check digit makes a card of a number. While a message is shaped, each such place
//! is noted as a [`Guard`]; where it cannot be said in a few guards, the message is not sure to be like any other.
//!
//! It errs on the side of too many guards: one that is not needed costs time, one that is missing would cost the truth.

use std::ops::Range;

use crate::class::{DIGIT, LETTER, is};
use crate::lexeme;

/// More places than this are not watched.
const GUARDS_MAX: usize = 8;
/// Cards have at least so many digits.
const CARD_DIGITS_MIN: usize = 13;
/// The longest card.
const CARD_DIGITS_MAX: usize = 19;
/// Accounts have at least so many letters and digits.
const ACCOUNT_BYTES_MIN: usize = 15;

/// What must hold of a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Check {
    /// The bytes are the same.
    Same,
    /// A valid IPv4 address.
    Address,
    /// No width that names of encodings and types end in.
    NoWidth,
    /// Begins with 0 or 1, as no card does.
    NoCard,
    /// Begins with 1 or 2, as years do; or does not.
    Year(bool),
    /// Begins with 19 or 20; or does not.
    Century(bool),
}

/// A place of a message and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    from: u16,
    to: u16,
    check: Check,
}

/// The guards of the message that is being shaped.
#[derive(Default)]
pub(crate) struct Guards {
    found: Vec<Guard>,
    is_watching: bool,
    is_sure: bool,
}

impl Guards {
    /// Begins to watch a message of at most 64 KiB.
    pub(crate) fn watch(&mut self) {
        self.found.clear();
        (self.is_watching, self.is_sure) = (true, true);
    }

    /// Ends watching; says what was found of the message, or nothing where that does not suffice.
    pub(crate) fn end(&mut self, message: &[u8]) -> Option<&[Guard]> {
        self.is_watching = false;
        self.sums(message);
        self.is_sure.then_some(&self.found)
    }

    /// Whether somebody wants to know.
    #[inline(always)]
    pub(crate) fn is_watching(&self) -> bool {
        self.is_watching
    }

    fn add(&mut self, from: usize, to: usize, check: Check) {
        let (Ok(from), Ok(to)) = (u16::try_from(from), u16::try_from(to)) else {
            self.is_sure = false;
            return;
        };
        self.is_sure &= self.found.len() < GUARDS_MAX;
        if self.is_sure {
            self.found.push(Guard { from, to, check });
        }
    }

    /// Notes a word with digits; `is_kept` says that some of them are in the shape.
    pub(crate) fn word(&mut self, text: &[u8], start: usize, end: usize, is_kept: bool) {
        if is_kept {
            return self.add(start, end, Check::Same);
        }
        let mut at = start;
        while let Some(run) = next_run(text, at, end) {
            self.run(text, start, run.clone(), end);
            at = run.end;
        }
        self.addresses(text, start, end);
    }

    fn run(&mut self, text: &[u8], start: usize, run: Range<usize>, end: usize) {
        let (from, to) = (run.start, run.end);
        let behind = text[..end].get(to).copied();
        let before = &text[start..from];
        if to - from == 1 && matches!(behind, Some(b'x' | b'X')) {
            self.add(from, to, Check::Same);
        }
        if to - from == 4 && matches!(behind, Some(b'-' | b'/')) {
            self.add(from, to, Check::Year(is_year_like(&text[from..to])));
        }
        // `x86_64` is the one name in which digits mean something because of those before them.
        if let [.., b'x', b'8', b'6', sign] = before
            && !is(*sign, LETTER | DIGIT)
        {
            self.add(from, to, Check::Same);
        }
        let ends_a_name = before.last().is_some_and(|&last| is(last, LETTER))
            && behind.is_none_or(|next| !next.is_ascii_alphanumeric());
        if ends_a_name && (2..=4).contains(&(to - from)) {
            let check = if lexeme::is_width(&text[from..to]) { Check::Same } else { Check::NoWidth };
            self.add(from, to, check);
        }
    }

    /// Whatever is written as an address.
    fn addresses(&mut self, text: &[u8], start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let length =
                text[at..end].iter().take_while(|&&byte| byte.is_ascii_digit() || byte == b'.').count();
            let stretch = &text[at..at + length];
            let from = at + stretch.iter().take_while(|&&byte| byte == b'.').count();
            let to = at + stretch.iter().rposition(|&byte| byte != b'.').map_or(0, |last| last + 1);
            at += length.max(1);
            if from >= to {
                continue;
            }
            let parts = text[from..to].split(|&byte| byte == b'.');
            if parts.clone().count() == 4 && parts.into_iter().all(|part| (1..=3).contains(&part.len())) {
                let check = if lexeme::is_ipv4(&text[from..to]) { Check::Address } else { Check::Same };
                self.add(from, to, check);
            }
        }
    }

    /// Notes that a time of day ends at `end`: what may be its year stands right behind it, or behind a zone.
    pub(crate) fn behind_time(&mut self, text: &[u8], end: usize) {
        for zone in [0, 4, 5] {
            let from = end + zone + 1;
            if text.get(from..from + 4).is_some_and(|year| year.iter().all(u8::is_ascii_digit)) {
                self.add(from, from + 4, Check::Century(is_century_like(&text[from..from + 4])));
            }
        }
    }

    /// Looks at the whole message for what only a sum of its digits, or a name with digits in it, tells from other words.
    fn sums(&mut self, text: &[u8]) {
        let mut at = 0;
        while let Some(run) = next_run(text, at, text.len()) {
            at = self.numbers(text, run.clone());
            let before = &text[..run.start];
            self.is_sure &= !may_be_account(text, &run)
                && ![&b"ya"[..], b"dop_v", b"sq", b"%"].iter().any(|end| before.ends_with(end));
        }
        // The tag that closes an element is compared with the one that opened it.
        self.is_sure &= memchr::memmem::find(text, b"</").is_none();
    }

    /// Notes what may be a card, in one piece or in groups, and returns where to go on.
    fn numbers(&mut self, text: &[u8], run: Range<usize>) -> usize {
        let mut digits = run.len();
        let mut end = run.end;
        while let Some([b' ' | b'-', b'0'..=b'9', ..]) = text.get(end..) {
            let group = text[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits += group;
            end += 1 + group;
        }
        if digits < CARD_DIGITS_MIN {
            return end;
        }
        let before = &text[..run.start];
        if is_inside_word(before) {
            return run.end;
        }
        if end > run.end || is_encoded(before) {
            self.is_sure = false;
        } else if digits <= CARD_DIGITS_MAX + 2 {
            self.is_sure &= matches!(text[run.start], b'0' | b'1');
            self.add(run.start, run.end, Check::NoCard);
        }
        end
    }
}

/// Whether no card can begin behind this, since the word has begun before: not where a duration (`<1 sec`) may have ended it.
fn is_inside_word(before: &[u8]) -> bool {
    !is_encoded(before)
        && match before {
            [.., b'.' | b'_'] | [.., b'_', b'-'] => true,
            [.., last] => last.is_ascii_alphabetic() && !before.contains(&b'<'),
            [] => false,
        }
}

/// Whether a sign may be encoded right before (`%3D`): behind it something begins, in the middle of digits, too.
fn is_encoded(before: &[u8]) -> bool {
    before.iter().rev().take(3).any(|&byte| byte == b'%')
}

/// The next digits in `from..end`.
fn next_run(text: &[u8], from: usize, end: usize) -> Option<Range<usize>> {
    let start = from + text[from..end].iter().position(u8::is_ascii_digit)?;
    let length = text[start..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some(start..start + length)
}

/// Whether these digits may be the check digits of a bank account: two capitals of their own before them, and as much behind them as it takes.
fn may_be_account(text: &[u8], run: &Range<usize>) -> bool {
    let [rest @ .., a, b] = &text[..run.start] else { return false };
    let is_word = !rest.last().is_some_and(u8::is_ascii_alphanumeric) || rest.contains(&b'%');
    if !(is_word && a.is_ascii_uppercase() && b.is_ascii_uppercase()) {
        return false;
    }
    let belongs =
        |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b' ' | b'-');
    let characters = text[run.start..].iter().take_while(belongs).filter(|byte| byte.is_ascii_alphanumeric());
    characters.take(ACCOUNT_BYTES_MIN - 2).count() + 2 == ACCOUNT_BYTES_MIN
}

fn is_year_like(digits: &[u8]) -> bool {
    matches!(digits.first(), Some(b'1' | b'2'))
}

fn is_century_like(digits: &[u8]) -> bool {
    digits.starts_with(b"19") || digits.starts_with(b"20")
}

impl Guard {
    /// Whether it needs to know the bytes of the first message.
    pub(crate) fn literal<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        match self.check {
            Check::Same => self.place(message),
            _ => &[],
        }
    }

    /// Whether it holds of a message; `literals` begins with the bytes that were noted, which are taken from it.
    #[inline]
    pub(crate) fn holds(&self, message: &[u8], literals: &mut &[u8]) -> bool {
        let place = self.place(message);
        match self.check {
            Check::Same => {
                let (noted, rest) = literals.split_at(place.len());
                *literals = rest;
                noted == place
            }
            Check::Address => lexeme::is_ipv4(place),
            Check::NoWidth => !lexeme::is_width(place),
            Check::NoCard => matches!(place[0], b'0' | b'1'),
            Check::Year(is_year) => is_year_like(place) == is_year,
            Check::Century(is_century) => is_century_like(place) == is_century,
        }
    }

    fn place<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        &message[usize::from(self.from)..usize::from(self.to)]
    }
}

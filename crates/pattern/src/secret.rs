//! Finds what must not be kept: keys and tokens, values of secret keys, credentials in URLs, private keys, e-mail addresses,
//! card numbers and bank accounts.
//!
//! Both the shape and the masked exemplar ask this one function at every word, so that what one hides the other cannot show.
//! It sees a text and no meaning: a secret that looks like any other word and stands behind no telling key is not found.

use crate::checksum;
use crate::class::{
    AT, BLANK, COLON, DASH, DIGIT, DOT, Flags, HIGH, JOINER, LETTER, LOWER, SLASH, UNDER, UPPER, is,
    leading_letters, word_end,
};
use crate::key_value;
use crate::provider;
use crate::random;
use crate::stated;
use crate::userinfo;

/// What kind of secret was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// A key, token, password or private key.
    Secret,
    /// An e-mail address.
    Email,
    /// A card number: digits, which a shape shows as the numbers that they are, so that a check digit does not divide shapes.
    Card,
}

/// Where it stands; `from` may lie behind the word that gave it away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) sort: Sort,
}

/// No card, account or key without a blank is shorter.
const WORD_BYTES_LONG: usize = 13;
/// A private key's block may be this long.
const KEY_BLOCK_BYTES_MAX: usize = 64 * 1024;

/// The first secret that begins in the word `start..end`, or that its being a key gives away.
///
/// Nearly all words are short and hold neither `@` nor `:` nor other scripts; they can only be keys, or the first group of a card or an
/// account.
#[inline(always)]
pub(crate) fn find(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<Found> {
    if flags & (AT | HIGH) != 0
        || flags & (JOINER | DIGIT | DOT) == JOINER | DIGIT | DOT
        || (end - start >= WORD_BYTES_LONG && may_begin_inside(end - start, flags))
        || (flags & COLON != 0 && flags & LETTER != 0 && text[start..end - 1].contains(&b':'))
    {
        return find_slowly(text, start, end, flags);
    }
    if flags & DIGIT != 0 && end - start == 4 {
        return begun_at(text, start, start, end).or_else(|| keyed(text, start, end, flags));
    }
    keyed(text, start, end, flags)
}

/// Past the plain words that stand at `at`: short, of ASCII letters alone, each followed by one space and by nothing that makes
/// a key of it. No secret is in them or behind them, and they are most of every log, so this asks of eight bytes at a time.
#[inline(always)]
pub(crate) fn past_plain_words(text: &[u8], mut at: usize) -> usize {
    while let Some(&bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let (head, tail) = bytes.split_at(8);
        let (Ok(head), Ok(tail)) = (head.try_into(), tail.try_into()) else { break };
        let mut letters = leading_letters(head);
        if letters == 8 {
            letters += leading_letters(tail);
        }
        if letters == 0 || letters >= WORD_BYTES_LONG || bytes[letters] != b' ' {
            break;
        }
        let next = bytes[letters + 1];
        let may_be_scheme = matches!(letters, 5 | 6) && bytes[0] | 0x20 == b'b';
        if is(next, BLANK)
            || next == b'='
            || next == b':'
            || may_be_scheme
            || stated::may_state(&bytes, letters)
        {
            break;
        }
        at += letters + 1;
    }
    at
}

fn find_slowly(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<Found> {
    let mut first = None;
    let mut keep = |found: Option<Found>| {
        if let Some(found) = found
            && first.is_none_or(|first: Found| found.from < first.from)
        {
            first = Some(found);
        }
    };
    if flags & (COLON | SLASH) == COLON | SLASH {
        keep(userinfo::plain(text, start, end));
    }
    if flags & AT != 0 {
        keep(email(text, start, end, b"@"));
    }
    if flags & (JOINER | DIGIT) == JOINER | DIGIT && text[start..end].contains(&b'%') {
        keep(userinfo::encoded(text, start, end));
        keep(email(text, start, end, b"%40"));
    }
    keep(random::base64_line(text, start, end, flags).and_then(|to| secret(start..to)));
    if flags & (COLON | DIGIT) == COLON | DIGIT {
        keep(
            provider::bot_token(&text[start..end])
                .and_then(|range| secret(start + range.start..start + range.end)),
        );
    }
    if flags & (DIGIT | UNDER | JOINER | DASH) != 0
        || flags & LOWER == 0
        || end - start >= provider::KEY_BYTES_BARE
    {
        keep(begun_inside(text, start, end, flags));
    }
    if flags & COLON != 0 {
        keep(keyed_inside(text, start, end));
    }
    if flags & HIGH != 0 {
        keep(keyed_widely(text, start, end));
    }
    first.or_else(|| keyed(text, start, end, flags))
}

/// Whether a key, card or account may begin somewhere in such a word: all but a few keys hold digits.
#[inline(always)]
fn may_begin_inside(length: usize, flags: Flags) -> bool {
    flags & (DIGIT | UNDER | JOINER | DASH) != 0 || flags & LOWER == 0 || length >= provider::KEY_BYTES_BARE
}

/// The first key, card or account that begins in the word, where something may begin.
fn begun_inside(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<Found> {
    let is_encoded = flags & JOINER != 0;
    let mut at = start;
    while at < end {
        if let Some(found) = begun_at(text, start, at, end) {
            return Some(found);
        }
        // Nothing begins right behind a letter or digit, unless these are the two of a `%3D`. Other scripts have no blanks, and
        // their signs are the ends of words.
        let is_last = |(place, &byte): (usize, &u8)| {
            !is(byte, LOWER | UPPER | DIGIT)
                || (is_encoded && at + place >= start + 2 && text[at + place - 2] == b'%')
        };
        at = text[at..end].iter().enumerate().position(is_last).map_or(end, |place| at + place + 1);
    }
    None
}

/// The key, card or account that begins here.
#[inline(always)]
fn begun_at(text: &[u8], start: usize, at: usize, end: usize) -> Option<Found> {
    match text[at] {
        b'2'..=b'9' => card(text, start, at),
        b'A'..=b'Z' if is_account_start(&text[at..end]) => {
            account_end(text, at).map(|to| Found { from: at, to, sort: Sort::Secret })
        }
        b'A'..=b'Z' | b'a'..=b'z' if end - at >= provider::KEY_BYTES_MIN => {
            provider::key_end(text, at, end).map(|to| Found { from: at, to, sort: Sort::Secret })
        }
        _ => None,
    }
}

/// The value of this word as a key, or the token behind `Bearer` and `Basic`.
#[inline(always)]
fn keyed(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<Found> {
    match text.get(end)? {
        b'=' | b'"' | b'\'' | b'>' | b'`' => key_value_behind(text, start, end),
        b' ' => behind_blank(text, start, end, flags),
        b'(' => wrapped(text, start, end),
        _ if text[end - 1] == b':' || text[end - 1] == b'\\' => key_value_behind(text, start, end),
        _ => None,
    }
}

fn key_value_behind(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let trimmed = text[start..end]
        .iter()
        .rposition(|byte| !matches!(byte, b':' | b'\\'))
        .map_or(start, |last| start + last + 1);
    secret(key_value::value_of(text, start, trimmed)?)
}

#[inline(always)]
fn behind_blank(text: &[u8], start: usize, end: usize, flags: Flags) -> Option<Found> {
    if flags & (COLON | DASH) != 0 {
        if text[start..end].ends_with(b"-----BEGIN") {
            return private_key(text, end - 10);
        }
        if text[end - 1] == b':' || text[start] == b'-' {
            return key_value_behind(text, start, end)
                .or_else(|| stated::value(text, start, end).and_then(secret));
        }
    }
    if matches!(text.get(end + 1), Some(b'=' | b':')) {
        return key_value_behind(text, start, end);
    }
    if matches!(end - start, 5 | 6) && matches!(text[start], b'b' | b'B') {
        return scheme(text, start, end);
    }
    stated::value(text, start, end).and_then(secret)
}

/// `Secret("x")`, `SecretString("x")`: a type whose name says that it holds a secret, as programs print theirs.
#[inline(always)]
fn wrapped(text: &[u8], start: usize, end: usize) -> Option<Found> {
    match text.get(end + 1) {
        Some(b'"' | b'\'' | b'\\') => secret(key_value::wrapped_value(text, start, end)?),
        _ => None,
    }
}

/// Keys and values that a wide colon or equals sign joins.
fn keyed_widely(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let mut from = start;
    for at in start..end {
        if key_value::is_wide_sign(&text[at..end]) {
            if let Some(range) = key_value::value_of(text, from, at) {
                return secret(range);
            }
            from = at + 3;
        }
    }
    None
}

/// `Bearer …` and `Basic …` without a key: the next word must look like data, for both are English words.
fn scheme(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = &text[start..end];
    if !word.eq_ignore_ascii_case(b"bearer") && !word.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let from = end + 1;
    let (word_end, flags) = word_end(text, from);
    let to = word_end + text[word_end..].iter().take_while(|&&byte| byte == b'=').count();
    let is_data = to - from >= 8 && (flags & DIGIT != 0 || to > word_end || to - from >= 20);
    is_data.then_some(Found { from, to, sort: Sort::Secret })
}

/// A key and its value in one word: `password:hunter2`, `db.password:x`.
fn keyed_inside(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = &text[start..end];
    let inner = word.iter().enumerate().filter(|&(at, &byte)| byte == b':' && at > 0 && at + 1 < word.len());
    let mut from = start;
    for (at, _) in inner {
        if let Some(range) = key_value::value_of(text, from, start + at) {
            return secret(range);
        }
        from = start + at + 1;
    }
    None
}

fn secret(range: std::ops::Range<usize>) -> Option<Found> {
    Some(Found { from: range.start, to: range.end, sort: Sort::Secret })
}

/// `local@domain.tld` around the first sign that has both; the sign is `@`, or `%40` where it is encoded.
fn email(text: &[u8], start: usize, end: usize, sign: &[u8]) -> Option<Found> {
    memchr::memmem::find_iter(&text[start..end], sign).find_map(|place| {
        let at = start + place;
        let is_encoded = sign.len() > 1;
        let is_local = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || byte >= 0x80
                || matches!(byte, b'.' | b'_' | b'+' | b'-')
                || (byte == b'%' && !is_encoded)
        };
        let from = (start..at).rev().take_while(|&place| is_local(text[place])).last()?;
        if text[..from].ends_with(b"://") {
            return None;
        }
        // The two digits of the encoded sign before it are none of its own.
        let is_cut = is_encoded
            && from > 0
            && text[from - 1] == b'%'
            && from + 2 < at
            && text[from..from + 2].iter().all(u8::is_ascii_hexdigit);
        let from = if is_cut { from + 2 } else { from };
        let domain_from = at + sign.len();
        let is_domain =
            |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'.' | b'-');
        let length = text[domain_from..end].iter().take_while(|&&byte| is_domain(byte)).count();
        let domain = &text[domain_from..domain_from + length];
        let trimmed = domain.iter().rposition(|byte| !matches!(byte, b'.' | b'-'))? + 1;
        let top = domain[..trimmed].iter().rposition(|&byte| byte == b'.')?;
        let is_top =
            trimmed - top > 2 && top > 0 && domain[top + 1..trimmed].iter().all(|&byte| is(byte, LETTER));
        is_top.then_some(Found { from, to: domain_from + trimmed, sort: Sort::Email })
    })
}

/// 13 to 19 digits with a right check digit, perhaps in groups of which the first has four. Those that begin with 0 or 1
/// are left out: no card in use does, and all times since the epoch in milli-, micro- and nanoseconds do.
fn card(text: &[u8], start: usize, from: usize) -> Option<Found> {
    let run = text[from..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let is_grouped = run == 4 && matches!(text.get(from + 4), Some(b' ' | b'-'));
    let is_part = from > start
        && (matches!(text[from - 1], b'.' | b'_') || (text[from - 1] == b'-' && from > start + 1));
    if is_part || !(is_grouped || (13..=19).contains(&run)) {
        return None;
    }
    card_end(text, from).map(|to| Found { from, to, sort: Sort::Card })
}

fn card_end(text: &[u8], from: usize) -> Option<usize> {
    let mut digits = [0u8; 19];
    let mut length = 0;
    let mut at = from;
    let mut found = None;
    let mut groups = CardGroups::default();
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' if length < digits.len() => {
                digits[length] = byte;
                length += 1;
                groups.last += 1;
            }
            b'0'..=b'9' => break,
            b' ' | b'-' if text.get(at + 1).is_some_and(u8::is_ascii_digit) && groups.may_go_on() => {}
            _ => break,
        }
        at += 1;
        let ends = text.get(at).is_none_or(|&next| !is(next, LOWER | UPPER | DIGIT | UNDER))
            && !is_fraction(text, at);
        if length >= 13
            && ends
            && byte.is_ascii_digit()
            && groups.may_end()
            && checksum::luhn(&digits[..length])
        {
            found = Some(at);
        }
    }
    found
}

/// The groups in which the digits of a card are printed: of four, or of four, six and what is left. Other numbers in a row are none.
#[derive(Default)]
struct CardGroups {
    /// How many have ended.
    ended: usize,
    /// Whether the second had six digits.
    has_six: bool,
    /// Digits of the group at hand.
    last: usize,
}

impl CardGroups {
    /// Ends the group at hand; whether another may follow.
    fn may_go_on(&mut self) -> bool {
        let is_six = self.ended == 1 && self.last == 6;
        let goes_on = !self.has_six && (self.last == 4 || is_six);
        self.has_six |= is_six;
        self.ended += 1;
        self.last = 0;
        goes_on
    }

    /// Whether the group at hand may be the last.
    fn may_end(&self) -> bool {
        match (self.ended, self.has_six) {
            (0, _) => true,
            (_, true) => (4..=5).contains(&self.last),
            (_, false) => self.last <= 4,
        }
    }
}

fn is_fraction(text: &[u8], at: usize) -> bool {
    text[at.min(text.len())..].starts_with(b".") && text.get(at + 1).is_some_and(u8::is_ascii_digit)
}

/// Two letters and two check digits; 11 to 30 letters and digits follow, in one piece or in groups of four.
fn is_account_start(word: &[u8]) -> bool {
    matches!(word, [a, b, c, d, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

fn account_end(text: &[u8], from: usize) -> Option<usize> {
    let mut account = [0u8; 34];
    let mut length = 0;
    let mut at = from;
    let mut found = None;
    while let Some(&byte) = text.get(at) {
        let grouped = length % 4 == 0 && length > 0;
        match byte {
            b'A'..=b'Z' | b'0'..=b'9' if length < account.len() => {
                account[length] = byte;
                length += 1;
            }
            b' ' | b'-' if grouped && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => break,
        }
        at += 1;
        let ends = text.get(at).is_none_or(|&next| !is(next, LOWER | UPPER | DIGIT));
        if length >= 15 && ends && byte != b' ' && byte != b'-' && checksum::iban(&account[..length]) {
            found = Some(at);
        }
    }
    found
}

/// How a PEM block begins; its label is not longer than this in all.
const BEGIN: &[u8] = b"-----BEGIN";
const LABEL_BYTES_MAX: usize = 80;

/// A PEM block from `-----BEGIN … PRIVATE KEY-----` to its end, or to the end of the text where that was cut off.
fn private_key(text: &[u8], start: usize) -> Option<Found> {
    // The label alone tells (RFC 7468): what stands further on moves nearer when secrets before it are masked.
    let label = &text[start + BEGIN.len()..text.len().min(start + LABEL_BYTES_MAX)];
    let is_label = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ';
    let label = &label[..label.iter().take_while(is_label).count()];
    memchr::memmem::find(label, b"PRIVATE KEY")?;
    let stop = text.len().min(start + KEY_BLOCK_BYTES_MAX);
    let to = match memchr::memmem::find(&text[start..stop], b"-----END") {
        None => stop,
        Some(tail) => {
            let dashes = start + tail + 8;
            memchr::memmem::find(&text[dashes..stop], b"-----").map_or(stop, |length| dashes + length + 5)
        }
    };
    Some(Found { from: start, to, sort: Sort::Secret })
}

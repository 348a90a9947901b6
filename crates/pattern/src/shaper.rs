//! From a message to its shape, in one pass over the bytes and without allocating.
//!
//! Constant text is copied in stretches as long as possible; only words that hold a digit or a sign that may mean
//! something are looked at. The identity is the hash of the shape's text: nothing that was seen before, and no other
//! machine, can change it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use hark_event::LogRecord;
use xxhash_rust::xxh3::xxh3_64;

use crate::class::{
    AT, BACKSLASH, BLANK, BREAK, COLON, DASH, DIGIT, DOT, Flags, HIGH, LETTER, QUOTE, SLASH, UNDER, class,
    flags_of, is, word_end,
};
use crate::guard::Guards;
use crate::header;
use crate::kind::Kind;
use crate::lexeme;
use crate::mask::{Masked, count_secrets};
use crate::recall::{Look, Recall};
use crate::rules::Rules;
use crate::secret::{self, Found, Sort};
use crate::template::Template;
use crate::trace;
use crate::word::{self, Context};
use crate::writer::Writer;

/// So many bytes of a message are considered.
pub(crate) const MESSAGE_BYTES_MAX: usize = 4096;
/// Digits alone are a number up to this length.
const NUMBER_BYTES_MAX: usize = 32;
/// By own rules, so many bytes of a long message are masked at its start, and so many as are considered at its end.
const RULED_BYTES_MAX: usize = 64 * 1024;
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

/// The identity of a shape: XXH3 (64 bits, seed 0) of its text.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
pub struct ShapeId(pub u64);

/// The shape of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape<'a> {
    /// Its identity, equal wherever the same text is.
    pub id: ShapeId,
    /// The message with typed wildcards (`<num>`, `<id>`, …), at most 1,024 bytes.
    pub text: &'a str,
    /// How many secrets were masked in the part of the message that was considered.
    pub masked: u32,
}

impl Shape<'_> {
    /// The message with every wildcard printed `<*>`, as the name of a pattern has it; by the rules that shaped it.
    pub fn name(&self, rules: &Rules) -> String {
        Template::of_shape(self.text, rules).name
    }
}

/// The identity of a message's shape, without its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// As [`Shape::id`].
    pub id: ShapeId,
    /// As [`Shape::masked`].
    pub masked: u32,
}

/// Turns messages into shapes; holds the buffers, so keep one per thread.
#[derive(Default)]
pub struct Shaper {
    pub(crate) out: Writer,
    pub(crate) masked: u32,
    /// Nothing where there are none, which costs nothing.
    pub(crate) rules: Option<Arc<Rules>>,
    /// A field in the making.
    pub(crate) field: String,
    guards: Guards,
    recall: Recall,
}

impl Shaper {
    /// A shaper with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A shaper that knows what people know of their lines.
    pub fn with_rules(rules: Arc<Rules>) -> Self {
        let rules = Some(rules).filter(|rules| **rules != Rules::default());
        Self { rules, ..Self::default() }
    }

    /// The shape of one message, of one line or several: a pure function of its text.
    ///
    /// The first 4 KiB are considered, and of a stack trace 16 KiB, of Python the last.
    pub fn shape(&mut self, message: &str) -> Shape<'_> {
        self.out.clear();
        self.masked = 0;
        match self.rules.clone() {
            None => self.lines(message),
            Some(rules) => self.ruled(message, &rules),
        }
        let text = self.out.finish();
        Shape { id: ShapeId(xxh3_64(text.as_bytes())), text, masked: self.masked }
    }

    /// The shape of a record: of its message, or of its fields where these are all that it says.
    pub fn shape_record(&mut self, record: &LogRecord<'_>) -> Shape<'_> {
        if record.fields.are_message() {
            return self.shape_fields(record.fields, record.message);
        }
        self.shape(record.message)
    }

    /// The identity that [`Shaper::shape_record`] gives.
    #[inline]
    pub fn identity_of(&mut self, record: &LogRecord<'_>) -> Identity {
        if record.fields.are_message() {
            let Shape { id, masked, .. } = self.shape_fields(record.fields, record.message);
            return Identity { id, masked };
        }
        self.identity(record.message)
    }

    /// The identity that [`Shaper::shape`] gives, and faster where a message like this one was seen before.
    ///
    /// Who needs the text too, once for each shape, asks for the shape.
    pub fn identity(&mut self, message: &str) -> Identity {
        let bytes = message.as_bytes();
        if self.rules.is_some() || !self.recall.is_worth_it(bytes) {
            let Shape { id, masked, .. } = self.shape(message);
            return Identity { id, masked };
        }
        let is_kept = match self.recall.look(bytes) {
            Look::Known(id) => return Identity { id, masked: 0 },
            Look::Again => true,
            Look::New => false,
        };
        if is_kept {
            self.guards.watch();
        }
        let Shape { id, masked, .. } = self.shape(message);
        if is_kept
            && let Some(guards) = self.guards.end(bytes)
            && masked == 0
        {
            self.recall.keep(bytes, id, guards);
        }
        Identity { id, masked }
    }

    /// Own patterns first; else what is left when own masks are done.
    fn ruled(&mut self, message: &str, rules: &Rules) {
        let message = considered(message);
        if let Some(name) = message.lines().next().and_then(|line| rules.defined_for(line)) {
            self.masked = rules.mask_secrets(&message).count;
            return self.out.push(name);
        }
        let Masked { text, count } = rules.mask_own(&message);
        self.lines(&text);
        self.masked += count;
    }

    fn lines(&mut self, message: &str) {
        match memchr::memchr(b'\n', message.as_bytes()) {
            None => self.first_line(message),
            Some(end) => self.record(&message[..end], &message[end + 1..]),
        }
    }

    /// The first line, and of the others what tells one failure from another.
    fn record(&mut self, first: &str, body: &str) {
        self.first_line(first);
        self.further(first, body);
    }

    pub(crate) fn further(&mut self, first: &str, body: &str) {
        if body.is_empty() {
            return;
        }
        for line in trace::telling_lines(first, body).lines() {
            self.out.end_line();
            self.line(&line);
        }
    }

    fn first_line(&mut self, line: &str) {
        let head = head(line);
        let mut writing = Line::new(head, head.len() < line.len(), self);
        if let Some(thread) = header::thread(head.as_bytes()) {
            writing.thread(thread);
        }
        writing.run();
    }

    pub(crate) fn line(&mut self, line: &str) {
        let head = head(line);
        Line::new(head, head.len() < line.len(), self).run();
    }
}

/// What is considered of one line.
fn head(line: &str) -> &str {
    &line[..line.floor_char_boundary(MESSAGE_BYTES_MAX)]
}

/// A message, or the start and the end of a long one.
fn considered(message: &str) -> Cow<'_, str> {
    if message.len() <= RULED_BYTES_MAX + MESSAGE_BYTES_MAX {
        return Cow::Borrowed(message);
    }
    let head = &message[..message.floor_char_boundary(RULED_BYTES_MAX)];
    let tail = &message[message.ceil_char_boundary(message.len() - MESSAGE_BYTES_MAX)..];
    Cow::Owned(format!("{head}\n{tail}"))
}

/// One line on its way into a shape.
struct Line<'a> {
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
    fn new(text: &'a str, is_cut: bool, shaper: &'a mut Shaper) -> Self {
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

    fn run(&mut self) {
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
    fn thread(&mut self, name: Range<usize>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(Shaper::new().shape(message).text, expected);
    }

    #[track_caller]
    fn check_one_shape(messages: &[&str]) {
        let first = Shaper::new().shape(messages[0]).text.to_owned();
        messages.iter().for_each(|message| check(message, &first));
    }

    /// Found by fuzzing: the parts of an address were added up before their length was looked at.
    #[test]
    fn digits_between_dots_that_are_no_address_are_taken_at_any_length() {
        check("from 1.2.3.99999999999999999999 and 99999999999999999999.1.2.3", "from <id> and <id>");
        check("/99999999999999999999.1.2.3:50010", "<path>:<num>");
    }

    #[test]
    fn plain_words_stay() {
        for message in [
            "state PAID -> SHIPPED",
            "VM Started",
            "auth-service is not-responding (degraded)",
            "don't 'panic' yet",
        ] {
            check(message, message);
        }
    }

    #[test]
    fn numbers_are_masked_with_their_units() {
        check(
            "took 12ms for 3.4GB, 85% done after -5 of 1h30m",
            "took <num> for <num>, <num> done after <num> of <num>",
        );
        check("status=200 size: 17", "status=<num> size: <num>");
        check("data cache.....................0", "data cache.....................<num>");
    }

    #[test]
    fn identifiers_with_digits_are_masked() {
        check("blk_-123 order-8f3a user42 v1.2.3 rack-3-b", "<id> <id> <id> <id> <id>");
        check("node-7 of SKU-1234, 30546173_4261722401", "node-<num> of SKU-<num>, <num>_<num>");
        check("Object@6df97b55 at 0xdeadbeef", "Object@<hex> at <hex>");
        check("id=123e4567-e89b-12d3-a456-426614174000", "id=<uuid>");
        check("digest a489c868f0c37da93b76227c91bb03908ac0e742", "digest <hex>");
    }

    #[test]
    fn constants_with_digits_stay() {
        check(
            "HTTP/1.1 utf8 sha256 k8s s3 ipv4 x86_64 oauth2 p99",
            "HTTP/1.1 utf8 sha256 k8s s3 ipv4 x86_64 oauth2 p99",
        );
    }

    #[test]
    fn a_width_belongs_to_a_word_only_where_such_words_have_widths() {
        check("i64 u16 aes256 HmacSHA512 RS384 utf16 avx512", "i64 u16 aes256 HmacSHA512 RS384 utf16 avx512");
        check("t512 dn384 rack1024 (7,0x7000123456)", "<id> <id> <id> (<num>,<hex>)");
    }

    #[test]
    fn threads_do_not_divide_what_they_say() {
        check_one_shape(&["[main] shop.Orders - paid 7", "[pool of 3: a@b.example] shop.Orders - paid 8"]);
        check("12345 --- [main] o.shop.Orders  : paid", "<num> --- [<word>] o.shop.Orders : paid");
    }

    #[test]
    fn addresses_lose_their_ports() {
        check("from 10.0.0.1:8080 to [fe80::1]:443", "from <ip>:<num> to [<ip>]:<num>");
        check("src: /10.250.19.102:54106 host db-3:5432", "src: <ip>:<num> host db-<num>:<num>");
        check("mac 00:1b:44:11:3a:b7", "mac <hex>");
        check("ib FF:F2:9F:16:CF:F2:00:0D:60:E9:12:34", "ib <hex>");
    }

    #[test]
    fn urls_keep_scheme_and_host_and_what_is_constant_in_the_path() {
        check(
            "GET http://inventory:8080/api/v1/users/42?page=7",
            "GET http://inventory:<num>/api/v1/users/<num>?page=<num>",
        );
        check("to https://10.0.0.1/health.", "to https://<ip>/health.");
    }

    #[test]
    fn files_are_masked_and_routes_stay() {
        check("open /var/lib/data failed: ./x.txt", "open <path> failed: <path>");
        check(r"read C:\Users\bob\x.log:12", "read <path>:<num>");
        check("\"GET /api/orders/42 HTTP/1.1\" 200", "\"GET /api/orders/<num> HTTP/1.1\" <num>");
        check("GET /api/orders?user=7&token=abcdef 200", "GET /api/orders?<str> <num>");
        check("Input/output and/or", "Input/output and/or");
    }

    #[test]
    fn machines_of_the_public_name_system_are_masked_and_services_and_classes_stay() {
        check("to mx1.example.co.uk:25 via www.example.com.", "to <host>:<num> via <host>.");
        for message in [
            "payments.svc and db.internal answered",
            "org.apache.hadoop.mapred.MapTask started",
            "com.example.shop.io failed",
            "run deploy.min.js, a.tar.gz, start.sh. done.",
            "see robots.txt",
        ] {
            check(message, message);
        }
    }

    #[test]
    fn behind_a_key_that_names_one_of_many_a_word_is_an_identifier() {
        check("ruser= rhost=alpha user=root tty=ssh", "ruser= rhost=<id> user=<id> tty=ssh");
        check("state=PAID username=x-y, msg=hello", "state=PAID username=<id>, msg=hello");
    }

    #[test]
    fn a_size_that_is_said_twice_and_a_duration_below_a_second_are_quantities() {
        check_one_shape(&["8 bytes sent, lifetime 00:02", "2048 bytes (2.00 KB) sent, lifetime 00:02"]);
        check("lifetime <1 sec and <5ms <b>", "lifetime <num> and <num> <b>");
        check("8 bytes (1 of 2) and x<3", "<num> bytes (<num> of <num>) and x<<num>");
    }

    #[test]
    fn days_zones_and_years_around_a_time_of_day_belong_to_it() {
        check("since Fri Jul 08 09:12:33 PDT 2005, M", "since <time>, M");
        check("May 3 10:00:00.5 2026 or 10:00:00 UTC", "<time> or <time>");
        check("10:00:00 NOT found in Aug 7", "<time> NOT found in Aug <num>");
        check("10:00:00 2048 bytes, PDT 2005 10 PDT 2005", "<time> <num> bytes, PDT <num> <num> PDT <num>");
        check("code 17 10:00:00 and Mayo 3 10:00:00", "code <num> <time> and Mayo <num> <time>");
    }

    #[test]
    fn times_are_one_wildcard() {
        check("at 2026-03-01 10:12:00.123 and 2026-03-01T10:12:00Z", "at <time> and <time>");
        check("on 2026/3/1", "on <time>");
    }

    #[test]
    fn quoted_data_is_masked_and_quoted_words_stay() {
        check("name 'main' is \"ok\"", "name 'main' is \"ok\"");
        check("said 'room 12 is hot' to \"bob-17\"", "said '<str>' to \"bob-<num>\"");
        check("it's 5 o'clock", "it's <num> o'clock");
    }

    #[test]
    fn lists_of_any_length_are_one_shape() {
        check_one_shape(&["ids [1, 2, 3]", "ids [4]", "ids [5, 6, 7, 8, 9]"]);
        check_one_shape(&["ids [\"a1x9\", \"b2x9\"]", "ids [\"a1x9\"]"]);
    }

    #[test]
    fn closing_tags_are_kept() {
        check("<state>PAID</state> read </var/lib/x>", "<state>PAID</state> read <<path>>");
        check("<a><id>42</id></a>", "<a><id><num></id></a>");
    }

    #[test]
    fn blanks_colours_and_control_characters_make_no_difference() {
        check_one_shape(&["a  b", "a\tb", " a b ", "a \u{1b}[31mb\u{1b}[0m", "a\0 b\u{7}"]);
    }

    #[test]
    fn scripts_without_spaces_keep_their_words() {
        check("用户123登录失败，订单order-8f3a", "用户<num>登录失败，订单<id>");
        check("المستخدم 42 فشل", "المستخدم <num> فشل");
    }

    #[test]
    fn secrets_are_masked_and_counted() {
        let mut shaper = Shaper::new();
        let shape = shaper.shape("login bob@shop.example password=hunter2 card 4111111111111111");
        assert_eq!((shape.text, shape.masked), ("login <email> password=<secret> card <num>", 3));
    }

    #[test]
    fn a_trace_is_told_by_exceptions_and_innermost_functions() {
        let java = "Order 17 failed\njava.lang.IllegalStateException: no stock for 9\n\tat com.shop.Stock.take(Stock.java:41)\n\
                    \tat com.shop.Cart.pay(Cart.java:7)\n\tat com.shop.Api.post(Api.java:1)\n\tat java.Thread.run(Thread.java:2)\n\
                    Caused by: java.io.IOException: gone\n\t... 23 more";
        check(
            java,
            "Order <num> failed\njava.lang.IllegalStateException: no stock for <num>\nCaused by: java.io.IOException: gone\n\
             at com.shop.Stock.take\nat com.shop.Cart.pay\nat com.shop.Api.post",
        );
        let python = "Traceback (most recent call last):\n  File \"a.py\", line 3, in main\n    run()\n  File \"b.py\", line 9, in run\n    x()\nValueError: bad 7";
        check(python, "Traceback (most recent call last):\nValueError: bad <num>\nat run\nat main");
        let go = "panic: boom\n\ngoroutine 1 [running]:\nmain.(*Cart).Add(0xc000010000, 0x1)\n\t/srv/cart.go:12 +0x1d\nmain.main()\n\t/srv/main.go:5 +0x2";
        check(go, "panic: boom\nat main.(*Cart).Add\nat main.main");
        let node = "TypeError: x is undefined\n    at Cart.add (/srv/cart.js:10:5)\n    at async /srv/main.js:1:2\n    at new Shop (/srv/shop.js:2:1)";
        check(node, "TypeError: x is undefined\nat Cart.add\nat new Shop");
    }

    #[test]
    fn line_numbers_and_depth_are_not_in_the_identity_of_a_trace() {
        check_one_shape(&[
            "x\nE.FooError: y\n at a.b(C.java:1)",
            "x\nE.FooError: y\n at a.b(C.java:99)\n ... 7 more",
        ]);
    }

    #[test]
    fn megabytes_cost_no_more_than_the_first_kilobytes() {
        check(&"x1".repeat(1 << 20), "<str>");
        check(&format!("head {}", "[".repeat(1 << 20)), &format!("head {}", "[".repeat(1019)));
    }
}

//! The shape of a record that has fields and no message: its names, in their order by the alphabet, with what happened.
//!
//! A message says in its words what happened, and the vocabulary finds out which of them are data. In a record without one nearly every
//! value is data, and several of them vary together, which no evidence could ever prove; so a value is a wildcard unless its name
//! says that it tells what happened (`action`, `type`, `state`, …), in which case it is judged as a word behind a key is. What it
//! cannot do: know that a value under an unusual name is the message.

use hark_event::RecordFields;
use xxhash_rust::xxh3::xxh3_64;

use crate::kind::Kind;
use crate::quantity::quantity;
use crate::rules::Rules;
use crate::shaper::{Shape, ShapeId, Shaper};

/// The longest of the words that say that a value tells what happened.
const TELLING_NAME_BYTES_MAX: usize = 9;
/// No card number is shorter.
const CARD_BYTES_MIN: usize = 13;
/// No value that says what happened is longer.
const TELLING_BYTES_MAX: usize = 64;

impl Shaper {
    /// The shape of fields that are all that a record says; `printed` is how they are printed, and perhaps a stack trace below.
    pub(crate) fn shape_fields(&mut self, fields: RecordFields<'_>, printed: &str) -> Shape<'_> {
        self.out.clear();
        self.masked = 0;
        let (first, body) = printed.split_once('\n').unwrap_or((printed, ""));
        let rules = self.rules.clone();
        match rules.as_ref().and_then(|rules| rules.defined_for(first)) {
            Some(name) => {
                self.out.push(name);
                self.masked = rules.as_ref().map_or(0, |rules| rules.mask_secrets(first).count);
            }
            None => self.fields(fields),
        }
        self.further(first, body);
        let text = self.out.finish();
        Shape { id: ShapeId(xxh3_64(text.as_bytes())), text, masked: self.masked }
    }

    /// By name, whatever their order was.
    fn fields(&mut self, fields: RecordFields<'_>) {
        if fields.iter().is_sorted_by_key(|(name, _)| name) {
            return self.fields_in_order(fields.iter());
        }
        let mut sorted: Vec<_> = fields.iter().collect();
        sorted.sort_unstable();
        self.fields_in_order(sorted.into_iter());
    }

    fn fields_in_order<'f>(&mut self, fields: impl Iterator<Item = (&'f str, &'f str)>) {
        let (own, none) = (self.rules.clone(), Rules::default());
        let rules = own.as_deref().unwrap_or(&none);
        let mut text = std::mem::take(&mut self.field);
        for (name, value) in fields {
            self.out.space();
            let kind = kind_of(value);
            // Own masks may be of names, whatever the value.
            let is_short_number = own.is_none() && kind == Kind::Num && value.len() < CARD_BYTES_MIN;
            let secrets = if is_short_number { 0 } else { rules.secrets_in_field(name, value, &mut text) };
            let masked = self.masked + secrets;
            if masked == self.masked && is_telling(name, value) {
                text.clear();
                let quote = if value.contains(char::is_whitespace) { "\"" } else { "" };
                [name, "=", quote, value, quote].into_iter().for_each(|part| text.push_str(part));
                self.line(&text);
            } else {
                let is_secret = masked > self.masked;
                if is_secret {
                    self.line(&rules.mask_field(name, value).name);
                } else {
                    self.line(name);
                }
                self.out.push("=");
                self.out.wildcard(if is_secret { Kind::Secret } else { kind });
            }
            // What was masked is counted once, above.
            self.masked = masked;
        }
        self.field = text;
    }
}

/// Whether the value of a field of this name says what happened.
pub(crate) fn is_telling(name: &str, value: &str) -> bool {
    let part = name.rsplit(['.', '_', '-']).next().unwrap_or(name);
    // `eventType` ends with a word of its own, too.
    let start = part.rfind(|letter: char| letter.is_ascii_uppercase()).unwrap_or(0);
    value.len() <= TELLING_BYTES_MAX && says_what_happened(&part.as_bytes()[start..])
}

fn says_what_happened(word: &[u8]) -> bool {
    let mut lower = [0; TELLING_NAME_BYTES_MAX];
    let Some(letters) = lower.get_mut(..word.len()) else { return false };
    letters.copy_from_slice(word);
    letters.make_ascii_lowercase();
    matches!(
        &*letters,
        b"action"
            | b"command"
            | b"event"
            | b"from"
            | b"kind"
            | b"method"
            | b"mode"
            | b"op"
            | b"operation"
            | b"outcome"
            | b"phase"
            | b"reason"
            | b"result"
            | b"stage"
            | b"state"
            | b"status"
            | b"step"
            | b"task"
            | b"to"
            | b"topic"
            | b"type"
            | b"verb"
    )
}

/// A field as it is masked: secrets behind telling names are found by the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaskedField {
    /// The name, masked.
    pub name: String,
    /// The value, masked.
    pub value: String,
}

/// The text in which a field is looked at for secrets.
fn write_pair(name: &str, value: &str, into: &mut String) {
    into.clear();
    write_plain(name, b'=', into);
    into.push_str("=\"");
    write_plain(value, b'"', into);
    into.push('"');
}

/// A text without signs that would end it: control characters, and this one. Quotes within it stay quotes, since a value may hold keys.
fn write_plain(text: &str, end: u8, into: &mut String) {
    let is_plain = |byte: u8| byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f) && byte != end;
    if text.bytes().all(is_plain) {
        return into.push_str(text);
    }
    // What is escaped is a quote in nearly all cases, of JSON in JSON.
    into.extend(text.chars().filter(|sign| *sign != '\\').map(|sign| match sign {
        '"' => '\'',
        sign if sign.is_ascii() && !is_plain(sign as u8) => ' ',
        sign => sign,
    }));
}

impl Rules {
    /// Masks what is secret in a field, by its name too.
    pub fn mask_field(&self, name: &str, value: &str) -> MaskedField {
        let mut text = String::new();
        write_pair(name, value, &mut text);
        let masked = self.mask_secrets(&text);
        if masked.count == 0 {
            return MaskedField { name: name.to_owned(), value: value.to_owned() };
        }
        let (name, value) = masked.text.split_once("=\"").unwrap_or((&masked.text, Kind::Secret.wildcard()));
        let value = value.strip_suffix('"').unwrap_or(value);
        MaskedField { name: name.to_owned(), value: value.to_owned() }
    }

    /// How many secrets a field holds; `text` is memory to be reused.
    pub(crate) fn secrets_in_field(&self, name: &str, value: &str, text: &mut String) -> u32 {
        write_pair(name, value, text);
        self.mask_secrets(text).count
    }
}

/// What a value is, by its form.
pub(crate) fn kind_of(value: &str) -> Kind {
    let may_be_number =
        value.starts_with(|sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '+' | '.'));
    if may_be_number && quantity(value).is_some() { Kind::Num } else { Kind::Str }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_masked(name: &str, value: &str, expected: (&str, &str)) {
        let mut rules = Rules::default();
        rules.mask_key("customer_ref");
        rules.mask_form("EMP-[0-9]{6}").expect("a form");
        let masked = rules.mask_field(name, value);
        assert_eq!((masked.name.as_str(), masked.value.as_str()), expected);
        let again = rules.mask_field(&masked.name, &masked.value);
        assert_eq!(again, masked, "masking twice changes nothing");
    }

    #[test]
    fn a_field_is_masked_by_its_name_and_by_its_value() {
        check_masked("db.password", "correct horse", ("db.password", "<secret>"));
        check_masked("password", "say \"it\", please\\", ("password", "<secret>"));
        check_masked("customerRef", "x 9", ("customerRef", "<secret>"));
        check_masked("by", "EMP-123456", ("by", "<secret>"));
        check_masked("url", "postgres://app:pw@db/x", ("url", "postgres://<secret>@db/x"));
        check_masked("headers.authorization", "Bearer abc.def", ("headers.authorization", "Bearer <secret>"));
        check_masked("bob@mail.example", "7", ("<email>", "7"));
        check_masked(
            "body",
            "{\"password\": \"hunter 2\", \"x\": 1}",
            ("body", "{'password': '<secret>', 'x': 1}"),
        );
        check_masked("body", "{\\\"apiKey\\\":\\\"k9\\\"}", ("body", "{'apiKey':'<secret>'}"));
        check_masked("pan", "4111111111111111", ("pan", "<secret>"));
        check_masked("note", "say \"it\"", ("note", "say \"it\""));
    }

    #[track_caller]
    fn check_shape(fields: &[(&str, &str)], expected: &str) {
        let shaped = |fields: &[(&str, &str)]| {
            let (mut text, mut ends) = (String::new(), Vec::new());
            for (name, value) in fields {
                text += name;
                let name_end = text.len() as u32;
                text += value;
                ends.push((name_end, text.len() as u32));
            }
            let mut shaper = Shaper::new();
            let shape = shaper.shape_fields(RecordFields::new(&text, &ends).as_message(), "");
            (shape.text.to_owned(), shape.masked)
        };
        assert_eq!(shaped(fields).0, expected);
        let mut turned = fields.to_vec();
        turned.reverse();
        assert_eq!(shaped(&turned), shaped(fields), "the order of fields makes no difference");
    }

    #[test]
    fn fields_without_a_message_are_their_names_and_what_happened() {
        check_shape(
            &[("action", "login"), ("user", "bob"), ("ms", "12"), ("outcome", "too many tries")],
            "action=login ms=<num> outcome=\"too many tries\" user=<str>",
        );
        check_shape(
            &[("eventType", "order.placed"), ("http.method", "GET"), ("http.path", "/a/7")],
            "eventType=order.placed http.method=GET http.path=<str>",
        );
        check_shape(
            &[("prompt", "a"), ("status", "200"), ("api_key", "x y")],
            "api_key=<secret> prompt=<str> status=<num>",
        );
        check_shape(&[("orders.12345", "a")], "orders.<num>=<str>");
    }
}

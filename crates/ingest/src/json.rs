//! One JSON object to its scalar fields, in order of appearance, nested names joined with dots.
//!
//! Where keys and values stand in the line is noted instead of copying them, so that the list can be reused from
//! line to line; only what is escaped or nested is written to a scratch text. What arrays hold is passed over, and so is
//! what lies deeper than a log's fields should.
//!
//! Nearly all lines that loggers write are plain: no escapes, no arrays, no odd white space. Those are read by
//! [`crate::json_plain`]; a visitor of `serde_json` reads all others, and alone decides what is an error.

use std::fmt;

use crate::json_plain;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

const FIELDS_MAX: usize = 256;
/// Objects in objects that are read.
pub(crate) const DEPTH_MAX: usize = 5;

/// The fields of one object, and the memory for those of the next.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    list: Vec<(Span, Value)>,
    scratch: String,
}

/// A field's value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    /// An array, whose items are passed over.
    List,
}

impl<'a> Scalar<'a> {
    /// The text, if it is one.
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List => f.write_str("[...]"),
        }
    }
}

/// A value as it is noted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Span),
    List,
}

/// A piece of the line or of the scratch text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    is_scratch: bool,
    start: u32,
    end: u32,
}

impl Span {
    /// A piece of the line.
    pub(crate) fn of_line(start: usize, end: usize) -> Self {
        Self { is_scratch: false, start: start as u32, end: end as u32 }
    }
}

impl Fields {
    /// Reads the line, which must be one object and nothing else.
    pub(crate) fn read(&mut self, line: &str) -> Result<(), serde_json::Error> {
        self.list.clear();
        self.scratch.clear();
        if u32::try_from(line.len()).is_err() {
            return Err(Error::custom("longer than 4 GiB"));
        }
        if json_plain::read(self, line).is_some() {
            return Ok(());
        }
        self.read_any(line)
    }

    /// Reads any line, however it is written.
    fn read_any(&mut self, line: &str) -> Result<(), serde_json::Error> {
        self.list.clear();
        self.scratch.clear();
        let mut json = serde_json::Deserializer::from_str(line);
        json.deserialize_map(Object { fields: self, line, prefix: None, depth: 0 })?;
        json.end()
    }

    /// How many scalar fields there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The name of a field; `line` is what was read.
    #[inline]
    pub(crate) fn key<'a>(&'a self, line: &'a str, at: usize) -> &'a str {
        self.at(line, self.list[at].0)
    }

    /// The value of a field; `line` is what was read.
    #[inline]
    pub(crate) fn value<'a>(&'a self, line: &'a str, at: usize) -> Scalar<'a> {
        match self.list[at].1 {
            Value::Null => Scalar::Null,
            Value::Bool(value) => Scalar::Bool(value),
            Value::Integer(value) => Scalar::Integer(value),
            Value::Float(value) => Scalar::Float(value),
            Value::Text(span) => Scalar::Text(self.at(line, span)),
            Value::List => Scalar::List,
        }
    }

    /// Name and value of every scalar field; `line` is what was read.
    pub(crate) fn iter<'a>(&'a self, line: &'a str) -> impl Iterator<Item = (&'a str, Scalar<'a>)> {
        (0..self.len()).map(move |at| (self.key(line, at), self.value(line, at)))
    }

    #[inline]
    fn at<'a>(&'a self, line: &'a str, span: Span) -> &'a str {
        let text = if span.is_scratch { &self.scratch } else { line };
        &text[span.start as usize..span.end as usize]
    }

    /// Where a text that was borrowed from the line stands in it.
    fn borrowed(&mut self, line: &str, text: &str) -> Span {
        let start = (text.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        if start.saturating_add(text.len()) > line.len() {
            return self.copied(text);
        }
        Span::of_line(start, start + text.len())
    }

    /// Forgets all fields, for another who fills them.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.scratch.clear();
    }

    /// Keeps a text that does not stand in the line as it is.
    pub(crate) fn copied(&mut self, text: &str) -> Span {
        let start = self.scratch.len() as u32;
        self.scratch.push_str(text);
        Span { is_scratch: true, start, end: self.scratch.len() as u32 }
    }

    /// Whether no further field is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= FIELDS_MAX
    }

    /// Takes a field.
    pub(crate) fn push(&mut self, key: Span, value: Value) {
        self.list.push((key, value));
    }

    /// The name of a field in the object of that name.
    pub(crate) fn joined(&mut self, line: &str, prefix: Option<Span>, key: Span) -> Span {
        let Some(prefix) = prefix else { return key };
        let start = self.scratch.len() as u32;
        self.push_piece(line, prefix);
        self.scratch.push('.');
        self.push_piece(line, key);
        Span { is_scratch: true, start, end: self.scratch.len() as u32 }
    }

    fn push_piece(&mut self, line: &str, span: Span) {
        let range = span.start as usize..span.end as usize;
        if span.is_scratch {
            self.scratch.extend_from_within(range);
        } else {
            self.scratch.push_str(&line[range]);
        }
    }
}

struct Object<'f, 'l> {
    fields: &'f mut Fields,
    line: &'l str,
    prefix: Option<Span>,
    depth: usize,
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Text { fields: &mut *self.fields, line: self.line })? {
            if self.fields.is_full() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let key = self.fields.joined(self.line, self.prefix, key);
            map.next_value_seed(Any { fields: &mut *self.fields, line: self.line, key, depth: self.depth })?;
        }
        Ok(())
    }
}

/// A key, as the span where it stands.
struct Text<'f, 'l> {
    fields: &'f mut Fields,
    line: &'l str,
}

impl<'de> DeserializeSeed<'de> for Text<'_, '_> {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text<'_, '_> {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Span, E> {
        Ok(self.fields.borrowed(self.line, text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
        Ok(self.fields.copied(text))
    }
}

/// The value of the field with this key.
struct Any<'f, 'l> {
    fields: &'f mut Fields,
    line: &'l str,
    key: Span,
    depth: usize,
}

impl Any<'_, '_> {
    fn note<E>(self, value: Value) -> Result<(), E> {
        self.fields.push(self.key, value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Any<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.note(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.note(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.note(Value::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.note(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.note(Value::Float(value))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        let span = self.fields.borrowed(self.line, text);
        self.note(Value::Text(span))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let span = self.fields.copied(text);
        self.note(Value::Text(span))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.note(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH_MAX {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        Object { fields: self.fields, line: self.line, prefix: Some(self.key), depth: self.depth + 1 }
            .visit_map(map)
    }
}

/// The names of an object's own fields, read from a line that may be cut off, and whether the object ends.
///
/// `None` if the line does not begin with an object. Nothing else is checked.
pub(crate) fn names(line: &[u8]) -> Option<(Vec<&str>, bool)> {
    let line = line.trim_ascii();
    if line.first() != Some(&b'{') {
        return None;
    }
    let (mut depth, mut at, mut names, mut is_key) = (0_usize, 0, Vec::new(), true);
    while at < line.len() {
        match line[at] {
            b'"' => {
                let Some(end) = string_end(line, at + 1) else { return Some((names, false)) };
                if depth == 1 && is_key && names.len() < FIELDS_MAX {
                    names.extend(std::str::from_utf8(&line[at + 1..end]));
                }
                at = end;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some((names, at + 1 == line.len()));
                }
            }
            b':' if depth == 1 => is_key = false,
            b',' if depth == 1 => is_key = true,
            _ => {}
        }
        at += 1;
    }
    Some((names, false))
}

/// Where the text that begins here has its closing quote.
pub(crate) fn string_end(line: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let mut fields = Fields::default();
        let text = match fields.read(line) {
            Ok(()) => {
                fields.iter(line).map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
            }
            Err(_) => "error".to_owned(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn scalar_fields_are_listed_in_order_with_dotted_names() {
        check(r#"{"b":1,"a":"x","c":{"d":true,"e":{"f":null}}}"#, "b=1 a=x c.d=true c.e.f=null");
        check(
            r#"{"a\u0041":"x\ny","n":1.5,"big":18446744073709551615}"#,
            "aA=x\ny n=1.5 big=18446744073709552000",
        );
        check(r#"{"list":[1,2,{"x":1}],"after":1}"#, "list=[...] after=1");
        check("{}", "");
    }

    #[test]
    fn what_is_not_one_object_is_an_error() {
        check(r#"{"a":1"#, "error");
        check(r#"{"a":1} trailing"#, "error");
        check("[1]", "error");
        check(&"{\"a\":".repeat(10_000), "error");
    }

    fn listed(fields: &Fields, line: &str) -> Vec<String> {
        fields.iter(line).map(|(key, value)| format!("{key}={value:?}")).collect()
    }

    #[track_caller]
    fn check_both_ways(line: &str) {
        let (mut one, mut other) = (Fields::default(), Fields::default());
        let (read, read_any) = (one.read(line), other.read_any(line));
        assert_eq!(read.is_ok(), read_any.is_ok(), "{line}");
        if read.is_ok() {
            assert_eq!(listed(&one, line), listed(&other, line), "{line}");
        }
    }

    #[test]
    fn plain_lines_are_read_as_any_others_are() {
        for value in [
            "0",
            "-0",
            "-1",
            "01",
            "1.",
            ".5",
            "1.5",
            "-1e3",
            "1E+30",
            "1e999",
            "0.1e-7",
            "123456789012345678",
            "1234567890123456789",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "+1",
            "-",
            "1-",
            "1 2",
            "0x1",
            "true",
            "false",
            "null",
            "True",
            "nul",
            "\"\"",
            "\"a\"",
            "\"\\n\"",
            "\"\\ud800\"",
            "\"\t\"",
            "\"\u{7f}é\"",
            "\"a",
            "{}",
            "{ }",
            "{,}",
            "{\"b\":1,}",
            "{\"b\":{\"c\":null},\"d\":2}",
            "[]",
            "[1,{}]",
            "{\"b\" : 1 , \"c\":2 }",
            "{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":1},\"h\":2}}}}}",
            "",
            " ",
        ] {
            for line in [
                "{\"a\":@}",
                "{\"a\":@,\"z\":1}",
                "{ \"a\" : @ } ",
                "{\"a\":@ ,\"z\":1",
                "{\"a\"@}",
                "{@}",
                "@",
            ] {
                check_both_ways(&line.replace('@', value));
            }
        }
        let many: Vec<String> = (0..300).map(|number| format!("\"k{number}\":{number}")).collect();
        check_both_ways(&format!("{{{}}}", many.join(",")));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn whatever_a_line_holds_it_is_read_as_any_other_is(
            line in "\\{(\"[a-z.é]{0,9}\" ?: ?(\"[ -~é]{0,12}\"|-?[0-9]{1,20}(\\.[0-9]{0,3})?|null|true|\\{\"x\":1\\}|[\\[\\]{},:\" 0-9tfn]{0,4}),?){0,6}[}\"x]{0,2}"
        ) {
            check_both_ways(&line);
        }
    }

    #[test]
    fn names_are_read_from_a_line_that_is_cut_off() {
        let (found, ends) = names(br#"{"metric":{"__name__":"x"},"values":[1,2"#).unwrap();
        assert_eq!((found, ends), (vec!["metric", "values"], false));
        let (found, ends) = names(br#" {"a":"}{","b":{"c":1}} "#).unwrap();
        assert_eq!((found, ends), (vec!["a", "b"], true));
        assert!(names(b"[1]").is_none());
    }
}

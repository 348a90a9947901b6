//! The values of OTLP's JSON, as the many who write it have them
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).
//!
//! 64-bit numbers are strings or numbers, identifiers hexadecimal or, from plain protobuf writers, base64, and enums
//! numbers or names. An attribute that has another type than it should is as if it were not there, a time or a value that has is an error of
//! its record alone.

use std::borrow::Cow;
use std::fmt;

use hark_event::Moment;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use xxhash_rust::xxh3::xxh3_64;

use crate::json::Scalar;
use crate::lenient::{Lenient, List, pass_list, pass_object};
use crate::stamp::of_magnitude;

/// A text; a number or truth value where one should be is its text, and what is many values none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(truth.to_string())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Text<'de>, A::Error> {
        pass_list(seq).map(|()| Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text<'de>, A::Error> {
        pass_object(map).map(|()| Text::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }
}

/// A whole number, written as one or as a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Whole(pub(crate) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        Ok(Whole(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
        Ok(Whole(number as i64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
        let number = text.trim().parse::<i128>().map_err(E::custom)?;
        Ok(Whole(number.clamp(i64::MIN.into(), i64::MAX.into()) as i64))
    }

    fn visit_unit<E: Error>(self) -> Result<Whole, E> {
        Ok(Whole(0))
    }
}

impl Whole {
    /// The moment, in nanoseconds; `None` for 0 and for what is no time that telemetry can have.
    pub(crate) fn moment(self) -> Option<Moment> {
        of_magnitude(self.0)
    }
}

/// A number, written as one or as a text; `NaN` and `Infinity` among them.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Number(pub(crate) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        text.trim().parse().map(Number).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<Number, E> {
        Ok(Number(f64::NAN))
    }
}

/// A number in an attribute as it is written; what is none is nothing.
#[derive(Debug, Default)]
enum Written<'a> {
    #[default]
    Nothing,
    Integer(i64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Written<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Written<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Written<'de>, E> {
        Ok(Written::Nothing)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Written<'de>, E> {
        Ok(Written::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Written<'de>, E> {
        Ok(Written::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Written<'de>, E> {
        Ok(Written::Float(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Written<'de>, E> {
        Ok(Written::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Written<'de>, E> {
        Ok(Written::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Written<'de>, E> {
        Ok(Written::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Written<'de>, A::Error> {
        pass_list(seq).map(|()| Written::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written<'de>, A::Error> {
        pass_object(map).map(|()| Written::Nothing)
    }
}

impl Written<'_> {
    fn whole(&self) -> Scalar<'_> {
        match self {
            Self::Nothing => Scalar::Null,
            Self::Integer(number) => Scalar::Integer(*number),
            Self::Float(number) => Scalar::Integer(*number as i64),
            Self::Text(text) => text.trim().parse().map_or(Scalar::Null, Scalar::Integer),
        }
    }

    fn float(&self) -> Scalar<'_> {
        match self {
            Self::Nothing => Scalar::Null,
            Self::Integer(number) => Scalar::Float(*number as f64),
            Self::Float(number) => Scalar::Float(*number),
            Self::Text(text) => text.trim().parse().map_or(Scalar::Null, Scalar::Float),
        }
    }
}

/// An attribute.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct KeyValue<'a> {
    /// Its name.
    #[serde(borrow)]
    pub(crate) key: Text<'a>,
    #[serde(borrow)]
    value: Lenient<AnyValue<'a>>,
}

impl<'a> KeyValue<'a> {
    /// Its value.
    pub(crate) fn value(&self) -> &AnyValue<'a> {
        &self.value.0
    }
}

/// A value of any type.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AnyValue<'a> {
    #[serde(borrow, alias = "string_value")]
    string_value: Option<Text<'a>>,
    #[serde(borrow, alias = "bool_value")]
    bool_value: Option<Text<'a>>,
    #[serde(borrow, alias = "int_value")]
    int_value: Option<Written<'a>>,
    #[serde(borrow, alias = "double_value")]
    double_value: Option<Written<'a>>,
    #[serde(borrow, alias = "kvlist_value")]
    kvlist_value: Option<Lenient<KeyValues<'a>>>,
    #[serde(borrow, alias = "array_value")]
    array_value: Option<Lenient<Values<'a>>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct KeyValues<'a> {
    #[serde(borrow)]
    values: List<KeyValue<'a>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct Values<'a> {
    #[serde(borrow)]
    values: List<AnyValue<'a>>,
}

impl AnyValue<'_> {
    /// The value, if it is one and not many.
    pub(crate) fn scalar(&self) -> Scalar<'_> {
        if let Some(Text(text)) = &self.string_value {
            Scalar::Text(text)
        } else if let Some(Text(truth)) = &self.bool_value {
            truth.parse().map_or(Scalar::Null, Scalar::Bool)
        } else if let Some(number) = &self.int_value {
            number.whole()
        } else if let Some(number) = &self.double_value {
            number.float()
        } else {
            Scalar::Null
        }
    }

    /// The values by name, if it is many of them.
    pub(crate) fn by_name(&self) -> Option<&[KeyValue<'_>]> {
        self.kvlist_value.as_ref().map(|list| &*list.0.values)
    }

    /// Writes the value for people: `key=value` for each of many.
    pub(crate) fn write(&self, into: &mut String) {
        use fmt::Write;
        if let Some(list) = &self.kvlist_value {
            for KeyValue { key, value: Lenient(value) } in list.0.values.iter() {
                if !into.is_empty() {
                    into.push(' ');
                }
                into.push_str(&key.0);
                into.push('=');
                value.write(into);
            }
        } else if let Some(list) = &self.array_value {
            for (at, value) in list.0.values.iter().enumerate() {
                into.push_str(if at == 0 { "[" } else { ", " });
                value.write(into);
            }
            into.push(']');
        } else if self.scalar() != Scalar::Null {
            write!(into, "{}", self.scalar()).expect("writing to a string cannot fail");
        }
    }
}

/// Hash of an identifier: equal however it is written, and without the zeros before a short one.
pub(crate) fn id_hash(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_hex =
        !text.is_empty() && text.len().is_multiple_of(4) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = matches!(text.len(), 12 | 24) && text.ends_with('=');
    let digits = if is_hex || !is_base64 {
        text.to_ascii_lowercase()
    } else {
        base64_digits(text).unwrap_or_else(|| text.to_owned())
    };
    let digits = digits.trim_start_matches('0');
    (!digits.is_empty()).then(|| xxh3_64(digits.as_bytes()))
}

/// The bytes of base64 as hexadecimal digits.
fn base64_digits(text: &str) -> Option<String> {
    use fmt::Write;
    let worth = |byte: u8| {
        Some(match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        })
    };
    let (mut held, mut bits, mut digits) = (0_u32, 0, String::new());
    for byte in text.trim_end_matches('=').bytes() {
        held = held << 6 | u32::from(worth(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            write!(digits, "{:02x}", held >> bits & 0xff).expect("writing to a string cannot fail");
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_the_same_however_it_is_written() {
        let hex = id_hash("5b8efff798038103d269b633813fc60c");
        assert_eq!(hex, id_hash("5B8EFFF798038103D269B633813FC60C"));
        assert_eq!(hex, id_hash("W47/95gDgQPSabYzgT/GDA=="));
        assert_eq!(id_hash("eee19b7ec3c1b174"), id_hash("7uGbfsPBsXQ="));
        assert_eq!(id_hash("0000000000000000eee19b7ec3c1b174"), id_hash("eee19b7ec3c1b174"));
        assert_eq!(id_hash("0000000000000000"), None);
        assert_eq!(id_hash(""), None);
    }

    #[track_caller]
    fn check_value(json: &str, expected: &str) {
        let mut text = String::new();
        serde_json::from_str::<AnyValue<'_>>(json).unwrap().write(&mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn values_of_all_types_are_written_for_people() {
        check_value(r#"{"stringValue":"a \"b\""}"#, "a \"b\"");
        check_value(r#"{"intValue":"9007199254740993"}"#, "9007199254740993");
        check_value(r#"{"intValue":7}"#, "7");
        check_value(r#"{"double_value":1.5}"#, "1.5");
        check_value(r#"{"boolValue":true}"#, "true");
        check_value(
            r#"{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}},{"key":"b","value":{"arrayValue":{"values":[{"stringValue":"x"},{"boolValue":false}]}}}]}}"#,
            "a=1 b=[x, false]",
        );
        check_value("{}", "");
        check_value(r#"{"stringValue":0.5}"#, "0.5");
        check_value(r#"{"stringValue":["odd"]}"#, "");
        check_value(r#"{"intValue":"odd"}"#, "");
        check_value(r#"{"boolValue":{}}"#, "");
        check_value(r#"{"arrayValue":{"values":[null,{"intValue":1}]}}"#, "[, 1]");
    }
}

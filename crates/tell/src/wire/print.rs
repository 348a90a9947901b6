//! JSON as text: pretty, with a newline at the end, and safe to show on a terminal.
//!
//! JSON escapes the ASCII controls by itself. Its strings may still hold C1 controls, DEL and characters
//! that reorder text; they are written as escapes too, which every reader turns back into the same value.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::clean;

/// The value as indented JSON with a newline at the end.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Harmless(PrettyFormatter::new()));
    value
        .serialize(&mut serializer)
        .expect("wire structs have string keys, and memory takes all that is written");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("serde_json writes UTF-8")
}

/// The value as JSON in one line.
pub(crate) fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value)
        .expect("wire structs have string keys, and memory takes all that is written");
    if !text.chars().any(clean::is_harmful) {
        return text;
    }
    let mut harmless = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if clean::is_harmful(character) {
            let units = character
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<String>();
            harmless.push_str(&units);
        } else {
            harmless.push(character);
        }
    }
    harmless
}

/// Pretty JSON whose strings hold nothing that steers a terminal.
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices().filter(|(_, character)| clean::is_harmful(*character))
        {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_keeps_its_value_and_loses_its_power() {
        let hostile = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{e0041}\"\\\u{2028}東";
        let text = pretty(&[hostile]);
        assert!(
            !text.trim_end().chars().any(|character| character != '\n' && clean::is_harmful(character)),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [hostile]);
    }
}

//! JSON; with comments or trailing commas it is read line by line instead.

use serde_json::Value;

use super::{LABELS, Settings, joined, lines};

pub(super) fn read(text: &str, settings: &mut Settings) {
    match serde_json::from_str(text) {
        // The parser refuses nesting of more than 128 levels, which bounds the recursion.
        Ok(value) => read_value("", &value, settings),
        Err(_) => lines::read(text, settings),
    }
}

fn read_value(path: &str, value: &Value, settings: &mut Settings) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                read_value(&joined(path, key), value, settings);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                match label(item) {
                    Some(label) => read_value(&joined(path, &format!("[{label}]")), item, settings),
                    None if item.is_object() || item.is_array() => {
                        read_value(&joined(path, &format!("[{number}]")), item, settings);
                    }
                    None => read_value(path, item, settings),
                }
            }
        }
        Value::String(text) => settings.set(path, text),
        other => settings.set(path, &other.to_string()),
    }
}

fn label(item: &Value) -> Option<&str> {
    LABELS.iter().find_map(|label| item.get(label)?.as_str())
}

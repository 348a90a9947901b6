//! Dockerfiles: what is built on, what is set, and what is run.

use super::{Settings, unquoted, without_comment};

pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut whole = String::new();
    for line in text.lines() {
        let line = without_comment(line, &["#"]).trim();
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
            }
            None => {
                whole.push_str(line);
                read_instruction(&whole, settings);
                whole.clear();
            }
        }
    }
}

fn read_instruction(instruction: &str, settings: &mut Settings) {
    let Some((name, rest)) = instruction.trim().split_once(char::is_whitespace) else { return };
    let name = name.to_ascii_uppercase();
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    if !matches!(name.as_str(), "ENV" | "ARG" | "LABEL") {
        return settings.append(&name, &rest, "; ");
    }
    if !rest.contains('=') {
        let (key, value) = rest.split_once(' ').unwrap_or((&rest, ""));
        return settings.set(&format!("{name}.{key}"), unquoted(value));
    }
    for pair in rest.split(' ') {
        if let Some((key, value)) = pair.split_once('=') {
            settings.set(&format!("{name}.{key}"), unquoted(value));
        }
    }
}

//! YAML by its indentation: enough for files that people write, without anchors, tags and flow style.
//!
//! Text blocks (`|`) are read as lines, because Kubernetes keeps whole configuration files in them.

use super::{LABELS, Settings, joined, unquoted, without_comment};

/// Deeper levels than this are taken for the last one.
const DEPTH_MAX: usize = 64;

/// A key or list item whose content stands below it.
struct Level {
    indent: usize,
    path: String,
    is_item: bool,
    /// Items seen below, to number those without a name.
    items: usize,
}

pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut levels: Vec<Level> = Vec::new();
    for line in text.lines() {
        let content = without_comment(line, &["#"]);
        let trimmed = content.trim_start();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed == "---" {
            levels.clear();
            continue;
        }
        read_content(trimmed, content.len() - trimmed.len(), &mut levels, settings);
    }
}

fn read_content(content: &str, indent: usize, levels: &mut Vec<Level>, settings: &mut Settings) {
    let mut content = content;
    let mut indent = indent;
    while let Some(rest) = content.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        let inner = rest.trim_start();
        open_item(inner, indent, levels);
        indent += content.len() - inner.len();
        content = inner;
    }
    if content.is_empty() {
        return;
    }
    while levels.pop_if(|level| level.indent >= indent).is_some() {}
    let path = levels.last().map_or("", |level| &level.path);
    let is_item = levels.last().is_some_and(|level| level.is_item);
    let list = &path[..path.rfind('[').unwrap_or(path.len())];
    match key_and_value(content) {
        Some((key, value)) if is_block(value) => {
            let path = joined(path, key);
            if levels.len() < DEPTH_MAX {
                levels.push(Level { indent, path, is_item: false, items: 0 });
            }
        }
        // The name is in the path already.
        Some((key, _)) if LABELS.contains(&key) && is_item => {}
        // `- NAME=value`: the name tells it from the others, its number in the list changes with them.
        Some((key, value)) if is_item && content[..content.len() - value.len()].trim_end().ends_with('=') => {
            settings.set(&joined(list, key), unquoted(value));
        }
        Some((key, value)) => settings.set(&joined(path, key), unquoted(value)),
        None if is_item => settings.set(list, unquoted(content)),
        None => settings.append(path, unquoted(content), " "),
    }
}

/// A list's items may stand in the column of the key that they belong to.
fn open_item(inner: &str, indent: usize, levels: &mut Vec<Level>) {
    while levels.pop_if(|level| level.indent > indent || (level.indent == indent && level.is_item)).is_some()
    {
    }
    if levels.len() >= DEPTH_MAX {
        return;
    }
    let label = key_and_value(inner).filter(|(key, value)| LABELS.contains(key) && !is_block(value));
    let (path, number) = levels.last_mut().map_or((String::new(), 0), |level| {
        level.items += 1;
        (level.path.clone(), level.items - 1)
    });
    let item = label.map_or_else(|| format!("[{number}]"), |(_, value)| format!("[{}]", unquoted(value)));
    levels.push(Level { indent, path: joined(&path, &item), is_item: true, items: 0 });
}

/// Whether the value stands on the lines below.
fn is_block(value: &str) -> bool {
    value.is_empty() || matches!(value.as_bytes(), [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+' | b'0'..=b'9'])
}

/// `key: value`, or `key=value` as it stands in text blocks.
fn key_and_value(content: &str) -> Option<(&str, &str)> {
    let colon = content.find(": ").or_else(|| content.strip_suffix(':').map(str::len));
    let equals = content.find('=').filter(|at| content[..*at].trim_end().bytes().all(|byte| byte > b' '));
    let at = colon.into_iter().chain(equals).min()?;
    let key = unquoted(&content[..at]);
    let is_key = !key.is_empty() && !key.starts_with(['{', '[', '"', '\'']) && key.len() <= 200;
    is_key.then(|| (key, content[at + 1..].trim()))
}

//! Settings on lines: INI, TOML, properties, environment files, HCL, nginx and their relatives.
//!
//! Sections come from `[section]` and from braces; a key ends at `=`, `:` or a space.

use super::{Settings, joined, unquoted, without_comment};

/// Blocks nested deeper than this are taken for the last one.
const DEPTH_MAX: usize = 64;

pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut section = String::new();
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = without_comment(line, &["#", ";", "//"]).trim().trim_end_matches([',', ';']).trim_end();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if let Some(name) = section_name(line, &blocks) {
            section = name.to_owned();
            continue;
        }
        let path = blocks.last().unwrap_or(&section).clone();
        let inner = line.trim_start_matches(['}', ']', ')']);
        if inner.len() < line.len() {
            for _ in 0..line.len() - inner.len() {
                blocks.pop();
            }
        }
        if inner.is_empty() {
            continue;
        }
        match inner.strip_suffix(['{', '[', '(']) {
            Some(head) if blocks.len() < DEPTH_MAX => {
                let name = block_name(head);
                blocks.push(if name.is_empty() { path } else { joined(&path, &name) });
            }
            Some(_) => {}
            None => read_setting(inner, &path, settings),
        }
    }
}

/// `[name]` or `[[name]]`.
fn section_name<'l>(line: &'l str, blocks: &[String]) -> Option<&'l str> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let name = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner);
    (blocks.is_empty() && !name.is_empty() && !name.contains([',', '"'])).then_some(name)
}

/// `resource "aws_db" "main"` is `resource.aws_db.main`.
fn block_name(head: &str) -> String {
    let head = head.trim_end_matches([' ', '=', ':', '\t']);
    head.split_whitespace().map(unquoted).collect::<Vec<_>>().join(".")
}

fn read_setting(line: &str, path: &str, settings: &mut Settings) {
    let separator = line.find(['=', ':']).or_else(|| line.find([' ', '\t']));
    match separator {
        Some(at) if at > 0 => {
            let key = unquoted(&line[..at]);
            let value = line[at + 1..].trim_start_matches(['=', ':', ' ', '\t']);
            settings.set(&joined(path, key), unquoted(value));
        }
        _ => settings.set(path, unquoted(line)),
    }
}

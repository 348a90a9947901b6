//! XML: elements are the path below the root, attributes stand after an `@`.

use super::{LABELS, Settings, joined};

/// Elements nested deeper than this are not read.
const DEPTH_MAX: usize = 64;

struct Element<'t> {
    name: &'t str,
    /// The path up to and with this element.
    path: String,
}

pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        read_content(rest[..start].trim(), &mut open, settings);
        let tag = &rest[start..];
        let length = tag_length(tag);
        read_tag(&tag[..length], &mut open, settings);
        rest = &tag[length..];
    }
}

fn tag_length(tag: &str) -> usize {
    let until = |end: &str| tag.find(end).map_or(tag.len(), |at| at + end.len());
    if tag.starts_with("<!--") {
        until("-->")
    } else if tag.starts_with("<![CDATA[") {
        until("]]>")
    } else {
        until(">")
    }
}

/// Text between tags: a value, or the name by which the element around is told from others.
fn read_content(content: &str, open: &mut [Element<'_>], settings: &mut Settings) {
    let [.., parent, element] = open else { return };
    if content.is_empty() {
        return;
    }
    if LABELS.contains(&element.name) && !parent.path.ends_with(']') {
        parent.path = joined(&parent.path, &format!("[{content}]"));
        element.path.clone_from(&parent.path);
    } else {
        settings.set(&joined(&parent.path, element.name), content);
    }
}

fn read_tag<'t>(tag: &'t str, open: &mut Vec<Element<'t>>, settings: &mut Settings) {
    if tag.starts_with("<!") || tag.starts_with("<?") {
        return;
    }
    let inner = tag.trim_start_matches('<').trim_end_matches('>');
    if let Some(name) = inner.strip_prefix('/') {
        // An element that was never closed ends with the one around it.
        if let Some(at) = open.iter().rposition(|element| element.name == name.trim()) {
            open.truncate(at);
        }
        return;
    }
    let name = inner.split([' ', '\t', '\n', '\r', '/']).next().unwrap_or_default();
    let attributes = attributes(&inner[name.len()..]);
    let parent = open.last().map_or("", |element| element.path.as_str());
    let label = attributes.iter().find(|(key, _)| LABELS.contains(key));
    // The root says nothing that the file's name does not say.
    let own = if open.is_empty() { "" } else { name };
    let mut path = if own.is_empty() { String::new() } else { joined(parent, own) };
    if let Some((_, value)) = label {
        path = joined(&path, &format!("[{value}]"));
    }
    for (key, value) in
        attributes.iter().filter(|(key, _)| !LABELS.contains(key) && !key.starts_with("xmlns"))
    {
        settings.set(&format!("{path}@{key}"), value);
    }
    if !inner.ends_with('/') && open.len() < DEPTH_MAX {
        open.push(Element { name, path });
    }
}

fn attributes(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        let Some((value, more)) = after[1..].split_once(quote) else { break };
        found.push((key.trim(), value));
        rest = more;
    }
    found
}

//! Grafana's annotations, as its HTTP API gives them: an array of what people and pipelines marked on dashboards
//! (<https://grafana.com/docs/grafana/latest/developers/http_api/annotations/>).
//!
//! Tags and text tell what kind of change it was, `service:checkout` among the tags whose. Annotations that alerts made
//! and those that tell of no change are counted as such.

use std::sync::Arc;

use hark_event::Moment;
use serde::Deserialize;

use crate::announced::{Announced, kind_of};
use crate::ear::Ear;
use crate::lines::Lines;
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS};
use crate::samples::KnownLines;
use crate::stamp::of_magnitude;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    /// Milliseconds since 1970; scripts put seconds there, which their size tells.
    time: i64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    alert_id: i64,
    #[serde(default)]
    new_state: Option<String>,
}

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return known_lines.count(lines.tally.since(before), None, ear) };
        let is_empty = line.bytes.trim_ascii().is_empty();
        let number = line.number;
        let annotation = serde_json::from_slice::<Annotation>(line.bytes)
            .ok()
            .and_then(|annotation| of_magnitude(annotation.time).map(|time| (annotation, time)));
        let mut tally = lines.tally.since(before);
        if annotation.is_none() && !is_empty {
            tally.reject(number, "no annotation with a `time` in milliseconds");
        }
        let is_known = annotation.map(|(annotation, time)| say(&annotation, time, ear));
        known_lines.count(tally, is_known, ear);
    }
}

/// Hands the change on, if it is one; says whether the annotation is known already.
fn say(annotation: &Annotation, time: Moment, ear: &mut Ear<'_>) -> bool {
    if !ear.knows(time) {
        return false;
    }
    let tags = annotation.tags.as_deref().unwrap_or_default();
    let is_of_an_alert =
        annotation.alert_id > 0 || annotation.new_state.as_deref().is_some_and(|state| !state.is_empty());
    let kind = tags.iter().find_map(|tag| kind_of(tag)).or_else(|| kind_of(&annotation.text));
    let Some(kind) = kind.filter(|_| !is_of_an_alert) else {
        ear.hearing.heard_at(time);
        ear.hearing.cut("annotations that tell of no change", 1);
        return true;
    };
    let service = tagged(tags, &SERVICE_KEYS).map(Arc::from).or_else(|| ear.service.clone());
    let environment = tagged(tags, &ENVIRONMENT_KEYS).map(|environment| format!("environment {environment}"));
    let text = without_markup(&annotation.text);
    let joined = tags.join(", ");
    ear.change(
        Announced {
            time,
            service,
            summary: if text.trim().is_empty() { &joined } else { &text },
            details: environment.into_iter().collect(),
            commit: None,
        }
        .into_change(kind),
    )
}

/// The value of the first tag that is `key:value` or `key=value`.
fn tagged<'a>(tags: &'a [String], keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| {
        tags.iter().find_map(|tag| {
            let (name, value) = tag.split_once([':', '='])?;
            (name.trim() == *key).then(|| value.trim()).filter(|value| !value.is_empty())
        })
    })
}

/// Texts may be HTML, of which only the words are wanted.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            plain.push('<');
            rest = after;
            continue;
        }
        // Where no tag ends any more, none is looked for.
        let Some((_, behind)) = after.split_once('>') else { return plain + "<" + after };
        plain.push(' ');
        rest = behind;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay_however_many_brackets_are_open() {
        assert_eq!(without_markup("<b>up</b> 3 < 4 <a"), " up  3 < 4 <a");
        let open = "<".repeat(2_000_000);
        assert_eq!(without_markup(&open), open);
        assert_eq!(without_markup(&(open.clone() + ">")), open + ">");
        let begun = "<a".repeat(1_000_000);
        assert_eq!(without_markup(&begun), begun);
    }
}

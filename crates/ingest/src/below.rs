//! Records that stand in an array below the top of a JSON document, as stores answer to queries: which array it is.
//!
//! No list of makers: it is the first array of objects, at the end of a few names, whose first objects say a time or are
//! of a form that tells itself. Only the head of the file is looked at. What it cannot do: follow an array within an array.

use std::io::Cursor;

use crate::ear::Ear;
use crate::json::{self, Fields, string_end};
use crate::lines::{KEY_BYTES_MAX, LINE_BYTES_MAX, Lines, Path, Split};
use crate::log_fields::{LogFields, is_time, message_rank};
use crate::sniff::Form;
use crate::sniff_json::of_names;
use crate::text::clean;

/// So many names lead to an array at most.
const DEPTH_MAX: usize = 4;
/// So many arrays are looked at.
const ARRAYS_MAX: usize = 32;
/// So many records of each are asked.
const RECORDS_ASKED: usize = 8;
/// So many names of fields are told.
const NAMES_TOLD: usize = 8;

/// Why the records in an array cannot be read.
pub(crate) struct Refusal {
    pub(crate) reason: String,
    /// Whether the object around them goes on behind what was looked at.
    pub(crate) is_cut: bool,
}

/// The form and the place of the records below the top, or why they cannot be read; `None` if there are none, or if the
/// first object is a record itself.
pub(crate) fn records(head: &[u8], ear: &mut Ear<'_>) -> Option<Result<(Form, Path), Refusal>> {
    let (names, _) = json::names(head)?;
    if of_names(&names).is_some() {
        return None;
    }
    let end = value_end(head, 0);
    if is_record(&head[..end.unwrap_or(head.len())], &names, end.is_some(), ear) {
        return None;
    }
    let mut scan = Scan { head, at: 1, path: Vec::new(), found: Vec::new() };
    // The head may end anywhere.
    let _ = scan.object();
    let asked: Vec<(Array, Asked)> = scan
        .found
        .into_iter()
        .map(|array| {
            let asked = ask(head, &array, ear);
            (array, asked)
        })
        .collect();
    asked
        .iter()
        .find_map(|(array, asked)| Some((asked.form.clone()?, array.path.clone())))
        .map(Ok)
        .or_else(|| asked.first().map(|(array, asked)| Err(refusal(array, asked, end.is_none()))))
}

/// Whether the first object says a time itself; of one that was cut, whether a name of its own promises one.
fn is_record(object: &[u8], names: &[&str], is_whole: bool, ear: &mut Ear<'_>) -> bool {
    if !is_whole {
        return names.iter().any(|name| is_time(name));
    }
    let (mut fields, text) = (Fields::default(), clean(object));
    fields.read(text.trim()).is_err() || LogFields::default().time(&fields, text.trim(), ear).is_some()
}

/// An array below the top.
struct Array {
    path: Path,
    items: Items,
}

/// What is in an array, by its first element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Items {
    Objects,
    Rows,
}

/// What the first records of an array say.
#[derive(Default)]
struct Asked {
    form: Option<Form>,
    names: Vec<String>,
}

fn ask(head: &[u8], array: &Array, ear: &mut Ear<'_>) -> Asked {
    let mut asked = Asked::default();
    if array.items == Items::Rows {
        return asked;
    }
    let (mut fields, mut meanings) = (Fields::default(), LogFields::default());
    let (mut records, mut dated, mut told) = (0, 0, 0);
    let mut lines = Lines::of(Box::new(Cursor::new(head)), LINE_BYTES_MAX, Split::Values(array.path.clone()));
    while records < RECORDS_ASKED {
        let Some(line) = lines.next() else { break };
        let bytes = line.bytes.to_vec();
        let Some((names, ends)) = json::names(&bytes) else { continue };
        records += 1;
        if asked.names.is_empty() {
            asked.names = names.iter().take(NAMES_TOLD).map(|&name| name.to_owned()).collect();
        }
        if let Some(form) = of_names(&names) {
            asked.form = asked.form.or(Some(form));
            return asked;
        }
        let is_span = names.contains(&"traceId") && names.contains(&"duration");
        let text = clean(&bytes);
        if is_span || !ends || fields.read(text.trim()).is_err() {
            continue;
        }
        dated += usize::from(meanings.time(&fields, text.trim(), ear).is_some());
        told += usize::from(names.iter().any(|name| message_rank(name).is_some()));
    }
    let is_wanted = dated * 2 >= records.max(1) || (ear.hears_timeless && told * 2 >= records.max(1));
    asked.form = is_wanted.then_some(Form::JsonAnswer);
    asked
}

fn refusal(array: &Array, asked: &Asked, is_cut: bool) -> Refusal {
    let path = array.path.join(".");
    let reason = match array.items {
        Items::Objects => format!(
            "a JSON document whose records stand in `.{path}` and say no time (their names: {}); write them as JSON lines \
             first, with `jq -c '.{path}[] | {{time: .WHEN, msg: .WHAT}}'`, where WHEN and WHAT are such names",
            clean(asked.names.join(", ").as_bytes())
        ),
        Items::Rows => format!(
            "a JSON document whose records stand in `.{path}` as lists; write them as JSON lines first, where fields have \
             names: of CloudWatch Logs Insights with `jq -c '.{path}[] | map({{(.field | ltrimstr(\"@\")): .value}}) | add'`, \
             of rows with `jq -c '.{path}[] | {{time: .[0], msg: .[1]}}'`"
        ),
    };
    Refusal { reason, is_cut }
}

/// A look through the objects of a head for arrays.
struct Scan<'h> {
    head: &'h [u8],
    at: usize,
    path: Vec<&'h str>,
    found: Vec<Array>,
}

impl Scan<'_> {
    /// Looks through an object whose bracket was passed; `None` where the head ends before it.
    fn object(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                b',' => self.at += 1,
                b'"' => self.member()?,
                _ => return None,
            }
        }
    }

    fn member(&mut self) -> Option<()> {
        let end = string_end(self.head, self.at + 1)?;
        let key = std::str::from_utf8(&self.head[self.at + 1..end]).ok();
        // Names on a path are compared as they are written.
        let key = key.filter(|key| key.len() < KEY_BYTES_MAX && !key.contains(['\\', '.', '\'', '"', '`']));
        self.at = end + 1;
        if self.next()? != b':' {
            return None;
        }
        self.at += 1;
        let first = self.next()?;
        if let Some(key) = key.filter(|_| self.path.len() < DEPTH_MAX) {
            self.path.push(key);
            if first == b'{' {
                self.at += 1;
                self.object()?;
                self.path.pop();
                return Some(());
            }
            if first == b'[' {
                self.note();
            }
            self.path.pop();
        }
        self.at = value_end(self.head, self.at)?;
        Some(())
    }

    /// Notes an array of objects or of arrays.
    fn note(&mut self) {
        let inside = self.head[self.at + 1..].trim_ascii_start().first();
        let items = match inside {
            Some(b'{') => Items::Objects,
            Some(b'[') => Items::Rows,
            _ => return,
        };
        if self.found.len() < ARRAYS_MAX {
            let path = self.path.iter().map(|&name| name.to_owned()).collect();
            self.found.push(Array { path, items });
        }
    }

    /// The next byte that is no space.
    fn next(&mut self) -> Option<u8> {
        while self.head.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.head.get(self.at).copied()
    }
}

/// Where the value that begins here ends; `None` where the head ends before it.
fn value_end(head: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    loop {
        match *head.get(at)? {
            b'"' => at = string_end(head, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(head[at - 1], b'}' | b']' | b'"') {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: &[&str]) {
        let mut scan = Scan { head: head.as_bytes(), at: 1, path: Vec::new(), found: Vec::new() };
        let _ = scan.object();
        let found: Vec<String> = scan.found.iter().map(|array| array.path.join(".")).collect();
        assert_eq!(found, expected, "{head}");
    }

    #[test]
    fn arrays_are_found_by_the_names_that_lead_to_them() {
        check(
            r#"{"took":5,"x":{"y":[1]},"hits":{"total":{"value":1},"hits":[{"a":[{}]},{}]},"z":[[1]]}"#,
            &["hits.hits", "z"],
        );
        check(r#"{"a":"]}{[","b":[],"c" : [ {"d":1"#, &["c"]);
        check(r#"{"a":{"b":{"c":{"d":{"e":[{}]},"f":[{}]}}}}"#, &["a.b.c.f"]);
        check("{\"a\":", &[]);
        check("{\"a\\\"b\":[{}],nonsense", &[]);
    }
}

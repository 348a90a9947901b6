//! The text of a shape while it grows.
//!
//! Lists of varying length must be one shape, so a wildcard that follows its like after nothing but a comma is not
//! written again. Where nothing encloses them, `3, 5` may be two things: only three and more are a list, and without commas eight.

use crate::kind::Kind;

/// The longest text of a shape, in bytes; what stands behind it is not part of the identity.
pub(crate) const SHAPE_BYTES_MAX: usize = 1024;

/// So many like wildcards in a row with commas between them are one list, if nothing encloses them.
const OPEN_LIST_MIN: usize = 3;
/// The same with single spaces between them.
const SPACED_LIST_MIN: usize = 8;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A reusable buffer for one shape.
#[derive(Default)]
pub(crate) struct Writer {
    text: String,
    /// The last wildcard and where it ends; an end of 0 means that there is none.
    last: Option<Kind>,
    last_end: usize,
    /// Where the first wildcard of a row ends, how many there are, and whether a bracket or a key stands before it.
    row_first_end: usize,
    row_len: usize,
    row_is_enclosed: bool,
    /// Where the row begins.
    row_start: usize,
    /// Whether the last time took in the day before it.
    has_day: bool,
    /// How long it was when it was marked, or since then, whichever is less.
    marked: usize,
}

impl Writer {
    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.last = None;
        self.last_end = 0;
        self.row_len = 0;
        self.marked = 0;
    }

    /// Whether more text would change nothing.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.text.len() >= SHAPE_BYTES_MAX
    }

    /// Appends constant text.
    #[inline(always)]
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Whether the day stood before the time that was written last; `None` if the last is no time.
    pub(crate) fn time_at_end(&self) -> Option<bool> {
        (self.last == Some(Kind::Time) && self.last_end == self.text.len()).then_some(self.has_day)
    }

    /// Remembers how long it is.
    pub(crate) fn mark(&mut self) {
        self.marked = self.text.len();
    }

    /// Whether a digit was written since it was marked.
    pub(crate) fn has_digit_since(&self) -> bool {
        self.text.as_bytes()[self.marked..].iter().any(u8::is_ascii_digit)
    }

    /// Appends one space, unless the text is empty or ends with one.
    pub(crate) fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    /// Appends a wildcard, or nothing if it continues a list.
    pub(crate) fn wildcard(&mut self, kind: Kind) {
        if kind == Kind::Time {
            self.take_back_day();
        }
        if self.last != Some(kind) {
            return self.other_wildcard(kind);
        }
        let length_min = match &self.text.as_bytes()[self.last_end..] {
            b" " | b"T" if kind == Kind::Time => 0,
            b" " => SPACED_LIST_MIN,
            gap if !is_list_gap(gap) => return self.begin_row(kind),
            gap if self.row_is_enclosed || !gap.contains(&b' ') => 0,
            _ => OPEN_LIST_MIN,
        };
        self.continue_row(kind, length_min);
    }

    /// An identifier now and then has digits alone, or letters up to f alone: in the brackets of a list it is an entry like its
    /// neighbours, and the list is called by the most general kind among them.
    fn other_wildcard(&mut self, kind: Kind) {
        let both = self.last.and_then(|last| Some((generality(last)?, generality(kind)?)));
        match both {
            Some((last, next))
                if is_list_gap(&self.text.as_bytes()[self.last_end..]) && self.row_is_list() =>
            {
                self.continue_row(kind, 0);
                if next > last {
                    self.cut(self.last_end - self.last.map_or(0, |last| last.wildcard().len()));
                    self.append(kind);
                    self.row_first_end = self.last_end;
                }
            }
            _ => self.begin_row(kind),
        }
    }

    /// Whether the row stands in the brackets of a list, so that its entries are one row of whatever kinds.
    fn row_is_list(&self) -> bool {
        self.text[..self.row_start].trim_end_matches([' ', '"', '\'']).ends_with('[')
    }

    /// The day before a time of day belongs to it: `Fri Jul 8 09:12:33`.
    fn take_back_day(&mut self) {
        self.has_day = false;
        let Some(rest) = self.text.strip_suffix(' ').and_then(|text| text.strip_suffix(Kind::Num.wildcard()))
        else {
            return;
        };
        let Some(rest) = rest.strip_suffix(' ').and_then(|text| without_word(text, &MONTHS)) else { return };
        let day =
            rest.strip_suffix(' ').or(rest.strip_suffix(", ")).and_then(|text| without_word(text, &WEEKDAYS));
        let length = day.unwrap_or(rest).len();
        if length < self.last_end {
            self.last = None;
        }
        self.cut(length);
        self.has_day = true;
    }

    fn begin_row(&mut self, kind: Kind) {
        let mut before = self.text.bytes().rev().skip_while(|&byte| byte == b' ');
        self.row_is_enclosed = before.next().is_some_and(|byte| b"[({<=:\"'".contains(&byte));
        self.row_start = self.text.len();
        self.append(kind);
        self.row_first_end = self.last_end;
        self.row_len = 1;
    }

    fn continue_row(&mut self, kind: Kind, length_min: usize) {
        self.row_len += 1;
        if length_min == 0 {
            self.cut(self.last_end);
        } else if self.row_len < length_min {
            self.append(kind);
        } else {
            self.cut(self.row_first_end);
            self.last_end = self.row_first_end;
        }
    }

    fn cut(&mut self, length: usize) {
        self.text.truncate(length);
        self.marked = self.marked.min(length);
    }

    fn append(&mut self, kind: Kind) {
        self.text.push_str(kind.wildcard());
        self.last = Some(kind);
        self.last_end = self.text.len();
    }

    /// Ends a line of the shape.
    pub(crate) fn end_line(&mut self) {
        let trimmed = self.text.trim_end_matches(' ').len();
        self.text.truncate(trimmed);
        self.last = None;
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Cuts the text to its limit and returns it.
    pub(crate) fn finish(&mut self) -> &str {
        if self.text.len() > SHAPE_BYTES_MAX {
            let end = self.text.floor_char_boundary(SHAPE_BYTES_MAX);
            self.text.truncate(end);
        }
        let trimmed = self.text.trim_end_matches([' ', '\n']).len();
        self.text.truncate(trimmed);
        &self.text
    }
}

/// Of the kinds that one sort of identifiers may be of, which takes in which.
fn generality(kind: Kind) -> Option<u8> {
    match kind {
        Kind::Num => Some(0),
        Kind::Hex => Some(1),
        Kind::Id => Some(2),
        _ => None,
    }
}

/// The text before one of these words, if it ends with one as a whole.
fn without_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let before = words.iter().find_map(|word| text.strip_suffix(word))?;
    (!before.ends_with(|last: char| last.is_alphanumeric())).then_some(before)
}

/// One comma, perhaps quotes in pairs and spaces, and nothing else; nearly all gaps hold a letter and end the search there.
fn is_list_gap(gap: &[u8]) -> bool {
    let (mut commas, mut quotes) = (0, 0);
    for &byte in gap {
        match byte {
            b',' | b';' => commas += 1,
            b'"' | b'\'' => quotes += 1,
            b' ' => {}
            _ => return false,
        }
    }
    commas == 1 && quotes % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(parts: &[(&str, Option<Kind>)]) -> String {
        let mut writer = Writer::default();
        for (text, kind) in parts {
            writer.push(text);
            if let Some(kind) = kind {
                writer.wildcard(*kind);
            }
        }
        writer.finish().to_owned()
    }

    #[test]
    fn a_comma_list_is_one_wildcard() {
        let list = [("[", Some(Kind::Num)), (", ", Some(Kind::Num)), (", ", Some(Kind::Num)), ("]", None)];
        assert_eq!(written(&list), "[<num>]");
        let quoted = [("[\"", Some(Kind::Id)), ("\", \"", Some(Kind::Id)), ("\"]", None)];
        assert_eq!(written(&quoted), "[\"<id>\"]");
    }

    #[test]
    fn a_spaced_row_is_a_list_only_when_it_is_long() {
        let row = |len: usize| vec![(" ", Some(Kind::Num)); len];
        assert_eq!(written(&row(3)), " <num> <num> <num>");
        assert_eq!(written(&row(8)), " <num>");
        assert_eq!(written(&row(20)), " <num>");
    }

    #[test]
    fn in_the_brackets_of_a_list_numbers_and_identifiers_are_one_row_in_whatever_order() {
        let list = |kinds: &[Kind]| {
            let parts = kinds.iter().enumerate();
            let parts = parts.map(|(at, kind)| (if at == 0 { "[" } else { ", " }, Some(*kind)));
            written(&parts.chain([("]", None)]).collect::<Vec<_>>())
        };
        assert_eq!(list(&[Kind::Hex, Kind::Num, Kind::Hex]), "[<hex>]");
        assert_eq!(list(&[Kind::Num, Kind::Hex]), "[<hex>]");
        assert_eq!(list(&[Kind::Num, Kind::Id, Kind::Num]), "[<id>]");
        assert_eq!(list(&[Kind::Num, Kind::Ip]), "[<num>, <ip>]");
    }

    #[test]
    fn different_kinds_are_no_list() {
        assert_eq!(written(&[("", Some(Kind::Num)), (", ", Some(Kind::Id))]), "<num>, <id>");
    }
}

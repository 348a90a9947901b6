//! What was written in a file of settings, and where.
//!
//! A section is asked for its keys one by one; what was not asked for is unknown. So no list of known keys
//! can fall behind the code, and the nearest known key can be named. Faults are collected and not returned, for a person
//! wants to mend a file once.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// More faults than this help nobody.
const FAULTS_MAX: usize = 20;

/// Something that is wrong in a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Fault {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong with it, and what would be right.
    pub(crate) what: String,
}

/// A table of the file, with the path that leads to it.
pub(crate) struct Section<'r, 't> {
    report: &'r mut Report<'t>,
    path: String,
    table: Option<&'r DeTable<'t>>,
    known: Vec<&'static str>,
}

/// A value with the key that leads to it and its place in the file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    key: String,
    from: usize,
}

/// What is found while a file is read.
struct Report<'t> {
    text: &'t str,
    faults: Vec<Fault>,
    /// How many keys with values were asked for.
    keys: usize,
}

/// Reads a whole file; where it is no TOML at all, what `read` makes of an empty one stands beside the fault.
pub(crate) fn read_document<'t, T>(
    text: &'t str,
    read: impl FnOnce(&mut Section<'_, 't>) -> T,
) -> (T, Vec<Fault>) {
    let (value, report) = read_report(text, read);
    let mut faults = report.faults;
    faults.sort();
    faults.truncate(FAULTS_MAX);
    (value, faults)
}

/// How many keys with values are known.
#[cfg(test)]
pub(crate) fn keys_known<T>(text: &str, read: impl FnOnce(&mut Section<'_, '_>) -> T) -> usize {
    read_report(text, read).1.keys
}

fn read_report<'t, T>(text: &'t str, read: impl FnOnce(&mut Section<'_, 't>) -> T) -> (T, Report<'t>) {
    let mut report = Report { text, faults: Vec::new(), keys: 0 };
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            report.fault(at, error.message().replace('\n', ", "));
            DeTable::new()
        }
    };
    let mut document =
        Section { report: &mut report, path: String::new(), table: Some(&table), known: Vec::new() };
    let value = read(&mut document);
    document.finish();
    (value, report)
}

impl<'r, 't> Section<'r, 't> {
    /// Reads the section of this name; an empty one if it is not there.
    pub(crate) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_, 't>) -> T,
    ) -> T {
        let table = match self.value(name) {
            None => None,
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => Some(table),
                other => {
                    self.wrong_kind(name, value.span().start, other, "a section");
                    None
                }
            },
        };
        let path = self.path_of(name);
        let mut section = Section { report: self.report, path, table, known: Vec::new() };
        let value = read(&mut section);
        section.finish();
        value
    }

    /// The text of this key.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Said<String>> {
        self.report.keys += 1;
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(self.said(key, value, text.clone().into_owned())),
            other => {
                self.wrong_kind(key, value.span().start, other, "a text");
                None
            }
        }
    }

    /// The texts of this key, none if it is not there; more than `max` are a fault.
    pub(crate) fn texts(&mut self, key: &'static str, max: usize) -> Vec<Said<String>> {
        self.report.keys += 1;
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(key, value.span().start, value.get_ref(), "a list of texts");
            return Vec::new();
        };
        if items.len() > max {
            let what = format!("`{}` holds {} texts, and may hold {max}", self.path_of(key), items.len());
            self.report.fault(value.span().start, what);
        }
        let mut texts = Vec::new();
        for item in items.iter().take(max) {
            match item.get_ref() {
                DeValue::String(text) => texts.push(self.said(key, item, text.clone().into_owned())),
                other => self.wrong_kind(key, item.span().start, other, "a list of texts"),
            }
        }
        texts
    }

    /// The whole number of this key, if it is one of these.
    pub(crate) fn number(&mut self, key: &'static str, allowed: RangeInclusive<u32>) -> Option<u32> {
        self.report.keys += 1;
        let value = self.value(key)?;
        let wanted = format!("a number from {} to {}", allowed.start(), allowed.end());
        let DeValue::Integer(written) = value.get_ref() else {
            self.wrong_kind(key, value.span().start, value.get_ref(), &wanted);
            return None;
        };
        let number = u32::from_str_radix(written.as_str(), written.radix()).ok();
        let number = number.filter(|number| allowed.contains(number));
        if number.is_none() {
            let what = format!("`{}` is {written}, and should be {wanted}", self.path_of(key));
            self.report.fault(value.span().start, what);
        }
        number
    }

    /// Says that a value, well written, cannot be meant: `which` completes "…, which".
    pub(crate) fn refuse(&mut self, said: &Said<String>, verb: &str, which: impl std::fmt::Display) {
        let what = format!("`{}` {verb} `{}`, which {which}", said.key, shortened(&said.value));
        self.report.fault(said.from, what);
    }

    fn said<T>(&self, key: &str, written: &Spanned<DeValue<'t>>, value: T) -> Said<T> {
        Said { value, key: self.path_of(key), from: written.span().start }
    }

    fn value(&mut self, key: &'static str) -> Option<&'r Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.table?.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn wrong_kind(&mut self, key: &str, at: usize, found: &DeValue<'_>, wanted: &str) {
        let what = format!("`{}` is {}, and should be {wanted}", self.path_of(key), kind(found));
        self.report.fault(at, what);
    }

    /// What was not asked for is unknown.
    fn finish(self) {
        let Some(table) = self.table else { return };
        for name in table.keys().filter(|name| !self.known.contains(&&**name.get_ref())) {
            let unknown = self.path_of(&shortened(name.get_ref()));
            let advice = match nearest(name.get_ref(), &self.known) {
                Some(known) => format!("; did you mean `{}`?", self.path_of(known)),
                None => format!("; known are `{}`", self.known.join("`, `")),
            };
            self.report.fault(name.span().start, format!("unknown key `{unknown}`{advice}"));
        }
    }
}

impl Report<'_> {
    fn fault(&mut self, at: usize, what: String) {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        self.faults.push(Fault { line, what });
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// What was written, so short that it fits into a sentence.
fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(60).collect();
    if characters.next().is_some() { head + "…" } else { head }
}

/// The known key that is meant, if one is so near that it may be.
fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let distances = known.iter().map(|known| (edits(written, known), *known));
    let (edits, known) = distances.min()?;
    (edits <= 1 + known.len() / 4).then_some(known)
}

/// How many characters have to be added, left out or exchanged (Levenshtein, 1966).
fn edits(written: &str, known: &str) -> usize {
    let mut row: Vec<usize> = (0..=known.chars().count()).collect();
    for (at, letter) in written.chars().take(80).enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, other) in known.chars().enumerate() {
            let exchanged = diagonal + usize::from(letter != other);
            diagonal = row[place + 1];
            row[place + 1] = exchanged.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

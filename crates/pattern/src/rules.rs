//! What people know of their own lines: patterns, words that are never merged, and values to mask.
//!
//! They are told once, before anything is read. The same rules give the same lines the same identities everywhere; with
//! other rules, other shapes. Own masks come before everything else and only ever add to what is masked without them.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::class::word_end;
use crate::defined::{Defined, DefinedError};
use crate::form::{Form, FormError};
use crate::key_value;
use crate::kind::Kind;
use crate::mask::{Masked, mask_secrets};

/// So many of each sort of rule.
pub const RULES_MAX: usize = 1_000;

/// The rules of one system.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    defined: Vec<Defined>,
    never_merged: FxHashSet<Box<str>>,
    /// In lower case and without separators.
    masked_keys: Vec<Box<[u8]>>,
    masked_forms: Vec<Form>,
}

impl Rules {
    /// Adds a pattern: `<*>` is a word, `<...>` is any text. The first that matches a message counts.
    pub fn define(&mut self, pattern: &str) -> Result<(), DefinedError> {
        self.defined.push(Defined::parse(pattern)?);
        Ok(())
    }

    /// Keeps a word, as it is written: it is neither masked for its digits nor merged with others in its place.
    pub fn never_merge(&mut self, word: &str) {
        self.never_merged.insert(word.into());
    }

    /// Masks what stands behind keys that end like this, whatever their case and separators.
    pub fn mask_key(&mut self, key: &str) {
        self.masked_keys.push(key_value::folded(key.as_bytes()).into());
    }

    /// Masks all that looks like this: see the language of forms.
    pub fn mask_form(&mut self, form: &str) -> Result<(), FormError> {
        self.masked_forms.push(Form::parse(form)?);
        Ok(())
    }

    /// Masks secrets and personal data, by these rules and by those that hold everywhere.
    pub fn mask_secrets<'a>(&self, text: &'a str) -> Masked<'a> {
        match self.mask_own(text) {
            Masked { text: Cow::Borrowed(text), .. } => mask_secrets(text),
            Masked { text: Cow::Owned(own), count } => {
                let all = mask_secrets(&own);
                Masked { count: count + all.count, text: Cow::Owned(all.text.into_owned()) }
            }
        }
    }

    /// Masks by these rules alone.
    pub(crate) fn mask_own<'a>(&self, text: &'a str) -> Masked<'a> {
        let secrets = self.secrets(text);
        if secrets.is_empty() {
            return Masked { text: Cow::Borrowed(text), count: 0 };
        }
        let mut masked = String::with_capacity(text.len());
        let mut copied = 0;
        for secret in &secrets {
            masked.push_str(&text[copied..secret.start]);
            masked.push_str(Kind::Secret.wildcard());
            copied = secret.end;
        }
        masked.push_str(&text[copied..]);
        Masked { text: Cow::Owned(masked), count: u32::try_from(secrets.len()).unwrap_or(u32::MAX) }
    }

    /// The name of the first own pattern that a line is of.
    pub(crate) fn defined_for(&self, line: &str) -> Option<&str> {
        self.defined.iter().find(|defined| defined.matches(line)).map(Defined::name)
    }

    /// Whether somebody wrote this pattern.
    pub(crate) fn is_defined(&self, name: &str) -> bool {
        self.defined.iter().any(|defined| defined.name() == name)
    }

    /// Whether a word stays as it is.
    #[inline(always)]
    pub(crate) fn keeps(&self, word: &str) -> bool {
        !self.never_merged.is_empty() && self.never_merged.contains(word)
    }

    /// What has to be masked, in order and without overlaps.
    fn secrets(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if !self.masked_keys.is_empty() {
            self.add_values_of_keys(text.as_bytes(), &mut found);
        }
        if !self.masked_forms.is_empty() {
            self.add_forms(text, &mut found);
        }
        found.sort_by_key(|range| (range.start, range.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match apart.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }

    fn add_values_of_keys(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        let mut at = 0;
        while at < text.len() {
            let (end, _) = word_end(text, at);
            let mut from = at;
            for key_end in (at..end).filter(|&place| text[place] == b':').chain([end]) {
                let key = text[from..key_end].trim_ascii_end();
                let key = key.strip_suffix(b"\\").unwrap_or(key);
                if self.is_masked_key(key)
                    && let Some(range) = key_value::value_behind(text, from, from + key.len())
                {
                    found.push(range);
                }
                from = key_end + 1;
            }
            at = end + 1;
        }
    }

    fn is_masked_key(&self, key: &[u8]) -> bool {
        if key.is_empty() {
            return false;
        }
        let folded = key_value::folded(key);
        self.masked_keys.iter().any(|known| folded.ends_with(known))
    }

    fn add_forms(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            // What was masked already is not taken for a value.
            let mark = [Kind::Secret, Kind::Email].into_iter().find(|kind| rest.starts_with(kind.wildcard()));
            let length = self.masked_forms.iter().filter_map(|form| form.length_at_start(rest)).max();
            match (mark, length.filter(|length| *length > 0)) {
                (Some(mark), _) => at += mark.wildcard().len(),
                (None, Some(length)) => {
                    found.push(at..at + length);
                    at += length;
                }
                (None, None) => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let mut rules = Rules::default();
        rules.mask_key("customer_ref");
        rules.mask_form("EMP-[0-9]{6}").expect("a form");
        rules.mask_form("[a-z]{20}").expect("a form");
        rules
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(rules().mask_secrets(text).text, expected);
        assert_eq!(rules().mask_secrets(expected).text, expected, "masking twice changes nothing");
    }

    #[test]
    fn values_of_own_keys_are_masked_however_the_key_is_written() {
        check("customer_ref=a b", "customer_ref=<secret> b");
        check("{\"customerRef\": \"a b\", \"x\": 1}", "{\"customerRef\": \"<secret>\", \"x\": 1}");
        check("last-Customer-Ref: x9", "last-Customer-Ref: <secret>");
        check("customer_ref:x9 customer_refs=3", "customer_ref:<secret> customer_refs=3");
        check("customer_ref=<secret>", "customer_ref=<secret>");
    }

    #[test]
    fn own_forms_are_masked_beside_what_is_masked_everywhere() {
        check("by EMP-123456, password=x", "by <secret>, password=<secret>");
        check("abcdefghijklmnopqrstuvwxyz bob@shop.example", "<secret>uvwxyz <email>");
    }

    #[test]
    fn without_rules_nothing_more_is_masked() {
        let text = "customer_ref=x EMP-123456";
        assert_eq!(Rules::default().mask_secrets(text), Masked { text: Cow::Borrowed(text), count: 0 });
    }
}

//! What stood where a pattern has wildcards: the values of a message, and the sum of many in a bounded sketch.
//!
//! A sketch keeps the values with the smallest hashes and how often each of them came. What is kept was never
//! let go in between, so its counts are exact; while there are few values it is all of them, and when there are many, the largest
//! kept hash tells how many (bottom-k sketch: Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007). Parts add up in
//! any order. Values are masked before they come here, as all that is kept.
//!
//! Values are found by the constant text of the pattern around them. Where that leaves it open where one value ends and the next
//! begins (two wildcards with a blank between them, and a blank within the value), the first possibility is taken.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::kind::Kind;
use crate::quantity::{Quantities, Unit, quantity};
use crate::shaper::Shaper;
use crate::template::WILDCARD;

/// So many different values are kept.
const KEPT_MAX: usize = 64;
/// The longest value that is kept whole.
const VALUE_BYTES_MAX: usize = 80;
/// So many wildcards of one pattern are looked at.
const FIELDS_MAX: usize = 32;

/// The values of one wildcard, of any number of messages.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Values {
    count: u64,
    /// By hash.
    kept: BTreeMap<u64, (String, u64)>,
    is_cut: bool,
    numbers: BTreeMap<Unit, Quantities>,
}

/// Numbers among the values, in one unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Numbers {
    /// How many there are.
    pub count: u64,
    /// `s`, `bytes`, `%` or nothing.
    pub unit: &'static str,
    /// The smallest.
    pub min: f64,
    /// The one in the middle, within two percent.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Values {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let value = &value[..value.floor_char_boundary(VALUE_BYTES_MAX)];
        self.keep(xxh3_64(value.as_bytes()), value, 1);
        self.count += 1;
        if let Some((number, unit)) = quantity(value) {
            self.numbers.entry(unit).or_default().add(number);
        }
    }

    /// Adds all values of another part.
    pub fn merge(&mut self, other: &Self) {
        for (hash, (value, count)) in &other.kept {
            self.keep(*hash, value, *count);
        }
        self.is_cut |= other.is_cut;
        self.count += other.count;
        for (unit, numbers) in &other.numbers {
            self.numbers.entry(*unit).or_default().merge(numbers);
        }
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many different ones: counted while they are few, then estimated, and never more than there were.
    pub fn distinct(&self) -> u64 {
        match self.kept.last_key_value() {
            Some((last, _)) if self.is_cut => {
                let share = *last as f64 / u64::MAX as f64;
                (((KEPT_MAX - 1) as f64 / share) as u64).clamp(KEPT_MAX as u64 + 1, self.count)
            }
            _ => self.kept.len() as u64,
        }
    }

    /// Whether all different values are known, so that [`Values::top`] misses none.
    pub fn is_whole(&self) -> bool {
        !self.is_cut
    }

    /// The most frequent of those that are kept, with their counts.
    pub fn top(&self, count: usize) -> Vec<(&str, u64)> {
        let mut top: Vec<(&str, u64)> =
            self.kept.values().map(|(value, count)| (value.as_str(), *count)).collect();
        top.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        top.truncate(count);
        top
    }

    /// What all of those that are kept are by their form: `num`, `uuid`, `word`, …
    pub fn kind(&self) -> &'static str {
        let mut shaper = Shaper::new();
        let mut kind = |value: &str| {
            if quantity(value).is_some() {
                return Kind::Num;
            }
            let text = shaper.shape(value).text;
            let whole = Kind::at_start_of(text).filter(|kind| kind.wildcard().len() == text.len());
            whole.unwrap_or(if text.contains(' ') { Kind::Str } else { Kind::Word })
        };
        let kinds = self.kept.values().map(|(value, _)| kind(value));
        kinds.reduce(Kind::join).unwrap_or(Kind::Str).name()
    }

    /// The numbers among them, in the unit of most.
    pub fn numbers(&self) -> Option<Numbers> {
        let (unit, most) =
            self.numbers.iter().max_by_key(|(unit, numbers)| (numbers.count, std::cmp::Reverse(**unit)))?;
        let (min, max) = most.bounds()?;
        Some(Numbers { count: most.count, unit: unit.name(), min, median: most.median()?, max })
    }

    fn keep(&mut self, hash: u64, value: &str, count: u64) {
        let is_beyond = self.is_cut && self.kept.last_key_value().is_some_and(|(last, _)| hash > *last);
        if is_beyond {
            return;
        }
        self.kept.entry(hash).or_insert_with(|| (value.to_owned(), 0)).1 += count;
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_last();
            self.is_cut = true;
        }
    }
}

/// What is called by a wildcard of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// The key before the value, where there is one.
    pub key: Option<String>,
}

impl Field {
    /// One for each wildcard in the first line of a pattern, at most the first 32.
    pub fn all(name: &str) -> Vec<Self> {
        let line = name.lines().next().unwrap_or("");
        let before = line.match_indices(WILDCARD).take(FIELDS_MAX).map(|(at, _)| &line[..at]);
        before.map(|before| Self { key: key_of(before) }).collect()
    }
}

/// The values that stand in a masked message where its pattern has wildcards; `None` where that cannot be told.
pub fn values_in<'a>(name: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let line = name.lines().next().unwrap_or("");
    let mut constants = line.split(WILDCARD).take(FIELDS_MAX + 1);
    let mut rest = after(message, constants.next()?)?;
    let constants: Vec<&str> = constants.collect();
    let is_cut = line.matches(WILDCARD).count() > FIELDS_MAX;
    let mut values = Vec::with_capacity(constants.len());
    for (at, constant) in constants.iter().enumerate() {
        let is_last = at + 1 == constants.len() && !is_cut;
        let (value, behind) = value_before(rest, constant, is_last)?;
        values.push(value);
        rest = behind;
    }
    Some(values)
}

/// The value up to this constant text, and what stands behind that; the last value goes as far as it can.
fn value_before<'a>(text: &'a str, constant: &str, is_last: bool) -> Option<(&'a str, &'a str)> {
    let line = text.lines().next().unwrap_or("").trim_end();
    if is_last && let Some(value) = line.strip_suffix(constant.trim_end()).filter(|value| !value.is_empty()) {
        return Some((value, ""));
    }
    // A value has at least one character, and what follows it may be spaced otherwise.
    let first = text.chars().next()?.len_utf8();
    let head = constant.split_whitespace().next().unwrap_or(" ");
    let is_spaced = constant.starts_with(char::is_whitespace);
    for (at, _) in text[first..].match_indices(head) {
        let end = first + at;
        let value = &text[..end];
        let has_blank = value.ends_with(char::is_whitespace) || head == " ";
        if is_spaced != has_blank && is_spaced {
            continue;
        }
        if let Some(behind) = after(&text[end..], constant.trim_start()) {
            let is_gap = constant.trim_start().is_empty();
            return Some((value.trim_end(), if is_gap { behind.trim_start() } else { behind }));
        }
    }
    None
}

/// What stands behind this constant text, whatever its blanks are.
fn after<'a>(text: &'a str, constant: &str) -> Option<&'a str> {
    let mut rest = text;
    let mut ends_blank = true;
    for (at, piece) in constant.split(' ').enumerate() {
        if at > 0 {
            let trimmed = rest.trim_start_matches([' ', '\t']);
            if trimmed.len() == rest.len() && !ends_blank && !rest.is_empty() {
                return None;
            }
            rest = trimmed;
        }
        rest = rest.strip_prefix(piece)?;
        ends_blank = piece.is_empty();
    }
    Some(rest)
}

/// The key before a value: `amount=`, `"amount": "`, `amount: `.
fn key_of(before: &str) -> Option<String> {
    let trimmed = before.trim_end_matches(['"', '\'', '`', '\\']).trim_end_matches(' ');
    let key = trimmed.strip_suffix(['=', ':'])?.trim_end_matches(['"', '\'', '\\', ' ']);
    let is_key = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.');
    let start = key
        .rfind(|sign| !is_key(sign))
        .map_or(0, |at| at + key[at..].chars().next().map_or(1, char::len_utf8));
    Some(key[start..].to_owned()).filter(|key| key.contains(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, message: &str, expected: Option<&[&str]>) {
        assert_eq!(values_in(name, message).as_deref(), expected);
    }

    #[test]
    fn values_stand_between_the_constant_text_of_the_pattern() {
        check("user <*> paid <*>", "user bob paid  3.50 EUR", Some(&["bob", "3.50 EUR"]));
        check("{\"id\": <*>, \"name\": \"<*>\"}", "{\"id\": 7, \"name\": \"a, b\"}", Some(&["7", "a, b"]));
        check("took <*> for <*>.", "took 3ms for x.y.", Some(&["3ms", "x.y"]));
        check("<*> of <*> (beyond", "7 of 8 (beyond what is kept)", Some(&["7", "8"]));
        check("at <*> of <*>", "at 10:00 of", None);
        check("a <*> b", "a b b", Some(&["b"]));
        check("no wildcard", "no wildcard", Some(&[]));
        check("<*> <*>", "a b", Some(&["a", "b"]));
        check("客户<*>登录", "客户123登录", Some(&["123"]));
    }

    #[test]
    fn a_value_is_called_by_the_key_before_it() {
        let keys = |name: &str| -> Vec<Option<String>> {
            Field::all(name).into_iter().map(|field| field.key).collect()
        };
        let named = |key: &str| Some(key.to_owned());
        assert_eq!(
            keys("amount=<*> \"user.id\": \"<*>\" took: <*> of <*> http://<*>"),
            [named("amount"), named("user.id"), named("took"), None, None]
        );
    }

    #[test]
    fn few_values_are_all_known_and_many_are_estimated() {
        let mut few = Values::default();
        (0..1_000).for_each(|number| few.add(["PAID", "SHIPPED", "LOST"][number % 7 % 3]));
        assert_eq!((few.count(), few.distinct(), few.is_whole()), (1_000, 3, true));
        assert_eq!(few.top(2), [("PAID", 428), ("LOST", 286)]);
        let mut many = Values::default();
        (0..50_000).for_each(|number| many.add(&format!("{number}ms")));
        assert!((35_000..65_000).contains(&many.distinct()), "{}", many.distinct());
        assert_eq!((many.is_whole(), many.kept.len()), (false, KEPT_MAX));
        let numbers = many.numbers().expect("all are");
        assert_eq!((numbers.count, numbers.unit, numbers.min, numbers.max), (50_000, "s", 0.0, 49.999));
        assert!((numbers.median - 25.0).abs() < 0.5);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 50, failure_persistence: None, ..Default::default() })]

        #[test]
        fn parts_add_up_to_the_whole_in_any_order(values in proptest::collection::vec(("[a-c]{0,4}|[0-9]{1,3}(ms|GB)?", 0..4_usize), 0..600)) {
            let mut whole = Values::default();
            let mut parts = vec![Values::default(); 4];
            for (value, part) in &values {
                whole.add(value);
                parts[*part].add(value);
            }
            let mut forwards = Values::default();
            parts.iter().for_each(|part| forwards.merge(part));
            let mut backwards = Values::default();
            parts.iter().rev().for_each(|part| backwards.merge(part));
            proptest::prop_assert_eq!(&forwards, &whole);
            proptest::prop_assert_eq!(&backwards, &whole);
        }

        #[test]
        fn any_message_and_any_pattern_are_taken(name in ".{0,60}", message in ".{0,80}", times in 0..3_usize) {
            let name = name.replace(['a', '1'], &WILDCARD.repeat(times));
            values_in(&name, &message);
            Field::all(&name);
        }
    }
}

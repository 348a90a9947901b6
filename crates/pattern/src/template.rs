//! The text of a shape as a row of places, and its general form.
//!
//! A place holds one word between blanks and separators, or one quoted value of any number of words: a constant, a
//! wildcard, or text with wildcards in it. The
//! name is the text with every wildcard printed `<*>`: two shapes that differ only in the types of their wildcards
//! (a digest of digits alone is a `<num>`) have one name, and so are one pattern.

use crate::kind::Kind;
use crate::quotation::Quotations;
use crate::rules::Rules;

/// Places behind this one count as constant.
pub(crate) const PLACES_MAX: usize = 64;
/// How a wildcard is printed.
pub(crate) const WILDCARD: &str = "<*>";

/// A set of places, one bit each.
pub(crate) type Mask = u64;

/// One place of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// Where its word stands in the name.
    pub(crate) start: u32,
    /// Where its word ends in the name.
    pub(crate) end: u32,
    /// What it holds.
    pub(crate) content: Content,
}

/// What a place holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// Nothing but a wildcard.
    Wildcard,
    /// A word with a digit or a wildcard in it, and no slash.
    Mixed,
    /// A word, route or host without one.
    Word,
    /// A word with dots within: the name of a machine, a class, a file.
    Name,
    /// A word of capitals or a participle: the name of a state, a level, a method, what happened.
    State,
    /// Signs without letters, and words that somebody keeps apart: never variable.
    Sign,
}

impl Content {
    /// Whether it says something of its own.
    pub(crate) fn is_constant(self) -> bool {
        matches!(self, Content::Word | Content::Name | Content::State)
    }

    /// Whether it looks like the name of one thing among many.
    pub(crate) fn is_identifier(self) -> bool {
        matches!(self, Content::Mixed | Content::Wildcard)
    }
}

/// A text in general form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template {
    /// The text with `<*>` for each wildcard.
    pub(crate) name: String,
    /// The kinds of the wildcards, in order.
    pub(crate) kinds: Vec<Kind>,
    /// The first places.
    pub(crate) places: Vec<Place>,
}

impl Template {
    /// Reads the text of a shape. A pattern that somebody wrote has no places: it is what it is.
    pub(crate) fn of_shape(text: &str, rules: &Rules) -> Self {
        let (name, kinds) = general(text);
        Self::of_name(name, kinds, rules)
    }

    /// Reads a text with `<*>` for each wildcard, which are of these kinds.
    pub(crate) fn of_name(name: String, kinds: Vec<Kind>, rules: &Rules) -> Self {
        let places = if rules.is_defined(&name) { Vec::new() } else { places(&name, rules) };
        Self { name, kinds, places }
    }

    /// The word in a place.
    pub(crate) fn word(&self, place: usize) -> &str {
        let Place { start, end, .. } = self.places[place];
        &self.name[start as usize..end as usize]
    }

    /// The name with wildcards also in these places, and with the kinds that follow from it.
    pub(crate) fn generalised(&self, mask: Mask, rules: &Rules) -> Self {
        let mut name = String::with_capacity(self.name.len());
        let mut copied = 0;
        for (index, place) in self.places.iter().enumerate() {
            if mask & (1 << index) != 0 {
                name.push_str(&self.name[copied..place.start as usize]);
                name.push_str(WILDCARD);
                copied = place.end as usize;
            }
        }
        name.push_str(&self.name[copied..]);
        let places = places(&name, rules);
        Self { kinds: self.kinds_generalised(mask), name, places }
    }

    /// The kinds of the wildcards if these places are wildcards too.
    pub(crate) fn kinds_generalised(&self, mask: Mask) -> Vec<Kind> {
        let mut kinds = Vec::with_capacity(self.kinds.len() + 1);
        let mut kind = self.kinds.iter().copied();
        for (index, place) in self.places.iter().enumerate() {
            let held = kind.by_ref().take(wildcards_in(self.word(index)));
            if mask & (1 << index) == 0 || place.content == Content::Wildcard {
                kinds.extend(held);
                continue;
            }
            let joined = held.fold(Kind::Id, Kind::join);
            kinds.push(if place.content == Content::Mixed { joined } else { Kind::Word });
        }
        kinds.extend(kind);
        kinds
    }

    /// Takes in another template of the same name.
    pub(crate) fn join_kinds(&mut self, other: &[Kind]) {
        for (mine, theirs) in self.kinds.iter_mut().zip(other) {
            *mine = mine.join(*theirs);
        }
    }
}

fn wildcards_in(word: &str) -> usize {
    if word == WILDCARD { 1 } else { word.as_bytes().windows(WILDCARD.len()).filter(is_wildcard).count() }
}

fn has_wildcard(word: &str) -> bool {
    word.as_bytes().windows(WILDCARD.len()).any(|piece| is_wildcard(&piece))
}

fn is_wildcard(piece: &&[u8]) -> bool {
    *piece == WILDCARD.as_bytes()
}

fn general(text: &str) -> (String, Vec<Kind>) {
    let mut name = String::with_capacity(text.len());
    let mut kinds = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        name.push_str(&rest[..at]);
        rest = &rest[at..];
        match Kind::at_start_of(rest) {
            Some(kind) => {
                name.push_str(WILDCARD);
                kinds.push(kind);
                rest = &rest[kind.wildcard().len()..];
            }
            None if rest.starts_with(WILDCARD) => {
                name.push_str(WILDCARD);
                kinds.push(Kind::Word);
                rest = &rest[WILDCARD.len()..];
            }
            None => {
                name.push('<');
                rest = &rest[1..];
            }
        }
    }
    name.push_str(rest);
    (name, kinds)
}

fn places(name: &str, rules: &Rules) -> Vec<Place> {
    let mut quotations = Quotations::of(name);
    let mut places = Vec::new();
    let mut at = 0;
    while at < name.len() && places.len() < PLACES_MAX {
        let word = match quotations.value_at(at) {
            Some(value) => value,
            None => at..word_end(name.as_bytes(), at),
        };
        at = if word.is_empty() { at + separator_length(&name.as_bytes()[at..]) } else { word.end };
        if !word.is_empty() {
            places.push(Place {
                start: word.start as u32,
                end: word.end as u32,
                content: if rules.keeps(&name[word.clone()]) { Content::Sign } else { content(&name[word]) },
            });
        }
    }
    places
}

/// The end of the word that begins here, wildcards included.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(WILDCARD.as_bytes()) {
            at += WILDCARD.len();
        } else if is_separator(bytes[at]) || wide_separator(&bytes[at..]).is_some() {
            break;
        } else {
            at += 1;
        }
    }
    at
}

/// The bytes of the separator, or of the quote, that begins here.
fn separator_length(text: &[u8]) -> usize {
    wide_separator(text).unwrap_or(1)
}

/// Chinese and Japanese put no blanks between words, but signs as wide as they are between what is said: `、`, `。`, brackets of
/// many kinds, and `！（），：；＝？［］｛｜｝`.
fn wide_separator(text: &[u8]) -> Option<usize> {
    let is_wide = matches!(
        text,
        [0xe3, 0x80, 0x80..=0x9f, ..]
            | [0xef, 0xbc, 0x81 | 0x88 | 0x89 | 0x8c | 0x9a | 0x9b | 0x9d | 0x9f | 0xbb | 0xbd, ..]
            | [0xef, 0xbd, 0x9b..=0x9d, ..]
    );
    is_wide.then_some(3)
}

/// A `?` and a `/` do not separate: a route is one place, with or without a query.
fn is_separator(byte: u8) -> bool {
    byte <= b' '
        || matches!(byte, b':' | b'=' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>')
        || matches!(byte, b'"' | b'\'' | b'`' | b'|' | b'!' | b'&')
}

fn content(word: &str) -> Content {
    if word == WILDCARD {
        return Content::Wildcard;
    }
    let has_letters = word.bytes().any(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let is_variable = word.bytes().any(|byte| byte.is_ascii_digit()) || has_wildcard(word);
    match (has_letters, is_variable) {
        (_, true) if !word.bytes().any(|byte| byte == b'/') => Content::Mixed,
        (false, false) => Content::Sign,
        (true, false)
            if word.len() > 1 && !word.bytes().any(|byte| byte.is_ascii_lowercase() || byte >= 0x80) =>
        {
            Content::State
        }
        (true, false) if is_participle(word) => Content::State,
        (true, false) if has_inner_dot(word) => Content::Name,
        _ => Content::Word,
    }
}

/// `started`, `failing`: what happened, in English.
fn is_participle(word: &str) -> bool {
    word.len() > 4
        && (word.ends_with("ed") || word.ends_with("ing"))
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn has_inner_dot(word: &str) -> bool {
    !word.contains('/') && word.trim_matches('.').contains('.')
}

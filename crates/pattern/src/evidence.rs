//! When a place is variable: the evidence, and the groups of patterns that it makes one.
//!
//! Patterns that agree in all places but one form a group at that place. How many different words were seen there is the
//! evidence, weighed by what they look like: names of states in capitals carry meaning and count little, identifiers
//! with digits prove a lot. How much is asked depends on the rest: behind `user=` a dozen values are a variable, while
//! in a message of two words each of them is half of what it says.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::template::{Content, Mask, Template};
use crate::vocabulary::PatternId;

/// Distinct words that make a place variable if enough constant words stand around it.
const WORDS_MIN: u32 = 12;
/// The same with two constant words, and with one.
const WORDS_MIN_SPARSE: [u32; 2] = [40, 20];
/// A word in capitals is worth this part of another word.
const CAPITALS_PER_WORD: u32 = 3;
/// An identifier seen in the place is worth so many words.
const WORDS_PER_WILDCARD: u32 = 4;
/// Words with digits that make a place variable for words with digits.
const MIXED_MIN: u32 = 4;

/// Places that were found variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Opening {
    /// All of them.
    pub(crate) places: Mask,
    /// Those of them that are variable for words of all sorts, not only for identifiers.
    pub(crate) words: Mask,
}

impl Ord for Opening {
    /// The most special first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |opening: &Self| (opening.places.count_ones(), opening.places, opening.words);
        rank(self).cmp(&rank(other))
    }
}

impl PartialOrd for Opening {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Opening {
    /// Whether what the unit holds in these places may vary.
    pub(crate) fn admits(&self, unit: &Unit) -> bool {
        let places = unit.template.places.iter().enumerate();
        places
            .filter(|(index, _)| self.places & !self.words & (1 << index) != 0)
            .all(|(_, place)| is_identifier(place.content))
    }
}

/// A pattern, with the hashes by which it is compared.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) template: Template,
    /// The hash of what stands between the places.
    pub(crate) skeleton: u64,
    /// Which of its places were found variable.
    pub(crate) opening: Opening,
    /// The hash of the word in each place, mixed with the place.
    words: Vec<u64>,
    /// Their sum: a place is left out by subtraction.
    sum: u64,
}

impl Unit {
    /// The unit of a template in which no place was found variable yet.
    pub(crate) fn new(template: Template) -> Self {
        let words: Vec<u64> = (0..template.places.len()).map(|place| word_hash(&template, place)).collect();
        let sum = words.iter().fold(0u64, |sum, word| sum.wrapping_add(*word));
        Self { skeleton: skeleton(&template), opening: Opening::default(), words, sum, template }
    }

    /// The hash of all words outside of these places.
    pub(crate) fn rest(&self, places: Mask) -> u64 {
        let left_out = self.words.iter().enumerate().filter(|(index, _)| places & (1 << index) != 0);
        left_out.fold(self.sum, |sum, (_, word)| sum.wrapping_sub(*word))
    }

    /// Takes in another unit of the same name.
    pub(crate) fn take_in(&mut self, other: &Unit) {
        self.template.join_kinds(&other.template.kinds);
        self.opening.places |= other.opening.places;
        self.opening.words |= other.opening.words;
    }

    /// How many constant words stand outside of the place.
    fn constants(&self, place: usize) -> usize {
        let others = self.template.places.iter().enumerate().filter(|(index, _)| *index != place);
        others.filter(|(_, other)| matches!(other.content, Content::Word | Content::Capitals)).count()
    }

    /// Whether the place is the value of a key, or quoted.
    fn is_value(&self, place: usize) -> bool {
        let before = self.template.name[..self.template.places[place].start as usize].trim_end_matches(' ');
        before.ends_with(['=', ':', '"', '\''])
    }
}

fn word_hash(template: &Template, place: usize) -> u64 {
    let mixed =
        xxh3_64(template.word(place).as_bytes()) ^ (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Separators, signs and all that stands behind the last place.
fn skeleton(template: &Template) -> u64 {
    let mut text = String::with_capacity(template.name.len());
    let mut at = 0;
    for (index, place) in template.places.iter().enumerate() {
        text.push_str(&template.name[at..place.start as usize]);
        text.push_str(if place.content == Content::Sign { template.word(index) } else { "\u{1}" });
        at = place.end as usize;
    }
    text.push_str(&template.name[at..]);
    xxh3_64(text.as_bytes())
}

/// Patterns that are one.
#[derive(Debug)]
pub(crate) struct Group {
    /// At least two.
    pub(crate) members: Vec<PatternId>,
    /// Where they differ.
    pub(crate) opening: Opening,
}

/// What was seen in one place of otherwise equal patterns.
#[derive(Default)]
struct Seen {
    members: Vec<usize>,
    words: u32,
    capitals: u32,
    mixed: u32,
    wildcards: u32,
}

impl Seen {
    fn add(&mut self, member: usize, content: Content) {
        self.members.push(member);
        match content {
            Content::Word => self.words += 1,
            Content::Capitals => self.capitals += 1,
            Content::Mixed => self.mixed += 1,
            Content::Wildcard => self.wildcards += 1,
            Content::Sign => {}
        }
    }

    fn is_variable(&self, words_min: u32) -> bool {
        let evidence = self.words + self.mixed + WORDS_PER_WILDCARD * self.wildcards;
        self.words + self.capitals > 0
            && evidence * CAPITALS_PER_WORD + self.capitals >= words_min * CAPITALS_PER_WORD
    }

    fn is_variable_for_identifiers(&self) -> bool {
        self.mixed >= MIXED_MIN || (self.mixed > 0 && self.wildcards > 0)
    }
}

/// Groups that the evidence makes one, the largest first; no pattern is in two of them.
pub(crate) fn groups(units: &[(PatternId, &Unit)]) -> Vec<Group> {
    let mut seen: FxHashMap<(u64, usize), Seen> = FxHashMap::default();
    for (member, (_, unit)) in units.iter().enumerate() {
        for (index, place) in unit.template.places.iter().enumerate() {
            if place.content != Content::Sign {
                seen.entry((unit.rest(1 << index), index)).or_default().add(member, place.content);
            }
        }
    }
    let mut found: Vec<(usize, u64, Vec<usize>, Opening)> = Vec::new();
    for ((rest, place), seen) in seen {
        if seen.members.len() < 2 {
            continue;
        }
        if let Some((members, opening)) = judged(units, place, &seen) {
            found.push((place, rest, members, opening));
        }
    }
    found.sort_by(|a, b| b.2.len().cmp(&a.2.len()).then((a.0, a.1).cmp(&(b.0, b.1))));
    disjoint(units, found)
}

fn judged(units: &[(PatternId, &Unit)], place: usize, seen: &Seen) -> Option<(Vec<usize>, Opening)> {
    let unit = units[seen.members[0]].1;
    let places = 1 << place;
    if words_min(unit, place).is_some_and(|words_min| seen.is_variable(words_min)) {
        return Some((seen.members.clone(), Opening { places, words: places }));
    }
    if !seen.is_variable_for_identifiers() {
        return None;
    }
    let is_member = |member: &&usize| is_identifier(units[**member].1.template.places[place].content);
    Some((seen.members.iter().filter(is_member).copied().collect(), Opening { places, words: 0 }))
}

fn is_identifier(content: Content) -> bool {
    matches!(content, Content::Mixed | Content::Wildcard)
}

/// How many distinct words make the place variable; none do where nothing else is said.
fn words_min(unit: &Unit, place: usize) -> Option<u32> {
    match unit.constants(place) {
        0 => None,
        1 | 2 if unit.is_value(place) => Some(WORDS_MIN),
        few @ (1 | 2) => Some(WORDS_MIN_SPARSE[few - 1]),
        _ => Some(WORDS_MIN),
    }
}

fn disjoint(units: &[(PatternId, &Unit)], found: Vec<(usize, u64, Vec<usize>, Opening)>) -> Vec<Group> {
    let mut is_taken = vec![false; units.len()];
    let mut groups = Vec::new();
    for (_, _, members, opening) in found {
        if members.iter().any(|&member| is_taken[member]) {
            continue;
        }
        members.iter().for_each(|&member| is_taken[member] = true);
        groups.push(Group { members: members.iter().map(|&member| units[member].0).collect(), opening });
    }
    groups
}

/// The general pattern of a group's members.
pub(crate) fn merged(units: &[Unit], group: &Group) -> Option<Unit> {
    let mut rest = units.iter();
    let mut general = generalised(rest.next()?, group.opening);
    for unit in rest {
        general.take_in(&generalised(unit, group.opening));
    }
    Some(general)
}

fn generalised(unit: &Unit, opening: Opening) -> Unit {
    let mut general = Unit::new(unit.template.generalised(opening.places));
    general.opening =
        Opening { places: unit.opening.places | opening.places, words: unit.opening.words | opening.words };
    general
}

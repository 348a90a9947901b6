//! When a place is variable: the evidence, and the groups of patterns that it makes one.
//!
//! Patterns that agree in all places but one form a group at that place. How many different words were seen there is the
//! evidence, weighed by what they look like: names of states carry meaning and count little, identifiers
//! with digits prove a lot. How much is asked depends on the rest: in a long sentence half a dozen values are a variable, while
//! in a message of two words each of them is half of what it says.
//!
//! The evidence is kept from bucket to bucket and judged only where something was added, so that a bucket costs what its
//! newcomers cost. Taking patterns away never makes a place variable, so that nothing else needs a second look.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::proof::Proof;
use crate::rules::Rules;
use crate::template::Content;
use crate::unit::{Opening, Unit};
use crate::vocabulary::PatternId;

/// Distinct words that make the value of a key variable.
const WORDS_MIN: u32 = 12;
/// Elsewhere the more is said around a place the less it can say by itself: with three constant words around it 12 distinct words
/// make it variable, with four 8, with five 6.
const WORDS_TIMES_CONTEXT: u32 = 24;
/// However much is said around it, so many.
const WORDS_MIN_AT_BEST: u32 = 5;
/// With one constant word around the place, and with two.
const WORDS_MIN_SPARSE: [u32; 2] = [40, 20];
/// The name of a state is worth this part of another word.
const STATES_PER_WORD: u32 = 3;
/// A name with dots in it, of a machine, a class or a file, is worth so many words.
const WORDS_PER_NAME: u32 = 2;
/// An identifier seen in the place is worth so many words.
const WORDS_PER_WILDCARD: u32 = 4;
/// Words with digits that make a place variable for words with digits.
const MIXED_MIN: u32 = 4;

/// Patterns that are one.
#[derive(Debug)]
pub(crate) struct Group {
    /// At least two, in the order of their identities.
    pub(crate) members: Vec<PatternId>,
    /// Where they differ.
    pub(crate) opening: Opening,
    /// Why that makes them one, without examples.
    pub(crate) proof: Proof,
}

/// What was seen in one place, all others being equal.
pub(crate) struct SeenAt {
    /// The patterns that differ there, in the order of their identities.
    pub(crate) members: Vec<PatternId>,
    /// What they are worth together, in plain words.
    pub(crate) weight: u32,
    /// How many plain words would make them one; none would where nothing else is said.
    pub(crate) needed: Option<u32>,
}

/// What was seen in every place of every pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// By the hash of all but one place, and which one that is.
    seen: FxHashMap<Key, Seen>,
    /// Where something was added since it was judged.
    changed: BTreeSet<Key>,
}

type Key = u64;

/// What was seen in one place of otherwise equal patterns: mostly a single pattern, which needs no more room than this.
#[derive(Clone, Debug)]
enum Seen {
    One(PatternId, Content),
    Many(Box<Place>),
}

/// A place in which patterns differ.
#[derive(Clone, Debug)]
struct Place {
    place: usize,
    /// How many distinct words make it variable; none do where nothing else is said.
    words_min: Option<u32>,
    members: BTreeMap<PatternId, Content>,
    words: u32,
    names: u32,
    states: u32,
    mixed: u32,
    wildcards: u32,
}

impl Evidence {
    /// Adds a pattern to the evidence of all its places.
    pub(crate) fn add(&mut self, id: PatternId, unit: &Unit) {
        for (place, key, content) in keys(unit) {
            let seen = self.seen.entry(key).or_insert(Seen::One(id, content));
            if let Seen::One(other, content) = *seen {
                if other == id {
                    continue;
                }
                *seen = Seen::Many(Box::new(Place::new(place, words_min(unit, place))));
                if let Seen::Many(many) = seen {
                    many.add(other, content);
                }
            }
            if let Seen::Many(many) = seen {
                many.add(id, content);
                self.changed.insert(key);
            }
        }
    }

    /// Takes a pattern that is no more out of the evidence.
    pub(crate) fn remove(&mut self, id: PatternId, unit: &Unit) {
        for (_, key, _) in keys(unit) {
            let is_empty = match self.seen.get_mut(&key) {
                Some(Seen::One(only, _)) => *only == id,
                Some(Seen::Many(many)) => {
                    many.remove(id);
                    many.members.is_empty()
                }
                None => false,
            };
            if is_empty {
                self.seen.remove(&key);
            }
        }
    }

    /// Leaves aside what was added: it was judged before it was written down.
    pub(crate) fn all_is_judged(&mut self) {
        self.changed.clear();
    }

    /// What was seen in this place of a pattern, where that is more than the pattern itself.
    pub(crate) fn seen_at(&self, unit: &Unit, place: usize) -> Option<SeenAt> {
        let (_, key, _) = keys(unit).find(|(at, ..)| *at == place)?;
        let Seen::Many(seen) = self.seen.get(&key)? else { return None };
        let members = seen.members.keys().copied().collect();
        Some(SeenAt { members, weight: seen.weight(), needed: seen.words_min })
    }

    /// How many places are held, one for all patterns that differ in it alone.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Groups that the evidence makes one, the largest first; no pattern is in two of them. What has to wait is judged again next time.
    pub(crate) fn take_groups(&mut self) -> Vec<Group> {
        let mut found: Vec<(usize, Key, Group)> = Vec::new();
        for key in std::mem::take(&mut self.changed) {
            if let Some(Seen::Many(many)) = self.seen.get(&key)
                && let Some(group) = many.judged()
            {
                found.push((many.place, key, group));
            }
        }
        found.sort_by_key(|(place, key, group)| (std::cmp::Reverse(group.members.len()), *place, *key));
        let mut taken = BTreeSet::new();
        let mut groups = Vec::new();
        for (_, key, group) in found {
            if group.members.iter().any(|member| taken.contains(member)) {
                self.changed.insert(key);
                continue;
            }
            taken.extend(group.members.iter().copied());
            groups.push(group);
        }
        groups
    }
}

impl Place {
    fn new(place: usize, words_min: Option<u32>) -> Self {
        Self {
            place,
            words_min,
            members: BTreeMap::new(),
            words: 0,
            names: 0,
            states: 0,
            mixed: 0,
            wildcards: 0,
        }
    }

    fn add(&mut self, id: PatternId, content: Content) {
        if self.members.insert(id, content).is_none()
            && let Some(count) = self.count_of(content)
        {
            *count += 1;
        }
    }

    fn remove(&mut self, id: PatternId) {
        if let Some(content) = self.members.remove(&id)
            && let Some(count) = self.count_of(content)
        {
            *count -= 1;
        }
    }

    fn count_of(&mut self, content: Content) -> Option<&mut u32> {
        match content {
            Content::Word => Some(&mut self.words),
            Content::Name => Some(&mut self.names),
            Content::State => Some(&mut self.states),
            Content::Mixed => Some(&mut self.mixed),
            Content::Wildcard => Some(&mut self.wildcards),
            Content::Sign => None,
        }
    }

    fn judged(&self) -> Option<Group> {
        let places = 1 << self.place;
        if let Some(words_min) = self.words_min
            && self.members.len() > 1
            && self.is_variable(words_min)
        {
            let members: Vec<PatternId> = self.members.keys().copied().collect();
            let proof = self.proof(members.len(), words_min);
            return Some(Group { members, opening: Opening { places, words: places }, proof });
        }
        if !self.is_variable_for_identifiers() {
            return None;
        }
        let identifiers = self.members.iter().filter(|(_, content)| content.is_identifier());
        let members: Vec<PatternId> = identifiers.map(|(id, _)| *id).collect();
        let proof = Proof { is_for_identifiers: true, ..self.proof(members.len(), MIXED_MIN) };
        Some(Group { members, opening: Opening { places, words: 0 }, proof })
    }

    fn proof(&self, values: usize, needed: u32) -> Proof {
        let values = u32::try_from(values).unwrap_or(u32::MAX);
        Proof {
            place: self.place,
            values,
            weight: self.weight(),
            needed,
            is_for_identifiers: false,
            examples: Vec::new(),
        }
    }

    /// What was seen is worth so many plain words.
    fn weight(&self) -> u32 {
        self.evidence() + self.states / STATES_PER_WORD
    }

    fn evidence(&self) -> u32 {
        self.words + WORDS_PER_NAME * self.names + self.mixed + WORDS_PER_WILDCARD * self.wildcards
    }

    fn is_variable(&self, words_min: u32) -> bool {
        self.words + self.names + self.states > 0
            && self.evidence() * STATES_PER_WORD + self.states >= words_min * STATES_PER_WORD
    }

    fn is_variable_for_identifiers(&self) -> bool {
        self.mixed >= MIXED_MIN || (self.mixed > 0 && self.wildcards > 0)
    }
}

/// All places of a unit that may be variable, with the key of their evidence and what they hold.
fn keys(unit: &Unit) -> impl Iterator<Item = (usize, Key, Content)> {
    let places = unit.template.places.iter().enumerate();
    let variable = places.filter(|(_, place)| place.content != Content::Sign);
    variable.map(|(index, place)| {
        let key = unit.skeleton.rotate_left(index as u32).wrapping_add(unit.rest(1 << index));
        (index, key, place.content)
    })
}

fn words_min(unit: &Unit, place: usize) -> Option<u32> {
    let constants = unit.constants() - usize::from(unit.template.places[place].content.is_constant());
    match constants {
        0 => None,
        1 | 2 if unit.is_value(place) => Some(WORDS_MIN),
        few @ (1 | 2) => Some(WORDS_MIN_SPARSE[few - 1]),
        many => Some((WORDS_TIMES_CONTEXT / (many as u32 - 1)).max(WORDS_MIN_AT_BEST)),
    }
}

/// The general pattern of a group's members.
pub(crate) fn merged(units: &[Unit], group: &Group, rules: &Rules) -> Option<Unit> {
    let opening = group.opening;
    let mut rest = units.iter();
    let mut general = rest.next()?.generalised(opening, rules);
    for unit in rest {
        general.template.join_kinds(&unit.template.kinds_generalised(opening.places));
        general.opening = general.opening.union(unit.opening);
        general.proofs.add_all(&unit.proofs);
    }
    let words = units.iter().map(|unit| unit.template.word(group.proof.place));
    general.proofs.add(group.proof.clone().with_examples(words));
    Some(general)
}

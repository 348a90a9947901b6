//! A pattern with the hashes by which it is compared, and the places in which it was found variable.
//!
//! Words are hashed once and summed, so that "equal in all places but these" is a subtraction and a look-up.

use xxhash_rust::xxh3::xxh3_64;

use crate::proof::Proofs;
use crate::rules::Rules;
use crate::template::{Content, Mask, Template};

/// Places that were found variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
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
        let mut identifiers_only = self.places & !self.words;
        while identifiers_only != 0 {
            let place = identifiers_only.trailing_zeros() as usize;
            if !unit.template.places.get(place).is_some_and(|place| place.content.is_identifier()) {
                return false;
            }
            identifiers_only &= identifiers_only - 1;
        }
        true
    }

    /// All places of both.
    pub(crate) fn union(self, other: Self) -> Self {
        Self { places: self.places | other.places, words: self.words | other.words }
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
    /// In how many buckets it was heard.
    pub(crate) buckets: u32,
    /// What made them so.
    pub(crate) proofs: Proofs,
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
        let (opening, proofs) = Default::default();
        Self { skeleton: skeleton(&template), opening, proofs, buckets: 0, words, sum, template }
    }

    /// The hash of all words outside of these places.
    pub(crate) fn rest(&self, mut places: Mask) -> u64 {
        let mut rest = self.sum;
        while places != 0 {
            rest = rest.wrapping_sub(self.words.get(places.trailing_zeros() as usize).copied().unwrap_or(0));
            places &= places - 1;
        }
        rest
    }

    /// Takes in another unit of the same name.
    pub(crate) fn take_in(&mut self, other: &Unit) {
        self.template.join_kinds(&other.template.kinds);
        self.opening = self.opening.union(other.opening);
        self.proofs.add_all(&other.proofs);
    }

    /// The unit with wildcards in these places too.
    pub(crate) fn generalised(&self, opening: Opening, rules: &Rules) -> Self {
        let mut general = Self::new(self.template.generalised(opening.places, rules));
        general.opening = self.opening.union(opening);
        general.proofs = self.proofs.clone();
        general
    }

    /// How many constant words there are.
    pub(crate) fn constants(&self) -> usize {
        self.template.places.iter().filter(|place| place.content.is_constant()).count()
    }

    /// Whether the place is the value of a key, or quoted.
    pub(crate) fn is_value(&self, place: usize) -> bool {
        let before = self.template.name[..self.template.places[place].start as usize].trim_end_matches(' ');
        before.ends_with(['=', ':', '"', '\'', '`', '：', '＝', '「', '『'])
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

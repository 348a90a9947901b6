//! A vocabulary as it is written down and read back.
//!
//! Names, the kinds of their wildcards, what was found variable and why, and which shape belongs where: all else follows from
//! these and from the rules, and is made anew. So nothing that is read back can contradict itself, and what is written is small
//! and in order, whatever the order of the tables in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Limits, PatternId, Vocabulary};
use crate::kind::Kind;
use crate::proof::Proofs;
use crate::rules::Rules;
use crate::shaper::ShapeId;
use crate::template::Template;
use crate::unit::{Opening, Unit};

/// What is written of it.
#[derive(Serialize, Deserialize)]
struct Saved {
    limits: Limits,
    units: Vec<SavedUnit>,
    shapes: BTreeMap<ShapeId, PatternId>,
    moved: BTreeMap<PatternId, PatternId>,
    is_overflowing: bool,
}

#[derive(Serialize, Deserialize)]
struct SavedUnit {
    name: String,
    kinds: Vec<Kind>,
    opening: Opening,
    buckets: u32,
    proofs: Proofs,
}

impl Serialize for Vocabulary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let units = self.units.values().map(|unit| SavedUnit {
            name: unit.template.name.clone(),
            kinds: unit.template.kinds.clone(),
            opening: unit.opening,
            buckets: unit.buckets,
            proofs: unit.proofs.clone(),
        });
        let saved = Saved {
            limits: self.limits,
            units: units.collect(),
            shapes: self.shapes.iter().map(|(shape, pattern)| (*shape, *pattern)).collect(),
            moved: self.moved.iter().map(|(old, new)| (*old, *new)).collect(),
            is_overflowing: self.is_overflowing,
        };
        saved.serialize(serializer)
    }
}

/// Read back without rules; see [`Vocabulary::by_rules`].
impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { limits, units, shapes, moved, is_overflowing } = Saved::deserialize(deserializer)?;
        let mut vocabulary = Self::new(limits);
        vocabulary.shapes = shapes.into_iter().collect();
        vocabulary.is_overflowing = is_overflowing;
        for unit in units {
            vocabulary.put_back(unit);
        }
        for (old, new) in moved {
            if vocabulary.units.contains_key(&old) {
                return Err(D::Error::custom("a pattern that is there was merged into another"));
            }
            vocabulary.moved.insert(old, new);
        }
        if vocabulary.moves_in_a_circle() {
            return Err(D::Error::custom("patterns were merged into each other"));
        }
        Ok(vocabulary)
    }
}

impl Vocabulary {
    /// The same under these rules: what was read back knows none.
    pub fn by_rules(mut self, rules: &Arc<Rules>) -> Self {
        if *self.rules == **rules {
            self.rules = rules.clone();
            return self;
        }
        let mut anew = Self::with_rules(self.limits, rules.clone());
        anew.shapes = std::mem::take(&mut self.shapes);
        anew.is_overflowing = self.is_overflowing;
        for (_, Unit { template, opening, buckets, proofs, .. }) in std::mem::take(&mut self.units) {
            let Template { name, kinds, .. } = template;
            anew.put_back(SavedUnit { name, kinds, opening, buckets, proofs });
        }
        anew.moved = self.moved;
        anew
    }

    fn put_back(&mut self, saved: SavedUnit) {
        let SavedUnit { name, kinds, opening, buckets, proofs } = saved;
        let mut unit = Unit::new(Template::of_name(name, kinds, &self.rules));
        unit.opening = opening;
        unit.buckets = buckets;
        unit.proofs = proofs;
        self.put(PatternId::of(&unit.template.name), unit);
        // What was there together before was judged together then.
        self.evidence.all_is_judged();
    }

    fn moves_in_a_circle(&self) -> bool {
        // A way that is longer than there are steps comes by the same place twice; ways that were walked need not be walked again.
        let mut ends: rustc_hash::FxHashSet<PatternId> = rustc_hash::FxHashSet::default();
        self.moved.keys().any(|start| {
            let (mut at, mut way) = (*start, Vec::new());
            while let Some(next) = self.moved.get(&at).filter(|_| !ends.contains(&at)) {
                way.push(at);
                if way.len() > self.moved.len() {
                    return true;
                }
                at = *next;
            }
            ends.extend(way);
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaper::Shaper;

    fn said(number: usize) -> String {
        let letter = |digit: usize| char::from(b'a' + (digit % 26) as u8);
        let word = format!("{}{}", letter(number), letter(number / 26 * 7));
        match number % 3 {
            0 => format!("login of user {word} was refused"),
            1 => format!("cache {word} took {number} ms from host-{}", number % 5),
            _ => format!("order {word} state {}", ["PAID", "SHIPPED"][number / 3 % 2]),
        }
    }

    fn learn(vocabulary: &mut Vocabulary, numbers: std::ops::Range<usize>) -> super::super::Learned {
        let mut shaper = Shaper::new();
        let shapes: Vec<(ShapeId, String)> = numbers
            .map(|number| {
                let shape = shaper.shape(&said(number));
                (shape.id, shape.text.to_owned())
            })
            .collect();
        vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())))
    }

    #[test]
    fn what_is_written_down_and_read_back_goes_on_learning_the_same() {
        let rules = Arc::new({
            let mut rules = Rules::default();
            rules.never_merge("a0a");
            rules
        });
        for limits in [Limits::default(), Limits { shapes_max: 30, ..Limits::default() }] {
            let mut kept = Vocabulary::with_rules(limits, rules.clone());
            let mut restored = kept.clone();
            for bucket in 0..40 {
                let numbers = bucket * 4..bucket * 4 + 9;
                assert_eq!(
                    learn(&mut kept, numbers.clone()),
                    learn(&mut restored, numbers),
                    "bucket {bucket}"
                );
                let bytes = postcard::to_allocvec(&restored).expect("memory takes all");
                assert_eq!(bytes, postcard::to_allocvec(&kept).expect("memory takes all"), "bucket {bucket}");
                let read: Vocabulary = postcard::from_bytes(&bytes).expect("it was just written");
                restored = read.by_rules(&rules);
            }
        }
    }

    #[test]
    fn a_way_in_a_circle_is_refused() {
        let mut vocabulary = Vocabulary::new(Limits::default());
        vocabulary.moved = (0..3).map(|at| (PatternId(at), PatternId((at + 1) % 3))).collect();
        let bytes = postcard::to_allocvec(&vocabulary).expect("memory takes all");
        assert!(postcard::from_bytes::<Vocabulary>(&bytes).is_err());
        vocabulary.moved.remove(&PatternId(2));
        let bytes = postcard::to_allocvec(&vocabulary).expect("memory takes all");
        assert!(postcard::from_bytes::<Vocabulary>(&bytes).is_ok());
    }
}

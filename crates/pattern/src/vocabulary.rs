//! The evolving set of patterns of one service and environment.
//!
//! A place of a message is variable when, all other places being equal, so many words were seen in it that none of
//! them can carry meaning; all those shapes are then one pattern. Few values in a place are meaning, and stay apart.
//! What was generalised counts as a shape from then on, so that a second place can follow the first.
//!
//! The vocabulary is a function of the sets of shapes of the closed buckets, bucket by bucket: neither their order within
//! a bucket nor how often a shape came changes anything. Learning costs what is new in a bucket, and what a general
//! pattern covers is not evidence again. It cannot unlearn: a pattern that was merged stays merged.

mod explain;
mod saved;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::evidence::{self, Evidence, Group};
use crate::rules::Rules;
use crate::shaper::ShapeId;
use crate::template::Template;
use crate::unit::{Opening, Unit};

pub use explain::{Apart, Explanation, PlaceExplanation, Reason};

/// The identity of a pattern: XXH3 (64 bits, seed 0) of its name.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
pub struct PatternId(pub u64);

impl PatternId {
    /// The pattern that takes what exceeds the limits.
    pub const OVERFLOW: Self = Self(0);

    fn of(name: &str) -> Self {
        Self(xxh3_64(name.as_bytes()).max(1))
    }
}

/// How the pattern of what exceeds the limits is called.
const OVERFLOW_NAME: &str = "<*> (beyond the limit)";

/// So many shapes are known for each pattern that may be held.
const SHAPES_PER_PATTERN: usize = 4;

/// Shapes are told where their merged patterns went when so many are no more, or as many as a part of all shapes.
const MOVED_MIN: usize = 1024;
/// That part.
const SHAPES_PER_MOVED: usize = 4;

/// What one vocabulary may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// So many patterns; four times as many shapes are known to belong to them.
    pub shapes_max: usize,
    /// The longest text of a shape that is learned, in bytes.
    pub text_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { shapes_max: 20_000, text_bytes_max: 1024 }
    }
}

/// What learning a bucket changed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Learned {
    /// Patterns known before that are now part of a more general one, as (old, new) in the order of the old; their history moves.
    pub merged: Vec<(PatternId, PatternId)>,
    /// Patterns that were forgotten to make room, in their order; they come back with the same identity.
    pub forgotten: Vec<PatternId>,
    /// What those were called, in the same order.
    pub merged_names: Vec<String>,
    /// How many shapes of this bucket went to [`PatternId::OVERFLOW`], for want of room.
    pub cut: u64,
}

/// The patterns of one service and environment; advances only when a bucket closes.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    limits: Limits,
    rules: Arc<Rules>,
    units: BTreeMap<PatternId, Unit>,
    /// The pattern of each shape when it was learned; where that went since is in `moved`.
    shapes: FxHashMap<ShapeId, PatternId>,
    moved: FxHashMap<PatternId, PatternId>,
    skeletons: FxHashMap<u64, Skeleton>,
    evidence: Evidence,
    /// Whether shapes that are not held may belong to the overflow.
    is_overflowing: bool,
}

/// All patterns with the same separators around the same number of places, whatever the words.
#[derive(Clone, Default, Debug)]
struct Skeleton {
    units: BTreeSet<PatternId>,
    /// The places that were found variable, and for each such set the patterns by what remains.
    generals: BTreeMap<Opening, FxHashMap<u64, PatternId>>,
}

/// What the bucket at hand changed so far.
#[derive(Default)]
struct Changes {
    /// Patterns that were not there before.
    created: FxHashSet<PatternId>,
    /// Patterns that are no more and how they were called, in no order.
    gone: Vec<(PatternId, String)>,
    /// Skeletons in which a general pattern may cover what was not merged into it.
    widened: BTreeSet<u64>,
}

impl Vocabulary {
    /// An empty vocabulary.
    pub fn new(limits: Limits) -> Self {
        Self::with_rules(limits, Arc::default())
    }

    /// An empty vocabulary that knows what people know of their lines; the shapes come from a shaper of the same rules.
    pub fn with_rules(limits: Limits, rules: Arc<Rules>) -> Self {
        Self {
            limits,
            rules,
            units: BTreeMap::new(),
            shapes: FxHashMap::default(),
            moved: FxHashMap::default(),
            skeletons: FxHashMap::default(),
            evidence: Evidence::default(),
            is_overflowing: false,
        }
    }

    /// Changes what may be held from the next bucket on; where that is less, what is too much is forgotten then.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// How many of these shapes are not known to belong to a pattern.
    pub fn newcomers(&self, shapes: impl Iterator<Item = ShapeId>) -> usize {
        shapes.filter(|shape| !self.shapes.contains_key(shape)).count()
    }

    /// Learns the shapes of a closed bucket, in any order, with or without repetitions.
    ///
    /// Newcomers are admitted in the order of their hashes while there is room.
    pub fn learn<'a>(&mut self, shapes: impl IntoIterator<Item = (ShapeId, &'a str)>) -> Learned {
        let bucket: BTreeMap<ShapeId, &str> = shapes.into_iter().collect();
        let mut learned = Learned { forgotten: self.make_room(&bucket), ..Learned::default() };
        let mut changes = Changes::default();
        self.is_overflowing = false;
        for (&id, text) in &bucket {
            if self.shapes.contains_key(&id) {
                continue;
            }
            if !self.admit(id, text, &mut changes) {
                learned.cut += 1;
                self.is_overflowing = true;
            }
        }
        self.generalise(&mut changes);
        self.count_buckets(&bucket);
        let Changes { created, mut gone, .. } = changes;
        gone.retain(|(id, _)| !created.contains(id));
        gone.sort_unstable();
        learned.merged = gone.iter().map(|(id, _)| (*id, self.resolve(*id))).collect();
        learned.merged_names = gone.into_iter().map(|(_, name)| name).collect();
        if self.moved.len() >= MOVED_MIN.max(self.shapes.len() / SHAPES_PER_MOVED) {
            self.tell_shapes();
        }
        learned
    }

    /// The pattern of a shape, if it was learned; shapes that found no room belong to the overflow until the next bucket.
    pub fn pattern_of(&self, shape: ShapeId) -> Option<PatternId> {
        let overflow = self.is_overflowing.then_some(PatternId::OVERFLOW);
        self.shapes.get(&shape).map(|&pattern| self.resolve(pattern)).or(overflow)
    }

    /// The pattern that a shape would go to, learned or not; nothing is learned by asking.
    pub fn find(&self, shape: ShapeId, text: &str) -> Option<PatternId> {
        if let Some(known) = self.shapes.get(&shape) {
            return Some(self.resolve(*known));
        }
        let unit = Unit::new(Template::of_shape(text, &self.rules));
        let named = PatternId::of(&unit.template.name);
        if self.units.contains_key(&named) { Some(named) } else { self.general_of(&unit, named) }
    }

    /// The message with every variable part printed `<*>`; empty for a pattern that is not held (any more): keep the name with its history.
    pub fn name(&self, pattern: PatternId) -> &str {
        if pattern == PatternId::OVERFLOW {
            return OVERFLOW_NAME;
        }
        self.units.get(&pattern).map_or("", |unit| &unit.template.name)
    }

    /// The types of the wildcards in the order of the name: `num`, `hex`, `uuid`, `ip`, `host`, `path`, `time`, `url`, `email`, `id`, `str`, `secret`, `word`.
    pub fn wildcards(&self, pattern: PatternId) -> Vec<&'static str> {
        if pattern == PatternId::OVERFLOW {
            return vec!["word"];
        }
        self.units
            .get(&pattern)
            .map_or_else(Vec::new, |unit| unit.template.kinds.iter().map(|kind| kind.name()).collect())
    }

    /// All patterns, in the order of their identities.
    pub fn patterns(&self) -> impl Iterator<Item = PatternId> {
        self.units.keys().copied()
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether nothing has been learned yet.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Forgets what this bucket does not hold, as far as newcomers need the room: first which shapes belong to which pattern,
    /// then patterns that nothing was merged into, those first that were heard in the fewest buckets, and among equals by their
    /// hashes: a flood is forgotten before what it floods. Both come back with their old identity.
    fn make_room(&mut self, bucket: &BTreeMap<ShapeId, &str>) -> Vec<PatternId> {
        let Limits { shapes_max, .. } = self.limits;
        let has_room_for_all = self.units.len() + bucket.len() <= shapes_max
            && self.shapes.len() + bucket.len() <= shapes_max.saturating_mul(SHAPES_PER_PATTERN);
        if has_room_for_all {
            return Vec::new();
        }
        let newcomers = bucket.keys().filter(|id| !self.shapes.contains_key(id)).count();
        if self.shapes.len() + newcomers > shapes_max.saturating_mul(SHAPES_PER_PATTERN) {
            self.shapes.retain(|id, _| bucket.contains_key(id));
        }
        let excess = (self.units.len() + newcomers).saturating_sub(shapes_max);
        if excess == 0 {
            return Vec::new();
        }
        self.tell_shapes();
        let present: BTreeSet<PatternId> =
            bucket.keys().filter_map(|id| self.shapes.get(id).copied()).collect();
        let absent = self.units.iter().filter(|(id, unit)| unit.opening.places == 0 && !present.contains(id));
        let mut absent: Vec<(u32, PatternId)> = absent.map(|(id, unit)| (unit.buckets, *id)).collect();
        absent.sort_unstable();
        let forgotten: BTreeSet<PatternId> = absent.into_iter().map(|(_, id)| id).take(excess).collect();
        if !forgotten.is_empty() {
            self.shapes.retain(|_, pattern| !forgotten.contains(pattern));
            forgotten.iter().for_each(|id| drop(self.take(*id)));
        }
        forgotten.into_iter().collect()
    }

    /// Remembers in how many buckets each pattern was heard.
    fn count_buckets(&mut self, bucket: &BTreeMap<ShapeId, &str>) {
        let heard: BTreeSet<PatternId> =
            bucket.keys().filter_map(|id| self.shapes.get(id).copied()).collect();
        for pattern in heard.into_iter().map(|pattern| self.resolve(pattern)).collect::<BTreeSet<_>>() {
            if let Some(unit) = self.units.get_mut(&pattern) {
                unit.buckets = unit.buckets.saturating_add(1);
            }
        }
    }

    /// Finds the newcomer's pattern or makes one of it; false if there is no room.
    fn admit(&mut self, id: ShapeId, text: &str, changes: &mut Changes) -> bool {
        if text.len() > self.limits.text_bytes_max
            || self.shapes.len() >= self.limits.shapes_max.saturating_mul(SHAPES_PER_PATTERN)
        {
            return false;
        }
        let unit = Unit::new(Template::of_shape(text, &self.rules));
        let mut pattern = PatternId::of(&unit.template.name);
        if let Some(known) = self.units.get_mut(&pattern) {
            known.template.join_kinds(&unit.template.kinds);
        } else if let Some(general) = self.general_of(&unit, pattern) {
            self.cover(general, &unit, changes);
            pattern = general;
        } else {
            if self.units.len() >= self.limits.shapes_max {
                return false;
            }
            changes.created.insert(pattern);
            self.put(pattern, unit);
        }
        self.shapes.insert(id, pattern);
        true
    }

    /// The most special other pattern whose variable places cover the unit.
    fn general_of(&self, unit: &Unit, id: PatternId) -> Option<PatternId> {
        let skeleton = self.skeletons.get(&unit.skeleton)?;
        skeleton.generals.iter().find_map(|(opening, patterns)| {
            if !opening.admits(unit) {
                return None;
            }
            patterns.get(&unit.rest(opening.places)).copied().filter(|general| *general != id)
        })
    }

    /// Lets a general pattern know of what it covers; where that was more open, it becomes so too.
    fn cover(&mut self, general: PatternId, covered: &Unit, changes: &mut Changes) {
        let Some(known) = self.units.get_mut(&general) else { return };
        known.template.join_kinds(&covered.template.kinds_generalised(known.opening.places));
        if known.opening.union(covered.opening) != known.opening
            && let Some(mut unit) = self.take(general)
        {
            unit.proofs.add_all(&covered.proofs);
            unit.opening = unit.opening.union(covered.opening);
            changes.widened.insert(unit.skeleton);
            self.put(general, unit);
        }
    }

    /// Merges by evidence until nothing changes.
    fn generalise(&mut self, changes: &mut Changes) {
        loop {
            let groups = self.evidence.take_groups();
            if groups.is_empty() {
                break;
            }
            groups.iter().for_each(|group| self.merge(group, changes));
            while let Some(skeleton) = changes.widened.pop_first() {
                self.absorb_covered(skeleton, changes);
            }
        }
    }

    /// Makes one pattern of a group.
    fn merge(&mut self, group: &Group, changes: &mut Changes) {
        let (members, units): (Vec<PatternId>, Vec<Unit>) =
            group.members.iter().filter_map(|id| Some((*id, self.take(*id)?))).unzip();
        let Some(mut general) = evidence::merged(&units, group, &self.rules) else { return };
        let name_id = PatternId::of(&general.template.name);
        let wider = self.general_of(&general, name_id);
        let id = wider.unwrap_or(name_id);
        for (member, unit) in members.iter().zip(&units).filter(|(member, _)| **member != id) {
            self.redirect(*member, id, &unit.template.name, changes);
        }
        if wider.is_some() {
            self.cover(id, &general, changes);
            return;
        }
        match self.take(id) {
            Some(known) => general.take_in(&known),
            None if !members.contains(&id) => drop(changes.created.insert(id)),
            None => {}
        }
        // What differs in one place alone is in the group.
        if general.opening.places.count_ones() > 1 {
            changes.widened.insert(general.skeleton);
        }
        self.put(id, general);
    }

    /// Moves what new general patterns cover into them.
    fn absorb_covered(&mut self, skeleton: u64, changes: &mut Changes) {
        let members: Vec<PatternId> = self
            .skeletons
            .get(&skeleton)
            .map_or_else(Vec::new, |skeleton| skeleton.units.iter().copied().collect());
        for id in members {
            let general = self.units.get(&id).and_then(|unit| self.general_of(unit, id));
            if let Some(general) = general
                && let Some(unit) = self.take(id)
            {
                self.cover(general, &unit, changes);
                self.redirect(id, general, &unit.template.name, changes);
            }
        }
    }

    /// Holds a pattern, with all by which it is found.
    fn put(&mut self, id: PatternId, unit: Unit) {
        // What is no more is covered by what it went to, so nothing can bring it back; were it so, no way may lead on from it.
        let was_gone = self.moved.remove(&id).is_some();
        debug_assert!(!was_gone, "a merged pattern came back");
        let skeleton = self.skeletons.entry(unit.skeleton).or_default();
        skeleton.units.insert(id);
        if unit.opening.places != 0 {
            let patterns = skeleton.generals.entry(unit.opening).or_default();
            patterns.insert(unit.rest(unit.opening.places), id);
        }
        self.evidence.add(id, &unit);
        self.units.insert(id, unit);
    }

    /// Lets go of a pattern, and of all by which it is found.
    fn take(&mut self, id: PatternId) -> Option<Unit> {
        let unit = self.units.remove(&id)?;
        self.evidence.remove(id, &unit);
        if let Some(skeleton) = self.skeletons.get_mut(&unit.skeleton) {
            skeleton.units.remove(&id);
            if let Some(patterns) = skeleton.generals.get_mut(&unit.opening) {
                patterns.remove(&unit.rest(unit.opening.places));
                if patterns.is_empty() {
                    skeleton.generals.remove(&unit.opening);
                }
            }
            if skeleton.units.is_empty() {
                self.skeletons.remove(&unit.skeleton);
            }
        }
        Some(unit)
    }

    fn redirect(&mut self, old: PatternId, new: PatternId, old_name: &str, changes: &mut Changes) {
        self.moved.insert(old, new);
        changes.gone.push((old, old_name.to_owned()));
    }

    fn resolve(&self, pattern: PatternId) -> PatternId {
        let mut at = pattern;
        while let Some(&next) = self.moved.get(&at) {
            at = next;
        }
        at
    }

    /// Tells all shapes where their patterns went, so that the way there can be forgotten.
    fn tell_shapes(&mut self) {
        if self.moved.is_empty() {
            return;
        }
        let mut shapes = std::mem::take(&mut self.shapes);
        shapes.values_mut().for_each(|pattern| *pattern = self.resolve(*pattern));
        self.shapes = shapes;
        self.moved.clear();
    }
}

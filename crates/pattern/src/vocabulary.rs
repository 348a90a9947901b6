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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaper::Shaper;

    fn shapes(messages: &[String]) -> Vec<(ShapeId, String)> {
        let mut shaper = Shaper::new();
        messages
            .iter()
            .map(|message| {
                let shape = shaper.shape(message);
                (shape.id, shape.text.to_owned())
            })
            .collect()
    }

    fn learn(vocabulary: &mut Vocabulary, messages: &[String]) -> Learned {
        vocabulary.learn(shapes(messages).iter().map(|(id, text)| (*id, text.as_str())))
    }

    #[track_caller]
    fn check(messages: &[String], expected: &[&str]) {
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, messages);
        let mut names: Vec<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
    }

    fn word(number: usize) -> String {
        let letter = |digit: usize| char::from(b'a' + digit as u8 % 26);
        format!("{}{}{}", letter(number), letter(number / 26), letter(number * 7))
    }

    fn logins(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("login of user {} was refused", word(number))).collect()
    }

    #[test]
    fn few_words_in_a_place_are_meaning() {
        check(
            &["VM Started", "VM Paused", "state PAID -> SHIPPED", "state SHIPPED -> PAID"].map(String::from),
            &["VM Paused", "VM Started", "state PAID -> SHIPPED", "state SHIPPED -> PAID"],
        );
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &logins(5));
        assert_eq!(vocabulary.len(), 5);
    }

    #[test]
    fn the_less_is_said_around_a_place_the_more_words_it_takes() {
        for (message, words_min) in [
            ("{} stopped", 40),
            ("cache {} stopped", 20),
            ("queue={} stopped", 12),
            ("cache of {} stopped", 12),
            ("cache of {} stopped again", 8),
            ("the cache of {} stopped again today", 5),
        ] {
            let said =
                |count| (0..count).map(|number| message.replace("{}", &word(number))).collect::<Vec<_>>();
            let mut vocabulary = Vocabulary::new(Limits::default());
            learn(&mut vocabulary, &said(words_min - 1));
            assert_eq!(vocabulary.len(), words_min - 1, "{message}");
            learn(&mut vocabulary, &said(words_min));
            assert_eq!(vocabulary.len(), 1, "{message}");
        }
    }

    #[test]
    fn what_happened_is_meaning_in_the_longest_message() {
        let happened =
            ["accepted", "rejected", "postponed", "retried", "dropped", "merged", "signed", "refunded"];
        let messages = happened.map(|what| format!("the order of user 17 from shop 3 was {what} after all"));
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &messages);
        assert_eq!(vocabulary.len(), 8);
    }

    #[test]
    fn many_words_in_a_place_are_a_wildcard() {
        check(&logins(6), &["login of user <*> was refused"]);
    }

    #[test]
    fn messages_of_one_word_are_never_merged() {
        let messages: Vec<String> = (0..100).map(word).collect();
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &messages);
        assert_eq!(vocabulary.len(), 100);
    }

    #[test]
    fn a_second_place_follows_the_first() {
        let messages: Vec<String> = (0..16)
            .flat_map(|user| {
                (0..16)
                    .map(move |city| format!("login of {} from {} went well", word(user), word(100 + city)))
            })
            .collect();
        check(&messages, &["login of <*> from <*> went well"]);
    }

    #[test]
    fn shapes_that_differ_in_types_alone_are_one_pattern() {
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &["iar 001061cc".to_owned(), "iar 00106111".to_owned()]);
        let ids: Vec<_> = vocabulary.patterns().collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(vocabulary.wildcards(ids[0]), ["hex"]);
    }

    #[test]
    fn identifiers_prove_a_place_for_identifiers_only() {
        let messages = ["worker-17", "node7", "node8", "node9", "main"]
            .map(|who| format!("{who} has joined the cluster"));
        check(&messages, &["<*> has joined the cluster", "main has joined the cluster"]);
    }

    #[test]
    fn a_later_bucket_moves_history_to_the_general_pattern() {
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &logins(5));
        let old: Vec<_> = vocabulary.patterns().collect();
        let merged_names = old.iter().map(|id| vocabulary.name(*id).to_owned()).collect();
        let learned = learn(&mut vocabulary, &logins(7));
        let general = vocabulary.patterns().next().expect("there is one");
        assert_eq!(vocabulary.name(general), "login of user <*> was refused");
        assert_eq!(vocabulary.wildcards(general), ["word"]);
        let merged = old.iter().map(|id| (*id, general)).collect();
        assert_eq!(learned, Learned { merged, merged_names, ..Learned::default() });
        for (shape, _) in shapes(&logins(7)) {
            assert_eq!(vocabulary.pattern_of(shape), Some(general));
        }
        assert_eq!(learn(&mut vocabulary, &logins(40)), Learned::default());
        assert_eq!(vocabulary.len(), 1);
    }

    #[test]
    fn what_finds_no_room_is_counted_and_belongs_to_the_overflow() {
        let mut vocabulary = Vocabulary::new(Limits { shapes_max: 5, text_bytes_max: 1024 });
        let messages: Vec<String> = (0..8).map(word).collect();
        let learned = learn(&mut vocabulary, &messages);
        assert_eq!((learned.cut, vocabulary.len()), (3, 5));
        let overflow = shapes(&messages)
            .iter()
            .filter(|(id, _)| vocabulary.pattern_of(*id) == Some(PatternId::OVERFLOW))
            .count();
        assert_eq!(overflow, 3);
        assert_eq!(vocabulary.name(PatternId::OVERFLOW), "<*> (beyond the limit)");
    }

    #[test]
    fn a_flood_does_not_keep_out_what_comes_after_it() {
        let mut vocabulary = Vocabulary::new(Limits { shapes_max: 5, text_bytes_max: 1024 });
        learn(&mut vocabulary, &(0..50).map(word).collect::<Vec<_>>());
        let real = ["disk is full".to_owned(), "leader was lost".to_owned()];
        assert_eq!(learn(&mut vocabulary, &real).cut, 0);
        let names: Vec<_> = shapes(&real)
            .iter()
            .filter_map(|(id, _)| vocabulary.pattern_of(*id))
            .map(|id| vocabulary.name(id))
            .collect();
        assert_eq!(names, real);
        assert_eq!(vocabulary.len(), 5);
    }

    /// The phrase of one to three words with this number.
    fn phrase(number: usize) -> String {
        (0..=number % 3).map(|part| word(number * 3 + part * 5)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_quoted_phrase_is_one_place_whatever_its_number_of_words() {
        for quote in ['\'', '"', '`'] {
            let query = |number| format!("query {quote}{}{quote} matched 7 documents", phrase(number));
            let few: Vec<String> = (0..11).map(query).collect();
            let mut vocabulary = Vocabulary::new(Limits::default());
            learn(&mut vocabulary, &few);
            assert_eq!(vocabulary.len(), 11);
            let more: Vec<String> = (0..12).map(query).collect();
            check(&more, &[&format!("query {quote}<*>{quote} matched <*> documents")]);
        }
    }

    #[test]
    fn scripts_without_blanks_have_places_between_their_wide_signs() {
        let names =
            ["张伟", "王芳", "李娜", "刘洋", "陈静", "杨明", "赵磊", "黄丽", "周强", "吴敏", "徐军", "孙艳"];
        check(
            &names.map(|name| format!("登录失败，用户：{name}（第3次）")),
            &["登录失败，用户：<*>（第<*>次）"],
        );
        check(&names.map(|name| format!("ログイン失敗「{name}」、再試行")), &["ログイン失敗「<*>」、再試行"]);
        check(
            &["订单状态：已付款，继续", "订单状态：已发货，继续"].map(String::from),
            &["订单状态：已付款，继续", "订单状态：已发货，继续"],
        );
    }

    #[test]
    fn few_quoted_phrases_are_meaning() {
        let messages = ["'PAID'", "'in progress'", "'waiting for stock'"]
            .map(|state| format!("order 17 is now in state {state} again"));
        check(
            &messages,
            &[
                "order <*> is now in state 'PAID' again",
                "order <*> is now in state 'in progress' again",
                "order <*> is now in state 'waiting for stock' again",
            ],
        );
    }

    #[test]
    fn messages_in_a_field_are_not_merged() {
        let messages: Vec<String> = (0..40)
            .map(|number| {
                format!("level=info msg=\"{} {}\" caller=main", word(number), word(200 + 3 * number))
            })
            .collect();
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &messages);
        assert_eq!(vocabulary.len(), 40);
    }

    #[test]
    fn what_a_general_pattern_covers_is_not_evidence_again() {
        let mut vocabulary = Vocabulary::new(Limits::default());
        let query = |number| format!("user {} searched for '{}' here", word(number), phrase(number / 16));
        learn(&mut vocabulary, &(0..512).map(query).collect::<Vec<_>>());
        assert_eq!(vocabulary.len(), 1);
        let held = vocabulary.evidence.len();
        for bucket in 1..20 {
            let later: Vec<String> = (bucket * 512..(bucket + 1) * 512).map(query).collect();
            assert_eq!(learn(&mut vocabulary, &later), Learned::default());
        }
        assert_eq!((vocabulary.len(), vocabulary.evidence.len()), (1, held));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

        #[test]
        fn evidence_kept_from_bucket_to_bucket_says_what_evidence_from_scratch_says(
            messages in proptest::collection::vec("(user=([a-e]{2}|u[0-9]|u-[0-9]{2}|[A-C]{2})|'[a-e]{2}( [a-c])?') (in|of) [a-e]{2} (went|ran) (u[0-9]|[a-e]) well", 1..400),
            size in 1..400usize,
        ) {
            let mut vocabulary = Vocabulary::new(Limits::default());
            for bucket in messages.chunks(size) {
                learn(&mut vocabulary, bucket);
                let mut evidence = Evidence::default();
                vocabulary.units.iter().for_each(|(id, unit)| evidence.add(*id, unit));
                proptest::prop_assert_eq!(evidence.len(), vocabulary.evidence.len());
                proptest::prop_assert!(evidence.take_groups().is_empty());
                for (id, unit) in &vocabulary.units {
                    proptest::prop_assert_eq!(vocabulary.general_of(unit, *id), None, "{}", unit.template.name);
                }
            }
        }
    }

    #[test]
    fn what_became_general_twice_takes_in_what_it_covers_now() {
        let pair =
            |user: usize, city: usize| format!("login of {} from {} went well", word(user), word(100 + city));
        let mut messages: Vec<String> = (0..12).map(|city| pair(0, city)).collect();
        messages.extend((1..12).map(|user| pair(user, 0)));
        messages.extend((20..60).map(|number| pair(number, number)));
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &messages);
        learn(&mut vocabulary, &(0..144).map(|number| pair(number % 12, number / 12)).collect::<Vec<_>>());
        let names: Vec<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
        assert_eq!(names, ["login of <*> from <*> went well"]);
    }

    /// The names of all patterns that these messages are, by these rules.
    fn names_by(rules: Rules, messages: &[String]) -> Vec<String> {
        let rules = Arc::new(rules);
        let mut shaper = Shaper::with_rules(rules.clone());
        let mut vocabulary = Vocabulary::with_rules(Limits::default(), rules);
        let owned = |message: &String| {
            let shape = shaper.shape(message);
            (shape.id, shape.text.to_owned())
        };
        let shapes: Vec<(ShapeId, String)> = messages.iter().map(owned).collect();
        vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())));
        let mut names: Vec<String> = vocabulary.patterns().map(|id| vocabulary.name(id).to_owned()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn words_that_are_kept_apart_are_neither_masked_nor_merged() {
        let mut messages = logins(20);
        let kept = ["root", "svc-7"].map(|user| format!("login of user {user} was refused"));
        messages.extend(kept.clone());
        messages.push("login of user svc-8 was refused".to_owned());
        let mut rules = Rules::default();
        rules.never_merge("root");
        rules.never_merge("svc-7");
        let mut expected = vec!["login of user <*> was refused".to_owned()];
        expected.extend(kept);
        assert_eq!(names_by(rules, &messages), expected);
        assert_eq!(names_by(Rules::default(), &messages), expected[..1]);
    }

    #[test]
    fn a_pattern_that_somebody_wrote_takes_its_lines_and_is_never_merged() {
        let mut messages = logins(20);
        messages.extend((0..3).map(|number| format!("cache {} of {number} is warm", word(number))));
        messages.push("login of user nobody was refused".to_owned());
        let mut rules = Rules::default();
        rules.define("cache <*> of <...>").expect("a pattern");
        rules.define("login of user nobody was refused").expect("a pattern");
        assert_eq!(
            names_by(rules, &messages),
            ["cache <*> of <*>", "login of user <*> was refused", "login of user nobody was refused"]
        );
    }

    #[test]
    fn what_was_heard_often_outlives_a_flood_and_what_is_forgotten_is_told() {
        let mut vocabulary = Vocabulary::new(Limits { shapes_max: 20, text_bytes_max: 1024 });
        let steady: Vec<String> =
            ["order is paid", "cart was left", "stock runs low"].map(str::to_owned).to_vec();
        (0..3).for_each(|_| drop(learn(&mut vocabulary, &steady)));
        let mut forgotten = 0;
        for bucket in 0..30 {
            let noise: Vec<String> = (0..15)
                .map(|at| {
                    let number = bucket * 15 + at;
                    format!("{} {} {}", word(number), word(number * 31 + 5), word(number * 17 + 9))
                })
                .collect();
            forgotten += learn(&mut vocabulary, &noise).forgotten.len();
            assert!(vocabulary.len() <= 20);
        }
        assert!(forgotten > 100);
        let names: BTreeSet<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
        assert!(steady.iter().all(|name| names.contains(name.as_str())), "{names:?}");
    }

    #[test]
    fn a_shape_that_was_not_learned_has_no_pattern() {
        assert_eq!(Vocabulary::new(Limits::default()).pattern_of(ShapeId(1)), None);
    }
}

//! Why shapes are one pattern, and why others stayed apart: place by place.
//!
//! Nothing is found out anew here: what made a place variable was kept as a proof, and what keeps others apart is
//! the evidence as it stands.

use super::{PatternId, Vocabulary};
use crate::proof::Proof;
use crate::template::Content;
use crate::unit::Unit;

/// So many patterns that stayed apart are named for each place.
const SIBLINGS_MAX: usize = 12;

/// Why a pattern is what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Whether somebody wrote it.
    pub is_defined: bool,
    /// How many shapes belong to it, as far as they are known.
    pub shapes: usize,
    /// Its places in order, signs left out.
    pub places: Vec<PlaceExplanation>,
}

/// Why one place is variable, or is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceExplanation {
    /// What stands there in the name.
    pub text: String,
    /// The kinds of its wildcards.
    pub kinds: Vec<&'static str>,
    /// Why.
    pub reason: Reason,
}

/// The reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Every value had a form that is never constant.
    Form,
    /// So many values stood there that none carries meaning.
    Evidence(Proof),
    /// It says what the message is about; what else was seen there is another pattern.
    Constant(Apart),
    /// Somebody wants it kept as it is.
    Kept,
}

/// What else was seen in a place, all other places being equal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Apart {
    /// How many other patterns there are.
    pub count: usize,
    /// Some of them, with what they have there, by the alphabet.
    pub siblings: Vec<(String, PatternId)>,
    /// What all that was seen there is worth, in plain words.
    pub weight: u32,
    /// How many plain words would make it variable; none would where nothing else is said.
    pub needed: Option<u32>,
}

impl Vocabulary {
    /// Why this pattern is what it is; `None` if it is not held.
    pub fn explain(&self, pattern: PatternId) -> Option<Explanation> {
        let unit = self.units.get(&pattern)?;
        let shapes = self.shapes.values().filter(|known| self.resolve(**known) == pattern).count();
        Some(Explanation {
            is_defined: self.rules.is_defined(&unit.template.name),
            shapes,
            places: self.places(pattern, unit),
        })
    }

    fn places(&self, pattern: PatternId, unit: &Unit) -> Vec<PlaceExplanation> {
        let mut kinds = unit.template.kinds.iter().map(|kind| kind.name());
        let mut places = Vec::new();
        for (at, place) in unit.template.places.iter().enumerate() {
            let text = unit.template.word(at);
            let kinds: Vec<&'static str> =
                kinds.by_ref().take(text.matches(crate::template::WILDCARD).count()).collect();
            let reason = match place.content {
                Content::Sign if self.rules.keeps(text) => Reason::Kept,
                Content::Sign => continue,
                _ => match unit.proofs.of(at) {
                    Some(proof) => Reason::Evidence(proof.clone()),
                    None if kinds.is_empty() => Reason::Constant(self.apart(pattern, unit, at)),
                    None => Reason::Form,
                },
            };
            places.push(PlaceExplanation { text: text.to_owned(), kinds, reason });
        }
        places
    }

    fn apart(&self, pattern: PatternId, unit: &Unit, place: usize) -> Apart {
        let Some(seen) = self.evidence.seen_at(unit, place) else { return Apart::default() };
        let others = seen.members.iter().filter(|id| **id != pattern);
        let word = |id: &PatternId| {
            self.units
                .get(id)
                .filter(|other| place < other.template.places.len())
                .map(|other| other.template.word(place))
        };
        let mut siblings: Vec<(String, PatternId)> =
            others.filter_map(|id| Some((word(id)?.to_owned(), *id))).collect();
        siblings.sort_unstable();
        let count = siblings.len();
        siblings.truncate(SIBLINGS_MAX);
        Apart { count, siblings, weight: seen.weight, needed: seen.needed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaper::{ShapeId, Shaper};
    use crate::vocabulary::Limits;

    fn learned(messages: &[String]) -> Vocabulary {
        let mut shaper = Shaper::new();
        let owned = |message: &String| {
            let shape = shaper.shape(message);
            (shape.id, shape.text.to_owned())
        };
        let shapes: Vec<(ShapeId, String)> = messages.iter().map(owned).collect();
        let mut vocabulary = Vocabulary::new(Limits::default());
        vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())));
        vocabulary
    }

    fn explained(vocabulary: &Vocabulary, name: &str) -> Explanation {
        let id = vocabulary.patterns().find(|id| vocabulary.name(*id) == name).expect("it was learned");
        vocabulary.explain(id).expect("it is held")
    }

    #[test]
    fn a_variable_place_tells_what_proved_it_and_a_constant_one_what_stayed_apart() {
        let names = ["ann", "bob", "carl", "dora", "emil", "fred", "gina"];
        let mut messages: Vec<String> =
            names.map(|name| format!("login of user {name} was refused in 7 ms")).into();
        messages.push("login of user ann was granted in 9 ms".to_owned());
        messages.push("login of user bob was granted in 9 ms".to_owned());
        let vocabulary = learned(&messages);
        let explanation = explained(&vocabulary, "login of user <*> was refused in <*> ms");
        assert_eq!((explanation.is_defined, explanation.shapes), (false, 7));
        let place =
            |text: &str| explanation.places.iter().find(|place| place.text == text).expect("it is there");
        let Reason::Evidence(proof) = &explanation.places[3].reason else { panic!("{explanation:?}") };
        assert_eq!((proof.values, proof.weight, proof.needed, proof.examples.len()), (7, 7, 5, 6));
        assert_eq!(explanation.places[3].kinds, ["word"]);
        assert_eq!(
            (&explanation.places[7].reason, &explanation.places[7].kinds[..]),
            (&Reason::Form, &["num"][..])
        );
        assert_eq!(place("refused").reason, Reason::Constant(Apart::default()));
    }

    #[test]
    fn what_stayed_apart_is_named_with_what_it_would_take() {
        let vocabulary = learned(&["VM Started".to_owned(), "VM Paused".to_owned()]);
        let explanation = explained(&vocabulary, "VM Started");
        let Reason::Constant(apart) = &explanation.places[1].reason else { panic!("{explanation:?}") };
        let words: Vec<&str> = apart.siblings.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!((words, apart.count, apart.needed), (vec!["Paused"], 1, Some(40)));
    }
}

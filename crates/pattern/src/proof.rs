//! What made a place variable, kept so that it can be shown when somebody asks why.
//!
//! The evidence itself is gone once patterns are one. A proof is small and depends on the patterns that were merged alone,
//! so it is the same wherever they were.

/// So many words are kept as examples.
const EXAMPLES_MAX: usize = 6;

/// What made one place variable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct Proof {
    /// Which place.
    pub(crate) place: usize,
    /// How many patterns differed in it and in nothing else.
    pub values: u32,
    /// What they were worth together, in plain words.
    pub weight: u32,
    /// How many plain words would have been enough.
    pub needed: u32,
    /// Whether only words with digits in them may vary here.
    pub is_for_identifiers: bool,
    /// Some of the words, by the alphabet.
    pub examples: Vec<String>,
}

impl Proof {
    /// With some of the words that stood in the place.
    pub(crate) fn with_examples<'a>(mut self, words: impl Iterator<Item = &'a str>) -> Self {
        let mut examples: Vec<&str> = words.collect();
        examples.sort_unstable();
        examples.dedup();
        self.examples = examples.into_iter().take(EXAMPLES_MAX).map(str::to_owned).collect();
        self
    }
}

/// Proofs, one for each place: of several the one of most values.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Proofs(Vec<Proof>);

impl Proofs {
    /// Adds a proof.
    pub(crate) fn add(&mut self, proof: Proof) {
        match self.0.iter_mut().find(|known| known.place == proof.place) {
            Some(known) if (proof.values, &proof) > (known.values, known) => *known = proof,
            Some(_) => {}
            None => self.0.push(proof),
        }
    }

    /// Adds those of another pattern.
    pub(crate) fn add_all(&mut self, other: &Proofs) {
        other.0.iter().for_each(|proof| self.add(proof.clone()));
    }

    /// That of this place.
    pub(crate) fn of(&self, place: usize) -> Option<&Proof> {
        self.0.iter().find(|proof| proof.place == place)
    }
}

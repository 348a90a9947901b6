//! Why a pattern of the ledger is what it is, and what it was before.

use hark_event::{Former, Id, Moment, Origin, PatternExplained, PlaceExplained, PlaceReason};
use hark_pattern::{Explanation, PatternId, Reason};

use super::{Entry, Ledger, Page, identity};

impl Ledger {
    /// The patterns that this identity is or became part of, one for each service and environment that said it, with
    /// curves of so many steps. What stood in their wildcards is heard in a second reading.
    pub fn explain(
        &self,
        asked: &Id,
        heard: Option<(Moment, Moment)>,
        steps: usize,
    ) -> Vec<PatternExplained> {
        let explained = |(origin, page): (&Origin, &Page)| {
            let (id, entry) = page.now(asked)?;
            Some(page.explain(id, entry, origin, heard, steps))
        };
        self.services.iter().filter_map(explained).collect()
    }
}

impl Page {
    /// What has this identity, else what took it in.
    fn now(&self, asked: &Id) -> Option<(PatternId, &Entry)> {
        let is_asked = |id: &PatternId| identity(*id) == *asked;
        let same = self.entries.iter().find(|(id, _)| is_asked(id));
        let heir = || self.entries.iter().find(|(_, entry)| entry.former.keys().any(is_asked));
        same.or_else(heir).map(|(id, entry)| (*id, entry))
    }

    fn explain(
        &self,
        id: PatternId,
        entry: &Entry,
        origin: &Origin,
        heard: Option<(Moment, Moment)>,
        steps: usize,
    ) -> PatternExplained {
        let explanation = self.vocabulary.explain(id);
        let mut former: Vec<Former> = entry
            .former
            .iter()
            .map(|(id, former)| Former {
                merged_at: former.hour.end(),
                id: identity(*id),
                name: former.name.clone(),
            })
            .collect();
        former.sort();
        PatternExplained {
            pattern: self.pattern(id, entry, origin, heard, steps),
            is_defined: explanation.as_ref().is_some_and(|explanation| explanation.is_defined),
            shapes: explanation.as_ref().map_or(0, |explanation| explanation.shapes as u64),
            places: explanation.map_or_else(Vec::new, places),
            former,
            former_cut: entry.former_cut,
            fields: Vec::new(),
            fields_unread: 0,
        }
    }
}

fn places(explanation: Explanation) -> Vec<PlaceExplained> {
    let place = |place: hark_pattern::PlaceExplanation| PlaceExplained {
        text: place.text,
        kinds: place.kinds,
        reason: reason(place.reason),
    };
    explanation.places.into_iter().map(place).collect()
}

fn reason(reason: Reason) -> PlaceReason {
    match reason {
        Reason::Form => PlaceReason::Form,
        Reason::Kept => PlaceReason::Kept,
        Reason::Evidence(proof) => PlaceReason::Evidence {
            values: proof.values.into(),
            weight: proof.weight.into(),
            needed: proof.needed.into(),
            is_for_identifiers: proof.is_for_identifiers,
            examples: proof.examples,
        },
        Reason::Constant(apart) => PlaceReason::Constant {
            others: apart.count as u64,
            siblings: apart.siblings.into_iter().map(|(word, id)| (word, identity(id))).collect(),
            weight: apart.weight.into(),
            needed: apart.needed.map(u64::from),
        },
    }
}

//! Short marks for the things in a story, so that every sentence can point at its evidence: `S1`, `C2`, `N1`.
//!
//! The hashes that machines use are too long for people. Marks are given in the order in which a story
//! ranks its things and mean the same in every format; in HTML they are also the anchors.

use std::collections::BTreeMap;

use hark_event::Id;
use hark_story::Story;

/// The marks of one story, by id.
pub(crate) struct References {
    by_id: BTreeMap<Id, Reference>,
}

/// A thing that can be pointed at.
pub(crate) struct Reference {
    /// `S1`: signal, `C1`: change, `N1`: note, `A1`: alert, `R1`: report, `L1`: signal of the aftermath (later).
    pub(crate) mark: String,
    /// What it is, in one line.
    pub(crate) title: String,
}

impl References {
    /// The marks of everything in this story; of equal ids the first counts.
    pub(crate) fn of(story: &Story) -> Self {
        let mut references = Self { by_id: BTreeMap::new() };
        for linked in &story.signals {
            let signal = &linked.episode.signal;
            let title = format!("{}: {}", signal.origin, signal.summary);
            references
                .by_id
                .entry(signal.id.clone())
                .or_insert(Reference { mark: format!("S{}", linked.rank), title });
        }
        references
            .add("C", story.changes.iter().map(|told| (told.change.id.clone(), told.change.summary.clone())));
        references.add("N", story.notes.iter().map(|reached| (reached.note.id(), reached.note.text.clone())));
        references.add(
            "A",
            story.alerts.iter().map(|alert| (alert.id.clone(), format!("{}: {}", alert.name, alert.summary))),
        );
        references.add("R", story.reports.iter().map(|report| (report.id.clone(), report.text.clone())));
        references.add(
            "L",
            story.aftermath.iter().map(|episode| {
                let signal = &episode.signal;
                (signal.id.clone(), format!("{}: {}", signal.origin, signal.summary))
            }),
        );
        references
    }

    /// The mark and title of this thing, if it stands in the story.
    pub(crate) fn get(&self, id: &Id) -> Option<&Reference> {
        self.by_id.get(id)
    }

    /// The mark, or the id itself for what does not stand in the story.
    pub(crate) fn mark<'a>(&'a self, id: &'a Id) -> &'a str {
        self.get(id).map_or(id.as_str(), |reference| &reference.mark)
    }

    fn add(&mut self, letter: &str, things: impl Iterator<Item = (Id, String)>) {
        for (index, (id, title)) in things.enumerate() {
            self.by_id.entry(id).or_insert(Reference { mark: format!("{letter}{}", index + 1), title });
        }
    }
}

/// Several marks of one letter as one: `R2–R7` if they follow each other, else the first and how many: `R2 +3`.
pub(crate) fn joined(marks: &[String]) -> String {
    let number = |mark: &String| mark.get(1..).and_then(|digits| digits.parse::<usize>().ok());
    match marks {
        [] => String::new(),
        [only] => only.clone(),
        [first, .., last] => {
            let numbers: Option<Vec<usize>> = marks.iter().map(number).collect();
            let follow = numbers.is_some_and(|numbers| numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
            if follow { format!("{first}–{last}") } else { format!("{first} +{}", marks.len() - 1) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn marks_that_follow_each_other_become_a_range() {
        let joined_of = |marks: &str| joined(&marks.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!([joined_of("R2 R3 R4"), joined_of("A3 A1"), joined_of("R1")], ["R2–R4", "A3 +1", "R1"]);
    }

    #[test]
    fn all_that_a_story_points_at_has_a_mark() {
        let story = fixture::whispered();
        let references = References::of(&story);
        let answers = story.questions.why_possible.iter().chain(&story.questions.why_not_visible);
        let marks: Vec<&str> =
            answers.flat_map(|answer| &answer.evidence).map(|id| references.mark(id)).collect();
        assert_eq!(marks.join(" "), "C1 S1 N1 C3 S1 S1 S3");
        assert_eq!(references.mark(&story.unheeded[0]), "A1");
        assert_eq!(references.mark(&Id::known("elsewhere")), "elsewhere");
    }
}

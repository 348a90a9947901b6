//! What is shown where there is no room for all: people read a page, not a list of five hundred.
//!
//! JSON always holds everything; where less is shown, the rest is counted.

use hark_story::{LinkedSignal, Story, TimelineEntry, TimelineKind};

/// Signals that are told in full.
pub(crate) const CREDIBLE_MAX: usize = 8;
/// Signals that are not credible, in a line each.
pub(crate) const OTHERS_MAX: usize = 8;
/// Changes.
pub(crate) const CHANGES_MAX: usize = 8;
/// Notes.
pub(crate) const NOTES_MAX: usize = 6;
/// Alerts, and reports, that have a place of their own.
pub(crate) const PEOPLE_MAX: usize = 100;
/// Lines of the timeline.
pub(crate) const TIMELINE_MAX: usize = 24;
/// Pieces of evidence of one signal.
pub(crate) const EVIDENCE_MAX: usize = 5;
/// Settings of one config edit.
pub(crate) const DETAILS_MAX: usize = 8;
/// What is near its limit.
pub(crate) const NEARING_MAX: usize = 5;
/// Remarks about hearing.
pub(crate) const REMARKS_MAX: usize = 8;
/// Characters of one foreign text.
pub(crate) const CHARACTERS_MAX: usize = 600;

/// The first so many, and how many were left out.
pub(crate) fn first<T>(all: &[T], shown_max: usize) -> (&[T], usize) {
    let shown = &all[..all.len().min(shown_max)];
    (shown, all.len() - shown.len())
}

/// The credible signals, and the others.
pub(crate) fn by_credibility(story: &Story) -> (Vec<&LinkedSignal>, Vec<&LinkedSignal>) {
    story.signals.iter().partition(|linked| linked.credible)
}

/// The most telling lines of the timeline, in order of time, and how many were left out.
pub(crate) fn timeline(story: &Story, shown_max: usize) -> (Vec<&TimelineEntry>, usize) {
    let mut by_weight: Vec<(usize, usize)> =
        story.timeline.iter().enumerate().map(|(index, entry)| (weight(story, entry), index)).collect();
    by_weight.sort_unstable();
    let mut shown: Vec<usize> = by_weight.into_iter().take(shown_max).map(|(_, index)| index).collect();
    shown.sort_unstable();
    let left_out = story.timeline.len() - shown.len();
    (shown.into_iter().map(|index| &story.timeline[index]).collect(), left_out)
}

/// How far down the list of what matters an entry stands; the lowest is the most telling.
fn weight(story: &Story, entry: &TimelineEntry) -> usize {
    /// Behind everything that is ranked.
    const LAST: usize = 1_000_000;
    match entry.what {
        TimelineKind::Incident => 0,
        TimelineKind::Signal if story.first_signal.as_ref() == Some(&entry.id) => 0,
        TimelineKind::Alert | TimelineKind::Report => 1,
        TimelineKind::Signal => {
            match story.signals.iter().position(|linked| linked.episode.signal.id == entry.id) {
                Some(at) if story.signals[at].credible => 2 + at,
                Some(at) => LAST + at,
                None => LAST,
            }
        }
        TimelineKind::Change => {
            story.changes.iter().position(|told| told.change.id == entry.id).map_or(LAST, |at| 2 + at)
        }
        TimelineKind::Note => {
            story.notes.iter().position(|reached| reached.note.id() == entry.id).map_or(LAST, |at| 2 + at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn with_room_for_few_the_coincident_and_the_explained_are_left_out_first() {
        let story = fixture::whispered();
        let (shown, left_out) = timeline(&story, story.timeline.len() - 2);
        assert_eq!(left_out, 2);
        assert!(shown.is_sorted_by_key(|entry| entry.time));
        let others: Vec<_> = story.signals[6..].iter().map(|linked| &linked.episode.signal.id).collect();
        assert!(shown.iter().all(|entry| !others.contains(&&entry.id)));
    }
}

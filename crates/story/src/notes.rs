//! What people wrote beside the code that spoke.

use hark_event::{Moment, Note, SubjectKind};
use hark_listen::Heard;

use crate::asked::Known;
use crate::told::{LinkedSignal, ReachedNote, StoryChange};

const SHOWN_MAX: usize = 8;
/// Changes whose files are looked at.
const CHANGES_MAX: usize = 3;

/// Notes near linked signals' statements, those of the best signals first, then those in files that the changes with
/// the most bearing touched; each note once.
pub(crate) fn reached(
    signals: &[LinkedSignal],
    changes: &[StoryChange],
    known: &Known,
    start: Moment,
) -> Vec<ReachedNote> {
    let mut notes: Vec<ReachedNote> = Vec::new();
    for linked in signals.iter().filter(|linked| linked.credible) {
        let Some(join) = known.code.get(&linked.episode.signal.id) else { continue };
        let count = records_before(linked, &known.heard, start);
        join.notes.iter().for_each(|note| add(&mut notes, note, count, start));
    }
    if signals.iter().any(|linked| linked.credible) {
        let touched = changes.iter().take(CHANGES_MAX).flat_map(|changed| &changed.change.paths);
        let beside = touched.flat_map(|path| known.notes.iter().filter(move |note| note.path == *path));
        beside.for_each(|note| add(&mut notes, note, 0, start));
    }
    notes.truncate(SHOWN_MAX);
    notes
}

fn add(notes: &mut Vec<ReachedNote>, note: &Note, count: u64, start: Moment) {
    match notes.iter_mut().find(|known| known.note.id() == note.id()) {
        Some(known) => known.reached += count,
        None => notes.push(ReachedNote {
            age_days: note.written_at.map(|written| start.seconds_since(written) / 86_400),
            note: note.clone(),
            reached: count,
        }),
    }
}

fn records_before(linked: &LinkedSignal, heard: &Heard, start: Moment) -> u64 {
    let signal = &linked.episode.signal;
    if signal.subject.kind != SubjectKind::Pattern {
        return 0;
    }
    let service = heard.services.iter().find(|service| service.origin == signal.origin);
    let pattern =
        service.and_then(|service| service.patterns.iter().find(|known| known.name == signal.subject.name));
    pattern.map_or(0, |pattern| pattern.count_before(start))
}

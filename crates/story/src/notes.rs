//! What people wrote beside the code that spoke.

use std::collections::BTreeMap;

use hark_event::{CodeJoin, Id, Moment, SubjectKind};
use hark_listen::Heard;

use crate::told::{LinkedSignal, ReachedNote};

const SHOWN_MAX: usize = 8;

/// Notes near linked signals' statements, those of the best signals first; each note once.
pub(crate) fn reached(
    signals: &[LinkedSignal],
    code: &BTreeMap<Id, CodeJoin>,
    heard: &Heard,
    start: Moment,
) -> Vec<ReachedNote> {
    let mut notes: Vec<ReachedNote> = Vec::new();
    for linked in
        signals.iter().filter(|linked| linked.credible || linked.episode.signal.explained_by.is_none())
    {
        let Some(join) = code.get(&linked.episode.signal.id) else { continue };
        let count = records_before(linked, heard, start);
        for note in &join.notes {
            let same =
                |known: &&mut ReachedNote| known.note.path == note.path && known.note.line == note.line;
            match notes.iter_mut().find(same) {
                Some(known) => known.reached += count,
                None => notes.push(ReachedNote {
                    age_days: note.written_at.map(|written| start.seconds_since(written) / 86_400),
                    note: note.clone(),
                    reached: count,
                }),
            }
        }
    }
    notes.truncate(SHOWN_MAX);
    notes
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

//! All of a story in order of time.

use hark_event::Id;

use crate::told::{Story, TimelineEntry, TimelineKind};
use crate::wording::cut;

/// The id under which the incident itself stands in the timeline.
const INCIDENT: &str = "incident";

/// The entries of a story whose other parts are complete.
pub(crate) fn timeline(story: &Story) -> Vec<TimelineEntry> {
    let entry = |time, what, id: Id, text: String| TimelineEntry { time, what, id, text };
    let mut entries: Vec<TimelineEntry> = Vec::new();
    for linked in story.signals.iter().filter(|linked| linked.credible) {
        let signal = &linked.episode.signal;
        entries.push(entry(
            signal.noticed_at,
            TimelineKind::Signal,
            signal.id.clone(),
            signal.summary.clone(),
        ));
    }
    for changed in &story.changes {
        let text = cut(&changed.change.summary, 120);
        entries.push(entry(changed.change.time, TimelineKind::Change, changed.change.id.clone(), text));
    }
    for reached in &story.notes {
        if let Some(written) = reached.note.written_at {
            let text =
                format!("{}:{} “{}”", reached.note.path, reached.note.line, cut(&reached.note.text, 100));
            entries.push(entry(written, TimelineKind::Note, reached.note.id(), text));
        }
    }
    for alert in &story.alerts {
        let text = format!("{}: {}", alert.name, cut(&alert.summary, 100));
        entries.push(entry(alert.starts_at, TimelineKind::Alert, alert.id.clone(), text));
    }
    for report in &story.reports {
        entries.push(entry(
            report.time,
            TimelineKind::Report,
            report.id.clone(),
            format!("“{}”", cut(&report.text, 120)),
        ));
    }
    let title = story.incident.title.clone();
    entries.push(entry(story.incident.start, TimelineKind::Incident, Id::known(INCIDENT), title));
    entries.sort_by(|a, b| (a.time, a.what, &a.id).cmp(&(b.time, b.what, &b.id)));
    entries
}

//! How listening would have served: kinds and incidents, a table each.

use hark_event::Zone;
use hark_story::{Replay, ReplayedIncident, ReplayedKind};

use super::escape;
use crate::{calendar::Calendar, words};

/// A sentence and the two tables.
pub(crate) fn tell(replay: &Replay, zone: &Zone) -> String {
    let calendar = Calendar::around(replay.as_of, zone);
    let mut page = String::new();
    page.push_str(&words::replay::headline(replay));
    page.push_str("\n\n");
    if !replay.kinds.is_empty() {
        page.push_str("| kind | said | followed | by chance | lead: quartiles | false per service-week |\n");
        page.push_str("|---|---|---|---|---|---|\n");
        replay.kinds.iter().for_each(|kind| page.push_str(&kind_row(kind)));
        page.push('\n');
    }
    if !replay.incidents.is_empty() {
        page.push_str(&format!(
            "| incident | at ({}) | verdict | lead |\n|---|---|---|---|\n",
            calendar.zone_name()
        ));
        replay.incidents.iter().for_each(|one| page.push_str(&incident_row(one, &calendar)));
    }
    page
}

fn kind_row(kind: &ReplayedKind) -> String {
    let [said, followed, chance, wrong] = words::replay::figures(kind);
    let lead = words::replay::lead(kind);
    format!("| {} | {said} | {followed} | {chance} | {lead} | {wrong} |\n", kind.kind.name())
}

fn incident_row(replayed: &ReplayedIncident, calendar: &Calendar) -> String {
    let name = words::replay::incident(replayed);
    let (name, at) = (escape::text(&name), calendar.dated_time(replayed.incident.start));
    format!("| {name} | {at} | {} | {} |\n", replayed.verdict.name(), words::replay::known_before(replayed))
}

//! How listening would have served: kinds and incidents, a table each.

use hark_event::Zone;
use hark_story::{Replay, ReplayedIncident, ReplayedKind};

use super::escape;
use crate::{calendar::Calendar, clean, words};

/// How much of a title is told.
const TITLE_CHARACTERS_MAX: usize = 60;

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
    let lead = words::replay::lead(kind);
    format!(
        "| {} | {} | {} | {:.1} | {lead} | {:.3} |\n",
        kind.kind.name(),
        kind.said,
        kind.followed,
        kind.chance * kind.said as f64,
        kind.false_per_service_week
    )
}

fn incident_row(replayed: &ReplayedIncident, calendar: &Calendar) -> String {
    let incident = &replayed.incident;
    let name = incident.title.as_deref().or(incident.service.as_deref()).unwrap_or("an incident");
    let name = escape::text(&clean::line_of_at_most(name, TITLE_CHARACTERS_MAX));
    let lead = replayed.lead_time_seconds.map_or_else(|| "–".to_owned(), words::duration);
    format!("| {name} | {} | {} | {lead} |\n", calendar.dated_time(incident.start), replayed.verdict.name())
}

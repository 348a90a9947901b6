//! The sentences of `hark replay`.

use hark_story::{Replay, ReplayedIncident, ReplayedKind, Verdict};

use super::{count, duration, number};
use crate::clean;

/// How much of an incident's title is told.
const TITLE_CHARACTERS_MAX: usize = 60;

/// How much would have been known, and how much was said for it.
pub(crate) fn headline(replay: &Replay) -> String {
    let known = replay.incidents.iter().filter(|one| one.verdict != Verdict::Silent).count();
    let counted = count(replay.incidents.len() as u64, "incident", "incidents");
    let said: usize = replay.kinds.iter().map(|kind| kind.said).sum();
    let said = count(said as u64, "signal", "signals");
    let weeks = replay.service_weeks;
    format!("Of {counted} the system knew {known} before. It said {said} in {weeks:.1} service-weeks.")
}

/// How early, in quartiles; of a single case, or of cases that are alike, the one figure.
pub(crate) fn lead(kind: &ReplayedKind) -> String {
    match kind.lead_seconds {
        None => "–".to_owned(),
        Some([first, _, last]) if first == last => duration(first),
        Some(quartiles) => quartiles.map(duration).join(", "),
    }
}

/// How many were said and followed, how many would have been by chance, and how many were false in a week of one service.
pub(crate) fn figures(kind: &ReplayedKind) -> [String; 4] {
    [
        number(kind.said as u64),
        number(kind.followed as u64),
        format!("{:.1}", kind.chance * kind.said as f64),
        format!("{:.3}", kind.false_per_service_week),
    ]
}

/// What an incident is called: by its title, else by its service.
pub(crate) fn incident(replayed: &ReplayedIncident) -> String {
    let incident = &replayed.incident;
    let name = incident.title.as_deref().or(incident.service.as_deref()).unwrap_or("an incident");
    clean::line_of_at_most(name, TITLE_CHARACTERS_MAX).into_owned()
}

/// How long before it was known; nothing where it was not.
pub(crate) fn known_before(replayed: &ReplayedIncident) -> String {
    replayed.lead_time_seconds.map_or_else(|| "–".to_owned(), duration)
}

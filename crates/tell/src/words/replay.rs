//! The sentences of `hark replay`.

use hark_story::{Replay, ReplayedKind, Verdict};

use super::{count, duration};

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

//! Changes ranked by their bearing on what was heard.
//!
//! Bearing is a sum of plain reasons: the change is about the hurt service or one that spoke; it came shortly
//! before the first whisper; it edits configuration; its words are the words of the signals, the rarer the
//! better; it touches the very file that speaks. The reasons that weighed most are the link that is printed. What was there for
//! months while nothing was heard may be why it was possible, hardly why it began: it ranks below what is as new as that.
//! It is a ranking, not a proof: the best published methods name the cause first in a third of cases.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use hark_event::{Change, ChangeKind, CodeJoin, Id, Moment};
use hark_listen::{Heard, Start};

use crate::told::{LinkedSignal, StoryChange};
use crate::wording::{duration, stems};

const SHOWN_MAX: usize = 8;
const BEARING_MIN: f64 = 3.0;
/// So near in time a change and a start are told by two clocks, and are one.
const START_SECONDS: i64 = 900;
const DAY: i64 = 86_400;
const NEAR_SECONDS: i64 = 60 * DAY;
/// Words as rare as this, of four changes in ten and fewer, are told.
const TELLING_MIN: f64 = 0.3;

/// What changes are held against.
pub(crate) struct Ground<'a> {
    /// The hurt service and those that it calls.
    pub(crate) path: &'a [String],
    /// Linked signals, best first.
    pub(crate) signals: &'a [LinkedSignal],
    /// What the code says of them.
    pub(crate) code: &'a BTreeMap<Id, CodeJoin>,
    /// The start of the incident.
    pub(crate) start: Moment,
    /// What was heard, for the starts of services.
    pub(crate) heard: &'a Heard,
}

/// The changes that bear on the incident, best first.
pub(crate) fn ranked(changes: &[Change], ground: &Ground<'_>) -> Vec<StoryChange> {
    let before: Vec<&Change> = changes.iter().filter(|change| change.time < ground.start).collect();
    let rarity = word_rarity(&before);
    let heard = ground.words();
    let mut rated: Vec<(f64, &Change, String)> = before
        .into_iter()
        .map(|change| {
            let reasons = reasons(change, ground, &heard, &rarity);
            let bearing = reasons.iter().map(|(weight, _)| weight).sum();
            (bearing, change, link(reasons))
        })
        .filter(|(bearing, change, _)| *bearing >= BEARING_MIN && is_near(change, ground))
        .collect();
    rated.sort_by(|a, b| in_order((a.0, a.1), (b.0, b.1), ground));
    rated.truncate(SHOWN_MAX);
    let told = |(_, change, link): (f64, &Change, String)| StoryChange {
        change: change.clone(),
        link,
        is_elsewhere: is_elsewhere(change, ground),
    };
    rated.into_iter().map(told).collect()
}

/// Those with the most bearing first, and after them all that was there long before.
fn in_order(one: (f64, &Change), other: (f64, &Change), ground: &Ground<'_>) -> Ordering {
    let long_before = is_long_before(one.1, ground).cmp(&is_long_before(other.1, ground));
    let bearing = long_before.then(other.0.total_cmp(&one.0));
    bearing.then(other.1.time.cmp(&one.1.time)).then_with(|| one.1.id.cmp(&other.1.id))
}

/// Whether a change was there for months before anything was heard.
fn is_long_before(change: &Change, ground: &Ground<'_>) -> bool {
    ground.first_onset().unwrap_or(ground.start).seconds_since(change.time) > NEAR_SECONDS
}

/// Old changes are named only if they wrote what was heard: the import of a repository touches everything.
fn is_near(change: &Change, ground: &Ground<'_>) -> bool {
    ground.start.seconds_since(change.time) <= NEAR_SECONDS || file_reason(change, ground).is_some()
}

type Reason = (f64, String);

fn reasons(
    change: &Change,
    ground: &Ground<'_>,
    heard: &BTreeSet<String>,
    rarity: &BTreeMap<String, f64>,
) -> Vec<Reason> {
    let parts = [
        place_reason(change, ground),
        time_reason(change, ground),
        live_reason(change, ground),
        kind_reason(change),
        file_reason(change, ground),
        words_reason(change, heard, rarity),
        review_reason(change),
    ];
    parts.into_iter().flatten().collect()
}

fn place_reason(change: &Change, ground: &Ground<'_>) -> Option<Reason> {
    let spoke = ground
        .signals
        .iter()
        .filter(|signal| signal.credible)
        .map(|signal| &*signal.episode.signal.origin.service);
    let speaking: BTreeSet<&str> = spoke.collect();
    let about = |service: &str| is_about(change, service);
    if let Some(service) = speaking.iter().find(|service| about(service)) {
        return Some((3.0, format!("about {service}, which spoke")));
    }
    if let Some(hurt) = ground.path.first().filter(|hurt| about(hurt)) {
        return Some((3.0, format!("about {hurt}, where users were hurt")));
    }
    ground
        .path
        .iter()
        .skip(1)
        .find(|callee| about(callee))
        .map(|callee| (1.5, format!("about {callee}, which is called")))
}

/// Whether a change names its service, and no path is known from that to the incident. Of a change that names none, nobody knows.
fn is_elsewhere(change: &Change, ground: &Ground<'_>) -> bool {
    let named = change.service.as_deref().or_else(|| {
        let mut services = ground.heard.services.iter().map(|service| &*service.origin.service);
        services.find(|service| is_about(change, service))
    });
    named.is_some() && place_reason(change, ground).is_none() && file_reason(change, ground).is_none()
}

fn is_about(change: &Change, service: &str) -> bool {
    change.service.as_deref() == Some(service)
        || change.paths.iter().chain(&change.path).any(|path| path_names(path, service))
}

fn path_names(path: &str, service: &str) -> bool {
    path.split(['/', '.']).any(|part| part == service)
}

fn time_reason(change: &Change, ground: &Ground<'_>) -> Option<Reason> {
    let Some(onset) = ground.first_onset() else {
        let before = ground.start.seconds_since(change.time);
        let weight = if before <= DAY {
            2.0
        } else if before <= 7 * DAY {
            1.0
        } else {
            return None;
        };
        return Some((weight, format!("{} before the start", duration(before))));
    };
    let before = onset.seconds_since(change.time);
    let weight = match before {
        0..=14_400 => 3.0,
        14_401..=DAY => 2.6,
        b if (DAY..=3 * DAY).contains(&b) => 2.0,
        b if (3 * DAY..=7 * DAY).contains(&b) => 1.2,
        b if (7 * DAY..=21 * DAY).contains(&b) => 0.5,
        // The onset of something slow is known to a day or two.
        b if (-DAY..0).contains(&b) => 1.8,
        b if b < 0 => 0.3,
        _ => return None,
    };
    let text = if before >= 0 {
        format!("{} before what was heard began", duration(before))
    } else {
        format!("{} after what was heard began", duration(before))
    };
    Some((weight, text))
}

/// The change went live with the start after which a signal of its service began.
fn live_reason(change: &Change, ground: &Ground<'_>) -> Option<Reason> {
    let credible =
        ground.signals.iter().filter(|signal| signal.credible).map(|signal| &signal.episode.signal);
    let found = credible.filter(|signal| is_about(change, &signal.origin.service)).find_map(|signal| {
        let service = ground.heard.services.iter().find(|service| service.origin == signal.origin)?;
        let began = |start: &&Start| (-DAY..=2 * DAY).contains(&signal.onset.seconds_since(start.at));
        let at = service.starts.iter().rposition(|start| began(&start))?;
        let start = &service.starts[at];
        let before =
            at.checked_sub(1).map_or(start.at.plus_seconds(-14 * DAY), |earlier| service.starts[earlier].at);
        let until_start = start.at.seconds_since(change.time);
        let went_live = if is_start(change) {
            until_start.abs() <= START_SECONDS
        } else {
            before < change.time && until_start >= -START_SECONDS
        };
        went_live.then_some((signal, start))
    });
    found.map(|(signal, start)| {
        let service = &signal.origin.service;
        let text = if is_start(change) {
            format!("a start of {service} behind which what was heard began")
        } else {
            format!("went live with {} of {service}", start.what)
        };
        (2.5, text)
    })
}

/// Whether a change is a start itself, and goes live with no other.
fn is_start(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Deploy | ChangeKind::Scale)
}

fn kind_reason(change: &Change) -> Option<Reason> {
    let paths = || change.paths.iter().chain(&change.path);
    let says_nothing = |path: &String| {
        let lower = path.to_ascii_lowercase();
        lower.contains("test")
            || lower.contains("readme")
            || lower.contains("docs/")
            || lower.ends_with(".md")
    };
    if paths().next().is_some() && paths().all(says_nothing) {
        return Some((-2.0, String::new()));
    }
    match change.kind {
        ChangeKind::Config => Some((2.0, "edits configuration".to_owned())),
        ChangeKind::Flag => Some((2.0, "turns a flag".to_owned())),
        ChangeKind::Deploy => Some((0.8, "a deploy".to_owned())),
        ChangeKind::Scale => Some((0.8, "a scaling step".to_owned())),
        ChangeKind::Commit => None,
    }
}

fn file_reason(change: &Change, ground: &Ground<'_>) -> Option<Reason> {
    let credible = ground.signals.iter().filter(|signal| signal.credible);
    let places = credible
        .filter_map(|signal| ground.code.get(&signal.episode.signal.id))
        .flat_map(|join| &join.places);
    let touched = |path: &str| change.paths.iter().chain(&change.path).any(|changed| changed == path);
    let found = places.map(|place| place.path.as_str()).find(|path| touched(path))?;
    Some((1.5, format!("touches {found}, which writes what was heard")))
}

fn words_reason(change: &Change, heard: &BTreeSet<String>, rarity: &BTreeMap<String, f64>) -> Option<Reason> {
    let mut shared: Vec<(f64, String)> = words_of(change)
        .into_iter()
        .filter(|word| heard.contains(word))
        .map(|word| (rarity.get(&word).copied().unwrap_or(0.0), word))
        .collect();
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let weight: f64 = shared.iter().take(4).map(|(rarity, _)| rarity).sum::<f64>().min(3.0);
    if weight < 0.3 {
        return None;
    }
    // What most changes say tells nothing of this one, and that it is about its service is a reason by itself.
    let own: Vec<String> = change.service.iter().flat_map(|service| stems(service)).collect();
    shared.retain(|(rarity, word)| *rarity >= TELLING_MIN && !own.contains(word));
    if shared.is_empty() {
        return Some((weight, String::new()));
    }
    let words: Vec<String> = shared.iter().take(3).map(|(_, stem)| word_with(stem, change)).collect();
    Some((weight, format!("speaks of {}", words.join(", "))))
}

fn review_reason(change: &Change) -> Option<Reason> {
    let gone = change.author_active == Some(false);
    let unseen = change.approval.is_none() && change.commit.is_some();
    match (gone, unseen) {
        (true, true) => {
            Some((0.6, "no review to be seen, and whoever wrote it is not active any more".to_owned()))
        }
        (true, false) => Some((0.3, "whoever wrote it is not active any more".to_owned())),
        (false, true) => Some((0.2, "no review to be seen".to_owned())),
        (false, false) => None,
    }
}

fn link(mut reasons: Vec<Reason>) -> String {
    reasons.retain(|(weight, text)| *weight > 0.0 && !text.is_empty());
    let texts: Vec<String> = reasons.into_iter().map(|(_, text)| text).collect();
    texts.join("; ")
}

/// The word of the change that has this stem, as it is written there.
fn word_with(stem: &str, change: &Change) -> String {
    let texts = std::iter::once(&change.summary).chain(&change.details).chain(&change.path);
    let mut words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()));
    words.find(|word| stems(word).contains(stem)).unwrap_or(stem).to_lowercase()
}

fn words_of(change: &Change) -> BTreeSet<String> {
    let texts = std::iter::once(&change.summary).chain(&change.details).chain(&change.path);
    texts.flat_map(|text| stems(text)).collect()
}

/// How much a word tells changes apart: the logarithm of how few of them use it, 0 to 1.5.
fn word_rarity(changes: &[&Change]) -> BTreeMap<String, f64> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes {
        for word in words_of(change) {
            *used.entry(word).or_default() += 1;
        }
    }
    let all = changes.len().max(1) as f64;
    used.into_iter().map(|(word, count)| (word, ((all / count as f64).ln() / 3.0).clamp(0.0, 1.5))).collect()
}

impl Ground<'_> {
    /// When the first of the credible signals began.
    fn first_onset(&self) -> Option<Moment> {
        let credible = self.signals.iter().filter(|signal| signal.credible);
        credible.map(|signal| signal.episode.signal.onset).min()
    }

    /// The words of credible signals and of the notes near them.
    fn words(&self) -> BTreeSet<String> {
        let credible = || self.signals.iter().filter(|signal| signal.credible);
        let names = credible().map(|signal| signal.episode.signal.subject.name.clone());
        let notes = credible()
            .filter_map(|signal| self.code.get(&signal.episode.signal.id))
            .flat_map(|join| &join.notes)
            .map(|note| note.text.clone());
        names.chain(notes).flat_map(|text| stems(&text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::Zone;
    use hark_listen::Listener;

    use super::*;

    fn commit(summary: &str, days_before: i64) -> Change {
        Change {
            id: Id::known(summary),
            time: Moment::from_seconds(1_000 * DAY - days_before * DAY),
            kind: ChangeKind::Commit,
            service: Some(Arc::from("billing")),
            summary: summary.to_owned(),
            details: Vec::new(),
            repository: Some(Arc::from("clinic")),
            commit: Some("c0ffee".to_owned()),
            path: None,
            paths: vec!["billing/states.py".to_owned()],
            author_active: Some(days_before < 90),
            approval: None,
        }
    }

    #[test]
    fn what_was_there_for_a_year_ranks_below_what_is_as_new_as_the_trouble() {
        let start = Moment::from_seconds(1_000 * DAY);
        let heard = Listener::new(Zone::utc()).heard(start);
        let (path, code) = (["billing".to_owned()], BTreeMap::new());
        let ground = Ground { path: &path, signals: &[], code: &code, start, heard: &heard };
        assert!(!is_long_before(&commit("Allow corrections", 12), &ground));
        assert!(is_long_before(&commit("Add billing", 400), &ground));
        let mut rated = [
            (9.0, commit("Add billing", 400)),
            (4.0, commit("Tidy up", 20)),
            (5.0, commit("Allow corrections", 3)),
        ];
        rated.sort_by(|a, b| in_order((a.0, &a.1), (b.0, &b.1), &ground));
        let summaries: Vec<&str> = rated.iter().map(|(_, change)| &*change.summary).collect();
        assert_eq!(summaries, ["Allow corrections", "Tidy up", "Add billing"]);
    }

    #[test]
    fn what_names_a_service_without_a_path_is_elsewhere_and_what_names_none_may_be_here() {
        let start = Moment::from_seconds(1_000 * DAY);
        let heard = Listener::new(Zone::utc()).heard(start);
        let (path, code) = (["billing".to_owned(), "mail".to_owned()], BTreeMap::new());
        let ground = Ground { path: &path, signals: &[], code: &code, start, heard: &heard };
        let of = |service: Option<&str>, path: &str| Change {
            service: service.map(Arc::from),
            paths: vec![path.to_owned()],
            ..commit("Set the timeout", 1)
        };
        assert!(!is_elsewhere(&of(Some("billing"), "x.yaml"), &ground));
        assert!(!is_elsewhere(&of(Some("mail"), "x.yaml"), &ground), "which is called");
        assert!(is_elsewhere(&of(Some("search"), "x.yaml"), &ground));
        assert!(!is_elsewhere(&of(Some("search"), "deploy/billing.yaml"), &ground), "it edits a file of it");
        assert!(!is_elsewhere(&of(None, "x.yaml"), &ground));
    }
}

//! What was noticed before the start, linked, judged for credibility and ranked.

use std::collections::BTreeMap;

use hark_event::{BaseRate, Change, ChangeKind, CodeJoin, Episode, Id, Moment, SignalKind};

use crate::link::{Link, Linker};
use crate::origins::origin;
use crate::told::LinkedSignal;

/// A signal that is there more often than this when nothing happens is not credible.
pub(crate) const BASE_RATE_MAX: f64 = 0.1;
/// How much less a signal has to say that another service's explains.
const VICTIM_WEIGHT: f64 = 0.25;
/// Coincident signals older than this are not worth naming.
const COINCIDENT_SECONDS: i64 = 7 * 86_400;
const COINCIDENT_MAX: usize = 10;

/// What keeps a signal from being credible; `None` if it is.
pub(crate) fn objection(episode: &Episode, link: &Link, rate: BaseRate, start: Moment) -> Option<String> {
    if !link.is_linked() {
        return Some("no path to the incident is known".to_owned());
    }
    if episode.signal.kind == SignalKind::HearingLoss {
        return Some("what was not heard tells nothing of the system".to_owned());
    }
    if let Some(change) = &episode.signal.explained_by {
        return Some(format!("explained by {change}"));
    }
    if !episode.is_open_at(start) {
        return Some("its episode was over before the start".to_owned());
    }
    if rate.rate() > BASE_RATE_MAX {
        return Some(format!(
            "such a signal is there at {} of {} quiet moments",
            rate.occurred_in, rate.quiet_windows
        ));
    }
    None
}

/// Links and ranks all that was noticed strictly before the start.
pub(crate) fn linked_signals(
    episodes: &[Episode],
    linker: &Linker<'_>,
    code: &BTreeMap<Id, CodeJoin>,
    changes: &[Change],
    start: Moment,
) -> Vec<LinkedSignal> {
    let before = episodes.iter().filter(|episode| episode.signal.noticed_at < start);
    let mut rated: Vec<(bool, bool, f64, LinkedSignal)> = before
        .map(|episode| {
            let link = linker.link(&episode.signal);
            let objection = objection(episode, &link, episode.base_rate, start);
            let mut weight = weight(episode, &link, code.get(&episode.signal.id), changes, start);
            let mut text = link.text();
            if let Some(origin) = origin(&episode.signal, episodes, linker.flows(), start) {
                weight -= VICTIM_WEIGHT;
                text.push_str(&format!(
                    "; it calls {}, which spoke of trouble of its own at that time and may be where this comes from",
                    origin.origin.service
                ));
            }
            let signal = LinkedSignal {
                rank: 0,
                credible: objection.is_none(),
                not_credible_because: objection,
                lead_time_seconds: start.seconds_since(episode.signal.noticed_at),
                link: text,
                episode: episode.clone(),
            };
            (signal.credible, link.is_linked(), weight, signal)
        })
        .collect();
    rated.retain(|(_, linked, _, signal)| *linked || signal.lead_time_seconds <= COINCIDENT_SECONDS);
    rated.sort_by(|a, b| {
        let order = b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(b.2.total_cmp(&a.2));
        let (x, y) = (&a.3.episode.signal, &b.3.episode.signal);
        order.then(x.noticed_at.cmp(&y.noticed_at)).then_with(|| x.id.cmp(&y.id))
    });
    let mut coincident = 0;
    rated.retain(|(_, linked, _, _)| {
        coincident += usize::from(!linked);
        *linked || coincident <= COINCIDENT_MAX
    });
    let mut signals: Vec<LinkedSignal> = rated.into_iter().map(|(_, _, _, signal)| signal).collect();
    for (rank, signal) in (1..).zip(&mut signals) {
        signal.rank = rank;
    }
    signals
}

/// How much a signal has to say about this incident: rarity first, then closeness, code and changes.
fn weight(episode: &Episode, link: &Link, code: Option<&CodeJoin>, changes: &[Change], start: Moment) -> f64 {
    let signal = &episode.signal;
    let noted = code.is_some_and(|join| !join.notes.is_empty());
    let changed = changes.iter().any(|change| {
        let before = signal.onset.seconds_since(change.time);
        matches!(change.kind, ChangeKind::Config | ChangeKind::Flag | ChangeKind::Deploy)
            && change.service.as_ref() == Some(&signal.origin.service)
            && (0..86_400).contains(&before)
    });
    let days = start.seconds_since(signal.noticed_at) as f64 / 86_400.0;
    signal.strength
        + 0.3 * link.closeness()
        + if noted { 0.12 } else { 0.0 }
        + if changed { 0.08 } else { 0.0 }
        + 0.1 * (days / 3.0).clamp(0.0, 1.0)
}

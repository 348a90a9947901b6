//! How well listening would have served: every signal of the past held against every incident of the past.
//!
//! Signals are frozen and causal, so that listening once to all of the past says what listening live would have said.
//! A signal was followed by an incident if it was linked to it by a named path, said before it, and still open at its
//! start or over for less than a day. Those that moved together are one: it counts once, under the kind of the one that
//! speaks for them, and was followed if one of them was. What chance would give comes from the same signals and the same incidents, with
//! the incidents moved to other times, and assumes nothing about how either are spread.

use std::collections::{BTreeMap, BTreeSet};

use hark_event::{Episode, Id, Moment, PastIncident, SignalKind};
use hark_listen::Heard;

use crate::asked::{Asked, Known};
use crate::beginning::Look;
use crate::link::Linker;
use crate::telling::tell;
use crate::told::Verdict;

/// A signal that was over for longer before the start did not announce it.
const OVER_SECONDS_MAX: i64 = 86_400;
/// How many times all incidents are moved.
const MOVES: i64 = 48;
const WEEK_SECONDS: f64 = 7.0 * 86_400.0;

/// What the past says of listening.
#[derive(Clone, PartialEq, Debug)]
pub struct Replay {
    /// Up to when was listened.
    pub as_of: Moment,
    /// The weeks in which something could be said of each service, added up: from a week after it was first heard.
    pub service_weeks: f64,
    /// By kind, in the order of kinds.
    pub kinds: Vec<ReplayedKind>,
    /// In order of their start.
    pub incidents: Vec<ReplayedIncident>,
}

/// One kind of signal.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplayedKind {
    /// Which.
    pub kind: SignalKind,
    /// Signals that no change explains, a cluster counted once.
    pub said: usize,
    /// Those among them that an incident followed.
    pub followed: usize,
    /// From the first `noticed_at` of the cluster to the start: lower quartile, median, upper quartile; `None` if nothing followed.
    pub lead_seconds: Option<[i64; 3]>,
    /// Those that nothing followed.
    pub false_per_service_week: f64,
    /// The share of those said that an incident would have followed by chance.
    pub chance: f64,
}

/// One incident, told as it stood at its start.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplayedIncident {
    /// What was written down.
    pub incident: PastIncident,
    /// What `hark back` says of it.
    pub verdict: Verdict,
    /// Of the first credible signal.
    pub lead_time_seconds: Option<i64>,
}

/// Holds what was heard against incidents.
pub fn replay(known: &Known, incidents: &[PastIncident]) -> Replay {
    let heard = &known.heard;
    let span = heard.as_of.seconds_since(heard.judged_from).max(0);
    let judged = heard.services.iter().map(|service| heard.as_of.seconds_since(service.judged_from()).max(0));
    let service_weeks = judged.sum::<i64>() as f64 / WEEK_SECONDS;
    let past = Past { known, incidents, links: links(known, incidents), clusters: clusters(heard), span };
    // What only ever joined others is counted with those that speak for it.
    let speak = past.clusters.iter().map(|cluster| heard.episodes[cluster[0]].signal.kind);
    let kinds: BTreeSet<SignalKind> = speak.collect();
    Replay {
        as_of: heard.as_of,
        service_weeks,
        kinds: kinds.into_iter().map(|kind| past.kind(kind, service_weeks)).collect(),
        incidents: incidents.iter().map(|incident| told(known, incident)).collect(),
    }
}

fn told(known: &Known, incident: &PastIncident) -> ReplayedIncident {
    let asked = Asked {
        start: incident.start,
        end: incident.end,
        service: incident.service.as_deref().map(str::to_owned),
        title: incident.title.clone(),
        crash: None,
        look: Look::default(),
    };
    let story = tell(&asked, known.clone());
    ReplayedIncident {
        incident: incident.clone(),
        verdict: story.verdict,
        lead_time_seconds: story.lead_time_seconds,
    }
}

/// For each service at which users were hurt, which episodes have a path to it, by place.
fn links(known: &Known, incidents: &[PastIncident]) -> BTreeMap<Option<String>, Vec<bool>> {
    let services: BTreeSet<Option<String>> =
        incidents.iter().map(|incident| incident.service.as_deref().map(str::to_owned)).collect();
    let linked = |service: Option<String>| {
        // Incidents of one place share their links: what is written in the same code as any of its signals is linked to all.
        let linker = Linker::new(service.as_deref(), &known.heard, &known.code, Moment::MAX);
        // Where nobody wrote down which service it was, any may have announced it.
        let is_linked = |episode: &Episode| service.is_none() || linker.link(&episode.signal).is_linked();
        let linked = known.heard.episodes.iter().map(is_linked).collect();
        (service, linked)
    };
    services.into_iter().map(linked).collect()
}

/// The places of the episodes that ask for attention, by cluster: the one that speaks for it first.
fn clusters(heard: &Heard) -> Vec<Vec<usize>> {
    let mut clusters: BTreeMap<&Id, Vec<usize>> = BTreeMap::new();
    for (at, episode) in heard.episodes.iter().enumerate() {
        let signal = &episode.signal;
        if signal.asks_for_attention() {
            clusters.entry(signal.cluster.as_ref().unwrap_or(&signal.id)).or_default().push(at);
        }
    }
    clusters.into_values().collect()
}

struct Past<'a> {
    known: &'a Known,
    incidents: &'a [PastIncident],
    links: BTreeMap<Option<String>, Vec<bool>>,
    clusters: Vec<Vec<usize>>,
    span: i64,
}

impl Past<'_> {
    fn kind(&self, kind: SignalKind, service_weeks: f64) -> ReplayedKind {
        let episodes = &self.known.heard.episodes;
        let said: Vec<&Vec<usize>> =
            self.clusters.iter().filter(|cluster| episodes[cluster[0]].signal.kind == kind).collect();
        let lead = |cluster: &Vec<usize>, offset: i64| {
            cluster.iter().filter_map(|at| self.lead(*at, &episodes[*at], offset)).max()
        };
        let leads: Vec<Option<i64>> = said.iter().map(|cluster| lead(cluster, 0)).collect();
        let false_alarms = leads.iter().filter(|lead| lead.is_none()).count();
        let by_chance: usize = (1..=MOVES)
            .map(|moved| {
                let offset = self.span * moved / (MOVES + 1);
                said.iter().filter(|cluster| lead(cluster, offset).is_some()).count()
            })
            .sum();
        let followed: Vec<i64> = leads.into_iter().flatten().collect();
        ReplayedKind {
            kind,
            said: said.len(),
            followed: followed.len(),
            lead_seconds: quartiles(followed),
            false_per_service_week: if service_weeks > 0.0 {
                false_alarms as f64 / service_weeks
            } else {
                0.0
            },
            chance: by_chance as f64 / (said.len().max(1) as f64 * MOVES as f64),
        }
    }

    /// Seconds to the first incident that followed, if all incidents lay so much later (and, beyond the end, from the
    /// beginning on).
    fn lead(&self, at: usize, episode: &Episode, offset: i64) -> Option<i64> {
        let noticed = episode.signal.noticed_at;
        let followed = self.incidents.iter().filter_map(|incident| {
            let service = incident.service.as_deref().map(str::to_owned);
            let start = self.moved(incident.start, offset);
            let over = episode.ended_at.is_some_and(|ended| start.seconds_since(ended) > OVER_SECONDS_MAX);
            (self.links[&service][at] && noticed < start && !over).then(|| start.seconds_since(noticed))
        });
        followed.min()
    }

    fn moved(&self, start: Moment, offset: i64) -> Moment {
        if offset == 0 {
            return start;
        }
        let from = self.known.heard.judged_from;
        from.plus_seconds((start.seconds_since(from) + offset).rem_euclid(self.span.max(1)))
    }
}

/// The three quartiles, each one of the values; between two of them the smaller.
fn quartiles(mut values: Vec<i64>) -> Option<[i64; 3]> {
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    Some([1, 2, 3].map(|quarter| values[(last * quarter + 1) / 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_values_that_were_there() {
        assert_eq!(quartiles(vec![]), None);
        assert_eq!(quartiles(vec![7]), Some([7, 7, 7]));
        // Of two the shorter: a lead is not flattered.
        assert_eq!(quartiles(vec![20, 10]), Some([10, 10, 20]));
        assert_eq!(quartiles(vec![50, 10, 30, 20, 40]), Some([20, 30, 40]));
    }
}

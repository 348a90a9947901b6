//! Where among services it began: a caller that fails or slows down because one that it calls does is its victim.
//!
//! Only calls that traces show, or people declared, are followed. A service that spoke of its own trouble at about the same time explains the
//! trouble of all that call it, however far; who spoke of the trouble of a call alone explains nobody. It compares onsets,
//! which are known to hours, and cannot tell which of two began first within one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hark_event::{Episode, Moment, Signal, SignalKind, SubjectKind};
use hark_listen::Flow;

/// How much later than its victim an origin may have been dated, and how much earlier.
const LATER_SECONDS_MAX: i64 = 12 * 3_600;
const EARLIER_SECONDS_MAX: i64 = 3 * 86_400;
/// Calls that are followed from one service to another.
pub(crate) const HOPS_MAX: usize = 5;

/// The shortest way of known calls from a service to each other that it reaches, itself left out.
pub(crate) fn ways<'a>(flows: &'a [Flow], from: &str) -> BTreeMap<&'a str, Vec<&'a Flow>> {
    let mut ways: BTreeMap<&str, Vec<&Flow>> = BTreeMap::new();
    let mut open: VecDeque<Vec<&Flow>> = VecDeque::from([Vec::new()]);
    while let Some(way) = open.pop_front() {
        let here = way.last().map_or(from, |flow: &&Flow| &flow.callee);
        let next = flows.iter().filter(|flow| flow.is_known() && &*flow.caller == here);
        for flow in next.filter(|flow| &*flow.callee != from) {
            if way.len() < HOPS_MAX && !ways.contains_key(&*flow.callee) {
                let longer: Vec<&Flow> = way.iter().copied().chain([flow]).collect();
                ways.insert(&flow.callee, longer.clone());
                open.push_back(longer);
            }
        }
    }
    ways
}

/// The signal of a service further down that explains this one, if there is one: the strongest.
pub(crate) fn origin<'a>(
    signal: &Signal,
    episodes: &'a [Episode],
    flows: &[Flow],
    start: Moment,
) -> Option<&'a Signal> {
    if !is_symptom(signal.kind) {
        return None;
    }
    let called: BTreeSet<&str> = ways(flows, &signal.origin.service).into_keys().collect();
    let explains = |other: &&Episode| {
        let later = other.signal.onset.seconds_since(signal.onset);
        called.contains(&*other.signal.origin.service)
            && other.signal.origin.environment == signal.origin.environment
            && other.signal.subject.kind != SubjectKind::Flow
            && other.signal.noticed_at < start
            && other.is_open_at(start)
            && other.signal.asks_for_attention()
            && (-EARLIER_SECONDS_MAX..=LATER_SECONDS_MAX).contains(&later)
    };
    let origins = episodes.iter().filter(explains).map(|episode| &episode.signal);
    origins.max_by(|a, b| a.strength.total_cmp(&b.strength).then_with(|| b.id.cmp(&a.id)))
}

/// Whether a service may only be passing on what another did to it.
fn is_symptom(kind: SignalKind) -> bool {
    matches!(kind, SignalKind::TailLatency | SignalKind::ErrorsRising | SignalKind::RetriesRising)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{BaseRate, Id, Origin, PeerKind, Subject};

    use super::*;

    fn flow(caller: &str, callee: &str, calls: Option<u64>) -> Flow {
        Flow {
            caller: Arc::from(caller),
            callee: Arc::from(callee),
            callee_kind: PeerKind::Service,
            calls,
            is_declared: false,
            seen_in: String::new(),
        }
    }

    fn episode(service: &str, kind: SignalKind, subject: SubjectKind, onset_hours: i64) -> Episode {
        let onset = Moment::from_seconds(onset_hours * 3_600);
        Episode {
            signal: Signal {
                id: Id::known(service),
                kind,
                origin: Origin { service: Arc::from(service), environment: Arc::from("production") },
                subject: Subject { kind: subject, name: String::new() },
                onset,
                noticed_at: onset.plus_hours(8),
                strength: 0.5,
                summary: String::new(),
                evidence: Vec::new(),
                explained_by: None,
                cluster: None,
            },
            ended_at: None,
            base_rate: BaseRate::default(),
            code: Vec::new(),
            members: Vec::new(),
            curve: None,
            forecast: None,
        }
    }

    /// Who explains the storefront's slow requests, where it calls checkout, which calls payments.
    #[track_caller]
    fn check(other: Episode, second_hop: Option<u64>, expected: Option<&str>) {
        let flows = [flow("storefront", "checkout", Some(9)), flow("checkout", "payments", second_hop)];
        let victim = episode("storefront", SignalKind::TailLatency, SubjectKind::Operation, 100);
        let episodes = [victim.clone(), other];
        let found = origin(&victim.signal, &episodes, &flows, Moment::from_seconds(200 * 3_600));
        assert_eq!(found.map(|signal| &*signal.origin.service), expected);
    }

    #[test]
    fn what_was_called_and_spoke_of_itself_at_that_time_explains_who_called() {
        let payments = |subject, onset| episode("payments", SignalKind::MetricDrift, subject, onset);
        check(payments(SubjectKind::Metric, 95), Some(5), Some("payments"));
        check(payments(SubjectKind::Metric, 95), None, None);
        check(payments(SubjectKind::Flow, 95), Some(5), None);
        check(payments(SubjectKind::Metric, 130), Some(5), None);
        check(payments(SubjectKind::Metric, 10), Some(5), None);
        check(episode("search", SignalKind::MetricDrift, SubjectKind::Metric, 95), Some(5), None);
    }

    #[test]
    fn ways_are_the_shortest_and_go_in_no_circles() {
        let calls = [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c"), ("c", "d")];
        let flows: Vec<Flow> = calls.map(|(from, to)| flow(from, to, Some(1))).into();
        let ways = ways(&flows, "a");
        let lengths: Vec<(&str, usize)> = ways.iter().map(|(to, way)| (*to, way.len())).collect();
        assert_eq!(lengths, [("b", 1), ("c", 1), ("d", 2)]);
    }
}

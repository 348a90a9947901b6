//! Why a signal belongs to an incident: the path between them, named.

use std::collections::{BTreeMap, BTreeSet};

use hark_event::{CodeJoin, Id, Moment, PeerKind, Signal, SubjectKind};
use hark_listen::{Flow, Heard, measures, names};

use crate::origins::ways;

/// The path from a signal to the place where users were hurt.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Link {
    /// The service itself.
    SameService,
    /// The hurt service calls the one that spoke.
    Callee(Flow),
    /// The hurt service reaches the one that spoke over calls that are known, none of them its own.
    Calls(Vec<Flow>),
    /// The one that spoke calls the hurt service, and names it.
    CallerNamesIt(Flow),
    /// The one that spoke measured the hurt service, as an exporter does.
    Measures { who: String, service: String },
    /// It is written in the file, and no other, that a linked signal is written in.
    SameCode(String),
    /// Said in another environment than the one in which users were hurt.
    Elsewhere(String),
    /// Near in time alone.
    Coincident,
}

impl Link {
    /// Whether anything but time ties them.
    pub(crate) fn is_linked(&self) -> bool {
        !matches!(self, Self::Coincident | Self::Elsewhere(_))
    }

    /// How close, from 0 to 1, for ranking.
    pub(crate) fn closeness(&self) -> f64 {
        match self {
            Self::SameService => 1.0,
            Self::CallerNamesIt(_) | Self::Measures { .. } => 0.9,
            Self::Callee(_) => 0.7,
            // Each further hop may have nothing to do with it.
            Self::Calls(way) => 0.7 * 0.9_f64.powi(way.len() as i32 - 1),
            Self::SameCode(_) => 0.5,
            Self::Elsewhere(_) | Self::Coincident => 0.0,
        }
    }

    /// The path in words.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::SameService => "same service".to_owned(),
            Self::Callee(flow) => {
                format!(
                    "a call between services: {} calls {}, seen in {}",
                    flow.caller, flow.callee, flow.seen_in
                )
            }
            Self::Calls(way) => {
                let callers = way.first().into_iter().map(|flow| flow.caller.to_string());
                let names: Vec<String> =
                    callers.chain(way.iter().map(|flow| flow.callee.to_string())).collect();
                let names = names.join(" calls ");
                match way.iter().filter_map(|flow| flow.calls).min() {
                    Some(fewest) if way.iter().all(|flow| flow.calls.is_some()) => {
                        format!("calls between services: {names}, each hop seen in {fewest} spans or more")
                    }
                    _ => format!("calls between services: {names}, as traces show or people declared"),
                }
            }
            Self::CallerNamesIt(flow) => {
                format!("a call between services: {} calls {} and names it here", flow.caller, flow.callee)
            }
            Self::Measures { who, service } => format!("a measurement of {service}, which {who} wrote down"),
            Self::SameCode(path) => format!("same code: {path} writes this and a linked signal"),
            Self::Elsewhere(environment) => {
                format!("coincident: said in {environment}, where nobody was hurt")
            }
            Self::Coincident => "coincident: near in time, no path known".to_owned(),
        }
    }
}

/// Links signals to one place.
pub(crate) struct Linker<'a> {
    service: Option<&'a str>,
    /// Where users were hurt, if that is known.
    environment: Option<&'a str>,
    heard: &'a Heard,
    code: &'a BTreeMap<Id, CodeJoin>,
    paths: BTreeSet<&'a str>,
    /// Ways of traced calls from the hurt service.
    ways: BTreeMap<&'a str, Vec<&'a Flow>>,
}

impl<'a> Linker<'a> {
    /// To a service as it stood at `start`: code that only what came later is written in links nothing to what came before.
    pub(crate) fn new(
        service: Option<&'a str>,
        heard: &'a Heard,
        code: &'a BTreeMap<Id, CodeJoin>,
        start: Moment,
    ) -> Self {
        let ways = service.map_or_else(BTreeMap::new, |hurt| ways(&heard.flows, hurt));
        let environment = service.and_then(|hurt| environment_of(hurt, heard));
        let mut linker = Self { service, environment, heard, code, paths: BTreeSet::new(), ways };
        let before = heard.episodes.iter().filter(|episode| episode.signal.noticed_at < start);
        let direct = before.filter(|episode| linker.direct(&episode.signal).is_linked());
        linker.paths =
            direct.filter_map(|episode| code.get(&episode.signal.id)).filter_map(the_path).collect();
        linker
    }

    /// Where users were hurt, if that is known.
    pub(crate) fn environment(&self) -> Option<&'a str> {
        self.environment
    }

    /// Who calls whom.
    pub(crate) fn flows(&self) -> &'a [Flow] {
        &self.heard.flows
    }

    /// The closest path.
    pub(crate) fn link(&self, signal: &Signal) -> Link {
        let direct = self.direct(signal);
        if direct != Link::Coincident || self.service.is_none() {
            return direct;
        }
        let path = self.code.get(&signal.id).and_then(the_path);
        let shared = path.filter(|path| self.paths.contains(path));
        shared.map_or(Link::Coincident, |path| Link::SameCode(path.to_owned()))
    }

    fn direct(&self, signal: &Signal) -> Link {
        let Some(hurt) = self.service else { return Link::Coincident };
        if self.environment.is_some_and(|environment| *environment != *signal.origin.environment) {
            return Link::Elsewhere(signal.origin.environment.to_string());
        }
        let spoke = &*signal.origin.service;
        if spoke == hurt {
            return Link::SameService;
        }
        if signal.subject.kind == SubjectKind::Metric && measures(&signal.subject.name, hurt) {
            return Link::Measures { who: spoke.to_owned(), service: hurt.to_owned() };
        }
        let flow = |caller: &str, callee: &str| {
            self.heard.flows.iter().find(|flow| &*flow.caller == caller && &*flow.callee == callee).cloned()
        };
        if let Some(flow) = flow(hurt, spoke) {
            return Link::Callee(flow);
        }
        if let Some(way) = self.ways.get(spoke) {
            return Link::Calls(way.iter().copied().cloned().collect());
        }
        match flow(spoke, hurt) {
            Some(flow) if names(&signal.subject.name, hurt) || is_call_to(signal, hurt) => {
                Link::CallerNamesIt(flow)
            }
            _ => Link::Coincident,
        }
    }

    /// The hurt service and those that it calls, at first hand or as traces show.
    pub(crate) fn path(&self) -> Vec<String> {
        let Some(hurt) = self.service else { return Vec::new() };
        let called = self.heard.flows.iter().filter(|flow| &*flow.caller == hurt);
        let further = self.ways.values().filter(|way| way.len() > 1).filter_map(|way| way.last().copied());
        let services = called.chain(further).filter(|flow| flow.callee_kind == PeerKind::Service);
        std::iter::once(hurt.to_owned()).chain(services.map(|flow| flow.callee.to_string())).collect()
    }
}

/// The environment in which users of a service are hurt: production where it is heard there, else the only one in which it is heard.
fn environment_of<'a>(service: &str, heard: &'a Heard) -> Option<&'a str> {
    let mut heard_in =
        heard.services.iter().map(|heard| &heard.origin).filter(|origin| &*origin.service == service);
    let first = heard_in.clone().next()?;
    let production = heard_in.clone().find(|origin| origin.is_production());
    let only = heard_in.all(|origin| origin.environment == first.environment).then_some(first);
    production.or(only).map(|origin| &*origin.environment)
}

/// The file that writes a pattern, if it is one: what is written alike in every service ties none of them to another.
fn the_path(join: &CodeJoin) -> Option<&str> {
    let path = join.places.first()?.path.as_str();
    join.places.iter().all(|place| place.path == path).then_some(path)
}

/// Whether a signal is about calls to this service.
fn is_call_to(signal: &Signal, service: &str) -> bool {
    signal.subject.kind == SubjectKind::Flow
        && signal.subject.name.split_once(" -> ").is_some_and(|(_, callee)| callee == service)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::CodePlace;

    use super::*;

    #[test]
    fn what_may_be_written_in_several_files_is_known_to_be_written_in_none() {
        let place = |path: &str, line| CodePlace {
            repository: Arc::from("shop"),
            path: path.to_owned(),
            line,
            commit: None,
            function: None,
            note: None,
            note_line: None,
        };
        let join = |places| CodeJoin { places, notes: Vec::new() };
        let twice = join(vec![place("basket.go", 3), place("basket.go", 90)]);
        assert_eq!(the_path(&twice), Some("basket.go"));
        assert_eq!(the_path(&join(vec![place("basket.go", 3), place("search.go", 3)])), None);
        assert_eq!(the_path(&join(Vec::new())), None);
    }
}

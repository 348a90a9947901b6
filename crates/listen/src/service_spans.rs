//! What the spans of one service say: its operations, and its calls to others.
//!
//! A call is named by who answers it, as far as that is known: the same service under two host names is one flow. Once a
//! name has been found to mean a service it stays so, so that what was said of it stays about the same thing.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Hour, PeerKind, SignalKind, Subject, SubjectKind};

use crate::candidate::{Candidate, Class};
use crate::history::History;
use crate::metric_subject::Calendar;
use crate::phase::Phase;
use crate::span_cells::{Called, SpanCount};
use crate::span_subject::{Beside, SpanSubject};

/// Operations and flows of one service that are listened to, each; more are cut and counted.
const SUBJECTS_MAX: usize = 2_000;

/// Which subject it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum SpanName {
    Operation(Arc<str>),
    Flow(Arc<str>),
}

/// Who is meant by a name in a call.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Meant {
    /// The service, or what else is called.
    pub(crate) name: Arc<str>,
    /// Whether it is known to be a service that is heard.
    pub(crate) is_service: bool,
}

/// The spans of one service.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceSpans {
    pub(crate) total: u64,
    pub(crate) cut: u64,
    traced_from: Option<Hour>,
    traffic: Option<History<u32>>,
    #[serde(skip)]
    heard_this_hour: u64,
    pub(crate) operations: BTreeMap<Arc<str>, SpanSubject>,
    pub(crate) flows: BTreeMap<Arc<str>, SpanSubject>,
    meant: BTreeMap<Called, Meant>,
}

/// What scores calibration is fed with where there is no better measure.
const QUIET: f64 = 0.4;

impl ServiceSpans {
    /// Whether they have heard the hours before this one and no others, after they were read back.
    pub(crate) fn are_sound(&self, next: Hour) -> bool {
        self.traffic.as_ref().is_none_or(|traffic| traffic.ends_before(next))
            && self.operations.values().chain(self.flows.values()).all(|subject| subject.is_sound(next))
    }

    /// Takes what was counted of an operation in the hour that closes.
    pub(crate) fn hear_operation(&mut self, name: &Arc<str>, count: SpanCount, hour: Hour) {
        self.heard(&count, hour);
        let traced_from = self.traced_from.unwrap_or(hour);
        if !self.operations.contains_key(name) {
            if self.operations.len() >= SUBJECTS_MAX {
                self.cut += count.spans;
                return;
            }
            let subject = Subject { kind: SubjectKind::Operation, name: name.to_string() };
            self.operations.insert(name.clone(), SpanSubject::new(subject, true, traced_from, hour, &count));
        }
        self.operations.get_mut(name).expect("it was inserted above").hear(count);
    }

    /// Who is meant by what is called, `known` being the service that the name is now known to mean.
    ///
    /// Also gives the name by which it went before, if that has changed.
    pub(crate) fn meant(&mut self, called: &Called, known: Option<Arc<str>>) -> (Meant, Option<Arc<str>>) {
        let fresh = Meant { is_service: known.is_some(), name: known.unwrap_or_else(|| called.name.clone()) };
        match self.meant.get_mut(called) {
            Some(before) if before.is_service || !fresh.is_service => (before.clone(), None),
            Some(before) => {
                let old = std::mem::replace(before, fresh.clone());
                (fresh.clone(), Some(old.name).filter(|old| *old != fresh.name))
            }
            None => {
                if self.meant.len() < 4 * SUBJECTS_MAX {
                    self.meant.insert(called.clone(), fresh.clone());
                }
                (fresh, None)
            }
        }
    }

    /// Gives a flow another name, that of another one perhaps.
    pub(crate) fn rename_flow(&mut self, old: &str, new: &Arc<str>) {
        let is_open = |flow: &SpanSubject| {
            matches!(flow.phase, Phase::Open(_)) || matches!(flow.tail.phase, Phase::Open(_))
        };
        if self.flows.get(old).is_none_or(is_open) {
            return;
        }
        let Some(mut flow) = self.flows.remove(old) else { return };
        match self.flows.get_mut(new) {
            Some(known) => known.absorb(&flow),
            None => {
                flow.subject.name = new.to_string();
                self.flows.insert(new.clone(), flow);
            }
        }
    }

    /// Takes what was counted of a flow in the hour that closes.
    pub(crate) fn hear_flow(&mut self, name: &Arc<str>, meant: &Meant, count: SpanCount, hour: Hour) {
        self.heard(&count, hour);
        let traced_from = self.traced_from.unwrap_or(hour);
        if !self.flows.contains_key(name) {
            if self.flows.len() >= SUBJECTS_MAX {
                self.cut += count.spans;
                return;
            }
            let subject = Subject { kind: SubjectKind::Flow, name: name.to_string() };
            // How long a service takes is told by its own operations.
            let flow = SpanSubject::new(subject, !meant.is_service, traced_from, hour, &count);
            self.flows.insert(name.clone(), flow);
        }
        self.flows.get_mut(name).expect("it was inserted above").hear(count);
    }

    fn heard(&mut self, count: &SpanCount, hour: Hour) {
        self.traced_from.get_or_insert(hour);
        self.total += count.spans;
        self.heard_this_hour += count.spans;
    }

    /// Closes the hour for all of them.
    pub(crate) fn close_hour(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) {
        let Some(traced_from) = self.traced_from else { return };
        let heard = u32::try_from(std::mem::take(&mut self.heard_this_hour)).unwrap_or(u32::MAX);
        self.traffic.get_or_insert_with(|| History::from(traced_from)).push(heard);
        for subject in self.operations.values_mut().chain(self.flows.values_mut()) {
            subject.close_hour(calendar, starts);
        }
        if calendar.hour.0 % 24 == 0 {
            self.operations.retain(|_, subject| !subject.is_forgotten());
            self.flows.retain(|_, subject| !subject.is_forgotten());
        }
    }

    /// What is to be said of them at the close of the hour.
    pub(crate) fn judge(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) -> Vec<(SpanName, Candidate)> {
        let (Some(traced_from), Some(traffic)) = (self.traced_from, &self.traffic) else { return Vec::new() };
        let beside = Beside { calendar, traced_from, traffic, starts };
        let mut found = Vec::new();
        for (name, subject) in &mut self.operations {
            found.extend(
                subject.judge(&beside).map(|candidate| (SpanName::Operation(name.clone()), candidate)),
            );
        }
        for (name, subject) in &mut self.flows {
            found.extend(subject.judge(&beside).map(|candidate| (SpanName::Flow(name.clone()), candidate)));
        }
        found
    }

    /// Ends the episodes that are over at the close of the hour, and gives their places.
    pub(crate) fn end_episodes(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) -> Vec<usize> {
        let (Some(traced_from), Some(traffic)) = (self.traced_from, &self.traffic) else { return Vec::new() };
        let beside = Beside { calendar, traced_from, traffic, starts };
        let all = self.operations.values_mut().chain(self.flows.values_mut());
        all.flat_map(|subject| subject.end_episodes(&beside)).collect()
    }

    /// Remembers that a signal was said.
    pub(crate) fn open(
        &mut self,
        name: &SpanName,
        kind: SignalKind,
        onset: Hour,
        episode: usize,
        is_explained: bool,
    ) {
        let subject = match name {
            SpanName::Operation(name) => self.operations.get_mut(name),
            SpanName::Flow(name) => self.flows.get_mut(name),
        };
        let subject = subject.expect("a finding comes from a known operation or flow");
        subject.open(kind, onset, episode, is_explained);
    }

    /// Scores of quiet subjects on a day, by class.
    pub(crate) fn quiet_scores(&self, calendar: &Calendar<'_>) -> Vec<(Class, f64)> {
        let (Some(traced_from), Some(traffic)) = (self.traced_from, &self.traffic) else { return Vec::new() };
        let beside = Beside { calendar, traced_from, traffic, starts: &[] };
        let mut scores = Vec::new();
        let hour = calendar.hour;
        let is_quiet =
            |subject: &&SpanSubject| subject.phase.may_speak(hour) && subject.tail.phase.may_speak(hour);
        for subject in self.operations.values().chain(self.flows.values()).filter(is_quiet) {
            scores.extend(subject.quiet_scores(&beside));
            if subject.subject.kind == SubjectKind::Flow && calendar.hour - traced_from >= 5 * 24 {
                scores.extend([(Class::NewFlow, QUIET), (Class::Vanished, QUIET)]);
            }
        }
        scores
    }

    /// Where all of them stand.
    pub(crate) fn phases(&self) -> impl Iterator<Item = Phase> {
        let all = self.operations.values().chain(self.flows.values());
        all.flat_map(|subject| [subject.phase, subject.tail.phase])
    }

    /// The operation or flow of this name.
    pub(crate) fn subject(&self, kind: SubjectKind, name: &str) -> Option<&SpanSubject> {
        match kind {
            SubjectKind::Operation => self.operations.get(name),
            SubjectKind::Flow => self.flows.get(name),
            _ => None,
        }
    }
}

/// The name of a flow: who calls, then who is called; of messages that are taken, where from, then who takes them.
pub(crate) fn flow_name(service: &str, meant: &Meant, is_source: bool) -> Arc<str> {
    if is_source {
        Arc::from(format!("{} -> {service}", meant.name))
    } else {
        Arc::from(format!("{service} -> {}", meant.name))
    }
}

/// What is called, once it is known who is meant.
pub(crate) fn kind_of(called: &Called, meant: &Meant) -> PeerKind {
    if meant.is_service { PeerKind::Service } else { called.kind }
}

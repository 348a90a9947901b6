//! The listener: told one closed hour after the other, it says what is worth saying, once.
//!
//! It is a state machine without a clock. Whatever it says at the close of an hour depends on hours up to
//! that one alone, so listening live, in hindsight, and as of any day in between says the same.

pub(crate) mod closing;
mod ending;
pub(crate) mod saved;
mod saying;
mod silences;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::{
    Change, ChangeKind, Episode, Holidays, Hour, Moment, Origin, PeerKind, Signal, SubjectKind, Zone,
};
use hark_pattern::{Limits, PatternId, Rules, ShapeId, Vocabulary};

use crate::alarms::Alarms;
use crate::awakenings::Awakenings;
use crate::calibration::Calibration;
use crate::cell::{HourCells, LogCount, LogKey};
use crate::clusters::Clusters;
use crate::cut_names::{Beyond, CutNames};
use crate::flows::{DeclaredCalls, Flows, joined};
use crate::heard::Heard;
use crate::hearing_loss::{self, Cut, HearingLosses, Lost};
use crate::history::History;
use crate::listener::closing::SideBySide;
use crate::metric_subject::Calendar;
use crate::phase::REST_HOURS;
use crate::room;
use crate::season_clock::{SeasonClock, Slot};
use crate::service::{HeardSeries, Service};
use crate::service_spans::{Meant, SpanName, flow_name, kind_of};
use crate::silence::Medium;
use crate::span_cells::{Called, SpanCells, SpanCount};
use crate::vicinity::{Followed, Vicinity};

/// Services that are listened to; more are cut and counted.
const SERVICES_MAX: usize = 5_000;
const SERVICES_CUT: &str = "services beyond 5,000";
/// Series of all services that are listened to.
const SERIES_MAX: usize = 100_000;

/// Listens to closed hours.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Listener {
    #[serde(skip)]
    clock: SeasonClock,
    /// Limits that people know of, by series.
    #[serde(skip)]
    limits_known: Arc<BTreeMap<String, f64>>,
    #[serde(skip)]
    rules: Arc<Rules>,
    slots: Option<History<Slot>>,
    pub(crate) services: BTreeMap<Origin, Service>,
    /// How many of them were heard, per hour.
    services_heard: Option<History<u32>>,
    pub(crate) flows: Flows,
    limits: Limits,
    calibration: Calibration,
    /// How long a series rests after an episode.
    #[serde(skip)]
    rest_hours: i64,
    clusters: Clusters,
    alarms: Alarms,
    /// How often series that rest move.
    pub(crate) awakenings: Awakenings,
    pub(crate) episodes: Vec<Episode>,
    announced: Vec<Change>,
    losses: HearingLosses,
    pub(crate) forgotten: Forgotten,
    pub(crate) cut: BTreeMap<Cow<'static, str>, u64>,
    /// Series that there was no room for.
    pub(crate) cut_series: CutNames,
    /// Does for the services of an hour what can be done side by side.
    #[serde(skip)]
    side_by_side: Option<SideBySide>,
    /// The minutes around a start that someone asks about.
    pub(crate) vicinity: Option<Vicinity>,
    /// Shapes of the hour that was heard last, for whoever asks about a start: it may not have closed.
    overheard: BTreeMap<Origin, BTreeMap<ShapeId, Arc<str>>>,
}

/// What was heard once and is not listened to any more.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Forgotten {
    services: BTreeSet<Origin>,
    patterns: u64,
    series: u64,
    operations: u64,
}

/// Which subject a candidate came from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Speaker {
    Pattern(PatternId),
    /// A pattern, of an hour or two by themselves.
    Burst(PatternId),
    Series(Arc<str>),
    /// A series, of an hour by itself.
    Surprise(Arc<str>),
    /// A series, of the way it moved over a few hours.
    Shape(Arc<str>),
    /// A series that moved for the first time.
    Awoken(Arc<str>),
    /// A series that left the company of others.
    Apart(Arc<str>),
    /// A series that moved at once with many others.
    Jolted(Arc<str>),
    Errors,
    Spans(SpanName),
    /// The service as a whole, or all of its logs, metrics or spans.
    Silence(Medium),
}

impl Listener {
    /// A listener that has heard nothing; seasons follow the local time of `zone`.
    pub fn new(zone: Zone) -> Self {
        Self::with_rules(zone, Arc::default())
    }

    /// The same, by the rules of those whose lines it hears.
    pub fn with_rules(zone: Zone, rules: Arc<Rules>) -> Self {
        Self {
            clock: SeasonClock::new(zone, Holidays::default()),
            limits_known: Arc::default(),
            rules,
            slots: None,
            services: BTreeMap::new(),
            services_heard: None,
            flows: Flows::default(),
            limits: Limits::default(),
            calibration: Calibration::default(),
            rest_hours: REST_HOURS,
            clusters: Clusters::default(),
            alarms: Alarms::default(),
            awakenings: Awakenings::default(),
            episodes: Vec::new(),
            announced: Vec::new(),
            losses: HearingLosses::default(),
            forgotten: Forgotten::default(),
            cut: BTreeMap::new(),
            cut_series: CutNames::default(),
            side_by_side: None,
            vicinity: None,
            overheard: BTreeMap::new(),
        }
    }

    /// Also keeps the minutes around a moment. What is said is the same.
    pub fn looking_around(mut self, start: Moment) -> Self {
        self.vicinity = Some(Vicinity::around(start));
        self
    }

    /// Knows days on which the week does not count.
    pub fn knowing_holidays(mut self, holidays: Holidays) -> Self {
        self.clock.set_holidays(holidays);
        self
    }

    /// Knows limits that no series tells, by the names of the series that they are for.
    pub fn knowing_limits(mut self, limits: BTreeMap<String, f64>) -> Self {
        self.limits_known = Arc::new(limits);
        self
    }

    /// Knows calls that people declare.
    pub fn knowing_calls(mut self, calls: Arc<DeclaredCalls>) -> Self {
        self.flows.declare(calls);
        self
    }

    /// Says what is at least so strong (0 to 1), be it more or less than it says unasked.
    pub fn saying_from(mut self, strength_min: f64) -> Self {
        self.calibration = Calibration::from_strength(strength_min);
        self
    }

    /// Lets series speak again so soon after an episode, not after a week: what detectors would say by themselves, for measuring them.
    pub fn resting(mut self, rest_hours: u32) -> Self {
        self.rest_hours = i64::from(rest_hours);
        self
    }

    /// Shares the services of an hour: each of the tasks is one of them. What is said is the same.
    pub fn sharing(self, side_by_side: SideBySide) -> Self {
        Self { side_by_side: Some(side_by_side), ..self }
    }

    /// Whether all that was ever heard has been silent for so long that it is forgotten. The hours up to the next that holds
    /// something need not be closed then.
    pub fn has_forgotten_all(&self) -> bool {
        self.services.is_empty()
    }

    /// Tells of changes, in any order; each is known from its own time on.
    pub fn announce(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.announced.extend(changes);
        // Latest first, so that the next to be known is at the end.
        self.announced.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| b.id.cmp(&a.id)));
    }

    /// Closes the next hour with what was heard in it, and returns what is said at its end.
    ///
    /// Hours must be given in order. After the first one, hours in which nothing was heard are given too, unless
    /// [all is forgotten](Self::has_forgotten_all).
    ///
    /// # Panics
    /// If an hour is left out or given twice.
    pub fn close(&mut self, hour: Hour, mut cells: HourCells) -> Vec<Signal> {
        cells.cut_shapes();
        self.overhear(hour, &cells);
        let known = self.slots.take().filter(|slots| !self.has_forgotten_all() || slots.next() > hour);
        let mut slots = known.unwrap_or_else(|| History::from(hour));
        assert_eq!(slots.next(), hour, "hours close one after the other");
        slots.push(self.clock.slot(hour));
        let zone = self.clock.zone().clone();
        let calendar = Calendar { hour, slots: &slots, zone: &zone };
        self.take_changes(hour);
        self.make_room(&cells);
        let spoke = cells.services();
        let (heard, lost) = self.take_cells(cells, hour);
        let mut findings = self.close_services(heard, &calendar);
        findings.extend(self.judge_silences(&calendar));
        let mut said = self.say(hour, findings);
        said.extend(self.say_losses(hour, spoke, lost));
        self.end_episodes(&calendar);
        if hour.0 % 24 == 23 {
            self.calibrate(&calendar);
            self.alarms.forget(hour);
            self.forget(hour);
        }
        self.slots = Some(slots);
        said
    }

    /// The moment whose minutes are kept, if any.
    pub fn start_asked(&self) -> Option<Moment> {
        self.vicinity.as_ref().map(Vicinity::start)
    }

    /// Adds the requests that were followed around the start, once all were read; what was said in them goes by its pattern.
    pub fn follow(&self, heard: &mut Heard, followed: Followed) {
        let Some(vicinity) = &mut heard.vicinity else { return };
        // What the open hour holds is no pattern yet: here it is learned as it will be when the hour closes.
        let mut vocabularies: BTreeMap<&Origin, Vocabulary> = BTreeMap::new();
        for (origin, shapes) in &self.overheard {
            let known = self.services.get(origin).map(|service| service.vocabulary.clone());
            let mut vocabulary =
                known.unwrap_or_else(|| Vocabulary::with_rules(self.limits, self.rules.clone()));
            vocabulary.learn(shapes.iter().map(|(shape, text)| (*shape, &**text)));
            vocabularies.insert(origin, vocabulary);
        }
        let visits = followed.visits(|origin, shape| {
            let closed = || self.services.get(origin).map(|service| &service.vocabulary);
            let vocabulary = vocabularies.get(origin).or_else(closed)?;
            let pattern = vocabulary.pattern_of(ShapeId(shape)).filter(|id| *id != PatternId::OVERFLOW)?;
            Some(vocabulary.name(pattern))
        });
        vicinity.take_visits(visits);
        heard.recount_cut_around_start();
    }

    /// Takes what was heard so far of an hour that has not closed: nothing is said of it, and only the minutes around a start are kept.
    pub fn overhear(&mut self, hour: Hour, cells: &HourCells) {
        if let Some(vicinity) = &mut self.vicinity {
            vicinity.hear(hour, cells);
            let shapes = |said: &BTreeMap<LogKey, LogCount>| {
                said.iter().map(|(key, count)| (ShapeId(key.shape), count.text.clone())).collect()
            };
            self.overheard = cells.logs.iter().map(|(origin, said)| (origin.clone(), shapes(said))).collect();
        }
    }

    /// What is known now, for stories and reports.
    pub fn heard(&self, as_of: Moment) -> Heard {
        Heard::of(self, as_of)
    }

    pub(crate) fn calendar(&self) -> Option<Calendar<'_>> {
        self.slots.as_ref().map(|slots| Calendar { hour: slots.next() - 1, slots, zone: self.clock.zone() })
    }

    pub(crate) fn zone(&self) -> &Zone {
        self.clock.zone()
    }

    fn take_changes(&mut self, hour: Hour) {
        while self.announced.last().is_some_and(|change| change.time < hour.end()) {
            let change = self.announced.pop().expect("there is a last one");
            let told = format!("{} {}", change.kind.name(), change.summary);
            let concerned = self
                .services
                .values_mut()
                .filter(|service| change.service.as_ref() == Some(&service.origin.service));
            match change.kind {
                ChangeKind::Deploy => {
                    concerned.for_each(|service| service.starts.add(change.time, told.clone()));
                }
                // What was committed takes effect when it is deployed, and nobody knows when that is.
                ChangeKind::Config | ChangeKind::Flag | ChangeKind::Scale if change.commit.is_none() => {
                    concerned.for_each(|service| service.turns.add(change.time, told.clone()));
                }
                _ => {}
            }
        }
    }

    /// Shares the room for patterns among the services.
    fn make_room(&mut self, cells: &HourCells) {
        let demand = |(origin, service): (&Origin, &Service)| {
            let said = cells.logs.get(origin).into_iter().flat_map(BTreeMap::keys);
            service.patterns.len() + service.vocabulary.newcomers(said.map(|key| ShapeId(key.shape)))
        };
        let new = cells.logs.iter().filter(|(origin, _)| !self.services.contains_key(origin));
        self.limits = room::limits(self.services.iter().map(demand).chain(new.map(|(_, said)| said.len())));
        self.services.values_mut().for_each(|service| service.vocabulary.set_limits(self.limits));
    }

    /// Takes all but samples of series that are listened to, which are given back with what was cut.
    fn take_cells(&mut self, mut cells: HourCells, hour: Hour) -> (BTreeMap<Origin, HeardSeries>, Lost) {
        let mut lost = Lost::new();
        for (origin, said) in cells.logs {
            let known: Vec<PatternId> =
                self.service(&origin, hour).map_or(Vec::new(), |s| s.patterns.keys().copied().collect());
            let Some(service) = self.service(&origin, hour) else { continue };
            service.hear_logs(hour, &said);
            let new: Vec<String> = service
                .patterns
                .iter()
                .filter(|(id, _)| known.binary_search(id).is_err())
                .map(|(_, pattern)| pattern.name.clone())
                .collect();
            new.iter().for_each(|name| self.flows.read(&origin.service, name));
        }
        for ((origin, version), first) in cells.versions {
            if let Some(service) = self.service(&origin, hour) {
                service.hear_version(&version, first);
            }
        }
        for ((origin, peer), _) in cells.peers {
            self.flows.read_peer(&origin.service, &peer);
        }
        let mut series: usize = self.services.values().map(|service| service.series.len()).sum();
        cells.metrics.retain(|origin, heard| {
            let room = SERIES_MAX.saturating_sub(series);
            let Some(service) = self.service(origin, hour) else {
                *self.cut.entry(SERVICES_CUT.into()).or_default() += heard.len().saturating_sub(1) as u64;
                *lost.entry((hearing_loss::listener(), Cut::Services)).or_default() += 1;
                return false;
            };
            let met = service.meet(heard, room, hour);
            series += met.new.len();
            let beyond = [(Beyond::Service, met.beyond_service), (Beyond::All, met.beyond_all)];
            for (beyond, names) in beyond {
                names.iter().for_each(|name| self.cut_series.add(beyond, origin, name));
                if !names.is_empty() {
                    *lost.entry((origin.clone(), Cut::Series)).or_default() += names.len() as u64;
                }
            }
            met.new.iter().for_each(|name| self.flows.read(&origin.service, name));
            true
        });
        for (origin, count) in cells.overflow {
            *self
                .cut
                .entry("records of shapes beyond 4,096 an hour and service, or 65,536 an hour".into())
                .or_default() += count;
            *lost.entry((origin, Cut::Records)).or_default() += count;
        }
        self.take_spans(cells.spans, hour);
        if cells.samples_cut > 0 {
            *self.cut.entry("samples beyond 3,600 an hour and series".into()).or_default() +=
                cells.samples_cut;
        }
        (cells.metrics, lost)
    }

    fn take_spans(&mut self, cells: SpanCells, hour: Hour) {
        for (origin, operations) in cells.operations {
            let Some(service) = self.service(&origin, hour) else { continue };
            service.heard_last = hour;
            service.presence.hear(Medium::Spans);
            operations.into_iter().for_each(|(name, count)| service.spans.hear_operation(&name, count, hour));
            self.flows.add_tracer(&origin.service);
        }
        let pairs = joined(&cells.outlines);
        self.flows.learn_answers(&pairs);
        for (origin, calls) in cells.calls {
            self.flows.add_tracer(&origin.service);
            calls.into_iter().for_each(|(called, count)| self.take_call(&origin, &called, count, hour));
        }
        for pair in pairs {
            let (caller, callee) = (&pair.caller.origin, &pair.callee.origin.service);
            if pair.caller.called.is_none() {
                // Who names nobody is known by the answer: of the traces that are kept, so that only shares count.
                let called = Called { is_source: false, kind: PeerKind::Service, name: callee.clone() };
                self.take_call(caller, &called, pair.count(), hour);
            } else if pair.caller.names_a_queue() {
                self.flows.add_traced(&caller.service, callee, PeerKind::Service, 1);
            }
        }
        if cells.cut > 0 {
            *self
                .cut
                .entry("spans of operations or calls beyond 512 an hour and service".into())
                .or_default() += cells.cut;
        }
    }

    fn take_call(&mut self, origin: &Origin, called: &Called, count: SpanCount, hour: Hour) {
        let known = self.flows.service_called(called);
        let Some(service) = self.service(origin, hour) else { return };
        let (meant, before) = service.spans.meant(called, known);
        let name = flow_name(&origin.service, &meant, called.is_source);
        if let Some(before) = before {
            let old = Meant { name: before.clone(), is_service: false };
            service.spans.rename_flow(&flow_name(&origin.service, &old, called.is_source), &name);
            self.flows.rename_traced(&origin.service, &before, &meant.name);
        }
        let kind = kind_of(called, &meant);
        if called.is_source {
            self.flows.add_traced(&meant.name, &origin.service, PeerKind::Service, count.spans);
        } else {
            self.flows.add_traced(&origin.service, &meant.name, kind, count.spans);
        }
        let Some(service) = self.service(origin, hour) else { return };
        service.heard_last = hour;
        service.presence.hear(Medium::Spans);
        service.spans.hear_flow(&name, &meant, count, hour);
    }

    fn service(&mut self, origin: &Origin, hour: Hour) -> Option<&mut Service> {
        if !self.services.contains_key(origin) {
            if self.services.len() >= SERVICES_MAX {
                *self.cut.entry(SERVICES_CUT.into()).or_default() += 1;
                return None;
            }
            self.flows.add_service(&origin.service);
            let service = Service::new(origin.clone(), hour, self.limits, &self.rules, &self.limits_known);
            self.services.insert(origin.clone(), service);
        }
        self.services.get_mut(origin)
    }
}

/// Subjects that are known, for the account.
pub(crate) fn subjects(listener: &Listener) -> BTreeMap<SubjectKind, u64> {
    let mut known = BTreeMap::new();
    for service in listener.services.values() {
        *known.entry(SubjectKind::Pattern).or_default() += service.patterns.len() as u64;
        *known.entry(SubjectKind::Metric).or_default() += service.series.len() as u64;
        *known.entry(SubjectKind::Operation).or_default() += service.spans.operations.len() as u64;
    }
    *known.entry(SubjectKind::Pattern).or_default() += listener.forgotten.patterns;
    *known.entry(SubjectKind::Metric).or_default() += listener.forgotten.series;
    *known.entry(SubjectKind::Operation).or_default() += listener.forgotten.operations;
    let gone = listener.forgotten.services.iter().filter(|origin| !listener.services.contains_key(origin));
    known.insert(SubjectKind::Service, (listener.services.len() + gone.count()) as u64);
    known.insert(SubjectKind::Flow, listener.flows.all().len() as u64);
    known
}

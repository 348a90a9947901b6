//! Everything that a listener knows at one moment, for those who tell of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{
    BaseRate, Curve, Episode, Hour, Level, Moment, Origin, SignalKind, Subject, SubjectKind, Window, Zone,
};

use crate::flows::Flow;
use crate::listener::{Listener, subjects};
use crate::occurrences::Occurrences;
use crate::pattern_subject::Around;
use crate::rates::{base_rate, quiet_moments};
use crate::silence::{FellSilent, Presence, is_silence};
use crate::starts::Start;
use crate::vicinity::Vicinity;

/// Nothing can be said before so many hours have been heard.
const WARM_UP_HOURS: i64 = 7 * 24;

/// What is told of findings that are no news of the series in which they were made.
const ACCOUNTED: &str = "findings that siblings, requests or an earlier signal account for";

/// One pattern, as it is known now.
#[derive(Clone, Debug)]
pub struct HeardPattern {
    /// Its name.
    pub name: String,
    /// The most severe level at which it was said.
    pub level: Level,
    /// When it was first heard.
    pub first_seen: Moment,
    /// Records in all.
    pub total: u64,
    /// Records per hour, as far back as is remembered.
    pub(crate) counts: Occurrences,
}

impl HeardPattern {
    /// Records that arrived before this moment, to the hour.
    pub fn count_before(&self, moment: Moment) -> u64 {
        let after = self.counts.since(moment.hour());
        self.total.saturating_sub(after.iter().map(|&count| u64::from(count)).sum())
    }
}

/// One service in one environment, as it is known now.
#[derive(Clone, Debug)]
pub struct HeardService {
    /// Who it is.
    pub origin: Origin,
    /// When it was first heard.
    pub from: Moment,
    /// Log records.
    pub records: u64,
    /// Metric samples.
    pub samples: u64,
    /// Spans.
    pub spans: u64,
    /// Its patterns, by name.
    pub patterns: Vec<HeardPattern>,
    /// Names of its metric series.
    pub series: Vec<Arc<str>>,
    /// Its starts and deploys.
    pub starts: Vec<Start>,
    /// In which hours it was heard.
    pub(crate) presence: Presence,
    /// Errors per hour, and the hour of the first.
    pub errors: (Hour, Vec<u32>),
}

/// What is known at one moment.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Now.
    pub as_of: Moment,
    /// When listening could first say something.
    pub judged_from: Moment,
    /// The end of the last hour in which anything was heard. What lies behind it is not quiet, it is unknown.
    pub heard_until: Moment,
    /// The zone of the seasons.
    pub zone: Zone,
    /// All signals so far with what was learned since, in the order in which they were said.
    pub episodes: Vec<Episode>,
    /// Services, by origin.
    pub services: Vec<HeardService>,
    /// Who calls whom.
    pub flows: Vec<Flow>,
    /// How many subjects of each kind are known.
    pub subjects: BTreeMap<SubjectKind, u64>,
    /// What was cut at a limit.
    pub cut: Vec<(String, u64)>,
    /// The minutes around the start that was asked about.
    pub vicinity: Option<Vicinity>,
}

impl Heard {
    pub(crate) fn of(listener: &Listener, as_of: Moment) -> Self {
        let services: Vec<HeardService> = listener.services.values().map(HeardService::of).collect();
        let first = services.iter().map(|service| service.from).min().unwrap_or(as_of);
        let heard_until = listener.services.values().map(|service| service.heard_last.end()).max();
        let mut episodes = listener.episodes.clone();
        add_members(&mut episodes);
        add_curves(listener, &mut episodes);
        add_forecasts(listener, &mut episodes);
        let mut cut: Vec<(String, u64)> =
            listener.cut.iter().map(|(what, count)| (what.to_string(), *count)).collect();
        let shapes_cut: u64 = listener.services.values().map(|service| service.shapes_cut).sum();
        let patterns_cut: u64 = listener.services.values().map(|service| service.patterns_cut).sum();
        cut.extend(listener.cut_series.counts().map(|(beyond, count)| (beyond.name().to_owned(), count)));
        cut.extend([
            ("shapes beyond the limit of a service's vocabulary".to_owned(), shapes_cut),
            ("patterns forgotten to make room for others".to_owned(), patterns_cut),
        ]);
        let spans_cut: u64 = listener.services.values().map(|service| service.spans.cut).sum();
        cut.extend([("spans of operations or flows beyond 2,000 a service".to_owned(), spans_cut)]);
        let accounted: u64 = listener.services.values().map(|service| service.accounted.findings).sum();
        cut.extend([(ACCOUNTED.to_owned(), accounted)]);
        cut.retain(|(_, count)| *count > 0);
        let mut heard = Self {
            as_of,
            judged_from: first.plus_hours(WARM_UP_HOURS),
            heard_until: heard_until.unwrap_or(Moment::MIN),
            zone: listener.zone().clone(),
            episodes,
            services,
            flows: listener.flows.all(),
            subjects: subjects(listener),
            cut,
            vicinity: listener.vicinity.clone(),
        };
        heard.recount_cut_around_start();
        heard
    }

    /// Says anew what was cut around the start, once spans and followed requests were taken in.
    pub(crate) fn recount_cut_around_start(&mut self) {
        for (what, count) in self.vicinity.iter().flat_map(Vicinity::cuts) {
            self.cut.retain(|(known, _)| known != what);
            self.cut.extend((count > 0).then(|| (what.to_owned(), count)));
        }
    }

    /// Quiet moments before `at` like it, at which something could have been said; moments within `busy` windows are left out.
    pub fn quiet_moments(&self, at: Moment, busy: &[Window]) -> Vec<Moment> {
        let unknown = Window { from: self.heard_until, to: Moment::MAX };
        let busy: Vec<Window> = busy.iter().copied().chain([unknown]).collect();
        quiet_moments(self.judged_from, at, &self.zone, &busy)
    }

    /// Fills in how often each signal is there at quiet moments like `at`, incidents left out.
    pub fn rate(&mut self, at: Moment, incidents: &[Window]) {
        let rates: Vec<_> = self
            .episodes
            .iter()
            .map(|episode| self.base_rate_at(episode, at, incidents, &self.episodes))
            .collect();
        for (episode, rate) in self.episodes.iter_mut().zip(rates) {
            episode.base_rate = rate;
        }
    }

    /// How often a signal like this one was there, among these, at quiet moments like `at`: while it or one that moved with it was open nothing is quiet.
    pub fn base_rate_at(
        &self,
        episode: &Episode,
        at: Moment,
        incidents: &[Window],
        among: &[Episode],
    ) -> BaseRate {
        let mut busy = incidents.to_vec();
        busy.extend(self.open_with(episode));
        base_rate(episode, among, &self.quiet_moments(at, &busy))
    }

    /// The times at which this episode or one that moved with it was open.
    fn open_with(&self, episode: &Episode) -> Vec<Window> {
        let cluster = &episode.signal.cluster;
        let together = self.episodes.iter().filter(|other| {
            other.signal.id == episode.signal.id || (cluster.is_some() && other.signal.cluster == *cluster)
        });
        together
            .map(|other| Window { from: other.signal.noticed_at, to: other.ended_at.unwrap_or(Moment::MAX) })
            .collect()
    }
}

impl HeardService {
    /// When something could first be said of it.
    pub fn judged_from(&self) -> Moment {
        self.from.plus_hours(WARM_UP_HOURS)
    }

    /// What had been silent for whole hours before this moment, and longer than ever before.
    pub fn silent_before(&self, moment: Moment) -> Vec<FellSilent> {
        self.presence.silent_before(moment)
    }

    fn of(service: &crate::service::Service) -> Self {
        let pattern = |pattern: &crate::pattern_subject::PatternSubject| HeardPattern {
            name: pattern.name.clone(),
            level: pattern.level,
            first_seen: pattern.first_seen,
            total: pattern.total,
            counts: pattern.counts.clone(),
        };
        let mut patterns: Vec<HeardPattern> = service.patterns.values().map(pattern).collect();
        patterns.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            origin: service.origin.clone(),
            from: service.heard_from.start(),
            records: service.records,
            samples: service.samples,
            spans: service.spans.total,
            patterns,
            series: service.series.keys().cloned().collect(),
            starts: service.starts.all().to_vec(),
            presence: service.presence.clone(),
            errors: (service.errors.first(), service.errors.values().to_vec()),
        }
    }
}

fn add_members(episodes: &mut [Episode]) {
    let mut members: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for episode in episodes.iter() {
        if let Some(cluster) = &episode.signal.cluster
            && *cluster != episode.signal.id
        {
            members.entry(cluster.clone()).or_default().push(episode.signal.id.clone());
        }
    }
    for episode in episodes {
        episode.members = members.remove(&episode.signal.id).unwrap_or_default();
    }
}

fn add_curves(listener: &Listener, episodes: &mut [Episode]) {
    let Some(calendar) = listener.calendar() else { return };
    for episode in episodes {
        let Some(service) = listener.services.get(&episode.signal.origin) else { continue };
        let name = &episode.signal.subject.name;
        let around =
            Around { hour: calendar.hour, heard_from: service.heard_from, traffic: &service.traffic };
        episode.curve = match episode.signal.subject.kind {
            SubjectKind::Pattern => service
                .patterns
                .values()
                .find(|pattern| pattern.name == *name)
                .map(|pattern| pattern.curve(&around)),
            SubjectKind::Metric => service.series.get(name.as_str()).map(|series| series.curve(&calendar)),
            SubjectKind::Service if is_silence(episode.signal.kind) => Some(service.presence.curve()),
            SubjectKind::Service => Some(errors_curve(service)),
            kind @ (SubjectKind::Operation | SubjectKind::Flow) => {
                service.spans.subject(kind, name).map(|subject| subject.curve(episode.signal.kind, &calendar))
            }
            _ => None,
        };
    }
}

fn add_forecasts(listener: &Listener, episodes: &mut [Episode]) {
    let Some(calendar) = listener.calendar() else { return };
    // What stepped or surprised goes nowhere in particular.
    let climbs = |kind| matches!(kind, SignalKind::MetricDrift | SignalKind::MetricSaturation);
    let is_asked = |episode: &&mut Episode| episode.ended_at.is_none() && climbs(episode.signal.kind);
    for episode in episodes.iter_mut().filter(is_asked) {
        let Subject { kind, name } = &episode.signal.subject;
        let service = listener.services.get(&episode.signal.origin).filter(|_| *kind == SubjectKind::Metric);
        let series = service.and_then(|service| service.series.get(name.as_str()));
        episode.forecast = series.and_then(|series| series.forecast_now(&calendar));
    }
}

fn errors_curve(service: &crate::service::Service) -> Curve {
    const STEP: usize = 6;
    let sum = |block: &[u32]| Some(block.iter().map(|&count| f64::from(count)).sum());
    Curve {
        from: service.errors.first().start(),
        step_seconds: STEP as i64 * 3_600,
        values: service.errors.values().chunks(STEP).map(sum).collect(),
        baseline: Vec::new(),
        unit: "errors per 6 h".to_owned(),
    }
}

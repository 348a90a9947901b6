//! What is remembered of one service in one environment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::{Hour, Level, Moment, Origin, SubjectKind, Zone};
use hark_pattern::{Limits, PatternId, Rules, ShapeId, Vocabulary};

use crate::accounted::Accounted;
use crate::candidate::{Candidate, Explainable};
use crate::cell::{LogCount, LogKey, Samples};
use crate::history::History;
use crate::kin::{self, Kinship, speaks_of_trouble, words_apart};
use crate::limit_index::LimitIndex;
use crate::metric_name::Meaning;
use crate::metric_subject::{self, Calendar, MetricSubject, SeriesByName};
use crate::pattern_subject::{Around, PatternSubject};
use crate::phase::Phase;
use crate::service_company::Companions;
use crate::service_spans::ServiceSpans;
use crate::siblings::plain;
use crate::silence::{Medium, Presence};
use crate::starts::{Start, Starts, comes_like_a_start, is_start_of_process, reads_like_a_start};

/// Series of one service that are listened to; more are cut and counted.
const SERIES_MAX: usize = 20_000;
/// A pod is replaced by another one within so long.
const REPLACED_WITHIN_HOURS: i64 = 24;

/// A variant of a known line has so many words in common with it.
const VARIANT_ALIKE_MIN: usize = 2;
/// A handful of records does not double a family.
const FAMILY_EXCESS_MIN: u64 = 6;
/// Variants of one line that a deploy brought show themselves within so long.
const SIBLING_SECONDS: i64 = 7 * 86_400;

/// Series that were not known before this hour.
#[derive(Default)]
pub(crate) struct Met {
    /// They are listened to from now on.
    pub(crate) new: Vec<Arc<str>>,
    /// There is no room for them: in their service, and among those of all services.
    pub(crate) beyond_service: Vec<Arc<str>>,
    pub(crate) beyond_all: Vec<Arc<str>>,
}

/// What was measured of the series of one service in an hour.
pub(crate) type HeardSeries = BTreeMap<Arc<str>, Samples>;

/// The state of one service in one environment.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Service {
    pub(crate) origin: Origin,
    pub(crate) heard_from: Hour,
    /// The latest hour in which it said anything.
    pub(crate) heard_last: Hour,
    pub(crate) traffic: History<u32>,
    pub(crate) errors: History<u32>,
    /// Series that were measured, per hour.
    pub(crate) measured: History<u32>,
    pub(crate) error_phase: Phase,
    /// In which hours it was heard, and in what.
    pub(crate) presence: Presence,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) patterns: BTreeMap<PatternId, PatternSubject>,
    #[serde(with = "metric_subject::by_name")]
    pub(crate) series: SeriesByName,
    versions: BTreeSet<Arc<str>>,
    pub(crate) starts: Starts,
    /// When its settings, flags or instances were changed: a metric may step then, and its process goes on.
    pub(crate) turns: Starts,
    pub(crate) records: u64,
    pub(crate) samples: u64,
    pub(crate) shapes_cut: u64,
    pub(crate) patterns_cut: u64,
    #[serde(skip)]
    heard_this_hour: (u32, u32),
    #[serde(skip)]
    counted_this_hour: BTreeMap<PatternId, u32>,
    pub(crate) spans: ServiceSpans,
    pub(crate) companions: Companions,
    /// What others accounted for.
    pub(crate) accounted: Accounted,
    /// Episodes of patterns that turned out to be one with another, which goes on.
    pub(crate) orphaned: Vec<usize>,
    #[serde(skip)]
    limits_known: Arc<BTreeMap<String, f64>>,
}

impl Service {
    pub(crate) fn new(
        origin: Origin,
        hour: Hour,
        limits: Limits,
        rules: &Arc<Rules>,
        limits_known: &Arc<BTreeMap<String, f64>>,
    ) -> Self {
        Self {
            origin,
            heard_from: hour,
            heard_last: hour,
            traffic: History::from(hour),
            errors: History::from(hour),
            measured: History::from(hour),
            error_phase: Phase::Quiet,
            presence: Presence::from(hour),
            vocabulary: Vocabulary::with_rules(limits, rules.clone()),
            patterns: BTreeMap::new(),
            series: BTreeMap::new(),
            versions: BTreeSet::new(),
            starts: Starts::default(),
            turns: Starts::default(),
            records: 0,
            samples: 0,
            shapes_cut: 0,
            patterns_cut: 0,
            heard_this_hour: (0, 0),
            counted_this_hour: BTreeMap::new(),
            limits_known: limits_known.clone(),
            spans: ServiceSpans::default(),
            companions: Companions::default(),
            accounted: Accounted::default(),
            orphaned: Vec::new(),
        }
    }

    /// Whether all that it holds has heard the hours before this one and no others, after it was read back.
    pub(crate) fn is_sound(&self, next: Hour) -> bool {
        let counted = [&self.traffic, &self.errors, &self.measured];
        counted.into_iter().all(|history| history.ends_before(next))
            && self.patterns.values().all(|pattern| pattern.is_sound(next))
            && self.series.values().all(|series| series.is_sound(next))
            && self.spans.are_sound(next)
            && self.companions.are_sound()
            && self.presence.is_sound(next)
    }

    /// Takes what was set, after it was read back.
    pub(crate) fn take_settings(&mut self, rules: &Arc<Rules>, limits_known: &Arc<BTreeMap<String, f64>>) {
        let vocabulary = std::mem::replace(&mut self.vocabulary, Vocabulary::new(Limits::default()));
        self.vocabulary = vocabulary.by_rules(rules);
        self.limits_known = limits_known.clone();
        self.companions.share_names(&self.series);
    }

    /// The places of all its open episodes.
    pub(crate) fn open_episodes(&self) -> impl Iterator<Item = usize> {
        let patterns = self.patterns.values().flat_map(|pattern| [pattern.phase, pattern.burst_phase]);
        let series = self.series.values().map(|series| series.phase);
        let surprises = self.series.values().filter_map(|series| series.surprises.open_episode());
        let spans = self.spans.phases();
        let others = patterns.chain(series).chain([self.error_phase, self.presence.phase]).chain(spans);
        surprises.chain(others.filter_map(|phase| match phase {
            Phase::Open(place) => Some(place),
            Phase::Quiet | Phase::Resting(_) => None,
        }))
    }

    /// Takes the shapes that were said in the hour that closes.
    pub(crate) fn hear_logs(&mut self, hour: Hour, said: &BTreeMap<LogKey, LogCount>) {
        self.heard_last = hour;
        self.presence.hear(Medium::Logs);
        let learned =
            self.vocabulary.learn(said.iter().map(|(key, count)| (ShapeId(key.shape), &*count.text)));
        self.shapes_cut += learned.cut;
        for (old, new) in learned.merged {
            self.merge(old, new);
        }
        for forgotten in learned.forgotten {
            self.forget(forgotten);
        }
        for (LogKey { shape, level }, count) in said {
            let records = u32::try_from(count.count).unwrap_or(u32::MAX);
            self.records += count.count;
            self.heard_this_hour.0 = self.heard_this_hour.0.saturating_add(records);
            if *level >= Level::Error {
                self.heard_this_hour.1 = self.heard_this_hour.1.saturating_add(records);
            }
            let Some(pattern) = self.vocabulary.pattern_of(ShapeId(*shape)) else { continue };
            let around = Around { hour, heard_from: self.heard_from, traffic: &self.traffic };
            let vocabulary = &self.vocabulary;
            let subject = self.patterns.entry(pattern).or_insert_with(|| {
                PatternSubject::new(vocabulary.name(pattern).to_owned(), &around, count, *level)
            });
            subject.hear(count, *level, &self.traffic);
            let counted = self.counted_this_hour.entry(pattern).or_default();
            *counted = counted.saturating_add(records);
        }
    }

    fn merge(&mut self, old: PatternId, new: PatternId) {
        let Some(mut subject) = self.patterns.remove(&old) else { return };
        match self.patterns.get_mut(&new) {
            Some(known) => self.orphaned.extend(known.absorb(subject)),
            None => {
                self.vocabulary.name(new).clone_into(&mut subject.name);
                self.patterns.insert(new, subject);
            }
        }
    }

    /// A pattern that is spoken of stays until that is over.
    fn forget(&mut self, pattern: PatternId) {
        let is_open = |phase| matches!(phase, Phase::Open(_));
        if self
            .patterns
            .get(&pattern)
            .is_some_and(|known| !is_open(known.phase) && !is_open(known.burst_phase))
        {
            self.patterns.remove(&pattern);
            self.patterns_cut += 1;
        }
    }

    /// Remembers a version; a new one after the first is a deploy.
    pub(crate) fn hear_version(&mut self, version: &Arc<str>, first: Moment) {
        let is_first = self.versions.is_empty();
        if self.versions.len() < 10_000 && self.versions.insert(version.clone()) && !is_first {
            self.starts.add(first, format!("version {version}"));
        }
    }

    /// Begins to listen to the series that it does not know, as far as there is room for it, and within the `room` for all services, and takes
    /// out those for which there is none.
    pub(crate) fn meet(&mut self, heard: &mut HeardSeries, room: usize, hour: Hour) -> Met {
        let mut known = self.series.keys().peekable();
        // Both are in order of their names.
        let is_new = |name: &&Arc<str>| {
            while known.next_if(|known| known < name).is_some() {}
            known.peek() != Some(name)
        };
        let new: Vec<Arc<str>> = heard.keys().filter(is_new).cloned().collect();
        let mut met = Met::default();
        for name in new {
            if self.series.len() >= SERIES_MAX || met.new.len() >= room {
                heard.remove(&name);
                let is_full = self.series.len() >= SERIES_MAX;
                if is_full {
                    met.beyond_service.push(name)
                } else {
                    met.beyond_all.push(name)
                }
                continue;
            }
            let subject = MetricSubject::new(name.clone(), hour, heard[&name].place.clone());
            self.series.insert(name.clone(), Box::new(subject));
            met.new.push(name);
        }
        met
    }

    /// Takes samples of series that it has met, in the hour that closes.
    pub(crate) fn hear_samples(&mut self, heard: HeardSeries, calendar: &Calendar<'_>) {
        let mut known = self.series.iter_mut();
        // Both are in order of their names.
        for (name, samples) in heard {
            let (_, subject) =
                known.by_ref().find(|(known, _)| **known == name).expect("its series is known");
            self.heard_last = calendar.hour;
            self.presence.hear(Medium::Metrics);
            self.samples += samples.values.len() as u64;
            if is_start_of_process(&name) {
                for &(time, started) in &samples.values {
                    self.starts.add_of_process(time, started);
                }
            }
            subject.hear(&samples.sorted(), calendar, self.starts.hours());
        }
    }

    /// Closes the hour for everything that was not heard in it, and learns what belongs together.
    pub(crate) fn close_hour(&mut self, calendar: &Calendar<'_>) {
        let hour = calendar.hour;
        self.traffic.push(self.heard_this_hour.0);
        self.errors.push(self.heard_this_hour.1);
        self.heard_this_hour = (0, 0);
        self.presence.close_hour();
        for (id, pattern) in &mut self.patterns {
            pattern.counts.push(self.counted_this_hour.get(id).copied().unwrap_or(0));
        }
        self.hear_starts(hour);
        self.counted_this_hour.clear();
        let starts = self.starts.hours();
        self.spans.close_hour(calendar, starts);
        for series in self.series.values_mut() {
            if series.next_hour() <= hour {
                series.hear(&[], calendar, starts);
            }
        }
        self.companions.hear(&self.series, calendar);
        let measured = self.series.values().filter(|series| series.is_measured()).count();
        self.measured.push(u32::try_from(measured).unwrap_or(u32::MAX));
        if hour.0 % 24 == 0 {
            self.series.retain(|_, series| !series.is_forgotten() || matches!(series.phase, Phase::Open(_)));
            self.find_limits();
        }
    }

    fn hear_starts(&mut self, hour: Hour) {
        for id in self.counted_this_hour.keys() {
            let pattern = &self.patterns[id];
            if pattern.level >= Level::Error || !reads_like_a_start(&pattern.name, &self.origin.service) {
                continue;
            }
            if comes_like_a_start(&pattern.counts) && hour - self.heard_from > 0 {
                let at = pattern.latest_exemplar().map_or(hour.start(), |exemplar| exemplar.time);
                self.starts.add(at, "start-up line".to_owned());
            }
        }
    }

    /// What change explains a finding away, in words.
    pub(crate) fn explanation(&self, found: &Candidate, zone: &Zone) -> Option<String> {
        self.explaining(found).map(|start| format!("{} at {}", start.what, zone.said(start.at)))
    }

    /// The change that explains a finding away.
    pub(crate) fn explaining(&self, found: &Candidate) -> Option<&Start> {
        match found.explainable {
            Explainable::Never => None,
            Explainable::ByDeploy { uncertain_seconds } => {
                let turn = || self.turns.few_explaining(found.onset, uncertain_seconds);
                let is_metric = found.subject.kind == SubjectKind::Metric;
                let start = self.starts.explaining(found.onset, uncertain_seconds);
                start.or_else(|| if is_metric { turn() } else { None })
            }
            Explainable::ByDeploySince { patience_seconds } => {
                self.starts.ending(found.onset, patience_seconds)
            }
            Explainable::NewByDeploy { late_seconds, few } => {
                let trouble = speaks_of_trouble(&found.subject.name);
                // Of a handful of records it is not known that they are steady: not every line is given credit.
                if self.turns_known_words(&found.subject.name, found.onset) || (few && trouble) {
                    return None;
                }
                self.starts
                    .explaining_late(found.onset, if trouble { 0 } else { late_seconds })
                    .or_else(|| self.explained_sibling(&found.subject.name, found.onset))
            }
        }
    }

    /// If a newcomer is the same line as one that came with a start, but for one word: that start.
    fn explained_sibling(&self, name: &str, onset: Moment) -> Option<&Start> {
        let fresh =
            |pattern: &&PatternSubject| onset.seconds_since(pattern.first_seen).abs() <= SIBLING_SECONDS;
        let is_sibling = |known: &&PatternSubject| {
            words_apart(&known.name, name).is_some_and(|apart| apart.differing == 1)
        };
        let siblings = self.patterns.values().filter(fresh).filter(is_sibling);
        siblings.filter_map(|known| self.starts.explaining_late(known.first_seen, known.late_seconds())).min()
    }

    /// Whether a newcomer is a new statement and does not itself speak of trouble.
    pub(crate) fn is_plainly_new(&self, name: &str, onset: Moment) -> bool {
        !speaks_of_trouble(name) && !self.turns_known_words(name, onset)
    }

    /// Whether a newcomer says known words in an order that was never heard: new statements come with builds,
    /// `PAID -> SHIPPED` turned round does not, and no build explains it.
    fn turns_known_words(&self, name: &str, onset: Moment) -> bool {
        let is_old = |known: &&PatternSubject| onset.seconds_since(known.first_seen) > SIBLING_SECONDS;
        let is_variant = |known: &&PatternSubject| {
            words_apart(&known.name, name)
                .is_some_and(|apart| (1..=2).contains(&apart.differing) && apart.alike >= VARIANT_ALIKE_MIN)
        };
        let variants = self.patterns.values().filter(is_old).filter(is_variant);
        let known: BTreeSet<&str> = variants.flat_map(|variant| variant.name.split(' ')).collect();
        name.split(' ').all(|word| known.contains(word))
    }

    /// Whether a newcomer says what others have said before, but for a path or a host, and no more often than all of them
    /// together did: each rare path of a server is new some day, and none of them is news. A family that it doubles is.
    pub(crate) fn kinship(&self, id: &PatternId, hour: Hour) -> Kinship {
        let newcomer = &self.patterns[id];
        let is_older = |other: &&PatternSubject| {
            other.first_seen < newcomer.first_seen && other.introduced && other.level >= newcomer.level
        };
        let kin = self.patterns.values().filter(is_older);
        let kin: Vec<&PatternSubject> =
            kin.filter(|other| kin::is_same_but_for_places(&other.name, &newcomer.name)).collect();
        if kin.is_empty() {
            return Kinship::None;
        }
        let came = newcomer.first_seen.hour();
        let before = self.traffic.first()..came;
        let said: u64 = kin.iter().map(|other| other.count_within(before.clone())).sum();
        let usual = said as f64 / (before.end - before.start).max(1) as f64;
        let now = newcomer.count_within(came..hour + 1);
        if now as f64 <= usual * (hour + 1 - came).max(24) as f64 {
            Kinship::Known
        } else if now < FAMILY_EXCESS_MIN {
            Kinship::Undecided
        } else {
            Kinship::None
        }
    }

    /// Series that have been heard long enough to be judged: they share the service's budget.
    pub(crate) fn judged_series(&self) -> usize {
        self.series.values().filter(|series| series.can_surprise()).count()
    }

    /// Series that have never moved before this hour.
    pub(crate) fn resting_series(&self, hour: Hour) -> usize {
        self.series.values().filter(|series| series.has_rested(hour)).count()
    }

    /// Whether a series of the same name and with other labels began about when this one stopped: a pod was replaced.
    pub(crate) fn is_replaced(&self, name: &str, stopped: Hour) -> bool {
        self.series.values().any(|other| {
            (other.first_heard - stopped).abs() <= REPLACED_WITHIN_HOURS && plain(&other.name) == plain(name)
        })
    }

    fn find_limits(&mut self) {
        let names: Vec<Arc<str>> = self.series.keys().cloned().collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        let named: Vec<usize> =
            (0..names.len()).filter(|place| Meaning::of(names[*place]) == Meaning::Limit).collect();
        let limits: Vec<&str> = named.iter().map(|place| names[*place]).collect();
        let mut index = LimitIndex::of(if limits.is_empty() { &[] } else { &names }, &limits);
        let mut found: Vec<Option<f64>> = vec![None; names.len()];
        let ended: Vec<Vec<usize>> = limits.iter().map(|limit| index.ended_by(limit)).collect();
        for (limit, ended) in limits.iter().zip(&ended) {
            let series = self.series.get_mut(*limit).expect("its name was taken from there");
            // A size or a maximum that ends no other series is a quantity of its own.
            let lonely = Meaning::of_no_limit(limit);
            let is_limit = lonely == Meaning::Limit || !ended.is_empty();
            series.meaning = if is_limit { Meaning::Limit } else { lonely };
            // Nothing, or less, is how "no limit" is written.
            let value = series.last_value().filter(|value| is_limit && *value > 0.0);
            ended.iter().for_each(|place| found[*place] = found[*place].or(value));
        }
        for (series, found) in self.series.values_mut().zip(found) {
            if series.meaning != Meaning::Limit {
                // What people say goes before what names say.
                series.limit = self.limits_known.get(&*series.name).copied().or(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hark_event::Place;

    use super::*;

    #[test]
    fn series_without_room_are_not_met_and_take_none_of_that_of_others() {
        let origin = Origin { service: "shop".into(), environment: "production".into() };
        let mut service =
            Service::new(origin, Hour(480_000), Limits::default(), &Arc::default(), &Arc::default());
        let heard = |names: std::ops::Range<usize>| -> HeardSeries {
            let samples = || Samples { values: Vec::new(), place: Place { file: "m.csv".into(), line: 1 } };
            names.map(|name| (Arc::from(format!("{name:05}")), samples())).collect()
        };
        let mut of_hour = heard(0..SERIES_MAX + 5);
        let met = service.meet(&mut of_hour, 30_000, Hour(480_000));
        assert_eq!((met.new.len(), met.beyond_service.len(), met.beyond_all.len()), (SERIES_MAX, 5, 0));
        assert_eq!(of_hour.len(), SERIES_MAX);
        let met = service.meet(&mut heard(0..SERIES_MAX + 5), 30_000, Hour(480_001));
        assert_eq!((met.new.len(), met.beyond_service.len()), (0, 5));
        let mut other = Service::new(
            service.origin.clone(),
            Hour(480_000),
            Limits::default(),
            &Arc::default(),
            &Arc::default(),
        );
        let met = other.meet(&mut heard(0..9), 4, Hour(480_000));
        assert_eq!((met.new.len(), met.beyond_service.len(), met.beyond_all.len()), (4, 0, 5));
    }
}

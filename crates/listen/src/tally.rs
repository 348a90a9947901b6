//! Counts events into hours as they are read, one tally per source.
//!
//! This is the part of listening that runs where the bytes are: it masks, shapes and counts, and keeps no
//! record. What it hands on are [`HourCells`], which merge in any order. Everything that the outside can make
//! grow has a limit here: shapes per service and hour (kept by their hash, never by order of arrival, so that
//! two machines keep the same ones), bytes per shape and exemplar, samples per series and hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Alert, Change, Event, Hour, LogRecord, Moment, Origin, Place, Sample, Span, UserReport};
use hark_pattern::{Rules, Shaper};
use rustc_hash::FxHashMap;

use crate::cell::{Exemplar, HourCells, LogCount, LogKey, SHAPES_PER_HOUR_MAX, Samples};
use crate::span_cells::NAMES_PER_HOUR_MAX;
use crate::span_tally::SpanTally;

const EXEMPLAR_BYTES_MAX: usize = 400;
const ONCE_MAX: usize = 100_000;
const PEER_BYTES_MAX: usize = 80;
const PEERS_PER_HOUR_MAX: usize = 1_024;

/// Alerts, reports and announced changes: few, and kept whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Told {
    /// Alerts as they came, repeats included.
    pub alerts: Vec<Alert>,
    /// What users reported.
    pub reports: Vec<UserReport>,
    /// Changes that were announced.
    pub changes: Vec<Change>,
    /// How many were beyond the limit.
    pub cut: u64,
}

impl Told {
    /// Adds another account.
    pub fn merge(&mut self, other: Told) {
        self.alerts.extend(other.alerts);
        self.reports.extend(other.reports);
        self.changes.extend(other.changes);
        self.cut += other.cut;
    }
}

/// Counts one source into hours.
pub struct Tally {
    shaper: Shaper,
    rules: Arc<Rules>,
    speakers: Vec<Speaker>,
    hour: Hour,
    hours: BTreeMap<Hour, HourCells>,
    /// The version that was noted last, and where: nearly every record repeats it.
    version: Option<(Hour, usize, Arc<str>)>,
    series: Option<OpenSeries>,
    spans: SpanTally,
    told: Told,
    masked: u64,
    weight: usize,
}

/// Who spoke, and what was said in the open hour.
struct Speaker {
    origin: Origin,
    said: FxHashMap<LogKey, LogCount>,
    /// Records of shapes beyond the limit.
    overflow: u64,
}

struct OpenSeries {
    origin: usize,
    name: Arc<str>,
    hour: Hour,
    samples: Samples,
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally {
    /// An empty tally.
    pub fn new() -> Self {
        Self::with_rules(Arc::default())
    }

    /// An empty tally that masks and shapes by these rules.
    pub fn with_rules(rules: Arc<Rules>) -> Self {
        Self {
            shaper: Shaper::with_rules(rules.clone()),
            rules,
            speakers: Vec::new(),
            hour: Hour(i64::MIN),
            hours: BTreeMap::new(),
            version: None,
            series: None,
            spans: SpanTally::default(),
            told: Told::default(),
            masked: 0,
            weight: 0,
        }
    }

    /// Counts one event.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Log(record) => self.hear_log(&record),
            Event::Sample(sample) => self.hear_sample(&sample),
            Event::Span(span) => self.hear_span(&span),
            Event::Alert(alert) => {
                let alert = masked_alert(alert, &self.rules);
                self.hear_once(|told| &mut told.alerts, alert);
            }
            Event::Report(report) => {
                let report = masked_report(report, &self.rules);
                self.hear_once(|told| &mut told.reports, report);
            }
            Event::Change(change) => {
                let change = masked_change(change, &self.rules);
                self.hear_once(|told| &mut told.changes, change);
            }
        }
    }

    /// Secrets that were masked so far.
    pub fn masked(&self) -> u64 {
        self.masked + self.spans.masked
    }

    /// Roughly how many bytes of memory the closed hours take.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Takes the hours that have been counted so far, in order; counting goes on.
    pub fn take_hours(&mut self) -> BTreeMap<Hour, HourCells> {
        self.close_hour();
        self.close_series();
        self.weight = 0;
        self.version = None;
        let mut hours = std::mem::take(&mut self.hours);
        hours.values_mut().for_each(|cells| cells.spans.keep(NAMES_PER_HOUR_MAX));
        hours
    }

    /// Takes what was told once.
    pub fn take_told(&mut self) -> Told {
        std::mem::take(&mut self.told)
    }

    fn hear_once<T>(&mut self, list: impl Fn(&mut Told) -> &mut Vec<T>, item: T) {
        if list(&mut self.told).len() < ONCE_MAX {
            list(&mut self.told).push(item);
        } else {
            self.told.cut += 1;
        }
    }

    fn hear_log(&mut self, record: &LogRecord<'_>) {
        let hour = record.arrival.hour();
        if hour != self.hour {
            self.close_hour();
            self.hour = hour;
        }
        let speaker = self.speaker(record.origin);
        if !record.peers.is_empty() || record.version.is_some() {
            self.hear_fields(record, speaker);
        }
        let shape = self.shaper.shape(record.message);
        self.masked += u64::from(shape.masked);
        let key = LogKey { shape: shape.id.0, level: record.level };
        let speaker = &mut self.speakers[speaker];
        if let Some(found) = speaker.said.get_mut(&key) {
            found.count += 1;
            found.last = found.last.max(record.arrival);
            // Observed times need not rise along a file; the earliest is the example whoever comes first.
            if (record.arrival, record.line) < (found.exemplar.time, found.exemplar.place.line) {
                found.exemplar = exemplar(record, &self.rules);
            }
            return;
        }
        // A text of its own for each hour: counting those who share one would wait for memory long unused.
        let text = Arc::from(shape.text);
        let exemplar = exemplar(record, &self.rules);
        speaker.said.insert(key, LogCount { text, count: 1, last: record.arrival, exemplar });
        if speaker.said.len() > 2 * SHAPES_PER_HOUR_MAX {
            speaker.evict();
        }
    }

    fn hear_fields(&mut self, record: &LogRecord<'_>, speaker: usize) {
        if let Some(version) = record.version {
            self.hear_version(record.origin, record.arrival, cut_at(version, PEER_BYTES_MAX), speaker);
        }
        if record.peers.is_empty() {
            return;
        }
        let cells = self.hours.entry(record.arrival.hour()).or_default();
        for peer in record.peers {
            let key = (record.origin.clone(), Arc::from(cut_at(peer, PEER_BYTES_MAX)));
            if cells.peers.len() < PEERS_PER_HOUR_MAX || cells.peers.contains_key(&key) {
                *cells.peers.entry(key).or_default() += 1;
            }
        }
    }

    fn hear_version(&mut self, origin: &Origin, arrival: Moment, version: &str, speaker: usize) {
        let hour = arrival.hour();
        let is_noted =
            |noted: &(Hour, usize, Arc<str>)| (noted.0, noted.1, &*noted.2) == (hour, speaker, version);
        if self.version.as_ref().is_some_and(is_noted) {
            return;
        }
        let cells = self.hours.entry(hour).or_default();
        let key = (origin.clone(), Arc::from(version));
        if !cells.versions.contains_key(&key) {
            if cells.versions.len() >= PEERS_PER_HOUR_MAX {
                return;
            }
            cells.versions.insert(key.clone(), arrival);
        }
        self.version = Some((hour, speaker, key.1));
    }

    fn hear_span(&mut self, span: &Span<'_>) {
        if let Some(version) = span.version {
            let speaker = self.speaker(span.origin);
            self.hear_version(span.origin, span.end, cut_at(version, PEER_BYTES_MAX), speaker);
        }
        self.weight += self.spans.hear(span, (&mut self.shaper, &self.rules), &mut self.hours);
    }

    fn hear_sample(&mut self, sample: &Sample<'_>) {
        let hour = sample.time.hour();
        let origin = self.speaker(sample.origin);
        if let Some(open) = &mut self.series
            && open.hour == hour
            && open.origin == origin
            && &*open.name == sample.series
        {
            open.samples.values.push((sample.time, sample.value));
            return;
        }
        let name = match &self.series {
            Some(open) if &*open.name == sample.series => open.name.clone(),
            _ => Arc::from(sample.series),
        };
        self.close_series();
        let place = Place { file: sample.file.clone(), line: sample.line };
        let samples = Samples { values: vec![(sample.time, sample.value)], place };
        self.series = Some(OpenSeries { origin, name, hour, samples });
    }

    fn close_series(&mut self) {
        let Some(open) = self.series.take() else { return };
        self.weight += 160 + 16 * open.samples.values.capacity();
        let key = (self.speakers[open.origin].origin.clone(), open.name);
        self.hours.entry(open.hour).or_default().add_samples(key, open.samples);
    }

    fn close_hour(&mut self) {
        let mut part = HourCells::default();
        for speaker in &mut self.speakers {
            if speaker.said.len() > SHAPES_PER_HOUR_MAX {
                speaker.evict();
            }
            if !speaker.said.is_empty() {
                self.weight += speaker.said.len() * 320;
                part.logs.insert(speaker.origin.clone(), speaker.said.drain().collect());
            }
            if speaker.overflow > 0 {
                part.overflow.insert(speaker.origin.clone(), std::mem::take(&mut speaker.overflow));
            }
        }
        if !part.logs.is_empty() {
            self.hours.entry(self.hour).or_default().merge(part);
        }
    }

    fn speaker(&mut self, origin: &Origin) -> usize {
        let same = |known: &Speaker| {
            Arc::ptr_eq(&known.origin.service, &origin.service)
                && Arc::ptr_eq(&known.origin.environment, &origin.environment)
        };
        if let Some(found) = self.speakers.iter().rposition(same) {
            return found;
        }
        if let Some(found) = self.speakers.iter().position(|known| known.origin == *origin) {
            return found;
        }
        self.speakers.push(Speaker { origin: origin.clone(), said: FxHashMap::default(), overflow: 0 });
        self.speakers.len() - 1
    }
}

impl Speaker {
    /// Keeps the shapes with the smallest hashes: whoever counts the same lines keeps the same shapes.
    fn evict(&mut self) {
        let mut shapes: Vec<u64> = self.said.keys().map(|key| key.shape).collect();
        shapes.sort_unstable();
        shapes.dedup();
        let Some(&limit) = shapes.get(SHAPES_PER_HOUR_MAX) else { return };
        let overflow = &mut self.overflow;
        self.said.retain(|key, count| {
            let stays = key.shape < limit;
            if !stays {
                *overflow += count.count;
            }
            stays
        });
    }
}

fn exemplar(record: &LogRecord<'_>, rules: &Rules) -> Exemplar {
    let text = rules.mask_secrets(cut_at(record.message, 4 * EXEMPLAR_BYTES_MAX)).text;
    Exemplar {
        time: record.arrival,
        place: Place { file: record.file.clone(), line: record.line },
        text: Arc::from(cut_at(&text, EXEMPLAR_BYTES_MAX)),
    }
}

fn masked_alert(mut alert: Alert, rules: &Rules) -> Alert {
    alert.summary = rules.mask_secrets(cut_at(&alert.summary, 2_000)).text.into_owned();
    alert
}

fn masked_report(mut report: UserReport, rules: &Rules) -> UserReport {
    report.text = rules.mask_secrets(cut_at(&report.text, 2_000)).text.into_owned();
    report
}

fn masked_change(mut change: Change, rules: &Rules) -> Change {
    for text in std::iter::once(&mut change.summary).chain(&mut change.details) {
        *text = rules.mask_secrets(cut_at(text, 2_000)).text.into_owned();
    }
    change
}

/// The text up to so many bytes, cut between characters.
fn cut_at(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

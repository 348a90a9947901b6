//! Counts events into hours as they are read, one tally per source.
//!
//! This is the part of listening that runs where the bytes are: it masks, shapes and counts, and keeps no
//! record. What it hands on are [`HourCells`], which merge in any order. Everything that the outside can make
//! grow has a limit here: shapes per service and hour (kept by their hash, never by order of arrival, so that
//! two machines keep the same ones), bytes per shape and exemplar, samples per series and hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Alert, Change, Event, Hour, Level, LogRecord, Origin, Place, Sample, UserReport};
use hark_pattern::{Shaper, mask_secrets};
use rustc_hash::FxHashMap;

use crate::cell::{Exemplar, HourCells, LogCount, LogKey, Samples};

/// Shapes of one service kept for one hour.
const SHAPES_PER_HOUR_MAX: usize = 4_096;
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
    origins: Vec<Origin>,
    texts: FxHashMap<u64, Arc<str>>,
    hour: Hour,
    open: FxHashMap<(u32, u64, Level), LogCount>,
    shapes_open: Vec<usize>,
    overflow: Vec<u64>,
    hours: BTreeMap<Hour, HourCells>,
    series: Option<OpenSeries>,
    told: Told,
    masked: u64,
    weight: usize,
}

struct OpenSeries {
    origin: u32,
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
        Self {
            shaper: Shaper::new(),
            origins: Vec::new(),
            texts: FxHashMap::default(),
            hour: Hour(i64::MIN),
            open: FxHashMap::default(),
            shapes_open: Vec::new(),
            overflow: Vec::new(),
            hours: BTreeMap::new(),
            series: None,
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
            Event::Alert(alert) => self.hear_once(|told| &mut told.alerts, masked_alert(alert)),
            Event::Report(report) => self.hear_once(|told| &mut told.reports, masked_report(report)),
            Event::Change(change) => self.hear_once(|told| &mut told.changes, change),
        }
    }

    /// Secrets that were masked so far.
    pub fn masked(&self) -> u64 {
        self.masked
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
        std::mem::take(&mut self.hours)
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
        let origin = self.origin(record.origin);
        if !record.peers.is_empty() || record.version.is_some() {
            self.hear_fields(record);
        }
        let shape = self.shaper.shape(record.message);
        self.masked += u64::from(shape.masked);
        let key = (origin, shape.id.0, record.level);
        if let Some(found) = self.open.get_mut(&key) {
            found.count += 1;
            found.last = record.arrival;
            return;
        }
        let text = self.texts.entry(shape.id.0).or_insert_with(|| Arc::from(shape.text)).clone();
        let exemplar = exemplar(record);
        self.open.insert(key, LogCount { text, count: 1, last: record.arrival, exemplar });
        self.shapes_open[origin as usize] += 1;
        if self.shapes_open[origin as usize] > 2 * SHAPES_PER_HOUR_MAX {
            self.evict(origin);
        }
    }

    /// Keeps the shapes with the smallest hashes: whoever counts the same lines keeps the same shapes.
    fn evict(&mut self, origin: u32) {
        let mut shapes: Vec<u64> = self.open.keys().filter(|key| key.0 == origin).map(|key| key.1).collect();
        shapes.sort_unstable();
        shapes.dedup();
        let Some(&limit) = shapes.get(SHAPES_PER_HOUR_MAX) else { return };
        let overflow = &mut self.overflow[origin as usize];
        self.open.retain(|key, count| {
            let stays = key.0 != origin || key.1 < limit;
            if !stays {
                *overflow += count.count;
            }
            stays
        });
        self.shapes_open[origin as usize] = self.open.keys().filter(|key| key.0 == origin).count();
        if self.texts.len() > 8 * SHAPES_PER_HOUR_MAX {
            self.texts.clear();
        }
    }

    fn hear_fields(&mut self, record: &LogRecord<'_>) {
        let cells = self.hours.entry(record.arrival.hour()).or_default();
        if let Some(version) = record.version {
            let version = cut_at(version, PEER_BYTES_MAX);
            let known =
                cells.versions.range::<(Origin, Arc<str>), _>((record.origin.clone(), Arc::from(version))..);
            let is_known = known
                .map(|(key, _)| key)
                .next()
                .is_some_and(|(origin, known)| origin == record.origin && &**known == version);
            if !is_known && cells.versions.len() < PEERS_PER_HOUR_MAX {
                cells.versions.insert((record.origin.clone(), Arc::from(version)), record.arrival);
            }
        }
        for peer in record.peers {
            let key = (record.origin.clone(), Arc::from(cut_at(peer, PEER_BYTES_MAX)));
            if cells.peers.len() < PEERS_PER_HOUR_MAX || cells.peers.contains_key(&key) {
                *cells.peers.entry(key).or_default() += 1;
            }
        }
    }

    fn hear_sample(&mut self, sample: &Sample<'_>) {
        let hour = sample.time.hour();
        let origin = self.origin(sample.origin);
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
        let key = (self.origins[open.origin as usize].clone(), open.name);
        self.hours.entry(open.hour).or_default().add_samples(key, open.samples);
    }

    fn close_hour(&mut self) {
        if self.open.is_empty() {
            return;
        }
        for origin in 0..self.origins.len() {
            if self.shapes_open[origin] > SHAPES_PER_HOUR_MAX {
                self.evict(origin as u32);
            }
        }
        let cells = self.hours.entry(self.hour).or_default();
        self.weight += self.open.len() * 320;
        let mut part = HourCells::default();
        for ((origin, shape, level), count) in self.open.drain() {
            part.logs.insert(LogKey { origin: self.origins[origin as usize].clone(), shape, level }, count);
        }
        for (origin, count) in self.overflow.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            part.overflow.insert(self.origins[origin].clone(), std::mem::take(count));
        }
        cells.merge(part);
        self.shapes_open.fill(0);
    }

    fn origin(&mut self, origin: &Origin) -> u32 {
        let same = |known: &Origin| {
            Arc::ptr_eq(&known.service, &origin.service)
                && Arc::ptr_eq(&known.environment, &origin.environment)
        };
        if let Some(found) = self.origins.iter().rposition(same) {
            return found as u32;
        }
        if let Some(found) = self.origins.iter().position(|known| known == origin) {
            return found as u32;
        }
        self.origins.push(origin.clone());
        self.shapes_open.push(0);
        self.overflow.push(0);
        (self.origins.len() - 1) as u32
    }
}

fn exemplar(record: &LogRecord<'_>) -> Exemplar {
    let text = mask_secrets(cut_at(record.message, 4 * EXEMPLAR_BYTES_MAX)).text;
    Exemplar {
        time: record.arrival,
        place: Place { file: record.file.clone(), line: record.line },
        text: Arc::from(cut_at(&text, EXEMPLAR_BYTES_MAX)),
    }
}

fn masked_alert(mut alert: Alert) -> Alert {
    alert.summary = mask_secrets(cut_at(&alert.summary, 2_000)).text.into_owned();
    alert
}

fn masked_report(mut report: UserReport) -> UserReport {
    report.text = mask_secrets(cut_at(&report.text, 2_000)).text.into_owned();
    report
}

/// The text up to so many bytes, cut between characters.
fn cut_at(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

//! Counts events into hours as they are read, one tally per source.
//!
//! This is the part of listening that runs where the bytes are: it masks, shapes and counts, and keeps no
//! record. What it hands on are [`HourCells`], which merge in any order. Everything that the outside can make
//! grow has a limit here: shapes per service and hour and of all services (kept by their hash, never by order of arrival, so
//! that two machines keep the same ones), bytes per shape and exemplar, samples per series and hour.
//!
//! Once a limit was met, shapes beyond it are known by their hash alone: a flood costs no memory, and less time than traffic.

mod speaker;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Event, Hour, LogRecord, Moment, Origin, Place, Sample, Span};
use hark_pattern::{Rules, Shaper};
use rustc_hash::FxHashMap;

use crate::cell::{
    Exemplar, HourCells, LogCount, LogKey, SHAPES_PER_HOUR_MAX, SHAPES_PICKED_MAX, limit_of_all,
};
use crate::names::{self, Names};
use crate::open_series::{Closed, OpenSeries};
use crate::picks::{self, Picks};
use crate::span_cells::NAMES_PER_HOUR_MAX;
use crate::span_tally::SpanTally;
use crate::told::{self, Told};

use speaker::Speaker;

/// Keys of all speakers that may stand in the open hour beyond the limit before shapes are let go.
const HOUR_SLACK: usize = SHAPES_PER_HOUR_MAX / 4;
/// The same for shapes of which records are picked.
const PICKED_SLACK: usize = SHAPES_PICKED_MAX / 4;
const EXEMPLAR_BYTES_MAX: usize = 400;
const ONCE_MAX: usize = 100_000;
const PEER_BYTES_MAX: usize = 80;
const PEERS_PER_HOUR_MAX: usize = 1_024;

/// Counts one source into hours.
pub struct Tally {
    shaper: Shaper,
    rules: Arc<Rules>,
    names: Names,
    speakers: Vec<Speaker>,
    /// Where each of them stands, and who spoke last: nearly always the same one.
    places: FxHashMap<Origin, usize>,
    last_speaker: usize,
    /// Keys of all speakers in the open hour, and how many there may be before shapes are let go.
    open_keys: usize,
    open_keys_max: usize,
    /// No shape of the open hour from here on is kept, whoever says it.
    limit: u64,
    /// Whether records are picked for their values.
    keeps_values: bool,
    /// The start whose minutes are asked about.
    start: Option<Moment>,
    /// The line of the last record, and how many stood on it before.
    line: (u64, u64),
    /// Keys of which records are picked, and from which shape on none is.
    picked_keys: usize,
    picked_limit: u64,
    /// The file that was read last, and its name's hash.
    file: Option<(Arc<str>, u64)>,
    hour: Hour,
    hours: BTreeMap<Hour, HourCells>,
    /// The version that was noted last, and where: nearly every record repeats it.
    version: Option<(Hour, usize, Arc<str>)>,
    series: OpenSeries,
    spans: SpanTally,
    told: Told,
    masked: u64,
    /// Samples that are no number, which tell nothing but that somebody measured.
    without_number: u64,
    weight: usize,
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
            names: Names::default(),
            speakers: Vec::new(),
            places: FxHashMap::default(),
            last_speaker: 0,
            open_keys: 0,
            open_keys_max: SHAPES_PER_HOUR_MAX + HOUR_SLACK,
            limit: u64::MAX,
            keeps_values: false,
            start: None,
            line: (u64::MAX, 0),
            picked_keys: 0,
            picked_limit: u64::MAX,
            file: None,
            hour: Hour(i64::MIN),
            hours: BTreeMap::new(),
            version: None,
            series: OpenSeries::default(),
            spans: SpanTally::default(),
            told: Told::default(),
            masked: 0,
            without_number: 0,
            weight: 0,
        }
    }

    /// The same, which also picks records whose values are kept.
    pub fn keeping_values(self) -> Self {
        Self { keeps_values: true, ..self }
    }

    /// The same, which also counts spans by the minute around a moment.
    pub fn looking_around(self, start: Option<Moment>) -> Self {
        Self { start, ..self }
    }

    /// Counts one event.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Log(record) => match self.names.masked(record.origin, record.file, &self.rules) {
                None => self.hear_log(&record),
                Some((origin, file)) => self.hear_log(&LogRecord { origin: &origin, file: &file, ..record }),
            },
            Event::Sample(sample) => match self.names.masked(sample.origin, sample.file, &self.rules) {
                None => self.hear_sample(&sample),
                Some((origin, file)) => self.hear_sample(&Sample { origin: &origin, file: &file, ..sample }),
            },
            Event::Span(span) => match self.names.masked(span.origin, span.file, &self.rules) {
                None => self.hear_span(&span),
                Some((origin, file)) => self.hear_span(&Span { origin: &origin, file: &file, ..span }),
            },
            Event::Alert(alert) => {
                let alert = told::masked_alert(alert, &self.rules);
                self.hear_once(|told| &mut told.alerts, alert);
            }
            Event::Report(report) => {
                let report = told::masked_report(report, &self.rules);
                self.hear_once(|told| &mut told.reports, report);
            }
            Event::Change(change) => {
                let change = told::masked_change(change, &self.rules);
                self.hear_once(|told| &mut told.changes, change);
            }
        }
    }

    /// Secrets that were masked so far.
    pub fn masked(&self) -> u64 {
        self.masked + self.spans.masked
    }

    /// Samples so far that are no number (`NaN`, a stale marker, an infinity).
    pub fn samples_without_number(&self) -> u64 {
        self.without_number
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
        let pick_hash = if self.keeps_values { Some(self.pick_hash(record)) } else { None };
        let shape = self.shaper.identity_of(record);
        self.masked += u64::from(shape.masked);
        let key = LogKey { shape: shape.id.0, level: record.level };
        if let Some(start) = self.start {
            self.told.followed.hear_record(record, key.shape, start);
        }
        let speaker = &mut self.speakers[speaker];
        if key.shape >= speaker.limit.min(self.limit) {
            speaker.overflow += 1;
            return;
        }
        if let Some(found) = speaker.said.get_mut(&key) {
            found.count += 1;
            found.last = found.last.max(record.arrival);
            // Observed times need not rise along a file; the earliest is the example whoever comes first.
            if (record.arrival, record.line) < (found.exemplar.time, found.exemplar.place.line) {
                found.exemplar = exemplar(record, &self.rules);
            }
            if let (Some(hash), Some(picks)) = (pick_hash, &mut found.picks)
                && picks.wants(hash)
            {
                picks.add(picks::pick(record, hash, &self.rules));
            }
            return;
        }
        // A text of its own for each hour: counting those who share one would wait for memory long unused.
        let text = Arc::from(self.shaper.shape_record(record).text);
        let exemplar = exemplar(record, &self.rules);
        let picks = pick_hash.filter(|_| key.shape < self.picked_limit).map(|hash| {
            self.picked_keys += 1;
            let mut picks = Picks::default();
            picks.add(picks::first_pick(record, hash, &exemplar.text, &self.rules));
            Box::new(picks)
        });
        speaker.said.insert(key, LogCount { text, count: 1, last: record.arrival, exemplar, picks });
        self.open_keys += 1;
        if speaker.said.len() > speaker.keys_max {
            self.open_keys -= speaker.evict();
        }
        if self.open_keys > self.open_keys_max {
            self.evict();
        }
        if self.picked_keys > SHAPES_PICKED_MAX + PICKED_SLACK {
            self.cut_picks();
        }
    }

    fn pick_hash(&mut self, record: &LogRecord<'_>) -> u64 {
        let file = match &self.file {
            Some((file, hash)) if Arc::ptr_eq(file, record.file) => *hash,
            _ => {
                let hash = hark_event::stable_hash(&[record.file]);
                self.file = Some((record.file.clone(), hash));
                hash
            }
        };
        // All records of a document may stand on one line.
        let (line, before) = &mut self.line;
        *before = if *line == record.line { *before + 1 } else { 0 };
        *line = record.line;
        picks::hash_of(record, file, *before)
    }

    /// Lets go of the picks of shapes for which there is no room.
    fn cut_picks(&mut self) {
        let picked = |speaker: &Speaker| {
            let mut shapes: Vec<u64> = speaker
                .said
                .iter()
                .filter(|(_, count)| count.picks.is_some())
                .map(|(key, _)| key.shape)
                .collect();
            shapes.sort_unstable();
            shapes.dedup();
            shapes
        };
        if let Some(limit) = limit_of_all(self.speakers.iter().flat_map(picked).collect(), SHAPES_PICKED_MAX)
        {
            self.picked_limit = limit;
            let counts = self.speakers.iter_mut().flat_map(|speaker| &mut speaker.said);
            counts.filter(|(key, _)| key.shape >= limit).for_each(|(_, count)| count.picks = None);
        }
        // The same shape at several levels, and shapes that were let go meanwhile: the next look comes after as many newcomers.
        self.picked_keys = SHAPES_PICKED_MAX;
    }

    /// Lets go of shapes of all speakers, those that have too many themselves first.
    fn evict(&mut self) {
        for speaker in &mut self.speakers {
            speaker.evict();
        }
        let shapes = self.speakers.iter().flat_map(|speaker| {
            let mut shapes: Vec<u64> = speaker.said.keys().map(|key| key.shape).collect();
            shapes.sort_unstable();
            shapes.dedup();
            shapes
        });
        if let Some(limit) = limit_of_all(shapes.collect(), SHAPES_PER_HOUR_MAX) {
            self.limit = limit;
            self.speakers.iter_mut().for_each(|speaker| speaker.retain_below(limit));
        }
        self.open_keys = self.speakers.iter().map(|speaker| speaker.said.len()).sum();
        // The same shapes at several levels are let stand: the next look comes after as many newcomers.
        self.open_keys_max = self.open_keys.max(SHAPES_PER_HOUR_MAX) + HOUR_SLACK;
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
            let peer = self.rules.mask_secrets(peer).text;
            let key = (record.origin.clone(), Arc::from(cut_at(&peer, PEER_BYTES_MAX)));
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
        let masked = names::masked(version, &self.rules);
        let key = (origin.clone(), masked.unwrap_or_else(|| Arc::from(version)));
        let cells = self.hours.entry(hour).or_default();
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
        if let Some(start) = self.start {
            self.told.traced.hear(span, start);
            self.told.followed.hear_span(span, start);
        }
        self.weight += self.spans.hear(span, (&mut self.shaper, &self.rules), &mut self.hours);
    }

    fn hear_sample(&mut self, sample: &Sample<'_>) {
        self.without_number += u64::from(!sample.value.is_finite());
        let speaker = self.speaker(sample.origin);
        let rules = &self.rules;
        let at = self.series.find(speaker, sample.series, || names::masked(sample.series, rules));
        let hour = sample.time.hour();
        let (closed, weight) = self.series.hear(at, hour, sample);
        self.weight += weight;
        if let Some(closed) = closed {
            self.add_series(closed);
        }
    }

    fn add_series(&mut self, closed: Closed) {
        let Closed { speaker, name, hour, samples } = closed;
        let origin = self.speakers[speaker].origin.clone();
        self.hours.entry(hour).or_default().add_samples((origin, name), samples);
    }

    fn close_series(&mut self) {
        for closed in self.series.take() {
            self.add_series(closed);
        }
    }

    fn close_hour(&mut self) {
        let mut part = HourCells::default();
        for speaker in &mut self.speakers {
            speaker.evict();
            if !speaker.said.is_empty() {
                let said: BTreeMap<LogKey, LogCount> = speaker.said.drain().collect();
                self.weight += said.values().map(LogCount::weight).sum::<usize>();
                part.logs.insert(speaker.origin.clone(), said);
            }
            if speaker.overflow > 0 {
                part.overflow.insert(speaker.origin.clone(), std::mem::take(&mut speaker.overflow));
            }
            speaker.begin_hour();
        }
        (self.limit, self.open_keys, self.open_keys_max) = (u64::MAX, 0, SHAPES_PER_HOUR_MAX + HOUR_SLACK);
        (self.picked_limit, self.picked_keys) = (u64::MAX, 0);
        if !part.logs.is_empty() || !part.overflow.is_empty() {
            self.hours.entry(self.hour).or_default().merge(part);
        }
    }

    fn speaker(&mut self, origin: &Origin) -> usize {
        if let Some(Speaker { origin: last, .. }) = self.speakers.get(self.last_speaker)
            && Arc::ptr_eq(&last.service, &origin.service)
            && Arc::ptr_eq(&last.environment, &origin.environment)
        {
            return self.last_speaker;
        }
        self.last_speaker = match self.places.get(origin) {
            Some(place) => *place,
            None => {
                self.places.insert(origin.clone(), self.speakers.len());
                self.speakers.push(Speaker::new(origin.clone()));
                self.speakers.len() - 1
            }
        };
        self.last_speaker
    }
}

fn exemplar(record: &LogRecord<'_>, rules: &Rules) -> Exemplar {
    let text = if record.fields.are_message() {
        Cow::Owned(printed(record, rules))
    } else {
        rules.mask_secrets(cut_at(record.message, 4 * EXEMPLAR_BYTES_MAX)).text
    };
    Exemplar {
        time: record.arrival,
        place: Place { file: record.file.clone(), line: record.line },
        text: Arc::from(cut_at(&text, EXEMPLAR_BYTES_MAX)),
    }
}

/// Fields as they are printed where they are all that a record says, each masked by its name, and what stands below them.
fn printed(record: &LogRecord<'_>, rules: &Rules) -> String {
    let fields = record.fields.iter().map(|(name, value)| {
        let field = rules.mask_field(name, value);
        format!("{}={}", field.name, field.value)
    });
    let mut text = fields.collect::<Vec<_>>().join(" ").replace('\n', " ");
    if let Some((_, below)) = record.message.split_once('\n') {
        text.push('\n');
        text += &rules.mask_secrets(cut_at(below, 4 * EXEMPLAR_BYTES_MAX)).text;
    }
    text
}

/// The text up to so many bytes, cut between characters.
pub(crate) fn cut_at(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

//! Counts spans into hours as they are read.
//!
//! A call that tries again what failed shows in what it says itself, or in being made for the same parent, to the same
//! operation of the same other, after such a call had failed. The calls that failed are remembered for that, up to a
//! limit, and only within one source: of parts of a trace that lie in different files nobody sees that they belong
//! together, so that nothing depends on which file was read first.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Hour, Moment, Peer, Place, Span, stable_hash};
use hark_pattern::{Rules, Shaper};
use rustc_hash::FxHashMap;

use crate::cell::HourCells;
use crate::durations::Durations;
use crate::span_cells::{Called, NAMES_PER_HOUR_MAX, Outline, Sighting, SpanCount};

/// Failed calls that are remembered, in each of two generations.
const FAILED_MAX: usize = 32_768;
/// Names that are known as they were masked.
const NAMES_MAX: usize = 16_384;
const NAME_BYTES_MAX: usize = 120;

/// Counts the spans of one source.
#[derive(Default)]
pub(crate) struct SpanTally {
    operations: FxHashMap<String, Arc<str>>,
    peers: FxHashMap<String, Arc<str>>,
    /// Calls that failed, by what makes two of them attempts at the same, and when they had failed.
    failed: FxHashMap<u64, Moment>,
    failed_before: FxHashMap<u64, Moment>,
    /// Secrets that were masked.
    pub(crate) masked: u64,
}

impl SpanTally {
    /// Counts one span; roughly how many more bytes the hours take.
    pub(crate) fn hear(
        &mut self,
        span: &Span<'_>,
        (shaper, rules): (&mut Shaper, &Rules),
        hours: &mut BTreeMap<Hour, HourCells>,
    ) -> usize {
        let operation = self.operation(span.operation, shaper, rules);
        let called = span.peer.map(|peer| self.called(span, peer, rules));
        let is_retry = self.is_retry(span, &operation, called.as_ref());
        let seen = Sighting { time: span.end, place: Place { file: span.file.clone(), line: span.line } };
        let count = count(span, is_retry, &seen);
        let cells = &mut hours.entry(span.end.hour()).or_default().spans;
        // Whoever is called is told of by the calls; what names nobody, and what is no call, by its operation.
        match &called {
            Some(called) if !called.is_source => cells.count_call(span.origin, called, count),
            Some(called) => {
                cells.count_call(span.origin, called, count.clone());
                cells.count_operation(span.origin, &operation, count);
            }
            None => cells.count_operation(span.origin, &operation, count),
        }
        if span.trace != 0 && span.id != 0 && (span.kind.is_incoming() || span.kind.is_outgoing()) {
            let outline = Outline {
                origin: span.origin.clone(),
                parent: span.parent,
                is_incoming: span.kind.is_incoming(),
                is_error: span.is_error,
                seen,
                called,
            };
            cells.outline((span.trace, span.id), outline);
        }
        let names = cells.operations.get(span.origin).map_or(0, BTreeMap::len)
            + cells.calls.get(span.origin).map_or(0, BTreeMap::len);
        if names > 4 * NAMES_PER_HOUR_MAX {
            cells.keep(NAMES_PER_HOUR_MAX);
        }
        // What is counted twice over is written out too early, which does no harm.
        64
    }

    /// An operation's name, masked: identifiers in it would make one of many.
    fn operation(&mut self, name: &str, shaper: &mut Shaper, rules: &Rules) -> Arc<str> {
        if let Some(known) = self.operations.get(name) {
            return known.clone();
        }
        let shape = shaper.shape(cut_at(name, NAME_BYTES_MAX));
        self.masked += u64::from(shape.masked);
        let name_of_all = shape.name(rules);
        let masked: Arc<str> = Arc::from(if name_of_all.trim().is_empty() { "?" } else { &name_of_all });
        remember(&mut self.operations, name, &masked);
        masked
    }

    fn called(&mut self, span: &Span<'_>, peer: Peer<'_>, rules: &Rules) -> Called {
        let name = match self.peers.get(peer.name) {
            Some(known) => known.clone(),
            None => {
                let masked = rules.mask_secrets(cut_at(peer.name, NAME_BYTES_MAX));
                let name = Arc::from(&*masked.text);
                remember(&mut self.peers, peer.name, &name);
                name
            }
        };
        Called { is_source: span.kind.is_incoming(), kind: peer.kind, name }
    }

    /// Whether a call tries again what had failed.
    fn is_retry(&mut self, span: &Span<'_>, operation: &str, called: Option<&Called>) -> bool {
        let (Some(parent), true) = (span.parent, span.kind.is_outgoing()) else { return span.is_retry };
        let other = called.map_or("", |called| &called.name);
        let attempt = stable_hash(&[operation, other]) ^ span.trace.rotate_left(21) ^ parent.rotate_left(42);
        let before = self.failed.get(&attempt).or_else(|| self.failed_before.get(&attempt));
        let is_again = before.is_some_and(|failed| span.start >= *failed);
        if span.is_error {
            if self.failed.len() >= FAILED_MAX {
                self.failed_before = std::mem::take(&mut self.failed);
            }
            self.failed.entry(attempt).or_insert(span.end);
        }
        is_again || span.is_retry
    }
}

fn count(span: &Span<'_>, is_retry: bool, seen: &Sighting) -> SpanCount {
    let nanos = span.duration_nanos();
    let mut durations = Durations::default();
    durations.add(nanos);
    SpanCount {
        spans: 1,
        errors: u64::from(span.is_error),
        retries: u64::from(is_retry),
        durations,
        first: seen.clone(),
        last: span.end,
        failed: span.is_error.then(|| seen.clone()),
        retried: is_retry.then(|| seen.clone()),
        slowest: (nanos, seen.clone()),
    }
}

fn remember(known: &mut FxHashMap<String, Arc<str>>, name: &str, masked: &Arc<str>) {
    if known.len() >= NAMES_MAX {
        known.clear();
    }
    known.insert(name.to_owned(), masked.clone());
}

fn cut_at(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

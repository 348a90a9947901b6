//! Samples of one source on their way into hours: every series has the hour that is open in it.
//!
//! A table names its series in the same order row by row, and other files write one series after the other: whoever came after
//! a series before comes after it again, which costs a comparison of names. A secret in a name is looked for once.

use std::sync::Arc;

use hark_event::{Hour, Moment, Place, Sample};
use rustc_hash::FxHashMap;

use crate::cell::{SAMPLES_PER_HOUR_MAX, Samples};

/// So many names are remembered before all are looked at anew.
const NAMES_MAX: usize = 200_000;

/// The series of one source.
#[derive(Default)]
pub(crate) struct OpenSeries {
    all: Vec<Open>,
    places: FxHashMap<(usize, Arc<str>), usize>,
    last: usize,
}

struct Open {
    speaker: usize,
    /// As it was written.
    name: Arc<str>,
    /// As it is kept, without secrets.
    kept: Arc<str>,
    /// Who came after it.
    next: usize,
    hour: Hour,
    place: Option<Place>,
    values: Vec<(Moment, f64)>,
}

/// The samples of a series in an hour.
pub(crate) struct Closed {
    pub(crate) speaker: usize,
    pub(crate) name: Arc<str>,
    pub(crate) hour: Hour,
    pub(crate) samples: Samples,
}

impl OpenSeries {
    /// The place of a series; `masked` is its name without secrets, if it holds some.
    pub(crate) fn find(
        &mut self,
        speaker: usize,
        name: &str,
        masked: impl FnOnce() -> Option<Arc<str>>,
    ) -> usize {
        let is_it = |open: &Open| open.speaker == speaker && *open.name == *name;
        if let Some(last) = self.all.get(self.last) {
            if is_it(last) {
                return self.last;
            }
            if self.all.get(last.next).is_some_and(is_it) {
                self.last = last.next;
                return self.last;
            }
        }
        let name: Arc<str> = Arc::from(name);
        let found = self.places.get(&(speaker, name.clone())).copied();
        let at = found.unwrap_or_else(|| self.add(speaker, name, masked()));
        if let Some(last) = self.all.get_mut(self.last) {
            last.next = at;
        }
        self.last = at;
        at
    }

    fn add(&mut self, speaker: usize, name: Arc<str>, masked: Option<Arc<str>>) -> usize {
        self.places.insert((speaker, name.clone()), self.all.len());
        let kept = masked.unwrap_or_else(|| name.clone());
        let (hour, place, values) = (Hour(i64::MIN), None, Vec::new());
        self.all.push(Open { speaker, name, kept, next: usize::MAX, hour, place, values });
        self.all.len() - 1
    }

    /// Takes a sample of the series at this place. Returns what closes with it, and how many bytes more are held.
    pub(crate) fn hear(&mut self, at: usize, hour: Hour, sample: &Sample<'_>) -> (Option<Closed>, usize) {
        let open = &mut self.all[at];
        // One that never ends must not take all memory before its hour closes.
        let is_over = open.hour != hour || open.values.len() >= 2 * SAMPLES_PER_HOUR_MAX;
        let closed = if is_over { open.take() } else { None };
        open.hour = hour;
        if open.place.is_none() {
            open.place = Some(Place { file: sample.file.clone(), line: sample.line });
        }
        let before = open.values.capacity();
        open.values.push((sample.time, sample.value));
        let held = if before == 0 { 160 } else { 0 } + 16 * (open.values.capacity() - before);
        (closed, held)
    }

    /// Takes all that is open.
    pub(crate) fn take(&mut self) -> Vec<Closed> {
        let closed = self.all.iter_mut().filter_map(Open::take).collect();
        if self.all.len() > NAMES_MAX {
            *self = Self::default();
        }
        closed
    }
}

impl Open {
    fn take(&mut self) -> Option<Closed> {
        let place = self.place.take()?;
        let values = std::mem::take(&mut self.values);
        let samples = Samples { values, place };
        Some(Closed { speaker: self.speaker, name: self.kept.clone(), hour: self.hour, samples })
    }
}

//! Rehearsed worlds through a listener that is written down and read back on the way: the same is said, heard and told.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use hark_event::{Event, Hearing, Hour, Signal, Zone};
use hark_ingest::{Reading, discover};
use hark_listen::{HourCells, Listener, Tally, Told};
use hark_rehearsal::{Rehearsal, Tale, Truth};

use crate::{Asked, Known, Look, tell};

/// A world as it was read: its hours, what was told once, and how well it was heard.
struct World {
    truth: Truth,
    hours: BTreeMap<Hour, HourCells>,
    told: Told,
    hearing: Hearing,
}

impl World {
    fn of(tale: Tale, seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let truth =
            Rehearsal { traffic: 0.02, ..Rehearsal::new(tale, seed) }.write(folder.path()).expect("a world");
        let mut tally = Tally::new().looking_around(truth.incident.as_ref().map(|incident| incident.start));
        let (reading, mut hearing) = (Reading::in_zone(Zone::utc()), Hearing::default());
        for source in discover(&[folder.path().join("telemetry")]).sources {
            hearing
                .add(&source.read(&reading, &AtomicU64::new(0), &mut |event: Event<'_>| tally.hear(event)));
        }
        Self { truth, hours: tally.take_hours(), told: tally.take_told(), hearing }
    }

    fn listener(&self) -> Listener {
        let start = self.truth.incident.as_ref().expect("something happens").start;
        Listener::new(Zone::utc()).looking_around(start)
    }

    /// What is said on the way and told at the end by a listener that is written down and read back after some hours.
    fn tell(&self, is_restored_after: impl Fn(i64) -> bool) -> (Vec<Signal>, String) {
        let mut listener = self.listener();
        listener.announce(self.told.changes.iter().cloned());
        let (first, last) =
            (*self.hours.keys().next().expect("hours"), *self.hours.keys().last().expect("hours"));
        let mut said = Vec::new();
        for passed in 0..=last - first {
            let cells = self.hours.get(&(first + passed)).cloned().unwrap_or_default();
            said.extend(listener.close(first + passed, cells));
            if is_restored_after(passed) {
                let bytes = listener.save();
                listener = Listener::new(Zone::utc()).restored(&bytes).expect("it was just saved");
                assert!(listener.save() == bytes, "the same state gives the same bytes, hour {passed}");
            }
        }
        let mut heard = listener.heard(last.end());
        if let Some(vicinity) = &mut heard.vicinity {
            vicinity.hear_spans(&self.told.traced);
        }
        listener.follow(&mut heard, self.told.followed.clone());
        let incident = self.truth.incident.as_ref().expect("something happens");
        let asked = Asked {
            start: incident.start,
            end: None,
            service: None,
            title: None,
            crash: None,
            look: Look::default(),
        };
        let known = Known {
            heard,
            alerts: self.told.alerts.clone(),
            reports: self.told.reports.clone(),
            changes: self.told.changes.clone(),
            code: BTreeMap::new(),
            notes: Vec::new(),
            mute_notes: Vec::new(),
            has_repository: false,
            hearing: self.hearing.clone(),
        };
        (said, format!("{:#?}", tell(&asked, known)))
    }
}

#[test]
fn a_listener_that_was_written_down_and_read_back_says_and_tells_the_same() {
    for (tale, seed) in [(Tale::TimeoutEdit, 1046), (Tale::SpanRetries, 1047)] {
        let world = World::of(tale, seed);
        let (said, told) = world.tell(|_| false);
        assert!(!said.is_empty(), "{tale:?}");
        // Every so many hours, so that all hours of a day come to it.
        let (said_again, told_again) = world.tell(|passed| passed % 37 == 11);
        assert_eq!(said, said_again, "{tale:?}");
        assert!(told == told_again, "{tale:?}");
    }
}

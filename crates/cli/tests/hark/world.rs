//! One small world for all tests that need weeks of telemetry: two services of a rehearsal, thin traffic.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use hark_event::Moment;
use hark_rehearsal::{Rehearsal, Tale};

use crate::place::Place;

pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) begin: Moment,
    pub(crate) now: Moment,
    start: String,
    service: String,
}

/// The world, made once.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::new)
}

impl World {
    fn new() -> Self {
        let place = Place::new();
        let rehearsal = Rehearsal { weeks: 4, traffic: 0.02, ..Rehearsal::new(Tale::TimeoutEdit, 2026) };
        let truth = rehearsal.write(place.path()).unwrap();
        let incident = truth.incident.expect("the tale has an incident");
        let beside = truth.services.iter().find(|service| **service != incident.service).unwrap();
        keep(&place.path().join("telemetry/logs"), &[incident.service, beside]);
        keep(&place.path().join("telemetry/metrics"), &[&format!("export-{}.jsonl", incident.service)]);
        place.write("crash.txt", "Error: upstream gave up\n  at retry (session.ts:12)\n");
        Self {
            place,
            begin: truth.begin,
            now: truth.now,
            start: incident.start.to_string(),
            service: incident.service.to_owned(),
        }
    }

    /// All signals since the world began.
    pub(crate) fn listen(&self) -> Vec<&str> {
        vec!["listen", "--all", "--since", "2026-01-01", "telemetry"]
    }

    /// The story of its incident.
    pub(crate) fn back(&self) -> Vec<&str> {
        let at = ["back", "--at", &self.start, "--on", &self.service];
        [&at[..], &["--repo", "repository", "--crash", "crash.txt", "telemetry"]].concat()
    }
}

/// Removes all else.
fn keep(directory: &Path, names: &[&str]) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        if names.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        } else {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

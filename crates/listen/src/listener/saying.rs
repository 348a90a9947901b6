//! What is said at the close of an hour: rated, told once, remembered, and frozen.
//!
//! A finding is worth a word if it is rare enough on quiet days of its class. The strongest of an hour comes first and leads its
//! cluster; what a build did is not said. It finds nothing by itself.

use std::collections::BTreeMap;

use hark_event::{BaseRate, Episode, Evidence, Hour, Moment, Origin, Signal, SignalKind};

use super::ending::QUIET;
use super::{Listener, Speaker};
use crate::accounted::Sums;
use crate::candidate::{Candidate, Class};
use crate::clusters::Newcomer;
use crate::hearing_loss::Lost;
use crate::kin::Kinship;
use crate::metric_subject::MetricSubject;
use crate::phase::Phase;
use crate::service::Service;

const EPISODES_MAX: usize = 200_000;
const EPISODES_CUT: &str = "signals beyond 200,000";

/// A finding that is worth a word.
struct Rated {
    strength: f64,
    origin: Origin,
    speaker: Speaker,
    found: Candidate,
    explained_by: Option<String>,
}

impl Listener {
    pub(super) fn say(&mut self, hour: Hour, findings: Vec<(Origin, Speaker, Candidate)>) -> Vec<Signal> {
        let mut rated: Vec<Rated> = findings
            .into_iter()
            .filter_map(|(origin, speaker, found)| {
                let service = self.services.get(&origin).expect("a finding comes from a known service");
                let pressure = self.alarms.pressure(&origin, self.calibration.more_than_usual());
                let series = match found.class {
                    Class::Awoken => service.resting_series(hour),
                    _ => service.judged_series(),
                };
                let strength = self.calibration.strength(&found, series, pressure)?;
                let explained_by = service.explanation(&found, self.clock.zone());
                Some(Rated { strength, origin, speaker, found, explained_by })
            })
            .collect();
        rated.retain(|one| !self.is_work_of_a_build(one));
        // The strongest of an hour leads its cluster; names decide between equals.
        rated.sort_by(|a, b| {
            let strongest = b.strength.total_cmp(&a.strength);
            strongest.then_with(|| (&a.origin, &a.speaker).cmp(&(&b.origin, &b.speaker)))
        });
        self.leave_out_accounted(&mut rated, hour);
        let sudden = rated.iter().filter(|one| one.explained_by.is_none() && one.found.class.is_sudden());
        self.clusters.expect(hour, sudden.map(|one| one.origin.clone()));
        let mut said: Vec<Signal> = Vec::new();
        for one in rated {
            let is_same = |other: &Signal| {
                other.kind == one.found.kind
                    && other.origin == one.origin
                    && other.subject == one.found.subject
            };
            if said.iter().any(is_same) {
                // A series that surprises by itself and by leaving the others has one thing to say, and nobody else has left.
                if let Speaker::Apart(_) = one.speaker {
                    let service =
                        self.services.get_mut(&one.origin).expect("a finding comes from a known service");
                    service.companions.open();
                }
                continue;
            }
            if self.is_kin(&one, hour) {
                continue;
            }
            if self.episodes.len() >= EPISODES_MAX {
                *self.cut.entry(EPISODES_CUT.into()).or_default() += 1;
                continue;
            }
            said.push(self.say_one(hour, one));
        }
        said
    }

    /// Leaves out what siblings or requests account for. The strongest comes first, which may be the one that tells of the requests.
    fn leave_out_accounted(&mut self, rated: &mut Vec<Rated>, hour: Hour) {
        let mut sums: BTreeMap<Origin, Sums> = BTreeMap::new();
        rated.retain(|one| {
            let (Speaker::Series(name) | Speaker::Surprise(name) | Speaker::Apart(name)) = &one.speaker
            else {
                return true;
            };
            let service = self.services.get_mut(&one.origin).expect("a finding comes from a known service");
            let sums = sums.entry(one.origin.clone()).or_default();
            let is_known = match one.explained_by {
                Some(_) => service.is_told_of_its_change(name, &one.found, hour),
                None => service.is_accounted_for(name, &one.found, hour, sums),
            };
            if !is_known {
                let change = service.explaining(&one.found).map(|change| change.at);
                service.accounted.say(name, one.found.onset.hour(), hour, change);
            }
            !is_known
        });
    }

    /// Whether a build dropped a known line or brought it back: that is what builds are for, and nothing is said.
    fn is_work_of_a_build(&mut self, rated: &Rated) -> bool {
        let comes_or_goes = matches!(rated.found.class, Class::Vanished | Class::Returned);
        let Speaker::Pattern(id) = &rated.speaker else { return false };
        if !comes_or_goes || rated.explained_by.is_none() {
            return false;
        }
        let service = self.services.get_mut(&rated.origin).expect("a finding comes from a known service");
        service.patterns.get_mut(id).expect("a finding comes from a known pattern").take_as_built();
        true
    }

    /// Whether a newcomer says what others did but for a place, or may do so: known kin is from now on one of the usual lines.
    fn is_kin(&mut self, rated: &Rated, hour: Hour) -> bool {
        let Speaker::Pattern(id) = &rated.speaker else { return false };
        if !matches!(rated.found.class, Class::New | Class::NewLoud) {
            return false;
        }
        let service = self.services.get_mut(&rated.origin).expect("a finding comes from a known service");
        let kinship = service.kinship(id, hour);
        if kinship == Kinship::Known {
            service.patterns.get_mut(id).expect("a finding comes from a known pattern").take_as_kin();
        }
        kinship != Kinship::None
    }

    fn say_one(&mut self, hour: Hour, rated: Rated) -> Signal {
        let Rated { strength, origin, speaker, mut found, explained_by } = rated;
        found.evidence.push(Evidence {
            time: hour.end(),
            text: self.calibration.rarity(&found),
            source: "what was heard so far".to_owned(),
        });
        let noticed_at = hour.end();
        let id = Signal::id_of(found.kind, &origin, &found.subject, noticed_at);
        let cluster = match &explained_by {
            Some(_) => None,
            None => {
                let newcomer =
                    Newcomer { origin: &origin, onset: found.onset, is_sudden: found.class.is_sudden() };
                let joined = self.clusters.join(&newcomer, noticed_at, self.services.len(), &self.flows);
                Some(joined.unwrap_or_else(|| id.clone()))
            }
        };
        match found.class {
            Class::New | Class::NewLoud | Class::NewFlow => {
                self.calibration.add(found.class, if explained_by.is_some() { QUIET } else { found.score });
            }
            // What has been said often is nothing rare: so the budget is kept. Those that move together count once.
            Class::Drift
            | Class::TailDrift
            | Class::Shift
            | Class::Unit
            | Class::Anomaly
            | Class::Shape
            | Class::Apart
                if cluster.as_ref() == Some(&id) =>
            {
                self.calibration.add(found.class, found.score);
            }
            _ => {}
        }
        let signal = Signal {
            id: id.clone(),
            kind: found.kind,
            origin,
            subject: found.subject,
            onset: found.onset.min(noticed_at),
            noticed_at,
            strength,
            summary: found.summary,
            evidence: found.evidence,
            explained_by,
            cluster,
        };
        if signal.cluster.as_ref() == Some(&signal.id) {
            self.clusters.lead(&signal, found.class.is_sudden());
            self.alarms.add(&signal.origin, hour);
        }
        self.remember(&signal, speaker, hour);
        signal
    }

    fn remember(&mut self, signal: &Signal, speaker: Speaker, hour: Hour) {
        let place = self.episodes.len();
        let service = self.services.get_mut(&signal.origin).expect("a signal comes from a known service");
        let explained = signal.explained_by.is_some();
        match speaker {
            Speaker::Pattern(id) => {
                let plain = service.is_plainly_new(&signal.subject.name, signal.onset);
                let pattern = service.patterns.get_mut(&id).expect("a finding comes from a known pattern");
                match &signal.explained_by {
                    Some(_) => pattern.explained(signal.onset.hour()),
                    None => pattern.open(signal.kind, place, plain),
                }
            }
            Speaker::Burst(id) => {
                let pattern = service.patterns.get_mut(&id).expect("a finding comes from a known pattern");
                pattern.open_burst(signal.onset.hour(), hour, place);
            }
            Speaker::Series(name) => {
                let series = service.series.get_mut(&name).expect("a finding comes from a known series");
                if explained && signal.kind != SignalKind::MetricGone {
                    series.explained(signal.onset.hour());
                    series.surprises.explained(hour);
                } else {
                    series.open(signal.kind, signal.onset.hour(), place)
                }
            }
            Speaker::Surprise(name) => {
                service.take_surprise(&name, hour, explained, |series| series.open_anomaly(hour, place));
            }
            Speaker::Shape(name) => {
                service.take_surprise(&name, hour, explained, |series| series.open_shape(hour, place));
            }
            Speaker::Awoken(name) => {
                service.take_surprise(&name, hour, explained, |series| series.open_awoken(hour, place));
            }
            Speaker::Apart(name) => {
                service.companions.open();
                service.take_surprise(&name, hour, explained, |series| series.open_apart(hour, place));
            }
            Speaker::Errors => service.error_phase = Phase::Open(place),
            Speaker::Silence(medium) => service.presence.open(signal.kind, medium, place),
            Speaker::Spans(name) => {
                service.spans.open(&name, signal.kind, signal.onset.hour(), place, explained);
            }
        }
        // What a change explains is over when it is said: it has become what is usual.
        self.episodes.push(episode(signal.clone(), explained.then(|| hour.end())));
    }

    /// Says what Harkback itself failed to hear in the hour.
    pub(super) fn say_losses(&mut self, hour: Hour, spoke: usize, lost: Lost) -> Vec<Signal> {
        let mut said = Vec::new();
        for loss in self.losses.hear(hour, spoke, lost) {
            if self.episodes.len() >= EPISODES_MAX {
                *self.cut.entry(EPISODES_CUT.into()).or_default() += 1;
                continue;
            }
            let signal = self.losses.signal(&loss, hour, self.services.len());
            self.losses.open(loss, hour, self.episodes.len());
            self.episodes.push(episode(signal.clone(), None));
            said.push(signal);
        }
        said
    }
}

impl Service {
    /// Remembers what is said of single hours of a series; if a change explains it, only that.
    fn take_surprise(
        &mut self,
        name: &str,
        hour: Hour,
        explained: bool,
        open: impl FnOnce(&mut MetricSubject),
    ) {
        let series = self.series.get_mut(name).expect("a finding comes from a known series");
        if explained {
            series.surprises.explained(hour);
        } else {
            open(series);
        }
    }
}

fn episode(signal: Signal, ended_at: Option<Moment>) -> Episode {
    Episode {
        signal,
        ended_at,
        base_rate: BaseRate::default(),
        code: Vec::new(),
        members: Vec::new(),
        curve: None,
        forecast: None,
    }
}

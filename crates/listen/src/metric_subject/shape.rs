//! What moved as it never did, within the values that are usual for it.
//!
//! It is said beside what else an hour was: a movement that is strange is seldom far, and has a budget of its own. It shares the phases of surprises, of which
//! it is one manner: while one of them is open nothing else is said of the series by the hour.

use hark_detect::anomaly::Manner;
use hark_detect::shape::{self, Shape, Strange};
use hark_event::{Hour, SignalKind};

use super::findings::Found;
use super::{Calendar, MetricSubject, PARTS_PER_HOUR};
use crate::candidate::{Candidate, Class};
use crate::metric_name::Meaning;
use crate::words::{beside_days, hours};

/// Below this share of the threshold nothing is weighed, however much is asked for.
const SCORE_MIN: f64 = 0.4;

/// What is remembered of how a series moves.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Movement {
    /// From its first whole day on.
    shape: Option<Box<Shape>>,
    /// What was strange about the latest hour.
    strange: Option<Strange>,
    /// The strangest score of the day so far.
    score_today: f64,
}

impl Movement {
    pub(super) fn is_sound(&self) -> bool {
        self.shape.as_ref().is_none_or(|shape| shape.is_sound())
    }

    pub(super) fn begin_day(&mut self) {
        self.score_today = 0.0;
        self.shape.get_or_insert_default();
    }

    /// Takes the values of the hour; what `is_unlike` others, as a holiday is, is not judged.
    pub(super) fn hear(&mut self, minutes: &[f32; PARTS_PER_HOUR], is_unlike: bool) {
        let found = self.shape.as_mut().and_then(|shape| shape.hear(minutes));
        self.strange = found.filter(|_| !is_unlike);
        self.score_today = self.score_today.max(self.score());
    }

    pub(super) fn close_day(&mut self, hourly: &[f32]) {
        if let Some(shape) = &mut self.shape {
            shape.close_day(hourly);
        }
    }

    pub(super) fn score(&self) -> f64 {
        self.strange.map_or(0.0, |strange| strange.score)
    }

    /// What a quiet day tells of how strange quiet series are.
    pub(super) fn quiet_score(&self) -> Option<f64> {
        let is_ready = self.shape.as_ref().is_some_and(|shape| shape.is_ready());
        is_ready.then_some(self.score_today.max(f64::MIN_POSITIVE))
    }
}

impl MetricSubject {
    /// What is to be said of the way it moved.
    pub(crate) fn judge_shape(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let is_new = |found: &Strange| found.score >= SCORE_MIN && found.times_rarest >= 1.0;
        let found = self.movement.strange.filter(is_new)?;
        let may_speak =
            self.phase.may_speak(calendar.hour) && self.surprises.may_speak(Manner::Otherwise, calendar.hour);
        // Within its usual values it does not go the way that harms, where only one does.
        let one_way = matches!(self.meaning, Meaning::Countdown | Meaning::TailLatency);
        if !may_speak || one_way || !self.has_company() {
            return None;
        }
        let usual = self.movement.shape.as_ref().map_or(f64::NAN, |shape| shape.usual());
        let usually = if usual >= 1.5 {
            format!("usually once in {usual:.0}")
        } else {
            "usually all are alike".to_owned()
        };
        let now = format!("once in {:.0}", found.one_in);
        let summary = format!(
            "{} changes as it never did, though no value is unusual: over {} its changes from one quarter of an hour to the next were such as \
             come {now} times ({usually}), {}.",
            self.name,
            hours(shape::HOURS),
            beside_days(found.times_rarest, ["rare", "rarer"], found.days),
        );
        let found = Found {
            kind: SignalKind::MetricAnomaly,
            class: Class::Shape,
            onset: (calendar.hour + 1 - shape::HOURS as i64).start(),
            score: found.score,
            summary,
            text: format!("changes that come {now} times, {usually}"),
            window_hours: shape::HOURS,
        };
        Some(self.candidate(found, calendar))
    }

    /// Remembers that its movement was said.
    pub(crate) fn open_shape(&mut self, hour: Hour, episode: usize) {
        self.surprises.open(Manner::Otherwise, hour, episode);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{Moment, Origin, Place, Signal, Zone};

    use super::*;
    use crate::{HourCells, Listener, Samples};

    /// What is said of a queue that rises and falls twice a day, at hours that wander, every five minutes for thirty days.
    fn said(value: impl Fn(i64, usize, f64) -> f64) -> Vec<Signal> {
        let mut listener = Listener::new(Zone::utc());
        let mut said = Vec::new();
        for hour in 0..30 * 24 {
            let origin = Origin { service: "shop".into(), environment: "production".into() };
            let values = (0..PARTS_PER_HOUR)
                .map(|part| {
                    let at = hour * PARTS_PER_HOUR as i64 + part as i64;
                    let wave = (at as f64 / 151.0 * std::f64::consts::TAU).sin() * 50.0 + 100.0;
                    let texture = (at * 7919 % 101) as f64 / 20.0;
                    // An hour of each day is so wild in single values that no jump and no value of a saw is a record.
                    let wild = if hour % 24 == 4 { (part % 3) as f64 * 120.0 - 120.0 } else { 0.0 };
                    let time = Moment::from_seconds(hour * 3_600 + part as i64 * 300 + 60);
                    (time, value(hour, part, wave + texture) + wild)
                })
                .collect();
            let mut cells = HourCells::default();
            let place = Place { file: "m.csv".into(), line: 1 };
            cells.add_samples((origin, Arc::from("queue_depth")), Samples { values, place });
            said.extend(listener.close(Hour(hour), cells));
        }
        said
    }

    #[test]
    fn a_saw_within_usual_values_is_said_once_and_in_words() {
        let said = said(|hour, part, wave| {
            let is_sawed = (25 * 24 + 9..25 * 24 + 13).contains(&hour);
            if is_sawed { [60.0, 88.0, 115.0, 142.0][part / 3] } else { wave }
        });
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].kind, SignalKind::MetricAnomaly);
        assert!((25 * 24 + 10..25 * 24 + 14).contains(&(said[0].noticed_at.seconds() / 3_600)));
        let summary = &said[0].summary;
        assert!(
            summary.starts_with(
                "queue_depth changes as it never did, though no value is unusual: over 3 h its changes "
            ),
            "{summary}"
        );
    }

    #[test]
    fn what_goes_on_as_ever_is_not() {
        assert_eq!(said(|_, _, wave| wave), []);
    }
}

//! What is over: episodes that end, services that are forgotten, and quiet days, of which calibration learns.
//!
//! The past decides alone, so that reading more later changes nothing.

use hark_event::Hour;

use super::Listener;
use crate::candidate::Class;
use crate::metric_subject::{Calendar, MetricSubject, SeriesAround};
use crate::pattern_subject::Around;
use crate::phase::Phase;
use crate::service::Service;

/// A service that has said nothing for so long, a quarter of a year and some, is forgotten: should it come again, it is new.
const FORGOTTEN_HOURS: i64 = 100 * 24;

/// The score of a subject that did not come near a finding on a quiet day, where there is no better measure.
pub(super) const QUIET: f64 = 0.4;

/// A service's errors sum up those of its patterns: as rare as all of them together.
const ERROR_SUBJECTS: usize = 20;

impl Listener {
    pub(super) fn end_episodes(&mut self, calendar: &Calendar<'_>) {
        let hour = calendar.hour;
        for place in self.losses.end(hour) {
            self.episodes[place].ended_at = Some(hour.end());
        }
        for service in self.services.values_mut() {
            let around = Around { hour, heard_from: service.heard_from, traffic: &service.traffic };
            for pattern in service.patterns.values_mut() {
                if let Phase::Open(place) = pattern.phase
                    && pattern.has_ended(&around)
                {
                    self.episodes[place].ended_at = Some(hour.end());
                    pattern.phase = pattern.phase_after(hour);
                }
                if let Phase::Open(place) = pattern.burst_phase
                    && pattern.burst_ends(&around)
                {
                    self.episodes[place].ended_at.get_or_insert(hour.end());
                    pattern.burst_phase = Phase::ended_at(hour);
                }
            }
            for place in service.orphaned.drain(..) {
                self.episodes[place].ended_at.get_or_insert(hour.end());
            }
            let starts = service.starts.hours();
            let is_together = service.companions.are_calm();
            for series in service.series.values_mut() {
                if let Phase::Open(place) = series.phase
                    && series.ends(hour, &service.traffic, starts)
                {
                    self.episodes[place].ended_at = Some(hour.end());
                    series.phase = Phase::rested(hour, self.rest_hours);
                }
                if let Some(place) = series.surprises.end(hour, self.rest_hours, is_together) {
                    self.episodes[place].ended_at.get_or_insert(hour.end());
                }
            }
            for place in service.spans.end_episodes(calendar, starts) {
                self.episodes[place].ended_at.get_or_insert(hour.end());
            }
            if let Phase::Open(place) = service.presence.phase
                && service.presence.has_ended()
            {
                self.episodes[place].ended_at = Some(hour.end());
                service.presence.phase = Phase::ended_at(hour);
            }
            if let Phase::Open(place) = service.error_phase
                && service.errors_have_ended()
            {
                self.episodes[place].ended_at = Some(hour.end());
                service.error_phase = Phase::ended_at(hour);
            }
        }
    }

    /// Once a day: who has been silent for too long? The past decides alone, so that reading more later changes nothing.
    pub(super) fn forget(&mut self, hour: Hour) {
        let is_gone = |service: &Service| hour - service.heard_last >= FORGOTTEN_HOURS;
        let (forgotten, episodes) = (&mut self.forgotten, &mut self.episodes);
        self.services.retain(|origin, service| {
            if is_gone(service) {
                forgotten.services.insert(origin.clone());
                forgotten.patterns += service.patterns.len() as u64;
                forgotten.series += service.series.len() as u64;
                forgotten.operations += service.spans.operations.len() as u64;
                service.open_episodes().for_each(|place| episodes[place].ended_at = Some(hour.end()));
            }
            !is_gone(service)
        });
    }

    /// Once a day: what did quiet subjects look like? One that rests after an episode is not quiet yet.
    pub(super) fn calibrate(&mut self, calendar: &Calendar<'_>) {
        let hour = calendar.hour;
        for service in self.services.values() {
            let around = Around { hour, heard_from: service.heard_from, traffic: &service.traffic };
            let warm = hour - service.heard_from >= 5 * 24;
            for pattern in service.patterns.values().filter(|pattern| pattern.phase.may_speak(hour)) {
                for (class, score) in pattern.quiet_scores(&around) {
                    self.calibration.add(class, score);
                }
                if warm {
                    for class in [Class::New, Class::NewLoud, Class::Vanished, Class::Returned] {
                        self.calibration.add(class, QUIET);
                    }
                }
            }
            if let Some(score) = service.companions.quiet_score() {
                self.calibration.add(Class::Apart, score);
            }
            let starts = service.starts.hours();
            let beside = SeriesAround { traffic: &service.traffic, measured: &service.measured, starts };
            let is_quiet = |series: &MetricSubject| {
                series.phase.may_speak(hour) && !service.accounted.of_late(&series.name, hour)
            };
            for series in service.series.values().filter(|series| is_quiet(series)) {
                for (class, score) in series.quiet_scores(calendar, &beside) {
                    self.calibration.add(class, score);
                }
                if let Some(has_moved) = series.moved_today(hour) {
                    self.awakenings.add(&series.name, has_moved);
                }
                if warm {
                    self.calibration.add(Class::Saturation, QUIET);
                    self.calibration.add(Class::Gone, QUIET);
                    self.calibration.add(Class::Halted, QUIET);
                    self.calibration.add(Class::Unit, QUIET);
                }
            }
            for (class, score) in service.spans.quiet_scores(calendar) {
                self.calibration.add(class, score);
            }
            if warm && service.error_phase.may_speak(hour) {
                for _ in 0..ERROR_SUBJECTS {
                    self.calibration.add(Class::Errors, QUIET);
                }
            }
        }
    }
}

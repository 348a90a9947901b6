//! The errors of a service as a whole: what it writes at ERROR and above, whatever the words.
//!
//! Few of its patterns fail often enough to be judged by themselves, and a service that fails in many ways says each of them seldom. A flood is said within two
//! hours, a growing share over days. It cannot tell a neighbour's fault from its own.

use hark_detect::{burst, counts};
use hark_event::{Evidence, Hour, Level, Moment, SignalKind, Subject, SubjectKind};

use crate::candidate::{Candidate, Class, Explainable};
use crate::metric_subject::in_words;
use crate::pattern_subject::PatternSubject;
use crate::service::Service;
use crate::words::{hours, quantity, times};

impl Service {
    /// What is to be said of the service's errors as a whole.
    pub(crate) fn judge_errors(&self, hour: Hour) -> Option<Candidate> {
        if !self.error_phase.may_speak(hour) {
            return None;
        }
        self.judge_burst(hour).or_else(|| self.judge_error_share(hour))
    }

    /// Two hours in a row, each far beyond every hour that is remembered.
    fn judge_burst(&self, hour: Hour) -> Option<Candidate> {
        let found = burst::onslaught(self.errors.values())?;
        let onset = (hour + 1 - found.hours_since_onset as i64).start();
        let text = in_words(&found);
        let summary = format!("{} writes far more errors than it did: {text}.", self.origin.service);
        Some(self.error_candidate(hour, onset, found.score, summary, text))
    }

    fn judge_error_share(&self, hour: Hour) -> Option<Candidate> {
        if hour.0 % 3 != 0 {
            return None;
        }
        let found = counts::rising(self.errors.values(), self.traffic.values())?;
        let onset = (hour + 1 - found.hours_since_onset as i64).start();
        let summary = format!(
            "{} writes {} as many errors as usual: {} in {} where {} were expected.",
            self.origin.service,
            times(found.counted as f64 / found.expected.max(0.5)),
            found.counted,
            hours(found.window_hours),
            quantity(found.expected),
        );
        let text = format!("{} errors, {} expected", found.counted, quantity(found.expected));
        Some(self.error_candidate(hour, onset, found.score, summary, text))
    }

    fn error_candidate(
        &self,
        hour: Hour,
        onset: Moment,
        score: f64,
        summary: String,
        text: String,
    ) -> Candidate {
        let loudest = self.patterns.values().filter(|pattern| pattern.level >= Level::Error);
        let loudest =
            loudest.filter_map(PatternSubject::latest_exemplar).max_by_key(|exemplar| exemplar.time);
        let source = format!("records at ERROR or above of {}", self.origin.service);
        let mut evidence = vec![Evidence { time: hour.end(), text, source }];
        evidence.extend(loudest.map(|exemplar| Evidence {
            time: exemplar.time,
            text: exemplar.text.to_string(),
            source: exemplar.place.to_string(),
        }));
        Candidate {
            kind: SignalKind::ErrorsRising,
            class: Class::Errors,
            subject: Subject { kind: SubjectKind::Service, name: self.origin.service.to_string() },
            onset,
            score,
            summary,
            evidence,
            explainable: Explainable::Never,
        }
    }

    /// Whether the service's error episode is over.
    pub(crate) fn errors_have_ended(&self) -> bool {
        let errors = self.errors.values();
        if errors.len() < 96 {
            return false;
        }
        let sum = |hours: &[u32]| {
            hours.iter().map(|&count| u64::from(count)).sum::<u64>() as f64 / hours.len() as f64
        };
        let (before, last) = errors.split_at(errors.len() - 24);
        sum(last) <= 1.3 * sum(&before[..before.len() / 2]) + 0.1
    }
}

//! Who is heard in which hour, and which services fell silent while others went on.

use hark_event::{Evidence, Hour, Origin};

use super::closing::Finding;
use super::{Listener, Speaker};
use crate::history::History;
use crate::metric_subject::Calendar;
use crate::pattern_subject::PatternSubject;
use crate::service::Service;
use crate::silence::{Medium, Silent, may_replace};

/// A release, or a copy of a service, is replaced by another one within so long.
const REPLACED_WITHIN_HOURS: i64 = 24;

impl Listener {
    /// Counts who was heard in the hour that closes, and tells who fell silent.
    pub(super) fn judge_silences(&mut self, calendar: &Calendar<'_>) -> Vec<Finding> {
        let hour = calendar.hour;
        let heard = self.services.values().filter(|service| service.presence.is_heard()).count();
        let known = self.services_heard.take().filter(|counts| counts.next() == hour);
        let mut counts = known.unwrap_or_else(|| History::from(hour));
        counts.push(u32::try_from(heard).unwrap_or(u32::MAX));
        let findings = self.services.iter().filter_map(|(origin, service)| {
            let (medium, found) = service.presence.judge(hour, &counts)?;
            let onset = hour + 1 - found.silent_hours as i64;
            if medium == Medium::Any && self.is_replaced(origin, onset) {
                return None;
            }
            let silent = silent(service, medium, usually_heard(&counts, found.silent_hours));
            let candidate = silent.candidate(found, hour, calendar.zone);
            Some((origin.clone(), Speaker::Silence(medium), candidate))
        });
        let findings = findings.collect();
        self.services_heard = Some(counts);
        findings
    }

    fn is_replaced(&self, origin: &Origin, stopped: Hour) -> bool {
        self.services.iter().any(|(other, service)| {
            (service.heard_from - stopped).abs() <= REPLACED_WITHIN_HOURS
                && other.environment == origin.environment
                && may_replace(&other.service, &origin.service)
        })
    }
}

/// How many services were heard in the middle hour of a silence.
fn usually_heard(counts: &History<u32>, silent_hours: usize) -> usize {
    let counts = counts.values();
    let mut since = counts[counts.len().saturating_sub(silent_hours)..].to_vec();
    since.sort_unstable();
    since.get(since.len() / 2).map_or(0, |&count| count as usize)
}

fn silent(service: &Service, medium: Medium, others: usize) -> Silent<'_> {
    let exemplars = service.patterns.values().filter_map(PatternSubject::latest_exemplar);
    let last_said = exemplars.max_by_key(|exemplar| exemplar.time).map(|exemplar| Evidence {
        time: exemplar.time,
        text: exemplar.text.to_string(),
        source: exemplar.place.to_string(),
    });
    Silent {
        origin: &service.origin,
        medium,
        goes_on_in: service.presence.heard_now(),
        others,
        has_metrics: service.samples > 0,
        has_logs: service.records > 0,
        last_said,
    }
}

//! How the services of an hour close: each by itself, so that whoever runs the listener may share them among threads.
//!
//! A service's series, patterns and spans know nothing of other services before findings are told; what is found is given back in the order of
//! the services, whoever looked at which. Hours with few series are not worth sharing.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::Origin;

use super::{Listener, Speaker};
use crate::awakenings::Awakenings;
use crate::candidate::{Candidate, Class};
use crate::metric_subject::{Calendar, SeriesAround};
use crate::pattern_subject::Around;
use crate::service::{HeardSeries, Service};

/// Something to be done, in any order beside others.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Does all tasks, in any order and side by side.
pub type SideBySide = Arc<dyn Fn(Vec<Task<'_>>) + Send + Sync>;

/// Series of an hour below which it is quicker to do without.
const SHARED_SERIES_MIN: usize = 256;

/// Whose it is, which subject it came from, and what was found.
pub(super) type Finding = (Origin, Speaker, Candidate);

impl Listener {
    /// Closes the hour for all services, and returns what is to be said of each.
    pub(super) fn close_services(
        &mut self,
        mut heard: BTreeMap<Origin, HeardSeries>,
        calendar: &Calendar<'_>,
    ) -> Vec<Finding> {
        let series: usize = heard.values().map(BTreeMap::len).sum();
        let awakenings = &self.awakenings;
        let mut findings: Vec<Vec<Finding>> = self.services.keys().map(|_| Vec::new()).collect();
        let tasks =
            self.services.iter_mut().zip(&mut findings).map(|((origin, service), found)| -> Task<'_> {
                let heard = heard.remove(origin);
                Box::new(move || {
                    if let Some(heard) = heard {
                        service.hear_samples(heard, calendar);
                    }
                    service.close_hour(calendar);
                    *found = judge(service, calendar, awakenings);
                })
            });
        match &self.side_by_side {
            Some(share) if series >= SHARED_SERIES_MIN => share(tasks.collect()),
            _ => tasks.for_each(|task| task()),
        }
        findings.into_iter().flatten().collect()
    }
}

fn judge(service: &mut Service, calendar: &Calendar<'_>, awakenings: &Awakenings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let origin = &service.origin;
    let mut found = |speaker, candidate| findings.push((origin.clone(), speaker, candidate));
    let around = Around { hour: calendar.hour, heard_from: service.heard_from, traffic: &service.traffic };
    for (id, pattern) in &mut service.patterns {
        if let Some(candidate) = pattern.judge(&around) {
            let speaker = match candidate.class {
                Class::Burst => Speaker::Burst(*id),
                _ => Speaker::Pattern(*id),
            };
            found(speaker, candidate);
        }
    }
    let starts = service.starts.hours();
    let around = SeriesAround { traffic: &service.traffic, measured: &service.measured, starts };
    let mut gone = Vec::new();
    for (name, series) in &mut service.series {
        if let Some(candidate) = series.judge(calendar, &around) {
            match candidate.class {
                Class::Gone => gone.push((name.clone(), candidate)),
                Class::Anomaly => found(Speaker::Surprise(name.clone()), candidate),
                _ => found(Speaker::Series(name.clone()), candidate),
            }
        } else if let Some(candidate) = series.judge_rest(calendar, awakenings) {
            found(Speaker::Awoken(name.clone()), candidate);
        }
        if let Some(candidate) = series.judge_shape(calendar) {
            found(Speaker::Shape(name.clone()), candidate);
        }
    }
    gone.retain(|(name, candidate)| !service.is_replaced(name, candidate.onset.hour()));
    gone.into_iter().for_each(|(name, candidate)| found(Speaker::Series(name), candidate));
    if let Some((name, candidate)) = service.companions.judge(&service.series, calendar) {
        found(Speaker::Apart(name), candidate);
    }
    if let Some((name, candidate)) = service.companions.judge_jolt(&service.series, calendar) {
        found(Speaker::Jolted(name), candidate);
    }
    if let Some(candidate) = service.judge_errors(calendar.hour) {
        found(Speaker::Errors, candidate);
    }
    for (name, candidate) in service.spans.judge(calendar, starts) {
        found(Speaker::Spans(name), candidate);
    }
    findings
}

#[cfg(test)]
mod tests {
    use hark_event::{Hour, Moment, Place, Signal, Zone};

    use super::*;
    use crate::{HourCells, Samples};

    /// What is said of many services of which every third one steps.
    fn said_by(mut listener: Listener) -> Vec<Signal> {
        let mut said = Vec::new();
        for hour in 0..24 * 24 {
            let mut cells = HourCells::default();
            for service in 0..SHARED_SERIES_MIN as i64 / 4 + 1 {
                let name = format!("service-{service:03}");
                let origin = Origin { service: name.into(), environment: "production".into() };
                for series in 0..4 {
                    let texture = ((hour * 7919 + service * 31 + series * 17) % 101) as f64 / 25.0;
                    let step =
                        if service % 3 == 0 && series == 0 && hour > 20 * 24 + service { 30.0 } else { 0.0 };
                    let values = vec![(Moment::from_seconds(hour * 3_600 + 60), 100.0 + texture + step)];
                    let place = Place { file: "m.csv".into(), line: 1 };
                    let key = (origin.clone(), Arc::from(format!("depth_{series}")));
                    cells.add_samples(key, Samples { values, place });
                }
            }
            said.extend(listener.close(Hour(hour), cells));
        }
        said
    }

    #[test]
    fn in_whatever_order_services_close_the_same_is_said() {
        let said = said_by(Listener::new(Zone::utc()));
        assert!(said.len() > 3, "{said:?}");
        let last_first: SideBySide =
            Arc::new(|tasks: Vec<Task<'_>>| tasks.into_iter().rev().for_each(|task| task()));
        assert_eq!(said_by(Listener::new(Zone::utc()).sharing(last_first)), said);
    }
}

//! What moves together is said together.
//!
//! A finding joins the signal that was said first among those of its own service that began within two days
//! of it and are still fresh; or of a service that calls it or is called, if they began within half a day.
//! What happened at once, a surprise or a step, may also have a cause that no call shows (traffic, a host, the network): it
//! joins another service's that happened at once within hours, if so many services at the same time are no chance.
//! Decided when it is said and never again: who speaks for a cluster cannot change afterwards. It cannot name the
//! common cause, and in a story being near in time alone stays no link.

use std::collections::BTreeSet;

use hark_event::{Hour, Id, Moment, Origin, Signal};

use crate::flows::Flows;

const SAME_SERVICE_SECONDS: i64 = 48 * 3_600;
const NEIGHBOUR_SECONDS: i64 = 12 * 3_600;
const FRESH_SECONDS: i64 = 5 * 86_400;
/// What has a common cause is noticed within so many hours.
const TOGETHER_HOURS: i64 = 4;
/// A service says so many things a week that happen at once, of its own.
const SUDDEN_A_SERVICE_WEEK: f64 = 0.25;
/// So many services at the same time are chance once in twenty times.
const CHANCE_MAX: f64 = 0.05;
const HOURS_PER_WEEK: f64 = 168.0;

/// The representatives that may still be joined, and who was surprised of late.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Clusters {
    representatives: Vec<Representative>,
    sudden: BTreeSet<(Hour, Origin)>,
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Representative {
    id: Id,
    origin: Origin,
    onset: Moment,
    noticed_at: Moment,
    is_sudden: bool,
}

impl Representative {
    fn is_near_in_its_service(&self, onset: Moment) -> bool {
        onset.seconds_since(self.onset).abs() <= SAME_SERVICE_SECONDS
    }
}

/// A finding, as far as it matters for what it belongs to.
pub(crate) struct Newcomer<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) onset: Moment,
    /// Whether it happened within hours, so that its time tells something.
    pub(crate) is_sudden: bool,
}

impl Clusters {
    /// Is told, before anything of an hour is said, in which services something happened at once.
    pub(crate) fn expect(&mut self, hour: Hour, sudden: impl IntoIterator<Item = Origin>) {
        self.sudden.retain(|(noticed, _)| hour - *noticed < TOGETHER_HOURS);
        self.sudden.extend(sudden.into_iter().map(|origin| (hour, origin)));
    }

    /// The representative that a finding joins, if there is one; so many services are heard.
    pub(crate) fn join(
        &mut self,
        found: &Newcomer<'_>,
        now: Moment,
        services: usize,
        flows: &Flows,
    ) -> Option<Id> {
        self.representatives.retain(|known| now.seconds_since(known.noticed_at) <= FRESH_SECONDS);
        let near = |known: &&Representative| {
            let apart = found.onset.seconds_since(known.onset).abs();
            if known.origin == *found.origin {
                known.is_near_in_its_service(found.onset)
            } else {
                known.origin.environment == found.origin.environment
                    && apart <= NEIGHBOUR_SECONDS
                    && flows.between(&known.origin.service, &found.origin.service)
            }
        };
        let joined = self.representatives.iter().find(near);
        joined.or_else(|| self.common(found, now, services)).map(|known| known.id.clone())
    }

    /// Whether something was said of a service to which what began at `onset` belongs.
    pub(crate) fn has_fresh(&self, origin: &Origin, onset: Moment, now: Moment) -> bool {
        self.representatives.iter().any(|known| {
            known.origin == *origin
                && now.seconds_since(known.noticed_at) <= FRESH_SECONDS
                && known.is_near_in_its_service(onset)
        })
    }

    /// The first of those that happened at the same time, if it is not by chance that so many did.
    fn common(&self, found: &Newcomer<'_>, now: Moment, services: usize) -> Option<&Representative> {
        let here = |origin: &Origin| origin.environment == found.origin.environment;
        let others: BTreeSet<&Origin> = self
            .sudden
            .iter()
            .map(|(_, origin)| origin)
            .filter(|origin| here(origin) && *origin != found.origin)
            .collect();
        let expected = services as f64 * SUDDEN_A_SERVICE_WEEK / HOURS_PER_WEEK * TOGETHER_HOURS as f64;
        if !found.is_sudden || chance_of_at_least(others.len(), expected) > CHANCE_MAX {
            return None;
        }
        self.representatives.iter().find(|known| {
            known.is_sudden
                && here(&known.origin)
                && now.seconds_since(known.noticed_at) < TOGETHER_HOURS * 3_600
        })
    }

    /// Remembers a signal that speaks for itself.
    pub(crate) fn lead(&mut self, signal: &Signal, is_sudden: bool) {
        self.representatives.push(Representative {
            id: signal.id.clone(),
            origin: signal.origin.clone(),
            onset: signal.onset,
            noticed_at: signal.noticed_at,
            is_sudden,
        });
    }
}

/// The chance that a Poisson count is at least so large.
fn chance_of_at_least(count: usize, expected: f64) -> f64 {
    let mut term = (-expected).exp();
    let mut below = 0.0;
    for smaller in 0..count {
        below += term;
        term *= expected / (smaller + 1) as f64;
    }
    (1.0 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{SignalKind, Subject, SubjectKind};

    use super::*;

    const HOUR: Hour = Hour(480_000);

    fn origin(service: &str) -> Origin {
        Origin { service: Arc::from(service), environment: Arc::from("production") }
    }

    fn signal(service: &str, noticed: Hour) -> Signal {
        Signal {
            id: Id::of(&[service, &noticed.end().to_string()]),
            kind: SignalKind::MetricAnomaly,
            origin: origin(service),
            subject: Subject { kind: SubjectKind::Metric, name: "queue_depth".to_owned() },
            onset: noticed.start(),
            noticed_at: noticed.end(),
            strength: 0.5,
            summary: String::new(),
            evidence: Vec::new(),
            explained_by: None,
            cluster: None,
        }
    }

    /// What services of so many say hour by hour, in order; returns who leads each of them, by service and hour.
    fn led(services: usize, said: &[(i64, &[&str])], is_sudden: bool) -> Vec<bool> {
        let (mut clusters, flows) = (Clusters::default(), Flows::default());
        let mut leads = Vec::new();
        for (passed, names) in said {
            let hour = HOUR + *passed;
            clusters.expect(hour, names.iter().filter(|_| is_sudden).map(|name| origin(name)));
            for name in *names {
                let signal = signal(name, hour);
                let found = Newcomer { origin: &signal.origin, onset: signal.onset, is_sudden };
                let joined = clusters.join(&found, hour.end(), services, &flows);
                if joined.is_none() {
                    clusters.lead(&signal, is_sudden);
                }
                leads.push(joined.is_none());
            }
        }
        leads
    }

    #[test]
    fn services_that_are_surprised_in_the_same_hour_are_said_once() {
        assert_eq!(led(8, &[(0, &["basket", "payments", "search"])], true), [true, false, false]);
        assert_eq!(
            led(8, &[(0, &["basket"]), (3, &["payments"])], true),
            [true, false],
            "noticed a little later"
        );
        assert_eq!(led(8, &[(0, &["basket"]), (4, &["payments"])], true), [true, true], "noticed much later");
    }

    #[test]
    fn what_goes_on_for_days_has_no_hour_in_common() {
        assert_eq!(led(8, &[(0, &["basket", "payments"])], false), [true, true]);
    }

    #[test]
    fn of_a_thousand_services_two_in_an_hour_are_chance_and_twenty_are_not() {
        assert_eq!(led(1_000, &[(0, &["basket", "payments"])], true), [true, true]);
        let names: Vec<String> = (0..20).map(|number| format!("service-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(led(1_000, &[(0, &names)], true).iter().filter(|leads| **leads).count(), 1);
    }

    #[test]
    fn chance_is_that_of_a_poisson_count() {
        assert!((chance_of_at_least(0, 3.0) - 1.0).abs() < 1e-12);
        assert!((chance_of_at_least(1, 0.1) - (1.0 - (-0.1_f64).exp())).abs() < 1e-12);
        assert!((chance_of_at_least(2, 1.0) - (1.0 - 2.0 * (-1.0_f64).exp())).abs() < 1e-12);
    }
}

//! How often each service was spoken of of late, and how much rarer a finding has to be because of it.
//!
//! Thresholds by rank say how rare something is, not how often somebody is disturbed: where quiet days are not what they
//! were, ranks lag behind. So what was said is counted, cluster by cluster, over four weeks, and beyond a service's
//! budget each further signal must be rarer by the square of the excess: scores fall about so steeply. It is a proportional
//! control without memory of its own: four weeks later all is forgotten. A few signals more than the budget are let pass,
//! since a real episode speaks more than once. It cannot tell an unquiet service from one that is wrongly cried about.

use std::collections::BTreeMap;

use hark_event::{Hour, Origin};

/// What a service may say in a week, a cluster counted once.
const A_SERVICE_WEEK: f64 = 0.3;
const WEEKS: f64 = 4.0;
const HOURS: i64 = 4 * 168;
/// So many clusters more are one episode.
const SPARE: f64 = 3.0;

/// When something was said of each service.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Alarms(BTreeMap<Origin, Vec<Hour>>);

impl Alarms {
    /// Remembers that something was said which speaks for itself.
    pub(crate) fn add(&mut self, origin: &Origin, hour: Hour) {
        self.0.entry(origin.clone()).or_default().push(hour);
    }

    /// Forgets what is too long ago to matter.
    pub(crate) fn forget(&mut self, hour: Hour) {
        self.0.retain(|_, said| {
            said.retain(|at| hour - *at < HOURS);
            !said.is_empty()
        });
    }

    /// How many times rarer than usual a finding about the service has to be, if so many times as much is asked for.
    pub(crate) fn pressure(&self, origin: &Origin, more_than_usual: f64) -> f64 {
        let said = self.0.get(origin).map_or(0, Vec::len) as f64;
        let allowed = (A_SERVICE_WEEK * WEEKS + SPARE) * more_than_usual.max(1.0);
        ((said + 1.0) / allowed).max(1.0).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn origin(service: &str) -> Origin {
        Origin { service: Arc::from(service), environment: Arc::from("production") }
    }

    #[test]
    fn beyond_its_budget_a_service_has_to_be_rarer_and_others_need_not() {
        let mut alarms = Alarms::default();
        let pressure = |alarms: &Alarms, service| alarms.pressure(&origin(service), 1.0);
        (0..3).for_each(|day| alarms.add(&origin("shop"), Hour(day * 24)));
        assert_eq!(pressure(&alarms, "shop"), 1.0);
        (3..20).for_each(|day| alarms.add(&origin("shop"), Hour(day * 24)));
        assert!(pressure(&alarms, "shop") > 20.0, "{}", pressure(&alarms, "shop"));
        assert_eq!(pressure(&alarms, "payments"), 1.0);
        assert!(alarms.pressure(&origin("shop"), 5.0) <= 1.0, "whoever asks for more gets more");
    }

    #[test]
    fn after_four_weeks_all_is_forgotten() {
        let mut alarms = Alarms::default();
        (0..20).for_each(|day| alarms.add(&origin("shop"), Hour(day * 24)));
        alarms.forget(Hour(20 * 24 + HOURS));
        assert_eq!(alarms.pressure(&origin("shop"), 1.0), 1.0);
        assert!(alarms.0.is_empty());
    }
}

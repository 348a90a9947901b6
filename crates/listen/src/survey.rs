//! What there is to listen to: who speaks, since when, and what that much history is enough for.
//!
//! A look before listening, for `hark check`: it counts events and learns nothing from them. How many days a judgement needs
//! are the very constants by which subjects wait, so that what is promised here is what is kept there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_detect::{anomaly, counts, saturation, season};
use hark_event::{Event, Hearing, Moment, Origin, Prospect, ProspectKind, ServiceHeard, Stretch, Telemetry};

use hark_pattern::Rules;

use crate::metric_subject::GUARD_HOURS_MIN;
use crate::pattern_subject::{WARM_UP_HOURS, WARM_UP_LOUD_HOURS};
use crate::{names, span_subject};

const DAY_SECONDS: i64 = 86_400;
const DAY_HOURS: usize = 24;
const WEEK_DAYS: usize = 7;
/// Services beyond so many are counted together, without their names.
const SERVICES_MAX: usize = 5_000;
/// Days that are told apart.
const DAYS_MAX: usize = 20_000;

/// Counts who says how much, and when. Two of them merge in any order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Surveyor {
    services: BTreeMap<Origin, [Counted; 3]>,
    /// Alerts so far.
    pub alerts: u64,
    /// What users reported so far.
    pub reports: u64,
    /// Changes that were announced so far.
    pub changes: u64,
    /// Events of services beyond the limit.
    pub unnamed: u64,
    /// Whether there is more than was read, so that days without a record tell nothing.
    pub is_sample: bool,
}

/// What cannot be said yet of anything in what was heard, for want of history.
///
/// The days of the week are left out: without them all is said, less sharply.
pub fn waiting(hearing: &Hearing) -> Vec<Prospect> {
    let heard = hearing.from.zip(hearing.to);
    let stretch = |count: u64| {
        heard.filter(|_| count > 0).map(|(from, to)| Stretch { count, from, to, days: u32::MAX })
    };
    let mut all = prospects([stretch(hearing.records), stretch(hearing.samples), stretch(hearing.spans)]);
    all.retain(|prospect| !prospect.is_ready() && prospect.kind != ProspectKind::Weeks);
    all
}

#[derive(Clone, PartialEq, Debug, Default)]
struct Counted {
    count: u64,
    span: Option<(Moment, Moment)>,
    days: BTreeSet<i64>,
}

impl Surveyor {
    /// Takes an event.
    pub fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Log(record) => self.count(record.origin, Telemetry::Logs, record.arrival),
            Event::Sample(sample) => self.count(sample.origin, Telemetry::Metrics, sample.time),
            Event::Span(span) => self.count(span.origin, Telemetry::Traces, span.end),
            Event::Alert(_) => self.alerts += 1,
            Event::Report(_) => self.reports += 1,
            Event::Change(_) => self.changes += 1,
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: Self) {
        for (origin, counted) in other.services {
            for (own, other) in self.services.entry(origin).or_default().iter_mut().zip(counted) {
                own.merge(other);
            }
        }
        self.alerts += other.alerts;
        self.reports += other.reports;
        self.changes += other.changes;
        self.unnamed += other.unnamed;
        self.is_sample |= other.is_sample;
        self.forget_surplus();
    }

    /// Who spoke, by name, and what that is enough for; names that hold secrets are masked by these rules.
    pub fn services(self, rules: &Rules) -> Vec<ServiceHeard> {
        let mut by_name: BTreeMap<Origin, [Counted; 3]> = BTreeMap::new();
        for (origin, counted) in self.services {
            let masked = |name: Arc<str>| names::masked(&name, rules).unwrap_or(name);
            let origin = Origin { service: masked(origin.service), environment: masked(origin.environment) };
            for (own, other) in by_name.entry(origin).or_default().iter_mut().zip(counted) {
                own.merge(other);
            }
        }
        // Of a file that was read in part its middle was not seen, and may have been heard on every day.
        let days = |stretch: Stretch| if self.is_sample { u32::MAX } else { stretch.days };
        let heard = |(origin, [logs, metrics, traces]): (Origin, [Counted; 3])| {
            let (logs, metrics, traces) = (logs.stretch(), metrics.stretch(), traces.stretch());
            let known = [logs, metrics, traces]
                .map(|stretch| stretch.map(|stretch| Stretch { days: days(stretch), ..stretch }));
            ServiceHeard { prospects: prospects(known), origin, logs, metrics, traces }
        };
        by_name.into_iter().map(heard).collect()
    }

    fn count(&mut self, origin: &Origin, telemetry: Telemetry, at: Moment) {
        if let Some(counted) = self.services.get_mut(origin) {
            return counted[telemetry as usize].hear(at);
        }
        self.services.entry(origin.clone()).or_default()[telemetry as usize].hear(at);
        self.forget_surplus();
    }

    /// The first by name stay, whatever the order in which they came.
    fn forget_surplus(&mut self) {
        while self.services.len() > SERVICES_MAX {
            let (_, counted) = self.services.pop_last().expect("there are more than the limit");
            self.unnamed += counted.iter().map(|counted| counted.count).sum::<u64>();
        }
    }
}

impl Counted {
    fn hear(&mut self, at: Moment) {
        self.count += 1;
        let (from, to) = self.span.unwrap_or((at, at));
        self.span = Some((from.min(at), to.max(at)));
        let day = at.seconds().div_euclid(DAY_SECONDS);
        if self.days.len() < DAYS_MAX {
            self.days.insert(day);
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.span = match (self.span, other.span) {
            (Some((from, to)), Some((other_from, other_to))) => {
                Some((from.min(other_from), to.max(other_to)))
            }
            (own, other) => own.or(other),
        };
        self.days.extend(other.days);
    }

    fn stretch(self) -> Option<Stretch> {
        let (from, to) = self.span?;
        Some(Stretch {
            count: self.count,
            from,
            to,
            days: u32::try_from(self.days.len()).unwrap_or(u32::MAX),
        })
    }
}

fn prospects([logs, metrics, traces]: [Option<Stretch>; 3]) -> Vec<Prospect> {
    use ProspectKind::{Calls, Drifts, Limits, NewLines, NewLoudLines, RisingLines, Surprises, Weeks};
    let seasonal = season::HOURS_MIN + GUARD_HOURS_MIN;
    let of_logs = [
        (NewLoudLines, WARM_UP_LOUD_HOURS as usize),
        (RisingLines, counts::HISTORY_HOURS_MIN + DAY_HOURS),
        (NewLines, WARM_UP_HOURS as usize),
    ];
    let of_metrics = [
        (Surprises, anomaly::WEEK_DAYS * DAY_HOURS),
        (Drifts, seasonal),
        (Limits, (saturation::DAYS + saturation::DAYS_BEFORE_MIN) * DAY_HOURS),
        (Weeks, season::WEEKS_MIN * WEEK_DAYS * DAY_HOURS + GUARD_HOURS_MIN),
    ];
    let of_traces = [(Calls, span_subject::WARM_UP_HOURS as usize)];
    let mut all = prospects_of(Telemetry::Logs, logs, &of_logs);
    all.extend(prospects_of(Telemetry::Metrics, metrics, &of_metrics));
    all.extend(prospects_of(Telemetry::Traces, traces, &of_traces));
    all
}

fn prospects_of(
    telemetry: Telemetry,
    stretch: Option<Stretch>,
    needs: &[(ProspectKind, usize)],
) -> Vec<Prospect> {
    let Some(stretch) = stretch else { return Vec::new() };
    let days = |seconds: i64| u32::try_from(seconds / DAY_SECONDS).unwrap_or(0);
    // The last day may have ended a few minutes before midnight. A day on which nothing was heard is no history.
    let has_days = days(stretch.to.seconds_since(stretch.from) + 3_600).min(stretch.days);
    let prospect = |&(kind, hours): &(ProspectKind, usize)| Prospect {
        kind,
        telemetry,
        needs_days: u32::try_from(hours.div_ceil(DAY_HOURS)).unwrap_or(u32::MAX),
        has_days,
    };
    needs.iter().map(prospect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(days: i64) -> Option<Stretch> {
        let from = Moment::from_seconds(1_772_000_000);
        Some(Stretch { count: 9, from, to: from.plus_seconds(days * DAY_SECONDS), days: days as u32 + 1 })
    }

    fn ready(prospects: &[Prospect]) -> Vec<&'static str> {
        prospects.iter().filter(|prospect| prospect.is_ready()).map(|prospect| prospect.kind.name()).collect()
    }

    #[test]
    fn the_longer_the_history_the_more_can_be_judged() {
        let after = |days| ready(&prospects([stretch(days), stretch(days), None])).join(" ");
        assert_eq!(after(4), "");
        assert_eq!(after(5), "new-loud-lines");
        assert_eq!(after(7), "new-loud-lines rising-lines new-lines surprises");
        assert_eq!(after(13), "new-loud-lines rising-lines new-lines surprises drifts limits");
        assert_eq!(after(30), "new-loud-lines rising-lines new-lines surprises drifts limits weeks");
    }

    #[test]
    fn days_on_which_nothing_was_heard_are_no_history() {
        let origin = Origin { service: Arc::from("a"), environment: Arc::from("production") };
        let mut surveyor = Surveyor::default();
        for day in [0, 1, 2, 100, 519] {
            surveyor.count(&origin, Telemetry::Logs, Moment::from_seconds(day * DAY_SECONDS));
        }
        let kinds = |surveyor: Surveyor| ready(&surveyor.services(&Rules::default())[0].prospects).join(" ");
        assert_eq!(kinds(surveyor.clone()), "new-loud-lines");
        // Of what lies between, a sample tells nothing.
        surveyor.is_sample = true;
        assert_eq!(kinds(surveyor), "new-loud-lines rising-lines new-lines");
    }

    #[test]
    fn names_with_secrets_are_masked() {
        let token = ["ghp", "_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let origin = Origin { service: Arc::from(&*token), environment: Arc::from(&*token) };
        let mut surveyor = Surveyor::default();
        surveyor.count(&origin, Telemetry::Logs, Moment::from_seconds(0));
        let services = surveyor.services(&Rules::default());
        assert!(
            !services[0].origin.service.contains(&token) && !services[0].origin.environment.contains(&token)
        );
    }

    #[test]
    fn parts_merge_in_any_order() {
        let origin = |name: &str| Origin { service: Arc::from(name), environment: Arc::from("production") };
        let part = |names: &[&str], second: i64| {
            let mut part = Surveyor::default();
            for name in names {
                part.count(&origin(name), Telemetry::Logs, Moment::from_seconds(second));
            }
            part
        };
        let parts = [part(&["a", "b"], 0), part(&["b", "c"], 90_000), part(&["a"], 400_000)];
        let (mut there, mut back) = (Surveyor::default(), Surveyor::default());
        parts.iter().for_each(|part| there.merge(part.clone()));
        parts.iter().rev().for_each(|part| back.merge(part.clone()));
        assert_eq!(there, back);
        let services = there.services(&Rules::default());
        assert_eq!(services.len(), 3);
        assert_eq!(services[1].logs.map(|logs| (logs.count, logs.days)), Some((2, 2)));
    }
}

//! A service that falls silent: of which nothing more is heard, or no log record, no sample or no span any more.
//!
//! A single series is missed while others of its service go on, and a line while its service writes others. Who stops altogether is
//! missed by neither, and is one thing to say, not one for each of its series. Silence is held against the longest silence so far,
//! and only while others are heard: services of the same input, or what else the service itself sends. Whether it stopped or only its
//! file ends, nobody can tell from here, so the words do not say. Who comes and goes, or was heard for less than a week, is not missed.

use std::fmt;

use hark_detect::gone::{self, Gone};
use hark_event::{Curve, Evidence, Hour, Moment, Origin, SignalKind, Subject, SubjectKind, Zone};

use crate::candidate::{Candidate, Class, Explainable};
use crate::history::History;
use crate::phase::Phase;
use crate::words::hours;

/// Whole days that must have been heard before a silence before a start is worth naming.
const KNOWN_HOURS_MIN: usize = 2 * 24;

/// In what a service is heard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum Medium {
    /// In anything.
    Any,
    /// In log records.
    Logs,
    /// In samples of metrics.
    Metrics,
    /// In spans.
    Spans,
}

impl Medium {
    const EACH: [Self; 3] = [Self::Logs, Self::Metrics, Self::Spans];

    fn bits(self) -> u8 {
        match self {
            Self::Any => 7,
            Self::Logs => 1,
            Self::Metrics => 2,
            Self::Spans => 4,
        }
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "all telemetry",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Spans => "spans",
        })
    }
}

/// A silence that had begun before a moment, longer than any before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FellSilent {
    /// In what.
    pub medium: Medium,
    /// The end of the last hour in which it was heard.
    pub since: Moment,
    /// Whole hours of the longest silence before.
    pub longest_hours_before: usize,
}

/// In which hours a service was heard, and in what.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Presence {
    hours: History<u8>,
    #[serde(skip)]
    this_hour: u8,
    /// In what it was ever heard: nothing else need be looked for.
    ever: u8,
    pub(crate) phase: Phase,
    /// What fell silent, of what is open.
    open: Medium,
}

impl Presence {
    pub(crate) fn from(hour: Hour) -> Self {
        Self { hours: History::from(hour), this_hour: 0, ever: 0, phase: Phase::Quiet, open: Medium::Any }
    }

    /// Whether it has heard the hours before this one and no others, after it was read back.
    pub(crate) fn is_sound(&self, next: Hour) -> bool {
        self.hours.ends_before(next)
    }

    pub(crate) fn hear(&mut self, medium: Medium) {
        self.this_hour |= medium.bits();
    }

    pub(crate) fn close_hour(&mut self) {
        self.ever |= self.this_hour;
        self.hours.push(std::mem::take(&mut self.this_hour));
    }

    /// Whether anything was heard in the hour that closed last.
    pub(crate) fn is_heard(&self) -> bool {
        self.was_heard(Medium::Any)
    }

    /// What was heard in the hour that closed last.
    pub(crate) fn heard_now(&self) -> Vec<Medium> {
        Medium::EACH.into_iter().filter(|medium| self.was_heard(*medium)).collect()
    }

    fn was_heard(&self, medium: Medium) -> bool {
        self.hours.values().last().is_some_and(|hour| hour & medium.bits() != 0)
    }

    /// What fell silent, the whole before its parts; `services` is how many were heard in each hour.
    pub(crate) fn judge(&self, hour: Hour, services: &History<u32>) -> Option<(Medium, Gone)> {
        if !self.phase.may_speak(hour) {
            return None;
        }
        if let Some(found) = self.gone(Medium::Any, services.values()) {
            return Some((Medium::Any, found));
        }
        let media: Vec<u32> = self.hours.values().iter().map(|heard| heard.count_ones()).collect();
        Medium::EACH.into_iter().find_map(|medium| Some((medium, self.gone(medium, &media)?)))
    }

    fn gone(&self, medium: Medium, others: &[u32]) -> Option<Gone> {
        // Nearly always it was heard just now, and nothing need be looked at.
        if self.was_heard(medium) || self.ever & medium.bits() == 0 {
            return None;
        }
        let heard = |hour: &u8| if hour & medium.bits() != 0 { 1.0 } else { f32::NAN };
        let first = self.hours.values().iter().position(|hour| hour & medium.bits() != 0)?;
        let heard: Vec<f32> = self.hours.values()[first..].iter().map(heard).collect();
        gone::gone(&heard, others)
    }

    pub(crate) fn open(&mut self, kind: SignalKind, medium: Medium, episode: usize) {
        debug_assert!(is_silence(kind), "silences have kinds of their own");
        self.phase = Phase::Open(episode);
        self.open = medium;
    }

    /// Whether what fell silent is heard again.
    pub(crate) fn has_ended(&self) -> bool {
        self.was_heard(self.open)
    }

    /// What had been silent for whole hours before `start`, longer than ever before: the whole, or its parts.
    pub(crate) fn silent_before(&self, start: Moment) -> Vec<FellSilent> {
        let known = (start.hour() - self.hours.first()).clamp(0, self.hours.values().len() as i64) as usize;
        let of = |medium| silent_at_end(&self.hours.values()[..known], self.hours.first(), medium);
        match of(Medium::Any) {
            Some(silent) => vec![silent],
            None => Medium::EACH.into_iter().filter_map(of).collect(),
        }
    }

    /// In how many hours of each six it was heard.
    pub(crate) fn curve(&self) -> Curve {
        const STEP: usize = 6;
        let heard = |block: &[u8]| Some(block.iter().filter(|hour| **hour != 0).count() as f64);
        Curve {
            from: self.hours.first().start(),
            step_seconds: STEP as i64 * 3_600,
            values: self.hours.values().chunks(STEP).map(heard).collect(),
            baseline: Vec::new(),
            unit: "hours of 6 in which it was heard".to_owned(),
        }
    }
}

/// Whether a signal of a service, of this kind, is one of its silence.
pub(crate) fn is_silence(kind: SignalKind) -> bool {
    matches!(kind, SignalKind::MetricGone | SignalKind::PatternVanished | SignalKind::FlowGone)
}

fn silent_at_end(hours: &[u8], from: Hour, medium: Medium) -> Option<FellSilent> {
    let is_heard = |hour: &u8| hour & medium.bits() != 0;
    let first = hours.iter().position(is_heard)?;
    let last = hours.iter().rposition(is_heard)?;
    let heard = &hours[first..=last];
    let longest_hours_before = heard.split(is_heard).map(<[u8]>::len).max().unwrap_or(0);
    let is_usual = heard.len() >= KNOWN_HOURS_MIN
        && heard.iter().filter(|hour| is_heard(hour)).count() * 10 >= heard.len() * 9;
    let silent = hours.len() - 1 - last;
    (is_usual && silent > longest_hours_before).then(|| FellSilent {
        medium,
        since: (from + last as i64).end(),
        longest_hours_before,
    })
}

/// What is known of a service that fell silent, for its words.
pub(crate) struct Silent<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) medium: Medium,
    /// What else it was heard in.
    pub(crate) goes_on_in: Vec<Medium>,
    /// How many other services are heard.
    pub(crate) others: usize,
    pub(crate) has_metrics: bool,
    pub(crate) has_logs: bool,
    /// The last that it said.
    pub(crate) last_said: Option<Evidence>,
}

impl Silent<'_> {
    pub(crate) fn candidate(self, found: Gone, hour: Hour, zone: &Zone) -> Candidate {
        let service = self.origin;
        let onset = (hour + 1 - found.silent_hours as i64).start();
        let since = format!("since {} ({})", zone.said(onset), hours(found.silent_hours));
        let before = match found.longest_hours_before {
            0 => "it had never been silent for an hour before".to_owned(),
            longest => format!("its longest silence before was {}", hours(longest)),
        };
        let goes_on: Vec<String> = self.goes_on_in.iter().map(Medium::to_string).collect();
        let beside = format!("while its {} go on", goes_on.join(" and "));
        let summary = match self.medium {
            Medium::Any => format!(
                "Nothing was heard from {service} {since}, while {} went on; {before}.",
                match self.others {
                    0 | 1 => "another service".to_owned(),
                    others => format!("{others} other services"),
                }
            ),
            Medium::Logs => format!("No log record of {service} was heard {since}, {beside}; {before}."),
            Medium::Metrics => {
                format!("Not one metric of {service} was measured {since}, {beside}; {before}.")
            }
            Medium::Spans => format!("No span of {service} was heard {since}, {beside}; {before}."),
        };
        let text = format!("{} missing for {}", self.medium, hours(found.silent_hours));
        let source = format!("{service}, hour by hour");
        let mut evidence = vec![Evidence { time: hour.end(), text, source }];
        evidence.extend(self.last_said.filter(|_| matches!(self.medium, Medium::Any | Medium::Logs)));
        let kind = match self.medium {
            Medium::Metrics => SignalKind::MetricGone,
            Medium::Logs => SignalKind::PatternVanished,
            Medium::Spans => SignalKind::FlowGone,
            Medium::Any if self.has_metrics => SignalKind::MetricGone,
            Medium::Any if self.has_logs => SignalKind::PatternVanished,
            Medium::Any => SignalKind::FlowGone,
        };
        Candidate {
            kind,
            class: Class::Gone,
            subject: Subject { kind: SubjectKind::Service, name: service.service.to_string() },
            onset,
            score: found.score,
            summary,
            evidence,
            // Whoever starts anew is heard.
            explainable: Explainable::Never,
        }
    }
}

/// Whether two names are those of the same service in another release or another copy: alike but for parts that hold digits.
pub(crate) fn may_replace(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> Vec<String> {
        let parts = name.split(['-', '_', '.', '/']);
        parts.filter(|part| !part.contains(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
    };
    let (one_plain, other_plain) = (plain(one), plain(other));
    one != other && !one_plain.is_empty() && one_plain == other_plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(hours: &[(usize, u8)]) -> Presence {
        let mut presence = Presence::from(Hour(480_000));
        for &(count, heard) in hours {
            for _ in 0..count {
                presence.this_hour = heard;
                presence.close_hour();
            }
        }
        presence
    }

    fn judged(presence: &Presence, services: u32) -> Option<(Medium, usize)> {
        let mut heard = History::from(presence.hours.first());
        (0..presence.hours.values().len()).for_each(|_| heard.push(services));
        let hour = presence.hours.next() - 1;
        presence.judge(hour, &heard).map(|(medium, gone)| (medium, gone.silent_hours))
    }

    #[test]
    fn who_stops_while_others_go_on_is_missed_after_a_day() {
        assert_eq!(judged(&presence(&[(240, 3), (23, 0)]), 4), None);
        assert_eq!(judged(&presence(&[(240, 3), (24, 0)]), 4), Some((Medium::Any, 24)));
        assert_eq!(judged(&presence(&[(240, 3), (24, 0)]), 0), None, "nobody else is heard");
        assert_eq!(judged(&presence(&[(240, 3), (100, 0), (60, 3), (30, 0)]), 4), None, "it comes and goes");
    }

    #[test]
    fn a_part_that_stops_while_the_rest_goes_on_is_named() {
        assert_eq!(judged(&presence(&[(240, 3), (24, 2)]), 4), Some((Medium::Logs, 24)));
        assert_eq!(judged(&presence(&[(240, 3), (24, 1)]), 4), Some((Medium::Metrics, 24)));
        assert_eq!(judged(&presence(&[(240, 5), (24, 1)]), 1), Some((Medium::Spans, 24)));
    }

    #[test]
    fn a_silence_before_a_start_is_known_to_the_hour() {
        let presence = presence(&[(100, 3), (2, 0), (100, 3), (5, 1), (40, 3)]);
        let before = |hours: i64| presence.silent_before((Hour(480_000) + hours).start());
        assert_eq!(before(203), []);
        assert_eq!(before(204), [], "it was silent for as long before");
        let since = (Hour(480_000) + 202).start();
        let metrics = FellSilent { medium: Medium::Metrics, since, longest_hours_before: 2 };
        assert_eq!(before(205), [metrics]);
        assert_eq!(before(240), []);
        assert_eq!(before(20), []);
    }

    #[test]
    fn copies_and_releases_of_a_service_replace_each_other() {
        assert!(may_replace("api-7d9f8", "api-88ab1") && may_replace("pay-v1", "pay-v2"));
        assert!(!may_replace("api", "pay") && !may_replace("api", "api") && !may_replace("1", "2"));
    }
}

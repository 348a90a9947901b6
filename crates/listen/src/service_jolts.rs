//! Moments at which many series of a service move at once, and when that is said.
//!
//! One of those that moved speaks for all: it is its episode and its week of rest. While the service has not been calm for three hours since such a moment was
//! said, no other is. It hears the same series as the company of the service does, by the minute where they are measured by the minute.

use std::sync::Arc;

use hark_detect::Direction;
use hark_detect::jolt::{Jolt, Jolts, MINUTES, Minutes, Mover};

use crate::candidate::Candidate;
use crate::metric_subject::{Calendar, SeriesByName};
use crate::service_company::calm_after;
use crate::words::{quantity, times};

/// An hour that reaches less than this is calm, and nothing is weighed of it.
const CALM_SCORE_MAX: f64 = 0.2;
const DAY_HOURS: i64 = 24;

/// What a service knows of how its series move at once.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Shaken {
    jolts: Jolts,
    jolt: Option<Jolt>,
    score_today: f64,
    /// How long it has been calm since such a moment was said; `None` if nothing is open.
    calm_hours: Option<u8>,
}

impl Shaken {
    /// Whether it can go on after it was read back.
    pub(crate) fn is_sound(&self, members: usize) -> bool {
        let is_member = |mover: &Mover| mover.member < members;
        self.jolts.is_sound()
            && self.jolts.members() == members
            && self.jolt.as_ref().is_none_or(|jolt| jolt.movers.iter().all(is_member))
    }

    pub(crate) fn join(&mut self) {
        self.jolts.join();
    }

    pub(crate) fn leave(&mut self, member: usize) {
        self.jolts.leave(member);
    }

    /// Takes what the members were in the minutes of the hour that closes.
    pub(crate) fn hear(&mut self, names: &[Arc<str>], series: &mut SeriesByName, calendar: &Calendar<'_>) {
        if calendar.hour.0 % DAY_HOURS == 0 {
            self.score_today = 0.0;
        }
        let nothing: Minutes = [f32::NAN; MINUTES];
        let mut minutes = |name| series.get_mut(name).and_then(|one| one.take_minutes());
        let hours: Vec<Minutes> =
            names.iter().map(|name| minutes(name).map_or(nothing, |minutes| *minutes)).collect();
        self.jolt = self.jolts.hear(&hours);
        let score = self.jolt.as_ref().map_or(0.0, |jolt| jolt.score);
        self.score_today = self.score_today.max(score);
        self.calm_hours = calm_after(self.calm_hours, score < CALM_SCORE_MAX);
        if calendar.hour.0 % DAY_HOURS == DAY_HOURS - 1 {
            self.jolts.close_day();
        }
    }

    /// What is to be said of the hour.
    pub(crate) fn judge(
        &self,
        names: &[Arc<str>],
        series: &SeriesByName,
        calendar: &Calendar<'_>,
    ) -> Option<(Arc<str>, Candidate)> {
        if calendar.slots.at(calendar.hour).is_some_and(|slot| slot.is_holiday) {
            // On a holiday no hour is like others.
            return None;
        }
        let is_news = |jolt: &&Jolt| jolt.score >= CALM_SCORE_MAX && self.calm_hours.is_none();
        let jolt = self.jolt.as_ref().filter(is_news)?;
        jolt.movers.iter().find_map(|mover| {
            let name = names.get(mover.member)?;
            let words = || in_words(name, mover, jolt);
            let candidate = series.get(name)?.jolted(Direction::of(mover.by), jolt.score, words, calendar)?;
            Some((name.clone(), candidate))
        })
    }

    /// Remembers that such a moment was said.
    pub(crate) fn open(&mut self) {
        self.calm_hours = Some(0);
    }

    /// How far such moments went today, if that was judged and nothing was said of it.
    pub(crate) fn quiet_score(&self) -> Option<f64> {
        let judged = self.jolts.is_judged() && self.calm_hours.is_none();
        judged.then_some(self.score_today.max(f64::MIN_POSITIVE))
    }
}

/// What is said, and in short.
fn in_words(name: &str, mover: &Mover, jolt: &Jolt) -> (String, String) {
    let way = if mover.by < 0.0 { "fell" } else { "rose" };
    let together = format!("{} of the {} series of its service that ever move", jolt.moved, jolt.of);
    let summary = format!(
        "{name} {way} by {} from one sample to the next when {together} moved farther than usual: without the three that moved most they went {} as far as \
         usual, {} as far as on any of the {} days before.",
        quantity(mover.by.abs()),
        times(jolt.times_usual),
        times(jolt.times_farthest),
        jolt.days,
    );
    (summary, format!("{} moved at once, {} as far as usual", jolt.moved, times(jolt.times_usual)))
}

#[cfg(test)]
mod tests {
    use hark_event::{Hour, Moment, Origin, Place, Signal, SignalKind, Zone};

    use super::*;
    use crate::{HourCells, Listener, Samples};

    const DAYS: i64 = 16;
    const JOLTED: i64 = 14 * 24 + 9;

    /// What is said of ten series that are measured each minute, of which the first `jolted` move for one minute of one hour.
    fn said(jolted: i64) -> Vec<Signal> {
        let mut listener = Listener::new(Zone::utc());
        let mut said = Vec::new();
        for hour in 0..DAYS * 24 {
            let mut cells = HourCells::default();
            for series in 0..10 {
                let value = |minute: i64| {
                    let mixed =
                        ((hour * 60 + minute) * 10 + series).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64);
                    let noise = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d) >> 40 & 0xffff;
                    let jolt = if hour == JOLTED && minute == 31 && series < jolted { 60.0 } else { 0.0 };
                    (Moment::from_seconds(hour * 3_600 + minute * 60), 100.0 + noise as f64 / 6_553.6 + jolt)
                };
                let origin = Origin { service: "shop".into(), environment: "production".into() };
                let place = Place { file: "m.csv".into(), line: 1 };
                let values = (0..60).map(value).collect();
                let name = Arc::from(format!("depth_{series}"));
                cells.add_samples((origin, name), Samples { values, place });
            }
            said.extend(listener.close(Hour(hour), cells));
        }
        said
    }

    #[test]
    fn one_minute_in_which_most_move_is_said_once_by_one_of_them() {
        let said = said(6);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!((said[0].kind, said[0].noticed_at), (SignalKind::MetricAnomaly, Hour(JOLTED).end()));
        let summary = &said[0].summary;
        assert!(summary.starts_with("depth_"), "{summary}");
        let together = "from one sample to the next when 6 of the 10 series of its service that ever move moved farther than usual";
        assert!(summary.contains(together), "{summary}");
    }

    #[test]
    fn a_minute_of_three_is_not() {
        assert_eq!(said(3), []);
    }
}

//! The series of a service that move together: who left the others, and when that is said.
//!
//! The series that left speaks for itself: it is its own episode and its own week of rest. One leaves at a time: while the company
//! has not been calm for three hours since the last was said, nothing more is.
//!
//! It hears the first [`MEMBERS_MAX`] series of a service, by when they were first heard and then by name; of counters their rates.

use std::sync::Arc;

use hark_detect::Direction;
use hark_detect::company::{Apart, Company, Leaver, MEMBERS_MAX, Scale};

use crate::candidate::Candidate;
use crate::metric_subject::{Calendar, FAR_FROM_USUAL, MetricSubject, PARTS_PER_HOUR, SeriesByName};
use crate::service_jolts::Shaken;
use crate::words::beside_days;

/// Hours in a row without a surprise after which it is over.
const CALM_HOURS: u8 = 3;
/// An hour that reaches less than this is calm.
const CALM_SCORE_MAX: f64 = 0.6;
/// Below this nothing is weighed, however much is asked for.
const SCORE_MIN: f64 = 0.4;
const DAY_HOURS: i64 = 24;

/// What a service knows of its series together.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Companions {
    names: Vec<Arc<str>>,
    company: Company,
    apart: Option<Apart>,
    score_today: f64,
    /// How long it has been calm since a leaver was said; `None` if nothing is open.
    calm_hours: Option<u8>,
    shaken: Shaken,
}

impl Companions {
    /// Whether it can go on after it was read back.
    pub(crate) fn are_sound(&self) -> bool {
        let is_member = |leaver: &Leaver| leaver.member < self.names.len();
        self.company.is_sound()
            && self.company.members() == self.names.len()
            && self.shaken.is_sound(self.names.len())
            && self.apart.as_ref().is_none_or(|apart| apart.leavers.iter().all(is_member))
    }

    /// Has its names in common with the series, after both were read back.
    pub(crate) fn share_names(&mut self, series: &SeriesByName) {
        for name in &mut self.names {
            if let Some((known, _)) = series.get_key_value(name) {
                *name = known.clone();
            }
        }
    }

    /// Takes what the series of the service were in the hour that closes.
    pub(crate) fn hear(&mut self, series: &mut SeriesByName, calendar: &Calendar<'_>) {
        if calendar.hour.0 % DAY_HOURS == 0 {
            self.score_today = 0.0;
            self.take_members(series);
        }
        self.shaken.hear(&self.names, series, calendar);
        if self.names.is_empty() {
            self.calm_hours = None;
            return;
        }
        let members: Vec<&MetricSubject> =
            self.names.iter().filter_map(|name| series.get(name).map(Box::as_ref)).collect();
        if members.len() < self.names.len() {
            // One of them was forgotten today; tomorrow the others are judged without it.
            self.apart = None;
            return;
        }
        let moments: Vec<Vec<f32>> = (0..PARTS_PER_HOUR)
            .map(|part| members.iter().map(|member| member.minutes()[part]).collect())
            .collect();
        self.apart = self.company.hear(&moments);
        let score = self.apart.as_ref().map_or(0.0, |apart| apart.score);
        self.score_today = self.score_today.max(score);
        self.calm_hours = calm_after(self.calm_hours, score < CALM_SCORE_MAX);
        if calendar.hour.0 % DAY_HOURS == DAY_HOURS - 1 {
            let scales = members.iter().map(|member| member.scale()).collect::<Vec<Scale>>();
            self.company.close_day(scales);
        }
    }

    fn take_members(&mut self, series: &mut SeriesByName) {
        for at in (0..self.names.len()).rev() {
            if !series.contains_key(&self.names[at]) {
                self.names.remove(at);
                self.company.leave(at);
                self.shaken.leave(at);
            }
        }
        if self.names.len() >= MEMBERS_MAX {
            return;
        }
        let is_new = |one: &&MetricSubject| one.has_company() && !self.names.contains(&one.name);
        let mut new: Vec<&MetricSubject> = series.values().map(Box::as_ref).filter(is_new).collect();
        new.sort_by(|a, b| (a.first_heard, &a.name).cmp(&(b.first_heard, &b.name)));
        let room = MEMBERS_MAX - self.names.len();
        let joining: Vec<Arc<str>> = new.into_iter().take(room).map(|one| one.name.clone()).collect();
        for name in joining {
            series.get_mut(&name).expect("it is one of them").has_companions = true;
            self.names.push(name);
            self.company.join();
            self.shaken.join();
        }
    }

    /// What is to be said of the hour: the first of those that left of which something may be said.
    pub(crate) fn judge(
        &self,
        series: &SeriesByName,
        calendar: &Calendar<'_>,
    ) -> Option<(Arc<str>, Candidate)> {
        if calendar.slots.at(calendar.hour).is_some_and(|slot| slot.is_holiday) {
            // On a holiday no hour is like others.
            return None;
        }
        let apart =
            self.apart.as_ref().filter(|apart| apart.score >= SCORE_MIN && self.calm_hours.is_none())?;
        apart.leavers.iter().find_map(|leaver| {
            let name = &self.names[leaver.member];
            let subject = series.get(name)?;
            let direction = Direction::of(leaver.now - leaver.expected);
            let candidate =
                subject.apart(direction, apart, || self.in_words(subject, leaver, apart), calendar)?;
            Some((name.clone(), candidate))
        })
    }

    fn in_words(&self, subject: &MetricSubject, leaver: &Leaver, apart: &Apart) -> String {
        format!(
            "{} left the company of {} other series of its service: {} where they let expect {}; together they are {}.",
            subject.name,
            self.names.len() - 1,
            subject.said(leaver.now),
            subject.said(leaver.expected),
            beside_days(apart.times_farthest, FAR_FROM_USUAL, apart.days),
        )
    }

    /// What is to be said of the hour if many series moved at once: by the first of those that moved of which something may be said.
    pub(crate) fn judge_jolt(
        &self,
        series: &SeriesByName,
        calendar: &Calendar<'_>,
    ) -> Option<(Arc<str>, Candidate)> {
        self.shaken.judge(&self.names, series, calendar)
    }

    /// Remembers that such a moment was said.
    pub(crate) fn open_jolt(&mut self) {
        self.shaken.open();
    }

    /// How far such moments went today, if that was judged and nothing was said of it.
    pub(crate) fn quiet_jolt(&self) -> Option<f64> {
        self.shaken.quiet_score()
    }

    /// Whether nothing is open: the series have been together for some hours.
    pub(crate) fn are_calm(&self) -> bool {
        self.calm_hours.is_none()
    }

    /// Remembers that a leaver was said.
    pub(crate) fn open(&mut self) {
        self.calm_hours = Some(0);
    }

    /// The farthest that the service's series went together today, if that could be judged and nothing was said of it.
    pub(crate) fn quiet_score(&self) -> Option<f64> {
        let judged = self.apart.is_some() && self.calm_hours.is_none();
        judged.then_some(self.score_today.max(f64::MIN_POSITIVE))
    }
}

/// How long it has been calm since something was said, after another hour; `None` once it is over, or if nothing is open.
pub(crate) fn calm_after(calm_hours: Option<u8>, is_calm: bool) -> Option<u8> {
    match calm_hours {
        Some(_) if !is_calm => Some(0),
        Some(calm) if calm + 1 < CALM_HOURS => Some(calm + 1),
        _ => None,
    }
}

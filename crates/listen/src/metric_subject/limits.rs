//! Ends that come nearer as they always did: a certificate, a quota, a disk that fills evenly; and how what was said of a limit ends.
//!
//! An expiry comes in three shapes: time that is left, as a countdown; the same under a name that says expiry; and the moment itself, as
//! seconds or milliseconds since 1970, which never moves while its date comes nearer. All are judged as what is left.

use hark_detect::line;
use hark_detect::saturation::{self, DaysLeft, MEDIAN_AGE_DAYS};
use hark_event::{Forecast, Hour, SignalKind};

use super::findings::{FORECAST_DAYS_MAX, Found, date_of};
use super::{CLIMB_DAYS, Calendar, HOURS_PER_DAY, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::metric_name::{Meaning, words};
use crate::words::span;

/// From here on a number is a moment in seconds, or in milliseconds, and no span of time.
pub(super) const EPOCH_SECONDS_MIN: f64 = 1e9;
pub(super) const EPOCH_MILLISECONDS_MIN: f64 = 1e11;
const DAY_SECONDS: f64 = 86_400.0;
/// An end that is so many times as far away as when it was said was moved.
const RENEWED_MIN: f64 = 1.25;

/// A movement that leaves less than this share of the room to a limit comes near it.
const ROOM_LEFT_MIN: f64 = 0.5;

/// How that goes which is said of a series, where its own level does not tell when it is over.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Way {
    /// Away from its season, or to its limit faster than ever.
    Free,
    /// Along a line; so far from its end it was when that was said.
    Line { away: f64 },
    /// Faster in each life than this, which was the fastest before.
    Life { fastest: f64 },
}

/// What is left of something, day by day.
struct Remaining {
    daily: Vec<f64>,
    limit: f64,
    /// The series says when it ends, not how much is left.
    is_moment: bool,
}

impl MetricSubject {
    /// Whether a straight line that was always one is about to reach its end, and how far that is.
    pub(super) fn judge_line(&self, calendar: &Calendar<'_>) -> Option<(Way, Candidate)> {
        if calendar.hour.0 % 6 != 0 {
            return None;
        }
        let remaining = self.remaining(calendar.hour)?;
        let found = line::line(&remaining.daily, remaining.limit)?;
        let last = remaining.daily.last().copied()?;
        // What is told as a moment is told as of now, and all else as the middle of its last day.
        let age = if remaining.is_moment { 0.0 } else { MEDIAN_AGE_DAYS };
        let reached = date_of(calendar, found.left.sooner_by(age));
        let nearest = |what: &str, said: &dyn Fn(f64) -> String| {
            let words = |nearest| format!("; it was never let come nearer than {}{what}", said(nearest));
            found.nearest_before.map(words).unwrap_or_default()
        };
        let as_ever = format!("as it has for {} days", found.days);
        // Seconds and days that are left say no more than the date does.
        let (summary, text) = if remaining.is_moment {
            let nearest = nearest("", &|days| span(days * DAY_SECONDS));
            (
                format!("{} expires {reached}{nearest}.", self.name),
                format!("{} left; expires {reached}", span(last * DAY_SECONDS)),
            )
        } else if let Some(runs_out) = self.runs_out() {
            let nearest = nearest("", &|value| self.time_left(value));
            (
                format!("{} {runs_out} {reached}{nearest}.", self.name),
                format!(
                    "{} left; {runs_out} {reached}",
                    span(found.left.sooner_by(age).likely * DAY_SECONDS)
                ),
            )
        } else {
            let nearest = nearest(" of it", &|value| self.said(value));
            let [now, end] = [last, remaining.limit].map(|value| self.said(value));
            let moves = self.moves(found.slope_per_day);
            let ends = self.ends_at(remaining.limit);
            let summary =
                format!("{} is {now} and {moves} a day, {as_ever}: {ends} {reached}{nearest}.", self.name);
            (summary, format!("{now} now, {end} at the end, reached {reached}"))
        };
        let said = Found {
            kind: SignalKind::MetricSaturation,
            class: Class::Saturation,
            onset: (calendar.hour + 1 - (found.days * HOURS_PER_DAY) as i64).start(),
            score: found.score,
            summary,
            text,
            window_hours: found.days * HOURS_PER_DAY,
        };
        let mut candidate = self.candidate(said, calendar);
        // It was on its way before whatever was done of late.
        candidate.explainable = Explainable::Never;
        Some((Way::Line { away: (remaining.limit - last).abs() }, candidate))
    }

    /// How it moves in a day, in words: what is left falls, and what is taken rises.
    pub(super) fn moves(&self, slope_per_day: f64) -> String {
        let way = if slope_per_day < 0.0 { "falls" } else { "rises" };
        format!("{way} by {}", self.said(slope_per_day.abs()))
    }

    /// What happens at a limit, before it is said when.
    pub(super) fn ends_at(&self, limit: f64) -> String {
        if limit == 0.0 {
            "nothing is left of it".to_owned()
        } else {
            format!("it reaches its limit of {}", self.said(limit))
        }
    }

    /// What happens when no time is left, if it tells how much of that is.
    fn runs_out(&self) -> Option<&'static str> {
        let name = self.name.split('{').next().unwrap_or_default();
        let says = |list: &[&str]| words(name).iter().any(|word| list.contains(&word.as_str()));
        if self.meaning == Meaning::Expiry || says(&["cert", "certificate"]) {
            Some("expires")
        } else if self.meaning == Meaning::Countdown && says(&["days", "hours", "seconds", "ttl"]) {
            Some("runs out")
        } else {
            None
        }
    }

    /// Time that is left, which it tells in days or hours if its name says so, and else in seconds.
    fn time_left(&self, value: f64) -> String {
        let name = self.name.split('{').next().unwrap_or_default();
        let words = words(name);
        if words.iter().any(|word| word == "days") {
            span(value * DAY_SECONDS)
        } else if words.iter().any(|word| word == "hours") {
            span(value * 3_600.0)
        } else {
            span(value)
        }
    }

    /// Whether a line that was said has been led away from its end, or has stopped.
    pub(super) fn line_is_over(&self, hour: Hour, away: f64) -> bool {
        let Some(remaining) = self.remaining(hour) else { return true };
        // The latest sample, or a renewal shows only when half of the day is over.
        let last = match self.last_value() {
            Some(last) if !remaining.is_moment => last,
            _ => remaining.daily.last().copied().unwrap_or(remaining.limit),
        };
        let is_renewed = (remaining.limit - last).abs() > RENEWED_MIN * away;
        is_renewed || (!remaining.is_moment && !self.goes_on(hour))
    }

    /// Whether a movement took more than half of what was left to its limit: that is news whoever did it.
    pub(crate) fn nears_its_limit(&self, usual: f64, now: f64) -> bool {
        self.limit_of_finite()
            .is_some_and(|limit| (limit - now).abs() < ROOM_LEFT_MIN * (limit - usual).abs())
    }

    /// When it reaches its limit as of now, at the pace of its latest days.
    pub(crate) fn forecast_now(&self, calendar: &Calendar<'_>) -> Option<Forecast> {
        if self.meaning.is_cumulative() || matches!(self.meaning, Meaning::Limit | Meaning::Part) {
            return None;
        }
        let Remaining { daily, limit, is_moment } = self.remaining(calendar.hour)?;
        let now = calendar.zone.said(calendar.hour.end());
        if !is_moment && self.is_at_its_limit() {
            let text = format!("As of {now} it stands at its limit of {}.", self.said(limit));
            return Some(Forecast { text, days_left: 0.0 });
        }
        let last = daily.last().copied().filter(|last| last.is_finite())?;
        let (before, recent) = daily.split_at(daily.len().saturating_sub(CLIMB_DAYS));
        let recent = recent.iter().enumerate();
        let points: Vec<(f64, f64)> =
            recent.filter(|(_, day)| day.is_finite()).map(|(at, &day)| (at as f64, day)).collect();
        // Days that may as well have gone nowhere promise nothing.
        saturation::days_left(&points, last, limit)?.latest?;
        let left = saturation::days_left_beside(before, &points, last, limit)?;
        let left = left.sooner_by(if is_moment { 0.0 } else { MEDIAN_AGE_DAYS });
        if !(0.0..=FORECAST_DAYS_MAX).contains(&left.likely) {
            return None;
        }
        let text = match self.runs_out() {
            // Time goes by at one pace.
            Some(runs_out) => {
                let certain = DaysLeft { soonest: left.likely, latest: Some(left.likely), ..left };
                format!("As of {now} it {runs_out} {}.", date_of(calendar, certain))
            }
            None => {
                let (level, ends) = (self.said(last), self.ends_at(limit));
                format!("As of {now} it is {level}, and {ends} {}.", date_of(calendar, left))
            }
        };
        Some(Forecast { text, days_left: left.likely })
    }

    fn remaining(&self, hour: Hour) -> Option<Remaining> {
        if self.meaning != Meaning::Expiry {
            // Nearly no series has a limit, and only who has needs its days.
            let limit = self.limit_of_finite()?;
            return Some(Remaining { daily: self.daily(), limit, is_moment: false });
        }
        let daily = self.daily();
        let last = daily.iter().rev().copied().find(|day| day.is_finite())?;
        if last < EPOCH_SECONDS_MIN {
            return Some(Remaining { daily, limit: 0.0, is_moment: false });
        }
        let unit = if last < EPOCH_MILLISECONDS_MIN { 1.0 } else { 1_000.0 };
        let now = hour.end().seconds() as f64;
        let days_ago = |at: usize| (daily.len() - 1 - at) as f64 * DAY_SECONDS;
        let left = |(at, &day): (usize, &f64)| (day / unit - (now - days_ago(at))) / DAY_SECONDS;
        Some(Remaining { daily: daily.iter().enumerate().map(left).collect(), limit: 0.0, is_moment: true })
    }
}

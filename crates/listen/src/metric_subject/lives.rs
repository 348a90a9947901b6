//! A series beside itself at the same age: what its process takes from each start to the next.
//!
//! Known starts cut its values into lives. What climbs as in earlier lives, and is given back at each start, is how it
//! lives and no drift; what climbs faster is a leak, and stays one while starts hide it. See [`hark_detect::lives`].

use hark_detect::lives::{self, Climb};
use hark_detect::saturation::days_left;
use hark_detect::{Direction, drift, robust};
use hark_event::{Hour, SignalKind};

use super::findings::{Found, date_of};
use super::limits::Way;
use super::{Calendar, HOURS_PER_DAY, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::metric_name::Meaning;
use crate::phase::Phase;

/// A climb, and a drift of what may be used without harm or of what is left of it, is worth a word from this share of its level on, or of the way
/// to its limit if that is less: nine tenths of the time are then left.
const SHARE_MIN: f64 = 0.1;
/// A limit that is farther away in time is not in sight.
const SIGHT_DAYS: f64 = 30.0;
/// Days of a life, its first hours left out, before it is called faster where no limit is known: two may be a Thursday and a Saturday.
const UNLIMITED_DAYS_MIN: f64 = 2.5;
/// Hours of each point of a climb.
const POINT_HOURS: usize = 6;
const WARM_UP_HOURS: i64 = 6;
/// Days before a step that know where the series stood.
const WEEK_HOURS: usize = 7 * HOURS_PER_DAY;
/// Hours in which a climb shows that is no step, and of each point of them.
const CLIMB_HOURS: usize = 16;
const CLIMB_POINT_HOURS: usize = 2;
/// How closely a young climb ranks with time.
const EVEN_TAU_MIN: f64 = 0.8;

impl MetricSubject {
    /// Whether its process takes more in this life than in any before, and the fastest of those.
    pub(super) fn judge_life(&self, calendar: &Calendar<'_>, starts: &[Hour]) -> Option<(Way, Candidate)> {
        if calendar.hour.0 % 6 != 0 {
            return None;
        }
        let limit = self.limit_of_finite();
        if limit.is_none() && self.meaning != Meaning::Use {
            return None;
        }
        // A Monday climbs as no life before it did that began in the middle of a week, and is where Mondays are.
        let season = self.season.as_ref()?;
        if !drift::lies_out(&self.scores.latest(HOURS_PER_DAY), season.reaches, self.harm()) {
            return None;
        }
        let climb = self.climb(calendar.hour, starts, self.harm()).filter(Climb::is_faster)?;
        let floor = share_of_way(climb.first_level, limit);
        if climb.gone_beyond() < floor {
            return None;
        }
        let started = starts.iter().copied().rfind(|start| *start <= calendar.hour)?;
        let now = self.last_value()?;
        let reached = limit.and_then(|limit| {
            let left = days_left(&self.points_since(started + WARM_UP_HOURS), now, limit)?;
            // At the flattest climb that may be true, too: else no date can be told.
            let is_in_sight = left.latest.is_some_and(|latest| latest <= SIGHT_DAYS);
            is_in_sight.then(|| (limit, date_of(calendar, left)))
        });
        let (kind, class) = match (&reached, limit) {
            (Some(_), _) => (SignalKind::MetricSaturation, Class::Saturation),
            // Where there is a limit, a climb that may never reach it matters to nobody.
            (None, Some(_)) => return None,
            (None, None) if climb.days < UNLIMITED_DAYS_MIN => return None,
            (None, None) => (SignalKind::MetricDrift, Class::Drift),
        };
        let forecast = reached.map_or_else(String::new, |(limit, date)| {
            format!(": at this rate {} {date}", self.ends_at(limit))
        });
        let summary = format!(
            "{} moves by {} a day since the start of {}, where {} a day was the most at that age in {} lives before{forecast}.",
            self.name,
            self.said(self.harm().sign() * climb.pace),
            calendar.zone.day_said(started.start()),
            self.said(self.harm().sign() * climb.fastest_before),
            climb.lives_before,
        );
        let text = format!(
            "{} now, {} when its process was young; {} a day{forecast}",
            self.said(now),
            self.said(climb.first_level),
            self.said(self.harm().sign() * climb.pace)
        );
        let found = Found {
            kind,
            class,
            onset: started.start(),
            score: (climb.gone_beyond() / floor).max(1.0),
            summary,
            text,
            window_hours: (calendar.hour + 1 - started) as usize,
        };
        let mut candidate = self.candidate(found, calendar);
        // A build may well have brought it: that is then part of the story.
        candidate.explainable = Explainable::Never;
        Some((Way::Life { fastest: climb.fastest_before }, candidate))
    }

    /// What is to be said of a life that is faster than all before while the series rests from another episode: a leak looks like a step
    /// or a drift until the first start hides it, and then only its lives tell.
    pub(super) fn judge_life_behind_step(
        &mut self,
        calendar: &Calendar<'_>,
        starts: &[Hour],
    ) -> Option<Candidate> {
        let rests = matches!(self.phase, Phase::Resting(_));
        let looked_like_another = !self.said_a_life
            && matches!(
                self.open_kind,
                Some(SignalKind::MetricShift | SignalKind::MetricDrift | SignalKind::MetricSpread)
            );
        if !rests || !looked_like_another || self.is_counted() {
            return None;
        }
        let (way, found) = self.judge_life(calendar, starts)?;
        self.way = way;
        Some(found)
    }

    /// Whether what looks like a step is the beginning of a climb of what a process takes: it has risen evenly for most of a day, and
    /// is to be told as what it is as soon as that is known.
    pub(super) fn is_climb(&self, direction: Direction) -> bool {
        if direction != self.harm() || (self.limit_of_finite().is_none() && self.meaning != Meaning::Use) {
            return false;
        }
        let levels: Vec<f64> = self
            .scores
            .latest(CLIMB_HOURS)
            .chunks(CLIMB_POINT_HOURS)
            .filter_map(|block| Some(robust::median_of_at_least(1, block)? * direction.sign()))
            .collect();
        robust::kendall_tau(&levels).is_some_and(|tau| tau >= EVEN_TAU_MIN)
    }

    /// Whether a climb that was said has become what it was before: a life that is old enough has its old pace.
    pub(super) fn life_is_calm(&self, hour: Hour, starts: &[Hour], fastest: f64) -> bool {
        if self.is_at_its_limit() {
            return false;
        }
        let place = usize::try_from(self.open_onset - self.values.first()).unwrap_or(0);
        let places = self.starts_at(hour, starts);
        let is_calm = lives::is_calm(&self.values.values(), &places, self.harm(), fastest, place);
        // Beside the season: on a weekend what is used by those who work goes nowhere.
        let has_gone_flat = || {
            let started = starts.iter().copied().rfind(|start| *start <= hour)?;
            let life = self.scores.numbers_since((started + WARM_UP_HOURS).max(self.scores.first()));
            Some(lives::has_gone_flat(&life, self.harm()))
        };
        is_calm == Some(true) || has_gone_flat() == Some(true)
    }

    /// Whether it is no farther the way that harms than it was before the step from which on it is judged anew: what a start gave back
    /// is taken again, and what lies between is part of what is usual until that is learned.
    pub(super) fn is_back_where_it_was(&self, direction: Direction, now: f64) -> bool {
        let Some(since) = self.usual_since.filter(|_| direction == self.harm()) else { return false };
        let before = self.values.since(since + -(WEEK_HOURS as i64));
        let until = before.len().saturating_sub((self.values.next() - since) as usize);
        let stood = before[..until].rchunks(HOURS_PER_DAY);
        let stood = stood.filter_map(|day| robust::median_of_at_least(HOURS_PER_DAY / 2, day));
        let sign = direction.sign();
        stood.map(|level| level * sign).max_by(f64::total_cmp).is_some_and(|level| now * sign <= level)
    }

    /// Whether what was said goes on, though starts give back what was taken: its lives are still faster than they were before.
    pub(super) fn is_hidden_by_starts(&self, hour: Hour, starts: &[Hour]) -> bool {
        let place = usize::try_from(self.open_onset - self.values.first()).unwrap_or(0);
        let starts = self.starts_at(hour, starts);
        (self.meaning == Meaning::Use || self.limit_of_finite().is_some())
            && Direction::of(self.open_level) == self.harm()
            && lives::is_hidden_by_starts(&self.values.values(), &starts, self.harm(), place)
    }

    /// Whether a movement is how it lives: no farther than in earlier lives, and given back at each start.
    pub(super) fn lives_like_this(&self, direction: Direction, hour: Hour, starts: &[Hour]) -> bool {
        self.climb(hour, starts, direction).is_some_and(|climb| climb.is_as_before())
    }

    /// Whether the level of what may be used without harm, or of what is left of it, has moved so far that it can matter to anybody.
    pub(super) fn has_moved_enough(&self, now: f64, usual: f64) -> bool {
        let is_resource = matches!(self.meaning, Meaning::Use | Meaning::Countdown);
        !is_resource || (now - usual).abs() >= share_of_way(usual, self.limit_of_finite())
    }

    /// Whether the latest start is so recent that a step may be the beginning of a climb: it goes on evenly since, or it is too early to
    /// tell.
    pub(super) fn may_be_young_climb(&self, direction: Direction, hour: Hour, starts: &[Hour]) -> bool {
        let Some(started) = starts.iter().copied().rfind(|start| *start <= hour) else { return false };
        let is_young = (hour - started) < 3 * HOURS_PER_DAY as i64;
        if !is_young
            || direction != self.harm()
            || (self.limit_of_finite().is_none() && self.meaning != Meaning::Use)
        {
            return false;
        }
        let levels: Vec<f64> = self
            .points_since(started + WARM_UP_HOURS)
            .iter()
            .map(|point| point.1 * direction.sign())
            .collect();
        robust::kendall_tau(&levels).is_none_or(|tau| tau >= EVEN_TAU_MIN)
    }

    fn climb(&self, hour: Hour, starts: &[Hour], direction: Direction) -> Option<Climb> {
        Climb::of(&self.values.values(), &self.starts_at(hour, starts), direction)
    }

    /// The places of known starts in its values, oldest first. A process that was first heard of right after its start begins with the first.
    fn starts_at(&self, hour: Hour, starts: &[Hour]) -> Vec<usize> {
        let hour_before_first = self.values.len() + 1;
        let place = |ago: usize| Some(hour_before_first.checked_sub(ago)?.saturating_sub(1));
        self.hours_ago(starts, hour).into_iter().filter_map(place).collect()
    }

    /// Medians over a quarter of a day, with their days.
    fn points_since(&self, hour: Hour) -> Vec<(f64, f64)> {
        let values = self.values.since(hour);
        let blocks = values.chunks(POINT_HOURS).enumerate();
        blocks
            .filter_map(|(at, block)| {
                let level = robust::median_of_at_least(POINT_HOURS / 2, block)?;
                Some(((at * POINT_HOURS) as f64 / HOURS_PER_DAY as f64, level))
            })
            .collect()
    }

    /// Which way harm lies.
    pub(super) fn harm(&self) -> Direction {
        if matches!(self.meaning, Meaning::Countdown | Meaning::Benefit) {
            Direction::Down
        } else {
            Direction::Up
        }
    }
}

/// How far a level must move to matter.
fn share_of_way(level: f64, limit: Option<f64>) -> f64 {
    let way = limit.map_or(f64::INFINITY, |limit| (limit - level).abs());
    SHARE_MIN * level.abs().min(way)
}

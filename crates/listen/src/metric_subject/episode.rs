//! How an episode of a series begins and ends, and what becomes usual after it.

use hark_detect::compact::Half;
use hark_detect::form::{Form, form};
use hark_detect::robust::{median_of, theil_sen};
use hark_detect::{counts, spread};
use hark_event::{Hour, SignalKind};

use super::limits::Way;
use super::{CLIMB_DAYS, HOURS_PER_DAY, MetricSubject};
use crate::history::History;
use crate::phase::Phase;

/// How near in time a step and a start must be to have been one.
const STEP_AT_START_HOURS: i64 = 12;
/// How long after a step it can be told from a ramp that goes on.
const STEP_SEEN_HOURS: usize = 3 * 24;
/// What moves on by more than this share of a step, in the days after it, was no step.
const STEP_STAYS_MAX: f64 = 0.3;
/// A climb goes on if its latest days have more than this share of its pace.
const CLIMB_GOES_ON_MIN: f64 = 0.2;
/// A quantity is at its limit if so small a share of it is left.
const AT_LIMIT: f64 = 0.03;
/// A ramp that has gone nowhere for so long has reached what is usual from now on.
const SETTLED_DAYS: usize = 7;
/// So many of them tell where it stands, if that lies so many sigmas beyond those before.
const STANDS_DAYS: usize = 3;
const MOVED_MIN: f64 = 0.5;

impl MetricSubject {
    /// Remembers that a signal was said, so that its end can be told.
    pub(crate) fn open(&mut self, kind: SignalKind, onset: Hour, episode: usize) {
        self.phase = Phase::Open(episode);
        self.open_kind = Some(kind);
        self.open_onset = onset;
        self.said_a_life = matches!(self.way, Way::Life { .. });
        self.open_level = self.level().unwrap_or(0.0);
        self.open_slope = self.slope_per_day(CLIMB_DAYS).unwrap_or(0.0);
    }

    /// Remembers that a step was explained: the new level is what is usual from here on.
    pub(crate) fn explained(&mut self, onset: Hour) {
        let level = median_of(&self.scores.numbers_since(onset)).unwrap_or(0.0) as f32;
        self.offset += level;
        self.usual_since = Some(onset);
        let mut scores = History::from(onset.max(self.scores.first()));
        for score in self.scores.numbers_since(onset) {
            scores.push(Half::of(score - level));
        }
        self.scores = scores;
    }

    /// Where the last day of what is open lies: of a step of this morning only the hours since.
    fn level(&self) -> Option<f64> {
        let scores = self.scores.numbers_since(self.open_onset);
        median_of(&scores[scores.len().saturating_sub(HOURS_PER_DAY)..])
    }

    /// Ends an open episode at the close of this hour if it is over, and says whether it is.
    pub(crate) fn ends(&mut self, hour: Hour, traffic: &History<u32>, starts: &[Hour]) -> bool {
        if self.open_kind == Some(SignalKind::MetricGone) {
            return self.is_back();
        }
        if self.open_kind == Some(SignalKind::MetricAnomaly) {
            return self.goes_again(hour);
        }
        if self.is_counted() {
            let (ticks, traffic) = self.counted_window(traffic);
            return counts::score_now(ticks, traffic).is_none_or(|score| score < 0.3);
        }
        if self.open_kind == Some(SignalKind::MetricSpread) {
            let days = (hour + 1 - self.open_onset) as usize / HOURS_PER_DAY;
            return hour.0 % 24 == 23 && spread::is_over(&self.days, days);
        }
        match (self.way, self.open_kind) {
            (Way::Line { away }, Some(SignalKind::MetricSaturation)) => {
                return hour.0 % 6 == 0 && self.line_is_over(hour, away);
            }
            (Way::Life { fastest }, Some(SignalKind::MetricSaturation | SignalKind::MetricDrift)) => {
                return hour.0 % 6 == 0 && self.life_is_calm(hour, starts, fastest);
            }
            _ => {}
        }
        if self.is_hidden_by_starts(hour, starts) {
            return false;
        }
        // Days off hide how a level goes on, and make a ramp look like a step; nor can anybody tell on one whether what is unusual is over.
        let since_holiday = self.last_holiday.map_or(i64::MAX, |holiday| hour - holiday);
        let may_settle = hour.0 % 6 == 0 && since_holiday >= (SETTLED_DAYS * HOURS_PER_DAY) as i64;
        let settled_since = may_settle.then(|| self.settled_since(hour, starts)).flatten();
        if let Some(since) = settled_since {
            self.explained(since);
            return true;
        }
        if self.open_kind == Some(SignalKind::MetricSaturation) {
            return hour.0 % 6 == 0 && !self.goes_on(hour);
        }
        if since_holiday < HOURS_PER_DAY as i64 {
            return false;
        }
        let near = (0.4 * self.open_level.abs()).clamp(1.0, 3.0);
        self.level().is_some_and(|level| level.abs() < near || level.signum() != self.open_level.signum())
    }

    /// Since when the series stays at a new level that needs no more words: a step that turned out to have come with
    /// a start, or a ramp that has gone nowhere for a week.
    fn settled_since(&self, hour: Hour, starts: &[Hour]) -> Option<Hour> {
        if !self.meaning.may_be_explained() || self.is_at_its_limit() {
            return None;
        }
        let from = self.open_onset + -(5 * HOURS_PER_DAY as i64);
        let around =
            if self.season.is_some() { self.scores.numbers_since(from) } else { self.values.since(from) };
        let around = &around[around.len().saturating_sub(14 * HOURS_PER_DAY)..];
        if let Form::Step { hours_ago } = form(around, &self.hours_ago(starts, hour)) {
            let at = hour + 1 - hours_ago as i64;
            let by_start = starts.iter().any(|start| (*start - at).abs() <= STEP_AT_START_HOURS);
            let goes_on = goes_on_after(around, hours_ago);
            if hours_ago >= STEP_SEEN_HOURS && by_start && !goes_on {
                return Some(at);
            }
        }
        let since = hour + 1 - (SETTLED_DAYS * HOURS_PER_DAY) as i64;
        let scores = self.scores.numbers_since(since);
        let (earlier, later) = scores.split_at_checked((SETTLED_DAYS - STANDS_DAYS) * HOURS_PER_DAY)?;
        let level = |part: &[f32]| median_of(part);
        let moved = (level(later)? - level(earlier)?).abs();
        // What has gone far moves by little of it, and may climb as it did.
        let has_settled = moved < 0.1 * level(later)?.abs().max(5.0) && !self.climbs_on(hour);
        // Nor has it stood for a week where it was still on its way: what is usual is where it stands now.
        let stands_since =
            if moved < MOVED_MIN { since } else { hour + 1 - (STANDS_DAYS * HOURS_PER_DAY) as i64 };
        (since >= self.open_onset && has_settled).then_some(stands_since)
    }

    /// Whether a climb is still under way: its latest days go on at a good part of its pace.
    pub(super) fn goes_on(&self, hour: Hour) -> bool {
        if self.is_at_its_limit() {
            return true;
        }
        let days = ((hour - self.open_onset) as usize / HOURS_PER_DAY).max(CLIMB_DAYS);
        let (Some(now), Some(whole)) = (self.slope_per_day(CLIMB_DAYS), self.slope_per_day(days)) else {
            return true;
        };
        // The pace at which it was noticed may have been a spurt; that of the whole climb knows better.
        let pace = self.open_slope.abs().min(whole.abs());
        now * self.open_slope.signum() > CLIMB_GOES_ON_MIN * pace
    }

    /// Whether its latest week, beside what is usual at its hours, goes on the way in which it left the usual, at a good part of the pace since.
    fn climbs_on(&self, hour: Hour) -> bool {
        let slope = |from: Hour| {
            let scores = self.scores.numbers_since(from);
            let days = scores.chunks(HOURS_PER_DAY).enumerate();
            let days = days.filter_map(|(at, day)| Some((at as f64, median_of(day)?)));
            theil_sen(&days.collect::<Vec<(f64, f64)>>())
        };
        let week = hour + 1 - (SETTLED_DAYS * HOURS_PER_DAY) as i64;
        let (Some(now), Some(whole)) = (slope(week), slope(self.open_onset)) else { return false };
        let pace = whole * self.open_level.signum();
        pace > 0.0 && now * self.open_level.signum() > CLIMB_GOES_ON_MIN * pace
    }

    /// Whether it stands where it cannot go on, or did within the last day: that is no new usual level.
    pub(super) fn is_at_its_limit(&self) -> bool {
        let values = self.values.values();
        let largest = values.iter().copied().fold(0.0, f32::max);
        let Some(limit) = self.limit_of(|| largest) else { return false };
        let day = values[values.len().saturating_sub(HOURS_PER_DAY)..].iter();
        let left = day.filter(|value| value.is_finite()).map(|&value| (limit - f64::from(value)).abs());
        left.fold(f64::INFINITY, f64::min) <= AT_LIMIT * limit.abs().max(f64::from(largest))
    }
}

/// Whether hourly values go on in the direction of a step after it: the last day lies farther than the first one.
fn goes_on_after(values: &[f32], hours_ago: usize) -> bool {
    let level = |part: &[f32]| median_of(part);
    let (before, after) = values.split_at(values.len() - hours_ago);
    let first = level(&after[..after.len().min(HOURS_PER_DAY)]);
    let last = level(&after[after.len().saturating_sub(HOURS_PER_DAY)..]);
    let (Some(before), Some(first), Some(last)) = (level(before), first, last) else { return true };
    (last - first) * (first - before).signum() > STEP_STAYS_MAX * (first - before).abs()
}

//! What is to be said of a series at the close of an hour: the first kind of finding that fits.

use std::cmp::Ordering;

use hark_detect::form::{Form, form};
use hark_detect::robust::{median, median_of};
use hark_detect::saturation::DaysLeft;
use hark_detect::season::Season;
use hark_detect::{Direction, counts, drift, line, saturation, shift, spread};
use hark_event::{Evidence, Hour, Moment, SignalKind, Subject, SubjectKind};

use super::limits::Way;
use super::{Calendar, HOURS_PER_DAY, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::history::History;
use crate::metric_name::Meaning;
use crate::words::{hours, latest, quantity, scatters, times};

/// Counters that tick less often than this an hour are heard as counts.
const COUNTED_BELOW: f64 = 30.0;
/// A step that is dated to half a day must be so many sigmas high to be worth a word.
const STEP_LEVEL_MIN: f64 = 4.5;
/// A step at a start is taken out of a drift for so long: after it, what is usual has been learned anew.
const START_HOURS_MAX: usize = 14 * HOURS_PER_DAY;
/// The beginning of a shift is known to within so long.
const MISDATED_HOURS: usize = 8;
/// A limit that is farther away in time says nothing about a drift.
pub(super) const FORECAST_DAYS_MAX: f64 = 60.0;
/// Fewer days have no slope to speak of.
const SLOPE_DAYS_MIN: usize = 3;

/// What a series knows about its service at the close of an hour.
#[derive(Clone, Copy)]
pub(crate) struct SeriesAround<'a> {
    /// Records per hour.
    pub(crate) traffic: &'a History<u32>,
    /// How many series were measured, per hour.
    pub(crate) measured: &'a History<u32>,
    /// The hours in which it started.
    pub(crate) starts: &'a [Hour],
}

/// A finding in numbers and words, before it is told whose it is.
pub(super) struct Found {
    pub(super) kind: SignalKind,
    pub(super) class: Class,
    pub(super) onset: Moment,
    pub(super) score: f64,
    pub(super) summary: String,
    /// What was measured, for the evidence, and over how many hours.
    pub(super) text: String,
    pub(super) window_hours: usize,
}

impl MetricSubject {
    /// What is to be said at the close of the hour, the first kind that fits.
    pub(crate) fn judge(&mut self, calendar: &Calendar<'_>, around: &SeriesAround<'_>) -> Option<Candidate> {
        let SeriesAround { traffic, measured, starts } = *around;
        if matches!(self.meaning, Meaning::Limit | Meaning::Part) {
            return None;
        }
        let may_speak = self.phase.may_speak(calendar.hour);
        if let Some(found) = self.judge_unit(calendar) {
            return may_speak.then_some(found);
        }
        if !may_speak {
            return self.judge_life_behind_step(calendar, starts);
        }
        let stopped = self.judge_gone(calendar, measured).or_else(|| self.judge_halt(calendar));
        if let Some(stopped) = stopped.or_else(|| self.judge_onslaught(calendar)) {
            return Some(stopped);
        }
        if self.is_counted() {
            return self.judge_counts(calendar, traffic);
        }
        let on_its_way = self.judge_line(calendar).or_else(|| self.judge_life(calendar, starts));
        self.way = on_its_way.as_ref().map_or(Way::Free, |(way, _)| *way);
        on_its_way
            .map(|(_, found)| found)
            .or_else(|| self.judge_saturation(calendar, starts))
            .or_else(|| self.judge_young(calendar))
            .or_else(|| self.judge_level(calendar, starts))
            .or_else(|| self.judge_spread(calendar))
            .or_else(|| self.judge_anomaly(calendar))
    }

    /// Whether it stands at another level than is usual: all that is asked of what was not measured but summed up from samples.
    pub(crate) fn judge_level(&self, calendar: &Calendar<'_>, starts: &[Hour]) -> Option<Candidate> {
        if !self.has_level() {
            return None;
        }
        self.judge_drift(calendar, starts).or_else(|| self.judge_shift(calendar, starts))
    }

    pub(super) fn is_counted(&self) -> bool {
        let ticks = self.ticks.values();
        if !self.meaning.is_cumulative() || ticks.is_empty() {
            return false;
        }
        // The median lies where most of them do; only where it lies between two halves is it reckoned.
        let few = ticks.iter().map(|&ticks| usize::from(f64::from(ticks) < COUNTED_BELOW)).sum::<usize>();
        match (2 * few).cmp(&ticks.len()) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => {
                median(ticks.iter().map(|&ticks| f64::from(ticks))).is_some_and(|usual| usual < COUNTED_BELOW)
            }
        }
    }

    fn judge_counts(&self, calendar: &Calendar<'_>, traffic: &History<u32>) -> Option<Candidate> {
        if calendar.hour.0 % 3 != 0 {
            return None;
        }
        let (ticks, traffic) = self.counted_window(traffic);
        let found = counts::rising(ticks, traffic)?;
        let onset = (calendar.hour + 1 - found.hours_since_onset as i64).start();
        let ratio = found.counted as f64 / found.expected.max(0.5);
        let summary = format!(
            "{} counts {} what is usual: {} in {} where {} were expected.",
            self.name,
            times(ratio),
            found.counted,
            hours(found.window_hours),
            quantity(found.expected)
        );
        let errors = self.meaning == Meaning::ErrorCounter;
        let kind = if errors { SignalKind::ErrorsRising } else { SignalKind::MetricDrift };
        let class = if errors { Class::Errors } else { Class::Rising };
        let text = format!("{} counted, {} expected", found.counted, quantity(found.expected));
        let window_hours = found.window_hours;
        let found = Found { kind, class, onset, score: found.score, summary, text, window_hours };
        let mut candidate = self.candidate(found, calendar);
        // What is counted more often over days is no step, whatever was deployed before it.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    fn judge_saturation(&self, calendar: &Calendar<'_>, starts: &[Hour]) -> Option<Candidate> {
        if calendar.hour.0 % 6 != 0 {
            return None;
        }
        let limit = self.limit_of_finite()?;
        let daily = self.daily();
        let found = saturation::saturation(&daily, limit)?;
        if form(&self.values.latest(8 * HOURS_PER_DAY), &self.hours_ago(starts, calendar.hour)) != Form::Ramp
        {
            return None;
        }
        let onset = (calendar.hour + 1 - (found.days_since_onset * HOURS_PER_DAY) as i64).start();
        let now = daily.last().copied().unwrap_or_default();
        let reached = date_of(calendar, found.left);
        let summary = format!(
            "{} is {} and {} a day: at this rate {} {reached}.",
            self.name,
            self.said(now),
            self.moves(found.slope_per_day),
            self.ends_at(limit),
        );
        let text = format!(
            "{} now, {} a day: {} {reached}",
            self.said(now),
            self.moves(found.slope_per_day),
            self.ends_at(limit)
        );
        let found = Found {
            kind: SignalKind::MetricSaturation,
            class: Class::Saturation,
            onset,
            score: found.score,
            summary,
            text,
            window_hours: saturation::DAYS * HOURS_PER_DAY,
        };
        let mut candidate = self.candidate(found, calendar);
        // What goes on climbing was not done by one deploy.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    fn judge_drift(&self, calendar: &Calendar<'_>, starts: &[Hour]) -> Option<Candidate> {
        let season = self.season.as_ref()?;
        let known = self.hours_ago(starts, calendar.hour);
        if !drift::may_drift(&self.scores.latest(HOURS_PER_DAY)) {
            return None;
        }
        let found = drift::drift(&self.scores.numbers(), season.reaches, &known)?;
        if !self.drift_matters(found.direction, calendar, starts) || !self.drifts_beside_steps(season, &known)
        {
            return None;
        }
        if found.form != Form::Ramp {
            // Small steps that nothing explains are how series live.
            if found.level < STEP_LEVEL_MIN && self.meaning.may_be_explained() {
                return None;
            }
            return self
                .step(found.direction, found.level, found.score, found.hours_since_onset, calendar)
                .map(vaguely);
        }
        let onset = (calendar.hour + 1 - found.hours_since_onset as i64).start();
        let (now, usual) = self.now_and_usual(calendar, HOURS_PER_DAY)?;
        let forecast = self.forecast(now, found.hours_since_onset, calendar);
        let (said, shown) = forecast.map_or_else(Default::default, |reached| {
            (format!(" At this rate {reached}."), format!("; {reached}"))
        });
        // Its pace is known over days: of what began this morning it would be that of the days before.
        let pace = if found.hours_since_onset >= SLOPE_DAYS_MIN * HOURS_PER_DAY {
            format!(", {} further each day", self.pace(season, found.direction, found.slope_per_day))
        } else {
            String::new()
        };
        let summary = format!(
            "{} has drifted {} for {}: {} over the last day where {} is usual at these hours ({}{pace}).{said}",
            self.name,
            way(found.direction),
            hours(found.hours_since_onset),
            self.said(now),
            self.said(usual),
            scatters(found.level),
        );
        let text = format!("median {} over the last day, {} usual{shown}", self.said(now), self.said(usual));
        let (kind, class) = match self.meaning {
            Meaning::TailLatency => (SignalKind::TailLatency, Class::TailDrift),
            Meaning::ErrorCounter | Meaning::ErrorGauge => (SignalKind::ErrorsRising, Class::Drift),
            _ => (SignalKind::MetricDrift, Class::Drift),
        };
        let found =
            Found { kind, class, onset, score: found.score, summary, text, window_hours: HOURS_PER_DAY };
        let mut candidate = self.candidate(found, calendar);
        // What goes on moving was not done by one deploy.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    /// How much it moves in a day, of so many sigmas: a part of what it is, where that is what is usual for it.
    fn pace(&self, season: &Season, direction: Direction, sigmas_per_day: f64) -> String {
        let moved = sigmas_per_day.abs() * season.sigma;
        if season.is_logarithmic() {
            format!("{} %", quantity(100.0 * (direction.sign() * moved).exp_m1().abs()))
        } else {
            self.said(moved)
        }
    }

    /// Whether somebody may have to do something about a movement: it goes the way that harms, far enough, and not as the process lives.
    fn drift_matters(&self, direction: Direction, calendar: &Calendar<'_>, starts: &[Hour]) -> bool {
        self.meaning.matters(direction)
            && self
                .now_and_usual(calendar, HOURS_PER_DAY)
                .is_some_and(|(now, usual)| {
                    // Medians of a day that has two levels may tell the other way than most of its hours.
                    (now - usual) * direction.sign() > 0.0
                        && self.has_moved_enough(now, usual)
                        && !self.is_back_where_it_was(direction, now)
                })
            && !self.lives_like_this(direction, calendar.hour, starts)
            // What has gone one way at one pace since it was first heard goes on.
            && !line::is_one_line(&self.daily())
            && !self.only_ages()
    }

    /// Whether a moment lies farther and farther back because nothing has come again for a day: that it stopped is told as such.
    fn only_ages(&self) -> bool {
        self.meaning == Meaning::Moment
            && !self.came_again().iter().rev().take(HOURS_PER_DAY).any(|has_come| *has_come)
    }

    /// Whether it would drift if the latest start had moved its level.
    fn drifts_beside_steps(&self, season: &Season, known: &[usize]) -> bool {
        let latest =
            known.iter().copied().filter(|ago| (HOURS_PER_DAY..=START_HOURS_MAX).contains(ago)).min();
        latest.is_none_or(|ago| drift::drifts_beside_step(&self.scores.numbers(), season.reaches, ago))
    }

    /// When a drift reaches its limit if it goes on as since its onset: where there is a limit, and it lies ahead and near.
    fn forecast(&self, now: f64, since_hours: usize, calendar: &Calendar<'_>) -> Option<String> {
        let limit = self.limit_of_finite()?;
        let daily = self.daily();
        let count = (since_hours / HOURS_PER_DAY).max(SLOPE_DAYS_MIN);
        let before = &daily[..daily.len().saturating_sub(count)];
        let left = saturation::days_left_beside(before, &self.latest_days(count), now, limit)?
            .sooner_by(saturation::MEDIAN_AGE_DAYS);
        let is_ahead = left.likely > 0.0 && left.likely <= FORECAST_DAYS_MAX;
        is_ahead.then(|| format!("{} {}", self.ends_at(limit), date_of(calendar, left)))
    }

    fn judge_shift(&self, calendar: &Calendar<'_>, starts: &[Hour]) -> Option<Candidate> {
        let season = self.season.as_ref().filter(|_| self.has_hours())?;
        if !shift::may_shift(&self.scores.latest(shift::HOURS), season.reach_shift) {
            return None;
        }
        let found = shift::shift(&self.scores.numbers(), season.reach_shift)?;
        if !self.meaning.matters(found.direction)
            || self.is_climb(found.direction)
            || self.may_be_young_climb(found.direction, calendar.hour, starts)
            || self.lives_like_this(found.direction, calendar.hour, starts)
            || self
                .now_and_usual(calendar, found.hours_since_onset)
                .is_some_and(|(now, _)| self.is_back_where_it_was(found.direction, now))
            || !self.shifts_beside_steps(
                season,
                found.hours_since_onset,
                &self.hours_ago(starts, calendar.hour),
            )
        {
            return None;
        }
        self.step(found.direction, found.level, found.score, found.hours_since_onset, calendar)
    }

    /// Whether it would have shifted if the latest start before that had moved its level: a step too small to be told is taken for usual.
    fn shifts_beside_steps(&self, season: &Season, since_hours: usize, known: &[usize]) -> bool {
        let earlier = (since_hours + MISDATED_HOURS).max(HOURS_PER_DAY);
        let latest = known.iter().copied().filter(|ago| (earlier..=START_HOURS_MAX).contains(ago)).min();
        latest.is_none_or(|ago| shift::shifts_beside_step(&self.scores.numbers(), season.reach_shift, ago))
    }

    fn judge_spread(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        if calendar.hour.0 % 24 != 23 || self.meaning == Meaning::Expiry || !self.has_hours() {
            return None;
        }
        let found = spread::spread(&self.days)?;
        let since_hours = found.days_since_onset * HOURS_PER_DAY;
        let summary = format!(
            "{} scatters {} as much as usual for {}, and {} as much as on the wildest days before.",
            self.name,
            times(found.times_usual),
            hours(since_hours),
            times(found.times_largest),
        );
        let text = format!("{} the usual scatter around its level", times(found.times_usual));
        let mut candidate = self.candidate(
            Found {
                kind: SignalKind::MetricSpread,
                class: Class::Spread,
                onset: (calendar.hour + 1 - since_hours as i64).start(),
                score: found.score,
                summary,
                text,
                window_hours: since_hours,
            },
            calendar,
        );
        // A build moves a level, and then that is what is usual; unrest is a change in behaviour.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    fn step(
        &self,
        direction: Direction,
        level: f64,
        score: f64,
        since_hours: usize,
        calendar: &Calendar<'_>,
    ) -> Option<Candidate> {
        let onset = (calendar.hour + 1 - since_hours as i64).start();
        if self.was_surprising(onset.hour()) {
            return None;
        }
        let (now, usual) = self.now_and_usual(calendar, since_hours.max(1))?;
        if (now - usual) * direction.sign() <= 0.0 {
            return None;
        }
        let summary = format!(
            "{} has stepped {} and stayed for {}: {} where {} is usual at these hours ({}).",
            self.name,
            way(direction),
            hours(since_hours),
            self.said(now),
            self.said(usual),
            scatters(level),
        );
        let text = format!("median {} since the step, {} usual", self.said(now), self.said(usual));
        let (kind, class) = match self.meaning {
            Meaning::TailLatency => (SignalKind::TailLatency, Class::Shift),
            Meaning::ErrorCounter | Meaning::ErrorGauge => (SignalKind::ErrorsRising, Class::Shift),
            _ => (SignalKind::MetricShift, Class::Shift),
        };
        let found = Found { kind, class, onset, score, summary, text, window_hours: since_hours };
        Some(self.candidate(found, calendar))
    }

    pub(super) fn candidate(&self, found: Found, calendar: &Calendar<'_>) -> Candidate {
        let source =
            format!("{} over the last {} ({})", self.name, latest(found.window_hours), self.place.file);
        Candidate {
            kind: found.kind,
            class: found.class,
            subject: Subject { kind: SubjectKind::Metric, name: self.name.to_string() },
            // Days are counted whole, and the first of them may not have been.
            onset: found.onset.max(self.first_heard.start()),
            score: found.score,
            summary: found.summary,
            evidence: vec![Evidence { time: calendar.hour.end(), text: found.text, source }],
            explainable: if self.meaning.may_be_explained() {
                Explainable::ByDeploy { uncertain_seconds: 3_600 }
            } else {
                Explainable::Never
            },
        }
    }

    /// Medians of the last hours and of what was expected in them.
    fn now_and_usual(&self, calendar: &Calendar<'_>, last: usize) -> Option<(f64, f64)> {
        let season = self.season.as_ref()?;
        let from = calendar.hour + 1 - last as i64;
        let now = median_of(&self.values.since(from))?;
        let slots = (from - self.season_from..).zip(calendar.slots.since(from));
        let usual = median(slots.map(|(since, &slot)| {
            season.expected(self.season_clock.places(slot)[1], since, f64::from(self.offset))
        }))?;
        Some((now, usual.max(self.least())))
    }

    /// Scores that calibration is fed with on a quiet day, by class.
    pub(crate) fn quiet_scores(
        &self,
        calendar: &Calendar<'_>,
        around: &SeriesAround<'_>,
    ) -> Vec<(Class, f64)> {
        let SeriesAround { traffic, starts, .. } = *around;
        let surprised = self
            .tells_of_quiet()
            .then_some((Class::Anomaly, self.anomaly_score_today.max(f64::MIN_POSITIVE)));
        let moved = self.movement.quiet_score().map(|score| (Class::Shape, score));
        let surprised = surprised.into_iter().chain(moved.filter(|_| surprised.is_some()));
        if self.is_counted() {
            let (ticks, traffic) = self.counted_window(traffic);
            let class = if self.meaning == Meaning::ErrorCounter { Class::Errors } else { Class::Rising };
            return counts::score_now(ticks, traffic).map(|score| (class, score)).into_iter().collect();
        }
        let Some(season) = self.season.as_ref().filter(|_| self.has_level()) else {
            return surprised.collect();
        };
        let class = if self.meaning == Meaning::TailLatency { Class::TailDrift } else { Class::Drift };
        // What nobody would have been told of is not what is said is ranked against.
        let scores = self.scores.numbers();
        let drifted = drift::score_now(&scores, season.reaches).map(|(direction, score)| {
            let counts = score < 1.0 || self.drift_matters(direction, calendar, starts);
            (class, if counts { score } else { score.min(drift::NO_FINDING_MAX) })
        });
        let shifted = shift::score_now(&scores, season.reach_shift).map(|score| (Class::Shift, score));
        let scattered = spread::score_now(&self.days).map(|score| (Class::Spread, score));
        let by_hours = shifted.into_iter().chain(scattered).filter(|_| self.has_hours());
        drifted.into_iter().chain(by_hours).chain(surprised).collect()
    }

    pub(super) fn counted_window<'a>(&'a self, traffic: &'a History<u32>) -> (&'a [u32], &'a [u32]) {
        let from = self.ticks.first().max(traffic.first());
        let (ticks, traffic) = (self.ticks.since(from), traffic.since(from));
        let length = ticks.len().min(traffic.len());
        (&ticks[ticks.len() - length..], &traffic[traffic.len() - length..])
    }

    /// How many hours ago something was done that may have moved the series at once.
    pub(super) fn hours_ago(&self, starts: &[Hour], now: Hour) -> Vec<usize> {
        if !self.meaning.may_be_explained() {
            return Vec::new();
        }
        starts.iter().filter_map(|start| usize::try_from(now + 1 - *start).ok()).collect()
    }
}

/// The split of half days dates a step to half a day.
fn vaguely(mut candidate: Candidate) -> Candidate {
    if let Explainable::ByDeploy { uncertain_seconds } = &mut candidate.explainable {
        *uncertain_seconds = 8 * 3_600;
    }
    candidate
}

/// The day on which a limit is reached and how many those are from now, and the days between which it lies.
pub(super) fn date_of(calendar: &Calendar<'_>, left: DaysLeft) -> String {
    let day = |days: f64| {
        calendar.zone.day_said(calendar.hour.end().plus_seconds((days * 86_400.0).round() as i64))
    };
    let (likely, soonest) = (day(left.likely), day(left.soonest));
    let in_days = match left.likely.round() {
        0.0 => "within a day".to_owned(),
        1.0 => "in a day".to_owned(),
        days => format!("in {days} days"),
    };
    match left.latest.map(day) {
        Some(latest) if latest == soonest => format!("on {likely}, {in_days}"),
        Some(latest) => format!("on {likely}, {in_days} (nine chances in ten: {soonest} to {latest})"),
        None => {
            format!("on {likely}, {in_days} (nine chances in ten: not before {soonest}, and perhaps never)")
        }
    }
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

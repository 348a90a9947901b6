//! One metric series of one service: its hourly values, its season, and what is to be said of it.

use std::sync::Arc;

use hark_detect::Direction;
use hark_detect::counts;
use hark_detect::drift::{self, Form};
use hark_detect::robust::{median, sigma};
use hark_detect::saturation;
use hark_detect::season::{HOURS_MIN, Season};
use hark_detect::shift;
use hark_event::{Curve, Evidence, Hour, Moment, Place, SignalKind, Subject, SubjectKind};

use crate::candidate::{Candidate, Class, Explainable};
use crate::history::History;
use crate::metric_name::{Meaning, natural_limit};
use crate::phase::Phase;
use crate::words::{hours, quantity, times};

/// The latest days are kept out of what is usual, or a drift would teach the series to expect itself.
const GUARD_HOURS: usize = 4 * 24;
const GUARD_HOURS_MIN: usize = 2 * 24;
/// Counters that tick less often than this an hour are heard as counts.
const COUNTED_BELOW: f64 = 30.0;
const HOURS_PER_DAY: usize = 24;
/// A step at a start is real if it is so many times the usual change from day to day.
const STEP_FLUTTERS_MIN: f64 = 3.0;
/// A step that is dated to half a day must be so many sigmas high to be worth a word.
const STEP_LEVEL_MIN: f64 = 4.5;
/// And so many times the spread within a day.
const STEP_WITHIN_MIN: f64 = 2.0;

/// The clock that all series share: the local hour of the week of each remembered hour.
pub(crate) struct Calendar<'a> {
    /// The hour that has closed.
    pub(crate) hour: Hour,
    /// Hour of the week, one for each hour.
    pub(crate) slots: &'a History<u8>,
}

/// A series' state.
#[derive(Clone, Debug)]
pub(crate) struct MetricSubject {
    pub(crate) name: Arc<str>,
    pub(crate) meaning: Meaning,
    pub(crate) phase: Phase,
    values: History<f32>,
    ticks: History<u32>,
    last_sample: Option<(Moment, f64)>,
    season: Option<Season>,
    season_from: Hour,
    scores: History<f32>,
    /// After a step that was explained: the new level, in sigmas from the season.
    offset: f32,
    usual_since: Option<Hour>,
    pub(crate) limit: Option<f64>,
    place: Place,
    open_level: f64,
    open_kind: Option<SignalKind>,
}

impl MetricSubject {
    pub(crate) fn new(name: Arc<str>, first: Hour, place: Place) -> Self {
        Self {
            meaning: Meaning::of(&name),
            name,
            phase: Phase::Quiet,
            values: History::from(first),
            ticks: History::from(first),
            last_sample: None,
            season: None,
            season_from: first,
            scores: History::from(first),
            offset: 0.0,
            usual_since: None,
            limit: None,
            place,
            open_level: 0.0,
            open_kind: None,
        }
    }

    /// Takes the samples of the hour, in order of time; none if nothing was measured.
    ///
    /// `starts` are the hours in which its service started.
    pub(crate) fn hear(&mut self, samples: &[(Moment, f64)], calendar: &Calendar<'_>, starts: &[Hour]) {
        let finite: Vec<(Moment, f64)> =
            samples.iter().copied().filter(|(_, value)| value.is_finite()).collect();
        let value = if self.meaning.is_cumulative() {
            self.rate(&finite)
        } else {
            median(finite.iter().map(|sample| sample.1))
        };
        let value = value.map_or(f32::NAN, |value| value as f32);
        self.values.push(value);
        let slot = calendar.slots.at(calendar.hour).expect("the calendar knows the hour that closes");
        let since = calendar.hour - self.season_from;
        let score = self.season.as_ref().map(|season| season.score(value, slot, since) - self.offset);
        self.scores.push(score.unwrap_or(f32::NAN));
        if calendar.hour.0 % 24 == 0 && !matches!(self.phase, Phase::Open(_)) {
            self.learn_season(calendar, starts);
        }
    }

    /// Increase per second within the hour; resets begin anew from zero.
    fn rate(&mut self, samples: &[(Moment, f64)]) -> Option<f64> {
        let mut increase = 0.0;
        let mut seconds = 0.0;
        for &(time, value) in samples {
            if let Some((before, last)) = self.last_sample {
                let apart = time.seconds_since(before);
                // After a long gap one cannot tell how much of the increase belongs to this hour.
                if apart <= 7_200 {
                    increase += if value >= last { value - last } else { value };
                    seconds += apart as f64;
                }
            }
            self.last_sample = Some((time, value));
        }
        self.ticks.push(increase.round().clamp(0.0, f64::from(u32::MAX)) as u32);
        (seconds > 0.0).then(|| increase / seconds)
    }

    fn learn_season(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) {
        if self.usual_since.is_some_and(|since| calendar.hour - since < 14 * 24) {
            return;
        }
        // Histories are cut at different hours: only what all of them remember can be compared.
        let known = self.values.first().max(calendar.slots.first());
        let from = self.usual_since.take().unwrap_or(known).max(known);
        let usual = self.values.since(from);
        let guard = usual.len().saturating_sub(HOURS_MIN).min(GUARD_HOURS);
        if guard < GUARD_HOURS_MIN {
            return;
        }
        let usual = if self.meaning.may_be_explained() {
            level_at(usual, starts.iter().map(|start| *start - from))
        } else {
            usual.to_vec()
        };
        let slots = &calendar.slots.since(from)[..usual.len() - guard];
        let Some(season) = Season::fit(&usual[..usual.len() - guard], slots) else { return };
        self.offset = 0.0;
        self.season_from = from;
        let mut scores = History::from(self.season_from);
        for ((since, &value), &slot) in (0..).zip(&usual).zip(calendar.slots.since(from)) {
            scores.push(season.score(value, slot, since));
        }
        self.scores = scores;
        self.season = Some(season);
    }

    /// What is to be said at the close of the hour, the first kind that fits.
    pub(crate) fn judge(&mut self, calendar: &Calendar<'_>, traffic: &History<u32>) -> Option<Candidate> {
        if !self.phase.may_speak(calendar.hour) || matches!(self.meaning, Meaning::Limit | Meaning::Part) {
            return None;
        }
        if self.is_counted() {
            return self.judge_counts(calendar, traffic);
        }
        self.judge_saturation(calendar)
            .or_else(|| self.judge_drift(calendar))
            .or_else(|| self.judge_shift(calendar))
    }

    fn is_counted(&self) -> bool {
        self.meaning.is_cumulative()
            && median(self.ticks.values().iter().map(|&ticks| f64::from(ticks)))
                .is_some_and(|usual| usual < COUNTED_BELOW)
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
        Some(self.candidate(kind, class, onset, found.score, summary, text, found.window_hours, calendar))
    }

    fn judge_saturation(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        if calendar.hour.0 % 6 != 0 {
            return None;
        }
        let largest =
            self.values.values().iter().copied().filter(|value| value.is_finite()).fold(0.0, f32::max);
        let limit = self.limit.or_else(|| natural_limit(&self.name, f64::from(largest)))?;
        let daily: Vec<f64> = self
            .values
            .values()
            .rchunks(HOURS_PER_DAY)
            .map(|day| median(day.iter().map(|&value| f64::from(value))).unwrap_or(f64::NAN))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let found = saturation::saturation(&daily, limit)?;
        let onset = (calendar.hour + 1 - (found.days_since_onset * HOURS_PER_DAY) as i64).start();
        let now = daily.last().copied().unwrap_or_default();
        let reached = calendar.hour.end().plus_seconds((found.days_left * 86_400.0) as i64);
        let summary = format!(
            "{} is {} and moves by {} a day: at this rate it reaches its limit of {} on {}.",
            self.name,
            quantity(now),
            quantity(found.slope_per_day),
            quantity(limit),
            &reached.to_string()[..10],
        );
        let text = format!(
            "{} now, limit {}, {} a day",
            quantity(now),
            quantity(limit),
            quantity(found.slope_per_day)
        );
        Some(self.candidate(
            SignalKind::MetricSaturation,
            Class::Saturation,
            onset,
            found.score,
            summary,
            text,
            144,
            calendar,
        ))
    }

    fn judge_drift(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let season = self.season.as_ref()?;
        let found = drift::drift(self.scores.values(), season.reach_day)?;
        if !self.meaning.matters(found.direction) {
            return None;
        }
        if found.form == Form::Step {
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
        let summary = format!(
            "{} has drifted {} for {}: {} over the last day where {} is usual at these hours ({} σ, {} σ a day).",
            self.name,
            way(found.direction),
            hours(found.hours_since_onset),
            quantity(now),
            quantity(usual),
            quantity(found.level),
            quantity(found.slope_per_day.abs()),
        );
        let text = format!("median {} over the last day, {} usual", quantity(now), quantity(usual));
        let (kind, class) = match self.meaning {
            Meaning::TailLatency => (SignalKind::TailLatency, Class::TailDrift),
            Meaning::ErrorCounter | Meaning::ErrorGauge => (SignalKind::ErrorsRising, Class::Drift),
            _ => (SignalKind::MetricDrift, Class::Drift),
        };
        let mut candidate =
            self.candidate(kind, class, onset, found.score, summary, text, HOURS_PER_DAY, calendar);
        // What goes on moving was not done by one deploy.
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    fn judge_shift(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let season = self.season.as_ref()?;
        let found = shift::shift(self.scores.values(), season.reach_shift)?;
        if !self.meaning.matters(found.direction) {
            return None;
        }
        self.step(found.direction, found.level, found.score, found.hours_since_onset, calendar)
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
        let (now, usual) = self.now_and_usual(calendar, since_hours.max(1))?;
        let summary = format!(
            "{} has stepped {} and stayed for {}: {} where {} is usual at these hours ({} σ).",
            self.name,
            way(direction),
            hours(since_hours),
            quantity(now),
            quantity(usual),
            quantity(level),
        );
        let text = format!("median {} since the step, {} usual", quantity(now), quantity(usual));
        let (kind, class) = match self.meaning {
            Meaning::TailLatency => (SignalKind::TailLatency, Class::Shift),
            Meaning::ErrorCounter | Meaning::ErrorGauge => (SignalKind::ErrorsRising, Class::Shift),
            _ => (SignalKind::MetricShift, Class::Shift),
        };
        Some(self.candidate(kind, class, onset, score, summary, text, since_hours, calendar))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one candidate, named at the only four callers"
    )]
    fn candidate(
        &self,
        kind: SignalKind,
        class: Class,
        onset: Moment,
        score: f64,
        summary: String,
        text: String,
        window_hours: usize,
        calendar: &Calendar<'_>,
    ) -> Candidate {
        let source = format!("{} over the last {} ({})", self.name, hours(window_hours), self.place.file);
        Candidate {
            kind,
            class,
            subject: Subject { kind: SubjectKind::Metric, name: self.name.to_string() },
            onset,
            score,
            summary,
            evidence: vec![Evidence { time: calendar.hour.end(), text, source }],
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
        let now = median(self.values.since(from).iter().map(|&value| f64::from(value)))?;
        let slots = (from - self.season_from..).zip(calendar.slots.since(from));
        let usual = median(slots.map(|(since, &slot)| season.expected(slot, since, f64::from(self.offset))))?;
        Some((now, usual))
    }

    /// Scores that calibration is fed with on a quiet day, by class.
    pub(crate) fn quiet_scores(&self, traffic: &History<u32>) -> Vec<(Class, f64)> {
        if self.is_counted() {
            let (ticks, traffic) = self.counted_window(traffic);
            let class = if self.meaning == Meaning::ErrorCounter { Class::Errors } else { Class::Rising };
            return counts::score_now(ticks, traffic).map(|score| (class, score)).into_iter().collect();
        }
        let Some(season) = &self.season else { return Vec::new() };
        let class = if self.meaning == Meaning::TailLatency { Class::TailDrift } else { Class::Drift };
        let drifted = drift::score_now(self.scores.values(), season.reach_day).map(|score| (class, score));
        let shifted =
            shift::score_now(self.scores.values(), season.reach_shift).map(|score| (Class::Shift, score));
        drifted.into_iter().chain(shifted).collect()
    }

    fn counted_window<'a>(&'a self, traffic: &'a History<u32>) -> (&'a [u32], &'a [u32]) {
        let from = self.ticks.first().max(traffic.first());
        let (ticks, traffic) = (self.ticks.since(from), traffic.since(from));
        let length = ticks.len().min(traffic.len());
        (&ticks[ticks.len() - length..], &traffic[traffic.len() - length..])
    }

    /// Remembers that a signal was said, so that its end can be told.
    pub(crate) fn open(&mut self, kind: SignalKind, episode: usize) {
        self.phase = Phase::Open(episode);
        self.open_kind = Some(kind);
        self.open_level = self.level().unwrap_or(0.0);
    }

    /// Remembers that a step was explained: the new level is what is usual from here on.
    pub(crate) fn explained(&mut self, onset: Hour) {
        let level =
            median(self.scores.since(onset).iter().map(|&score| f64::from(score))).unwrap_or(0.0) as f32;
        self.offset += level;
        self.usual_since = Some(onset);
        let mut scores = History::from(onset.max(self.scores.first()));
        for &score in self.scores.since(onset) {
            scores.push(score - level);
        }
        self.scores = scores;
    }

    fn level(&self) -> Option<f64> {
        let scores = self.scores.values();
        median(scores[scores.len().saturating_sub(HOURS_PER_DAY)..].iter().map(|&score| f64::from(score)))
    }

    /// Whether an open episode is over at the close of this hour.
    pub(crate) fn has_ended(&self, traffic: &History<u32>) -> bool {
        if self.is_counted() {
            let (ticks, traffic) = self.counted_window(traffic);
            return counts::score_now(ticks, traffic).is_none_or(|score| score < 0.3);
        }
        let near = (0.4 * self.open_level.abs()).clamp(1.0, 3.0);
        self.level().is_some_and(|level| level.abs() < near || level.signum() != self.open_level.signum())
    }

    /// Whether the series has been silent so long that it is forgotten.
    pub(crate) fn is_forgotten(&self) -> bool {
        let silent = self.values.values().iter().rev().take_while(|value| value.is_nan()).count();
        silent > 28 * HOURS_PER_DAY
    }

    /// The hour that the next value will belong to.
    pub(crate) fn next_hour(&self) -> Hour {
        self.values.next()
    }

    /// The last value, for limits.
    pub(crate) fn last_value(&self) -> Option<f64> {
        self.values.values().iter().rev().find(|value| value.is_finite()).map(|&value| f64::from(value))
    }

    /// Its values over time, in steps of three hours, with what was usual.
    pub(crate) fn curve(&self, calendar: &Calendar<'_>) -> Curve {
        const STEP: usize = 3;
        let first = self.values.first().max(calendar.slots.first());
        let values = self.values.since(first);
        let slots: Vec<(i64, u8)> =
            (first - self.season_from..).zip(calendar.slots.since(first).iter().copied()).collect();
        let block = |block: &[f32]| median(block.iter().map(|&value| f64::from(value)));
        let usual = |block: &[(i64, u8)]| {
            let season = self.season.as_ref()?;
            let offset = f64::from(self.offset);
            median(block.iter().map(|&(since, slot)| season.expected(slot, since, offset)))
        };
        Curve {
            from: first.start(),
            step_seconds: STEP as i64 * 3_600,
            values: values.chunks(STEP).map(block).collect(),
            baseline: slots.chunks(STEP).map(usual).take(values.chunks(STEP).len()).collect(),
            unit: if self.meaning.is_cumulative() {
                format!("{} per second", self.name)
            } else {
                self.name.to_string()
            },
        }
    }
}

/// Values as if no start had moved their level: steps between the days around a start are taken out of what was before.
fn level_at(values: &[f32], starts: impl Iterator<Item = i64>) -> Vec<f32> {
    let mut levelled = values.to_vec();
    let day =
        |from: usize| median(values.get(from..from + HOURS_PER_DAY)?.iter().map(|&value| f64::from(value)));
    let days: Vec<f64> = (0..values.len() / HOURS_PER_DAY).filter_map(|at| day(at * HOURS_PER_DAY)).collect();
    let steps: Vec<f64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let flutter = sigma(&steps, 0.0).unwrap_or(0.0);
    let within = levelled.chunks(HOURS_PER_DAY).filter_map(|hours| {
        let hours: Vec<f64> =
            hours.iter().map(|&value| f64::from(value)).filter(|value| value.is_finite()).collect();
        sigma(&hours, median(hours.iter().copied())?)
    });
    let step_min = (STEP_FLUTTERS_MIN * flutter).max(STEP_WITHIN_MIN * median(within).unwrap_or(0.0));
    for start in starts {
        let Some(before) = usize::try_from(start).ok().and_then(|at| at.checked_sub(HOURS_PER_DAY)) else {
            continue;
        };
        let (Some(low), Some(high)) = (day(before), day(before + HOURS_PER_DAY + 1)) else { continue };
        if (high - low).abs() > step_min {
            levelled[..before + HOURS_PER_DAY + 1].iter_mut().for_each(|value| *value += (high - low) as f32);
        }
    }
    levelled
}

/// The split of half days dates a step to half a day.
fn vaguely(mut candidate: Candidate) -> Candidate {
    if let Explainable::ByDeploy { uncertain_seconds } = &mut candidate.explainable {
        *uncertain_seconds = 8 * 3_600;
    }
    candidate
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

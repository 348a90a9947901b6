//! One operation of a service, or its calls to one other: what is to be said of it, and when that is over.
//!
//! Traces are sampled, so that nothing here goes by how many there are: failures and repeated attempts are shares of the
//! spans among which they were seen, and what is missing is missed among the other spans of its service. Durations are
//! judged as a metric's tail is, hour by hour, where an hour has enough of them.

use std::sync::Arc;

use hark_detect::counts;
use hark_detect::novelty::{self, Appearances};
use hark_detect::vanished;
use hark_event::{Curve, Evidence, Hour, Moment, Place, SignalKind, Subject, SubjectKind};

use crate::candidate::{Candidate, Class, Explainable};
use crate::history::History;
use crate::metric_name::Meaning;
use crate::metric_subject::{Calendar, MetricSubject, SeriesAround};
use crate::phase::Phase;
use crate::span_cells::{Sighting, SpanCount};
use crate::words::{hours, latest, quantity, span, times};

/// Until so many hours of a service's spans have been heard, everything is new and nothing is news.
pub(crate) const WARM_UP_HOURS: i64 = 7 * 24;
/// Counting over windows is done every so many hours: nothing that they see happens faster.
const JUDGED_EVERY_HOURS: i64 = 3;
/// The share of spans that take longer than the tail begins.
const TAIL: f64 = 0.95;
/// With fewer spans in an hour the tail is one or two of them.
const TAIL_SPANS_MIN: u64 = 40;
/// Calls that it takes to miss them.
const GONE_TOTAL_MIN: u64 = 24;
/// A new call without a span for so long is over, and one that has been there for so long is usual.
const NEW_SILENT_HOURS: usize = 72;
const NEW_SETTLED_HOURS: i64 = 14 * 24;
/// A share whose surprise is down to this part of what would be said is back.
const BACK_SCORE_MAX: f64 = 0.3;

/// What a subject knows about its service at the close of an hour.
pub(crate) struct Beside<'a> {
    pub(crate) calendar: &'a Calendar<'a>,
    /// The hour in which the service's first span was heard.
    pub(crate) traced_from: Hour,
    /// Spans of the service per hour.
    pub(crate) traffic: &'a History<u32>,
    /// When the service started.
    pub(crate) starts: &'a [Hour],
}

/// The state of an operation or of calls.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct SpanSubject {
    pub(crate) subject: Subject,
    pub(crate) phase: Phase,
    pub(crate) tail: MetricSubject,
    has_tail: bool,
    open_kind: Option<SignalKind>,
    spans: History<u32>,
    errors: History<u32>,
    retries: History<u32>,
    #[serde(skip)]
    this_hour: Option<SpanCount>,
    first_seen: Moment,
    last_seen: Moment,
    total: u64,
    introduced: bool,
    latest: Sighting,
    failed: Option<Sighting>,
    retried: Option<Sighting>,
    slowest: (u64, Sighting),
}

impl SpanSubject {
    /// A subject that is seen for the first time; `has_tail` if nobody else tells how long it takes.
    pub(crate) fn new(
        subject: Subject,
        has_tail: bool,
        traced_from: Hour,
        hour: Hour,
        seen: &SpanCount,
    ) -> Self {
        let name: Arc<str> = Arc::from(format!("p95 seconds of {}", subject.name));
        let Place { file, line } = seen.first.place.clone();
        Self {
            subject,
            phase: Phase::Quiet,
            tail: MetricSubject::of_meaning(Meaning::TailLatency, name, hour, Place { file, line }),
            has_tail,
            open_kind: None,
            spans: History::filled(traced_from, hour, 0),
            errors: History::filled(traced_from, hour, 0),
            retries: History::filled(traced_from, hour, 0),
            this_hour: None,
            first_seen: seen.first.time,
            last_seen: seen.last,
            total: 0,
            introduced: hour - traced_from < WARM_UP_HOURS,
            latest: seen.first.clone(),
            failed: None,
            retried: None,
            slowest: seen.slowest.clone(),
        }
    }

    /// Whether it has heard the hours before this one and no others, after it was read back.
    pub(crate) fn is_sound(&self, next: Hour) -> bool {
        let counted = [&self.spans, &self.errors, &self.retries];
        counted.into_iter().all(|history| history.ends_before(next)) && self.tail.is_sound(next)
    }

    /// Takes what was counted in the hour that closes.
    pub(crate) fn hear(&mut self, count: SpanCount) {
        match &mut self.this_hour {
            Some(known) => known.merge(count),
            None => self.this_hour = Some(count),
        }
    }

    /// Closes the hour.
    pub(crate) fn close_hour(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) {
        let heard = self.this_hour.take();
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let of = |count: fn(&SpanCount) -> u64| heard.as_ref().map_or(0, |heard| number(count(heard)));
        self.spans.push(of(|heard| heard.spans));
        self.errors.push(of(|heard| heard.errors));
        self.retries.push(of(|heard| heard.retries));
        let enough =
            heard.as_ref().filter(|heard| self.has_tail && heard.durations.total() >= TAIL_SPANS_MIN);
        let tail = enough.and_then(|heard| heard.durations.quantile_seconds(TAIL));
        let sample = tail.map(|seconds| (calendar.hour.start(), seconds));
        self.tail.hear(sample.as_slice(), calendar, starts);
        let Some(heard) = heard else { return };
        self.total += heard.spans;
        self.first_seen = self.first_seen.min(heard.first.time);
        self.last_seen = self.last_seen.max(heard.last);
        self.latest = heard.first;
        self.failed = heard.failed.or(self.failed.take());
        self.retried = heard.retried.or(self.retried.take());
        self.slowest = heard.slowest;
    }

    /// Takes over the history of what turned out to be the same.
    pub(crate) fn absorb(&mut self, other: &SpanSubject) {
        self.spans.add(&other.spans);
        self.errors.add(&other.errors);
        self.retries.add(&other.retries);
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.total += other.total;
        self.introduced |= other.introduced;
    }

    /// Whether nothing was heard of it for as long as is remembered.
    pub(crate) fn is_forgotten(&self) -> bool {
        let is_open = matches!(self.phase, Phase::Open(_)) || matches!(self.tail.phase, Phase::Open(_));
        !is_open && self.this_hour.is_none() && self.spans.values().iter().all(|&spans| spans == 0)
    }

    /// What is to be said at the close of the hour, the first kind that fits.
    pub(crate) fn judge(&mut self, beside: &Beside<'_>) -> Option<Candidate> {
        let hour = beside.calendar.hour;
        if !self.phase.may_speak(hour) || !self.tail.phase.may_speak(hour) {
            return None;
        }
        self.judge_new(beside)
            .or_else(|| self.judge_gone(beside))
            .or_else(|| self.judge_retries(hour))
            .or_else(|| self.judge_errors(hour))
            .or_else(|| self.judge_tail(beside))
    }

    fn is_flow(&self) -> bool {
        self.subject.kind == SubjectKind::Flow
    }

    fn judge_new(&self, beside: &Beside<'_>) -> Option<Candidate> {
        if self.introduced || !self.is_flow() {
            return None;
        }
        let seen = self.appearances(beside);
        if !novelty::has_come_to_stay(seen) {
            return None;
        }
        let failing = self.failing_share() > 0.5;
        let summary = format!(
            "Calls {} are made for the first time in {} days of listening: {} in {} so far{}.",
            self.subject.name,
            (beside.calendar.hour - beside.traced_from) / 24,
            seen.count,
            hours((seen.span_hours + 1) as usize),
            if failing { ", most of them in vain" } else { "" },
        );
        let evidence = vec![shown(&self.latest, format!("a call {}", self.subject.name))];
        Some(Candidate {
            kind: SignalKind::FlowNew,
            class: Class::NewFlow,
            subject: self.subject.clone(),
            onset: self.first_seen,
            score: 1.0,
            summary,
            evidence,
            explainable: if failing {
                Explainable::Never
            } else {
                Explainable::ByDeploy { uncertain_seconds: 3_600 }
            },
        })
    }

    /// How it has shown itself, had its service always been sampled as it is now.
    fn appearances(&self, beside: &Beside<'_>) -> Appearances {
        let since = self.spans.since(self.first_seen.hour());
        let active = |hours: &[u32]| hours.iter().any(|&count| count > 0);
        let mean = |hours: &[u32]| {
            hours.iter().map(|&spans| f64::from(spans)).sum::<f64>() / hours.len().max(1) as f64
        };
        let known = self.first_seen.hour() - beside.traffic.first();
        let (before, after) =
            beside.traffic.values().split_at(known.clamp(0, beside.traffic.values().len() as i64) as usize);
        let sampled_before = (mean(before) / mean(after).max(1e-9)).min(1.0);
        let hour = beside.calendar.hour;
        Appearances {
            count: self.total,
            hours_active: since.iter().filter(|&&count| count > 0).count() as u32,
            blocks_active: since.chunks(novelty::BLOCK_HOURS).filter(|block| active(block)).count() as u32,
            span_hours: self.last_seen.hour() - self.first_seen.hour(),
            hours_since_last: hour - self.last_seen.hour(),
            hours_before: ((self.first_seen.hour() - beside.traced_from) as f64 * sampled_before) as i64,
        }
    }

    fn failing_share(&self) -> f64 {
        let sum =
            |history: &History<u32>| history.values().iter().map(|&count| f64::from(count)).sum::<f64>();
        sum(&self.errors) / sum(&self.spans).max(1.0)
    }

    fn judge_gone(&self, beside: &Beside<'_>) -> Option<Candidate> {
        if !self.is_flow() || *self.spans.values().last()? > 0 || self.total < GONE_TOTAL_MIN {
            return None;
        }
        let from = self.spans.first().max(beside.traffic.first());
        let found = vanished::vanished_share(self.spans.since(from), beside.traffic.since(from))?;
        let pause = found.longest_hours_before.min(24) as i64;
        let summary = format!(
            "Calls {} have stopped: none for {}, where {} were due; the longest silence before was worth {}.",
            self.subject.name,
            hours(found.silent_hours),
            quantity(found.due),
            quantity(found.longest_due_before),
        );
        let evidence = vec![shown(&self.latest, format!("one of the last calls {}", self.subject.name))];
        Some(Candidate {
            kind: SignalKind::FlowGone,
            class: Class::Vanished,
            subject: self.subject.clone(),
            onset: self.last_seen,
            score: found.score,
            summary,
            evidence,
            explainable: Explainable::ByDeploySince { patience_seconds: 3_600 * pause.max(6) },
        })
    }

    fn judge_retries(&self, hour: Hour) -> Option<Candidate> {
        let said = format!("{} tried again", self.doing());
        self.judge_share(&self.retries, SignalKind::RetriesRising, &said, self.retried.as_ref(), hour)
    }

    fn judge_errors(&self, hour: Hour) -> Option<Candidate> {
        let said = if self.is_flow() {
            format!("Calls {} fail", self.subject.name)
        } else {
            format!("{} fails", self.subject.name)
        };
        self.judge_share(&self.errors, SignalKind::ErrorsRising, &said, self.failed.as_ref(), hour)
    }

    fn doing(&self) -> String {
        if self.is_flow() {
            format!("Calls {} are", self.subject.name)
        } else {
            format!("{} is", self.subject.name)
        }
    }

    fn judge_share(
        &self,
        counted: &History<u32>,
        kind: SignalKind,
        said: &str,
        seen: Option<&Sighting>,
        hour: Hour,
    ) -> Option<Candidate> {
        if hour.0 % JUDGED_EVERY_HOURS != 0 {
            return None;
        }
        let found = counts::rising_share(counted.values(), self.spans.values())?;
        let spans = self.spans.values();
        let among: u64 =
            spans[spans.len() - found.window_hours..].iter().map(|&spans| u64::from(spans)).sum();
        let summary = format!(
            "{said} {} as often as usual: {} of {among} in {} where {} were expected.",
            times(found.counted as f64 / found.expected.max(0.5)),
            found.counted,
            hours(found.window_hours),
            quantity(found.expected),
        );
        let mut evidence = vec![Evidence {
            time: hour.end(),
            text: format!("{} of {among} spans, {} expected", found.counted, quantity(found.expected)),
            source: format!("spans of {} over the last {}", self.subject.name, latest(found.window_hours)),
        }];
        evidence.extend(seen.map(|seen| shown(seen, format!("a span of {}", self.subject.name))));
        Some(Candidate {
            kind,
            class: Class::Share,
            subject: self.subject.clone(),
            onset: (hour + 1 - found.hours_since_onset as i64).start(),
            score: found.score,
            summary,
            evidence,
            explainable: Explainable::Never,
        })
    }

    fn judge_tail(&mut self, beside: &Beside<'_>) -> Option<Candidate> {
        let mut found = self.tail.judge_level(beside.calendar, beside.starts)?;
        let (nanos, seen) = &self.slowest;
        let text = format!("a span of {} that took {}", self.subject.name, span(*nanos as f64 / 1e9));
        found.evidence.push(shown(seen, text));
        found.subject = self.subject.clone();
        Some(found)
    }

    /// Scores that calibration is fed with on a quiet day, by class.
    pub(crate) fn quiet_scores(&self, beside: &Beside<'_>) -> Vec<(Class, f64)> {
        let share = |counted: &History<u32>| counts::share_score_now(counted.values(), self.spans.values());
        let shares =
            share(&self.errors).into_iter().chain(share(&self.retries)).map(|score| (Class::Share, score));
        let around =
            SeriesAround { traffic: beside.traffic, measured: beside.traffic, starts: beside.starts };
        shares.chain(self.tail.quiet_scores(beside.calendar, &around)).collect()
    }

    /// Remembers that a signal was said, so that its end can be told; `is_explained` if nothing more is to be told of it.
    pub(crate) fn open(&mut self, kind: SignalKind, onset: Hour, episode: usize, is_explained: bool) {
        self.introduced = true;
        match kind {
            SignalKind::TailLatency => self.tail.open(kind, onset, episode),
            // A call that a build dropped stays gone, and is not said again every hour.
            _ if is_explained && kind != SignalKind::FlowGone => {}
            _ => {
                self.phase = Phase::Open(episode);
                self.open_kind = Some(kind);
            }
        }
    }

    /// Ends open episodes that are over at the close of this hour, and gives their places.
    pub(crate) fn end_episodes(&mut self, beside: &Beside<'_>) -> Vec<usize> {
        let hour = beside.calendar.hour;
        let mut ended = Vec::new();
        if let Phase::Open(place) = self.tail.phase
            && self.tail.ends(hour, beside.traffic, beside.starts)
        {
            self.tail.phase = Phase::ended_at(hour);
            ended.push(place);
        }
        if let Phase::Open(place) = self.phase
            && self.has_ended(hour)
        {
            self.phase = Phase::ended_at(hour);
            ended.push(place);
        }
        ended
    }

    fn has_ended(&self, hour: Hour) -> bool {
        let spans = self.spans.values();
        let silent = spans.iter().rev().take_while(|&&count| count == 0).count();
        let is_back = |counted: &History<u32>| {
            counts::share_score_now(counted.values(), spans).is_none_or(|score| score < BACK_SCORE_MAX)
        };
        match self.open_kind {
            Some(SignalKind::FlowNew) => {
                silent >= NEW_SILENT_HOURS || hour - self.first_seen.hour() >= NEW_SETTLED_HOURS
            }
            Some(SignalKind::FlowGone) => silent == 0,
            Some(SignalKind::RetriesRising) => is_back(&self.retries),
            _ => is_back(&self.errors),
        }
    }

    /// What a signal of this kind is about, over time.
    pub(crate) fn curve(&self, kind: SignalKind, calendar: &Calendar<'_>) -> Curve {
        const STEP: usize = 6;
        let (history, unit) = match kind {
            SignalKind::TailLatency => return self.tail.curve(calendar),
            SignalKind::RetriesRising => (&self.retries, "repeated attempts per 6 h"),
            SignalKind::ErrorsRising => (&self.errors, "failures per 6 h"),
            _ => (&self.spans, "spans per 6 h"),
        };
        let sum = |block: &[u32]| Some(block.iter().map(|&count| f64::from(count)).sum());
        Curve {
            from: history.first().start(),
            step_seconds: STEP as i64 * 3_600,
            values: history.values().chunks(STEP).map(sum).collect(),
            baseline: Vec::new(),
            unit: unit.to_owned(),
        }
    }
}

fn shown(seen: &Sighting, text: String) -> Evidence {
    Evidence { time: seen.time, text, source: seen.place.to_string() }
}

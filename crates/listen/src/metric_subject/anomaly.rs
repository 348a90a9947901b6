//! What went farther than ever: when it is said, and when it is over.
//!
//! It has phases of its own beside that of drifts and steps, since a spike of minutes must not keep a drift of days from
//! being said: one for each manner in which a series can surprise. One surprise at a time; and each manner rests for a week
//! after it was said, so that a spike does not silence the series for what is another change. A step is not said again if
//! the hour in which it came was surprising already: that is one episode.

use hark_detect::Direction;
use hark_detect::anomaly::{Anomaly, Manner, What};
use hark_detect::company::{Apart, Scale};
use hark_detect::onset;
use hark_detect::robust::{median, quantile_of};
use hark_detect::shape;
use hark_event::{Hour, SignalKind};

use super::findings::Found;
use super::{Calendar, HOURS_PER_DAY, MetricSubject, PART_SECONDS, PARTS_PER_HOUR, without_holidays};
use crate::candidate::{Candidate, Class};
use crate::metric_name::Meaning;
use crate::phase::Phase;
use crate::season_clock::Clock;
use crate::words::{beside_days, latest};

/// Hours in a row without a surprise after which it is over.
const CALM_HOURS: u8 = 3;
/// An hour that reaches less than this share of the threshold is calm.
const CALM_SCORE_MAX: f64 = 0.5;
/// Below this share of the threshold nothing is weighed, however much is asked for.
const SCORE_MIN: f64 = 0.4;
/// Hours that tell where values usually lie.
const SCALE_HOURS: usize = 28 * HOURS_PER_DAY;
/// What moves by less than this share of itself hardly moves.
const HARDLY_MOVES: f64 = 1e-3;
/// Days of a straight line, and how much of the middle one a step between days may differ from it.
const STRAIGHT_DAYS: usize = 7;
const STRAIGHT_WITHIN: f64 = 0.2;
/// A step that began at most so long before a surprise is what was surprising.
const SAME_HOURS: i64 = 24;

/// What was surprising in a series, and what may be said of it again.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Surprises {
    /// One for each manner.
    phases: [Phase; Manner::ALL.len()],
    since: Hour,
    calm_hours: u8,
}

impl Surprises {
    pub(super) fn none_since(hour: Hour) -> Self {
        Self { phases: [Phase::Quiet; Manner::ALL.len()], since: hour, calm_hours: 0 }
    }

    /// The episode that is open.
    pub(crate) fn open_episode(&self) -> Option<usize> {
        self.phases.iter().find_map(|phase| match phase {
            Phase::Open(episode) => Some(*episode),
            Phase::Quiet | Phase::Resting(_) => None,
        })
    }

    pub(super) fn may_speak(&self, manner: Manner, hour: Hour) -> bool {
        self.open_episode().is_none() && self.phases[manner as usize].may_speak(hour)
    }

    pub(super) fn open(&mut self, manner: Manner, hour: Hour, episode: usize) {
        self.phases[manner as usize] = Phase::Open(episode);
        self.since = hour;
        self.calm_hours = 0;
    }

    /// Ends what is open if it is over at the close of this hour, and says which episode that was.
    ///
    /// A series that left the others may be as usual by itself all the while: it is back when they are together again.
    pub(crate) fn end(&mut self, hour: Hour, rest_hours: i64, is_together: bool) -> Option<usize> {
        let has_left = matches!(self.phases[Manner::Apart as usize], Phase::Open(_));
        let is_calm = if has_left { is_together } else { self.calm_hours >= CALM_HOURS };
        let ended = self.open_episode().filter(|_| is_calm)?;
        let open = self.phases.iter_mut().find(|phase| matches!(phase, Phase::Open(_)));
        *open.expect("an episode is open") = Phase::rested(hour, rest_hours);
        Some(ended)
    }

    /// What was surprising has been explained.
    pub(crate) fn explained(&mut self, hour: Hour) {
        self.phases = [Phase::ended_at(hour); Manner::ALL.len()];
    }
}

impl MetricSubject {
    /// Takes the values of the hour, a few minutes apart; one that was scraped at another interval surprises nobody.
    pub(super) fn hear_minutes(
        &mut self,
        minutes: [f32; PARTS_PER_HOUR],
        is_as_often: bool,
        calendar: &Calendar<'_>,
    ) {
        self.minutes = minutes;
        let slot = calendar.slots.at(calendar.hour).expect("the calendar knows the hour that closes");
        if calendar.hour.0 % 24 == 0 {
            self.anomaly_score_today = 0.0;
            self.memory.get_or_insert_default();
            self.movement.begin_day();
        }
        let Some(memory) = &mut self.memory else { return };
        let found = memory.hear(&minutes, self.memory_clock.hours_of_day(slot));
        // On a holiday no hour is like others, and a mean over hours knows a holiday until it is past.
        let hours = found.map_or(1, |found| found.hours) as i64;
        let with_holiday = calendar.slots.since(calendar.hour + 1 - hours).iter().any(|slot| slot.is_holiday);
        self.anomaly = found.filter(|_| !with_holiday && is_as_often);
        let score = self.anomaly.map_or(0.0, |anomaly| anomaly.score);
        self.anomaly_score_today = self.anomaly_score_today.max(score);
        let knows_no_holiday =
            |hours: i64| !calendar.slots.since(calendar.hour + 1 - hours).iter().any(|slot| slot.is_holiday);
        self.movement.hear(&minutes, !(is_as_often && knows_no_holiday(shape::HOURS as i64)));
        let score = score.max(self.movement.score());
        let calm = &mut self.surprises.calm_hours;
        // On a holiday nothing is judged, nor at another interval until that is the usual one, and what is unusual is not over.
        if !with_holiday && is_as_often {
            *calm = if score < CALM_SCORE_MAX { calm.saturating_add(1) } else { 0 };
        }
        if calendar.hour.0 % 24 == 23 {
            let from = self
                .values
                .first()
                .max(calendar.slots.first())
                .max(self.usual_since.unwrap_or(Hour(i64::MIN)));
            let slots = calendar.slots.since(from);
            let ordinary = without_holidays(&self.values.since(from), slots);
            let (places, clock) = Clock::followed(&ordinary, slots);
            self.memory_clock = clock;
            let hours_of_day = places.into_iter().map(|place| usize::from(place) % HOURS_PER_DAY);
            memory.close_day(&ordinary, hours_of_day);
            self.movement.close_day(&ordinary);
        }
    }

    /// Whether it has been heard long enough for anything to be surprising.
    pub(crate) fn can_surprise(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.is_ready()) && !self.is_mute()
    }

    /// Whether its days tell how surprising quiet series are.
    pub(super) fn tells_of_quiet(&self) -> bool {
        self.surprises.open_episode().is_none()
            && self.can_surprise()
            && self.memory.as_ref().is_some_and(|memory| memory.knows_a_week())
    }

    /// How many of the hours that were judged lie behind the change, where it went above or below: a mean over hours is high before the first of them is.
    fn hours_since_onset(&self, found: &Anomaly) -> usize {
        if matches!(found.manner(), Manner::Above | Manner::Below)
            && self.scores.values().len() >= found.hours
        {
            onset::hours_since(&self.scores.latest(found.hours), found.direction)
        } else {
            found.hours
        }
    }

    /// What is to be said of the hour by itself.
    pub(crate) fn judge_anomaly(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let found = self.anomaly?;
        let may_speak =
            self.phase.may_speak(calendar.hour) && self.surprises.may_speak(found.manner(), calendar.hour);
        if found.score < SCORE_MIN || !may_speak || self.is_mute() || !self.matters(&found) {
            return None;
        }
        if matches!(found.what, What::Extreme | What::Level) && self.is_straight() {
            return None;
        }
        let onset = (calendar.hour + 1 - self.hours_since_onset(&found) as i64).start();
        let kind = match self.meaning {
            Meaning::TailLatency => SignalKind::TailLatency,
            _ => SignalKind::MetricAnomaly,
        };
        let words = self.in_words(&found);
        let summary = format!("{} {words}, {}.", self.name, beside_all_days(&found));
        // Beside what usually jumps, which is nothing, it says no more.
        let text = match found.what {
            What::Jump => words,
            _ => format!("{}{}", self.said(found.now), self.beside_usual(&found)),
        };
        let score = found.score;
        let window_hours = found.hours;
        let found = Found { kind, class: Class::Anomaly, onset, score, summary, text, window_hours };
        Some(self.candidate(found, calendar))
    }

    /// Whether something may be said of a first movement: it is told as what went above or below.
    pub(super) fn may_awake(&self, hour: Hour) -> bool {
        self.phase.may_speak(hour) && self.surprises.may_speak(Manner::Above, hour)
    }

    /// Remembers that a first movement was said.
    pub(crate) fn open_awoken(&mut self, hour: Hour, episode: usize) {
        self.surprises.open(Manner::Above, hour, episode);
    }

    /// A limit and an end that comes nearer say nothing by themselves.
    pub(super) fn has_no_extremes(&self) -> bool {
        matches!(self.meaning, Meaning::Limit | Meaning::Part | Meaning::Expiry)
    }

    /// A limit says nothing by itself, and what ticks a few times an hour is heard as counts.
    fn is_mute(&self) -> bool {
        self.has_no_extremes() || self.is_counted()
    }

    /// Less movement, and movement to the harmless side, is no news for what has one.
    fn matters(&self, found: &Anomaly) -> bool {
        match found.what {
            What::Extreme | What::Level => self.meaning.matters(found.direction),
            What::Roughness if found.direction == Direction::Down => {
                !matches!(self.meaning, Meaning::Countdown | Meaning::TailLatency)
            }
            // A disk that is cleaned and a fault that is mended jump to the harmless side.
            What::Jump => self.meaning.matters(self.jumped()),
            What::Roughness => true,
        }
    }

    /// Which way the largest step between the values of the last hour, and from the hour before, leads.
    fn jumped(&self) -> Direction {
        let before = match self.values.latest(2)[..] {
            [before, _] => Some(before),
            _ => None,
        };
        let values = before.into_iter().chain(self.minutes).filter(|value| value.is_finite());
        let values: Vec<f32> = values.collect();
        let steps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let largest = steps.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0);
        if largest < 0.0 { Direction::Down } else { Direction::Up }
    }

    /// Whether its days lie on a straight line, so that each is farther than ever and none a surprise.
    fn is_straight(&self) -> bool {
        let days = self.latest_days(STRAIGHT_DAYS);
        let steps: Vec<f64> =
            days.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).collect();
        let Some(middle) = median(steps.iter().copied()) else { return false };
        steps.len() + 1 >= STRAIGHT_DAYS - 1
            && middle != 0.0
            && steps.iter().all(|step| (step - middle).abs() <= STRAIGHT_WITHIN * middle.abs())
    }

    /// What is usual, behind what was measured; where both read the same, how far they lie apart.
    fn beside_usual(&self, found: &Anomaly) -> String {
        let (now, usual) = (self.said(found.now), self.said(found.usual));
        let when = match found.what {
            What::Extreme => " at this hour",
            What::Level => " at these hours",
            What::Jump | What::Roughness => "",
        };
        if now != usual {
            return format!(" where {usual} is usual{when}");
        }
        let side = if found.now < found.usual { "below" } else { "above" };
        format!(", {} {side} what is usual{when}", self.said((found.now - found.usual).abs()))
    }

    fn in_words(&self, found: &Anomaly) -> String {
        let (now, usual) = (self.said(found.now), self.said(found.usual));
        match (found.what, found.direction) {
            (What::Extreme, _) => format!("went to {now}{}", self.beside_usual(found)),
            (What::Level, _) => {
                format!("was {now} over the last {}{}", latest(found.hours), self.beside_usual(found))
            }
            (What::Jump, _) => match self.jumped() {
                Direction::Up => format!("jumped by {now} at once"),
                Direction::Down => format!("fell by {now} at once"),
            },
            (What::Roughness, Direction::Up) => {
                format!(
                    "moved by {now} from one value to the next over the last {} where {usual} is usual",
                    latest(found.hours)
                )
            }
            (What::Roughness, Direction::Down) => {
                format!(
                    "hardly moved over the last {}, by {now} from one value to the next where {usual} is usual",
                    latest(found.hours)
                )
            }
        }
    }

    /// Remembers that the surprise of this hour was said.
    pub(crate) fn open_anomaly(&mut self, hour: Hour, episode: usize) {
        let found = self.anomaly.expect("what was said was found in this hour");
        self.surprises.open(found.manner(), hour, episode);
    }

    /// What is to be said if it left the company of the other series of its service.
    pub(crate) fn apart(
        &self,
        direction: Direction,
        apart: &Apart,
        summary: impl FnOnce() -> String,
        calendar: &Calendar<'_>,
    ) -> Option<Candidate> {
        let may_speak =
            self.phase.may_speak(calendar.hour) && self.surprises.may_speak(Manner::Apart, calendar.hour);
        if !may_speak || self.is_mute() || !self.meaning.matters(direction) {
            return None;
        }
        let kind = match self.meaning {
            Meaning::TailLatency => SignalKind::TailLatency,
            _ => SignalKind::MetricAnomaly,
        };
        let summary = summary();
        let text = format!("together {}", beside_days(apart.times_farthest, FAR_FROM_USUAL, apart.days));
        let onset = calendar.hour.start();
        let found =
            Found { kind, class: Class::Apart, onset, score: apart.score, summary, text, window_hours: 1 };
        Some(self.candidate(found, calendar))
    }

    /// Whether it can be heard together with others.
    pub(crate) fn has_company(&self) -> bool {
        !self.is_mute()
    }

    /// What is surprising about the hour that closed last.
    pub(crate) fn surprise(&self) -> Option<&Anomaly> {
        self.anomaly.as_ref()
    }

    /// What it was at a few minutes of the hour that closed last, or nearest to them as far as one sample is from the next.
    pub(crate) fn at_minute(&self, part: usize) -> f64 {
        let apart =
            self.cadence.seconds().map_or(PARTS_PER_HOUR, |seconds| (seconds / PART_SECONDS as f32) as usize);
        let nearest = (0..=apart).find_map(|apart| {
            let [before, after] = [part.checked_sub(apart), Some(part + apart)]
                .map(|at| at.and_then(|at| self.minutes.get(at)).filter(|value| value.is_finite()));
            before.or(after)
        });
        nearest.map_or(f64::NAN, |&value| f64::from(value))
    }

    /// Medians over five minutes of the hour that closed last; `NaN` where nothing was measured.
    pub(crate) fn minutes(&self) -> &[f32; PARTS_PER_HOUR] {
        &self.minutes
    }

    /// Where its hourly values usually lie; a series that hardly moves has no width.
    pub(crate) fn scale(&self) -> Scale {
        let latest = self.values.latest(SCALE_HOURS);
        let at = |share: f64| quantile_of(&latest, share).unwrap_or(f64::NAN);
        let center = at(0.5);
        let width = at(0.95) - at(0.05);
        Scale { center, width: if width > HARDLY_MOVES * center.abs() { width } else { f64::NAN } }
    }

    /// Remembers that it was said to have left the others.
    pub(crate) fn open_apart(&mut self, hour: Hour, episode: usize) {
        self.surprises.open(Manner::Apart, hour, episode);
    }

    /// Whether a step that began then is what was surprising already.
    pub(super) fn was_surprising(&self, onset: Hour) -> bool {
        self.surprises.phases.iter().any(|phase| *phase != Phase::Quiet)
            && (self.surprises.since - onset).abs() <= SAME_HOURS
    }
}

/// How far several went together.
pub(crate) const FAR_FROM_USUAL: [&str; 2] = ["far from usual", "farther from usual"];

/// How far it went beside the days before; what is a record in nothing may be rare in all.
fn beside_all_days(found: &Anomaly) -> String {
    let Anomaly { times_farthest, days, .. } = *found;
    if times_farthest >= 1.0 {
        beside_days(times_farthest, ["far", "farther"], days)
    } else {
        format!("as far as on few of the {days} days before, and so in several ways at once")
    }
}

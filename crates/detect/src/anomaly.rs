//! Farther out than ever: an hour of a series that goes beyond all that the series has done.
//!
//! An hour is condensed into a few *traits*: its highest and lowest value, its mean over six and twenty-four hours (each
//! against what is usual, and against what is usual at this hour of the day), its largest jump, and how rough or calm it
//! was. Of each trait the farthest excursion of each of the last four weeks' days is kept. How surprising an excursion is
//! comes from those days alone (see `farthest`). So a series that spikes every other day has to spike far higher than a
//! calm one, and nothing is assumed about its distribution. The most surprising traits of all sorts (a value, a level, a jump, roughness) add
//! up, as if they had nothing to do with each other: what barely is a record in one of them is a record somewhere every few days, and what
//! is one in all of them seldom is. How often such a sum comes by itself was measured on quiet days.
//!
//! The state is bounded (a little over two kilobytes a series) and the work for each value is constant; medians over weeks are
//! taken once a day. It cannot judge a series that has moved on fewer than two days, and it does not know weekends: what
//! they do, they have done on the days that are remembered.

#[cfg(test)]
mod tests;

use crate::Direction;
use crate::farthest::{Beforehand, Farthest, farther};
use crate::robust::median_of;

/// Days of which the roughness is remembered.
const DAYS_MAX: usize = 28;
/// Days on which a trait must have shown before it is judged.
const DAYS_MIN: usize = 2;
/// Days of a whole week. Before it is known, the first weekend would be a surprise: until then only what is more than ever is judged (a high
/// value, a jump, restlessness), not levels, not hours of the day and nothing that is less; and the surprise counts for less, by
/// this share of it at the most.
pub const WEEK_DAYS: usize = 7;
const FIRST_WEEK_LESS: f64 = 0.3;
/// The spread of a few days says little of how far the next record will go beyond the last one: that is alike in most series.
pub(crate) const BEFOREHAND: Beforehand = Beforehand { spread_days: 16.0, wild_max: 3.0 };
/// At this surprise of all sorts together, in powers of ten, it is just noticed.
const SURPRISE_MIN: f64 = 3.7;
/// So often a quiet day of a real series is just noticed.
const NOTICED: f64 = 0.0137;
/// And a score twice as high is so many times doubly as rare, on the same days. The tails of the few days that are known promise far more.
const RARER_POWER: f64 = 2.5;
const DAY: usize = 24;
const SHORT: usize = 6;

/// What about the hour was surprising.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum What {
    /// A single value.
    Extreme,
    /// The mean over some hours.
    Level,
    /// A jump from one value to the next.
    Jump,
    /// The roughness over some hours.
    Roughness,
}

/// How an hour went beyond all: changes of different manners are different news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// Values or levels were higher.
    Above,
    /// They were lower.
    Below,
    /// It moved more.
    Restless,
    /// It moved less.
    Calm,
    /// It left the company of others (see `company`).
    Apart,
    /// It moved as it never did (see `shape`).
    Otherwise,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Above, Self::Below, Self::Restless, Self::Calm, Self::Apart, Self::Otherwise];
}

/// An hour that goes beyond all that is remembered.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Anomaly {
    /// What went so far.
    pub what: What,
    /// Which way.
    pub direction: Direction,
    /// Over how many hours.
    pub hours: usize,
    /// The value, mean, jump or roughness.
    pub now: f64,
    /// What is usual for it: for a value or a mean, at this hour of the day or these.
    pub usual: f64,
    /// How many times as far from what is usual as on the farthest day before.
    pub times_farthest: f64,
    /// Days that were compared with.
    pub days: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

impl Anomaly {
    /// How it went beyond all.
    pub fn manner(&self) -> Manner {
        match (self.what, self.direction) {
            (What::Extreme | What::Level, Direction::Up) => Manner::Above,
            (What::Extreme | What::Level, Direction::Down) => Manner::Below,
            (What::Jump, _) | (What::Roughness, Direction::Up) => Manner::Restless,
            (What::Roughness, Direction::Down) => Manner::Calm,
        }
    }
}

/// The chance beforehand that a quiet day reaches a score, before any quiet days of the class are known: what moves together, as
/// it is said together, counted once.
pub fn chance_beforehand(score: f64) -> f64 {
    (NOTICED * score.max(f64::MIN_POSITIVE).powf(-RARER_POWER)).min(1.0)
}

/// A way in which an hour can go far.
#[derive(Clone, Copy)]
struct Trait {
    what: What,
    direction: Direction,
    hours: usize,
    by_hour: bool,
}

impl Trait {
    /// Whether it can be judged before a whole week is known.
    fn needs_a_week(self) -> bool {
        self.by_hour || self.what == What::Level || self.direction == Direction::Down
    }
}

const fn of(what: What, direction: Direction, hours: usize, by_hour: bool) -> Trait {
    Trait { what, direction, hours, by_hour }
}

const TRAITS: [Trait; 15] = [
    of(What::Extreme, Direction::Up, 1, false),
    of(What::Extreme, Direction::Down, 1, false),
    of(What::Extreme, Direction::Up, 1, true),
    of(What::Extreme, Direction::Down, 1, true),
    of(What::Level, Direction::Up, SHORT, false),
    of(What::Level, Direction::Down, SHORT, false),
    of(What::Level, Direction::Up, SHORT, true),
    of(What::Level, Direction::Down, SHORT, true),
    of(What::Level, Direction::Up, DAY, false),
    of(What::Level, Direction::Down, DAY, false),
    of(What::Level, Direction::Up, DAY, true),
    of(What::Level, Direction::Down, DAY, true),
    of(What::Jump, Direction::Up, 1, false),
    of(What::Roughness, Direction::Up, SHORT, false),
    of(What::Roughness, Direction::Down, SHORT, false),
];
const SORTS: [What; 4] = [What::Extreme, What::Level, What::Jump, What::Roughness];

/// What is remembered of one series.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Memory {
    /// One for each trait, from the end of its first day on: most of what a flood brings does not live to see it.
    farthest: Vec<Farthest>,
    /// How far every day goes in each: nearly no hour goes farther, and what is remembered of single days need not be looked at.
    daily: [f32; TRAITS.len()],
    /// How far today went in each.
    today: [f32; TRAITS.len()],
    usual: f32,
    usual_by_hour: [f32; DAY],
    rest: Latest,
    rest_by_hour: Latest,
    roughness: Latest,
    roughness_of_days: Ring,
    /// The middle of these.
    usual_roughness: f64,
    last: f32,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            farthest: Vec::new(),
            daily: [0.0; TRAITS.len()],
            today: [0.0; TRAITS.len()],
            usual: f32::NAN,
            usual_by_hour: [f32::NAN; DAY],
            rest: Latest::default(),
            rest_by_hour: Latest::default(),
            roughness: Latest::default(),
            roughness_of_days: Ring::default(),
            usual_roughness: 0.0,
            last: f32::NAN,
        }
    }
}

impl Memory {
    /// Takes the values of an hour in order of time, a few minutes apart, and tells how surprising they are; `None` if
    /// nothing was measured or is known to compare with. `hours_of_day` are 0 to 23, local time: of two at which values may be
    /// usual they are held against the one at which they are nearer to it.
    pub fn hear(&mut self, values: &[f32], hours_of_day: [usize; 2]) -> Option<Anomaly> {
        let middle = median_of(values).unwrap_or(f64::NAN) as f32;
        let usual_now = self.usual_by_hour[self.nearer(middle, hours_of_day) % DAY];
        self.rest.push(middle - self.usual);
        self.rest_by_hour.push(middle - usual_now);
        let jump = self.hear_jumps(values);
        if !middle.is_finite() {
            // Silence makes no hour stand out: what is left in the windows is what was judged before.
            return None;
        }
        let (low, high) = ends(values);
        let (rests, rests_by_hour) = (self.rest.means(), self.rest_by_hour.means());
        let [roughness, _] = self.roughness.means();
        let mut found = [Excursion::default(); TRAITS.len()];
        for (at, one) in TRAITS.iter().enumerate() {
            let expected = f64::from(if one.by_hour { usual_now } else { self.usual });
            let (now, usual) = match one.what {
                What::Extreme => (if one.direction == Direction::Up { high } else { low }, expected),
                What::Level => {
                    let rests = if one.by_hour { rests_by_hour } else { rests };
                    (expected + rests[usize::from(one.hours == DAY)], expected)
                }
                What::Jump => (jump, 0.0),
                What::Roughness => (roughness, self.usual_roughness),
            };
            let far = match (one.what, one.direction) {
                // Of what usually stands still one cannot say how many times as rough it is, but how rough.
                (What::Roughness, Direction::Up) => now,
                (What::Roughness, Direction::Down) => times_calmer(now, usual),
                _ => (now - usual) * one.direction.sign(),
            };
            if far.is_finite() && far > 0.0 {
                let here = |usual_here: f64| if usual_here.is_finite() { usual_here } else { usual };
                // Whatever it was held against, people are told what is usual at this hour.
                let (now, usual) = match one.what {
                    What::Extreme => (now, here(f64::from(usual_now))),
                    What::Level => {
                        let long = usize::from(one.hours == DAY);
                        let mean = f64::from(self.usual) + rests[long];
                        if mean.is_finite() { (mean, here(mean - rests_by_hour[long])) } else { (now, usual) }
                    }
                    What::Jump | What::Roughness => (now, usual),
                };
                found[at] = Excursion { far, now, usual, surprise: self.surprise(at, far) };
                self.today[at] = farther(self.today[at], far);
            }
        }
        self.most_surprising(&found)
    }

    /// In powers of ten; less of it counts while a week is not yet known.
    fn surprise(&self, at: usize, far: f64) -> f64 {
        if far <= f64::from(self.daily[at]) {
            return 0.0;
        }
        let Some(farthest) = self.farthest.get(at) else { return 0.0 };
        let days = farthest.days();
        if days < DAYS_MIN || (days < WEEK_DAYS && TRAITS[at].needs_a_week()) {
            return 0.0;
        }
        let unknown = 1.0 - days.min(WEEK_DAYS) as f64 / WEEK_DAYS as f64;
        farthest.surprise(far) * (1.0 - FIRST_WEEK_LESS * unknown)
    }

    fn nearer(&self, middle: f32, hours_of_day: [usize; 2]) -> usize {
        let [apart, other] = hours_of_day.map(|hour| (middle - self.usual_by_hour[hour % DAY]).abs());
        hours_of_day[usize::from(other < apart)]
    }

    /// Closes a day: its farthest excursions join those of the days before, and what is usual is learned from the hourly
    /// medians up to now (with the hour of the day of each).
    pub fn close_day(&mut self, hourly: &[f32], hours_of_day: impl Iterator<Item = usize>) {
        self.farthest.resize_with(TRAITS.len(), Farthest::default);
        for (at, one) in self.farthest.iter_mut().enumerate() {
            one.close_day(std::mem::take(&mut self.today[at]), BEFOREHAND);
            self.daily[at] = one.daily();
        }
        let day = self.roughness.median();
        if day.is_finite() {
            self.roughness_of_days.push(day as f32);
        }
        self.usual_roughness = median_of(self.roughness_of_days.known()).unwrap_or(0.0);
        let usual = |values: &[f32]| median_of(values).map_or(f32::NAN, |usual| usual as f32);
        let by_hour = ByHour::of(hourly, hours_of_day);
        self.usual = usual(by_hour.all());
        for hour in 0..DAY {
            self.usual_by_hour[hour] = usual(by_hour.near(hour));
        }
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        let latest = [&self.rest, &self.rest_by_hour, &self.roughness];
        (self.farthest.is_empty() || self.farthest.len() == TRAITS.len())
            && self.farthest.iter().all(Farthest::is_sound)
            && latest.into_iter().all(|latest| latest.next < DAY)
            && usize::from(self.roughness_of_days.known) <= DAYS_MAX
            && usize::from(self.roughness_of_days.next) < DAYS_MAX
    }

    /// Whether anything could be said of the series.
    pub fn is_ready(&self) -> bool {
        self.farthest.iter().any(|one| one.days() >= DAYS_MIN)
    }

    /// Whether all that can surprise is judged: days on which less was are no measure for those on which all is.
    pub fn knows_a_week(&self) -> bool {
        self.farthest.iter().any(|one| one.days() >= WEEK_DAYS)
    }

    /// On how many of the latest days it went to this value or beyond, if only for minutes, and how many they are.
    pub fn days_at(&self, direction: Direction, value: f64) -> (usize, usize) {
        let at = TRAITS
            .iter()
            .position(|one| (one.what, one.direction, one.by_hour) == (What::Extreme, direction, false));
        let far = (value - f64::from(self.usual)) * direction.sign();
        let farthest = at.and_then(|at| self.farthest.get(at)).filter(|_| far.is_finite());
        farthest.map_or((0, 0), |farthest| farthest.days_at(far))
    }

    /// The largest jump, and the mean of all into the roughness.
    fn hear_jumps(&mut self, values: &[f32]) -> f64 {
        let (mut most, mut sum, mut count) = (f64::NAN, 0.0, 0_u32);
        for &value in values.iter().filter(|value| value.is_finite()) {
            let jump = f64::from((value - self.last).abs());
            if jump.is_finite() {
                most = most.max(jump);
                sum += jump;
                count += 1;
            }
            self.last = value;
        }
        if count == 0 && values.iter().all(|value| !value.is_finite()) {
            // What lies between two values with a gap between them is not known to have been one jump.
            self.last = f32::NAN;
        }
        self.roughness.push(if count > 0 { (sum / f64::from(count)) as f32 } else { f32::NAN });
        most
    }

    fn most_surprising(&self, found: &[Excursion]) -> Option<Anomaly> {
        let of_sort = |sort: What| {
            let those = found.iter().enumerate().filter(move |(at, _)| TRAITS[*at].what == sort);
            those.map(|(at, one)| (at, one.surprise)).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        };
        let mut sorts: Vec<(usize, f64)> = SORTS.into_iter().filter_map(of_sort).collect();
        sorts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (at, most) = *sorts.first()?;
        if most <= 0.0 {
            return None;
        }
        let Excursion { far, now, usual, .. } = found[at];
        Some(Anomaly {
            what: TRAITS[at].what,
            direction: TRAITS[at].direction,
            hours: TRAITS[at].hours,
            now,
            usual,
            times_farthest: far / self.farthest[at].record().max(f64::MIN_POSITIVE),
            days: self.farthest[at].days(),
            score: sorts.iter().map(|(_, surprise)| surprise).sum::<f64>() / SURPRISE_MIN,
        })
    }
}

/// How far an hour went in one way.
#[derive(Clone, Copy, Default)]
struct Excursion {
    far: f64,
    now: f64,
    usual: f64,
    surprise: f64,
}

/// The logarithm of how many times as calm as usual; a series that stands still is taken for a thousandth as rough, and one that was
/// not measured, or usually stands still, for nothing.
fn times_calmer(now: f64, usual: f64) -> f64 {
    if now.is_nan() || usual <= 0.0 { f64::NAN } else { -(now.max(1e-3 * usual) / usual).ln() }
}

/// The lowest and the highest value.
fn ends(values: &[f32]) -> (f64, f64) {
    let measured = values.iter().filter(|value| value.is_finite());
    let (low, high) = measured
        .fold((f32::NAN, f32::NAN), |(low, high), &value| (f32::min(low, value), f32::max(high, value)));
    (f64::from(low), f64::from(high))
}

/// Measured values by their hour of the day. Those of the last hour stand before and those of the first one behind all others as well, so that
/// the values of neighbouring hours lie side by side.
struct ByHour {
    values: Vec<f32>,
    /// Where those of each hour begin, the last one of the day before and the first one of the next included.
    begins: [usize; DAY + 3],
}

impl ByHour {
    fn of(hourly: &[f32], hours_of_day: impl Iterator<Item = usize>) -> Self {
        let measured: Vec<(f32, u8)> = hourly
            .iter()
            .zip(hours_of_day)
            .filter(|(value, _)| value.is_finite())
            .map(|(&value, hour)| (value, (hour % DAY) as u8))
            .collect();
        let mut counts = [0; DAY];
        measured.iter().for_each(|(_, hour)| counts[usize::from(*hour)] += 1);
        let mut begins = [0; DAY + 3];
        for place in 0..DAY + 2 {
            begins[place + 1] = begins[place] + counts[(place + DAY - 1) % DAY];
        }
        let mut values = vec![0.0; begins[DAY + 2]];
        let mut next = begins;
        for (value, hour) in measured {
            let hour = usize::from(hour);
            let mut put = |place: usize| {
                values[next[place]] = value;
                next[place] += 1;
            };
            put(hour + 1);
            if hour == 0 {
                put(DAY + 1);
            } else if hour == DAY - 1 {
                put(0);
            }
        }
        Self { values, begins }
    }

    fn all(&self) -> &[f32] {
        &self.values[self.begins[1]..self.begins[DAY + 1]]
    }

    /// Those of an hour and of its two neighbours.
    fn near(&self, hour: usize) -> &[f32] {
        &self.values[self.begins[hour]..self.begins[hour + 3]]
    }
}

/// The latest values, one an hour.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Latest {
    values: [f32; DAY],
    next: usize,
}

impl Default for Latest {
    fn default() -> Self {
        Self { values: [f32::NAN; DAY], next: 0 }
    }
}

impl Latest {
    fn push(&mut self, value: f32) {
        self.values[self.next] = value;
        self.next = (self.next + 1) % DAY;
    }

    /// The means of the last hours, of few and of a day; `NaN` if fewer than three in four of them are known.
    fn means(&self) -> [f64; 2] {
        let (mut sum, mut count) = (0.0, 0_usize);
        let mut means = [f64::NAN; 2];
        for back in 1..=DAY {
            let value = self.values[(self.next + DAY - back) % DAY];
            if value.is_finite() {
                sum += f64::from(value);
                count += 1;
            }
            if (back == SHORT || back == DAY) && count * 4 >= back * 3 {
                means[usize::from(back == DAY)] = sum / count as f64;
            }
        }
        means
    }

    fn median(&self) -> f64 {
        median_of(&self.values).unwrap_or(f64::NAN)
    }
}

/// Values of the latest days.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Ring {
    /// Those that are known, in any order.
    values: [f32; DAYS_MAX],
    known: u8,
    next: u8,
}

impl Ring {
    fn push(&mut self, value: f32) {
        self.values[usize::from(self.next)] = value;
        self.next = (self.next + 1) % DAYS_MAX as u8;
        self.known = (self.known + 1).min(DAYS_MAX as u8);
    }

    fn known(&self) -> &[f32] {
        &self.values[..usize::from(self.known)]
    }
}

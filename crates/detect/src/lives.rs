//! What a process takes in the course of its life, beside what it took in its earlier lives.
//!
//! A start gives back what was taken, so that over weeks a level says nothing: memory that creeps after each start is how a process
//! lives, and a leak that restarts reset never goes beyond its history. What can be compared is what a process has at the
//! same age. Each life, from a start to the next, has its pace: the median slope between blocks that lie whole days apart,
//! so that the hour of the day says nothing (Hirsch, Slack and Smith 1982, after Sen 1968); the first hours of a life are left out.
//! Caches go on filling for days: an earlier life is asked for its pace as far as it was as young as this one is. A climb is news if nearly
//! all of the slopes of this life lie beyond the pace of the fastest life before it, and only as far as it goes beyond where those stood.
//!
//! It cannot judge lives of less than two days, nor the first two, nor does it know the age of a process that ran before the first value: its
//! pace is that of all that was seen of it. Where a service has many processes and one of them starts, the lives of the
//! others are cut, too: their paces are right, and that starts reset them is then not seen.

use crate::Direction;
use crate::robust::{median, median_of_at_least, quantile};

const BLOCK: usize = 6;
const BLOCKS_PER_DAY: usize = 24 / BLOCK;
/// The first hours of a life are not like the others.
const WARM_UP_HOURS: usize = 6;
/// A life has a pace if so many pairs of its blocks lie whole days apart.
const PAIRS_MIN: usize = 3;
/// Earlier lives that must be known.
const LIVES_MIN: usize = 2;
const LIVES_MAX: usize = 12;
/// How many times the pace of the fastest life before.
const FASTER_MIN: f64 = 1.5;
/// What climbs by no more than this is as before.
const AS_BEFORE_MAX: f64 = 1.25;
/// It must have come this share of the way that its pace makes of its days.
const COME_MIN: f64 = 0.5;
/// A life of fewer hours may be too young to tell its pace.
const YOUNG_HOURS: usize = 48;
/// All slopes of a life but so small a share of them must lie beyond.
const SLOPES_BELOW: f64 = 0.1;
/// Hours over which a level is told, and by which an earlier life may have been sooner where it stood.
const LEVEL_HOURS: usize = 24;
/// A climb has gone flat if its latest days have no more than this share of its pace so far.
const FLAT_MAX: f64 = 0.2;
/// Days that tell whether it has, after as many in which it climbed.
const FLAT_HOURS: usize = 72;
/// Hours on both sides of a start that are compared, and how many must be measured.
const AROUND_HOURS: usize = 12;
const AROUND_HOURS_MIN: usize = 6;

/// The present life of a process beside its earlier ones.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Climb {
    /// Units a day, as a positive number in the direction that was asked for.
    pub pace: f64,
    /// What nearly all slopes of this life reach.
    pub pace_at_least: f64,
    /// The pace of the fastest life before when it was as young; 0 if none went this way.
    pub fastest_before: f64,
    /// How many lives before had a pace.
    pub lives_before: usize,
    /// Days of this life that were judged.
    pub days: f64,
    /// Its level when it was warm.
    pub first_level: f64,
    /// How far the last day lies from that, in the direction that was asked for.
    come: f64,
    /// How far the last day lies beyond where earlier lives stood at that age, those that were shorter at any.
    beyond: f64,
    /// Whether starts give back what was taken: nearly all did, the latest among them.
    pub starts_reset_it: bool,
}

impl Climb {
    /// Looks at hourly values (`NaN` where not measured) of a process that started at these hours, in order of time.
    ///
    /// `None` as long as too little is known of this life or of earlier ones.
    pub fn of(values: &[f32], starts: &[usize], direction: Direction) -> Option<Self> {
        let sign = direction.sign();
        let starts: Vec<usize> = starts.iter().copied().filter(|start| *start < values.len()).collect();
        let life = since(values, *starts.last()?);
        let slopes = slopes(life, sign);
        if slopes.len() < PAIRS_MIN {
            return None;
        }
        let before = Before::of(values, &starts, life.len(), sign);
        if before.lives < LIVES_MIN {
            return None;
        }
        let first_level = median_of_at_least(BLOCK / 2, &life[..life.len().min(2 * BLOCK)])?;
        let level_now = level_before(life, life.len())?;
        let stood =
            earlier_lives(values, &starts).take(LIVES_MAX).filter_map(|other| other.stood(life.len(), sign));
        let beyond = level_now * sign - stood.fold(f64::NEG_INFINITY, f64::max);
        Some(Self {
            pace: median(slopes.iter().copied())?,
            pace_at_least: quantile(slopes.iter().copied(), SLOPES_BELOW)?,
            fastest_before: before.fastest,
            lives_before: before.lives,
            days: life.len() as f64 / 24.0,
            first_level,
            come: (level_now - first_level) * sign,
            beyond,
            starts_reset_it: starts_reset(values, &starts, sign),
        })
    }

    /// Whether it climbs faster than in any life before, and has come as far as that says.
    pub fn is_faster(&self) -> bool {
        self.pace_at_least > FASTER_MIN * self.fastest_before
            && self.pace_at_least > 0.0
            && self.come >= COME_MIN * self.pace * self.days
    }

    /// Whether it climbs as it did before, and starts have always reset it.
    pub fn is_as_before(&self) -> bool {
        self.starts_reset_it && self.pace <= AS_BEFORE_MAX * self.fastest_before
    }

    /// How much farther it has gone in this life than it would have in the fastest one before, and than any stood.
    pub fn gone_beyond(&self) -> f64 {
        ((self.pace - self.fastest_before) * self.days).min(self.beyond).max(0.0)
    }
}

/// Whether the present life, as far as can be told, is no faster than this pace allows, nor than those were at its age that ended before the
/// place `onset`, if they are remembered; `None` as long as it is too young to tell.
pub fn is_calm(
    values: &[f32],
    starts: &[usize],
    direction: Direction,
    fastest: f64,
    onset: usize,
) -> Option<bool> {
    let sign = direction.sign();
    let latest = starts.iter().copied().rfind(|start| *start < values.len())?;
    let life = since(values, latest);
    let ended: Vec<usize> = starts.iter().copied().filter(|start| *start <= onset.min(latest)).collect();
    let before = Before::of(values, &ended, life.len(), sign);
    // While a life is young its pace is half noise, as that of those before it was: nothing ends by what would not have been news.
    let fastest = if before.lives < LIVES_MIN { fastest } else { before.fastest.min(fastest) };
    pace(life, sign).map(|pace| pace <= FASTER_MIN * fastest)
}

/// Whether the present life climbed and does so no more: its latest days have hardly any of the pace that led to them.
pub fn has_gone_flat(life: &[f32], direction: Direction) -> bool {
    let Some(climbed) = life.len().checked_sub(FLAT_HOURS).filter(|climbed| *climbed >= LEVEL_HOURS) else {
        return false;
    };
    let sign = direction.sign();
    let (Some(first), Some(reached), Some(recent)) = (
        median_of_at_least(BLOCK / 2, &life[..2 * BLOCK]),
        level_before(life, life.len()),
        pace(&life[climbed..], sign),
    ) else {
        return false;
    };
    let days = life.len() as f64 / 24.0;
    recent <= FLAT_MAX * (reached - first) * sign / days
}

/// Whether starts hide a climb that began at the place `onset`: they gave back what it had taken, and the latest life of which that can be
/// told is faster than those that ended before it. A first life behind it that is too young to tell is waited for.
pub fn is_hidden_by_starts(values: &[f32], starts: &[usize], direction: Direction, onset: usize) -> bool {
    let sign = direction.sign();
    let starts: Vec<usize> = starts.iter().copied().filter(|start| *start < values.len()).collect();
    let before: Vec<usize> = starts.iter().copied().filter(|start| *start <= onset).collect();
    let Some(first_since) = starts.iter().copied().find(|start| *start > onset) else { return false };
    let since_then: Vec<usize> = starts.iter().copied().filter(|start| *start > onset).collect();
    let gave_back = resets(values, &since_then, sign);
    let known = Before::of(values, &before, usize::MAX, sign);
    if known.lives < LIVES_MIN || 2 * gave_back.iter().filter(|reset| **reset).count() < gave_back.len() {
        return false;
    }
    let ends = since_then.iter().copied().skip(1).chain([values.len()]);
    let lives =
        since_then.iter().zip(ends).filter_map(|(&start, end)| values.get(start + WARM_UP_HOURS..end));
    let paces_at_least = lives.filter_map(|life| {
        let slopes = slopes(life, sign);
        let is_known = slopes.len() >= PAIRS_MIN;
        is_known.then(|| quantile(slopes, SLOPES_BELOW)).flatten().map(|pace| (life.len(), pace))
    });
    match paces_at_least.last() {
        Some((age, pace_at_least)) => {
            pace_at_least > FASTER_MIN * Before::of(values, &before, age, sign).fastest
        }
        None => values.len() - first_since < YOUNG_HOURS,
    }
}

/// What was measured after a start, the first hours left out.
fn since(values: &[f32], start: usize) -> &[f32] {
    &values[(start + WARM_UP_HOURS).min(values.len())..]
}

/// A life that has ended.
#[derive(Clone, Copy)]
struct Earlier<'a> {
    values: &'a [f32],
    /// Whether its beginning was seen, so that it is known how old it was.
    is_aged: bool,
}

impl<'a> Earlier<'a> {
    /// What is known of it from when it was no older than this.
    fn until(self, age: usize) -> &'a [f32] {
        if self.is_aged { &self.values[..age.min(self.values.len())] } else { self.values }
    }

    /// The farthest level at which it stood at this age; at any, if it did not live so long or its age is not known.
    fn stood(self, age: usize, sign: f64) -> Option<f64> {
        let length = self.values.len();
        let ends: Vec<usize> = if self.is_aged && age <= length {
            vec![age, (age + LEVEL_HOURS).min(length)]
        } else {
            (0..=length.saturating_sub(1) / LEVEL_HOURS).map(|days| length - days * LEVEL_HOURS).collect()
        };
        ends.into_iter().filter_map(|end| Some(level_before(self.values, end)? * sign)).max_by(f64::total_cmp)
    }
}

/// The median of the last day before an age.
fn level_before(life: &[f32], age: usize) -> Option<f64> {
    median_of_at_least(BLOCK / 2, &life[age.saturating_sub(LEVEL_HOURS)..age])
}

/// The lives before the present one, latest first.
fn earlier_lives<'a>(values: &'a [f32], starts: &'a [usize]) -> impl Iterator<Item = Earlier<'a>> {
    let began = |at: usize| if at == 0 { 0 } else { starts[at - 1] + WARM_UP_HOURS };
    (0..starts.len())
        .rev()
        .filter_map(move |at| Some(Earlier { values: values.get(began(at)..starts[at])?, is_aged: at > 0 }))
}

/// What lives before the present one were like when they were no older than it is.
struct Before {
    /// How many of them had a pace.
    lives: usize,
    /// That of the fastest among those that lived as long, or longest: the others were young all their lives, and those climb faster.
    fastest: f64,
}

impl Before {
    fn of(values: &[f32], starts: &[usize], age: usize, sign: f64) -> Self {
        let lives: Vec<(Earlier<'_>, f64)> = earlier_lives(values, starts)
            .filter_map(|life| Some((life, pace(life.until(age), sign)?)))
            .take(LIVES_MAX)
            .collect();
        let aged = lives.iter().filter(|(life, _)| life.is_aged);
        let longest = aged.map(|(life, _)| life.values.len()).max().unwrap_or(0);
        let is_like_it = |life: &Earlier<'_>| !life.is_aged || life.values.len() >= age.min(longest);
        let fastest = lives.iter().filter(|(life, _)| is_like_it(life)).map(|(_, pace)| *pace);
        Self { lives: lives.len(), fastest: fastest.fold(0.0, f64::max) }
    }
}

fn pace(life: &[f32], sign: f64) -> Option<f64> {
    let slopes = slopes(life, sign);
    if slopes.len() < PAIRS_MIN { None } else { median(slopes) }
}

/// Slopes per day between all blocks that lie whole days apart.
fn slopes(life: &[f32], sign: f64) -> Vec<f64> {
    let blocks: Vec<f64> = life
        .chunks(BLOCK)
        .map(|block| median_of_at_least(BLOCK / 2, block).map_or(f64::NAN, |level| level * sign))
        .collect();
    let mut slopes = Vec::new();
    for (later, level) in blocks.iter().enumerate() {
        for days in 1..=later / BLOCKS_PER_DAY {
            slopes.push((level - blocks[later - days * BLOCKS_PER_DAY]) / days as f64);
        }
    }
    slopes.retain(|slope| slope.is_finite());
    slopes
}

/// Whether at nearly every start, the latest among them, the level went back.
fn starts_reset(values: &[f32], starts: &[usize], sign: f64) -> bool {
    let resets = resets(values, starts, sign);
    let count = resets.iter().filter(|reset| **reset).count();
    resets.len() >= LIVES_MIN && resets.last() == Some(&true) && 4 * count >= 3 * resets.len()
}

/// Whether the level went back at each start of which that can be told.
fn resets(values: &[f32], starts: &[usize], sign: f64) -> Vec<bool> {
    let reset = |at: usize| -> Option<bool> {
        let start = starts[at];
        let next = starts.get(at + 1).copied().unwrap_or(values.len());
        let before = &values[start.saturating_sub(AROUND_HOURS)..start];
        let from = start + WARM_UP_HOURS;
        let after = values.get(from..next.min(from + AROUND_HOURS))?;
        let level = |part| median_of_at_least(AROUND_HOURS_MIN, part);
        Some((level(before)? - level(after)?) * sign > 0.0)
    };
    (0..starts.len()).filter_map(reset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hourly values of lives of so many hours each, each with a pace of its own, and with the hours of the day in them.
    fn lives(of: &[(usize, f64)]) -> (Vec<f32>, Vec<usize>) {
        let (mut values, mut starts) = (Vec::new(), Vec::new());
        for &(hours, pace) in of {
            starts.push(values.len());
            for age in 0..hours {
                let hour = values.len();
                let texture = (hour * 7919 % 101) as f64 / 100.0;
                let day = ((hour % 24) as f64 - 12.0).abs() / 4.0;
                values.push((500.0 + texture + day + pace * age as f64 / 24.0) as f32);
            }
        }
        (values, starts)
    }

    fn climb(of: &[(usize, f64)]) -> Option<Climb> {
        let (values, starts) = lives(of);
        Climb::of(&values, &starts, Direction::Up)
    }

    #[test]
    fn who_climbs_as_in_earlier_lives_is_as_before_however_long() {
        let climb = climb(&[(150, 3.0), (170, 3.0), (200, 3.0), (190, 3.0)]).expect("lives");
        assert!(climb.is_as_before() && !climb.is_faster(), "{climb:?}");
        assert_eq!(climb.lives_before, 3);
    }

    #[test]
    fn who_climbs_faster_than_in_any_earlier_life_is_found_within_two_days() {
        let noticed = (24..100).find(|&hours| {
            climb(&[(150, 3.0), (170, 3.0), (200, 3.0), (hours, 60.0)]).is_some_and(|climb| climb.is_faster())
        });
        assert!(noticed.is_some_and(|hours| (36..=50).contains(&hours)), "{noticed:?}");
        let again = climb(&[(150, 3.0), (90, 60.0), (90, 60.0), (90, 60.0)]).expect("lives");
        assert!(!again.is_faster(), "then it is what it did before: {again:?}");
    }

    #[test]
    fn the_hour_of_the_day_is_no_climb() {
        for hours in 30..80 {
            let flat = climb(&[(170, 0.0), (170, 0.0), (170, 0.0), (hours, 0.0)]);
            assert!(flat.is_none_or(|flat| flat.gone_beyond() < 3.0), "{hours}: {flat:?}");
        }
    }

    #[test]
    fn what_starts_do_not_reset_is_never_as_before() {
        let (mut values, starts) = lives(&[(150, 3.0), (170, 3.0), (200, 3.0), (190, 3.0)]);
        for (hour, value) in values.iter_mut().enumerate() {
            *value = 500.0 + 3.0 * hour as f32 / 24.0;
        }
        let climb = Climb::of(&values, &starts, Direction::Up).expect("lives");
        assert!(!climb.starts_reset_it && !climb.is_as_before(), "{climb:?}");
    }

    #[test]
    fn it_is_calm_again_when_a_life_is_as_slow_as_those_before() {
        let check = |of: &[(usize, f64)]| {
            let (values, starts) = lives(of);
            is_calm(&values, &starts, Direction::Up, 3.0, of[0].0)
        };
        assert_eq!(check(&[(150, 3.0), (80, 60.0), (70, 60.0)]), Some(false));
        assert_eq!(check(&[(150, 3.0), (80, 60.0), (70, 3.0)]), Some(true));
        assert_eq!(check(&[(150, 3.0), (80, 60.0), (20, 3.0)]), None, "too young to tell");
    }

    #[test]
    fn starts_hide_a_climb_until_a_life_is_as_slow_as_those_before_it() {
        let check = |of: &[(usize, f64)]| {
            let (values, starts) = lives(of);
            is_hidden_by_starts(&values, &starts, Direction::Up, 480)
        };
        let before = [(150, 3.0), (170, 3.0), (150, 3.0)];
        assert!(!check(&[&before[..], &[(90, 60.0)]].concat()), "no start has hidden it yet");
        assert!(check(&[&before[..], &[(90, 60.0), (20, 60.0)]].concat()), "too young to tell");
        assert!(check(&[&before[..], &[(90, 60.0), (80, 60.0), (20, 60.0)]].concat()));
        assert!(!check(&[&before[..], &[(90, 60.0), (80, 60.0), (60, 3.0)]].concat()));
        assert!(
            !check(&[(150, 0.0), (170, 0.0), (150, 0.0), (90, 60.0), (80, 0.0)]),
            "who stands still is calm"
        );
        assert!(!check(&[(470, 3.0), (90, 60.0), (80, 60.0)]), "too few lives to compare with");
    }

    #[test]
    fn neither_shift_nor_scale_changes_what_is_found() {
        let (values, starts) = lives(&[(150, 3.0), (170, 3.0), (200, 3.0), (90, 60.0)]);
        let found = Climb::of(&values, &starts, Direction::Up).expect("lives");
        let turned: Vec<f32> = values.iter().map(|value| value * -2.0 + 4_096.0).collect();
        let other = Climb::of(&turned, &starts, Direction::Down).expect("lives");
        assert!((other.pace - 2.0 * found.pace).abs() < 0.01 && other.is_faster(), "{other:?}");
    }

    #[test]
    fn without_earlier_lives_nothing_is_known() {
        assert_eq!(climb(&[(400, 3.0)]), None);
        assert_eq!(Climb::of(&[], &[], Direction::Up), None);
        assert_eq!(Climb::of(&[f32::NAN; 600], &[100, 200, 300], Direction::Up), None);
        assert_eq!(Climb::of(&[1.0; 600], &[700], Direction::Up), None);
    }
}

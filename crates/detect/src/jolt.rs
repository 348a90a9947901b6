//! Moments at which many series of one service move at once as they never did together.
//!
//! What happens to a host or a service within minutes shows in how its series move from one sample to the next, more than in where they lie. Of up to
//! [`MEMBERS_MAX`] series the covariance of these moves is learned, each in its own width, with older days counting for less; how unusual a
//! moment is, is its distance by that covariance (as in `company`, which judges where series lie, by medians of five minutes). A spike of
//! one series is news of that series, and heard as such: so a moment counts as far as it went *without the three series that went farthest*,
//! which is exact for a Gaussian (the distance of the rest is what remains when the farthest are taken out one by one, each with what it lets expect of
//! others). It has to go several times as far as usual, so that where all moments are alike nothing is said, and how surprising it is comes
//! from the farthest moments of the days before (see `farthest`).
//!
//! The state is half a square of the members twice, in single precision; the work for each sample grows with the members. It cannot see what fewer than four
//! series do, nor what takes longer than from one sample to the next.

use crate::company::{inverse, pairs};
use crate::farthest::{Beforehand, Farthest, farther};

pub use crate::company::MEMBERS_MAX;

/// Values of one hour, one a minute; `NaN` where none was measured.
pub type Minutes = [f32; MINUTES];
/// How many there are.
pub const MINUTES: usize = 60;

/// Series that have to move now and then, or no moment is judged.
const MOVING_MIN: usize = 8;
/// So many of them may go as far as they like.
const LEFT_OUT: usize = 3;
/// Less than so many times as far as usual is no news.
const TIMES_USUAL_MIN: f64 = 3.0;
/// A move is taken for no farther than so many widths: one disaster must not teach all that follows.
const FAR_MAX: f64 = 10.0;
/// A width is so many times the usual root mean square of the moves of an hour.
const WIDTH_RMS: f64 = 2.0;
/// So that sums of days do not overflow.
const WIDEST: f64 = 1e36;
/// Added to each variance, in squares of widths.
const VARIANCE_FLOOR: f64 = 1e-3;
/// What a day weighs beside the next one.
const DECAY: f64 = 0.951_7;
/// Days that must have been learned from, and days whose farthest moment must be known.
const LEARNED_DAYS_MIN: usize = 2;
const DAYS_MIN: usize = 5;
const BEFOREHAND: Beforehand = Beforehand { spread_days: 12.0, wild_max: 3.0 };
/// What is measured in fewer minutes of an hour is compared from five minutes to the next.
const EACH_MINUTE_MIN: usize = 45;
const FEW_MINUTES: usize = 5;
/// Hours after which another interval is the usual one.
const OTHER_HOURS_MAX: u8 = 24;
/// Who went so many widths moved farther than usual.
const FARTHER_MIN: f64 = 1.0;
/// How many movers are named.
const MOVERS_MAX: usize = 8;

/// A moment at which many moved.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Jolt {
    /// Those that moved farther than usual, first who did so most beside what the others let expect; a few.
    pub movers: Vec<Mover>,
    /// How many of those that ever move moved farther than they usually do.
    pub moved: usize,
    /// How many ever move.
    pub of: usize,
    /// How many times as far as usual all but the farthest three went together.
    pub times_usual: f64,
    /// How many times as far as on the farthest day before.
    pub times_farthest: f64,
    /// Days that were compared with.
    pub days: usize,
    /// How surprising, in powers of ten of days.
    pub score: f64,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mover {
    /// Its place among the members.
    pub member: usize,
    /// By how much it moved.
    pub by: f64,
}

/// The chance beforehand that a quiet day reaches a score, measured on real services.
pub fn chance_beforehand(score: f64) -> f64 {
    (0.17 * 10.0_f64.powf(-0.5 * score)).min(1.0)
}

/// How far a member usually moves from one sample to the next.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Width {
    /// Root mean squares of hours, of days gone by and of today.
    sum: f32,
    weight: f32,
    today: f32,
    hours: u8,
    /// What moves are measured in today; nothing if it never moved.
    now: f32,
}

impl Width {
    fn far(self, by: f32) -> f64 {
        let far = f64::from(by) / f64::from(self.now);
        if far.is_finite() { far.clamp(-FAR_MAX, FAR_MAX) } else { 0.0 }
    }

    /// Closes a day, and tells what older moves in the old width are to be multiplied by.
    fn close_day(&mut self) -> f64 {
        if self.hours > 0 {
            self.sum = self.sum * DECAY as f32 + self.today / f32::from(self.hours);
            self.weight = self.weight * DECAY as f32 + 1.0;
        }
        let old = std::mem::replace(&mut self.now, WIDTH_RMS as f32 * self.sum / self.weight.max(1.0));
        (self.today, self.hours) = (0.0, 0);
        if old > 0.0 && self.now > 0.0 { f64::from(old) / f64::from(self.now) } else { 1.0 }
    }
}

/// What is known of how the members move.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Jolts {
    widths: Vec<Width>,
    last: Vec<f32>,
    /// Minutes from one moment to the next; none before the first.
    step: u8,
    /// Hours in a row at another interval.
    other_hours: u8,
    /// Sums of products of pairs, row by row, each up to the product of a member with itself.
    products: Vec<f32>,
    weight: f32,
    learned_days: usize,
    /// The inverse of the covariance, as the products lie.
    inverse: Option<Vec<f32>>,
    farthest: Farthest,
    today: f32,
}

/// The farthest moment of an hour.
struct Moment {
    squared: f64,
    far: Vec<f64>,
    by: Vec<f32>,
}

impl Jolts {
    /// How many members there are.
    pub fn members(&self) -> usize {
        self.widths.len()
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        let members = self.members();
        members <= MEMBERS_MAX
            && self.last.len() == members
            && self.products.len() == pairs(members)
            && self.inverse.as_ref().is_none_or(|inverse| inverse.len() == pairs(members))
            && [0, 1, FEW_MINUTES].contains(&usize::from(self.step))
            && self.farthest.is_sound()
    }

    /// Adds a member behind the others; it is judged once a day has closed.
    ///
    /// # Panics
    /// If there are [`MEMBERS_MAX`] already.
    pub fn join(&mut self) {
        let members = self.members() + 1;
        assert!(members <= MEMBERS_MAX, "a company is bounded");
        self.products.reserve_exact(members);
        self.products.resize(pairs(members), 0.0);
        self.widths.push(Width::default());
        self.last.push(f32::NAN);
        self.inverse = None;
    }

    /// Takes a member out.
    pub fn leave(&mut self, member: usize) {
        let stay = |row: usize| (0..=row).filter(move |column| row != member && *column != member);
        let kept = (0..self.members()).flat_map(|row| stay(row).map(move |column| pairs(row) + column));
        self.products = kept.map(|at| self.products[at]).collect();
        self.widths.remove(member);
        self.last.remove(member);
        self.inverse = None;
    }

    /// Takes the values of an hour of each member, and tells of the moment at which most went farthest; `None` if nothing can be compared or it is no news.
    ///
    /// # Panics
    /// If there is not one hour for each member.
    pub fn hear(&mut self, hours: &[Minutes]) -> Option<Jolt> {
        assert_eq!(hours.len(), self.members(), "every member has its hour");
        let step = self.follow_interval(hours)?;
        let moving = self.widths.iter().filter(|width| width.now > 0.0).count();
        let inverse = self.inverse.as_ref().map(|inverse| square(inverse, self.members()));
        let mut squares = vec![(0.0, 0_u32); self.members()];
        let mut products = vec![0.0; self.products.len()];
        let mut farthest: Option<Moment> = None;
        for minute in (0..MINUTES).step_by(step) {
            let by = self.moves(hours, minute..minute + step);
            for (sum, by) in squares.iter_mut().zip(&by).filter(|(_, by)| by.is_finite()) {
                *sum = (sum.0 + f64::from(*by) * f64::from(*by), sum.1 + 1);
            }
            let measured =
                by.iter().zip(&self.widths).filter(|(by, width)| by.is_finite() && width.now > 0.0);
            if moving == 0 || measured.count() * 2 < moving {
                continue;
            }
            let far: Vec<f64> = by.iter().zip(&self.widths).map(|(&by, width)| width.far(by)).collect();
            if let Some(inverse) = &inverse {
                let least = farthest.as_ref().map_or(0.0, |farthest| farthest.squared);
                if let Some(squared) = without_farthest(inverse, &far, least) {
                    farthest = Some(Moment { squared, far: far.clone(), by });
                }
            }
            add_products(&mut products, &far);
            self.weight += 1.0;
        }
        self.learn(&squares, &products);
        let found = self.judge(&farthest?, &inverse?, moving);
        found.filter(|found| found.times_usual >= TIMES_USUAL_MIN)
    }

    /// Closes a day: learns from it.
    pub fn close_day(&mut self) {
        self.farthest.close_day(std::mem::take(&mut self.today), BEFOREHAND);
        let times: Vec<f64> = self.widths.iter_mut().map(Width::close_day).collect();
        for (row, one) in times.iter().enumerate() {
            let pairs = self.products[pairs(row)..pairs(row + 1)].iter_mut();
            pairs
                .zip(&times)
                .for_each(|(product, other)| *product = (f64::from(*product) * one * other) as f32);
        }
        self.learned_days += usize::from(self.weight > 0.0);
        self.inverse = (self.learned_days >= LEARNED_DAYS_MIN).then(|| self.invert()).flatten();
        self.products.iter_mut().for_each(|product| *product *= DECAY as f32);
        self.weight *= DECAY as f32;
    }

    /// Whether its moments are judged.
    pub fn is_judged(&self) -> bool {
        self.inverse.is_some() && self.farthest.days() >= DAYS_MIN
    }

    /// Minutes from one moment to the next, if these are what they usually are. Who is measured at another interval for a day begins anew.
    fn follow_interval(&mut self, hours: &[Minutes]) -> Option<usize> {
        let measured = |hour: &Minutes| hour.iter().filter(|value| value.is_finite()).count();
        let mut counts: Vec<usize> = hours.iter().map(measured).filter(|count| *count > 0).collect();
        counts.sort_unstable();
        let step = match counts.get(counts.len() / 2) {
            Some(&count) if count >= EACH_MINUTE_MIN => 1,
            Some(_) => FEW_MINUTES,
            None => {
                self.last.fill(f32::NAN);
                return None;
            }
        };
        if self.step == 0 {
            self.step = step as u8;
        }
        if usize::from(self.step) == step {
            self.other_hours = 0;
            return Some(step);
        }
        self.last.fill(f32::NAN);
        self.other_hours += 1;
        if self.other_hours >= OTHER_HOURS_MAX {
            let members = self.members();
            *self = Self::default();
            (0..members).for_each(|_| self.join());
        }
        None
    }

    /// By how much each member moved since the moment before.
    fn moves(&mut self, hours: &[Minutes], minutes: std::ops::Range<usize>) -> Vec<f32> {
        let latest =
            |hour: &Minutes| hour[minutes.clone()].iter().rev().find(|value| value.is_finite()).copied();
        let values = hours.iter().map(|hour| latest(hour).unwrap_or(f32::NAN));
        self.last.iter_mut().zip(values).map(|(last, value)| value - std::mem::replace(last, value)).collect()
    }

    fn learn(&mut self, squares: &[(f64, u32)], products: &[f64]) {
        for (width, &(sum, count)) in self.widths.iter_mut().zip(squares).filter(|(_, sum)| sum.1 > 0) {
            width.today += (sum / f64::from(count)).sqrt().min(WIDEST) as f32;
            width.hours = width.hours.saturating_add(1);
        }
        self.products.iter_mut().zip(products).for_each(|(all, hour)| *all = (f64::from(*all) + hour) as f32);
    }

    fn judge(&mut self, moment: &Moment, inverse: &[f64], moving: usize) -> Option<Jolt> {
        let distance = moment.squared.sqrt();
        let score = self.farthest.surprise(distance);
        let found = (self.farthest.days() >= DAYS_MIN).then(|| Jolt {
            movers: movers(moment, inverse),
            moved: moment.far.iter().filter(|far| far.abs() >= FARTHER_MIN).count(),
            of: moving,
            times_usual: distance / (moving.saturating_sub(LEFT_OUT).max(1) as f64).sqrt(),
            times_farthest: distance / self.farthest.record().max(f64::MIN_POSITIVE),
            days: self.farthest.days(),
            score,
        });
        self.today = farther(self.today, distance);
        found
    }

    fn invert(&self) -> Option<Vec<f32>> {
        let size = self.members();
        if self.widths.iter().filter(|width| width.now > 0.0).count() < MOVING_MIN {
            return None;
        }
        let covariance = (0..size * size).map(|at| {
            let (row, column) = (at / size, at % size);
            let floor = if row == column { VARIANCE_FLOOR } else { 0.0 };
            f64::from(self.products[pairs(row.max(column)) + row.min(column)] / self.weight) + floor
        });
        let inverse = inverse(covariance.collect(), size)?;
        Some(
            (0..size)
                .flat_map(|row| inverse[row * size..=row * size + row].iter().map(|&cell| cell as f32))
                .collect(),
        )
    }
}

/// All cells of what is kept by half.
fn square(half: &[f32], size: usize) -> Vec<f64> {
    let cell = |at: usize| {
        let (row, column) = (at / size, at % size);
        f64::from(half[pairs(row.max(column)) + row.min(column)])
    };
    (0..size * size).map(cell).collect()
}

fn add_products(products: &mut [f64], far: &[f64]) {
    for (row, one) in far.iter().enumerate().filter(|(_, one)| **one != 0.0) {
        let pairs = products[pairs(row)..pairs(row + 1)].iter_mut();
        pairs.zip(far).for_each(|(product, other)| *product += one * other);
    }
}

/// The inverse times how far the members went: who stands still adds nothing.
fn pulls(inverse: &[f64], far: &[f64]) -> Vec<f64> {
    let mut pulls = vec![0.0; far.len()];
    for (row, one) in inverse.chunks_exact(far.len()).zip(far).filter(|(_, one)| **one != 0.0) {
        pulls.iter_mut().zip(row).for_each(|(pull, cell)| *pull += cell * one);
    }
    pulls
}

/// The squared distance that is left when those that went farthest are taken out, if it is more than the `least`.
fn without_farthest(inverse: &[f64], far: &[f64], least: f64) -> Option<f64> {
    let size = far.len();
    let mut pulls = pulls(inverse, far);
    let mut squared: f64 = pulls.iter().zip(far).map(|(pull, far)| pull * far).sum();
    let mut sure: Vec<f64> = (0..size).map(|at| inverse[at * size + at]).collect();
    let mut taken: Vec<Vec<f64>> = Vec::with_capacity(LEFT_OUT);
    for _ in 0..LEFT_OUT {
        // Those that are taken out add nothing.
        if squared <= least {
            return None;
        }
        let share = |at: usize| if sure[at] > 0.0 { pulls[at] * pulls[at] / sure[at] } else { 0.0 };
        let (worst, most) =
            (0..size).map(|at| (at, share(at))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        if most <= 0.0 {
            break;
        }
        squared -= most;
        // Its column as it is without those that were taken out before, over the root of its own cell.
        let mut column = inverse[worst * size..(worst + 1) * size].to_vec();
        for before in &taken {
            let share = before[worst];
            column.iter_mut().zip(before).for_each(|(cell, before)| *cell -= before * share);
        }
        let root = sure[worst].sqrt();
        column.iter_mut().for_each(|cell| *cell /= root);
        let share = pulls[worst] / root;
        for at in 0..size {
            pulls[at] -= column[at] * share;
            sure[at] -= column[at] * column[at];
        }
        (pulls[worst], sure[worst]) = (0.0, 0.0);
        taken.push(column);
    }
    (squared > least).then_some(squared)
}

/// Who moved farther than usual, by how far that is from what the others let expect.
fn movers(moment: &Moment, inverse: &[f64]) -> Vec<Mover> {
    let size = moment.far.len();
    let shares = pulls(inverse, &moment.far).into_iter().enumerate();
    let shares = shares.filter(|(member, _)| moment.far[*member].abs() >= FARTHER_MIN);
    let mut shares: Vec<(usize, f64)> =
        shares.map(|(member, pull)| (member, pull * pull / inverse[member * size + member])).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
        .into_iter()
        .take(MOVERS_MAX)
        .map(|(member, _)| Mover { member, by: f64::from(moment.by[member]) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: usize = 12;
    const DAYS: usize = 20;

    /// Noise between -1 and 1 that is the same in every run.
    fn texture(seed: usize) -> f32 {
        let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)) % 65_521) as f32 / 32_760.5 - 1.0
    }

    /// Twelve series that move by themselves each minute, measured each `step` minutes; `added` is what else is in a value.
    fn listen(step: usize, added: impl Fn(usize, usize, usize) -> f32) -> Vec<Option<Jolt>> {
        let mut jolts = Jolts::default();
        (0..MEMBERS).for_each(|_| jolts.join());
        let mut heard = Vec::new();
        for hour in 0..DAYS * 24 {
            let value = |member: usize, minute: usize| {
                let is_measured = minute.is_multiple_of(step);
                let own = texture((hour * MINUTES + minute) * MEMBERS + member);
                if is_measured { 100.0 + own + added(hour, member, minute) } else { f32::NAN }
            };
            let hours: Vec<Minutes> =
                (0..MEMBERS).map(|member| std::array::from_fn(|minute| value(member, minute))).collect();
            heard.push(jolts.hear(&hours));
            if hour % 24 == 23 {
                jolts.close_day();
            }
        }
        assert!(jolts.is_sound() && jolts.is_judged());
        heard
    }

    fn said(heard: &[Option<Jolt>]) -> Vec<usize> {
        let said = |(hour, jolt): (usize, &Option<Jolt>)| jolt.is_some().then_some(hour);
        heard.iter().enumerate().filter_map(said).collect()
    }

    #[test]
    fn one_minute_in_which_six_move_is_heard_in_its_hour_and_they_are_named() {
        let jolt = |hour: usize, member: usize, minute: usize| {
            if hour == 400 && minute == 17 && member < 6 { 20.0 } else { 0.0 }
        };
        let heard = listen(1, jolt);
        assert_eq!(said(&heard), [400]);
        let found = heard[400].as_ref().expect("it was heard");
        assert!(found.score > 1.0 && found.times_usual > 3.0, "{found:?}");
        assert_eq!((found.moved, found.of), (6, 12));
        assert!(found.movers.iter().take(6).all(|mover| mover.member < 6), "{found:?}");
        assert!(
            said(&listen(5, |hour, member, _| if hour >= 400 && member < 6 { 20.0 } else { 0.0 })) == [400]
        );
    }

    #[test]
    fn three_that_go_as_far_as_they_like_are_their_own_news() {
        let jolt = |hour: usize, member: usize, minute: usize| {
            if hour == 400 && minute == 17 && member < 3 { 1e6 } else { 0.0 }
        };
        assert_eq!(said(&listen(1, jolt)), []);
    }

    #[test]
    fn what_all_do_together_every_hour_is_none() {
        let wave = |_: usize, _: usize, minute: usize| if minute == 30 { 8.0 } else { 0.0 };
        assert_eq!(said(&listen(1, wave)), []);
    }

    #[test]
    fn what_is_left_without_the_farthest_is_the_distance_of_the_others_alone() {
        let covariance = |row: usize, column: usize| {
            if row == column { 1.0 + row as f64 } else { 0.4 / (1 + row + column) as f64 }
        };
        let of = |members: &[usize]| {
            let cells =
                members.iter().flat_map(|&row| members.iter().map(move |&column| covariance(row, column)));
            inverse(cells.collect(), members.len()).expect("it is positive definite")
        };
        let far = [9.0, 1.0, -8.0, 2.0, 0.0, -20.0, 3.0];
        let all: Vec<usize> = (0..far.len()).collect();
        let squared = without_farthest(&of(&all), &far, 0.0).expect("something is left");
        let rest = [1, 3, 4, 6];
        let rest_far = rest.map(|member| far[member]);
        let alone: f64 =
            pulls(&of(&rest), &rest_far).iter().zip(rest_far).map(|(pull, far)| pull * far).sum();
        assert!((squared - alone).abs() < 1e-9, "{squared} {alone}");
        assert_eq!(without_farthest(&of(&all), &far, squared), None);
    }

    #[test]
    fn members_come_and_go_and_another_interval_begins_anew() {
        let mut jolts = Jolts::default();
        (0..10).for_each(|_| jolts.join());
        let hour = |step: usize, seed: usize| -> Vec<Minutes> {
            let value = |member: usize, minute: usize| {
                if minute.is_multiple_of(step) {
                    texture((seed * 60 + minute) * 10 + member)
                } else {
                    f32::NAN
                }
            };
            (0..10).map(|member| std::array::from_fn(|minute| value(member, minute))).collect()
        };
        for at in 0..8 * 24 {
            jolts.hear(&hour(1, at));
            if at % 24 == 23 {
                jolts.close_day();
            }
        }
        assert!(jolts.is_judged());
        jolts.leave(3);
        assert!(jolts.members() == 9 && jolts.is_sound() && !jolts.is_judged());
        jolts.join();
        (0..24).for_each(|at| assert_eq!(jolts.hear(&hour(5, at)), None));
        assert!(jolts.is_sound() && jolts.members() == 10 && jolts.farthest.days() == 0);
    }
}

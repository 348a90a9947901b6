//! Series that usually move together, and one that leaves their company.
//!
//! Of up to [`MEMBERS_MAX`] series of one service the covariance is learned, of values every few minutes, each relative to its
//! own centre and width, with older days counting for less (half after two weeks). How unusual a moment is, is its
//! distance from what is usual measured by that covariance (Mahalanobis 1936, "On the generalised distance in statistics"):
//! ten series that rise together as they do every morning are near, one that stays behind is far. Of each day the farthest
//! moment is remembered, and how surprising a distance is comes from those days alone (see `farthest`). Who left the company is
//! the series that the others foretell worst.
//!
//! The state is a square of the members, the work for each value grows with their number; the covariance is inverted once a
//! day. It cannot see what all do together as always, only more so: that is what each of them is heard for by itself.

use crate::farthest::{Beforehand, Farthest, farther};

/// Series that are judged together; more are heard by themselves only.
pub const MEMBERS_MAX: usize = 64;
/// Fewer have no company.
const MEMBERS_MIN: usize = 3;
/// Days that must have been learned from, and days whose farthest moment must be known.
const LEARNED_DAYS_MIN: usize = 2;
const DAYS_MIN: usize = 5;
/// What a day weighs beside the next one.
const DECAY: f64 = 0.951_7;
/// A value is taken for no farther from its centre than so many widths: one disaster must not teach all that follows.
const FAR_MAX: f64 = 10.0;
/// Added to each variance, in squares of widths: what hardly moves is not infinitely sure.
const VARIANCE_FLOOR: f64 = 1e-3;
/// A company that fell apart yesterday is no measure of what is usual today.
const BEFOREHAND: Beforehand = Beforehand { spread_days: 4.0, wild_max: 1.1 };

/// A moment at which a series left the company of the others.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Apart {
    /// Those that the others foretold worst, worst first; a few.
    pub leavers: Vec<Leaver>,
    /// How many times as far as on the farthest day before.
    pub times_farthest: f64,
    /// Days that were compared with.
    pub days: usize,
    /// How surprising, in powers of ten of days.
    pub score: f64,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Leaver {
    /// Its place among the members.
    pub member: usize,
    /// Its value.
    pub now: f64,
    /// What the others let expect.
    pub expected: f64,
}

/// Rounds in which those that are missing are foretold from all others (Gauss and Seidel).
const EXPECTED_ROUNDS: usize = 3;
/// How many leavers are named.
const LEAVERS_MAX: usize = 5;
/// Who is foretold less than half as badly as the worst did not leave: it was left.
const LEAVER_MIN: f64 = 0.5;

/// The chance beforehand that a quiet day reaches a score, measured on real services: it falls half as fast as the power law of each
/// company's own days says, of which there are few.
pub fn chance_beforehand(score: f64) -> f64 {
    (0.14 * 10.0_f64.powf(-0.55 * score)).min(1.0)
}

/// What is known of the members.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Company {
    scales: Vec<Scale>,
    sums: Vec<f64>,
    /// Sums of products of pairs, row by row, each up to the product of a member with itself: the rest would say the same.
    products: Vec<f64>,
    weight: f64,
    learned_days: usize,
    learned: Option<Learned>,
    farthest: Farthest,
    /// The farthest distance of today.
    today: f32,
    /// The distances of the last two moments: one wild moment alone is no news.
    before: [f64; 2],
}

/// Where a member's values usually lie.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Scale {
    /// The middle.
    pub center: f64,
    /// From the lowest to the highest twentieth; not positive or not finite if nothing is known.
    pub width: f64,
}

impl Scale {
    /// How far from the centre, in widths; `NaN` if that cannot be told.
    fn far(self, value: f32) -> f64 {
        let far = (f64::from(value) - self.center) / self.width;
        if far.is_finite() && self.width > 0.0 { far.clamp(-FAR_MAX, FAR_MAX) } else { f64::NAN }
    }
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Learned {
    mean: Vec<f64>,
    /// The inverse of the covariance, column by column: so all rows are summed side by side, each in the order of its columns. Its floor
    /// lets no cell be so large that single precision would not do.
    columns: Vec<f32>,
}

impl Learned {
    /// The cells of a row.
    fn row(&self, at: usize) -> impl Iterator<Item = f64> + '_ {
        self.columns.iter().skip(at).step_by(self.mean.len()).map(|&cell| f64::from(cell))
    }
}

impl Company {
    /// How many members there are.
    pub fn members(&self) -> usize {
        self.scales.len()
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        let (members, square) = (self.members(), self.members() * self.members());
        let is_learned = |learned: &Learned| learned.mean.len() == members && learned.columns.len() == square;
        members <= MEMBERS_MAX
            && self.sums.len() == members
            && self.products.len() == pairs(members)
            && self.learned.as_ref().is_none_or(is_learned)
            && self.farthest.is_sound()
    }

    /// Adds a member behind the others; it is judged once the day has closed.
    ///
    /// # Panics
    /// If there are [`MEMBERS_MAX`] already.
    pub fn join(&mut self) {
        let old = self.members();
        assert!(old < MEMBERS_MAX, "a company is bounded");
        self.products.reserve_exact(old + 1);
        self.products.resize(pairs(old + 1), 0.0);
        self.sums.push(0.0);
        self.scales.push(Scale { center: 0.0, width: f64::NAN });
        self.learned = None;
    }

    /// Takes a member out.
    pub fn leave(&mut self, member: usize) {
        let stay = |row: usize| (0..=row).filter(move |column| row != member && *column != member);
        let kept = (0..self.members()).flat_map(|row| stay(row).map(move |column| pairs(row) + column));
        self.products = kept.map(|at| self.products[at]).collect();
        self.sums.remove(member);
        self.scales.remove(member);
        self.learned = None;
    }

    /// Takes the moments of an hour, each with one value for each member (`NaN` if it was not measured), and tells how far
    /// from usual the farthest lay; `None` if nothing can be compared.
    pub fn hear(&mut self, moments: &[Vec<f32>]) -> Option<Apart> {
        let mut farthest: Option<(f64, Vec<f64>)> = None;
        for moment in moments {
            let far: Vec<f64> =
                self.scales.iter().zip(moment).map(|(scale, &value)| scale.far(value)).collect();
            let known = far.iter().filter(|far| far.is_finite()).count();
            if known < MEMBERS_MIN || known * 2 < far.len() {
                continue;
            }
            let far = self.as_expected(far);
            if let Some(distance) = self.distance(&far) {
                // A moment that has come back is not what two before it were.
                let middle = middle_of(distance, self.before).min(distance);
                self.before = [self.before[1], distance];
                if farthest.as_ref().is_none_or(|(most, _)| middle > *most) {
                    farthest = Some((middle, far.clone()));
                }
            }
            self.learn(&far);
        }
        let (distance, far) = farthest.filter(|(distance, _)| *distance > 0.0)?;
        let score = self.farthest.surprise(distance);
        let found = (self.farthest.days() >= DAYS_MIN).then(|| Apart {
            leavers: self.leavers(&far),
            times_farthest: distance / self.farthest.record().max(f64::MIN_POSITIVE),
            days: self.farthest.days(),
            score,
        });
        self.today = farther(self.today, distance);
        found
    }

    /// Closes a day: learns from it, and takes the members' scales for the next one.
    ///
    /// # Panics
    /// If there is not one scale for each member.
    pub fn close_day(&mut self, scales: Vec<Scale>) {
        assert_eq!(scales.len(), self.members(), "every member has its scale");
        self.farthest.close_day(std::mem::take(&mut self.today), BEFOREHAND);
        self.scales = scales;
        if self.weight > 0.0 {
            self.learned_days += 1;
        }
        self.learned = (self.learned_days >= LEARNED_DAYS_MIN).then(|| self.invert()).flatten();
        self.sums.iter_mut().for_each(|sum| *sum *= DECAY);
        self.products.iter_mut().for_each(|product| *product *= DECAY);
        self.weight *= DECAY;
    }

    /// What was not measured is taken for what the others let expect: so it neither leaves them nor follows.
    fn as_expected(&self, mut far: Vec<f64>) -> Vec<f64> {
        let missing: Vec<usize> = (0..far.len()).filter(|&at| !far[at].is_finite()).collect();
        for &at in &missing {
            far[at] = self.learned.as_ref().map_or(0.0, |learned| learned.mean[at]);
        }
        let Some(learned) = &self.learned else { return far };
        // One round is exact for one that is missing; those of several depend on each other.
        let rounds = if missing.len() > 1 { EXPECTED_ROUNDS } else { 1 };
        for &at in (0..rounds).flat_map(|_| &missing) {
            let beside = far.iter().zip(&learned.mean).map(|(far, mean)| far - mean);
            let pull: f64 = learned.row(at).zip(beside).map(|(a, b)| a * b).sum();
            far[at] -= pull / f64::from(learned.columns[at * far.len() + at]);
        }
        far
    }

    fn learn(&mut self, far: &[f64]) {
        for (row, one) in far.iter().enumerate() {
            self.sums[row] += one;
            for (product, other) in self.products[pairs(row)..pairs(row + 1)].iter_mut().zip(far) {
                *product += one * other;
            }
        }
        self.weight += 1.0;
    }

    /// The pull of each member: the inverse covariance times how far the members lie from usual.
    fn pulls(learned: &Learned, far: &[f64]) -> Vec<f64> {
        let beside = far.iter().zip(&learned.mean).map(|(far, mean)| far - mean);
        let mut pulls = vec![0.0; far.len()];
        for (column, beside) in learned.columns.chunks_exact(far.len()).zip(beside) {
            pulls.iter_mut().zip(column).for_each(|(pull, cell)| *pull += f64::from(*cell) * beside);
        }
        pulls
    }

    fn distance(&self, far: &[f64]) -> Option<f64> {
        let learned = self.learned.as_ref()?;
        let pulls = Self::pulls(learned, far);
        let squared: f64 =
            pulls.iter().zip(far).zip(&learned.mean).map(|((pull, far), mean)| pull * (far - mean)).sum();
        Some(squared.max(0.0).sqrt())
    }

    /// A member's pull over its place in the inverse is how far it lies from what the others let expect.
    fn leavers(&self, far: &[f64]) -> Vec<Leaver> {
        let Some(learned) = &self.learned else { return Vec::new() };
        let size = far.len();
        let mut leavers: Vec<(f64, Leaver)> = Self::pulls(learned, far)
            .into_iter()
            .enumerate()
            .filter(|(member, _)| self.scales[*member].width > 0.0)
            .map(|(member, pull)| {
                let sure = f64::from(learned.columns[member * size + member]);
                let Scale { center, width } = self.scales[member];
                let (now, beside) = (center + width * far[member], width * pull / sure);
                (pull * pull / sure, Leaver { member, now, expected: now - beside })
            })
            .collect();
        leavers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.member.cmp(&b.1.member)));
        let least = leavers.first().map_or(0.0, |(worst, _)| LEAVER_MIN * worst);
        let left = leavers.into_iter().take(LEAVERS_MAX).take_while(|(badly, _)| *badly >= least);
        left.map(|(_, leaver)| leaver).collect()
    }

    fn invert(&self) -> Option<Learned> {
        let size = self.members();
        if size < MEMBERS_MIN {
            return None;
        }
        let mean: Vec<f64> = self.sums.iter().map(|sum| sum / self.weight).collect();
        let covariance = (0..size * size)
            .map(|at| {
                let (row, column) = (at / size, at % size);
                let floor = if row == column { VARIANCE_FLOOR } else { 0.0 };
                self.products[pairs(row.max(column)) + row.min(column)] / self.weight
                    - mean[row] * mean[column]
                    + floor
            })
            .collect();
        let inverse = inverse(covariance, size)?;
        let columns = (0..size * size).map(|at| inverse[at % size * size + at / size] as f32).collect();
        Some(Learned { mean, columns })
    }
}

/// How many pairs there are of so many, each with itself included.
pub(crate) fn pairs(members: usize) -> usize {
    members * (members + 1) / 2
}

fn middle_of(now: f64, before: [f64; 2]) -> f64 {
    let mut three = [now, before[0], before[1]];
    three.sort_by(f64::total_cmp);
    three[1]
}

/// Gauss and Jordan, without pivots: a covariance with a floor is positive definite. `None` if rounding made it not so.
pub(crate) fn inverse(mut matrix: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for at in 0..size {
        let pivot = matrix[at * size + at];
        if pivot.is_nan() || pivot <= 0.0 || !pivot.is_finite() {
            return None;
        }
        matrix[at * size + at] = 1.0;
        matrix[at * size..(at + 1) * size].iter_mut().for_each(|cell| *cell /= pivot);
        let row: Vec<f64> = matrix[at * size..(at + 1) * size].to_vec();
        for other in (0..size).filter(|other| *other != at) {
            let share = std::mem::take(&mut matrix[other * size + at]);
            for (cell, of_row) in matrix[other * size..(other + 1) * size].iter_mut().zip(&row) {
                *cell -= share * of_row;
            }
        }
    }
    Some(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: usize = 24;

    /// A texture between -1 and 1 that is the same in every run.
    fn texture(seed: usize) -> f64 {
        (seed * 7919 % 101) as f64 / 50.0 - 1.0
    }

    /// Three series that follow one wave, with a texture of their own; `changed` may alter a moment.
    fn listen(days: usize, changed: impl Fn(usize, &mut [f32])) -> Vec<Option<Apart>> {
        let mut company = Company::default();
        (0..4).for_each(|_| company.join());
        let scale = Scale { center: 0.0, width: 10.0 };
        let mut heard = Vec::new();
        for hour in 0..days * HOURS {
            let moments: Vec<Vec<f32>> = (0..12)
                .map(|part| {
                    let wave = ((hour % HOURS) as f64 / 12.0 - 1.0).abs() * 10.0 - 5.0;
                    let value = |member: usize| (wave + 0.5 * texture(hour * 48 + part * 4 + member)) as f32;
                    let mut moment: Vec<f32> = (0..4).map(value).collect();
                    changed(hour, &mut moment);
                    moment
                })
                .collect();
            heard.push(company.hear(&moments));
            if hour % HOURS == HOURS - 1 {
                company.close_day(vec![scale; company.members()]);
            }
        }
        heard
    }

    fn scores(heard: &[Option<Apart>]) -> Vec<f64> {
        heard.iter().map(|apart| apart.as_ref().map_or(0.0, |apart| apart.score)).collect()
    }

    #[test]
    fn one_that_leaves_the_others_is_named_though_its_value_is_usual() {
        let heard = listen(20, |hour, moment| {
            if hour == 400 {
                // The highest of the day, at an hour at which all are low.
                moment[2] = 5.0;
            }
        });
        assert!(scores(&heard)[..400].iter().all(|score| *score < 1.0));
        let apart = heard[400].as_ref().expect("it was judged");
        assert!(apart.score > 2.0, "{apart:?}");
        let leaver = apart.leavers[0];
        assert!(leaver.member == 2 && (leaver.now - 5.0).abs() < 0.01, "{apart:?}");
        assert!(leaver.expected < 3.0, "{apart:?}");
        assert_eq!(apart.leavers.len(), 1, "the others were left");
    }

    #[test]
    fn all_together_are_no_news_and_gaps_are_as_usual() {
        let heard = listen(20, |hour, moment| {
            if (300..310).contains(&hour) {
                moment[1] = f32::NAN;
            }
            if (400..404).contains(&hour) {
                moment.fill(f32::NAN);
            }
        });
        assert!(scores(&heard).iter().all(|score| *score < 1.0), "{:?}", scores(&heard));
        assert_eq!(heard[401], None);
    }

    #[test]
    fn members_come_and_go_and_what_is_known_of_the_others_stays() {
        let mut company = Company::default();
        (0..3).for_each(|_| company.join());
        company.close_day(vec![Scale { center: 0.0, width: 1.0 }; 3]);
        company.hear(&[vec![1.0, 2.0, 3.0]]);
        company.join();
        assert_eq!(company.products, [1.0, 2.0, 4.0, 3.0, 6.0, 9.0, 0.0, 0.0, 0.0, 0.0]);
        company.leave(0);
        assert_eq!((company.members(), &company.sums[..]), (3, &[2.0, 3.0, 0.0][..]));
        assert_eq!(company.products, [4.0, 6.0, 9.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn an_inverse_times_its_matrix_is_one() {
        let matrix = vec![4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0];
        let inverse = inverse(matrix.clone(), 3).expect("it is positive definite");
        for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
            let sum: f64 = (0..3).map(|at| matrix[row * 3 + at] * inverse[at * 3 + column]).sum();
            assert!((sum - f64::from(u8::from(row == column))).abs() < 1e-9);
        }
        assert_eq!(super::inverse(vec![f64::NAN; 4], 2), None);
    }
}

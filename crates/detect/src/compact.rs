//! Numbers in sixteen bits, for what is remembered by the thousand.
//!
//! The exponent is kept whole and the mantissa is cut, so that what is scaled by a power of two is rounded alike, and equal
//! numbers stay equal. Excursions are rounded to the nearest of nine bits: rounded up, all that follows would look nearer to usual by
//! as much, and at strengths near the threshold fewer things were heard; instead whoever asks whether one went as far is lenient by what rounding takes. Scores
//! and the like are rounded to the nearest of eleven bits (IEEE 754, binary16). What lies beyond the largest is the largest.

use serde::{Deserialize, Serialize};

/// A number from nothing upwards, rounded to nine bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Far(u16);

impl Far {
    const FINITE_MAX: u32 = 0xfeff;
    const CUT_BITS: u32 = 15;

    /// By how much more than what is kept it may have been.
    const LENIENT: f64 = 1.002;

    /// The nearest; nothing of what is less than nothing, or no number.
    pub(crate) fn of(value: f32) -> Self {
        let bits = value.max(0.0).to_bits();
        let half = (1 << (Self::CUT_BITS - 1)) - 1 + (bits >> Self::CUT_BITS & 1);
        Self(((bits + half) >> Self::CUT_BITS).min(Self::FINITE_MAX) as u16)
    }

    /// Whether it may have been so much.
    pub(crate) fn reaches(self, value: f64) -> bool {
        f64::from(self.get()) * Self::LENIENT >= value
    }

    pub(crate) fn get(self) -> f32 {
        f32::from_bits(u32::from(self.0) << Self::CUT_BITS)
    }
}

/// Any number, rounded to eleven bits; what is none stays none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Half(u16);

impl Half {
    const LARGEST: f32 = 65_504.0;
    const NAN: u16 = 0x7e00;
    const SIGN: u16 = 0x8000;
    /// Two to the power of 112, which is what the exponents of the two forms differ by.
    const APART: u32 = 0x7780_0000;
    const CUT_BITS: u32 = 13;

    /// The nearest; of two that are as near the even one.
    pub fn of(value: f32) -> Self {
        if value.is_nan() {
            return Self(Self::NAN);
        }
        let bits = (value.abs().min(Self::LARGEST) / f32::from_bits(Self::APART)).to_bits();
        let half = (1 << (Self::CUT_BITS - 1)) - 1 + (bits >> Self::CUT_BITS & 1);
        let sign = if value.is_sign_negative() { Self::SIGN } else { 0 };
        Self(((bits + half) >> Self::CUT_BITS) as u16 | sign)
    }

    /// The number.
    pub fn get(self) -> f32 {
        let size =
            f32::from_bits(u32::from(self.0 & !Self::SIGN) << Self::CUT_BITS) * f32::from_bits(Self::APART);
        let value = if self.0 & Self::SIGN == 0 { size } else { -size };
        if self.0 & !Self::SIGN == Self::NAN { f32::NAN } else { value }
    }
}

/// Values on a grid whose step is a power of two: whole numbers stay whole as long as they lie within sixteen bits of each other.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grid {
    base: f32,
    step: f32,
    places: Box<[u16]>,
}

impl Grid {
    /// The finest grid that reaches from the lowest to the highest; of what is not finite it knows nothing.
    pub(crate) fn of(values: &[f32]) -> Self {
        let values: Vec<f32> = values.iter().map(|value| value.clamp(-FINITE_MAX, FINITE_MAX)).collect();
        let (low, high) =
            values.iter().fold((f32::MAX, f32::MIN), |(low, high), &value| (low.min(value), high.max(value)));
        let step = step(low, high);
        let base = base(low, step);
        let place = |&value: &f32| place(value, base, step);
        Self { base, step, places: values.iter().map(place).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The same grid of other values.
    pub(crate) fn with(&self, other: impl Fn(f32) -> f32) -> Self {
        Self::of(&(0..self.len()).map(|at| other(self.at(at))).collect::<Vec<f32>>())
    }

    pub(crate) fn at(&self, at: usize) -> f32 {
        self.base + f32::from(self.places[at]) * self.step
    }
}

/// A grid reaches no farther, so that nothing on it overflows.
const FINITE_MAX: f32 = f32::MAX / 4.0;
/// Places on a grid above its base.
const PLACES: f64 = 65_500.0;

/// The least power of two of which so many reach from low to high; nothing where there is no way between.
pub fn step(low: f32, high: f32) -> f32 {
    let wanted = (f64::from(high) - f64::from(low)) / PLACES;
    if wanted <= 0.0 {
        return 0.0;
    }
    // The exponent of the next power of two, from the bits: logarithms are not the same on every machine.
    let wanted = (wanted as f32).max(f32::MIN_POSITIVE);
    let down = f32::from_bits(wanted.to_bits() & 0x7f80_0000);
    if down < wanted { down * 2.0 } else { down }
}

/// The base of a grid with such a step.
pub fn base(low: f32, step: f32) -> f32 {
    if step > 0.0 { (f64::from(low) / f64::from(step)).floor() as f32 * step } else { low }
}

/// Where a finite value stands above the base.
pub fn place(value: f32, base: f32, step: f32) -> u16 {
    if step > 0.0 { ((f64::from(value) - f64::from(base)) / f64::from(step)).round() as u16 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_far_is_remembered_as_about_as_far_and_reaches_what_it_was() {
        for value in [0.0, f32::MIN_POSITIVE, 1e-20, 0.1, 1.0, 3.7, 255.0, 65_537.0, 1e30, f32::MAX] {
            let far = Far::of(value).get();
            assert!(far.is_finite() && (far - value).abs() <= value / 512.0, "{value} {far}");
            assert!(Far::of(value).reaches(f64::from(value)), "{value} {far}");
            assert_eq!(Far::of(far).get(), far, "what was kept is kept as it is");
            if (1e-30..1e30).contains(&value) {
                assert_eq!(Far::of(8.0 * value).get(), 8.0 * far, "scale changes nothing");
            }
        }
        assert_eq!(Far::of(f32::NAN).get(), 0.0);
    }

    #[test]
    fn halves_are_near_in_order_and_keep_what_is_no_number() {
        assert!(Half::of(f32::NAN).get().is_nan());
        for value in [0.0_f32, 1.0, -1.0, 0.333, -7.77, 1_234.5, 60_000.0, 1e-7, -3e-5] {
            let half = Half::of(value).get();
            assert!((half - value).abs() <= (value.abs() / 2_048.0).max(3e-8), "{value} {half}");
            assert_eq!(Half::of(half).get(), half);
        }
        assert_eq!(Half::of(f32::NEG_INFINITY).get(), -65_504.0);
        let rising: Vec<f32> = (-2_000..2_000).map(|at| Half::of(at as f32 * 0.0173).get()).collect();
        assert!(rising.is_sorted());
    }

    #[test]
    fn whole_numbers_stay_whole_on_a_grid_and_others_within_a_part_of_the_way() {
        let check = |values: &[f32], within: f32| {
            let grid = Grid::of(values);
            for (at, value) in values.iter().enumerate() {
                assert!((grid.at(at) - value).abs() <= within, "{value} {}", grid.at(at));
            }
        };
        check(&[3.0, 32_767.0, 17.0, -5.0], 0.0);
        check(&[0.1, 0.1, 0.1], 0.0);
        check(&[1e9, 1e9 + 64.0], 0.0);
        check(&[0.1, 0.7, 0.25, -0.3], 1.0 / 65_500.0);
        check(&[f32::MIN / 4.0, f32::MAX / 4.0, 0.0], f32::MAX / 100_000.0);
        check(&[], 0.0);
    }
}

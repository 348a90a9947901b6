//! Numbers in messages with their units, and many of them in a few hundred counters.
//!
//! A counter stands for all numbers that agree in sign, power of two and the first five bits behind it, which keeps the
//! median within two percent. Counters are found from the bits of a number and add up, so two parts of a day are the day
//! and no platform's logarithm can make a difference.

use std::collections::BTreeMap;

/// Bits of the fraction that a counter keeps.
const FRACTION_BITS: u32 = 5;
/// Numbers whose size is below two to this power count as nothing, and above the other as that.
const POWER_MIN: i64 = -40;
const POWER_MAX: i64 = 80;

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Unit {
    /// Nothing that is said.
    None,
    /// Time; numbers are in seconds.
    Seconds,
    /// Room; numbers are in bytes.
    Bytes,
    /// Hundredths.
    Percent,
}

impl Unit {
    /// As people write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::Seconds => "s",
            Unit::Bytes => "bytes",
            Unit::Percent => "%",
        }
    }
}

/// Units and what one of them is.
const UNITS: [(&str, Unit, f64); 22] = [
    ("", Unit::None, 1.0),
    ("%", Unit::Percent, 1.0),
    ("ns", Unit::Seconds, 1e-9),
    ("us", Unit::Seconds, 1e-6),
    ("µs", Unit::Seconds, 1e-6),
    ("ms", Unit::Seconds, 1e-3),
    ("s", Unit::Seconds, 1.0),
    ("sec", Unit::Seconds, 1.0),
    ("m", Unit::Seconds, 60.0),
    ("min", Unit::Seconds, 60.0),
    ("h", Unit::Seconds, 3_600.0),
    ("d", Unit::Seconds, 86_400.0),
    ("b", Unit::Bytes, 1.0),
    ("kb", Unit::Bytes, 1e3),
    ("mb", Unit::Bytes, 1e6),
    ("gb", Unit::Bytes, 1e9),
    ("tb", Unit::Bytes, 1e12),
    ("kib", Unit::Bytes, 1024.0),
    ("mib", Unit::Bytes, 1_048_576.0),
    ("gib", Unit::Bytes, 1_073_741_824.0),
    ("tib", Unit::Bytes, 1_099_511_627_776.0),
    ("bytes", Unit::Bytes, 1.0),
];

/// The number that a value says, `12`, `3.4GB` or `1h30m`, in the unit that it says.
pub(crate) fn quantity(value: &str) -> Option<(f64, Unit)> {
    let (sign, mut rest) = match value.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, value.strip_prefix('+').unwrap_or(value)),
    };
    let mut sum = 0.0;
    let mut found = None;
    while !rest.is_empty() {
        let digits = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(digits);
        let letters = behind.find(|sign: char| sign.is_ascii_digit()).unwrap_or(behind.len());
        let (name, behind) = behind.split_at(letters);
        let name = name.trim_start().to_lowercase();
        let (_, unit, size) = UNITS.iter().find(|(known, ..)| *known == name)?;
        // Only times are said in several parts.
        if found.is_some_and(|known| known != *unit || *unit != Unit::Seconds) {
            return None;
        }
        sum += digits.parse::<f64>().ok()? * size;
        found = Some(*unit);
        rest = behind;
    }
    found.map(|unit| (sign * sum, unit)).filter(|(number, _)| number.is_finite())
}

/// Many numbers.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Quantities {
    pub(crate) count: u64,
    bounds: Option<(f64, f64)>,
    counters: BTreeMap<i64, u64>,
}

impl Quantities {
    /// Adds one.
    pub(crate) fn add(&mut self, number: f64) {
        *self.counters.entry(counter(number)).or_default() += 1;
        self.count += 1;
        self.widen(number, number);
    }

    /// Adds all others.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (counter, count) in &other.counters {
            *self.counters.entry(*counter).or_default() += count;
        }
        self.count += other.count;
        if let Some((min, max)) = other.bounds {
            self.widen(min, max);
        }
    }

    /// The smallest and the largest.
    pub(crate) fn bounds(&self) -> Option<(f64, f64)> {
        self.bounds
    }

    /// The number in the middle, within two percent.
    pub(crate) fn median(&self) -> Option<f64> {
        let (min, max) = self.bounds?;
        let mut left = self.count.div_ceil(2);
        for (counter, count) in &self.counters {
            if left <= *count {
                return Some(middle(*counter).clamp(min, max));
            }
            left -= count;
        }
        None
    }

    fn widen(&mut self, min: f64, max: f64) {
        let (least, most) = self.bounds.unwrap_or((min, max));
        self.bounds = Some((least.min(min), most.max(max)));
    }
}

/// The counter of a number; their order is that of the numbers.
fn counter(number: f64) -> i64 {
    let bits = number.abs().to_bits() >> (52 - FRACTION_BITS);
    let least = (POWER_MIN + 1023) << FRACTION_BITS;
    let most = (POWER_MAX + 1023) << FRACTION_BITS;
    let size = (bits as i64).min(most) - least;
    if size < 0 { 0 } else { (size + 1) * if number < 0.0 { -1 } else { 1 } }
}

fn middle(counter: i64) -> f64 {
    if counter == 0 {
        return 0.0;
    }
    let bits = ((counter.abs() - 1 + ((POWER_MIN + 1023) << FRACTION_BITS)) as u64) << (52 - FRACTION_BITS);
    let size = f64::from_bits(bits + (1 << (51 - FRACTION_BITS)));
    if counter < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_units() {
        assert_eq!(quantity("12"), Some((12.0, Unit::None)));
        assert_eq!(quantity("-1.5ms"), Some((-0.0015, Unit::Seconds)));
        assert_eq!(quantity("1h30m"), Some((5_400.0, Unit::Seconds)));
        assert_eq!(quantity("3.5 GiB"), Some((3_758_096_384.0, Unit::Bytes)));
        assert_eq!(quantity("85%"), Some((85.0, Unit::Percent)));
        for value in ["", "-", "12x", "1.2.3", "3MB4KB", "ab", "10.0.0.1", "5m6", "inf", "nan"] {
            assert_eq!(quantity(value), None, "{value}");
        }
    }

    #[test]
    fn the_median_is_within_two_percent_and_parts_add_up_in_any_order() {
        let (mut whole, mut odd, mut even) =
            (Quantities::default(), Quantities::default(), Quantities::default());
        for number in -500..5_000 {
            let number = f64::from(number) * 1.7;
            whole.add(number);
            if number.to_bits() % 3 == 0 { odd.add(number) } else { even.add(number) }
        }
        let median = whole.median().expect("there are numbers");
        assert!((median / (2_249.0 * 1.7) - 1.0).abs() < 0.02, "{median}");
        assert_eq!(whole.bounds(), Some((-850.0, 4_999.0 * 1.7)));
        let mut merged = even.clone();
        merged.merge(&odd);
        odd.merge(&even);
        assert_eq!((&merged, &odd), (&whole, &whole));
    }

    #[test]
    fn counters_are_few_whatever_the_numbers() {
        let mut all = Quantities::default();
        for power in -1_074..1_024 {
            for fraction in 0..64 {
                let size = 2_f64.powi(power) * (1.0 + f64::from(fraction) / 64.0);
                all.add(size);
                all.add(-size);
            }
        }
        assert!(all.counters.len() <= 2 * ((POWER_MAX - POWER_MIN + 1) << FRACTION_BITS) as usize + 1);
        assert!(all.median().is_some_and(f64::is_finite));
    }
}

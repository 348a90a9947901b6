//! How samples of a series look on disk: most are a fixed time apart and have a few decimals, and take three bytes instead of sixteen.
//!
//! Times are told by how much longer or shorter each step is than the one before. If all values are decimal numbers of a few
//! digits, they are told as whole numbers of their last decimal, by how far each lies from the one before; else as they are. Either way every bit is
//! given back: what would not be is not told so.

use std::io;

use hark_event::Moment;

use crate::codec::{BlockReader, BlockWriter, damaged};

/// Values have so many decimals at most, if they are told as whole numbers.
const DECIMALS_MAX: i32 = 6;
/// Larger whole numbers are not all known to double precision.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
/// Stands where decimals would, if values are told as they are.
const AS_THEY_ARE: u64 = DECIMALS_MAX as u64 + 1;
/// No file of ours holds so many of one series and hour; who says so is damaged.
const COUNT_MAX: u64 = 1 << 32;

pub(crate) fn write(writer: &mut BlockWriter<'_>, samples: &[(Moment, f64)]) {
    let (mut last, mut step) = (0, 0);
    for (time, _) in samples {
        let next = time.nanos().wrapping_sub(last);
        writer.number(zigzag(next.wrapping_sub(step)));
        (last, step) = (time.nanos(), next);
    }
    let Some((decimals, scale)) = decimals(samples).filter(|_| !samples.is_empty()) else {
        writer.number(AS_THEY_ARE);
        samples.iter().for_each(|(_, value)| writer.fixed(value.to_bits()));
        return;
    };
    writer.number(decimals as u64);
    let mut last = 0;
    for (_, value) in samples {
        let whole = (value * scale).round() as i64;
        writer.number(zigzag(whole - last));
        last = whole;
    }
}

pub(crate) fn read(reader: &mut BlockReader<'_>, count: u64) -> io::Result<Vec<(Moment, f64)>> {
    if count > COUNT_MAX {
        return Err(damaged());
    }
    let (mut last, mut step) = (0_i64, 0_i64);
    // Memory follows what is there, not what somebody says is.
    let mut samples = Vec::new();
    for _ in 0..count {
        step = step.wrapping_add(unzigzag(reader.number()?));
        last = last.wrapping_add(step);
        samples.push((Moment::from_nanos(last), 0.0));
    }
    let decimals = reader.number()?;
    if decimals == AS_THEY_ARE {
        for (_, value) in &mut samples {
            *value = f64::from_bits(reader.fixed()?);
        }
        return Ok(samples);
    }
    let decimals =
        i32::try_from(decimals).ok().filter(|decimals| *decimals <= DECIMALS_MAX).ok_or_else(damaged)?;
    let (scale, mut last) = (10.0_f64.powi(decimals), 0_i64);
    for (_, value) in &mut samples {
        last = last.wrapping_add(unzigzag(reader.number()?));
        *value = last as f64 / scale;
    }
    Ok(samples)
}

/// The fewest decimals that tell all values to the last bit, and what one is to be multiplied with.
fn decimals(samples: &[(Moment, f64)]) -> Option<(i32, f64)> {
    let is_told = |value: f64, scale: f64| {
        let whole = (value * scale).round();
        whole.abs() < WHOLE_MAX && (whole as i64 as f64 / scale).to_bits() == value.to_bits()
    };
    let scales = (0..=DECIMALS_MAX).map(|decimals| (decimals, 10.0_f64.powi(decimals)));
    scales.into_iter().find(|(_, scale)| samples.iter().all(|(_, value)| is_told(*value, *scale)))
}

/// Small numbers of either sign as small ones.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// How many bytes the samples take, once they were given back as they were.
    #[track_caller]
    fn bytes_of(samples: &[(i64, f64)]) -> usize {
        let samples: Vec<(Moment, f64)> =
            samples.iter().map(|(nanos, value)| (Moment::from_nanos(*nanos), *value)).collect();
        let mut bytes = Vec::new();
        write(&mut BlockWriter { bytes: &mut bytes, files: BTreeMap::new(), last_file: None }, &samples);
        let mut reader = BlockReader { bytes: &bytes, files: Vec::new() };
        let back = read(&mut reader, samples.len() as u64).expect("what was written can be read");
        let bits = |samples: &[(Moment, f64)]| -> Vec<(Moment, u64)> {
            samples.iter().map(|(time, value)| (*time, value.to_bits())).collect()
        };
        assert_eq!(bits(&back), bits(&samples));
        assert!(reader.bytes.is_empty(), "nothing is left");
        assert!(
            bytes.is_empty()
                || read(
                    &mut BlockReader { bytes: &bytes[..bytes.len() - 1], files: Vec::new() },
                    samples.len() as u64
                )
                .is_err()
        );
        bytes.len()
    }

    #[test]
    fn even_steps_and_few_decimals_take_few_bytes() {
        let even: Vec<(i64, f64)> = (0..12)
            .map(|at| {
                (1_767_571_200_000_000_000 + at * 300_000_000_000, 100.125 + 0.001 * (at * 7 % 5) as f64)
            })
            .collect();
        let rounded: Vec<(i64, f64)> =
            even.iter().map(|(time, value)| (*time, (value * 1e3).round() / 1e3)).collect();
        assert!(bytes_of(&rounded) < 60, "{}", bytes_of(&rounded));
    }

    #[test]
    fn whatever_a_value_or_a_time_is_it_is_given_back() {
        bytes_of(&[]);
        bytes_of(&[(0, 0.0)]);
        bytes_of(&[(i64::MIN, -0.0), (i64::MAX, f64::NAN), (0, f64::INFINITY), (-5, f64::MIN_POSITIVE)]);
        bytes_of(&[(3, 0.1 + 0.2), (3, 1e300), (2, -7.0)]);
        bytes_of(&[(3, 9_007_199_254_740_993.0), (4, -9_007_199_254_740_991.0)]);
        bytes_of(&(0..500).map(|at| (at * at, (at as f64).sqrt())).collect::<Vec<_>>());
    }
}

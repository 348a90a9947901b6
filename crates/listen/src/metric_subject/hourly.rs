//! The hourly values of a series, in little more than two bytes each.
//!
//! A day that has closed is laid on a grid whose step is a power of two, as fine as sixteen bits allow for that day: what is whole stays
//! whole, what was equal on a day stays equal, and what all values of a series are scaled by changes nothing. A day on which the step would be
//! coarse beside what is usual on it, since one hour went very far, is kept as it was. So nothing is off by
//! more than a five-hundredth of what half of its day lies within.

use hark_detect::compact;
use hark_event::Hour;
use serde::{Deserialize, Serialize};

use super::HOURS_PER_DAY;
use crate::history::{HOURS_MAX, SLACK};

/// How many times finer than the middle half of a day its grid has to be.
const FINER: f32 = 256.0;
/// Where nothing was measured.
const NOTHING: u16 = u16::MAX;
/// Stands before a day that is kept as it was.
const AS_IT_WAS: u16 = u16::MAX;
/// The exponent of the step, and the base.
const GRID_HEAD: usize = 3;
const GRID_WORDS: usize = GRID_HEAD + HOURS_PER_DAY;
const WHOLE_WORDS: usize = 1 + 2 * HOURS_PER_DAY;
/// Bits of the mantissa of a power of two.
const MANTISSA_BITS: u32 = 23;
/// Days for which there is made room at once.
const ROOM_DAYS: usize = 7;

/// Values from one hour on, one an hour without gaps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hourly {
    first: Hour,
    /// Days that have closed, one behind the other.
    closed: Vec<u16>,
    days: u8,
    hours: u8,
    /// The hours since then.
    open: [f32; HOURS_PER_DAY],
}

impl Hourly {
    /// Nothing yet; the first value will belong to this hour.
    pub(crate) fn from(first: Hour) -> Self {
        Self { first, closed: Vec::new(), days: 0, hours: 0, open: [f32::NAN; HOURS_PER_DAY] }
    }

    /// Whether these are the hours before this one and no others, after they were read back.
    pub(crate) fn are_sound(&self, next: Hour) -> bool {
        let are_days = self.blocks().map(<[u16]>::len).sum::<usize>() == self.closed.len();
        let is_bounded = self.len() <= HOURS_MAX + SLACK && usize::from(self.hours) < HOURS_PER_DAY;
        is_bounded && are_days && self.blocks().count() == usize::from(self.days) && self.next() == next
    }

    /// The hour of the first value.
    pub(crate) fn first(&self) -> Hour {
        self.first
    }

    /// The hour that the next value will belong to.
    pub(crate) fn next(&self) -> Hour {
        self.first + self.len() as i64
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.days) * HOURS_PER_DAY + usize::from(self.hours)
    }

    /// All values, oldest first.
    pub(crate) fn values(&self) -> Vec<f32> {
        self.since(self.first)
    }

    /// The values from an hour on.
    pub(crate) fn since(&self, hour: Hour) -> Vec<f32> {
        let skipped = (hour - self.first).clamp(0, self.len() as i64) as usize;
        let mut values = Vec::with_capacity(self.len() - skipped + HOURS_PER_DAY);
        for block in self.blocks().skip(skipped / HOURS_PER_DAY) {
            values.extend_from_slice(&unpacked(block));
        }
        values.extend_from_slice(self.open());
        let most = self.len() - skipped;
        values.drain(..values.len() - most);
        values
    }

    /// The latest values, so many or all.
    pub(crate) fn latest(&self, hours: usize) -> Vec<f32> {
        self.since(self.next() - hours as i64)
    }

    /// The value of the latest hour.
    pub(crate) fn last(&self) -> Option<f32> {
        self.open().last().copied().or_else(|| self.latest(1).last().copied())
    }

    /// Appends the value of the next hour.
    pub(crate) fn push(&mut self, value: f32) {
        if self.len() == HOURS_MAX + SLACK {
            let days = SLACK / HOURS_PER_DAY;
            let words = self.blocks().take(days).map(<[u16]>::len).sum::<usize>();
            self.closed.drain(..words);
            self.days -= days as u8;
            self.first = self.first + SLACK as i64;
        }
        self.open[usize::from(self.hours)] = value;
        self.hours += 1;
        if usize::from(self.hours) == HOURS_PER_DAY {
            self.close_day();
        }
    }

    /// The value of an hour, if it is remembered.
    pub(crate) fn at(&self, hour: Hour) -> Option<f32> {
        let at = usize::try_from(hour - self.first).ok()?;
        let closed =
            || self.blocks().nth(at / HOURS_PER_DAY).map(|block| unpacked(block)[at % HOURS_PER_DAY]);
        let open = at.checked_sub(usize::from(self.days) * HOURS_PER_DAY);
        open.map_or_else(closed, |at| self.open().get(at).copied())
    }

    /// Takes other values for those of all hours but the last, and another one for that.
    pub(crate) fn replace(&mut self, other: impl Fn(f32) -> f32, last: f32) {
        let values = self.values();
        *self = Self::from(self.first);
        let Some((_, before)) = values.split_last() else { return };
        before.iter().for_each(|&value| self.push(other(value)));
        self.push(last);
    }

    fn open(&self) -> &[f32] {
        &self.open[..usize::from(self.hours)]
    }

    fn close_day(&mut self) {
        let day = self.open;
        let is_laid = self.lay(&day);
        if !is_laid {
            self.make_room(WHOLE_WORDS);
            self.closed.push(AS_IT_WAS);
            self.closed.extend(day.iter().flat_map(|value| words(value.to_bits())));
        }
        self.days += 1;
        self.hours = 0;
    }

    /// Lays a day on its grid, if that is fine enough.
    fn lay(&mut self, day: &[f32; HOURS_PER_DAY]) -> bool {
        let mut measured: Vec<f32> = day.iter().copied().filter(|value| !value.is_nan()).collect();
        measured.sort_unstable_by(f32::total_cmp);
        let (low, high) = (measured.first().copied().unwrap_or(0.0), measured.last().copied().unwrap_or(0.0));
        let (step, base) = match compact::step(low, high) {
            step if low.is_finite() && high.is_finite() && step.is_finite() => {
                (step, compact::base(low, step))
            }
            _ => return false,
        };
        let place = |&value: &f32| if value.is_nan() { NOTHING } else { compact::place(value, base, step) };
        let places = day.map(|value| place(&value));
        let is_exact = || {
            places.iter().zip(day).all(|(&place, value)| value.is_nan() || at(place, base, step) == *value)
        };
        let quarter = |times: usize| measured[(measured.len() - 1) * times / 4];
        if !measured.is_empty() && FINER * step > quarter(3) - quarter(1) && !is_exact() {
            return false;
        }
        self.make_room(GRID_WORDS);
        self.closed.push((step.to_bits() >> MANTISSA_BITS) as u16);
        self.closed.extend(words(base.to_bits()));
        self.closed.extend(places);
        true
    }

    fn make_room(&mut self, words: usize) {
        if self.closed.capacity() - self.closed.len() < words {
            self.closed.reserve_exact(words.max(ROOM_DAYS * GRID_WORDS));
        }
    }

    fn blocks(&self) -> impl Iterator<Item = &[u16]> {
        let mut rest = &self.closed[..];
        std::iter::from_fn(move || {
            let words = if *rest.first()? == AS_IT_WAS { WHOLE_WORDS } else { GRID_WORDS };
            let (block, behind) = rest.split_at_checked(words)?;
            rest = behind;
            Some(block)
        })
    }
}

fn words(bits: u32) -> [u16; 2] {
    [bits as u16, (bits >> 16) as u16]
}

fn number(words: &[u16]) -> f32 {
    f32::from_bits(u32::from(words[0]) | u32::from(words[1]) << 16)
}

fn at(place: u16, base: f32, step: f32) -> f32 {
    base + f32::from(place) * step
}

fn unpacked(block: &[u16]) -> [f32; HOURS_PER_DAY] {
    if block[0] == AS_IT_WAS {
        return std::array::from_fn(|hour| number(&block[1 + 2 * hour..]));
    }
    let (step, base) = (f32::from_bits(u32::from(block[0]) << MANTISSA_BITS), number(&block[1..]));
    let places = &block[GRID_HEAD..GRID_WORDS];
    std::array::from_fn(|hour| if places[hour] == NOTHING { f32::NAN } else { at(places[hour], base, step) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::history::History;

    fn kept(values: &[f32]) -> Hourly {
        let mut hourly = Hourly::from(Hour(1_000));
        values.iter().for_each(|value| hourly.push(*value));
        hourly
    }

    /// Bits, by which what is no number is equal to itself.
    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

        #[test]
        fn whatever_was_whole_equal_or_no_number_is_kept_and_the_hours_are_those_of_a_history(
            values in proptest::collection::vec(prop_oneof![
                8 => (-30_000..30_000_i32).prop_map(|value| value as f32),
                1 => Just(f32::NAN), 1 => Just(f32::INFINITY)], 0..1_300),
            ago in 0..1_200_i64,
        ) {
            let hourly = kept(&values);
            let mut history = History::from(Hour(1_000));
            values.iter().for_each(|value| history.push(*value));
            prop_assert_eq!((hourly.first(), hourly.next()), (history.first(), history.next()));
            prop_assert!(hourly.are_sound(history.next()));
            prop_assert!(bits(&hourly.values()) == bits(history.values()));
            let since = history.next() - ago;
            prop_assert!(bits(&hourly.since(since)) == bits(history.since(since)));
            prop_assert_eq!(hourly.last().map(f32::to_bits), history.values().last().map(|value| value.to_bits()));
        }

        #[test]
        fn no_value_is_off_by_more_than_a_small_part_of_its_day_and_scale_changes_nothing(
            values in proptest::collection::vec(0.0..1.0_f32, 24 * 3), spike in 0..4_u8,
        ) {
            let mut values = values;
            if spike == 0 {
                values[30] = 1e7;
            }
            let hourly = kept(&values).values();
            for (day, was) in hourly.chunks(24).zip(values.chunks(24)) {
                let mut sorted = was.to_vec();
                sorted.sort_by(f32::total_cmp);
                let off = day.iter().zip(was).map(|(is, was)| (is - was).abs()).fold(0.0, f32::max);
                prop_assert!(off <= (sorted[17] - sorted[5]) / 500.0, "{}", off);
            }
            let scaled = kept(&values.iter().map(|value| value * 1_024.0).collect::<Vec<f32>>()).values();
            prop_assert!(scaled.iter().zip(&hourly).all(|(scaled, value)| *scaled == value * 1_024.0));
        }
    }
}

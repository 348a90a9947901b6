//! How often a series is measured, and whether that has changed.
//!
//! A median of one sample scatters more than one of twenty: when a series is scraped at another interval, its hours and its minutes scatter otherwise, and
//! what was learned of either is no measure any more. An hour of which half was lost is as dense as others where it was measured. An interval that changes
//! by less than half, or for hours only, goes unnoticed.

use super::{HOURS_PER_DAY, PARTS_PER_HOUR};

/// So many times as many samples are another interval.
const OTHER_TIMES: f32 = 2.0;

/// What changed with the day that closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Other {
    /// Samples of an hour.
    pub(super) an_hour: bool,
    /// Samples of five minutes in which there are any.
    pub(super) a_part: bool,
}

/// Samples of the day so far, and how many there were of each hour and of each part of one on the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cadence {
    samples: u32,
    hours: u8,
    parts: u16,
    /// None before a day has closed.
    last_day: Option<(f32, f32)>,
}

impl Cadence {
    pub(super) const UNKNOWN: Self = Self { samples: 0, hours: 0, parts: 0, last_day: None };

    /// Takes an hour, and says whether it is as dense where it was measured as the last day was.
    pub(super) fn hear(&mut self, samples: usize, minutes: &[f32; PARTS_PER_HOUR]) -> bool {
        let parts = minutes.iter().filter(|value| value.is_finite()).count();
        if samples == 0 || parts == 0 {
            return true;
        }
        self.samples = self.samples.saturating_add(samples as u32);
        self.hours = self.hours.saturating_add(1).min(HOURS_PER_DAY as u8);
        self.parts = self.parts.saturating_add(parts as u16);
        self.last_day.is_none_or(|(_, a_part)| !is_other(samples as f32 / parts as f32, a_part))
    }

    /// Ends the day.
    pub(super) fn close_day(&mut self) -> Other {
        let Self { samples, hours, parts, last_day } = std::mem::replace(self, Self::UNKNOWN);
        self.last_day = last_day;
        if samples == 0 {
            return Other::default();
        }
        let (an_hour, a_part) = (samples as f32 / f32::from(hours), samples as f32 / f32::from(parts));
        self.last_day = Some((an_hour, a_part));
        last_day.map_or(Other::default(), |(hour_before, part_before)| Other {
            an_hour: is_other(an_hour, hour_before),
            a_part: is_other(a_part, part_before),
        })
    }
}

fn is_other(now: f32, before: f32) -> bool {
    now > OTHER_TIMES * before || now * OTHER_TIMES < before
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of an hour, so many of them measured.
    fn minutes(measured: usize) -> [f32; PARTS_PER_HOUR] {
        let mut minutes = [f32::NAN; PARTS_PER_HOUR];
        minutes[..measured].fill(1.0);
        minutes
    }

    fn day(cadence: &mut Cadence, samples: usize, parts: usize) -> Other {
        (0..HOURS_PER_DAY).for_each(|_| {
            cadence.hear(samples, &minutes(parts));
        });
        cadence.close_day()
    }

    #[test]
    fn an_hour_of_which_half_was_lost_is_as_dense_and_one_at_another_interval_is_not() {
        let mut cadence = Cadence::UNKNOWN;
        assert_eq!(day(&mut cadence, 60, 12), Other::default());
        assert!(cadence.hear(20, &minutes(4)));
        assert!(cadence.hear(0, &minutes(0)));
        assert!(!cadence.hear(12, &minutes(12)));
    }

    #[test]
    fn a_day_at_another_interval_is_noticed_once() {
        let mut cadence = Cadence::UNKNOWN;
        let of = |an_hour, a_part| Other { an_hour, a_part };
        assert_eq!(day(&mut cadence, 60, 12), of(false, false));
        assert_eq!(day(&mut cadence, 55, 12), of(false, false));
        assert_eq!(day(&mut cadence, 12, 12), of(true, true));
        assert_eq!(day(&mut cadence, 12, 12), of(false, false));
        assert_eq!(day(&mut cadence, 2, 2), of(true, false), "still one sample in each part that has any");
    }
}

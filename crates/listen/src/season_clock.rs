//! Where an hour stands in the week of those who use the system.
//!
//! Most hours have one place: their hour of the week in local time. Two kinds of hours have two, and a value is
//! unusual only if it lies outside both and what is between them. On a holiday some sleep as on a Sunday and some work as ever. After clocks were
//! changed what people do follows the new time, and what machines do in universal time the old one, until the weeks
//! that are remembered know only the new. Which of the two a series follows it shows itself within some days, and then has one place
//! again: what may always be unusual in two ways is seldom unusual in both, and would look calm beside the weeks that follow.

use hark_detect::season::unexplained_by_hour;
use hark_event::{Holidays, Hour, Zone};

use crate::history::{HOURS_MAX, SLACK};

const HOURS_PER_DAY: usize = 24;
const SUNDAY: usize = 6;
/// For so long a change of clocks is remembered.
const CLOCKS_CHANGED_HOURS: i64 = (HOURS_MAX + SLACK) as i64;

/// A series follows the clock that leaves less than this share of what the other one leaves unexplained.
const FOLLOWED_MAX: f64 = 0.97;

/// The place of an hour in the week, 0 (Monday, midnight) to 167.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Slot {
    /// By the clock on the wall.
    pub(crate) of_week: u8,
    /// Where it may stand as well; else the same.
    pub(crate) or: u8,
    pub(crate) is_holiday: bool,
}

impl Slot {
    /// An hour with one place.
    #[cfg(test)]
    pub(crate) fn plain(of_week: u8) -> Self {
        Self { of_week, or: of_week, is_holiday: false }
    }

    /// Whether there are such places in a week.
    pub(crate) fn is_in_week(self) -> bool {
        usize::from(self.of_week.max(self.or)) < 7 * HOURS_PER_DAY
    }

    /// Where it stands by the clock that was changed last, as that was before.
    pub(crate) fn by_old_clock(self) -> u8 {
        if self.is_holiday { self.of_week } else { self.or }
    }
}

/// The clock that a series follows, as far as it has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) enum Clock {
    /// That is not known, or is the same.
    #[default]
    Either,
    /// That on the wall, as people do.
    Wall,
    /// As that was before it was changed last, as machines do.
    Old,
}

impl Clock {
    /// The places in the week of hours, by the clock that their values follow, and which clock that is.
    pub(crate) fn followed(values: &[f32], slots: &[Slot]) -> (Vec<u8>, Self) {
        let wall: Vec<u8> = slots.iter().map(|slot| slot.of_week).collect();
        let is_moved = |slot: &&Slot| slot.by_old_clock() != slot.of_week;
        let moved = slots.iter().filter(is_moved).count();
        if moved == 0 {
            return (wall, Self::Either);
        }
        if moved == slots.iter().filter(|slot| !slot.is_holiday).count() {
            // Of the old clock nothing is remembered.
            return (wall, Self::Wall);
        }
        let old: Vec<u8> = slots.iter().map(|slot| slot.by_old_clock()).collect();
        let [by_wall, by_old] = [&wall, &old].map(|slots| unexplained_by_hour(values, slots));
        if by_old < FOLLOWED_MAX * by_wall {
            (old, Self::Old)
        } else if by_wall < FOLLOWED_MAX * by_old {
            (wall, Self::Wall)
        } else {
            (wall, Self::Either)
        }
    }

    /// The two places at which an hour may stand, or one of them twice.
    pub(crate) fn places(self, slot: Slot) -> [u8; 2] {
        match self {
            _ if slot.is_holiday => [slot.of_week, slot.or],
            Self::Either => [slot.of_week, slot.or],
            Self::Wall => [slot.of_week; 2],
            Self::Old => [slot.by_old_clock(); 2],
        }
    }

    /// The same, as hours of the day.
    pub(crate) fn hours_of_day(self, slot: Slot) -> [usize; 2] {
        self.places(slot).map(|place| usize::from(place) % HOURS_PER_DAY)
    }
}

/// Local time, with the days on which it means something else.
#[derive(Clone, Debug)]
pub(crate) struct SeasonClock {
    pub(crate) zone: Zone,
    pub(crate) holidays: Holidays,
}

impl Default for SeasonClock {
    fn default() -> Self {
        Self { zone: Zone::utc(), holidays: Holidays::default() }
    }
}

impl SeasonClock {
    /// The place of an hour.
    pub(crate) fn slot(&self, hour: Hour) -> Slot {
        let of_week = self.zone.hour_of_week(hour);
        if !self.holidays.is_empty() && self.holidays.holds(self.zone.date(hour)) {
            let sunday = SUNDAY * HOURS_PER_DAY + of_week % HOURS_PER_DAY;
            return Slot { of_week: of_week as u8, or: sunday as u8, is_holiday: true };
        }
        // Clocks go back after half a year, and are changed once within six weeks but where a month of fasting suspends summer time: there
        // the older of two changes is forgotten.
        let moved = self.zone.offset_hours(hour) - self.zone.offset_hours(hour - CLOCKS_CHANGED_HOURS);
        let or = (of_week as i64 - moved).rem_euclid((7 * HOURS_PER_DAY) as i64);
        Slot { of_week: of_week as u8, or: or as u8, is_holiday: false }
    }
}

#[cfg(test)]
mod tests {
    use hark_event::Moment;
    use jiff::tz::TimeZone;

    use super::*;

    fn clock() -> SeasonClock {
        let zone = TimeZone::get("Europe/Berlin").expect("jiff knows it");
        let mut holidays = Holidays::default();
        holidays.add_yearly(12, 25);
        SeasonClock { zone: Zone::new(zone), holidays }
    }

    #[track_caller]
    fn check(stamp: &str, of_week: u8, or: u8, is_holiday: bool) {
        let hour = Moment::from(stamp.parse::<jiff::Timestamp>().unwrap()).hour();
        assert_eq!(clock().slot(hour), Slot { of_week, or, is_holiday }, "{stamp}");
    }

    #[test]
    fn ordinary_hours_have_one_place_by_local_time() {
        check("2026-02-02T08:00:00Z", 9, 9, false);
        check("2026-07-06T07:00:00Z", 9, 9, false);
    }

    #[test]
    fn after_clocks_were_changed_an_hour_has_two_places_for_six_weeks() {
        check("2026-03-30T07:00:00Z", 9, 8, false);
        check("2026-05-08T07:00:00Z", 4 * 24 + 9, 4 * 24 + 8, false);
        check("2026-05-12T07:00:00Z", 24 + 9, 24 + 9, false);
        check("2026-10-26T08:00:00Z", 9, 10, false);
        check("2026-10-25T22:00:00Z", 6 * 24 + 23, 0, false);
    }

    #[test]
    fn a_holiday_may_be_like_a_sunday() {
        check("2026-12-25T08:00:00Z", 4 * 24 + 9, 6 * 24 + 9, true);
        check("2026-12-24T23:00:00Z", 4 * 24, 6 * 24, true);
        check("2026-12-25T23:00:00Z", 5 * 24, 5 * 24, false);
    }
}

//! Where an hour stands in the week of those who use the system.
//!
//! Most hours have one place: their hour of the week in local time. Two kinds of hours have two, and a value is
//! unusual only if it lies outside both and what is between them. On a holiday some sleep as on a Sunday and some work as ever. After clocks were
//! changed what people do follows the new time, and what machines do in universal time the old one, until the weeks
//! that are remembered know only the new.

use hark_event::{Holidays, Hour, Zone};

use crate::history::{HOURS_MAX, SLACK};

const HOURS_PER_DAY: usize = 24;
const SUNDAY: usize = 6;
/// For so long a change of clocks is remembered.
const CLOCKS_CHANGED_HOURS: i64 = (HOURS_MAX + SLACK) as i64;

/// The place of an hour in the week, 0 (Monday, midnight) to 167.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

    /// Hours of the day, of both places.
    pub(crate) fn hours_of_day(self) -> [usize; 2] {
        [self.of_week, self.or].map(|slot| usize::from(slot) % HOURS_PER_DAY)
    }
}

/// Local time, with the days on which it means something else.
#[derive(Clone, Debug)]
pub(crate) struct SeasonClock {
    pub(crate) zone: Zone,
    pub(crate) holidays: Holidays,
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

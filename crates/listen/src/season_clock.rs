//! Where an hour stands in the week of those who use the system.
//!
//! Most hours have one place: their hour of the week in local time. Two kinds of hours have two, and a value is
//! unusual only if it lies outside both and what is between them. On a holiday some sleep as on a Sunday and some work as ever. After clocks were
//! changed what people do follows the new time, and what machines do in universal time the old one, until the weeks
//! that are remembered know only the new. Which of the two a series follows it shows itself within some days, and then has one place
//! again: what may always be unusual in two ways is seldom unusual in both, and would look calm beside the weeks that follow.
//!
//! Where clocks are never changed, as in UTC, those who use the system may live where they are: on a Sunday in March all that
//! they do comes an hour earlier, and nothing has happened. There, an hour stands by the clocks of America and of Europe as well.
//! Whoever lives by others, as in the southern half of the world, sets a zone.

use hark_detect::season::unexplained_by_hour;
use hark_event::{Holidays, Hour, Zone};

use crate::history::{HOURS_MAX, SLACK};

const HOURS_PER_DAY: usize = 24;
const SUNDAY: usize = 6;
/// For so long a change of clocks is remembered.
const CLOCKS_CHANGED_HOURS: i64 = (HOURS_MAX + SLACK) as i64;

/// Whoever changes clocks at all has another time within three, six or nine months.
const CLOCKS_DIFFER_HOURS: [i64; 3] = [13 * 168, 26 * 168, 39 * 168];
/// How clocks are changed in America and in Europe, as POSIX writes it.
const ABROAD: [&str; 2] = ["EST5EDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3"];

/// A series follows the clock that leaves less than this share of what the other one leaves unexplained.
const FOLLOWED_MAX: f64 = 0.97;

/// The place of an hour in the week, 0 (Monday, midnight) to 167.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Slot {
    /// By the clock on the wall.
    pub(crate) of_week: u8,
    /// Where it may stand as well, by each of the two clocks that may be followed; else the same.
    pub(crate) or: [u8; 2],
    pub(crate) is_holiday: bool,
}

impl Slot {
    /// An hour with one place.
    #[cfg(test)]
    pub(crate) fn plain(of_week: u8) -> Self {
        Self { of_week, or: [of_week; 2], is_holiday: false }
    }

    /// Whether there are such places in a week.
    pub(crate) fn is_in_week(self) -> bool {
        usize::from(self.of_week.max(self.or[0]).max(self.or[1])) < 7 * HOURS_PER_DAY
    }

    /// Where it stands by another clock.
    fn by(self, other: Other) -> u8 {
        if self.is_holiday { self.of_week } else { self.or[other as usize] }
    }

    /// The other place, by whichever clock it has one.
    fn elsewhere(self) -> u8 {
        if self.or[0] == self.of_week { self.or[1] } else { self.or[0] }
    }
}

/// Which of two clocks that are not the one on the wall: both are that one as it was before it was changed last; where it never
/// is, they are those of [`ABROAD`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Other {
    First,
    Second,
}

/// The clock that a series follows, as far as it has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) enum Clock {
    /// That is not known, or is the same.
    #[default]
    Either,
    /// That on the wall, as people do.
    Wall,
    /// That on the wall, or the one that has not yet been changed since.
    WallOr(Other),
    /// As that was before it was changed last, as machines do; or as it is changed elsewhere.
    Other(Other),
}

impl Clock {
    /// The places in the week of hours, by the clock that their values follow, and which clock that is.
    pub(crate) fn followed(values: &[f32], slots: &[Slot]) -> (Vec<u8>, Self) {
        let wall: Vec<u8> = slots.iter().map(|slot| slot.of_week).collect();
        let hours = slots.iter().filter(|slot| !slot.is_holiday).count();
        let moved = [Other::First, Other::Second]
            .map(|other| (other, slots.iter().filter(|slot| slot.by(other) != slot.of_week).count()));
        if moved.iter().all(|(_, moved)| *moved == 0) {
            return (wall, Self::Either);
        }
        let unexplained = |other: Other| {
            let slots: Vec<u8> = slots.iter().map(|slot| slot.by(other)).collect();
            (unexplained_by_hour(values, &slots), other, slots)
        };
        // Of a clock by which all hours are moved nothing older is remembered: it is the one on the wall, told otherwise.
        let others = moved.into_iter().filter(|(_, moved)| (1..hours).contains(moved));
        let best = others.map(|(other, _)| unexplained(other)).min_by(|a, b| a.0.total_cmp(&b.0));
        let on_the_wall =
            moved.iter().find(|(_, moved)| *moved == 0).map_or(Self::Wall, |(other, _)| Self::WallOr(*other));
        let Some((by_other, other, places)) = best else { return (wall, on_the_wall) };
        let by_wall = unexplained_by_hour(values, &wall);
        if by_other < FOLLOWED_MAX * by_wall {
            (places, Self::Other(other))
        } else if by_wall < FOLLOWED_MAX * by_other {
            (wall, on_the_wall)
        } else {
            (wall, Self::Either)
        }
    }

    /// The two places at which an hour may stand, or one of them twice.
    pub(crate) fn places(self, slot: Slot) -> [u8; 2] {
        match self {
            _ if slot.is_holiday => [slot.of_week, slot.or[0]],
            Self::Either => [slot.of_week, slot.elsewhere()],
            Self::Wall => [slot.of_week; 2],
            Self::WallOr(other) => [slot.of_week, slot.by(other)],
            Self::Other(other) => [slot.by(other); 2],
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
    zone: Zone,
    holidays: Holidays,
    abroad: [Zone; 2],
}

impl Default for SeasonClock {
    fn default() -> Self {
        Self::new(Zone::utc(), Holidays::default())
    }
}

impl SeasonClock {
    /// Of those who live in this zone and have these days off.
    pub(crate) fn new(zone: Zone, holidays: Holidays) -> Self {
        let abroad = ABROAD.map(|rule| Zone::of_rule(rule).expect("a rule as POSIX writes it"));
        Self { zone, holidays, abroad }
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    pub(crate) fn set_holidays(&mut self, holidays: Holidays) {
        self.holidays = holidays;
    }

    /// The place of an hour.
    pub(crate) fn slot(&self, hour: Hour) -> Slot {
        let of_week = self.zone.hour_of_week(hour);
        if !self.holidays.is_empty() && self.holidays.holds(self.zone.date(hour)) {
            let sunday = (SUNDAY * HOURS_PER_DAY + of_week % HOURS_PER_DAY) as u8;
            return Slot { of_week: of_week as u8, or: [sunday; 2], is_holiday: true };
        }
        let place = |offset: i64| (of_week as i64 + offset).rem_euclid((7 * HOURS_PER_DAY) as i64) as u8;
        let or = if self.changes_clocks(hour) {
            [place(-moved(&self.zone, hour)); 2]
        } else {
            [&self.abroad[0], &self.abroad[1]].map(|zone| place(moved(zone, hour)))
        };
        Slot { of_week: of_week as u8, or, is_holiday: false }
    }

    /// Whether clocks are changed in this zone in this year.
    fn changes_clocks(&self, hour: Hour) -> bool {
        let now = self.zone.offset_hours(hour);
        CLOCKS_DIFFER_HOURS.iter().any(|before| self.zone.offset_hours(hour - *before) != now)
    }
}

/// By how many hours clocks are ahead of what they were before they were changed last, as long as that is remembered.
///
/// Clocks go back after half a year, and are changed once within six weeks but where a month of fasting suspends summer time: there
/// the older of two changes is forgotten.
fn moved(zone: &Zone, hour: Hour) -> i64 {
    zone.offset_hours(hour) - zone.offset_hours(hour - CLOCKS_CHANGED_HOURS)
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
        SeasonClock::new(Zone::new(zone), holidays)
    }

    #[track_caller]
    fn check(stamp: &str, of_week: u8, or: u8, is_holiday: bool) {
        let hour = Moment::from(stamp.parse::<jiff::Timestamp>().unwrap()).hour();
        assert_eq!(clock().slot(hour), Slot { of_week, or: [or; 2], is_holiday }, "{stamp}");
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
    fn where_clocks_are_never_changed_an_hour_stands_by_those_of_america_and_of_europe_too() {
        let utc = SeasonClock::new(Zone::utc(), Holidays::default());
        let or = |stamp: &str| {
            let slot = utc.slot(Moment::from(stamp.parse::<jiff::Timestamp>().unwrap()).hour());
            slot.or.map(|or| i16::from(or) - i16::from(slot.of_week))
        };
        assert_eq!(or("2026-03-08T06:00:00Z"), [0, 0]);
        assert_eq!(or("2026-03-08T07:00:00Z"), [1, 0]);
        assert_eq!(or("2026-03-29T01:00:00Z"), [1, 1]);
        assert_eq!(or("2026-05-01T12:00:00Z"), [0, 1]);
        assert_eq!(or("2026-07-01T12:00:00Z"), [0, 0]);
        assert_eq!(or("2026-10-25T01:00:00Z"), [0, -1]);
        assert_eq!(or("2026-11-02T12:00:00Z"), [-1, -1]);
    }

    #[test]
    fn a_holiday_may_be_like_a_sunday() {
        check("2026-12-25T08:00:00Z", 4 * 24 + 9, 6 * 24 + 9, true);
        check("2026-12-24T23:00:00Z", 4 * 24, 6 * 24, true);
        check("2026-12-25T23:00:00Z", 5 * 24, 5 * 24, false);
    }
}

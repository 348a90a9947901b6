//! Clock readings as they are written, and the moments that they mean.
//!
//! A reading may lack its zone (then the user's zone is taken) and its year (then the latest year that
//! does not put it after the reference). Plain integer arithmetic on the proleptic Gregorian calendar for
//! UTC, since this runs once per line; other zones ask `jiff` once per quarter of an hour. A reading in the
//! gap or the fold of a clock change is read as `jiff`'s "compatible" rule says.

use hark_event::{Moment, Zone};
use jiff::civil::Date;

use crate::day_order::DayOrders;

const SECONDS_PER_DAY: i64 = 86_400;
/// A stamp without a year that lies farther back than this from the one before it is of the next year.
const HALF_A_YEAR_SECONDS: i64 = 183 * SECONDS_PER_DAY;
const QUARTER_HOUR: i64 = 900;
/// Zones change on quarters of an hour, so one answer holds for a whole quarter.
const NO_QUARTER: i64 = i64::MIN;

/// What a stamp says, before it is placed in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// A count since 1970: zone and year are beyond doubt.
    Epoch(Moment),
    /// A date and a time of day.
    Civil(Civil),
}

impl Reading {
    /// Whether it says in which zone it is.
    pub(crate) fn names_zone(self) -> bool {
        !matches!(self, Self::Civil(Civil { offset: None, .. }))
    }
}

/// A date and a time of day as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Civil {
    /// The year, if it is written.
    pub(crate) year: Option<u16>,
    /// 1 to 12.
    pub(crate) month: u8,
    /// 1 to 31.
    pub(crate) day: u8,
    /// Seconds since midnight; a leap second is read as the second before it.
    pub(crate) second_of_day: u32,
    /// Nanoseconds within the second.
    pub(crate) nanos: u32,
    /// Seconds east of UTC, if a zone is written.
    pub(crate) offset: Option<i32>,
    /// Whether the order of its numbers is still open.
    pub(crate) open: OpenDate,
}

/// Dates whose numbers may be in several orders: until the file's is known, the first is in `month`, the second in `day`, and the
/// third, if there is one, in `year` as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum OpenDate {
    /// Year, month and day are what they are.
    #[default]
    Told,
    /// `03/04/2026` or `03/04`.
    Slashed,
    /// `03-04-2026`.
    Dashed,
    /// `10/06/26`, with any mark.
    Short,
}

impl OpenDate {
    /// All that are open.
    pub(crate) const ALL: [Self; 3] = [Self::Slashed, Self::Dashed, Self::Short];

    /// Its place among those that are open.
    pub(crate) fn index(self) -> Option<usize> {
        (self as usize).checked_sub(1)
    }
}

/// Turns readings into moments.
#[derive(Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    is_utc: bool,
    reference: Reference,
    /// The last date and its days since 1970: along a file it seldom changes.
    date: (u16, u8, u8),
    days: i64,
    quarter: i64,
    quarter_offset: i64,
    zoned: u64,
    zoneless: u64,
    day_orders: DayOrders,
    /// How many dates whose order is open were read, by kind.
    open: [u64; OpenDate::ALL.len()],
    /// Where the last reading without a year was placed.
    yearless: Option<Moment>,
}

#[derive(Debug)]
struct Reference {
    moment: Moment,
    /// Its local year; yearless readings are this year's or an earlier one's.
    year: u16,
}

impl Calendar {
    /// Zoneless readings are in this zone; yearless ones do not lie after the reference.
    pub(crate) fn new(zone: &Zone, reference: Moment) -> Self {
        let year = zone.time_zone().to_datetime(reference.timestamp()).year();
        Self {
            is_utc: zone.time_zone() == &jiff::tz::TimeZone::UTC,
            zone: zone.clone(),
            reference: Reference { moment: reference, year: u16::try_from(year).unwrap_or(1970) },
            date: (1970, 1, 1),
            days: 0,
            quarter: NO_QUARTER,
            quarter_offset: 0,
            zoned: 0,
            zoneless: 0,
            day_orders: DayOrders::default(),
            open: [0; OpenDate::ALL.len()],
            yearless: None,
        }
    }

    /// Reads all dates whose order is open in these orders from now on.
    pub(crate) fn order_days(&mut self, orders: DayOrders) {
        self.day_orders = orders;
        self.open = [0; OpenDate::ALL.len()];
    }

    /// Whether dates of this kind were read since the order of their numbers was set.
    pub(crate) fn has_read(&self, kind: OpenDate) -> bool {
        kind.index().is_some_and(|kind| self.open[kind] > 0)
    }

    /// The moment, or `None` if there is no such date or it cannot be said.
    pub(crate) fn place(&mut self, reading: Reading) -> Option<Moment> {
        if let Reading::Civil(civil) = reading
            && let Some(kind) = civil.open.index()
        {
            self.open[kind] += 1;
            return self.place(Reading::Civil(self.day_orders.settle(civil)));
        }
        let names_zone = reading.names_zone();
        *(if names_zone { &mut self.zoned } else { &mut self.zoneless }) += 1;
        match reading {
            Reading::Epoch(moment) => Some(moment),
            Reading::Civil(civil) => match civil.year {
                Some(year) => self.place_in(year, &civil),
                None => self.place_yearless(&civil),
            },
        }
    }

    /// Whether most readings named no zone.
    pub(crate) fn is_zoneless(&self) -> bool {
        self.zoneless > self.zoned
    }

    /// The latest that does not lie after the reference; but where that is half a year and more back from the reading before, and a year
    /// later goes on from it, the file runs on past the reference, and so does this.
    fn place_yearless(&mut self, civil: &Civil) -> Option<Moment> {
        let latest = self.reference.year;
        // A leap day may need eight years to come round (1896 to 1904).
        let (year, mut moment) = (latest.saturating_sub(8)..=latest).rev().find_map(|year| {
            let moment = self.place_in(year, civil)?;
            (moment <= self.reference.moment).then_some((year, moment))
        })?;
        if let Some(before) = self.yearless
            && before.seconds_since(moment) > HALF_A_YEAR_SECONDS
            && let Some(ahead) = self.place_in(year + 1, civil)
            && (0..HALF_A_YEAR_SECONDS).contains(&ahead.seconds_since(before))
        {
            moment = ahead;
        }
        self.yearless = Some(moment);
        Some(moment)
    }

    fn place_in(&mut self, year: u16, civil: &Civil) -> Option<Moment> {
        let date = (year, civil.month, civil.day);
        if date != self.date {
            if civil.day == 0 || civil.day > days_in_month(year, civil.month) {
                return None;
            }
            self.date = date;
            self.days = days_since_1970((i64::from(year), i64::from(civil.month), i64::from(civil.day)));
        }
        let local = self.days * SECONDS_PER_DAY + i64::from(civil.second_of_day);
        let offset = match civil.offset {
            Some(offset) => i64::from(offset),
            None if self.is_utc => 0,
            None => self.local_offset(local)?,
        };
        let nanos = (local - offset).checked_mul(1_000_000_000)?.checked_add(i64::from(civil.nanos))?;
        Some(Moment::from_nanos(nanos))
    }

    fn local_offset(&mut self, local: i64) -> Option<i64> {
        let quarter = local.div_euclid(QUARTER_HOUR);
        if quarter != self.quarter {
            let days = i32::try_from(local.div_euclid(SECONDS_PER_DAY)).ok()?;
            let midnight = Date::constant(1970, 1, 1)
                .checked_add(jiff::Span::new().try_days(days).ok()?)
                .ok()?
                .to_datetime(jiff::civil::Time::midnight());
            let in_day = quarter * QUARTER_HOUR - i64::from(days) * SECONDS_PER_DAY;
            let civil = midnight.checked_add(jiff::SignedDuration::from_secs(in_day)).ok()?;
            let moment = self.zone.time_zone().to_ambiguous_timestamp(civil).compatible().ok()?;
            self.quarter = quarter;
            self.quarter_offset = quarter * QUARTER_HOUR - moment.as_second();
        }
        Some(self.quarter_offset)
    }
}

/// Days from 1970-01-01, for years from 0 on: months are counted from March, so that leap days come last.
pub(crate) fn days_since_1970((year, month, day): (i64, i64, i64)) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + day_of_year - 719_468
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(year: Option<u16>, month: u8, day: u8, second_of_day: u32) -> Reading {
        Reading::Civil(Civil { year, month, day, second_of_day, ..Civil::default() })
    }

    #[track_caller]
    fn check(zone: &str, reference: &str, reading: Reading, expected: Option<&str>) {
        let zone = Zone::new(jiff::tz::TimeZone::get(zone).unwrap());
        let reference = Moment::from(reference.parse::<jiff::Timestamp>().unwrap());
        let placed = Calendar::new(&zone, reference).place(reading);
        assert_eq!(placed.map(|moment| moment.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_missing_year_is_the_latest_that_does_not_lie_after_the_reference() {
        let reference = "2026-03-01T12:00:00Z";
        check("UTC", reference, civil(None, 3, 1, 43_200), Some("2026-03-01T12:00:00Z"));
        check("UTC", reference, civil(None, 3, 1, 43_201), Some("2025-03-01T12:00:01Z"));
        check("UTC", reference, civil(None, 12, 10, 0), Some("2025-12-10T00:00:00Z"));
        check("UTC", reference, civil(None, 2, 29, 0), Some("2024-02-29T00:00:00Z"));
    }

    #[test]
    fn a_file_that_runs_on_past_the_reference_does_not_begin_again_a_year_before() {
        let reference = Moment::from("2026-03-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap());
        let mut calendar = Calendar::new(&Zone::utc(), reference);
        let mut placed =
            |month, day| calendar.place(civil(None, month, day, 0)).map(|moment| moment.to_string());
        assert_eq!(placed(12, 30).as_deref(), Some("2025-12-30T00:00:00Z"));
        assert_eq!(placed(2, 28).as_deref(), Some("2026-02-28T00:00:00Z"));
        assert_eq!(placed(3, 2).as_deref(), Some("2026-03-02T00:00:00Z"));
        assert_eq!(placed(3, 20).as_deref(), Some("2026-03-20T00:00:00Z"));
        // What comes late is not taken for what is ahead.
        assert_eq!(placed(2, 27).as_deref(), Some("2026-02-27T00:00:00Z"));
        assert_eq!(placed(12, 31).as_deref(), Some("2025-12-31T00:00:00Z"));
    }

    #[test]
    fn zoneless_readings_are_in_the_users_zone_also_across_a_clock_change() {
        let reference = "2030-01-01T00:00:00Z";
        check("Europe/Berlin", reference, civil(Some(2026), 1, 10, 3_600), Some("2026-01-10T00:00:00Z"));
        check("Europe/Berlin", reference, civil(Some(2026), 7, 10, 7_200), Some("2026-07-10T00:00:00Z"));
        check("Europe/Berlin", reference, civil(Some(2026), 3, 29, 3 * 3_600), Some("2026-03-29T01:00:00Z"));
        check("Asia/Kathmandu", reference, civil(Some(2026), 3, 29, 0), Some("2026-03-28T18:15:00Z"));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        check("UTC", "2030-01-01T00:00:00Z", civil(Some(2025), 2, 29, 0), None);
        check("UTC", "2030-01-01T00:00:00Z", civil(Some(2025), 13, 1, 0), None);
        check("UTC", "2030-01-01T00:00:00Z", civil(Some(2025), 4, 31, 0), None);
    }

    #[test]
    fn days_agree_with_jiff_from_1970_to_2261() {
        let mut date = Date::constant(1970, 1, 1);
        for days in 0..106_000_i64 {
            let parts = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            assert_eq!(days_since_1970(parts), days);
            date = date.tomorrow().unwrap();
        }
    }
}

//! Points and stretches of time, always told to us and never asked of a clock.
//!
//! A [`Moment`] counts nanoseconds since 1970 in UTC: integers add up the same on every machine.
//! Years before 1677 and after 2262 cannot be said.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::{SignedDuration, Timestamp, ZonedDateTime, civil::Date, tz::TimeZone};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_HOUR: i64 = 3_600;

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Moment(i64);

impl Moment {
    /// The earliest moment that can be said.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest moment that can be said.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since 1970, UTC.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since 1970, UTC; saturates at the ends.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From whole seconds since 1970, UTC; saturates at the ends.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// Nanoseconds since 1970, UTC.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, UTC, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(NANOS_PER_SECOND)
    }

    /// The hour that contains this moment.
    #[inline]
    pub const fn hour(self) -> Hour {
        Hour(self.0.div_euclid(NANOS_PER_SECOND * SECONDS_PER_HOUR))
    }

    /// This moment, later by so many seconds (earlier, if negative).
    #[inline]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(NANOS_PER_SECOND)))
    }

    /// This moment, later by so many hours (earlier, if negative).
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_seconds(hours.saturating_mul(SECONDS_PER_HOUR))
    }

    /// Seconds from `earlier` to this moment, rounded down; negative if `earlier` is later.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(NANOS_PER_SECOND)
    }

    /// The moment as `jiff` understands it; moments outside its range are clamped.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        let nanos = timestamp.as_nanosecond();
        Self(nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }
}

/// RFC 3339 in UTC, with a fraction only where there is one: `2026-02-12T09:00:00Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One hour `[start, end)`, counted from 1970 in UTC: the bucket in which everything is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize)]
pub struct Hour(pub i64);

/// An hour that no moment can be in is refused, so that none that was read back overflows where hours are counted.
impl<'de> serde::Deserialize<'de> for Hour {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hour = Self(i64::deserialize(deserializer)?);
        if (Moment::MIN.hour()..=Moment::MAX.hour()).contains(&hour) {
            Ok(hour)
        } else {
            Err(serde::de::Error::custom("no moment is in this hour"))
        }
    }
}

impl Hour {
    /// The first moment of this hour.
    pub const fn start(self) -> Moment {
        Moment::from_seconds(self.0.saturating_mul(SECONDS_PER_HOUR))
    }

    /// The moment at which this hour closes, which is the start of the next.
    pub const fn end(self) -> Moment {
        Hour(self.0.saturating_add(1)).start()
    }
}

impl Add<i64> for Hour {
    type Output = Hour;
    fn add(self, hours: i64) -> Hour {
        Hour(self.0 + hours)
    }
}

impl Sub<i64> for Hour {
    type Output = Hour;
    fn sub(self, hours: i64) -> Hour {
        Hour(self.0 - hours)
    }
}

impl Sub for Hour {
    type Output = i64;
    fn sub(self, earlier: Hour) -> i64 {
        self.0 - earlier.0
    }
}

/// A stretch of time `[from, to)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Window {
    /// The first moment inside.
    pub from: Moment,
    /// The first moment after.
    pub to: Moment,
}

impl Window {
    /// Whether the moment lies inside.
    pub fn contains(&self, moment: Moment) -> bool {
        self.from <= moment && moment < self.to
    }
}

/// The zone in whose local time the users sleep and wake; seasons follow it.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// Universal time, which has no seasons of its own.
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone that the caller has looked up.
    pub fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    /// The zone, for those who read or write local times.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// A moment in a sentence, by the clock of this zone and with its name for it: `12 Feb 2026 10:00 CET`.
    pub fn said(&self, moment: Moment) -> String {
        self.local(moment).strftime("%-d %b %Y %H:%M %Z").to_string()
    }

    /// The local day of a moment in a sentence: `12 Feb 2026`.
    pub fn day_said(&self, moment: Moment) -> String {
        self.local(moment).strftime("%-d %b %Y").to_string()
    }

    /// A moment by the clock of this zone as it can be typed again, RFC 3339: `2026-02-12T10:00:00+01:00`.
    pub fn typed(&self, moment: Moment) -> String {
        let local = self.local(Moment::from_seconds(moment.seconds()));
        if local.offset().is_zero() {
            return local.timestamp().to_string();
        }
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    fn local(&self, moment: Moment) -> ZonedDateTime {
        moment.timestamp().to_zoned_datetime(self.0.clone())
    }

    /// The zone of a rule as POSIX writes it, `CET-1CEST,M3.5.0,M10.5.0/3`; `None` if it is none.
    pub fn of_rule(rule: &str) -> Option<Self> {
        TimeZone::posix(rule).ok().map(Self::new)
    }

    /// Local hour of the week in which the UTC hour begins: 0 is Monday 00:00, 167 Sunday 23:00.
    pub fn hour_of_week(&self, hour: Hour) -> usize {
        let offset = self.0.to_offset(hour.start().timestamp());
        let local = hour.start().seconds() + i64::from(offset.seconds());
        // 1970-01-01 was a Thursday, which is day 3 of a week that begins on Monday.
        (local.div_euclid(SECONDS_PER_HOUR) + 3 * 24).rem_euclid(168) as usize
    }

    /// The local day in which the UTC hour begins.
    pub fn date(&self, hour: Hour) -> Date {
        self.0.to_datetime(hour.start().timestamp()).date()
    }

    /// By how many whole hours local time is ahead of universal time in this hour.
    pub fn offset_hours(&self, hour: Hour) -> i64 {
        i64::from(self.0.to_offset(hour.start().timestamp()).seconds()).div_euclid(SECONDS_PER_HOUR)
    }

    /// Local hour of the day in which the UTC hour begins, 0 to 23.
    pub fn hour_of_day(&self, hour: Hour) -> usize {
        self.hour_of_week(hour) % 24
    }
}

/// The difference of two moments, for those who speak `jiff`.
impl Sub for Moment {
    type Output = SignedDuration;
    fn sub(self, earlier: Moment) -> SignedDuration {
        SignedDuration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_by_the_clock_of_a_zone_and_with_its_name() {
        let moment = Moment::from_seconds(1_772_903_520);
        let said = |zone: &Zone| [zone.said(moment), zone.day_said(moment), zone.typed(moment)];
        assert_eq!(said(&Zone::utc()), ["7 Mar 2026 17:12 UTC", "7 Mar 2026", "2026-03-07T17:12:00Z"]);
        let tokyo = Zone::new(TimeZone::get("Asia/Tokyo").expect("jiff knows it"));
        assert_eq!(said(&tokyo), ["8 Mar 2026 02:12 JST", "8 Mar 2026", "2026-03-08T02:12:00+09:00"]);
        let offset = Zone::new(TimeZone::fixed(jiff::tz::offset(-3)));
        assert_eq!(offset.said(moment), "7 Mar 2026 14:12 -03");
        assert!(!offset.said(Moment::MAX).is_empty() && !tokyo.typed(Moment::MIN).is_empty());
    }
}

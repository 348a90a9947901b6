//! Times as people type them: RFC 3339, "2026-03-01 10:12", "yesterday 14:02", "monday 9:00", "3 days ago".
//!
//! A time of the day alone is none: whether today or the day before is meant nobody can tell at three in the morning.

use hark_event::{Moment, Zone};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, ToSpan};

use crate::failure::Failure;

/// The zone that was named, or UTC.
pub(crate) fn zone(name: Option<&str>) -> Result<Zone, Failure> {
    let Some(name) = name else { return Ok(Zone::utc()) };
    let unknown = || Failure::Zone { name: name.to_owned() };
    if name.eq_ignore_ascii_case("utc") || name == "Z" {
        return Ok(Zone::utc());
    }
    if let Ok(zone) = TimeZone::get(name) {
        return Ok(Zone::new(zone));
    }
    let offset = offset(name).ok_or_else(unknown)?;
    Ok(Zone::new(TimeZone::fixed(offset)))
}

/// The moment that was typed; relative words count from `now`.
pub(crate) fn moment(text: &str, zone: &Zone, now: Timestamp) -> Result<Moment, Failure> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Moment::from(timestamp));
    }
    let unknown = || Failure::Time { text: text.to_owned() };
    let here = zone.time_zone();
    if let Some(back) = ago(text) {
        // Days and weeks are those of the calendar: a day back is the same time of the clock.
        let is_of_calendar = back.get_days() != 0 || back.get_weeks() != 0;
        let then = if is_of_calendar {
            here.to_datetime(now).checked_sub(back).and_then(|then| here.to_timestamp(then))
        } else {
            now.checked_sub(back)
        };
        return then.map(Moment::from).map_err(|_| unknown());
    }
    let civil = civil(text, here.to_datetime(now).date()).ok_or_else(unknown)?;
    here.to_timestamp(civil).map(Moment::from).map_err(|_| unknown())
}

/// `now`, `90 minutes ago`, `2h ago`, `3 days ago`, `a week ago`; `3d` means the same.
fn ago(text: &str) -> Option<Span> {
    let text = text.to_ascii_lowercase();
    if text == "now" {
        return Some(Span::new());
    }
    let long = text.strip_suffix("ago").unwrap_or(&text).trim_end();
    let digits = long.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = match long.split_once(' ') {
        Some(("a" | "an" | "one", unit)) => (1, unit),
        _ => (long[..digits].parse::<i64>().ok()?, &long[digits..]),
    };
    let span = Span::new();
    match unit.trim() {
        "m" | "min" | "mins" | "minute" | "minutes" => span.try_minutes(count),
        "h" | "hour" | "hours" => span.try_hours(count),
        "d" | "day" | "days" => span.try_days(count),
        "w" | "week" | "weeks" => span.try_weeks(count),
        _ => return None,
    }
    .ok()
}

/// `+02:00`, `-05`, `+0530`.
fn offset(name: &str) -> Option<Offset> {
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes: i32 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let hours: i32 = hours.parse().ok()?;
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

fn civil(text: &str, today: Date) -> Option<DateTime> {
    if let Ok(civil) = text.parse::<DateTime>() {
        return Some(civil);
    }
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00"));
    let day = match day.to_ascii_lowercase().as_str() {
        "today" => today,
        "yesterday" => today.checked_sub(1.day()).ok()?,
        day => match weekday(day) {
            Some(named) => latest(named, today)?,
            None => day.parse::<Date>().ok().or_else(|| dotted(day))?,
        },
    };
    Some(day.to_datetime(clock(time.trim())?))
}

fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    NAMES.into_iter().find(|(long, _)| *long == name || long[..3] == *name).map(|(_, weekday)| weekday)
}

/// The latest day of that name that is not ahead: on a Monday, `monday` is today.
fn latest(named: Weekday, today: Date) -> Option<Date> {
    today.checked_sub(i64::from(today.weekday().since(named)).days()).ok()
}

/// `25.11.2026`: behind dots the day stands first wherever dates are written with them.
fn dotted(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok().filter(|year| *year >= 1_000)?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn clock(text: &str) -> Option<Time> {
    if let Ok(time) = text.parse::<Time>() {
        return Some(time);
    }
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone_name: &str, expected: &str) {
        let today = "2026-03-02T12:00:00Z".parse().expect("a stamp");
        let zone = zone(Some(zone_name)).expect("a zone");
        assert_eq!(moment(text, &zone, today).expect("a time").to_string(), expected, "{text}");
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        check("2026-03-01T10:12:00Z", "UTC", "2026-03-01T10:12:00Z");
        check("2026-03-01T10:12:00+02:00", "UTC", "2026-03-01T08:12:00Z");
        check("2026-03-01 10:12", "UTC", "2026-03-01T10:12:00Z");
        check("2026-03-01", "UTC", "2026-03-01T00:00:00Z");
        check("yesterday 14:02", "UTC", "2026-03-01T14:02:00Z");
        check("today 9:05", "UTC", "2026-03-02T09:05:00Z");
        check("2026-03-01 10:12", "Europe/Berlin", "2026-03-01T09:12:00Z");
        check("2026-03-01 10:12", "+02:00", "2026-03-01T08:12:00Z");
        // 2 March 2026 was a Monday.
        check("monday", "UTC", "2026-03-02T00:00:00Z");
        check("Sun 14:02", "UTC", "2026-03-01T14:02:00Z");
        check("tuesday 9:05", "UTC", "2026-02-24T09:05:00Z");
        check("now", "UTC", "2026-03-02T12:00:00Z");
        check("90 minutes ago", "UTC", "2026-03-02T10:30:00Z");
        check("2h ago", "Europe/Berlin", "2026-03-02T10:00:00Z");
        check("3 days ago", "UTC", "2026-02-27T12:00:00Z");
        check("a week ago", "UTC", "2026-02-23T12:00:00Z");
        check("3d", "UTC", "2026-02-27T12:00:00Z");
        check("25.2.2026 10:00", "UTC", "2026-02-25T10:00:00Z");
        check("01.03.2026", "Europe/Berlin", "2026-02-28T23:00:00Z");
    }

    #[test]
    fn a_day_ago_is_the_same_time_of_the_clock() {
        let after_the_change = "2026-03-29T18:00:00Z".parse().expect("a stamp");
        let berlin = zone(Some("Europe/Berlin")).expect("a zone");
        let then = moment("1 day ago", &berlin, after_the_change).expect("a time");
        assert_eq!(then.to_string(), "2026-03-28T19:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let today = "2026-03-02T12:00:00Z".parse().expect("a stamp");
        for text in [
            "",
            "soon",
            "2026-13-01",
            "10:12",
            "2026-03-01 25:00",
            "ago",
            "x ago",
            "3 ago",
            "3 moons ago",
            "mon day",
            "99999999999999999999 days ago",
            "9999999 weeks ago",
            "ü ago",
            "-2 days ago",
            "1.2.26",
            "32.1.2026",
            "1.2.3.4",
            "3x",
        ] {
            assert!(moment(text, &Zone::utc(), today).is_err(), "{text}");
        }
        assert!(zone(Some("Mars/Base")).is_err());
    }
}

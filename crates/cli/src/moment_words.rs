//! Times as people type them: RFC 3339, "2026-03-01 10:12", "yesterday 14:02".

use hark_event::{Moment, Zone};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

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

/// The moment that was typed; relative words count from `today`.
pub(crate) fn moment(text: &str, zone: &Zone, today: Timestamp) -> Result<Moment, Failure> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Moment::from(timestamp));
    }
    let unknown = || Failure::Time { text: text.to_owned() };
    let civil = civil(text, zone.time_zone().to_datetime(today).date()).ok_or_else(unknown)?;
    zone.time_zone().to_timestamp(civil).map(Moment::from).map_err(|_| unknown())
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
        day => day.parse::<Date>().ok()?,
    };
    Some(day.to_datetime(clock(time.trim())?))
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
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let today = "2026-03-02T12:00:00Z".parse().expect("a stamp");
        for text in ["", "soon", "2026-13-01", "10:12", "2026-03-01 25:00"] {
            assert!(moment(text, &Zone::utc(), today).is_err(), "{text}");
        }
        assert!(zone(Some("Mars/Base")).is_err());
    }
}

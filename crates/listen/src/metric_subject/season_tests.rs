//! Days of people and of machines, drawn over changes of clocks and holidays: no Monday morning is news.

use std::sync::Arc;

use hark_event::{Holidays, Hour, Moment, Place, SignalKind, Zone};
use jiff::tz::TimeZone;

use super::{Calendar, MetricSubject, SeriesAround};
use crate::history::History;
use crate::season_clock::SeasonClock;

fn hour(stamp: &str) -> Hour {
    Moment::from(stamp.parse::<jiff::Timestamp>().expect("a stamp")).hour()
}

fn zone(name: &str) -> Zone {
    Zone::new(TimeZone::get(name).expect("jiff knows it"))
}

fn berlin() -> Zone {
    zone("Europe/Berlin")
}

/// Easter Monday of 2026, in all years alike.
fn easter_monday() -> Holidays {
    let mut holidays = Holidays::default();
    holidays.add_yearly(4, 6);
    holidays
}

/// What is said of a series of samples five minutes apart, between two days.
fn listen(
    (from, to): (&str, &str),
    zone: Zone,
    holidays: Holidays,
    value: impl Fn(Hour, i64) -> f64,
) -> Vec<(SignalKind, String)> {
    let (from, to) = (hour(from), hour(to));
    let clock = SeasonClock::new(zone, holidays);
    let place = Place { file: Arc::from("metrics.csv"), line: 1 };
    let mut series = MetricSubject::new(Arc::from("sessions"), from, place);
    let (mut slots, traffic, mut measured) = (History::from(from), History::from(from), History::from(from));
    let mut heard = Vec::new();
    for hour in (0..to - from).map(|passed| from + passed) {
        slots.push(clock.slot(hour));
        measured.push(9);
        let calendar = Calendar { hour, slots: &slots, zone: &Zone::utc() };
        let samples: Vec<(Moment, f64)> =
            (0..12).map(|part| (hour.start().plus_seconds(part * 300), value(hour, part))).collect();
        series.hear(&samples, &calendar, &[]);
        let around = SeriesAround { traffic: &traffic, measured: &measured, starts: &[] };
        if let Some(found) = series.judge(&calendar, &around).filter(|found| found.score >= 1.0) {
            heard.push((found.kind, format!("{} {}", hour.start(), found.summary)));
            match found.kind {
                SignalKind::MetricAnomaly => series.open_anomaly(hour, 0),
                kind => series.open(kind, found.onset.hour(), 0),
            }
        }
    }
    heard
}

/// Sessions of people: none at night, steep mornings, half on Saturdays, a third on Sundays.
fn people(of_week: usize, texture: f64) -> f64 {
    let of_day = of_week % 24;
    let wave = match of_day {
        0..=4 => 0.1,
        5 => 0.2,
        6 => 0.4,
        7 => 0.7,
        8..=11 => 1.0,
        12..=17 => 0.9,
        18..=19 => 0.7,
        20..=21 => 0.5,
        _ => 0.3,
    };
    let day = match of_week / 24 {
        5 => 0.5,
        6 => 0.33,
        _ => 1.0,
    };
    1_000.0 * wave * day * (1.0 + 0.05 * texture) + 20.0
}

fn texture(hour: Hour, part: i64) -> f64 {
    let day = (hour.0 / 24 * 37).rem_euclid(11) as f64 / 10.0 - 0.5;
    ((hour.0 * 12 + part) * 7919).rem_euclid(101) as f64 / 50.0 - 1.0 + day
}

/// Whose clock the series follows, and whose the listener was told of.
#[track_caller]
fn check_clocks(days: (&str, &str), follows: &Zone, told: Zone) {
    let value = |hour, part| people(follows.hour_of_week(hour), texture(hour, part));
    let heard = listen(days, told, Holidays::default(), value);
    assert_eq!(heard, []);
}

/// Eight weeks before clocks are changed, and seven after: until no hour of the old clock is remembered.
const SPRING: (&str, &str) = ("2026-02-02T00:00:00Z", "2026-05-17T00:00:00Z");
const AUTUMN: (&str, &str) = ("2026-08-31T00:00:00Z", "2026-12-13T00:00:00Z");

#[test]
fn people_who_change_their_clocks_say_nothing_in_spring_and_in_autumn() {
    check_clocks(SPRING, &berlin(), berlin());
    check_clocks(AUTUMN, &berlin(), berlin());
}

#[test]
fn machines_that_keep_universal_time_say_nothing_either_when_clocks_are_changed() {
    check_clocks(SPRING, &Zone::utc(), berlin());
    check_clocks(AUTUMN, &Zone::utc(), berlin());
}

#[test]
fn people_who_change_their_clocks_say_nothing_to_a_listener_who_has_none_that_change() {
    for follows in [berlin(), zone("America/New_York")] {
        check_clocks(SPRING, &follows, Zone::utc());
        check_clocks(AUTUMN, &follows, Zone::utc());
        check_clocks(SPRING, &follows, zone("Asia/Tokyo"));
    }
}

#[test]
fn traffic_that_grows_scatters_no_more_when_clocks_are_changed() {
    let from = hour(SPRING.0);
    for told in [berlin(), Zone::utc()] {
        let value = |hour: Hour, part| {
            let grown = 1.02_f64.powf((hour - from) as f64 / 24.0);
            people(berlin().hour_of_week(hour), texture(hour, part)) * grown
        };
        let heard = listen(SPRING, told, Holidays::default(), value);
        let scattered = |(kind, _): &&(SignalKind, String)| *kind == SignalKind::MetricSpread;
        assert_eq!(heard.iter().find(scattered), None);
    }
}

#[test]
fn a_holiday_like_a_sunday_or_like_any_monday_is_nothing_if_it_is_known() {
    let monday = (hour("2026-04-05T22:00:00Z"), hour("2026-04-06T22:00:00Z"));
    let like = |of_week: Option<usize>| {
        move |hour: Hour, part| {
            let is_it = (monday.0..monday.1).contains(&hour);
            let usual = berlin().hour_of_week(hour);
            people(of_week.filter(|_| is_it).map_or(usual, |day| day * 24 + usual % 24), texture(hour, part))
        }
    };
    assert_eq!(listen(SPRING, berlin(), easter_monday(), like(Some(6))), []);
    assert_eq!(listen(SPRING, berlin(), easter_monday(), like(Some(5))), [], "between both");
    assert_eq!(listen(SPRING, berlin(), easter_monday(), like(None)), []);
    let unknown = listen(SPRING, berlin(), Holidays::default(), like(Some(6)));
    assert!(!unknown.is_empty(), "it is known by being told");
}

#[test]
fn a_known_holiday_ends_nothing_since_it_hides_what_is_unusual() {
    let (from, to) = (hour(SPRING.0), hour("2026-04-08T00:00:00Z"));
    let monday = hour("2026-04-05T22:00:00Z")..hour("2026-04-06T22:00:00Z");
    let step = hour("2026-03-31T06:00:00Z");
    let clock = SeasonClock::new(berlin(), easter_monday());
    let place = Place { file: Arc::from("metrics.csv"), line: 1 };
    let mut series = MetricSubject::new(Arc::from("sessions"), from, place);
    let (mut slots, traffic, mut measured) = (History::from(from), History::from(from), History::from(from));
    let (mut opened, mut ended) = (None, None);
    for hour in (0..to - from).map(|passed| from + passed) {
        slots.push(clock.slot(hour));
        measured.push(9);
        let calendar = Calendar { hour, slots: &slots, zone: &Zone::utc() };
        let of_week = berlin().hour_of_week(hour);
        let of_week = if monday.contains(&hour) { 6 * 24 + of_week % 24 } else { of_week };
        let more = if hour >= step { 300.0 } else { 0.0 };
        let value = |part| people(of_week, texture(hour, part)) + more;
        let samples: Vec<(Moment, f64)> =
            (0..12).map(|part| (hour.start().plus_seconds(part * 300), value(part))).collect();
        series.hear(&samples, &calendar, &[]);
        let around = SeriesAround { traffic: &traffic, measured: &measured, starts: &[] };
        if opened.is_some() {
            ended = ended.or(series.ends(&calendar, &traffic, &[]).then_some(hour));
        } else if let Some(found) =
            series.judge(&calendar, &around).filter(|found| found.kind != SignalKind::MetricAnomaly)
        {
            series.open(found.kind, found.onset.hour(), 0);
            opened = Some(hour);
        }
    }
    let opened = opened.expect("a step");
    assert!(step < opened && opened < monday.start, "{opened:?}");
    assert!(ended.is_none_or(|ended| !monday.contains(&ended)), "{ended:?}");
}

#[test]
fn what_stays_far_beyond_both_is_said_on_a_holiday_too() {
    let from = hour("2026-04-06T06:00:00Z");
    let heard = listen(SPRING, berlin(), easter_monday(), |hour, part| {
        let above = if hour >= from { 1_500.0 } else { 0.0 };
        people(berlin().hour_of_week(hour), texture(hour, part)) + above
    });
    let first = heard.first().expect("a step");
    assert!(first.1.as_str() < "2026-04-07", "{heard:?}");
}

//! Lines that burst, stop and come back, hour by hour: what is said of them.

use std::sync::Arc;

use hark_event::{Event, Hour, Level, LogRecord, Origin, Signal, SignalKind, Zone};

use crate::plain_log::plain_log;
use crate::{Listener, Tally};

const DAY: i64 = 24;
const FIRST: Hour = Hour(480_000);

/// What is said in an hour besides the traffic: level, message, how often.
type Line = (Level, &'static str, usize);

/// Listens to so many days of a service that logs forty requests an hour; `version` is that of the build which runs.
fn listen(days: i64, version: impl Fn(i64) -> &'static str, said: impl Fn(i64) -> Vec<Line>) -> Vec<Signal> {
    let mut listener = Listener::new(Zone::utc());
    let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
    let file: Arc<str> = Arc::from("shop.log");
    let mut signals = Vec::new();
    for passed in 0..days * DAY {
        let hour = FIRST + passed;
        let mut tally = Tally::new();
        let extra = said(passed);
        let extra = extra.iter().flat_map(|(level, message, count)| vec![(*level, *message); *count]);
        let lines = std::iter::repeat_n((Level::Info, "order placed"), 40).chain(extra);
        for (line, (level, message)) in (1..).zip(lines) {
            let arrival = hour.start().plus_seconds(line as i64 % 3_600);
            tally.hear(Event::Log(LogRecord {
                level,
                version: Some(version(passed)),
                ..plain_log(message, arrival, &origin, (&file, line))
            }));
        }
        signals.extend(listener.close(hour, tally.take_hours().remove(&hour).unwrap_or_default()));
    }
    signals
}

/// Kind and day of each signal.
#[track_caller]
fn check(signals: &[Signal], expected: &[(SignalKind, i64)]) {
    let said: Vec<(SignalKind, i64)> = signals
        .iter()
        .map(|signal| (signal.kind, (signal.noticed_at.hour().0 - 1 - FIRST.0) / DAY))
        .collect();
    assert_eq!(said, expected, "{signals:#?}");
}

const NAP: &str = "lock on shelf held for too long";
const TOPIC: &str = "basket restored from yesterday";

/// A few times a day, at hours that are never the same.
fn now_and_then(passed: i64, message: &'static str) -> Vec<Line> {
    if passed * 7919 % 11 < 2 { vec![(Level::Warn, message, 1)] } else { Vec::new() }
}

#[test]
fn a_burst_is_said_when_its_first_hours_close_once_and_is_over_by_itself() {
    let burst = |passed| match passed - 20 * DAY {
        5..8 => vec![(Level::Warn, NAP, 40)],
        _ => now_and_then(passed, NAP),
    };
    let signals = listen(30, |_| "1.0", burst);
    check(&signals, &[(SignalKind::PatternBurst, 20)]);
    assert_eq!(signals[0].noticed_at, (FIRST + (20 * DAY + 7)).start());
    assert_eq!(
        signals[0].summary,
        "“lock on shelf held for too long” bursts: 80 records in 2 h where 0.735 were expected; never more than 1 in an hour of the 20 days before."
    );
}

#[test]
fn hours_to_come_change_nothing_that_was_said_of_a_burst() {
    let burst = |passed| match passed - 20 * DAY {
        5..8 => vec![(Level::Warn, NAP, 60)],
        _ => now_and_then(passed, NAP),
    };
    assert_eq!(listen(21, |_| "1.0", burst), listen(30, |_| "1.0", burst));
}

#[test]
fn a_warning_that_is_back_after_weeks_is_said_whatever_was_built() {
    let comes = |passed| match passed / DAY {
        10..28 => Vec::new(),
        _ => now_and_then(passed, NAP),
    };
    // Silent from the tenth day on nobody misses it, and when it is back for good that is news.
    check(&listen(34, |_| "1.0", comes), &[(SignalKind::PatternReturned, 28)]);
}

#[test]
fn a_heartbeat_is_missed_at_whatever_level() {
    let beats = |passed: i64| if passed < 20 * DAY { vec![(Level::Warn, NAP, 4)] } else { Vec::new() };
    check(&listen(22, |_| "1.0", beats), &[(SignalKind::PatternVanished, 20)]);
}

#[test]
fn what_is_back_once_is_not_back() {
    let comes = |passed| match passed / DAY {
        10..28 => Vec::new(),
        28.. if passed != 29 * DAY => Vec::new(),
        _ => now_and_then(passed, NAP),
    };
    check(&listen(34, |_| "1.0", comes), &[]);
}

#[test]
fn an_ordinary_line_that_a_build_drops_or_brings_back_is_nothing_and_without_a_build_it_is() {
    let comes = |passed: i64| match passed {
        _ if (10 * DAY + 9..30 * DAY + 9).contains(&passed) => Vec::new(),
        _ if passed % 3 == 0 => vec![(Level::Info, TOPIC, 1 + (passed * 7919 % 4) as usize)],
        _ => Vec::new(),
    };
    let built = |passed| match passed - 9 {
        ..240 => "1.0",
        240..720 => "1.1",
        _ => "1.2",
    };
    check(&listen(36, built, comes), &[]);
    let signals = listen(36, |_| "1.0", comes);
    check(&signals, &[(SignalKind::PatternVanished, 11), (SignalKind::PatternReturned, 31)]);
    assert!(signals.iter().all(|signal| signal.explained_by.is_none()));
}

/// What a build brought on the fifteenth day: three a day at first, and so many times as many after ten days.
fn brought(passed: i64, times: i64) -> Vec<Line> {
    let day = passed / DAY - 15;
    let hours = (3 + 3 * (times - 1) * day / 10).clamp(0, DAY);
    if day >= 0 && (passed % DAY) * hours / DAY != (passed % DAY + 1) * hours / DAY {
        vec![(Level::Info, TOPIC, 1)]
    } else {
        Vec::new()
    }
}

#[test]
fn a_line_that_a_build_explained_and_that_grows_since_is_a_signal_of_its_own() {
    let version = |passed| if passed < 15 * DAY { "1.0" } else { "1.1" };
    let steady = listen(40, version, |passed| brought(passed, 1));
    check(&steady, &[(SignalKind::PatternNew, 17)]);
    assert!(steady[0].explained_by.is_some(), "{steady:#?}");
    let grows = listen(30, version, |passed| brought(passed, 5));
    let [new, rising] = &grows[..] else { panic!("two signals: {grows:#?}") };
    assert!(new.explained_by.is_some() && rising.explained_by.is_none(), "{grows:#?}");
    assert_eq!(rising.kind, SignalKind::PatternRising);
    assert!((22..=27).contains(&((rising.noticed_at.hour().0 - FIRST.0) / DAY)), "{rising:#?}");
}

#[test]
fn a_rare_path_of_a_known_message_is_not_new_and_one_that_doubles_them_is() {
    let at = |path: usize| {
        [
            r#"upstream timed out, request: "GET /orders HTTP/1.1", upstream: "http://shop/orders""#,
            r#"upstream timed out, request: "GET /baskets HTTP/1.1", upstream: "http://shop/baskets""#,
            r#"upstream timed out, request: "GET /labels HTTP/1.1", upstream: "http://shop/labels""#,
        ][path]
    };
    let known = |passed: i64| {
        if passed % 6 == 0 { vec![(Level::Warn, at((passed / 6 % 2) as usize), 1)] } else { Vec::new() }
    };
    let with = |passed: i64, times: usize| {
        let rare = if passed >= 20 * DAY && passed % 7 == 0 {
            vec![(Level::Warn, at(2), times)]
        } else {
            Vec::new()
        };
        known(passed).into_iter().chain(rare).collect()
    };
    check(&listen(30, |_| "1.0", |passed| with(passed, 1)), &[]);
    check(&listen(30, |_| "1.0", |passed| with(passed, 3)), &[(SignalKind::PatternNew, 20)]);
}

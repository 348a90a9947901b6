//! What a listener says, and when.

use std::sync::Arc;

use hark_event::{Event, Sample, SignalKind};

use super::*;
use crate::Tally;
use crate::plain_log::plain_log;

const DAY: i64 = 24;

fn origin() -> Origin {
    Origin { service: Arc::from("shop"), environment: Arc::from("production") }
}

/// What a small service says in one hour: a line per request, and one metric with a daily wave.
fn hour_of(hour: Hour, extra: Option<&str>, metric_above: f64) -> HourCells {
    let (origin, file) = (origin(), Arc::from("shop.log"));
    let mut tally = Tally::new();
    let lines = (0..40).map(|_| "order placed").chain(extra);
    for (line, message) in (1..).zip(lines) {
        let arrival = hour.start().plus_seconds(line as i64);
        tally.hear(Event::Log(plain_log(message, arrival, &origin, (&file, line))));
    }
    let wave = (hour.0.rem_euclid(DAY) as f64 / 12.0 - 1.0).abs() * 10.0;
    let texture = (hour.0 * 7919).rem_euclid(101) as f64 / 50.0;
    let value = 100.0 + wave + texture + metric_above;
    tally.hear(Event::Sample(Sample {
        time: hour.start(),
        origin: &origin,
        series: "queue_depth",
        value,
        file: &file,
        line: 1,
    }));
    tally.take_hours().remove(&hour).unwrap_or_default()
}

/// Listens to so many days, in which a line and a drift begin on the given days.
fn listen_to(days: i64, line_from: i64, drift_from: i64) -> Vec<Signal> {
    let mut listener = Listener::new(Zone::utc());
    let first = Hour(480_000);
    let said = (0..days * DAY).flat_map(|passed| {
        let extra =
            (passed >= line_from * DAY && passed % 5 == 0).then_some("basket restored from yesterday");
        let above = 0.05 * (passed - drift_from * DAY).max(0) as f64;
        listener.close(first + passed, hour_of(first + passed, extra, above))
    });
    said.collect()
}

#[test]
fn months_of_an_even_service_say_nothing() {
    assert_eq!(listen_to(70, i64::MAX / DAY, i64::MAX / DAY), []);
}

#[test]
fn a_new_line_and_a_drift_are_said_within_days() {
    let said = listen_to(40, 25, 26);
    let day_of = |kind| {
        said.iter().find(|signal| signal.kind == kind).map(|s| (s.noticed_at.hour().0 - 480_000) / DAY)
    };
    assert!(day_of(SignalKind::PatternNew).is_some_and(|day| day <= 27), "{said:?}");
    assert!(day_of(SignalKind::MetricDrift).is_some_and(|day| day <= 33), "{said:?}");
}

#[test]
fn a_limit_that_comes_near_is_told_as_of_now_beside_what_was_said_once() {
    let limits = BTreeMap::from([("queue_depth".to_owned(), 125.0)]);
    let mut listener = Listener::new(Zone::utc()).knowing_limits(limits);
    let first = Hour(480_000);
    let mut days_left = Vec::new();
    for passed in 0..40 * DAY {
        let above = 0.05 * (passed - 26 * DAY).max(0) as f64;
        listener.close(first + passed, hour_of(first + passed, None, above));
        if passed % DAY == 0 && passed > 35 * DAY {
            let heard = listener.heard((first + passed).end());
            let drifts: Vec<&Episode> =
                heard.episodes.iter().filter(|one| one.signal.kind == SignalKind::MetricDrift).collect();
            let [drift] = drifts[..] else { panic!("said once") };
            let forecast = drift.forecast.as_ref().expect("it runs into its limit");
            assert!(forecast.text.starts_with("As of "), "{}", forecast.text);
            days_left.push(forecast.days_left);
        }
    }
    assert!(days_left.is_sorted_by(|before, after| before >= after), "{days_left:?}");
    assert!(days_left.last().is_some_and(|left| *left < 4.0), "{days_left:?}");
}

#[test]
fn later_hours_change_nothing_that_was_said() {
    let whole = listen_to(40, 25, 26);
    let cut = listen_to(34, 25, 26);
    assert!(!cut.is_empty() && whole.starts_with(&cut));
}

/// What moves all of a company, hour by hour.
fn common(hour: Hour) -> f64 {
    ((hour.0 * 7919).rem_euclid(101) as f64 / 50.0 - 1.0) * 10.0
}

/// Four series that move together, but for one that may go the other way.
fn company_of(hour: Hour, leaves: bool) -> HourCells {
    let (origin, file) = (origin(), Arc::from("shop.csv"));
    let mut tally = Tally::new();
    for (member, part) in (0..4).flat_map(|member| (0..12).map(move |part| (member, part))) {
        let texture = ((hour.0 * 48 + part * 4 + member) * 7919).rem_euclid(101) as f64 / 50.0;
        let common = if leaves && member == 2 { -common(hour) } else { common(hour) };
        tally.hear(Event::Sample(Sample {
            time: hour.start().plus_seconds(part * 300),
            origin: &origin,
            series: ["cache_entries", "queue_depth", "sessions_open", "workers_busy"][member as usize],
            value: 100.0 * (member + 1) as f64 + common + texture,
            file: &file,
            line: 1,
        }));
    }
    tally.take_hours().remove(&hour).unwrap_or_default()
}

#[test]
fn a_series_that_leaves_the_others_is_said_once_though_its_values_are_usual() {
    let mut listener = Listener::new(Zone::utc());
    let first = Hour(480_000);
    let high: Vec<i64> =
        (20 * DAY..24 * DAY).filter(|passed| common(first + *passed) > 8.0).take(2).collect();
    let said: Vec<Signal> = (0..30 * DAY)
        .flat_map(|passed| listener.close(first + passed, company_of(first + passed, high.contains(&passed))))
        .collect();
    let [signal] = &said[..] else { panic!("one signal: {said:?}") };
    assert_eq!((signal.noticed_at, &*signal.subject.name), ((first + high[0]).end(), "sessions_open"));
    assert!(signal.summary.contains("left the company of 3 other series"), "{}", signal.summary);
}

#[test]
fn after_a_quarter_of_silence_listening_begins_anew_and_nothing_that_was_said_changes() {
    let mut listener = Listener::new(Zone::utc());
    let mut hour = Hour(480_000);
    let mut close = |listener: &mut Listener, cells| {
        let said = listener.close(hour, cells);
        hour = hour + 1;
        said
    };
    let mut said = Vec::new();
    for passed in 0..32 * DAY {
        let above = 0.05 * (passed - 22 * DAY).max(0) as f64;
        said.extend(close(&mut listener, hour_of(Hour(480_000) + passed, None, above)));
    }
    assert!(listener.episodes.iter().any(|episode| episode.ended_at.is_none()), "{said:?}");
    while !listener.has_forgotten_all() {
        said.extend(close(&mut listener, HourCells::default()));
    }
    // Years later: the hours between need not be closed, and the account still knows what was heard once.
    let later = Hour(480_000) + 3_000 * DAY;
    assert_eq!(listener.close(later, hour_of(later, None, 0.0)), []);
    let heard = listener.heard(later.end());
    assert_eq!(heard.subjects[&SubjectKind::Service], 1);
    let signals: Vec<Signal> = heard.episodes.iter().map(|episode| episode.signal.clone()).collect();
    assert_eq!(signals, said);
    assert!(heard.episodes.iter().all(|episode| episode.ended_at.is_some()), "{:?}", heard.episodes);
    assert_eq!(heard.services[0].from, later.start());
}

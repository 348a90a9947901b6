//! Drawn series, hour by hour: what is said of them, and when it is over.

use std::sync::Arc;

use hark_event::{Hour, Place, SignalKind, Zone};

use super::{Calendar, MetricSubject, SeriesAround};
use crate::candidate::{Class, Explainable};
use crate::history::History;
use crate::phase::{Phase, REST_HOURS};
use crate::season_clock::Slot;

const DAY: i64 = 24;
pub(super) const FIRST: Hour = Hour(480_000);

/// An episode: its kind, and the days on which it was noticed and over.
pub(super) type Heard = (SignalKind, i64, Option<i64>);

/// Listens to a series of so many days; what a start explains is not said. `limit` is that of the series.
pub(super) fn listen(
    name: &str,
    days: i64,
    limit: Option<f64>,
    starts: &[i64],
    value: impl Fn(f64) -> f64,
) -> Vec<Heard> {
    let starts: Vec<Hour> = starts.iter().map(|day| FIRST + (day * DAY + 10)).collect();
    listen_to(name, days, limit, &starts, |passed| {
        let texture = ((passed * 7919).rem_euclid(101) as f64 / 50.0 - 1.0)
            + ((passed / DAY * 37).rem_euclid(11) as f64 / 10.0 - 0.5);
        value(passed as f64 / DAY as f64) + texture
    })
}

/// The same with a value for each hour, and starts at any of them.
pub(super) fn listen_to(
    name: &str,
    days: i64,
    limit: Option<f64>,
    starts: &[Hour],
    value: impl Fn(i64) -> f64,
) -> Vec<Heard> {
    let place = Place { file: Arc::from("metrics.csv"), line: 1 };
    let mut series = MetricSubject::new(Arc::from(name), FIRST, place);
    series.limit = limit;
    let (mut slots, traffic, measured) = (History::from(FIRST), History::from(FIRST), History::from(FIRST));
    let mut heard: Vec<Heard> = Vec::new();
    for passed in 0..days * DAY {
        let hour = FIRST + passed;
        slots.push(Slot::plain((passed % 168) as u8));
        let calendar = Calendar { hour, slots: &slots, zone: &Zone::utc() };
        let known: Vec<Hour> = starts.iter().copied().filter(|start| *start <= hour).collect();
        series.hear(&[(hour.start(), value(passed))], &calendar, &known);
        let around = SeriesAround { traffic: &traffic, measured: &measured, starts: &known };
        // What hours do by themselves has tests of its own.
        let found = series.judge(&calendar, &around).filter(|found| found.class != Class::Anomaly);
        if let Some(found) = found {
            let by_start = known.iter().any(|start| (0..=4).contains(&(found.onset.hour() - *start)));
            if by_start && found.explainable != Explainable::Never {
                series.explained(found.onset.hour());
            } else {
                series.open(found.kind, found.onset.hour(), heard.len());
                heard.push((found.kind, passed / DAY, None));
            }
        }
        if let Phase::Open(place) = series.phase
            && series.ends(hour, &traffic, &known)
        {
            heard[place].2 = Some(passed / DAY);
            series.phase = Phase::ended_at(hour);
        }
    }
    heard
}

#[test]
fn a_climb_to_a_limit_is_open_until_the_limit_and_while_it_stands_there() {
    let heard = listen("memory_used_bytes", 40, Some(140.0), &[], |day| {
        (100.0 + 2.0 * (day - 18.0).max(0.0)).min(140.0)
    });
    let [(_, noticed, over)] = heard[..] else { panic!("one episode: {heard:?}") };
    assert_eq!(over, None, "{heard:?}");
    assert!((20..=25).contains(&noticed), "{noticed}");
}

#[test]
fn a_climb_whose_days_have_reached_the_limit_is_open_though_its_nights_have_not() {
    let heard = listen("memory_used_bytes", 40, Some(140.0), &[], |day| {
        let night = if day.fract() < 0.5 { 12.0 } else { 0.0 };
        (100.0 + 3.0 * (day - 18.0).clamp(0.0, 15.0) - night).min(140.0)
    });
    let [(_, _, over)] = heard[..] else { panic!("one episode: {heard:?}") };
    assert_eq!(over, None, "{heard:?}");
}

#[test]
fn a_climb_that_ends_halfway_is_over_within_days() {
    let heard =
        listen("memory_used_bytes", 40, Some(160.0), &[], |day| 100.0 + 2.0 * (day - 18.0).clamp(0.0, 8.0));
    let [(_, _, Some(over))] = heard[..] else { panic!("one that ended: {heard:?}") };
    assert!((27..=33).contains(&over), "{over}");
}

#[test]
fn a_step_at_a_start_is_neither_a_drift_nor_a_way_to_a_limit() {
    for height in [2.0, 3.0, 5.0] {
        let heard = listen("memory_used_bytes", 35, Some(130.0), &[17], |day| {
            100.0 + if day >= 17.45 { height } else { 0.0 }
        });
        assert!(
            heard.iter().all(|(_, noticed, over)| over.is_some_and(|over| over - noticed <= 4)),
            "{heard:?}"
        );
    }
}

#[test]
fn a_drift_that_has_gone_nowhere_for_a_week_is_what_is_usual() {
    let heard = listen("queue_depth", 40, None, &[], |day| 100.0 + 1.5 * (day - 18.0).clamp(0.0, 6.0));
    let [(SignalKind::MetricDrift, noticed, Some(over))] = heard[..] else {
        panic!("one that ended: {heard:?}")
    };
    assert!((20..=25).contains(&noticed) && (27..=35).contains(&over), "{noticed} {over}");
}

#[test]
fn tail_latency_that_stays_high_stays_open() {
    let heard = listen("http_request_duration_ms{quantile=\"0.99\"}", 40, None, &[18], |day| {
        100.0 + 1.5 * (day - 18.0).clamp(0.0, 6.0)
    });
    assert!(matches!(heard[..], [(SignalKind::TailLatency, _, None)]), "{heard:?}");
}

/// Listens to raw samples, so many an hour, and returns what is said, and on which day.
pub(super) fn listen_raw(
    name: &str,
    days: i64,
    samples: impl Fn(i64) -> Vec<(i64, f64)>,
) -> Vec<(SignalKind, i64)> {
    let (heard, _) = hear_raw(name, days, samples);
    heard.into_iter().map(|(kind, passed, _)| (kind, passed / DAY)).collect()
}

/// The same with the hour and the words, and the hours in which surprises ended.
fn hear_raw(
    name: &str,
    days: i64,
    samples: impl Fn(i64) -> Vec<(i64, f64)>,
) -> (Vec<(SignalKind, i64, String)>, Vec<i64>) {
    let place = Place { file: Arc::from("metrics.csv"), line: 1 };
    let mut series = MetricSubject::new(Arc::from(name), FIRST, place);
    let (mut slots, traffic, mut measured) =
        (History::from(FIRST), History::from(FIRST), History::from(FIRST));
    let (mut heard, mut ended) = (Vec::new(), Vec::new());
    for passed in 0..days * DAY {
        let hour = FIRST + passed;
        slots.push(Slot::plain((passed % 168) as u8));
        measured.push(9);
        let calendar = Calendar { hour, slots: &slots, zone: &Zone::utc() };
        let samples: Vec<_> = samples(passed)
            .into_iter()
            .map(|(second, value)| (hour.start().plus_seconds(second), value))
            .collect();
        series.hear(&samples, &calendar, &[]);
        let around = SeriesAround { traffic: &traffic, measured: &measured, starts: &[] };
        if let Some(found) = series.judge(&calendar, &around).filter(|found| found.score >= 1.0) {
            heard.push((found.kind, passed, found.summary));
            match found.class {
                Class::Anomaly => series.open_anomaly(hour, 0),
                _ => series.open(found.kind, found.onset.hour(), 0),
            }
        }
        ended.extend(series.surprises.end(hour, REST_HOURS, true).map(|_| passed));
    }
    (heard, ended)
}

pub(super) fn every_five_minutes(value: impl Fn(i64) -> f64) -> Vec<(i64, f64)> {
    (0..12).map(|part| (part * 300, value(part))).collect()
}

fn texture(passed: i64, part: i64) -> f64 {
    ((passed * 12 + part) * 7919).rem_euclid(101) as f64 / 50.0
}

#[test]
fn a_spike_of_minutes_is_said_when_its_hour_closes() {
    let heard = listen_raw("queue_depth", 20, |passed| {
        every_five_minutes(|part| {
            100.0 + texture(passed, part) + if passed == 350 && part == 3 { 40.0 } else { 0.0 }
        })
    });
    assert_eq!(heard, [(SignalKind::MetricAnomaly, 14)]);
}

#[test]
fn a_second_spike_of_the_week_is_not_said_and_a_trough_is() {
    let heard = listen_raw("queue_depth", 24, |passed| {
        every_five_minutes(|part| {
            let above = match (passed, part) {
                (350, 3) => 40.0,
                (400, 3) => 90.0,
                (430, 3) => -60.0,
                _ => 0.0,
            };
            100.0 + texture(passed, part) + above
        })
    });
    assert_eq!(heard, [(SignalKind::MetricAnomaly, 14), (SignalKind::MetricAnomaly, 17)]);
}

#[test]
fn a_spike_of_the_third_day_is_said_and_a_first_weekend_is_not() {
    let weekly = |passed: i64, part: i64| {
        let day = passed / DAY;
        let wave = (12.0 - ((passed % DAY) as f64 - 12.0).abs()) * if day % 7 >= 5 { -0.5 } else { 3.0 };
        100.0 + wave + texture(passed, part)
    };
    let quiet = listen_raw("queue_depth", 16, |passed| every_five_minutes(|part| weekly(passed, part)));
    assert_eq!(quiet, []);
    let spiked = listen_raw("queue_depth", 5, |passed| {
        every_five_minutes(|part| weekly(passed, part) + if passed == 80 && part == 5 { 300.0 } else { 0.0 })
    });
    assert_eq!(spiked, [(SignalKind::MetricAnomaly, 3)]);
}

#[test]
fn a_series_that_stops_while_others_go_on_is_gone() {
    let heard = listen_raw("queue_depth", 20, |passed| {
        if passed < 400 { every_five_minutes(|part| 100.0 + texture(passed, part)) } else { Vec::new() }
    });
    assert_eq!(heard, [(SignalKind::MetricGone, 17)]);
}

#[test]
fn what_is_no_number_stands_twice_or_begins_anew_is_no_signal() {
    let wild = |passed: i64| {
        let mut samples = every_five_minutes(|part| 100.0 + texture(passed, part));
        samples.extend([(0, f64::NAN), (300, f64::INFINITY), (300, 100.0), (600, f64::NEG_INFINITY)]);
        samples.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        samples
    };
    assert_eq!(listen_raw("queue_depth", 25, wild), []);
    let counter = |passed: i64| {
        every_five_minutes(|part| ((passed % 100) * 12 + part) as f64 * 1_000.0 + texture(passed, part))
    };
    assert_eq!(listen_raw("requests_total", 25, counter), [], "a reset every hundred hours");
    assert_eq!(listen_raw("queue_depth", 25, |_| every_five_minutes(|_| 7.0)), [], "a constant");
    assert_eq!(
        listen_raw("queue_depth", 25, |passed| {
            every_five_minutes(|part| if texture(passed, part) > 1.0 { f64::MAX } else { f64::MIN })
        }),
        [],
        "values at the ends of what a number can be"
    );
}

#[test]
fn a_gap_of_days_and_another_interval_are_no_signal() {
    let heard = listen_raw("queue_depth", 40, |passed| match passed / DAY {
        14..=17 => Vec::new(),
        18.. => vec![(0, 100.0 + texture(passed, 0)), (1_800, 100.0 + texture(passed, 6))],
        _ => every_five_minutes(|part| 100.0 + texture(passed, part)),
    });
    assert_eq!(heard, [(SignalKind::MetricGone, 14)], "but that it was gone");
}

#[test]
fn another_interval_is_neither_scatter_nor_a_surprise_and_a_spike_after_it_is_one() {
    let noise = |passed: i64, part: i64| {
        let mixed = ((passed * 60 + part) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / f64::from(1 << 22)
    };
    let heard = |spike: f64| {
        listen_raw("queue_depth", 45, |passed| {
            let step = if passed < 30 * DAY { 1 } else { 10 };
            let more = if passed == 41 * DAY + 13 { spike } else { 0.0 };
            (0..60).step_by(step).map(|part| (part * 60, 100.0 + noise(passed, part) + more)).collect()
        })
    };
    assert_eq!(heard(0.0), []);
    assert_eq!(heard(40.0), [(SignalKind::MetricAnomaly, 41)]);
}

#[test]
fn a_step_is_open_as_long_as_it_is_news() {
    let heard = listen("queue_depth", 40, None, &[], |day| if day < 20.0 { 100.0 } else { 130.0 });
    let [(SignalKind::MetricShift, 20, over)] = heard[..] else { panic!("one step: {heard:?}") };
    assert!(over.is_some_and(|over| (26..=30).contains(&over)), "{heard:?}");
}

#[test]
fn a_climb_of_weeks_is_one_episode_until_it_ends() {
    let climb =
        |days: i64| listen("queue_depth", days, None, &[], |day| 100.0 + 1.5 * (day - 20.0).clamp(0.0, 45.0));
    let [(SignalKind::MetricDrift, _, over)] = climb(64)[..] else { panic!("one climb: {:?}", climb(64)) };
    assert_eq!(over, None, "it goes on");
    let [(SignalKind::MetricDrift, _, over)] = climb(85)[..] else { panic!("one climb: {:?}", climb(85)) };
    assert!(over.is_some_and(|over| (66..=78).contains(&over)), "{over:?}");
}

#[test]
fn a_level_that_comes_every_night_is_no_other_unit() {
    let shifts = |value: &dyn Fn(i64, i64) -> f64| {
        let heard = listen_raw("disk_busy", 25, |passed| {
            every_five_minutes(|part| value(passed, part) * (1.0 + 0.01 * texture(passed, part)))
        });
        heard.into_iter().filter(|(kind, _)| *kind == SignalKind::MetricShift).count()
    };
    let job = |passed: i64, part: i64| if passed % DAY == 2 && part < 6 { 8e6 } else { 4e3 };
    assert_eq!(shifts(&job), 0, "what is left of the hour of a job is as all other hours");
    let pause = |passed: i64, part: i64| if passed % DAY == 2 && part >= 9 { 4e3 } else { 4e6 };
    assert_eq!(shifts(&pause), 0, "a pause of minutes");
    let unit = |passed: i64, _| if passed > 20 * DAY { 4e3 } else { 4e6 };
    assert_eq!(shifts(&unit), 1);
}

#[test]
fn a_tail_that_falls_is_not_said_to_grow() {
    let tail = |from: f64, to: f64| {
        listen_raw("latency_p99_seconds", 40, |passed| {
            let level = if passed < 30 * DAY + 9 { from } else { to };
            every_five_minutes(|part| level * (1.0 + 0.05 * texture(passed, part)))
        })
    };
    assert_eq!(tail(0.6, 0.2), []);
    assert!(matches!(tail(0.2, 0.6)[..], [(SignalKind::TailLatency, 30), ..]));
}

#[test]
fn what_counts_down_in_a_straight_line_surprises_nobody() {
    let heard = listen_raw("tls_cert_days_left", 45, |passed| {
        every_five_minutes(|part| 90.0 - (passed as f64 + part as f64 / 12.0) / 24.0)
    });
    assert_eq!(heard, []);
}

#[test]
fn a_drift_says_when_it_would_reach_its_limit_and_only_where_there_is_one() {
    let said = |limit| {
        let place = Place { file: Arc::from("metrics.csv"), line: 1 };
        let mut series = MetricSubject::new(Arc::from("queue_depth"), FIRST, place);
        series.limit = limit;
        let (mut slots, traffic, measured) =
            (History::from(FIRST), History::from(FIRST), History::from(FIRST));
        (0..35 * DAY).find_map(|passed| {
            let hour = FIRST + passed;
            slots.push(Slot::plain((passed % 168) as u8));
            let calendar = Calendar { hour, slots: &slots, zone: &Zone::utc() };
            let texture = (passed * 7919).rem_euclid(101) as f64 / 50.0;
            let climbed = 0.5 * (passed as f64 / DAY as f64 - 20.0).max(0.0);
            series.hear(&[(hour.start(), 100.0 + texture + climbed)], &calendar, &[]);
            let around = SeriesAround { traffic: &traffic, measured: &measured, starts: &[] };
            let found = series.judge(&calendar, &around)?;
            (found.kind == SignalKind::MetricDrift).then_some(found.summary)
        })
    };
    let near = said(Some(125.0)).expect("a drift");
    let (before, forecast) = near.split_once(" (nine chances in ten: ").expect("how sure it is");
    assert!(
        before.contains("At this rate it reaches its limit of 125 on ")
            && before.contains(" Dec 2024, in ")
            && before.ends_with(" days"),
        "{near}"
    );
    assert!(forecast.contains(" 2024 to ") && !forecast.contains("2024-"), "{near}");
    let (far, none) = (said(Some(1e6)).expect("a drift"), said(None).expect("a drift"));
    assert!(!far.contains("limit") && far == none, "{far}");
}

#[test]
fn a_series_that_begins_to_scatter_is_said_after_three_days_and_is_over_when_it_calms() {
    let scattered = |day: f64| {
        let wild = if (26.0..34.0).contains(&day) { 4.0 } else { 0.5 };
        wild * ((day * 24.0 * 7919.0).rem_euclid(103.0) / 25.0 - 2.0)
    };
    let heard = listen("queue_depth", 42, None, &[], |day| 100.0 + scattered(day));
    let [(SignalKind::MetricSpread, noticed, Some(over))] = heard[..] else {
        panic!("one that ended: {heard:?}")
    };
    assert!((28..=30).contains(&noticed) && (35..=37).contains(&over), "{noticed} {over}");
}

#[test]
fn who_left_the_others_is_back_when_they_are_together_again() {
    let mut series =
        MetricSubject::new(Arc::from("queue_depth"), FIRST, Place { file: Arc::from("a.csv"), line: 1 });
    series.open_apart(Hour(10), 3);
    for hour in 11..60 {
        assert_eq!(
            series.surprises.end(Hour(hour), REST_HOURS, false),
            None,
            "as usual by itself, and apart"
        );
    }
    assert_eq!(series.surprises.end(Hour(60), REST_HOURS, true), Some(3));
    assert_eq!(series.surprises.open_episode(), None);
}

#[test]
fn hours_at_another_interval_do_not_end_a_surprise() {
    let spike = 14 * DAY + 2;
    let ends = |samples_an_hour: i64| {
        let (_, ended) = hear_raw("queue_depth", 15, |passed| {
            let count = if passed > spike { samples_an_hour } else { 12 };
            let value = |part: i64| {
                100.0 + texture(passed, part % 12) + if passed == spike && part == 3 { 40.0 } else { 0.0 }
            };
            (0..count).map(|part| (part * 3_600 / count, value(part))).collect()
        });
        ended
    };
    let ended = ends(12);
    assert!(ended.len() == 1 && ended[0] < spike + 12, "{ended:?}");
    assert_eq!(ends(60), [], "until the day is over nothing is known of them");
}

#[test]
fn a_surprise_is_told_beside_what_is_usual_at_its_hour() {
    let night = 14 * DAY + 3;
    let (heard, _) = hear_raw("queue_depth", 15, |passed| {
        let usual = if (8..20).contains(&(passed % DAY)) { 160.0 } else { 40.0 };
        let value = |part| usual + texture(passed, part) + if passed == night { 200.0 } else { 0.0 };
        every_five_minutes(value)
    });
    let [(SignalKind::MetricAnomaly, hour, summary)] = &heard[..] else { panic!("one surprise: {heard:?}") };
    assert_eq!(*hour, night);
    assert!(summary.contains("where 41 is usual at these hours"), "{summary}");
}

#[test]
fn what_is_called_a_count_and_falls_is_heard_as_how_many_there_are() {
    let (heard, _) = hear_raw("sessions_count", 24, |passed| {
        let step = if passed >= 20 * DAY + 9 { 40.0 } else { 0.0 };
        every_five_minutes(|part| (80.0 + step + 3.0 * texture(passed, part)).round())
    });
    let (_, hour, summary) = heard.first().expect("a step");
    assert!((20 * DAY + 9..21 * DAY).contains(hour) && heard.len() == 1, "{heard:?}");
    assert!(summary.contains("where 83 is usual"), "in sessions and not in sessions a second: {summary}");
}

#[test]
fn an_index_that_only_rises_is_heard_by_its_pace() {
    let index = |slower_from: i64| {
        hear_raw("raft_index", 26, |passed| {
            every_five_minutes(|part| {
                let at = passed * 12 + part;
                let late = (at - slower_from * DAY * 12).max(0);
                (3 * at - 2 * late) as f64 + (at * 7919 % 3) as f64
            })
        })
    };
    assert_eq!(index(99).0, [], "it goes on as it always did");
    let (heard, _) = index(20);
    assert!(heard.first().is_some_and(|(_, hour, _)| (20 * DAY..22 * DAY).contains(hour)), "{heard:?}");
}

#[test]
fn a_moment_that_has_passed_is_heard_as_how_long_ago_it_was() {
    let last_run = |stops: i64| {
        hear_raw("backup_last_success_timestamp_seconds", 30, |passed| {
            every_five_minutes(|_| {
                let day = ((FIRST + passed).0 - 3).div_euclid(DAY).min(FIRST.0 / DAY + stops);
                ((day * DAY + 3) * 3_600) as f64
            })
        })
    };
    assert_eq!(last_run(99).0, [], "every night");
    let (heard, _) = last_run(20);
    let (_, hour, summary) = heard.first().expect("it stopped");
    assert!((21 * DAY..23 * DAY).contains(hour), "{heard:?}");
    assert!(summary.contains(" ago"), "{summary}");
}

#[test]
fn a_disk_that_is_cleaned_and_a_process_that_starts_are_no_news() {
    let (heard, _) = hear_raw("disk_used_ratio", 30, |passed| {
        every_five_minutes(|part| {
            0.5 + 0.001 * texture(passed, part) + 0.15 * (passed % (7 * DAY)) as f64 / 168.0
        })
    });
    assert_eq!(heard, []);
    let (heard, _) = hear_raw("process_uptime_seconds", 30, |passed| {
        every_five_minutes(|part| ((passed % (6 * DAY)) * 3_600 + part * 300) as f64)
    });
    assert_eq!(heard, []);
}

//! Drawn series of processes that start, and of what runs to its end: what is said of them.

use hark_event::SignalKind;

use super::tests::{FIRST, Heard, listen};
use super::{HOURS_PER_DAY, level_at};

/// Days since the latest of these days.
fn age(day: f64, starts: &[i64]) -> f64 {
    let started = |start: &i64| *start as f64 + 10.0 / HOURS_PER_DAY as f64;
    starts.iter().map(started).filter(|start| *start <= day).fold(day, |_, start| day - start)
}

const STARTS: &[i64] = &[6, 12, 19, 25, 28, 31, 34, 37];

/// Memory that climbs by so much a day in each life, and from a life on faster, up to a limit.
fn memory(days: i64, faster: impl Fn(f64) -> bool) -> Vec<Heard> {
    listen("process_resident_memory_bytes", days, Some(170.0), STARTS, |day| {
        let pace = if faster(day) { 20.0 } else { 1.5 };
        (100.0 + pace * age(day, STARTS)).min(170.0)
    })
}

#[test]
fn memory_that_creeps_alike_in_each_life_and_is_given_back_is_no_drift() {
    assert_eq!(memory(25, |_| false), []);
}

#[test]
fn a_leak_that_starts_reset_is_said_once_and_is_open_as_long_as_it_leaks() {
    let heard = memory(40, |day| day >= 25.4);
    let [(SignalKind::MetricSaturation, noticed, None)] = heard[..] else {
        panic!("one that is open: {heard:?}")
    };
    assert!((26..=28).contains(&noticed), "{noticed}");
}

#[test]
fn a_leak_is_over_when_a_life_is_as_slow_as_those_before() {
    let heard = memory(40, |day| (25.4..34.4).contains(&day));
    let [(SignalKind::MetricSaturation, _, Some(over))] = heard[..] else {
        panic!("one that ended: {heard:?}")
    };
    assert!((36..=37).contains(&over), "{over}");
}

#[test]
fn a_drift_of_a_few_hundredths_of_the_memory_is_not_worth_a_word_and_of_a_queue_it_is() {
    let drift = |name| listen(name, 32, None, &[], |day| 100.0 + 0.7 * (day - 22.0).clamp(0.0, 6.0));
    assert_eq!(drift("process_resident_memory_bytes"), []);
    assert!(matches!(drift("queue_depth")[..], [(SignalKind::MetricDrift, ..)]));
}

#[test]
fn a_certificate_that_nobody_renews_is_said_two_weeks_before_its_end() {
    let heard = listen("tls_certificate_days_left", 39, None, &[], |day| 40.0 - day);
    let [(SignalKind::MetricSaturation, noticed, None)] = heard[..] else {
        panic!("one that is open: {heard:?}")
    };
    assert!((25..=28).contains(&noticed), "{noticed}");
}

#[test]
fn a_moment_of_expiry_that_never_moves_is_said_when_it_is_near_and_over_when_it_is_renewed() {
    let expires = |day: i64| (FIRST + day * HOURS_PER_DAY as i64).start().seconds() as f64;
    let listen =
        |renewed: f64| {
            listen("x509_cert_not_after", 29, None, &[], |day| {
                if day >= renewed { expires(120) } else { expires(30) }
            })
        };
    let left = listen(99.0);
    let [(SignalKind::MetricSaturation, noticed, None)] = left[..] else {
        panic!("one that is open: {left:?}")
    };
    assert!((15..=17).contains(&noticed), "{noticed}");
    let renewed = listen(20.4);
    let [(SignalKind::MetricSaturation, _, Some(over))] = renewed[..] else { panic!("one: {renewed:?}") };
    assert!((20..=21).contains(&over), "{over}");
    assert_eq!(listen(10.0), []);
}

#[test]
fn a_start_that_gives_back_what_was_taken_moves_no_level() {
    let starts: Vec<i64> = (1..6).map(|life| life * 80).collect();
    let sawtooth: Vec<f32> = (0..480).map(|hour| 100.0 + (hour % 80) as f32).collect();
    let levelled = level_at(&sawtooth, starts.into_iter());
    assert!(levelled.iter().zip(&sawtooth).skip(80).all(|(one, other)| one == other), "{levelled:?}");
    let stepped: Vec<f32> =
        (0..480).map(|hour| if hour < 240 { 100.0 } else { 150.0 } + (hour % 7) as f32).collect();
    let levelled = level_at(&stepped, [80, 160, 240, 320].into_iter());
    assert!(levelled.iter().all(|value| *value > 140.0), "{levelled:?}");
}

//! What is measured seldom, stands still, flaps or is down, and what merely looks like it.

use hark_event::SignalKind;

use super::tests::{every_five_minutes, listen_raw};

const DAY: i64 = 24;

/// Noise of one sigma that is the same in every run.
fn noise(at: i64) -> f64 {
    let mixed = |at: i64| {
        let mixed = (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / f64::from(1 << 24)
    };
    (0..12).map(|part| mixed(at * 12 + part)).sum::<f64>() - 6.0
}

/// A series with one sample every so many hours, `step` σ higher from a day on.
fn every(hours: i64, days: i64, from: i64, step: f64, seed: i64) -> Vec<(SignalKind, i64)> {
    listen_raw("batch_rows", days, |passed| {
        if passed % hours != 2 % hours {
            return Vec::new();
        }
        let above = if passed >= from * DAY { step } else { 0.0 };
        vec![(300, 100.0 + 8.0 * (noise(passed + seed * 100_000) + above))]
    })
}

#[test]
fn a_step_of_what_is_measured_every_few_hours_or_once_a_day_is_heard_within_days() {
    for (hours, days_max) in [(2, 1), (3, 3), (6, 3), (24, 4)] {
        let in_time = (0..5).filter(|seed| {
            let heard = every(hours, 45, 32, 7.0, *seed);
            heard.iter().filter(|(_, day)| (32..=32 + days_max).contains(day)).count() == 1
        });
        // What was said before a step by chance is still open.
        assert!(in_time.count() >= 4, "every {hours} h");
    }
}

#[test]
fn without_a_step_hardly_anything_is_said_of_it() {
    // Before anything is ranked among others.
    let said = |hours: i64| (10..30).map(|seed| every(hours, 60, 99, 0.0, seed).len()).sum::<usize>();
    let said = [2, 3, 6, 12, 24].map(said);
    assert!(said.iter().sum::<usize>() <= 6 && said.iter().all(|said| *said <= 2), "{said:?}");
}

#[test]
fn what_was_measured_every_five_minutes_and_is_once_an_hour_is_no_signal() {
    for seed in 0..10 {
        let heard = listen_raw("queue_depth", 40, |passed| {
            let value = |part: i64| 100.0 + 8.0 * noise(passed * 12 + part + seed * 1_000_000);
            if passed < 22 * DAY + 7 { every_five_minutes(value) } else { vec![(0, value(0))] }
        });
        assert_eq!(heard, [], "{seed}");
    }
}

#[test]
fn what_was_always_up_and_is_down_for_a_whole_hour_is_said_and_a_failed_scrape_is_not() {
    let heard = |name: &str, is_down: fn(i64, i64) -> bool| {
        listen_raw(name, 20, |passed| every_five_minutes(|part| f64::from(u8::from(!is_down(passed, part)))))
    };
    let down = |passed: i64, _: i64| (400..402).contains(&passed);
    assert_eq!(heard("up", down), [(SignalKind::MetricAnomaly, 16)]);
    assert_eq!(heard("probe_success", |passed, part| passed == 400 && part < 11), []);
    assert_eq!(heard("up", |passed, part| passed % 50 == 7 && part == 3), []);
    assert_eq!(heard("up", |passed, _| passed % 24 < 8), [], "stopped every night");
    assert_eq!(heard("feature_on", down), [], "what is switched off is not down");
}

#[test]
fn what_flaps_is_said_once_and_as_no_step() {
    let flaps = |passed: i64, part: i64| passed >= 400 && part / 6 % 2 == 0;
    let heard = listen_raw("leader", 24, |passed| {
        every_five_minutes(|part| f64::from(u8::from(!flaps(passed, part))))
    });
    assert_eq!(heard, [(SignalKind::MetricAnomaly, 16)]);
    let comes_and_goes = listen_raw("cache_hit_ratio", 24, |passed| {
        if passed >= 400 && passed / 7 % 2 == 0 {
            return Vec::new();
        }
        every_five_minutes(|part| 0.9 + 0.01 * noise(passed * 12 + part))
    });
    assert_eq!(comes_and_goes, [(SignalKind::MetricGone, 18)]);
}

#[test]
fn a_job_that_stops_is_missed_as_a_counter_as_a_moment_and_as_a_peak() {
    let done = |passed: i64| ((passed + 21) / DAY).min(20);
    let counter =
        listen_raw("jobs_done_total", 30, |passed| every_five_minutes(|_| 50.0 * done(passed) as f64));
    assert_eq!(counter, [(SignalKind::MetricAnomaly, 21)]);
    let moment = listen_raw("backup_last_success_timestamp_seconds", 30, |passed| {
        every_five_minutes(|_| 1.7e9 + 86_400.0 * done(passed) as f64)
    });
    assert_eq!(moment, [(SignalKind::MetricAnomaly, 20)], "it is farther back than ever");
    let peak = listen_raw("job_queue", 30, |passed| {
        let is_peak = passed % DAY == 3 && passed < 22 * DAY;
        every_five_minutes(
            |part| if is_peak && part < 9 { 200.0 } else { 0.0 } + noise(passed * 12 + part).abs(),
        )
    });
    assert_eq!(peak, [(SignalKind::MetricAnomaly, 23)]);
}

#[test]
fn a_flood_of_errors_is_said_within_two_hours_even_in_the_first_week() {
    for day in [4, 12] {
        let mut count = 0.0;
        let counts = (0..=(day + 2) * DAY * 12).map(|at| {
            count += noise(at).abs().floor() + if at >= (day * DAY + 9) * 12 + 7 { 30.0 } else { 0.0 };
            count
        });
        let counts: Vec<f64> = counts.collect();
        let heard = listen_raw("http_requests_total{code=\"5xx\"}", day + 2, |passed| {
            every_five_minutes(|part| counts[(passed * 12 + part) as usize])
        });
        assert_eq!(heard, [(SignalKind::ErrorsRising, day)]);
    }
}

#[test]
fn a_limit_that_comes_near_in_the_first_week_is_said_before_it() {
    let heard = listen_raw("disk_used_ratio", 9, |passed| {
        let above = ((passed - 4 * DAY).max(0) as f64 / DAY as f64 * 0.12).min(0.5);
        every_five_minutes(|part| 0.5 + above + 0.003 * noise(passed * 12 + part))
    });
    assert!(heard.contains(&(SignalKind::MetricSaturation, 5)), "{heard:?}");
}

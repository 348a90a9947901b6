//! Drawn services: three in a row, of which one gets slow, fails, falls silent or is called anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Hour, Moment, Origin, PeerKind, Place, Zone};
use hark_listen::{Flow, Heard, HourCells, Listener, Samples};

use super::*;

const START: i64 = 3 * 86_400;

/// One minute of one service: requests, seconds that each takes, share that fails.
type Minute = Option<(f64, f64, f64)>;

/// A day of minutes before the start and ten after it, as each service has them.
fn heard(services: &[(&str, &dyn Fn(i64) -> Minute)]) -> Heard {
    let mut hours: BTreeMap<Hour, HourCells> = BTreeMap::new();
    for (service, minute) in services {
        let origin = Origin { service: Arc::from(*service), environment: "production".into() };
        for at in -1_440..10 {
            let time = Moment::from_seconds(START + at * 60);
            let Some((requests, seconds, failing)) = minute(at) else { continue };
            // What never stands still: a few percent, by a pattern that no two services share.
            let stir = 1.0 + 0.02 * ((at * 7 + service.len() as i64 * 5).rem_euclid(11) - 5) as f64 / 5.0;
            for (series, value) in
                [("requests", requests), ("latency_mean_seconds", seconds * stir), ("error_ratio", failing)]
            {
                let place = Place { file: "metrics.csv".into(), line: 1 };
                let samples = Samples { values: vec![(time, value)], place };
                hours.entry(time.hour()).or_default().add_samples((origin.clone(), series.into()), samples);
            }
        }
    }
    let mut listener = Listener::new(Zone::utc()).looking_around(Moment::from_seconds(START));
    hours.iter().for_each(|(hour, cells)| listener.overhear(*hour, cells));
    let mut heard = listener.heard(Moment::from_seconds(START + 600));
    let calls = [("web", "cart"), ("cart", "stock"), ("cart", "promo"), ("ads", "web")];
    heard.flows = calls.map(|(caller, callee)| flow(caller, callee)).into();
    heard
}

fn flow(caller: &str, callee: &str) -> Flow {
    Flow {
        caller: Arc::from(caller),
        callee: Arc::from(callee),
        callee_kind: PeerKind::Service,
        calls: Some(9),
        is_declared: false,
        seen_in: String::new(),
    }
}

/// Who is named, best first, when users are hurt at `web`.
#[track_caller]
fn check(services: &[(&str, &dyn Fn(i64) -> Minute)], expected: &[&str]) -> Beginnings {
    let found = beginnings(&heard(services), "web", Moment::from_seconds(START), Look::default());
    let named: Vec<&str> = found.ranked.iter().map(|one| one.service.as_str()).collect();
    assert_eq!(named, expected);
    found
}

fn calm(_: i64) -> Minute {
    Some((100.0, 0.1, 0.0))
}

fn slow(at: i64, more: f64) -> Minute {
    Some((100.0, if at >= -2 { 0.1 + more } else { 0.1 }, 0.0))
}

#[test]
fn who_got_slow_is_named_and_not_those_that_wait_for_it() {
    let late = |at| slow(at, 0.3);
    let found = check(&[("web", &late), ("cart", &late), ("stock", &late)], &["stock"]);
    assert!(found.stands_out());
    assert_eq!(
        found.ranked[0].summary,
        "stock added 297 ms to each request of web, beyond what it usually strays and what those that it calls explain"
    );
    assert_eq!(
        found.ranked[0].evidence[0].text,
        "408 ms for each request of web, usually 100 ms, straying by 2.0 ms"
    );
}

#[test]
fn who_is_asked_seldom_weighs_little() {
    let late = |at| slow(at, 0.1);
    let seldom = |at| slow(at, 0.4).map(|(_, seconds, failing)| (2.0, seconds, failing));
    check(&[("web", &late), ("cart", &late), ("stock", &seldom)], &["cart"]);
}

#[test]
fn who_is_asked_in_every_third_minute_only_can_be_named() {
    let is_asked = |at: i64| at.rem_euclid(3) == 0;
    let late = |at| if is_asked(at) { slow(at, 0.3) } else { calm(at) };
    let third = |at| if is_asked(at) { slow(at, 0.3) } else { Some((0.0, 0.0, 0.0)) };
    check(&[("web", &late), ("cart", &late), ("stock", &third)], &["stock"]);
}

#[test]
fn who_explains_little_of_the_trouble_is_not_named_and_the_hurt_service_is_ranked_itself() {
    let failing = |at| Some((100.0, 0.1, if at >= 0 { 0.4 } else { 0.0 }));
    let found = check(&[("web", &failing), ("cart", &calm), ("stock", &|at| slow(at, 0.02))], &["web"]);
    let share = found.ranked[0].share.expect("minutes tell of shares");
    assert!(share > 0.9, "{share}");
}

#[test]
fn who_only_feels_more_requests_for_each_of_the_hurt_service_is_not_named() {
    let fewer = |at| Some((if at >= 0 { 40.0 } else { 100.0 }, if at >= 0 { 0.15 } else { 0.1 }, 0.0));
    check(&[("web", &fewer), ("cart", &calm), ("stock", &calm)], &["web"]);
}

#[test]
fn failures_begin_where_nothing_called_fails() {
    let failing = |at| Some((100.0, 0.1, if at >= 0 { 0.2 } else { 0.0 }));
    check(&[("web", &failing), ("cart", &failing), ("stock", &calm)], &["cart"]);
}

#[test]
fn who_falls_silent_is_named_for_what_its_callers_suffer() {
    let failing = |at| Some((100.0, 0.1, if at >= -10 { 0.5 } else { 0.0 }));
    let gone = |at| if at >= -10 { None } else { calm(at) };
    check(&[("web", &failing), ("cart", &failing), ("stock", &gone)], &["stock"]);
}

#[test]
fn who_had_been_silent_for_an_hour_is_not_blamed_for_what_begins_now() {
    let failing = |at| Some((100.0, 0.1, if at >= -10 { 0.5 } else { 0.0 }));
    let gone = |at| if at >= -70 { None } else { calm(at) };
    check(&[("web", &failing), ("cart", &failing), ("stock", &gone)], &["cart"]);
}

#[test]
fn a_call_to_one_that_was_never_called_is_its_callers_doing() {
    let failing = |at| Some((100.0, 0.1, if at >= 0 { 0.5 } else { 0.0 }));
    let new = |at| if at >= 0 { failing(at) } else { None };
    check(&[("web", &failing), ("cart", &failing), ("stock", &calm), ("promo", &new)], &["cart"]);
}

#[test]
fn who_only_calls_the_hurt_service_is_not_named() {
    let late = |at| slow(at, 0.3);
    check(&[("web", &calm), ("cart", &calm), ("ads", &late)], &[]);
}

#[test]
fn twice_the_traffic_is_no_trouble() {
    let busy =
        |at| calm(at).map(|(_, seconds, failing)| (if at >= 0 { 200.0 } else { 100.0 }, seconds, failing));
    check(&[("web", &busy), ("cart", &busy), ("stock", &busy)], &[]);
}

#[test]
fn without_history_nobody_is_named() {
    let late = |at| if at < -9 { None } else { slow(at, 0.3) };
    let found = check(&[("web", &late), ("cart", &late)], &[]);
    assert_eq!(found, Beginnings::default());
}

#[test]
fn what_comes_every_hour_does_not_stand_out() {
    let often = |at: i64| Some((100.0, if at.rem_euclid(60) < 12 { 0.4 } else { 0.1 }, 0.0));
    let heard = heard(&[("web", &often), ("cart", &often)]);
    let found = beginnings(&heard, "web", Moment::from_seconds(START), Look::default());
    assert!(!found.stands_out(), "{found:?}");
}

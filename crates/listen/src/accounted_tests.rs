//! What is said of load that moves, of more requests, of steps and of units: whole listeners over weeks.

use std::sync::Arc;

use hark_event::{Change, ChangeKind, Hour, Id, Moment, Origin, Place, Signal, SignalKind, Zone};

use crate::{HourCells, Listener, Samples};

const DAYS: i64 = 34;
/// The middle of an hour on a day of the fourth week.
const AT_SECONDS: i64 = 22 * 86_400 + 10 * 3_600 + 1_500;
const STEP_SECONDS: i64 = 300;

/// One series: what it is, given how many requests there are beside usual and whether the change has come; `NaN` where it is not there.
type Value = Box<dyn Fn(f64, bool) -> f64>;

fn gauge(name: &str, value: impl Fn(f64, bool) -> f64 + 'static) -> (String, Value) {
    (name.to_owned(), Box::new(value))
}

/// Chance that is the same every time (Knuth's MMIX multiplier), about -1 to 1.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    }
}

/// What is said of one service over five weeks in which demand has days, weekends and a life of its own, and grows by a factor at the change.
fn said(growth: f64, series: Vec<(String, Value)>) -> Vec<Signal> {
    said_by(Listener::new(Zone::utc()), growth, series)
}

/// The same if the change is a deploy.
fn said_of_deploy(series: Vec<(String, Value)>) -> Vec<Signal> {
    let mut listener = Listener::new(Zone::utc());
    listener.announce([Change {
        id: Id::of(&["deploy"]),
        time: Moment::from_seconds(AT_SECONDS - 300),
        kind: ChangeKind::Deploy,
        service: Some(Arc::from("shop")),
        summary: "shop 2.0".to_owned(),
        details: Vec::new(),
        repository: None,
        commit: None,
        path: None,
        paths: Vec::new(),
        author_active: None,
        approval: None,
    }]);
    said_by(listener, 1.0, series)
}

fn said_by(mut listener: Listener, growth: f64, series: Vec<(String, Value)>) -> Vec<Signal> {
    let mut chance = Chance(1_041);
    let mut counts = vec![0.0; series.len()];
    let mut wander = 0.0;
    let mut said = Vec::new();
    for hour in 0..DAYS * 24 {
        wander = 0.7 * wander + 0.03 * chance.next();
        let mut cells = HourCells::default();
        for ((name, value), count) in series.iter().zip(&mut counts) {
            let sample = |step: i64| {
                let seconds = hour * 3_600 + step * STEP_SECONDS;
                let has_come = seconds >= AT_SECONDS;
                let day = (seconds as f64 / 86_400.0 * std::f64::consts::TAU).sin();
                let weekend = if (seconds / 86_400) % 7 >= 5 { 0.8 } else { 1.0 };
                let grown = if has_come { growth } else { 1.0 };
                let level = value((1.0 + 0.4 * day) * weekend * (1.0 + wander) * grown, has_come)
                    * (1.0 + 0.03 * chance.next());
                let is_counter = name.contains("_total");
                *count += if is_counter && level.is_finite() { level * STEP_SECONDS as f64 } else { 0.0 };
                let value = if is_counter && level.is_finite() { *count } else { level };
                value.is_finite().then(|| (Moment::from_seconds(seconds), value))
            };
            let values: Vec<(Moment, f64)> = (0..3_600 / STEP_SECONDS).filter_map(sample).collect();
            if !values.is_empty() {
                let origin = Origin { service: "shop".into(), environment: "production".into() };
                let place = Place { file: "shop.csv".into(), line: 1 };
                cells.add_samples((origin, Arc::from(&**name)), Samples { values, place });
            }
        }
        said.extend(listener.close(Hour(hour), cells));
    }
    said
}

/// Requests, processor seconds and memory of pods with so large shares before and after.
fn pods(shares: &[(f64, f64)]) -> Vec<(String, Value)> {
    let of_pod = |(pod, &(before, after)): (usize, &(f64, f64))| {
        let share = move |has_come| if has_come { after } else { before };
        [
            gauge(&format!("http_requests_total{{pod=\"shop-{pod}\"}}"), move |demand, come| {
                100.0 * demand * share(come)
            }),
            gauge(&format!("cpu_seconds_total{{pod=\"shop-{pod}\"}}"), move |demand, come| {
                4.0 * demand * share(come)
            }),
            gauge(&format!("memory_bytes{{pod=\"shop-{pod}\"}}"), move |_, come| 2e9 * share(come)),
        ]
    };
    shares.iter().enumerate().flat_map(of_pod).collect()
}

/// Requests and what goes with them, of which one may take so many times as much for each request.
fn following(taker: &'static str, times: f64) -> Vec<(String, Value)> {
    let cost = move |name: &str, come| if come && name == taker { times } else { 1.0 };
    vec![
        gauge("http_requests_total", |demand, _| 200.0 * demand),
        gauge("cpu_seconds_total", move |demand, come| 0.1 + 2.0 * demand * cost("cpu", come)),
        gauge("db_queries_total", move |demand, come| 700.0 * demand * cost("db", come)),
        gauge("http_errors_total", move |demand, come| 4.0 * demand * cost("errors", come)),
        gauge("connections_open", move |demand, _| 8.0 + 60.0 * demand),
        gauge("heap_used_bytes", |_, _| 5e8),
    ]
}

#[track_caller]
fn check_subjects(said: &[Signal], expected: &[&str]) {
    let subjects: Vec<&str> = said.iter().map(|signal| &*signal.subject.name).collect();
    assert_eq!(subjects, expected, "{said:#?}");
}

#[test]
fn load_that_moves_from_one_pod_to_another_is_no_signal() {
    check_subjects(&said(1.0, pods(&[(0.25, 0.1), (0.25, 0.4), (0.25, 0.25), (0.25, 0.25)])), &[]);
    check_subjects(&said(1.0, pods(&[(0.25, 0.0), (0.25, 0.34), (0.25, 0.33), (0.25, 0.33)])), &[]);
}

#[test]
fn pods_that_are_renamed_or_fewer_are_no_signal() {
    let gone = f64::NAN;
    check_subjects(&said(1.0, pods(&[(0.5, gone), (0.5, gone), (gone, 0.5), (gone, 0.5)])), &[]);
    check_subjects(&said(1.0, pods(&[(0.25, 0.5), (0.25, 0.5), (0.25, gone), (0.25, gone)])), &[]);
}

#[test]
fn a_crowd_that_becomes_smaller_and_shares_the_same_is_no_signal() {
    let shares: Vec<(f64, f64)> =
        (0..60).map(|pod| (1.0, if pod % 3 == 0 { f64::NAN } else { 1.5 })).collect();
    check_subjects(&said(1.0, pods(&shares)), &[]);
}

#[test]
fn a_pod_whose_load_nobody_takes_is_said() {
    let fell = said(1.0, pods(&[(0.25, 0.05), (0.25, 0.25), (0.25, 0.25), (0.25, 0.25)]));
    assert!(
        fell.iter().any(|signal| signal.subject.name == "http_requests_total{pod=\"shop-0\"}"),
        "{fell:#?}"
    );
    let gone = said(1.0, pods(&[(0.25, f64::NAN), (0.25, 0.25), (0.25, 0.25), (0.25, 0.25)]));
    assert!(gone.iter().any(|signal| signal.kind == SignalKind::MetricGone), "{gone:#?}");
}

#[test]
fn requests_that_fail_where_they_succeeded_are_no_load_that_moved() {
    let series = [("200", 0.98, 0.88), ("500", 0.02, 0.12)].map(|(status, before, after)| {
        gauge(&format!("http_requests_total{{status=\"{status}\"}}"), move |demand, come| {
            100.0 * demand * if come { after } else { before }
        })
    });
    let said = said(1.0, series.into());
    assert!(said.iter().any(|signal| signal.subject.name.contains("500")), "{said:#?}");
}

#[test]
fn a_core_that_comes_near_its_limit_is_said_though_others_do_less() {
    let cores = (0..4).map(|core| {
        gauge(&format!("cpu_utilization{{core=\"{core}\"}}"), move |_, come| match (come, core) {
            (false, _) => 0.5,
            (true, 0) => 0.95,
            (true, _) => 0.35,
        })
    });
    check_subjects(&said(1.0, cores.collect()), &["cpu_utilization{core=\"0\"}"]);
}

#[test]
fn more_requests_are_said_once_and_what_goes_with_them_is_not() {
    for growth in [1.6, 2.5] {
        check_subjects(&said(growth, following("", 1.0)), &["http_requests_total"]);
    }
    let fewer = said(0.4, following("", 1.0));
    assert_eq!(fewer.len(), 1, "whoever is the first to tell: {fewer:#?}");
}

#[test]
fn what_takes_more_for_each_request_is_said() {
    for (growth, taker, name) in [
        (1.0, "cpu", "cpu_seconds_total"),
        (1.3, "db", "db_queries_total"),
        (1.0, "errors", "http_errors_total"),
    ] {
        let said = said(growth, following(taker, 1.7));
        assert!(said.iter().any(|signal| signal.subject.name == name), "{name}: {said:#?}");
        assert!(
            said.iter().all(|signal| [name, "http_requests_total"].contains(&&*signal.subject.name)),
            "{said:#?}"
        );
    }
}

#[test]
fn one_step_is_said_once_while_it_stays() {
    for height in [8.0, 20.0, 60.0, -12.0] {
        let step = gauge("pool_entries", move |_, come| 100.0 + if come { height } else { 0.0 });
        let season = gauge("cache_entries", |demand, _| 50.0 * demand);
        let quiet = gauge("threads_running", |_, _| 40.0);
        check_subjects(&said(1.0, vec![step, season, quiet]), &["pool_entries"]);
    }
}

#[test]
fn a_step_at_a_deploy_is_said_once_and_tied_to_it() {
    for height in [20.0, 60.0, -12.0] {
        let step = gauge("pool_entries", move |_, come| 100.0 + if come { height } else { 0.0 });
        let season = gauge("cache_entries", |demand, _| 50.0 * demand);
        let said = said_of_deploy(vec![step, season, gauge("threads_running", |_, _| 40.0)]);
        check_subjects(&said, &["pool_entries"]);
        let tied = said[0].explained_by.as_deref();
        assert!(tied.is_some_and(|change| change.starts_with("deploy shop 2.0")), "{tied:?}");
    }
}

#[test]
fn another_unit_is_said_once_in_those_words_and_dated_to_its_moment() {
    for (factor, words) in [(1.0 / 1_024.0, "1/1,0"), (1_000.0, "1,0")] {
        let resident = gauge("cache_resident", move |demand, come| {
            3e8 * (2.0 + demand) * if come { factor } else { 1.0 }
        });
        let said = said(1.0, vec![resident, gauge("threads_running", |_, _| 40.0)]);
        check_subjects(&said, &["cache_resident"]);
        let expected = format!("cache_resident is told as if its unit had changed: {words}");
        assert!(said[0].summary.starts_with(&expected), "{}", said[0].summary);
        assert_eq!(said[0].onset.seconds(), AT_SECONDS);
    }
}

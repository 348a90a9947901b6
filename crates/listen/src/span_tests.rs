//! A small world of spans in, signals out: a shop whose checkout calls payments and writes to a database.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Event, Hour, Moment, Origin, Peer, PeerKind, Signal, SignalKind, Span, SpanKind, Zone};

use crate::{Heard, HourCells, Listener, Tally};

const DAY: i64 = 24;
const FIRST: Hour = Hour(480_000);

/// What is out of the ordinary in one hour, days after the beginning.
#[derive(Clone, Copy, Default)]
struct World {
    /// Traces an hour; 60 if it is 0.
    traces: i64,
    /// One call to payments of so many fails at first; 200 if it is 0.
    fails_one_of: i64,
    /// How many times as long the slowest of payments take.
    tail_times: f64,
    /// Whether checkout calls a stranger now and then.
    calls_stranger: bool,
    /// Whether checkout still writes to its database.
    writes: bool,
}

const USUAL: World =
    World { traces: 0, fails_one_of: 0, tail_times: 1.0, calls_stranger: false, writes: true };

fn origin(service: &str) -> Origin {
    Origin { service: Arc::from(service), environment: Arc::from("production") }
}

struct Teller<'a> {
    tally: &'a mut Tally,
    trace: u64,
    next: u64,
    start: Moment,
}

impl Teller<'_> {
    /// Tells a span that takes so many milliseconds from when the last one of its trace ended; gives its identifier.
    fn span(
        &mut self,
        service: &str,
        (kind, operation): (SpanKind, &str),
        peer: Option<(PeerKind, &str)>,
        parent: Option<u64>,
        millis: i64,
        is_error: bool,
    ) -> u64 {
        self.next += 1;
        let id = self.trace.wrapping_mul(31) + self.next;
        let end = Moment::from_nanos(self.start.nanos() + millis * 1_000_000);
        self.tally.hear(Event::Span(Span {
            start: self.start,
            end,
            origin: &origin(service),
            operation,
            kind,
            is_error,
            peer: peer.map(|(kind, name)| Peer { kind, name }),
            is_retry: false,
            trace: self.trace,
            id,
            parent,
            version: None,
            file: &Arc::from("traces.jsonl"),
            line: self.next,
        }));
        self.start = end;
        id
    }
}

/// The spans of an hour, told by one tally or by two.
fn hour_of(hour: Hour, world: World, tallies: usize) -> HourCells {
    let mut parts: Vec<Tally> = (0..tallies).map(|_| Tally::new()).collect();
    let texture = (hour.0 * 7919).rem_euclid(13);
    let traces = if world.traces == 0 { 60 } else { world.traces } + texture;
    for number in 0..traces {
        let seed = (hour.0 * 1_009 + number * 7_919).rem_euclid(1_000_003);
        let trace = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let start = hour.start().plus_seconds(number * 3_000 / traces);
        let tally = &mut parts[number as usize % tallies];
        let mut teller = Teller { tally, trace, next: 0, start };
        let fails_one_of = if world.fails_one_of == 0 { 200 } else { world.fails_one_of };
        let fails = seed % fails_one_of == 0;
        let root = trace.wrapping_mul(31) + 99;
        for attempt in 0..=i64::from(fails) {
            let failed = fails && attempt == 0;
            let slow = if seed % 10 == 3 { world.tail_times } else { 1.0 };
            let millis = ((20 + seed % 30) as f64 * slow) as i64;
            let peer = Some((PeerKind::Host, "payments.shop.svc"));
            let call = teller.span("checkout", (SpanKind::Client, "POST"), peer, Some(root), millis, failed);
            teller.span("payments", (SpanKind::Server, "POST /charge"), None, Some(call), millis, failed);
        }
        if world.writes {
            let peer = Some((PeerKind::Database, "postgresql:orders"));
            teller.span("checkout", (SpanKind::Client, "INSERT"), peer, Some(root), 3, false);
        }
        if world.calls_stranger && seed % 20 == 1 {
            let peer = Some((PeerKind::Host, "api.example.com"));
            teller.span("checkout", (SpanKind::Client, "GET"), peer, Some(root), 80, false);
        }
        teller.next = 98;
        teller.span("checkout", (SpanKind::Server, "POST /orders/4711"), None, None, 90, false);
    }
    let mut whole = HourCells::default();
    parts.iter_mut().rev().flat_map(|part| part.take_hours()).for_each(|(_, cells)| whole.merge(cells));
    whole
}

/// Listens to so many days, the world being what it is on each.
fn listen(days: i64, world: impl Fn(i64) -> World) -> (Vec<Signal>, Heard) {
    let mut listener = Listener::new(Zone::utc());
    let mut said = Vec::new();
    for passed in 0..days * DAY {
        said.extend(listener.close(FIRST + passed, hour_of(FIRST + passed, world(passed / DAY), 1)));
    }
    let heard = listener.heard((FIRST + days * DAY).start());
    (said, heard)
}

fn day_of(signal: &Signal) -> i64 {
    (signal.noticed_at.hour() - FIRST) / DAY
}

#[track_caller]
fn check_first(
    world: impl Fn(i64) -> World,
    (kind, service, subject): (SignalKind, &str, &str),
    days: std::ops::RangeInclusive<i64>,
) -> Vec<Signal> {
    let (said, _) = listen(34, world);
    let found = said.iter().find(|signal| {
        (signal.kind, &*signal.origin.service, signal.subject.name.as_str()) == (kind, service, subject)
    });
    assert!(found.is_some_and(|found| days.contains(&day_of(found))), "{said:#?}");
    said
}

#[test]
fn weeks_of_even_traces_say_nothing_and_show_who_calls_whom() {
    let (said, heard) = listen(40, |_| USUAL);
    assert_eq!(said, []);
    let flows: Vec<String> = heard
        .flows
        .iter()
        .map(|flow| format!("{} -> {} {:?}", flow.caller, flow.callee, flow.callee_kind))
        .collect();
    assert_eq!(flows, ["checkout -> payments Service", "checkout -> postgresql:orders Database"]);
    let spans: Vec<u64> = heard.services.iter().map(|service| service.spans).collect();
    assert!(spans.iter().all(|spans| *spans > 50_000), "{spans:?}");
}

#[test]
fn retries_that_creep_up_are_heard_on_the_call_before_anything_fails_for_users() {
    let said = check_first(
        |day| World { fails_one_of: if day < 20 { 200 } else { 60 }, ..USUAL },
        (SignalKind::RetriesRising, "checkout", "checkout -> payments"),
        20..=23,
    );
    assert!(
        said.iter().all(|signal| matches!(signal.kind, SignalKind::RetriesRising | SignalKind::ErrorsRising)),
        "{said:#?}"
    );
}

#[test]
fn the_slowest_of_one_operation_are_heard_where_they_are_performed() {
    let slower = |day: i64| 1.0 + 0.25 * (day - 19).max(0) as f64;
    check_first(
        |day| World { tail_times: slower(day), ..USUAL },
        (SignalKind::TailLatency, "payments", "POST /charge"),
        20..=29,
    );
}

#[test]
fn a_call_never_made_before_is_news_and_one_that_is_no_longer_made_too() {
    check_first(
        |day| World { calls_stranger: day >= 20, ..USUAL },
        (SignalKind::FlowNew, "checkout", "checkout -> api.example.com"),
        20..=22,
    );
    check_first(
        |day| World { writes: day < 20, ..USUAL },
        (SignalKind::FlowGone, "checkout", "checkout -> postgresql:orders"),
        20..=20,
    );
}

#[test]
fn another_sampling_is_no_signal() {
    for (before, after) in [(600, 60), (60, 600)] {
        let (said, _) = listen(32, |day| World {
            traces: if day < 20 { before } else { after },
            calls_stranger: true,
            ..USUAL
        });
        assert_eq!(said, [], "{before} to {after}");
    }
}

#[test]
fn later_hours_change_nothing_that_was_said() {
    let world = |day| World { fails_one_of: if day < 20 { 200 } else { 40 }, ..USUAL };
    let (whole, cut) = (listen(30, world).0, listen(24, world).0);
    assert!(!cut.is_empty() && whole.starts_with(&cut));
}

#[test]
fn parts_of_an_hour_merge_into_the_whole_whoever_heard_them() {
    let world = World { fails_one_of: 5, ..USUAL };
    let whole = hour_of(FIRST, world, 1);
    assert_eq!(hour_of(FIRST, world, 2), whole);
    assert_eq!(hour_of(FIRST, world, 3), whole);
    assert!(whole.spans.calls.values().flat_map(BTreeMap::values).any(|count| count.retries > 0));
}

#[test]
fn beyond_the_limits_the_same_names_and_traces_stay_whoever_heard_them() {
    let told = |tallies: usize| {
        let mut parts: Vec<Tally> = (0..tallies).map(|_| Tally::new()).collect();
        for number in 0..6_000_u64 {
            let trace = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let tally = &mut parts[number as usize % tallies];
            let mut teller = Teller { tally, trace, next: number, start: FIRST.start() };
            let letters: String =
                format!("{:03}", number % 900).bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            teller.span("shop", (SpanKind::Server, &format!("Do.{letters}")), None, None, 1, false);
        }
        let mut whole = HourCells::default();
        parts.iter_mut().flat_map(|part| part.take_hours()).for_each(|(_, cells)| whole.merge(cells));
        whole.spans
    };
    let whole = told(1);
    assert_eq!(told(4), whole);
    let names = whole.operations.values().map(BTreeMap::len).sum::<usize>();
    assert_eq!((names, whole.outlines.len()), (512, 4_096));
    let kept: u64 = whole.operations.values().flat_map(BTreeMap::values).map(|count| count.spans).sum();
    assert_eq!(kept + whole.cut, 6_000);
}

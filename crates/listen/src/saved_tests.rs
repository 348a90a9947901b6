//! A state that is written down and read back at any hour changes nothing; and no bytes do harm.
//!
//! The worlds are small and made by chance: lines that come, go and come back, errors, versions, deploys, series with days and
//! weeks, drifts, steps, spikes, resets and gaps, spans between services, holidays, summer time, and a start that is asked about.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{
    Change, ChangeKind, Event, Holidays, Hour, Id, Level, LogRecord, Moment, Origin, Peer, PeerKind,
    RecordFields, Sample, Signal, Span, SpanKind, Zone,
};
use hark_pattern::Rules;
use proptest::prelude::*;

use crate::{HourCells, Listener, NotRestored, Tally};

const DAY: i64 = 24;
/// A Monday before clocks are changed.
const FIRST: Hour = Hour(20_518 * DAY);

/// A number below `below` that is the same in every run.
fn chance(parts: &[i64], below: i64) -> i64 {
    let mixed = parts.iter().fold(0x51ed_270b_u64, |seed, part| {
        (seed ^ *part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (mixed >> 8) as i64 % below
}

fn origin(service: &str) -> Origin {
    Origin { service: Arc::from(service), environment: Arc::from("production") }
}

/// Tells what happens in one hour of a world.
struct Teller {
    seed: i64,
    passed: i64,
    tally: Tally,
    file: Arc<str>,
    line: u64,
}

impl Teller {
    fn of(seed: i64, passed: i64) -> Self {
        let tally = Tally::new().looking_around(Some(start_asked(seed)));
        Self { seed, passed, tally, file: Arc::from("told.log"), line: 0 }
    }

    fn time(&mut self) -> Moment {
        self.line += 1;
        (FIRST + self.passed).start().plus_seconds((self.line as i64 * 37) % 3_600)
    }

    fn say(&mut self, service: &str, level: Level, message: &str, version: Option<&str>) {
        let (arrival, line) = (self.time(), self.line);
        self.tally.hear(Event::Log(LogRecord {
            time: Some(arrival),
            arrival,
            origin: &origin(service),
            level,
            message,
            version,
            fields: RecordFields::default(),
            peers: &["payments"],
            trace: None,
            file: &self.file,
            line,
            lines: 1,
        }));
    }

    fn measure(&mut self, series: &str, part: i64, value: f64) {
        let time = (FIRST + self.passed).start().plus_seconds(part * 300);
        let (origin, file) = (origin("shop"), self.file.clone());
        self.tally.hear(Event::Sample(Sample { time, origin: &origin, series, value, file: &file, line: 1 }));
    }

    fn logs(&mut self) {
        let (seed, passed) = (self.seed, self.passed);
        for number in 0..20 + chance(&[seed, passed, 1], 20) {
            self.say("shop", Level::Info, &format!("order {number} placed by user u{}", passed % 17), None);
        }
        for (which, message) in
            ["basket restored", "stock level low", "cache cold, fallback used", "mail postponed"]
                .iter()
                .enumerate()
        {
            let which = which as i64;
            let begins = chance(&[seed, which, 2], 30) * DAY;
            let ends = begins + (5 + chance(&[seed, which, 3], 30)) * DAY;
            let comes = (begins..ends).contains(&passed) && chance(&[seed, which, passed], 4) == 0;
            if comes || passed > 36 * DAY && which == 0 {
                self.say("shop", if which == 1 { Level::Warn } else { Level::Info }, message, None);
            }
        }
        for number in 0..chance(&[seed, passed, 4], 3) + if passed / DAY % 23 == 19 { 60 } else { 0 } {
            let word = char::from(b'a' + (chance(&[seed, number, passed], 26)) as u8);
            self.say(
                "payments",
                Level::Error,
                &format!("charge of {word}{word}x failed: timeout at gateway"),
                None,
            );
        }
        let version = format!("1.{}", (passed + seed % 50) / (9 * DAY));
        self.say("payments", Level::Info, "heartbeat", Some(&version));
        if (passed + seed) % (11 * DAY) == 5 {
            self.say("shop", Level::Info, "starting shop version 2.7 on port 8080", None);
        }
    }

    fn metrics(&mut self) {
        let (seed, passed) = (self.seed, self.passed);
        let wave =
            ((passed % DAY) as f64 / 12.0 - 1.0).abs() * 10.0 * if passed / DAY % 7 > 4 { 0.5 } else { 1.0 };
        let gap = chance(&[seed, passed / 50], 30) == 0;
        for part in 0..12 {
            let texture = |which: i64| chance(&[seed, passed, part, which], 1_000) as f64 / 500.0;
            let drift = 0.03 * (passed - 26 * DAY).max(0) as f64;
            let step = if passed > 30 * DAY { 15.0 } else { 0.0 };
            let spike = if passed == 21 * DAY + 7 && part > 6 { 80.0 } else { 0.0 };
            if !gap {
                self.measure("queue_depth", part, 50.0 + wave + texture(0) + drift);
                self.measure("workers_busy", part, 30.0 + wave + texture(1) + step);
            }
            self.measure(
                "sessions_open",
                part,
                20.0 - wave * if passed == 24 * DAY { -1.0 } else { 1.0 } + texture(2),
            );
            self.measure(
                "latency_p99_seconds",
                part,
                (0.2 + wave / 40.0 + texture(3) / 20.0 + spike).powi(3),
            );
            let counted = ((passed % 200) * 12 + part) * 40;
            self.measure("requests_total{code=\"200\"}", part, counted as f64 + texture(4));
            self.measure("disk_used_bytes", part, 1e9 + 2e6 * (passed * 12 + part) as f64);
        }
        self.measure("disk_limit_bytes", 0, 4e9);
        self.measure("sectors_unreadable", 0, if passed > 33 * DAY { 3.0 } else { 0.0 });
        let odd = [f64::NAN, f64::INFINITY, -0.0, 1e300, f64::MIN_POSITIVE][(passed % 5) as usize];
        self.measure("odd", 3, odd);
    }

    fn spans(&mut self) {
        for number in 0..45 {
            let trace = chance(&[self.seed, self.passed, number, 9], i64::MAX / 4) as u64 | 1;
            let start = self.time();
            let slow = if self.passed > 28 * DAY { 400 } else { 40 } + chance(&[number, self.passed], 60);
            let is_error =
                chance(&[self.seed, number, self.passed], 100) < if self.passed > 32 * DAY { 20 } else { 2 };
            let calls = [
                ("shop", SpanKind::Client, "POST", Some("payments.svc"), 2, Some(1)),
                ("payments", SpanKind::Server, "POST /charge", None, 3, Some(2)),
                ("shop", SpanKind::Server, "POST /orders", None, 1, None),
            ];
            for (service, kind, operation, peer, id, parent) in calls {
                self.tally.hear(Event::Span(Span {
                    start,
                    end: Moment::from_nanos(start.nanos() + slow * 1_000_000),
                    origin: &origin(service),
                    operation,
                    kind,
                    is_error,
                    peer: peer.map(|name| Peer { kind: PeerKind::Host, name }),
                    is_retry: is_error && number % 2 == 0,
                    trace,
                    id: trace.wrapping_add(id),
                    parent: parent.map(|parent| trace.wrapping_add(parent)),
                    version: None,
                    file: &self.file,
                    line: self.line,
                }));
            }
        }
    }
}

fn start_asked(seed: i64) -> Moment {
    (FIRST + 35 * DAY + chance(&[seed, 5], 48)).start()
}

fn hour_of(seed: i64, passed: i64) -> HourCells {
    let mut teller = Teller::of(seed, passed);
    if seed % 3 != 1 {
        teller.logs();
    }
    if seed % 3 != 2 {
        teller.metrics();
    }
    if seed % 2 == 0 && passed > 3 * DAY {
        teller.spans();
    }
    teller.tally.take_hours().remove(&(FIRST + passed)).unwrap_or_default()
}

fn settings(seed: i64) -> Listener {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("jiff knows it");
    let mut holidays = Holidays::default();
    holidays.add_yearly(4, 3);
    let mut rules = Rules::default();
    rules.never_merge("u3");
    let limits = BTreeMap::from([("queue_depth".to_owned(), 90.0)]);
    let listener = Listener::with_rules(Zone::new(zone), Arc::new(rules))
        .knowing_holidays(holidays)
        .knowing_limits(limits)
        .knowing_calls(Arc::new(BTreeMap::from([(
            (Arc::from("shop"), Arc::from("mail")),
            "hark.toml".to_owned(),
        )])))
        .saying_from(0.15)
        .resting(48);
    if seed % 2 == 0 { listener.looking_around(start_asked(seed)) } else { listener }
}

fn deploys(seed: i64) -> impl Iterator<Item = Change> {
    (0..5).map(move |number| Change {
        id: Id::of(&["deploy", &number.to_string()]),
        time: (FIRST + 8 * DAY * number + chance(&[seed, number, 6], 100)).start(),
        kind: ChangeKind::Deploy,
        service: Some(Arc::from("shop")),
        summary: format!("shop 3.{number}"),
        details: Vec::new(),
        repository: None,
        commit: None,
        path: None,
        paths: Vec::new(),
        author_active: None,
        approval: None,
    })
}

/// What a listener says over so many hours, and what it knows at the end; it is written down and read back after each of these hours.
fn listen(seed: i64, hours: i64, restored_after: impl Fn(i64) -> bool) -> (Vec<Signal>, String) {
    let mut listener = settings(seed);
    listener.announce(deploys(seed));
    let mut said = Vec::new();
    for passed in 0..hours {
        said.extend(listener.close(FIRST + passed, hour_of(seed, passed)));
        if restored_after(passed) {
            let bytes = listener.save();
            let restored = settings(seed).restored(&bytes).expect("it was just saved");
            assert!(restored.save() == bytes, "the same state gives the same bytes, hour {passed}");
            assert_eq!(known(&restored, passed), known(&listener, passed), "hour {passed}");
            listener = restored;
        }
    }
    let known = known(&listener, hours);
    (said, known)
}

fn known(listener: &Listener, passed: i64) -> String {
    format!("{:?}", listener.heard((FIRST + passed + 1).start()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..Default::default() })]

    #[test]
    fn listening_is_the_same_whether_or_not_it_was_written_down_and_read_back(seed in 0..6_000_i64, every in 1..60_i64) {
        let hours = 40 * DAY;
        let (said, heard) = listen(seed, hours, |_| false);
        let (said_again, heard_again) = listen(seed, hours, |passed| passed % every == every / 2);
        prop_assert!(!said.is_empty(), "a world in which nothing is said shows nothing");
        prop_assert_eq!(said, said_again);
        prop_assert!(heard == heard_again);
    }
}

/// The state of a world of all sorts after weeks.
fn state() -> Vec<u8> {
    let mut listener = settings(0);
    listener.announce(deploys(0));
    (0..33 * DAY).for_each(|passed| drop(listener.close(FIRST + passed, hour_of(0, passed))));
    listener.save()
}

/// Gives bytes that were changed the header of such that were written.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.split_off(28);
    let seal =
        [&bytes[..12], &(body.len() as u64).to_le_bytes(), &xxhash_rust::xxh3::xxh3_64(&body).to_le_bytes()];
    [seal.concat(), body].concat()
}

#[test]
fn what_is_no_state_is_refused_in_words() {
    let refused = |bytes: &[u8]| settings(0).restored(bytes).err();
    let whole = settings(0).save();
    assert_eq!(refused(&whole), None);
    assert_eq!(refused(b"2026-02-01 a log"), Some(NotRestored::NoState));
    assert_eq!(refused(&whole[..whole.len() - 1]), Some(NotRestored::Damaged));
    let mut other = whole.clone();
    other[8] = 99;
    let refusal = refused(&other).expect("another version");
    assert_eq!(refusal.to_string(), "the state was written in form `99`, and this reads form `3`");
    let mut turned = whole.clone();
    *turned.last_mut().expect("there is a body") ^= 1;
    assert_eq!(refused(&turned), Some(NotRestored::Damaged));
    assert!(matches!(refused(&sealed(whole[..30].to_vec())), Some(NotRestored::Impossible(_))));
}

#[test]
fn bytes_that_were_made_up_are_refused_or_listened_on_from_without_harm() {
    let whole = state();
    let mut refused = 0;
    for number in 0..60 {
        let mut bytes = whole.clone();
        let bytes_changed = 1 + chance(&[number, 1], 4);
        for change in 0..bytes_changed {
            let at = 28 + chance(&[number, change, 2], whole.len() as i64 - 28) as usize;
            match chance(&[number, change, 3], 4) {
                0 => bytes[at] ^= 1 << chance(&[number, change, 4], 8),
                1 => bytes[at] = 255,
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, chance(&[number, change, 5], 256) as u8),
            }
        }
        match settings(0).restored(&sealed(bytes)) {
            Err(_) => refused += 1,
            Ok(mut listener) => {
                let next = listener.calendar().map_or(FIRST, |calendar| calendar.hour + 1);
                (0..30).for_each(|passed| drop(listener.close(next + passed, hour_of(0, 33 * DAY + passed))));
                drop(known(&listener, 33 * DAY + 30));
            }
        }
    }
    assert!((10..60).contains(&refused), "{refused}");
}

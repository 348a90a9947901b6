//! Drawn series of processes that start, and of what runs to its end: what is said of them.

use hark_detect::Direction;
use hark_event::SignalKind;

use super::HOURS_PER_DAY;
use super::level::level_at;
use super::tests::{FIRST, Heard, listen, listen_to};

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
    let levelled = level_at(&sawtooth, starts.into_iter(), Direction::Up);
    assert!(levelled.iter().zip(&sawtooth).skip(80).all(|(one, other)| one == other), "{levelled:?}");
    let stepped: Vec<f32> =
        (0..480).map(|hour| if hour < 240 { 100.0 } else { 150.0 } + (hour % 7) as f32).collect();
    let levelled = level_at(&stepped, [80, 160, 240, 320].into_iter(), Direction::Up);
    assert!(levelled.iter().all(|value| *value > 140.0), "{levelled:?}");
}

/// How a leak that restarts reset looks from outside.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Shares of what a process has at first that it takes in a day, before it leaks and after.
    pace: [f64; 2],
    /// Days of the shortest and of the longest life that a build ends.
    life_days: [i64; 2],
    /// Whether it is killed at its limit.
    is_killed: bool,
    /// Whether what ended a life is known.
    is_known: bool,
    /// Whether its limit is known.
    has_limit: bool,
    /// What its caches take when they are full, and the hours in which all but a third of that is taken.
    caches: [f64; 2],
}

/// Numbers that look like chance, from 0 to 1.
fn chance(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 40) as f64 / (1_u64 << 24) as f64
}

/// Seven weeks of a process of this shape, which leaks after four.
fn leaking(shape: Shape, seed: u64) -> Vec<Heard> {
    const DAYS: i64 = 49;
    const LIMIT: f64 = 900.0;
    let mut state = seed.wrapping_mul(77);
    (0..9).for_each(|_| _ = chance(&mut state));
    let (mut values, mut starts) = (Vec::new(), Vec::new());
    let (mut age, mut taken, mut unrest, mut ends) = (0.0, 0.0, 0.0, 60);
    for hour in 0..DAYS * 24 {
        let killed = shape.is_killed && 400.0 + taken > LIMIT;
        if hour >= ends || killed {
            let [short, long] = shape.life_days;
            ends = hour + 24 * short + (chance(&mut state) * (24 * (long - short)) as f64) as i64;
            (age, taken) = (0.0, 0.0);
            starts.push(FIRST + hour);
        }
        let [before, after] = shape.pace;
        taken += 400.0 * if hour >= 28 * 24 { after } else { before } / 24.0;
        age += 1.0;
        unrest = 0.8 * unrest + (chance(&mut state) + chance(&mut state) - 1.0) * 6.0;
        let day = 8.0 * ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
        let [filled, hours] = shape.caches;
        let warm = filled * (1.0 - f64::exp(-age / hours));
        values.push((400.0 + warm + taken + day + unrest).min(LIMIT));
    }
    let known: Vec<_> = if shape.is_known { starts } else { Vec::new() };
    let limit = shape.has_limit.then_some(LIMIT);
    listen_to("process_resident_memory_bytes", DAYS, limit, &known, |hour| values[hour as usize])
}

const SHAPE: Shape = Shape {
    pace: [0.004, 0.3],
    life_days: [3, 8],
    is_killed: true,
    is_known: true,
    has_limit: true,
    caches: [40.0, 3.0],
};
/// Caches that fill for two days.
const FILLING: Shape = Shape { caches: [120.0, 17.0], ..SHAPE };

/// Who is given back by builds that come every few days, so that most lives can be told apart.
const AMONG_BUILDS: [(&str, Shape); 6] = [
    ("fast, and killed at its limit", SHAPE),
    ("slow, and builds come before the limit", Shape { pace: [0.01, 0.06], ..SHAPE }),
    ("slow, without a known limit", Shape { pace: [0.01, 0.06], has_limit: false, ..SHAPE }),
    ("fast, and lives are short", Shape { life_days: [2, 3], ..SHAPE }),
    ("fast, and caches fill for days", FILLING),
    ("fast, caches fill for days, and no limit is known", Shape { has_limit: false, ..FILLING }),
];

const OTHERWISE: [(&str, Shape); 7] = [
    ("lives are short, without a known limit", Shape { life_days: [2, 3], has_limit: false, ..SHAPE }),
    ("builds come daily", Shape { life_days: [1, 2], ..SHAPE }),
    ("killed within a day", Shape { pace: [0.004, 1.6], ..SHAPE }),
    ("killed within hours", Shape { pace: [0.004, 3.0], has_limit: false, ..SHAPE }),
    ("nobody knows that it is killed", Shape { is_known: false, ..SHAPE }),
    ("nobody knows that it is killed within a day", Shape { pace: [0.004, 1.6], is_known: false, ..SHAPE }),
    ("few lives before", Shape { life_days: [12, 16], ..SHAPE }),
];

#[test]
fn a_leak_that_starts_reset_is_said_within_days_whatever_its_shape() {
    for (name, shape) in AMONG_BUILDS.into_iter().chain(OTHERWISE) {
        for seed in 1..7 {
            let heard = leaking(shape, seed);
            assert!(
                heard.first().is_some_and(|(_, noticed, _)| (28..=32).contains(noticed)),
                "{name}, {seed}: {heard:?}"
            );
        }
    }
}

#[test]
fn a_leak_is_open_as_long_as_it_leaks_though_starts_hide_it() {
    for (name, shape) in AMONG_BUILDS {
        for seed in 1..7 {
            let heard = leaking(shape, seed);
            assert!(matches!(heard.last(), Some((_, _, None))), "{name}, {seed}: {heard:?}");
        }
    }
}

#[test]
fn who_takes_as_much_as_ever_between_starts_has_no_leak() {
    let healthy = Shape { pace: [0.02, 0.02], ..SHAPE };
    let filling = Shape { pace: [0.004, 0.004], ..FILLING };
    let shapes = [
        healthy,
        Shape { is_known: false, ..healthy },
        Shape { life_days: [1, 4], ..healthy },
        filling,
        Shape { has_limit: false, ..filling },
        Shape { life_days: [9, 14], ..filling },
        Shape { life_days: [1, 4], ..filling },
    ];
    for shape in shapes {
        for seed in 1..7 {
            assert_eq!(leaking(shape, seed), [], "{shape:?}, {seed}");
        }
    }
}

/// Five weeks of a cache or a heap that fills within two days after each start to where it stood, with the hours of the day and builds in two
/// hours. `leak` is what else it takes, by the day and by the days since the latest start.
fn filling(
    name: &str,
    seed: u64,
    limit: Option<f64>,
    builds: [i64; 2],
    leak: impl Fn(f64, f64) -> f64,
) -> Vec<Heard> {
    let mut state = seed.wrapping_mul(131);
    (0..9).for_each(|_| _ = chance(&mut state));
    let mut unrest = 0.0;
    let values: Vec<f64> = (0..35 * 24)
        .map(|hour| {
            let start = builds.into_iter().rfind(|start| *start <= hour).unwrap_or(0);
            let (day, age) = (hour as f64 / 24.0, (hour - start) as f64 / 24.0);
            unrest = 0.88 * unrest + (chance(&mut state) + chance(&mut state) - 1.0) * 9.0;
            let hours = 30.0 * (1.0 - (day * std::f64::consts::TAU).cos());
            220.0 + 90.0 * (1.0 - f64::exp(-age / 0.7)) + hours + unrest + leak(day, age)
        })
        .collect();
    let starts = [-1, builds[0], builds[1]].map(|start| FIRST + start);
    listen_to(name, 35, limit, &starts, |hour| values[hour as usize])
}

const WORKING_SET: &str = "container_memory_working_set_bytes";
const LIMIT: f64 = 1_024.0;

#[test]
fn caches_that_fill_to_where_they_stood_before_a_start_are_no_news() {
    for seed in 1..25 {
        let mut state = seed;
        (0..9).for_each(|_| _ = chance(&mut state));
        let builds = [3.0, 15.0].map(|from| ((from + 10.0 * chance(&mut state)) * 24.0) as i64);
        for (name, limit) in [(WORKING_SET, Some(LIMIT)), (WORKING_SET, None), ("cache_entries", None)] {
            let heard = filling(name, seed, limit, builds, |_, _| 0.0);
            assert_eq!(heard, [], "{name}, {limit:?}, {seed}, {builds:?}");
        }
    }
}

#[test]
fn a_leak_beside_caches_that_fill_is_said_within_days_and_one_that_a_build_brought_stays_open() {
    const BUILDS: [i64; 2] = [8 * 24 + 10, 20 * 24 + 10];
    for seed in 1..13 {
        for limit in [Some(LIMIT), None] {
            let midst = filling(WORKING_SET, seed, limit, BUILDS, |day, _| 40.0 * (day - 26.0).max(0.0));
            let build = |day, age| if day - age > 20.0 { 40.0 * age } else { 0.0 };
            let build = filling(WORKING_SET, seed, limit, BUILDS, build);
            assert!(matches!(build.last(), Some((_, _, None))), "{seed}, {limit:?}: {build:?}");
            for (heard, since) in [(midst, 26), (build, 20)] {
                let noticed = heard.first().map(|(_, noticed, _)| noticed - since);
                assert!(noticed.is_some_and(|days| (0..=4).contains(&days)), "{seed}, {limit:?}: {heard:?}");
            }
        }
    }
}

#[test]
fn a_life_that_climbed_beyond_the_others_and_stays_there_is_over_within_days() {
    for seed in 1..7 {
        let farther = |day, age: f64| if day - age > 20.0 { 120.0 * (age / 3.0).min(1.0) } else { 0.0 };
        let heard = filling(WORKING_SET, seed, Some(LIMIT), [8 * 24 + 10, 20 * 24 + 10], farther);
        assert!(
            heard.iter().all(|(_, noticed, over)| over.is_some_and(|over| over - noticed <= 10)),
            "{seed}: {heard:?}"
        );
    }
}

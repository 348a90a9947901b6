//! What will happen in a world, decided before a line of it is written: story, deploys, and everybody's noise.
//!
//! Seconds since 1970 throughout. The noise is planned for every service alike, whether or not the story will hurt it.

use crate::random::Random;
use crate::shop::{Service, When};
use crate::story::{self, Story};
use crate::{Rehearsal, Tale};

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

/// Every world ends here, at the beginning of a Sunday: 2026-03-08T00:00:00Z.
pub(crate) const END: i64 = 1_772_928_000;

/// What will happen in a world.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) tale: Tale,
    pub(crate) seed: u64,
    pub(crate) traffic: f64,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) story: Option<Story>,
    /// The services' names, by index into the shop.
    pub(crate) names: Vec<&'static str>,
    /// By index into the shop.
    pub(crate) services: Vec<ServicePlan>,
    /// An evening on which many come.
    pub(crate) campaign: Stretch,
    /// Nights on which bots come.
    pub(crate) bots: Vec<Stretch>,
}

/// What will happen to one service.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServicePlan {
    /// In order of time.
    pub(crate) deploys: Vec<Deploy>,
    /// Starts of the service: deploys, and hosts that were drained.
    pub(crate) starts: Vec<i64>,
    /// When no metrics arrived.
    pub(crate) gaps: Vec<Stretch>,
    /// Minutes in which it was slower and busier, without consequence.
    pub(crate) spikes: Vec<Stretch>,
    /// When the provider that it uses flapped.
    pub(crate) flaps: Vec<Stretch>,
    pub(crate) maintenance: Vec<Stretch>,
}

/// A new version in production.
#[derive(Clone, Debug)]
pub(crate) struct Deploy {
    pub(crate) at: i64,
    pub(crate) version: String,
    /// Statements that it brings.
    pub(crate) reveals: Vec<usize>,
    /// Whether it renames an old line.
    pub(crate) renames: bool,
    /// A metric that steps with it, and by how many deviations.
    pub(crate) step: Option<(Stepped, f64)>,
}

/// The metrics that may step at a harmless deploy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stepped {
    Memory,
    Heap,
    Threads,
    Descriptors,
    Cpu,
}

/// A stretch of time `[from, to)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// How much of it: a factor, or lines a minute.
    pub(crate) amount: f64,
}

impl Stretch {
    pub(crate) fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

impl Plan {
    pub(crate) fn new(rehearsal: &Rehearsal, shop: &[Service]) -> Self {
        let start = END - i64::from(rehearsal.weeks) * 7 * DAY;
        let story = story::choose(rehearsal, shop, start);
        let mut random = Random::new(rehearsal.seed, "events");
        let campaign_day = start + DAY * random.between(7, 20).min(i64::from(rehearsal.weeks) * 7 - 3);
        let campaign_day = campaign_day - DAY * i64::from(weekday(campaign_day) >= 5) * 2;
        let campaign = Stretch { from: campaign_day + 18 * HOUR, to: campaign_day + 21 * HOUR, amount: 1.7 };
        let bots = nights(start, &mut random);
        let services = (0..shop.len())
            .map(|index| service_plan(rehearsal, &shop[index], index, start, story.as_ref()))
            .collect();
        Self {
            tale: rehearsal.tale,
            seed: rehearsal.seed,
            traffic: rehearsal.traffic,
            start,
            end: END,
            story,
            names: shop.iter().map(|service| service.name).collect(),
            services,
            campaign,
            bots,
        }
    }

    /// The version that runs at this time.
    pub(crate) fn version(&self, service: usize, at: i64) -> &str {
        let deploys = &self.services[service].deploys;
        let live = deploys.iter().rev().find(|deploy| deploy.at <= at).or(deploys.first());
        live.map_or("v1.0.0", |deploy| deploy.version.as_str())
    }

    /// How much users are hurt at this service, 0 to 1.
    pub(crate) fn hurt(&self, service: usize, at: i64) -> f64 {
        self.story.as_ref().map_or(0.0, |story| story.hurt(service, at))
    }
}

/// 0 is Monday.
pub(crate) fn weekday(at: i64) -> i64 {
    (at.div_euclid(DAY) + 3).rem_euclid(7)
}

fn nights(start: i64, random: &mut Random) -> Vec<Stretch> {
    let mut nights = Vec::new();
    let mut at = start + random.between(1, 3) * DAY;
    while at < END - 2 * DAY {
        let from = at + random.between(60, 200) * MINUTE;
        nights.push(Stretch { from, to: from + random.between(40, 130) * MINUTE, amount: 6.0 });
        at += random.between(3, 7) * DAY;
    }
    nights
}

fn service_plan(
    rehearsal: &Rehearsal,
    service: &Service,
    index: usize,
    start: i64,
    story: Option<&Story>,
) -> ServicePlan {
    let mut random = Random::new(rehearsal.seed, service.name);
    let deploys = deploys(rehearsal, service, index, start, story, &mut random);
    let mut starts: Vec<i64> = deploys.iter().map(|deploy| deploy.at).filter(|at| *at >= start).collect();
    let frozen = |at: i64| story.is_some_and(|story| story.is_frozen(index, at));
    let mut at = start + random.between(4 * DAY, 12 * DAY) / MINUTE * MINUTE;
    while at < END - 2 * DAY {
        if !frozen(at) {
            starts.push(at);
        }
        at += random.between(9 * DAY, 20 * DAY) / MINUTE * MINUTE;
    }
    starts.extend(story.into_iter().flat_map(|story| story.restarts(index)));
    starts.sort_unstable();
    starts.dedup_by_key(|at| *at / (10 * MINUTE));
    let gaps = stretches(start, (9, 16), (50, 300), &mut random, |_| 1.0);
    let spikes = stretches(start, (2, 5), (5, 20), &mut random, |random| random.within(0.6, 2.2));
    let flaps = stretches(start, (2, 4), (5, 25), &mut random, |random| random.within(1.5, 5.0));
    let flaps = match story {
        Some(story) => story.flaps(index, rehearsal.seed, start, flaps),
        None => flaps,
    };
    ServicePlan { deploys, starts, gaps, spikes, flaps, maintenance: maintenance(start, &mut random) }
}

/// Stretches that come every so many days and last so many minutes, from the first days on.
fn stretches(
    start: i64,
    days: (i64, i64),
    minutes: (i64, i64),
    random: &mut Random,
    amount: impl Fn(&mut Random) -> f64,
) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut at = start + random.between(6 * HOUR, days.0 * DAY);
    while at < END - 14 * HOUR {
        let from = at / MINUTE * MINUTE;
        found.push(Stretch {
            from,
            to: from + random.between(minutes.0, minutes.1) * MINUTE,
            amount: amount(random),
        });
        at += random.between(days.0 * DAY, days.1 * DAY);
    }
    found
}

/// Two windows on early Sundays, a fortnight apart, the first within the first two weeks.
fn maintenance(start: i64, random: &mut Random) -> Vec<Stretch> {
    let first_sunday = (0..7).map(|day| start + day * DAY).find(|day| weekday(*day) == 6).unwrap_or(start);
    let first = first_sunday + DAY * 7 * random.between(0, 1) + 3 * HOUR + random.between(0, 30) * MINUTE;
    [first, first + 14 * DAY]
        .into_iter()
        .filter(|from| *from < END - 2 * DAY)
        .map(|from| Stretch { from, to: from + random.between(15, 35) * MINUTE, amount: 0.7 })
        .collect()
}

fn deploys(
    rehearsal: &Rehearsal,
    service: &Service,
    index: usize,
    start: i64,
    story: Option<&Story>,
    random: &mut Random,
) -> Vec<Deploy> {
    let mut times = Vec::new();
    let mut day = start + random.between(1, 4) * DAY;
    while day < END - DAY {
        // Nobody deploys on a Friday, nor at the weekend.
        let at = day + random.between(9 * 60, 16 * 60) * MINUTE;
        if weekday(day) < 4 && !story.is_some_and(|story| story.is_frozen(index, at)) {
            times.push(at);
            day += random.between(3, 6) * DAY;
        } else {
            day += DAY;
        }
    }
    if let Some(cause) = story.and_then(|story| story.deploy(index)) {
        times.retain(|at| (at - cause).abs() > 20 * HOUR);
        times.push(cause);
        times.sort_unstable();
    }
    let harmless = story.and_then(|story| story.harmless_deploy(index));
    if let Some(at) = harmless {
        times.retain(|other| (other - at).abs() > 20 * HOUR);
        times.push(at);
        times.sort_unstable();
    }
    dress(rehearsal, service, &times, harmless, random)
}

/// What each deploy brings, changes and is called.
fn dress(
    rehearsal: &Rehearsal,
    service: &Service,
    times: &[i64],
    harmless: Option<i64>,
    random: &mut Random,
) -> Vec<Deploy> {
    let mut pool: Vec<usize> = service.said(|when| matches!(when, When::Deploy(_))).collect();
    let mut reserved =
        if harmless.is_some() { pool.split_off(pool.len().saturating_sub(2)) } else { Vec::new() };
    let rename = random.chance(0.6).then(|| random.below(times.len().max(1) as u64) as usize);
    let (major, minor) = (random.between(1, 6), random.between(2, 40));
    let first = Deploy {
        // What ran before the world began.
        at: i64::MIN,
        version: format!("v{major}.{minor}.0"),
        reveals: Vec::new(),
        renames: false,
        step: None,
    };
    let mut deploys = vec![first];
    for (number, &at) in times.iter().enumerate() {
        let mut reveals = Vec::new();
        if Some(at) == harmless {
            reveals.append(&mut reserved);
        } else {
            for chance in [0.65, 0.3] {
                if !pool.is_empty() && random.chance(chance) {
                    reveals.push(pool.remove(random.below(pool.len() as u64) as usize));
                }
            }
        }
        deploys.push(Deploy {
            at,
            version: format!("v{major}.{minor}.{}", number + 1),
            reveals,
            renames: rename == Some(number) && rehearsal.weeks > 1,
            step: random.chance(0.3).then(|| step(random)),
        });
    }
    deploys
}

fn step(random: &mut Random) -> (Stepped, f64) {
    let metric = [Stepped::Memory, Stepped::Heap, Stepped::Threads, Stepped::Descriptors, Stepped::Cpu];
    let size = random.within(1.0, 4.0);
    (*random.pick(&metric), if random.chance(0.7) { size } else { -size })
}

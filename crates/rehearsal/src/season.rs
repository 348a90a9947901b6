//! How many people shop: by hour, by day of the week, with a trend, with days that are better than others.
//!
//! A load of 1 is an ordinary hour of an ordinary week.

use crate::plan::{DAY, HOUR, Plan};
use crate::random::Random;

/// Seconds from one point of the load, and one sample of a metric, to the next.
pub(crate) const STEP: i64 = 300;

/// By hour of the day: people sleep, look around at noon, buy in the evening.
const HOURS: [f64; 24] = [
    0.42, 0.27, 0.19, 0.16, 0.17, 0.24, 0.42, 0.68, 0.92, 1.08, 1.18, 1.27, 1.33, 1.24, 1.15, 1.13, 1.18,
    1.30, 1.48, 1.62, 1.66, 1.48, 1.10, 0.72,
];

/// On a Saturday they come before noon and stay.
const SATURDAY: [f64; 24] = [
    0.45, 0.30, 0.22, 0.18, 0.18, 0.22, 0.34, 0.60, 1.05, 1.55, 1.95, 2.20, 2.28, 2.25, 2.15, 1.98, 1.76,
    1.58, 1.46, 1.38, 1.26, 1.10, 0.86, 0.62,
];

/// By day, from Monday.
const DAYS: [f64; 7] = [0.98, 0.94, 0.95, 1.0, 1.04, 1.12, 1.10];

/// The load of one service over the whole world.
pub(crate) struct Season {
    start: i64,
    load: Vec<f64>,
}

impl Season {
    /// The shop's load as this service feels it.
    pub(crate) fn new(plan: &Plan, service: usize, name: &str) -> Self {
        let mut everybody = Random::new(plan.seed, "load");
        let mut own = Random::new(plan.seed ^ 0x10ad, name);
        let steps = ((plan.end - plan.start) / STEP) as usize;
        let (mut shared, mut alone, mut day, mut mood) = (0.0, 0.0, i64::MIN, 1.0);
        let load = (0..steps)
            .map(|step| {
                let at = plan.start + step as i64 * STEP;
                if at.div_euclid(DAY) != day {
                    day = at.div_euclid(DAY);
                    mood = 1.0 + 0.05 * everybody.normal();
                }
                shared = 0.97 * shared + 0.24 * everybody.normal();
                alone = 0.9 * alone + 0.43 * own.normal();
                let noise = (1.0 + 0.04 * shared + 0.05 * alone).max(0.3);
                expected(plan, at) * mood * noise * events(plan, service, at)
            })
            .collect();
        Self { start: plan.start, load }
    }

    /// The load at this time.
    pub(crate) fn at(&self, at: i64) -> f64 {
        let step = ((at - self.start) / STEP).clamp(0, self.load.len() as i64 - 1);
        self.load[step as usize]
    }

    /// The load at each step.
    pub(crate) fn steps(&self) -> &[f64] {
        &self.load
    }
}

/// Season and trend alone.
fn expected(plan: &Plan, at: i64) -> f64 {
    let weekday = crate::plan::weekday(at);
    let table = if weekday == 5 { &SATURDAY } else { &HOURS };
    let hour = (at.rem_euclid(DAY) / HOUR) as usize;
    let part = at.rem_euclid(HOUR) as f64 / HOUR as f64;
    let level = table[hour] * (1.0 - part) + table[(hour + 1) % 24] * part;
    // Two per cent more every week.
    let trend = 1.0 + 0.02 * (at - plan.start) as f64 / (7 * DAY) as f64;
    level * DAYS[weekday as usize] * trend
}

/// A campaign, bots, and an outage during which people give up.
fn events(plan: &Plan, service: usize, at: i64) -> f64 {
    let mut factor = 1.0;
    if plan.campaign.holds(at) {
        factor *= plan.campaign.amount;
    }
    // Bots read; they neither pay nor sign in. The first two services are those that they read.
    if service < 2 && plan.bots.iter().any(|night| night.holds(at)) {
        factor *= 2.2;
    }
    factor * (1.0 - 0.35 * plan.hurt(service, at))
}

//! Where among services it began, by the minutes around the start.
//!
//! Signals come by the hour and from weeks of history. This looks at what each service added to the requests of the one that
//! hurt, in time and in failures, and by how much more than it usually does; takes from it what those that it calls added; and
//! what is left began there. It needs calls between services to be known, and a day of minutes. It is no signal: it is made in
//! hindsight, when the start is known, and says how often it would have named somebody at a quiet moment.
//! The reasons are in docs/design/root-cause.md.
//!
//! It knows no cause without traffic: a service that is slow because of its machine is named, the machine is not. Where many are
//! called at once the caller's time is less than the sum of theirs, and what the caller itself added is not seen.

mod profile;
mod requests;
mod saying;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hark_event::{Evidence, Moment};
use hark_listen::{Flow, Heard, Vicinity};

use self::profile::{Profile, Trouble, cell_minutes};

/// Services that are named.
const NAMED_MAX: usize = 10;
/// Quiet moments at which the same is done.
const QUIET_MAX: usize = 40;
/// Whoever weighs less than this part of the first is not named beside it.
const PART_OF_FIRST_MIN: f64 = 0.05;
/// A tenth of what the hurt service strays on any day is nothing that users notice.
const WEIGHT_MIN: f64 = 0.1;
/// Whoever explains less than this part of the trouble of the hurt service is not where it began.
const SHARE_MIN: f64 = 0.25;
/// From so many quiet moments on the minutes can tell how much they are worth.
const QUIET_MOMENTS_MIN: u32 = 10;
/// With fewer cells of history nothing is usual.
const USUAL_CELLS_MIN: usize = 20;
/// Less than this is no trouble, however still it was before: a millisecond, or one failure in a thousand requests.
const SLOW_SECONDS_MIN: f64 = 1e-3;
const FAILING_SHARE_MIN: f64 = 1e-3;
/// Nor is less than this part of what is usual.
const USUAL_PART_MIN: f64 = 0.02;

/// How it is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Look {
    /// How long before the start that people name it may have begun.
    pub before_seconds: i64,
    /// The share of usual cells that stray less than what counts as straying.
    pub usual_share: f64,
}

impl Default for Look {
    /// Chosen on injected issues; each value from half to nearly all, and from five to fifteen minutes, ranks them alike.
    fn default() -> Self {
        Self { before_seconds: 600, usual_share: 0.9 }
    }
}

/// By what it is told where it may have begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Basis {
    /// By what services added to the minutes around the start.
    #[default]
    Minutes,
    /// By what changed in single requests that were followed.
    Requests,
}

/// A service where it may have begun.
#[derive(Clone, PartialEq, Debug)]
pub struct Beginning {
    /// Its place, from 1.
    pub rank: u32,
    /// Its name.
    pub service: String,
    /// By minutes, how much of the trouble it added itself, in what is usual for the hurt service; by requests, how surely it
    /// answers otherwise, in standard deviations of chance.
    pub weight: f64,
    /// By minutes, which part of the trouble of the hurt service that is.
    pub share: Option<f64>,
    /// What it added, for people.
    pub summary: String,
    /// What it said before and then.
    pub evidence: Vec<Evidence>,
}

/// Where among services it began.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Beginnings {
    /// The likeliest first.
    pub ranked: Vec<Beginning>,
    /// By what.
    pub basis: Basis,
    /// Quiet moments at which the same was done.
    pub quiet_moments: u32,
    /// At how many of them a service would have weighed as much as the first one here.
    pub quiet_as_much: u32,
}

impl Beginnings {
    /// Whether it would hardly be there without an incident.
    pub fn stands_out(&self) -> bool {
        self.ranked.first().is_some_and(|first| first.weight >= WEIGHT_MIN)
            && self.quiet_moments > 0
            && self.quiet_as_much * 10 <= self.quiet_moments
    }
}

/// What is usual for a service, and what strays from it.
struct Usual {
    values: BTreeMap<i64, f64>,
    median: f64,
    /// What most cells stray less than.
    scale: f64,
}

/// Services that are reached from the one that hurt, and what they call.
struct Ground<'a> {
    hurt: &'a str,
    callees: BTreeMap<&'a str, Vec<&'a str>>,
    profiles: BTreeMap<&'a str, Profile>,
    usual: BTreeMap<(&'a str, Trouble), Usual>,
    /// Services of which nothing was heard before.
    new: BTreeSet<&'a str>,
    /// Services that told of themselves nearly always.
    steady: BTreeSet<&'a str>,
    cell_minutes: i64,
}

/// What a service added in some cells, and what of it is its own.
#[derive(Clone, Copy, Default, Debug)]
struct Added {
    all: f64,
    own: f64,
}

/// What services added in some cells, and what the hurt one had more than usual in them.
struct Reckoning<'a> {
    added: BTreeMap<(&'a str, Trouble), Added>,
    whole: BTreeMap<Trouble, f64>,
}

/// A service that explains enough of the trouble.
struct Named<'a> {
    service: &'a str,
    weight: f64,
    share: f64,
}

/// Ranks the services that the hurt one reaches; nothing where there is no history or no call. Minutes say how much each of them
/// added, so that they come first where they stand out; else single requests say who answers otherwise.
pub(crate) fn beginnings(heard: &Heard, hurt: &str, start: Moment, look: Look) -> Beginnings {
    let by_minutes = by_minutes(heard, hurt, start, look);
    if by_minutes.stands_out() && by_minutes.quiet_moments >= QUIET_MOMENTS_MIN {
        return by_minutes;
    }
    let Some(vicinity) = &heard.vicinity else { return by_minutes };
    let by_requests = requests::beginnings(vicinity, &heard.flows, hurt, start);
    if by_requests.ranked.is_empty() { by_minutes } else { by_requests }
}

fn by_minutes(heard: &Heard, hurt: &str, start: Moment, look: Look) -> Beginnings {
    let Some(ground) =
        heard.vicinity.as_ref().and_then(|vicinity| Ground::of(vicinity, &heard.flows, hurt, start, look))
    else {
        return Beginnings::default();
    };
    let (usual, then) = ground.parts(start, look);
    let reckoning = ground.reckon(&then);
    let mut order = ground.named(&reckoning);
    let most = order.first().map_or(f64::INFINITY, |first| first.weight);
    let quiet = quiet(&usual, then.len());
    let as_much = quiet.iter().filter(|cells| {
        ground.named(&ground.reckon(cells)).first().is_some_and(|first| first.weight >= most)
    });
    let (quiet_moments, quiet_as_much) = (quiet.len() as u32, as_much.count() as u32);
    order.retain(|named| named.weight >= most * PART_OF_FIRST_MIN);
    let ranked = order.iter().take(NAMED_MAX).zip(1..);
    let ranked = ranked.map(|(Named { service, weight, share }, rank)| Beginning {
        rank,
        service: (*service).to_owned(),
        weight: *weight,
        share: Some(*share),
        summary: ground.summary(service, &reckoning),
        evidence: ground.evidence(service, &reckoning, &then, heard.vicinity.as_ref()),
    });
    Beginnings { ranked: ranked.collect(), basis: Basis::Minutes, quiet_moments, quiet_as_much }
}

/// Stretches of usual cells as long as what is looked at, spread over all of them.
fn quiet(usual: &[i64], length: usize) -> Vec<Vec<i64>> {
    let stretches: Vec<Vec<i64>> = usual.chunks_exact(length.max(1)).map(<[i64]>::to_vec).collect();
    let step = stretches.len().div_ceil(QUIET_MAX).max(1);
    stretches.into_iter().step_by(step).collect()
}

impl<'a> Ground<'a> {
    fn of(
        vicinity: &'a Vicinity,
        flows: &'a [Flow],
        hurt: &'a str,
        start: Moment,
        look: Look,
    ) -> Option<Self> {
        let (origin, course) = vicinity.courses().iter().find(|(origin, _)| &*origin.service == hurt)?;
        let cell_minutes = cell_minutes(course)?;
        let callees = callees(flows, hurt);
        let reached = vicinity.courses().iter().filter(|(other, _)| {
            other.environment == origin.environment
                && (&*other.service == hurt || callees.contains_key(&*other.service))
        });
        let profiles: BTreeMap<&str, Profile> =
            reached.map(|(other, course)| (&*other.service, Profile::of(course, cell_minutes))).collect();
        let mut ground = Self {
            hurt,
            callees,
            profiles,
            usual: BTreeMap::new(),
            new: BTreeSet::new(),
            steady: BTreeSet::new(),
            cell_minutes,
        };
        let (usual, then) = ground.parts(start, look);
        if usual.len() < USUAL_CELLS_MIN || then.is_empty() {
            return None;
        }
        ground.learn(&usual, look);
        Some(ground)
    }

    /// Cells before it may have begun, and those since then, as far as the hurt service tells of them.
    fn parts(&self, start: Moment, look: Look) -> (Vec<i64>, Vec<i64>) {
        let begun = start.plus_seconds(-look.before_seconds).seconds().div_euclid(60);
        self.profiles[self.hurt].told().partition(|cell| (cell + 1) * self.cell_minutes <= begun)
    }

    fn learn(&mut self, usual: &[i64], look: Look) {
        let cells: BTreeSet<i64> = usual.iter().copied().collect();
        let hurt = self.profiles[self.hurt].clone();
        for (service, profile) in &self.profiles {
            let told = profile.told().filter(|cell| cells.contains(cell)).count();
            let was_asked =
                profile.requests.range(..=usual[usual.len() - 1]).any(|(_, requests)| *requests > 0.0);
            if told == 0 || !(was_asked || profile.requests.is_empty()) {
                self.new.insert(service);
            }
            if told * 10 >= usual.len() * 9 {
                self.steady.insert(service);
            }
            for trouble in Trouble::ALL {
                let values = profile.weighed(trouble, &hurt, &cells);
                self.usual.insert((service, trouble), Usual::of(values, &cells, look.usual_share));
            }
        }
    }

    /// What each service added in these cells beyond what is usual, most weight on those in which the hurt one strayed most.
    fn reckon(&self, cells: &[i64]) -> Reckoning<'a> {
        let mut reckoning = Reckoning { added: BTreeMap::new(), whole: BTreeMap::new() };
        for trouble in Trouble::ALL {
            let of_hurt = &self.usual[&(self.hurt, trouble)];
            let weights = of_hurt.straying(cells);
            reckoning.whole.insert(trouble, of_hurt.more(&weights).max(0.0));
            let added: BTreeMap<&str, f64> = self
                .profiles
                .keys()
                .map(|service| (*service, self.usual[&(*service, trouble)].added(&weights)))
                .collect();
            for (service, all) in &added {
                let called = self.callees.get(service).into_iter().flatten();
                let explained: f64 = called
                    .filter(|callee| !self.new.contains(*callee))
                    .filter_map(|callee| added.get(callee))
                    .sum();
                // Whoever calls one that was never called before has changed: it is the caller's doing.
                let own = if self.new.contains(service) { 0.0 } else { (all - explained).max(0.0) };
                reckoning.added.insert((service, trouble), Added { all: *all, own });
            }
            self.blame_silent(cells, trouble, &mut reckoning);
        }
        reckoning
    }

    /// A service that says nothing any more takes over what its callers suffer: it cannot tell itself.
    fn blame_silent(&self, cells: &[i64], trouble: Trouble, reckoning: &mut Reckoning<'a>) {
        // Whoever had been silent for longer before did not fall silent then: its telemetry is what is missing.
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return };
        let just_before = 2 * first - last - 1..*first;
        let is_silent = |service: &&str| {
            let told: BTreeSet<i64> = self.profiles[*service].told().collect();
            *service != self.hurt
                && cells.iter().all(|cell| !told.contains(cell))
                && told.range(just_before.clone()).next().is_some()
        };
        let silent: Vec<&'a str> = self.steady.iter().copied().filter(|service| is_silent(service)).collect();
        for (caller, callees) in &self.callees {
            let mute: Vec<&&str> = callees.iter().filter(|callee| silent.contains(*callee)).collect();
            let own = reckoning.own(caller, trouble);
            if mute.is_empty() || own <= 0.0 {
                continue;
            }
            for callee in &mute {
                let added = reckoning.added.entry((**callee, trouble)).or_default();
                added.own += own / mute.len() as f64;
                added.all = added.all.max(added.own);
            }
            reckoning.added.entry((*caller, trouble)).or_default().own = 0.0;
        }
    }

    /// Who explains enough of the trouble of the hurt service, the most first: what each added itself, in what is usual for the
    /// hurt service. Of a trouble nobody explains more than there is.
    fn named(&self, reckoning: &Reckoning<'a>) -> Vec<Named<'a>> {
        let unit = |trouble: Trouble| self.usual[&(self.hurt, trouble)].unit(trouble);
        let whole: f64 = reckoning.whole.iter().map(|(trouble, whole)| whole / unit(*trouble)).sum();
        let mut weights: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for ((service, trouble), added) in &reckoning.added {
            let (weight, explained) = weights.entry(service).or_default();
            *weight += added.own / unit(*trouble);
            *explained += added.own.min(reckoning.whole[trouble]) / unit(*trouble);
        }
        let mut named: Vec<Named<'_>> = weights
            .into_iter()
            .filter(|(_, (_, explained))| *explained > 0.0 && *explained >= whole * SHARE_MIN)
            .map(|(service, (weight, explained))| Named { service, weight, share: explained / whole })
            .collect();
        named.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.service.cmp(b.service)));
        named
    }
}

impl Reckoning<'_> {
    /// What a service added itself.
    fn own(&self, service: &str, trouble: Trouble) -> f64 {
        self.added.get(&(service, trouble)).map_or(0.0, |added| added.own)
    }
}

impl Usual {
    fn of(values: BTreeMap<i64, f64>, cells: &BTreeSet<i64>, usual_share: f64) -> Self {
        let mut known: Vec<f64> =
            values.iter().filter(|(cell, _)| cells.contains(cell)).map(|(_, value)| *value).collect();
        let median = at(&mut known, 0.5);
        let mut strays: Vec<f64> = known.iter().map(|value| (value - median).abs()).collect();
        let scale = at(&mut strays, usual_share);
        Self { values, median, scale }
    }

    /// How much more than usual stood in each cell, beyond what it strays; alike if it did not stray in any.
    fn straying(&self, cells: &[i64]) -> Vec<(i64, f64)> {
        let beyond = |cell: &i64| {
            let more = self.values.get(cell).map_or(0.0, |value| value - self.median - self.scale);
            (*cell, more.max(0.0))
        };
        let weights: Vec<(i64, f64)> = cells.iter().map(beyond).collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let alike = 1.0 / cells.len().max(1) as f64;
        weights
            .into_iter()
            .map(|(cell, weight)| (cell, if sum > 0.0 { weight / sum } else { alike }))
            .collect()
    }

    /// How much more than usual there was by these weights.
    fn more(&self, weights: &[(i64, f64)]) -> f64 {
        weights
            .iter()
            .filter_map(|(cell, weight)| Some(weight * (self.values.get(cell)? - self.median)))
            .sum()
    }

    /// The same beyond what it strays.
    fn added(&self, weights: &[(i64, f64)]) -> f64 {
        (self.more(weights) - self.scale).max(0.0)
    }

    /// What it takes to be trouble.
    fn unit(&self, trouble: Trouble) -> f64 {
        let least = match trouble {
            Trouble::Slow => SLOW_SECONDS_MIN,
            Trouble::Failing => FAILING_SHARE_MIN,
        };
        self.scale.max(self.median * USUAL_PART_MIN).max(least)
    }
}

/// The value below which such a share of them lies; nought of none.
fn at(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share) as usize).copied().unwrap_or(0.0)
}

/// Who is reached from the hurt service over calls, with those that each of them calls. Calls that lead back are left out.
fn callees<'a>(flows: &'a [Flow], hurt: &'a str) -> BTreeMap<&'a str, Vec<&'a str>> {
    let calls: Vec<(&str, &str)> = flows.iter().map(|flow| (&*flow.caller, &*flow.callee)).collect();
    let hops = hops(&calls, hurt);
    let mut callees: BTreeMap<&str, Vec<&str>> = hops.keys().map(|service| (*service, Vec::new())).collect();
    for (caller, callee) in calls {
        let (Some(from), Some(to)) = (hops.get(caller), hops.get(callee)) else { continue };
        if from <= to && caller != callee {
            callees.entry(caller).or_default().push(callee);
        }
    }
    callees
}

/// Who is reached from the hurt service over calls, and over how many.
fn hops<'a>(calls: &[(&'a str, &'a str)], hurt: &'a str) -> BTreeMap<&'a str, usize> {
    let mut hops: BTreeMap<&str, usize> = BTreeMap::from([(hurt, 0)]);
    let mut open: VecDeque<&str> = VecDeque::from([hurt]);
    while let Some(here) = open.pop_front() {
        let next = hops[here] + 1;
        for (_, callee) in calls.iter().filter(|(caller, _)| *caller == here) {
            if !hops.contains_key(callee) {
                hops.insert(callee, next);
                open.push_back(callee);
            }
        }
    }
    hops
}

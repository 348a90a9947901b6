//! Lines that do not come with traffic: starts, jobs, heartbeats, flapping, states, retries, the story's, the outage's.

use crate::plan::{DAY, HOUR, MINUTE, Plan, Stretch, weekday};
use crate::random::Random;
use crate::season::Season;
use crate::shop::{Service, When};
use crate::story::Added;

/// One record to be said. Ordered by time; the rest makes the order whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Saying {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) statement: u16,
    pub(crate) entity: u32,
    pub(crate) from: u8,
    /// The state stepped to, or the number of the upstream.
    pub(crate) to: u8,
}

impl Saying {
    /// Without anything that was decided beforehand.
    pub(crate) fn plain(at: i64, statement: usize) -> Self {
        Self { at, statement: statement as u16, entity: 0, from: 0, to: 0 }
    }
}

/// Everything that this service will say unasked, in order of time.
pub(crate) fn of(plan: &Plan, service: &Service, index: usize, season: &Season) -> Vec<Saying> {
    let random = Random::new(plan.seed, &format!("schedule of {}", service.name));
    let mut schedule = Schedule { plan, service, index, season, random, sayings: Vec::new() };
    schedule.starts();
    for statement in 0..service.statements.len() {
        schedule.statement(statement);
    }
    schedule.states();
    let mut sayings = schedule.sayings;
    sayings.retain(|saying| (plan.start * 1_000..plan.end * 1_000).contains(&saying.at));
    sayings.sort_unstable();
    sayings
}

struct Schedule<'a> {
    plan: &'a Plan,
    service: &'a Service,
    index: usize,
    season: &'a Season,
    random: Random,
    sayings: Vec<Saying>,
}

impl Schedule<'_> {
    fn statement(&mut self, number: usize) {
        let plan = self.plan;
        let own = &plan.services[self.index];
        match self.service.statements[number].when {
            When::Daily(second) => self.job(number, second, |_| true),
            When::Weekly(second) => self.job(number, second, |day| weekday(day) == 6),
            // 2026-02-28, the one end of a month that lies in these weeks.
            When::Monthly(second) => self.job(number, second, |day| day == plan.end - 8 * DAY),
            When::Every(seconds) => self.every(number, seconds),
            When::Heartbeat(seconds) => self.every(number, seconds),
            When::Rare => self.rare(number),
            When::Flap => self.during(number, &own.flaps),
            When::Bots => self.during(number, &plan.bots),
            When::Maintenance => self.during(number, &own.maintenance),
            When::Outage => self.outage(number),
            When::Hack(per_day) => self.few(number, per_day, Added::Hack, 0),
            When::Retry => self.retries(number),
            When::Never => self.added(number, Added::Never, 0),
            _ => {}
        }
    }

    fn say(&mut self, second: i64, number: usize, to: usize) {
        let at = second * 1_000 + self.random.below(1_000) as i64;
        self.sayings.push(Saying { to: to as u8, ..Saying::plain(at, number) });
    }

    /// All lines of a start follow each other within seconds.
    fn starts(&mut self) {
        let plan = self.plan;
        let lines: Vec<usize> = self.service.said(|when| *when == When::Start).collect();
        for &start in &plan.services[self.index].starts {
            let mut at = start;
            for &number in &lines {
                self.say(at, number, 0);
                at += self.random.between(1, 4);
            }
        }
    }

    fn job(&mut self, number: usize, second: i64, on: impl Fn(i64) -> bool) {
        for day in (self.plan.start..self.plan.end).step_by(DAY as usize).filter(|day| on(*day)) {
            let late = self.random.between(5, 420);
            self.say(day + second + late, number, 0);
        }
    }

    fn every(&mut self, number: usize, seconds: i64) {
        let beats = matches!(self.service.statements[number].when, When::Heartbeat(_));
        let mut at = self.plan.start + self.random.between(0, seconds);
        while at < self.plan.end {
            let stopped =
                self.plan.story.as_ref().is_some_and(|story| story.heartbeat_stopped(self.index, at));
            if !(beats && stopped) {
                self.say(at, number, 0);
            }
            at += seconds + self.random.between(-2, 2);
        }
    }

    /// First within five days, then about once a week for ever.
    fn rare(&mut self, number: usize) {
        let mut at = self.plan.start + self.random.between(HOUR, 5 * DAY);
        while at < self.plan.end {
            self.say(at, number, 0);
            at += self.random.between(2 * DAY, 10 * DAY);
        }
    }

    fn during(&mut self, number: usize, stretches: &[Stretch]) {
        for stretch in stretches {
            for minute in (stretch.from..stretch.to).step_by(MINUTE as usize) {
                for _ in 0..self.random.poisson(stretch.amount) {
                    let at = minute + self.random.between(0, 59);
                    self.say(at, number, 0);
                }
            }
        }
    }

    fn outage(&mut self, number: usize) {
        let Some(story) = &self.plan.story else { return };
        let upstream = self.upstream(story.upstream.unwrap_or(story.scene));
        for minute in (story.start..story.end).step_by(MINUTE as usize) {
            let mean = 14.0 * story.hurt(self.index, minute) * self.plan.traffic.max(0.3);
            for _ in 0..self.random.poisson(mean) {
                let at = minute + self.random.between(0, 59);
                self.say(at, number, upstream);
            }
        }
    }

    /// The number of this service among those that are called; the first, if it is not called at all.
    fn upstream(&self, service: usize) -> usize {
        let shop_name = self.plan.names[service];
        self.service.calls.iter().position(|name| *name == shop_name).unwrap_or(0)
    }

    /// The call most often made fails most often, the others now and then.
    fn retries(&mut self, number: usize) {
        let story = self.plan.story.as_ref().filter(|story| story.teller == self.index);
        let told = story.and_then(|story| story.upstream).map(|upstream| self.upstream(upstream));
        for upstream in 0..self.service.calls.len() {
            let per_day = if upstream == told.unwrap_or(0) { 5.0 } else { 1.5 };
            self.few_of(number, per_day, upstream);
            if Some(upstream) == told {
                self.added(number, Added::Retry, upstream);
            }
        }
        let Some(story) = &self.plan.story else { return };
        let upstream = told.unwrap_or_else(|| self.upstream(story.scene));
        for minute in (story.start..story.end).step_by(MINUTE as usize) {
            for _ in
                0..self.random.poisson(20.0 * story.hurt(self.index, minute) * self.plan.traffic.max(0.3))
            {
                let at = minute + self.random.between(0, 59);
                self.say(at, number, upstream);
            }
        }
    }

    fn few(&mut self, number: usize, per_day: f64, added: Added, upstream: usize) {
        self.few_of(number, per_day, upstream);
        self.added(number, added, upstream);
    }

    /// A few a day, with the load, on some days more than on others.
    fn few_of(&mut self, number: usize, per_day: f64, upstream: usize) {
        let mut mood = 0.0;
        for day in (self.plan.start..self.plan.end).step_by(DAY as usize) {
            mood = 0.5 * mood + 0.87 * self.random.normal();
            for hour in (day..day + DAY).step_by(HOUR as usize) {
                let mean = per_day / 24.0 * self.season.at(hour) * (1.0 + 0.35 * mood).max(0.2);
                for _ in 0..self.random.poisson(mean) {
                    let at = hour + self.random.between(0, HOUR - 1);
                    self.say(at, number, upstream);
                }
            }
        }
    }

    /// What the story adds: with the load, or, for what never happens, in the small hours.
    fn added(&mut self, number: usize, added: Added, upstream: usize) {
        let Some(story) = &self.plan.story else { return };
        // From the first whole hour after the cause, so that nothing of it is heard before.
        let first = (story.onset / HOUR + 1) * HOUR;
        for hour in (first..story.end).step_by(HOUR as usize) {
            let small_hours = hour.rem_euclid(DAY) < 6 * HOUR;
            let shape = match added {
                Added::Never if small_hours => 4.0,
                Added::Never => 0.0,
                Added::Retry | Added::Hack | Added::Forbidden => self.season.at(hour),
            };
            let mean = story.lines_a_day(self.index, added, hour) / 24.0 * shape;
            for _ in 0..self.random.poisson(mean) {
                let at = (hour + self.random.between(0, HOUR - 1)).min(story.end - 1);
                self.say(at, number, upstream);
            }
        }
    }

    /// Entities walk their way, some leave it, and in one tale some take a step that must not be.
    fn states(&mut self) {
        let Some(states) = &self.service.states else { return };
        let Some(number) = self.service.said(|when| *when == When::State).next() else { return };
        let mut entity = 20_100_000;
        // Those that were born before the world begins still have steps to take in it.
        for hour in (self.plan.start - 4 * DAY..self.plan.end).step_by(HOUR as usize) {
            let mean = states.per_day / 24.0 * self.plan.traffic * self.season.at(hour.max(self.plan.start));
            for _ in 0..self.random.poisson(mean) {
                entity += self.random.between(1, 5) as u32;
                let at = hour * 1_000 + self.random.below(3_600_000) as i64;
                self.walk(number, entity, at);
            }
        }
        self.forbidden(number);
    }

    fn walk(&mut self, number: usize, entity: u32, born: i64) {
        let states = self.service.states.as_ref().expect("whoever walks has states");
        let mut at = born;
        for from in 0..states.way - 1 {
            // Minutes at first, then half a day, then days.
            let minutes = [4, 340, 900, 1_900][from.min(3)];
            at += self.random.between(minutes * 20_000, minutes * 110_000);
            let side = states.side.iter().find(|(off, _)| usize::from(*off) == from);
            let (to, leaves) = match side {
                Some((_, to)) if self.random.chance(0.04) => (*to, true),
                _ => (from as u8 + 1, false),
            };
            self.sayings.push(Saying { at, statement: number as u16, entity, from: from as u8, to });
            if leaves {
                return;
            }
        }
        let last = states.way as u8 - 1;
        if let Some((_, to)) = states.side.iter().find(|(off, _)| *off == last)
            && self.random.chance(0.05)
        {
            at += self.random.between(2, 60) * HOUR * 1_000;
            self.sayings.push(Saying { at, statement: number as u16, entity, from: last, to: *to });
        }
    }

    fn forbidden(&mut self, number: usize) {
        let before = self.sayings.len();
        self.added(number, Added::Forbidden, 0);
        let (from, to) = self.service.states.as_ref().map_or((0, 0), |states| states.forbidden);
        for saying in &mut self.sayings[before..] {
            saying.entity = 20_100_000 + self.random.below(40_000) as u32;
            (saying.from, saying.to) = (from, to);
        }
    }
}

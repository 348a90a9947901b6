//! Writes the logs of one service: what traffic says, minute by minute, merged with what the schedule says.

mod schedule;
mod sink;

use std::path::Path;

use self::schedule::Saying;
use self::sink::Sink;
use crate::RehearsalError;
use crate::house::Voice;
use crate::plan::{MINUTE, Plan};
use crate::random::Random;
use crate::season::Season;
use crate::shop::{Argument, Part, Service, When};
use crate::stamp::Stamp;
use crate::words::{
    push_fixed, push_hex, push_ip, push_number, push_padded, push_query, push_user, push_word,
};

/// Lines of all services in a minute at load and traffic 1.
const LINES_A_MINUTE: f64 = 40.0;

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) lines: u64,
    /// Milliseconds since 1970 of the last record.
    pub(crate) last: i64,
}

/// Writes all logs of this service below `directory`.
pub(crate) fn write(
    plan: &Plan,
    service: &Service,
    index: usize,
    season: &Season,
    directory: &Path,
) -> Result<Written, RehearsalError> {
    let mut writer = Writer {
        plan,
        service,
        index,
        random: Random::new(plan.seed, &format!("logs of {}", service.name)),
        sink: Sink::new(plan, service.name, directory)?,
        stamp: Stamp::default(),
        hurt: 0.0,
    };
    let scheduled = schedule::of(plan, service, index, season);
    let mut scheduled = scheduled.into_iter().peekable();
    let mut traffic = Traffic::default();
    let mut minute = Vec::new();
    let mut written = Written::default();
    for at in (plan.start..plan.end).step_by(MINUTE as usize) {
        traffic.look(plan, service, index, at);
        let mean = LINES_A_MINUTE * service.share * plan.traffic * season.at(at);
        for _ in 0..writer.random.poisson(mean) {
            let when = at * 1_000 + writer.random.below(MINUTE as u64 * 1_000) as i64;
            minute.push(Saying::plain(when, traffic.draw(&mut writer.random)));
        }
        while let Some(saying) = scheduled.next_if(|saying| saying.at < (at + MINUTE) * 1_000) {
            minute.push(saying);
        }
        minute.sort_unstable();
        writer.turn(at)?;
        for saying in minute.drain(..) {
            written.last = saying.at;
            written.lines += writer.say(saying);
        }
    }
    writer.sink.finish()?;
    Ok(written)
}

/// The statements that traffic reaches, with the running sums of their weights.
#[derive(Default)]
struct Traffic {
    sums: Vec<(f64, usize)>,
    deploys: usize,
}

impl Traffic {
    /// Keeps up with what deploys have brought and taken away.
    fn look(&mut self, plan: &Plan, service: &Service, index: usize, at: i64) {
        let deploys = &plan.services[index].deploys;
        let live = deploys.partition_point(|deploy| deploy.at <= at);
        if live == self.deploys && !self.sums.is_empty() {
            return;
        }
        self.deploys = live;
        self.sums.clear();
        let renamed = deploys[..live].iter().any(|deploy| deploy.renames);
        let mut sum = 0.0;
        for (number, statement) in service.statements.iter().enumerate() {
            let weight = match statement.when {
                When::Weight(weight) => weight,
                When::Deploy(weight)
                    if deploys[..live].iter().any(|deploy| deploy.reveals.contains(&number)) =>
                {
                    weight
                }
                When::Gone(weight) if !renamed => weight,
                When::Renamed(weight) if renamed => weight,
                _ => continue,
            };
            sum += weight;
            self.sums.push((sum, number));
        }
    }

    fn draw(&self, random: &mut Random) -> usize {
        let at = random.unit() * self.sums.last().map_or(0.0, |last| last.0);
        let found = self.sums.partition_point(|(sum, _)| *sum <= at);
        self.sums[found.min(self.sums.len() - 1)].1
    }
}

struct Writer<'a> {
    plan: &'a Plan,
    service: &'a Service,
    index: usize,
    random: Random,
    sink: Sink,
    stamp: Stamp,
    hurt: f64,
}

impl Writer<'_> {
    /// A new minute begins.
    fn turn(&mut self, at: i64) -> Result<(), RehearsalError> {
        self.stamp = Stamp::of(at);
        self.hurt = self.plan.hurt(self.index, at);
        self.sink.turn(at, &self.stamp.date)
    }

    /// Writes one record; returns its lines.
    fn say(&mut self, saying: Saying) -> u64 {
        let service = self.service;
        let statement = &service.statements[usize::from(saying.statement)];
        let voice = Voice {
            service,
            statement,
            stamp: &self.stamp,
            at: saying.at,
            version: self.plan.version(self.index, saying.at / 1_000),
            worker: self.random.next() >> 20,
        };
        let out = &mut self.sink.buffer;
        voice.open(out);
        for part in &statement.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text.as_bytes()),
                Part::Argument(argument) => {
                    let fill =
                        Fill { service, saying, hurt: self.hurt, version: voice.version, stamp: &self.stamp };
                    fill.push(out, &mut self.random, argument);
                }
            }
        }
        voice.close(out)
    }
}

/// What a variable part may depend on.
struct Fill<'a> {
    service: &'a Service,
    saying: Saying,
    hurt: f64,
    version: &'a str,
    stamp: &'a Stamp,
}

impl Fill<'_> {
    fn push(&self, out: &mut Vec<u8>, random: &mut Random, argument: &Argument) {
        match argument {
            Argument::Order => push_number(out, 10_400_000 + random.below(900_000)),
            Argument::User => push_user(out, random),
            Argument::Sku => {
                out.extend_from_slice(b"SKU-");
                push_number(out, 10_000 + random.below(31_000));
            }
            Argument::Milliseconds(median) => push_number(out, self.milliseconds(random, *median)),
            Argument::Between(low, high) => push_number(out, random.between(*low, *high) as u64),
            Argument::Money => push_fixed(out, random.within(4.0, 240.0), 2),
            Argument::Ip => push_ip(out, random),
            Argument::Hex => push_hex(out, random, 12),
            Argument::Session => {
                out.extend_from_slice(b"s-");
                push_hex(out, random, 16);
            }
            Argument::Query => push_query(out, random),
            Argument::Word => push_word(out, random),
            Argument::Status => push_number(out, self.status(random)),
            Argument::Pick(words) => out.extend_from_slice(random.pick(words).as_bytes()),
            Argument::Host => {
                out.extend_from_slice(self.service.name.as_bytes());
                out.push(b'-');
                push_hex(out, random, 9);
            }
            Argument::Version => out.extend_from_slice(self.version.as_bytes()),
            Argument::Date => out.extend_from_slice(self.stamp.date.as_bytes()),
            Argument::Attempt => push_number(out, 2 + random.below(3)),
            Argument::Upstream => {
                let upstream =
                    self.service.calls.get(usize::from(self.saying.to)).copied().unwrap_or("database");
                out.extend_from_slice(upstream.as_bytes());
            }
            Argument::Entity => push_padded(out, u64::from(self.saying.entity), 8),
            Argument::From => self.push_state(out, self.saying.from),
            Argument::To => self.push_state(out, self.saying.to),
        }
    }

    fn push_state(&self, out: &mut Vec<u8>, state: u8) {
        let names = self.service.states.as_ref().map_or(&[][..], |states| &states.names);
        out.extend_from_slice(names.get(usize::from(state)).copied().unwrap_or("UNKNOWN").as_bytes());
    }

    /// Most answers take about as long as the median, a few take many times that.
    fn milliseconds(&self, random: &mut Random, median: f64) -> u64 {
        let z = random.normal();
        let tail = if random.chance(0.01) { random.within(2.0, 9.0) } else { 1.0 };
        (median * (0.45 * z).exp() * tail * (1.0 + 7.0 * self.hurt)).max(1.0) as u64
    }

    fn status(&self, random: &mut Random) -> u64 {
        if random.chance(0.0008 + 0.45 * self.hurt) {
            return *random.pick(&[503, 503, 504, 500]);
        }
        if random.chance(0.012) { 404 } else { 200 }
    }
}

//! Writes the metrics of one service, series after series, as VictoriaMetrics exports them.
//!
//! A gauge is its level, moved by the load, plus noise that remembers (minutes and days) and has heavy tails, plus what
//! deploys, spikes and the story do to it. Counters start again at zero with the service. Samples are missing at times.

mod catalogue;
mod noise;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use self::catalogue::{Model, Series};
use self::noise::Noise;
use crate::RehearsalError;
use crate::plan::{HOUR, MINUTE, Plan, Stepped};
use crate::random::Random;
use crate::season::{STEP, Season};
use crate::shop::Service;
use crate::story::{Added, DISK_DEVIATION, MEMORY_HEADROOM};
use crate::words::{push_fixed, push_number};

/// An export has blocks of at most so many samples.
const BLOCK: usize = 4_000;

/// Writes all series of this service; returns how many, and the time of the last sample in milliseconds.
pub(crate) fn write(
    plan: &Plan,
    service: &Service,
    index: usize,
    season: &Season,
    path: &Path,
) -> Result<(u64, i64), RehearsalError> {
    let failed = |source| RehearsalError::write(path, source);
    let mut file = File::create(path).map_err(failed)?;
    let series = catalogue::of(service);
    let mut out = Vec::new();
    let mut last = plan.start;
    for one in &series {
        let drawn = Drawing::new(plan, service, index, season, one).draw();
        let times = scraped(plan, service, index, &one.key());
        push_series(&mut out, service.name, one, &drawn, &times);
        last = last.max(times.last().map_or(0, |(_, at)| *at));
        file.write_all(&out).map_err(failed)?;
        out.clear();
    }
    Ok((series.len() as u64, last))
}

/// Writes the load of the hosts, as a table that somebody exported by hand; returns the number of its series.
pub(crate) fn write_hosts(plan: &Plan, shop: &[Service], path: &Path) -> Result<u64, RehearsalError> {
    let mut out = b"time,series,value\n".to_vec();
    for (index, service) in shop.iter().enumerate() {
        let season = Season::new(plan, index, service.name);
        let series = Series::gauge("node_load1", 2.2, 0.7, 0.09);
        let drawn = Drawing::new(plan, service, index, &season, &series).draw();
        for (step, at) in scraped(plan, service, index, "node_load1") {
            out.extend_from_slice(hark_event::Moment::from_millis(at).to_string().as_bytes());
            out.extend_from_slice(b",\"node_load1{service=\"\"");
            out.extend_from_slice(service.name.as_bytes());
            out.extend_from_slice(b"\"\"}\",");
            push_fixed(&mut out, drawn[step], 2);
            out.push(b'\n');
        }
    }
    std::fs::write(path, &out).map_err(|source| RehearsalError::write(path, source))?;
    Ok(shop.len() as u64)
}

/// Step and time in milliseconds of each sample that arrived.
fn scraped(plan: &Plan, service: &Service, index: usize, key: &str) -> Vec<(usize, i64)> {
    let mut random = Random::new(plan.seed, &format!("scrapes of {} {key}", service.name));
    let offset = Random::new(plan.seed, service.name).between(1_000, 40_000);
    let gaps = &plan.services[index].gaps;
    let steps = ((plan.end - plan.start) / STEP) as usize;
    (0..steps)
        .filter(|step| {
            let at = plan.start + *step as i64 * STEP;
            !random.chance(0.006) && !gaps.iter().any(|gap| gap.holds(at))
        })
        .map(|step| (step, (plan.start + step as i64 * STEP) * 1_000 + offset))
        .collect()
}

fn push_series(out: &mut Vec<u8>, service: &str, series: &Series, values: &[f64], times: &[(usize, i64)]) {
    for block in times.chunks(BLOCK) {
        out.extend_from_slice(b"{\"metric\":{\"__name__\":\"");
        out.extend_from_slice(series.name.as_bytes());
        out.extend_from_slice(b"\",\"service\":\"");
        out.extend_from_slice(service.as_bytes());
        for (label, value) in &series.labels {
            for text in ["\",\"", label, "\":\"", value] {
                out.extend_from_slice(text.as_bytes());
            }
        }
        out.extend_from_slice(b"\"},\"values\":[");
        for (number, (step, _)) in block.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            push_fixed(out, values[*step], series.decimals);
        }
        out.extend_from_slice(b"],\"timestamps\":[");
        for (number, (_, at)) in block.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            push_number(out, *at as u64);
        }
        out.extend_from_slice(b"]}\n");
    }
}

/// Everything that one series is drawn from.
struct Drawing<'a> {
    plan: &'a Plan,
    service: &'a Service,
    index: usize,
    season: &'a Season,
    series: &'a Series,
    noise: Noise,
    random: Random,
}

impl<'a> Drawing<'a> {
    fn new(
        plan: &'a Plan,
        service: &'a Service,
        index: usize,
        season: &'a Season,
        series: &'a Series,
    ) -> Self {
        let label = format!("{} {}", service.name, series.key());
        Self {
            plan,
            service,
            index,
            season,
            series,
            noise: Noise::new(plan.seed, &label),
            random: Random::new(plan.seed ^ 0x5e41e5, &label),
        }
    }

    /// The value at each step of the world, whether or not it was scraped.
    fn draw(mut self) -> Vec<f64> {
        match self.series.model {
            Model::Constant(value) => vec![value; self.season.steps().len()],
            Model::Gauge { level, gain, deviation } => self.gauge(level, gain, deviation),
            Model::Counter { per_step, hurt } => self.counter(per_step, hurt),
            Model::RetryCounter => self.retries(),
            Model::Heap { live } => self.heap(live),
            Model::Disk { size } => self.disk(size),
            Model::Replicas => self.replicas(),
            Model::CpuPerReplica => self.cpu(),
            Model::CacheRatio { level } => self.cache(level),
            Model::Certificate => self.certificate(),
            Model::StartTime => self.start_time(),
        }
    }

    fn time(&self, step: usize) -> i64 {
        self.plan.start + step as i64 * STEP
    }

    /// What the story does to this series, in deviations.
    fn told(&self, at: i64) -> f64 {
        let detail = self.series.detail();
        self.plan
            .story
            .as_ref()
            .map_or(0.0, |story| story.deviations(self.index, self.series.name, detail, at))
    }

    /// How much farther than usual it swings.
    fn unrest(&self, at: i64) -> f64 {
        let story = self.plan.story.as_ref();
        story.map_or(1.0, |story| story.unrest(self.index, self.series.name, at))
    }

    /// What harmless deploys have done to it, in deviations.
    fn stepped(&self, metric: Stepped, at: i64) -> f64 {
        let deploys = &self.plan.services[self.index].deploys;
        let steps = deploys.iter().filter(|deploy| deploy.at <= at).filter_map(|deploy| deploy.step);
        steps.filter(|(stepped, _)| *stepped == metric).map(|(_, size)| size).sum()
    }

    fn spike(&self, at: i64) -> f64 {
        self.plan.services[self.index]
            .spikes
            .iter()
            .find(|spike| spike.holds(at))
            .map_or(0.0, |spike| spike.amount)
    }

    /// Seconds since the service last started.
    fn uptime(&self, at: i64) -> i64 {
        let starts = &self.plan.services[self.index].starts;
        let started = starts.iter().rev().find(|start| **start <= at).copied();
        at - started.unwrap_or(self.plan.start - 3 * 24 * HOUR)
    }

    fn gauge(&mut self, level: f64, gain: f64, deviation: f64) -> Vec<f64> {
        let (series, by_step) = (self.series, self.series.stepped());
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                let load = self.season.steps()[step] - 1.0;
                let steps = by_step.map_or(0.0, |metric| self.stepped(metric, at));
                let noise = self.unrest(at) * self.noise.next() + self.told(at) + steps;
                let trouble = series.spikes * self.spike(at) + series.hurts * self.plan.hurt(self.index, at);
                (level * (1.0 + gain * load) * (1.0 + deviation * noise) * (1.0 + trouble)).max(0.0)
            })
            .map(|value| value.min(series.most))
            .collect()
    }

    fn counter(&mut self, per_step: f64, hurt: f64) -> Vec<f64> {
        let mut total = self.random.within(1e4, 9e5) * per_step.min(1.0);
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                let trouble = hurt * self.plan.hurt(self.index, at) + self.series.spikes * self.spike(at);
                let mean =
                    per_step * self.season.steps()[step] * (1.0 + 0.03 * self.noise.next()) * (1.0 + trouble);
                if self.uptime(at) < STEP {
                    total = 0.0;
                }
                total += self.random.poisson(mean) as f64;
                total
            })
            .collect()
    }

    /// As many as the log lines say, in expectation.
    fn retries(&mut self) -> Vec<f64> {
        let detail = self.series.detail();
        let story = self.plan.story.as_ref().filter(|story| story.teller == self.index);
        let told = story.and_then(|story| story.upstream).map(|upstream| self.plan.names[upstream]);
        let most_called = told.unwrap_or_else(|| self.service.calls.first().copied().unwrap_or(""));
        let per_day = if detail == most_called { 5.0 } else { 1.5 };
        let mut total = self.random.below(900) as f64;
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                let extra = story.filter(|_| told == Some(detail));
                let extra = extra.map_or(0.0, |story| story.lines_a_day(self.index, Added::Retry, at));
                let outage = 5_000.0 * self.plan.hurt(self.index, at);
                if self.uptime(at) < STEP {
                    total = 0.0;
                }
                total += self.random.poisson((per_day + extra + outage) / 288.0 * self.season.steps()[step])
                    as f64;
                total
            })
            .collect()
    }

    /// Filled by requests, emptied by the collector down to what lives.
    fn heap(&mut self, live: f64) -> Vec<f64> {
        let mut garbage = 0.0;
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                let noise = self.noise.next() + self.told(at) + self.stepped(Stepped::Heap, at);
                garbage += 0.23 * self.season.steps()[step] + 0.05 * self.random.unit();
                if garbage > 0.6 {
                    garbage = 0.05 * self.random.unit();
                }
                live * (1.0 + 0.03 * noise) * (1.0 + garbage)
            })
            .collect()
    }

    /// Grows with the load, shrinks when logs are rotated, which is not at the same hour every day.
    fn disk(&mut self, size: f64) -> Vec<f64> {
        let story = self
            .plan
            .story
            .as_ref()
            .filter(|story| story.teller == self.index && story.tale == crate::Tale::DiskFilling);
        let room = story.map_or_else(|| self.random.within(8.0, 17.0), |story| story.disk_room() + 1.0);
        let usual = 1.0 - room * DISK_DEVIATION;
        let mut grown = self.random.unit() * 0.03;
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                grown += 0.000_055 * self.season.steps()[step];
                if grown > 0.032 + 0.006 * self.random.normal() {
                    grown = 0.0;
                }
                let noise = 0.45 * self.noise.next() + self.told(at);
                size * (usual - 0.016 + grown + DISK_DEVIATION * noise).min(1.0)
            })
            .collect()
    }

    /// One more when they are busy, one less when they have been idle for half an hour.
    fn replicas(&mut self) -> Vec<f64> {
        let (mut live, mut idle) = (3.0, 0);
        (0..self.season.steps().len())
            .map(|step| {
                let busy = self.season.steps()[step] / live;
                if busy > 0.48 && live < 8.0 {
                    (live, idle) = (live + 1.0, 0);
                } else if busy < 0.28 && live > 2.0 {
                    idle += 1;
                    if idle > 6 {
                        (live, idle) = (live - 1.0, 0);
                    }
                } else {
                    idle = 0;
                }
                live
            })
            .collect()
    }

    fn cpu(&mut self) -> Vec<f64> {
        let replicas = self.replicas();
        (0..replicas.len())
            .map(|step| {
                let at = self.time(step);
                let noise = self.noise.next() + self.stepped(Stepped::Cpu, at);
                let warming = if self.uptime(at) < 15 * MINUTE { 0.6 } else { 0.0 };
                let trouble = 0.5 * self.spike(at) + 0.8 * self.plan.hurt(self.index, at) + warming;
                let busy = 0.05 + 0.9 * self.season.steps()[step] / replicas[step];
                (busy * (1.0 + 0.06 * noise) * (1.0 + trouble)).max(0.01)
            })
            .collect()
    }

    /// Cold after a start, warm an hour later.
    fn cache(&mut self, level: f64) -> Vec<f64> {
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                let cold = (-(self.uptime(at) as f64) / (20 * MINUTE) as f64).exp();
                (level * (1.0 - 0.5 * cold) + 0.012 * self.noise.next()).clamp(0.0, 1.0)
            })
            .collect()
    }

    /// Runs down for ever, and is renewed a month before its end.
    fn certificate(&mut self) -> Vec<f64> {
        let day = 24 * HOUR;
        let mut end = self.plan.start + self.random.between(34, 85) * day;
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                if end - at < 30 * day {
                    end += 90 * day;
                }
                (end - at) as f64
            })
            .collect()
    }

    fn start_time(&mut self) -> Vec<f64> {
        (0..self.season.steps().len())
            .map(|step| {
                let at = self.time(step);
                (at - self.uptime(at)) as f64
            })
            .collect()
    }
}

/// The memory that a service may use, given its usual level: at that level plus the headroom it is killed.
pub(super) fn memory_limit(level: f64) -> f64 {
    level * (1.0 + MEMORY_HEADROOM)
}

//! The tales: who is hurt, when, through what, and how much of it can be heard on which day.
//!
//! Effects are told in the noise's own measure: deviations of a series, lines a day. None grows by more than one
//! deviation or four lines a day, so that no single day gives the story away; but for the tale of a burst, which has hours.

use hark_event::Moment;

use crate::plan::{DAY, END, HOUR, MINUTE, Stretch, weekday};
use crate::random::Random;
use crate::shop::{Service, When};
use crate::truth::{TrueCause, TrueIncident, TrueNote, TrueWhisper};
use crate::{Rehearsal, Tale};

/// The deviation of a service's memory, as a share of its level.
pub(crate) const MEMORY_DEVIATION: f64 = 0.02;
/// How much higher than its usual level a service's memory may grow before it is killed.
pub(crate) const MEMORY_HEADROOM: f64 = 0.18;
/// The deviation of a disk's use, as a share of its size.
pub(crate) const DISK_DEVIATION: f64 = 0.013;

/// The story of one world.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) tale: Tale,
    /// Whose telemetry tells it.
    pub(crate) teller: usize,
    /// Whom the teller calls, where that matters.
    pub(crate) upstream: Option<usize>,
    /// Where users are hurt.
    pub(crate) scene: usize,
    /// Who calls the scene or the teller, and is hurt with them.
    pub(crate) bystanders: Vec<usize>,
    /// When the cause reached production.
    pub(crate) onset: i64,
    /// When users began to be hurt.
    pub(crate) start: i64,
    /// When that was over.
    pub(crate) end: i64,
    /// How fast it grows: 0 to 1 of the most that is allowed.
    pub(crate) pace: f64,
}

/// A kind of line of which the story adds some.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Added {
    Retry,
    Hack,
    Never,
    Forbidden,
}

/// Picks scene and time.
pub(crate) fn choose(rehearsal: &Rehearsal, shop: &[Service], start: i64) -> Option<Story> {
    let tale = rehearsal.tale;
    if tale == Tale::Quiet {
        return None;
    }
    let mut random = Random::new(rehearsal.seed, tale.name());
    let (teller, upstream) = cast(tale, shop, &mut random);
    let scene = match upstream {
        Some(upstream) if tale == Tale::RetryCreep && random.chance(0.5) => upstream,
        _ => teller,
    };
    let bystanders = (0..shop.len())
        .filter(|&index| index != teller && index != scene)
        .filter(|&index| shop[index].calls.iter().any(|callee| *callee == shop[scene].name))
        .collect();
    let (begin, end) = moments(tale, &mut random);
    let (least, most) = if tale == Tale::ErrorBack { (7, 10) } else { (10, 19) };
    let days = random.between(least, most).min(i64::from(rehearsal.weeks) * 7 * 6 / 10);
    let mut day = (begin - days * DAY).div_euclid(DAY) * DAY;
    while weekday(day) > 4 {
        day += DAY;
    }
    let onset = match tale {
        Tale::RetryBurst => begin - random.between(5 * 60, 8 * 60) * MINUTE,
        _ => (day + random.between(9 * 60, 15 * 60) * MINUTE).max(start),
    };
    Some(Story {
        tale,
        teller,
        upstream,
        scene,
        bystanders,
        onset,
        start: begin,
        end,
        pace: random.within(0.7, 1.0),
    })
}

/// Who can play this tale is written in the shop: whoever has its edit, or its kind of line.
fn cast(tale: Tale, shop: &[Service], random: &mut Random) -> (usize, Option<usize>) {
    let index =
        |name: &str| shop.iter().position(|service| service.name == name).expect("the cast is in the shop");
    let pairs: &[(&str, &str)] = match tale {
        Tale::TimeoutEdit => &[("checkout", "payments"), ("basket", "inventory"), ("storefront", "accounts")],
        Tale::RetryCreep | Tale::SpanRetries | Tale::RetryBurst => &[
            ("checkout", "payments"),
            ("basket", "inventory"),
            ("search", "inventory"),
            ("shipping", "accounts"),
            ("payments", "accounts"),
            ("storefront", "basket"),
        ],
        _ => &[],
    };
    if !pairs.is_empty() {
        let (teller, upstream) = random.pick(pairs);
        return (index(teller), Some(index(upstream)));
    }
    let able: Vec<usize> = match flag(tale) {
        Some(flag) => (0..shop.len()).filter(|&at| shop[at].path_of_flag(flag).is_some()).collect(),
        None => (1..shop.len()).collect(),
    };
    (*random.pick(&able), None)
}

/// A busy Saturday, or a day before it for what does not wait for a peak.
fn moments(tale: Tale, random: &mut Random) -> (i64, i64) {
    let days_before = match tale {
        Tale::Leak
        | Tale::VanishedHeartbeat
        | Tale::DiskFilling
        | Tale::UnlikelyBranch
        | Tale::SuddenOutage => random.between(1, 3),
        // Its cause is of the day before it.
        Tale::RetryBurst => random.between(2, 3),
        _ => 1,
    };
    let start = END - days_before * DAY + random.between(10 * 60, 16 * 60) * MINUTE;
    (start, start + random.between(50, 110) * MINUTE)
}

/// The edit in the shop's files that causes the tale.
fn flag(tale: Tale) -> Option<&'static str> {
    match tale {
        Tale::TimeoutEdit => Some("timeout"),
        Tale::Leak => Some("leak"),
        Tale::RetryCreep | Tale::SpanRetries | Tale::RetryBurst | Tale::ErrorBack => Some("retry"),
        Tale::UnlikelyBranch => Some("unlikely"),
        Tale::ForbiddenTransition => Some("forbidden"),
        Tale::VanishedHeartbeat => Some("heartbeat"),
        Tale::DiskFilling => Some("disk"),
        Tale::TailLatency | Tale::SlowOperation | Tale::QueueUnrest => Some("tail"),
        Tale::SuddenOutage | Tale::Quiet => None,
    }
}

impl Story {
    /// The edit that causes it.
    pub(crate) fn flag(&self) -> Option<&'static str> {
        flag(self.tale)
    }

    /// Days since the cause reached production, 0 before.
    fn days(&self, at: i64) -> f64 {
        if at >= self.end { 0.0 } else { (at - self.onset).max(0) as f64 / DAY as f64 }
    }

    /// Days from cause to incident.
    fn length(&self) -> f64 {
        (self.start - self.onset) as f64 / DAY as f64
    }

    /// Whether this service is not deployed at this time: so near to the incident, or while it must not restart.
    pub(crate) fn is_frozen(&self, service: usize, at: i64) -> bool {
        let cast = service == self.teller || service == self.scene;
        let near = cast && at > self.start - 26 * HOUR;
        let leaking = self.tale == Tale::Leak && service == self.teller && at > self.onset;
        near || leaking
    }

    /// When the cause is deployed, for the service that it is deployed to.
    pub(crate) fn deploy(&self, service: usize) -> Option<i64> {
        (service == self.teller && self.flag().is_some()).then_some(self.onset)
    }

    /// Before the sudden outage its service gets new lines that have nothing to do with it.
    pub(crate) fn harmless_deploy(&self, service: usize) -> Option<i64> {
        (service == self.scene && self.tale == Tale::SuddenOutage).then(|| {
            let day = (self.start - 2 * DAY).div_euclid(DAY) * DAY;
            day + 10 * HOUR + 20 * MINUTE
        })
    }

    /// Starts of a service that the incident causes: killed and killed again, at last started with the remedy.
    pub(crate) fn restarts(&self, service: usize) -> Vec<i64> {
        if service != self.teller {
            return Vec::new();
        }
        let mut restarts = vec![self.end];
        if self.tale == Tale::Leak {
            restarts.extend((1..4).map(|time| self.start + time * 12 * MINUTE));
        }
        restarts
    }

    /// How much users are hurt at this service, 0 to 1: it takes ten minutes to be whole.
    pub(crate) fn hurt(&self, service: usize, at: i64) -> f64 {
        if at < self.start || at >= self.end {
            return 0.0;
        }
        let ramp = (0.3 + (at - self.start) as f64 / (10 * MINUTE) as f64).min(1.0);
        let share = if service == self.scene {
            1.0
        } else if service == self.teller {
            0.8
        } else if self.bystanders.contains(&service) {
            0.4
        } else {
            0.0
        };
        ramp * share
    }

    /// By how many deviations a series of this service is off at this time. `edge` is whom a call goes to.
    pub(crate) fn deviations(&self, service: usize, metric: &str, detail: &str, at: i64) -> f64 {
        let a_day = match (self.tale, metric, detail) {
            (Tale::Leak, "container_memory_working_set_bytes", _) => {
                MEMORY_HEADROOM / MEMORY_DEVIATION / self.length()
            }
            (Tale::Leak, "heap_used_bytes", _) => 0.4 * self.pace,
            (Tale::TimeoutEdit, "container_memory_working_set_bytes", _) => 0.6 * self.pace,
            (Tale::TailLatency, "http_request_duration_seconds", "0.99") => 0.95 * self.pace,
            (Tale::TailLatency, "http_request_duration_seconds", "0.95") => 0.45 * self.pace,
            (Tale::DiskFilling, "disk_used_bytes", _) => self.disk_deviations_a_day(),
            _ => 0.0,
        };
        if service == self.teller { a_day * self.days(at) } else { 0.0 }
    }

    /// How fast the disk fills.
    pub(crate) fn disk_deviations_a_day(&self) -> f64 {
        0.95 * self.pace
    }

    /// How many deviations of free space the disk has at its usual level, so that it is full at the incident.
    pub(crate) fn disk_room(&self) -> f64 {
        self.disk_deviations_a_day() * self.length()
    }

    /// How many such lines a day the story adds at this time, outside the incident itself.
    pub(crate) fn lines_a_day(&self, service: usize, added: Added, at: i64) -> f64 {
        if service != self.teller || at < self.onset || at >= self.end {
            return 0.0;
        }
        match (self.tale, added) {
            (Tale::TimeoutEdit | Tale::RetryCreep, Added::Retry) => 3.6 * self.pace * self.days(at),
            (Tale::RetryBurst, Added::Retry) if at < self.start => 1_400.0 * self.pace,
            (Tale::TimeoutEdit, Added::Hack) => 1.4 * self.pace * self.days(at),
            (Tale::TimeoutEdit, Added::Never) => 3.0 * self.pace,
            (Tale::UnlikelyBranch, Added::Never) => 4.0 * self.pace,
            (Tale::ForbiddenTransition, Added::Forbidden) => 5.0 * self.pace,
            _ => 0.0,
        }
    }

    /// How many times as far as usual a series of this service swings.
    pub(crate) fn unrest(&self, service: usize, metric: &str, at: i64) -> f64 {
        let tells = self.tale == Tale::QueueUnrest && service == self.teller && metric == "queue_depth";
        if tells { 1.0 + (0.5 * self.pace * self.days(at)).min(2.5) } else { 1.0 }
    }

    /// When the provider that this service uses flapped, of all the times at which it would have.
    pub(crate) fn flaps(&self, service: usize, seed: u64, start: i64, planned: Vec<Stretch>) -> Vec<Stretch> {
        if self.tale != Tale::ErrorBack || service != self.teller {
            return planned;
        }
        let mended = start + (self.onset - start) / 100 * 35;
        let mut random = Random::new(seed, "flaps of old and of late");
        let flap = |from: i64, random: &mut Random| {
            let minutes = random.between(5, 15);
            Stretch { from, to: from + minutes * MINUTE, amount: 2.0 }
        };
        let mut flaps = vec![flap(start + 8 * HOUR, &mut random)];
        flaps.extend(planned.into_iter().filter(|known| known.to < mended));
        let mut at = self.onset + HOUR;
        while at < self.start {
            flaps.push(flap(at, &mut random));
            at += random.between(9 * 60, 19 * 60) * MINUTE;
        }
        flaps
    }

    /// How many sampled calls a day are tried again, beyond what is usual.
    pub(crate) fn repeated_calls_a_day(&self, service: usize, at: i64) -> f64 {
        let tells = self.tale == Tale::SpanRetries && service == self.teller;
        if tells { 3.6 * self.pace * self.days(at) } else { 0.0 }
    }

    /// How many times as long the slowest spans of this service's operation take at this time.
    pub(crate) fn slowness(&self, service: usize, at: i64) -> f64 {
        let tells = self.tale == Tale::SlowOperation && service == self.teller;
        if tells { 1.0 + 0.1 * self.pace * self.days(at) } else { 1.0 }
    }

    /// Whether this tale's world has traces.
    pub(crate) fn has_traces(&self) -> bool {
        matches!(self.tale, Tale::SpanRetries | Tale::SlowOperation)
    }

    /// Whether the heartbeat of this service is silent at this time.
    pub(crate) fn heartbeat_stopped(&self, service: usize, at: i64) -> bool {
        self.tale == Tale::VanishedHeartbeat && service == self.teller && at >= self.onset
    }

    /// Every subject that carries the effect.
    pub(crate) fn whispers(&self, shop: &[Service]) -> Vec<TrueWhisper> {
        let service = &shop[self.teller];
        let pattern = |contains: String, never_before| TrueWhisper {
            service: service.name,
            kind: "pattern",
            contains: vec![contains],
            lacks: Vec::new(),
            onset: Moment::from_seconds(self.onset),
            never_before,
        };
        let metric = |name: &str, detail: &str| TrueWhisper {
            service: service.name,
            kind: "metric",
            contains: [name, detail]
                .iter()
                .filter(|text| !text.is_empty())
                .map(|text| (*text).to_owned())
                .collect(),
            lacks: Vec::new(),
            onset: Moment::from_seconds(self.onset),
            never_before: false,
        };
        let retries = || {
            let upstream = self.upstream.map_or("", |upstream| shop[upstream].name);
            let others = service.calls.iter().filter(|name| **name != upstream);
            let lacks = others.map(|name| format!("upstream {name}")).collect();
            let lines = TrueWhisper { lacks, ..pattern("retrying upstream".to_owned(), false) };
            [lines, metric("upstream_retries_total", upstream)]
        };
        let never = || pattern(service.constant_words(|when| *when == When::Never), true);
        let quantile = |q: &str| metric("http_request_duration_seconds", &format!("quantile=\"{q}\""));
        match self.tale {
            Tale::TimeoutEdit => {
                let mut whispers: Vec<_> = retries().into();
                whispers.push(pattern(service.constant_words(|when| matches!(when, When::Hack(_))), false));
                whispers.push(never());
                whispers.push(metric("container_memory_working_set_bytes", ""));
                whispers
            }
            Tale::Leak => {
                vec![metric("container_memory_working_set_bytes", ""), metric("heap_used_bytes", "")]
            }
            Tale::RetryCreep | Tale::RetryBurst => retries().into(),
            Tale::ErrorBack => {
                vec![pattern(service.constant_words(|when| *when == When::Flap), false)]
            }
            Tale::QueueUnrest => vec![metric("queue_depth", "")],
            Tale::UnlikelyBranch => vec![never()],
            Tale::ForbiddenTransition => {
                let states = service.states.as_ref().expect("the teller has states");
                let (from, to) = states.forbidden;
                let step =
                    format!("{} -> {}", states.names[usize::from(from)], states.names[usize::from(to)]);
                vec![pattern(step, true)]
            }
            Tale::VanishedHeartbeat => {
                vec![pattern(service.constant_words(|when| matches!(when, When::Heartbeat(_))), false)]
            }
            Tale::DiskFilling => vec![metric("disk_used_bytes", "")],
            Tale::TailLatency => vec![quantile("0.99"), quantile("0.95")],
            Tale::SpanRetries => {
                let upstream = self.upstream.map_or("", |upstream| shop[upstream].name);
                let call = pattern(format!("{} -> {upstream}", service.name), false);
                vec![TrueWhisper { kind: "flow", ..call }]
            }
            Tale::SlowOperation => {
                let operation = pattern(crate::traces::main_operation(service.name), false);
                vec![TrueWhisper { kind: "operation", ..operation }]
            }
            Tale::SuddenOutage | Tale::Quiet => Vec::new(),
        }
    }

    /// The incident, as its review called it.
    pub(crate) fn incident(&self, shop: &[Service]) -> TrueIncident {
        let service = shop[self.scene].name;
        TrueIncident {
            start: Moment::from_seconds(self.start),
            end: Moment::from_seconds(self.end),
            service,
            title: format!("{service} fails for many customers"),
        }
    }

    /// The summary of the commit that caused it. It says what its author meant, not what came of it.
    pub(crate) fn cause_subject(&self, shop: &[Service]) -> String {
        let service = shop[self.teller].name;
        let upstream = self.upstream.map_or("", |upstream| shop[upstream].name);
        match self.tale {
            Tale::TimeoutEdit => format!("{service}: fail fast when {upstream} is slow"),
            Tale::Leak => format!("{service}: keep what was looked up"),
            Tale::RetryCreep | Tale::SpanRetries | Tale::RetryBurst | Tale::ErrorBack => {
                format!("{service}: fewer idle connections to upstreams")
            }
            Tale::UnlikelyBranch => format!("{service}: one call less per request"),
            Tale::ForbiddenTransition => format!("{service}: accept events that come late"),
            Tale::VanishedHeartbeat => format!("{service}: new standby host"),
            Tale::DiskFilling => format!("{service}: keep files for longer, audit asked for it"),
            Tale::TailLatency | Tale::SlowOperation | Tale::QueueUnrest => {
                format!("{service}: always give fresh answers")
            }
            Tale::SuddenOutage | Tale::Quiet => String::new(),
        }
    }

    /// What caused it, as the repository tells it.
    pub(crate) fn cause(&self, shop: &[Service]) -> Option<TrueCause> {
        let service = &shop[self.teller];
        let text = match self.tale {
            Tale::TimeoutEdit | Tale::RetryCreep | Tale::SpanRetries | Tale::RetryBurst | Tale::ErrorBack => {
                "remove after the migration"
            }
            Tale::Leak | Tale::TailLatency | Tale::SlowOperation | Tale::QueueUnrest => "assume",
            Tale::UnlikelyBranch => "should never",
            Tale::ForbiddenTransition => "TODO: ",
            Tale::VanishedHeartbeat => "FIXME",
            Tale::DiskFilling => "only removed by",
            Tale::SuddenOutage | Tale::Quiet => "",
        };
        let flag = self.flag()?;
        let note =
            service.path_of_note(flag, text).map(|path| TrueNote { path, text_contains: text.to_owned() });
        Some(TrueCause {
            commit_summary_contains: self.cause_subject(shop),
            path: service.path_of_flag(flag)?,
            author_active: self.tale != Tale::TimeoutEdit,
            note,
        })
    }
}

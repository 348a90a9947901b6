//! A sample of the traces of two pairs of services, as a collector writes them to a file: OTLP JSON, a batch per line.
//!
//! One pair is the story's, the other has nothing to do with it. Both fail and slow down at times without consequence, in
//! the same minutes in which their metrics and logs say so. How many are sampled does not depend on how many lines the
//! traffic logs: what is rare in them stays as it is.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::RehearsalError;
use crate::plan::{MINUTE, Plan};
use crate::random::Random;
use crate::season::Season;
use crate::shop::Service;
use crate::story::Story;
use crate::words::push_number;

/// A batch holds what ended within so long.
const BATCH: i64 = 10 * MINUTE;
/// Sampled requests in an ordinary hour.
const REQUESTS: f64 = 70.0;
const REQUESTS_BESIDE: f64 = 25.0;
/// Calls that fail a day, of so many that are sampled.
const FAILING_A_DAY: f64 = 5.0;
/// Requests that take the long way, and how many times as long.
const SLOW_SHARE: f64 = 0.12;
const SLOW_TIMES: f64 = 2.5;
const MILLISECOND: i64 = 1_000_000;

/// The operation that most requests to a service ask for.
pub(crate) fn main_operation(service: &str) -> String {
    format!("POST /{service}")
}

/// Writes them; returns how many spans.
pub(crate) fn write(
    plan: &Plan,
    shop: &[Service],
    story: &Story,
    path: &Path,
) -> Result<u64, RehearsalError> {
    let failed = |source| RehearsalError::write(path, source);
    let file = File::create(path).map_err(failed)?;
    let mut out = GzBuilder::new().mtime(0).write(file, Compression::fast());
    let mut pairs = pairs(plan, shop, story);
    let mut spans = 0;
    let mut at = plan.start;
    while at < plan.end {
        for pair in &mut pairs {
            let batches = pair.batches(plan, story, at);
            for (service, batch) in batches {
                spans += batch.len() as u64;
                let mut line = Vec::new();
                push_batch(&mut line, shop[service].name, plan.version(service, at), batch);
                out.write_all(&line).map_err(failed)?;
            }
        }
        at += BATCH;
    }
    out.finish().map_err(failed)?;
    Ok(spans)
}

/// The story's pair, and one beside it of which neither is in the story.
fn pairs(plan: &Plan, shop: &[Service], story: &Story) -> Vec<Pair> {
    let called = |index: usize| {
        let callee = shop[index].calls.first()?;
        shop.iter().position(|service| service.name == *callee)
    };
    let upstream = story.upstream.or_else(|| called(story.teller));
    let is_beside = |index: &usize| {
        let callee = called(*index);
        callee.is_some()
            && ![Some(story.teller), upstream].iter().any(|cast| *cast == Some(*index) || *cast == callee)
    };
    let beside: Vec<usize> = (0..shop.len()).filter(is_beside).collect();
    let mut random = Random::new(plan.seed, "traced beside the story");
    let other = (!beside.is_empty()).then(|| *random.pick(&beside));
    let first = Pair::new(plan, shop, story.teller, upstream, REQUESTS);
    std::iter::once(first)
        .chain(other.map(|other| Pair::new(plan, shop, other, called(other), REQUESTS_BESIDE)))
        .collect()
}

/// A service whose requests are sampled, and one that it calls for them.
struct Pair {
    caller: usize,
    callee: Option<usize>,
    names: (&'static str, &'static str),
    season: Season,
    /// Sampled requests in an ordinary hour.
    requests: f64,
    random: Random,
}

/// One span before it is written.
struct Told {
    service: usize,
    trace: (u64, u64),
    id: u64,
    parent: u64,
    name: String,
    /// OTLP's number.
    kind: u8,
    from: i64,
    to: i64,
    failed: bool,
    attributes: Vec<(&'static str, String)>,
}

impl Pair {
    fn new(plan: &Plan, shop: &[Service], caller: usize, callee: Option<usize>, requests: f64) -> Self {
        let name = shop[caller].name;
        Self {
            caller,
            callee,
            names: (name, callee.map_or("", |callee| shop[callee].name)),
            season: Season::new(plan, caller, name),
            requests,
            random: Random::new(plan.seed, &format!("traces of {name}")),
        }
    }

    /// The spans of these minutes by who performed them, in order of their ends.
    fn batches(&mut self, plan: &Plan, story: &Story, at: i64) -> Vec<(usize, Vec<Told>)> {
        let mean = self.requests * self.season.at(at) * BATCH as f64 / 3_600.0;
        let mut told = Vec::new();
        for _ in 0..self.random.poisson(mean) {
            let second = at + self.random.between(0, BATCH - 1);
            self.request(plan, story, second, &mut told);
        }
        let mut batches: Vec<(usize, Vec<Told>)> = Vec::new();
        told.sort_by_key(|span| (span.service, span.to, span.id));
        for span in told {
            match batches.last_mut() {
                Some((service, batch)) if *service == span.service => batch.push(span),
                _ => batches.push((span.service, vec![span])),
            }
        }
        batches
    }

    /// One request with all that is done for it.
    fn request(&mut self, plan: &Plan, story: &Story, second: i64, told: &mut Vec<Told>) {
        let trace = (self.random.next(), self.random.next());
        let root = self.random.next();
        let name = self.names.0;
        let is_main = self.random.chance(0.8);
        let operation = if is_main {
            main_operation(name)
        } else {
            format!("GET /{name}/{}", self.random.between(1_000, 99_999))
        };
        let from = second * 1_000 * MILLISECOND + self.random.between(0, 999 * MILLISECOND);
        let own = &plan.services[self.caller];
        let spike =
            own.spikes.iter().find(|spike| spike.holds(second)).map_or(1.0, |spike| 1.0 + spike.amount);
        let pressure = spike * (1.0 + 5.0 * plan.hurt(self.caller, second));
        let mut now = from + self.milliseconds(4.0, pressure);
        now = self.query(trace, root, now, pressure, told);
        let mut failed = false;
        if let Some(callee) = self.callee {
            (now, failed) = self.call(plan, story, callee, (trace, root), now, told);
        }
        let slow = if self.random.chance(SLOW_SHARE) {
            SLOW_TIMES * if is_main { story.slowness(self.caller, second) } else { 1.0 }
        } else {
            1.0
        };
        let to = now + self.milliseconds(60.0 * slow, pressure);
        told.push(Told {
            service: self.caller,
            trace,
            id: root,
            parent: 0,
            name: operation,
            kind: 2,
            from,
            to,
            failed,
            attributes: vec![("http.response.status_code", if failed { "503" } else { "200" }.to_owned())],
        });
    }

    fn query(&mut self, trace: (u64, u64), root: u64, from: i64, pressure: f64, told: &mut Vec<Told>) -> i64 {
        let to = from + self.milliseconds(5.0, pressure);
        told.push(Told {
            service: self.caller,
            trace,
            id: self.random.next(),
            parent: root,
            name: "SELECT".to_owned(),
            kind: 3,
            from,
            to,
            failed: false,
            attributes: vec![
                ("db.system.name", "postgresql".to_owned()),
                ("db.namespace", self.names.0.to_owned()),
            ],
        });
        to
    }

    /// Calls the other, once more if that fails; when it was over, and whether it was in vain.
    fn call(
        &mut self,
        plan: &Plan,
        story: &Story,
        callee: usize,
        (trace, root): ((u64, u64), u64),
        from: i64,
        told: &mut Vec<Told>,
    ) -> (i64, bool) {
        let second = from / (1_000 * MILLISECOND);
        let flap = plan.services[callee].flaps.iter().find(|flap| flap.holds(second));
        let hurt = plan.hurt(self.caller, second);
        let added = story.repeated_calls_a_day(self.caller, second);
        let chance = (FAILING_A_DAY + added) / (REQUESTS * 24.0)
            + flap.map_or(0.0, |flap| 0.02 * flap.amount)
            + 0.5 * hurt;
        let mut now = from;
        let mut failed = self.random.chance(chance);
        for attempt in 0..=i64::from(failed) {
            failed = if attempt == 0 { failed } else { self.random.chance(0.7 * hurt) };
            let id = self.random.next();
            let took = if failed {
                self.milliseconds(800.0, 1.0)
            } else {
                self.milliseconds(30.0, 1.0 + 3.0 * hurt)
            };
            told.push(Told {
                service: self.caller,
                trace,
                id,
                parent: root,
                name: "POST".to_owned(),
                kind: 3,
                from: now,
                to: now + took,
                failed,
                attributes: vec![
                    ("http.request.method", "POST".to_owned()),
                    ("server.address", format!("{}.shop.internal", self.names.1)),
                ],
            });
            // Who ran out of time knows nothing of the answer, but the other may have worked at it.
            told.push(Told {
                service: callee,
                trace,
                id: self.random.next(),
                parent: id,
                name: main_operation(self.names.1),
                kind: 2,
                from: now + MILLISECOND,
                to: now + took - MILLISECOND,
                failed: false,
                attributes: vec![("http.response.status_code", "200".to_owned())],
            });
            now += took + self.milliseconds(10.0, 1.0);
        }
        (now, failed)
    }

    /// A duration around so many milliseconds, in nanoseconds.
    fn milliseconds(&mut self, usual: f64, times: f64) -> i64 {
        let spread = (1.0 + 0.25 * self.random.normal()).max(0.3);
        ((usual * times * spread * 1e3) as i64).max(3_000) * 1_000
    }
}

fn push_batch(out: &mut Vec<u8>, service: &str, version: &str, batch: Vec<Told>) {
    text(out, &["{\"resourceSpans\":[{\"resource\":{\"attributes\":["]);
    attribute(out, "service.name", service);
    out.push(b',');
    attribute(out, "service.version", version);
    text(out, &["]},\"scopeSpans\":[{\"scope\":{\"name\":\"shop\"},\"spans\":["]);
    for (number, span) in batch.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        push_span(out, span);
    }
    text(out, &["]}]}]}\n"]);
}

fn push_span(out: &mut Vec<u8>, span: &Told) {
    text(out, &["{\"traceId\":\""]);
    hex(out, span.trace.0);
    hex(out, span.trace.1);
    text(out, &["\",\"spanId\":\""]);
    hex(out, span.id);
    if span.parent != 0 {
        text(out, &["\",\"parentSpanId\":\""]);
        hex(out, span.parent);
    }
    text(out, &["\",\"name\":\"", &span.name, "\",\"kind\":"]);
    push_number(out, u64::from(span.kind));
    text(out, &[",\"startTimeUnixNano\":\""]);
    push_number(out, span.from as u64);
    text(out, &["\",\"endTimeUnixNano\":\""]);
    push_number(out, span.to as u64);
    text(out, &["\",\"attributes\":["]);
    for (number, (key, value)) in span.attributes.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        attribute(out, key, value);
    }
    text(out, &["],\"status\":{", if span.failed { "\"code\":2" } else { "" }, "}}"]);
}

/// Status codes are numbers, all else is text.
fn attribute(out: &mut Vec<u8>, key: &str, value: &str) {
    let kind = if key.ends_with("status_code") { "intValue" } else { "stringValue" };
    text(out, &["{\"key\":\"", key, "\",\"value\":{\"", kind, "\":\"", value, "\"}}"]);
}

fn hex(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(format!("{number:016x}").as_bytes());
}

fn text(out: &mut Vec<u8>, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
}

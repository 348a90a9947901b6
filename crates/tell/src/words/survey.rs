//! The sentences of `hark check`, in blocks of named facts, so that every format lays out the same.

use hark_event::{
    ClockDoubt, FormHeard, Hearing, Prospect, ProspectKind, ServiceHeard, Stretch, Survey, Telemetry,
};

use super::{bytes, count, duration, number, short_name};
use crate::calendar::Calendar;

/// Services that are named one by one.
const SERVICES_MAX: usize = 40;
/// Services that a sentence names.
const NAMES_MAX: usize = 6;
const MINUTE_SECONDS: i32 = 60;
/// As many samples as are needed of what is measured less than hourly (see `hark-listen`).
const ONCE_A_DAY_NEEDS_DAYS: u32 = 21;

/// What belongs together.
pub(crate) struct Block {
    pub(crate) title: &'static str,
    pub(crate) facts: Vec<Fact>,
}

/// Something that has a name, and what is said of it.
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) said: String,
    /// Whether something should be done about it.
    pub(crate) is_remark: bool,
}

impl Fact {
    fn new(name: impl Into<String>, said: impl Into<String>) -> Self {
        Self { name: name.into(), said: said.into(), is_remark: false }
    }

    fn remark(name: impl Into<String>, said: impl Into<String>) -> Self {
        Self { is_remark: true, ..Self::new(name, said) }
    }
}

/// One sentence: who can be heard, and over how long.
pub(crate) fn headline(survey: &Survey, calendar: &Calendar) -> String {
    let services = survey.services.len() as u64;
    let times = match (survey.hearing.from, survey.hearing.to) {
        (Some(from), Some(to)) if calendar.dated(from) == calendar.dated(to) => {
            format!(", all of it on {} ({})", calendar.dated(to), days(to.seconds_since(from)))
        }
        (Some(from), Some(to)) => {
            format!(", {} to {} ({})", calendar.day(from), calendar.dated(to), days(to.seconds_since(from)))
        }
        _ => String::new(),
    };
    match services {
        0 => format!("No service can be heard{times}."),
        _ => format!("{} can be heard{times}.", count(services, "service", "services")),
    }
}

/// All that there is to say before the hearing itself.
pub(crate) fn blocks(survey: &Survey, calendar: &Calendar) -> Vec<Block> {
    let all = [
        Block { title: "What was read", facts: read(survey, calendar) },
        Block { title: "Who speaks", facts: services(survey) },
        Block { title: "What that is enough for", facts: prospects(survey) },
        Block { title: "What cannot be heard", facts: blind_spots(survey) },
        Block { title: "Times", facts: survey.clocks.iter().map(clock).collect() },
    ];
    all.into_iter().filter(|block| !block.facts.is_empty()).collect()
}

fn read(survey: &Survey, calendar: &Calendar) -> Vec<Fact> {
    let sampled = survey.sampled.map(|sampled| {
        Fact::remark(
            "a sample",
            format!(
                "{} of {}: the beginning and the end of each large file. Counts are of that part.",
                bytes(sampled.bytes_read),
                bytes(sampled.bytes_there)
            ),
        )
    });
    let forms = survey.forms.iter().map(|form| Fact::new(form.form, heard_in(form, calendar)));
    let told = [
        (survey.alerts, "alert", "alerts"),
        (survey.reports, "user report", "user reports"),
        (survey.changes, "announced change", "announced changes"),
    ];
    let told: Vec<String> = told
        .into_iter()
        .filter(|(times, ..)| *times > 0)
        .map(|(times, one, many)| count(times, one, many))
        .collect();
    let told = (!told.is_empty()).then(|| Fact::new("told", told.join(", ")));
    let repositories = survey.repositories.iter().map(|repository| {
        let changes = count(repository.changes, "change", "changes");
        let notes = count(repository.notes, "note in the code", "notes in the code");
        Fact::new(format!("repository {}", repository.name), format!("{changes}, {notes}"))
    });
    sampled.into_iter().chain(forms).chain(told).chain(repositories).collect()
}

fn heard_in(form: &FormHeard, calendar: &Calendar) -> String {
    let Hearing { files, bytes: read, records, samples, spans, undated, rejected, from, to, .. } =
        form.hearing;
    let mut said = vec![format!("{} ({})", count(files, "file", "files"), bytes(read))];
    let counted = [(records, "record", "records"), (samples, "sample", "samples"), (spans, "span", "spans")];
    said.extend(
        counted
            .into_iter()
            .filter(|(times, ..)| *times > 0)
            .map(|(times, one, many)| count(times, one, many)),
    );
    if let (Some(from), Some(to)) = (from, to) {
        said.push(format!("{} to {}", calendar.day_and_time(from), calendar.day_and_time(to)));
    }
    if undated > 0 {
        said.push(format!("{} without a time", number(undated)));
    }
    if rejected > 0 {
        said.push(format!("{} not understood", number(rejected)));
    }
    said.join(", ")
}

fn services(survey: &Survey) -> Vec<Fact> {
    let named = survey.services.iter().take(SERVICES_MAX).map(|service| {
        let of = [
            ("logs", "record", "records", service.logs),
            ("metrics", "sample", "samples", service.metrics),
            ("traces", "span", "spans", service.traces),
        ];
        let said: Vec<String> = of
            .into_iter()
            .filter_map(|(name, one, many, stretch)| Some(format!("{name} {}", said_of(one, many, stretch?))))
            .collect();
        Fact::new(name(service), said.join(" · "))
    });
    let more = survey.services.len().saturating_sub(SERVICES_MAX);
    let more =
        (more > 0).then(|| Fact::new(format!("{} more", number(more as u64)), "--format json has all"));
    named.chain(more).collect()
}

fn said_of(one: &str, many: &str, stretch: Stretch) -> String {
    let span = stretch.to.seconds_since(stretch.from);
    let whole = u32::try_from(span / 86_400).unwrap_or(u32::MAX).saturating_add(1);
    let heard_on =
        if stretch.days + 1 < whole { format!(", on {} of them", stretch.days) } else { String::new() };
    format!("{}{heard_on} ({})", days(span), count(stretch.count, one, many))
}

fn name(service: &ServiceHeard) -> String {
    short_name(&service.origin.to_string()).into_owned()
}

/// Days, or less.
pub(super) fn days(seconds: i64) -> String {
    if seconds < 86_400 { duration(seconds) } else { count(seconds.unsigned_abs() / 86_400, "day", "days") }
}

/// One fact for each thing that can be judged.
fn prospects(survey: &Survey) -> Vec<Fact> {
    let mut kinds: Vec<(ProspectKind, Telemetry)> = survey
        .services
        .iter()
        .flat_map(|service| service.prospects.iter().map(|prospect| (prospect.kind, prospect.telemetry)))
        .collect();
    kinds.sort_by_key(|&(kind, telemetry)| (telemetry, kind));
    kinds.dedup();
    kinds.into_iter().map(|(kind, telemetry)| prospect(kind, telemetry, survey)).collect()
}

fn prospect(kind: ProspectKind, telemetry: Telemetry, survey: &Survey) -> Fact {
    let of = |service: &'_ ServiceHeard| -> Option<Prospect> {
        service.prospects.iter().find(|it| it.kind == kind && it.telemetry == telemetry).copied()
    };
    let all: Vec<(&ServiceHeard, Prospect)> =
        survey.services.iter().filter_map(|service| Some((service, of(service)?))).collect();
    let ready = all.iter().filter(|(_, prospect)| prospect.is_ready()).count();
    let needs = all.first().map_or(0, |(_, prospect)| prospect.needs_days);
    let named = format!("{}: {}", telemetry.name(), kind_said(kind));
    if ready == all.len() {
        let seldom = kind == ProspectKind::Drifts
            && all.iter().any(|(_, prospect)| prospect.has_days < ONCE_A_DAY_NEEDS_DAYS);
        let said = format!("yes; of what is measured once a day after {ONCE_A_DAY_NEEDS_DAYS} days");
        return Fact::new(named, if seldom { said } else { "yes".to_owned() });
    }
    let short: Vec<String> = all
        .iter()
        .filter(|(_, prospect)| !prospect.is_ready())
        .map(|(service, prospect)| format!("{} has {}", name(service), prospect.has_days))
        .collect();
    let needs = format!("needs {}", count(needs.into(), "day", "days"));
    let short = list(&short);
    match ready {
        0 => Fact::remark(named, format!("not yet, {needs}: {short}")),
        _ => Fact::remark(named, format!("of {ready} of {} services; {needs}: {short}", all.len())),
    }
}

/// What people call it.
pub(super) fn kind_said(kind: ProspectKind) -> &'static str {
    match kind {
        ProspectKind::NewLoudLines => "new lines of WARN and above",
        ProspectKind::RisingLines => "lines that become more or fall silent",
        ProspectKind::NewLines => "new lines of any level",
        ProspectKind::Surprises => "surprises",
        ProspectKind::Drifts => "drifts and steps, by hour of the day",
        ProspectKind::Limits => "when a limit will be reached",
        ProspectKind::Calls => "new and lost calls, retries, latency",
        ProspectKind::Weeks => "the days of the week told apart",
    }
}

fn blind_spots(survey: &Survey) -> Vec<Fact> {
    let lacking = |telemetry: Telemetry| -> Vec<String> {
        let lacks = |service: &&ServiceHeard| service.is_blind_to().contains(&telemetry);
        survey.services.iter().filter(lacks).map(name).collect()
    };
    let mut said: Vec<Fact> = [
        (Telemetry::Logs, "what they say is not heard, only what is measured of them"),
        (Telemetry::Metrics, "what drifts in silence (memory, queues, latency) is not heard"),
        (Telemetry::Traces, "whom they call is guessed from logs and labels, and some calls are missed"),
    ]
    .into_iter()
    .filter_map(|(telemetry, means)| {
        let lacking = lacking(telemetry);
        let who = if lacking.len() == survey.services.len() && lacking.len() > 1 {
            "all services".to_owned()
        } else {
            list(&lacking)
        };
        let named = format!("without {}", telemetry.name());
        (!lacking.is_empty()).then(|| Fact::remark(named, format!("{who}: {means}")))
    })
    .collect();
    if survey.repositories.is_empty() {
        let means =
            "no change, note or place in the code can be shown (--repo, or `repositories` in hark.toml)";
        said.push(Fact::remark("without a repository", means));
    }
    said
}

fn clock(doubt: &ClockDoubt) -> Fact {
    match doubt {
        ClockDoubt::Zoneless { files, first, read_in, is_named, guess_seconds } => {
            let who = match files {
                1 if &**first == "-" => "the stamps of what stands on standard input name no zone".to_owned(),
                1 => format!("the stamps of {first} name no zone"),
                _ => format!("the stamps of {} (as {first}) name no zone", count(*files, "file", "files")),
            };
            let read = if *is_named { format!("{read_in}, as you said") } else { read_in.clone() };
            let said = format!("{who} and were read in {read}");
            match guess_seconds {
                Some(seconds) => Fact::remark(
                    "zone",
                    format!(
                        "{said}; when they were last written speaks for another, {} beside that: \
                         try --tz, or `tz` in hark.toml",
                        offset_said(*seconds)
                    ),
                ),
                None if *is_named => Fact::new("zone", said),
                None => Fact::remark("zone", format!("{said}; name another with --tz, or `tz` in hark.toml")),
            }
        }
        ClockDoubt::Ahead { path, seconds } => Fact::remark(
            "ahead",
            format!(
                "the last record of {path} lies {} after the file was last written: a wrong clock or zone",
                duration(*seconds)
            ),
        ),
        ClockDoubt::Outliers { records } => Fact::remark(
            "outliers",
            format!(
                "the stamps of {} are contradicted by those around them; such records stand at the time of their neighbours",
                count(*records, "record", "records")
            ),
        ),
    }
}

fn offset_said(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / MINUTE_SECONDS.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_MAX) {
        0 => shown,
        more => format!("{shown} and {} more", number(more as u64)),
    }
}

//! From a question to a story, step by step.

use hark_event::{Alert, Episode, Id, Level, Moment, SubjectKind, UserReport, Window};

use crate::alerts::{on_path, timely, unheeded};
use crate::asked::{Asked, Known};
use crate::beginning::beginnings;
use crate::blind_spots::blind_spots;
use crate::chance::chance;
use crate::changes::{Ground, ranked};
use crate::crash::telling_lines;
use crate::doubts::doubts;
use crate::link::Linker;
use crate::notes::reached;
use crate::place::place;
use crate::questions::{Evidence, answer};
use crate::signals::linked_signals;
use crate::timeline::timeline;
use crate::told::{Incident, LinkedSignal, Questions, Story, Verdict};

/// Alerts and reports are part of a story if they came so long before the start, or after it.
const TOLD_BEFORE_SECONDS: i64 = 14 * 86_400;
const TOLD_AFTER_SECONDS: i64 = 86_400;
/// An incident without a known end is busy for so long.
const BUSY_SECONDS: i64 = 6 * 3_600;

/// Tells the story of what was asked from what is known.
pub fn tell(asked: &Asked, known: Known) -> Story {
    let mut known = known.in_order();
    let (service, service_because) = place(asked, &known);
    let start = asked.start;
    let incidents =
        [Window { from: start, to: asked.end.unwrap_or_else(|| start.plus_seconds(BUSY_SECONDS)) }];
    known.heard.rate(start, &incidents);
    let known = known;

    let linker = Linker::new(service.as_deref(), &known.heard, &known.code, start);
    let path = linker.path();
    let mut signals = linked_signals(&known.heard.episodes, &linker, &known.code, &known.changes, start);
    add_code(&mut signals, &known);
    let timely: Vec<&Alert> = timely(&known, &path, &incidents, start);
    let first = first_credible(&signals);
    let verdict = match (&timely[..], &first) {
        ([_, ..], _) => Verdict::Alerted,
        ([], Some(_)) => Verdict::Whispered,
        ([], None) => Verdict::Silent,
    };
    let own: Vec<Id> = signals.iter().filter(|signal| signal.credible).flat_map(own_ids).collect();
    let ground = Ground { path: &path, signals: &signals, code: &known.code, start, heard: &known.heard };
    let changes = ranked(&known.changes, &ground);
    let notes = reached(&signals, &changes, &known, start);
    let title = asked.title.clone().unwrap_or_else(|| match &service {
        Some(service) => format!("users were hurt at {service}"),
        None => "users were hurt".to_owned(),
    });
    let mut story = Story {
        as_of: known.heard.as_of,
        incident: Incident {
            start,
            end: asked.end,
            service: service.clone(),
            service_because,
            title,
            crash: asked.crash.as_deref().map(telling_lines).unwrap_or_default(),
        },
        doubts: doubts(asked, &known),
        verdict,
        first_signal: first.map(|signal| signal.episode.signal.id.clone()),
        lead_time_seconds: first.map(|signal| signal.lead_time_seconds),
        chance: chance(&known.heard, &linker, &own, &incidents, start),
        unheeded: unheeded(&known, &path, &incidents, start),
        changes,
        notes,
        questions: Questions::default(),
        blind_spots: blind_spots(&known, &path, linker.environment(), start),
        timeline: Vec::new(),
        aftermath: aftermath(&known.heard.episodes, start),
        alerts: told_alerts(&known, &path, start),
        reports: told_reports(&known, &path, start),
        beginnings: service
            .as_deref()
            .map(|hurt| beginnings(&known.heard, hurt, start, asked.look))
            .unwrap_or_default(),
        hearing: known.hearing.clone(),
        signals,
    };
    let level = |signal: &LinkedSignal| level_of(signal, &known);
    story.questions = answer(&Evidence {
        incident: &story.incident,
        verdict,
        signals: &story.signals,
        changes: &story.changes,
        notes: &story.notes,
        alerts: &story.alerts,
        levels: &level,
    });
    story.timeline = timeline(&story);
    story
}

/// The signal and the one that speaks for its cluster: what moved with it is this story too.
fn own_ids(linked: &LinkedSignal) -> Vec<Id> {
    let signal = &linked.episode.signal;
    std::iter::once(signal.id.clone()).chain(signal.cluster.clone()).collect()
}

fn add_code(signals: &mut [LinkedSignal], known: &Known) {
    for linked in signals {
        if let Some(join) = known.code.get(&linked.episode.signal.id) {
            linked.episode.code = join.places.clone();
        }
    }
}

fn first_credible(signals: &[LinkedSignal]) -> Option<&LinkedSignal> {
    let credible = signals.iter().filter(|signal| signal.credible);
    credible.min_by(|a, b| {
        let (x, y) = (&a.episode.signal, &b.episode.signal);
        x.noticed_at.cmp(&y.noticed_at).then(a.rank.cmp(&b.rank))
    })
}

fn aftermath(episodes: &[Episode], start: Moment) -> Vec<Episode> {
    let mut after: Vec<Episode> =
        episodes.iter().filter(|episode| episode.signal.noticed_at >= start).cloned().collect();
    after.sort_by(|a, b| {
        let (x, y) = (&a.signal, &b.signal);
        x.noticed_at.cmp(&y.noticed_at).then(y.strength.total_cmp(&x.strength)).then_with(|| x.id.cmp(&y.id))
    });
    after
}

fn told_alerts(known: &Known, path: &[String], start: Moment) -> Vec<Alert> {
    on_path(&known.alerts, path).filter(|alert| is_told(alert.starts_at, start)).cloned().collect()
}

fn told_reports(known: &Known, path: &[String], start: Moment) -> Vec<UserReport> {
    let on_path = |report: &&UserReport| {
        report.service.as_deref().is_none_or(|service| path.iter().any(|known| known == service))
    };
    known.reports.iter().filter(on_path).filter(|report| is_told(report.time, start)).cloned().collect()
}

fn is_told(time: Moment, start: Moment) -> bool {
    (-TOLD_AFTER_SECONDS..=TOLD_BEFORE_SECONDS).contains(&start.seconds_since(time))
}

fn level_of(linked: &LinkedSignal, known: &Known) -> Level {
    let signal = &linked.episode.signal;
    if signal.subject.kind != SubjectKind::Pattern {
        return Level::Unknown;
    }
    let service = known.heard.services.iter().find(|service| service.origin == signal.origin);
    let pattern = service
        .and_then(|service| service.patterns.iter().find(|pattern| pattern.name == signal.subject.name));
    pattern.map_or(Level::Unknown, |pattern| pattern.level)
}

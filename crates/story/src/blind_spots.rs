//! Places on the incident's path from which nothing could be heard, and what to add there.

use hark_event::Moment;
use hark_listen::{FellSilent, HeardService, Medium};

use crate::asked::Known;
use crate::told::BlindSpot;
use crate::wording::{cut, duration};

const SHOWN_MAX: usize = 8;
const HISTORY_DAYS_MIN: i64 = 14;

/// The blind spots on a path: the hurt service first, then those that it calls.
pub(crate) fn blind_spots(
    known: &Known,
    path: &[String],
    environment: Option<&str>,
    start: Moment,
) -> Vec<BlindSpot> {
    let mut spots = Vec::new();
    if path.is_empty() {
        spots.push(BlindSpot {
            place: "the incident itself".to_owned(),
            missing: "where users were hurt".to_owned(),
            advice: "name the service with --on, or give alerts or user reports that name it".to_owned(),
        });
    }
    spots.extend(path.iter().flat_map(|service| fell_silent(known, service, environment, start)));
    spots.extend(path.iter().filter_map(|service| no_logs(known, service)));
    spots.extend(path.iter().filter_map(|service| no_metrics(known, service)));
    spots.extend(path.iter().filter_map(|service| no_spans(known, service)));
    spots.extend(short_history(known));
    spots.extend(mute_functions(known, path));
    spots.extend(path.iter().skip(1).filter_map(|callee| unmeasured_call(known, path.first()?, callee)));
    if !known.has_repository {
        spots.push(BlindSpot {
            place: "changes and code".to_owned(),
            missing: "a repository".to_owned(),
            advice: "give the repository with --repo, so that changes and notes can be part of the story"
                .to_owned(),
        });
    }
    spots.truncate(SHOWN_MAX);
    spots
}

/// A service that was heard in nearly every hour, and was not for longer than ever before the start. Others went on, or all that was read ends
/// there, which is no news of this service.
fn fell_silent(known: &Known, service: &str, environment: Option<&str>, start: Moment) -> Vec<BlindSpot> {
    let heard = &known.heard;
    let is_it = |heard: &&HeardService| {
        let origin = &heard.origin;
        &*origin.service == service && environment.is_none_or(|here| *here == *origin.environment)
    };
    let silent = heard.services.iter().filter(is_it).flat_map(|service| service.silent_before(start));
    let spot = |silent: FellSilent| {
        let since = heard.zone.said(silent.since);
        let before = match silent.longest_hours_before {
            0 => "never missed for an hour before".to_owned(),
            longest => format!("never missed for more than {} before", duration(longest as i64 * 3_600)),
        };
        let heard = match silent.medium {
            Medium::Any => format!("{service} was"),
            medium => format!("{medium} of {service} were"),
        };
        BlindSpot {
            place: service.to_owned(),
            missing: format!("{}, last heard in the hour before {since}", silent.medium),
            advice: format!(
                "{heard} {before}: either it stopped then, or what was read of it ends there while others go on; see whether it ran, and add its later files"
            ),
        }
    };
    silent.filter(|silent| heard.heard_until > silent.since).map(spot).collect()
}

fn no_logs(known: &Known, service: &str) -> Option<BlindSpot> {
    let heard =
        known.heard.services.iter().any(|heard| &*heard.origin.service == service && heard.records > 0);
    (!heard).then(|| BlindSpot {
        place: service.to_owned(),
        missing: "logs".to_owned(),
        advice: format!("no log record of {service} was among the files; add its logs to the paths"),
    })
}

fn no_metrics(known: &Known, service: &str) -> Option<BlindSpot> {
    let heard =
        known.heard.services.iter().any(|heard| &*heard.origin.service == service && heard.samples > 0);
    (!heard).then(|| BlindSpot {
        place: service.to_owned(),
        missing: "metrics".to_owned(),
        advice: format!(
            "no metric of {service} was among the files; export memory, latency and errors of it"
        ),
    })
}

/// A hop that traces lead to and of which no span tells: they end where they are needed.
fn no_spans(known: &Known, service: &str) -> Option<BlindSpot> {
    let heard = known.heard.services.iter().any(|heard| &*heard.origin.service == service && heard.spans > 0);
    let callers = known.heard.flows.iter().filter(|flow| flow.calls.is_some() && &*flow.callee == service);
    let caller = callers.max_by_key(|flow| flow.calls).filter(|_| !heard)?;
    Some(BlindSpot {
        place: format!("{} -> {service}", caller.caller),
        missing: format!("spans of {service}"),
        advice: format!(
            "traces show {} calling {service}, and end there; instrument {service}, or pass the trace context on to it",
            caller.caller
        ),
    })
}

/// A call that neither a metric of the caller nor a span measures.
fn unmeasured_call(known: &Known, caller: &str, callee: &str) -> Option<BlindSpot> {
    let heard = known.heard.services.iter().find(|heard| &*heard.origin.service == caller)?;
    let flow = known.heard.flows.iter().find(|flow| &*flow.caller == caller && &*flow.callee == callee);
    let is_direct = flow.is_some();
    let measured = heard.series.iter().any(|series| series.contains(callee))
        || flow.is_some_and(|flow| flow.calls.is_some());
    (is_direct && !measured).then(|| BlindSpot {
        place: format!("{caller} -> {callee}"),
        missing: "duration and outcome of the call".to_owned(),
        advice: format!("measure calls from {caller} to {callee} on the side of {caller}: a histogram with an outcome label, or spans"),
    })
}

fn short_history(known: &Known) -> Option<BlindSpot> {
    let first = known.heard.services.iter().map(|service| service.from).min()?;
    let days = known.heard.heard_until.seconds_since(first) / 86_400;
    (days < HISTORY_DAYS_MIN).then(|| BlindSpot {
        place: "the weeks before".to_owned(),
        missing: format!(
            "history: only {} given",
            if days == 1 { "1 day was".to_owned() } else { format!("{days} days were") }
        ),
        advice: "give at least two weeks, better five: what is usual is learned from them".to_owned(),
    })
}

fn mute_functions(known: &Known, path: &[String]) -> Vec<BlindSpot> {
    let on_path = |note: &&hark_event::Note| {
        path.iter().any(|service| note.path.split(['/', '.']).any(|part| part == service))
    };
    let spot = |note: &hark_event::Note| BlindSpot {
        place: note.function.as_ref().map_or_else(
            || format!("{}:{}", note.path, note.line),
            |function| format!("{function} in {}:{}", note.path, note.line),
        ),
        missing: "a log record or counter".to_owned(),
        advice: format!(
            "it says “{}” and nothing there would be heard; count how often it is reached",
            cut(&note.text, 80)
        ),
    };
    known.mute_notes.iter().filter(on_path).take(3).map(spot).collect()
}

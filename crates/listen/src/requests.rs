//! What is asked of a service, and what goes with it.
//!
//! More requests take more of everything, and that is no news about any of it: before a movement is said of a series that has always gone with the
//! requests of its service, hour by hour, the same question is asked of what it takes beside them. That it goes with them is learned
//! from its past, as a line; what never went with them is not put down to them. The requests are those that a series of the service
//! counts, or else the lines that it writes. That more is asked than ever, or less, is said once, of the requests themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_detect::Direction;
use hark_detect::movement::Movement;
use hark_event::Hour;

use crate::history::{HOURS_MAX, History};
use crate::metric_name::Meaning;
use crate::metric_subject::{MetricSubject, PARTS_PER_HOUR, SeriesByName};
use crate::siblings::{Asked, Total, beside, hourly, hourly_of, moved, of_name, plain, whole};

/// A movement must be so many sigmas of what strays beside the requests.
const SIGMAS_MIN: f64 = 2.0;
/// What is nearer to what is usual stands where it usually does.
const STANDS_SIGMAS: f64 = 3.0;
/// Requests account for it if this share of it is not left, and a sigma.
const LEFT_MAX: f64 = 0.25;
/// So long after it was said the same is no news.
const TOLD_HOURS: i64 = 21 * 24;
/// Names of series that count requests; more are not tried.
const NAMES_MAX: usize = 4;

/// Words of the names of what is asked for.
const ASKED_FOR: &[&str] = &[
    "request",
    "requests",
    "rpc",
    "calls",
    "handled",
    "rps",
    "qps",
    "throughput",
    "messages",
    "transactions",
];
/// Words of what is asked of others, or is no count of it.
const NOT_ASKED: &[&str] = &[
    "client", "outbound", "outgoing", "upstream", "bytes", "size", "sum", "active", "inflight", "flight",
    "pending", "queued",
];

/// Whether a series counts what is asked of its service.
pub(crate) fn counts_requests(subject: &MetricSubject) -> bool {
    let name = plain(&subject.name);
    let says = |list: &[&str]| {
        name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| list.contains(&word))
    };
    let is_rate = || says(&["rps", "qps", "rate", "throughput"]) || name.ends_with("per_second");
    says(ASKED_FOR)
        && !says(NOT_ASKED)
        && match subject.meaning {
            Meaning::Counter => true,
            Meaning::Gauge => is_rate(),
            // One of its series may count those that failed.
            _ => false,
        }
}

/// That more or less is asked was said then.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Told {
    direction: Direction,
    onset: Hour,
    hour: Hour,
}

impl Told {
    pub(crate) fn at(hour: Hour, onset: Hour, direction: Direction) -> Self {
        Self { direction, onset, hour }
    }

    fn covers(self, direction: Direction, hour: Hour) -> bool {
        self.direction == direction && hour - self.hour <= TOLD_HOURS
    }
}

/// What requests say about a movement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Going {
    /// It does not go with them.
    Alone,
    /// It goes with them, and that they moved is known or somebody else's news.
    Along,
    /// It goes with them, and is the first to tell of it.
    First(Direction),
}

/// What was asked of the service, hour by hour, by every measure that there is.
#[derive(Default)]
pub(crate) struct Requests {
    measures: Option<BTreeMap<String, Arc<Total>>>,
}

impl Requests {
    /// The sums of the series that count requests, by name.
    pub(crate) fn measures(&mut self, all: &SeriesByName, hour: Hour) -> &BTreeMap<String, Arc<Total>> {
        self.measures.get_or_insert_with(|| measures(all, hour))
    }

    /// Whether a series stands where it usually does while more or less is asked than usual: then the others left it.
    pub(crate) fn left_behind(
        &mut self,
        subject: &MetricSubject,
        all: &SeriesByName,
        told: Option<Told>,
        asked: Asked,
    ) -> bool {
        // What is usual was before they moved.
        let since =
            told.filter(|told| asked.hour - told.hour <= TOLD_HOURS).map(|told| asked.hour + 1 - told.onset);
        let asked = Asked { since: asked.since.max(since.unwrap_or(0).max(0) as usize), ..asked };
        // Single minutes of what moves much stray farther than hours.
        let by_hour = Asked { is_of_minutes: false, ..asked };
        let Some((own, parts)) = moved(subject, by_hour) else { return false };
        let asked = by_hour;
        own.by().abs() < STANDS_SIGMAS * own.strayed
            && self.measures(all, asked.hour).values().any(|requests| {
                whole(requests, &parts, asked)
                    .is_some_and(|found| found.by().abs() >= SIGMAS_MIN * found.strayed)
            })
    }

    /// How a series goes that has moved.
    pub(crate) fn going(
        &mut self,
        subject: &MetricSubject,
        all: &SeriesByName,
        lines: &History<u32>,
        told: Option<Told>,
        asked: Asked,
    ) -> Going {
        let may_go = matches!(
            subject.meaning,
            Meaning::Counter | Meaning::ErrorCounter | Meaning::Gauge | Meaning::Use
        );
        let Some((own, parts)) = moved(subject, asked).filter(|_| may_go) else { return Going::Alone };
        if subject.nears_its_limit(own.usual, own.now) {
            return Going::Alone;
        }
        let direction = Direction::of(own.by());
        let is_told = told.is_some_and(|told| told.covers(direction, asked.hour));
        let mut own_hours = hourly(subject, asked.hour);
        let measures = self.measures(all, asked.hour);
        let goes_with = |total: &Total| accounts(&own, &own_hours, total, &parts, asked);
        if measures.values().any(|total| goes_with(total)) {
            // That more is asked is the news of those who count it; less of it must not go unsaid, whoever is the first to tell.
            let is_news_of_others = direction == Direction::Up && !counts_requests(subject);
            return if is_told || is_news_of_others { Going::Along } else { Going::First(direction) };
        }
        if !measures.is_empty() || lines.values().iter().all(|&lines| lines == 0) {
            return Going::Alone;
        }
        let total = Total {
            hourly: hourly_of_lines(lines, asked.hour),
            minutes: [f32::NAN; PARTS_PER_HOUR],
            members: 1,
        };
        // Lines are counted by the hour.
        let by_hour = Asked { is_of_minutes: false, ..asked };
        let Some((mut own, _)) = moved(subject, by_hour) else { return Going::Alone };
        if asked.window == 1 {
            let minutes = subject.minutes().iter().filter(|minute| minute.is_finite());
            let (sum, count) = minutes.fold((0.0, 0), |sum, minute| (sum.0 + f64::from(*minute), sum.1 + 1));
            own.now = sum / f64::from(count.max(1));
            own_hours.iter_mut().next_back().into_iter().for_each(|hour| *hour = own.now as f32);
        }
        if !accounts(&own, &own_hours, &total, &[], by_hour) {
            Going::Alone
        } else if is_told || direction == Direction::Up {
            Going::Along
        } else {
            Going::First(direction)
        }
    }
}

fn hourly_of_lines(lines: &History<u32>, hour: Hour) -> Vec<f32> {
    let from = lines.first().max(hour + 1 - HOURS_MAX as i64);
    let known: Vec<f32> = lines.since(from).iter().map(|&lines| lines as f32).collect();
    hourly_of(from, &known, hour)
}

/// The sums of the series that count requests, by name.
fn measures(all: &SeriesByName, hour: Hour) -> BTreeMap<String, Arc<Total>> {
    let mut names: Vec<&str> = Vec::new();
    for subject in all.values().filter(|subject| counts_requests(subject)) {
        let name = plain(&subject.name);
        if names.last() != Some(&name) && !names.contains(&name) && names.len() < NAMES_MAX {
            names.push(name);
        }
    }
    let counted = |name: &str| {
        let members = of_name(all, name)
            .filter(|one| matches!(one.meaning, Meaning::Counter | Meaning::ErrorCounter | Meaning::Gauge));
        Arc::new(Total::of(members, hour))
    };
    names.into_iter().map(|name| (name.to_owned(), counted(name))).collect()
}

/// Whether what a series has moved is what its requests let expect.
fn accounts(own: &Movement, own_hours: &[f32], requests: &Total, parts: &[usize], asked: Asked) -> bool {
    let minutes = [own.now as f32; PARTS_PER_HOUR];
    let alone = Total { hourly: own_hours.to_vec(), minutes, members: 1 };
    beside(&alone, requests, parts, asked).is_some_and(|left| {
        own.by().abs() >= SIGMAS_MIN * left.strayed
            && left.by().abs() <= LEFT_MAX * own.by().abs() + left.strayed
    })
}

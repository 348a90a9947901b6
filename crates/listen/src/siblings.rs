//! Series of one family: the same name, and labels that differ only in where it runs or in what it serves.
//!
//! Load that moves from one pod, core or queue to another moves both and nothing else: before a movement of one of them is said, the same question
//! is asked of their sum. Which labels are places is read from their names. A label that says what happened (`status`, `state`,
//! `reason`, `mode`) makes no siblings: requests that fail where they succeeded are no load that moved, though their sum stays.
//!
//! Sums are made on demand, from the hourly values that each sibling remembers; who is not measured counts for nothing. Where the whole family
//! moves about more than the one that is asked for, its siblings are compared with each other; of two alone that cannot be told,
//! and then nothing is taken for granted.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_detect::movement::{Movement, Relation};
use hark_detect::robust::quantile;
use hark_event::Hour;

use crate::history::HOURS_MAX;
use crate::metric_name::{Meaning, words};
use crate::metric_subject::{MetricSubject, PARTS_PER_HOUR, SeriesByName};

/// A movement must be so many sigmas of what the sum strays by itself, or the sum says nothing about it.
const SIGMAS_MIN: f64 = 2.0;
/// And so many if it is of a few hours: should it stay, it is asked about again, and then the sum can tell.
const SIGMAS_SOON_MIN: f64 = 1.0;
/// So many hours are a few.
const SOON_HOURS: usize = 6;
/// Others account for it if this share of it is not left in the sum.
const LEFT_MAX: f64 = 0.5;
/// Siblings that are compared with each other: fewer have no middle, more are too much work.
const COMPARED_MIN: usize = 3;
const COMPARED_MAX: usize = 256;
/// Who came later than this is young.
const YOUNG_HOURS: i64 = 7 * 24;
/// A quarter of what is normal lies within so many sigmas.
const QUARTER_SIGMAS: f64 = 0.319;

/// Words of labels that say where something runs.
const RUNS: &[&str] = &[
    "pod",
    "instance",
    "host",
    "hostname",
    "node",
    "nodename",
    "server",
    "machine",
    "vm",
    "container",
    "replica",
    "core",
    "cpu",
    "processor",
    "gpu",
    "socket",
    "worker",
    "process",
    "pid",
    "thread",
    "zone",
    "az",
    "region",
    "rack",
    "datacenter",
    "dc",
    "cluster",
    "device",
    "interface",
    "ip",
    "address",
    "id",
    "uid",
];
/// Words of labels that say what it serves.
const SERVES: &[&str] = &[
    "route",
    "path",
    "endpoint",
    "handler",
    "uri",
    "url",
    "queue",
    "topic",
    "partition",
    "shard",
    "slot",
    "backend",
    "upstream",
    "target",
    "broker",
    "channel",
    "stream",
];

/// Which labels are left out of a family's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    Runs,
    Serves,
    Both,
}

impl Apart {
    fn leaves_out(self, label: &str) -> bool {
        let words = words(label);
        let is_of = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        match self {
            Self::Runs => is_of(RUNS),
            Self::Serves => is_of(SERVES),
            Self::Both => is_of(RUNS) || is_of(SERVES),
        }
    }

    /// The name of the family of a series; `None` if nothing sets it apart from siblings.
    fn family(self, series: &str) -> Option<String> {
        let (name, labels) = series.split_once('{')?;
        let all: Vec<&str> = labels_of(labels).collect();
        let kept: Vec<&str> = all.iter().copied().filter(|label| !self.leaves_out(key_of(label))).collect();
        (kept.len() < all.len()).then(|| format!("{name}{{{}", kept.join("\",")))
    }
}

/// The name of a series or family without labels.
pub(crate) fn plain(series: &str) -> &str {
    series.split('{').next().unwrap_or(series)
}

fn labels_of(labels: &str) -> impl Iterator<Item = &str> {
    labels
        .trim_end_matches('}')
        .split("\",")
        .map(|label| label.trim_end_matches('"'))
        .filter(|label| !label.is_empty())
}

fn key_of(label: &str) -> &str {
    label.split('=').next().unwrap_or(label)
}

/// The labels of a series that say where it runs, as `key="value`.
pub(crate) fn places(series: &str) -> impl Iterator<Item = &str> {
    let labels = series.split_once('{').map_or("", |(_, labels)| labels);
    labels_of(labels).filter(|label| Apart::Runs.leaves_out(key_of(label)))
}

/// All series of a service that bear a name, whatever their labels.
pub(crate) fn of_name<'a>(series: &'a SeriesByName, name: &str) -> impl Iterator<Item = &'a MetricSubject> {
    let first = format!("{name}{{");
    let labelled = series.range::<str, _>((std::ops::Bound::Included(&*first), std::ops::Bound::Unbounded));
    let labelled =
        labelled.take_while(move |(known, _)| known.starts_with(&first)).map(|(_, subject)| &**subject);
    series.get(name).map(Box::as_ref).into_iter().chain(labelled)
}

/// Whether a series came beside siblings that had been there for longer, so lately that nothing is known of it among others.
pub(crate) fn is_young_sibling(subject: &MetricSubject, all: &SeriesByName, hour: Hour) -> bool {
    let is_young = |one: &MetricSubject| hour - one.first_heard < YOUNG_HOURS;
    let family = Apart::Both.family(&subject.name);
    is_young(subject)
        && family.is_some()
        && of_name(all, plain(&subject.name))
            .any(|other| !is_young(other) && Apart::Both.family(&other.name) == family)
}

/// When something is asked about: over which hours, and when it began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Asked {
    /// The hour that closed last.
    pub(crate) hour: Hour,
    /// Hours at the end over which it is asked.
    pub(crate) window: usize,
    /// Hours since it began.
    pub(crate) since: usize,
    /// Whether it is about minutes of the last hour.
    pub(crate) is_of_minutes: bool,
}

/// Sums over several series.
#[derive(Clone, Debug)]
pub(crate) struct Total {
    /// Hour by hour, up to the one that closed last.
    pub(crate) hourly: Vec<f32>,
    pub(crate) minutes: [f32; PARTS_PER_HOUR],
    pub(crate) members: usize,
}

/// Values of the hours that are asked about, `NaN` where there is none.
pub(crate) fn hourly(subject: &MetricSubject, hour: Hour) -> Vec<f32> {
    let from = hour + 1 - HOURS_MAX as i64;
    hourly_of(subject.hourly().first(), &subject.hourly().since(from), hour)
}

/// The same of numbers from one hour on, or from the first hour that is asked about.
pub(crate) fn hourly_of(first: Hour, known: &[f32], hour: Hour) -> Vec<f32> {
    let from = hour + 1 - HOURS_MAX as i64;
    let missing = (first - from).clamp(0, HOURS_MAX as i64) as usize;
    let known = known.iter().take(HOURS_MAX - missing).copied();
    let mut hourly: Vec<f32> = std::iter::repeat_n(f32::NAN, missing).chain(known).collect();
    hourly.resize(HOURS_MAX, f32::NAN);
    hourly
}

/// An hour of a series beside which it was not measured.
struct End {
    at: usize,
    value: f64,
    /// The hours before and after it in which it was not.
    absent: [Option<usize>; 2],
}

impl End {
    /// All ends of a series, of which so many hours are missing before the first of its values.
    fn all(values: &[f32], missing: usize) -> impl Iterator<Item = Self> + '_ {
        let is_there = |at: usize| values.get(at).is_some_and(|value| value.is_finite());
        let measured = (0..values.len()).filter(move |at| is_there(*at));
        measured.filter_map(move |own| {
            let at = missing + own;
            let before = at.checked_sub(1).filter(|_| own == 0 || !is_there(own - 1));
            let after = Some(at + 1).filter(|after| *after < HOURS_MAX && !is_there(own + 1));
            let is_end = before.is_some() || after.is_some();
            is_end.then(|| Self { at, value: f64::from(values[own]), absent: [before, after] })
        })
    }
}

impl Total {
    pub(crate) fn of<'a>(members: impl Iterator<Item = &'a MetricSubject>, hour: Hour) -> Self {
        let from = hour + 1 - HOURS_MAX as i64;
        // A sum in single precision would depend on what came first.
        let (mut sums, mut minutes) = (vec![f64::NAN; HOURS_MAX], [f64::NAN; PARTS_PER_HOUR]);
        let (mut count, mut ends) = (0, Vec::new());
        for member in members {
            let values = member.hourly().since(from);
            let missing = (member.hourly().first() - from).clamp(0, HOURS_MAX as i64) as usize;
            sums[missing..].iter_mut().zip(&values).for_each(|(sum, value)| add(sum, f64::from(*value)));
            minutes.iter_mut().enumerate().for_each(|(part, sum)| add(sum, member.at_minute(part)));
            ends.extend(End::all(&values, missing));
            count += 1;
        }
        let is_measured: Vec<bool> = sums.iter().map(|sum| sum.is_finite()).collect();
        for end in ends {
            // Who came or went in the midst of an hour was there for half of it, as far as is known.
            if end.absent.into_iter().flatten().any(|at| is_measured[at]) {
                sums[end.at] -= 0.5 * end.value;
            }
        }
        Self {
            hourly: sums.into_iter().map(|sum| sum as f32).collect(),
            minutes: minutes.map(|sum| sum as f32),
            members: count,
        }
    }
}

fn add(sum: &mut f64, value: f64) {
    if value.is_finite() {
        *sum = if sum.is_finite() { *sum + value } else { value };
    }
}

/// How a series has moved, with the minutes of the last hour that moved farthest, if it is about minutes.
pub(crate) fn moved(subject: &MetricSubject, asked: Asked) -> Option<(Movement, Vec<usize>)> {
    moved_along(subject, hourly(subject, asked.hour), asked)
}

fn moved_along(subject: &MetricSubject, values: Vec<f32>, asked: Asked) -> Option<(Movement, Vec<usize>)> {
    let mut movement = Movement::of(&values, asked.window, asked.since)?;
    if !asked.is_of_minutes {
        return Some((movement, Vec::new()));
    }
    let far = |part: &usize| (f64::from(subject.minutes()[*part]) - movement.usual).abs();
    let measured: Vec<usize> = (0..PARTS_PER_HOUR).filter(|part| far(part).is_finite()).collect();
    let farthest = measured.iter().map(far).fold(0.0, f64::max);
    let parts: Vec<usize> = measured.into_iter().filter(|part| far(part) >= 0.5 * farthest).collect();
    movement.now = mean(&parts, |part| or_nothing(subject.at_minute(part)))?;
    Some((movement, parts))
}

/// Values of a series that is nothing where only its siblings are measured: it is not yet there, or gone.
fn among(subject: &MetricSubject, total: &Total, hour: Hour) -> Vec<f32> {
    let mut values = hourly(subject, hour);
    let absent =
        values.iter_mut().zip(&total.hourly).filter(|(value, total)| value.is_nan() && total.is_finite());
    absent.for_each(|(value, _)| *value = 0.0);
    values
}

fn or_nothing(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

pub(crate) fn mean(parts: &[usize], value: impl Fn(usize) -> f64) -> Option<f64> {
    let sum: f64 = parts.iter().map(|&part| value(part)).sum();
    Some(sum / parts.len() as f64).filter(|mean| mean.is_finite())
}

/// The sums of families that were asked for in this hour.
#[derive(Default)]
pub(crate) struct Families {
    totals: BTreeMap<String, Arc<Total>>,
    /// How most of a family have moved: what they are beside what was usual, by when is asked.
    commons: BTreeMap<(String, Asked), Option<f64>>,
}

impl Families {
    /// Whether siblings account for how a series has moved: what it took, they gave, and their sum stays.
    ///
    /// The sum is also looked at beside the requests, by each of the `measures`: what goes up and down with them says more about the rest.
    pub(crate) fn account_for(
        &mut self,
        subject: &MetricSubject,
        all: &SeriesByName,
        measures: &BTreeMap<String, Arc<Total>>,
        asked: Asked,
    ) -> bool {
        ways_apart(subject.meaning).iter().any(|apart| {
            let Some(name) = apart.family(&subject.name) else { return false };
            let family = Family { all, apart: *apart, name: &name };
            let total = self.totals.entry(name.clone());
            let total = total.or_insert_with(|| Arc::new(Total::of(family.members(), asked.hour)));
            total.members > 1 && family.accounts_for(subject, total, measures, &mut self.commons, asked)
        })
    }
}

/// What may set siblings apart whose movements add up.
fn ways_apart(meaning: Meaning) -> &'static [Apart] {
    match meaning {
        Meaning::Counter | Meaning::Gauge | Meaning::Use | Meaning::Countdown => {
            &[Apart::Runs, Apart::Serves, Apart::Both]
        }
        // Errors of one kind of work that end when others begin are other errors.
        Meaning::ErrorCounter => &[Apart::Runs],
        _ => &[],
    }
}

/// One family of a service.
struct Family<'a> {
    all: &'a SeriesByName,
    apart: Apart,
    name: &'a str,
}

impl<'a> Family<'a> {
    fn members(&self) -> impl Iterator<Item = &'a MetricSubject> {
        let (apart, name) = (self.apart, self.name);
        of_name(self.all, plain(name))
            .filter(move |other| apart.family(&other.name).is_some_and(|its| its == name))
    }

    fn accounts_for(
        &self,
        subject: &MetricSubject,
        total: &Total,
        measures: &BTreeMap<String, Arc<Total>>,
        commons: &mut BTreeMap<(String, Asked), Option<f64>>,
        asked: Asked,
    ) -> bool {
        let Some((own, parts)) = moved_along(subject, among(subject, total, asked.hour), asked) else {
            return false;
        };
        if subject.nears_its_limit(own.usual, own.now) {
            return false;
        }
        let others = measures.iter().filter(|(measure, _)| *measure != plain(self.name));
        let others = others.filter_map(|(_, requests)| beside(total, requests, &parts, asked));
        let wholes: Vec<Movement> = whole(total, &parts, asked).into_iter().chain(others).collect();
        if wholes.iter().any(|whole| stays(whole, own.by(), asked)) {
            return true;
        }
        if total.members >= COMPARED_MIN {
            // Of many a part tells how most have moved.
            let step = total.members.div_ceil(COMPARED_MAX);
            let places = || self.members().step_by(step).map(|member| place(member, total, &parts, asked));
            let common = commons.entry((self.name.to_owned(), asked));
            let common = *common.or_insert_with(|| weighted_middle(&places().collect::<Vec<_>>()));
            if common.is_some_and(|common| moves_as_most(&own, common, &wholes, asked)) {
                return true;
            }
        }
        if total.members > COMPARED_MAX {
            return false;
        }
        let places: Vec<(f64, f64)> =
            self.members().map(|member| place(member, total, &parts, asked)).collect();
        takes_over(&own, &places, &wholes, asked)
            || (total.members >= COMPARED_MIN && {
                let own = self.members().zip(&places).find(|(member, _)| member.name == subject.name);
                own.is_some_and(|(_, own)| balance(&places, *own, asked))
            })
    }
}

/// Whether it has moved as most of its siblings have, and their sum stays beside that: fewer of them share the same, or more.
fn moves_as_most(own: &Movement, common: f64, wholes: &[Movement], asked: Asked) -> bool {
    let as_most = (common - 1.0) * own.usual;
    (own.by() - as_most).abs() <= LEFT_MAX * own.by().abs()
        && wholes.first().is_some_and(|whole| stays(whole, (common - 1.0) * whole.usual, asked))
}

/// Whether it takes a part of what one sibling gave, or gives a part of what one took: the sum stays beside that.
fn takes_over(own: &Movement, places: &[(f64, f64)], wholes: &[Movement], asked: Asked) -> bool {
    let direction = own.by().signum();
    let movements = places.iter().map(|(now, usual)| now - usual);
    let against = movements.min_by(|a, b| (a * direction).total_cmp(&(b * direction)));
    against.is_some_and(|against| {
        against.abs() >= own.by().abs() && wholes.iter().any(|whole| stays(whole, against, asked))
    })
}

/// How the sum has moved.
pub(crate) fn whole(total: &Total, parts: &[usize], asked: Asked) -> Option<Movement> {
    let mut whole = Movement::of(&total.hourly, asked.window, asked.since)?;
    if asked.is_of_minutes {
        whole.now = mean(parts, |part| f64::from(total.minutes[part]))?;
    }
    Some(whole)
}

/// How the sum has moved beside the requests, if it goes with them.
pub(crate) fn beside(total: &Total, requests: &Total, parts: &[usize], asked: Asked) -> Option<Movement> {
    let known = total.hourly.len().saturating_sub(asked.since);
    let relation = Relation::learned(&requests.hourly[..known], &total.hourly[..known])?;
    let left = |value: f32, cause: f32| (f64::from(value) - relation.expected(f64::from(cause))) as f32;
    let hourly: Vec<f32> =
        total.hourly.iter().zip(&requests.hourly).map(|(&value, &cause)| left(value, cause)).collect();
    let mut minutes = total.minutes;
    minutes.iter_mut().zip(requests.minutes).for_each(|(value, cause)| *value = left(*value, cause));
    whole(&Total { hourly, minutes, members: total.members }, parts, asked)
}

/// Whether the sum stays, as far as it can tell, where one of its parts has moved by so much.
fn stays(whole: &Movement, by: f64, asked: Asked) -> bool {
    by.abs() >= sigmas_min(asked) * whole.strayed && whole.by() * by.signum() <= LEFT_MAX * by.abs()
}

fn sigmas_min(asked: Asked) -> f64 {
    if asked.window <= SOON_HOURS { SIGMAS_SOON_MIN } else { SIGMAS_MIN }
}

/// Where a sibling is and usually was: what was not there before was nothing.
fn place(member: &MetricSubject, total: &Total, parts: &[usize], asked: Asked) -> (f64, f64) {
    let found = Movement::of(&among(member, total, asked.hour), asked.window, asked.since);
    let (now, usual) = found.map_or((0.0, 0.0), |found| (found.now, found.usual));
    let now = if asked.is_of_minutes {
        mean(parts, |part| or_nothing(member.at_minute(part))).unwrap_or(now)
    } else {
        now
    };
    (now, usual)
}

/// Whether siblings balance, beside what moves all of them alike: of most the ratio of now and usual is the same.
fn balance(places: &[(f64, f64)], own: (f64, f64), asked: Asked) -> bool {
    let Some(common) = weighted_middle(places) else { return false };
    let excess = |&(now, usual): &(f64, f64)| now - common * usual;
    let own = excess(&own);
    let apart = places.iter().filter(|place| place.1 > 0.0).map(|place| (excess(place) / place.1).abs());
    let scatter = quantile(apart, 0.25).unwrap_or(f64::INFINITY) / QUARTER_SIGMAS;
    let strays = scatter * places.iter().map(|place| place.1 * place.1).sum::<f64>().sqrt();
    let left: f64 = places.iter().map(excess).sum();
    own.abs() >= sigmas_min(asked) * strays && left * own.signum() <= LEFT_MAX * own.abs()
}

/// The ratio of now and usual on both sides of which half of what is usual lies.
fn weighted_middle(places: &[(f64, f64)]) -> Option<f64> {
    let mut ratios: Vec<(f64, f64)> =
        places.iter().filter(|place| place.1 > 0.0).map(|&(now, usual)| (now / usual, usual)).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = ratios.iter().map(|ratio| ratio.1).sum::<f64>() / 2.0;
    let mut below = 0.0;
    ratios
        .into_iter()
        .find(|ratio| {
            below += ratio.1;
            below >= half
        })
        .map(|ratio| ratio.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_set_siblings_apart_and_outcomes_do_not() {
        let check = |apart: Apart, series, family: Option<&str>| {
            assert_eq!(apart.family(series).as_deref(), family, "{series}");
        };
        check(Apart::Runs, "cpu{host=\"a\",mode=\"idle\"}", Some("cpu{mode=\"idle"));
        check(Apart::Runs, "requests_total{status=\"500\"}", None);
        check(Apart::Serves, "requests_total{pod=\"a\",route=\"/b\"}", Some("requests_total{pod=\"a"));
        check(Apart::Both, "requests_total{k8s_pod_name=\"a\",route=\"/b\"}", Some("requests_total{"));
        check(Apart::Both, "requests_total", None);
        assert_eq!(places("x{route=\"/b\",pod=\"a\"}").collect::<Vec<_>>(), ["pod=\"a"]);
    }

    #[test]
    fn the_middle_ratio_is_that_of_half_of_what_is_usual() {
        assert_eq!(weighted_middle(&[(1.0, 1.0), (30.0, 10.0), (2.0, 1.0)]), Some(3.0));
        assert_eq!(weighted_middle(&[(1.0, 0.0)]), None);
    }
}

//! Where it may have begun, by single requests: who answers otherwise since the start than before.
//!
//! Minutes of a service do not show a fault that hurts one request in twenty, nor one that changes what is answered and not how
//! long it takes. Requests that were followed do: how long a service had each of them, and what it said meanwhile. Of each
//! service those since the start are held against those before: by the ranks of their durations (Mann and Whitney 1947), and
//! for each pattern by how many of them it was said in (the likelihood ratio, Woolf 1957, as Dunning 1993 has it for rare events).
//! Both say in standard deviations of chance how surely something has changed, so that they can be ranked together.
//!
//! It does not see how much a change hurt. Requests that come in bursts from one user make it surer than it should be,
//! which is why the same is done at quiet stretches.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hark_event::{Evidence, Moment, Origin};
use hark_listen::{Flow, Vicinity, Visit};

use super::saying::seconds;
use super::{Basis, Beginning, Beginnings, NAMED_MAX, QUIET_MAX, SLOW_SECONDS_MIN, at, hops};

/// So many standard deviations are no chance; that many patterns are looked at is told by the quiet stretches.
const SURELY_MIN: f64 = 3.0;
/// With fewer requests before nothing is usual.
const USUAL_REQUESTS_MIN: usize = 3;

/// What changed at a service, and how surely.
#[derive(Clone, PartialEq, Debug)]
struct Changed {
    deviations: f64,
    /// The seconds that it added to all of its requests, where that alone makes them as long again as a usual request of the hurt
    /// service: whoever does that hurts users; who merely says something else may or may not. Where nothing tells how long those take,
    /// nobody does.
    hurting_seconds: f64,
    what: What,
}

impl Changed {
    /// What hurts before what does not, the larger first; else what is surer.
    fn order(&self, other: &Self) -> Ordering {
        self.hurting_seconds
            .total_cmp(&other.hurting_seconds)
            .then(self.deviations.total_cmp(&other.deviations))
    }
}

/// The requests that were over before the start.
fn visits_before(visits: &[Visit], start: i64) -> &[Visit] {
    &visits[..visits.partition_point(|visit| visit.second < start)]
}

#[derive(Clone, PartialEq, Debug)]
enum What {
    /// Requests take so long, and took so long.
    Slower { now: f64, before: f64 },
    /// It is said, or said again, in so many requests of so many, and was in so many of so many.
    Said { pattern: String, again: bool, now: (usize, usize), before: (usize, usize) },
}

/// A pattern that is said, or more than once.
type Saying<'a> = (&'a str, bool);

/// In how many requests each is.
fn counted(visits: &[Visit]) -> BTreeMap<Saying<'_>, usize> {
    let mut counted: BTreeMap<Saying<'_>, usize> = BTreeMap::new();
    for (pattern, is_again) in visits.iter().flat_map(|visit| &visit.said) {
        *counted.entry((pattern, false)).or_default() += 1;
        if *is_again {
            *counted.entry((pattern, true)).or_default() += 1;
        }
    }
    counted
}

/// Requests of one service in order of time, and what is known of all of them.
struct Requests<'a> {
    visits: &'a [Visit],
    /// Their ranks by how long the service had them, equal ones sharing theirs; none where no span tells.
    ranks: Vec<Option<f64>>,
    /// In how many of them each pattern was said, and said again.
    said: BTreeMap<Saying<'a>, usize>,
}

/// Ranks the services that the hurt one reaches by how surely they answer otherwise since the start.
pub(super) fn beginnings(vicinity: &Vicinity, flows: &[Flow], hurt: &str, start: Moment) -> Beginnings {
    let nothing = Beginnings { basis: Basis::Requests, ..Beginnings::default() };
    let Some((hurt, visits)) = vicinity.visits().of.iter().find(|(origin, _)| &*origin.service == hurt)
    else {
        return nothing;
    };
    // Calls that were followed around the start are known before the hour is over in which they are learned.
    let followed =
        vicinity.visits().calls.iter().map(|(caller, callee)| (&*caller.service, &*callee.service));
    let calls: Vec<(&str, &str)> =
        flows.iter().map(|flow| (&*flow.caller, &*flow.callee)).chain(followed).collect();
    let reached = hops(&calls, &hurt.service);
    let start = start.seconds();
    let Some(length) = visits.last().map(|last| last.second + 1 - start).filter(|length| *length > 0) else {
        return nothing;
    };
    let services: Vec<(&Origin, &[Visit])> = vicinity
        .visits()
        .of
        .iter()
        .filter(|(origin, _)| {
            origin.environment == hurt.environment && reached.contains_key(&*origin.service)
        })
        .map(|(origin, visits)| (origin, visits.as_slice()))
        .collect();
    let usual_request = Requests::of(visits_before(visits, start)).median();
    let mut changes: Vec<(&Origin, Changed, i64)> = services
        .iter()
        .filter_map(|(origin, visits)| {
            let since = visits_before(visits, start).len()..visits.len();
            let first = visits.get(since.start)?.second;
            let changed = Requests::of(visits).changed(since, usual_request)?;
            (changed.deviations >= SURELY_MIN).then_some((*origin, changed, first))
        })
        .collect();
    changes.sort_by(|a, b| b.1.order(&a.1).then(a.0.cmp(b.0)));
    let most = changes.first().map(|first| &first.1);
    let (quiet_moments, quiet_as_much) = quiet(&services, visits, (start, length), most, usual_request);
    let ranked = changes.into_iter().take(NAMED_MAX).zip(1..).map(|((origin, changed, first), rank)| {
        let (service, text) = (origin.service.to_string(), changed.what.text());
        Beginning {
            rank,
            weight: changed.deviations,
            share: None,
            summary: format!("{service} answers otherwise since then: {text}"),
            evidence: vec![Evidence {
                time: Moment::from_seconds(first),
                text,
                source: format!("requests to {service}, followed by their traces"),
            }],
            service,
        }
    });
    Beginnings { ranked: ranked.collect(), basis: Basis::Requests, quiet_moments, quiet_as_much }
}

/// At how many stretches before the start, as long as what is looked at and with requests to the hurt service, somebody
/// answered as surely otherwise than at all other times.
fn quiet(
    services: &[(&Origin, &[Visit])],
    hurt: &[Visit],
    (start, length): (i64, i64),
    most: Option<&Changed>,
    usual_request: Option<f64>,
) -> (u32, u32) {
    let before = hurt.iter().take_while(|visit| visit.second < start);
    let stretches: BTreeSet<i64> = before.map(|visit| (start - 1 - visit.second) / length).collect();
    let step = stretches.len().div_ceil(QUIET_MAX).max(1);
    let chosen: Vec<i64> = stretches.into_iter().step_by(step).collect();
    let requests: Vec<Requests<'_>> =
        services.iter().map(|(_, visits)| Requests::of(visits_before(visits, start))).collect();
    let is_as_much = |stretch: &&i64| {
        let to = start - **stretch * length;
        requests.iter().any(|requests| {
            let edge = |second: i64| requests.visits.partition_point(|visit| visit.second < second);
            let changed = requests.changed(edge(to - length)..edge(to), usual_request);
            changed.zip(most).is_some_and(|(changed, most)| changed.order(most) != Ordering::Less)
        })
    };
    (chosen.len() as u32, chosen.iter().filter(is_as_much).count() as u32)
}

impl<'a> Requests<'a> {
    fn of(visits: &'a [Visit]) -> Self {
        Self { visits, ranks: ranks(visits), said: counted(visits) }
    }

    /// What is most surely otherwise within this part of them.
    fn changed(&self, part: Range<usize>, usual_request: Option<f64>) -> Option<Changed> {
        if part.is_empty() || self.visits.len() - part.len() < USUAL_REQUESTS_MIN {
            return None;
        }
        let slower = self.slower(part.clone(), usual_request);
        slower.into_iter().chain(self.said_otherwise(part)).max_by(Changed::order)
    }

    /// How long half of them take at most; none if nothing tells.
    fn median(&self) -> Option<f64> {
        let mut known: Vec<f64> = self.visits.iter().filter_map(|visit| visit.seconds).collect();
        Some(at(&mut known, 0.5)).filter(|median| *median > 0.0)
    }

    fn slower(&self, part: Range<usize>, usual_request: Option<f64>) -> Option<Changed> {
        let ranked = |range: Range<usize>| self.ranks[range].iter().flatten();
        let (all, now) = (ranked(0..self.ranks.len()).count() as f64, ranked(part.clone()).count() as f64);
        let usual = all - now;
        if now < 1.0 || usual < USUAL_REQUESTS_MIN as f64 {
            return None;
        }
        let own =
            |visits: &[Visit]| visits.iter().filter_map(|visit| visit.own_seconds).collect::<Vec<f64>>();
        let mut then = own(&self.visits[part.clone()]);
        let mut before = own(&self.visits[..part.start]);
        before.extend(own(&self.visits[part.end..]));
        let (now_median, before_median) = (at(&mut then, 0.5), at(&mut before, 0.5));
        let above = ranked(part).sum::<f64>() - now * (now + 1.0) / 2.0 - now * usual / 2.0;
        let deviations = above / (now * usual * (all + 1.0) / 12.0).sqrt();
        let more = now_median - before_median;
        let is_hurting = usual_request.is_some_and(|usual| more >= usual) && deviations >= SURELY_MIN;
        (more >= SLOW_SECONDS_MIN).then_some(Changed {
            deviations,
            hurting_seconds: if is_hurting { more * now } else { 0.0 },
            what: What::Slower { now: now_median, before: before_median },
        })
    }

    fn said_otherwise(&self, part: Range<usize>) -> Option<Changed> {
        let now = counted(&self.visits[part.clone()]);
        let (of, of_usual) = (part.len(), self.visits.len() - part.len());
        let shares = |saying: &Saying<'_>, all: usize| {
            let said = now.get(saying).copied().unwrap_or(0);
            ((said, of), (all - said, of_usual))
        };
        // Of equals the first by name stays, and said before said again.
        let each = self.said.iter().rev().map(|(saying, all)| {
            let (now, before) = shares(saying, *all);
            (saying, now, before, likelihood_deviations(now, before))
        });
        let (saying, now, before, deviations) = each.max_by(|a, b| a.3.total_cmp(&b.3))?;
        let what = What::Said { pattern: saying.0.to_owned(), again: saying.1, now, before };
        Some(Changed { deviations, hurting_seconds: 0.0, what })
    }
}

impl What {
    fn text(&self) -> String {
        match self {
            Self::Slower { now, before } => format!(
                "it has half of its requests for more than {}, with the way to it, where {} were usual",
                seconds(*now),
                seconds(*before)
            ),
            Self::Said { pattern, again, now, before } => format!(
                "“{pattern}”{} in {} of {} requests, before in {} of {}",
                if *again { " more than once" } else { "" },
                now.0,
                now.1,
                before.0,
                before.1
            ),
        }
    }
}

/// The rank of each visit by how long the service had it, from 1; equal ones share theirs.
fn ranks(visits: &[Visit]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> =
        visits.iter().enumerate().filter_map(|(at, visit)| Some((visit.own_seconds?, at))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![None; visits.len()];
    let mut below = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = below as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|(_, at)| ranks[*at] = Some(rank));
        below += equal.len();
    }
    ranks
}

/// How many standard deviations two shares are apart, by the likelihood of one share for both.
fn likelihood_deviations(one: (usize, usize), other: (usize, usize)) -> f64 {
    let log = |(hits, of): (usize, usize), share: f64| {
        let of_hits = if hits > 0 { hits as f64 * share.ln() } else { 0.0 };
        let misses = of - hits;
        of_hits + if misses > 0 { misses as f64 * (1.0 - share).ln() } else { 0.0 }
    };
    let share = |(hits, of): (usize, usize)| hits as f64 / of as f64;
    let both = share((one.0 + other.0, one.1 + other.1));
    let apart = log(one, share(one)) + log(other, share(other)) - log(one, both) - log(other, both);
    (2.0 * apart).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{Event, Level, LogRecord, RecordFields, Span, SpanKind, Zone};
    use hark_listen::{Heard, Listener, Tally};

    use super::*;
    use crate::beginning::{Look, beginnings as both};

    const START: i64 = 1_000_000_000;

    /// How one request goes: how long the way to `cart` takes, how long `cart` has it, and what `cart` says.
    type Request = (f64, f64, &'static str);

    fn span(
        service: &'static str,
        (id, parent): (u64, Option<u64>),
        kind: SpanKind,
        (at, seconds): (i64, f64),
    ) -> (Origin, impl Fn(&Origin, &mut Tally)) {
        let origin = Origin { service: Arc::from(service), environment: "production".into() };
        let begin = Moment::from_seconds(at);
        let told = move |origin: &Origin, tally: &mut Tally| {
            tally.hear(Event::Span(Span {
                start: begin,
                end: Moment::from_millis(at * 1_000 + (seconds * 1e3) as i64),
                origin,
                operation: "GET /",
                kind,
                is_error: false,
                peer: None,
                is_retry: false,
                trace: at as u64,
                id,
                parent,
                version: None,
                file: &Arc::from("spans.json"),
                line: 1,
            }));
        };
        (origin, told)
    }

    fn hear(tally: &mut Tally, at: i64, (way, has, says): Request) {
        let spans = [
            ("web", (1, None), SpanKind::Server, 0.03 + way + has),
            ("web", (2, Some(1)), SpanKind::Client, way + has),
            ("cart", (3, Some(2)), SpanKind::Server, has),
        ];
        for (service, ids, kind, seconds) in spans {
            let (origin, tell) = span(service, ids, kind, (at, seconds));
            tell(&origin, tally);
        }
        let origin = Origin { service: "cart".into(), environment: "production".into() };
        tally.hear(Event::Log(LogRecord {
            time: Some(Moment::from_seconds(at)),
            arrival: Moment::from_seconds(at),
            origin: &origin,
            level: Level::Info,
            message: says,
            version: None,
            fields: RecordFields::default(),
            peers: &[],
            trace: Some(at as u64),
            file: &Arc::from("cart.log"),
            line: at as u64,
            lines: 1,
        }));
    }

    /// A request every five seconds, for so many minutes before the start and one after it.
    fn heard(minutes: i64, request: impl Fn(i64) -> Request) -> Heard {
        let start = Moment::from_seconds(START);
        let mut tally = Tally::new().looking_around(Some(start));
        (-12 * minutes..12).for_each(|at| hear(&mut tally, START + 5 * at, request(at)));
        let mut listener = Listener::new(Zone::utc()).looking_around(start);
        tally.take_hours().iter().for_each(|(hour, cells)| listener.overhear(*hour, cells));
        let mut heard = listener.heard(Moment::from_seconds(START + 60));
        listener.follow(&mut heard, tally.take_told().followed);
        heard
    }

    #[track_caller]
    fn check(heard: &Heard, expected: &[&str]) -> Beginnings {
        let found = both(heard, "web", Moment::from_seconds(START), Look::default());
        let said: Vec<&str> = found.ranked.iter().map(|one| one.summary.as_str()).collect();
        assert_eq!(said, expected);
        found
    }

    /// What never stands still, in seconds.
    fn stir(at: i64) -> f64 {
        (at * 7).rem_euclid(11) as f64 / 1e3
    }

    #[test]
    fn a_slow_way_to_a_service_is_found_there_after_a_few_minutes_of_history() {
        let slow = |at| (if at >= 0 { 2.0 } else { 0.01 } + stir(at), 0.02, "added one");
        let found = check(
            &heard(4, slow),
            &[
                "cart answers otherwise since then: it has half of its requests for more than 2.0 s, with the way to it, where 35 ms were usual",
            ],
        );
        assert_eq!((found.basis, found.quiet_moments, found.quiet_as_much), (Basis::Requests, 5, 0));
    }

    #[test]
    fn who_says_something_else_is_named_though_it_takes_no_longer() {
        let refusing = |at| (0.01, 0.02 + stir(at), if at >= 0 { "no such cart" } else { "added one" });
        check(
            &heard(4, refusing),
            &["cart answers otherwise since then: “added one” in 0 of 12 requests, before in 48 of 48"],
        );
    }

    #[test]
    fn whoever_hurts_by_its_slowness_comes_before_whoever_says_something_else() {
        let slow =
            Changed { deviations: 4.0, hurting_seconds: 9.0, what: What::Slower { now: 2.0, before: 0.1 } };
        let what = What::Said { pattern: "x".into(), again: false, now: (9, 9), before: (0, 99) };
        let said = Changed { deviations: 9.0, hurting_seconds: 0.0, what };
        assert_eq!(slow.order(&said), Ordering::Greater);
    }

    #[test]
    fn nobody_hurts_by_slowness_where_nothing_tells_how_long_requests_of_the_hurt_service_take() {
        let visits = |seconds: fn(i64) -> Option<f64>| -> Vec<Visit> {
            let visit =
                |at| Visit { second: at, seconds: seconds(at), own_seconds: seconds(at), said: Vec::new() };
            (-48..12).map(visit).collect()
        };
        let silent = visits(|_| None);
        assert_eq!(Requests::of(&silent).median(), None);
        let slower = visits(|at| Some(if at >= 0 { 0.03 } else { 0.02 } + stir(at) / 10.0));
        let hurting = |usual_request: Option<f64>| {
            let changed = Requests::of(&slower).changed(48..60, usual_request);
            changed.expect("it got slower").hurting_seconds
        };
        assert_eq!(hurting(Requests::of(&silent).median()), 0.0);
        assert!(hurting(Some(0.005)) > 0.1);
    }

    #[test]
    fn nobody_is_named_where_requests_go_as_before() {
        let found = check(&heard(4, |at| (0.01, 0.02 + stir(at), "added one")), &[]);
        assert!(!found.stands_out());
    }

    #[test]
    fn two_shares_are_as_far_apart_as_chance_has_it() {
        assert_eq!(likelihood_deviations((5, 10), (50, 100)), 0.0);
        let apart = likelihood_deviations((0, 20), (90, 100));
        assert!((8.0..10.0).contains(&apart), "{apart}");
    }
}

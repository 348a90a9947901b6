//! Our own worlds, whose truth says by whose change users were hurt: is that service named, and is nobody else?
//!
//! A tale's outage slows and fails the service where users are hurt and, less, its callers; those that it calls have nothing to do
//! with it, but the load and their own harmless unrest move them in the same minutes. So whoever is named beside the service of the
//! change is named wrongly, and so is the hurt service itself. Only where that one merely calls the service where users are hurt, so
//! that it cannot be reached from there, nobody but the hurt service can be named; that is counted apart. In quiet worlds nobody should be named, but for the one in ten that the
//! ranking is worth; harmless unrest of the asked service itself is what is named there.
//!
//! Most tales hurt users at the very service of the change, so that whoever names the hurt service unseen does well here. How well is
//! printed beside the table; whether a cause is found elsewhere is asked of the labelled sets.

use std::fmt::Write as _;

use hark_rehearsal::Tale;
use serde_json::Value;

use super::calls::Calls;
use crate::beside;
use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::world::World;

/// How long after its start an incident is asked about.
const AFTER_START_SECONDS: i64 = 3_600;
/// Where and how long before its end a quiet world is asked.
const QUIET_SERVICES: [&str; 3] = ["storefront", "checkout", "basket"];
const QUIET_BEFORE_END_SECONDS: [i64; 3] = [37_800, 124_200, 210_600];

/// What was named first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Named {
    /// The service whose change it was.
    Right,
    /// The hurt service, where the one whose change it was only calls it.
    Scene,
    Wrong,
    Nobody,
}

/// What is true of a question.
#[derive(Clone, Copy)]
struct True<'a> {
    /// Where users are hurt, or where it is asked in a quiet world.
    hurt: &'a str,
    /// The service whose change it was; none in a quiet world.
    cause: Option<&'a str>,
    /// Whether calls lead from the one to the other.
    is_reached: bool,
}

impl True<'_> {
    fn held_against(&self, first: Option<&str>) -> Named {
        match first {
            None => Named::Nobody,
            Some(first) if Some(first) == self.cause => Named::Right,
            Some(first) if self.cause.is_some() && !self.is_reached && first == self.hurt => Named::Scene,
            Some(_) => Named::Wrong,
        }
    }
}

/// One question.
struct Asked {
    tale: &'static str,
    seed: u64,
    /// By the whole ranking, and by what people are told of it.
    ranked: Named,
    told: Named,
    /// What it would be to name the hurt service unseen.
    unseen: Named,
    /// Whoever else is among those that people are told of.
    beside: Vec<String>,
    summary: String,
}

/// What was named in all worlds of these seeds.
pub(super) struct Answers(Vec<Asked>);

/// Asks about each of these tales with every seed.
pub(super) fn measure(
    hark: &Hark,
    tales: &[Tale],
    (first, last): (u64, u64),
    traffic: f64,
) -> Result<Answers, BenchError> {
    let worlds: Vec<(Tale, u64)> =
        tales.iter().flat_map(|tale| (first..=last).map(|seed| (*tale, seed))).collect();
    let answers = beside::each(&worlds, |(tale, seed)| {
        eprintln!("{tale}, seed {seed}");
        ask(hark, *tale, *seed, &World::new(*tale, *seed, traffic)?)
    });
    let answers = answers.into_iter().collect::<Result<Vec<Vec<Asked>>, BenchError>>()?;
    Ok(Answers(answers.into_iter().flatten().collect()))
}

fn ask(hark: &Hark, tale: Tale, seed: u64, world: &World) -> Result<Vec<Asked>, BenchError> {
    let story = |at: String, on: &str, now: String| {
        let asked =
            ["back", "--at", &at, "--as-of", &now, "--on", on, "--format", "json", "--quiet", "telemetry"];
        hark.json(world.directory.path(), &asked)
    };
    let truth = &world.truth;
    if let Some(incident) = &truth.incident {
        let now = incident.start.plus_seconds(AFTER_START_SECONDS).min(truth.now).to_string();
        let story = story(incident.start.to_string(), &incident.service, now)?;
        let cause = truth.cause.as_ref().and_then(|cause| cause.path.split('/').next());
        let (hurt, cause) = (incident.service.as_str(), cause.unwrap_or(&incident.service));
        let is_reached = Calls::read(world.directory.path())?.lead(hurt, cause);
        return Ok(vec![judge(tale, seed, &story, True { hurt, cause: Some(cause), is_reached })]);
    }
    let mut quiet = Vec::new();
    for (on, before) in QUIET_SERVICES.iter().zip(QUIET_BEFORE_END_SECONDS) {
        let at = truth.now.plus_seconds(-before);
        let now = at.plus_seconds(AFTER_START_SECONDS).to_string();
        let truth = True { hurt: on, cause: None, is_reached: false };
        quiet.push(judge(tale, seed, &story(at.to_string(), on, now)?, truth));
    }
    Ok(quiet)
}

/// What was named, held against the service of the change; without one, nobody should be.
fn judge(tale: Tale, seed: u64, story: &Value, truth: True<'_>) -> Asked {
    let ranked = array(&story["beginnings"], "ranked");
    let first = ranked.first().map(|one| text(one, "service"));
    let named = truth.held_against(first);
    let stands_out = story["beginnings"]["stands_out"] == true;
    let others = ranked.iter().skip(1).map(|one| text(one, "service").to_owned());
    Asked {
        tale: tale.name(),
        seed,
        ranked: named,
        told: if stands_out { named } else { Named::Nobody },
        unseen: truth.held_against(Some(truth.hurt)),
        beside: if stands_out { others.collect() } else { Vec::new() },
        summary: ranked.first().map_or_else(String::new, |one| text(one, "summary").to_owned()),
    }
}

impl Answers {
    /// The share of incidents at which the service of the change was told first, of those at which it could be.
    pub(super) fn right(&self) -> Share {
        self.share(|one| one.told)
    }

    fn share(&self, named: impl Fn(&Asked) -> Named) -> Share {
        let of_incidents = self.0.iter().filter(|one| one.tale != Tale::Quiet.name());
        Share::count(of_incidents, |one| matches!(named(one), Named::Right | Named::Scene))
    }

    /// At how many incidents somebody was told first who had nothing to do with it. At quiet moments one in ten is told by design,
    /// so that they are in the table and not in this.
    pub(super) fn wrong_share(&self) -> Share {
        let of_incidents = self.0.iter().filter(|one| one.tale != Tale::Quiet.name());
        Share::count(of_incidents, |one| one.told == Named::Wrong)
    }

    /// A row for each tale, and who was named wrongly.
    pub(super) fn page(&self) -> String {
        let mut page = String::from(
            "| tale | asked | told first: cause | hurt service, its caller is the cause | wrong | nobody | ranked first: cause | wrong | told beside |\n|---|---|---|---|---|---|---|---|---|\n",
        );
        let mut tales: Vec<&str> = self.0.iter().map(|one| one.tale).collect();
        tales.dedup();
        for tale in tales.into_iter().map(Some).chain([None]) {
            let of: Vec<&Asked> =
                self.0.iter().filter(|one| tale.is_none_or(|tale| one.tale == tale)).collect();
            let told = |named| of.iter().filter(|one| one.told == named).count();
            let ranked = |named| of.iter().filter(|one| one.ranked == named).count();
            let beside: usize = of.iter().map(|one| one.beside.len()).sum();
            writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {beside} |",
                tale.unwrap_or("**all**"),
                of.len(),
                told(Named::Right),
                told(Named::Scene),
                told(Named::Wrong),
                told(Named::Nobody),
                ranked(Named::Right),
                ranked(Named::Wrong),
            )
            .expect("a string takes all that is written");
        }
        let unseen = self.share(|one| one.unseen);
        write!(page, "\nTo name the hurt service unseen would be right at {unseen} of the incidents.\n")
            .expect("a string takes all that is written");
        for one in self.0.iter().filter(|one| one.ranked == Named::Wrong || !one.beside.is_empty()) {
            let told = if one.told == Named::Nobody { "ranked, not told" } else { "told" };
            let beside = if one.beside.is_empty() {
                String::new()
            } else {
                format!(" beside: {}", one.beside.join(", "))
            };
            write!(page, "\n- {} {}: {told}: {}{beside}", one.tale, one.seed, one.summary)
                .expect("a string takes all that is written");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(
        named: &[&str],
        stands_out: bool,
        (cause, is_reached): (Option<&str>, bool),
        expected: (Named, Named),
    ) {
        let ranked: Vec<Value> =
            named.iter().map(|name| json!({ "service": name, "summary": "x" })).collect();
        let story = json!({ "beginnings": { "ranked": ranked, "stands_out": stands_out } });
        let asked = judge(Tale::Leak, 1, &story, True { hurt: "web", cause, is_reached });
        assert_eq!((asked.ranked, asked.told), expected);
    }

    #[test]
    fn whoever_is_named_is_held_against_the_service_of_the_change() {
        let (reached, caller) = ((Some("cart"), true), (Some("cart"), false));
        check(&["cart"], true, reached, (Named::Right, Named::Right));
        check(&["cart"], false, reached, (Named::Right, Named::Nobody));
        check(&["web"], true, caller, (Named::Scene, Named::Scene));
        check(&["mail", "cart"], true, reached, (Named::Wrong, Named::Wrong));
        check(&[], false, reached, (Named::Nobody, Named::Nobody));
        check(&["web"], true, (None, false), (Named::Wrong, Named::Wrong));
    }

    #[test]
    fn who_always_names_the_hurt_service_is_wrong_where_the_cause_can_be_reached() {
        check(&["web"], true, (Some("cart"), true), (Named::Wrong, Named::Wrong));
        check(&["web"], true, (Some("web"), true), (Named::Right, Named::Right));
    }

    #[test]
    fn wrong_namings_are_counted_and_listed() {
        let story = json!({ "beginnings": { "ranked": [{ "service": "mail", "summary": "mail added 9 ms" }], "stands_out": true } });
        let answers = Answers(vec![judge(
            Tale::Leak,
            7,
            &story,
            True { hurt: "web", cause: Some("web"), is_reached: true },
        )]);
        assert_eq!((answers.wrong_share().hits, answers.right().hits), (1, 0));
        let page = answers.page();
        assert!(page.contains("would be right at 1/1"), "{page}");
        assert!(page.contains("| leak | 1 | 0 | 0 | 1 | 0 | 0 | 1 | 0 |"), "{page}");
        assert!(page.contains("- leak 7: told: mail added 9 ms"), "{page}");
    }
}

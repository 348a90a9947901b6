//! `hark-bench laws`: does the binary keep its laws? Causal, deterministic, and true to `--as-of`.

use std::path::Path;

use hark_event::Moment;
use hark_rehearsal::Tale;
use serde_json::Value;
use tempfile::TempDir;

use crate::cut;
use crate::draw::Chance;
use crate::error::BenchError;
use crate::floors;
use crate::hark::{Hark, array, text};
use crate::options::Options;
use crate::score::{describe, moment};
use crate::world::World;
use crate::{Gate, beside};

/// Which laws are tried how often in one world.
#[derive(Clone, Copy)]
struct Plan {
    traffic: f64,
    /// Random moments at which the files are cut.
    moments: usize,
    /// Signals that are asked for at the second at which they were noticed, and at the one before.
    signals: usize,
    orders: usize,
    threads: &'static [&'static str],
}

impl Plan {
    fn of(options: &Options) -> Self {
        let usual = if options.short {
            Self { traffic: 0.02, moments: 3, signals: 3, orders: 1, threads: &["1"] }
        } else {
            Self { traffic: 0.05, moments: 50, signals: 25, orders: 3, threads: &["1", "3", "8"] }
        };
        Self {
            traffic: options.traffic.unwrap_or(usual.traffic),
            moments: options.moments.unwrap_or(usual.moments),
            ..usual
        }
    }
}

/// Checks the laws on each world.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let tales = options.tales.clone().unwrap_or_else(|| vec![Tale::TimeoutEdit]);
    let (first, last) = options.seeds.unwrap_or((301, 301));
    let plan = Plan::of(options);
    let mut outcomes = Vec::new();
    for tale in tales {
        for seed in first..=last {
            eprintln!("{tale}, seed {seed}");
            let world = World::new(tale, seed, plan.traffic)?;
            outcomes.extend(Bench { hark: &hark, world: &world }.all(plan)?);
        }
    }
    print!("{}", table(&outcomes));
    Ok(judge(&outcomes))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Law {
    Causal,
    AsOf,
    Noticed,
    Deterministic,
}

impl Law {
    const ALL: [Self; 4] = [Self::Causal, Self::AsOf, Self::Noticed, Self::Deterministic];

    fn name(self) -> &'static str {
        match self {
            Self::Causal => "files cut at a moment leave all earlier signals byte-identical",
            Self::AsOf => "`--as-of` that moment on whole files says the same",
            Self::Noticed => "`--as-of noticed_at` shows a signal, one second less does not",
            Self::Deterministic => "order of files and number of threads change nothing",
        }
    }
}

/// What one trial of a law has shown.
#[derive(Clone, Debug)]
struct Outcome {
    law: Law,
    /// What breaks it, if anything does.
    breach: Option<String>,
    /// Whether nothing was said on either side, which tells nothing of the law.
    is_void: bool,
}

fn table(outcomes: &[Outcome]) -> String {
    let mut out = String::from("| law | checked | broken |\n|---|---|---|\n");
    for law in Law::ALL {
        let of = outcomes.iter().filter(|outcome| outcome.law == law && !outcome.is_void);
        let broken = of.clone().filter(|outcome| outcome.breach.is_some()).count();
        out += &format!("| {} | {} | {broken} |\n", law.name(), of.count());
    }
    for outcome in outcomes {
        if let Some(breach) = &outcome.breach {
            out += &format!("\n- {}: {breach}\n", outcome.law.name());
        }
    }
    out
}

/// Kept if no law was broken, and each was tried often enough for that to say something.
fn judge(outcomes: &[Outcome]) -> Gate {
    Gate::all(Law::ALL.map(|law| {
        let mut of = outcomes.iter().filter(|outcome| outcome.law == law && !outcome.is_void);
        let tried = of.clone().count();
        if tried < floors::LAW_TRIALS {
            eprintln!("MISSED {}: tried {tried} times, wanted {}", law.name(), floors::LAW_TRIALS);
        }
        Gate::kept_if(tried >= floors::LAW_TRIALS && of.all(|outcome| outcome.breach.is_none()))
    }))
}

/// One question to the binary, of which a law says the answer.
enum Trial {
    /// The parts of the world are named in another order.
    Order(usize),
    Threads(&'static str),
    /// A signal, and whether it must be shown as of this second.
    Notice {
        signal: Value,
        at: Moment,
        shown: bool,
    },
    Cut(Moment),
    AsOf(Moment),
}

#[derive(Clone, Copy)]
struct Bench<'a> {
    hark: &'a Hark,
    world: &'a World,
}

impl Bench<'_> {
    fn all(self, plan: Plan) -> Result<Vec<Outcome>, BenchError> {
        let whole = self.listen(self.world.directory.path(), &["telemetry"], &[])?;
        let trials = self.trials(&whole, plan);
        let outcomes = beside::each(&trials, |trial| {
            let (law, Compared { breach, is_void }) = self.attempt(trial, &whole)?;
            let truth = &self.world.truth;
            let breach = breach.map(|what| format!("{}, seed {}: {what}", truth.tale, truth.seed));
            Ok(Outcome { law, breach, is_void })
        });
        outcomes.into_iter().collect()
    }

    fn trials(self, whole: &Value, plan: Plan) -> Vec<Trial> {
        let truth = &self.world.truth;
        let mut trials: Vec<Trial> = (1..=plan.orders).map(Trial::Order).collect();
        trials.extend(plan.threads.iter().map(|threads| Trial::Threads(threads)));
        // The same files once more: what differs from run to run is no less broken.
        trials.push(Trial::Order(0));
        for signal in array(whole, "signals").iter().take(plan.signals) {
            let at = moment(text(signal, "noticed_at")).unwrap_or(Moment::MIN);
            for (at, shown) in [(at, true), (at.plus_seconds(-1), false)] {
                trials.push(Trial::Notice { signal: signal.clone(), at, shown });
            }
        }
        // Before the first signal two answers are alike because both are empty.
        let noticed = array(whole, "signals").iter().filter_map(|signal| moment(text(signal, "noticed_at")));
        let first = noticed.min().unwrap_or(truth.begin);
        let span = truth.now.seconds_since(first).max(1) as u64;
        let mut chance = Chance::of(truth.seed ^ 0xc07);
        for _ in 0..plan.moments {
            let at = first.plus_seconds(chance.below(span) as i64);
            trials.extend([Trial::Cut(at), Trial::AsOf(at)]);
        }
        trials
    }

    fn attempt(self, trial: &Trial, whole: &Value) -> Result<(Law, Compared), BenchError> {
        Ok(match trial {
            Trial::Order(turn) => (Law::Deterministic, self.order(*turn, whole)?),
            Trial::Threads(threads) => (Law::Deterministic, self.threads(threads, whole)?),
            Trial::Notice { signal, at, shown } => (Law::Noticed, self.notice(signal, *at, *shown)?),
            Trial::Cut(at) => (Law::Causal, self.cut(*at, whole)?),
            Trial::AsOf(at) => (Law::AsOf, self.as_of(*at, whole)?),
        })
    }

    fn listen(self, directory: &Path, paths: &[&str], more: &[&str]) -> Result<Value, BenchError> {
        let begin = self.world.truth.begin.to_string();
        let mut arguments = vec!["listen", "--all", "--since", &begin, "--format", "json"];
        arguments.extend(more);
        arguments.extend(paths);
        self.hark.json(directory, &arguments)
    }

    fn order(self, turn: usize, whole: &Value) -> Result<Compared, BenchError> {
        let mut paths =
            ["telemetry/logs", "telemetry/metrics", "telemetry/alerts.jsonl", "telemetry/reports.jsonl"];
        paths.rotate_left(turn);
        let other = self.listen(self.world.directory.path(), &paths, &[])?;
        Ok(Compared::of(&paths.join(" "), &frozen(whole, Moment::MAX), &frozen(&other, Moment::MAX)))
    }

    fn threads(self, threads: &str, whole: &Value) -> Result<Compared, BenchError> {
        let other = self.listen(self.world.directory.path(), &["telemetry"], &["--threads", threads])?;
        let what = format!("{threads} threads");
        Ok(Compared::of(&what, &frozen(whole, Moment::MAX), &frozen(&other, Moment::MAX)))
    }

    fn notice(self, signal: &Value, at: Moment, expected: bool) -> Result<Compared, BenchError> {
        let then = self.listen(self.world.directory.path(), &["telemetry"], &["--as-of", &at.to_string()])?;
        let shown = array(&then, "signals").iter().any(|other| other["id"] == signal["id"]);
        let what = if shown { "shown" } else { "not shown" };
        let breach = (shown != expected).then(|| format!("{what} as of {at}: {}", describe(signal)));
        Ok(Compared { breach, is_void: false })
    }

    fn cut(self, at: Moment, whole: &Value) -> Result<Compared, BenchError> {
        let directory = TempDir::new().map_err(BenchError::Temporary)?;
        let telemetry = self.world.directory.path().join("telemetry");
        cut::directory(&telemetry, &directory.path().join("telemetry"), at)?;
        let cut = self.listen(directory.path(), &["telemetry"], &["--as-of", &at.to_string()])?;
        Ok(Compared::of(&format!("cut at {at}"), &frozen(whole, at), &frozen(&cut, Moment::MAX)))
    }

    fn as_of(self, at: Moment, whole: &Value) -> Result<Compared, BenchError> {
        let told = self.listen(self.world.directory.path(), &["telemetry"], &["--as-of", &at.to_string()])?;
        Ok(Compared::of(&format!("as of {at}"), &frozen(whole, at), &frozen(&told, Moment::MAX)))
    }
}

/// What came of one comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Compared {
    breach: Option<String>,
    is_void: bool,
}

impl Compared {
    fn of(what: &str, expected: &[String], found: &[String]) -> Self {
        let breach = difference(expected, found).map(|difference| format!("{what}: {difference}"));
        Self { breach, is_void: expected.is_empty() && found.is_empty() }
    }
}

/// The signals noticed by this moment, in their order, as bytes, without what may be learned later.
fn frozen(listening: &Value, by: Moment) -> Vec<String> {
    array(listening, "signals")
        .iter()
        .filter(|signal| moment(text(signal, "noticed_at")).is_none_or(|noticed| noticed <= by))
        .map(|signal| {
            let mut signal = signal.clone();
            if let Some(fields) = signal.as_object_mut() {
                fields.remove("base_rate");
                fields.remove("code");
                // What only the terminal's budget needs is no field of a signal.
                fields.remove("members");
            }
            signal.to_string()
        })
        .collect()
}

/// The first thing in which two answers differ.
fn difference(expected: &[String], found: &[String]) -> Option<String> {
    let at = (0..expected.len().max(found.len())).find(|&at| expected.get(at) != found.get(at))?;
    let show = |list: &[String]| {
        list.get(at).map_or_else(|| "nothing".to_owned(), |text| text.chars().take(600).collect())
    };
    Some(format!(
        "{} signals against {}; number {}:\n  - expected {}\n  - found    {}",
        expected.len(),
        found.len(),
        at + 1,
        show(expected),
        show(found)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_may_be_learned_later_is_left_out_of_the_comparison() {
        let listening = json!({ "signals": [
            { "id": "a", "noticed_at": "2026-02-10T09:00:00Z", "strength": 0.5, "base_rate": 1, "code": [] },
            { "id": "b", "noticed_at": "2026-02-11T09:00:00Z", "strength": 0.4, "base_rate": 2, "code": [] },
        ] });
        let by = moment("2026-02-10T09:00:00Z").unwrap();
        assert_eq!(
            frozen(&listening, by),
            [r#"{"id":"a","noticed_at":"2026-02-10T09:00:00Z","strength":0.5}"#]
        );
        assert_eq!(frozen(&listening, Moment::MAX).len(), 2);
    }

    #[test]
    fn a_law_that_was_broken_or_hardly_tried_is_not_kept() {
        let kept = |law| Outcome { law, breach: None, is_void: false };
        let mut outcomes: Vec<Outcome> =
            Law::ALL.into_iter().flat_map(|law| vec![kept(law); floors::LAW_TRIALS]).collect();
        assert_eq!(judge(&outcomes), Gate::Kept);
        let last = outcomes.pop();
        assert_eq!(judge(&outcomes), Gate::Missed);
        outcomes.push(Outcome { law: Law::Deterministic, breach: None, is_void: true });
        assert_eq!(judge(&outcomes), Gate::Missed, "nothing beside nothing is no trial");
        outcomes.extend(last);
        outcomes.push(Outcome { law: Law::Causal, breach: Some("cut at noon".to_owned()), is_void: false });
        assert_eq!(judge(&outcomes), Gate::Missed);
        let table = table(&outcomes);
        assert!(table.contains("byte-identical | 4 | 1 |"), "{table}");
        assert!(table.ends_with("byte-identical: cut at noon\n"), "{table}");
    }

    #[test]
    fn the_first_difference_is_shown_and_a_missing_signal_is_one() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(difference(&list(&["a", "b"]), &list(&["a", "b"])), None);
        let told = difference(&list(&["a", "b"]), &list(&["a"])).unwrap();
        assert!(
            told.starts_with("2 signals against 1; number 2:") && told.contains("found    nothing"),
            "{told}"
        );
        assert!(difference(&list(&["a", "b"]), &list(&["b", "a"])).is_some());
        assert!(Compared::of("as of noon", &[], &[]).is_void);
        let told = Compared::of("as of noon", &[], &list(&["a"]));
        assert!(
            !told.is_void && told.breach.is_some_and(|breach| breach.starts_with("as of noon: 0 signals"))
        );
    }
}

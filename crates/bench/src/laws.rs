//! `hark-bench laws`: does the binary keep its laws? Causal, deterministic, and true to `--as-of`.

use std::path::Path;

use hark_event::Moment;
use hark_rehearsal::Tale;
use serde_json::Value;
use tempfile::TempDir;

use crate::Gate;
use crate::cut;
use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::options::Options;
use crate::quiet::Chance;
use crate::score::{describe, moment};
use crate::world::World;

/// At most so many signals are asked for at the second at which they were noticed, and at the one before.
const SIGNALS_ASKED_MAX: usize = 25;

/// Checks the laws on each world.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let tales = options.tales.clone().unwrap_or_else(|| vec![Tale::TimeoutEdit]);
    let (first, last) = options.seeds.unwrap_or((301, 301));
    let moments = options.moments.unwrap_or(if options.short { 5 } else { 50 });
    let mut broken = Vec::new();
    let mut checked = Checked::default();
    for tale in tales {
        for seed in first..=last {
            eprintln!("{tale}, seed {seed}");
            let world = World::new(tale, seed, options.traffic.unwrap_or(0.05))?;
            let mut bench = Bench { hark: &hark, world: &world, broken: &mut broken, checked: &mut checked };
            let whole = bench.listen(world.directory.path(), &["telemetry"], &[])?;
            bench.order(&whole)?;
            bench.threads(&whole)?;
            bench.notices(&whole)?;
            bench.cuts(&whole, moments)?;
        }
    }
    println!("| law | checked | broken |\n|---|---|---|");
    for (law, count) in [
        (Law::Causal, checked.causal),
        (Law::AsOf, checked.as_of),
        (Law::Noticed, checked.noticed),
        (Law::Deterministic, checked.deterministic),
    ] {
        println!(
            "| {} | {count} | {} |",
            law.name(),
            broken.iter().filter(|(broken, _)| *broken == law).count()
        );
    }
    for (law, what) in &broken {
        println!("\n- {}: {what}", law.name());
    }
    Ok(Gate::kept_if(broken.is_empty()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Law {
    Causal,
    AsOf,
    Noticed,
    Deterministic,
}

impl Law {
    fn name(self) -> &'static str {
        match self {
            Self::Causal => "files cut at a moment leave all earlier signals byte-identical",
            Self::AsOf => "`--as-of` that moment on whole files says the same",
            Self::Noticed => "`--as-of noticed_at` shows a signal, one second less does not",
            Self::Deterministic => "order of files and number of threads change nothing",
        }
    }
}

#[derive(Default)]
struct Checked {
    causal: usize,
    as_of: usize,
    noticed: usize,
    deterministic: usize,
}

struct Bench<'a> {
    hark: &'a Hark,
    world: &'a World,
    broken: &'a mut Vec<(Law, String)>,
    checked: &'a mut Checked,
}

impl Bench<'_> {
    fn listen(&self, directory: &Path, paths: &[&str], more: &[&str]) -> Result<Value, BenchError> {
        let begin = self.world.truth.begin.to_string();
        let mut arguments = vec!["listen", "--all", "--since", &begin, "--format", "json"];
        arguments.extend(more);
        arguments.extend(paths);
        self.hark.json(directory, &arguments)
    }

    fn breaks(&mut self, law: Law, what: &str) {
        let truth = &self.world.truth;
        self.broken.push((law, format!("{}, seed {}: {what}", truth.tale, truth.seed)));
    }

    fn order(&mut self, whole: &Value) -> Result<(), BenchError> {
        let parts =
            ["telemetry/logs", "telemetry/metrics", "telemetry/alerts.jsonl", "telemetry/reports.jsonl"];
        for turn in 1..parts.len() {
            let mut paths = parts;
            paths.rotate_left(turn);
            let other = self.listen(self.world.directory.path(), &paths, &[])?;
            self.checked.deterministic += 1;
            if let Some(what) = difference(&frozen(whole, Moment::MAX), &frozen(&other, Moment::MAX)) {
                self.breaks(Law::Deterministic, &format!("{}: {what}", paths.join(" ")));
            }
        }
        Ok(())
    }

    fn threads(&mut self, whole: &Value) -> Result<(), BenchError> {
        if !self.hark.knows("listen", "--threads") {
            eprintln!("`hark listen` has no `--threads`: not checked");
            return Ok(());
        }
        for threads in ["1", "3", "8"] {
            let other = self.listen(self.world.directory.path(), &["telemetry"], &["--threads", threads])?;
            self.checked.deterministic += 1;
            if let Some(what) = difference(&frozen(whole, Moment::MAX), &frozen(&other, Moment::MAX)) {
                self.breaks(Law::Deterministic, &format!("{threads} threads: {what}"));
            }
        }
        Ok(())
    }

    fn notices(&mut self, whole: &Value) -> Result<(), BenchError> {
        for signal in array(whole, "signals").iter().take(SIGNALS_ASKED_MAX) {
            let Some(noticed) = moment(text(signal, "noticed_at")) else {
                self.breaks(Law::Noticed, &format!("no time: {}", describe(signal)));
                continue;
            };
            self.checked.noticed += 1;
            for (at, expected) in [(noticed, true), (noticed.plus_seconds(-1), false)] {
                let then =
                    self.listen(self.world.directory.path(), &["telemetry"], &["--as-of", &at.to_string()])?;
                let shown = array(&then, "signals").iter().any(|other| other["id"] == signal["id"]);
                if shown != expected {
                    let what = if shown { "shown" } else { "not shown" };
                    self.breaks(Law::Noticed, &format!("{what} as of {at}: {}", describe(signal)));
                }
            }
        }
        Ok(())
    }

    fn cuts(&mut self, whole: &Value, moments: usize) -> Result<(), BenchError> {
        let truth = &self.world.truth;
        let span = truth.now.seconds_since(truth.begin).max(1) as u64;
        let mut chance = Chance(truth.seed ^ 0xc07);
        for _ in 0..moments {
            let at = truth.begin.plus_seconds(chance.below(span) as i64);
            let directory = TempDir::new().map_err(BenchError::Temporary)?;
            cut::directory(
                &self.world.directory.path().join("telemetry"),
                &directory.path().join("telemetry"),
                at,
            )?;
            let as_of = at.to_string();
            let earlier = frozen(whole, at);
            let cut = self.listen(directory.path(), &["telemetry"], &["--as-of", &as_of])?;
            self.checked.causal += 1;
            if let Some(what) = difference(&earlier, &frozen(&cut, Moment::MAX)) {
                self.breaks(Law::Causal, &format!("cut at {at}: {what}"));
            }
            let told = self.listen(self.world.directory.path(), &["telemetry"], &["--as-of", &as_of])?;
            self.checked.as_of += 1;
            if let Some(what) = difference(&earlier, &frozen(&told, Moment::MAX)) {
                self.breaks(Law::AsOf, &format!("as of {at}: {what}"));
            }
        }
        Ok(())
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
    fn the_first_difference_is_shown_and_a_missing_signal_is_one() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(difference(&list(&["a", "b"]), &list(&["a", "b"])), None);
        let told = difference(&list(&["a", "b"]), &list(&["a"])).unwrap();
        assert!(
            told.starts_with("2 signals against 1; number 2:") && told.contains("found    nothing"),
            "{told}"
        );
        assert!(difference(&list(&["a", "b"]), &list(&["b", "a"])).is_some());
    }
}

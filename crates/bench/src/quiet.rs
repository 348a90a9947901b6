//! `hark-bench quiet`: what is said where nothing happens?

use hark_rehearsal::Tale;
use serde_json::Value;

use crate::draw::Chance;
use crate::error::BenchError;
use crate::floors;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::options::Options;
use crate::score::describe;
use crate::world::World;
use crate::{Gate, beside};

/// Before this there is too little memory for a question to be fair.
const WARM_UP_SECONDS: i64 = 14 * 86_400;
const WEEK_SECONDS: f64 = 7.0 * 86_400.0;

/// Listens to quiet worlds and asks about quiet moments.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let usual = if options.short { (201, 202) } else { (201, 205) };
    let (first, last) = options.seeds.unwrap_or(usual);
    let traffic = options.traffic.unwrap_or(if options.short { 0.1 } else { 0.15 });
    let worlds = (last.saturating_sub(first) + 1) as usize;
    let moments = options.moments.unwrap_or(if options.short { 24 } else { 200 });
    let mut said = Said::default();
    let mut whispered = Share::default();
    let mut aloud = Vec::new();
    for (number, seed) in (first..=last).enumerate() {
        eprintln!("quiet, seed {seed}");
        let world = World::new(Tale::Quiet, seed, traffic)?;
        let begin = world.truth.begin.to_string();
        let listening = hark.json(
            world.directory.path(),
            &["listen", "--all", "--since", &begin, "--format", "json", "telemetry"],
        )?;
        said.add(
            &listening,
            world.truth.services.len(),
            world.truth.now.seconds_since(world.truth.begin),
            &mut aloud,
        );
        let asked = moments / worlds + usize::from(number < moments % worlds);
        let one = ask(&hark, &world, asked)?;
        whispered = Share { hits: whispered.hits + one.hits, of: whispered.of + one.of };
    }
    println!("Quiet worlds: seeds {first} to {last}, traffic {traffic}.\n");
    println!("| measure | value | goal |\n|---|---|---|");
    println!(
        "| signals per service-week, clusters once | {:.3} ({} in {:.0}) | ≤ 0.3 |",
        said.rate(),
        said.counted,
        said.service_weeks
    );
    println!("| explained by a change, apart | {} | |", said.explained);
    println!("| hearing loss, apart | {} | |", said.hearing_loss);
    println!("| `whispered` at random moments | {whispered} | ≤ 0.10 |");
    if !aloud.is_empty() {
        println!("\nWhat was said:\n\n{}", aloud.join("\n"));
    }
    if said.service_weeks <= 0.0 || whispered.of == 0 {
        return Err(BenchError::Request("no seed or no moment: nothing was measured".to_owned()));
    }
    Ok(judge(said.rate(), whispered.value(), options))
}

/// Against the ceilings that were asked for, and in a short run against its own.
fn judge(rate: f64, whispered: f64, options: &Options) -> Gate {
    let ceiling = |what: &str, found: f64, asked: Option<f64>, short: f64| {
        let most = asked.or(options.short.then_some(short));
        most.map_or(Gate::Kept, |most| Gate::say(what, found, "<=", most, found <= most))
    };
    Gate::all([
        ceiling("signals per service-week", rate, options.ceiling_rate, floors::QUIET_RATE),
        ceiling(
            "`whispered` at quiet moments",
            whispered,
            options.ceiling_whispered,
            floors::QUIET_WHISPERED,
        ),
    ])
}

fn ask(hark: &Hark, world: &World, moments: usize) -> Result<Share, BenchError> {
    let truth = &world.truth;
    let from = truth.begin.plus_seconds(WARM_UP_SECONDS);
    let span = truth.now.seconds_since(from).max(1) as u64;
    let mut chance = Chance::of(truth.seed);
    let asked: Vec<(String, &str)> = (0..moments)
        .map(|_| {
            let at = from.plus_seconds(chance.below(span) as i64).to_string();
            (at, truth.services[chance.below(truth.services.len() as u64) as usize].as_str())
        })
        .collect();
    let verdicts = beside::each(&asked, |(at, service)| {
        let arguments = ["back", "--at", at, "--as-of", at, "--on", service, "--repo", "repository"];
        let arguments = [&arguments[..], &["--format", "json", "telemetry"]].concat();
        let story = hark.json(world.directory.path(), &arguments)?;
        Ok(text(&story, "verdict") == "whispered")
    });
    let verdicts = verdicts.into_iter().collect::<Result<Vec<bool>, BenchError>>()?;
    Ok(Share::count(verdicts, |whispered| *whispered))
}

/// What was said in all worlds.
#[derive(Default)]
struct Said {
    counted: usize,
    explained: usize,
    hearing_loss: usize,
    service_weeks: f64,
}

impl Said {
    fn add(&mut self, listening: &Value, services: usize, seconds: i64, aloud: &mut Vec<String>) {
        self.service_weeks += services as f64 * seconds as f64 / WEEK_SECONDS;
        for signal in array(listening, "signals") {
            let follows =
                !text(signal, "cluster").is_empty() && text(signal, "cluster") != text(signal, "id");
            if text(signal, "kind") == "hearing-loss" {
                self.hearing_loss += 1;
            } else if !signal["explained_by"].is_null() {
                self.explained += 1;
            } else if !follows {
                self.counted += 1;
                aloud.push(format!("- {}", describe(signal)));
            }
        }
    }

    fn rate(&self) -> f64 {
        if self.service_weeks > 0.0 { self.counted as f64 / self.service_weeks } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_short_run_has_ceilings_of_its_own_and_a_full_run_only_those_that_were_asked_for() {
        let parse = |line: &str| Options::parse("quiet", line.split_whitespace().map(str::to_owned)).unwrap();
        assert_eq!(judge(9.0, 1.0, &parse("")), Gate::Kept);
        assert_eq!(judge(9.0, 0.0, &parse("--short")), Gate::Missed);
        assert_eq!(judge(0.0, 1.0, &parse("--short")), Gate::Missed);
        assert_eq!(judge(0.1, 0.05, &parse("--short")), Gate::Kept);
        assert_eq!(judge(0.1, 0.05, &parse("--ceiling-rate 0.05")), Gate::Missed);
    }

    #[test]
    fn clusters_count_once_and_what_is_explained_or_our_own_loss_counts_apart() {
        let listening = json!({ "signals": [
            { "id": "a", "kind": "metric-drift", "cluster": null, "explained_by": null },
            { "id": "b", "kind": "metric-drift", "cluster": "b", "explained_by": null },
            { "id": "c", "kind": "metric-drift", "cluster": "b", "explained_by": null },
            { "id": "d", "kind": "pattern-new", "cluster": null, "explained_by": "deploy v2" },
            { "id": "e", "kind": "hearing-loss", "cluster": null, "explained_by": null },
        ] });
        let mut said = Said::default();
        let mut aloud = Vec::new();
        said.add(&listening, 8, 7 * 86_400, &mut aloud);
        assert_eq!((said.counted, said.explained, said.hearing_loss, aloud.len()), (2, 1, 1, 2));
        assert!((said.rate() - 0.25).abs() < 1e-9);
    }
}

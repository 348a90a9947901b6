//! `hark-bench quiet`: what is said where nothing happens?

use hark_rehearsal::Tale;
use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::options::Options;
use crate::score::describe;
use crate::world::World;

/// Before this there is too little memory for a question to be fair.
const WARM_UP_SECONDS: i64 = 14 * 86_400;
const WEEK_SECONDS: f64 = 7.0 * 86_400.0;

/// Listens to quiet worlds and asks about quiet moments.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let usual = if options.short { (201, 201) } else { (201, 205) };
    let (first, last) = options.seeds.unwrap_or(usual);
    let traffic = options.traffic.unwrap_or(if options.short { 0.05 } else { 0.15 });
    let worlds = (last.saturating_sub(first) + 1) as usize;
    let moments = options.moments.unwrap_or(if options.short { 10 } else { 200 });
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
    Ok(Gate::all([
        Gate::kept_if(options.ceiling_rate.is_none_or(|most| said.rate() <= most)),
        Gate::kept_if(
            options.ceiling_whispered.is_none_or(|most| whispered.of == 0 || whispered.value() <= most),
        ),
    ]))
}

fn ask(hark: &Hark, world: &World, moments: usize) -> Result<Share, BenchError> {
    let truth = &world.truth;
    let from = truth.begin.plus_seconds(WARM_UP_SECONDS);
    let mut chance = Chance(truth.seed);
    let mut whispered = Share::default();
    for _ in 0..moments {
        let at =
            from.plus_seconds(chance.below(truth.now.seconds_since(from).max(1) as u64) as i64).to_string();
        let service = truth.services[chance.below(truth.services.len() as u64) as usize];
        let arguments = [
            "back",
            "--at",
            &at,
            "--as-of",
            &at,
            "--on",
            service,
            "--repo",
            "repository",
            "--format",
            "json",
            "telemetry",
        ];
        let story = hark.json(world.directory.path(), &arguments)?;
        whispered.of += 1;
        whispered.hits += usize::from(text(&story, "verdict") == "whispered");
    }
    Ok(whispered)
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

/// Moments by chance, the same every time (a linear congruence is chance enough for a dial).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Knuth's MMIX multiplier and increment; the low bits of such a sequence are poor, so they are not used.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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

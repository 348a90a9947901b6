//! `hark-bench stories`: is the true whisper heard, how early, and is it ranked first?

use hark_rehearsal::Tale;

use crate::error::BenchError;
use crate::floors;
use crate::hark::Hark;
use crate::interval::{Share, median};
use crate::options::Options;
use crate::score::Score;
use crate::world::World;
use crate::{Gate, beside};

/// How long after its start an incident is asked about.
const AFTER_START_SECONDS: i64 = 2 * 3_600;

/// Tells every tale with every seed, prints the table, and says whether the floors were kept.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let tales = options
        .tales
        .clone()
        .unwrap_or_else(|| Tale::ALL.into_iter().filter(|tale| *tale != Tale::Quiet).collect());
    let usual = if options.short { (101, 101) } else { (101, 105) };
    let (first, last) = options.seeds.unwrap_or(usual);
    let traffic = options.traffic.unwrap_or(if options.short { 0.1 } else { 0.15 });
    let worlds: Vec<(Tale, u64)> =
        tales.iter().flat_map(|tale| (first..=last).map(|seed| (*tale, seed))).collect();
    let scores = beside::each(&worlds, |(tale, seed)| {
        eprintln!("{tale}, seed {seed}");
        tell(&hark, &World::new(*tale, *seed, traffic)?)
    });
    let scores = scores.into_iter().collect::<Result<Vec<Score>, BenchError>>()?;
    if scores.is_empty() {
        return Err(BenchError::Request("no tale and no seed: nothing was told".to_owned()));
    }
    println!("Worlds: seeds {first} to {last}, traffic {traffic}.\n");
    print!("{}", table(&scores));
    Ok(judge(&scores, options))
}

fn tell(hark: &Hark, world: &World) -> Result<Score, BenchError> {
    let truth = &world.truth;
    let Some(incident) = &truth.incident else {
        return Err(BenchError::Request(format!("the tale `{}` has no incident to be told", truth.tale)));
    };
    let at = incident.start.to_string();
    let now = incident.start.plus_seconds(AFTER_START_SECONDS).min(truth.now).to_string();
    let arguments = [
        "back",
        "--at",
        &at,
        "--on",
        &incident.service,
        "--repo",
        "repository",
        "--as-of",
        &now,
        "--format",
        "json",
        "telemetry",
    ];
    // A crash of the binary is a result here, and the worst one.
    Ok(match hark.json(world.directory.path(), &arguments) {
        Ok(story) => Score::of(truth, &story),
        Err(error) => Score::failed(truth, &error.to_string()),
    })
}

fn first(scores: &[Score]) -> Share {
    Share::count(scores.iter().filter(|score| score.audible), |score| score.rank == Some(1))
}

fn three(scores: &[Score]) -> Share {
    Share::count(scores.iter().filter(|score| score.audible), |score| {
        score.rank.is_some_and(|rank| rank <= 3)
    })
}

fn verdicts(scores: &[Score]) -> Share {
    Share::count(scores, |score| score.verdict_right)
}

fn causes(scores: &[Score]) -> Share {
    Share::count(scores.iter().filter(|score| score.audible), |score| {
        score.cause.is_some_and(|rank| rank <= 3)
    })
}

/// At the median of all audible stories; one that was not heard counts as noticed at the very end.
fn noticed(scores: &[Score]) -> Option<f64> {
    median(scores.iter().filter(|score| score.audible).map(|score| score.noticed.unwrap_or(1.0)).collect())
}

fn chance(scores: &[Score]) -> Option<f64> {
    median(scores.iter().filter_map(|score| score.chance).collect())
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

/// One row per tale, the totals with their intervals beside the goals, and what was ranked first where it was wrong.
fn table(scores: &[Score]) -> String {
    let mut out = String::from(
        "| tale | first | first three | noticed at | verdict | cause in three | chance |\n|---|---|---|---|---|---|---|\n",
    );
    let mut tales: Vec<&str> = scores.iter().map(|score| score.tale.as_str()).collect();
    tales.dedup();
    for tale in tales {
        let of: Vec<Score> = scores.iter().filter(|score| score.tale == tale).cloned().collect();
        let short = |share: Share| {
            if share.of == 0 { "–".to_owned() } else { format!("{}/{}", share.hits, share.of) }
        };
        out += &format!(
            "| {tale} | {} | {} | {} | {} | {} | {} |\n",
            short(first(&of)),
            short(three(&of)),
            number(noticed(&of)),
            short(verdicts(&of)),
            short(causes(&of)),
            number(chance(&of)),
        );
    }
    out += "\n| measure | all stories (95 % interval) | goal |\n|---|---|---|\n";
    out += &format!("| true whisper first | {} | ≥ 0.85 |\n", first(scores));
    out += &format!("| true whisper among the first three | {} | ≥ 0.97 |\n", three(scores));
    out +=
        &format!("| noticed at, from onset to incident, median | {} | ≤ 0.30 |\n", number(noticed(scores)));
    out += &format!("| verdict right | {} | ≥ 0.95 |\n", verdicts(scores));
    out += &format!("| cause or its note among the first three | {} | |\n", causes(scores));
    out += &format!("| chance at quiet moments, median | {} | ≤ 0.10 |\n", number(chance(scores)));
    out + &failures(scores)
}

fn failures(scores: &[Score]) -> String {
    let mut out = String::new();
    for score in scores {
        let missed = score.audible && score.rank != Some(1);
        if !missed && score.verdict_right && (!score.audible || score.cause.is_some_and(|rank| rank <= 3)) {
            continue;
        }
        let rank = |rank: Option<usize>| rank.map_or_else(|| "none".to_owned(), |rank| rank.to_string());
        out += &format!(
            "- {} {}: whisper rank {}, verdict {}, cause rank {}; first was {}\n",
            score.tale,
            score.seed,
            rank(score.rank),
            score.verdict,
            rank(score.cause),
            if score.ranked_first.is_empty() { "nothing" } else { &score.ranked_first },
        );
    }
    if out.is_empty() { out } else { format!("\nNot as it should be:\n\n{out}") }
}

/// Against the floors that were asked for, and in a short run against its own.
fn judge(scores: &[Score], options: &Options) -> Gate {
    let floor = |what: &str, share: Share, asked: Option<f64>, short: f64| {
        let floor = asked.or(options.short.then_some(short));
        floor.map_or(Gate::Kept, |floor| Gate::say(what, share.value(), ">=", floor, share.value() >= floor))
    };
    let ceiling = options.ceiling_noticed.or(options.short.then_some(floors::NOTICED));
    let noticed = noticed(scores).zip(ceiling).map_or(Gate::Kept, |(at, most)| {
        Gate::say("noticed at, from onset to incident", at, "<=", most, at <= most)
    });
    Gate::all([
        floor("true whisper first", first(scores), options.floor_first, floors::FIRST),
        floor("true whisper among three", three(scores), options.floor_three, floors::AMONG_THREE),
        floor("verdict right", verdicts(scores), options.floor_verdict, floors::VERDICT),
        floor("cause among three", causes(scores), options.floor_cause, floors::CAUSE),
        noticed,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(tale: &str, seed: u64, rank: Option<usize>) -> Score {
        Score {
            tale: tale.to_owned(),
            seed,
            rank,
            audible: tale != "sudden-outage",
            noticed: rank.map(|_| 0.2),
            verdict: "whispered".to_owned(),
            verdict_right: rank.is_some(),
            cause: rank,
            chance: Some(0.05),
            ranked_first: "metric-drift of search: x".to_owned(),
        }
    }

    #[test]
    fn the_table_gives_each_tale_a_row_and_says_what_was_wrong() {
        let scores =
            [score("leak", 101, Some(1)), score("leak", 102, Some(4)), score("sudden-outage", 101, None)];
        let table = table(&scores);
        assert!(table.contains("| leak | 1/2 | 1/2 | 0.20 | 2/2 | 1/2 | 0.05 |"), "{table}");
        assert!(table.contains("| sudden-outage | – | – | – | 0/1 | – | 0.05 |"), "{table}");
        assert!(table.contains("| verdict right | 2/3 = 0.67 (0.21 to 0.94) | ≥ 0.95 |"), "{table}");
        assert!(
            table.contains("- leak 102: whisper rank 4, verdict whispered, cause rank 4; first was metric"),
            "{table}"
        );
        assert!(!table.contains("- leak 101"), "{table}");
    }

    #[test]
    fn a_floor_is_missed_from_below_and_a_story_not_heard_counts_as_noticed_at_the_end() {
        let scores = [score("leak", 1, Some(1)), score("leak", 2, None)];
        let mut options = Options::parse("stories", std::iter::empty()).unwrap();
        assert_eq!(judge(&scores, &options), Gate::Kept);
        options.floor_first = Some(0.5);
        assert_eq!(judge(&scores, &options), Gate::Kept);
        options.floor_first = Some(0.51);
        assert_eq!(judge(&scores, &options), Gate::Missed);
        assert_eq!(noticed(&scores), Some(0.6));
    }

    #[test]
    fn a_short_run_has_floors_of_its_own() {
        let short = Options::parse("stories", ["--short".to_owned()].into_iter()).unwrap();
        let good: Vec<Score> = (1..=9).map(|seed| score("leak", seed, Some(1))).collect();
        assert_eq!(judge(&good, &short), Gate::Kept);
        let deaf: Vec<Score> = (1..=9).map(|seed| score("leak", seed, None)).collect();
        assert_eq!(judge(&deaf, &short), Gate::Missed);
    }
}

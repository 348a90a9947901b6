//! `hark-bench rootcause`: is the service where it began ranked first, and not one of its victims?
//!
//! Our own worlds come first (see `worlds`), then the sets. A short run is of the worlds alone; where `--data` names a folder
//! that holds PetShop it is of PetShop alone, as shipped, so that two short runs measure both and neither twice.
//!
//! PetShop (Hardt et al. 2023): metrics of a real application in microservices, five minutes apart, two days without an issue
//! and 25 minutes with each of those that were injected. Its tables have four rows of headers, which are no form that
//! `hark` reads, so that they are written anew as one table for each service; who calls whom becomes a label of the callers'
//! requests, as clients count them. What is scored is the order of services in the JSON of `hark back`, with the symptom's
//! service and time, as a user would ask. The truth stays here. The two days were measured months after the issues; they are
//! moved to lie before them, for a story is told from what came first.

mod calls;
mod nezha;
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hark_rehearsal::Tale;
use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::floors;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::metrics::stamp;
use crate::options::Options;

/// How long an incident is looked at after its alarm: so long its files go on.
const SEEN_SECONDS: i64 = 1_500;
/// Between the last time without an issue and the first with one.
const STEP_SECONDS: i64 = 300;

/// How the minutes around the start can be looked at; which is best is chosen on one half of the issues for the other.
const LOOKS: [Look; 9] = {
    let mut looks = [Look { before: "600", usual: "0.9" }; 9];
    let (befores, usuals) = (["300", "600", "900"], ["0.75", "0.9", "0.95"]);
    let mut at = 0;
    while at < looks.len() {
        looks[at] = Look { before: befores[at / 3], usual: usuals[at % 3] };
        at += 1;
    }
    looks
};
/// The tales of a short run: the demo's, one with traces, one whose cause calls the hurt service, one without a cause, and none.
const SHORT: [Tale; 5] =
    [Tale::TimeoutEdit, Tale::SpanRetries, Tale::RetryCreep, Tale::SuddenOutage, Tale::Quiet];
/// The one that `hark` uses unasked.
const SHIPPED: usize = 4;

/// One way to look.
#[derive(Clone, Copy)]
struct Look {
    before: &'static str,
    usual: &'static str,
}

/// What was named first for one issue, by way to look.
struct Answered {
    case: Case,
    /// The place of the true cause, from 1, for each look; none if it was not named.
    places: Vec<Option<usize>>,
    /// Quiet moments, and those at which as much would have been named.
    quiet: (u64, u64),
}

/// One issue.
struct Case {
    traffic: String,
    folder: PathBuf,
    symptom: String,
    at: i64,
    cause: String,
}

/// Series of one service: name, time, value.
type Samples = BTreeMap<String, Vec<(String, i64, String)>>;

/// Asks about each issue and prints a table.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    if let Some(data) = petshop_of_short(options) {
        return Ok(judge(&answers(&hark, &data, SHIPPED..SHIPPED + 1)?));
    }
    let gate = of_worlds(&hark, options)?;
    if options.short {
        return Ok(gate);
    }
    let data = options.data.clone().unwrap_or_else(|| PathBuf::from("../shared/data"));
    match nezha::measure(&hark, &data)? {
        Some(page) => println!("{page}"),
        None => {
            println!("There is no `nezha-trainticket` in `{}`; nothing was measured there.\n", data.display())
        }
    }
    let of_petshop = answers(&hark, &data.join("petshop"), 0..LOOKS.len())?;
    print("PetShop", &of_petshop);
    Ok(Gate::all([gate, judge(&of_petshop)]))
}

/// Where PetShop lies, if a short run is to be of it: only a folder that was named counts, or the worlds would never have their turn.
fn petshop_of_short(options: &Options) -> Option<PathBuf> {
    let data = options.data.as_ref().filter(|_| options.short)?.join("petshop");
    if data.is_dir() {
        return Some(data);
    }
    println!("There is no `{}`; our own worlds are measured instead.\n", data.display());
    None
}

/// Asks in our own worlds and prints a table.
fn of_worlds(hark: &Hark, options: &Options) -> Result<Gate, BenchError> {
    let usual = if options.short { (101, 101) } else { (101, 105) };
    let (first, last) = options.seeds.unwrap_or(usual);
    let traffic = options.traffic.unwrap_or(0.1);
    let tales =
        options.tales.clone().unwrap_or_else(|| if options.short { SHORT.into() } else { Tale::ALL.into() });
    let of_worlds = worlds::measure(hark, &tales, (first, last), traffic)?;
    println!("Our own worlds, seeds {first} to {last}, traffic {traffic}\n\n{}\n", of_worlds.page());
    // The worlds that are always the same must be told rightly, all of them; of others a few may be as unlucky as they like.
    let wrong = of_worlds.wrong_share();
    let (wrong, most) = match options.seeds {
        Some(_) => (wrong.hits as f64 / wrong.of.max(1) as f64, floors::TOLD_WRONGLY_SHARE),
        None => (wrong.hits as f64, floors::TOLD_WRONGLY),
    };
    Ok(Gate::all([
        Gate::say("services told wrongly", wrong, "<=", most, wrong <= most),
        Gate::say(
            "cause or hurt service told first",
            of_worlds.right().value(),
            ">=",
            floors::CAUSE_TOLD,
            of_worlds.right().value() >= floors::CAUSE_TOLD,
        ),
    ]))
}

/// What is named first for each of PetShop's issues, by these ways to look.
fn answers(hark: &Hark, data: &Path, looks: Range<usize>) -> Result<Vec<Answered>, BenchError> {
    let cases = cases(data)?;
    if cases.is_empty() {
        return Err(BenchError::Request(format!("there are no issues in `{}`", data.display())));
    }
    let callees = callees(&data.join("low_traffic/graph.csv"))?;
    cases.into_iter().map(|case| ask(hark, data, case, &callees, looks.clone())).collect()
}

/// What ships, against the floors.
fn judge(answers: &[Answered]) -> Gate {
    Gate::all([1, 3].into_iter().zip(floors::ROOT_CAUSE).map(|(most, floor)| {
        let is_within = |answer: &&Answered| answer.places[SHIPPED].is_some_and(|place| place <= most);
        let found = Share::count(answers, is_within).value();
        Gate::say(&format!("cause among {most}"), found, ">=", floor, found >= floor)
    }))
}

/// The table by traffic, and all of them with the way to look chosen on the other half.
fn print(set: &str, answers: &[Answered]) {
    println!("{set}, {} issues\n", answers.len());
    println!(
        "| issues of | issues | cause first | cause among three | quiet moments at which as much is named |"
    );
    println!("|---|---|---|---|---|");
    let mut groups: Vec<&str> = answers.iter().map(|answer| answer.case.traffic.as_str()).collect();
    groups.dedup();
    for group in groups {
        let of_group: Vec<&Answered> = answers.iter().filter(|answer| answer.case.traffic == group).collect();
        row(group, &of_group, |answer| answer.places[SHIPPED]);
    }
    let all: Vec<&Answered> = answers.iter().collect();
    row("all, as shipped", &all, |answer| answer.places[SHIPPED]);
    let chosen = [chosen(answers, 1), chosen(answers, 0)];
    let fitted: Vec<Option<usize>> =
        answers.iter().enumerate().map(|(at, answer)| answer.places[chosen[at % 2]]).collect();
    let within = |most: usize| Share::count(&fitted, |place| place.is_some_and(|place| place <= most));
    println!("| all, chosen on the other half | {} | {} | {} | |", fitted.len(), within(1), within(3));
    println!(
        "\nEvery way to look, over all:\n\n| seconds before | usual share | cause first | cause among three |\n|---|---|---|---|"
    );
    for (at, look) in LOOKS.iter().enumerate() {
        let within = |most: usize| {
            Share::count(answers, |answer| answer.places[at].is_some_and(|place| place <= most))
        };
        println!("| {} | {} | {} | {} |", look.before, look.usual, within(1), within(3));
    }
}

fn row(name: &str, answers: &[&Answered], place: impl Fn(&Answered) -> Option<usize>) {
    let within =
        |most: usize| Share::count(answers, |answer| place(answer).is_some_and(|place| place <= most));
    let quiet: u64 = answers.iter().map(|answer| answer.quiet.0).sum();
    let as_much: u64 = answers.iter().map(|answer| answer.quiet.1).sum();
    println!("| {name} | {} | {} | {} | {as_much} of {quiet} |", answers.len(), within(1), within(3));
}

/// The way to look that is best on every second issue, from the first or the second; of equal ones the middle one.
fn chosen(answers: &[Answered], from: usize) -> usize {
    let score = |look: usize| {
        let places = answers.iter().skip(from).step_by(2).filter_map(|answer| answer.places[look]);
        places.fold((0, 0), |(first, three), place| {
            (first + usize::from(place == 1), three + usize::from(place <= 3))
        })
    };
    let best = (0..LOOKS.len()).map(score).max().unwrap_or_default();
    let equal: Vec<usize> = (0..LOOKS.len()).filter(|look| score(*look) == best).collect();
    equal[equal.len() / 2]
}

/// The place of the cause for each way to look that is asked for, and what the shipped one says of quiet moments.
fn ask(
    hark: &Hark,
    data: &Path,
    case: Case,
    callees: &BTreeMap<String, BTreeSet<String>>,
    looks: Range<usize>,
) -> Result<Answered, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    write(folder.path(), data, &case, callees)?;
    let (at, now) = (stamp::text(case.at), stamp::text(case.at + SEEN_SECONDS));
    let on = plain(&case.symptom);
    let mut places = vec![None; LOOKS.len()];
    let mut quiet = (0, 0);
    for (index, look) in looks.map(|index| (index, &LOOKS[index])) {
        let asked = ["back", "--at", &at, "--as-of", &now, "--on", &on, "--format", "json", "--quiet"];
        let looked = ["--look-before", look.before, "--look-usual", look.usual, "."];
        let story = hark.json(folder.path(), &[&asked[..], &looked[..]].concat())?;
        places[index] = order(&story).iter().position(|name| *name == plain(&case.cause)).map(|at| at + 1);
        if index == SHIPPED {
            let count = |name: &str| story["beginnings"][name].as_u64().unwrap_or(0);
            quiet = (count("quiet_moments"), count("quiet_as_much"));
        }
    }
    Ok(Answered { case, places, quiet })
}

/// Writes the days without an issue and the issue behind them. The former were measured months after the latter: they are
/// moved to end where it begins, as if they had been the days before.
fn write(
    folder: &Path,
    data: &Path,
    case: &Case,
    callees: &BTreeMap<String, BTreeSet<String>>,
) -> Result<(), BenchError> {
    let (mut samples, mut issue) = (Samples::new(), Samples::new());
    read(&data.join(&case.traffic).join("noissue/metrics.csv"), &mut samples)?;
    read(&case.folder.join("metrics.csv"), &mut issue)?;
    let times =
        |samples: &Samples| samples.values().flatten().map(|(_, time, _)| *time).collect::<Vec<i64>>();
    let last = times(&samples).into_iter().max().unwrap_or_default();
    let moved = times(&issue).into_iter().min().unwrap_or_default() - STEP_SECONDS - last;
    samples.values_mut().flatten().for_each(|(_, time, _)| *time += moved);
    for (service, more) in issue {
        samples.entry(service).or_default().extend(more);
    }
    for (service, samples) in &samples {
        let place = folder.join(plain(service));
        fs::create_dir_all(&place).map_err(|source| BenchError::file(&place, source))?;
        let path = place.join("metrics.csv");
        fs::write(&path, table(service, samples, callees))
            .map_err(|source| BenchError::file(&path, source))?;
    }
    Ok(())
}

/// Services in the order in which the story ranks them.
fn order(story: &Value) -> Vec<String> {
    array(&story["beginnings"], "ranked").iter().map(|one| text(one, "service").to_owned()).collect()
}

fn table(
    service: &str,
    samples: &[(String, i64, String)],
    callees: &BTreeMap<String, BTreeSet<String>>,
) -> String {
    let mut table = String::from("time,series,value\n");
    for (series, time, value) in samples {
        let time = stamp::text(*time);
        writeln!(table, "{time},{series},{value}").expect("a string takes all that is written");
        for callee in callees.get(service).into_iter().flatten().filter(|_| series == "requests") {
            let name = format!("\"client_requests{{upstream=\"\"{}\"\"}}\"", plain(callee));
            writeln!(table, "{time},{name},{value}").expect("a string takes all that is written");
        }
    }
    table
}

/// A name that a folder and a label can have.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}

/// Columns are services, metrics and statistics, in three rows of headers; a fourth names the times.
fn read(path: &Path, samples: &mut Samples) -> Result<(), BenchError> {
    let table = fs::read_to_string(path).map_err(|source| BenchError::file(path, source))?;
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let (Some(services), Some(metrics), Some(statistics)) = (rows.next(), rows.next(), rows.next()) else {
        return Ok(());
    };
    for row in rows.skip(1) {
        let Some(time) = row[0].parse::<f64>().ok().map(|seconds| seconds as i64) else { continue };
        for (column, value) in row.iter().enumerate().skip(1).filter(|(_, value)| !value.is_empty()) {
            let (Some(service), Some(metric), Some(statistic)) =
                (services.get(column), metrics.get(column), statistics.get(column))
            else {
                continue;
            };
            let series = match (*metric, *statistic) {
                ("latency", "Average") => "latency_mean_seconds".to_owned(),
                ("latency", statistic) => format!("latency_{statistic}_seconds"),
                (metric, _) => metric.to_owned(),
            };
            samples.entry((*service).to_owned()).or_default().push((series, time, (*value).to_owned()));
        }
    }
    Ok(())
}

/// Who calls whom, from a square table of noughts and ones.
fn callees(path: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, BenchError> {
    let table = fs::read_to_string(path).map_err(|source| BenchError::file(path, source))?;
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let names = rows.next().unwrap_or_default();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let called = row.iter().zip(&names).skip(1).filter(|(cell, _)| cell.parse() == Ok(1.0));
        found.entry(row[0].to_owned()).or_default().extend(called.map(|(_, name)| (*name).to_owned()));
    }
    Ok(found)
}

fn cases(data: &Path) -> Result<Vec<Case>, BenchError> {
    let mut cases = Vec::new();
    for (traffic, part) in [("high_traffic", "train"), ("low_traffic", "train"), ("low_traffic", "test")] {
        let Ok(entries) = fs::read_dir(data.join(traffic).join(part)) else { continue };
        let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            let path = folder.join("target.json");
            let target = fs::read_to_string(&path).map_err(|source| BenchError::file(&path, source))?;
            let target: Value = serde_json::from_str(&target).unwrap_or_default();
            cases.push(Case {
                traffic: traffic.to_owned(),
                symptom: text(&target["target"], "node").to_owned(),
                at: target["target"]["timestamp"].as_i64().unwrap_or_default(),
                cause: text(&target["root_cause"], "node").to_owned(),
                folder,
            });
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_come_in_the_order_in_which_the_story_ranks_them() {
        let ranked = json!([{ "service": "cart" }, { "service": "web" }]);
        assert_eq!(order(&json!({ "beginnings": { "ranked": ranked } })), ["cart", "web"]);
    }

    #[test]
    fn a_short_run_is_of_petshop_where_the_folder_that_was_named_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let of = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|argument| (*argument).to_owned());
            petshop_of_short(&Options::parse("rootcause", arguments).unwrap())
        };
        assert_eq!(of(&["--short", "--data", data]), None);
        let petshop = folder.path().join("petshop");
        fs::create_dir(&petshop).unwrap();
        assert_eq!(of(&["--short", "--data", data]), Some(petshop));
        assert_eq!((of(&["--data", data]), of(&["--short"])), (None, None));
    }

    #[test]
    fn the_way_to_look_is_chosen_on_the_other_half() {
        let answered = |best: usize| Answered {
            case: Case {
                traffic: String::new(),
                folder: PathBuf::new(),
                symptom: String::new(),
                at: 0,
                cause: String::new(),
            },
            places: (0..LOOKS.len()).map(|look| Some(if look == best { 1 } else { 2 })).collect(),
            quiet: (0, 0),
        };
        let answers = [answered(3), answered(7)];
        assert_eq!((chosen(&answers, 0), chosen(&answers, 1)), (3, 7));
    }

    #[test]
    fn headers_of_three_rows_and_calls_are_read_and_written_as_one_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let text = "microservice,a::b,a::b\nmetric,latency,requests\nstatistic,p99,Sum\nunix_timestamp,,\n0.0,0.5,\n300.0,0.7,9\n";
        fs::write(&path, text).unwrap();
        let mut samples = Samples::new();
        read(&path, &mut samples).unwrap();
        fs::write(&path, ",a::b,c\na::b,0.0,1.0\nc,0.0,0.0\n").unwrap();
        let callees = callees(&path).unwrap();
        let expected = [
            "time,series,value",
            "1970-01-01T00:00:00Z,latency_p99_seconds,0.5",
            "1970-01-01T00:05:00Z,latency_p99_seconds,0.7",
            "1970-01-01T00:05:00Z,requests,9",
            "1970-01-01T00:05:00Z,\"client_requests{upstream=\"\"c\"\"}\",9",
        ];
        let written = table("a::b", &samples["a::b"], &callees);
        assert_eq!(written.lines().collect::<Vec<&str>>(), expected);
    }
}

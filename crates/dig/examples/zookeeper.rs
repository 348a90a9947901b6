//! Measures how well log lines find the source line that wrote them.
//!
//! ```text
//! cargo run -p hark-dig --example zookeeper -- <repository> <truth.csv>
//! ```
//!
//! The repository holds the source of ZooKeeper 3.4.5; the table says for 2,000 log lines which line of it
//! wrote them (`log_line,level,class,source_file,source_line,source_line_is_log_call,body`). Given are level
//! and body alone: once the line as it stands, once the name of the pattern that was mined from all lines.
//! Prints how many are right, right among declared equals, wrong, and without an answer; with `--verbose`
//! every miss.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use hark_dig::{Repository, Source};
use hark_event::{CodeJoin, Level, Moment};
use hark_pattern::{Limits, Shaper, Vocabulary};

struct Truth {
    level: Level,
    path: String,
    line: u32,
    body: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [repository, table, ..] = arguments.as_slice() else {
        eprintln!("usage: zookeeper <repository> <truth.csv> [--verbose]");
        return ExitCode::from(2);
    };
    match measure(Path::new(repository), Path::new(table), arguments.len() > 2) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zookeeper: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(repository: &Path, table: &Path, verbose: bool) -> Result<(), Box<dyn std::error::Error>> {
    let source = Repository::open(repository)?.source(Moment::MAX)?;
    println!("{} statements, {} notes", source.statements().len(), source.notes().len());
    let text = std::fs::read_to_string(table)?;
    let truths: Vec<Truth> = text.lines().skip(1).filter_map(read_row).collect();
    println!("lines:");
    let lines: Vec<String> = truths.iter().map(|truth| truth.body.clone()).collect();
    print(&source, &truths, &lines, verbose);
    println!("patterns:");
    print(&source, &truths, &mined(&lines), verbose);
    Ok(())
}

/// The name of each line's pattern.
fn mined(lines: &[String]) -> Vec<String> {
    let mut shaper = Shaper::new();
    let shapes: Vec<_> = lines
        .iter()
        .map(|line| {
            let shape = shaper.shape(line);
            (shape.id, shape.text.to_owned())
        })
        .collect();
    let mut vocabulary = Vocabulary::new(Limits::default());
    vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())));
    let name = |id| vocabulary.pattern_of(id).map(|pattern| vocabulary.name(pattern).to_owned());
    shapes.iter().map(|(id, _)| name(*id).unwrap_or_default()).collect()
}

fn print(source: &Source, truths: &[Truth], asked: &[String], verbose: bool) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut misses: BTreeMap<String, usize> = BTreeMap::new();
    for (truth, asked) in truths.iter().zip(asked) {
        let join = source.join(asked, truth.level);
        let verdict = judge(truth, &join);
        *counts.entry(verdict).or_default() += 1;
        if verdict != "right" {
            let said: Vec<String> =
                join.places.iter().map(|place| format!("{}:{}", place.path, place.line)).collect();
            let miss = format!("{verdict}: {}:{} `{asked}` gave {said:?}", truth.path, truth.line);
            *misses.entry(miss).or_default() += 1;
        }
    }
    for (verdict, count) in &counts {
        let share = *count as f64 * 100.0 / truths.len() as f64;
        println!("  {verdict}: {count} of {} ({share:.2} %)", truths.len());
    }
    if verbose {
        misses.iter().for_each(|(miss, count)| println!("  {count} {miss}"));
    }
}

fn judge(truth: &Truth, join: &CodeJoin) -> &'static str {
    let holds = join.places.iter().any(|place| place.path == truth.path && place.line == truth.line);
    match (join.places.len(), holds) {
        (0, _) => "unmatched",
        (1, true) => "right",
        (_, true) => "right within equals",
        (_, false) => "wrong",
    }
}

/// The fields before the body hold no quotes and no commas; the body may be quoted.
fn read_row(row: &str) -> Option<Truth> {
    let fields: Vec<&str> = row.splitn(7, ',').collect();
    let [_, level, _, path, line, _, body] = fields.as_slice() else { return None };
    let unquoted = body.strip_prefix('"').and_then(|body| body.strip_suffix('"'));
    Some(Truth {
        level: Level::parse(level)?,
        path: (*path).to_owned(),
        line: line.parse().ok()?,
        body: unquoted.map_or_else(|| (*body).to_owned(), |body| body.replace("\"\"", "\"")),
    })
}

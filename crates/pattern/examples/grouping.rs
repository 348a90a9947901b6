//! Grouping accuracy on labelled logs: `cargo run --release -p hark-pattern --example grouping -- DIR [SYSTEM]`.
//!
//! `DIR/<system>/*_structured_corrected.csv` holds messages (`Content`) and their true templates (`EventTemplate`). All
//! lines of a system are learned as one bucket. GA is the share of lines whose group holds exactly the lines of the
//! true group, FGA the F1 over groups. With SYSTEM the wrong groups of that system are printed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hark_pattern::{Limits, Shaper, Vocabulary};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the first argument names the folder of the systems");
    let shown = arguments.next();
    let mut scores = Vec::new();
    for file in labelled(Path::new(&folder)) {
        let system = file
            .parent()
            .and_then(Path::file_name)
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let rows = rows(&std::fs::read_to_string(&file).expect("the file can be read"));
        let score = score(&rows, shown.as_deref() == Some(system.as_str()));
        println!("{system:<12} GA {:.3}  FGA {:.3}  groups {} of {}", score.0, score.1, score.2, score.3);
        scores.push(score);
    }
    let mean = |pick: fn(&Score) -> f64| scores.iter().map(pick).sum::<f64>() / scores.len() as f64;
    println!("{:<12} GA {:.3}  FGA {:.3}", "mean", mean(|score| score.0), mean(|score| score.1));
}

type Score = (f64, f64, usize, usize);

fn labelled(folder: &Path) -> Vec<PathBuf> {
    let systems = std::fs::read_dir(folder).expect("the folder can be read").flatten();
    let files = systems.filter_map(|system| std::fs::read_dir(system.path()).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> =
        files.map(|file| file.path()).filter(|path| path.to_string_lossy().contains("_structured")).collect();
    paths.sort();
    paths
}

fn score(rows: &[(String, String)], is_shown: bool) -> Score {
    let mut shaper = Shaper::new();
    let mut vocabulary = Vocabulary::new(Limits::default());
    let shapes: Vec<_> = rows
        .iter()
        .map(|(message, _)| {
            let shape = shaper.shape(message);
            (shape.id, shape.text.to_owned())
        })
        .collect();
    vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())));
    let mut ours: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut truth: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (line, (id, _)) in shapes.iter().enumerate() {
        let pattern = vocabulary.pattern_of(*id).expect("every shape was learned");
        ours.entry(vocabulary.name(pattern)).or_default().insert(line);
        truth.entry(&rows[line].1).or_default().insert(line);
    }
    let right: BTreeSet<&BTreeSet<usize>> = truth.values().collect();
    let hits: Vec<_> = ours.values().filter(|group| right.contains(group)).collect();
    let lines: usize = hits.iter().map(|group| group.len()).sum();
    if is_shown {
        show(&truth, &ours);
    }
    let f1 = 2.0 * hits.len() as f64 / (ours.len() + truth.len()) as f64;
    (lines as f64 / rows.len() as f64, f1, ours.len(), truth.len())
}

fn show(truth: &BTreeMap<&str, BTreeSet<usize>>, ours: &BTreeMap<&str, BTreeSet<usize>>) {
    for (template, lines) in truth {
        let touching: Vec<_> = ours.iter().filter(|(_, group)| !group.is_disjoint(lines)).collect();
        if touching.len() == 1 && touching[0].1 == lines {
            continue;
        }
        println!("WRONG {template}  ({} lines)", lines.len());
        for (name, group) in touching.iter().take(12) {
            println!("      {name}  ({} lines, {} of these)", group.len(), group.intersection(lines).count());
        }
    }
}

/// The `Content` and `EventTemplate` of each row.
fn rows(text: &str) -> Vec<(String, String)> {
    let mut records = records(text).into_iter();
    let header = records.next().expect("the file has a header");
    let column =
        |name: &str| header.iter().position(|field| field == name).expect("the header names the column");
    let (content, template) = (column("Content"), column("EventTemplate"));
    records
        .filter(|record| record.len() == header.len())
        .map(|record| (record[content].clone(), record[template].clone()))
        .collect()
}

fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let record = records.last_mut().expect("there is always a record");
        let field = record.last_mut().expect("there is always a field");
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(String::new()),
            '\n' if !is_quoted => records.push(vec![String::new()]),
            '\r' if !is_quoted => {}
            _ => field.push(character),
        }
    }
    records
}

//! `hark-bench metrics`: what is heard in series that people have labelled, and how often it is said where they saw nothing.
//!
//! Series are written as CSV into a folder of their own and listened to by the binary, as a user would: what is scored is
//! what ships, thresholds and episodes and clusters included. A curve comes from asking `hark listen` for more or fewer
//! findings (`--strength-min`), and what a point on it is worth on files that did not choose it from `folds`. The labels stay
//! here. Nothing in the binary knows any of these sets.

mod disks;
mod drift;
mod folds;
mod hosts;
mod nab;
mod others;
mod points;
mod said;
mod season;
mod shapes;
pub(crate) mod stamp;
mod table;

use std::path::PathBuf;

use crate::Gate;
use crate::error::BenchError;
use crate::floors;
use crate::hark::Hark;
use crate::interval::Share;
use crate::options::Options;

/// The strengths at which the curves are drawn.
const STRENGTHS: [&str; 11] =
    ["0.2", "0.3", "0.35", "0.4", "0.45", "0.475", "0.5", "0.525", "0.55", "0.6", "0.7"];

/// Prints the tables of all sets that are there.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let data = options.data.clone().unwrap_or_else(|| PathBuf::from("../shared/data"));
    if options.short {
        return short(&hark, &data);
    }
    let wanted = |set: &str| options.sets.as_ref().is_none_or(|sets| sets.iter().any(|one| one == set));
    let mut measured = 0;
    for (set, measure) in SETS {
        if !wanted(set) {
            continue;
        }
        match measure(&hark, &data)? {
            Some(page) => {
                println!("{page}");
                measured += 1;
            }
            None => println!("There is no `{set}` in `{}`; nothing was measured there.\n", data.display()),
        }
    }
    if let Some(python) = &options.python {
        let beside: [(&str, Beside); 2] = [("nab", nab::beside), ("drift", drift::beside)];
        for (_, measure) in beside.into_iter().filter(|(set, _)| wanted(set)) {
            match measure(&hark, &data, python)? {
                Some(page) => println!("{page}"),
                None => println!(
                    "Not measured: `river` and `ruptures` beside it; the set or the packages of `{}` are missing.\n",
                    python.display()
                ),
            }
        }
    }
    if measured == 0 {
        return Err(nothing_to_measure(&data));
    }
    Ok(Gate::Kept)
}

fn nothing_to_measure(data: &std::path::Path) -> BenchError {
    BenchError::Request(format!(
        "nothing to measure in `{}`; name the folder with --data, and sets (nab, asd, smd, drift, season, shape, tcpd, backblaze) with --sets",
        data.display()
    ))
}

/// What is heard as shipped of the sets that take seconds, against the floors.
fn short(hark: &Hark, data: &std::path::Path) -> Result<Gate, BenchError> {
    let sets: [(&str, Short, [f64; 2]); 3] = [
        ("nab", nab::shipped, [floors::NAB_HEARD, floors::NAB_FALSE]),
        ("asd", hosts::asd_shipped, [floors::ASD_HEARD, floors::ASD_FALSE]),
        ("drift", drift::shipped, [floors::DRIFT_HEARD, floors::DRIFT_FALSE]),
    ];
    let mut gates = Vec::new();
    let mut measured = 0;
    for (set, measure, [floor, ceiling]) in sets {
        let Some((heard, rate)) = measure(hark, data)? else {
            // A floor that was not looked at is none that was kept.
            eprintln!("MISSED {set}: it is not in `{}`; name the folder with --data", data.display());
            gates.push(Gate::Missed);
            continue;
        };
        measured += 1;
        println!("{set}: heard {heard}, false alarms a week {rate:.3}");
        gates.push(Gate::say(&format!("{set}, heard"), heard.value(), ">=", floor, heard.value() >= floor));
        gates.push(Gate::say(&format!("{set}, false alarms a week"), rate, "<=", ceiling, rate <= ceiling));
    }
    if measured == 0 {
        return Err(nothing_to_measure(data));
    }
    Ok(Gate::all(gates))
}

/// What was heard of what should be, and false alarms a week; `None` if the set is not there.
type Short = fn(&Hark, &std::path::Path) -> Result<Option<(Share, f64)>, BenchError>;

/// The same beside the tools of this Python, at equal false alarms.
type Beside = fn(&Hark, &std::path::Path, &std::path::Path) -> Result<Option<String>, BenchError>;

/// A set's table, or `None` if it is not there.
type Measure = fn(&Hark, &std::path::Path) -> Result<Option<String>, BenchError>;

const SETS: [(&str, Measure); 8] = [
    ("nab", nab::measure),
    ("asd", hosts::asd),
    ("smd", hosts::smd),
    ("drift", drift::measure),
    ("season", season::measure),
    ("shape", shapes::measure),
    ("tcpd", points::measure),
    ("backblaze", disks::measure),
];

//! Measures the `hark` binary from outside, exactly as a user would run it, and prints Markdown.
//!
//! Development only. It knows `hark` by its command line and its JSON alone, which is what makes it able to say that a
//! release is worse than the one before, whatever has changed inside. Worlds come from `hark-rehearsal`, with a truth
//! that `hark` never sees.

mod beside;
mod cardinality;
mod chatter;
mod check;
mod cut;
mod draw;
mod endurance;
mod error;
mod flood;
mod floors;
mod forms;
mod grouping;
mod hark;
mod interval;
mod labelled;
mod laws;
mod metrics;
mod metrics_many;
mod metrics_speed;
mod options;
mod patterns;
mod patterns_speed;
mod process;
mod quiet;
mod rootcause;
mod schema;
mod score;
mod speed;
mod stories;
mod tour;
mod truth;
mod world;

use std::process::ExitCode;

use crate::error::BenchError;
use crate::options::Options;

const HELP: &str = "\
hark-bench <command> [options]: measures the hark binary and prints Markdown

  check     does one told story keep its schema and tell the truth? the story's file,
              --schema FILE  --truth FILE
  tour      does a document print what its commands print? the document's file
  stories   is the true whisper heard, early, and ranked first?
              --tales a,b  --seeds 101..105  --traffic 0.15  --short
              --floor-first, --floor-three, --floor-verdict, --floor-cause SHARE; --ceiling-noticed SHARE
  quiet     what is said where nothing happens?
              --seeds 201..205  --traffic 0.15  --moments 200  --short
              --ceiling-rate RATE  --ceiling-whispered SHARE
  laws      causal, deterministic, as of: does the binary keep its laws?
              --tales a,b  --seeds 301..301  --traffic 0.05  --moments 50  --short
  patterns  are log lines told apart as people tell them apart? beside Drain3, if python3 has it
              --data ../shared/data  --python python3
  metrics   is what people labelled in series heard, and nothing else?
              --data ../shared/data  --sets nab,asd,smd,drift,season  --short
              --python python3: beside `river` and `ruptures` at equal false alarms, on nab and drift
  rootcause is the service where it began ranked first?
              --data ../shared/data  --tales a,b  --seeds 101..105  --traffic 0.1  --short
  forms     megabytes a second and core of each form that is read, beside `wc -l`
              --bytes 67108864
  speed     lines a second beside `wc -l` and `grep` on the same files
              --bytes 1073741824
  speed patterns
            the same for `hark patterns`, on one core and on two, beside Drain3 too
              --bytes 600000000  --python python3  --data ../shared/data
  speed metrics
            samples a CPU second of `hark listen`, and bytes a series, beside `river` and `ruptures`
              --python python3
  speed many
            five weeks of a hundred thousand series, reading told apart, and bytes a series; some minutes and 10 GB of disk
            --series 100000
  endurance is it as fast and as small at the end, and under a flood?
              --lines N (default 300000000, then 100000000 with noise)  --short
  world     writes a world into --to DIR, to look at: --tales NAME --seeds N --traffic 1.0

  --hark PATH   the binary (default: target/release/hark)
  --short       one seed, thin traffic, floors of its own: a minute or two, for every change

Exit codes: 0 done, 1 a floor, ceiling or law was not kept, 2 the request is at fault, 3 the system is.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let result = Options::parse(&command, arguments).and_then(|options| match command.as_str() {
        "check" => check::run(&options),
        "tour" => tour::run(&options),
        "stories" => stories::run(&options),
        "quiet" => quiet::run(&options),
        "laws" => laws::run(&options),
        "metrics" => metrics::run(&options),
        "patterns" => patterns::run(&options),
        "rootcause" => rootcause::run(&options),
        "speed" if options.story.as_deref() == Some("patterns".as_ref()) => patterns_speed::run(&options),
        "speed" if options.story.as_deref() == Some("metrics".as_ref()) => metrics_speed::run(&options),
        "speed" if options.story.as_deref() == Some("many".as_ref()) => metrics_many::run(&options),
        "forms" => forms::run(&options),
        "speed" => speed::run(&options),
        "endurance" => endurance::run(&options),
        "world" => world::run(&options),
        "" | "help" | "--help" => {
            print!("{HELP}");
            Ok(Gate::Kept)
        }
        _ => Err(BenchError::Request(format!("there is no command `{command}`; see `hark-bench help`"))),
    });
    match result {
        Ok(Gate::Kept) => ExitCode::SUCCESS,
        Ok(Gate::Missed) => ExitCode::from(1),
        Err(error) => {
            eprintln!("hark-bench: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Whether what was asked for was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gate {
    /// All floors, ceilings and laws were kept.
    Kept,
    /// At least one was not; the output says which.
    Missed,
}

impl Gate {
    /// Missed, if any of these is.
    pub(crate) fn all(gates: impl IntoIterator<Item = Self>) -> Self {
        if gates.into_iter().any(|gate| gate == Self::Missed) { Self::Missed } else { Self::Kept }
    }

    /// Says on standard error which figure was held against which bound, and whether it was kept.
    pub(crate) fn say(what: &str, found: f64, relation: &str, bound: f64, holds: bool) -> Self {
        let word = if holds { "ok    " } else { "MISSED" };
        eprintln!("{word} {what}: {found:.3}, wanted {relation} {bound:.3}");
        Self::kept_if(holds)
    }

    /// Kept if this holds.
    pub(crate) fn kept_if(holds: bool) -> Self {
        if holds { Self::Kept } else { Self::Missed }
    }
}

//! What can be asked for on the command line; the help texts are these comments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{back, check, completions, demo, init, listen, man, patterns, replay};

/// Listens to what a system has been saying, and tells what it knew before its users did.
#[derive(Parser, Debug)]
#[command(
    name = "hark",
    version,
    max_term_width = 100,
    after_help = "\
Exit codes: 0 done (finding nothing is a result), 2 the request or its input is at fault, 3 the system is at fault \
and retrying may help."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands, each in a file of its own.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Listen(listen::Listen),
    Back(back::Back),
    Patterns(patterns::Patterns),
    Replay(replay::Replay),
    Check(check::Check),
    Init(init::Init),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What to read, and how.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Files, directories (walked), or `-` for standard input.
    ///
    /// What a file is, is found from its content: logs, metrics, traces, changes, alerts and user reports; .gz,
    /// .bz2, .xz and .zst are unpacked.
    /// Without any, those that `hark.toml` names.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// A Git repository, for changes, notes and log statements; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Vec<PathBuf>,
    /// The service of records that carry none.
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// The environment of records that carry none.
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Now: only what had arrived by then is read (default: the latest record's time).
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
    /// The zone of stamps without one, of seasons, and of times that people type (default: UTC).
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
    /// The settings (default: `hark.toml` in the working directory, if there is one); options go before them.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How many files are read side by side (default: one for each core); changes nothing but the time it takes.
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
}

fn threads(text: &str) -> Result<std::num::NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "give a whole number from 1 on, or leave it out for one for each core".to_owned())
}

/// How to tell it.
#[derive(Args, Debug)]
pub(crate) struct Telling {
    /// How to tell it.
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Neither progress nor remarks.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// The ways of telling.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For the terminal.
    Human,
    /// For machines, as in docs/schema.
    Json,
    /// For the post-mortem document.
    Markdown,
    /// One self-contained page.
    Html,
}

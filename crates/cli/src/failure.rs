//! What went wrong, what a person reads about it, and whether a script should retry.

use std::io;
use std::path::{Path, PathBuf};

use hark_dig::DigError;
use hark_memory::MemoryError;
use hark_rehearsal::RehearsalError;

use crate::settings::Fault;

/// Everything that can end a command early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A time could not be understood.
    #[error("cannot read `{text}` as a time")]
    Time { text: String },
    /// An incident that ends before it starts.
    #[error("`--until` lies before `--at`")]
    EndsBeforeItStarts,
    /// Signals were asked for that are yet to come.
    #[error("`--since` lies after now, which is {now}")]
    SinceAfterNow { now: String },
    /// A list of incidents without one.
    #[error("no incident can be read in `{path}`{}", .because.as_ref().map_or_else(String::new, |why| format!(": {why}")))]
    NoIncident { path: PathBuf, because: Option<String> },
    /// A document of every record, or of a reason.
    #[error("`{option}` has no such format")]
    NoDocument { option: &'static str },
    /// What only programs are told.
    #[error("`{option}` is told in JSON alone")]
    OnlyJson { option: &'static str },
    /// A selection of patterns where none are listed.
    #[error("`{option}` says nothing to `{told_by}`")]
    NoSelection { option: &'static str, told_by: &'static str },
    /// Nothing has this identity, or ever had it.
    #[error("no pattern has the identity `{id}`")]
    NoPattern { id: String },
    /// A zone is not known.
    #[error("`{name}` is no time zone")]
    Zone { name: String },
    /// A file of settings has faults.
    #[error("{}", located(path, faults))]
    Settings { path: PathBuf, faults: Vec<Fault> },
    /// Nothing to read was named.
    #[error("no PATH was given, and no `hark.toml` names any")]
    NoPath,
    /// A file of settings that would be lost.
    #[error("`{path}` is there already")]
    SettingsThere { path: PathBuf },
    /// A folder without telemetry.
    #[error("nothing that can be read was found below `{directory}`")]
    NothingFound { directory: PathBuf },
    /// Nothing that was given could be read.
    #[error("nothing in {paths} could be understood")]
    NothingRead { paths: String, remarks: Remarks },
    /// What was given could be read, and says of nothing when it was.
    #[error("nothing in {paths} has a time")]
    NothingTimed { paths: String },
    /// A file that was named cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    /// A repository cannot be read.
    #[error(transparent)]
    Dig(#[from] DigError),
    /// The temporary memory failed.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The demo's world cannot be made.
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    /// The result cannot be written.
    #[error("cannot write {what}: {source}")]
    Write { what: String, source: io::Error },
}

/// Whether remarks say why nothing could be understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Remarks {
    /// They stand above.
    Said,
    /// There are some, and nobody wants to read them.
    Unsaid,
    /// There was no file that one could be about.
    None,
}

impl Failure {
    /// 2 if the same request will fail again, 3 if retrying may help, 0 if nobody wants to read on.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            // `hark … | head` is no accident: whoever was reading has read enough.
            Self::Write { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Time { .. }
            | Self::EndsBeforeItStarts
            | Self::SinceAfterNow { .. }
            | Self::NoIncident { .. }
            | Self::NoDocument { .. }
            | Self::OnlyJson { .. }
            | Self::NoSelection { .. }
            | Self::NoPattern { .. }
            | Self::Zone { .. }
            | Self::Settings { .. }
            | Self::NoPath
            | Self::SettingsThere { .. }
            | Self::NothingFound { .. }
            | Self::NothingRead { .. }
            | Self::NothingTimed { .. }
            | Self::Dig(_) => 2,
            Self::Unreadable { source, .. } => {
                if is_the_systems(source) {
                    3
                } else {
                    2
                }
            }
            Self::Rehearsal(RehearsalError::Occupied { .. } | RehearsalError::Size) => 2,
            Self::Memory(_) | Self::Rehearsal(_) | Self::Write { .. } => 3,
        }
    }

    /// Says it on standard error, with what to do.
    pub(crate) fn report(&self) {
        if let Self::Write { source, .. } = self
            && source.kind() == io::ErrorKind::BrokenPipe
        {
            return;
        }
        // What was typed is repeated here, and may hold what nobody should read in a log of jobs.
        eprintln!("hark: {}", hark_pattern::mask_secrets(&self.to_string()).text);
        eprintln!("hint: {}", self.hint());
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Time { .. } => {
                "write 2026-03-01T10:12:00Z, or \"2026-03-01 10:12\" (read in --tz, else UTC), or \"yesterday 14:02\", \"monday 9:00\", \"3 days ago\""
            }
            Self::EndsBeforeItStarts => {
                "users were hurt from --at to --until; swap them, or check their days"
            }
            Self::SinceAfterNow { .. } => {
                "now is --as-of, else the time of the latest record; ask for what was before it"
            }
            Self::NoIncident { .. } => {
                "write one line for each: {\"start\": \"2026-03-07T11:28:00Z\", \"service\": \"checkout\"}"
            }
            Self::NoDocument { .. } => "it is told as --format json or human",
            Self::OnlyJson { .. } => {
                "add --format json; `--explain ID` tells people the values of one pattern"
            }
            Self::NoSelection { .. } => {
                "leave it out; `hark patterns` with it lists the patterns whose `id` can be looked for in what is told"
            }
            Self::NoPattern { .. } => {
                "`hark patterns` over the same files shows the identity of each pattern"
            }
            Self::Zone { .. } => "name it as in Europe/Berlin, or an offset as in +02:00",
            Self::Settings { .. } => "docs/hark.toml shows every setting with its default",
            Self::NoPath => {
                "name files or directories, or `-` for standard input, or set `paths` under [sources] in hark.toml; `hark listen --help` says more"
            }
            Self::SettingsThere { .. } => "--force writes over it",
            Self::NothingFound { .. } => {
                "name the folder that your logs and metrics lie in: hark init DIR; docs/formats.md names all that is read"
            }
            Self::NothingRead { remarks: Remarks::Said, .. } => {
                "the remarks above say why for each file; docs and `hark listen --help` name what is read"
            }
            Self::NothingRead { remarks: Remarks::Unsaid, .. } => {
                "without --quiet, remarks say why for each file; docs and `hark listen --help` name what is read"
            }
            Self::NothingRead { remarks: Remarks::None, .. } => {
                "there is no file in it; name files, or directories that hold some"
            }
            Self::NothingTimed { .. } => {
                "say when now is with --as-of; `hark patterns` tells of log records without times, too"
            }
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::InvalidData => {
                "give it as text"
            }
            Self::Unreadable { .. } => "check the path and its permissions",
            Self::Dig(_) => "check the path given with --repo; `git -C DIR status` should work there",
            Self::Memory(_) => "make room in the folder for temporary files (TMPDIR), then try again",
            Self::Rehearsal(RehearsalError::Occupied { .. }) => "name another folder: hark demo DIR",
            Self::Rehearsal(RehearsalError::Write { .. }) => {
                "make room, or name a folder that you may write to: hark demo DIR"
            }
            Self::Rehearsal(_) => "name another folder, then try again; git must be installed",
            Self::Write { .. } => "make room or check where the output goes, then try again",
        }
    }
}

/// All faults, a line each, where editors find them.
fn located(path: &Path, faults: &[Fault]) -> String {
    let lines: Vec<String> =
        faults.iter().map(|fault| format!("{}:{}: {}", path.display(), fault.line, fault.what)).collect();
    lines.join("\n      ")
}

fn is_the_systems(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::InvalidData
    )
}

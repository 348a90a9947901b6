//! What `hark check` says: what there is to be heard, how well it can be read, and what it is enough for.

use std::sync::Arc;

use crate::{Hearing, Moment, Origin};

/// The answer of `hark check`.
#[derive(Clone, PartialEq, Debug)]
pub struct Survey {
    /// How much was read, if not all of it.
    pub sampled: Option<Sampled>,
    /// What the files are, by the name of their form.
    pub forms: Vec<FormHeard>,
    /// Who spoke, by name.
    pub services: Vec<ServiceHeard>,
    /// What may be wrong with the times.
    pub clocks: Vec<ClockDoubt>,
    /// Repositories that were given.
    pub repositories: Vec<RepositoryHeard>,
    /// Alerts, what users reported, and changes that were announced.
    pub alerts: u64,
    /// What users reported.
    pub reports: u64,
    /// Changes that were announced in files.
    pub changes: u64,
    /// How well we heard what was read.
    pub hearing: Hearing,
}

/// How much of the files was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampled {
    /// Bytes that were read, of files that are not packed as they lie on disk.
    pub bytes_read: u64,
    /// Bytes that lie on disk.
    pub bytes_there: u64,
}

/// All files of one form.
#[derive(Clone, PartialEq, Debug)]
pub struct FormHeard {
    /// What people call the form.
    pub form: &'static str,
    /// How well they were heard.
    pub hearing: Hearing,
}

/// What one service lets us hear.
#[derive(Clone, PartialEq, Debug)]
pub struct ServiceHeard {
    /// Who, and where.
    pub origin: Origin,
    /// Its log records, if it has any.
    pub logs: Option<Stretch>,
    /// Its metric samples, if it has any.
    pub metrics: Option<Stretch>,
    /// Its spans, if it has any.
    pub traces: Option<Stretch>,
    /// What its history is enough for, and for what it is not yet.
    pub prospects: Vec<Prospect>,
}

/// Records over time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// How many.
    pub count: u64,
    /// The first arrival.
    pub from: Moment,
    /// The last arrival.
    pub to: Moment,
    /// On how many days, in UTC, there is any.
    pub days: u32,
}

/// A source of evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Telemetry {
    /// Log records.
    Logs,
    /// Metric samples.
    Metrics,
    /// Spans of traces.
    Traces,
}

/// Something that listening can say once it has heard enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prospect {
    /// What.
    pub kind: ProspectKind,
    /// From what.
    pub telemetry: Telemetry,
    /// Days of history that it needs.
    pub needs_days: u32,
    /// Days of history that are there.
    pub has_days: u32,
}

/// What can be judged, in the order in which it becomes possible.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProspectKind {
    /// Lines of WARN and above that were never said before.
    NewLoudLines,
    /// Lines that become more.
    RisingLines,
    /// Any lines that were never said before.
    NewLines,
    /// Surprises in metrics.
    Surprises,
    /// Drift and steps, with the hour of the day.
    Drifts,
    /// When a limit will be reached.
    Limits,
    /// New calls, calls that are gone, retries and latency.
    Calls,
    /// The day of the week.
    Weeks,
}

/// Something that may be wrong with times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClockDoubt {
    /// Stamps that name no zone.
    Zoneless {
        /// In how many files.
        files: u64,
        /// The first of them.
        first: String,
        /// The zone that they were read in.
        read_in: String,
        /// Whether someone named that zone.
        is_named: bool,
        /// The offset, in seconds east of UTC, that when files were last written speaks for.
        guess_seconds: Option<i32>,
    },
    /// The last record of a file lies after the file was last written.
    Ahead {
        /// The file.
        path: String,
        /// By how much.
        seconds: i64,
    },
    /// Stamps that those around them contradict.
    Outliers {
        /// How many.
        records: u64,
    },
}

/// A repository that was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepositoryHeard {
    /// Its name.
    pub name: Arc<str>,
    /// Changes in its history.
    pub changes: u64,
    /// Notes in its code.
    pub notes: u64,
}

impl ServiceHeard {
    /// From which kinds of telemetry nothing comes.
    pub fn is_blind_to(&self) -> Vec<Telemetry> {
        [
            (Telemetry::Logs, self.logs.is_none()),
            (Telemetry::Metrics, self.metrics.is_none()),
            (Telemetry::Traces, self.traces.is_none()),
        ]
        .into_iter()
        .filter_map(|(telemetry, is_missing)| is_missing.then_some(telemetry))
        .collect()
    }
}

impl Prospect {
    /// Whether there is enough history.
    pub fn is_ready(&self) -> bool {
        self.has_days >= self.needs_days
    }
}

impl ProspectKind {
    /// The name by which machines know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewLoudLines => "new-loud-lines",
            Self::RisingLines => "rising-lines",
            Self::NewLines => "new-lines",
            Self::Surprises => "surprises",
            Self::Drifts => "drifts",
            Self::Limits => "limits",
            Self::Calls => "calls",
            Self::Weeks => "weeks",
        }
    }
}

impl Telemetry {
    /// The name by which machines know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

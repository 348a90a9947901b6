//! The answer of `hark check`, for scripts.

use hark_event::{ClockDoubt, FormHeard, Prospect, Reject, ServiceHeard, Stretch, Survey};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Stamp, hearing::HearingWire};

/// What can be heard, and what cannot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Survey")]
pub(crate) struct SurveyWire {
    /// How much was read; `null` if all was.
    sampled: Option<SampledWire>,
    /// What the files are, by name of their form.
    forms: Vec<FormWire>,
    /// Who speaks, by name.
    services: Vec<ServiceWire>,
    /// What may be wrong with the times.
    clocks: Vec<ClockWire>,
    /// Repositories that were given.
    repositories: Vec<RepositoryWire>,
    /// Alerts that were read.
    alerts: u64,
    /// User reports that were read.
    reports: u64,
    /// Changes that were announced in files.
    changes: u64,
    /// The first lines that could not be understood.
    rejects: Vec<RejectWire>,
    /// How well we heard what was read.
    hearing: HearingWire,
}

/// How much of the files was read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Sampled")]
struct SampledWire {
    /// Bytes that were read.
    bytes_read: u64,
    /// Bytes that lie on disk.
    bytes_there: u64,
}

/// All files of one form.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Form")]
struct FormWire {
    /// What people call it.
    form: &'static str,
    /// Files.
    files: u64,
    /// Bytes that were read, after unpacking.
    bytes: u64,
    /// The earliest arrival.
    from: Option<Stamp>,
    /// The latest arrival.
    to: Option<Stamp>,
    /// Log records.
    records: u64,
    /// Metric samples.
    samples: u64,
    /// Spans of traces.
    spans: u64,
    /// Records without a time of their own.
    undated: u64,
    /// Lines, samples or spans that could not be understood.
    rejected: u64,
    /// Files whose stamps name no zone.
    zoneless: u64,
}

/// What one service lets us hear.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Service")]
struct ServiceWire {
    /// Its name.
    service: String,
    /// Its environment.
    environment: String,
    /// Its log records; `null` without any.
    logs: Option<StretchWire>,
    /// Its metric samples; `null` without any.
    metrics: Option<StretchWire>,
    /// Its spans; `null` without any.
    traces: Option<StretchWire>,
    /// What its history is enough for, and for what it is not yet.
    prospects: Vec<ProspectWire>,
    /// `logs`, `metrics` and `traces` that it has none of.
    blind_to: Vec<&'static str>,
}

/// Records over time.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Stretch")]
struct StretchWire {
    /// How many.
    count: u64,
    /// The first arrival.
    from: Stamp,
    /// The last arrival.
    to: Stamp,
    /// On how many days, in UTC, there is any.
    days: u32,
}

/// Something that listening can say once it has heard enough.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Prospect")]
pub(super) struct ProspectWire {
    /// `new-loud-lines`, `rising-lines`, `new-lines`, `surprises`, `drifts`, `limits`, `calls` or `weeks`.
    what: &'static str,
    /// `logs`, `metrics` or `traces`.
    of: &'static str,
    /// Days of history that it needs.
    needs_days: u32,
    /// Days of history that are there.
    has_days: u32,
    /// Whether there are enough.
    ready: bool,
}

/// Something that may be wrong with times.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Clock")]
struct ClockWire {
    /// `zoneless`, `ahead` or `outliers`.
    what: &'static str,
    /// The file, or the first of several.
    path: Option<String>,
    /// Files or records that it is about.
    count: u64,
    /// The zone that stamps without one were read in.
    read_in: Option<String>,
    /// How far ahead, or the offset that the files speak for, beside the zone they were read in.
    seconds: Option<i64>,
}

/// A repository that was given.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Repository")]
struct RepositoryWire {
    /// Its name.
    name: String,
    /// Changes in its history.
    changes: u64,
    /// Notes in its code.
    notes: u64,
}

/// A line that could not be understood.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reject")]
struct RejectWire {
    /// The file as the user named it.
    path: String,
    /// The line, counted from 1.
    line: u64,
    /// Why.
    reason: String,
}

impl From<&Survey> for SurveyWire {
    fn from(survey: &Survey) -> Self {
        Self {
            sampled: survey.sampled.map(|sampled| SampledWire {
                bytes_read: sampled.bytes_read,
                bytes_there: sampled.bytes_there,
            }),
            forms: survey.forms.iter().map(FormWire::from).collect(),
            services: survey.services.iter().map(ServiceWire::from).collect(),
            clocks: survey.clocks.iter().map(ClockWire::from).collect(),
            repositories: survey
                .repositories
                .iter()
                .map(|repository| RepositoryWire {
                    name: repository.name.to_string(),
                    changes: repository.changes,
                    notes: repository.notes,
                })
                .collect(),
            alerts: survey.alerts,
            reports: survey.reports,
            changes: survey.changes,
            rejects: survey.hearing.rejects.iter().map(RejectWire::from).collect(),
            hearing: HearingWire::from(&survey.hearing),
        }
    }
}

impl From<&FormHeard> for FormWire {
    fn from(heard: &FormHeard) -> Self {
        let hearing = &heard.hearing;
        Self {
            form: heard.form,
            files: hearing.files,
            bytes: hearing.bytes,
            from: hearing.from.map(Stamp::from),
            to: hearing.to.map(Stamp::from),
            records: hearing.records,
            samples: hearing.samples,
            spans: hearing.spans,
            undated: hearing.undated,
            rejected: hearing.rejected,
            zoneless: hearing.zoneless,
        }
    }
}

impl From<&ServiceHeard> for ServiceWire {
    fn from(heard: &ServiceHeard) -> Self {
        Self {
            service: heard.origin.service.to_string(),
            environment: heard.origin.environment.to_string(),
            logs: heard.logs.map(StretchWire::from),
            metrics: heard.metrics.map(StretchWire::from),
            traces: heard.traces.map(StretchWire::from),
            prospects: heard.prospects.iter().map(ProspectWire::from).collect(),
            blind_to: heard.is_blind_to().into_iter().map(hark_event::Telemetry::name).collect(),
        }
    }
}

impl From<Stretch> for StretchWire {
    fn from(stretch: Stretch) -> Self {
        Self { count: stretch.count, from: stretch.from.into(), to: stretch.to.into(), days: stretch.days }
    }
}

impl From<&Prospect> for ProspectWire {
    fn from(prospect: &Prospect) -> Self {
        Self {
            what: prospect.kind.name(),
            of: prospect.telemetry.name(),
            needs_days: prospect.needs_days,
            has_days: prospect.has_days,
            ready: prospect.is_ready(),
        }
    }
}

impl From<&ClockDoubt> for ClockWire {
    fn from(doubt: &ClockDoubt) -> Self {
        let none = Self { what: "", path: None, count: 1, read_in: None, seconds: None };
        match doubt {
            ClockDoubt::Zoneless { files, first, read_in, guess_seconds, .. } => Self {
                what: "zoneless",
                path: Some(first.clone()),
                count: *files,
                read_in: Some(read_in.clone()),
                seconds: guess_seconds.map(i64::from),
            },
            ClockDoubt::Ahead { path, seconds } => {
                Self { what: "ahead", path: Some(path.clone()), seconds: Some(*seconds), ..none }
            }
            ClockDoubt::Outliers { records } => Self { what: "outliers", count: *records, ..none },
        }
    }
}

impl From<&Reject> for RejectWire {
    fn from(reject: &Reject) -> Self {
        Self { path: reject.path.clone(), line: reject.line, reason: reject.reason.clone() }
    }
}

//! A story, as the contract writes it. Every id that an answer, a timeline or `unheeded` names can be opened
//! in the same document: signals, changes, notes, alerts and reports carry theirs.

use hark_event::{Alert, Id, UserReport, Zone};
use hark_story::{
    Answer, BlindSpot, Chance, Incident, LinkedSignal, Questions, ReachedNote, Story, StoryChange,
    TimelineEntry, TimelineKind, Verdict,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Stamp, beginnings::BeginningsWire, hearing::HearingWire, signal::SignalWire};
use crate::calendar::Calendar;

/// The ordered, linked evidence from the first whisper to the crash.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Story")]
pub(crate) struct StoryWire {
    /// Now; null where nothing was heard and nobody said when now is.
    as_of: Option<Stamp>,
    /// What it is about.
    incident: IncidentWire,
    /// Why all of it may be worth little, a sentence each: a moment or a service of which nothing was heard.
    doubts: Vec<String>,
    /// What the system knew.
    verdict: VerdictWire,
    /// The id of the earliest credible signal.
    first_signal: Option<String>,
    /// The lead time of that signal, whatever the verdict.
    lead_time_seconds: Option<i64>,
    /// How often such a story is told when nothing happened.
    chance: ChanceWire,
    /// Noticed before the start and linked to it, best first.
    signals: Vec<LinkedWire>,
    /// The ids of signals, alerts and reports that someone was told of before the start, and of which no answer is known.
    unheeded: Vec<String>,
    /// By their bearing on the incident, best first.
    changes: Vec<ChangeWire>,
    /// Notes in the code near what was heard, best first.
    notes: Vec<NoteWire>,
    /// The three questions; without evidence an empty list.
    questions: QuestionsWire,
    /// Places on the incident's path from which no telemetry came.
    blind_spots: Vec<BlindSpotWire>,
    /// All of it in order of time.
    timeline: Vec<EntryWire>,
    /// Signals noticed at or after the start.
    aftermath: Vec<SignalWire>,
    /// Where among services it began, by the minutes around the start.
    beginnings: BeginningsWire,
    /// Alerts that matter to the story.
    alerts: Vec<AlertWire>,
    /// What users reported.
    reports: Vec<ReportWire>,
    /// How well we heard.
    hearing: HearingWire,
}

/// The interval in which users were hurt, and where it was seen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Incident")]
struct IncidentWire {
    /// When users were first hurt.
    start: Stamp,
    /// When it was over.
    end: Option<Stamp>,
    /// Where it was seen.
    service: Option<String>,
    /// Where `service` comes from, if nobody named it.
    service_because: Option<String>,
    /// What people call it.
    title: String,
}

/// Whether someone was told in time, the system knew and nobody was told, or nothing credible was heard.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Verdict")]
pub(super) enum VerdictWire {
    Alerted,
    Whispered,
    Silent,
}

/// How often the same procedure says `whispered` at quiet moments of the same memory.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Chance")]
struct ChanceWire {
    /// Quiet moments at which it was run.
    quiet_moments: u32,
    /// At how many of them it said `whispered`.
    whispered: u32,
}

/// A signal with its link to the incident.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LinkedSignal")]
struct LinkedWire {
    /// Its place, from 1.
    rank: u32,
    /// Linked, not explained, noticed before the start, still open then, and rare enough.
    credible: bool,
    /// If it is not credible, what keeps it from being so.
    not_credible_because: Option<String>,
    /// The incident's start less `noticed_at`.
    lead_time_seconds: i64,
    /// Why it belongs to this incident.
    link: String,
    /// When its subject was back in its baseline.
    ended_at: Option<Stamp>,
    /// When its subject reaches its limit as of now, in words.
    forecast: Option<String>,
    #[serde(flatten)]
    signal: SignalWire,
}

/// A change, by its bearing on the incident.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeWire {
    /// By which answers and timeline point at it.
    id: String,
    /// When it took effect.
    time: Stamp,
    /// `deploy`, `config`, `flag`, `commit` or `scale`.
    kind: &'static str,
    /// The service that it is about.
    service: Option<String>,
    /// One line for people.
    summary: String,
    /// What changed, a line per setting: `timeout_ms: 3000 -> 800`.
    details: Vec<String>,
    /// The repository's name.
    repository: Option<String>,
    /// The commit, in full.
    commit: Option<String>,
    /// The path in the repository.
    path: Option<String>,
    /// All paths that the commit touched, at most a hundred.
    paths: Vec<String>,
    /// Whether its author has committed in the 90 days before now.
    author_active: Option<bool>,
    /// How it was approved.
    approval: Option<String>,
    /// What ties it to the incident or to its signals.
    link: String,
}

/// A note in the code near what was heard.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Note")]
struct NoteWire {
    /// By which answers and timeline point at it.
    id: String,
    /// The repository's name.
    repository: String,
    /// The path in the repository.
    path: String,
    /// The first line, counted from 1.
    line: u32,
    /// The comment's text.
    text: String,
    /// The function around it.
    function: Option<String>,
    /// The commit that wrote it.
    commit: Option<String>,
    /// When it was written.
    written_at: Option<Stamp>,
    /// Its age in whole days at the incident's start.
    age_days: Option<i64>,
    /// Whether its author has committed in the 90 days before now.
    author_active: Option<bool>,
    /// How many records before the start came from code beside it.
    reached: u64,
}

/// The three questions, each answered with evidence or not at all.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Questions")]
struct QuestionsWire {
    /// Why was this state possible?
    why_possible: Vec<AnswerWire>,
    /// Why was this path not visible earlier?
    why_not_visible: Vec<AnswerWire>,
    /// Why was this combination of inputs allowed?
    why_allowed: Vec<AnswerWire>,
}

/// One sentence of an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Answer")]
struct AnswerWire {
    /// The sentence.
    text: String,
    /// The ids that it rests on.
    evidence: Vec<String>,
}

/// A place from which no telemetry came.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BlindSpot")]
struct BlindSpotWire {
    /// Service, hop or function.
    #[serde(rename = "where")]
    place: String,
    /// Which telemetry is missing.
    missing: String,
    /// What to add, and where.
    advice: String,
}

/// One line of the timeline.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TimelineEntry")]
struct EntryWire {
    /// When.
    time: Stamp,
    /// What it is.
    what: WhatWire,
    /// The id of the signal, change, note, alert or report.
    id: String,
    /// What happened, in words.
    text: String,
}

/// What a line of the timeline is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "TimelineKind")]
enum WhatWire {
    Signal,
    Change,
    Note,
    Alert,
    Report,
    Incident,
}

/// One firing of an alert.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Alert")]
struct AlertWire {
    /// By which answers, timeline and `unheeded` point at it.
    id: String,
    /// The rule's name.
    name: String,
    /// The service that it is about.
    service: Option<String>,
    /// The environment that it is about.
    environment: String,
    /// When it began to fire.
    starts_at: Stamp,
    /// When it stopped.
    ends_at: Option<Stamp>,
    /// Its summary or description.
    summary: String,
    /// Whether someone answered it.
    answered: bool,
    /// `file:line`.
    source: String,
}

/// What a user reported.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct ReportWire {
    /// By which answers, timeline and `unheeded` point at it.
    id: String,
    /// When it was reported.
    time: Stamp,
    /// The service that it is about.
    service: Option<String>,
    /// Their words.
    report: String,
    /// `file:line`.
    source: String,
}

impl From<&Story> for StoryWire {
    fn from(story: &Story) -> Self {
        Self {
            as_of: Stamp::of_now(story.as_of),
            incident: IncidentWire::from(&story.incident),
            doubts: crate::words::doubt::all(story, &Calendar::around(story.incident.start, &Zone::utc())),
            verdict: story.verdict.into(),
            first_signal: story.first_signal.as_ref().map(Id::to_string),
            lead_time_seconds: story.lead_time_seconds,
            chance: story.chance.into(),
            signals: story.signals.iter().map(LinkedWire::from).collect(),
            unheeded: story.unheeded.iter().map(Id::to_string).collect(),
            changes: story.changes.iter().map(ChangeWire::from).collect(),
            notes: story.notes.iter().map(NoteWire::from).collect(),
            questions: QuestionsWire::from(&story.questions),
            blind_spots: story.blind_spots.iter().map(BlindSpotWire::from).collect(),
            timeline: story.timeline.iter().map(EntryWire::from).collect(),
            aftermath: story.aftermath.iter().map(SignalWire::from).collect(),
            beginnings: BeginningsWire::from(&story.beginnings),
            alerts: story.alerts.iter().map(AlertWire::from).collect(),
            reports: story.reports.iter().map(ReportWire::from).collect(),
            hearing: HearingWire::from(&story.hearing),
        }
    }
}

impl From<&Incident> for IncidentWire {
    fn from(incident: &Incident) -> Self {
        Self {
            start: incident.start.into(),
            end: incident.end.map(Stamp::from),
            service: incident.service.clone(),
            service_because: incident.service_because.clone(),
            title: incident.title.clone(),
        }
    }
}

impl From<Verdict> for VerdictWire {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Alerted => Self::Alerted,
            Verdict::Whispered => Self::Whispered,
            Verdict::Silent => Self::Silent,
        }
    }
}

impl From<Chance> for ChanceWire {
    fn from(chance: Chance) -> Self {
        Self { quiet_moments: chance.quiet_moments, whispered: chance.whispered }
    }
}

impl From<&LinkedSignal> for LinkedWire {
    fn from(linked: &LinkedSignal) -> Self {
        Self {
            rank: linked.rank,
            credible: linked.credible,
            not_credible_because: linked.not_credible_because.clone(),
            lead_time_seconds: linked.lead_time_seconds,
            link: linked.link.clone(),
            ended_at: linked.episode.ended_at.map(Stamp::from),
            forecast: linked.episode.forecast.as_ref().map(|forecast| forecast.text.clone()),
            signal: SignalWire::from(&linked.episode),
        }
    }
}

impl From<&StoryChange> for ChangeWire {
    fn from(told: &StoryChange) -> Self {
        let change = &told.change;
        Self {
            id: change.id.to_string(),
            time: change.time.into(),
            kind: change.kind.name(),
            service: change.service.as_deref().map(str::to_owned),
            summary: change.summary.clone(),
            details: change.details.clone(),
            repository: change.repository.as_deref().map(str::to_owned),
            commit: change.commit.clone(),
            path: change.path.clone(),
            paths: change.paths.clone(),
            author_active: change.author_active,
            approval: change.approval.clone(),
            link: told.link.clone(),
        }
    }
}

impl From<&ReachedNote> for NoteWire {
    fn from(reached: &ReachedNote) -> Self {
        let note = &reached.note;
        Self {
            id: note.id().to_string(),
            repository: note.repository.to_string(),
            path: note.path.clone(),
            line: note.line,
            text: note.text.clone(),
            function: note.function.clone(),
            commit: note.commit.clone(),
            written_at: note.written_at.map(Stamp::from),
            age_days: reached.age_days,
            author_active: note.author_active,
            reached: reached.reached,
        }
    }
}

impl From<&Questions> for QuestionsWire {
    fn from(questions: &Questions) -> Self {
        let wire = |answers: &[Answer]| answers.iter().map(AnswerWire::from).collect();
        Self {
            why_possible: wire(&questions.why_possible),
            why_not_visible: wire(&questions.why_not_visible),
            why_allowed: wire(&questions.why_allowed),
        }
    }
}

impl From<&Answer> for AnswerWire {
    fn from(answer: &Answer) -> Self {
        Self { text: answer.text.clone(), evidence: answer.evidence.iter().map(Id::to_string).collect() }
    }
}

impl From<&BlindSpot> for BlindSpotWire {
    fn from(spot: &BlindSpot) -> Self {
        Self { place: spot.place.clone(), missing: spot.missing.clone(), advice: spot.advice.clone() }
    }
}

impl From<&TimelineEntry> for EntryWire {
    fn from(entry: &TimelineEntry) -> Self {
        Self {
            time: entry.time.into(),
            what: entry.what.into(),
            id: entry.id.to_string(),
            text: entry.text.clone(),
        }
    }
}

impl From<TimelineKind> for WhatWire {
    fn from(kind: TimelineKind) -> Self {
        match kind {
            TimelineKind::Signal => Self::Signal,
            TimelineKind::Change => Self::Change,
            TimelineKind::Note => Self::Note,
            TimelineKind::Alert => Self::Alert,
            TimelineKind::Report => Self::Report,
            TimelineKind::Incident => Self::Incident,
        }
    }
}

impl From<&Alert> for AlertWire {
    fn from(alert: &Alert) -> Self {
        Self {
            id: alert.id.to_string(),
            name: alert.name.clone(),
            service: alert.service.as_deref().map(str::to_owned),
            environment: alert.environment.to_string(),
            starts_at: alert.starts_at.into(),
            ends_at: alert.ends_at.map(Stamp::from),
            summary: alert.summary.clone(),
            answered: alert.answered,
            source: alert.place.to_string(),
        }
    }
}

impl From<&UserReport> for ReportWire {
    fn from(report: &UserReport) -> Self {
        Self {
            id: report.id.to_string(),
            time: report.time.into(),
            service: report.service.as_deref().map(str::to_owned),
            report: report.text.clone(),
            source: report.place.to_string(),
        }
    }
}

//! The story as it is told: the nouns of `hark back`, without any opinion on how they look.

use crate::doubts::Doubt;
use hark_event::{Alert, Change, Episode, Hearing, Id, Moment, Note, UserReport};

use crate::beginning::Beginnings;

/// The interval in which users were hurt, and where it was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Incident {
    /// When users were first hurt.
    pub start: Moment,
    /// When it was over, if known.
    pub end: Option<Moment>,
    /// Where it was seen; `None` if nobody said and nothing tells.
    pub service: Option<String>,
    /// Where `service` comes from, if the user did not name it: `two user reports name it`.
    pub service_because: Option<String>,
    /// What people call it.
    pub title: String,
    /// What the crash log says, in a few lines; none without one, or if it says nothing.
    pub crash: Vec<String>,
}

/// What the system knew, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Someone was told in time.
    Alerted,
    /// The system knew, and nobody was told.
    Whispered,
    /// No credible signal.
    Silent,
}

impl Verdict {
    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alerted => "alerted",
            Self::Whispered => "whispered",
            Self::Silent => "silent",
        }
    }
}

/// How often the same procedure tells such a story when nothing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Chance {
    /// Quiet moments at which the procedure was run.
    pub quiet_moments: u32,
    /// At how many of them it would have said `whispered`.
    pub whispered: u32,
}

/// A signal with its link to the incident.
#[derive(Clone, PartialEq, Debug)]
pub struct LinkedSignal {
    /// Its place, from 1.
    pub rank: u32,
    /// Linked, not explained, noticed before the start, still open then, and rare enough.
    pub credible: bool,
    /// If it is not credible, what keeps it from being so.
    pub not_credible_because: Option<String>,
    /// `incident.start - noticed_at`, in seconds.
    pub lead_time_seconds: i64,
    /// Why it belongs to this incident: the path, in words.
    pub link: String,
    /// The signal and what is known of it since.
    pub episode: Episode,
}

/// A change, ranked by its bearing on the incident.
#[derive(Clone, PartialEq, Debug)]
pub struct StoryChange {
    /// The change.
    pub change: Change,
    /// What ties it to the incident or to its signals.
    pub link: String,
    /// Whether it is known to be about another service than those on the path and those that spoke: being near in time ties it to nothing.
    pub is_elsewhere: bool,
}

/// A note in the code near what was heard.
#[derive(Clone, PartialEq, Debug)]
pub struct ReachedNote {
    /// The note.
    pub note: Note,
    /// Its age in whole days at the incident's start, if known.
    pub age_days: Option<i64>,
    /// How many records before the start came from code beside it.
    pub reached: u64,
}

/// One sentence of an answer, with the ids of signals, changes, alerts or notes that it rests on.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The sentence.
    pub text: String,
    /// What it rests on; never empty.
    pub evidence: Vec<Id>,
}

/// The three questions; an empty answer is "nothing here can tell".
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Questions {
    /// Why was this state possible?
    pub why_possible: Vec<Answer>,
    /// Why was this path not visible earlier?
    pub why_not_visible: Vec<Answer>,
    /// Why was this combination of inputs allowed?
    pub why_allowed: Vec<Answer>,
}

/// A place on the incident's path from which no telemetry came.
#[derive(Clone, PartialEq, Debug)]
pub struct BlindSpot {
    /// Service, hop or function.
    pub place: String,
    /// Which telemetry is missing.
    pub missing: String,
    /// What to add, and where.
    pub advice: String,
}

/// What an entry of the timeline is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TimelineKind {
    /// A change.
    Change,
    /// A note that was written.
    Note,
    /// A signal that was noticed.
    Signal,
    /// An alert.
    Alert,
    /// A user's report.
    Report,
    /// The incident itself.
    Incident,
}

impl TimelineKind {
    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Note => "note",
            Self::Signal => "signal",
            Self::Alert => "alert",
            Self::Report => "report",
            Self::Incident => "incident",
        }
    }
}

/// One line of the timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct TimelineEntry {
    /// When.
    pub time: Moment,
    /// What it is.
    pub what: TimelineKind,
    /// The id of the signal, change, note, alert or report.
    pub id: Id,
    /// What happened, in words.
    pub text: String,
}

/// The ordered, linked evidence from the first whisper to the crash.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    /// Now.
    pub as_of: Moment,
    /// What it is about.
    pub incident: Incident,
    /// Why all of it may be worth little.
    pub doubts: Vec<Doubt>,
    /// What the system knew.
    pub verdict: Verdict,
    /// The earliest credible signal.
    pub first_signal: Option<Id>,
    /// The lead time of the first signal.
    pub lead_time_seconds: Option<i64>,
    /// How often such a story is told when nothing happened.
    pub chance: Chance,
    /// Noticed before the start and linked, best first; coincident ones last.
    pub signals: Vec<LinkedSignal>,
    /// Ids of signals, alerts and reports that someone was told of and nobody answered.
    pub unheeded: Vec<Id>,
    /// Changes by their bearing, best first.
    pub changes: Vec<StoryChange>,
    /// Notes near what was heard, best first.
    pub notes: Vec<ReachedNote>,
    /// The three questions.
    pub questions: Questions,
    /// Where nothing could be heard.
    pub blind_spots: Vec<BlindSpot>,
    /// All of it in order of time.
    pub timeline: Vec<TimelineEntry>,
    /// What was noticed at or after the start.
    pub aftermath: Vec<Episode>,
    /// Alerts that matter to the story.
    pub alerts: Vec<Alert>,
    /// Reports that matter to the story.
    pub reports: Vec<UserReport>,
    /// Where among services it began, by the minutes around the start.
    pub beginnings: Beginnings,
    /// How well we heard.
    pub hearing: Hearing,
}

impl Story {
    /// The signal that was noticed first among the credible ones.
    pub fn first(&self) -> Option<&LinkedSignal> {
        let first = self.first_signal.as_ref()?;
        self.signals.iter().find(|linked| linked.episode.signal.id == *first)
    }
}

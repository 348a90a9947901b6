//! The nouns of Harkback: what telemetry says, what people wrote, what was heard.
//!
//! Every crate speaks these words, so that data can flow one way through all of them without
//! translation. Nothing here reads a clock, a file, the environment or the network, and nothing here
//! knows how a noun looks on the wire or on disk: those shapes live at the boundary that owns them.

mod alert;
mod change;
mod code;
mod curve;
mod explanation;
mod hearing;
mod holidays;
mod identity;
mod latest_days;
mod level;
mod moment;
mod past_incident;
mod pattern;
mod record;
mod signal;
mod span;
mod subject;
mod survey;

pub use alert::{Alert, UserReport};
pub use change::{Change, ChangeKind};
pub use code::{CodeJoin, CodePlace, Note, Statement};
pub use curve::Curve;
pub use explanation::{
    Explained, FieldNumbers, FieldValues, Former, PatternExplained, PlaceExplained, PlaceReason,
};
pub use hearing::{Cut, Extent, FileRemark, Hearing, Reject, Unread, UnreadAlike};
pub use holidays::Holidays;
pub use identity::{Id, stable_hash};
pub use latest_days::LatestDays;
pub use level::{Level, LevelCounts};
pub use moment::{Hour, Moment, Window, Zone};
pub use past_incident::PastIncident;
pub use pattern::{Pattern, Patterns};
pub use record::{Event, LogRecord, Origin, Place, RecordFields, Sample};
pub use signal::{BaseRate, Episode, Evidence, Forecast, Listening, Signal, SignalKind};
pub use span::{Peer, PeerKind, Span, SpanKind};
pub use subject::{Subject, SubjectKind};
pub use survey::{
    ClockDoubt, FormHeard, Prospect, ProspectKind, RepositoryHeard, Sampled, ServiceHeard, Stretch, Survey,
    Telemetry,
};

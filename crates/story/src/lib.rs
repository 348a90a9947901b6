//! From an incident back to the first whisper.

mod told;

pub use told::{
    Answer, BlindSpot, Chance, Incident, LinkedSignal, Questions, ReachedNote, Story, StoryChange,
    TimelineEntry, TimelineKind, Verdict,
};

//! From an incident back to the first whisper.
//!
//! [`tell`] is a function of what was asked ([`Asked`]) and what is known ([`Known`]); it reads nothing else.
//! It links what was heard to the incident, ranks it, gives the verdict, and then turns on itself: the same
//! procedure is run at quiet moments, and how often it would have told such a story there is part of the story.

mod alerts;
mod asked;
mod beginning;
mod blind_spots;
mod chance;
mod changes;
mod crash;
mod doubts;
mod link;
mod notes;
mod origins;
mod place;
mod questions;
mod replay;
#[cfg(test)]
mod restored_tests;
mod signals;
mod telling;
mod timeline;
mod told;
mod wording;

pub use asked::{Asked, Known};
pub use beginning::{Basis, Beginning, Beginnings, Look};
pub use doubts::Doubt;
pub use replay::{Replay, ReplayedIncident, ReplayedKind, replay};
pub use telling::tell;
pub use told::{
    Answer, BlindSpot, Chance, Incident, LinkedSignal, Questions, ReachedNote, Story, StoryChange,
    TimelineEntry, TimelineKind, Verdict,
};

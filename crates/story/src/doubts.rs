//! What makes an answer worth little: a moment, or a service, of which nothing was heard.
//!
//! Silence about what nobody could have heard is no silence, and a story about the wrong service is none either. It cannot know
//! what was meant; it names what was heard.

use hark_event::Moment;

use crate::asked::{Asked, Known};

/// What is heard last before a crash may be a while old: hours are judged when they close.
const ENDS_BEFORE_SECONDS: i64 = 3_600;
const NAMED_MAX: usize = 12;

/// A reason to doubt the whole story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doubt {
    /// The incident began before the first that was heard.
    NothingBefore {
        /// The first that was heard.
        first: Moment,
    },
    /// What was heard ends long before the incident began.
    NothingAround {
        /// The last that was heard, or the moment as of which was asked.
        last: Moment,
    },
    /// Nothing was heard from a service of that name.
    UnheardService {
        /// The name that was asked for.
        service: String,
        /// Services that were heard, by name; some of them.
        heard: Vec<String>,
        /// How many more were heard.
        more: usize,
    },
}

/// All reasons to doubt what will be told.
pub(crate) fn doubts(asked: &Asked, known: &Known) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let hearing = &known.hearing;
    if let Some(first) = hearing.from.filter(|first| asked.start <= *first) {
        doubts.push(Doubt::NothingBefore { first });
    }
    let last = known.heard.as_of;
    if hearing.to.is_some() && asked.start.seconds_since(last) > ENDS_BEFORE_SECONDS {
        doubts.push(Doubt::NothingAround { last });
    }
    let mut heard: Vec<String> =
        known.heard.services.iter().map(|service| service.origin.service.to_string()).collect();
    heard.sort();
    heard.dedup();
    if let Some(on) = asked.service.clone().filter(|on| !heard.is_empty() && !heard.contains(on)) {
        let more = heard.len().saturating_sub(NAMED_MAX);
        heard.truncate(NAMED_MAX);
        doubts.push(Doubt::UnheardService { service: on, heard, more });
    }
    doubts
}

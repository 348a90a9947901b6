//! Where it may have begun, in words: who added to the requests that hurt, never without how often the same would be said at a quiet moment.

use hark_story::{Basis, Beginning, Beginnings, Story};

use super::count;

/// How often such a ranking was right where the cause was known; the table stands in docs/benchmarks.md.
const RIGHT_BY_MINUTES: &str = "Of 34 injected issues of one shop, which were known when it was made, it named the cause first in all (docs/benchmarks.md).";
const RIGHT_BY_REQUESTS: &str =
    "It was made on half of 23 faults of one booking system (docs/benchmarks.md).";

/// Services that are told of.
const TOLD_MAX: usize = 3;

/// The title over the services where it may have begun.
pub(crate) fn title(beginnings: &Beginnings) -> &'static str {
    match beginnings.basis {
        Basis::Minutes => "Who added to its requests",
        Basis::Requests => "Who answers otherwise since then",
    }
}

/// Those that are worth telling: none if as much would be there at many a quiet moment.
pub(crate) fn told(story: &Story) -> &[Beginning] {
    let beginnings = &story.beginnings;
    if !beginnings.stands_out() {
        return &[];
    }
    &beginnings.ranked[..beginnings.ranked.len().min(TOLD_MAX)]
}

/// How much the ranking is worth.
pub(crate) fn worth(beginnings: &Beginnings) -> String {
    let (by, right) = match beginnings.basis {
        Basis::Minutes => ("the minutes around the start", RIGHT_BY_MINUTES),
        Basis::Requests => ("requests that were followed through services", RIGHT_BY_REQUESTS),
    };
    format!(
        "By {by}, in hindsight. As much would have been found at {} of {} before. {right}",
        beginnings.quiet_as_much,
        count(beginnings.quiet_moments.into(), "quiet moment", "quiet moments")
    )
}

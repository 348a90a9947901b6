//! Where it may have begun, in words: who added to the requests that hurt, never without how often the same would be said at a quiet moment.

use hark_story::{Beginning, Beginnings, Story};

use super::count;

/// The title over the services where it may have begun.
pub(crate) const TITLE: &str = "Who added to its requests";

/// How often such a ranking was right where the cause was known; the table stands in docs/benchmarks.md.
const RIGHT: &str = "Of 34 injected issues of one shop, which were known when it was made, it named the cause first in all (docs/benchmarks.md).";

/// Services that are told of.
const TOLD_MAX: usize = 3;

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
    format!(
        "By the minutes around the start, in hindsight. As much would have been found at {} of {} before. {RIGHT}",
        beginnings.quiet_as_much,
        count(beginnings.quiet_moments.into(), "quiet moment", "quiet moments")
    )
}

//! Writes the repository: two years of a shop's source code, by eight people of whom some have left.
//!
//! One `git fast-import` stream with fixed names and dates, so that commit identifiers are the same everywhere. The
//! source is rendered from the shop's own texts: the log statements in it are those that production prints.

mod commits;
mod git;
mod source;

use std::path::Path;

use self::source::Sources;
use crate::RehearsalError;
use crate::plan::Plan;
use crate::shop::Service;

/// Writes the repository at `path`.
pub(crate) fn write(plan: &Plan, shop: &[Service], path: &Path) -> Result<(), RehearsalError> {
    let mut sources = Sources::new(shop);
    let mut stream = git::Stream::default();
    for commit in commits::of(plan, shop) {
        let files = sources.apply(&commit.edits);
        stream.commit(&commit, &files);
    }
    git::import(path, &stream.into_bytes())
}

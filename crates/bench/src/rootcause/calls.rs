//! Who calls whom in one of our own worlds, as its services count the requests that they send.
//!
//! It is read from the world's files and not from what `hark` learned of them: whether a cause can be reached from where users were
//! hurt must not hang on what is measured. A world in which nobody calls anybody is refused, for there is none.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::error::BenchError;
use crate::hark::text;

/// How a line of an export begins that counts requests to others.
const COUNTED: &str = "{\"metric\":{\"__name__\":\"upstream_requests_total\"";

/// Who calls whom.
pub(super) struct Calls(BTreeSet<(String, String)>);

impl Calls {
    /// Of the world in this directory.
    pub(super) fn read(world: &Path) -> Result<Self, BenchError> {
        let folder = world.join("telemetry").join("metrics");
        let entries = fs::read_dir(&folder).map_err(|source| BenchError::file(&folder, source))?;
        let mut calls = BTreeSet::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            let failed = |source| BenchError::file(&path, source);
            for line in BufReader::new(File::open(&path).map_err(failed)?).lines() {
                let line = line.map_err(failed)?;
                if !line.starts_with(COUNTED) {
                    continue;
                }
                let told: Value = serde_json::from_str(&line).unwrap_or_default();
                let name = |label: &str| text(&told["metric"], label).to_owned();
                calls.insert((name("service"), name("upstream")));
            }
        }
        if calls.is_empty() {
            let folder = folder.display();
            return Err(BenchError::Request(format!("nobody calls anybody in `{folder}`")));
        }
        Ok(Self(calls))
    }

    /// Whether calls lead from one service to another; to itself they do.
    pub(super) fn lead(&self, from: &str, to: &str) -> bool {
        let mut reached = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(here) = open.pop() {
            let called = self.0.iter().filter(|(caller, _)| caller == here);
            for (_, callee) in called {
                if reached.insert(callee) {
                    open.push(callee);
                }
            }
        }
        reached.contains(to)
    }
}

#[cfg(test)]
mod tests {
    use hark_rehearsal::{Rehearsal, Tale};

    use super::*;

    #[test]
    fn calls_lead_on_to_whoever_is_called_in_turn_and_never_back() {
        let call = |caller: &str, callee: &str| (caller.to_owned(), callee.to_owned());
        let calls =
            Calls(BTreeSet::from([call("web", "cart"), call("cart", "stock"), call("stock", "cart")]));
        let lead = |from, to| calls.lead(from, to);
        assert!(lead("web", "stock") && lead("stock", "cart") && lead("mail", "mail"));
        assert!(!lead("cart", "web") && !lead("web", "mail"));
    }

    #[test]
    fn a_world_tells_who_calls_whom() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Calls::read(folder.path()).is_err());
        Rehearsal { weeks: 2, traffic: 0.01, ..Rehearsal::new(Tale::Quiet, 1) }.write(folder.path()).unwrap();
        let calls = Calls::read(folder.path()).unwrap();
        assert!(calls.lead("checkout", "accounts") && !calls.lead("accounts", "checkout"));
    }
}

//! `[services]`: who calls whom, as people know it.
//!
//! Traces say it better, and need no file; where there are none, a graph that somebody keeps anyway (a service catalogue, a mesh's
//! export) leads a story from the service that was hurt to those behind it. Names are those of telemetry: a service that is
//! never heard is a blind spot on the path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hark_listen::{DeclaredCalls, Ends};

use crate::failure::Failure;

use super::read_file;
use super::section::{Fault, Section};

const CALLS_MAX: usize = 100_000;
/// First lines of tables that name their columns.
const HEADS: [(&str, &str); 4] =
    [("caller", "callee"), ("source", "target"), ("source", "destination"), ("from", "to")];

/// What the section means.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct ServiceSettings {
    /// With where each call is written.
    pub(crate) calls: Arc<DeclaredCalls>,
    /// Where more of them are written.
    file: Option<PathBuf>,
}

impl ServiceSettings {
    pub(super) fn read(section: &mut Section<'_, '_>, folder: &Path) -> Self {
        let mut calls = BTreeMap::new();
        for said in section.texts("calls", CALLS_MAX) {
            match ends(&said.value) {
                Some(ends) => drop(calls.insert(ends, "hark.toml".to_owned())),
                None => section.refuse(&said, "holds", "is not `caller -> callee`"),
            }
        }
        let file = section.text("calls_file").map(|said| folder.join(said.value));
        Self { calls: Arc::new(calls), file }
    }

    /// The same, with the calls of its file.
    pub(super) fn with_file(self) -> Result<Self, Failure> {
        let Some(path) = self.file else { return Ok(self) };
        let text = read_file(&path)?;
        let named = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let edges = edges(&text, &named).map_err(|line| {
            let what = "is not `caller,callee`, or one call too many".to_owned();
            Failure::Settings { path: path.clone(), faults: vec![Fault { line, what }] }
        })?;
        let mut calls = Arc::unwrap_or_clone(self.calls);
        calls.extend(edges);
        Ok(Self { calls: Arc::new(calls), file: Some(path) })
    }
}

/// The calls of a file of edges, a line each: `caller,callee` or `caller -> callee`, further columns ignored. Else the line that is none.
fn edges(text: &str, file: &str) -> Result<DeclaredCalls, usize> {
    let mut calls = BTreeMap::new();
    let is_said = |line: &str| !line.trim().is_empty() && !line.starts_with('#');
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_said(line)) {
        let ends = ends(line).ok_or(number)?;
        let is_head =
            |(from, to): &(&str, &str)| ends.0.eq_ignore_ascii_case(from) && ends.1.eq_ignore_ascii_case(to);
        if !HEADS.iter().any(is_head) {
            calls.entry(ends).or_insert_with(|| format!("{file}:{number}"));
        }
        if calls.len() > CALLS_MAX {
            return Err(number);
        }
    }
    Ok(calls)
}

fn ends(text: &str) -> Option<Ends> {
    let (caller, callee) = text.split_once("->").or_else(|| text.split_once([',', ';', '\t']))?;
    let name = |text: &str| {
        let name = text.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"').trim();
        (!name.is_empty()).then(|| Arc::from(name))
    };
    Some((name(caller)?, name(callee)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_from_tables_and_arrows_with_their_lines() {
        let text = "caller,callee,calls\nweb, cart,12\n\n\"cart\" -> stock\nweb,cart,3\n# and no more\n";
        let calls = edges(text, "edges.csv").expect("all lines are edges");
        let said: Vec<String> = calls.iter().map(|((from, to), at)| format!("{from} {to} {at}")).collect();
        assert_eq!(said, ["cart stock edges.csv:4", "web cart edges.csv:2"]);
    }

    #[test]
    fn a_line_that_is_no_edge_is_named() {
        assert_eq!(edges("web,cart\nweb\n", "edges.csv"), Err(2));
        assert_eq!(edges("web,\n", "edges.csv"), Err(1));
    }
}

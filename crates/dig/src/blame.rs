//! Who wrote a note, and when: `git blame` for the few lines that are asked for.
//!
//! It names commits, times and whether the author is still here, and no person.

use std::collections::BTreeMap;

use hark_event::{Moment, Note};

use crate::activity::Activity;
use crate::error::DigError;
use crate::history::activity;
use crate::log::{self, Identity};
use crate::repository::{Repository, until};

/// Blame costs a walk through a file's history; not more notes than this are looked up.
const NOTES_MAX: usize = 50;

/// What blame says about one line.
#[derive(Default)]
struct Origin {
    commit: String,
    author: Identity,
    time: Option<Moment>,
    /// The commit is where the history known here begins.
    boundary: bool,
}

impl Repository {
    /// Fills in the commit, the time and whether the author is active for these notes, the first fifty of
    /// them, as the branch stood at `now`. Notes of other repositories, and lines that are not there, are
    /// left as they are. Returns remarks for people.
    ///
    /// # Errors
    /// If `git` cannot be run at all.
    pub fn blame(&self, now: Moment, notes: &mut [Note]) -> Result<Vec<String>, DigError> {
        let mut remarks = Vec::new();
        let (Some(tip), Some(until)) = (self.tip(now)?, until(now)) else { return Ok(remarks) };
        if notes.len() > NOTES_MAX {
            remarks.push(format!(
                "only the first {NOTES_MAX} of {} notes were traced to their commits",
                notes.len()
            ));
        }
        let people = activity(&log::read_people(&self.git, &until)?, now);
        let mut by_path: BTreeMap<String, Vec<&mut Note>> = BTreeMap::new();
        for note in notes.iter_mut().take(NOTES_MAX).filter(|note| note.repository == self.name) {
            by_path.entry(note.path.clone()).or_default().push(note);
        }
        for (path, notes) in by_path {
            match self.origins(&tip, &path, &notes) {
                Ok(origins) => notes.into_iter().for_each(|note| self.fill(note, &origins, &people)),
                Err(DigError::Git { message, .. }) => {
                    remarks.push(format!(
                        "the notes of `{path}` could not be traced to their commits (git said `{message}`)"
                    ));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(remarks)
    }

    fn origins(&self, tip: &str, path: &str, notes: &[&mut Note]) -> Result<BTreeMap<u32, Origin>, DigError> {
        let ranges: Vec<String> = notes.iter().map(|note| format!("-L{0},{0}", note.line)).collect();
        let fixed = ["blame", "--line-porcelain", "-w", "--no-textconv", "--no-ext-diff"];
        let arguments: Vec<&str> =
            fixed.into_iter().chain(ranges.iter().map(String::as_str)).chain([tip, "--", path]).collect();
        let answer = self.git.ask(&arguments)?;
        Ok(origins(&String::from_utf8_lossy(&answer)))
    }

    fn fill(&self, note: &mut Note, origins: &BTreeMap<u32, Origin>, people: &Activity) {
        let Some(origin) = origins.get(&note.line) else { return };
        // In a shallow clone, the oldest commit stands for all that came before it.
        if origin.boundary && self.shallow {
            return;
        }
        note.commit = Some(origin.commit.clone());
        note.written_at = origin.time;
        note.author_active = people.is_active(&origin.author);
    }
}

/// Reads `--line-porcelain`: for each line a header, `key value` lines, and the line itself after a tab.
fn origins(answer: &str) -> BTreeMap<u32, Origin> {
    let mut found = BTreeMap::new();
    let mut origin = Origin::default();
    let mut line_number = None;
    let seconds = |value: &str| value.parse().ok().map(Moment::from_seconds);
    for line in answer.lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            _ if line.starts_with('\t') => {
                if let Some(number) = line_number.take() {
                    found.insert(number, std::mem::take(&mut origin));
                }
            }
            _ if line_number.is_none() => {
                origin = Origin { commit: key.to_owned(), ..Origin::default() };
                line_number = value.split(' ').nth(1).and_then(|number| number.parse().ok());
            }
            "author" => origin.author.name = value.to_owned(),
            "author-mail" => origin.author.email = value.trim_matches(['<', '>']).to_owned(),
            "author-time" => origin.time = seconds(value),
            // It cannot have been written here after it arrived.
            "committer-time" => origin.time = origin.time.min(seconds(value)),
            "boundary" => origin.boundary = true,
            _ => {}
        }
    }
    found
}

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

/// So many files are traced at the same time: each is a process that mostly waits for the disk.
const TOGETHER_MAX: usize = 4;

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
        let mut by_path: Vec<(String, Vec<&mut Note>)> = by_path.into_iter().collect();
        for together in by_path.chunks_mut(TOGETHER_MAX) {
            let answers = std::thread::scope(|scope| {
                let asked: Vec<_> = together
                    .iter()
                    .map(|(path, notes)| {
                        let lines: Vec<u32> = notes.iter().map(|note| note.line).collect();
                        let tip = &tip;
                        scope.spawn(move || self.origins(tip, path, &lines))
                    })
                    .collect();
                asked
                    .into_iter()
                    .map(|thread| thread.join().expect("reading blame does not panic"))
                    .collect::<Vec<_>>()
            });
            for ((path, notes), answer) in together.iter_mut().zip(answers) {
                match answer {
                    Ok(origins) => notes.iter_mut().for_each(|note| self.fill(note, &origins, &people)),
                    Err(DigError::Git { message, .. }) => remarks.push(format!(
                        "the notes of `{path}` could not be traced to their commits (git said `{message}`)"
                    )),
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(remarks)
    }

    fn origins(&self, tip: &str, path: &str, lines: &[u32]) -> Result<BTreeMap<u32, Origin>, DigError> {
        let ranges: Vec<String> = lines.iter().map(|line| format!("-L{line},{line}")).collect();
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

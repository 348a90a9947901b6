//! What the repositories say: changes before listening, code for what was heard.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use hark_dig::{Repository, Source};
use hark_event::{Change, CodeJoin, Episode, Id, Level, Moment, Note, RepositoryHeard, SubjectKind};
use hark_listen::Heard;
use hark_pattern::Rules;

use crate::failure::Failure;

/// Notes whose history is looked up; each costs a call of `git blame`.
const BLAMED_MAX: usize = 60;

/// The repositories that were given, as of now.
pub(crate) struct Repositories {
    repositories: Vec<(Repository, Source)>,
    /// All their changes.
    pub(crate) changes: Vec<Change>,
    /// What could not be read in them.
    pub(crate) remarks: Vec<String>,
    now: Moment,
    /// What is masked besides what is masked everywhere.
    rules: Arc<Rules>,
}

/// What the code says about what was heard.
pub(crate) struct CodeSaid {
    /// By signal.
    pub(crate) joins: BTreeMap<Id, CodeJoin>,
    /// Notes in functions that write no log record.
    pub(crate) mute_notes: Vec<Note>,
    /// What could not be dated.
    pub(crate) remarks: Vec<String>,
}

impl Repositories {
    /// Reads histories and sources as they stood at `now`.
    pub(crate) fn read(folders: &[PathBuf], now: Moment, rules: &Arc<Rules>) -> Result<Self, Failure> {
        let rules = rules.clone();
        let mut all = Self { repositories: Vec::new(), changes: Vec::new(), remarks: Vec::new(), now, rules };
        for folder in folders {
            let repository = Repository::open(folder)?;
            let history = repository.history(now)?;
            let source = repository.source(now)?;
            all.changes.extend(history.changes.into_iter().map(|change| masked(change, &all.rules)));
            let remarks = history.remarks.iter().chain(source.remarks());
            all.remarks.extend(remarks.map(|remark| format!("{}: {remark}", repository.name())));
            all.repositories.push((repository, source));
        }
        Ok(all)
    }

    /// Whether there is any.
    pub(crate) fn is_empty(&self) -> bool {
        self.repositories.is_empty()
    }

    /// What each of them holds.
    pub(crate) fn heard(&self) -> Vec<RepositoryHeard> {
        let heard = |(repository, source): &(Repository, Source)| RepositoryHeard {
            name: Arc::from(repository.name()),
            changes: self
                .changes
                .iter()
                .filter(|change| change.repository.as_deref() == Some(repository.name()))
                .count() as u64,
            notes: source.notes().len() as u64,
        };
        self.repositories.iter().map(heard).collect()
    }

    /// All notes in the code.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let all = self.repositories.iter().flat_map(|(_, source)| source.notes().iter().cloned());
        all.map(|note| masked_note(note, &self.rules)).collect()
    }

    /// Joins the patterns of signals to the statements that write them, with the notes near those.
    pub(crate) fn say_about(&self, heard: &Heard) -> CodeSaid {
        let patterns =
            heard.episodes.iter().filter(|episode| episode.signal.subject.kind == SubjectKind::Pattern);
        let mut joins: BTreeMap<Id, CodeJoin> =
            patterns.map(|episode| (episode.signal.id.clone(), self.join(episode, heard))).collect();
        joins.retain(|_, join| !join.places.is_empty());
        let remarks = self.date_notes(&mut joins);
        for join in joins.values_mut() {
            join.notes = std::mem::take(&mut join.notes)
                .into_iter()
                .map(|note| masked_note(note, &self.rules))
                .collect();
            for text in join.places.iter_mut().filter_map(|place| place.note.as_mut()) {
                *text = self.rules.mask_secrets(text).text.into_owned();
            }
        }
        CodeSaid { joins, mute_notes: self.mute_notes(), remarks }
    }

    fn join(&self, episode: &Episode, heard: &Heard) -> CodeJoin {
        let signal = &episode.signal;
        let service = heard.services.iter().find(|service| service.origin == signal.origin);
        let pattern = service
            .and_then(|service| service.patterns.iter().find(|known| known.name == signal.subject.name));
        let level = pattern.map_or(Level::Unknown, |pattern| pattern.level);
        let mut all = CodeJoin::default();
        for (_, source) in &self.repositories {
            let join = source.join(&signal.subject.name, level);
            all.places.extend(join.places);
            all.notes.extend(join.notes);
        }
        // The same statement may stand in several services: the one under the speaker's name is meant.
        let own = |path: &str| path.split(['/', '.']).any(|part| part == &*signal.origin.service);
        if all.places.iter().any(|place| own(&place.path)) {
            all.places.retain(|place| own(&place.path));
            all.notes.retain(|note| own(&note.path));
        }
        all
    }

    /// Fills in when notes were written; returns remarks on those that cannot be dated.
    fn date_notes(&self, joins: &mut BTreeMap<Id, CodeJoin>) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut notes: Vec<Note> = joins.values().flat_map(|join| join.notes.iter().cloned()).collect();
        notes.sort_by(|a, b| (&a.repository, &a.path, a.line).cmp(&(&b.repository, &b.path, b.line)));
        notes.dedup_by(|a, b| (&a.repository, &a.path, a.line) == (&b.repository, &b.path, b.line));
        notes.truncate(BLAMED_MAX);
        for (repository, _) in &self.repositories {
            let mut own: Vec<Note> =
                notes.iter().filter(|note| &*note.repository == repository.name()).cloned().collect();
            match repository.blame(self.now, &mut own) {
                Ok(said) => remarks.extend(said),
                Err(error) => remarks.push(error.to_string()),
            }
            for note in joins.values_mut().flat_map(|join| &mut join.notes) {
                if let Some(dated) = own.iter().find(|dated| dated.id() == note.id()) {
                    *note = dated.clone();
                }
            }
        }
        remarks
    }

    fn mute_notes(&self) -> Vec<Note> {
        let mut mute = Vec::new();
        for (_, source) in &self.repositories {
            let speaks = |note: &Note| {
                source.statements().iter().any(|statement| {
                    statement.path == note.path
                        && (statement.function == note.function || statement.line.abs_diff(note.line) <= 12)
                })
            };
            let unexpected = |note: &&Note| {
                let text = note.text.to_ascii_lowercase();
                ["should never", "can't happen", "cannot happen", "not expected", "assum"]
                    .iter()
                    .any(|mark| text.contains(mark))
            };
            let found = source.notes().iter().filter(unexpected).filter(|note| !speaks(note)).cloned();
            mute.extend(found.map(|note| masked_note(note, &self.rules)));
        }
        mute
    }
}

/// What the repository's reader masked, and what own rules mask besides.
fn masked(mut change: Change, rules: &Rules) -> Change {
    change.summary = rules.mask_secrets(&change.summary).text.into_owned();
    change.details.iter_mut().for_each(|line| *line = rules.mask_secrets(line).text.into_owned());
    change
}

fn masked_note(mut note: Note, rules: &Rules) -> Note {
    note.text = rules.mask_secrets(&note.text).text.into_owned();
    note
}

//! From commits and tags to changes.
//!
//! A commit that edits configuration is one change for each file that it edits, with the settings that
//! changed; any other is one change. What changed in a setting is read from the file before and after,
//! through one `git cat-file --batch`, the latest commits first, within limits that are counted.

use std::sync::Arc;

use hark_event::{Change, ChangeKind, Id, Moment};

use crate::activity::Activity;
use crate::approval;
use crate::error::DigError;
use crate::git::{Git, Object, Objects};
use crate::log::{self, Commit, FileEdit, PATHS_MAX};
use crate::masking::masked;
use crate::path::{FileKind, names_flag, service_of_code, service_of_config};
use crate::release::releases;
use crate::repository::{Repository, until};
use crate::settings::{Settings, difference};

/// Configuration files larger than this together are not compared, per commit.
const COMMIT_BYTES_MAX: u64 = 200 * 1024;
/// Not more configuration edits than this are compared; the latest come first.
const COMPARED_MAX: usize = 50_000;
/// Settings of one file beyond this many are counted, not told.
const DETAILS_MAX: usize = 20;

/// What changed in a repository up to a moment.
#[derive(Default, Debug)]
pub struct History {
    /// All changes, by time, then id.
    pub changes: Vec<Change>,
    /// What could not be read, and what to do about it, for people.
    pub remarks: Vec<String>,
}

impl Repository {
    /// The changes that had arrived at `now`: all commits reachable from HEAD with a committer date, and
    /// all release tags with a date, that is not later.
    ///
    /// # Errors
    /// If `git` cannot be run at all. What cannot be read is told in the remarks.
    pub fn history(&self, now: Moment) -> Result<History, DigError> {
        let mut history = History::default();
        let Some(until) = until(now) else {
            history.remarks.push(self.nothing_committed(now));
            return Ok(history);
        };
        let tip = self.tip(now)?;
        if tip.is_none() {
            history.remarks.push(self.nothing_committed(now));
        }
        if self.git.ask(&["rev-parse", "--quiet", "--verify", "HEAD"]).is_err() {
            return Ok(history);
        }
        let log = log::read(&self.git, &until)?;
        history.remarks.extend(self.shallow_remark(&log.commits));
        history.remarks.extend(log.remarks);
        let activity = activity(&log.commits, now);
        let brought = approval::brought_by_merges(&log.commits, tip.as_deref().unwrap_or_default());
        let mut edits = Vec::new();
        for commit in &log.commits {
            let merged = brought.get(commit.id.as_str()).map(|request| format!("merged in {request}"));
            let draft = Draft {
                repository: &self.name,
                commit,
                author_active: activity.is_active(&commit.author),
                approval: commit.approval.clone().or(merged),
            };
            draft.changes(&mut history.changes, &mut edits);
        }
        compare(&self.git, &edits, &mut history)?;
        let (deploys, remark) = releases(&self.git, &self.name, now, &activity);
        history.changes.extend(deploys);
        history.remarks.extend(remark);
        history.changes.sort_by(|left, right| (left.time, &left.id).cmp(&(right.time, &right.id)));
        Ok(history)
    }

    fn shallow_remark(&self, commits: &[Commit]) -> Option<String> {
        let oldest = commits.iter().map(|commit| commit.time).min().filter(|_| self.shallow)?;
        Some(format!(
            "the repository `{}` is a shallow clone: what changed before {oldest} is not known here; `git fetch --unshallow` brings it",
            self.name
        ))
    }
}

/// Who was active, as these commits tell.
pub(crate) fn activity(commits: &[Commit], now: Moment) -> Activity {
    let mut activity = Activity::new(now);
    for commit in commits {
        // An author's clock that runs ahead makes nobody active.
        activity.committed(&commit.author, commit.authored_at.min(commit.time));
        activity.committed(&commit.committer, commit.time);
    }
    activity
}

/// A configuration edit whose settings are still to be compared.
struct Edit<'c> {
    /// Where in the list of changes it stands.
    change: usize,
    commit: &'c str,
    file: &'c FileEdit,
}

/// What all changes of one commit have in common.
struct Draft<'c> {
    repository: &'c Arc<str>,
    commit: &'c Commit,
    author_active: Option<bool>,
    approval: Option<String>,
}

impl<'c> Draft<'c> {
    fn changes(&self, changes: &mut Vec<Change>, edits: &mut Vec<Edit<'c>>) {
        let commit = self.commit;
        let before = changes.len();
        for file in commit.files.iter().filter(|file| file.kind != FileKind::Other) {
            edits.push(Edit { change: changes.len(), commit: &commit.id, file });
            let kind = if file.kind == FileKind::Flag { ChangeKind::Flag } else { ChangeKind::Config };
            changes.push(self.change(kind, Some(&file.path), service_of_config(&file.path)));
        }
        if changes.len() == before {
            let first = commit.files.first().map(|file| file.path.as_str());
            changes.push(self.change(ChangeKind::Commit, first, self.service()));
        }
    }

    /// The one service that all files of the commit belong to.
    fn service(&self) -> Option<&str> {
        let mut services = self.commit.files.iter().filter_map(|file| service_of_code(&file.path));
        let first = services.next()?;
        services.all(|other| other == first).then_some(first)
    }

    fn change(&self, kind: ChangeKind, path: Option<&str>, service: Option<&str>) -> Change {
        let commit = self.commit;
        Change {
            id: Id::of(&[kind.name(), &commit.id, path.unwrap_or_default()]),
            time: commit.time,
            kind,
            service: service.map(Arc::from),
            summary: summary(&commit.subject),
            details: Vec::new(),
            repository: Some(Arc::clone(self.repository)),
            commit: Some(commit.id.clone()),
            path: path.map(str::to_owned),
            paths: commit.files.iter().take(PATHS_MAX).map(|file| file.path.clone()).collect(),
            author_active: self.author_active,
            approval: self.approval.clone(),
        }
    }
}

/// The commit's subject, without secrets, and without the account whose branch was merged.
fn summary(subject: &str) -> String {
    if subject.is_empty() {
        return "(no message)".to_owned();
    }
    let merge = subject.strip_prefix("Merge pull request ").and_then(|rest| rest.split_once(" from "));
    match merge.and_then(|(number, branch)| Some((number, branch.split_once('/')?.1))) {
        Some((number, branch)) => masked(&format!("Merge pull request {number} from {branch}")),
        None => masked(subject),
    }
}

/// Fills in the settings that changed.
fn compare(git: &Git, edits: &[Edit<'_>], history: &mut History) -> Result<(), DigError> {
    let mut reader = Reader { objects: git.objects()?, damaged: 0, too_large: 0 };
    let mut commit = "";
    let mut left = COMMIT_BYTES_MAX;
    for edit in edits.iter().take(COMPARED_MAX) {
        if edit.commit != commit {
            commit = edit.commit;
            left = COMMIT_BYTES_MAX;
        }
        let Some(before) = reader.version(&edit.file.before, &mut left) else { continue };
        let Some(after) = reader.version(&edit.file.after, &mut left) else { continue };
        fill(&mut history.changes[edit.change], &before, &after);
    }
    let skipped = edits.len().saturating_sub(COMPARED_MAX);
    let counted = [
        (
            reader.too_large,
            "configuration edits are too large (200 KiB per commit) for their settings to be compared",
        ),
        (skipped, "older configuration edits lie beyond the limit, and their settings were not compared"),
        (reader.damaged, "versions of configuration files are missing or damaged; `git fsck` names them"),
    ];
    history.remarks.extend(
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")),
    );
    Ok(())
}

struct Reader {
    objects: Objects,
    damaged: usize,
    too_large: usize,
}

impl Reader {
    /// The text of one version of a file, empty if there was none; `None` if it cannot be compared.
    fn version(&mut self, object: &Option<String>, left: &mut u64) -> Option<String> {
        let Some(object) = object else { return Some(String::new()) };
        match self.objects.read(object, *left) {
            // A binary file has no settings.
            Object::Content(bytes) if bytes.contains(&0) => return None,
            Object::Content(bytes) => {
                *left = left.saturating_sub(bytes.len() as u64);
                return Some(String::from_utf8_lossy(&bytes).into_owned());
            }
            Object::TooLarge => self.too_large += 1,
            Object::Missing => self.damaged += 1,
        }
        None
    }
}

fn fill(change: &mut Change, before: &str, after: &str) {
    let path = change.path.as_deref().unwrap_or_default();
    let edits = difference(&Settings::read(path, before), &Settings::read(path, after));
    let flags = !edits.is_empty() && edits.iter().all(|edit| names_flag(&edit.key));
    if flags && change.kind == ChangeKind::Config {
        change.kind = ChangeKind::Flag;
        change.id = Id::of(&[change.kind.name(), change.commit.as_deref().unwrap_or_default(), path]);
    }
    change.details = edits.iter().take(DETAILS_MAX).map(|edit| edit.told()).collect();
    let more = edits.len().saturating_sub(DETAILS_MAX);
    if more > 0 {
        // The last line tells how much is not told.
        change.details.pop();
        change.details.push(format!("and {} more settings", more + 1));
    }
}

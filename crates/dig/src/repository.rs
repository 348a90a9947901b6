//! A Git repository, opened for reading.

use std::path::Path;
use std::sync::Arc;

use hark_event::Moment;

use crate::error::DigError;
use crate::git::Git;
use crate::source::{Gathering, Source};
use crate::tree;

/// A repository that belongs to somebody else, and is only read.
#[derive(Debug)]
pub struct Repository {
    pub(crate) git: Git,
    pub(crate) name: Arc<str>,
    pub(crate) shallow: bool,
}

impl Repository {
    /// Opens a work tree, a bare repository, or the one that a folder lies in.
    ///
    /// # Errors
    /// If there is no `git`, the path cannot be read, or it is in no repository.
    pub fn open(path: &Path) -> Result<Self, DigError> {
        let unreadable = |source| DigError::Unreadable { path: path.to_owned(), source };
        let folder = path.canonicalize().map_err(unreadable)?;
        if !folder.is_dir() {
            return Err(DigError::NotARepository { path: path.to_owned() });
        }
        let inside = Git::new(&folder);
        let answer = match inside.ask(&[
            "rev-parse",
            "--is-bare-repository",
            "--is-shallow-repository",
            "--absolute-git-dir",
        ]) {
            Err(DigError::Git { .. }) => return Err(DigError::NotARepository { path: path.to_owned() }),
            other => String::from_utf8_lossy(&other?).into_owned(),
        };
        let mut lines = answer.lines();
        let bare = lines.next() == Some("true");
        let shallow = lines.next() == Some("true");
        let git_folder = lines.next().unwrap_or_default().to_owned();
        let top = if bare { None } else { inside.ask(&["rev-parse", "--show-toplevel"]).ok() };
        let top = top.map(|answer| String::from_utf8_lossy(&answer).trim_end_matches('\n').to_owned());
        let directory = top.filter(|top| Path::new(top).is_dir()).unwrap_or(git_folder);
        let directory = if Path::new(&directory).is_dir() { Path::new(&directory) } else { &folder };
        Ok(Self { git: Git::new(directory), name: name(directory), shallow })
    }

    /// The name of its folder, without `.git`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The log statements and notes in the tree of the branch as it stood at `now`: the latest commit of
    /// the first-parent line whose committer date is not later. A commit on a side branch that was merged
    /// only afterwards is not what anybody ran.
    ///
    /// # Errors
    /// If `git` cannot be run at all. What cannot be read is told in the remarks.
    pub fn source(&self, now: Moment) -> Result<Source, DigError> {
        let mut gathering = Gathering::new(Arc::clone(&self.name));
        let Some(commit) = self.tip(now)? else {
            return Ok(gathering.finish(None, vec![self.nothing_committed(now)]));
        };
        let left_out = tree::read(&self.git, &commit, |entry, text| {
            gathering.file(&entry.path, entry.language, text);
        })?;
        Ok(gathering.finish(Some(commit), left_out.remarks()))
    }

    /// The latest commit of the first-parent line that had arrived at `now`.
    pub(crate) fn tip(&self, now: Moment) -> Result<Option<String>, DigError> {
        let Some(until) = until(now) else { return Ok(None) };
        match self.git.ask(&["rev-list", "--first-parent", "--max-count=1", &until, "HEAD", "--"]) {
            Ok(answer) => {
                Ok(Some(String::from_utf8_lossy(&answer).trim().to_owned()).filter(|id| !id.is_empty()))
            }
            Err(DigError::Git { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    pub(crate) fn nothing_committed(&self, now: Moment) -> String {
        let name = &self.name;
        match self.git.ask(&["rev-parse", "--quiet", "--verify", "HEAD"]) {
            Err(_) => format!("the repository `{name}` has no commits yet, so it can tell nothing"),
            Ok(_) if self.git.ask(&["rev-parse", "--quiet", "--verify", "HEAD^{tree}"]).is_err() => {
                format!(
                    "the latest commit of the repository `{name}` is missing or damaged; `git fsck` tells what is lost"
                )
            }
            Ok(_) => format!("the repository `{name}` has no commits up to {now}"),
        }
    }
}

/// The option by which git leaves out commits that had not arrived at `now`; `None` before 1970, when
/// there were none.
pub(crate) fn until(now: Moment) -> Option<String> {
    (now.seconds() >= 0).then(|| format!("--min-age={}", now.seconds()))
}

fn name(directory: &Path) -> Arc<str> {
    let folder =
        if directory.ends_with(".git") { directory.parent().unwrap_or(directory) } else { directory };
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Arc::from(name.strip_suffix(".git").unwrap_or(&name))
}

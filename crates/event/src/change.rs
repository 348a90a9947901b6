//! What people changed: deploys, config edits, flags, migrations, scaling, commits.

use std::sync::Arc;

use crate::{Id, Moment};

/// The kinds of change, with the names that the contract gives them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum ChangeKind {
    /// A version went live, or a process started.
    Deploy,
    /// An edit of configuration.
    Config,
    /// A feature flag was turned.
    Flag,
    /// Any other commit.
    Commit,
    /// Instances were added or removed.
    Scale,
}

impl ChangeKind {
    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Config => "config",
            Self::Flag => "flag",
            Self::Commit => "commit",
            Self::Scale => "scale",
        }
    }
}

/// One change. A commit that edits several configuration files is several changes with one commit.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Hash of kind, time, commit and path, or of what was announced.
    pub id: Id,
    /// When it took effect as far as we know: the committer date of a commit, the start of a deploy.
    pub time: Moment,
    /// What kind of change.
    pub kind: ChangeKind,
    /// The service that it is about, if that is known.
    pub service: Option<Arc<str>>,
    /// One line for people: the commit's subject, or what was announced.
    pub summary: String,
    /// For a config edit, what changed, a line per setting: `timeout_ms: 3000 -> 800`. Masked.
    pub details: Vec<String>,
    /// The repository's name (its folder's).
    pub repository: Option<Arc<str>>,
    /// The commit, in full.
    pub commit: Option<String>,
    /// The path in the repository; for a plain commit the first that it touched, if any.
    pub path: Option<String>,
    /// All paths that the commit touched, at most a hundred.
    pub paths: Vec<String>,
    /// Whether its author has committed, under any of their names, in the 90 days before now.
    pub author_active: Option<bool>,
    /// How it was approved, if that can be seen: `reviewed by …`, `merged in #12`; `None` if nothing can tell.
    pub approval: Option<String>,
}

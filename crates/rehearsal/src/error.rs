//! What can go wrong when a world is written.

use std::io;
use std::path::{Path, PathBuf};

/// Why a world could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// A file or directory could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that is not an earlier world stands where the world should go.
    #[error("`{}` is already there and is no earlier world", path.display())]
    Occupied {
        /// What stands there.
        path: PathBuf,
    },
    /// Git is not there, or did not do what it was asked to.
    #[error("git could not make `{}`: {message}", path.display())]
    Git {
        /// The repository.
        path: PathBuf,
        /// What it said.
        message: String,
    },
    /// Weeks or traffic are out of their range.
    #[error("a world has 1 to 52 weeks and a traffic between 0 and 100")]
    Size,
}

impl RehearsalError {
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }
}

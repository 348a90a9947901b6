//! What can be at fault when a repository is opened or read.
//!
//! Only what stops the work is an error. What merely makes it less (a shallow clone, a damaged object, a
//! file that is too large) is a remark beside the result.

use std::path::PathBuf;

/// Why a repository could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum DigError {
    /// There is no `git` to ask.
    #[error("`git` was not found on this machine: install it (`apt-get install git`) or put it on the PATH")]
    GitMissing,
    /// The path cannot be looked at.
    #[error("`{}` cannot be read: {source}", .path.display())]
    Unreadable {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The path is no repository, and lies in none.
    #[error("`{}` is not a Git repository, nor inside one", .path.display())]
    NotARepository {
        /// The path as it was given.
        path: PathBuf,
    },
    /// `git` could not be run, or broke off before it had said anything.
    #[error("`git {command}` failed in `{}`: {message}", .path.display())]
    Git {
        /// The repository.
        path: PathBuf,
        /// The subcommand of git that failed.
        command: String,
        /// What git said about it.
        message: String,
    },
}

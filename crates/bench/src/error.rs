//! What can keep a measurement from being made.

use std::io;
use std::path::{Path, PathBuf};

use hark_rehearsal::RehearsalError;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("{0}")]
    Request(String),
    #[error("cannot use `{}`: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    World(#[from] RehearsalError),
    #[error("`{command}` failed: {message}")]
    Hark { command: String, message: String },
    #[error("no temporary directory: {0}")]
    Temporary(io::Error),
}

impl BenchError {
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Request(_) => 2,
            Self::File { .. } | Self::World(_) | Self::Hark { .. } | Self::Temporary(_) => 3,
        }
    }
}

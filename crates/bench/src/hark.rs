//! Runs the `hark` binary as a user would, and reads the JSON that it promises.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::BenchError;

/// The binary.
pub(crate) struct Hark {
    path: PathBuf,
}

impl Hark {
    /// The binary at this path, which must be there.
    pub(crate) fn at(path: &Path) -> Result<Self, BenchError> {
        // Commands run inside the worlds, so that the paths in their output are the same in every world.
        let path = path.canonicalize().map_err(|source| BenchError::file(path, source))?;
        Ok(Self { path })
    }

    /// A command to be run in this directory.
    pub(crate) fn command(&self, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(directory).stdin(Stdio::null());
        command
    }

    /// What the command prints on standard output, as JSON.
    pub(crate) fn json(&self, directory: &Path, arguments: &[&str]) -> Result<Value, BenchError> {
        let line = format!("hark {}", arguments.join(" "));
        let failed = |message: String| BenchError::Hark { command: line.clone(), message };
        let output = self
            .command(directory, arguments)
            .output()
            .map_err(|source| BenchError::file(&self.path, source))?;
        if !output.status.success() {
            let remarks = String::from_utf8_lossy(&output.stderr);
            return Err(failed(format!("{}; {}", output.status, remarks.trim())));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| failed(format!("its output is not JSON: {error}")))
    }
}

/// The array of this name; nothing, if it is not there.
pub(crate) fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The text of this name; empty, if it is not there or `null`.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("")
}

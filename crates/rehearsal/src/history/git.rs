//! Hands a history to Git, in one stream.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::commits::Commit;
use crate::RehearsalError;

/// A `git fast-import` stream.
#[derive(Default)]
pub(super) struct Stream {
    out: Vec<u8>,
}

impl Stream {
    /// Adds a commit that gives these files these contents.
    pub(super) fn commit(&mut self, commit: &Commit, files: &[(String, String)]) {
        let author = format!("author {} {} +0000\n", commit.author.signature(), commit.authored);
        let committer = format!("committer {} {} +0000\n", commit.committer.signature(), commit.committed);
        for text in ["commit refs/heads/main\n", &author, &committer] {
            self.out.extend_from_slice(text.as_bytes());
        }
        self.data(&commit.message);
        for (path, content) in files {
            self.out.extend_from_slice(format!("M 100644 inline {path}\n").as_bytes());
            self.data(content);
        }
        self.out.push(b'\n');
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn data(&mut self, text: &str) {
        self.out.extend_from_slice(format!("data {}\n{text}\n", text.len()).as_bytes());
    }
}

/// Makes a repository at `path` from the stream, and checks its files out.
pub(super) fn import(path: &Path, stream: &[u8]) -> Result<(), RehearsalError> {
    std::fs::create_dir_all(path).map_err(|source| RehearsalError::write(path, source))?;
    run(path, &["init", "--quiet", "--initial-branch=main", "--template=", "."], &[])?;
    run(path, &["fast-import", "--quiet", "--done"], &[stream, b"done\n"].concat())?;
    run(path, &["reset", "--quiet", "--hard", "main"], &[])
}

/// Runs Git without the settings of whoever runs us, which would change what it makes.
fn run(path: &Path, arguments: &[&str], input: &[u8]) -> Result<(), RehearsalError> {
    let failed = |message: String| RehearsalError::Git { path: path.to_owned(), message };
    let mut command = Command::new("git");
    command.arg("-C").arg(path).args(["-c", "core.autocrlf=false", "-c", "gc.auto=0"]).args(arguments);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(format!("git could not be started: {error}")))?;
    // Git may stop reading when it fails; what it then says on standard error is the reason worth telling.
    let sent = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input));
    let Output { status, stderr, .. } =
        child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(String::from_utf8_lossy(&stderr).trim().to_owned()));
    }
    sent.map_err(|error| failed(error.to_string()))
}

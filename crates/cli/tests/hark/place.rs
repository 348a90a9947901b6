//! A temporary directory with files in it, and the binary run there.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A directory of its own, gone when it is dropped.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    /// One with a log of four hundred records in it, `a.log`.
    pub(crate) fn with_a_log() -> Self {
        let place = Self::new();
        place.write("a.log", log(400));
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        // What a test prints must not depend on who runs it.
        command.env("TZ", "America/New_York").env_remove("NO_COLOR").env("COLUMNS", "40");
        command
    }

    pub(crate) fn hark(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// The JSON of a command that must succeed.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.hark(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// The account of what was heard in a file of this content.
    #[track_caller]
    pub(crate) fn hearing(&self, path: &str) -> Value {
        self.json(&["listen", path])["hearing"].clone()
    }

    pub(crate) fn with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(&child.wait_with_output().unwrap())
    }

    pub(crate) fn git(&self, directory: &str, arguments: &[&str]) {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.path().join(directory))
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-02-27T12:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-02-27T12:00:00Z")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What a run of the binary has left.
pub(crate) struct Ran {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        let ran = Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// This exit code, and all these words on standard error.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in:\n{}", self.err);
        }
    }
}

/// A log of so many records, one a second.
pub(crate) fn log(records: u32) -> String {
    let line = |at: u32| format!("2026-03-01T10:{:02}:{:02}Z INFO order {at} placed\n", at / 60, at % 60);
    (0..records).map(line).collect()
}

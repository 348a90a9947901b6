//! The one place that runs `git`.
//!
//! The repository belongs to somebody else: it is only read, whoever owns it, and nothing that it or the
//! user's settings name (hooks, pagers, external diffs, text filters, lazy fetches) is ever run. The
//! user's own settings are left out as well, so that the answer is the same on every machine.
//! There is no reader of Git's own files here: without the `git` program there is no history.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use crate::error::DigError;

/// What git says on standard error is kept up to here.
const COMPLAINT_BYTES_MAX: u64 = 4 * 1024;
/// The answer of a short question is kept up to here.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
const PIPE_BYTES: usize = 256 * 1024;

/// Runs git in one directory.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    directory: PathBuf,
}

impl Git {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The whole answer to a short question. What git refuses is an error with its complaint.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, DigError> {
        let mut stream = self.stream(arguments)?;
        let mut answer = Vec::new();
        let read = stream.output().take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
        let ended = stream.finish();
        match (read, ended) {
            (Ok(_), Ok(())) => Ok(answer),
            (Err(error), _) => Err(self.failure(arguments, error.to_string())),
            (_, Err(complaint)) => Err(self.failure(arguments, complaint)),
        }
    }

    /// Starts git and hands out what it says as it says it.
    pub(crate) fn stream(&self, arguments: &[&str]) -> Result<Stream, DigError> {
        let mut child = self.spawn(arguments, Stdio::null())?;
        let output = child.stdout.take().expect("standard output was asked to be a pipe");
        let complaints = listen_to_complaints(&mut child);
        Ok(Stream {
            child,
            output: BufReader::with_capacity(PIPE_BYTES, output),
            complaints: Some(complaints),
        })
    }

    /// Starts a process that answers object names with their contents.
    pub(crate) fn objects(&self) -> Result<Objects, DigError> {
        Ok(Objects { git: self.clone(), answering: Some(self.answering()?), restarts: 0 })
    }

    fn answering(&self) -> Result<Answering, DigError> {
        let mut child = self.spawn(&["cat-file", "--batch"], Stdio::piped())?;
        let names = child.stdin.take().expect("standard input was asked to be a pipe");
        let output = child.stdout.take().expect("standard output was asked to be a pipe");
        let complaints = listen_to_complaints(&mut child);
        let output = BufReader::with_capacity(PIPE_BYTES, output);
        Ok(Answering { names, stream: Stream { child, output, complaints: Some(complaints) } })
    }

    fn spawn(&self, arguments: &[&str], input: Stdio) -> Result<Child, DigError> {
        let spawned = self.command(arguments).stdin(input).spawn();
        spawned.map_err(|error| match error.kind() {
            // A missing directory gives the same error as a missing program.
            ErrorKind::NotFound if self.directory.is_dir() => DigError::GitMissing,
            _ => self.failure(arguments, error.to_string()),
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            // A hook or an alias that starts us leaves variables that point git elsewhere.
            if name.to_string_lossy().starts_with("GIT_") && name != "GIT_EXEC_PATH" {
                command.env_remove(name);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(&self.directory)
            .args(["--no-pager", "--no-replace-objects"]);
        for setting in [
            "safe.directory=*",
            "core.quotePath=false",
            "core.fsmonitor=false",
            "core.hooksPath=/dev/null",
            "log.showSignature=false",
            "blame.ignoreRevsFile=",
            "diff.orderFile=/dev/null",
        ] {
            command.args(["-c", setting]);
        }
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn failure(&self, arguments: &[&str], message: String) -> DigError {
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        DigError::Git { path: self.directory.clone(), command, message }
    }
}

/// A running git that speaks.
pub(crate) struct Stream {
    child: Child,
    output: BufReader<ChildStdout>,
    complaints: Option<JoinHandle<String>>,
}

impl Stream {
    pub(crate) fn output(&mut self) -> &mut BufReader<ChildStdout> {
        &mut self.output
    }

    /// Waits for the end; an unhappy end gives git's complaint.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        let mut rest = [0_u8; 8192];
        // Git would wait for ever for somebody to read the rest.
        while self.output.read(&mut rest).is_ok_and(|read| read > 0) {}
        let ended = self.child.wait();
        let complaint = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) if complaint.is_empty() => Err(format!("git ended with {status}")),
            Ok(_) => Err(complaint),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// One that is no longer wanted is not left running.
impl Drop for Stream {
    fn drop(&mut self) {
        if self.complaints.is_some() {
            // Failing means that it has ended already, which is what we want.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What git answered for one object.
pub(crate) enum Object {
    Content(Vec<u8>),
    /// Larger than the limit; it was passed over.
    TooLarge,
    /// Not there, or damaged.
    Missing,
}

/// Contents by object name, through a running `git cat-file --batch`.
///
/// A damaged object ends that process. It is started again, but not for ever: a repository in which so much
/// is damaged gives nothing more.
pub(crate) struct Objects {
    git: Git,
    answering: Option<Answering>,
    restarts: usize,
}

const RESTARTS_MAX: usize = 100;

impl Objects {
    /// The object's contents, unless it is larger than the limit.
    pub(crate) fn read(&mut self, name: &str, bytes_max: u64) -> Object {
        let Some(answering) = &mut self.answering else { return Object::Missing };
        answering.read(name, bytes_max).unwrap_or_else(|_| {
            self.restarts += 1;
            self.answering = (self.restarts <= RESTARTS_MAX).then(|| self.git.answering().ok()).flatten();
            Object::Missing
        })
    }
}

struct Answering {
    names: ChildStdin,
    stream: Stream,
}

impl Answering {
    /// An error means that git has ended.
    fn read(&mut self, name: &str, bytes_max: u64) -> std::io::Result<Object> {
        writeln!(self.names, "{name}")?;
        self.names.flush()?;
        let output = &mut self.stream.output;
        let (header, _) = read_until(output, b'\n', 4096)?;
        if header.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let header = String::from_utf8_lossy(&header);
        let Some(size) = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok())
        else {
            return Ok(Object::Missing);
        };
        let mut content = Vec::new();
        let kept = if size <= bytes_max { size } else { 0 };
        let read = output.take(kept).read_to_end(&mut content)? as u64;
        let skipped = std::io::copy(&mut output.take(size - kept + 1), &mut std::io::sink())?;
        if read + skipped < size + 1 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(if kept == size { Object::Content(content) } else { Object::TooLarge })
    }
}

/// Reads up to and without the delimiter; keeps at most the limit and reads past the rest.
/// Returns what was kept and whether the delimiter was there.
pub(crate) fn read_until(
    input: &mut impl BufRead,
    delimiter: u8,
    bytes_max: usize,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut kept = Vec::new();
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        };
        if available.is_empty() {
            return Ok((kept, false));
        }
        let found = memchr::memchr(delimiter, available);
        let part = &available[..found.unwrap_or(available.len())];
        kept.extend_from_slice(&part[..part.len().min(bytes_max - kept.len())]);
        let used = part.len() + usize::from(found.is_some());
        input.consume(used);
        if found.is_some() {
            return Ok((kept, true));
        }
    }
}

fn listen_to_complaints(child: &mut Child) -> JoinHandle<String> {
    let complaints = child.stderr.take().expect("standard error was asked to be a pipe");
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut complaints = complaints;
        // A complaint that cannot be read is one that nobody can be told.
        let _ = complaints.by_ref().take(COMPLAINT_BYTES_MAX).read_to_end(&mut kept);
        let _ = std::io::copy(&mut complaints, &mut std::io::sink());
        String::from_utf8_lossy(&kept).trim().to_owned()
    })
}

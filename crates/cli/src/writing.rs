//! Results on standard output, remarks on standard error.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write, stderr, stdout};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use hark_event::{Hearing, Zone};
use hark_tell::Screen;

use crate::failure::Failure;

/// Columns of a page when nobody says how wide the terminal is.
const COLUMNS_PIPED: usize = 100;
const REMARKS_MAX: usize = 20;
/// Files that a remark names behind the first.
const NAMES_MAX: usize = 40;
/// As many links as Linux follows.
const LINKS_MAX: usize = 40;

/// The screen that human output is laid out for.
pub(crate) fn screen(zone: &Zone) -> Screen {
    let terminal = stdout().is_terminal();
    let said = |name: &str| std::env::var_os(name).unwrap_or_default();
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|_| terminal);
    Screen {
        columns: columns.unwrap_or(COLUMNS_PIPED),
        color: terminal && may_color(&said("NO_COLOR"), &said("TERM")),
        zone: zone.clone(),
    }
}

/// Whether a terminal takes colours and whoever looks at it wants them.
fn may_color(no_color: &OsStr, term: &OsStr) -> bool {
    no_color.is_empty() && term != "dumb"
}

/// Writes a result; a full disk or a closed pipe is told, never ignored.
pub(crate) fn write_result(text: &str) -> Result<(), Failure> {
    let failed = |source| Failure::Write { what: "to standard output".to_owned(), source };
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).map_err(failed)?;
    out.flush().map_err(failed)
}

/// Writes a file that is either whole or not there: under another name first, then in its place.
///
/// What is there and no regular file (a device, a pipe) is written into and stays; a symbolic link stays one.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    put(path, text).map_err(|source| Failure::Write { what: format!("`{}`", path.display()), source })
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    if let Some(mut stream) = own_stream(path) {
        return stream.write_all(text.as_bytes());
    }
    let there = match fs::metadata(path) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
    }
    replace(&behind_links(path)?, text, there.map(|there| there.permissions()))
}

/// The stream that this path names, as `/dev/stdout` does: put anew, nobody who holds it would see what was written.
fn own_stream(path: &Path) -> Option<File> {
    let named = identity(&fs::metadata(path).ok()?);
    let streams = [stdout().as_fd().try_clone_to_owned(), stderr().as_fd().try_clone_to_owned()];
    let mut files = streams.into_iter().flatten().map(File::from);
    files.find(|file| file.metadata().is_ok_and(|about| identity(&about) == named))
}

fn identity(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// Where the links end, whether or not there is a file yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(to) = fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    Err(io::Error::other("too many symbolic links, or a circle of them"))
}

/// Puts a whole file in the place of a regular one, or of none.
fn replace(path: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<()> {
    let part = path.with_file_name(format!(".hark-{}.part", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
    file.write_all(text.as_bytes())
        .and_then(|()| permissions.map_or(Ok(()), |kept| fs::set_permissions(&part, kept)))
        .and_then(|()| fs::rename(&part, path))
        .inspect_err(|_| drop(fs::remove_file(&part)))
}

/// Writes a result that is too long to be held, line by line; the first failure ends it.
pub(crate) struct ResultWriter {
    out: BufWriter<StdoutLock<'static>>,
    failed: Option<io::Error>,
}

impl ResultWriter {
    /// On standard output.
    pub(crate) fn new() -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, stdout().lock()), failed: None }
    }

    /// Writes one line.
    pub(crate) fn line(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{line}").err();
        }
    }

    /// Whether writing more is in vain.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Writes what is left, and tells what went wrong.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let failed = self.failed.take().or_else(|| self.out.flush().err());
        failed.map_or(Ok(()), |source| Err(Failure::Write { what: "to standard output".to_owned(), source }))
    }
}

/// Says what could not be understood, a line for each kind of reason and one for those that failed alike.
pub(crate) fn remark_on(hearing: &Hearing, remarks: &[String], quiet: bool) {
    let unread = hearing.unread_alike().into_iter().flat_map(|alike| {
        let first = format!("{}: {}", alike.first.path, alike.first.reason);
        let named = alike.others.iter().take(NAMES_MAX).copied().collect::<Vec<_>>().join(", ");
        let more = match alike.others.len().saturating_sub(NAMES_MAX) {
            0 => String::new(),
            more => format!(" and {more} more; --format json lists all of them"),
        };
        let others = (!alike.others.is_empty()).then(|| format!("for a like reason not read: {named}{more}"));
        [Some(first), others].into_iter().flatten()
    });
    remark(&remarks.iter().cloned().chain(unread).collect::<Vec<_>>(), quiet);
}

/// Says remarks on standard error, a line each, not too many.
pub(crate) fn remark(all: &[String], quiet: bool) {
    if quiet {
        return;
    }
    // The same thing may be found twice on the way, in a history and in its sources.
    let mut said = BTreeSet::new();
    let different: Vec<&String> = all.iter().filter(|remark| said.insert(*remark)).collect();
    let mut err = stderr().lock();
    for remark in different.iter().take(REMARKS_MAX) {
        // Names of files and of services may hold what nobody should read in a log of jobs.
        drop(writeln!(err, "remark: {}", printable(&hark_pattern::mask_secrets(remark).text)));
    }
    if different.len() > REMARKS_MAX {
        let more = different.len() - REMARKS_MAX;
        drop(writeln!(err, "remark: and {more} more; --format json lists all of them"));
    }
}

/// File names and what Git said come from outside: what would steer a terminal is shown, not sent.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_written_unless_someone_or_the_terminal_says_no() {
        let may = |no_color: &str, term: &str| may_color(OsStr::new(no_color), OsStr::new(term));
        assert_eq!(
            [may("", "xterm"), may("", ""), may("1", "xterm"), may("", "dumb")],
            [true, true, false, false]
        );
    }
}

//! Reads the files of one commit through one `git cat-file --batch`.
//!
//! The work tree is not looked at: it may hold what nobody committed, and bare repositories have none.
//! Files are chosen before they are read, by their listed names and sizes. Links and submodules are left
//! out. What is left out at a limit, or cannot be read, is counted.

use std::io::BufRead;

use crate::error::DigError;
use crate::git::{Git, Object, read_until};
use crate::language::Language;
use crate::path;

/// A file larger than this is not read.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Not more files than this are read, …
const FILES_MAX: usize = 50_000;
/// … nor more bytes.
const BYTES_MAX: u64 = 200 * 1024 * 1024;
const PATH_BYTES_MAX: usize = 4096;

/// A file chosen to be read.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) language: Language,
    object: String,
    size: u64,
}

/// What was left out, and why.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct LeftOut {
    too_large: u64,
    beyond_limits: u64,
    binary: u64,
    damaged: u64,
    /// Set if git broke off while listing or reading.
    complaint: Option<String>,
}

impl LeftOut {
    /// A remark for each reason.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let counted = [
            (self.too_large, "source files are larger than 1 MiB and were not read"),
            (
                self.beyond_limits,
                "source files lie beyond the limit of 50,000 files or 200 MB and were not read",
            ),
            (self.binary, "source files are binary and were not read"),
            (self.damaged, "source files are missing or damaged in the repository; `git fsck` names them"),
        ];
        let counts = counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"));
        let complaint = self.complaint.iter().map(|complaint| {
            format!(
                "git broke off while the source was read (`{complaint}`); `git fsck` tells what is damaged"
            )
        });
        counts.chain(complaint).collect()
    }
}

/// Hands the text of each source file of the commit to `read`, in order of paths.
pub(crate) fn read(git: &Git, commit: &str, mut read: impl FnMut(&Entry, &str)) -> Result<LeftOut, DigError> {
    let mut left_out = LeftOut::default();
    let entries = list(git, commit, &mut left_out)?;
    let mut objects = git.objects()?;
    for entry in &entries {
        match objects.read(&entry.object, FILE_BYTES_MAX) {
            Object::Content(bytes) if is_binary(&bytes) => left_out.binary += 1,
            Object::Content(bytes) => read(entry, &String::from_utf8_lossy(&bytes)),
            Object::TooLarge => left_out.too_large += 1,
            Object::Missing => left_out.damaged += 1,
        }
    }
    Ok(left_out)
}

fn list(git: &Git, commit: &str, left_out: &mut LeftOut) -> Result<Vec<Entry>, DigError> {
    let mut stream = git.stream(&["ls-tree", "-r", "-z", "--long", "--full-tree", commit])?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    while let Some(line) = next(stream.output()) {
        let Some(entry) = entry(&line) else { continue };
        if entry.size > FILE_BYTES_MAX {
            left_out.too_large += 1;
        } else if entries.len() >= FILES_MAX || bytes + entry.size > BYTES_MAX {
            left_out.beyond_limits += 1;
        } else {
            bytes += entry.size;
            entries.push(entry);
        }
    }
    left_out.complaint = stream.finish().err();
    Ok(entries)
}

fn next(output: &mut impl BufRead) -> Option<String> {
    let (line, ended) = read_until(output, b'\0', PATH_BYTES_MAX + 128).ok()?;
    ended.then(|| String::from_utf8_lossy(&line).into_owned())
}

/// `<mode> blob <object> <size>\t<path>`, if the file is one that we read.
fn entry(line: &str) -> Option<Entry> {
    const LINK: &str = "120000";
    let (head, path) = line.split_once('\t')?;
    let mut fields = head.split_ascii_whitespace();
    let (mode, kind, object, size) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let language = Language::of_path(path)?;
    if kind != "blob" || mode == LINK || path::is_test(path) || path::is_foreign_code(path) {
        return None;
    }
    // A file whose size git cannot tell is missing; reading it will say so.
    Some(Entry {
        path: path.to_owned(),
        language,
        object: object.to_owned(),
        size: size.parse().unwrap_or(0),
    })
}

fn is_binary(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 8000;
    memchr::memchr(0, &bytes[..bytes.len().min(LOOKED_AT)]).is_some()
}

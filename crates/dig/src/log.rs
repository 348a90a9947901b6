//! Reads a whole history from one streamed `git log`.
//!
//! Each commit is a header of fields that end with NUL, then a line for each file it touched (`--raw`).
//! Merges list no files: what they bring is told by the commits that they bring. Messages are read for
//! their subject and for who approved; the rest of them is not kept.

use std::io::BufRead;

use hark_event::Moment;

use crate::approval;
use crate::error::DigError;
use crate::git::{Git, read_until};
use crate::path::{FileKind, file_kind};

/// Older commits than the latest so many are not read.
const COMMITS_MAX: usize = 500_000;
/// Configuration files of a commit beyond this many are not looked at.
const CONFIG_FILES_MAX: usize = 50;
/// Paths of a commit beyond this many are not kept.
pub(crate) const PATHS_MAX: usize = 100;
const FIELD_BYTES_MAX: usize = 16 * 1024;
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
const SUBJECT_BYTES_MAX: usize = 300;
/// Git looks for renames among at most so many files of a commit.
const RENAME_LIMIT: &str = "-l200";

/// One commit.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    /// The committer date: when it arrived.
    pub(crate) time: Moment,
    pub(crate) authored_at: Moment,
    pub(crate) author: Identity,
    pub(crate) committer: Identity,
    pub(crate) subject: String,
    /// What its message says about approval.
    pub(crate) approval: Option<String>,
    /// The pull or merge request that it merges, as its message says.
    pub(crate) merges: Option<String>,
    pub(crate) files: Vec<FileEdit>,
    /// How many configuration files beyond the limit were not kept.
    pub(crate) configs_cut: u64,
}

/// A name and an e-mail address, after the mailmap.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) email: String,
}

/// A file that a commit touched.
#[derive(Clone, Debug)]
pub(crate) struct FileEdit {
    pub(crate) path: String,
    pub(crate) kind: FileKind,
    /// The contents before, of a configuration file; `None` if it was added.
    pub(crate) before: Option<String>,
    /// The contents after, of a configuration file; `None` if it was removed.
    pub(crate) after: Option<String>,
}

/// What was read, and what to say about it.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) commits: Vec<Commit>,
    pub(crate) remarks: Vec<String>,
}

/// All commits reachable from HEAD that had arrived, latest first as git has them.
pub(crate) fn read(git: &Git, until: &str) -> Result<Log, DigError> {
    let (commits, complaint) = read_with(git, until, &["-M", RENAME_LIMIT])?;
    let Some(complaint) = complaint else { return Ok(finished(commits, None)) };
    // Looking for renames needs the files' contents; lists of files need less, so more may be readable.
    let (again, complaint_again) = read_with(git, until, &["--no-renames"])?;
    if again.len() >= commits.len() && complaint_again.is_none() {
        let mut log = finished(again, None);
        log.remarks.push(format!("renamed files could not be followed (git said `{complaint}`)"));
        return Ok(log);
    }
    let longer = if again.len() > commits.len() { again } else { commits };
    Ok(finished(longer, Some(complaint)))
}

/// The same commits without their files, which is much quicker: for who was active when.
pub(crate) fn read_people(git: &Git, until: &str) -> Result<Vec<Commit>, DigError> {
    Ok(read_with(git, until, &["--no-patch"])?.0)
}

fn finished(commits: Vec<Commit>, complaint: Option<String>) -> Log {
    let mut remarks = Vec::new();
    if let Some(complaint) = complaint {
        let count = commits.len();
        remarks.push(format!(
            "the history could be read only in part ({count} commits; git said `{complaint}`); `git fsck` tells what is damaged"
        ));
    }
    if commits.len() >= COMMITS_MAX {
        remarks.push(format!("only the latest {COMMITS_MAX} commits were read"));
    }
    let cut: u64 = commits.iter().map(|commit| commit.configs_cut).sum();
    if cut > 0 {
        remarks.push(format!(
            "{cut} configuration files were not looked at, of commits that edit more than {CONFIG_FILES_MAX}"
        ));
    }
    Log { commits, remarks }
}

fn read_with(git: &Git, until: &str, files: &[&str]) -> Result<(Vec<Commit>, Option<String>), DigError> {
    let count = format!("--max-count={COMMITS_MAX}");
    let format = "--format=%x01%H%x00%P%x00%ct%x00%at%x00%aN%x00%aE%x00%cN%x00%cE%x00%B%x00";
    let fixed = [
        "log",
        "--raw",
        "--no-abbrev",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-show-signature",
    ];
    let more = ["--use-mailmap", "--encoding=UTF-8", &count, until, format];
    let arguments: Vec<&str> =
        fixed.iter().chain(files).chain(&more).chain(&["HEAD", "--"]).copied().collect();
    let mut stream = git.stream(&arguments)?;
    let mut commits = Vec::new();
    // A broken stream is one that ended; git's own complaint says more than the error of the pipe.
    while let Ok(Some(commit)) = read_commit(stream.output()) {
        commits.push(commit);
    }
    Ok((commits, stream.finish().err()))
}

fn read_commit(input: &mut impl BufRead) -> std::io::Result<Option<Commit>> {
    let mut field = |limit: usize| -> std::io::Result<Option<String>> {
        let (bytes, ended) = read_until(input, b'\0', limit)?;
        Ok(ended.then(|| String::from_utf8_lossy(&bytes).into_owned()))
    };
    let mut fields = Vec::with_capacity(9);
    for index in 0..9 {
        let limit = if index == 8 { MESSAGE_BYTES_MAX } else { FIELD_BYTES_MAX };
        let Some(value) = field(limit)? else { return Ok(None) };
        fields.push(value);
    }
    let [id, parents, time, authored, name, email, committer, committer_email, message] =
        <[String; 9]>::try_from(fields).expect("nine fields were pushed");
    let mut commit = Commit {
        id: id.trim_start_matches(['\n', '\u{1}']).to_owned(),
        parents: parents.split_ascii_whitespace().map(str::to_owned).collect(),
        time: moment(&time),
        authored_at: moment(&authored),
        author: Identity { name, email },
        committer: Identity { name: committer, email: committer_email },
        subject: subject(&message),
        approval: approval::in_message(&message),
        merges: approval::merged_request(&message),
        files: Vec::new(),
        configs_cut: 0,
    };
    read_files(input, &mut commit)?;
    Ok(Some(commit))
}

fn moment(seconds: &str) -> Moment {
    Moment::from_seconds(seconds.trim().parse().unwrap_or_default())
}

fn subject(message: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    line[..line.floor_char_boundary(SUBJECT_BYTES_MAX)].to_owned()
}

/// Reads the lines that begin with a colon, up to the next commit. An import touches so many files that of
/// most not even the path is kept.
fn read_files(input: &mut impl BufRead, commit: &mut Commit) -> std::io::Result<()> {
    let (mut configs, mut others) = (0, 0);
    loop {
        match input.fill_buf()?.first() {
            Some(b'\n') => input.consume(1),
            Some(b':') => {
                let (line, _) = read_until(input, b'\n', FIELD_BYTES_MAX)?;
                let Some(edit) = file_edit(&String::from_utf8_lossy(&line)) else { continue };
                let (count, most) = match edit.kind {
                    FileKind::Other => (&mut others, PATHS_MAX),
                    FileKind::Config | FileKind::Flag => (&mut configs, CONFIG_FILES_MAX),
                };
                *count += 1;
                if *count <= most {
                    commit.files.push(edit);
                } else {
                    commit.configs_cut += u64::from(edit.kind != FileKind::Other);
                }
            }
            _ => return Ok(()),
        }
    }
}

/// `:100644 100644 <before> <after> R100\t<path before>\t<path after>`; `None` for a submodule or a link.
fn file_edit(line: &str) -> Option<FileEdit> {
    const FILE_MODES: [&str; 3] = [":100644", ":100755", ":000000"];
    let mut columns = line.split('\t');
    let mut fields = columns.next()?.split(' ');
    let (mode_before, mode_after, before, after) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let is_file = |mode: &str| FILE_MODES.iter().any(|known| known[1..] == *mode);
    if !is_file(mode_before.trim_start_matches(':')) || !is_file(mode_after) {
        return None;
    }
    let there = |id: &str| Some(id.to_owned()).filter(|id| id.bytes().any(|byte| byte != b'0'));
    let path = unquoted(columns.next_back()?);
    let kind = file_kind(&path);
    Some(match kind {
        FileKind::Other => FileEdit { path, kind, before: None, after: None },
        FileKind::Config | FileKind::Flag => {
            FileEdit { path, kind, before: there(before), after: there(after) }
        }
    })
}

/// Git quotes a path that has a quote, a backslash or a control character.
fn unquoted(path: &str) -> String {
    let Some(inner) = path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) else {
        return path.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some(escaped @ ('"' | '\\')) => plain.push(escaped),
            // A control character in a path is shown as a space.
            Some('0'..='7') => {
                letters.nth(1);
                plain.push(' ');
            }
            _ => plain.push(' '),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, bool, bool)>) {
        let edit = file_edit(line);
        let shape =
            edit.as_ref().map(|edit| (edit.path.as_str(), edit.before.is_some(), edit.after.is_some()));
        assert_eq!(shape, expected);
    }

    #[test]
    fn edits_of_files_are_read_and_others_are_not() {
        check(":100644 100644 aa bb M\ta b.yaml", Some(("a b.yaml", true, true)));
        check(":000000 100644 00 bb A\ta.env", Some(("a.env", false, true)));
        check(":100644 000000 aa 00 D\ta.ini", Some(("a.ini", true, false)));
        check(":100644 100755 aa bb R090\told.yaml\tnew.rs", Some(("new.rs", false, false)));
        check(":160000 160000 aa bb M\tsubmodule", None);
        check(":120000 120000 aa bb M\tlink", None);
        check(":100644 100644 aa bb M\t\"a\\tb\\\"c\\001d.yml\"", Some(("a b\"c d.yml", true, true)));
        check(":100644", None);
        check("", None);
    }

    #[test]
    fn a_stream_that_breaks_off_gives_what_was_whole() {
        let whole =
            "\u{1}aa\0bb\0 10\0 9\0A\0a@x\0C\0c@x\0Subject\n\nbody\n\0\n\n:100644 100644 aa bb M\tf\n";
        let mut input = format!("{whole}\u{1}cc\0dd").into_bytes();
        input.push(0xff);
        let mut input = input.as_slice();
        let first = read_commit(&mut input).unwrap().unwrap();
        assert_eq!((first.id.as_str(), first.subject.as_str(), first.files.len()), ("aa", "Subject", 1));
        assert!(read_commit(&mut input).unwrap().is_none());
    }
}

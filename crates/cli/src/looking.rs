//! Looks around below a folder for telemetry and Git repositories, for `hark init`.
//!
//! Bounded in every way: depth, entries, files that are opened, seconds. In a repository's work tree text is source and not telemetry, so there
//! only folders are entered whose names say that they hold what was logged or measured. What it cannot do: see what lies elsewhere on
//! the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hark_ingest::{Reading, discover};

const DEPTH_MAX: usize = 8;
const ENTRIES_MAX: usize = 50_000;
/// Files that are opened to see what they are.
const LOOKS_MAX: usize = 5_000;
const SECONDS_MAX: Duration = Duration::from_secs(10);
/// A folder is named as a whole if so many of a hundred of its files can be read.
const READABLE_PERCENT_MIN: usize = 60;
/// Single files that are named.
const FILES_MAX: usize = 50;
/// Folders that hold other people's code, or what was built.
const PASSED_OVER: [&str; 8] =
    ["node_modules", "target", "vendor", "venv", "__pycache__", "dist", "build", "site-packages"];
/// Folders in a work tree that may hold telemetry.
const TELLING: [&str; 10] = [
    "log",
    "logs",
    "metrics",
    "telemetry",
    "traces",
    "alerts",
    "journal",
    "observability",
    "monitoring",
    "data",
];

/// What lies below a folder.
#[derive(Default)]
pub(crate) struct Found {
    /// Folders and files with telemetry, relative to where the look began.
    pub(crate) paths: Vec<String>,
    /// Git repositories, in the same way.
    pub(crate) repositories: Vec<String>,
    /// How many files there are of each form that was found.
    pub(crate) forms: BTreeMap<&'static str, usize>,
    /// How many files beside those cannot be read, and the first of them.
    unread: Option<(usize, PathBuf)>,
    pub(crate) remarks: Vec<String>,
}

struct Look<'a> {
    from: &'a Path,
    reading: Reading,
    until: Instant,
    entries: usize,
    looks: usize,
    is_cut: bool,
    found: Found,
}

/// Which files of a folder, and of those below it, can be read.
#[derive(Default)]
struct Folder {
    readable: usize,
    files: usize,
    /// Those in it that cannot be read.
    unread: Vec<PathBuf>,
    /// Whether people's code lies in it.
    holds_source: bool,
    /// The best paths to name for what lies below.
    paths: Vec<PathBuf>,
}

/// Looks around below `from`, and above it for the repository that it lies in.
pub(crate) fn look_around(from: &Path) -> Found {
    let mut look = Look {
        from,
        reading: Reading::in_zone(hark_event::Zone::utc()),
        until: Instant::now() + SECONDS_MAX,
        entries: 0,
        looks: 0,
        is_cut: false,
        found: Found::default(),
    };
    if let Some(above) = repository_above(from) {
        look.found.repositories.push(above);
    }
    let is_in_repository = !look.found.repositories.is_empty();
    let folder = look.folder(from, 0, is_in_repository);
    let mut paths = folder.paths;
    if paths.len() > FILES_MAX {
        let left = paths.len() - FILES_MAX;
        look.found
            .remarks
            .push(format!("{left} more files and folders can be read; name their folder in hark.toml"));
        paths.truncate(FILES_MAX);
    }
    let mut found = look.found;
    for path in paths {
        let relative = path.strip_prefix(from).unwrap_or(&path);
        match relative.to_str() {
            Some("") => found.paths.push(".".to_owned()),
            Some(name) => found.paths.push(name.to_owned()),
            None => found.remarks.push(format!(
                "{}: its name is no UTF-8, so that no file of settings can name it",
                path.display()
            )),
        }
    }
    if let Some((files, first)) = &found.unread {
        let who = match files {
            1 => first.display().to_string(),
            files => format!("{files} files, the first of them {},", first.display()),
        };
        found.remarks.push(format!(
            "{who} cannot be read as anything that is listened to; `hark check` on it says why"
        ));
    }
    found.paths.sort();
    found.repositories.sort();
    if look.is_cut {
        found.remarks.push(format!(
            "there is more below {} than was looked at; add to `paths` in hark.toml what is missing",
            from.display()
        ));
    }
    found
}

/// The repository whose work tree this folder lies in, as a path from it: `.`, `..`, `../..`.
fn repository_above(from: &Path) -> Option<String> {
    let real = fs::canonicalize(from).ok()?;
    let (steps, _) = real.ancestors().enumerate().find(|(_, folder)| folder.join(".git").exists())?;
    Some(if steps == 0 { ".".to_owned() } else { vec![".."; steps].join("/") })
}

impl Look<'_> {
    fn folder(&mut self, path: &Path, depth: usize, is_source: bool) -> Folder {
        let mut folder = Folder { holds_source: is_source, ..Folder::default() };
        if depth > DEPTH_MAX || self.is_over() {
            self.is_cut = true;
            return folder;
        }
        let Ok(entries) = fs::read_dir(path) else { return folder };
        // A folder of millions must not be listed whole before anybody asks whether there is time.
        let left = ENTRIES_MAX - self.entries.min(ENTRIES_MAX);
        let mut names: Vec<_> =
            entries.take(left + 1).filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        names.sort();
        let mut below = BTreeSet::new();
        for name in names {
            if self.is_over() {
                self.is_cut = true;
                break;
            }
            self.entries += 1;
            let text = name.to_string_lossy();
            let inner = path.join(&name);
            // Links may lead anywhere, and what is hidden is no telemetry.
            let Ok(about) = fs::symlink_metadata(&inner) else { continue };
            if text.starts_with('.') || about.is_symlink() {
                continue;
            }
            if about.is_dir() {
                if PASSED_OVER.contains(&&*text) {
                    folder.holds_source = true;
                } else {
                    below.insert((inner, text.to_ascii_lowercase()));
                }
            } else if about.is_file() && !is_source && text != crate::settings::FILE_NAME {
                self.file(inner, &mut folder);
            }
        }
        // Beside telemetry it is worth a word; elsewhere most files are none.
        if folder.readable > 0 && !folder.unread.is_empty() {
            let first = folder.unread[0].clone();
            self.found.unread.get_or_insert((0, first)).0 += folder.unread.len();
        }
        for (inner, name) in below {
            let is_repository = inner.join(".git").exists();
            if is_repository {
                let relative = inner.strip_prefix(self.from).unwrap_or(&inner);
                self.found.repositories.extend(relative.to_str().map(str::to_owned));
            }
            let is_telling = TELLING.contains(&&*name);
            let inside = self.folder(&inner, depth + 1, is_repository || (is_source && !is_telling));
            folder.files += inside.files;
            folder.readable += inside.readable;
            folder.holds_source |= inside.holds_source;
            folder.paths.extend(inside.paths);
        }
        self.sum_up(path, folder)
    }

    /// Names the folder in place of what lies in it, where that is nearly all: what lies in a folder of its own is of the service that
    /// the folder is called after only if a folder above it is named.
    fn sum_up(&self, path: &Path, mut folder: Folder) -> Folder {
        let is_most = folder.readable * 100 >= folder.files * READABLE_PERCENT_MIN;
        if folder.paths.len() > 1 && is_most && !folder.holds_source {
            folder.paths = vec![path.to_owned()];
        }
        folder
    }

    fn file(&mut self, path: PathBuf, folder: &mut Folder) {
        if self.is_over() {
            self.is_cut = true;
            return;
        }
        self.looks += 1;
        folder.files += 1;
        let found = discover(std::slice::from_ref(&path));
        let Some(Ok(look)) = found.sources.first().map(|source| source.look(&self.reading)) else {
            folder.unread.push(path);
            return;
        };
        *self.found.forms.entry(look.form).or_default() += 1;
        folder.paths.push(path);
        folder.readable += 1;
    }

    fn is_over(&self) -> bool {
        self.entries >= ENTRIES_MAX || self.looks >= LOOKS_MAX || Instant::now() >= self.until
    }
}

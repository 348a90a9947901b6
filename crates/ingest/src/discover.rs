//! The files that the given paths mean, in an order that depends on their names alone; of a rotated log the oldest
//! comes first.
//!
//! Directories are walked; what is hidden is passed over, and links are followed but never in circles. A
//! stream (`-`, a pipe) is copied to a file without a name, so that it can be read again, unless it is alone and will be
//! read once: then it passes. Of byte-identical files the first by name is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hark_event::{Extent, Unread};
use xxhash_rust::xxh3::Xxh3;

use crate::folders::{DATA_FOLDER, Folder, container_of};
use crate::origin::{service_of_path, stem};
use crate::rotation::Place;
use crate::sniff::PASSED_BYTES_MAX;
use crate::source::{Content, Source, cannot_open, identity};

const DEPTH_MAX: usize = 64;
const FILES_MAX: usize = 1_000_000;
const COMPARE_BYTES: usize = 256 << 10;

/// What the given paths hold.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Files to read, by name.
    pub sources: Vec<Source>,
    /// Paths that cannot be read, each with the reason and what to do.
    pub unread: Vec<Unread>,
    /// What the user should know: files that are read once though they are there twice.
    pub remarks: Vec<String>,
}

/// Finds the files that the paths mean: files, directories (walked) and `-` for standard input.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    find(paths, Streams::Copied)
}

/// The same for who reads each source only once: a stream that is given alone is kept nowhere, however long it is.
pub fn discover_to_read_once(paths: &[PathBuf]) -> Discovery {
    find(paths, if paths.len() == 1 { Streams::Passing } else { Streams::Copied })
}

/// The same for who looks at no more than so many bytes: so much is copied of a stream.
pub fn discover_to_look(paths: &[PathBuf], bytes_max: u64) -> Discovery {
    find(paths, Streams::Sampled(bytes_max))
}

/// What becomes of streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Streams {
    #[default]
    Copied,
    /// Copied up to so many bytes: some never end.
    Sampled(u64),
    Passing,
}

fn find(paths: &[PathBuf], streams: Streams) -> Discovery {
    let mut walk = Walk { streams, ..Walk::default() };
    let mut roots: Vec<&PathBuf> = paths.iter().collect();
    // A file below two of the paths is named by the shorter one, which knows more of its directories.
    roots.sort_by_key(|root| (root.components().count(), root.as_path()));
    roots.dedup();
    for root in roots {
        walk.root(root);
    }
    let Walk { mut found, .. } = walk;
    found.sources.sort_by(|a, b| a.name.cmp(&b.name));
    without_twins(&mut found);
    found.sources.sort_by_cached_key(|source| Place::of(Path::new(source.name())));
    found.unread.sort();
    found.remarks.sort();
    found
}

#[derive(Default)]
struct Walk {
    found: Discovery,
    streams: Streams,
    /// Files and directories by where they really are.
    visited: BTreeSet<PathBuf>,
    /// Who wrote what lies in the present directory, as its maker knows.
    container: Option<String>,
}

impl Walk {
    fn root(&mut self, root: &Path) {
        if root == Path::new("-") {
            return self.stream("-", io::stdin());
        }
        match fs::metadata(root) {
            Ok(about) if about.is_file() || about.is_dir() => self.path(root, root, 0),
            // A named pipe or a shell's process substitution, given by name, is meant to be read.
            Ok(_) => match File::open(root) {
                Ok(stream) => self.stream(&root.to_string_lossy(), stream),
                Err(error) => self.unread(root, cannot_open(&error)),
            },
            Err(error) => self.unread(root, cannot_open(&error)),
        }
    }

    fn path(&mut self, root: &Path, path: &Path, depth: usize) {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) => return self.unread(path, cannot_open(&error)),
        };
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if about.is_dir() {
            if self.visited.insert(real) {
                self.directory(root, path, depth);
            }
        } else if !about.is_file() {
            self.unread(
                path,
                "it is a pipe, a socket or a device; name it by itself if it is to be read".to_owned(),
            );
        } else if self.visited.insert(real) {
            self.file(root, path, &about);
        }
    }

    fn directory(&mut self, root: &Path, path: &Path, depth: usize) {
        if depth >= DEPTH_MAX {
            return self
                .unread(path, format!("it lies more than {DEPTH_MAX} directories deep; name it by itself"));
        }
        let entries = match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.unread(path, cannot_open(&error)),
        };
        let mut names: Vec<_> = entries.into_iter().map(|entry| entry.file_name()).collect();
        names.sort();
        let Folder { names, service, is_data } = Folder::of(path, names);
        if is_data {
            self.unread(path, DATA_FOLDER.to_owned());
        }
        let outer = std::mem::replace(&mut self.container, service);
        for name in names {
            // Our own settings lie beside what they name.
            if !name.as_encoded_bytes().starts_with(b".") && name != "hark.toml" {
                self.path(root, &path.join(name), depth + 1);
            }
        }
        self.container = outer;
    }

    fn file(&mut self, root: &Path, path: &Path, about: &fs::Metadata) {
        if self.found.sources.len() >= FILES_MAX {
            return self.unread(path, format!("more than {FILES_MAX} files were given; name fewer"));
        }
        self.found.sources.push(Source {
            name: Arc::from(path.to_string_lossy()),
            content: Content::File(path.to_owned()),
            bytes_on_disk: about.len(),
            identity: identity(about),
            service: service_of_path(root, path),
            container: self.container.clone().or_else(|| container_of(path).filter(|_| root == path)),
            stem: stem(&path.file_name().unwrap_or_default().to_string_lossy()),
        });
    }

    fn stream(&mut self, name: &str, mut stream: impl Read + Send + 'static) {
        if self.streams == Streams::Passing {
            return self.found.sources.push(Source::passing(name, stream));
        }
        let bytes_max = if let Streams::Sampled(bytes_max) = self.streams { bytes_max } else { u64::MAX };
        match spool(&mut stream, bytes_max, PASSED_BYTES_MAX) {
            Ok(Spooled { file, bytes, is_whole }) => {
                if !is_whole {
                    let reason =
                        format!("it had not ended after {bytes} bytes; what came before was looked at");
                    self.found.unread.push(Unread { path: name.to_owned(), reason, extent: Extent::Part });
                }
                self.found.sources.push(Source {
                    name: Arc::from(name),
                    content: Content::Spooled(Arc::new(Mutex::new(file))),
                    bytes_on_disk: bytes,
                    identity: None,
                    service: "stdin".to_owned(),
                    container: None,
                    stem: "stdin".to_owned(),
                });
            }
            Err(error) => self.unread(
                Path::new(name),
                format!("it cannot be copied to a temporary file ({error}); make room or set TMPDIR"),
            ),
        }
    }

    fn unread(&mut self, path: &Path, reason: String) {
        self.found.unread.push(Unread {
            path: path.to_string_lossy().into_owned(),
            reason,
            extent: Extent::Nothing,
        });
    }
}

/// A copy of a stream.
struct Spooled {
    file: File,
    bytes: u64,
    /// Whether the stream had ended.
    is_whole: bool,
}

/// Copies so much at most; of a stream that begins with nothing but blanks and zeros no more than anyone reads past.
///
/// The file has no name from the start, so that nothing is left of it however the process ends.
fn spool(stream: &mut dyn Read, bytes_max: u64, blanks_max: u64) -> io::Result<Spooled> {
    let mut file = tempfile::tempfile()?;
    let mut chunk = vec![0; COMPARE_BYTES];
    let (mut bytes, mut is_blank) = (0, true);
    while bytes < bytes_max {
        let count = match stream.read(&mut chunk) {
            Ok(0) => return Ok(Spooled { file, bytes, is_whole: true }),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let taken = count.min(usize::try_from(bytes_max - bytes).unwrap_or(usize::MAX));
        file.write_all(&chunk[..taken])?;
        bytes += taken as u64;
        is_blank = is_blank && chunk[..taken].iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace());
        if is_blank && bytes >= blanks_max {
            break;
        }
    }
    // A stream that ends just here had no more to say.
    let is_whole = !is_blank && stream.read(&mut chunk[..1])? == 0;
    Ok(Spooled { file, bytes, is_whole })
}

/// Takes out files that are byte by byte the same as one before them. Empty files are all named instead.
fn without_twins(found: &mut Discovery) {
    let mut by_size: BTreeMap<u64, usize> = BTreeMap::new();
    for source in &found.sources {
        *by_size.entry(source.bytes_on_disk).or_default() += 1;
    }
    let mut seen: BTreeMap<(u64, u128), Arc<str>> = BTreeMap::new();
    let mut twins = Vec::new();
    found.sources.retain(|source| {
        if source.bytes_on_disk == 0 || by_size[&source.bytes_on_disk] < 2 {
            return true;
        }
        // What cannot be read is named when it is read.
        let Content::File(path) = &source.content else { return true };
        let Ok(content) = content_hash(path) else { return true };
        match seen.get(&(source.bytes_on_disk, content)) {
            Some(first) => {
                twins.push(format!("{} holds the same bytes as {first}; it is read once", source.name));
                false
            }
            None => {
                seen.insert((source.bytes_on_disk, content), source.name.clone());
                true
            }
        }
    });
    found.remarks.extend(twins);
}

fn content_hash(path: &Path) -> io::Result<u128> {
    let mut file = File::open(path)?;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; COMPARE_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.digest128()),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    fn spooled(stream: &mut dyn Read) -> (u64, bool) {
        let Spooled { mut file, bytes, is_whole } = spool(stream, 1_000_000, 500_000).unwrap();
        assert_eq!(file.seek(io::SeekFrom::End(0)).unwrap(), bytes);
        (bytes, is_whole)
    }

    #[test]
    fn of_a_stream_that_never_ends_no_more_is_copied_than_is_looked_at() {
        assert_eq!(spooled(&mut io::repeat(b'a')), (1_000_000, false));
        let (zeros, is_whole) = spooled(&mut io::repeat(0));
        assert!(!is_whole && (500_000..1_000_000).contains(&zeros), "{zeros}");
        assert_eq!(spooled(&mut io::repeat(b'a').take(1_000_000)), (1_000_000, true));
        assert_eq!(spooled(&mut io::repeat(b' ').take(9)), (9, true));
    }
}

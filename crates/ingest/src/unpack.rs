//! Opens a file and unpacks it on the way, by its magic bytes and never by its name.
//!
//! gzip (several members too) and zstd (several frames too) are streamed: nothing is unpacked whole, so a
//! decompression bomb costs time and no memory. bzip2 and xz are recognised and refused by name.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

const READ_BYTES: usize = 128 << 10;
const MAGIC_BYTES: usize = 6;

/// How a file is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Packing {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "file",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Why a file cannot be opened.
#[derive(thiserror::Error, Debug)]
pub(crate) enum OpenError {
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A packing that is not unpacked here.
    #[error("it is packed with {name}, which is not unpacked yet: run `{command}` first")]
    Packing {
        /// The packing's name.
        name: &'static str,
        /// What unpacks it.
        command: &'static str,
    },
}

/// Opens the file; raw bytes are counted as they are consumed.
pub(crate) fn open<'a>(
    path: &Path,
    consumed: &'a Consumed<'_>,
) -> Result<(Box<dyn Read + 'a>, Packing), OpenError> {
    let mut file = File::open(path)?;
    let mut magic = [0; MAGIC_BYTES];
    let length = read_up_to(&mut file, &mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    by_packing(packing(&magic[..length])?, Counted { raw: file, consumed })
}

/// The same for what cannot be read again.
pub(crate) fn unpacked<'a>(
    mut raw: impl Read + 'a,
    consumed: &'a Consumed<'_>,
) -> Result<(Box<dyn Read + 'a>, Packing), OpenError> {
    let mut magic = [0; MAGIC_BYTES];
    let length = read_up_to(&mut raw, &mut magic)?;
    let packing = packing(&magic[..length])?;
    let begun = Cursor::new(magic).take(length as u64);
    by_packing(packing, Counted { raw: begun.chain(raw), consumed })
}

fn by_packing<'a>(
    packing: Packing,
    raw: Counted<'a, impl Read + 'a>,
) -> Result<(Box<dyn Read + 'a>, Packing), OpenError> {
    let raw = BufReader::with_capacity(READ_BYTES, raw);
    Ok(match packing {
        // The line buffer is bigger than this one: reads pass straight through.
        Packing::None => (Box::new(raw), packing),
        Packing::Gzip => (Box::new(MultiGzDecoder::new(raw)), packing),
        Packing::Zstd => (Box::new(zstd::stream::read::Decoder::with_buffer(raw)?), packing),
    })
}

/// Raw bytes that were read from one file, added to a progress that many files share.
#[derive(Debug)]
pub(crate) struct Consumed<'a> {
    own: AtomicU64,
    shared: &'a AtomicU64,
}

impl<'a> Consumed<'a> {
    /// Nothing yet.
    pub(crate) fn new(shared: &'a AtomicU64) -> Self {
        Self { own: AtomicU64::new(0), shared }
    }

    /// Counts what will not be read any more, so that the progress of all files reaches their size.
    pub(crate) fn finish(&self, bytes_in_all: u64) {
        let left = bytes_in_all.saturating_sub(self.own.load(Ordering::Relaxed));
        self.shared.fetch_add(left, Ordering::Relaxed);
    }
}

struct Counted<'a, R> {
    raw: R,
    consumed: &'a Consumed<'a>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(into)?;
        self.consumed.own.fetch_add(count as u64, Ordering::Relaxed);
        self.consumed.shared.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn read_up_to(raw: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < into.len() {
        match raw.read(&mut into[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn packing(magic: &[u8]) -> Result<Packing, OpenError> {
    match magic {
        [0x1F, 0x8B, ..] => Ok(Packing::Gzip),
        // A zstd frame, or a skippable frame before one.
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Ok(Packing::Zstd),
        [b'B', b'Z', b'h', ..] => Err(OpenError::Packing { name: "bzip2", command: "bunzip2 -k" }),
        [0xFD, b'7', b'z', b'X', b'Z', 0] => Err(OpenError::Packing { name: "xz", command: "unxz -k" }),
        _ => Ok(Packing::None),
    }
}

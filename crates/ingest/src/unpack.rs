//! Unpacks a file on the way, by its magic bytes and never by its name.
//!
//! gzip, bzip2, xz and zstd are streamed, several members, streams or frames in one file too ([`members`]): nothing is
//! unpacked whole, and what a dictionary may take is bounded. A file that unpacks to far more than any log would is a
//! decompression bomb: reading ends there, with what was before it kept. What it cannot do: archives of several files.

mod bzip2_blocks;
mod gzip;
mod members;
mod xz;
mod zstd_frames;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2_blocks::Bzip2Blocks;
use gzip::Gzip;
use members::Members;
use xz::Xz;
use zstd_frames::ZstdFrames;

use crate::holes::Data;

const READ_BYTES: usize = 128 << 10;
const MAGIC_BYTES: usize = 6;
/// Logs of one line that never changes stay below; zeros in gzip reach 1,030.
const UNPACKED_RATIO_MAX: u64 = 500;
/// Less than this harms nobody, however small it was packed.
const UNPACKED_BYTES_FREE: u64 = 256 << 20;
/// What one file may unpack to in all.
const UNPACKED_BYTES_MAX: u64 = 256 << 30;

/// How a file is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
}

impl Packing {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "file",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xFD, b'7', b'z', b'X', b'Z', 0] => Self::Xz,
            // A zstd frame, or a skippable frame before one.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// What becomes of the holes of a file that is not packed. Those of a packed one are zeros like others, which its packing counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holes {
    /// They are passed over, in no time.
    Passed,
    /// They are read as zeros, since what follows is counted from there.
    Read,
}

/// Reads the file from its start, at most `size` bytes of it; raw bytes are counted as they are consumed.
///
/// The file is opened once and read twice, so that what was looked at is what is read, even if another file has
/// taken its name by then; and what a writer adds meanwhile is left for the next run.
pub(crate) fn stream<'a>(
    mut file: &'a File,
    size: u64,
    holes: Holes,
    consumed: &'a Consumed<'_>,
) -> io::Result<(Box<dyn Read + 'a>, Packing)> {
    file.seek(SeekFrom::Start(0))?;
    let mut magic = [0; MAGIC_BYTES];
    let length = read_up_to(&mut file, &mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    let packing = Packing::of(&magic[..length]);
    let raw = match (packing, holes) {
        (Packing::None, Holes::Passed) => Raw::Data(Data::new(file, size)),
        _ => Raw::Bytes(Box::new(file.take(size))),
    };
    by_packing(packing, raw, consumed)
}

/// The same for what cannot be read again.
pub(crate) fn passing<'a>(
    mut stream: impl Read + 'a,
    consumed: &'a Consumed<'_>,
) -> io::Result<(Box<dyn Read + 'a>, Packing)> {
    let mut magic = [0; MAGIC_BYTES];
    let length = read_up_to(&mut stream, &mut magic)?;
    let begun = Cursor::new(magic).take(length as u64);
    by_packing(Packing::of(&magic[..length]), Raw::Bytes(Box::new(begun.chain(stream))), consumed)
}

fn by_packing<'a>(
    packing: Packing,
    raw: Raw<'a>,
    consumed: &'a Consumed<'_>,
) -> io::Result<(Box<dyn Read + 'a>, Packing)> {
    let raw = BufReader::with_capacity(READ_BYTES, Counted { raw, consumed });
    let unpacked: Box<dyn Read + 'a> = match packing {
        // The line buffer is bigger than this one: reads pass straight through.
        Packing::None => return Ok((Box::new(raw), packing)),
        Packing::Gzip => Box::new(Members::new(raw, Gzip::new())),
        Packing::Bzip2 => Box::new(Members::new(raw, Bzip2Blocks::new())),
        Packing::Xz => Box::new(Members::new(raw, Xz::new())),
        Packing::Zstd => Box::new(Members::new(raw, ZstdFrames::new()?)),
    };
    Ok((Box::new(Bounded { unpacked, bytes: 0, consumed }), packing))
}

/// Why reading a packed file was ended before its end.
#[derive(thiserror::Error, Debug)]
pub(crate) enum Bomb {
    /// It grew too fast.
    #[error("it unpacks to more than {UNPACKED_RATIO_MAX} times its size, as decompression bombs do")]
    Ratio,
    /// It grew too large.
    #[error("it unpacks to more than 256 GiB")]
    Total,
}

/// Raw bytes that were read from one file, added to a progress that many files share.
#[derive(Debug)]
pub(crate) struct Consumed<'a> {
    own: AtomicU64,
    unpacked: AtomicU64,
    shared: &'a AtomicU64,
}

impl<'a> Consumed<'a> {
    /// Nothing yet.
    pub(crate) fn new(shared: &'a AtomicU64) -> Self {
        Self { own: AtomicU64::new(0), unpacked: AtomicU64::new(0), shared }
    }

    /// Raw bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.own.load(Ordering::Relaxed)
    }

    /// Bytes that packed ones were unpacked to so far.
    pub(crate) fn unpacked(&self) -> u64 {
        self.unpacked.load(Ordering::Relaxed)
    }

    /// Counts what will not be read any more, so that the progress of all files reaches their size.
    pub(crate) fn finish(&self, bytes_in_all: u64) {
        self.shared.fetch_add(bytes_in_all.saturating_sub(self.bytes()), Ordering::Relaxed);
    }
}

/// Where raw bytes come from.
enum Raw<'a> {
    /// A file without its holes.
    Data(Data<'a>),
    /// All bytes, zeros and all.
    Bytes(Box<dyn Read + 'a>),
}

struct Counted<'a> {
    raw: Raw<'a>,
    consumed: &'a Consumed<'a>,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (count, passed) = match &mut self.raw {
            Raw::Bytes(bytes) => bytes.read(into).map(|count| (count, count as u64))?,
            Raw::Data(data) => {
                let before = data.position();
                // Holes are passed in no time, and are a part of the size all the same.
                (data.read(into)?, data.position() - before)
            }
        };
        self.consumed.own.fetch_add(passed, Ordering::Relaxed);
        self.consumed.shared.fetch_add(passed, Ordering::Relaxed);
        Ok(count)
    }
}

/// Ends with an error where the unpacked bytes are out of all proportion to the packed ones.
struct Bounded<'a> {
    unpacked: Box<dyn Read + 'a>,
    bytes: u64,
    consumed: &'a Consumed<'a>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.bytes > UNPACKED_BYTES_MAX {
            return Err(io::Error::other(Bomb::Total));
        }
        let proportionate = self.consumed.bytes().saturating_mul(UNPACKED_RATIO_MAX);
        if self.bytes > UNPACKED_BYTES_FREE.max(proportionate) {
            return Err(io::Error::other(Bomb::Ratio));
        }
        let count = self.unpacked.read(into)?;
        self.bytes += count as u64;
        self.consumed.unpacked.fetch_add(count as u64, Ordering::Relaxed);
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

//! The bytes of a file without its holes, which read as zeros and are as long as the disk if it so happens.
//!
//! A log that was truncated while its writer held it open begins with one. The system is asked where data lies, once
//! for each stretch of it; where it cannot tell, all is data.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Reads a file's data up to a size.
pub(crate) struct Data<'a> {
    file: &'a File,
    position: u64,
    size: u64,
    /// Where the stretch of data ends that is being read.
    data_end: u64,
}

impl<'a> Data<'a> {
    /// The file from its start, where it stands.
    pub(crate) fn new(file: &'a File, size: u64) -> Self {
        Self { file, position: 0, size, data_end: 0 }
    }

    /// How far it was read, holes included.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Passes a hole, if there is one here, and finds the end of the data behind it.
    fn pass_hole(&mut self) -> io::Result<()> {
        let Some((start, end)) = stretch(self.file, self.position) else {
            self.data_end = u64::MAX;
            return Ok(());
        };
        self.position = start.min(self.size).max(self.position);
        self.data_end = end;
        self.file.seek(SeekFrom::Start(self.position))?;
        Ok(())
    }
}

impl Read for Data<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.position < self.size && self.position >= self.data_end {
            self.pass_hole()?;
        }
        let left = self.size.min(self.data_end).saturating_sub(self.position);
        let length = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = self.file.read(&mut into[..length])?;
        self.position += count as u64;
        Ok(count)
    }
}

/// Where the next data begins and ends; `None` where the system cannot tell.
#[cfg(target_os = "linux")]
fn stretch(file: &File, position: u64) -> Option<(u64, u64)> {
    use rustix::fs::{SeekFrom, seek};
    match seek(file, SeekFrom::Data(position)) {
        Ok(start) => {
            let end = seek(file, SeekFrom::Hole(start)).ok()?;
            // What grows or is no ordinary file may say odd things: then all is data.
            (start >= position && end > start).then_some((start, end)).or_else(|| rewound(file, position))
        }
        // There is no data behind this place, at most a hole to the end, which may be nearer than it was.
        Err(rustix::io::Errno::NXIO) => Some((file.metadata().ok()?.len(), u64::MAX)),
        Err(_) => None,
    }
}

/// Puts the file back to where it was to be read.
#[cfg(target_os = "linux")]
fn rewound(mut file: &File, position: u64) -> Option<(u64, u64)> {
    let _ = file.seek(SeekFrom::Start(position));
    None
}

#[cfg(not(target_os = "linux"))]
fn stretch(_file: &File, _position: u64) -> Option<(u64, u64)> {
    None
}

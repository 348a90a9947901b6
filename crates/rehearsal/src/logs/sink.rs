//! The files of one service: one file, one a day, or one a week, the older ones compressed.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use crate::RehearsalError;
use crate::plan::{DAY, Plan};

const FLUSH_BYTES: usize = 1 << 18;

/// Where the lines go.
pub(crate) struct Sink {
    /// What is to be written; the writer appends to it.
    pub(crate) buffer: Vec<u8>,
    directory: PathBuf,
    service: String,
    rotation: Rotation,
    end: i64,
    open: Option<(i64, PathBuf, Output)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rotation {
    Never,
    Daily,
    Weekly,
}

enum Output {
    Plain(File),
    Gzip(GzEncoder<File>),
}

impl Sink {
    /// Files of this service below `directory`, which is created.
    pub(crate) fn new(plan: &Plan, service: &str, directory: &Path) -> Result<Self, RehearsalError> {
        std::fs::create_dir_all(directory).map_err(|source| RehearsalError::write(directory, source))?;
        let rotation = match service {
            "search" => Rotation::Daily,
            "payments" => Rotation::Weekly,
            _ => Rotation::Never,
        };
        Ok(Self {
            buffer: Vec::with_capacity(FLUSH_BYTES * 2),
            directory: directory.to_owned(),
            service: service.to_owned(),
            rotation,
            end: plan.end,
            open: None,
        })
    }

    /// A new minute begins, on this date; writes what has gathered, and turns to the next file if it is time.
    pub(crate) fn turn(&mut self, at: i64, date: &str) -> Result<(), RehearsalError> {
        let period = match self.rotation {
            Rotation::Never => 0,
            Rotation::Daily => (self.end - 1 - at) / DAY,
            Rotation::Weekly => (self.end - 1 - at) / (7 * DAY),
        };
        if self.open.as_ref().is_some_and(|(open, ..)| *open == period) {
            return if self.buffer.len() >= FLUSH_BYTES { self.flush() } else { Ok(()) };
        }
        self.close()?;
        let service = &self.service;
        let (name, packed) = match self.rotation {
            Rotation::Never => (format!("{service}.log"), false),
            Rotation::Daily => (format!("{service}-{date}.log"), period >= 7),
            Rotation::Weekly if period == 0 => (format!("{service}.log"), false),
            Rotation::Weekly => (format!("{service}.log.{period}"), period >= 2),
        };
        let path = self.directory.join(if packed { name + ".gz" } else { name });
        let file = File::create(&path).map_err(|source| RehearsalError::write(&path, source))?;
        // No time stamp and no name in the header: the same lines give the same bytes.
        let output = if packed {
            Output::Gzip(GzBuilder::new().mtime(0).write(file, Compression::fast()))
        } else {
            Output::Plain(file)
        };
        self.open = Some((period, path, output));
        Ok(())
    }

    /// Writes and closes.
    pub(crate) fn finish(mut self) -> Result<(), RehearsalError> {
        self.close()
    }

    fn flush(&mut self) -> Result<(), RehearsalError> {
        let Some((_, path, output)) = &mut self.open else { return Ok(()) };
        let result = match output {
            Output::Plain(file) => file.write_all(&self.buffer),
            Output::Gzip(encoder) => encoder.write_all(&self.buffer),
        };
        self.buffer.clear();
        result.map_err(|source| RehearsalError::write(path, source))
    }

    fn close(&mut self) -> Result<(), RehearsalError> {
        self.flush()?;
        match self.open.take() {
            Some((_, path, Output::Gzip(encoder))) => {
                encoder.finish().map(drop).map_err(|source| RehearsalError::write(&path, source))
            }
            _ => Ok(()),
        }
    }
}

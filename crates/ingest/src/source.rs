//! One file that was found, and how it is read: opened, unpacked, understood, handed on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::UNIX_EPOCH;

use hark_event::{Event, Hearing, Moment, Unread, Zone};
use tempfile::TempPath;

use crate::csv_header::{RowKind, Table};
use crate::ear::Ear;
use crate::lines::{LINE_BYTES_MAX, Lines};
use crate::origin::Origins;
use crate::sniff::{self, Form};
use crate::stamp::{Calendar, Finder};
use crate::unpack::{self, Consumed, Packing};
use crate::{alertmanager, csv_logs, csv_long, csv_wide, json_lines, plain, user_reports, victoria};

/// The environment of what names none, as the contract has it.
const ENVIRONMENT: &str = "production";

/// How the user wants files to be read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The zone of stamps that name none.
    pub zone: Zone,
    /// Read only what had arrived at or before this moment.
    pub as_of: Option<Moment>,
    /// The service of what names none, before directory and file name are asked.
    pub service: Option<String>,
    /// The environment of what names none; else `production`.
    pub environment: Option<String>,
    /// Whether records before the first time in their file are heard, as arrived at [`Moment::MIN`], or only counted as cut.
    pub hears_timeless: bool,
}

/// One file to be read. It can be read more than once, and from any thread.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) content: Content,
    pub(crate) bytes_on_disk: u64,
    /// The service that its path names.
    pub(crate) service: String,
    /// The file's name without packing and rotation.
    pub(crate) stem: String,
}

/// Where a source's bytes lie.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// In the user's file.
    File(PathBuf),
    /// In a temporary copy of a stream, which goes when the last source that holds it goes.
    Spooled(Arc<TempPath>),
}

impl Content {
    /// The file to open.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Spooled(path) => path,
        }
    }
}

impl Source {
    /// The file as the user named it, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size as it lies on disk, packed or not, when it was found.
    pub fn bytes_on_disk(&self) -> u64 {
        self.bytes_on_disk
    }

    /// Reads the file and hands every event to `hear`, in the order of the file.
    ///
    /// Log records come in order of arrival unless they carry observed times; samples, alerts and reports
    /// come as the file has them. Raw bytes are added to `progress` as they are consumed, `bytes_on_disk` of
    /// them by the end. Nothing fails: what cannot be read is named in the account's `unread`.
    pub fn read(&self, reading: &Reading, progress: &AtomicU64, hear: &mut dyn FnMut(Event<'_>)) -> Hearing {
        let mut ear = self.ear(reading, hear);
        let consumed = Consumed::new(progress);
        if let Err(reason) = self.read_into(&mut ear, &consumed) {
            // What cannot be understood is no file that was read.
            ear.hearing = Hearing::default();
            ear.hearing.unread.push(Unread { path: self.name.to_string(), reason });
        }
        consumed.finish(self.bytes_on_disk);
        if ear.origins.refused > 0 {
            ear.hearing.cut("records that named more than 10,000 services in one file", ear.origins.refused);
        }
        ear.hearing
    }

    fn ear<'a>(&self, reading: &Reading, hear: &'a mut dyn FnMut(Event<'_>)) -> Ear<'a> {
        let service = reading.service.as_deref().unwrap_or(&self.service);
        let environment = reading.environment.as_deref().unwrap_or(ENVIRONMENT);
        Ear {
            file: self.name.clone(),
            as_of: reading.as_of,
            hears_timeless: reading.hears_timeless,
            origins: Origins::new(service, environment),
            stem: self.stem.clone(),
            hearing: Hearing::default(),
            calendar: Calendar::new(&reading.zone, reading.as_of.unwrap_or_else(|| self.modified_at())),
            service: reading.service.as_deref().map(Arc::from),
            environment: Arc::from(environment),
            hear,
        }
    }

    /// When the file was last written, which no record in it can lie after; `MAX` if nothing can tell.
    fn modified_at(&self) -> Moment {
        let modified = std::fs::metadata(self.content.path()).and_then(|about| about.modified()).ok();
        let since_1970 = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        since_1970.map_or(Moment::MAX, |time| {
            Moment::from_nanos(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
        })
    }

    fn read_into(&self, ear: &mut Ear<'_>, consumed: &Consumed<'_>) -> Result<(), String> {
        let unseen = AtomicU64::new(0);
        let looked = Consumed::new(&unseen);
        let (reader, packing) = self.open(&looked)?;
        let form =
            sniff::form(&sniff::head(reader), ear).map_err(|reason| self.why_unread(reason, packing))?;
        let limit = if form == Form::Victoria { victoria::LINE_BYTES_MAX } else { LINE_BYTES_MAX };
        let (reader, _) = self.open(consumed)?;
        if let Form::Document(document) = form {
            ear.hearing.files = 1;
            if let Some((error, bytes)) = document.read(reader, ear) {
                let reason = damage(&error, packing, bytes);
                ear.hearing.unread.push(Unread { path: self.name.to_string(), reason });
            }
            return Ok(());
        }
        let mut lines = Lines::new(reader, limit);
        ear.hearing.files = 1;
        match &form {
            Form::Plain(shape) => plain::read(&mut lines, Finder::new(*shape), ear),
            Form::Timeless => plain::read_timeless(&mut lines, ear),
            Form::JsonLogs => json_lines::read(&mut lines, ear),
            Form::Victoria => victoria::read(&mut lines, ear),
            Form::Alerts => alertmanager::read(&mut lines, ear),
            Form::Reports => user_reports::read(&mut lines, ear),
            Form::Table(table) => read_table(&mut lines, table, ear),
            Form::Document(_) => unreachable!("documents are not read by their lines"),
        }
        if let Some(error) = lines.damage() {
            let reason = damage(error, packing, lines.tally.bytes);
            ear.hearing.unread.push(Unread { path: self.name.to_string(), reason });
        }
        Ok(())
    }

    fn open<'a>(&self, consumed: &'a Consumed<'_>) -> Result<(Box<dyn std::io::Read + 'a>, Packing), String> {
        unpack::open(self.content.path(), consumed).map_err(|error| match error {
            unpack::OpenError::Io(error) => cannot_open(&error),
            packing @ unpack::OpenError::Packing { .. } => packing.to_string(),
        })
    }

    fn why_unread(&self, reason: String, packing: Packing) -> String {
        // An empty head of a packed file that is not empty is damage.
        if packing != Packing::None && reason.starts_with("empty") && self.bytes_on_disk > 0 {
            return format!("damaged or empty {}: nothing could be unpacked; fetch it again", packing.name());
        }
        reason
    }
}

fn read_table(lines: &mut Lines<'_>, table: &Table, ear: &mut Ear<'_>) {
    match &table.rows {
        RowKind::Log { text, level } => csv_logs::read(lines, table, *text, *level, ear),
        RowKind::Long { series, value, labels } => {
            csv_long::read(lines, table, (*series, *value), labels, ear)
        }
        RowKind::Wide { values, labels } => csv_wide::read(lines, table, values, labels, ear),
    }
}

/// What to say of a file that the system does not let us open.
pub(crate) fn cannot_open(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "it may not be read; run as a user who may, or change its permissions".to_owned()
        }
        _ => format!("it cannot be opened ({error}); check the disk and the path"),
    }
}

fn damage(error: &std::io::Error, packing: Packing, bytes: u64) -> String {
    let name = packing.name();
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        format!(
            "truncated {name} after {bytes} bytes; the records before it were read, fetch the file again for the rest"
        )
    } else {
        format!(
            "damaged {name} after {bytes} bytes ({error}); the records before it were read, fetch the file again for the rest"
        )
    }
}

//! One file that was found, and how it is read: opened, unpacked, understood, handed on.

use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use hark_event::{Event, Extent, FileRemark, Hearing, Moment, Unread, Zone};

use crate::csv_header::{RowKind, Table};
use crate::day_order::{self, DayOrders, Evidence};
use crate::ear::Ear;
use crate::encoding::{self, Converted};
use crate::json_walk::Stop;
use crate::lines::{LINE_BYTES_MAX, Lines, Split};
use crate::origin::Origins;
use crate::sniff::{self, Form};
use crate::stamp::{Calendar, Finder, OpenDate};
use crate::stream::Stream;
use crate::unpack::{self, Consumed, Holes, Packing};
use crate::whole_lines::WholeLines;
use crate::{
    alertmanager, annotations, cloud_events, cri, csv_logs, csv_long, csv_wide, docker, endings, journal,
    json_lines, logfmt, open_metrics, plain, prefixed, query_range, syslog_messages, user_reports, victoria,
};

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
    /// Whether log records have the fields that stand beside their message; those without a message always have them.
    pub hears_fields: bool,
    /// Whether it is handed on in the course of which trace a record was said, which takes a little time for each.
    pub hears_traces: bool,
    /// Read only so many bytes of each file, unpacked, up to the end of a line; all of it without.
    pub bytes_max: Option<u64>,
}

impl Reading {
    /// All of every file, fields of records included, with nothing named by the user but the zone.
    pub fn in_zone(zone: Zone) -> Self {
        Self {
            zone,
            as_of: None,
            service: None,
            environment: None,
            hears_timeless: false,
            hears_fields: true,
            hears_traces: true,
            bytes_max: None,
        }
    }
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// What people call its form.
    pub form: &'static str,
    /// Whether its last lines can be read without its first.
    pub has_lines_alone: bool,
}

/// One file to be read. It can be read more than once, and from any thread.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) content: Content,
    pub(crate) bytes_on_disk: u64,
    /// Which file it was when it was found, where the system can tell.
    pub(crate) identity: Option<(u64, u64)>,
    /// The service that its path names.
    pub(crate) service: String,
    /// The container that wrote it, where that is known: a label of all its records.
    pub(crate) container: Option<String>,
    /// The file's name without packing and rotation.
    pub(crate) stem: String,
}

/// Where a source's bytes lie.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// In the user's file.
    File(PathBuf),
    /// In a copy of a stream, which goes when the last source that holds it goes; read by one at a time.
    Spooled(Arc<Mutex<File>>),
    /// Nowhere: in a stream that is read as it comes.
    Passing(Arc<Stream>),
}

impl Source {
    /// A stream that is read as it comes, once, and kept nowhere; its records are those of the service `stdin` if they name none.
    pub fn passing(name: &str, bytes: impl Read + Send + 'static) -> Self {
        Self {
            name: Arc::from(name),
            content: Content::Passing(Arc::new(Stream::new(bytes))),
            bytes_on_disk: 0,
            identity: None,
            service: "stdin".to_owned(),
            container: None,
            stem: "stdin".to_owned(),
        }
    }

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
        match self.read_into(&mut ear, &consumed) {
            Err(reason) => {
                // What cannot be understood is no file that was read.
                ear.hearing = Hearing::default();
                ear.hearing.unread.push(self.remark(reason, Extent::Nothing));
            }
            Ok(form) => self.account_for(&form, &mut ear),
        }
        consumed.finish(self.bytes_on_disk);
        ear.hearing
    }

    fn ear<'a>(&self, reading: &Reading, hear: &'a mut dyn FnMut(Event<'_>)) -> Ear<'a> {
        let named = self.container.as_deref().or(reading.service.as_deref());
        let service = named.unwrap_or(&self.service);
        let environment = reading.environment.as_deref().unwrap_or(ENVIRONMENT);
        Ear {
            file: self.name.clone(),
            as_of: reading.as_of,
            hears_timeless: reading.hears_timeless,
            hears_fields: reading.hears_fields,
            hears_traces: reading.hears_traces,
            bytes_max: reading.bytes_max,
            origins: Origins::new(service, environment),
            stem: self.stem.clone(),
            hearing: Hearing::default(),
            calendar: Calendar::new(&reading.zone, reading.as_of.unwrap_or_else(|| self.modified_at())),
            service: reading.service.as_deref().map(Arc::from),
            environment: Arc::from(environment),
            syslog_host: String::new(),
            hear,
        }
    }

    /// What the file is, from its head alone; else why it cannot be read, with what to do.
    ///
    /// A stream that passes cannot be looked at.
    pub fn look(&self, reading: &Reading) -> Result<Look, String> {
        let unseen = AtomicU64::new(0);
        let consumed = Consumed::new(&unseen);
        let mut nobody = |_: Event<'_>| {};
        let mut ear = self.ear(reading, &mut nobody);
        let look = |file: &File, ear: &mut Ear<'_>| {
            let (reader, packing) = self.stream(file, Holes::Passed, &consumed)?;
            let (form, split) = sniff::form(&encoding::understood(&sniff::head(reader)).0, ear)
                .map_err(|reason| self.why_unread(reason, packing, consumed.unpacked()))?;
            let has_lines_alone =
                !matches!(form, Form::Table(_) | Form::QueryRange | Form::EmptyArray | Form::Document(_));
            let is_by_line = split == Split::Lines && packing == Packing::None;
            Ok(Look { form: form.name(), has_lines_alone: has_lines_alone && is_by_line })
        };
        match &self.content {
            Content::File(path) => look(&File::open(path).map_err(|error| cannot_open(&error))?, &mut ear),
            Content::Spooled(file) => look(&file.lock().expect("no reader panics"), &mut ear),
            Content::Passing(_) => Err("it is a stream, which can be read and not looked at".to_owned()),
        }
    }

    /// Its last bytes, from the start of a line, as a source that can be read once; nothing where it is no plain file.
    ///
    /// Lines in it are counted from where it begins.
    pub fn ending(&self, bytes: u64) -> Option<Self> {
        let Content::File(path) = &self.content else { return None };
        let mut file = File::open(path).ok()?;
        file.seek(SeekFrom::Start(self.bytes_on_disk.checked_sub(bytes)?)).ok()?;
        let mut lines = BufReader::new(file.take(bytes));
        lines.skip_until(b'\n').ok()?;
        // Years that stamps do not name come from here.
        let written = std::fs::metadata(path).and_then(|about| about.modified()).ok();
        let content = Content::Passing(Arc::new(Stream::new(lines).written_at(written)));
        Some(Self { content, bytes_on_disk: bytes, identity: None, ..self.clone() })
    }

    /// When the file was last written, which no record in it can lie after; `MAX` if nothing can tell.
    pub fn modified_at(&self) -> Moment {
        let modified = match &self.content {
            Content::File(path) => std::fs::metadata(path).and_then(|about| about.modified()).ok(),
            Content::Spooled(file) => {
                file.lock().expect("no reader panics").metadata().and_then(|about| about.modified()).ok()
            }
            Content::Passing(stream) => Some(stream.time()),
        };
        modified.map_or(Moment::MAX, moment)
    }

    fn read_into(&self, ear: &mut Ear<'_>, consumed: &Consumed<'_>) -> Result<Form, String> {
        match &self.content {
            Content::File(path) => {
                let file = File::open(path).map_err(|error| cannot_open(&error))?;
                self.read_file(&file, ear, consumed)
            }
            Content::Spooled(file) => self.read_file(&file.lock().expect("no reader panics"), ear, consumed),
            Content::Passing(stream) => self.read_passing(stream, ear, consumed),
        }
    }

    fn read_in_part(&self, reason: String) -> Unread {
        self.remark(reason, Extent::Part)
    }

    fn remark(&self, reason: String, extent: Extent) -> Unread {
        Unread { path: self.name.to_string(), reason, extent }
    }

    /// What is to be said of a file that was understood, now that it has been read.
    fn account_for(&self, form: &Form, ear: &mut Ear<'_>) {
        if ear.calendar.is_zoneless() {
            ear.hearing.zoneless = 1;
            ear.hearing.zoneless_first = Some(self.name.to_string());
        }
        let Hearing { from, records, rejected, cut, unread, late_first, .. } = &mut ear.hearing;
        if from.is_some() {
            *late_first = None;
            return;
        }
        let is_cut = !cut.is_empty() || !unread.is_empty() || ear.bytes_max.is_some();
        if *records + *rejected == 0 && late_first.is_none() && !is_cut {
            let reason = format!(
                "understood ({}), but {}; leave it out, or ask for more and fetch it again",
                form.name(),
                form.emptiness()
            );
            ear.hearing.unread.push(self.remark(reason, Extent::Empty));
        }
    }

    fn read_passing(
        &self,
        stream: &Stream,
        ear: &mut Ear<'_>,
        consumed: &Consumed<'_>,
    ) -> Result<Form, String> {
        let unseen = AtomicU64::new(0);
        let looked = Consumed::new(&unseen);
        let mut begun = stream.take().ok_or_else(|| "it is a stream, and was read already".to_owned())?;
        let (reader, packing) =
            unpack::passing(begun.look(), &looked).map_err(|error| cannot_open(&error))?;
        let head = sniff::head(reader);
        let (head, is_converted) = encoding::understood(&head);
        let (form, split) =
            sniff::form(&head, ear).map_err(|reason| self.why_unread(reason, packing, looked.unpacked()))?;
        let evidence = Evidence::of_head(&head);
        let orders = evidence.orders(self.modified_at());
        ear.calendar.order_days(orders.or_usual());
        let (reader, _) = unpack::passing(begun.whole(), consumed).map_err(|error| cannot_open(&error))?;
        let reader = self.converted(reader, is_converted, &form, ear);
        ear.hearing.files = 1;
        let damage = if let Form::Document(document) = form {
            document.read(reader, ear).map(|stop| endings::of_document(&stop, packing))
        } else {
            let mut lines = Lines::of(reader, line_bytes_max(&form), split);
            read_form(&form, &mut lines, ear);
            endings::of_lines(&lines, packing)
        };
        self.remark_on_days(orders, ear);
        if let Some(kind) = evidence.open_kind()
            && orders.of(kind).is_some()
            && ear.calendar.has_read(kind)
        {
            let (path, text) = (self.name.to_string(), day_order::DOUBT_OF_STREAM.to_owned());
            ear.hearing.file_remarks.push(FileRemark { path, text });
        }
        ear.hearing.unread.extend(damage.map(|reason| self.read_in_part(reason)));
        Ok(form)
    }

    fn read_file(&self, file: &File, ear: &mut Ear<'_>, consumed: &Consumed<'_>) -> Result<Form, String> {
        let change = self.change(file);
        let unseen = AtomicU64::new(0);
        let looked = Consumed::new(&unseen);
        let (reader, packing) = self.stream(file, Holes::Passed, &looked)?;
        let head = sniff::head(reader);
        let (head, is_converted) = encoding::understood(&head);
        let (form, split) =
            sniff::form(&head, ear).map_err(|reason| self.why_unread(reason, packing, looked.unpacked()))?;
        let orders = self.day_orders(&head, file, ear)?;
        ear.calendar.order_days(orders.or_usual());
        let limit = line_bytes_max(&form);
        let (reader, _) = self.stream(file, form.holes(), consumed)?;
        let reader = match ear.bytes_max {
            Some(bytes_max) => Box::new(WholeLines::new(reader, bytes_max)),
            None => reader,
        };
        let reader = self.converted(reader, is_converted, &form, ear);
        ear.hearing.files = 1;
        if let Form::Document(document) = form {
            let stop = document.read(reader, ear);
            let is_sample = self.is_sample(ear, consumed);
            let stop = stop.filter(|stop| !is_sample || matches!(stop, Stop::Unreadable(..)));
            let end = stop.map(|stop| endings::of_document(&stop, packing));
            ear.hearing.unread.extend(end.or(change).map(|reason| self.read_in_part(reason)));
            return Ok(form);
        }
        let mut lines = Lines::of(reader, limit, split);
        read_form(&form, &mut lines, ear);
        self.remark_on_days(orders, ear);
        let is_sample = self.is_sample(ear, consumed);
        let end = endings::of_lines(&lines, packing).filter(|_| !is_sample || lines.damage().is_some());
        let shrank = || self.shrank(&lines, packing, consumed, ear.as_of, ear.bytes_max.is_some());
        if let Some(reason) = end.or(change).or_else(shrank) {
            ear.hearing.unread.push(self.read_in_part(reason));
        }
        Ok(form)
    }

    /// The text in UTF-8, where it was something else; lengths within a form that counts its bytes must stay what they are.
    fn converted<'a>(
        &self,
        reader: Box<dyn Read + 'a>,
        is_converted: bool,
        form: &Form,
        ear: &mut Ear<'_>,
    ) -> Box<dyn Read + 'a> {
        if !is_converted || matches!(form, Form::JournalExport | Form::SyslogCounted | Form::Document(_)) {
            return reader;
        }
        let (path, text) = (self.name.to_string(), encoding::REMARK.to_owned());
        ear.hearing.file_remarks.push(FileRemark { path, text });
        Box::new(Converted::new(reader))
    }

    /// Whether less was read than there is because no more was wanted.
    fn is_sample(&self, ear: &Ear<'_>, consumed: &Consumed<'_>) -> bool {
        ear.bytes_max.is_some() && consumed.bytes() < self.bytes_on_disk
    }

    /// The order of the numbers in its dates, as far as anything in it tells.
    fn day_orders(&self, head: &[u8], file: &File, ear: &Ear<'_>) -> Result<DayOrders, String> {
        let mut evidence = Evidence::of_head(head);
        if evidence.open_kind().is_some() {
            let unseen = AtomicU64::new(0);
            let looked = Consumed::new(&unseen);
            let (reader, _) = self.stream(file, Holes::Passed, &looked)?;
            evidence.ask(Box::new(reader.take(ear.bytes_max.unwrap_or(u64::MAX))));
        }
        let written = file.metadata().and_then(|about| about.modified()).ok();
        Ok(evidence.orders(written.map_or(Moment::MAX, moment)))
    }

    fn remark_on_days(&self, orders: DayOrders, ear: &mut Ear<'_>) {
        for kind in OpenDate::ALL {
            if orders.of(kind).is_some() || !ear.calendar.has_read(kind) {
                continue;
            }
            let text = day_order::doubt(kind);
            ear.hearing.file_remarks.push(FileRemark { path: self.name.to_string(), text });
        }
    }

    fn stream<'a>(
        &self,
        file: &'a File,
        holes: Holes,
        consumed: &'a Consumed<'_>,
    ) -> Result<(Box<dyn std::io::Read + 'a>, Packing), String> {
        // Some systems have files that say no size and yet can be read.
        let size = if self.bytes_on_disk == 0 { u64::MAX } else { self.bytes_on_disk };
        unpack::stream(file, size, holes, consumed).map_err(|error| cannot_open(&error))
    }

    /// What to say if another file stands where this one was found.
    fn change(&self, file: &File) -> Option<String> {
        let now = file.metadata().ok().as_ref().and_then(identity);
        (self.identity.is_some() && now.is_some() && now != self.identity).then(|| {
            "another file took its place while files were read (rotation, perhaps); what stands there now was read, run \
             again for the rest"
                .to_owned()
        })
    }

    /// What to say if the file was cut while it was read.
    fn shrank(
        &self,
        lines: &Lines<'_>,
        packing: Packing,
        consumed: &Consumed<'_>,
        as_of: Option<Moment>,
        is_sample: bool,
    ) -> Option<String> {
        let is_whole = packing == Packing::None && lines.has_ended() && as_of.is_none() && !is_sample;
        (is_whole && consumed.bytes() < self.bytes_on_disk).then(|| {
            format!(
                "it shrank from {} to {} bytes while files were read; what was left of it was read, run again",
                self.bytes_on_disk,
                consumed.bytes()
            )
        })
    }

    fn why_unread(&self, reason: String, packing: Packing, unpacked: u64) -> String {
        if packing == Packing::None || !reason.starts_with("empty") || self.bytes_on_disk == 0 {
            return reason;
        }
        let name = packing.name();
        if unpacked > 0 {
            return format!(
                "{name} of nothing but blanks or zeros in its first {unpacked} bytes; unpack it yourself if there is \
                 something behind them"
            );
        }
        // An empty head of a packed file that is not empty is damage.
        format!("damaged or empty {name}: nothing could be unpacked; fetch it again")
    }
}

fn moment(time: SystemTime) -> Moment {
    let since_1970 =
        time.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_nanos()).ok());
    since_1970.map_or(Moment::MAX, Moment::from_nanos)
}

fn line_bytes_max(form: &Form) -> usize {
    match form {
        Form::Victoria | Form::QueryRange => victoria::LINE_BYTES_MAX,
        _ => LINE_BYTES_MAX,
    }
}

fn read_form(form: &Form, lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    match form {
        Form::Plain(shape) => plain::read(lines, Finder::new(*shape), ear),
        Form::Timeless => plain::read_timeless(lines, ear),
        Form::JsonLogs => json_lines::read(lines, ear),
        Form::JsonAnswer => json_lines::read_answer(lines, ear),
        Form::Logfmt => logfmt::read(lines, ear),
        Form::Syslog => syslog_messages::read(lines, ear),
        Form::SyslogCounted => syslog_messages::read_counted(lines, ear),
        Form::Cri => cri::read(lines, ear),
        Form::Docker => docker::read(lines, ear),
        Form::Prefixed(prefix) => prefixed::read(lines, *prefix, ear),
        Form::JournalExport => journal::read_export(lines, ear),
        Form::JournalJson => journal::read_json(lines, ear),
        Form::Victoria => victoria::read(lines, ear),
        Form::OpenMetrics => open_metrics::read(lines, ear),
        Form::QueryRange => query_range::read(lines, ear),
        Form::Alerts => alertmanager::read(lines, ear),
        Form::Reports => user_reports::read(lines, ear),
        Form::CloudEvents => cloud_events::read(lines, ear),
        Form::Annotations => annotations::read(lines, ear),
        Form::Table(table) => read_table(lines, table, ear),
        Form::EmptyArray => {
            while lines.next().is_some() {}
            ear.count(lines.tally);
        }
        Form::Document(_) => unreachable!("documents are not read by their lines"),
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

/// Which file this is, whatever it is called, where the system can tell.
pub(crate) fn identity(about: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((about.dev(), about.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = about;
        None
    }
}

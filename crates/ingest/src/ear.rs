//! Where all formats report to: it keeps the account and hands events to the listener.
//!
//! A format says what it read; what counts, and what arrived too late to be known, is decided here and in
//! [`crate::arrival`], once for all of them.

use std::sync::Arc;

use hark_event::{Alert, Change, Event, Hearing, Level, LogRecord, Moment, Sample, Span, UserReport};

use crate::access;
use crate::draft::{Draft, PEERS_MAX};
use crate::lines::Tally;
use crate::origin::{Origins, Speaker};
use crate::span_draft::{SpanDraft, SpanParts};
use crate::stamp::Calendar;
use crate::trailing;

/// What is cut where too many services are named.
const TOO_MANY: &str = "records, samples and spans of services beyond the first 10,000 of a file";

/// The listener to one file.
pub(crate) struct Ear<'a> {
    /// The file as the user named it.
    pub(crate) file: Arc<str>,
    /// Only what arrived at or before this moment is known.
    pub(crate) as_of: Option<Moment>,
    /// Whether records before the first time in the file are heard.
    pub(crate) hears_timeless: bool,
    /// Whether fields beside a message are handed on.
    pub(crate) hears_fields: bool,
    /// Whether it is handed on in the course of which trace a record was said.
    pub(crate) hears_traces: bool,
    /// Only so many bytes of the file are read.
    pub(crate) bytes_max: Option<u64>,
    /// Who spoke.
    pub(crate) origins: Origins,
    /// The file's name without packing and rotation, for series that are named after it.
    pub(crate) stem: String,
    /// The account.
    pub(crate) hearing: Hearing,
    /// Places stamps in time.
    pub(crate) calendar: Calendar,
    /// The service that the user names for what carries none.
    pub(crate) service: Option<Arc<str>>,
    /// The environment of what carries none.
    pub(crate) environment: Arc<str>,
    /// The host that syslog's headers name in this file; empty until one does.
    pub(crate) syslog_host: String,
    /// Hears the events.
    pub(crate) hear: &'a mut dyn FnMut(Event<'_>),
}

impl Ear<'_> {
    /// Whether what arrived then is known already.
    pub(crate) fn knows(&mut self, arrival: Moment) -> bool {
        let is_known = self.as_of.is_none_or(|as_of| arrival <= as_of);
        if !is_known && self.hearing.from.is_none() {
            let first = self.hearing.late_first.map_or(arrival, |first| first.min(arrival));
            self.hearing.late_first = Some(first);
        }
        is_known
    }

    /// Counts lines that were read and belong to what is known.
    pub(crate) fn count(&mut self, tally: Tally) {
        self.hearing.lines += tally.lines;
        self.hearing.bytes += tally.bytes;
        self.hearing.truncated += tally.truncated;
        self.hearing.rejected += tally.rejected;
        if let Some(rejected) = tally.last_rejected.filter(|_| tally.rejected > 0) {
            self.hearing.reject(&self.file, rejected.line, rejected.why);
        }
    }

    /// Hands on a log record that arrived then.
    pub(crate) fn record(&mut self, draft: &Draft, arrival: Moment) {
        self.count(draft.tally);
        let Some(origin) = self.origins.get(draft.origin) else { return self.hearing.cut(TOO_MANY, 1) };
        self.hearing.records += 1;
        self.hearing.undated += u64::from(draft.time.is_none());
        self.hearing.outliers += u64::from(draft.is_outlier);
        // A line that was cut is counted by the tally already.
        self.hearing.truncated += u64::from(draft.is_shortened && draft.tally.truncated == 0);
        if draft.fields.cut > 0 {
            self.hearing
                .cut("fields of log records that are too many or have too long a name", draft.fields.cut);
        }
        if arrival != Moment::MIN {
            self.hearing.heard_at(arrival);
        }
        let mut peers = [""; PEERS_MAX];
        let peers_count = match draft.peers(&mut peers) {
            0 => trailing::peers(&draft.message, &mut peers),
            named => named,
        };
        let fields = draft.fields.view();
        let level = match draft.level {
            Level::Unknown => access::level(&draft.message, fields),
            level => level,
        };
        (self.hear)(Event::Log(LogRecord {
            time: draft.time,
            arrival,
            origin,
            level,
            message: &draft.message,
            version: (!draft.version.is_empty()).then_some(&draft.version),
            fields,
            peers: &peers[..peers_count],
            trace: draft.trace,
            file: &self.file,
            line: draft.line,
            lines: draft.lines,
        }));
    }

    /// Hands on a sample, if it is known already; says whether it is.
    pub(crate) fn sample(
        &mut self,
        time: Moment,
        origin: Speaker,
        series: &str,
        value: f64,
        line: u64,
    ) -> bool {
        if !self.knows(time) {
            return false;
        }
        let Some(origin) = self.origins.get(origin) else {
            self.hearing.cut(TOO_MANY, 1);
            return true;
        };
        self.hearing.samples += 1;
        self.hearing.heard_at(time);
        (self.hear)(Event::Sample(Sample { time, origin, series, value, file: &self.file, line }));
        true
    }

    /// Hands on a span, if it had ended by what is known; says whether it had, or `None` without a time.
    pub(crate) fn span(&mut self, draft: &mut SpanDraft) -> Option<bool> {
        let (start, end) = draft.time?;
        let end = end.max(start);
        if !self.knows(end) {
            return Some(false);
        }
        let Some(origin) = self.origins.get(draft.origin) else {
            self.hearing.cut(TOO_MANY, 1);
            return Some(true);
        };
        self.hearing.spans += 1;
        self.hearing.heard_at(end);
        draft.complete_operation();
        let (is_error, is_retry) = (draft.failed(), draft.says_retry());
        let (kind, trace, id, parent, line) = (draft.kind, draft.trace, draft.id, draft.parent, draft.line);
        let SpanParts { peer, operation, version } = draft.parts();
        (self.hear)(Event::Span(Span {
            start,
            end,
            origin,
            operation,
            kind,
            is_error,
            peer,
            is_retry,
            trace,
            id,
            parent,
            version,
            file: &self.file,
            line,
        }));
        Some(true)
    }

    /// Counts a sample that is heard only as a part of something else; says whether it is known already.
    pub(crate) fn part(&mut self, time: Moment, origin: Speaker) -> bool {
        if !self.knows(time) {
            return false;
        }
        if self.origins.get(origin).is_none() {
            self.hearing.cut(TOO_MANY, 1);
            return true;
        }
        self.hearing.samples += 1;
        self.hearing.heard_at(time);
        true
    }

    /// Hands on what was worked out from such parts.
    pub(crate) fn derived(&mut self, time: Moment, origin: Speaker, series: &str, value: f64, line: u64) {
        // Its parts were counted as cut.
        let Some(origin) = self.origins.get(origin) else { return };
        (self.hear)(Event::Sample(Sample { time, origin, series, value, file: &self.file, line }));
    }

    /// Hands on a change, if it is known already; says whether it is.
    pub(crate) fn change(&mut self, change: Change) -> bool {
        if !self.knows(change.time) {
            return false;
        }
        self.hearing.heard_at(change.time);
        (self.hear)(Event::Change(change));
        true
    }

    /// Hands on an alert, if it is known already; says whether it is. Whether it was answered is known only when this was told,
    /// which was not before `told_from`.
    pub(crate) fn alert(&mut self, mut alert: Alert, told_from: Moment) -> bool {
        if !self.knows(alert.starts_at) {
            return false;
        }
        let told_from = told_from.max(alert.starts_at).max(alert.ends_at.unwrap_or(alert.starts_at));
        alert.answered &= self.as_of.is_none_or(|as_of| told_from <= as_of);
        alert.ends_at = alert.ends_at.filter(|ends_at| self.knows(*ends_at));
        self.hearing.heard_at(alert.starts_at);
        if let Some(ends_at) = alert.ends_at {
            self.hearing.heard_at(ends_at);
        }
        (self.hear)(Event::Alert(alert));
        true
    }

    /// Hands on what a user reported, if it is known already; says whether it is.
    pub(crate) fn report(&mut self, report: UserReport) -> bool {
        if !self.knows(report.time) {
            return false;
        }
        self.hearing.heard_at(report.time);
        (self.hear)(Event::Report(report));
        true
    }
}

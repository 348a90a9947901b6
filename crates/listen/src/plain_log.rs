//! Log records for tests, of which little matters: at INFO, without fields, on one line.

use std::sync::Arc;

use hark_event::{Level, LogRecord, Moment, Origin, RecordFields};

/// What somebody says at a moment, on a line of a file.
pub(crate) fn plain_log<'a>(
    message: &'a str,
    arrival: Moment,
    origin: &'a Origin,
    (file, line): (&'a Arc<str>, u64),
) -> LogRecord<'a> {
    LogRecord {
        time: Some(arrival),
        arrival,
        origin,
        level: Level::Info,
        message,
        version: None,
        fields: RecordFields::default(),
        peers: &[],
        trace: None,
        file,
        line,
        lines: 1,
    }
}

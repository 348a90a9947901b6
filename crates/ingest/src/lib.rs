//! From foreign bytes to events, one format per file.
//!
//! [`discover`] finds the files that the user's paths mean; [`Source::read`] opens one, unpacks it on the
//! way, understands its form from its content and hands over what it says, event by event, in bounded
//! memory. Nothing here fails: what cannot be read is named with the reason, what is cut is counted, and
//! one bad line never loses the rest of a file.
//!
//! Read are plain text with stamps, JSON lines and tables of log records; VictoriaMetrics' export and
//! tables of samples; Alertmanager's messages and what users reported. UTF-16, bzip2 and xz are refused by
//! name. The rules of service, environment, time and arrival are those of the contract.

mod alertmanager;
mod arrival;
mod csv;
mod csv_header;
mod csv_logs;
mod csv_long;
mod csv_wide;
mod discover;
mod draft;
mod ear;
mod incidents;
mod json;
mod json_lines;
mod json_plain;
mod level;
mod lines;
mod log_fields;
mod origin;
mod plain;
mod records;
mod samples;
mod series;
mod sniff;
mod source;
mod stamp;
mod syslog;
mod text;
mod unpack;
mod user_reports;
mod victoria;

#[cfg(test)]
mod tests;

pub use discover::{Discovery, discover};
pub use incidents::incidents;
pub use source::{Reading, Source};

//! From foreign bytes to events, one format per file.
//!
//! [`discover`] finds the files that the user's paths mean; [`Source::read`] opens one, unpacks it on the
//! way, understands its form from its content and hands over what it says, event by event, in bounded
//! memory. Nothing here fails: what cannot be read is named with the reason, what is cut is counted, and
//! one bad line never loses the rest of a file.
//!
//! Read are the forms of `sniff::Form`, by line or as JSON documents, packed or not. Archives, programs and
//! databases are refused by name. The rules of service, environment, time and arrival are those of the contract.

mod access;
mod alertmanager;
mod annotations;
mod announced;
mod arrival;
mod below;
mod clocks;
mod cloud_events;
mod content;
mod cri;
mod csv;
mod csv_header;
mod csv_logs;
mod csv_long;
mod csv_times;
mod csv_wide;
mod day_order;
mod discover;
mod docker;
mod documents;
mod draft;
mod ear;
mod encoding;
mod endings;
mod field_notes;
mod folders;
mod further;
mod histograms;
mod holes;
mod incidents;
mod jaeger;
mod journal;
mod json;
mod json_lines;
mod json_plain;
mod json_walk;
mod lenient;
mod level;
mod lines;
mod log_fields;
mod logfmt;
mod loki;
mod open_metrics;
mod origin;
mod otlp;
mod otlp_logs;
mod otlp_metrics;
mod otlp_traces;
mod otlp_value;
mod pieces;
mod plain;
mod prefixed;
mod query_range;
mod records;
mod rotation;
mod samples;
mod series;
mod sniff;
mod sniff_json;
mod source;
mod span_draft;
mod stamp;
mod stream;
mod syslog;
mod syslog_messages;
mod text;
mod traceback;
mod trailing;
mod unpack;
mod user_reports;
mod victoria;
mod whole_lines;
mod zipkin;

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod tests;

pub use clocks::{FileTimes, doubts};
pub use discover::{Discovery, discover, discover_to_look, discover_to_read_once};
pub use incidents::incidents;
pub use source::{Look, Reading, Source};

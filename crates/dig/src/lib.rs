//! From Git and source to changes, notes and log statements.
//!
//! ```text
//! git log ──log──▶ commits ──history──▶ changes        tree ──lexer──▶ tokens ──statement──▶ log statements ──join──▶ patterns
//!                                                                            └──note──────▶ notes ──blame──▶ age
//! ```
//!
//! The repository is somebody else's: it is read through the `git` program, and nothing in it is run.
//! Everything is read as of a moment that the caller names; what had not arrived by then is not seen.
//! Source is read by hand-written scanners over tokens, not by grammars.
//!
//! Invariants: `dig` reads no clock and no network; it writes nothing into a repository; whatever it cuts
//! at a limit or cannot read, it tells in a remark; it names no person as the cause of anything.

mod activity;
mod approval;
mod blame;
mod convention;
mod error;
mod function;
mod git;
mod history;
mod join;
mod language;
mod lexer;
mod log;
mod masking;
mod message;
mod note;
mod path;
mod release;
mod repository;
mod settings;
mod source;
mod statement;
mod tree;

pub use error::DigError;
pub use history::History;
pub use repository::Repository;
pub use settings::settings_changed;
pub use source::Source;

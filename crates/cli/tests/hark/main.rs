//! The real binary, run as a user runs it: hermetic, in temporary directories, without network.
//!
//! One test binary, since linking is the cost. Whether a story is told *well* is measured by `hark-bench`; here stands
//! what scripts and people rely on whatever the input: exit codes, messages with names and hints, the shapes of
//! output, and the laws.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built is a failed test")]

mod access;
mod bad_input;
mod changes;
mod check;
mod contract;
mod cookbook;
mod corpus;
mod faults;
mod init;
mod laws;
mod manuals;
mod output;
mod patterns;
mod place;
mod replay;
mod repositories;
mod requests;
mod secrets;
mod services;
mod settings;
mod silence;
mod times;
mod world;

//! `hark`: what did the system know before the users did?
//!
//! This crate wires the others together and knows what they do not: arguments, the terminal, exit codes.
//! Results go to standard output, progress and remarks to standard error.

mod arguments;
mod commands;
mod failure;
mod moment_words;
mod progress;
mod reading;
mod repositories;
mod settings;
mod writing;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, anything else is a request that will fail again.
            let code = if error.use_stderr() { 2 } else { 0 };
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    match commands::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.exit_code())
        }
    }
}

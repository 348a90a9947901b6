//! `hark`: what did the system know before the users did?
//!
//! This crate wires the others together and knows what they do not: arguments, the terminal, exit codes.
//! Results go to standard output, progress and remarks to standard error.

mod arguments;
mod commands;
mod failure;
mod looking;
mod moment_words;
mod progress;
mod reading;
mod repositories;
mod settings;
mod surveying;
mod writing;

use std::error::Error as _;
use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, anything else is a request that will fail again.
            if error.use_stderr() {
                report_request(&error);
                return ExitCode::from(2);
            }
            // The help of a full disk was not read by anybody.
            let written = error.print().and_then(|()| stdout().flush());
            return match written
                .map_err(|source| Failure::Write { what: "to standard output".to_owned(), source })
            {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => {
                    failure.report();
                    ExitCode::from(failure.exit_code())
                }
            };
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

/// A value that an option cannot have is told as every other failure is; the rest, with the usage, in the words of the parser.
fn report_request(error: &clap::Error) {
    let context = |kind| error.get(kind).map(ToString::to_string);
    let said = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue), error.source());
    match said {
        (Some(option), Some(value), Some(hint)) if error.kind() == ErrorKind::ValueValidation => {
            eprintln!("hark: `{value}` is no value for `{option}`\nhint: {hint}");
        }
        _ => drop(error.print()),
    }
}

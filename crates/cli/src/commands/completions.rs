//! `hark completions`: what a shell needs to complete commands and options.
//!
//! They are made from the same definition as the help, when they are asked for, so they cannot fall behind it.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::writing::write_result;

/// Prints the completions for a shell.
///
/// For example: hark completions bash > ~/.local/share/bash-completion/completions/hark
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "hark", &mut script);
        write_result(&String::from_utf8_lossy(&script))
    }
}

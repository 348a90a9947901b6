//! `hark man`: manual pages, made from the same definition as the help.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::writing::{write_file, write_result};

/// Prints the manual page, or writes those of all commands into a folder.
///
/// To read it: hark man | man -l -    To keep them: hark man ~/.local/share/man/man1
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Where hark.1, hark-back.1 and the others go.
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut whole = Arguments::command();
        // Gives the commands their full names: `hark-back`.
        whole.build();
        let Some(directory) = &self.directory else {
            return write_result(&page(&whole));
        };
        std::fs::create_dir_all(directory)
            .map_err(|source| Failure::Write { what: format!("`{}`", directory.display()), source })?;
        let commands = whole.get_subcommands().filter(|command| command.get_name() != "help");
        for command in [&whole].into_iter().chain(commands) {
            let name = clap_mangen::Man::new(command.clone()).get_filename();
            write_file(&directory.join(name), &page(command))?;
        }
        Ok(())
    }
}

fn page(command: &Command) -> String {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).expect("a vector takes all that is written");
    String::from_utf8_lossy(&page).into_owned()
}

//! One command, one file.

pub(crate) mod back;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod init;
pub(crate) mod listen;
pub(crate) mod man;
pub(crate) mod patterns;
pub(crate) mod replay;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

/// Runs the command that was asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Demo(demo) => demo.run(),
        Command::Listen(listen) => listen.run(),
        Command::Back(back) => back.run(),
        Command::Patterns(patterns) => patterns.run(),
        Command::Replay(replay) => replay.run(),
        Command::Init(init) => init.run(),
        Command::Check(check) => check.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

//! `hark-bench tour`: does a document show what the binary prints?
//!
//! Blocks of the kind `console` hold commands behind `$ ` and what they print. All commands of a document run in order in one
//! folder that is new, with the binary first in the path. A line `…` stands for any lines that were left out; what stands between two of
//! them must stand so in the output, line by line. Of times and words nothing is forgiven: the demo's world is always the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Gate;
use crate::error::BenchError;
use crate::options::Options;

const LEFT_OUT: &str = "…";

/// A command of the document, and what it is said to print.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

/// Runs the commands of the document that was named.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let wanted = || BenchError::Request("`tour` wants the document".to_owned());
    let document = options.story.as_deref().ok_or_else(wanted)?;
    let text = fs::read_to_string(document).map_err(|source| BenchError::file(document, source))?;
    let steps = steps(&text);
    if steps.is_empty() {
        return Err(BenchError::Request(format!("`{}` shows no command", document.display())));
    }
    let hark = options.hark.canonicalize().map_err(|source| BenchError::file(&options.hark, source))?;
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let mut gates = Vec::new();
    for step in &steps {
        let printed = printed_by(&step.command, &hark, folder.path())?;
        let missing = missing(&step.expected, &printed);
        gates.push(Gate::kept_if(missing.is_none()));
        let place = format!("{}:{}", document.display(), step.line);
        match missing {
            None => println!("ok     {place} {}", step.command),
            Some(line) => println!("WRONG  {place} {}\n       does not print: {line}", step.command),
        }
    }
    Ok(Gate::all(gates))
}

/// Standard output and standard error, as a terminal would show them.
fn printed_by(command: &str, hark: &Path, folder: &Path) -> Result<Vec<String>, BenchError> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let own = hark.parent().map(Path::to_path_buf).into_iter();
    let path = std::env::join_paths(own.chain(std::env::split_paths(&paths)))
        .map_err(|error| BenchError::Request(format!("the path holds what none may: {error}")))?;
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| BenchError::file(hark, source))?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim_end().to_owned()).collect())
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_inside = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_inside) {
            steps.push(Step { line: at + 1, command: command.to_owned(), expected: Vec::new() });
        } else if let Some(step) = steps.last_mut().filter(|_| is_inside) {
            step.expected.push(line.trim_end().to_owned());
        }
    }
    steps
}

/// The first line that is not printed where it should be.
fn missing(expected: &[String], printed: &[String]) -> Option<String> {
    let mut from = 0;
    for part in expected.split(|line| line == LEFT_OUT).filter(|part| !part.is_empty()) {
        let found = (from..printed.len()).find(|&at| printed[at..].starts_with(part));
        match found {
            Some(at) => from = at + part.len(),
            None => {
                return part.iter().find(|line| !printed[from..].contains(line)).or(part.first()).cloned();
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_what_they_print_are_read_from_blocks_of_their_kind() {
        let text = "```sh\n$ not this\n```\n```console\n$ hark a\none\n…\n$ hark b\n```\n$ nor this\n";
        let read = steps(text);
        assert_eq!(
            read.iter().map(|step| (step.line, step.command.as_str())).collect::<Vec<_>>(),
            [(5, "hark a"), (8, "hark b")]
        );
        assert_eq!(read[0].expected, ["one", "…"]);
    }

    #[test]
    fn lines_stand_together_unless_some_are_left_out() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(missing(&lines("a b … d"), &lines("x a b c d")), None);
        assert_eq!(missing(&lines("a d"), &lines("x a b c d")), Some("a".to_owned()));
        assert_eq!(missing(&lines("d … a"), &lines("x a b c d")), Some("a".to_owned()));
        assert_eq!(missing(&lines("a e"), &lines("x a b c d")), Some("e".to_owned()));
    }
}

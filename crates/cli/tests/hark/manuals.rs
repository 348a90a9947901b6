//! Completions and manual pages: whatever the help names, they name.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use crate::place::Place;

/// The commands that the help names.
fn commands() -> Vec<String> {
    let help = Place::new().hark(&["--help"]).out;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // A command stands two columns in; what is said about it goes on further to the right.
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> =
        names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 5 && names.contains(&"back".to_owned()), "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

/// The long options that the help of a command names.
fn options(command: &str) -> Vec<String> {
    let help = Place::new().hark(&[command, "--help"]).out;
    let named = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let option = line.strip_prefix("--").or_else(|| line.split_once(", --").map(|(_, option)| option))?;
        line.starts_with('-').then(|| option.split([' ', '[', '=']).next().unwrap_or_default().to_owned())
    });
    named.collect()
}

#[test]
fn completions_of_every_shell_name_every_command_and_option() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Place::new().hark(&["completions", shell]);
        script.says(0, &[]);
        for command in commands() {
            assert!(script.out.contains(&command), "{shell} does not know {command}");
            let options = options(&command);
            assert!(options.contains(&"help".to_owned()), "{command}: {options:?}");
            for option in options {
                assert!(script.out.contains(&option), "{shell} does not know --{option} of {command}");
            }
        }
    }
}

#[test]
fn bash_understands_its_completions() {
    let script = Place::new().hark(&["completions", "bash"]).out;
    let mut bash = match Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(bash) => bash,
        // Where there is no bash nobody completes with it.
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => panic!("{error}"),
    };
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_has_a_manual_page_with_every_option() {
    let place = Place::new();
    place.hark(&["man", "pages"]).says(0, &[]);
    let read = |name: &str| std::fs::read_to_string(place.path().join("pages").join(name)).unwrap();
    assert!(read("hark.1").contains(".TH hark 1"));
    for command in commands() {
        let page = read(&format!("hark-{command}.1"));
        assert!(page.contains(&format!(".TH hark-{command} 1")), "{page}");
        for option in options(&command) {
            let escaped = format!("\\-\\-{}", option.replace('-', "\\-"));
            assert!(page.contains(&escaped), "hark-{command}.1 does not know --{option}: {page}");
        }
    }
}

#[test]
fn the_manual_page_alone_goes_to_standard_output() {
    let ran = Place::new().hark(&["man"]);
    ran.says(0, &[]);
    assert!(ran.out.contains(".TH hark 1") && ran.out.contains("hark\\-back(1)"), "{}", ran.out);
}

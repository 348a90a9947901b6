//! `hark init`: looks around, and writes down what it found as a `hark.toml` that people can go on writing.
//!
//! The file is the shipped one, with its comments, in which what was found takes the place of the defaults: so a new file shows every
//! setting there is. The look is bounded: so many entries, so many files, so many seconds.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use hark_event::{ClockDoubt, ServiceHeard};
use hark_ingest::{Discovery, discover, doubts};
use hark_pattern::Rules;

use crate::arguments::Sources;
use crate::failure::Failure;
use crate::looking::{self, Found};
use crate::reading::{self, Clock};
use crate::settings::FILE_NAME;
use crate::surveying::{Surveyed, survey};
use crate::writing::{remark, write_file, write_result};

/// The shipped settings.
const SHIPPED: &str = include_str!("../../../../docs/hark.toml");
/// So much is read to see who speaks.
const BYTES_MAX: u64 = 64 << 20;
const NAMES_MAX: usize = 12;

/// Looks around and writes a hark.toml that names what it found.
///
/// Finds logs, metrics, traces, alerts and Git repositories below DIR by their content, in a few seconds, and writes a commented
/// `hark.toml` there. After that, `hark listen` in that folder needs no arguments.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Where to look, and where the file goes.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Writes over a hark.toml that is there.
    #[arg(long)]
    force: bool,
    /// Neither progress nor remarks.
    #[arg(long, short)]
    quiet: bool,
}

impl Init {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let path = self.directory.join(FILE_NAME);
        if path.symlink_metadata().is_ok() && !self.force {
            return Err(Failure::SettingsThere { path });
        }
        fs::read_dir(&self.directory)
            .map_err(|source| Failure::Unreadable { path: self.directory.clone(), source })?;
        let found = looking::look_around(&self.directory);
        remark(&found.remarks, self.quiet);
        if found.paths.is_empty() {
            return Err(Failure::NothingFound { directory: self.directory.clone() });
        }
        let sources = Sources {
            paths: found.paths.iter().map(|path| self.directory.join(path)).collect(),
            ..Sources::default()
        };
        let clock = Clock::of(&sources)?;
        let Discovery { sources: files, .. } = discover(&sources.paths);
        let how = reading::reading(&sources, &clock);
        let surveyed = survey(&files, &how, BYTES_MAX, reading::threads(&sources), self.quiet);
        let tz = zone_of(&surveyed);
        write_file(&path, &settings(&found, &surveyed, tz.as_deref()))?;
        let services = surveyed.surveyor.services(&Rules::default());
        write_result(&self.told(&found, &services, tz.as_deref(), &path))
    }

    fn told(&self, found: &Found, services: &[ServiceHeard], tz: Option<&str>, path: &Path) -> String {
        let mut said = String::from("Found\n");
        for (form, files) in &found.forms {
            said.push_str(&format!("  {files:>6} × {form}\n"));
        }
        said.push_str(&row("in", &listed(&found.paths)));
        if !found.repositories.is_empty() {
            said.push_str(&row("repositories", &listed(&found.repositories)));
        }
        said.push_str(&row("services", &names(services)));
        if let Some(tz) = tz {
            said.push_str(&row("zone", &format!("{tz}, from when files were last written")));
        }
        let step = match self.directory.as_os_str().to_str() {
            Some(".") => String::new(),
            _ => format!("cd {} && ", self.directory.display()),
        };
        said.push_str(&format!(
            "\nWrote {}, in which everything can be changed. Next:\n\n  {step}hark check     # what would be heard, and what \
             would not\n  {step}hark listen    # what has the system been saying?\n",
            path.display()
        ));
        said
    }
}

fn row(name: &str, said: &str) -> String {
    format!("  {name}: {said}\n")
}

fn listed(paths: &[String]) -> String {
    let shown = paths.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(NAMES_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn names(services: &[ServiceHeard]) -> String {
    let mut names: Vec<String> = services.iter().map(|service| service.origin.service.to_string()).collect();
    names.dedup();
    listed(&names)
}

/// The zone that the files speak for, as an offset.
fn zone_of(surveyed: &Surveyed) -> Option<String> {
    let doubts = doubts(&surveyed.times, ("UTC", false), 0);
    doubts.iter().find_map(|doubt| match doubt {
        ClockDoubt::Zoneless { guess_seconds: Some(seconds), .. } => {
            let minutes = seconds.unsigned_abs() / 60;
            let sign = if *seconds < 0 { '-' } else { '+' };
            Some(format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
        }
        _ => None,
    })
}

/// The shipped file, with what was found in place of the defaults.
fn settings(found: &Found, surveyed: &Surveyed, tz: Option<&str>) -> String {
    let services = surveyed.surveyor.clone().services(&Rules::default());
    let heard: Vec<String> = found.forms.iter().map(|(form, files)| format!("{files} × {form}")).collect();
    let has_zoneless = surveyed.times.iter().any(|times| times.is_zoneless);
    let mut text = String::new();
    for line in SHIPPED.lines() {
        match line {
            "paths = []" => {
                text.push_str(&format!("# Found by `hark init`: {}.\n", heard.join(", ")));
                text.push_str(&format!("# Who speaks there: {}.\n", as_comment(&names(&services))));
                text.push_str(&format!("paths = {}\n", array(&found.paths)));
            }
            "repositories = []" => text.push_str(&format!("repositories = {}\n", array(&found.repositories))),
            _ if line.starts_with("# tz = ") => match tz {
                Some(tz) => text.push_str(&format!(
                    "# The stamps of some files name no zone; when the files were last written speaks for this one.\ntz = \"{tz}\"\n"
                )),
                None if has_zoneless => text.push_str(&format!(
                    "# The stamps of some files name no zone: say which it is if it is not UTC.\n{line}\n"
                )),
                None => text.push_str(&format!("{line}\n")),
            },
            _ if line.starts_with("# The settings of Harkback") => text.push_str(
                "# The settings of Harkback for this folder, written by `hark init`: what it found, and the defaults of all else, with an\n\
                 # example behind `#` for each that has none.\n",
            ),
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

fn as_comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An array of TOML's basic strings, a line each if there are several.
fn array(texts: &[String]) -> String {
    match texts {
        [] => "[]".to_owned(),
        [only] => format!("[{}]", quoted(only)),
        several => {
            let lines: Vec<String> = several.iter().map(|text| format!("    {},\n", quoted(text))).collect();
            format!("[\n{}]", lines.concat())
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_one_string_of_toml() {
        let names = ["a\"b\\c\nd\u{7f}".to_owned(), "ü".to_owned()];
        let text = format!("paths = {}", array(&names));
        let table: toml::de::DeTable<'_> = toml::de::DeTable::parse(&text).unwrap().into_inner();
        let toml::de::DeValue::Array(read) = table["paths"].get_ref() else { panic!("{text}") };
        let read: Vec<&str> = read.iter().filter_map(|item| item.get_ref().as_str()).collect();
        assert_eq!(read, ["a\"b\\c\nd\u{7f}", "ü"]);
    }
}

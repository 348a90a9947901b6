//! `hark.toml`: what is said once instead of at every command.
//!
//! In two stages: what was written (`section.rs`: places in the file, keys that nobody knows, values of the wrong kind), then
//! what it means (a file for each section, which checks what only its feature can). All faults of a file are told at
//! once, each with its line. The command line goes before the file, and the file before the defaults.
//!
//! A section is a file here with a struct and a `read(&mut Section)`; asking a section for a key is what makes it
//! known. Its keys stand, commented, in `docs/hark.toml`, which a test compares with what is asked for.

mod attention;
mod metrics;
mod patterns;
mod season;
mod section;
mod services;
mod sources;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::arguments::Sources;
use crate::failure::Failure;

pub(crate) use attention::AttentionSettings;
pub(crate) use metrics::MetricSettings;
pub(crate) use patterns::PatternSettings;
pub(crate) use season::SeasonSettings;
pub(crate) use section::Fault;
use section::{Section, read_document};
pub(crate) use services::ServiceSettings;
use sources::SourceSettings;

/// The file that is read without being asked for.
pub(crate) const FILE_NAME: &str = "hark.toml";
/// A longer file is no file of settings.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What a command was asked to do, once the settings are known.
pub(crate) struct Settings {
    /// What to read, the command line before the file.
    pub(crate) sources: Sources,
    pub(crate) attention: AttentionSettings,
    pub(crate) patterns: PatternSettings,
    pub(crate) season: SeasonSettings,
    pub(crate) metrics: MetricSettings,
    pub(crate) services: ServiceSettings,
}

/// What a file of settings means by itself.
#[derive(PartialEq, Debug, Default)]
struct Written {
    sources: SourceSettings,
    attention: AttentionSettings,
    patterns: PatternSettings,
    season: SeasonSettings,
    metrics: MetricSettings,
    services: ServiceSettings,
}

impl Settings {
    /// Those of the file that is named, else of `hark.toml` in the working directory if there is one.
    pub(crate) fn of(sources: &Sources) -> Result<Self, Failure> {
        let written = match &sources.config {
            Some(path) => Some((path.as_path(), read_file(path)?)),
            None => read_if_there(Path::new(FILE_NAME))?.map(|text| (Path::new(FILE_NAME), text)),
        };
        let written = written.map(|(path, text)| Written::read(&text, path)).transpose()?;
        let Written { sources: said, attention, patterns, season, metrics, services } =
            written.unwrap_or_default();
        let sources = said.below(sources);
        if sources.paths.is_empty() {
            return Err(Failure::NoPath);
        }
        Ok(Self { sources, attention, patterns, season, metrics, services: services.with_file()? })
    }

    /// The defaults, for what is asked here and nothing else.
    pub(crate) fn plain(sources: Sources) -> Self {
        let Written { attention, patterns, season, metrics, services, .. } = Written::default();
        Self { sources, attention, patterns, season, metrics, services }
    }
}

impl Written {
    fn read(text: &str, path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let (written, faults) = read_document(text, |document: &mut Section<'_, '_>| Self {
            sources: document.section("sources", |section| SourceSettings::read(section, folder)),
            attention: document.section("attention", AttentionSettings::read),
            patterns: document.section("patterns", PatternSettings::read),
            season: document.section("season", SeasonSettings::read),
            metrics: document.section("metrics", MetricSettings::read),
            services: document.section("services", |section| ServiceSettings::read(section, folder)),
        });
        if faults.is_empty() { Ok(written) } else { Err(Failure::Settings { path: path.to_owned(), faults }) }
    }
}

fn read_if_there(path: &Path) -> Result<Option<String>, Failure> {
    match read_file(path) {
        Err(Failure::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let unreadable = |source| Failure::Unreadable { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(unreadable(std::io::Error::new(ErrorKind::InvalidData, "longer than 1 MiB")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../docs/hark.toml");

    fn read(text: &str) -> Result<Written, Vec<String>> {
        Written::read(text, Path::new("hark.toml")).map_err(|failure| {
            let Failure::Settings { faults, .. } = failure else { panic!("{failure}") };
            faults.iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
        })
    }

    #[test]
    fn the_shipped_file_says_the_defaults() {
        assert_eq!(read(SHIPPED), Ok(Written::default()));
    }

    #[test]
    fn the_shipped_file_shows_every_setting_and_no_other() {
        // An example is a setting behind `# `, a sentence is not.
        let is_setting = |line: &str| {
            line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
        };
        let uncommented: Vec<&str> = SHIPPED
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|line| is_setting(line)).unwrap_or(line))
            .collect();
        // The example of a setting that has a default as well takes its place.
        let key =
            |line: &str| line.split_once(" = ").filter(|_| is_setting(line)).map(|(key, _)| key.to_owned());
        let is_last = |(at, line): &(usize, &&str)| {
            key(line).is_none()
                || !uncommented[at + 1..]
                    .iter()
                    .take_while(|next| !next.starts_with('['))
                    .any(|next| key(next) == key(line))
        };
        let text: Vec<&str> = uncommented.iter().enumerate().filter(is_last).map(|(_, line)| *line).collect();
        let text = text.join("\n");
        let written = read(&text).unwrap();
        assert_ne!(written, Written::default(), "{text}");
        let keys = text.lines().filter(|line| key(line).is_some()).count();
        assert_eq!(
            section::keys_known(&text, |document| {
                document.section("sources", |section| SourceSettings::read(section, Path::new("")));
                document.section("attention", AttentionSettings::read);
                document.section("patterns", PatternSettings::read);
                document.section("season", SeasonSettings::read);
                document.section("metrics", MetricSettings::read);
                document.section("services", |section| ServiceSettings::read(section, Path::new("")));
            }),
            keys
        );
    }

    #[test]
    fn the_attention_budget_is_what_was_written() {
        let budget = |text| read(text).map(|written| written.attention.budget());
        assert_eq!(budget("[attention]\nitems_per_day = 7"), Ok(hark_listen::Attention::Budget(7)));
        assert_eq!(budget(""), Ok(hark_listen::Attention::Budget(5)));
    }

    #[test]
    fn what_nobody_knows_is_named_with_the_nearest_that_is_known() {
        assert_eq!(
            read("[patterns]\nnever_merg = []\n[source]\npaths = []\n[attention]\nx = 1\n"),
            Err(vec![
                "2: unknown key `patterns.never_merg`; did you mean `patterns.never_merge`?".to_owned(),
                "3: unknown key `source`; did you mean `sources`?".to_owned(),
                "6: unknown key `attention.x`; known are `items_per_day`".to_owned(),
            ])
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        let faults = |text| read(text).expect_err("a fault").join("\n");
        assert_eq!(
            faults("[sources]\npaths = \"logs\""),
            "2: `sources.paths` is a text, and should be a list of texts"
        );
        assert_eq!(
            faults("[sources]\n\ntz = \"Mars/Base\""),
            "3: `sources.tz` is `Mars/Base`, which is no time zone"
        );
        assert_eq!(
            faults("[attention]\nitems_per_day = 0"),
            "2: `attention.items_per_day` is 0, and should be a number from 1 to 1000"
        );
        assert_eq!(
            faults("[patterns]\nmask_forms = [\n  'ok[0-9]+',\n  'a.b',\n]"),
            "4: `patterns.mask_forms` holds `a.b`, which holds `.`: say which characters (`[^ ]` is all but a blank), or write `\\.`"
        );
        assert_eq!(
            faults("[patterns]\ndefined = [\"<*>\"]"),
            "2: `patterns.defined` holds `<*>`, which has no word of its own, so that it would match everything"
        );
        assert_eq!(
            faults("[season]\nholidays = [\"12-25\", \"02-30\"]"),
            "2: `season.holidays` holds `02-30`, which is neither a day (2026-04-06) nor one of every year (12-25)"
        );
        assert_eq!(
            faults("[metrics]\nlimits = [\"queue_depth many\"]"),
            "2: `metrics.limits` holds `queue_depth many`, which is not a series, a blank and a number"
        );
        assert!(faults("[sources\n").starts_with("1: "));
        assert_eq!(faults("sources = 3"), "1: `sources` is a number, and should be a section");
    }
}

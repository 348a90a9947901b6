//! `hark back`: the story that led to an incident.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use hark_event::Zone;
use hark_pattern::Rules;
use hark_story::{Asked, Known, Look, Story, tell};

use crate::arguments::{Format, Sources, Telling};
use crate::failure::Failure;
use crate::reading::{self, Clock, Listened};
use crate::settings::Settings;
use crate::writing::{remark, screen, write_file, write_result};

/// A crash log longer than this says no more.
const CRASH_BYTES_MAX: u64 = 1024 * 1024;

/// The story that led to an incident: what did the system know before the users did?
#[derive(Args, Debug)]
pub(crate) struct Back {
    #[command(flatten)]
    sources: Sources,
    /// When users were first hurt.
    #[arg(long, value_name = "TIME")]
    at: String,
    /// When it was over.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The service at which users were hurt (default: what reports, alerts or errors around the start name).
    #[arg(long, value_name = "SERVICE")]
    on: Option<String>,
    /// The crash log or stack trace.
    #[arg(long, value_name = "FILE")]
    crash: Option<PathBuf>,
    /// What people call the incident.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Also draws the weeks before into this file, as SVG, for a document that shows pictures.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// How long before the start it may have begun, for ranking services by their minutes. For measuring that ranking.
    #[arg(long, value_name = "SECONDS", hide = true)]
    look_before: Option<u32>,
    /// The share of usual minutes that stray less than what counts as straying, from 0 to 1. For measuring that ranking.
    #[arg(long, value_name = "SHARE", hide = true, value_parser = share)]
    look_usual: Option<f64>,
    #[command(flatten)]
    telling: Telling,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a number from 0 to 1".to_owned())
}

impl Back {
    fn look(&self) -> Look {
        let usual = Look::default();
        Look {
            before_seconds: self.look_before.map_or(usual.before_seconds, i64::from),
            usual_share: self.look_usual.unwrap_or(usual.usual_share),
        }
    }

    pub(crate) fn run(&self) -> Result<(), Failure> {
        let settings = Settings::of(&self.sources)?;
        let rules = &settings.patterns.rules;
        let clock = Clock::of(&settings.sources)?;
        let asked = Asked {
            start: clock.moment(&self.at)?,
            end: self.until.as_deref().map(|text| clock.moment(text)).transpose()?,
            service: self.on.clone(),
            title: self.title.clone(),
            crash: self.crash.as_deref().map(|path| read_crash(path, rules)).transpose()?,
            look: self.look(),
        };
        if asked.end.is_some_and(|end| end < asked.start) {
            return Err(Failure::EndsBeforeItStarts);
        }
        let listener = reading::listener(&settings, &clock).looking_around(asked.start);
        let listened = reading::listen_with(listener, &settings, &self.telling, clock)?;
        let of_crash = self.crash.as_deref().and_then(|path| doubt_crash(path, &asked, &listened.heard));
        let zone = listened.zone.clone();
        let story = story(&asked, listened, self.telling.quiet);
        let mut doubts: Vec<String> = of_crash.into_iter().collect();
        // People read these in the story itself; whoever has it written elsewhere should not learn of them later.
        if self.telling.format != Format::Human {
            doubts.extend(hark_tell::story::doubts(&story, &zone));
        }
        remark(&doubts, self.telling.quiet);
        if let Some(path) = &self.picture {
            write_file(path, &hark_tell::story::picture(&story, &zone))?;
        }
        write_result(&told(&story, self.telling.format, &zone))
    }
}

/// The story in the format that was asked for.
pub(crate) fn told(story: &Story, format: Format, zone: &Zone) -> String {
    match format {
        Format::Human => hark_tell::story::human(story, &screen(zone)),
        Format::Json => hark_tell::story::json(story),
        Format::Markdown => hark_tell::story::markdown(story, zone),
        Format::Html => hark_tell::story::html(story, zone),
    }
}

/// What a crash log is good for: it is shown, and names the service if nobody else did.
fn doubt_crash(path: &Path, asked: &Asked, heard: &hark_listen::Heard) -> Option<String> {
    let crash = asked.crash.as_deref().unwrap_or_default();
    let path = path.display();
    if crash.trim().is_empty() {
        return Some(format!(
            "{path} is empty: it says nothing of the crash; give the log or stack trace itself"
        ));
    }
    let names_one = heard.services.iter().any(|service| crash.contains(&*service.origin.service));
    (!names_one).then(|| {
        format!("{path} names no service that was heard: it is shown, and tied to nothing; --on says where users were hurt")
    })
}

/// Puts together what is known, and tells.
pub(crate) fn story(asked: &Asked, listened: Listened, quiet: bool) -> Story {
    tell(asked, known(listened, quiet))
}

/// All that is known, for whoever asks of it.
pub(crate) fn known(listened: Listened, quiet: bool) -> Known {
    let said = listened.repositories.say_about(&listened.heard);
    remark(&said.remarks, quiet);
    let mut changes = listened.told.changes;
    changes.extend(listened.repositories.changes.iter().cloned());
    let notes = listened.repositories.notes();
    Known {
        has_repository: !listened.repositories.is_empty(),
        heard: listened.heard,
        alerts: listened.told.alerts,
        reports: listened.told.reports,
        changes,
        code: said.joins,
        notes,
        mute_notes: said.mute_notes,
        hearing: listened.hearing,
    }
}

fn read_crash(path: &Path, rules: &Rules) -> Result<String, Failure> {
    let unreadable = |source| Failure::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(unreadable)?
        .take(CRASH_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.contains(&0) {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is binary, no log and no stack trace",
        )));
    }
    Ok(rules.mask_secrets(&String::from_utf8_lossy(&bytes)).text.into_owned())
}

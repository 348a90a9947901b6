//! `hark demo`: a small world with a known story, listened to and told as any other.

use std::path::PathBuf;

use clap::Args;
use hark_event::Zone;
use hark_rehearsal::{Rehearsal, Tale};

use crate::arguments::{Format, Sources, Telling};
use crate::commands::back::story;
use crate::failure::Failure;
use crate::reading::{self, Clock};
use crate::settings::Settings;
use crate::writing::{screen, write_file, write_result};

const STORY_FILE: &str = "story.html";
const PICTURE_FILE: &str = "story.svg";

/// Makes a small world with a known story, listens to it, and tells the story.
///
/// Five weeks of a shop: logs, metrics, alerts, user reports and a Git repository, on which it runs exactly what
/// you would run on yours. Needs no network.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Where the world and the story go.
    #[arg(value_name = "DIR", default_value = "demo")]
    directory: PathBuf,
    /// Another story: leak, retry-creep, unlikely-branch, forbidden-transition, vanished-heartbeat, disk-filling,
    /// tail-latency, sudden-outage, quiet.
    #[arg(long, value_name = "NAME", default_value = "timeout-edit", value_parser = |name: &str| name.parse::<Tale>())]
    tale: Tale,
    /// Another chance: chooses scene, times and noise.
    #[arg(long, value_name = "N", default_value_t = Rehearsal::demo().seed)]
    seed: u64,
    #[command(flatten)]
    telling: Telling,
}

impl Demo {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let truth =
            Rehearsal { tale: self.tale, seed: self.seed, ..Rehearsal::demo() }.write(&self.directory)?;
        let telemetry = self.directory.join("telemetry");
        let repository = self.directory.join("repository");
        let (at, on) = match &truth.incident {
            Some(incident) => (incident.start, Some(incident.service)),
            None => (truth.now, None),
        };
        self.say(&format!(
            "A shop of {} services, five weeks: {} log lines, {} series, a repository. What a user would now run:\n\n  \
             hark back --at {at}{} --repo {} {}\n",
            truth.services.len(),
            truth.lines,
            truth.series,
            on.map_or(String::new(), |service| format!(" --on {service}")),
            repository.display(),
            telemetry.display(),
        ));
        let sources = Sources {
            paths: vec![telemetry],
            repo: vec![repository],
            tz: Some("UTC".to_owned()),
            ..Sources::default()
        };
        let clock = Clock { zone: Zone::utc(), as_of: None };
        let listened = reading::listen(&Settings::plain(sources), &self.telling, clock)?;
        let zone = listened.zone.clone();
        let asked = hark_story::Asked {
            start: at,
            end: None,
            service: on.map(str::to_owned),
            title: None,
            crash: None,
            look: hark_story::Look::default(),
        };
        let story = story(&asked, listened, self.telling.quiet);
        let page = self.directory.join(STORY_FILE);
        write_file(&page, &hark_tell::story::html(&story, &zone))?;
        write_file(&self.directory.join(PICTURE_FILE), &hark_tell::story::picture(&story, &zone))?;
        write_result(&match self.telling.format {
            Format::Human => hark_tell::story::human(&story, &screen(&zone)),
            Format::Json => hark_tell::story::json(&story),
            Format::Markdown => hark_tell::story::markdown(&story, &zone),
            Format::Html => hark_tell::story::html(&story, &zone),
        })?;
        self.say(&format!("\nThe same story as a page: {}", page.display()));
        Ok(())
    }

    fn say(&self, text: &str) {
        if !self.telling.quiet {
            eprintln!("{text}");
        }
    }
}

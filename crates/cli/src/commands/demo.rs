//! `hark demo`: a small world with a known story, listened to and told as any other.

use std::path::PathBuf;

use clap::Args;
use hark_event::{Moment, Zone};
use hark_listen::Attention;
use hark_rehearsal::{Rehearsal, Tale};

use crate::arguments::{Format, Sources, Telling};
use crate::commands::{back, listen};
use crate::failure::Failure;
use crate::reading::{self, Clock, Listened};
use crate::settings::Settings;
use crate::writing::{write_file, write_result};

const STORY_FILE: &str = "story.html";
const PICTURE_FILE: &str = "story.svg";

/// Makes a small world with a known story, listens to it, and tells the story. In the tale `quiet` nothing happens, and what the
/// system is saying is told instead.
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
        let asks = match &truth.incident {
            Some(incident) => format!("back --at {} --on {}", incident.start, incident.service),
            None => "listen --all".to_owned(),
        };
        self.say(&format!(
            "A shop of {} services, five weeks: {} log lines, {} series, a repository. What a user would now run:\n\n  \
             hark {asks} --repo {} {}\n",
            truth.services.len(),
            truth.lines,
            truth.series,
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
        let settings = Settings::plain(sources);
        let listener = reading::listener(&settings, &clock);
        let listener = match &truth.incident {
            Some(incident) => listener.looking_around(incident.start),
            None => listener,
        };
        let listened = reading::listen_with(listener, &settings, &self.telling, clock)?;
        match truth.incident {
            Some(incident) => self.tell_story(incident.start, incident.service, listened),
            None => self.tell_quiet(listened),
        }
    }

    fn tell_story(&self, start: Moment, service: &str, listened: Listened) -> Result<(), Failure> {
        let zone = listened.zone.clone();
        let asked = hark_story::Asked {
            start,
            end: None,
            service: Some(service.to_owned()),
            title: None,
            crash: None,
            look: hark_story::Look::default(),
        };
        let story = back::story(&asked, listened, self.telling.quiet);
        write_file(&self.directory.join(PICTURE_FILE), &hark_tell::story::picture(&story, &zone))?;
        self.write(|format| back::told(&story, format, &zone))
    }

    /// Where nothing happened there is no story to tell: it is listened to.
    fn tell_quiet(&self, mut listened: Listened) -> Result<(), Failure> {
        let zone = listened.zone.clone();
        let since = listened.heard.as_of.plus_seconds(-listen::DAY_SECONDS);
        let listening = listen::listening(&mut listened, since, Attention::All);
        self.write(|format| listen::told(&listening, format, &zone))
    }

    /// Writes the page, and the same as it was asked for.
    fn write(&self, told: impl Fn(Format) -> String) -> Result<(), Failure> {
        let page = self.directory.join(STORY_FILE);
        write_file(&page, &told(Format::Html))?;
        write_result(&told(self.telling.format))?;
        self.say(&format!("\nThe same as a page: {}", page.display()));
        Ok(())
    }

    fn say(&self, text: &str) {
        if !self.telling.quiet {
            eprintln!("{text}");
        }
    }
}

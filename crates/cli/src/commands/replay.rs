//! `hark replay`: how well would listening have served?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use hark_event::{Moment, PastIncident, Zone};
use hark_ingest::incidents;
use hark_listen::Heard;
use hark_story::replay;

use crate::arguments::{Format, Sources, Telling};
use crate::commands::back::known;
use crate::failure::Failure;
use crate::reading::{self, Clock};
use crate::settings::Settings;
use crate::writing::{remark, screen, write_result};

/// How well would listening have served?
///
/// Listens to the past as if live and holds what it says against your incidents: what each kind of signal was followed by,
/// how early, how often nothing followed, and what chance would give.
#[derive(Args, Debug)]
pub(crate) struct Replay {
    #[command(flatten)]
    sources: Sources,
    /// The incidents: JSON lines of `{ "start", "end", "service", "title" }`; only `start` must be there.
    #[arg(long, value_name = "FILE")]
    incidents: PathBuf,
    #[command(flatten)]
    telling: Telling,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (incidents, problems) = read(&self.incidents)?;
        let settings = Settings::of(&self.sources)?;
        let clock = Clock::of(&settings.sources)?;
        let listened = reading::listen(&settings, &self.telling, clock)?;
        remark(&problems, self.telling.quiet);
        let now = listened.heard.as_of;
        let (past, ahead): (Vec<PastIncident>, Vec<PastIncident>) =
            incidents.into_iter().partition(|incident| incident.start <= now);
        let mut left_out = ahead_of(&ahead, now, &listened.zone).into_iter().collect::<Vec<_>>();
        left_out.extend(unheard(&past, &listened.heard));
        remark(&left_out, self.telling.quiet);
        let zone = listened.zone.clone();
        let replay = replay(&known(listened, self.telling.quiet), &past);
        write_result(&match self.telling.format {
            Format::Json => hark_tell::replay::json(&replay),
            Format::Human => hark_tell::replay::human(&replay, &screen(&zone)),
            Format::Markdown => hark_tell::replay::markdown(&replay, &zone),
            Format::Html => hark_tell::replay::html(&replay, &zone),
        })
    }
}

/// What is said of incidents that lie after all that was heard.
fn ahead_of(ahead: &[PastIncident], now: Moment, zone: &Zone) -> Option<String> {
    let which = match ahead.len() {
        0 => return None,
        1 => "an incident is left out".to_owned(),
        many => format!("{many} incidents are left out"),
    };
    Some(if now == Moment::default() {
        format!("{which}: nothing was heard")
    } else {
        format!("{which}: the last that was heard is of {}", zone.said(now))
    })
}

/// What is said of services that an incident names and nobody heard of: perhaps they are called otherwise.
fn unheard(incidents: &[PastIncident], heard: &Heard) -> Vec<String> {
    let known: BTreeSet<&str> = heard.services.iter().map(|service| &*service.origin.service).collect();
    let named: BTreeSet<&str> = incidents
        .iter()
        .filter_map(|incident| incident.service.as_deref())
        .filter(|name| !known.contains(name))
        .collect();
    named
        .into_iter()
        .map(|name| format!("an incident names the service `{name}`, of which nothing was heard"))
        .collect()
}

/// The list of incidents, which must hold one at least.
fn read(path: &Path) -> Result<(Vec<PastIncident>, Vec<String>), Failure> {
    let bytes = fs::read(path).map_err(|source| Failure::Unreadable { path: path.to_owned(), source })?;
    let (read, problems) = incidents(&String::from_utf8_lossy(&bytes));
    if read.is_empty() {
        return Err(Failure::NoIncident { path: path.to_owned(), because: problems.into_iter().next() });
    }
    let named = |problem: String| format!("`{}`, {problem}", path.display());
    Ok((read, problems.into_iter().map(named).collect()))
}

//! `hark check`: what would be heard, what would not, and why.

use clap::Args;
use hark_event::{RepositoryHeard, Survey};
use hark_ingest::{Discovery, discover_to_look, doubts};

use crate::arguments::{Format, Sources, Telling};
use crate::failure::Failure;
use crate::reading::{self, Clock};
use crate::repositories::Repositories;
use crate::settings::Settings;
use crate::surveying::{self, survey};
use crate::writing::{remark, screen, write_result};

/// What would be heard, what would not, and why.
///
/// Looks at everything without listening to it: what each file is, whose it is, from when to when, what could not be
/// understood, whether times can be trusted, and what that much history is enough for. Of more than 2 GB a sample is read.
#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    telling: Telling,
}

impl Check {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let settings = Settings::of(&self.sources)?;
        let sources = &settings.sources;
        let clock = Clock::of(sources)?;
        let Discovery { sources: files, unread, mut remarks } =
            discover_to_look(&sources.paths, surveying::BYTES_MAX);
        let how = reading::reading(sources, &clock);
        let quiet = self.telling.quiet;
        let mut surveyed = survey(&files, &how, surveying::BYTES_MAX, reading::threads(sources), quiet);
        let mut hearing = surveyed.hearing;
        if clock.as_of.is_none() {
            hearing.end_where_plausible();
        }
        hearing.unread.extend(unread);
        let rules = &settings.patterns.rules;
        reading::mask_hearing(&mut hearing, rules);
        surveyed.forms.iter_mut().for_each(|form| reading::mask_hearing(&mut form.hearing, rules));
        surveyed.times.iter_mut().for_each(|times| reading::mask(&mut times.path, rules));
        hearing.unread.sort();
        if surveyed.surveyor.unnamed > 0 {
            hearing.cut("events of services beyond 5,000, told of none by name", surveyed.surveyor.unnamed);
        }
        remarks.extend(reading::remark_on_late(&hearing, clock.as_of, &clock.zone));
        remarks.extend(reading::remarks_on_files(&hearing));
        remarks.iter_mut().for_each(|remark| reading::mask(remark, rules));
        remark(&remarks, quiet);
        let told = surveyed.surveyor.alerts + surveyed.surveyor.reports + surveyed.surveyor.changes;
        let is_explained = hearing.is_of_nothing() || hearing.late_first.is_some();
        if hearing.records + hearing.samples + hearing.spans + told == 0 && !is_explained {
            crate::writing::remark_on(&hearing, &[], quiet);
            return Err(reading::nothing_read(&hearing, &remarks, &settings, &self.telling));
        }
        let read_in = (clock.zone_name(), sources.tz.is_some());
        let clocks = doubts(&surveyed.times, (&read_in.0, read_in.1), hearing.outliers);
        let (alerts, reports, changes) =
            (surveyed.surveyor.alerts, surveyed.surveyor.reports, surveyed.surveyor.changes);
        let survey = Survey {
            sampled: surveyed.sampled,
            forms: surveyed.forms,
            services: surveyed.surveyor.services(rules),
            clocks,
            repositories: repositories(&settings, &clock, &hearing, quiet)?,
            alerts,
            reports,
            changes,
            hearing,
        };
        let zone = &clock.zone;
        write_result(&match self.telling.format {
            Format::Human => hark_tell::survey::human(&survey, &screen(zone)),
            Format::Json => hark_tell::survey::json(&survey),
            Format::Markdown => hark_tell::survey::markdown(&survey, zone),
            Format::Html => hark_tell::survey::html(&survey, zone),
        })
    }
}

fn repositories(
    settings: &Settings,
    clock: &Clock,
    hearing: &hark_event::Hearing,
    quiet: bool,
) -> Result<Vec<RepositoryHeard>, Failure> {
    let Some(now) = clock.as_of.or(hearing.to) else { return Ok(Vec::new()) };
    let read = Repositories::read(&settings.sources.repo, now, &settings.patterns.rules)?;
    remark(&read.remarks, quiet);
    Ok(read.heard())
}

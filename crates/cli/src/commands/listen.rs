//! `hark listen`: what is the system saying that nobody has answered?

use clap::Args;
use hark_event::{Listening, Moment, SubjectKind, Zone};
use hark_listen::{Attention, nearing, select};

use crate::arguments::{Format, Sources, Telling};
use crate::failure::Failure;
use crate::moment_words;
use crate::reading::{self, Clock, Listened};
use crate::settings::Settings;
use crate::writing::{screen, write_result};

/// Without a word about since when, of the last day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// What is the system saying that nobody has answered?
///
/// Signals noticed in the last day, ranked, five a day at most.
#[derive(Args, Debug)]
pub(crate) struct Listen {
    #[command(flatten)]
    sources: Sources,
    /// Signals noticed since then (default: a day before now); "3 days ago" and the like count from now, which is --as-of or the
    /// latest record.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// All of them, without the attention budget.
    #[arg(long)]
    all: bool,
    /// How rare a finding must be to be said, from 0 (daily) to 1 (once in a million quiet subject-days); below the
    /// usual 0.5 (once in a thousand) much of it is noise.
    #[arg(long, value_name = "STRENGTH", value_parser = strength)]
    strength_min: Option<f64>,
    /// How long a series rests after an episode before it can be said again; a week unless told otherwise. For measuring what the
    /// detectors would say by themselves.
    #[arg(long, value_name = "HOURS", hide = true)]
    rest_hours: Option<u32>,
    #[command(flatten)]
    telling: Telling,
}

fn strength(text: &str) -> Result<f64, String> {
    let strength = text.parse().ok().filter(|strength| (0.0..=1.0).contains(strength));
    strength.ok_or_else(|| {
        "give a number from 0 (says daily things) to 1 (once in a million); the usual is 0.5".to_owned()
    })
}

impl Listen {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let settings = Settings::of(&self.sources)?;
        let clock = Clock::of(&settings.sources)?;
        // What is no time is refused before anything is read.
        self.since.as_deref().map(|text| clock.moment(text)).transpose()?;
        let listener = reading::listener(&settings, &clock);
        let listener = match self.strength_min {
            Some(strength) => listener.saying_from(strength),
            None => listener,
        };
        let listener = match self.rest_hours {
            Some(hours) => listener.resting(hours),
            None => listener,
        };
        let mut listened = reading::listen_with(listener, &settings, &self.telling, clock)?;
        let as_of = listened.heard.as_of;
        // Now is what was heard last, and from there "3 days ago" counts, however long ago that was.
        let typed = |text: &str| moment_words::moment(text, &listened.zone, as_of.timestamp());
        let since = self.since.as_deref().map(typed).transpose()?;
        if since.is_some_and(|since| since > as_of) {
            return Err(Failure::SinceAfterNow { now: listened.zone.said(as_of) });
        }
        let attention = if self.all { Attention::All } else { settings.attention.budget() };
        let since = since.unwrap_or_else(|| as_of.plus_seconds(-DAY_SECONDS));
        let listening = listening(&mut listened, since, attention);
        write_result(&told(&listening, self.telling.format, &listened.zone))
    }
}

/// What spoke, in the format that was asked for.
pub(crate) fn told(listening: &Listening, format: Format, zone: &Zone) -> String {
    match format {
        Format::Human => hark_tell::listening::human(listening, &screen(zone)),
        Format::Json => hark_tell::listening::json(listening),
        Format::Markdown => hark_tell::listening::markdown(listening, zone),
        Format::Html => hark_tell::listening::html(listening, zone),
    }
}

/// What was noticed since then, and how rare each of it is.
pub(crate) fn listening(listened: &mut Listened, since: Moment, attention: Attention) -> Listening {
    let as_of = listened.heard.as_of;
    listened.heard.rate(as_of, &[]);
    let mut selection = select(&listened.heard.episodes, since, as_of, attention);
    if !listened.repositories.is_empty() {
        let said = listened.repositories.say_about(&listened.heard);
        for episode in &mut selection.shown {
            if let Some(join) = said.joins.get(&episode.signal.id) {
                episode.code = join.places.clone();
            }
        }
    }
    Listening {
        waiting: hark_listen::waiting(&listened.hearing),
        as_of,
        since,
        episodes: selection.shown,
        held_back: selection.held_back,
        explained: selection.explained,
        nearing: nearing(&listened.heard.episodes, since),
        services: listened
            .heard
            .subjects
            .get(&SubjectKind::Service)
            .map_or(0, |&count| count as usize)
            .max(listened.services_in_open_hour),
        hearing: listened.hearing.clone(),
    }
}

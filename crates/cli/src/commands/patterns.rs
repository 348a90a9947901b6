//! `hark patterns`: what do the logs say, and how often?

mod explain;

use std::sync::Arc;

use clap::{Args, ValueEnum};
use hark_event::{Event, Id, Level, Moment, Pattern, SubjectKind};
use hark_ingest::{Reading, Source};
use hark_listen::Ledger;
use hark_memory::Sorter;
use hark_pattern::{Rules, Shaper};

use crate::arguments::{Format, Sources, Telling};
use crate::failure::Failure;
use crate::reading::{self, Clock, Counted, Readings};
use crate::settings::Settings;
use crate::writing::{ResultWriter, remark_on, screen, write_result};

use explain::Again;

/// Steps of the curve beside a pattern.
const CURVE_STEPS: usize = 24;
/// Patterns that people are shown unless they ask for more.
const SHOWN_TO_PEOPLE: usize = 40;

/// What do the logs say, and how often?
///
/// Every record stands under exactly one pattern, so the counts add up to all records.
#[derive(Args, Debug)]
pub(crate) struct Patterns {
    #[command(flatten)]
    sources: Sources,
    /// Which pattern each record belongs to, one line each in the order of the files: for people and JSON lines only.
    #[arg(long)]
    assign: bool,
    /// Why this pattern is one, what stayed apart from it, what stood in its wildcards, and which identities became part of it.
    #[arg(long, value_name = "ID", conflicts_with = "assign")]
    explain: Option<String>,
    /// What stood in the wildcards and in the fields beside the messages, of a few records of each pattern: in JSON only. Takes longer.
    #[arg(long, conflicts_with_all = ["assign", "explain"])]
    values: bool,
    /// The order.
    #[arg(long, value_enum, default_value = "count", value_name = "ORDER")]
    sort: Order,
    /// Only patterns of which any record is at this level or louder, however few: how many is told beside each.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    level: Option<Level>,
    /// Only patterns that contain this text, in any case.
    #[arg(long, value_name = "TEXT")]
    containing: Option<String>,
    /// Only patterns first seen since then.
    #[arg(long, value_name = "TIME")]
    new_since: Option<String>,
    /// Only so many (default: all; for people, 40).
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    #[command(flatten)]
    telling: Telling,
}

/// What comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Order {
    /// The most frequent.
    Count,
    /// The newest.
    First,
    /// The most recently heard.
    Last,
    /// The loudest, by the level of their loudest records and then by how many these are.
    Level,
    /// By the alphabet.
    Pattern,
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| "a level is one of trace, debug, info, warn, error, fatal".to_owned())
}

impl Patterns {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.refuse_documents()?;
        self.refuse_selection()?;
        let settings = Settings::of(&self.sources)?;
        let rules = &settings.patterns.rules;
        let clock = Clock::of(&settings.sources)?;
        let new_since = self.new_since.as_deref().map(|text| clock.moment(text)).transpose()?;
        let readings = match (self.assign || self.explain.is_some(), self.values) {
            (true, _) => Readings::Two,
            (_, true) => Readings::OneForValues,
            _ => Readings::One,
        };
        let reading = Reading {
            hears_timeless: true,
            hears_fields: self.explain.is_some() || readings == Readings::OneForValues,
            ..reading::reading(&settings.sources, &clock)
        };
        let Counted { files, sorter, mut hearing, remarks, .. } =
            reading::count(&settings, &self.telling, &reading, readings)?;
        reading::check_read(&hearing, &remarks, &settings, &self.telling)?;
        let ledger = ledger(sorter, rules)?;
        hearing.cut(
            "records of patterns beyond the limits, of which only the number is kept",
            ledger.records_beyond(),
        );
        if readings == Readings::OneForValues {
            hearing.cut(
                "records of shapes beyond 4,096 an hour, whose values are not known",
                ledger.records_unpicked(),
            );
        }
        hearing.cut.retain(|cut| cut.count > 0);
        remark_on(&hearing, &remarks, self.telling.quiet);
        if self.assign {
            return self.tell_each(&files, &reading, &ledger, rules);
        }
        if let Some(id) = &self.explain {
            let again = Again { files: &files, reading: &reading, ledger: &ledger, rules };
            let explained = again.explain(&Id::known(id.to_lowercase()), hearing)?;
            return write_result(&match self.telling.format {
                Format::Json => hark_tell::patterns::explained_json(&explained),
                _ => hark_tell::patterns::explained_human(&explained, &screen(&clock.zone)),
            });
        }
        let drawn = hearing.from.zip(hearing.to).filter(|_| self.telling.format != Format::Json);
        let all = ledger.patterns(drawn, CURVE_STEPS);
        hearing.subjects.insert(SubjectKind::Pattern, all.len() as u64);
        let heard = all.len();
        let mut selected = self.select(all, new_since);
        if readings == Readings::OneForValues {
            ledger.tell_fields(&mut selected);
        }
        // What it knows has been told: tens of thousands of patterns are told in its room.
        drop(ledger);
        let patterns = hark_event::Patterns { patterns: selected, level_min: self.level, heard, hearing };
        let zone = &clock.zone;
        write_result(&match self.telling.format {
            Format::Human => hark_tell::patterns::human(&patterns, &screen(zone)),
            Format::Json => hark_tell::patterns::json(&patterns),
            Format::Markdown => hark_tell::patterns::markdown(&patterns, zone),
            Format::Html => hark_tell::patterns::html(&patterns, zone),
        })
    }

    fn refuse_documents(&self) -> Result<(), Failure> {
        if self.values && self.telling.format != Format::Json {
            return Err(Failure::OnlyJson { option: "--values" });
        }
        let option = match (self.assign, &self.explain) {
            (true, _) => "--assign",
            (_, Some(_)) => "--explain",
            _ => return Ok(()),
        };
        let is_told = matches!(self.telling.format, Format::Human | Format::Json);
        if is_told { Ok(()) } else { Err(Failure::NoDocument { option }) }
    }

    /// What each record is, or why a pattern is one, is told of all of them.
    fn refuse_selection(&self) -> Result<(), Failure> {
        let told_by = match (self.assign, &self.explain) {
            (true, _) => "--assign",
            (_, Some(_)) => "--explain",
            _ => return Ok(()),
        };
        let given = [
            ("--level", self.level.is_some()),
            ("--containing", self.containing.is_some()),
            ("--new-since", self.new_since.is_some()),
            ("--top", self.top.is_some()),
            ("--sort", self.sort != Order::Count),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Failure::NoSelection { option, told_by }),
            None => Ok(()),
        }
    }

    /// Those that were asked for, in the order that was asked for.
    fn select(&self, mut patterns: Vec<Pattern>, new_since: Option<Moment>) -> Vec<Pattern> {
        let text = self.containing.as_ref().map(|text| text.to_lowercase());
        patterns.retain(|pattern| {
            self.level.is_none_or(|least| pattern.levels.loudest() >= least)
                && text.as_ref().is_none_or(|text| pattern.name.to_lowercase().contains(text))
                && new_since.is_none_or(|since| pattern.first_seen.is_some_and(|first| first >= since))
        });
        // They come by count, which stays the order among equals.
        match self.sort {
            Order::Count => {}
            Order::First => patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.first_seen)),
            Order::Last => patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.last_seen)),
            Order::Level => {
                patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.levels.said().next_back()))
            }
            Order::Pattern => patterns.sort_by(|a, b| a.name.cmp(&b.name)),
        }
        let shown = if self.telling.format == Format::Json { usize::MAX } else { SHOWN_TO_PEOPLE };
        patterns.truncate(self.top.unwrap_or(shown));
        patterns
    }

    /// Reads the files once more, now that all is known, and says of each record where it belongs.
    fn tell_each(
        &self,
        files: &[Source],
        reading: &Reading,
        ledger: &Ledger,
        rules: &Arc<Rules>,
    ) -> Result<(), Failure> {
        let mut shaper = Shaper::with_rules(rules.clone());
        let mut out = ResultWriter::new();
        let is_json = self.telling.format == Format::Json;
        for file in files {
            if out.has_failed() {
                break;
            }
            let name = (files.len() > 1).then(|| rules.mask_secrets(file.name()).text);
            file.read(reading, &std::sync::atomic::AtomicU64::default(), &mut |event| {
                let Event::Log(record) = event else { return };
                let shape = shaper.shape_record(&record);
                let (id, pattern) = ledger.pattern_of(record.origin, shape.id, shape.text);
                out.line(&if is_json {
                    hark_tell::patterns::assigned_json(record.line, &id, pattern, name.as_deref())
                } else {
                    hark_tell::patterns::assigned_human(record.line, &id, pattern, name.as_deref())
                });
            });
        }
        out.finish()
    }
}

/// Learns hour by hour, as listening does; what is still open closes here, since everything that is known counts.
fn ledger(sorter: Sorter, rules: &Arc<Rules>) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::with_rules(rules.clone());
    for hour in sorter.into_hours()? {
        let (hour, cells) = hour?;
        ledger.close(hour, cells);
    }
    Ok(ledger)
}

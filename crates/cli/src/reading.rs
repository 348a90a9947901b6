//! From paths to what was heard: reads side by side, sorts by hour, listens hour by hour.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use hark_event::{Hearing, Hour, Moment, Unread, Zone};
use hark_ingest::{Discovery, Reading, Source, discover, discover_to_read_once};
use hark_listen::{Heard, HourCells, Listener, SideBySide, Tally, Task, Told};
use hark_memory::{MemoryError, Sorter};
use hark_pattern::Rules;
use jiff::Timestamp;

use crate::arguments::{Sources, Telling};
use crate::failure::{Failure, Remarks};
use crate::moment_words;
use crate::progress::Progress;
use crate::repositories::Repositories;
use crate::settings::Settings;
use crate::writing::{remark, remark_on};

/// Counted hours are handed on when they take about so much memory.
const HANDED_ON_AT: usize = 4 * 1024 * 1024;
/// So many hours wait between the one that is put together and the one that is listened to: each may hold sixty thousand shapes.
const HOURS_AHEAD: usize = 0;

/// What was heard, and all that a story may need besides.
pub(crate) struct Listened {
    pub(crate) heard: Heard,
    pub(crate) told: Told,
    pub(crate) repositories: Repositories,
    pub(crate) hearing: Hearing,
    pub(crate) zone: Zone,
    /// Services that spoke in the hour that has not closed yet.
    pub(crate) services_in_open_hour: usize,
}

/// What was counted, before anything listens to it.
pub(crate) struct Counted {
    /// In the order in which they were found.
    pub(crate) files: Vec<Source>,
    pub(crate) sorter: Sorter,
    pub(crate) told: Told,
    pub(crate) hearing: Hearing,
    pub(crate) remarks: Vec<String>,
}

/// The zone and the moment that options name.
pub(crate) struct Clock {
    pub(crate) zone: Zone,
    pub(crate) as_of: Option<Moment>,
}

impl Clock {
    /// Reads `--tz` and `--as-of`.
    pub(crate) fn of(sources: &Sources) -> Result<Self, Failure> {
        let zone = moment_words::zone(sources.tz.as_deref())?;
        let as_of = sources.as_of.as_deref().map(|text| moment_words::moment(text, &zone, Timestamp::now()));
        Ok(Self { zone, as_of: as_of.transpose()? })
    }

    /// What people call the zone.
    pub(crate) fn zone_name(&self) -> String {
        let zone = self.zone.time_zone();
        zone.iana_name().map_or_else(
            || {
                zone.to_fixed_offset()
                    .map_or_else(|_| "local time".to_owned(), |offset| format!("UTC{offset}"))
            },
            str::to_owned,
        )
    }

    /// Reads a time that was typed; "yesterday" counts from `--as-of`, else from today.
    pub(crate) fn moment(&self, text: &str) -> Result<Moment, Failure> {
        let today = self.as_of.map_or_else(Timestamp::now, Moment::timestamp);
        moment_words::moment(text, &self.zone, today)
    }
}

/// Reads everything and listens to it, up to now.
pub(crate) fn listen(settings: &Settings, telling: &Telling, clock: Clock) -> Result<Listened, Failure> {
    listen_with(listener(settings, &clock), settings, telling, clock)
}

/// A listener that has heard nothing yet.
pub(crate) fn listener(settings: &Settings, clock: &Clock) -> Listener {
    Listener::with_rules(clock.zone.clone(), settings.patterns.rules.clone())
        .knowing_holidays(settings.season.holidays.clone())
        .knowing_limits(settings.metrics.limits.clone())
        .knowing_calls(settings.services.calls.clone())
        .sharing(side_by_side(threads(&settings.sources)))
}

/// Reads everything and has this listener, which has heard nothing yet, listen to it.
pub(crate) fn listen_with(
    mut listener: Listener,
    settings: &Settings,
    telling: &Telling,
    clock: Clock,
) -> Result<Listened, Failure> {
    let (sources, rules) = (&settings.sources, &settings.patterns.rules);
    // Traces are followed only around a start.
    let reading = Reading { hears_traces: listener.start_asked().is_some(), ..reading(sources, &clock) };
    let Counted { sorter, mut told, mut hearing, mut remarks, .. } =
        count(settings, telling, &reading, Readings::OneAround(listener.start_asked()))?;
    if clock.as_of.is_none() {
        hearing.end_where_plausible();
    }
    // Which thread read which file does not matter, nor how often the same change was announced.
    told.changes.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.id.cmp(&b.id)));
    told.changes.dedup_by(|a, b| a.id == b.id);
    // Where there is nothing there is no now either, and any does.
    let nothing = hearing.is_of_nothing().then(Moment::default);
    let now = clock.as_of.or(hearing.to).or(nothing);
    remarks.extend(remark_on_lonely_end(&hearing, &clock));
    check_read(&hearing, &remarks, settings, telling)?;
    let Some(now) = now else {
        remark_on(&hearing, &remarks, telling.quiet);
        return Err(Failure::NothingTimed { paths: named(&sources.paths) });
    };
    let repositories = Repositories::read(&sources.repo, now, rules)?;
    remarks.extend(repositories.remarks.iter().cloned());
    listener.announce(repositories.changes.iter().chain(&told.changes).cloned());
    let services_in_open_hour = close_hours(&mut listener, sorter, now, threads(sources))?;
    let mut heard = listener.heard(now);
    if let Some(vicinity) = &mut heard.vicinity {
        vicinity.hear_spans(&told.traced);
    }
    listener.follow(&mut heard, std::mem::take(&mut told.followed));
    hearing.subjects = heard.subjects.clone();
    hearing.cut("alerts, reports and changes beyond 100,000 of a file", told.cut);
    heard.cut.iter().for_each(|(what, count)| hearing.cut(what, *count));
    hearing.cut.retain(|cut| cut.count > 0);
    remark_on(&hearing, &remarks, telling.quiet);
    Ok(Listened { heard, told, repositories, hearing, zone: clock.zone, services_in_open_hour })
}

/// Does tasks on so many threads: whoever is free takes the next one.
fn side_by_side(threads: usize) -> SideBySide {
    Arc::new(move |tasks: Vec<Task<'_>>| {
        let queue = Mutex::new(tasks.into_iter());
        let next = || queue.lock().expect("nobody panics while a task is taken").next();
        let work = || std::iter::from_fn(next).for_each(|task| task());
        std::thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
    })
}

/// How the files are to be read.
pub(crate) fn reading(sources: &Sources, clock: &Clock) -> Reading {
    Reading {
        zone: clock.zone.clone(),
        as_of: clock.as_of,
        service: sources.service.clone(),
        environment: sources.environment.clone(),
        hears_timeless: false,
        hears_fields: false,
        hears_traces: false,
        bytes_max: None,
    }
}

/// How often the files are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Readings {
    /// Once: a stream need not be kept.
    One,
    /// Once, and what spans say around this moment is kept by the minute.
    OneAround(Option<Moment>),
    /// Once, and of some records the values are kept.
    OneForValues,
    /// Once to count, and again.
    Two,
}

/// What is to be known of single files before their records are believed.
pub(crate) fn remarks_on_files(hearing: &Hearing) -> impl Iterator<Item = String> + '_ {
    hearing.file_remarks.iter().map(|remark| format!("{} {}", remark.path, remark.text))
}

/// Reads everything and counts it into hours.
pub(crate) fn count(
    settings: &Settings,
    telling: &Telling,
    reading: &Reading,
    readings: Readings,
) -> Result<Counted, Failure> {
    let Settings { sources, patterns, .. } = settings;
    let Discovery { sources: files, unread, mut remarks } = match readings {
        Readings::One | Readings::OneAround(_) | Readings::OneForValues => {
            discover_to_read_once(&sources.paths)
        }
        Readings::Two => discover(&sources.paths),
    };
    let how = How {
        reading,
        rules: &patterns.rules,
        keeps_values: readings == Readings::OneForValues,
        start: match readings {
            Readings::OneAround(start) => start,
            _ => None,
        },
        threads: threads(sources),
        quiet: telling.quiet,
    };
    let (sorter, told, mut hearing) = read_all(&files, &how)?;
    hearing.unread.extend(unread);
    mask_hearing(&mut hearing, &patterns.rules);
    hearing.unread.sort();
    remarks.extend(remark_on_zone(&hearing, sources));
    remarks.extend(remark_on_late(&hearing, reading.as_of, &reading.zone));
    remarks.extend(remarks_on_files(&hearing));
    remarks.iter_mut().for_each(|remark| mask(remark, &patterns.rules));
    Ok(Counted { files, sorter, told, hearing, remarks })
}

/// What is now hangs on a few records that came days after all others.
fn remark_on_lonely_end(hearing: &Hearing, clock: &Clock) -> Option<String> {
    let (now, (count, before)) =
        hearing.to.filter(|_| clock.as_of.is_none()).zip(hearing.latest_days.lonely_end())?;
    // Where later ones were cut the end is another.
    (now > before).then(|| {
        let whose = if count == 1 { "one record or sample" } else { "records or samples" };
        let count = if count == 1 { String::new() } else { format!("{count} ") };
        format!(
            "{count}{whose} stamped up to {}, days after all others, say what now is; if a clock was wrong, go on with --as-of {}",
            clock.zone.said(now),
            clock.zone.typed(before),
        )
    })
}

/// A zone that nobody named is worth one remark.
fn remark_on_zone(hearing: &Hearing, sources: &Sources) -> Option<String> {
    let first = hearing.zoneless_first.as_ref().filter(|_| sources.tz.is_none())?;
    let who = match hearing.zoneless {
        1 => format!("the stamps of {first} name no zone"),
        files => format!("the stamps of {files} files, as {first}, name no zone"),
    };
    Some(format!("{who} and were read in UTC; name another with --tz, or `tz` under [sources] in hark.toml"))
}

/// That nothing had arrived by the moment that was asked for is worth one, too.
pub(crate) fn remark_on_late(hearing: &Hearing, as_of: Option<Moment>, zone: &Zone) -> Option<String> {
    let (as_of, first) = as_of.zip(hearing.late_first.filter(|_| hearing.from.is_none()))?;
    Some(format!("nothing arrived by {}; the first record is of {}", zone.said(as_of), zone.said(first)))
}

/// Names of files and what other programs said of them are printed, too.
pub(crate) fn mask_hearing(hearing: &mut Hearing, rules: &Rules) {
    for Unread { path, reason, .. } in &mut hearing.unread {
        mask(path, rules);
        mask(reason, rules);
    }
    for reject in &mut hearing.rejects {
        mask(&mut reject.path, rules);
    }
    hearing.zoneless_first.iter_mut().for_each(|path| mask(path, rules));
}

/// Names of files are printed in remarks, too.
pub(crate) fn mask(text: &mut String, rules: &Rules) {
    let masked = rules.mask_secrets(text);
    if masked.count > 0 {
        *text = masked.text.into_owned();
    }
}

/// As many threads as were asked for, else one for each core.
pub(crate) fn threads(sources: &Sources) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    sources.threads.map_or_else(cores, usize::from)
}

/// Finding nothing in what could be understood is a result; understanding nothing at all is none.
pub(crate) fn check_read(
    hearing: &Hearing,
    remarks: &[String],
    settings: &Settings,
    telling: &Telling,
) -> Result<(), Failure> {
    if hearing.files > 0 {
        return Ok(());
    }
    remark_on(hearing, remarks, telling.quiet);
    Err(nothing_read(hearing, remarks, settings, telling))
}

/// That nothing was understood, and whether remarks say why.
pub(crate) fn nothing_read(
    hearing: &Hearing,
    remarks: &[String],
    settings: &Settings,
    telling: &Telling,
) -> Failure {
    // A file that was understood, and nothing in it: what was rejected or cut says why.
    if hearing.files > 0 {
        let rejected =
            hearing.rejects.iter().map(|line| format!("{}:{}: {}", line.path, line.line, line.reason));
        let cut = hearing.cut.iter().map(|cut| format!("left out were {} {}", cut.count, cut.what));
        remark(&rejected.chain(cut).collect::<Vec<_>>(), telling.quiet);
    }
    let is_nothing = hearing.files == 0 && hearing.unread.is_empty() && remarks.is_empty();
    let remarks = match (is_nothing, telling.quiet) {
        (true, _) => Remarks::None,
        (false, true) => Remarks::Unsaid,
        (false, false) => Remarks::Said,
    };
    Failure::NothingRead { paths: named(&settings.sources.paths), remarks }
}

/// The paths as a message names them.
pub(crate) fn named(paths: &[impl AsRef<Path>]) -> String {
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.as_ref().display())).collect();
    names.join(", ")
}

/// How all files are read.
struct How<'a> {
    reading: &'a Reading,
    rules: &'a Arc<Rules>,
    keeps_values: bool,
    start: Option<Moment>,
    threads: usize,
    quiet: bool,
}

/// Reads all files, several side by side. Who reads which file does not matter: parts of hours merge.
fn read_all(files: &[Source], how: &How<'_>) -> Result<(Sorter, Told, Hearing), Failure> {
    let progress = Progress::start(files.iter().map(Source::bytes_on_disk).sum(), how.quiet);
    // The largest first, so that no thread is left alone with it at the end.
    let mut order: Vec<&Source> = files.iter().collect();
    order.sort_by_key(|source| std::cmp::Reverse(source.bytes_on_disk()));
    let next = AtomicUsize::new(0);
    let sorter = Mutex::new(Sorter::new());
    let parts: Vec<Result<(Told, Hearing), MemoryError>> = std::thread::scope(|scope| {
        let worker = || {
            let (mut told, mut hearing) = (Told::default(), Hearing::default());
            while let Some(source) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (part, heard) = read_one(source, how, &sorter, &progress)?;
                told.merge(part);
                hearing.add(&heard);
            }
            Ok((told, hearing))
        };
        let workers: Vec<_> =
            (0..how.threads.clamp(1, order.len().max(1))).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a reader does not panic")).collect()
    });
    let (mut told, mut hearing) = (Told::default(), Hearing::default());
    for part in parts {
        let (part, heard) = part?;
        told.merge(part);
        hearing.add(&heard);
    }
    Ok((sorter.into_inner().expect("no reader panicked"), told, hearing))
}

fn read_one(
    source: &Source,
    how: &How<'_>,
    sorter: &Mutex<Sorter>,
    progress: &Progress,
) -> Result<(Told, Hearing), MemoryError> {
    let tally = Tally::with_rules(how.rules.clone()).looking_around(how.start);
    let mut tally = if how.keeps_values { tally.keeping_values() } else { tally };
    let mut failed = None;
    let mut events = 0_u64;
    let mut hearing = source.read(how.reading, &progress.bytes, &mut |event| {
        tally.hear(event);
        events += 1;
        if events.is_multiple_of(1024) {
            progress.events.fetch_add(1024, Ordering::Relaxed);
        }
        if tally.weight() > HANDED_ON_AT && failed.is_none() {
            failed = sorter.lock().expect("no reader panicked").add(tally.take_hours()).err();
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    sorter.lock().expect("no reader panicked").add(tally.take_hours())?;
    hearing.masked += tally.masked();
    if tally.samples_without_number() > 0 {
        hearing.cut("samples that are no number", tally.samples_without_number());
    }
    Ok((tally.take_told(), hearing))
}

/// Closes all hours that have ended by now; says how many services spoke in the one that has not.
///
/// With more than one thread the next hours are put together while one is listened to.
fn close_hours(
    listener: &mut Listener,
    sorter: Sorter,
    now: Moment,
    threads: usize,
) -> Result<usize, MemoryError> {
    let hours = sorter.into_hours()?;
    if threads < 2 {
        return close_in_order(listener, hours, now);
    }
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(HOURS_AHEAD);
        scope.spawn(move || {
            for hour in hours {
                // Whoever has heard enough has hung up: what is left need not be read.
                if sender.send(hour).is_err() {
                    break;
                }
            }
        });
        close_in_order(listener, receiver, now)
    })
}

fn close_in_order(
    listener: &mut Listener,
    hours: impl IntoIterator<Item = Result<(Hour, HourCells), MemoryError>>,
    now: Moment,
) -> Result<usize, MemoryError> {
    let mut next: Option<Hour> = None;
    let mut services_in_open_hour = 0;
    for hour in hours {
        let (hour, cells) = hour?;
        if hour.end() > now {
            // What is stamped after that lies where no clock can be believed.
            if hour <= now.hour() {
                services_in_open_hour = cells.services();
                listener.overhear(hour, &cells);
            }
            break;
        }
        close_empty(listener, next, hour);
        listener.close(hour, cells);
        next = Some(hour + 1);
    }
    close_empty(listener, next, now.hour());
    Ok(services_in_open_hour)
}

/// Closes hours in which nothing was heard, up to and without `until`; where all is forgotten the rest is passed over.
fn close_empty(listener: &mut Listener, from: Option<Hour>, until: Hour) {
    let Some(mut empty) = from else { return };
    while empty < until && !listener.has_forgotten_all() {
        listener.close(empty, HourCells::default());
        empty = empty + 1;
    }
}

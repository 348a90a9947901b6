//! Looks at what there is before anything listens to it: forms, times, services.
//!
//! Beside `reading.rs`, which reads to learn: here nothing is remembered of an event but whose it was and when. Where there is
//! more than can be read in a minute, the beginning and the end of each large file stand for it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hark_event::{FormHeard, Hearing, Moment, Sampled};
use hark_ingest::{FileTimes, Reading, Source};
use hark_listen::Surveyor;

use crate::progress::Progress;

/// More than this is not read whole.
pub(crate) const BYTES_MAX: u64 = 2 << 30;
/// However many files there are, so much of each is looked at: of very many, more is read than was asked for.
const FILE_BYTES_MIN: u64 = 1 << 20;

/// What was found.
#[derive(Default)]
pub(crate) struct Surveyed {
    pub(crate) surveyor: Surveyor,
    pub(crate) forms: Vec<FormHeard>,
    pub(crate) times: Vec<FileTimes>,
    pub(crate) hearing: Hearing,
    pub(crate) sampled: Option<Sampled>,
}

/// Reads files side by side, and of all of them about so many bytes.
pub(crate) fn survey(
    files: &[Source],
    reading: &Reading,
    bytes_max: u64,
    threads: usize,
    quiet: bool,
) -> Surveyed {
    let bytes_there: u64 = files.iter().map(Source::bytes_on_disk).sum();
    let share = share(files, bytes_max);
    let reading = Reading { bytes_max: share, ..reading.clone() };
    let progress = Progress::start(bytes_there, quiet);
    let next = AtomicUsize::new(0);
    let parts = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, files.len().max(1)) {
            scope.spawn(|| {
                while let Some((at, file)) =
                    files.get(next.fetch_add(1, Ordering::Relaxed)).map(|file| (file.name(), file))
                {
                    let one = survey_one(file, &reading, &progress);
                    parts.lock().expect("no reader panicked").insert(at, one);
                }
            });
        }
    });
    let mut all = Surveyed::default();
    all.surveyor.is_sample = share.is_some();
    let mut forms: BTreeMap<&'static str, Hearing> = BTreeMap::new();
    // In the order of names, whoever read what.
    for one in parts.into_inner().expect("no reader panicked").into_values() {
        all.surveyor.merge(one.surveyor);
        all.hearing.add(&one.hearing);
        all.times.extend(one.times);
        if let Some(form) = one.form {
            forms.entry(form).or_default().add(&one.hearing);
        }
    }
    all.forms = forms.into_iter().map(|(form, hearing)| FormHeard { form, hearing }).collect();
    all.sampled = share.map(|_| Sampled { bytes_read: all.hearing.bytes, bytes_there });
    all
}

/// How much of each file may be read, if not all of it: small files whole, the rest alike.
fn share(files: &[Source], bytes_max: u64) -> Option<u64> {
    let mut sizes: Vec<u64> = files.iter().map(Source::bytes_on_disk).collect();
    if sizes.iter().sum::<u64>() <= bytes_max {
        return None;
    }
    sizes.sort_unstable();
    let mut left = bytes_max;
    for (at, &size) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - at) as u64;
        if size > share {
            return Some(share.max(FILE_BYTES_MIN));
        }
        left -= size;
    }
    None
}

struct One {
    form: Option<&'static str>,
    surveyor: Surveyor,
    times: Option<FileTimes>,
    hearing: Hearing,
}

fn survey_one(file: &Source, reading: &Reading, progress: &Progress) -> One {
    let look = file.look(reading).ok();
    let form = look.map(|look| look.form);
    let mut surveyor = Surveyor::default();
    let mut hear = |source: &Source, reading: &Reading| {
        source.read(reading, &progress.bytes, &mut |event| surveyor.hear(&event))
    };
    let has_ending = look.is_some_and(|look| look.has_lines_alone);
    let is_cut = |share: &u64| has_ending && file.bytes_on_disk() > *share;
    let ending = reading.bytes_max.filter(is_cut).map(|share| share / 2);
    let head = Reading { bytes_max: ending.or(reading.bytes_max), ..reading.clone() };
    let mut hearing = hear(file, &head);
    if let Some(end) = ending.and_then(|bytes| file.ending(bytes)) {
        let mut heard = hear(&end, reading);
        // Its lines are counted from where it begins, and what is no line of its form is the cut.
        heard.rejects.clear();
        heard.unread.clear();
        heard.files = 0;
        hearing.add(&heard);
        hearing.zoneless = hearing.zoneless.min(1);
    }
    let times = hearing.to.map(|last| FileTimes {
        path: file.name().to_owned(),
        last,
        modified: file.modified_at(),
        is_zoneless: hearing.zoneless > 0,
    });
    let times = times.filter(|times| times.modified != Moment::MAX);
    One { form: form.filter(|_| hearing.files > 0), surveyor, times, hearing }
}

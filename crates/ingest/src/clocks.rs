//! What may be wrong with the times in files, from their last records and from when they were last written.
//!
//! A log that is still being written was last written when its last record was. If stamps without a zone lie a whole number of
//! quarter hours beside that, in most files alike, the quarters are their zone. What it cannot do: tell anything of files
//! that were copied or unpacked since, whose times of writing are those of the copy.

use std::collections::BTreeMap;

use hark_event::{ClockDoubt, Moment};

const QUARTER_SECONDS: i64 = 900;
/// A record is written so soon after it happened.
const WRITTEN_WITHIN_SECONDS: i64 = 180;
/// No zone lies farther from UTC.
const OFFSET_SECONDS_MAX: i64 = 14 * 3_600;
/// A record of the future is worth a word from here on.
const AHEAD_SECONDS_MIN: i64 = 300;
/// So many files behind their writing must agree.
const ALIKE_MIN: usize = 3;
/// So many files ahead of their writing are named.
const AHEAD_FILES_MAX: usize = 5;

/// What one file tells about its clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileTimes {
    /// The file as the user named it.
    pub path: String,
    /// Its last record.
    pub last: Moment,
    /// When it was last written.
    pub modified: Moment,
    /// Whether its stamps name no zone.
    pub is_zoneless: bool,
}

/// What may be wrong; `read_in` is the zone in which stamps without one were read, and whether someone named it.
pub fn doubts(files: &[FileTimes], read_in: (&str, bool), outliers: u64) -> Vec<ClockDoubt> {
    let mut doubts = Vec::new();
    let zoneless: Vec<&FileTimes> = files.iter().filter(|file| file.is_zoneless).collect();
    let guess = guess(&zoneless);
    if let Some(first) = zoneless.iter().map(|file| &file.path).min() {
        doubts.push(ClockDoubt::Zoneless {
            files: zoneless.len() as u64,
            first: first.clone(),
            read_in: read_in.0.to_owned(),
            is_named: read_in.1,
            guess_seconds: guess.and_then(|seconds| i32::try_from(seconds).ok()),
        });
    }
    let ahead = |file: &&FileTimes| {
        file.last.seconds_since(file.modified) > AHEAD_SECONDS_MIN
            && !(file.is_zoneless && guess.is_some_and(|seconds| offset(file) == Some(seconds)))
    };
    let mut ahead: Vec<&FileTimes> = files.iter().filter(ahead).collect();
    ahead.sort_by(|a, b| a.path.cmp(&b.path));
    doubts.extend(ahead.into_iter().take(AHEAD_FILES_MAX).map(|file| ClockDoubt::Ahead {
        path: file.path.clone(),
        seconds: file.last.seconds_since(file.modified),
    }));
    if outliers > 0 {
        doubts.push(ClockDoubt::Outliers { records: outliers });
    }
    doubts
}

/// The offset from the zone they were read in, if most of the files that can tell agree; 0 is no news.
fn guess(zoneless: &[&FileTimes]) -> Option<i64> {
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    zoneless
        .iter()
        .filter_map(|file| offset(file))
        .for_each(|seconds| *votes.entry(seconds).or_default() += 1);
    let cast: usize = votes.values().sum();
    let (&seconds, &count) = votes.iter().max_by_key(|(_, count)| **count)?;
    // A file that ended in the past may lie so by chance, one that ends in the future cannot.
    let agree_min = if seconds < 0 { ALIKE_MIN } else { 1 };
    (seconds != 0 && count * 2 > cast && count >= agree_min).then_some(seconds)
}

/// How far beside its writing the last record is, if that is a whole number of quarter hours.
fn offset(file: &FileTimes) -> Option<i64> {
    let apart = file.last.seconds_since(file.modified);
    // A record is written after it happened, never before.
    let quarters = (apart + WRITTEN_WITHIN_SECONDS).div_euclid(QUARTER_SECONDS);
    let is_near = (apart + WRITTEN_WITHIN_SECONDS).rem_euclid(QUARTER_SECONDS) <= WRITTEN_WITHIN_SECONDS;
    let seconds = quarters * QUARTER_SECONDS;
    (is_near && seconds.abs() <= OFFSET_SECONDS_MAX).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, apart_seconds: i64, is_zoneless: bool) -> FileTimes {
        let modified = Moment::from_seconds(1_772_000_000);
        FileTimes { path: path.to_owned(), last: modified.plus_seconds(apart_seconds), modified, is_zoneless }
    }

    #[track_caller]
    fn check_guess(apart_seconds: &[i64], expected: Option<i32>) {
        let files: Vec<FileTimes> = apart_seconds.iter().map(|&apart| file("a.log", apart, true)).collect();
        let Some(ClockDoubt::Zoneless { guess_seconds, .. }) =
            doubts(&files, ("UTC", false), 0).into_iter().next()
        else {
            panic!("files without a zone are worth a word");
        };
        assert_eq!(guess_seconds, expected, "{apart_seconds:?}");
    }

    #[test]
    fn the_zone_is_guessed_from_when_files_were_written() {
        check_guess(&[7_200, 7_195, 7_100], Some(7_200));
        check_guess(&[-18_010, -18_000, -18_100], Some(-18_000));
        check_guess(&[-18_010], None);
        check_guess(&[20_700 - 30], Some(20_700));
        check_guess(&[0, -20], None);
        check_guess(&[-400], None);
        check_guess(&[-90 * 86_400], None);
        check_guess(&[7_200, -18_000], None);
    }

    #[test]
    fn a_record_that_lies_after_the_writing_of_its_file_is_told() {
        let files =
            [file("ahead.log", 4_000, false), file("live.log", -1, false), file("old.log", -90_000, false)];
        assert_eq!(
            doubts(&files, ("UTC", false), 2),
            [
                ClockDoubt::Ahead { path: "ahead.log".to_owned(), seconds: 4_000 },
                ClockDoubt::Outliers { records: 2 }
            ]
        );
    }
}

//! How well we heard: what was read, what was cut, what could not be understood.

use std::collections::BTreeMap;

use crate::latest_days::LatestDays;
use crate::{Moment, SubjectKind};

/// Something that was cut at a limit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cut {
    /// What was cut, and at which limit.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// A file, or a part of one, that could not be understood.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unread {
    /// The file as the user named it.
    pub path: String,
    /// Why, and what to do about it.
    pub reason: String,
    /// How much of it was read.
    pub extent: Extent,
}

/// How much was read of a file that is worth a remark.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Extent {
    /// Nothing.
    Nothing,
    /// What was before the fault.
    Part,
    /// All of it, and there is nothing in it.
    Empty,
}

/// A word about how a file was read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileRemark {
    /// The file as the user named it.
    pub path: String,
    /// What about it, as the rest of a sentence that its name begins.
    pub text: String,
}

/// A line that could not be understood.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reject {
    /// The file as the user named it.
    pub path: String,
    /// The line, counted from 1.
    pub line: u64,
    /// Why, as a fragment.
    pub reason: String,
}

/// So many rejected lines are named in all, and of one file.
const REJECTS_MAX: usize = 12;
const REJECTS_OF_A_FILE_MAX: usize = 3;

/// So many remarks on files are kept in all.
const FILE_REMARKS_MAX: usize = 12;

/// Files that could not be understood for the same kind of reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadAlike<'a> {
    /// The first of them, whose reason stands for all.
    pub first: &'a Unread,
    /// The paths of the others.
    pub others: Vec<&'a str>,
}

/// The account of one listening. Two accounts add up in any order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Hearing {
    /// The earliest arrival.
    pub from: Option<Moment>,
    /// The latest arrival.
    pub to: Option<Moment>,
    /// What arrived on the latest days.
    pub latest_days: LatestDays,
    /// Where nothing had arrived by the moment that was asked for: the first arrival after it.
    pub late_first: Option<Moment>,
    /// Files that were read.
    pub files: u64,
    /// Bytes that were read, after unpacking.
    pub bytes: u64,
    /// Lines of all files that were read.
    pub lines: u64,
    /// Log records.
    pub records: u64,
    /// Metric samples.
    pub samples: u64,
    /// Spans of traces.
    pub spans: u64,
    /// Records without a time of their own.
    pub undated: u64,
    /// Records that were longer than the limit, and cut.
    pub truncated: u64,
    /// Lines, samples or spans that could not be understood.
    pub rejected: u64,
    /// The first of those, by name of their files and line.
    pub rejects: Vec<Reject>,
    /// Records whose stamps those around them contradict.
    pub outliers: u64,
    /// Files whose stamps name no zone.
    pub zoneless: u64,
    /// The first of those by name.
    pub zoneless_first: Option<String>,
    /// Secrets and personal data that were masked.
    pub masked: u64,
    /// How many subjects of each kind are known.
    pub subjects: BTreeMap<SubjectKind, u64>,
    /// What was cut at a limit.
    pub cut: Vec<Cut>,
    /// What could not be understood.
    pub unread: Vec<Unread>,
    /// Words about how files were read, the first by name.
    pub file_remarks: Vec<FileRemark>,
}

impl Hearing {
    /// Adds another account to this one.
    pub fn add(&mut self, other: &Hearing) {
        self.from = self.from.into_iter().chain(other.from).min();
        self.to = self.to.max(other.to);
        self.latest_days.merge(&other.latest_days);
        self.late_first = self.late_first.into_iter().chain(other.late_first).min();
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.records += other.records;
        self.samples += other.samples;
        self.spans += other.spans;
        self.undated += other.undated;
        self.truncated += other.truncated;
        self.rejected += other.rejected;
        self.rejects.extend(other.rejects.iter().cloned());
        self.rejects.sort();
        self.rejects.truncate(REJECTS_MAX);
        self.outliers += other.outliers;
        self.zoneless += other.zoneless;
        self.zoneless_first =
            self.zoneless_first.take().into_iter().chain(other.zoneless_first.clone()).min();
        self.masked += other.masked;
        for (kind, count) in &other.subjects {
            *self.subjects.entry(*kind).or_default() += count;
        }
        for cut in &other.cut {
            self.cut(&cut.what, cut.count);
        }
        self.unread.extend(other.unread.iter().cloned());
        self.unread.sort();
        self.file_remarks.extend(other.file_remarks.iter().cloned());
        self.file_remarks.sort();
        self.file_remarks.truncate(FILE_REMARKS_MAX);
    }

    /// Counts something that was cut at a limit.
    pub fn cut(&mut self, what: &str, count: u64) {
        match self.cut.binary_search_by(|cut| cut.what.as_str().cmp(what)) {
            Ok(found) => self.cut[found].count += count,
            Err(gap) => self.cut.insert(gap, Cut { what: what.to_owned(), count }),
        }
    }

    /// Names a rejected line, if it is one of the first of its file; called in the order of the file.
    pub fn reject(&mut self, path: &str, line: u64, reason: &str) {
        if self.rejects.len() < REJECTS_OF_A_FILE_MAX {
            self.rejects.push(Reject { path: path.to_owned(), line, reason: reason.to_owned() });
        }
    }

    /// What could not be understood, one entry for each kind of reason, in the order of `unread`.
    ///
    /// A folder of forty files without time stamps is one thing to know, not forty.
    pub fn unread_alike(&self) -> Vec<UnreadAlike<'_>> {
        let mut alike: Vec<UnreadAlike<'_>> = Vec::new();
        let mut place_of: BTreeMap<&str, usize> = BTreeMap::new();
        for unread in &self.unread {
            match place_of.get(kind_of_reason(&unread.reason)) {
                Some(&place) => alike[place].others.push(&unread.path),
                None => {
                    place_of.insert(kind_of_reason(&unread.reason), alike.len());
                    alike.push(UnreadAlike { first: unread, others: Vec::new() });
                }
            }
        }
        alike
    }

    /// Whether files were understood to their ends, and nothing is in any of them.
    pub fn is_of_nothing(&self) -> bool {
        let is_empty = self.unread.iter().any(|unread| unread.extent == Extent::Empty);
        is_empty && self.from.is_none() && self.records == 0 && self.rejected == 0 && self.cut.is_empty()
    }

    /// Widens `from` and `to` so that they hold this arrival.
    pub fn heard_at(&mut self, arrival: Moment) {
        self.from = Some(self.from.map_or(arrival, |from| from.min(arrival)));
        self.to = self.to.max(Some(arrival));
        self.latest_days.add(arrival);
    }

    /// Takes the latest plausible arrival for the end of all that was heard, and counts what lies after it as cut.
    pub fn end_where_plausible(&mut self) {
        if let Some((latest, after)) = self.latest_days.latest_plausible().filter(|(_, after)| *after > 0) {
            self.to = Some(latest);
            self.cut("records and samples stamped more than a year after all others", after);
        }
    }
}

/// The reason up to where it speaks of this one file: a number, a name, a list, advice.
fn kind_of_reason(reason: &str) -> &str {
    let end = reason.find(|c: char| c.is_ascii_digit() || matches!(c, '`' | '(' | ';'));
    &reason[..end.unwrap_or(reason.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rejected_lines_are_named_whatever_the_order_of_files() {
        let of = |path: &str, lines: &[u64]| {
            let mut hearing = Hearing::default();
            lines.iter().for_each(|&line| hearing.reject(path, line, "no number"));
            hearing
        };
        let files = [of("b", &[7, 8]), of("a", &[1, 2, 3, 4, 5])];
        let (mut there, mut back) = (Hearing::default(), Hearing::default());
        files.iter().for_each(|file| there.add(file));
        files.iter().rev().for_each(|file| back.add(file));
        let named: Vec<_> = there.rejects.iter().map(|reject| (reject.path.as_str(), reject.line)).collect();
        assert_eq!(named, [("a", 1), ("a", 2), ("a", 3), ("b", 7), ("b", 8)]);
        assert_eq!(there, back);
    }

    #[test]
    fn files_that_fail_for_like_reasons_are_told_once() {
        let unread = |path: &str, reason: &str| Unread {
            path: path.to_owned(),
            reason: reason.to_owned(),
            extent: Extent::Nothing,
        };
        let hearing = Hearing {
            unread: vec![
                unread("a", "no time stamp in its first 12 lines"),
                unread("b", "empty: there is nothing to read"),
                unread("c", "no time stamp in its first 3 lines"),
            ],
            ..Hearing::default()
        };
        let alike = hearing.unread_alike();
        let told: Vec<_> = alike.iter().map(|one| (one.first.path.as_str(), one.others.as_slice())).collect();
        assert_eq!(told, [("a", ["c"].as_slice()), ("b", &[])]);
    }
}

//! How well we heard: what was read, what was cut, what could not be understood.

use std::collections::BTreeMap;

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
}

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
    /// Secrets and personal data that were masked.
    pub masked: u64,
    /// How many subjects of each kind are known.
    pub subjects: BTreeMap<SubjectKind, u64>,
    /// What was cut at a limit.
    pub cut: Vec<Cut>,
    /// What could not be understood.
    pub unread: Vec<Unread>,
}

impl Hearing {
    /// Adds another account to this one.
    pub fn add(&mut self, other: &Hearing) {
        self.from = self.from.into_iter().chain(other.from).min();
        self.to = self.to.max(other.to);
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.records += other.records;
        self.samples += other.samples;
        self.spans += other.spans;
        self.undated += other.undated;
        self.truncated += other.truncated;
        self.rejected += other.rejected;
        self.masked += other.masked;
        for (kind, count) in &other.subjects {
            *self.subjects.entry(*kind).or_default() += count;
        }
        for cut in &other.cut {
            self.cut(&cut.what, cut.count);
        }
        self.unread.extend(other.unread.iter().cloned());
        self.unread.sort();
    }

    /// Counts something that was cut at a limit.
    pub fn cut(&mut self, what: &str, count: u64) {
        match self.cut.binary_search_by(|cut| cut.what.as_str().cmp(what)) {
            Ok(found) => self.cut[found].count += count,
            Err(gap) => self.cut.insert(gap, Cut { what: what.to_owned(), count }),
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

    /// Widens `from` and `to` so that they hold this arrival.
    pub fn heard_at(&mut self, arrival: Moment) {
        self.from = Some(self.from.map_or(arrival, |from| from.min(arrival)));
        self.to = self.to.max(Some(arrival));
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
    fn files_that_fail_for_like_reasons_are_told_once() {
        let unread = |path: &str, reason: &str| Unread { path: path.to_owned(), reason: reason.to_owned() };
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

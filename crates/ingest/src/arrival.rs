//! When a log record could first have been known: the contract's rule of arrival.
//!
//! A file has a clock, which is the greatest event time so far, and a record arrives at what the clock
//! then shows. A stamp that leaps more than an hour ahead (the first stamp of a file leaps, too) is held
//! back until up to five dated records after it (fifty, if it leaps more than thirty days) have said whether time
//! went on from there: if most contradict it and time does not come back to it (as it does where two hosts write one
//! file in turn), it is an outlier, moves no clock and arrives at the clock as it was. Records behind it wait in order; nothing is lost or moved.
//!
//! With `as_of`, what had not arrived by then is no evidence: records stamped later do not count, so that
//! a file that ends there is judged the same. The exception is a leap of more than thirty days, which the
//! end of a file alone cannot settle; there what follows is heard in any case.
//! The first record that arrives after `as_of` ends the reading; one that carries a later observed time
//! is only left out, since observed times need not rise along a file.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use hark_event::{FileRemark, Moment};

use crate::draft::Draft;
use crate::ear::Ear;

const LEAP_SECONDS: i64 = 3_600;
const FAR_LEAP_SECONDS: i64 = 30 * 86_400;
const WITNESSES_MAX: usize = 5;
/// A clock that is off by months may be off for some records in a row.
const FAR_WITNESSES_MAX: usize = 50;
/// So many witnesses that agree, behind one that does not, tell that two clocks write the file in turn.
const RETURNS_MIN: usize = 2;
/// So many records that are older than the one before them make a file that runs backwards.
const FALLS_MIN: u64 = 5;
/// Records without a time of their own can stand between a leap and its witnesses.
const HELD_RECORDS_MAX: usize = 10_000;
const HELD_BYTES_MAX: usize = 16 << 20;

/// Gives the records of one file their arrival, in order.
pub(crate) struct Arrivals {
    clock: Option<Moment>,
    held: VecDeque<Draft>,
    held_bytes: usize,
    spare: Vec<Draft>,
    last: Option<Moment>,
    rises: u64,
    falls: u64,
}

enum Judgement {
    Genuine,
    Outlier,
    Undecided,
}

impl Arrivals {
    /// A file before its first record.
    pub(crate) fn new() -> Self {
        Self {
            clock: None,
            held: VecDeque::new(),
            held_bytes: 0,
            spare: Vec::new(),
            last: None,
            rises: 0,
            falls: 0,
        }
    }

    /// Takes the next record of the file; leaves an empty draft.
    pub(crate) fn take(&mut self, draft: &mut Draft, ear: &mut Ear<'_>) -> ControlFlow<()> {
        self.follow(draft);
        if self.held.is_empty()
            && let Some(arrival) = self.certain(draft, ear.as_of)
        {
            let flow = say(draft, arrival, ear);
            draft.clear();
            return flow;
        }
        let next = self.spare.pop().unwrap_or_default();
        let draft = std::mem::replace(draft, next);
        self.held_bytes += draft.bytes();
        self.held.push_back(draft);
        let is_full = self.held.len() >= HELD_RECORDS_MAX || self.held_bytes >= HELD_BYTES_MAX;
        self.settle(is_full, ear)
    }

    /// Lets go of all that is still held, at the end of the file.
    pub(crate) fn finish(&mut self, ear: &mut Ear<'_>) -> ControlFlow<()> {
        if self.falls >= FALLS_MIN && self.falls > 9 * self.rises {
            let text = "runs from its newest record to its oldest, so that all of it arrives at its newest time; turn its \
                        lines round with `tac` first";
            ear.hearing.file_remarks.push(FileRemark { path: ear.file.to_string(), text: text.to_owned() });
        }
        self.settle(true, ear)
    }

    /// Notes which way times go along the file.
    fn follow(&mut self, draft: &Draft) {
        let Some(time) = draft.time.filter(|_| draft.observed.is_none()) else { return };
        if let Some(last) = self.last.replace(time) {
            self.rises += u64::from(time > last);
            self.falls += u64::from(time < last);
        }
    }

    /// The arrival, where nothing that follows could change it.
    fn certain(&mut self, draft: &Draft, as_of: Option<Moment>) -> Option<Moment> {
        if let Some(observed) = draft.observed {
            // What is not known yet tells nothing of the time.
            if is_known(observed, as_of) {
                let plausible = draft.time.filter(|time| !is_leap(*time, observed));
                self.clock = self.clock.max(plausible);
            }
            return Some(observed);
        }
        let clock = self.clock?;
        match draft.time {
            Some(time) if !draft.is_outlier => {
                if is_leap(time, clock) {
                    return None;
                }
                self.clock = Some(clock.max(time));
                self.clock
            }
            _ => Some(clock),
        }
    }

    fn settle(&mut self, is_last: bool, ear: &mut Ear<'_>) -> ControlFlow<()> {
        while let Some(front) = self.held.pop_front() {
            if let Some(arrival) = self.certain(&front, ear.as_of) {
                self.held_bytes = self.held_bytes.saturating_sub(front.bytes());
                let flow = say(&front, arrival, ear);
                self.keep_spare(front);
                if flow.is_break() {
                    return flow;
                }
                continue;
            }
            self.held.push_front(front);
            if !self.decide(is_last, ear) {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Judges the first leap that is held; says whether that changed anything.
    fn decide(&mut self, is_last: bool, ear: &mut Ear<'_>) -> bool {
        let leap = self.held.iter().enumerate().find_map(|(at, draft)| {
            let time = draft.time.filter(|_| !draft.is_outlier && draft.observed.is_none())?;
            Some((at, time))
        });
        let Some((at, time)) = leap else {
            return is_last && self.let_go_undated(ear);
        };
        match self.judge(at, time, is_last, ear.as_of) {
            Judgement::Undecided => return false,
            Judgement::Genuine => self.clock = self.clock.max(Some(time)),
            Judgement::Outlier => self.held[at].is_outlier = true,
        }
        true
    }

    fn judge(&self, at: usize, time: Moment, is_last: bool, as_of: Option<Moment>) -> Judgement {
        let clock = self.clock.filter(|clock| *clock != Moment::MIN);
        let is_far = clock.is_some_and(|clock| time > clock.plus_seconds(FAR_LEAP_SECONDS));
        let horizon = as_of.filter(|_| !is_far);
        let witnesses_max = if is_far { FAR_WITNESSES_MAX } else { WITNESSES_MAX };
        let (mut agree, mut contradict, mut is_complete) = (0, 0, is_last);
        let mut returns = 0;
        let known = |draft: &&Draft| draft.observed.is_none_or(|observed| is_known(observed, as_of));
        let later = self.held.iter().skip(at + 1).filter(known).filter_map(|draft| draft.time);
        for witness in later.take(witnesses_max) {
            if horizon.is_some_and(|horizon| witness > horizon) {
                is_complete = true;
                break;
            }
            let contradicts = is_leap(time, witness);
            contradict += usize::from(contradicts);
            agree += usize::from(!contradicts);
            returns += usize::from(!contradicts && contradict > 0);
        }
        let majority = witnesses_max / 2 + 1;
        // Two writers share the file: what time comes back to was no outlier.
        if !is_far && returns >= RETURNS_MIN {
            return Judgement::Genuine;
        }
        if agree >= majority || (is_complete && agree > contradict) {
            return Judgement::Genuine;
        }
        if contradict >= majority || (is_complete && contradict > 0) {
            return Judgement::Outlier;
        }
        match (is_complete, is_far) {
            (false, _) => Judgement::Undecided,
            (true, true) => Judgement::Outlier,
            (true, false) => Judgement::Genuine,
        }
    }

    /// Nothing that is held has a time, and no clock was ever set: unless such records are wanted, lines are counted and named as cut.
    /// Says whether anything was let go.
    fn let_go_undated(&mut self, ear: &mut Ear<'_>) -> bool {
        if self.held.is_empty() {
            return false;
        }
        if ear.hears_timeless {
            self.clock = Some(Moment::MIN);
            return true;
        }
        ear.hearing.cut("log records without a time before the first that has one", self.held.len() as u64);
        for draft in self.held.drain(..) {
            ear.count(draft.tally);
        }
        self.held_bytes = 0;
        true
    }

    fn keep_spare(&mut self, mut draft: Draft) {
        if self.spare.len() < 2 * WITNESSES_MAX {
            draft.clear();
            self.spare.push(draft);
        }
    }
}

fn is_known(arrival: Moment, as_of: Option<Moment>) -> bool {
    as_of.is_none_or(|as_of| arrival <= as_of)
}

fn is_leap(time: Moment, clock: Moment) -> bool {
    time > clock.plus_seconds(LEAP_SECONDS)
}

fn say(draft: &Draft, arrival: Moment, ear: &mut Ear<'_>) -> ControlFlow<()> {
    if ear.knows(arrival) {
        ear.record(draft, arrival);
        ControlFlow::Continue(())
    } else if draft.observed.is_some() {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

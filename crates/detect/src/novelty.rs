//! When a subject that was never seen before has come to stay.
//!
//! A single unknown line means nothing: logs have long tails. It becomes a finding when it has come back,
//! the louder the sooner: warnings and errors within hours, ordinary lines only on another day. How rare
//! such newcomers are is the business of calibration ([`crate::rank`]), in the spirit of Good and Turing: the
//! share of newcomers so far is the best guess of the next one's chance.

/// How a newcomer has shown itself so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appearances {
    /// Records in all.
    pub count: u64,
    /// Different hours with at least one.
    pub hours_active: u32,
    /// Hours from the first to the last.
    pub span_hours: i64,
    /// Hours since the last.
    pub hours_since_last: i64,
}

/// Whether a newcomer that warns or worse has come to stay: twice within two days.
pub fn has_come_to_stay_loudly(seen: Appearances) -> bool {
    seen.count >= 3 && seen.hours_active >= 2 && seen.hours_since_last <= 48
}

/// Whether a newcomer at an ordinary level has come to stay: it is said on different days.
pub fn has_come_to_stay(seen: Appearances) -> bool {
    seen.count >= 4 && seen.hours_active >= 3 && seen.span_hours >= 20 && seen.hours_since_last <= 48
}

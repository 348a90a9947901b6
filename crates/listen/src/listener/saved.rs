//! The listener as bytes: all that it has heard, at the close of any hour, and back.
//!
//! What was heard is written; what somebody sets (zone, holidays, rules, known limits, declared calls, how much is said) is not: whoever restores
//! brings a listener with settings, as they do who begin anew. Going on after a restoration says the same as never having
//! stopped, and the same state gives the same bytes.
//!
//! The bytes are a header (a mark, the version of the form, the length and the XXH3 of what follows) and the fields of the state
//! in their order, as `postcard` writes them. There is no other description of them: another form has another version, and
//! is refused. Bytes that were damaged are refused by their hash, and those that were made up by what they say: a
//! state that could not have been heard is none. It reads and writes memory only; files are somebody else's.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use super::{Listener, SERIES_MAX, SERVICES_MAX};
use crate::service::Service;

const MARK: [u8; 8] = *b"harkhear";
/// Goes up with every change of what is written.
const VERSION: u32 = 3;
const HEADER_BYTES: usize = MARK.len() + 4 + 8 + 8;

/// Why bytes are no state that can be gone on from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotRestored {
    /// They do not begin as a state does.
    NoState,
    /// They were written in another form: by a newer or an older Harkback.
    OtherVersion(u32),
    /// They end too early, or differ from what was written.
    Damaged,
    /// They say what no listener can have heard.
    Impossible(&'static str),
}

impl fmt::Display for NotRestored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoState => f.write_str("this is no state of a listener"),
            Self::OtherVersion(version) => {
                write!(f, "the state was written in form `{version}`, and this reads form `{VERSION}`")
            }
            Self::Damaged => f.write_str("the state is damaged"),
            Self::Impossible(what) => write!(f, "the state cannot have been heard: {what}"),
        }
    }
}

impl std::error::Error for NotRestored {}

impl Listener {
    /// All that was heard, to be restored later. The same state gives the same bytes.
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes =
            postcard::to_extend(self, bytes).expect("memory takes all, and all sequences know their lengths");
        let (header, body) = bytes.split_at_mut(HEADER_BYTES);
        let fields = [
            &MARK[..],
            &VERSION.to_le_bytes(),
            &(body.len() as u64).to_le_bytes(),
            &xxh3_64(body).to_le_bytes(),
        ];
        header.copy_from_slice(&fields.concat());
        bytes
    }

    /// This listener, with its settings, after all that was [saved](Self::save) by another. What this one has heard is let go.
    ///
    /// It takes memory in proportion to the bytes, whatever they say.
    ///
    /// # Errors
    /// If the bytes are not a state that can be gone on from.
    pub fn restored(self, bytes: &[u8]) -> Result<Self, NotRestored> {
        let read: Self = postcard::from_bytes(body(bytes)?)
            .map_err(|_| NotRestored::Impossible("its fields are no fields of a listener"))?;
        read.check().map_err(NotRestored::Impossible)?;
        let mut restored = Self {
            clock: self.clock,
            limits_known: self.limits_known,
            rules: self.rules,
            rest_hours: self.rest_hours,
            side_by_side: self.side_by_side,
            ..read
        };
        restored.calibration.take_settings(&self.calibration);
        restored.flows.take_settings(&self.flows);
        restored.bring_settings();
        Ok(restored)
    }

    /// Tells the services what was set, and lets equal names be one again.
    fn bring_settings(&mut self) {
        let (rules, limits) = (&self.rules, &self.limits_known);
        for (origin, service) in &mut self.services {
            service.origin = origin.clone();
            service.take_settings(rules, limits);
        }
    }

    /// Whether all parts of it go together: what would be taken for granted while it listens.
    fn check(&self) -> Result<(), &'static str> {
        let Some(slots) = &self.slots else {
            return if self.services.is_empty() { Ok(()) } else { Err("services, and no hour") };
        };
        let next = slots.next();
        let series: usize = self.services.values().map(|service| service.series.len()).sum();
        sound(self.services.len() <= SERVICES_MAX && series <= SERIES_MAX, "more than is listened to")?;
        sound(slots.values().iter().all(|slot| slot.is_in_week()), "an hour of no week")?;
        sound(self.calibration.is_sound(), "quiet scores of no class")?;
        let heard = self.services_heard.as_ref();
        sound(heard.is_none_or(|heard| heard.ends_before(next)), "services that were heard in other hours")?;
        let is_known = |place: usize| place < self.episodes.len();
        sound(self.losses.open_episodes().all(is_known), "an episode that nobody spoke of")?;
        for service in self.services.values() {
            sound(service.is_sound(next), "a service that heard other hours")?;
            sound(all_episodes(service).all(is_known), "an episode that nobody spoke of")?;
        }
        Ok(())
    }
}

/// What follows the header, if it is what the header says.
fn body(bytes: &[u8]) -> Result<&[u8], NotRestored> {
    let (header, body) = bytes.split_at_checked(HEADER_BYTES).ok_or(NotRestored::NoState)?;
    let (mark, fields) = header.split_at(MARK.len());
    if mark != MARK {
        return Err(NotRestored::NoState);
    }
    let number = |at: usize, length: usize| {
        fields[at..at + length].iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let version = number(0, 4) as u32;
    if version != VERSION {
        return Err(NotRestored::OtherVersion(version));
    }
    let is_whole = number(4, 8) == body.len() as u64 && number(12, 8) == xxh3_64(body);
    if is_whole { Ok(body) } else { Err(NotRestored::Damaged) }
}

fn sound(is_sound: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if is_sound { Ok(()) } else { Err(otherwise) }
}

fn all_episodes(service: &Service) -> impl Iterator<Item = usize> {
    service.open_episodes().chain(service.orphaned.iter().copied())
}

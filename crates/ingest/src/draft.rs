//! A log record while it is being put together: owned, and reused from record to record.

use hark_event::{Level, Moment};

use crate::field_notes::FieldNotes;
use crate::lines::Tally;
use crate::origin::Speaker;

/// Lines kept of one record.
const LINES_MAX: u32 = 1_000;
/// Bytes kept of one record's message.
pub(crate) const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Peers kept of one record.
pub(crate) const PEERS_MAX: usize = 8;
/// Some name one peer again and again.
const PEERS_BYTES_MAX: usize = 4 << 10;
/// No service's name holds it.
const PEER_END: char = '\0';

/// A log record in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// When it says that it happened.
    pub(crate) time: Option<Moment>,
    /// When it says that it was observed.
    pub(crate) observed: Option<Moment>,
    /// Who spoke.
    pub(crate) origin: Speaker,
    /// How loudly.
    pub(crate) level: Level,
    /// What was said; at most the limit.
    pub(crate) message: String,
    /// What stands beside the message.
    pub(crate) fields: FieldNotes,
    /// The service's version; empty if none is told.
    pub(crate) version: String,
    /// Hash of the identifier of its trace.
    pub(crate) trace: Option<u64>,
    /// Its first line, counted from 1.
    pub(crate) line: u64,
    /// How many lines it takes.
    pub(crate) lines: u32,
    /// Whether its message was cut, other than by the limit of lines that the tally counts.
    pub(crate) is_shortened: bool,
    /// What was read for it.
    pub(crate) tally: Tally,
    /// Whether its stamp was found to be contradicted by those that follow.
    pub(crate) is_outlier: bool,
    peers: String,
}

impl Draft {
    /// Empties it for the next record; the memory is kept.
    pub(crate) fn clear(&mut self) {
        self.message.clear();
        self.version.clear();
        self.peers.clear();
        self.fields.clear();
        let (message, version, peers, fields) = (
            std::mem::take(&mut self.message),
            std::mem::take(&mut self.version),
            std::mem::take(&mut self.peers),
            std::mem::take(&mut self.fields),
        );
        *self = Self { message, version, peers, fields, ..Self::default() };
    }

    /// What it takes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.message.len()
            + self.version.len()
            + self.peers.len()
            + self.fields.view().iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }

    /// Adds to the message, up to the limit.
    pub(crate) fn push(&mut self, text: &str) {
        let room = MESSAGE_BYTES_MAX - self.message.len();
        if text.len() <= room {
            self.message.push_str(text);
            return;
        }
        let mut end = room;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.message.push_str(&text[..end]);
        self.is_shortened = true;
    }

    /// Adds a further line.
    pub(crate) fn push_line(&mut self, text: &str) {
        self.lines = self.lines.saturating_add(1);
        if self.lines > LINES_MAX || self.is_shortened {
            self.is_shortened = true;
            return;
        }
        if !self.message.is_empty() {
            self.push("\n");
        }
        self.push(text);
    }

    /// Names another service.
    pub(crate) fn push_peer(&mut self, peer: &str) {
        let peer = peer.trim();
        let has_room = self.peers.len() < PEERS_BYTES_MAX;
        if has_room && !peer.is_empty() && peer.len() <= 200 && !peer.contains(PEER_END) {
            self.peers.push_str(peer);
            self.peers.push(PEER_END);
        }
    }

    /// Fills in the other services that it names; says how many there are.
    pub(crate) fn peers<'a>(&'a self, into: &mut [&'a str; PEERS_MAX]) -> usize {
        if self.peers.is_empty() {
            return 0;
        }
        let mut count = 0;
        for peer in self.peers.split_terminator(PEER_END) {
            if count < PEERS_MAX && !into[..count].contains(&peer) {
                into[count] = peer;
                count += 1;
            }
        }
        count
    }
}

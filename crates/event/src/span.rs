//! One operation that somebody performed for a request, as a trace tells of it.
//!
//! What traces carry besides (arbitrary attributes, events, links) is read where the bytes are and kept only as far as
//! it has a meaning here: who was called, and whether it was tried again. Identifiers are hashes: they say that two
//! spans belong together, and nothing else.

use std::sync::Arc;

use crate::{Moment, Origin};

/// On which side of a call a span stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum SpanKind {
    /// Within a service.
    #[default]
    Internal,
    /// Answers a request.
    Server,
    /// Asks another for an answer.
    Client,
    /// Hands a message over.
    Producer,
    /// Takes a message.
    Consumer,
}

impl SpanKind {
    /// Whether it leaves its service.
    pub fn is_outgoing(self) -> bool {
        matches!(self, Self::Client | Self::Producer)
    }

    /// Whether it is how another's call or message comes in.
    pub fn is_incoming(self) -> bool {
        matches!(self, Self::Server | Self::Consumer)
    }
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum PeerKind {
    /// A service by its own name.
    Service,
    /// A database or cache, by system and name.
    Database,
    /// A queue or topic, by system and name.
    Queue,
    /// A host, which may be a service's or a stranger's.
    Host,
}

/// Whom a span calls, as far as it says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer<'a> {
    /// What it is.
    pub kind: PeerKind,
    /// Its name, without port: `payments`, `postgresql:orders`, `kafka:mails`, `api.example.com`.
    pub name: &'a str,
}

/// One span.
#[derive(Clone, Debug)]
pub struct Span<'a> {
    /// When it began.
    pub start: Moment,
    /// When it ended, which is also when it could first have been known.
    pub end: Moment,
    /// Who performed it.
    pub origin: &'a Origin,
    /// Its name. Not yet masked.
    pub operation: &'a str,
    /// On which side of a call it stands.
    pub kind: SpanKind,
    /// Whether it failed.
    pub is_error: bool,
    /// Whom it calls.
    pub peer: Option<Peer<'a>>,
    /// Whether it says itself that this was tried before.
    pub is_retry: bool,
    /// Hash of its trace's identifier.
    pub trace: u64,
    /// Hash of its own identifier.
    pub id: u64,
    /// Hash of its parent's identifier; `None` for the first of a trace.
    pub parent: Option<u64>,
    /// `service.version`, where it is told.
    pub version: Option<&'a str>,
    /// The file that it stands in.
    pub file: &'a Arc<str>,
    /// Its line, counted from 1.
    pub line: u64,
}

impl Span<'_> {
    /// How long it took.
    pub fn duration_nanos(&self) -> u64 {
        u64::try_from(self.end.nanos().saturating_sub(self.start.nanos())).unwrap_or(0)
    }
}

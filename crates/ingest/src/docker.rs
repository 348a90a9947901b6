//! What Docker keeps of containers (its `json-file` driver): `{"log":"text\n","stream":"stdout","time":"…"}`.
//!
//! A line that Docker cut (it does so at 16 KiB) has no line end in its `log`, and goes on in the next record of its
//! stream; a shorter one without an end is whole. The text is what the program wrote, and is read as such. Labels that the driver was told to add (`attrs`)
//! name service and environment, compose's own label included; else directory and file do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use hark_event::Moment;
use serde::Deserialize;

use crate::content::Carrier;
use crate::ear::Ear;
use crate::lines::{Line, Lines, Tally};
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS, Speaker};
use crate::pieces::{Piece, Pieces, Stream};
use crate::stamp::FieldReader;
use crate::text::clean;

/// Docker cuts longer lines; what is shorter and has no end is the last that a program said before it stopped.
const PIECE_BYTES: usize = 16 << 10;

/// The label that compose gives its containers.
pub(crate) const COMPOSE_SERVICE: &str = "com.docker.compose.service";

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow, default)]
    attrs: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut reader = Reader { pieces: Pieces::new(), times: FieldReader::default() };
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return reader.pieces.finish(lines.tally, ear) };
        let number = line.number;
        match reader.take(line, before, ear) {
            ControlFlow::Continue(Some(why)) => lines.tally.reject(number, why),
            ControlFlow::Continue(None) => {}
            ControlFlow::Break(()) => return,
        }
    }
}

struct Reader {
    pieces: Pieces,
    times: FieldReader,
}

impl Reader {
    /// Takes a line; says why, if it was rejected.
    fn take(
        &mut self,
        line: Line<'_>,
        before: Tally,
        ear: &mut Ear<'_>,
    ) -> ControlFlow<(), Option<&'static str>> {
        let text = String::from_utf8_lossy(line.bytes.trim_ascii());
        let Some((stream, time, entry)) = self.understand(&text, ear) else {
            if text.starts_with('{') {
                return ControlFlow::Continue(Some("no whole entry with `log`, `stream` and `time`"));
            }
            self.pieces.take_stray(&clean(text.as_bytes()), before, line.number, ear)?;
            return ControlFlow::Continue(None);
        };
        let origin = origin(&entry.attrs, ear);
        let carrier = Carrier { time: Some(time), origin, ..Carrier::default() };
        let said = clean(entry.log.trim_end_matches(['\n', '\r']).as_bytes());
        let is_partial = !entry.log.ends_with('\n') && entry.log.len() >= PIECE_BYTES;
        let piece = Piece { stream, text: &said, is_partial, number: line.number, before };
        self.pieces.take(piece, carrier, ear)?;
        ControlFlow::Continue(None)
    }

    fn understand<'a>(&mut self, text: &'a str, ear: &mut Ear<'_>) -> Option<(Stream, Moment, Entry<'a>)> {
        let entry: Entry<'a> = serde_json::from_str(text).ok()?;
        let stream = Stream::of(&entry.stream)?;
        let time = ear.calendar.place(self.times.read(&entry.time)?)?;
        Some((stream, time, entry))
    }
}

fn origin(attrs: &BTreeMap<Cow<'_, str>, Cow<'_, str>>, ear: &mut Ear<'_>) -> Speaker {
    if attrs.is_empty() {
        return Speaker::default();
    }
    let named = |keys: &[&str]| keys.iter().find_map(|key| attrs.get(*key)).map(AsRef::as_ref);
    let service = named(&SERVICE_KEYS).or_else(|| named(&[COMPOSE_SERVICE]));
    ear.origins.of(service, named(&ENVIRONMENT_KEYS))
}

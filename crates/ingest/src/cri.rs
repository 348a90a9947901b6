//! What Kubernetes' runtimes keep of containers (the CRI log format, `kubelet`'s `docs` under "logging"):
//! `2026-01-02T15:04:05.123456789Z stdout F text`, where `P` says that the line goes on in the next one.
//!
//! The text is what the program wrote, and is read as such. Lines that are of another form belong to the one before.

use hark_event::Moment;

use crate::content::Carrier;
use crate::ear::Ear;
use crate::lines::Lines;
use crate::pieces::{Piece, Pieces, Stream};
use crate::stamp::{Reading, leading};
use crate::text::clean;

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut pieces = Pieces::new();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return pieces.finish(lines.tally, ear) };
        let text = clean(line.bytes);
        let number = line.number;
        let flow = match piece(&text).and_then(|said| Some((place(said.0, ear)?, said))) {
            Some((time, (_, stream, is_partial, text))) => {
                let carrier = Carrier { time: Some(time), ..Carrier::default() };
                pieces.take(Piece { stream, text, is_partial, number, before }, carrier, ear)
            }
            None => pieces.take_stray(&text, before, number, ear),
        };
        if flow.is_break() {
            return;
        }
    }
}

fn place(reading: Reading, ear: &mut Ear<'_>) -> Option<Moment> {
    ear.calendar.place(reading)
}

/// Time, stream, whether the line goes on, and text of a line of this form.
pub(crate) fn piece(line: &str) -> Option<(Reading, Stream, bool, &str)> {
    let stamp = leading(line.as_bytes()).filter(|stamp| stamp.start == 0)?;
    let rest = line[stamp.end..].strip_prefix(' ')?;
    let (stream, rest) = rest.split_once(' ')?;
    let stream = Stream::of(stream)?;
    let (tags, text) = rest.split_once(' ').unwrap_or((rest, ""));
    // Further tags may follow the first, behind colons.
    let is_partial = match tags.split(':').next() {
        Some("P") => true,
        Some("F") => false,
        _ => return None,
    };
    Some((stamp.reading, stream, is_partial, text))
}

//! What to say of a file that could not be read to its end: how far it was read, why no further, and what to do.

use std::io;

use crate::json_walk::Stop;
use crate::lines::Lines;
use crate::unpack::{Bomb, Packing};

/// What to say if the reading ended before the file's records did.
pub(crate) fn of_lines(lines: &Lines<'_>, packing: Packing) -> Option<String> {
    if let Some(error) = lines.damage() {
        return Some(damage(error, packing, lines.tally.bytes));
    }
    lines.is_unfinished().then(|| unfinished(lines.tally.bytes))
}

/// What to say of a document that ended early.
pub(crate) fn of_document(stop: &Stop, packing: Packing) -> String {
    match stop {
        Stop::Unreadable(error, bytes) => damage(error, packing, *bytes),
        Stop::Unfinished(bytes) => unfinished(*bytes),
        Stop::Broken(line) => format!(
            "the document makes no sense from line {line} on; the records before it were read, mend it or fetch the file \
             again for the rest"
        ),
    }
}

fn unfinished(bytes: u64) -> String {
    format!(
        "the document ends after {bytes} bytes, in its midst; the records before it were read, fetch the file again for \
         the rest"
    )
}

fn damage(error: &io::Error, packing: Packing, bytes: u64) -> String {
    let name = packing.name();
    if let Some(bomb) = error.get_ref().and_then(|inner| inner.downcast_ref::<Bomb>()) {
        return format!(
            "refused after {bytes} bytes: {bomb}; the records before it were read, unpack it yourself if it is to be \
             read to its end"
        );
    }
    let what = if error.kind() == io::ErrorKind::UnexpectedEof {
        format!("truncated {name} after {bytes} bytes")
    } else {
        format!("damaged {name} after {bytes} bytes ({error})")
    };
    format!("{what}; the records before it were read, fetch the file again for the rest")
}

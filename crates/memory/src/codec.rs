//! How an hour of tallies looks on disk.
//!
//! Little-endian fixed numbers and length-prefixed strings: read back by the same process only, so there is no
//! version and no compatibility to keep. A damaged file is an error, never a guess.

use std::io::{self, Read, Write};
use std::sync::Arc;

use hark_event::{Hour, Level, Moment, Origin, Place};
use hark_listen::{Exemplar, HourCells, LogCount, LogKey, Samples};

/// A string longer than this was not written by us.
const STRING_BYTES_MAX: u64 = 16 * 1024 * 1024;
const LEVELS: [Level; 7] =
    [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// Writes one hour.
pub(crate) fn write_hour(out: &mut impl Write, hour: Hour, cells: &HourCells) -> io::Result<()> {
    put(out, hour.0 as u64)?;
    put(out, cells.logs.len() as u64)?;
    for (key, count) in &cells.logs {
        put_origin(out, &key.origin)?;
        put(out, key.shape)?;
        put(out, key.level as u64)?;
        put_text(out, &count.text)?;
        put(out, count.count)?;
        put(out, count.last.nanos() as u64)?;
        put(out, count.exemplar.time.nanos() as u64)?;
        put_place(out, &count.exemplar.place)?;
        put_text(out, &count.exemplar.text)?;
    }
    put(out, cells.metrics.len() as u64)?;
    for ((origin, name), samples) in &cells.metrics {
        put_origin(out, origin)?;
        put_text(out, name)?;
        put_place(out, &samples.place)?;
        put(out, samples.values.len() as u64)?;
        for (time, value) in &samples.values {
            put(out, time.nanos() as u64)?;
            put(out, value.to_bits())?;
        }
    }
    put(out, cells.peers.len() as u64)?;
    for ((origin, peer), count) in &cells.peers {
        put_origin(out, origin)?;
        put_text(out, peer)?;
        put(out, *count)?;
    }
    put(out, cells.versions.len() as u64)?;
    for ((origin, version), first) in &cells.versions {
        put_origin(out, origin)?;
        put_text(out, version)?;
        put(out, first.nanos() as u64)?;
    }
    put(out, cells.overflow.len() as u64)?;
    for (origin, count) in &cells.overflow {
        put_origin(out, origin)?;
        put(out, *count)?;
    }
    put(out, cells.samples_cut)
}

/// Reads the next hour; `None` at the end of the run.
pub(crate) fn read_hour(input: &mut impl Read) -> io::Result<Option<(Hour, HourCells)>> {
    let mut first = [0; 8];
    match input.read(&mut first[..1])? {
        0 => return Ok(None),
        _ => input.read_exact(&mut first[1..])?,
    }
    let hour = Hour(i64::from_le_bytes(first));
    let mut cells = HourCells::default();
    for _ in 0..get(input)? {
        let (key, count) = get_log(input)?;
        cells.logs.insert(key, count);
    }
    for _ in 0..get(input)? {
        let key = (get_origin(input)?, get_text(input)?);
        let place = get_place(input)?;
        let length = get(input)?;
        let mut values = Vec::new();
        for _ in 0..length {
            values.push((get_moment(input)?, f64::from_bits(get(input)?)));
        }
        cells.metrics.insert(key, Samples { values, place });
    }
    for _ in 0..get(input)? {
        let key = (get_origin(input)?, get_text(input)?);
        cells.peers.insert(key, get(input)?);
    }
    for _ in 0..get(input)? {
        let key = (get_origin(input)?, get_text(input)?);
        cells.versions.insert(key, get_moment(input)?);
    }
    for _ in 0..get(input)? {
        let origin = get_origin(input)?;
        cells.overflow.insert(origin, get(input)?);
    }
    cells.samples_cut = get(input)?;
    Ok(Some((hour, cells)))
}

fn get_log(input: &mut impl Read) -> io::Result<(LogKey, LogCount)> {
    let origin = get_origin(input)?;
    let shape = get(input)?;
    let level = usize::try_from(get(input)?).ok().and_then(|at| LEVELS.get(at)).copied();
    let key = LogKey { origin, shape, level: level.ok_or_else(damaged)? };
    let text = get_text(input)?;
    let count = get(input)?;
    let last = get_moment(input)?;
    let time = get_moment(input)?;
    let place = get_place(input)?;
    let exemplar = Exemplar { time, place, text: get_text(input)? };
    Ok((key, LogCount { text, count, last, exemplar }))
}

fn put(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn get(input: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn get_moment(input: &mut impl Read) -> io::Result<Moment> {
    Ok(Moment::from_nanos(get(input)? as i64))
}

fn put_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    put(out, text.len() as u64)?;
    out.write_all(text.as_bytes())
}

fn get_text(input: &mut impl Read) -> io::Result<Arc<str>> {
    let length = get(input)?;
    if length > STRING_BYTES_MAX {
        return Err(damaged());
    }
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map(Arc::from).map_err(|_| damaged())
}

fn put_origin(out: &mut impl Write, origin: &Origin) -> io::Result<()> {
    put_text(out, &origin.service)?;
    put_text(out, &origin.environment)
}

fn get_origin(input: &mut impl Read) -> io::Result<Origin> {
    Ok(Origin { service: get_text(input)?, environment: get_text(input)? })
}

fn put_place(out: &mut impl Write, place: &Place) -> io::Result<()> {
    put_text(out, &place.file)?;
    put(out, place.line)
}

fn get_place(input: &mut impl Read) -> io::Result<Place> {
    Ok(Place { file: get_text(input)?, line: get(input)? })
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file is damaged")
}

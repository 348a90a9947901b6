//! How an hour of tallies looks on disk.
//!
//! Each hour is one block, written and read in one piece: small numbers take few bytes, origins stand once before all
//! that they said, and the names of files once in an hour. Read back by the same process only, so there is no version
//! and no compatibility to keep. A damaged file is an error, never a guess.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::sample_codec;
use hark_event::{Hour, Level, Moment, Origin, Place};
use hark_listen::{Exemplar, HourCells, LogCount, LogKey, Pick, Picks, Samples};

/// A block longer than this was not written by us.
const BLOCK_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;
const LEVELS: [Level; 7] =
    [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// Writes one hour; `block` is memory to be reused.
pub(crate) fn write_hour(
    out: &mut impl Write,
    block: &mut Vec<u8>,
    hour: Hour,
    cells: &HourCells,
) -> io::Result<()> {
    block.clear();
    let mut writer = BlockWriter { bytes: block, files: BTreeMap::new(), last_file: None };
    writer.cells(cells);
    out.write_all(&hour.0.to_le_bytes())?;
    out.write_all(&(block.len() as u64).to_le_bytes())?;
    out.write_all(block)
}

/// What stands before the block of an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    pub(crate) hour: Hour,
    bytes: u64,
}

/// Reads which hour comes next; `None` at the end of the run.
pub(crate) fn read_head(input: &mut impl Read) -> io::Result<Option<Head>> {
    let mut head = [0; 16];
    match input.read(&mut head[..1])? {
        0 => return Ok(None),
        _ => input.read_exact(&mut head[1..])?,
    }
    let mut reader = BlockReader { bytes: &head, files: Vec::new() };
    let head = Head { hour: Hour(reader.fixed()? as i64), bytes: reader.fixed()? };
    if head.bytes > BLOCK_BYTES_MAX { Err(damaged()) } else { Ok(Some(head)) }
}

/// Reads the hour whose head was read; `block` is memory to be reused.
pub(crate) fn read_cells(input: &mut impl Read, head: Head, block: &mut Vec<u8>) -> io::Result<HourCells> {
    block.clear();
    if input.take(head.bytes).read_to_end(block)? as u64 != head.bytes {
        return Err(damaged());
    }
    let mut reader = BlockReader { bytes: block, files: Vec::new() };
    let cells = reader.cells()?;
    if reader.bytes.is_empty() { Ok(cells) } else { Err(damaged()) }
}

pub(crate) struct BlockWriter<'a> {
    pub(crate) bytes: &'a mut Vec<u8>,
    /// The names of files that stand in this block, with their numbers from 1 on.
    pub(crate) files: BTreeMap<Arc<str>, u64>,
    pub(crate) last_file: Option<(Arc<str>, u64)>,
}

impl BlockWriter<'_> {
    fn cells(&mut self, cells: &HourCells) {
        self.number(cells.logs.len() as u64);
        for (origin, said) in &cells.logs {
            self.origin(origin);
            self.number(said.len() as u64);
            said.iter().for_each(|(key, count)| self.log(key, count));
        }
        self.number(cells.metrics.len() as u64);
        for (origin, series) in &cells.metrics {
            self.origin(origin);
            self.number(series.len() as u64);
            for (name, samples) in series {
                self.text(name);
                self.samples(samples);
            }
        }
        self.number(cells.peers.len() as u64);
        for ((origin, peer), count) in &cells.peers {
            self.origin(origin);
            self.text(peer);
            self.number(*count);
        }
        self.number(cells.versions.len() as u64);
        for ((origin, version), first) in &cells.versions {
            self.origin(origin);
            self.text(version);
            self.moment(*first);
        }
        self.number(cells.overflow.len() as u64);
        for (origin, count) in &cells.overflow {
            self.origin(origin);
            self.number(*count);
        }
        self.number(cells.samples_cut);
        self.spans(&cells.spans);
    }

    fn log(&mut self, key: &LogKey, count: &LogCount) {
        self.fixed(key.shape);
        self.number(key.level as u64);
        self.text(&count.text);
        self.number(count.count);
        self.moment(count.last);
        self.moment(count.exemplar.time);
        self.place(&count.exemplar.place);
        self.text(&count.exemplar.text);
        self.number(count.picks.as_ref().map_or(0, |picks| picks.len() as u64 + 1));
        if let Some(picks) = &count.picks {
            self.fixed(picks.bar());
            picks.iter().for_each(|pick| self.pick(pick));
        }
    }

    fn pick(&mut self, pick: &Pick) {
        self.fixed(pick.hash);
        self.text(&pick.text);
        // Text of fields is never empty.
        self.text(pick.fields.as_deref().unwrap_or(""));
    }

    fn samples(&mut self, samples: &Samples) {
        self.place(&samples.place);
        self.number(samples.values.len() as u64);
        sample_codec::write(self, &samples.values);
    }

    pub(crate) fn place(&mut self, place: &Place) {
        self.file(&place.file);
        self.number(place.line);
    }

    /// The number of a file's name; 0 and the name where it stands for the first time.
    fn file(&mut self, file: &Arc<str>) {
        if let Some((last, number)) = &self.last_file
            && Arc::ptr_eq(last, file)
        {
            return self.number(*number);
        }
        let next = self.files.len() as u64 + 1;
        let number = *self.files.entry(file.clone()).or_insert(next);
        self.last_file = Some((file.clone(), number));
        if number == next {
            self.number(0);
            self.text(file);
        } else {
            self.number(number);
        }
    }

    pub(crate) fn origin(&mut self, origin: &Origin) {
        self.text(&origin.service);
        self.text(&origin.environment);
    }

    pub(crate) fn moment(&mut self, moment: Moment) {
        self.fixed(moment.nanos() as u64);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn fixed(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

pub(crate) struct BlockReader<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) files: Vec<Arc<str>>,
}

impl BlockReader<'_> {
    fn cells(&mut self) -> io::Result<HourCells> {
        let mut cells = HourCells::default();
        for _ in 0..self.number()? {
            let origin = self.origin()?;
            let count = self.number()?;
            let said = (0..count).map(|_| self.log()).collect::<io::Result<BTreeMap<_, _>>>()?;
            cells.logs.insert(origin, said);
        }
        for _ in 0..self.number()? {
            let origin = self.origin()?;
            let count = self.number()?;
            let series = (0..count).map(|_| Ok((self.text()?, self.samples()?)));
            let series = series.collect::<io::Result<BTreeMap<_, _>>>()?;
            cells.metrics.insert(origin, series);
        }
        for _ in 0..self.number()? {
            let key = (self.origin()?, self.text()?);
            cells.peers.insert(key, self.number()?);
        }
        for _ in 0..self.number()? {
            let key = (self.origin()?, self.text()?);
            cells.versions.insert(key, self.moment()?);
        }
        for _ in 0..self.number()? {
            let origin = self.origin()?;
            cells.overflow.insert(origin, self.number()?);
        }
        cells.samples_cut = self.number()?;
        cells.spans = self.spans()?;
        Ok(cells)
    }

    fn log(&mut self) -> io::Result<(LogKey, LogCount)> {
        let shape = self.fixed()?;
        let level = usize::try_from(self.number()?).ok().and_then(|at| LEVELS.get(at)).copied();
        let key = LogKey { shape, level: level.ok_or_else(damaged)? };
        let text = self.text()?;
        let count = self.number()?;
        let last = self.moment()?;
        let time = self.moment()?;
        let place = self.place()?;
        let exemplar = Exemplar { time, place, text: self.text()? };
        let picks = match self.number()? {
            0 => None,
            picked => {
                let bar = self.fixed()?;
                let kept = (1..picked).map(|_| self.pick()).collect::<io::Result<Vec<_>>>()?;
                Some(Box::new(Picks::of(kept, bar)))
            }
        };
        Ok((key, LogCount { text, count, last, exemplar, picks }))
    }

    fn pick(&mut self) -> io::Result<Pick> {
        let (hash, text, fields) = (self.fixed()?, self.text()?, self.text()?);
        Ok(Pick { hash, text, fields: Some(fields).filter(|fields| !fields.is_empty()) })
    }

    fn samples(&mut self) -> io::Result<Samples> {
        let place = self.place()?;
        let count = self.number()?;
        Ok(Samples { values: sample_codec::read(self, count)?, place })
    }

    pub(crate) fn place(&mut self) -> io::Result<Place> {
        Ok(Place { file: self.file()?, line: self.number()? })
    }

    fn file(&mut self) -> io::Result<Arc<str>> {
        match self.number()? {
            0 => {
                let file = self.text()?;
                self.files.push(file.clone());
                Ok(file)
            }
            number => self.files.get(number as usize - 1).cloned().ok_or_else(damaged),
        }
    }

    pub(crate) fn origin(&mut self) -> io::Result<Origin> {
        Ok(Origin { service: self.text()?, environment: self.text()? })
    }

    pub(crate) fn moment(&mut self) -> io::Result<Moment> {
        Ok(Moment::from_nanos(self.fixed()? as i64))
    }

    pub(crate) fn text(&mut self) -> io::Result<Arc<str>> {
        let length = usize::try_from(self.number()?).map_err(|_| damaged())?;
        let (text, rest) = self.bytes.split_at_checked(length).ok_or_else(damaged)?;
        self.bytes = rest;
        std::str::from_utf8(text).map(Arc::from).map_err(|_| damaged())
    }

    pub(crate) fn fixed(&mut self) -> io::Result<u64> {
        let (number, rest) = self.bytes.split_first_chunk().ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(u64::from_le_bytes(*number))
    }

    pub(crate) fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.bytes.split_first().ok_or_else(damaged)?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged())
    }
}

pub(crate) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_read_back() {
        let numbers = (0..64).flat_map(|bits| [(1 << bits) - 1, 1 << bits]).chain([u64::MAX]);
        let mut bytes = Vec::new();
        let mut writer = BlockWriter { bytes: &mut bytes, files: BTreeMap::new(), last_file: None };
        numbers.clone().for_each(|number| writer.number(number));
        let mut reader = BlockReader { bytes: &bytes, files: Vec::new() };
        for number in numbers {
            assert_eq!(reader.number().ok(), Some(number));
        }
        assert!(reader.number().is_err(), "nothing is left");
    }

    #[test]
    fn a_block_that_was_cut_off_is_an_error() {
        let cells = HourCells { samples_cut: 300, ..HourCells::default() };
        let (mut file, mut block) = (Vec::new(), Vec::new());
        write_hour(&mut file, &mut block, Hour(7), &cells).expect("memory can be written");
        let read = |mut bytes: &[u8], block: &mut Vec<u8>| -> io::Result<Option<(Hour, HourCells)>> {
            let Some(head) = read_head(&mut bytes)? else { return Ok(None) };
            read_cells(&mut bytes, head, block).map(|cells| Some((head.hour, cells)))
        };
        assert_eq!(read(&file, &mut block).expect("a whole block"), Some((Hour(7), cells)));
        for length in 1..file.len() {
            assert!(read(&file[..length], &mut block).is_err(), "{length} bytes");
        }
    }
}

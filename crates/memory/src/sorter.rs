//! Merges parts of hours that come in any order into whole hours in order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};

use hark_event::Hour;
use hark_listen::HourCells;

use crate::codec::{Head, read_cells, read_head, write_hour};

/// Memory that merged parts may take before they are written to disk.
const WEIGHT_MAX: usize = 56 * 1024 * 1024;

/// Why hours could not be kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The temporary file could not be made, written or read; retrying may help when there is room.
    #[error("cannot keep what was read in a temporary file: {0}")]
    Disk(#[from] io::Error),
}

/// Takes parts of hours in any order.
#[derive(Default)]
pub struct Sorter {
    hours: BTreeMap<Hour, HourCells>,
    weight: usize,
    weight_max: Option<usize>,
    runs: Vec<File>,
}

impl Sorter {
    /// A sorter that holds about 64 MiB in memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// A sorter that holds about so many bytes in memory.
    pub fn with_weight_max(weight_max: usize) -> Self {
        Self { weight_max: Some(weight_max), ..Self::default() }
    }

    /// Adds a part.
    ///
    /// # Errors
    /// If memory is full and the temporary file cannot be written.
    pub fn add(&mut self, part: BTreeMap<Hour, HourCells>) -> Result<(), MemoryError> {
        for (hour, cells) in part {
            self.weight += cells.weight();
            match self.hours.entry(hour) {
                Entry::Vacant(gap) => drop(gap.insert(cells)),
                Entry::Occupied(mut known) => known.get_mut().merge(cells),
            }
        }
        if self.weight > self.weight_max.unwrap_or(WEIGHT_MAX) {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), MemoryError> {
        let mut out = BufWriter::with_capacity(1 << 18, tempfile::tempfile()?);
        let mut block = Vec::new();
        for (hour, cells) in std::mem::take(&mut self.hours) {
            write_hour(&mut out, &mut block, hour, &cells)?;
        }
        out.flush()?;
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        self.runs.push(file);
        self.weight = 0;
        Ok(())
    }

    /// Gives all hours back, in order, each whole.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn into_hours(mut self) -> Result<Hours, MemoryError> {
        // Whoever is given so much has need of the room itself.
        if !self.runs.is_empty() {
            self.spill()?;
        }
        let mut runs = Vec::new();
        for file in self.runs {
            let mut reader = BufReader::with_capacity(1 << 15, file);
            let next = read_head(&mut reader)?;
            runs.push(Run { reader, next });
        }
        Ok(Hours { memory: self.hours, runs, block: Vec::new() })
    }
}

/// Of each run only the hour that comes next is known: there may be hundreds, and together they may hold anything.
struct Run {
    reader: BufReader<File>,
    next: Option<Head>,
}

/// Whole hours in order.
pub struct Hours {
    memory: BTreeMap<Hour, HourCells>,
    runs: Vec<Run>,
    /// Memory for the next block.
    block: Vec<u8>,
}

impl Hours {
    fn merge_next(&mut self) -> Result<Option<(Hour, HourCells)>, MemoryError> {
        let on_disk = self.runs.iter().filter_map(|run| run.next.map(|head| head.hour)).min();
        let in_memory = self.memory.first_key_value().map(|(hour, _)| *hour);
        let Some(hour) = on_disk.into_iter().chain(in_memory).min() else { return Ok(None) };
        let mut whole = self.memory.remove(&hour).unwrap_or_default();
        for run in &mut self.runs {
            if let Some(head) = run.next.filter(|head| head.hour == hour) {
                whole.merge(read_cells(&mut run.reader, head, &mut self.block)?);
                run.next = read_head(&mut run.reader)?;
            }
        }
        Ok(Some((hour, whole)))
    }
}

impl Iterator for Hours {
    type Item = Result<(Hour, HourCells), MemoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.merge_next().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{Event, Level, LogRecord, Moment, Origin, RecordFields, Sample};
    use hark_listen::Tally;

    use super::*;

    fn part(seed: i64) -> BTreeMap<Hour, HourCells> {
        let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
        let file = Arc::from(format!("part-{seed}.log"));
        let mut tally = Tally::new().keeping_values();
        for minute in 0..600 {
            let arrival = Moment::from_seconds(1_700_000_000 + minute * 60 + seed);
            let message =
                ["order placed", "order paid", "retrying upstream"][((minute * 7 + seed) % 3) as usize];
            tally.hear(Event::Log(LogRecord {
                time: Some(arrival),
                arrival,
                origin: &origin,
                level: Level::Info,
                message,
                version: None,
                fields: RecordFields::new("amount12", if minute % 2 == 0 { &[(6, 8)] } else { &[] }),
                peers: &[],
                trace: None,
                file: &file,
                line: minute as u64 + 1,
                lines: 1,
            }));
            let value = (minute * seed) as f64;
            let sample =
                Sample { time: arrival, origin: &origin, series: "load", value, file: &file, line: 1 };
            tally.hear(Event::Sample(sample));
        }
        tally.take_hours()
    }

    fn sorted(weight_max: usize, seeds: impl IntoIterator<Item = i64>) -> Vec<(Hour, HourCells)> {
        let mut sorter = Sorter::with_weight_max(weight_max);
        for seed in seeds {
            sorter.add(part(seed)).expect("a temporary file can be written");
        }
        let hours = sorter.into_hours().expect("runs can be read").map(|hour| hour.expect("runs are whole"));
        hours
            .map(|(hour, mut cells)| {
                for samples in cells.metrics.values_mut().flat_map(BTreeMap::values_mut) {
                    samples.values = samples.clone().sorted();
                }
                (hour, cells)
            })
            .collect()
    }

    #[test]
    fn disk_and_order_change_nothing() {
        let in_memory = sorted(usize::MAX, 0..6);
        assert!(in_memory.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(in_memory, sorted(1, 0..6));
        assert_eq!(in_memory, sorted(1, (0..6).rev()));
    }
}

//! Metrics in wide form: a row per time, a column per series, `time,a,b`; columns of words are labels.
//! A single column named `value` is the series that the file is named for.

use std::rc::Rc;

use hark_event::Moment;

use crate::csv::{Next, Rows, WRONG_WIDTH, number};
use crate::csv_header::Table;
use crate::csv_times::RowTimes;
use crate::ear::Ear;
use crate::lines::{Lines, Tally};
use crate::samples::{Known, KnownLines, KnownSeries};

/// Reads the file to its end.
pub(crate) fn read(
    lines: &mut Lines<'_>,
    table: &Table,
    values: &[(usize, Option<String>)],
    labels: &[(usize, String)],
    ear: &mut Ear<'_>,
) {
    let (mut rows, mut times) = (Rows::new(table.delimiter), RowTimes::default());
    let is_named_by_column = table.service.is_none() && table.environment.is_none() && labels.is_empty();
    let mut reader = Reader {
        table,
        values,
        labels,
        series: KnownSeries::default(),
        by_column: is_named_by_column.then(|| vec![None; values.len()]),
        stem: ear.stem.clone(),
    };
    let mut known_lines = KnownLines::new();
    let mut header_rows = table.header_rows;
    loop {
        let counted = rows.after;
        let next = rows.next(lines);
        if next == Next::End {
            known_lines.count(lines.tally.since(counted), None, ear);
            return;
        }
        let mut tally = rows.after.since(counted);
        if header_rows > 0 {
            header_rows -= 1;
            known_lines.count(tally, None, ear);
            continue;
        }
        let time = times.read(&rows, table).and_then(|reading| ear.calendar.place(reading));
        let is_known = time.map(|time| ear.knows(time));
        match time.filter(|_| next == Next::Row) {
            Some(_) if !rows.fits(table.columns) => tally.reject(rows.line, WRONG_WIDTH),
            Some(time) => reader.read_row(&rows, time, &mut tally, ear),
            None => tally.reject(rows.line, "a row without a time that can be read, or with an open quote"),
        }
        known_lines.count(tally, is_known, ear);
    }
}

struct Reader<'a> {
    table: &'a Table,
    values: &'a [(usize, Option<String>)],
    labels: &'a [(usize, String)],
    series: KnownSeries,
    /// The series of each column, where nothing else in a row names it.
    by_column: Option<Vec<Option<Rc<Known>>>>,
    stem: String,
}

impl Reader<'_> {
    fn read_row(&mut self, rows: &Rows, time: Moment, tally: &mut Tally, ear: &mut Ear<'_>) {
        for (at, (column, name)) in self.values.iter().enumerate() {
            match number(rows.cell(*column), rows.delimiter()) {
                Ok(Some(value)) => {
                    let known = self.by_column.as_ref().and_then(|columns| columns[at].clone());
                    let found = known.unwrap_or_else(|| {
                        let name = name.as_ref().unwrap_or(&self.stem);
                        self.series.of_row(name, rows, self.table, self.labels, ear)
                    });
                    if let Some(columns) = &mut self.by_column {
                        columns[at].get_or_insert_with(|| found.clone());
                    }
                    ear.sample(time, found.origin, &found.name, value, rows.line);
                }
                Ok(None) => {}
                Err(_) => tally.reject(rows.line, "a cell that is no number"),
            }
        }
    }
}

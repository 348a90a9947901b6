//! Metrics in long form: a sample per row, `time,series,value`; further columns are labels, and one that
//! names the service says whose series it is.

use crate::csv::{Next, Rows, WRONG_WIDTH, number};
use crate::csv_header::Table;
use crate::csv_times::RowTimes;
use crate::ear::Ear;
use crate::lines::Lines;
use crate::samples::{KnownLines, KnownSeries};

/// Reads the file to its end.
pub(crate) fn read(
    lines: &mut Lines<'_>,
    table: &Table,
    (series, value): (usize, usize),
    labels: &[(usize, String)],
    ear: &mut Ear<'_>,
) {
    let (mut rows, mut times) = (Rows::new(table.delimiter), RowTimes::default());
    let (mut known_series, mut known_lines) = (KnownSeries::default(), KnownLines::new());
    let mut header_rows = table.header_rows;
    loop {
        let counted = rows.after;
        let next = rows.next(lines);
        if next == Next::End {
            known_lines.count(lines.tally.since(counted), None, ear);
            return;
        }
        let mut tally = rows.after.since(counted);
        let is_row = next == Next::Row && header_rows == 0;
        header_rows = header_rows.saturating_sub(1);
        let time = is_row.then(|| times.read(&rows, table)).flatten();
        let time = time.and_then(|reading| ear.calendar.place(reading));
        let cell = number(rows.cell(value), rows.delimiter());
        let mut is_known = time.map(|time| ear.knows(time));
        match (time, cell) {
            (Some(_), _) if !rows.fits(table.columns) => tally.reject(rows.line, WRONG_WIDTH),
            (Some(time), Ok(Some(value))) if !rows.cell(series).trim().is_empty() => {
                let found = known_series.of_row(rows.cell(series), &rows, table, labels, ear);
                is_known = Some(ear.sample(time, found.origin, &found.name, value, rows.line));
            }
            (Some(_), Ok(None)) => {}
            _ if !is_row && next == Next::Row => {}
            _ => tally.reject(rows.line, "a row without a time, a series or a number that can be read"),
        }
        known_lines.count(tally, is_known, ear);
    }
}

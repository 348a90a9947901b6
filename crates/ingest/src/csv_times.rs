//! The time of a table's row, which stands in one column, or as date and time of day in two.

use crate::csv::Rows;
use crate::csv_header::Table;
use crate::stamp::{FieldReader, Reading};

/// Reads the times of rows.
#[derive(Debug, Default)]
pub(crate) struct RowTimes {
    reader: FieldReader,
    joined: String,
}

impl RowTimes {
    /// The time that the row says.
    pub(crate) fn read(&mut self, rows: &Rows, table: &Table) -> Option<Reading> {
        let time = rows.cell(table.time);
        match table.time_of_day {
            None => self.reader.read(time),
            Some(column) => self.read_both(time, rows.cell(column)),
        }
    }

    /// The time that a date and a time of day say together.
    pub(crate) fn read_both(&mut self, date: &str, time_of_day: &str) -> Option<Reading> {
        let time_of_day = time_of_day.trim();
        if !time_of_day.contains(':') {
            return None;
        }
        self.joined.clear();
        self.joined.push_str(date.trim());
        self.joined.push(' ');
        self.joined.push_str(time_of_day);
        self.reader.read(&self.joined)
    }
}

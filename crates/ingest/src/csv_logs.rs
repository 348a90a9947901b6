//! Tables of log records: a time column and one with the text, which may be Docker's JSON.

use std::ops::ControlFlow;

use hark_event::Level;

use crate::csv::{Next, Rows, WRONG_WIDTH};
use crate::csv_header::{Column, Table};
use crate::csv_times::RowTimes;
use crate::draft::Draft;
use crate::ear::Ear;
use crate::json::Fields;
use crate::lines::Lines;
use crate::log_fields::LogFields;
use crate::origin::service_of_pod;
use crate::otlp_value::id_hash;
use crate::plain::take_message;
use crate::records::Records;

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(
    lines: &mut Lines<'_>,
    table: &Table,
    text: usize,
    level: Option<usize>,
    ear: &mut Ear<'_>,
) {
    let mut reader = Reader { table, text, level, ..Reader::new(table) };
    let mut records = Records::new();
    if reader.read_rows(lines, &mut records, ear).is_continue() {
        // Breaks only when the last records are not known yet: they are then left out.
        let _ = records.finish(lines.tally, ear);
    }
}

struct Reader<'a> {
    table: &'a Table,
    text: usize,
    level: Option<usize>,
    rows: Rows,
    times: RowTimes,
    fields: Fields,
    meanings: LogFields,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table) -> Self {
        Self {
            table,
            text: 0,
            level: None,
            rows: Rows::new(table.delimiter),
            times: RowTimes::default(),
            fields: Fields::default(),
            meanings: LogFields::default(),
        }
    }

    fn read_rows(
        &mut self,
        lines: &mut Lines<'_>,
        records: &mut Records,
        ear: &mut Ear<'_>,
    ) -> ControlFlow<()> {
        let mut header_rows = self.table.header_rows;
        // Rows may be read again after an unclosed quote, so that rejections are counted beside the lines.
        let mut rejected = 0;
        loop {
            let next = self.rows.next(lines);
            if next == Next::End {
                return ControlFlow::Continue(());
            }
            if header_rows > 0 {
                header_rows -= 1;
                continue;
            }
            if next == Next::Unclosed || !self.rows.fits(self.table.columns) {
                rejected += 1;
                lines.tally.reject(self.rows.line, WRONG_WIDTH);
                continue;
            }
            let mut before = self.rows.before;
            before.rejected = rejected;
            let draft = records.begin(before, self.rows.line, ear)?;
            draft.lines = self.rows.lines;
            self.fill(draft, ear);
        }
    }

    fn fill(&mut self, draft: &mut Draft, ear: &mut Ear<'_>) {
        let text = self.rows.cell(self.text).trim_end();
        let time = self.times.read(&self.rows, self.table).and_then(|reading| ear.calendar.place(reading));
        if text.starts_with('{') && self.fields.read(text).is_ok() {
            self.meanings.fill(&self.fields, text, draft, ear);
        } else {
            take_message(text, draft);
        }
        draft.time = time.or(draft.time);
        if self.table.is_newest_first {
            draft.observed = draft.observed.or(draft.time);
        }
        if let Some(level) = self.level.and_then(|column| Level::parse(self.rows.cell(column).trim())) {
            draft.level = level;
        }
        if let Some(column) = self.table.trace.filter(|_| ear.hears_traces) {
            draft.trace = id_hash(self.rows.cell(column)).or(draft.trace);
        }
        let service = self.table.service.map(|column| match column {
            Column::Name(index) => self.rows.cell(index),
            Column::Pod(index) => service_of_pod(self.rows.cell(index).trim()),
        });
        let environment = self.table.environment.map(|column| self.rows.cell(column));
        draft.origin = ear.origins.of(service, environment).or(draft.origin);
    }
}

//! What all tables of samples share: series known by the text that names them, and lines that count only
//! if a sample of theirs is known.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::csv::Rows;
use crate::csv_header::{Column, Table};
use crate::ear::Ear;
use crate::lines::Tally;
use crate::origin::{Speaker, service_of_pod};
use crate::series::Series;

/// Beyond this many series in one file the known ones are forgotten and read anew.
const SERIES_MAX: usize = 200_000;
/// Separates the parts of a key; no cell of a table should hold it.
const PART_END: char = '\u{1}';

/// A series that was named before.
#[derive(Debug)]
pub(crate) struct Known {
    /// Whose it is.
    pub(crate) origin: Speaker,
    /// Its name by the contract.
    pub(crate) name: String,
}

/// The series of one file.
#[derive(Debug, Default)]
pub(crate) struct KnownSeries {
    by_key: FxHashMap<String, Rc<Known>>,
    key: String,
    last: Option<(String, Rc<Known>)>,
}

impl KnownSeries {
    /// The series that this text and the row's further columns name.
    pub(crate) fn of_row(
        &mut self,
        text: &str,
        rows: &Rows,
        table: &Table,
        labels: &[(usize, String)],
        ear: &mut Ear<'_>,
    ) -> Rc<Known> {
        let service = table.service.map(|column| match column {
            Column::Name(index) => rows.cell(index).trim(),
            Column::Pod(index) => service_of_pod(rows.cell(index).trim()),
        });
        let environment = table.environment.map(|index| rows.cell(index).trim());
        if service.is_none()
            && environment.is_none()
            && labels.is_empty()
            && let Some((key, known)) = &self.last
            && key == text
        {
            return known.clone();
        }
        self.key.clear();
        self.key.push_str(text);
        let further = labels.iter().map(|(index, _)| rows.cell(*index));
        for part in service.into_iter().chain(environment).chain(further) {
            self.key.push(PART_END);
            self.key.push_str(part);
        }
        if let Some((_, known)) = self.last.as_ref().filter(|(key, _)| *key == self.key) {
            return known.clone();
        }
        if let Some(known) = self.by_key.get(&self.key) {
            self.last = Some((self.key.clone(), known.clone()));
            return known.clone();
        }
        let mut series = Series::parse(text);
        let named = series.take_origin(ear);
        let origin = ear.origins.of(service, environment).or(named);
        for (index, label) in labels {
            if !rows.cell(*index).trim().is_empty() {
                series.labels.push((label.clone(), rows.cell(*index).trim().to_owned()));
            }
        }
        let known = Rc::new(Known { origin, name: series.render() });
        if self.by_key.len() >= SERIES_MAX {
            self.by_key.clear();
        }
        self.by_key.insert(self.key.clone(), known.clone());
        known
    }
}

/// Counts the lines whose samples are known; a line that says no time goes with the one before it.
#[derive(Debug)]
pub(crate) struct KnownLines {
    is_known: bool,
}

impl KnownLines {
    /// A header is always known.
    pub(crate) fn new() -> Self {
        Self { is_known: true }
    }

    /// Counts a line; `is_known` says whether what it says had arrived, if it says a time.
    pub(crate) fn count(&mut self, tally: Tally, is_known: Option<bool>, ear: &mut Ear<'_>) {
        self.is_known = is_known.unwrap_or(self.is_known);
        if self.is_known {
            ear.count(tally);
        }
    }
}

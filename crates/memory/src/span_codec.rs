//! How the spans of an hour look on disk, within its block.
//!
//! Few names stand before many small numbers; what is damaged is an error, as everywhere in a block.

use std::collections::BTreeMap;
use std::io;

use hark_event::PeerKind;
use hark_listen::{Called, Durations, Outline, Sighting, SpanCells, SpanCount};

use crate::codec::{BlockReader, BlockWriter, damaged};

const PEERS: [PeerKind; 4] = [PeerKind::Service, PeerKind::Database, PeerKind::Queue, PeerKind::Host];

impl BlockWriter<'_> {
    pub(crate) fn spans(&mut self, spans: &SpanCells) {
        self.number(spans.operations.len() as u64);
        for (origin, named) in &spans.operations {
            self.origin(origin);
            self.number(named.len() as u64);
            for (name, count) in named {
                self.text(name);
                self.span_count(count);
            }
        }
        self.number(spans.calls.len() as u64);
        for (origin, named) in &spans.calls {
            self.origin(origin);
            self.number(named.len() as u64);
            for (called, count) in named {
                self.called(called);
                self.span_count(count);
            }
        }
        self.number(spans.outlines.len() as u64);
        for ((trace, id), outline) in &spans.outlines {
            self.fixed(*trace);
            self.fixed(*id);
            self.outline(outline);
        }
        self.number(spans.cut);
    }

    fn span_count(&mut self, count: &SpanCount) {
        self.number(count.spans);
        self.number(count.errors);
        self.number(count.retries);
        self.number(count.durations.counts().len() as u64);
        for (bucket, count) in count.durations.counts() {
            self.number(u64::from(*bucket));
            self.number(*count);
        }
        self.sighting(&count.first);
        self.moment(count.last);
        self.maybe(count.failed.as_ref(), Self::sighting);
        self.maybe(count.retried.as_ref(), Self::sighting);
        self.number(count.slowest.0);
        self.sighting(&count.slowest.1);
    }

    fn outline(&mut self, outline: &Outline) {
        self.origin(&outline.origin);
        self.maybe(outline.parent.as_ref(), |writer, parent| writer.fixed(*parent));
        self.number(u64::from(outline.is_incoming) * 2 + u64::from(outline.is_error));
        self.sighting(&outline.seen);
        self.maybe(outline.called.as_ref(), Self::called);
    }

    fn called(&mut self, called: &Called) {
        self.number(called.kind as u64 * 2 + u64::from(called.is_source));
        self.text(&called.name);
    }

    fn sighting(&mut self, seen: &Sighting) {
        self.moment(seen.time);
        self.place(&seen.place);
    }

    fn maybe<T>(&mut self, what: Option<&T>, write: impl Fn(&mut Self, &T)) {
        self.number(u64::from(what.is_some()));
        what.into_iter().for_each(|what| write(self, what));
    }
}

impl BlockReader<'_> {
    pub(crate) fn spans(&mut self) -> io::Result<SpanCells> {
        let mut spans = SpanCells::default();
        for _ in 0..self.number()? {
            let origin = self.origin()?;
            let named = (0..self.number()?).map(|_| Ok((self.text()?, self.span_count()?)));
            let named = named.collect::<io::Result<BTreeMap<_, _>>>()?;
            spans.operations.insert(origin, named);
        }
        for _ in 0..self.number()? {
            let origin = self.origin()?;
            let named = (0..self.number()?).map(|_| Ok((self.called()?, self.span_count()?)));
            let named = named.collect::<io::Result<BTreeMap<_, _>>>()?;
            spans.calls.insert(origin, named);
        }
        for _ in 0..self.number()? {
            let key = (self.fixed()?, self.fixed()?);
            spans.outlines.insert(key, self.outline()?);
        }
        spans.cut = self.number()?;
        Ok(spans)
    }

    fn span_count(&mut self) -> io::Result<SpanCount> {
        let (spans, errors, retries) = (self.number()?, self.number()?, self.number()?);
        let mut counts = Vec::new();
        for _ in 0..self.number()? {
            counts.push((u16::try_from(self.number()?).map_err(|_| damaged())?, self.number()?));
        }
        let durations = Durations::of(counts).ok_or_else(damaged)?;
        Ok(SpanCount {
            spans,
            errors,
            retries,
            durations,
            first: self.sighting()?,
            last: self.moment()?,
            failed: self.maybe(Self::sighting)?,
            retried: self.maybe(Self::sighting)?,
            slowest: (self.number()?, self.sighting()?),
        })
    }

    fn outline(&mut self) -> io::Result<Outline> {
        let origin = self.origin()?;
        let parent = self.maybe(Self::fixed)?;
        let flags = self.number()?;
        Ok(Outline {
            origin,
            parent,
            is_incoming: flags & 2 != 0,
            is_error: flags & 1 != 0,
            seen: self.sighting()?,
            called: self.maybe(Self::called)?,
        })
    }

    fn called(&mut self) -> io::Result<Called> {
        let flags = self.number()?;
        let kind = usize::try_from(flags / 2).ok().and_then(|at| PEERS.get(at)).copied();
        Ok(Called { is_source: flags & 1 != 0, kind: kind.ok_or_else(damaged)?, name: self.text()? })
    }

    fn sighting(&mut self) -> io::Result<Sighting> {
        Ok(Sighting { time: self.moment()?, place: self.place()? })
    }

    fn maybe<T>(&mut self, read: impl Fn(&mut Self) -> io::Result<T>) -> io::Result<Option<T>> {
        match self.number()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(damaged()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{Event, Hour, Moment, Origin, Peer, Span, SpanKind};
    use hark_listen::{HourCells, Tally};

    use super::*;
    use crate::codec::{read_cells, read_head, write_hour};

    fn hour_of_spans() -> (Hour, HourCells) {
        let mut tally = Tally::new();
        for number in 1..60_u64 {
            let end = Moment::from_seconds(3_600).plus_seconds(number as i64);
            tally.hear(Event::Span(Span {
                start: Moment::from_nanos(end.nanos() - number as i64 * 1_000_003),
                end,
                origin: &Origin { service: Arc::from("checkout"), environment: Arc::from("production") },
                operation: "POST",
                kind: if number % 2 == 0 { SpanKind::Server } else { SpanKind::Client },
                is_error: number % 7 == 0,
                peer: (number % 2 == 1).then_some(Peer { kind: PeerKind::Host, name: "payments" }),
                is_retry: number % 11 == 0,
                trace: number * 77,
                id: number,
                parent: (number % 3 == 0).then_some(5),
                version: None,
                file: &Arc::from("spans.jsonl"),
                line: number,
            }));
        }
        tally.take_hours().pop_first().expect("an hour of spans")
    }

    #[test]
    fn spans_are_read_back_as_they_were_and_a_cut_block_is_an_error() {
        let (hour, cells) = hour_of_spans();
        let (mut file, mut block) = (Vec::new(), Vec::new());
        write_hour(&mut file, &mut block, hour, &cells).expect("memory can be written");
        let mut read = |mut bytes: &[u8]| {
            let head = read_head(&mut bytes)?.expect("the file is not empty");
            read_cells(&mut bytes, head, &mut block).map(|cells| (head.hour, cells))
        };
        assert_eq!(read(&file).expect("a whole block"), (hour, cells));
        for length in (1..file.len()).step_by(17) {
            assert!(read(&file[..length]).is_err(), "{length} bytes");
        }
    }
}

//! A walk through JSON of any size: the records in it are taken one by one, the rest is passed over.
//!
//! Exports of telemetry are one document or one object per line, and a document may be larger than memory. So nothing is
//! parsed here: brackets and strings are followed, a [`Visit`] says which values to enter, which to take as bytes and
//! which to pass, and a record that is no good is the visitor's to reject. What is broken in its brackets ends the line
//! where there are lines, else the document. Nothing grows but the one record that is being taken.

use std::io::{self, Read};

use memchr::memchr3;

use crate::lines::Tally;

/// Longer records are not taken.
pub(crate) const RECORD_BYTES_MAX: usize = 4 << 20;
const CHUNK_BYTES: usize = 256 << 10;
/// Keys longer than this mean nothing to anybody.
const KEY_BYTES_MAX: usize = 64;

/// What to do with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step<N> {
    /// Look at what is in it, which is of this node.
    Enter(N),
    /// Look at what is in a list of the first node; take what is none as the second.
    EnterListOrTake(N, N),
    /// Take it as a whole.
    Take(N),
    /// Pass it over.
    Pass,
}

/// Who knows what the values mean.
pub(crate) trait Visit {
    /// What a value is, by where it stands.
    type Node: Copy;
    /// What to do with a value of its own, by its first byte.
    fn root(&self, first: u8) -> Step<Self::Node>;
    /// What to do with the value of this key, or with an element, of a node.
    fn step(&self, parent: Self::Node, key: Option<&[u8]>) -> Step<Self::Node>;
    /// Takes a value that begins in this line; says whether it could be understood.
    fn take(&mut self, node: Self::Node, key: Option<&[u8]>, bytes: &[u8], line: u64) -> bool;
    /// What was entered has ended.
    fn leave(&mut self, node: Self::Node);
    /// A value of its own has ended; this much was read for it.
    fn end(&mut self, tally: Tally);
}

/// Where a document ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// At the end of its line: what is broken in one does no harm to the next.
    Lines,
    /// Where its brackets say so.
    Free,
}

/// The brackets, or the bytes, end before the value does.
struct Broken;

/// Why a walk ended before its document did.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The file could not be read on, after so many bytes.
    Unreadable(io::Error, u64),
    /// There is no more of it, after so many bytes.
    Unfinished(u64),
    /// Its brackets make no sense from this line on.
    Broken(u64),
}

/// Of a record that is not taken.
pub(crate) const TOO_LONG: &str = "a record longer than 4 MiB";

/// Of a record whose JSON is whole.
pub(crate) const NOT_UNDERSTOOD: &str = "a record without what it needs: a time, an identity, a value";

/// The bytes of a file on their way.
pub(crate) struct Walk<'r> {
    inner: Box<dyn Read + 'r>,
    layout: Layout,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Where the value that is being taken begins, as long as it is not too long.
    mark: Option<usize>,
    /// Bytes that have left the buffer.
    passed: u64,
    lines: u64,
    rejected: Tally,
    is_at_end: bool,
    damage: Option<io::Error>,
    stop: Option<Stop>,
}

impl<'r> Walk<'r> {
    /// Before the first byte.
    pub(crate) fn new(inner: Box<dyn Read + 'r>, layout: Layout) -> Self {
        Self {
            inner,
            layout,
            buffer: vec![0; CHUNK_BYTES],
            at: 0,
            end: 0,
            mark: None,
            passed: 0,
            lines: 0,
            rejected: Tally::default(),
            is_at_end: false,
            damage: None,
            stop: None,
        }
    }

    /// Walks to the end of the file; what ended it early, if something did.
    pub(crate) fn walk(mut self, visitor: &mut impl Visit) -> Option<Stop> {
        if self.peek() == Some(0xEF) {
            self.skip(3);
        }
        let mut before = Tally::default();
        while let Some(first) = self.skip_space(Layout::Free) {
            let begun = self.lines;
            let mut outcome = match visitor.root(first) {
                Step::Pass => Err(Broken),
                step => self.value(step, None, visitor),
            };
            if outcome.is_ok() && self.layout == Layout::Lines {
                let rest = self.skip_space(Layout::Lines);
                outcome = if rest.is_none_or(|byte| byte == b'\n') { Ok(()) } else { Err(Broken) };
            }
            if outcome.is_err() {
                self.rejected.reject(self.lines + 1, "no whole JSON");
                self.mark = None;
                self.note_stop(begun);
                self.pass_broken();
            } else if self.peek() == Some(b'\n') {
                self.next();
            }
            let now = self.tally();
            visitor.end(now.since(before));
            before = now;
        }
        visitor.end(self.tally().since(before));
        let bytes = self.passed + self.at as u64;
        self.damage.map(|damage| Stop::Unreadable(damage, bytes)).or(self.stop)
    }

    /// Notes that a value which began after so many lines has no end. One line among many costs nothing but itself.
    fn note_stop(&mut self, begun: u64) {
        let is_one_of_many = self.layout == Layout::Lines && begun > 0;
        if self.stop.is_some() || is_one_of_many {
            return;
        }
        let is_over = self.peek().is_none();
        if is_over {
            self.stop = Some(Stop::Unfinished(self.passed + self.at as u64));
        } else if self.layout == Layout::Free {
            self.stop = Some(Stop::Broken(self.lines + 1));
        }
    }

    /// What was read so far; a last line without an end counts.
    fn tally(&mut self) -> Tally {
        let bytes = self.passed + self.at as u64;
        let unended =
            self.is_at_end && self.at == self.end && self.at > 0 && self.buffer[self.at - 1] != b'\n';
        Tally {
            lines: self.lines + u64::from(unended),
            bytes,
            rejected: self.rejected.rejected,
            last_rejected: self.rejected.last_rejected,
            ..Tally::default()
        }
    }

    fn value<V: Visit>(
        &mut self,
        step: Step<V::Node>,
        key: Option<&[u8]>,
        visitor: &mut V,
    ) -> Result<(), Broken> {
        let first = self.skip_space(self.layout).ok_or(Broken)?;
        let step = match step {
            Step::EnterListOrTake(list, _) if first == b'[' => Step::Enter(list),
            Step::EnterListOrTake(_, other) => Step::Take(other),
            step => step,
        };
        match (step, first) {
            (Step::Enter(node), b'{') => self.object(node, visitor),
            (Step::Enter(node), b'[') => self.array(node, visitor),
            (Step::Take(node), _) => {
                self.mark = Some(self.at);
                let line = self.lines + 1;
                self.pass()?;
                match self.mark.take() {
                    Some(mark) => {
                        let is_understood = visitor.take(node, key, &self.buffer[mark..self.at], line);
                        if !is_understood {
                            self.rejected.reject(line, NOT_UNDERSTOOD);
                        }
                    }
                    None => self.rejected.reject(line, TOO_LONG),
                }
                Ok(())
            }
            (Step::Enter(_) | Step::EnterListOrTake(..) | Step::Pass, _) => self.pass(),
        }
    }

    fn object<V: Visit>(&mut self, node: V::Node, visitor: &mut V) -> Result<(), Broken> {
        self.next();
        loop {
            match self.skip_space(self.layout).ok_or(Broken)? {
                b'}' => break,
                b',' => self.skip(1),
                b'"' => {
                    let mut key = [0; KEY_BYTES_MAX];
                    let length = self.key(&mut key)?;
                    if self.skip_space(self.layout) != Some(b':') {
                        return Err(Broken);
                    }
                    self.next();
                    let key = Some(&key[..length]);
                    self.value(visitor.step(node, key), key, visitor)?;
                }
                _ => return Err(Broken),
            }
        }
        self.next();
        visitor.leave(node);
        Ok(())
    }

    fn array<V: Visit>(&mut self, node: V::Node, visitor: &mut V) -> Result<(), Broken> {
        self.next();
        loop {
            match self.skip_space(self.layout).ok_or(Broken)? {
                b']' => break,
                b',' => self.skip(1),
                b'}' | b':' => return Err(Broken),
                _ => self.value(visitor.step(node, None), None, visitor)?,
            }
        }
        self.next();
        visitor.leave(node);
        Ok(())
    }

    /// Reads a key as it is written; how long it is, as far as it is kept.
    fn key(&mut self, into: &mut [u8; KEY_BYTES_MAX]) -> Result<usize, Broken> {
        self.mark = Some(self.at + 1);
        self.pass()?;
        let mark = self.mark.take().ok_or(Broken)?;
        let key = &self.buffer[mark..self.at - 1];
        let length = key.len().min(KEY_BYTES_MAX);
        into[..length].copy_from_slice(&key[..length]);
        Ok(length)
    }

    /// Passes over one value.
    fn pass(&mut self) -> Result<(), Broken> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Broken)? {
                b'"' => {
                    self.next();
                    self.pass_string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.next();
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Broken)?;
                    self.next();
                }
                b'\n' if self.layout == Layout::Lines => return Err(Broken),
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth > 0 => {
                    self.next();
                    continue;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => return Err(Broken),
                _ => self.pass_scalar(),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn pass_string(&mut self) -> Result<(), Broken> {
        loop {
            let Some(found) = memchr3(b'"', b'\\', b'\n', &self.buffer[self.at..self.end]) else {
                self.at = self.end;
                self.peek().ok_or(Broken)?;
                continue;
            };
            self.at += found;
            match self.next() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => {
                    self.next().ok_or(Broken)?;
                }
                // A string does not go on in the next line: the line was cut off. Its end is still to be seen.
                _ => {
                    self.at -= 1;
                    self.lines -= 1;
                    return Err(Broken);
                }
            }
        }
    }

    /// Passes over what is neither bracket nor string; at least one byte, whatever it is.
    fn pass_scalar(&mut self) {
        let is_in = |byte: u8| {
            !matches!(byte, b',' | b':' | b']' | b'}' | b'[' | b'{' | b'"' | b' ' | b'\t' | b'\r' | b'\n')
        };
        self.next();
        while self.peek().is_some_and(is_in) {
            self.next();
        }
    }

    /// Passes over what is left of something broken.
    fn pass_broken(&mut self) {
        while let Some(byte) = self.next() {
            if byte == b'\n' && self.layout == Layout::Lines {
                return;
            }
        }
    }

    /// The next byte that is no space; in lines, a line's end is none.
    fn skip_space(&mut self, layout: Layout) -> Option<u8> {
        loop {
            match self.peek()? {
                // A crash leaves zeros where a writer had not come to yet; between values they say nothing.
                b' ' | b'\t' | b'\r' | 0 => self.skip(1),
                b'\n' if layout == Layout::Free => self.skip(1),
                other => return Some(other),
            }
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        while self.at == self.end {
            if self.is_at_end {
                return None;
            }
            self.fill();
        }
        Some(self.buffer[self.at])
    }

    /// Passes over so many bytes.
    fn skip(&mut self, bytes: usize) {
        (0..bytes).for_each(|_| {
            self.next();
        });
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        self.lines += u64::from(byte == b'\n');
        Some(byte)
    }

    /// Reads more; what lies before the taken value goes.
    fn fill(&mut self) {
        if self.mark.is_some_and(|mark| self.end - mark.min(self.end) > RECORD_BYTES_MAX) {
            self.mark = None;
        }
        let keep = self.mark.unwrap_or(self.at).min(self.at);
        // One byte before stays, which tells whether a last line has an end.
        let keep = keep.saturating_sub(1);
        self.buffer.copy_within(keep..self.end, 0);
        self.passed += keep as u64;
        self.at -= keep;
        self.end -= keep;
        self.mark = self.mark.map(|mark| mark - keep);
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() + CHUNK_BYTES, 0);
        }
        match self.inner.read(&mut self.buffer[self.end..]) {
            Ok(0) => self.is_at_end = true,
            Ok(count) => self.end += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.damage = Some(error);
                self.is_at_end = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the elements of `records`, wherever they are, and notes what happens.
    #[derive(Default)]
    struct Notes {
        taken: Vec<String>,
        tally: Tally,
    }

    impl Visit for Notes {
        type Node = u8;

        fn root(&self, first: u8) -> Step<u8> {
            if first == b'{' { Step::Enter(0) } else { Step::Pass }
        }

        fn step(&self, parent: u8, key: Option<&[u8]>) -> Step<u8> {
            match (parent, key) {
                (0, Some(b"records")) => Step::Enter(1),
                (1, None) => Step::Take(2),
                _ => Step::Pass,
            }
        }

        fn take(&mut self, _: u8, _: Option<&[u8]>, bytes: &[u8], line: u64) -> bool {
            self.taken.push(format!("{line}:{}", String::from_utf8_lossy(bytes)));
            true
        }

        fn leave(&mut self, _: u8) {}

        fn end(&mut self, tally: Tally) {
            self.tally.lines += tally.lines;
            self.tally.bytes += tally.bytes;
            self.tally.rejected += tally.rejected;
        }
    }

    /// A reader that gives a few bytes at a time, so that every value crosses a border.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[track_caller]
    fn check(text: &str, layout: Layout, expected: &[&str]) -> Tally {
        let mut last = Tally::default();
        for size in [1, 3, 7, 1 << 20] {
            let mut notes = Notes::default();
            let stop = Walk::new(Box::new(Drip(text.as_bytes(), size)), layout).walk(&mut notes);
            assert!(stop.is_none(), "{stop:?}");
            assert_eq!(notes.taken, expected, "{size} bytes at a time");
            assert_eq!(notes.tally.bytes, text.len() as u64, "every byte is accounted for");
            assert_eq!(notes.tally.lines, text.lines().count() as u64, "every line is accounted for");
            last = notes.tally;
        }
        last
    }

    #[test]
    fn records_are_taken_from_documents_and_from_lines() {
        let document =
            "{\n \"x\": [1, {\"a\": \"]}\\\"\"}],\n \"records\": [\n  {\"b\": 1},\n  2, \"c\"\n ]\n}\n";
        check(document, Layout::Free, &["4:{\"b\": 1}", "5:2", "5:\"c\""]);
        let lines = "{\"records\":[1]}\n\n{\"records\":[{\"x\":[]},3]}";
        check(lines, Layout::Lines, &["1:1", "3:{\"x\":[]}", "3:3"]);
        check(lines, Layout::Free, &["1:1", "3:{\"x\":[]}", "3:3"]);
    }

    #[test]
    fn a_broken_line_does_no_harm_to_the_next() {
        for broken in [
            "{\"records\":[9",
            "{\"records\":[9,\"x",
            "{\"records\":[9}",
            "[9]",
            "x",
            "{\"records\":[9]} y",
            "{\"a\"}",
        ] {
            let text = format!("{{\"records\":[1]}}\n{broken}\n{{\"records\":[2]}}\n");
            let mut notes = Notes::default();
            Walk::new(Box::new(text.as_bytes()), Layout::Lines).walk(&mut notes);
            assert!(
                notes.taken.contains(&"1:1".to_owned()) && notes.taken.contains(&"3:2".to_owned()),
                "{broken}: {:?}",
                notes.taken
            );
            assert_eq!((notes.tally.rejected, notes.tally.lines), (1, 3), "{broken}");
        }
    }

    #[test]
    fn a_document_that_ends_or_breaks_in_its_midst_says_so_and_keeps_what_was_whole() {
        let stop = |text: &str, layout| {
            let mut notes = Notes::default();
            (Walk::new(Box::new(text.as_bytes()), layout).walk(&mut notes), notes.taken)
        };
        let whole = "{\"records\":[1,\n{\"x\":2},\n3]}";
        for length in 2..whole.len() {
            let (stop, taken) = stop(&whole[..length], Layout::Free);
            assert!(
                matches!(stop, Some(Stop::Unfinished(bytes)) if bytes == length as u64),
                "{length}: {stop:?}"
            );
            assert_eq!(taken.contains(&"2:{\"x\":2}".to_owned()), length > 21, "{length}: {taken:?}");
        }
        let broken = whole.replace("{\"x\":2}", "{\"x\":2");
        assert!(matches!(stop(&broken, Layout::Free).0, Some(Stop::Broken(3))));
        assert!(matches!(stop("{\"records\":[1", Layout::Lines).0, Some(Stop::Unfinished(13))));
        // The last line of many is being written.
        assert!(stop("{\"records\":[1]}\n{\"records\":[2", Layout::Lines).0.is_none());
    }

    #[test]
    fn a_record_beyond_the_limit_is_not_taken_and_those_after_it_are() {
        let long = "x".repeat(RECORD_BYTES_MAX + 2 * CHUNK_BYTES);
        let mut notes = Notes::default();
        let text = format!("{{\"records\":[\"{long}\",2]}}");
        Walk::new(Box::new(text.as_bytes()), Layout::Free).walk(&mut notes);
        assert_eq!((notes.taken, notes.tally.rejected), (vec!["1:2".to_owned()], 1));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn whatever_the_bytes_every_one_is_accounted_for(
            text in "(\\{\"records\":\\[|[\\[\\]{},:\"\\\\ \n\x0b\x0c0-9a-z]){0,40}",
            size in 1_usize..9,
        ) {
            for layout in [Layout::Lines, Layout::Free] {
                let mut notes = Notes::default();
                Walk::new(Box::new(Drip(text.as_bytes(), size)), layout).walk(&mut notes);
                proptest::prop_assert_eq!(notes.tally.bytes, text.len() as u64);
                proptest::prop_assert_eq!(notes.tally.lines, text.lines().count() as u64);
            }
        }
    }
}

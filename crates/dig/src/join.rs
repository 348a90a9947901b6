//! Joins a log pattern to the statements that write it, through their constant text.
//!
//! Statement and pattern are both texts with gaps, and neither's gaps are the other's: a logger's name may
//! stand before the message and fields after it, a value in the statement may be a constant word in the
//! pattern, and a constant word of the statement (a number, a host's name) may have become a gap in the
//! pattern. So the two are aligned by dynamic programming over words and marks: every constant of the
//! statement must be found in order, side by side where the statement has them side by side, or (a few of
//! them) be covered by a gap of the pattern. The statement with the most constant text found is the best.
//!
//! Rare words find the candidates, so that the work per pattern does not grow with the repository.
//! Cannot tell apart statements with the same text and level, and names all of them; cannot see text that
//! is put together elsewhere.

use hark_event::Level;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::message::WILDCARD;

/// Words and marks of a pattern beyond this many are not looked at.
const PATTERN_ATOMS_MAX: usize = 300;
/// Words and marks of a statement beyond this many are not looked at.
const STATEMENT_ATOMS_MAX: usize = 120;
/// Statements are found by so many of their rarest words.
const KEYS_PER_STATEMENT: usize = 3;
/// No more candidates than this are aligned with a pattern.
const CANDIDATES_MAX: usize = 150;
/// More equals than this are not named.
pub(crate) const EQUALS_MAX: usize = 5;

/// The number of a word; statements and patterns are compared by these.
type WordNumber = u32;
const GAP: WordNumber = 0;
/// A word that no statement has.
const UNKNOWN: WordNumber = 1;

/// A word, number or mark of a text, or a gap.
#[derive(Clone, Copy, Debug)]
struct Atom {
    word: WordNumber,
    bytes: u16,
    is_word: bool,
    /// No space stands between this word and the gap before or after it.
    joined_before: bool,
    joined_after: bool,
}

impl Atom {
    fn is_gap(&self) -> bool {
        self.word == GAP
    }
}

/// Statements, found by their constant text.
#[derive(Default, Debug)]
pub(crate) struct Index {
    numbers: FxHashMap<Box<str>, WordNumber>,
    words: Vec<Box<str>>,
    statements: Vec<(Vec<Atom>, Option<Level>)>,
    /// How many keys each statement has.
    keys: Vec<u8>,
    by_key: FxHashMap<WordNumber, Vec<u32>>,
}

/// How well a statement explains a pattern.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Fit {
    statement: u32,
    points: i32,
}

impl Index {
    /// Takes the statements' texts and levels, in the order by which they will be named.
    pub(crate) fn new<'t>(texts: impl Iterator<Item = (&'t str, Option<Level>)>) -> Self {
        let mut index = Self { words: vec![Box::from(WILDCARD), Box::from("")], ..Self::default() };
        for (text, level) in texts {
            let atoms = cut(text, STATEMENT_ATOMS_MAX).map(|piece| index.known_atom(piece)).collect();
            index.statements.push((atoms, level));
        }
        index.choose_keys();
        index
    }

    /// The statements that explain the pattern best, all equals, in their own order.
    pub(crate) fn best(&self, pattern: &str, level: Level) -> Vec<usize> {
        let pieces: Vec<Piece<'_>> = cut(pattern, PATTERN_ATOMS_MAX).collect();
        let atoms: Vec<Atom> = pieces.iter().map(|piece| self.atom(*piece)).collect();
        let fits: Vec<Fit> = self
            .candidates(&atoms)
            .into_iter()
            .filter_map(|statement| {
                let (wanted, named) = &self.statements[statement as usize];
                let points = align(wanted, &atoms, &pieces, &self.words)?;
                Some(Fit { statement, points: weighed(points, level, *named) })
            })
            .collect();
        let most = fits.iter().map(|fit| fit.points).max().unwrap_or_default();
        let mut best: Vec<usize> =
            fits.iter().filter(|fit| fit.points == most).map(|fit| fit.statement as usize).collect();
        best.sort_unstable();
        best.truncate(EQUALS_MAX);
        best
    }

    fn known_atom(&mut self, piece: Piece<'_>) -> Atom {
        if piece.text != WILDCARD && !self.numbers.contains_key(piece.text) {
            let number =
                u32::try_from(self.words.len()).expect("far fewer words than four thousand million are read");
            self.numbers.insert(Box::from(piece.text), number);
            self.words.push(Box::from(piece.text));
        }
        self.atom(piece)
    }

    fn atom(&self, piece: Piece<'_>) -> Atom {
        let gap = piece.text == WILDCARD;
        Atom {
            word: if gap { GAP } else { self.numbers.get(piece.text).copied().unwrap_or(UNKNOWN) },
            bytes: u16::try_from(piece.text.len()).unwrap_or(u16::MAX),
            is_word: !gap && piece.text.starts_with(char::is_alphabetic),
            joined_before: piece.joined_before,
            joined_after: piece.joined_after,
        }
    }

    fn choose_keys(&mut self) {
        let mut frequency: FxHashMap<WordNumber, u32> = FxHashMap::default();
        for (atoms, _) in &self.statements {
            for word in distinct_words(atoms) {
                *frequency.entry(word).or_default() += 1;
            }
        }
        for (statement, (atoms, _)) in self.statements.iter().enumerate() {
            let mut words = distinct_words(atoms);
            words.sort_by_key(|word| (frequency[word], *word));
            words.truncate(KEYS_PER_STATEMENT);
            self.keys.push(words.len() as u8);
            for word in words {
                self.by_key.entry(word).or_default().push(statement as u32);
            }
        }
    }

    /// Statements most of whose rarest words the pattern has, those with the most such words first.
    fn candidates(&self, pattern: &[Atom]) -> Vec<u32> {
        let present: FxHashSet<WordNumber> = pattern.iter().map(|atom| atom.word).collect();
        let has_gap = present.contains(&GAP);
        let most = present.iter().filter_map(|word| self.by_key.get(word)).map(Vec::len).sum();
        let mut hits: FxHashMap<u32, u8> = FxHashMap::with_capacity_and_hasher(most, Default::default());
        for word in &present {
            for statement in self.by_key.get(word).into_iter().flatten() {
                *hits.entry(*statement).or_default() += 1;
            }
        }
        let mut found: Vec<(usize, u32)> = hits
            .into_iter()
            .filter(|(statement, count)| {
                let keys = self.keys[*statement as usize];
                // A gap of the pattern may cover one of them.
                *count == keys || (has_gap && keys > 1 && count + 1 >= keys)
            })
            .filter_map(|(statement, _)| {
                let atoms = &self.statements[statement as usize].0;
                let bytes = |atom: &Atom| usize::from(atom.bytes);
                let found: usize = atoms.iter().filter(|atom| present.contains(&atom.word)).map(bytes).sum();
                let all: usize = atoms.iter().map(bytes).sum();
                (found * 2 >= all).then_some((found, statement))
            })
            .collect();
        found.sort_by_key(|(found, statement)| (std::cmp::Reverse(*found), *statement));
        found.truncate(CANDIDATES_MAX);
        found.into_iter().map(|(_, statement)| statement).collect()
    }
}

/// The words that a statement can be found by: not those that may be longer in the pattern.
fn distinct_words(atoms: &[Atom]) -> Vec<WordNumber> {
    let whole = |atom: &&Atom| atom.is_word && !atom.joined_before && !atom.joined_after;
    let mut words: Vec<WordNumber> = atoms.iter().filter(whole).map(|atom| atom.word).collect();
    if words.is_empty() {
        words = atoms.iter().filter(|atom| atom.is_word).map(|atom| atom.word).collect();
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Points with the level taken into account: code that names another level is a poor explanation.
fn weighed(points: i32, heard: Level, named: Option<Level>) -> i32 {
    match named {
        _ if heard == Level::Unknown => points * 10,
        Some(named) if named == heard => points * 10,
        None | Some(Level::Unknown) => points * 9,
        Some(_) => points * 6,
    }
}

/// A piece of text as it was cut.
#[derive(Clone, Copy, Debug)]
struct Piece<'t> {
    text: &'t str,
    joined_before: bool,
    joined_after: bool,
}

/// Cuts a text into words, numbers, marks and gaps. Letters and digits part, so that `0x<*>` and `0x1f`,
/// or `zk<*>` and `zk3`, have their constant part in common.
fn cut(text: &str, most: usize) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut after_gap = false;
    std::iter::from_fn(move || {
        let trimmed = rest.trim_start();
        let joined_before = after_gap && trimmed.len() == rest.len();
        rest = trimmed;
        let first = rest.chars().next()?;
        let class = |letter: char| (letter.is_alphabetic() || letter == '_', letter.is_numeric());
        let length = if rest.starts_with(WILDCARD) {
            WILDCARD.len()
        } else if class(first) == (false, false) {
            first.len_utf8()
        } else {
            rest.find(|letter| class(letter) != class(first)).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        after_gap = piece == WILDCARD;
        Some(Piece { text: piece, joined_before, joined_after: rest.starts_with(WILDCARD) })
    })
    .take(most)
}

/// The best way found to lay a part of the statement over a part of the pattern.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Cell {
    /// Constant bytes of the statement that were found.
    found: i32,
    /// Constant bytes of the statement that a gap of the pattern covers.
    covered: i32,
    /// Constant bytes of the pattern before the statement begins.
    before: i32,
    /// Words that were found.
    words: i32,
    /// Whether a statement can be laid so at all.
    possible: bool,
}

impl Cell {
    const NONE: Self = Self { found: 0, covered: 0, before: 0, words: 0, possible: false };

    fn points(&self) -> i32 {
        4 * self.found - 4 * self.covered - self.before
    }

    fn better(self, other: Self) -> Self {
        match (self.possible, other.possible) {
            (_, false) => self,
            (false, true) => other,
            (true, true) if other.points() > self.points() => other,
            _ => self,
        }
    }
}

/// Lays the statement over the pattern; the points of the best way, or `None` if there is no way good enough.
fn align(statement: &[Atom], pattern: &[Atom], pieces: &[Piece<'_>], words: &[Box<str>]) -> Option<i32> {
    let constant = |atom: &Atom| if atom.is_gap() { 0 } else { i32::from(atom.bytes) };
    // `row[j]`: the statement's atoms so far lie on the pattern's atoms before `j`.
    let mut row: Vec<Cell> = Vec::with_capacity(pattern.len() + 1);
    let mut before = 0;
    for atom in pattern.iter().map(Some).chain([None]) {
        row.push(Cell { before, possible: true, ..Cell::NONE });
        before += atom.map_or(0, constant);
    }
    for wanted in statement {
        row = if wanted.is_gap() {
            over_gap(&row)
        } else {
            over_constant(&row, wanted, pattern, pieces, words)
        };
    }
    let ends_open = statement.last().is_some_and(Atom::is_gap);
    let mut after = 0;
    let mut best: Option<(i32, Cell)> = None;
    for (index, cell) in row.iter().enumerate().rev() {
        let unexplained = if ends_open { 0 } else { after };
        let points = cell.points() - unexplained;
        let enough = is_enough(cell, cell.before + unexplained);
        if cell.possible && enough && best.is_none_or(|(most, _)| points > most) {
            best = Some((points, *cell));
        }
        after += index.checked_sub(1).map_or(0, |index| constant(&pattern[index]));
    }
    best.map(|(points, _)| points)
}

/// Whether so much was found that chance does not explain it.
fn is_enough(cell: &Cell, unexplained: i32) -> bool {
    let whole = unexplained == 0 && cell.covered == 0 && cell.words >= 1;
    let much = cell.words >= 2 || (cell.words >= 1 && cell.found >= 8);
    (whole || much) && cell.covered * 2 <= cell.found && unexplained <= cell.found * 4
}

/// A gap of the statement takes any number of the pattern's atoms.
fn over_gap(row: &[Cell]) -> Vec<Cell> {
    let mut best = Cell::NONE;
    row.iter()
        .map(|cell| {
            best = best.better(*cell);
            best
        })
        .collect()
}

fn over_constant(
    row: &[Cell],
    wanted: &Atom,
    pattern: &[Atom],
    pieces: &[Piece<'_>],
    words: &[Box<str>],
) -> Vec<Cell> {
    let mut next = vec![Cell::NONE; row.len()];
    let bytes = i32::from(wanted.bytes);
    for (index, heard) in pattern.iter().enumerate() {
        let from = row[index];
        if heard.is_gap() {
            // The gap covers this constant; it may go on to cover the next one, or end here.
            let covering = |cell: Cell| Cell { covered: cell.covered + bytes, ..cell };
            if from.possible {
                next[index + 1] = next[index + 1].better(covering(from));
            }
            if row[index + 1].possible && row[index + 1].covered > 0 {
                next[index + 1] = next[index + 1].better(covering(row[index + 1]));
            }
        } else if from.possible && says(wanted, heard, pieces[index].text, words) {
            let words = from.words + i32::from(wanted.is_word && wanted.bytes > 1);
            next[index + 1] = next[index + 1].better(Cell { found: from.found + bytes, words, ..from });
        }
    }
    next
}

/// Whether the pattern's word is the statement's, or is it with a value joined to it.
fn says(wanted: &Atom, heard: &Atom, text: &str, words: &[Box<str>]) -> bool {
    if wanted.word == heard.word {
        return true;
    }
    let constant = &*words[wanted.word as usize];
    (wanted.joined_after && text.starts_with(constant)) || (wanted.joined_before && text.ends_with(constant))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENTS: [(&str, Option<Level>); 12] = [
        ("retrying upstream <*> attempt <*>", Some(Level::Info)),
        ("retrying", Some(Level::Info)),
        ("Expiring session 0x<*>, timeout of <*>ms exceeded", Some(Level::Info)),
        ("connection lost", Some(Level::Warn)),
        ("connection lost", Some(Level::Error)),
        ("connection lost", Some(Level::Warn)),
        ("connected to zk1 at port <*>", None),
        ("LOOKING", Some(Level::Info)),
        ("state <*> -> <*>", Some(Level::Info)),
        ("<*> done", Some(Level::Info)),
        ("Sending <*>", Some(Level::Info)),
        ("prefix<*>", Some(Level::Info)),
    ];

    #[track_caller]
    fn check(pattern: &str, level: Level, expected: &[usize]) {
        let index = Index::new(STATEMENTS.iter().copied());
        assert_eq!(index.best(pattern, level), expected);
    }

    #[test]
    fn the_statement_with_the_most_constant_text_is_found() {
        check("retrying upstream <*> attempt <*>", Level::Info, &[0]);
        check("retrying upstream payments attempt 3", Level::Info, &[0]);
        check("retrying", Level::Info, &[1]);
        check("LOOKING", Level::Info, &[7]);
        check("Sending DIFF", Level::Info, &[10]);
        check("state PAID -> SHIPPED", Level::Info, &[8]);
    }

    #[test]
    fn what_stands_before_and_after_is_allowed() {
        check(
            "[main] c.s.Retry - retrying upstream <*> attempt <*> trace_id=<*> host=<*>",
            Level::Info,
            &[0],
        );
    }

    #[test]
    fn gaps_of_the_pattern_cover_constants_of_the_statement() {
        check("connected to <*> at port <*>", Level::Info, &[6]);
        check("Expiring session <*>, timeout of <*> exceeded", Level::Info, &[2]);
        check("Expiring session 0x1f3a, timeout of 10000ms exceeded", Level::Info, &[2]);
        check("<*> <*> <*>", Level::Info, &[]);
    }

    #[test]
    fn a_value_may_be_joined_to_a_word() {
        check("prefixation", Level::Info, &[]);
    }

    #[test]
    fn equals_are_all_named_and_the_level_tells_them_apart() {
        check("connection lost", Level::Warn, &[3, 5]);
        check("connection lost", Level::Error, &[4]);
        check("connection lost", Level::Unknown, &[3, 4, 5]);
    }

    #[test]
    fn what_no_statement_says_is_not_joined() {
        check("nothing like it", Level::Info, &[]);
        check("connection was lost", Level::Warn, &[]);
        check("", Level::Info, &[]);
    }
}

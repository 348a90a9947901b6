//! How loudly a log record spoke.

/// The severity of a log record, in rising order.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
pub enum Level {
    /// The record did not say, or said something that is no level.
    #[default]
    Unknown,
    /// Finest detail.
    Trace,
    /// For developers.
    Debug,
    /// Ordinary operation.
    Info,
    /// Something that may need care.
    Warn,
    /// Something failed.
    Error,
    /// The process could not go on.
    Fatal,
}

impl Level {
    /// All of them, in rising order.
    pub const ALL: [Self; 7] =
        [Self::Unknown, Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// Reads the usual spellings in any case (`WARNING`, `err`, `I`, `severe`, …); `None` if it is no level.
    pub fn parse(word: &str) -> Option<Self> {
        // The longest spelling is `informational`, with thirteen letters.
        let mut lower = [0_u8; 13];
        let bytes = word.as_bytes();
        let letters = lower.get_mut(..bytes.len())?;
        letters.copy_from_slice(bytes);
        letters.make_ascii_lowercase();
        Some(match &*letters {
            b"trace" | b"trc" | b"finest" | b"finer" | b"verbose" | b"t" | b"v" => Self::Trace,
            b"debug" | b"dbg" | b"fine" | b"d" => Self::Debug,
            b"info" | b"inf" | b"information" | b"informational" | b"notice" | b"config" | b"i" | b"n" => {
                Self::Info
            }
            b"warn" | b"warning" | b"wrn" | b"w" => Self::Warn,
            b"error" | b"err" | b"severe" | b"failure" | b"e" => Self::Error,
            b"fatal" | b"crit" | b"critical" | b"alert" | b"emerg" | b"emergency" | b"panic" | b"f"
            | b"c" => Self::Fatal,
            _ => return None,
        })
    }

    /// The usual upper-case name; empty when unknown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// How many records spoke at which level. What is heard in parts adds up, in any order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LevelCounts([u64; Level::ALL.len()]);

impl LevelCounts {
    /// So many records at one level.
    pub fn of(level: Level, count: u64) -> Self {
        let mut counts = Self::default();
        counts.0[level as usize] = count;
        counts
    }

    /// Adds what was heard elsewhere.
    pub fn absorb(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    /// Each level at which something was said, with its records, in rising order.
    pub fn said(&self) -> impl DoubleEndedIterator<Item = (Level, u64)> {
        Level::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// The level of most records, of equals the louder one.
    pub fn usual(&self) -> Level {
        self.said().max_by_key(|(level, count)| (*count, *level)).map_or(Level::Unknown, |(level, _)| level)
    }

    /// The loudest level at which anything was said.
    pub fn loudest(&self) -> Level {
        self.said().next_back().map_or(Level::Unknown, |(level, _)| level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_errors_make_no_error_of_what_is_usually_said_in_passing() {
        let mut counts = LevelCounts::of(Level::Info, 95);
        counts.absorb(LevelCounts::of(Level::Warn, 4));
        counts.absorb(LevelCounts::of(Level::Error, 1));
        assert_eq!((counts.usual(), counts.loudest()), (Level::Info, Level::Error));
        assert_eq!(
            counts.said().collect::<Vec<_>>(),
            [(Level::Info, 95), (Level::Warn, 4), (Level::Error, 1)]
        );
        counts.absorb(LevelCounts::of(Level::Error, 94));
        assert_eq!(counts.usual(), Level::Error, "of equals the louder one");
        assert_eq!(LevelCounts::default().usual(), Level::Unknown);
    }
}

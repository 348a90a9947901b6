//! How loudly a log record spoke.

/// The severity of a log record, in rising order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
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

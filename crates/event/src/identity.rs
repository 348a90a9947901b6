//! Identities that come from content alone, equal on every machine and for ever.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

/// A 64-bit hash of the parts, in order; the boundary between parts matters.
///
/// XXH3 with seed 0, whose output is fixed by its specification.
pub fn stable_hash(parts: &[&str]) -> u64 {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.digest()
}

/// The identity of a signal, pattern, change, alert or note: sixteen hexadecimal digits of its content's hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Id(String);

impl Id {
    /// The identity of these parts.
    pub fn of(parts: &[&str]) -> Self {
        Self(format!("{:016x}", stable_hash(parts)))
    }

    /// An identity that was computed elsewhere, a commit's for instance.
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! Changes that something other than Git announces: what kind a change is, by the words that name it.

use std::sync::Arc;

use hark_event::{Change, ChangeKind, Id, Moment};

/// Longer summaries say no more.
const SUMMARY_BYTES_MAX: usize = 400;

/// What was announced, before its kind is known.
#[derive(Clone, Debug)]
pub(crate) struct Announced<'a> {
    /// When it took effect.
    pub(crate) time: Moment,
    /// The service that it is about.
    pub(crate) service: Option<Arc<str>>,
    /// What was announced, for people.
    pub(crate) summary: &'a str,
    /// Further things worth a line.
    pub(crate) details: Vec<String>,
    /// The commit that went live, where one is named.
    pub(crate) commit: Option<&'a str>,
}

impl Announced<'_> {
    /// The change of this kind.
    pub(crate) fn into_change(self, kind: ChangeKind) -> Change {
        let summary = shortened(self.summary);
        let service = self.service.as_deref().unwrap_or("");
        Change {
            id: Id::of(&[kind.name(), &self.time.to_string(), service, &summary]),
            time: self.time,
            kind,
            service: self.service,
            summary,
            details: self.details,
            repository: None,
            commit: self.commit.map(str::to_owned),
            path: None,
            paths: Vec::new(),
            author_active: None,
            approval: None,
        }
    }
}

/// The first line that says anything, with single spaces.
fn shortened(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let mut short = String::new();
    for word in line.split_whitespace() {
        let room = SUMMARY_BYTES_MAX.saturating_sub(short.len() + 1).min(word.len());
        if room == 0 {
            break;
        }
        let end = (0..=room).rev().find(|end| word.is_char_boundary(*end)).unwrap_or(0);
        short.push_str(if short.is_empty() { "" } else { " " });
        short.push_str(&word[..end]);
    }
    short
}

/// The kind of change that these words speak of, if they speak of one.
///
/// The more special goes first: "deployed the new flag settings" is a matter of flags. Words are told by how they begin, so that an
/// emergency is no merge; in the names of types a capital begins one, too.
pub(crate) fn kind_of(text: &str) -> Option<ChangeKind> {
    const WORDS: [(ChangeKind, &[&str]); 5] = [
        (ChangeKind::Flag, &["flag", "featureflag", "toggle"]),
        (ChangeKind::Scale, &["scale", "scaling", "autoscal", "upscal", "downscal", "replicas", "resize"]),
        (
            ChangeKind::Config,
            &["config", "reconfig", "setting", "secret.rotated", "migrat", "environment.modified"],
        ),
        (
            ChangeKind::Deploy,
            &[
                "deploy",
                "redeploy",
                "undeploy",
                "rollout",
                "rolled out",
                "rollback",
                "rolled back",
                "rolledback",
                "release",
                "upgrade",
                "went live",
            ],
        ),
        (ChangeKind::Commit, &["commit", "merge", "push"]),
    ];
    let lower = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| has_word(text, &lower, word));
    WORDS.iter().find(|(_, words)| says(words)).map(|(kind, _)| *kind)
}

/// Whether a word begins like this; `lower` is the text in small letters.
fn has_word(text: &str, lower: &str, beginning: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(lower.as_bytes(), beginning).any(|at| {
        let Some(before) = at.checked_sub(1).map(|before| bytes[before]) else { return true };
        !before.is_ascii_alphabetic() || (before.is_ascii_lowercase() && bytes[at].is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_announcement_tell_its_kind() {
        for (text, expected) in [
            ("Deployed checkout v1.8.2", Some(ChangeKind::Deploy)),
            ("rolled back payments", Some(ChangeKind::Deploy)),
            ("feature flag new-basket on", Some(ChangeKind::Flag)),
            ("scaled from 3 to 5 replicas", Some(ChangeKind::Scale)),
            ("config: timeout 800", Some(ChangeKind::Config)),
            ("com.github.push", Some(ChangeKind::Commit)),
            ("com.example.serviceDeployed", Some(ChangeKind::Deploy)),
            ("redeployed cart", Some(ChangeKind::Deploy)),
            ("lunch", None),
            ("emergency call", None),
            ("resetting the modem", None),
        ] {
            assert_eq!(kind_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_summary_ends_at_its_limit_however_many_words_follow() {
        let words = shortened(&"a ".repeat(5_000));
        assert!(words.len() < SUMMARY_BYTES_MAX && words.ends_with(" a"), "{} bytes", words.len());
    }
}

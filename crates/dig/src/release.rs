//! Tags that look like a release are deploys, at the tag's own date.
//!
//! A tag says that somebody called this a release, not that it ran anywhere; where deploys are announced
//! otherwise, those are better. Release candidates and betas are left out.

use std::sync::Arc;

use hark_event::{Change, ChangeKind, Id, Moment};

use crate::activity::Activity;
use crate::git::{Git, read_until};
use crate::log::Identity;
use crate::masking::masked;

/// Only the latest so many tags are looked at.
const TAGS_MAX: usize = 10_000;

/// The releases up to `now`, and a remark if they could not be read.
pub(crate) fn releases(
    git: &Git,
    repository: &Arc<str>,
    now: Moment,
    activity: &Activity,
) -> (Vec<Change>, Option<String>) {
    let format = "--format=%(refname:strip=2)%00%(creatordate:unix)%00%(objecttype)%00%(objectname)%00\
                  %(*objecttype)%00%(*objectname)%00%(taggername)%00%(taggeremail:trim)";
    let count = format!("--count={TAGS_MAX}");
    let mut changes = Vec::new();
    let arguments = ["for-each-ref", "--sort=-creatordate", &count, format, "refs/tags"];
    let Ok(mut stream) = git.stream(&arguments) else {
        return (changes, Some("tags could not be read".to_owned()));
    };
    while let Ok((line, true)) = read_until(stream.output(), b'\n', 16 * 1024) {
        let line = String::from_utf8_lossy(&line).into_owned();
        changes.extend(release(&line, repository, now, activity));
    }
    let remark = stream.finish().err();
    (changes, remark.map(|complaint| format!("tags could be read only in part (git said `{complaint}`)")))
}

fn release(line: &str, repository: &Arc<str>, now: Moment, activity: &Activity) -> Option<Change> {
    let fields: Vec<&str> = line.split('\0').collect();
    let [tag, seconds, kind, object, inner_kind, inner_object, tagger, email] = fields.as_slice() else {
        return None;
    };
    let time = Moment::from_seconds(seconds.parse().ok()?);
    let commit = match (*kind, *inner_kind) {
        ("commit", _) => *object,
        ("tag", "commit") => *inner_object,
        _ => return None,
    };
    let version = release_of(tag).filter(|_| time <= now)?;
    let tagger = Identity { name: (*tagger).to_owned(), email: (*email).to_owned() };
    Some(Change {
        id: Id::of(&[ChangeKind::Deploy.name(), commit, tag]),
        time,
        kind: ChangeKind::Deploy,
        service: version.service.map(Arc::from),
        summary: masked(&format!("release {tag}")),
        details: Vec::new(),
        repository: Some(Arc::clone(repository)),
        commit: Some(commit.to_owned()),
        path: None,
        paths: Vec::new(),
        author_active: activity.is_active(&tagger).filter(|_| !tagger.name.is_empty()),
        approval: None,
    })
}

/// What a release's tag tells.
#[derive(PartialEq, Eq, Debug)]
struct Release<'t> {
    service: Option<&'t str>,
}

/// `v1.2.3`, `payments-v1.4.2`, `payments/1.4`, `release-2026-02-10`; `None` if the tag is no release.
fn release_of(tag: &str) -> Option<Release<'_>> {
    const GENERAL: [&str; 11] =
        ["release", "releases", "rel", "version", "ver", "deploy", "prod", "production", "stable", "v", "r"];
    let lower = tag.to_ascii_lowercase();
    let words = || lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    let preliminary = words().any(|word| {
        let name = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        matches!(
            name,
            "rc" | "alpha" | "beta" | "snapshot" | "nightly" | "dev" | "pre" | "preview" | "cr" | "m"
        )
    });
    if preliminary {
        return None;
    }
    let start = version_start(tag)?;
    let prefix = tag[..start].trim_end_matches(['-', '/', '@', '_']);
    let service = prefix
        .split(['/', '@'])
        .rfind(|part| !part.is_empty() && !GENERAL.contains(&part.to_ascii_lowercase().as_str()));
    let general = prefix.is_empty() || words().any(|word| GENERAL.contains(&word));
    let version = &tag[start..];
    // A number alone (`build-17`) is a release only if the tag says so.
    (version.contains('.') || general && service.is_none() || is_date(version)).then(|| Release {
        service: service.map(|name| {
            GENERAL.iter().find_map(|word| name.strip_prefix(word)?.strip_prefix('-')).unwrap_or(name)
        }),
    })
}

/// Where the version begins: at the tag's first part that is `v` and digits, or digits.
fn version_start(tag: &str) -> Option<usize> {
    let starts = tag.char_indices().filter(|(at, _)| *at == 0 || tag[..*at].ends_with(['-', '/', '@', '_']));
    starts.map(|(at, _)| at).find(|at| {
        let digits = tag[*at..].trim_start_matches(['v', 'V']);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let next = digits.as_bytes().get(length);
        tag[*at..].len() - digits.len() <= 1 && length > 0 && next.is_none_or(|next| b".-_+".contains(next))
    })
}

/// `2026-02-10`, `20260210`.
fn is_date(version: &str) -> bool {
    let digits = version.bytes().filter(u8::is_ascii_digit).count();
    digits >= 8 && version.starts_with("20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, expected: Option<Option<&str>>) {
        assert_eq!(release_of(tag).map(|release| release.service), expected, "{tag}");
    }

    #[test]
    fn releases_are_known_by_their_tags() {
        check("v1.2.3", Some(None));
        check("1.2", Some(None));
        check("release-3.4.5", Some(None));
        check("release-2026-02-10", Some(None));
        check("release/42", Some(None));
        check("payments-v1.4.2", Some(Some("payments")));
        check("payments/1.4", Some(Some("payments")));
        check("web-shop@2.0.1", Some(Some("web-shop")));
        check("release-payments-1.4", Some(Some("payments")));
        check("payments-2026-02-10", Some(Some("payments")));
        check("v7", Some(None));
    }

    #[test]
    fn other_tags_are_no_releases() {
        for tag in [
            "release-3.4.5-rc0",
            "v2.0.0-beta.1",
            "before-migration",
            "build-17",
            "é",
            "-",
            "",
            "v1.0.0-alpha2",
        ] {
            check(tag, None);
        }
    }
}

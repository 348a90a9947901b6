//! How a commit was approved, as far as Git can tell: from trailers, and from the merges that brought it.
//!
//! Reviews that were only clicked on a website leave no trace here, so that nothing found means "nothing can
//! tell", never "nobody looked".

use rustc_hash::{FxHashMap, FxHashSet};

use crate::log::Commit;
use crate::masking::masked;

/// Reviewers beyond this many are not named.
const REVIEWERS_MAX: usize = 5;

/// What the message says: `reviewed by …`, or `merged in #12`.
pub(crate) fn in_message(message: &str) -> Option<String> {
    reviewers(message).or_else(|| merged_request(message).map(|request| format!("merged in {request}")))
}

/// The pull or merge request that the message speaks of: `#12`, or `!12` as GitLab writes it.
pub(crate) fn merged_request(message: &str) -> Option<String> {
    let subject = message.lines().find(|line| !line.trim().is_empty())?.trim();
    let hash = |number: String| format!("#{number}");
    number_after(subject, "Merge pull request #")
        .or_else(|| number_after(subject, "Merged PR "))
        .or_else(|| number_after(subject, "(pull request #"))
        .or_else(|| squashed(subject))
        .map(hash)
        .or_else(|| message.lines().find_map(closed_from).map(hash))
        .or_else(|| message.lines().find_map(gitlab))
}

/// `Add a thing (#12)`.
fn squashed(subject: &str) -> Option<String> {
    let (_, last) = subject.strip_suffix(')')?.rsplit_once("(#")?;
    all_digits(last)
}

/// `Closes #12 from somebody/branch`, as merge scripts write it.
fn closed_from(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix("Closes #")?;
    let (number, _) = rest.split_once(" from ")?;
    all_digits(number)
}

/// `See merge request group/project!12`.
fn gitlab(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix("See merge request ")?;
    let (_, number) = rest.rsplit_once('!')?;
    all_digits(number).map(|number| format!("!{number}"))
}

fn all_digits(text: &str) -> Option<String> {
    (!text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.to_owned())
}

fn number_after(text: &str, words: &str) -> Option<String> {
    let (_, rest) = text.split_once(words)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    all_digits(&rest[..digits])
}

fn reviewers(message: &str) -> Option<String> {
    const TRAILERS: [&str; 5] = ["reviewed-by", "approved-by", "acked-by", "reviewed by", "reviewers"];
    let mut names: Vec<&str> = Vec::new();
    for line in message.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if !TRAILERS.contains(&key.trim().to_ascii_lowercase().as_str()) {
            continue;
        }
        for person in value.split(',') {
            let name = person.split('<').next().unwrap_or_default().trim();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.truncate(REVIEWERS_MAX);
    (!names.is_empty()).then(|| format!("reviewed by {}", masked(&names.join(", "))))
}

/// For each commit that a merge request brought to the first-parent line: the request, by the commit's id.
///
/// The oldest merge that brings a commit is the one that approved it.
pub(crate) fn brought_by_merges<'c>(commits: &'c [Commit], tip: &str) -> FxHashMap<&'c str, &'c str> {
    let by_id: FxHashMap<&str, &Commit> = commits.iter().map(|commit| (commit.id.as_str(), commit)).collect();
    let mut line = Vec::new();
    let mut next = by_id.get(tip);
    while let Some(commit) = next {
        line.push(*commit);
        next = commit.parents.first().and_then(|parent| by_id.get(parent.as_str()));
    }
    let mut seen: FxHashSet<&str> = line.iter().map(|commit| commit.id.as_str()).collect();
    let mut brought = FxHashMap::default();
    for merge in line.iter().rev() {
        let mut waiting: Vec<&str> = merge.parents.iter().skip(1).map(String::as_str).collect();
        while let Some(id) = waiting.pop() {
            let Some(commit) = by_id.get(id) else { continue };
            if seen.insert(commit.id.as_str()) {
                if let Some(request) = &merge.merges {
                    brought.insert(commit.id.as_str(), request.as_str());
                }
                waiting.extend(commit.parents.iter().map(String::as_str));
            }
        }
    }
    brought
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<&str>) {
        assert_eq!(in_message(message).as_deref(), expected);
    }

    #[test]
    fn approvals_are_read_from_messages() {
        check("Add x (#12)\n\nbody", Some("merged in #12"));
        check("Merge pull request #7 from a/b", Some("merged in #7"));
        check("Merged in feature/x (pull request #8)", Some("merged in #8"));
        check("Merge branch 'x' into 'main'\n\nSee merge request g/p!9", Some("merged in !9"));
        check("X-1: y\n\nReviewers: ann, bob\nCloses #3 from c/d", Some("reviewed by ann, bob"));
        check("x\n\nReviewed-by: Ann Lee <ann@example.org>\nAcked-by: Bob", Some("reviewed by Ann Lee, Bob"));
    }

    #[test]
    fn without_a_word_about_it_nothing_can_tell() {
        check("Fix the timeout", None);
        check("Fix (#12) and more", None);
        check("Closes #3", None);
        check("", None);
    }
}

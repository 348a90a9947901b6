//! `hark-bench check`: does one told story keep its schema, and does it tell what truly happened?
//!
//! For the demo in every test run: the JSON that `hark demo` printed, against `docs/schema/story.json` and the
//! world's `truth.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::options::Options;
use crate::schema;
use crate::score::Score;
use crate::truth::Truth;

/// The whisper and its cause must stand among so many.
const AMONG: usize = 3;

/// Checks the story that was named, and says what was found.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let story = json(wanted(&options.story, "the file of a story")?)?;
    let schema = json(wanted(&options.schema, "`--schema FILE`")?)?;
    let truth = Truth::read(wanted(&options.truth, "`--truth FILE`")?)?;
    let mut findings = vec![Finding::of_schema(&schema::faults(&schema, &story))];
    findings.extend(judge(&truth, &Score::of(&truth, &story)));
    for finding in &findings {
        println!("{} {}", if finding.gate == Gate::Kept { "ok    " } else { "WRONG " }, finding.text);
    }
    Ok(Gate::all(findings.iter().map(|finding| finding.gate)))
}

fn wanted<'a>(path: &'a Option<PathBuf>, what: &str) -> Result<&'a Path, BenchError> {
    path.as_deref().ok_or_else(|| BenchError::Request(format!("`check` wants {what}")))
}

fn json(path: &Path) -> Result<Value, BenchError> {
    let bytes = fs::read(path).map_err(|source| BenchError::file(path, source))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| BenchError::Request(format!("`{}` is no JSON: {error}", path.display())))
}

/// One thing that was checked.
#[derive(Clone, PartialEq, Debug)]
struct Finding {
    gate: Gate,
    text: String,
}

impl Finding {
    fn of_schema(faults: &[String]) -> Self {
        let text = if faults.is_empty() {
            "the JSON keeps its schema".to_owned()
        } else {
            format!("the JSON breaks its schema:\n         {}", faults.join("\n         "))
        };
        Self { gate: Gate::kept_if(faults.is_empty()), text }
    }

    fn of_rank(what: &str, rank: Option<usize>) -> Self {
        let place = rank.map_or_else(|| "is missing".to_owned(), |rank| format!("has place {rank}"));
        Self {
            gate: Gate::kept_if(rank.is_some_and(|rank| rank <= AMONG)),
            text: format!("{what} {place} (wanted among the first {AMONG})"),
        }
    }
}

/// The verdict; and, where there was something to hear, the whisper and its cause.
fn judge(truth: &Truth, score: &Score) -> Vec<Finding> {
    let expected = truth.verdict.as_deref().unwrap_or("silent");
    let mut findings = vec![Finding {
        gate: Gate::kept_if(score.verdict == expected),
        text: format!("the verdict is `{}`, the truth `{expected}`", score.verdict),
    }];
    if score.audible {
        let mut whisper = Finding::of_rank("the true whisper", score.rank);
        if score.rank != Some(1) {
            whisper.text += &format!("; first is {}", score.ranked_first);
        }
        findings.push(whisper);
        if truth.cause.is_some() {
            findings.push(Finding::of_rank("the true cause, as a change or as a note,", score.cause));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::tests::{signal, truth};
    use serde_json::json;

    fn gates(story: &Value) -> Vec<bool> {
        let truth = truth();
        judge(&truth, &Score::of(&truth, story)).iter().map(|finding| finding.gate == Gate::Kept).collect()
    }

    fn story(verdict: &str, others_first: usize, changes: Value) -> Value {
        let mut signals = vec![signal("payments", "other"); others_first];
        signals.push(signal("checkout", "retrying upstream payments attempt <*> of <*>"));
        json!({ "verdict": verdict, "signals": signals, "changes": changes, "notes": [] })
    }

    #[test]
    fn a_true_story_passes_and_each_falsehood_fails_alone() {
        let cause = json!([{ "summary": "checkout: fail fast when payments is slow" }]);
        assert_eq!(gates(&story("whispered", 2, cause.clone())), [true, true, true]);
        assert_eq!(gates(&story("silent", 2, cause.clone())), [false, true, true]);
        assert_eq!(gates(&story("whispered", 3, cause)), [true, false, true]);
        assert_eq!(gates(&story("whispered", 0, json!([]))), [true, true, false]);
        assert_eq!(gates(&json!({})), [false, false, false]);
    }

    #[test]
    fn where_nothing_could_be_heard_only_the_verdict_is_asked_for() {
        let mut truth = truth();
        truth.verdict = Some("silent".to_owned());
        truth.whispers.clear();
        let story = json!({ "verdict": "silent", "signals": [] });
        assert_eq!(judge(&truth, &Score::of(&truth, &story)).len(), 1);
    }
}

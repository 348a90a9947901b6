//! Whole repositories, built with git in a temporary folder, read through the public interface.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built is a failed test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use hark_dig::{DigError, Repository};
use hark_event::{Change, Level, Moment};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, the day on which these worlds begin.
const START: i64 = 1_767_225_600;
const DAY: i64 = 24 * 3600;

/// Midnight of a day of this world.
fn day(number: i64) -> Moment {
    Moment::from_seconds(START + number * DAY)
}

/// A repository that is being written.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: TempDir::new().unwrap() };
        std::fs::create_dir(world.path()).unwrap();
        world.git(0, "Ann Lee <ann@shop.example>", &["init", "--quiet", "--initial-branch=main", "."]);
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn open(&self) -> Repository {
        Repository::open(&self.path()).unwrap()
    }

    fn git(&self, on_day: i64, who: &str, arguments: &[&str]) -> String {
        run_git(&self.path(), on_day, who, arguments)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Commits all files; returns the commit's id.
    fn commit(&self, on_day: i64, who: &str, message: &str) -> String {
        self.git(on_day, who, &["add", "--all"]);
        self.git(
            on_day,
            who,
            &["commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", message],
        );
        self.git(on_day, who, &["rev-parse", "HEAD"]).trim().to_owned()
    }
}

/// Runs git as this person on this day, with nobody's settings.
fn run_git(folder: &Path, on_day: i64, who: &str, arguments: &[&str]) -> String {
    let (name, email) = who.trim_end_matches('>').split_once(" <").unwrap();
    let date = format!("{} +0000", START + on_day * DAY);
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", name), ("GIT_COMMITTER_NAME", name)])
        .envs([("GIT_AUTHOR_EMAIL", email), ("GIT_COMMITTER_EMAIL", email)])
        .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const ANN: &str = "Ann Lee <ann@shop.example>";
const BOB: &str = "Bob Ray <bob@shop.example>";
const ANN_ELSEWHERE: &str = "Ann Lee <ann@home.example>";

fn told(changes: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        format!(
            "{} {} {} | {} | {} | active {:?} | {}",
            change.time,
            change.kind.name(),
            change.service.as_deref().unwrap_or("-"),
            change.summary,
            change.details.join(", "),
            change.author_active,
            change.approval.as_deref().unwrap_or("-"),
        )
    };
    changes.iter().map(line).collect()
}

#[test]
fn commits_become_changes_with_the_settings_that_they_changed() {
    let world = World::new();
    world.write("services/payments/main.go", "package main\n");
    world.write("config/payments.yaml", "upstream:\n  timeout_ms: 3000\n  password: horse\n");
    world.commit(0, BOB, "Begin");
    world.write("config/payments.yaml", "upstream:\n  timeout_ms: 800\n  password: battery\n");
    world.commit(1, BOB, "Fail faster (#12)");
    world.write("services/payments/main.go", "package main // x\n");
    world.commit(2, ANN, "Say x\n\nReviewed-by: Bob Ray <bob@shop.example>");
    world.write("config/feature-flags.json", "{\"new_checkout\": true}");
    world.commit(3, ANN, "Turn it on");
    world.git(4, ANN, &["tag", "-a", "payments-v1.4.2", "-m", "x"]);
    world.git(4, ANN, &["tag", "v9-rc1"]);
    world.commit(120, ANN_ELSEWHERE, "");
    let history = world.open().history(day(130)).unwrap();
    assert_eq!(
        told(&history.changes),
        [
            "2026-01-01T00:00:00Z config payments | Begin | upstream.timeout_ms: unset -> 3000, upstream.password: unset -> <secret> | active Some(false) | -",
            "2026-01-02T00:00:00Z config payments | Fail faster (#12) | upstream.timeout_ms: 3000 -> 800, upstream.password: <secret> -> <secret> | active Some(false) | merged in #12",
            "2026-01-03T00:00:00Z commit payments | Say x |  | active Some(true) | reviewed by Bob Ray",
            "2026-01-04T00:00:00Z flag - | Turn it on | new_checkout: unset -> true | active Some(true) | -",
            "2026-01-05T00:00:00Z deploy payments | release payments-v1.4.2 |  | active Some(true) | -",
            "2026-05-01T00:00:00Z commit - | (no message) |  | active Some(true) | -",
        ]
    );
    assert_eq!(history.remarks, Vec::<String>::new());
    assert_eq!(history.changes[0].paths, ["config/payments.yaml", "services/payments/main.go"]);
    assert_eq!(history.changes[0].repository.as_deref(), Some("shop"));
}

#[test]
fn what_had_not_arrived_is_not_seen() {
    let world = World::new();
    world.write("a.py", "log.info('one thing happened')\n");
    world.commit(0, ANN, "One");
    world.write("a.py", "log.info('another thing happened')\n");
    world.commit(10, BOB, "Two");
    world.git(11, ANN, &["tag", "-a", "v1.0", "-m", "x"]);
    let repository = world.open();
    let summaries = |now: Moment| -> Vec<String> {
        repository.history(now).unwrap().changes.into_iter().map(|change| change.summary).collect()
    };
    assert_eq!(summaries(day(10).plus_seconds(-1)), ["One"]);
    assert_eq!(summaries(day(10)), ["One", "Two"]);
    assert_eq!(summaries(day(11)), ["One", "Two", "release v1.0"]);
    assert_eq!(repository.source(day(9)).unwrap().statements()[0].text, "one thing happened");
    assert_eq!(repository.source(Moment::MAX).unwrap().statements()[0].text, "another thing happened");
    for before in [day(-1), Moment::MIN] {
        let history = repository.history(before).unwrap();
        assert!(history.changes.is_empty());
        assert!(
            history.remarks[0].starts_with("the repository `shop` has no commits up to"),
            "{:?}",
            history.remarks
        );
        assert!(repository.source(before).unwrap().statements().is_empty());
    }
}

#[test]
fn merges_tell_how_their_commits_were_approved() {
    let world = World::new();
    world.commit(0, ANN, "Begin");
    world.git(0, ANN, &["checkout", "--quiet", "-b", "fix"]);
    world.write("a.txt", "a");
    world.commit(1, ANN, "On the side");
    world.git(1, ANN, &["checkout", "--quiet", "main"]);
    world.commit(2, ANN, "Straight");
    world.git(3, BOB, &["merge", "--quiet", "--no-ff", "-m", "Merge pull request #7 from ann/fix", "fix"]);
    let repository = world.open();
    let approvals = |now: Moment| -> Vec<(String, Option<String>)> {
        let changes = repository.history(now).unwrap().changes;
        changes.into_iter().map(|change| (change.summary, change.approval)).collect()
    };
    let merged = Some("merged in #7".to_owned());
    assert_eq!(
        approvals(day(3)),
        [
            ("Begin".to_owned(), None),
            ("On the side".to_owned(), merged.clone()),
            ("Straight".to_owned(), None),
            ("Merge pull request #7 from fix".to_owned(), merged),
        ]
    );
    // Before the merge nobody could know of it, and the branch did not hold the file.
    assert_eq!(approvals(day(2))[1], ("On the side".to_owned(), None));
}

#[test]
fn a_pattern_finds_its_statement_and_the_notes_near_it() {
    let world = World::new();
    let code = "def retry(upstream):\n    # Workaround: retry harder.\n    # Remove after the migration.\n    for attempt in range(9):\n        log.info('retrying upstream %s attempt %d', upstream, attempt)\n";
    world.write("payments/retry.py", code);
    world.write("tests/test_retry.py", code);
    world.commit(0, BOB, "Retry");
    world.write("payments/other.py", "x = 1\n");
    world.commit(100, ANN, "Other");
    let repository = world.open();
    let source = repository.source(day(101)).unwrap();
    let mut join = source.join("retrying upstream <*> attempt <*>", Level::Info);
    let place = &join.places[0];
    assert_eq!((join.places.len(), place.path.as_str(), place.line), (1, "payments/retry.py", 5));
    assert_eq!(place.function.as_deref(), Some("retry"));
    let text = "Workaround: retry harder. Remove after the migration.";
    assert_eq!(place.note.as_deref(), Some(text));
    let remarks = repository.blame(day(101), &mut join.notes).unwrap();
    assert_eq!(remarks, Vec::<String>::new());
    let note = &join.notes[0];
    assert_eq!((note.text.as_str(), note.line, note.written_at), (text, 2, Some(day(0))));
    assert_eq!(note.author_active, Some(false));
    assert_eq!(note.commit.as_ref().map(String::len), Some(40));
    assert!(source.join("nothing of the kind", Level::Info).places.is_empty());
}

#[test]
fn a_folder_inside_and_a_bare_repository_are_the_same_repository() {
    let world = World::new();
    world.write("src/a.rs", "fn main() { info!(\"one thing happened\"); }\n");
    world.commit(0, ANN, "One");
    let bare = world.folder.path().join("copy.git");
    let to = bare.to_str().unwrap();
    world.git(0, ANN, &["clone", "--quiet", "--bare", ".", to]);
    for (path, name) in
        [(world.path().join("src"), "shop"), (bare.clone(), "copy"), (world.path().join(".git"), "shop")]
    {
        let repository = Repository::open(&path).unwrap();
        assert_eq!(repository.name(), name, "{}", path.display());
        assert_eq!(repository.history(day(1)).unwrap().changes.len(), 1);
        assert_eq!(repository.source(day(1)).unwrap().statements().len(), 1);
    }
}

#[test]
fn paths_that_are_no_repository_are_refused() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    // The temporary folder may itself lie in somebody's repository; an empty one of ours ends the search.
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let open = |name: &str| Repository::open(&folder.path().join(name)).unwrap_err();
    assert!(matches!(open("missing"), DigError::Unreadable { .. }));
    assert!(matches!(open("file"), DigError::NotARepository { .. }));
}

#[test]
fn a_repository_without_commits_says_so() {
    let world = World::new();
    let history = world.open().history(day(1)).unwrap();
    assert!(history.changes.is_empty());
    assert_eq!(history.remarks, ["the repository `shop` has no commits yet, so it can tell nothing"]);
    assert_eq!(world.open().source(day(1)).unwrap().remarks(), history.remarks);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let world = World::new();
    world.write("a.py", "# TODO one\n");
    world.commit(0, BOB, "One");
    world.write("b.py", "# TODO two\n");
    world.commit(1, ANN, "Two");
    let shallow = world.folder.path().join("shallow");
    let from = format!("file://{}", world.path().display());
    world.git(1, ANN, &["clone", "--quiet", "--depth=1", &from, shallow.to_str().unwrap()]);
    let repository = Repository::open(&shallow).unwrap();
    let history = repository.history(day(2)).unwrap();
    assert_eq!(history.changes.len(), 1);
    assert_eq!(
        history.remarks,
        [
            "the repository `shallow` is a shallow clone: what changed before 2026-01-02T00:00:00Z is not known here; `git fetch --unshallow` brings it"
        ]
    );
    let mut notes = repository.source(day(2)).unwrap().notes().to_vec();
    repository.blame(day(2), &mut notes).unwrap();
    assert!(notes.len() == 2 && notes.iter().all(|note| note.commit.is_none()));
}

#[test]
fn a_damaged_repository_gives_what_can_be_read() {
    let world = World::new();
    world.write("a.yaml", "a: 1\n");
    world.write("b.py", "log.info('one thing happened')\n");
    world.commit(0, ANN, "One");
    let lost = world.commit(1, ANN, "Two");
    world.write("a.yaml", "a: 2\n");
    world.commit(2, ANN, "Three");
    let object = |id: &str| world.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let blob = world.git(2, ANN, &["rev-parse", "HEAD:b.py"]);
    std::fs::remove_file(object(blob.trim())).unwrap();
    let source = world.open().source(day(3)).unwrap();
    assert_eq!((source.statements().len(), source.remarks().len()), (0, 1));
    assert!(source.remarks()[0].contains("missing or damaged"), "{:?}", source.remarks());
    std::fs::remove_file(object(&lost)).unwrap();
    let history = world.open().history(day(3)).unwrap();
    assert!(history.remarks.iter().any(|remark| remark.contains("git fsck")), "{:?}", history.remarks);
    let tip = world.git(2, ANN, &["rev-parse", "HEAD"]);
    let file = object(tip.trim());
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "garbage").unwrap();
    let history = world.open().history(day(3)).unwrap();
    assert!(history.changes.is_empty() && !history.remarks.is_empty());
}

#[test]
fn odd_names_messages_and_contents_do_no_harm() {
    let world = World::new();
    world.write("config/ta\tb \"q\".yaml", "a: 1\n");
    world.write("config/é.yaml", b"a: \xff\xfe\n");
    world.write("binary.py", b"log.info('x')\0\0");
    world.write("large.py", "# TODO all of this\n".repeat(100_000));
    world.write("config/large.yaml", "a: 1\n".repeat(100_000));
    world.write("odd\n.py", "# TODO this\n");
    world.commit(0, "\u{1b}[31mAnn <a>", "\u{1}:100644 subject\n\n\u{1}:x");
    let repository = world.open();
    let history = repository.history(day(1)).unwrap();
    assert_eq!(history.changes.len(), 3, "{:?}", told(&history.changes));
    assert_eq!(
        history.remarks,
        ["1 configuration edits are too large (200 KiB per commit) for their settings to be compared"]
    );
    let source = repository.source(day(1)).unwrap();
    assert_eq!(source.notes().len(), 1);
    assert_eq!(
        source.remarks(),
        [
            "1 source files are larger than 1 MiB and were not read",
            "1 source files are binary and were not read"
        ]
    );
    let mut notes = source.notes().to_vec();
    assert_eq!(repository.blame(day(1), &mut notes).unwrap(), Vec::<String>::new());
    assert!(notes[0].commit.is_some());
}

#[test]
fn nothing_that_the_repository_names_is_run() {
    let world = World::new();
    let trap = world.folder.path().join("sprung");
    let run = format!("touch {}", trap.display());
    world.write(".gitattributes", "*.yaml diff=trap filter=trap\n*.py diff=trap\n");
    world.write("a.yaml", "a: 1\n");
    world.write("b.py", "# TODO this\n");
    world.commit(0, ANN, "One");
    world.write("a.yaml", "a: 2\n");
    world.commit(1, ANN, "Two");
    for key in [
        "diff.trap.textconv",
        "diff.trap.command",
        "diff.external",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "gpg.program",
        "filter.trap.smudge",
    ] {
        world.git(1, ANN, &["config", key, &run]);
    }
    world.git(1, ANN, &["config", "log.showSignature", "true"]);
    let repository = world.open();
    assert_eq!(repository.history(day(2)).unwrap().changes.len(), 2);
    let mut notes = repository.source(day(2)).unwrap().notes().to_vec();
    repository.blame(day(2), &mut notes).unwrap();
    assert!(notes[0].commit.is_some());
    assert!(!trap.exists());
}

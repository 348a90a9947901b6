//! Repositories that say little or nothing: told, never fatal where something else can be told.

use std::fs;

use crate::place::{Place, Ran};

fn back(place: &Place, repository: &str) -> Ran {
    place.hark(&["back", "--at", "2026-03-01 10:05", "--repo", repository, "a.log", "--format", "json"])
}

/// A place with a repository of three commits.
fn with_repository() -> Place {
    let place = Place::with_a_log();
    place.write("shop/app.py", "# TODO: handle later\n");
    place.git("shop", &["init", "--quiet", "--initial-branch", "main"]);
    for step in 0..3 {
        place.write("shop/config.yaml", format!("timeout: {step}\n"));
        place.git("shop", &["add", "."]);
        place.git("shop", &["commit", "--quiet", "--message", &format!("step {step}")]);
    }
    place
}

#[test]
fn a_folder_without_a_repository_is_a_fault_of_the_request() {
    let place = Place::with_a_log();
    place.write("plain/file", "x");
    back(&place, "plain").says(2, &["`plain`", "not a Git repository", "hint: "]);
    back(&place, "nowhere").says(2, &["`nowhere`", "hint: "]);
}

#[test]
fn an_empty_repository_is_a_remark() {
    let place = Place::with_a_log();
    place.write("fresh/.keep", "");
    place.git("fresh", &["init", "--quiet"]);
    let ran = back(&place, "fresh");
    ran.says(0, &["remark: ", "fresh", "no commits"]);
    assert_eq!(ran.err.matches("no commits").count(), 1, "said once: {}", ran.err);
}

#[test]
fn a_bare_repository_is_read_as_any_other() {
    let place = with_repository();
    place.git(".", &["clone", "--quiet", "--bare", "shop", "bare.git"]);
    let ran = back(&place, "bare.git");
    ran.says(0, &[]);
    assert_eq!(ran.err, "");
}

#[test]
fn a_shallow_repository_says_what_it_cannot_know() {
    let place = with_repository();
    let url = format!("file://{}", place.path().join("shop").display());
    place.git(".", &["clone", "--quiet", "--depth", "1", &url, "shallow"]);
    back(&place, "shallow").says(0, &["remark: ", "shallow", "git fetch --unshallow"]);
}

#[test]
fn a_damaged_repository_says_how_to_look_and_the_logs_are_still_heard() {
    let place = with_repository();
    let objects = place.path().join("shop/.git/objects");
    for folder in fs::read_dir(&objects).unwrap().flatten() {
        for object in fs::read_dir(folder.path()).unwrap().flatten() {
            fs::remove_file(object.path()).unwrap();
            fs::write(object.path(), "junk").unwrap();
        }
    }
    let ran = back(&place, "shop");
    ran.says(0, &["remark: ", "shop", "git fsck"]);
    assert!(ran.err.lines().all(|line| line.starts_with("remark: ")), "{}", ran.err);
    let story: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(story["hearing"]["records"], 400);
}

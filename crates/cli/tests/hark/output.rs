//! Where results go: full devices, closed pipes, pipes without colour, documents that are whole.

use std::fs::{File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::place::{Place, Ran};
use crate::world::world;

#[test]
fn a_full_disk_is_the_systems_fault_and_says_so() {
    let place = Place::with_a_log();
    for format in ["human", "json", "markdown", "html"] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(&["listen", "a.log", "--format", format]).stdout(full).output().unwrap();
        Ran::of(&output).says(3, &["cannot write", "hint: make room"]);
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_accident() {
    let place = Place::with_a_log();
    // More paths than a pipe holds, all of them told in the JSON, so that writing outlives the reader.
    let missing: Vec<String> = (0..2000).map(|at| format!("missing/{at:060}.log")).collect();
    let mut arguments = vec!["listen", "--format", "json", "--quiet", "a.log"];
    arguments.extend(missing.iter().map(String::as_str));
    let mut child = place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0_u8; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let place = Place::with_a_log();
    place.write("secret.log", crate::place::log(3));
    let path = place.path().join("secret.log");
    std::fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        // Root reads everything; a directory where a file is wanted is tested among the requests.
        return;
    }
    place.hark(&["listen", "secret.log"]).says(2, &["secret.log", "hint: "]);
    place.hark(&["listen", "secret.log", "a.log"]).says(0, &["remark: secret.log: "]);
}

#[test]
fn what_is_piped_holds_no_escape_bytes() {
    let world = world();
    for color in ["", "1"] {
        for arguments in [world.back(), world.listen()] {
            let output = world.place.command(&arguments).env("NO_COLOR", color).output().unwrap();
            let ran = Ran::of(&output);
            assert_eq!(ran.code, Some(0));
            assert!(ran.out.len() > 500, "something is told: {}", ran.out);
            assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'));
            assert!(!ran.err.contains('\r'), "no progress off a terminal: {}", ran.err);
        }
    }
}

#[test]
fn hostile_text_steers_no_terminal() {
    let place = Place::new();
    place.write("x\x1b[31m.log", "");
    place.write("y.log", "2026-03-01T10:00:00Z ERROR \x1b]0;owned\x07 \u{202e}gone\n");
    let crash = ["back", "--at", "2026-03-01 10:05", "--title", "a\x1b[2Jb", "--crash", "y.log", "."];
    for arguments in [&["listen", "."][..], &crash] {
        let ran = place.hark(arguments);
        ran.says(0, &[]);
        assert!(!ran.out.contains(['\x1b', '\x07', '\u{202e}']), "{:?}", ran.out);
        assert!(!ran.err.contains(['\x1b', '\x07']), "{:?}", ran.err);
    }
}

#[test]
fn quiet_means_neither_progress_nor_remarks() {
    let ran = Place::with_a_log().hark(&["listen", "a.log", "missing.log", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
fn standard_input_is_read_as_a_file() {
    let place = Place::new();
    let ran = place.with_input(&["listen", "-", "--format", "json"], crate::place::log(50).as_bytes());
    ran.says(0, &[]);
    let listening: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(listening["hearing"]["records"], 50);
}

#[test]
fn pages_are_whole_and_need_no_network() {
    let world = world();
    for arguments in [world.back(), world.listen()] {
        let page = world.place.hark(&[&arguments[..], &["--format", "html"]].concat());
        page.says(0, &[]);
        assert!(page.out.starts_with("<!doctype html>") || page.out.starts_with("<!DOCTYPE html>"));
        check_elements_are_closed(&page.out);
        for outside in ["<link", "src=\"http", "@import", "url(http"] {
            assert!(!page.out.contains(outside), "{outside}");
        }
    }
}

#[test]
fn markdown_is_whole() {
    let world = world();
    for arguments in [world.back(), world.listen()] {
        let ran = world.place.hark(&[&arguments[..], &["--format", "markdown"]].concat());
        ran.says(0, &[]);
        assert!(ran.out.starts_with("# "), "{}", &ran.out[..200.min(ran.out.len())]);
        assert!(ran.out.ends_with('\n'));
        let fences = ran.out.lines().filter(|line| line.trim_start().starts_with("```")).count();
        assert_eq!(fences % 2, 0, "a fence is left open");
        check_tables_are_even(&ran.out);
    }
}

/// All rows of a table have as many cells as its head.
#[track_caller]
fn check_tables_are_even(text: &str) {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut head = None;
    for line in text.lines() {
        head = line.starts_with('|').then(|| head.unwrap_or_else(|| cells(line)));
        if let Some(head) = head {
            assert_eq!(cells(line), head, "{line}");
        }
    }
}

#[track_caller]
fn check_elements_are_closed(html: &str) {
    const VOID: [&str; 6] = ["meta", "br", "hr", "img", "input", "link"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        let word = tag.trim_start_matches('/').split(|c: char| c.is_whitespace()).next().unwrap_or("");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(word), "`</{word}>` closes something else");
        } else if !VOID.contains(&word) {
            open.push(word);
            if word == "style" || word == "script" {
                // What stands in here is not HTML.
                rest = &rest[rest.find(&format!("</{word}")).expect("it is closed")..];
            }
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn the_picture_is_written_beside_the_story() {
    let world = world();
    let ran =
        world.place.hark(&[&world.back()[..], &["--picture", "story.svg", "--format", "markdown"]].concat());
    ran.says(0, &[]);
    assert!(ran.out.starts_with("# "));
    let picture = std::fs::read_to_string(world.place.path().join("story.svg")).unwrap();
    assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{}", &picture[..200]);
    check_elements_are_closed(&picture);
    world
        .place
        .hark(&[&world.back()[..], &["--picture", "no/such/story.svg"]].concat())
        .says(3, &["no/such/story.svg"]);
}

/// The names in a folder, sorted.
fn names_in(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path()).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const DRAWN: [&str; 7] = ["back", "--at", "2026-03-01 10:30", "--quiet", "a.log", "--picture", "to.svg"];

#[test]
fn a_pipe_is_written_into_and_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let place = Place::with_a_log();
    let pipe = place.path().join("to.svg");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || {
            // Both ends, so that a program that never opens the pipe fails the test and does not hang it.
            let mut read = [0_u8; 4];
            File::options().read(true).write(true).open(pipe).unwrap().read_exact(&mut read).unwrap();
            read
        })
    };
    let mut child = place.command(&DRAWN).stdout(Stdio::null()).spawn().unwrap();
    let status = child.wait().unwrap();
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(status.success());
    assert_eq!(&reader.join().unwrap(), b"<svg");
    assert_eq!(names_in(&place), ["a.log", "to.svg"]);
}

#[test]
fn a_link_stays_one_and_its_target_is_written() {
    let place = Place::with_a_log();
    let (link, target) = (place.path().join("to.svg"), place.path().join("drawn/target.svg"));
    std::fs::create_dir(place.path().join("drawn")).unwrap();
    std::os::unix::fs::symlink("drawn/target.svg", &link).unwrap();
    for _ in ["where it ends there is nothing", "where it ends there is a file"] {
        place.hark(&DRAWN).says(0, &[]);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(std::fs::read_to_string(&target).unwrap().starts_with("<svg"));
    }
    assert_eq!(std::fs::read_dir(place.path().join("drawn")).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_there_is_replaced_and_keeps_its_permissions() {
    let place = Place::with_a_log();
    place.write("to.svg", "before");
    let path = place.path().join("to.svg");
    std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    place.hark(&DRAWN).says(0, &[]);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("<svg"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names_in(&place), ["a.log", "to.svg"]);
}

#[test]
fn a_picture_on_standard_output_is_there_beside_the_story() {
    let place = Place::with_a_log();
    let out = File::create(place.path().join("all.txt")).unwrap();
    let arguments = [&DRAWN[..6], &["/proc/self/fd/1"]].concat();
    assert!(place.command(&arguments).stdout(out).status().unwrap().success());
    let all = std::fs::read_to_string(place.path().join("all.txt")).unwrap();
    assert!(all.starts_with("<svg") && all.contains("Hearing"), "{all}");
}

//! What goes wrong around a run: disks, signals, files that cannot be read, names and numbers of files.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::place::{Place, Ran, log};

#[test]
fn every_command_says_that_a_disk_is_full() {
    let place = Place::with_a_log();
    for arguments in [
        &["patterns", "a.log"][..],
        &["patterns", "a.log", "--assign", "--format", "json"],
        &["back", "--at", "2026-03-01 10:05", "a.log"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(arguments).stdout(full).output().unwrap();
        Ran::of(&output).says(3, &["cannot write", "hint: "]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_the_systems_fault() {
    // Root may write everywhere but there.
    Place::new().hark(&["demo", "/proc/demo"]).says(3, &["/proc/demo", "hint: "]);
}

#[test]
fn an_interrupt_leaves_no_half_file_and_no_copy_of_its_input() {
    let place = Place::new();
    place.write("temporary/kept", "");
    let out = File::create(place.path().join("out.json")).unwrap();
    // Whoever runs the tests in the background may have had interrupts ignored for all that it starts.
    let mut child = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_hark"), "listen", "-", "--format", "json"])
        .current_dir(place.path())
        .env("TMPDIR", place.path().join("temporary"))
        .stdin(Stdio::piped())
        .stdout(out)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: when it is written, some of it was read and copied.
    input.write_all(log(3_000).repeat(20).as_bytes()).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), None, "a signal ended it");
    assert_eq!(std::fs::read(place.path().join("out.json")).unwrap(), b"");
    let left: Vec<_> = std::fs::read_dir(place.path().join("temporary"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["kept"]);
}

#[test]
fn standard_input_may_be_packed_and_of_any_form() {
    let place = Place::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for second in 0..60 {
        let time = format!("2026-03-01T10:00:{second:02}Z");
        writeln!(encoder, r#"{{"log":"said {second}\n","stream":"stdout","time":"{time}"}}"#).unwrap();
    }
    let ran = place.with_input(&["patterns", "-", "--format", "json"], &encoder.finish().unwrap());
    ran.says(0, &[]);
    assert!(ran.out.contains("\"pattern\": \"said <*>\""), "{}", ran.out);
}

#[test]
fn a_document_of_traces_may_come_through_standard_input() {
    let span = r#"[{"traceId":"5982fe7700831000","id":"bd7a977555f6b982","kind":"CLIENT","name":"post",
        "timestamp":1772446353000000,"duration":2000,"localEndpoint":{"serviceName":"cart"}}]"#;
    let ran = Place::new().with_input(&["listen", "-", "--format", "json"], span.as_bytes());
    ran.says(0, &[]);
    assert!(ran.out.contains("\"spans\": 1"), "{}", ran.out);
}

#[test]
fn links_in_circles_are_followed_once() {
    let place = Place::with_a_log();
    std::os::unix::fs::symlink(place.path(), place.path().join("circle")).unwrap();
    std::os::unix::fs::symlink("self", place.path().join("self")).unwrap();
    let ran = place.hark(&["listen", ".", "--format", "json"]);
    ran.says(0, &["remark: ./self: it cannot be opened"]);
    assert!(ran.out.contains("\"records\": 400"), "{}", ran.out);
}

#[test]
fn thousands_of_small_files_are_all_read() {
    let place = Place::new();
    for file in 0..2_000 {
        let (folder, minute, second) = (file % 10, file / 60 % 60, file % 60);
        place.write(
            &format!("logs/{folder}/service{file}.log"),
            format!("2026-03-01T10:{minute:02}:{second:02}Z INFO file {file} said\n"),
        );
    }
    let hearing = place.hearing("logs");
    assert_eq!((&hearing["files"], &hearing["records"]), (&2_000.into(), &2_000.into()));
}

#[test]
fn names_that_are_no_utf_8_are_read_and_told() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9\n.log");
    std::fs::write(place.path().join(name), log(10)).unwrap();
    let bad = std::ffi::OsStr::from_bytes(b"bad\xff\x1b[2J.log");
    std::fs::write(place.path().join(bad), "").unwrap();
    let ran = place.hark(&["listen", ".", "--format", "json"]);
    ran.says(0, &["remark: ./bad\u{fffd}\u{fffd}[2J.log: empty"]);
    assert!(ran.out.contains("\"records\": 10"), "{}", ran.out);
}

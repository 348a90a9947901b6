//! Files as they lie about: packed by the real programs, damaged, changing while they are read, oddly named.

use std::fs;
use std::io::{Seek, SeekFrom, Write};

use super::*;

/// One folder with files in it, found but not yet read.
fn found(files: &[(&str, &[u8])]) -> (TempDir, Vec<Source>) {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let sources = discover(&[folder.path().to_owned()]).sources;
    (folder, sources)
}

fn read_source(source: &Source) -> (Vec<String>, Hearing) {
    let mut events = Vec::new();
    let hearing = source.read(&utc(), &AtomicU64::new(0), &mut |event| events.push(tell(&event)));
    (events, hearing)
}

/// What `seq 1 2000 | sed 's/.*/2026-01-02T00:00:00Z request & took & ms/'` writes.
fn requests() -> Vec<String> {
    (1..=2_000)
        .map(|number| format!("2026-01-02T00:00:00Z app  \"request {number} took {number} ms\" :{number}+1"))
        .collect()
}

#[test]
fn what_bzip2_and_xz_pack_is_unpacked_also_several_in_one_file() {
    for packed in [
        &include_bytes!("../../samples/requests.log.bz2")[..],
        include_bytes!("../../samples/requests.log.xz"),
    ] {
        let (events, hearing) = read("app.log", packed, &utc());
        assert_eq!((events, hearing.unread), (requests(), vec![]));
        let (events, hearing) = read("app.log", &[packed, packed].concat(), &utc());
        assert_eq!((events.len(), hearing.unread), (4_000, vec![]));
    }
    // Between streams of xz may stand zeros, four at a time.
    let xz = include_bytes!("../../samples/requests.log.xz");
    assert_eq!(read("app.log", &[&xz[..], &[0; 8], xz].concat(), &utc()).0.len(), 4_000);
}

#[test]
fn a_bomb_is_refused_after_what_was_before_it() {
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    bomb.write_all(b"2026-01-02T00:00:00Z before\n").unwrap();
    for _ in 0..300 {
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let (events, hearing) = read("bomb.log.zst", &bomb.finish().unwrap(), &utc());
    assert_eq!(events, ["2026-01-02T00:00:00Z bomb  \"before\" :1+2"]);
    let reason = &hearing.unread[0].reason;
    assert!(
        reason.contains("more than 500 times its size") && reason.contains("unpack it yourself"),
        "{reason}"
    );
}

#[test]
fn holes_cost_nothing_wherever_they_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.log");
    let mut file = fs::File::create(&path).unwrap();
    let twenty_gigabytes = 20_u64 << 30;
    file.set_len(twenty_gigabytes / 2).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(b"2026-01-02T00:00:00Z a\n").unwrap();
    file.set_len(twenty_gigabytes).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(b"\n2026-01-02T00:00:01Z b\n").unwrap();
    let (events, hearing) = read_folder(folder.path(), &utc());
    let said: Vec<&str> = events.iter().filter_map(|event| event.split('"').nth(1)).collect();
    assert_eq!((said, hearing.unread), (vec!["a", "b"], vec![]));
}

#[test]
fn a_file_that_grows_is_read_to_the_size_that_it_had() {
    let (folder, sources) = found(&[("app.log", b"2026-01-02T00:00:00Z a\n")]);
    let mut file = fs::File::options().append(true).open(folder.path().join("app.log")).unwrap();
    file.write_all(b"2026-01-02T00:00:01Z b\n").unwrap();
    let (events, hearing) = read_source(&sources[0]);
    assert_eq!((events.len(), hearing.unread), (1, vec![]));
}

#[test]
fn a_file_that_shrinks_or_is_replaced_says_so() {
    let two = b"2026-01-02T00:00:00Z a\n2026-01-02T00:00:01Z b\n";
    let (folder, sources) = found(&[("app.log", two)]);
    let path = folder.path().join("app.log");
    fs::File::options().write(true).open(&path).unwrap().set_len(23).unwrap();
    let (events, hearing) = read_source(&sources[0]);
    assert_eq!(events.len(), 1);
    assert!(hearing.unread[0].reason.starts_with("it shrank from 46 to 23 bytes"), "{:?}", hearing.unread);
    fs::rename(&path, folder.path().join("app.log.1")).unwrap();
    fs::write(&path, two).unwrap();
    let (events, hearing) = read_source(&sources[0]);
    assert_eq!(events.len(), 2);
    assert!(hearing.unread[0].reason.starts_with("another file took its place"), "{:?}", hearing.unread);
    fs::remove_file(&path).unwrap();
    let (events, hearing) = read_source(&sources[0]);
    assert_eq!((events.len(), hearing.unread.len(), hearing.files), (0, 1, 0));
    assert!(hearing.unread[0].reason.contains("no such file"), "{:?}", hearing.unread);
}

#[test]
fn links_that_lead_nowhere_or_to_themselves_are_named() {
    let folder = TempDir::new().unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link("loop", "loop");
    link("gone", "dangling");
    link(".", "here");
    fs::write(folder.path().join("app.log"), "2026-01-02T00:00:00Z a\n").unwrap();
    let found = discover(&[folder.path().to_owned()]);
    assert_eq!(found.sources.len(), 1);
    let reasons: Vec<&str> = found.unread.iter().map(|unread| unread.reason.as_str()).collect();
    assert!(reasons[0].contains("no such file") && reasons[1].contains("cannot be opened"), "{reasons:?}");
}

#[test]
fn only_a_file_of_lines_has_last_lines_that_can_be_read_alone() {
    let record = r#"{"time":"2026-01-02T00:00:00Z","msg":"a"}"#;
    let array = format!("[{record},\n{record}]\n");
    for (text, expected) in [(format!("{record}\n{record}\n"), true), (array, false)] {
        let (_folder, sources) = found(&[("a.json", text.as_bytes())]);
        assert_eq!(sources[0].look(&utc()).unwrap().has_lines_alone, expected, "{text}");
    }
}

#[test]
fn files_are_found_in_order_of_name_and_twins_are_read_once() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("b/app.log", "same");
    write("a/app.log", "same");
    write("a/logs/2026-01-02/x.log", "other");
    write(".git/config", "hidden");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/circle")).unwrap();
    let missing = folder.path().join("missing");
    let found = discover(&[folder.path().to_owned(), folder.path().join("b"), missing.clone()]);
    let names: Vec<_> = found.sources.iter().map(|source| PathBuf::from(source.name())).collect();
    assert_eq!(names, [folder.path().join("a/app.log"), folder.path().join("a/logs/2026-01-02/x.log")]);
    assert_eq!(found.unread.len(), 1);
    assert_eq!(found.unread[0].path, missing.to_string_lossy());
    assert!(found.unread[0].reason.contains("no such file"));
    assert_eq!(found.remarks.len(), 1);
    assert!(found.remarks[0].contains("holds the same bytes as"), "{}", found.remarks[0]);
}

#[test]
fn a_source_can_be_read_from_any_thread() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Source>();
    is_shared::<Reading>();
}

#[test]
fn a_stream_that_passes_says_what_a_file_of_its_bytes_says_and_passes_once() {
    let plain = "2026-03-02 10:12:33 INFO up\n2026-03-02 10:12:34 WARN down\n\tat a.B\n".repeat(4_000);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(plain.as_bytes()).unwrap();
    for bytes in [plain.clone().into_bytes(), packed.finish().unwrap()] {
        let (told, account) = read("stdin.log", &bytes, &utc());
        let stream = Source::passing("stdin.log", std::io::Cursor::new(bytes));
        let mut events = Vec::new();
        let mut hearing = stream.read(&utc(), &AtomicU64::new(0), &mut |event| events.push(tell(&event)));
        hearing.zoneless_first.clone_from(&account.zoneless_first);
        assert!((events, hearing) == (told, account));
        let again = stream.read(&utc(), &AtomicU64::new(0), &mut |_| panic!("nothing is left"));
        assert_eq!(
            (again.files, again.unread[0].reason.as_str()),
            (0, "it is a stream, and was read already")
        );
    }
}

#[test]
fn files_of_one_rotated_log_are_read_oldest_first_as_one_service() {
    let folder = TempDir::new().unwrap();
    for (name, hour) in [("app.log", 3), ("app.log.1", 2), ("app.log.10", 0), ("app.log.2", 1)] {
        fs::write(folder.path().join(name), format!("2026-01-02T0{hour}:00:00Z {name}\n")).unwrap();
    }
    let (events, _) = read_folder(folder.path(), &utc());
    insta::assert_snapshot!(events.join("\n"), @r##"
    2026-01-02T00:00:00Z app  "app.log.10" :1+1
    2026-01-02T01:00:00Z app  "app.log.2" :1+1
    2026-01-02T02:00:00Z app  "app.log.1" :1+1
    2026-01-02T03:00:00Z app  "app.log" :1+1
    "##);
}

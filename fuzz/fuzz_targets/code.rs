//! Any text as source code and as configuration: lexed, searched for log statements and notes, compared.
//!
//! The first byte chooses the name of the file; a NUL divides the two versions of a configuration.
#![no_main]

use hark_dig::{Source, settings_changed};
use hark_event::Level;
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 16] = [
    "a.rs", "a.go", "a.java", "a.py", "a.ts", "a.js", "a.c", "a.cs", "a.kt", "a.rb", "a.sh", "a.sql",
    "a.yaml", "a.json", "a.xml", "a.toml",
];
const SETTINGS: [&str; 8] =
    ["Dockerfile", "a.yaml", "a.json", "a.xml", "a.properties", "a.toml", "a.ini", ".env"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let source = Source::of_text(PATHS[choice as usize % PATHS.len()], &text);
    let lines = text.lines().count() as u32 + 1;
    for statement in source.statements() {
        assert!(statement.line >= 1 && statement.line <= lines);
        source.join(&statement.text, statement.level.unwrap_or(Level::Info));
    }
    assert!(source.notes().iter().all(|note| note.line >= 1 && note.line <= lines));
    let (before, after) = text.split_once('\0').unwrap_or((&text, ""));
    let path = SETTINGS[choice as usize % SETTINGS.len()];
    settings_changed(path, before, after);
    assert_eq!(settings_changed(path, before, before), Vec::<String>::new(), "the same has not changed");
});

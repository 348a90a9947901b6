//! Who may use whom, which dependency may stand where, and that every file says what it is.
//!
//! Reads `cargo metadata` and the sources. A new arrow is a design decision: change the table here, say why in the
//! commit, and add a line to ARCHITECTURE.md.

#[path = "map/links.rs"]
mod links;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each crate with the crates of ours that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("hark-event", &[]),
    ("hark-pattern", &["hark-event"]),
    ("hark-detect", &["hark-event"]),
    ("hark-listen", &["hark-event", "hark-pattern", "hark-detect"]),
    ("hark-story", &["hark-event", "hark-detect", "hark-listen"]),
    ("hark-ingest", &["hark-event"]),
    ("hark-dig", &["hark-event", "hark-pattern"]),
    ("hark-memory", &["hark-event", "hark-listen", "hark-story"]),
    ("hark-tell", &["hark-event", "hark-story"]),
    ("hark-rehearsal", &["hark-event"]),
    (
        "harkback",
        &[
            "hark-event",
            "hark-pattern",
            "hark-listen",
            "hark-story",
            "hark-ingest",
            "hark-dig",
            "hark-memory",
            "hark-tell",
            "hark-rehearsal",
        ],
    ),
    ("hark-bench", &["hark-event", "hark-rehearsal"]),
    ("hark-architecture", &[]),
];

/// Dependencies that belong to one room (or few), with those rooms.
const HEAVY: &[(&str, &[&str])] = &[
    ("clap", &["harkback"]),
    ("flate2", &["hark-ingest", "hark-rehearsal", "hark-bench"]),
    ("zstd", &["hark-ingest"]),
    ("schemars", &["hark-tell"]),
    ("tempfile", &["hark-memory", "hark-ingest", "hark-bench", "harkback"]),
    ("terminal_size", &["harkback"]),
    ("tokio", &[]),
    ("datafusion", &[]),
];

/// The core: no file, no clock, no network, no environment, no threads.
const CORE: &[&str] = &["event", "pattern", "detect", "listen", "story"];

/// What a core that is told everything never needs to name.
const FORBIDDEN_IN_CORE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io::stdin",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "eprintln!",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Normal (not development) dependencies of each package in the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    packages
        .iter()
        .map(|package| {
            let all = package["dependencies"].as_array().expect("dependencies");
            let normal = all.iter().filter(|dependency| dependency["kind"].is_null());
            (name(package), normal.map(name).collect())
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_arrow_between_our_crates_is_on_the_map() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for (package, dependencies) in dependencies() {
        let may = allowed.get(package.as_str()).unwrap_or_else(|| panic!("{package} is not on the map"));
        let ours = dependencies.iter().filter(|dependency| dependency.starts_with("hark"));
        for dependency in ours {
            assert!(may.contains(&dependency.as_str()), "{package} may not use {dependency}");
        }
    }
}

#[test]
fn heavy_dependencies_stay_in_their_rooms() {
    let rooms: BTreeMap<&str, &[&str]> = HEAVY.iter().copied().collect();
    for (package, dependencies) in dependencies() {
        for dependency in dependencies {
            if let Some(rooms) = rooms.get(dependency.as_str()) {
                assert!(rooms.contains(&package.as_str()), "{dependency} does not belong in {package}");
            }
        }
    }
}

#[test]
fn the_core_names_no_file_clock_network_or_thread() {
    for room in CORE {
        for file in sources(&root().join("crates").join(room).join("src")) {
            let text = fs::read_to_string(&file).expect("a source file");
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for forbidden in FORBIDDEN_IN_CORE {
                assert!(!code.contains(forbidden), "{} names {forbidden}", file.display());
            }
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for entry in fs::read_dir(root().join("crates")).expect("crates").flatten() {
        for file in sources(&entry.path().join("src")) {
            let text = fs::read_to_string(&file).expect("a source file");
            assert!(text.starts_with("//!"), "{} does not open with //!", file.display());
        }
    }
}

#[test]
fn no_room_is_a_lumber_room() {
    for entry in fs::read_dir(root().join("crates")).expect("crates").flatten() {
        for file in sources(&entry.path().join("src")) {
            let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let lumber = ["utils", "util", "common", "helpers", "shared", "misc"];
            assert!(!lumber.contains(&stem), "{} is a lumber room", file.display());
        }
    }
}

#[test]
fn every_crate_has_an_invariant_in_the_architecture() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for (package, _) in ARROWS.iter().filter(|(package, _)| !package.ends_with("architecture")) {
        let room = package.strip_prefix("hark-").unwrap_or("cli");
        let says =
            text.lines().any(|line| line.contains(&format!("`{room}`")) && line.contains("Invariant:"));
        assert!(says, "ARCHITECTURE.md states no invariant of `{room}`");
    }
}

//! `hark.toml`: found in the working directory or named, below the command line, refused with its lines.

use serde_json::Value;

use crate::place::{Place, log};

const LINES: &str = "\
2026-03-01T10:00:00Z INFO login of user svc-7 was refused
2026-03-01T10:00:01Z INFO login of user svc-8 was refused
2026-03-01T10:00:02Z INFO charge EMP-123456 for customer_ref=swordfish went well
2026-03-01T10:00:03Z INFO charge EMP-654321 for customer_ref=\"well swordfish\" went well
2026-03-01T10:00:04Z INFO cache of bread is warm
2026-03-01T10:00:05Z INFO cache of salt and pepper is warm
";

const SETTINGS: &str = "\
[sources]
paths = [\"logs\"]
service = \"till\"

[patterns]
defined = [\"cache of <...> is warm\"]
never_merge = [\"svc-7\"]
mask_keys = [\"customer_ref\"]
mask_forms = ['EMP-\\d{6}']
";

fn names(told: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        told["patterns"].as_array().unwrap().iter().map(|told| told["pattern"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

fn place() -> Place {
    let place = Place::new();
    place.write("logs/a.log", LINES);
    place.write("hark.toml", SETTINGS);
    place
}

#[test]
fn own_patterns_words_and_masks_hold_for_patterns_and_for_what_is_shown() {
    let place = place();
    let told = place.json(&["patterns"]);
    assert_eq!(
        names(&told),
        [
            "cache of <*> is warm",
            "charge <*> for customer_ref=\"<*>\" went well",
            "charge <*> for customer_ref=<*> went well",
            "login of user svc-7 was refused",
            "login of user svc-<*> was refused",
        ]
    );
    assert_eq!((&told["hearing"]["masked"], &told["hearing"]["records"]), (&4.into(), &6.into()));
    for arguments in [&["patterns"][..], &["patterns", "--assign"], &["patterns", "--format", "html"]] {
        let ran = place.hark(arguments);
        ran.says(0, &[]);
        for secret in ["EMP-123456", "EMP-654321", "swordfish"] {
            assert!(!ran.out.contains(secret), "{arguments:?} gives `{secret}` away");
        }
    }
    let assigned = place.hark(&["patterns", "--assign", "--format", "json"]);
    assert_eq!(assigned.out.matches("cache of <*> is warm").count(), 2);
}

#[test]
fn the_command_line_goes_before_the_file_and_a_named_file_before_the_one_that_lies_there() {
    let place = place();
    let service = |arguments: &[&str]| {
        let told = place.json(&[&["patterns"], arguments].concat());
        told["patterns"][0]["service"].clone()
    };
    assert_eq!(service(&[]), "till");
    assert_eq!(service(&["--service", "desk"]), "desk");
    place.write("other/b.log", log(3));
    place.write("other/mine.toml", "[sources]\npaths = [\"b.log\"]\nenvironment = \"staging\"\n");
    let told = place.json(&["patterns", "--config", "other/mine.toml"]);
    assert_eq!(told["hearing"]["records"], 3);
    assert_eq!(told["patterns"][0]["environment"], "staging");
    let told = place.json(&["patterns", "logs", "--config", "other/mine.toml"]);
    assert_eq!(told["hearing"]["records"], 6);
}

#[test]
fn faults_are_all_told_with_file_and_line() {
    let place = Place::with_a_log();
    place.write("hark.toml", "[attention]\nitems_per_day = \"five\"\n[patern]\n");
    place.hark(&["listen", "a.log"]).says(
        2,
        &[
            "hark.toml:2: `attention.items_per_day` is a text, and should be a number from 1 to 1000",
            "hark.toml:3: unknown key `patern`; did you mean `patterns`?",
            "hint: docs/hark.toml",
        ],
    );
    place.write("hark.toml", [0xff, 0xfe]);
    place.hark(&["listen", "a.log"]).says(2, &["cannot read `hark.toml`"]);
    place.hark(&["listen", "a.log", "--config", "no.toml"]).says(2, &["cannot read `no.toml`", "hint: "]);
}

//! `hark init`: what lies around becomes a file of settings, with which no command needs a path.

use crate::place::{Place, log};

fn place() -> Place {
    let place = Place::new();
    for service in ["till", "stock"] {
        let of = |records| log(records).replace("order", &format!("order of {service}"));
        place.write(&format!("telemetry/logs/{service}/app.log"), of(120));
        place.write(&format!("telemetry/logs/{service}/app.log.1"), of(60));
    }
    place.write(
        "telemetry/alerts.jsonl",
        "{\"startsAt\":\"2026-03-01T10:00:00Z\",\"labels\":{\"alertname\":\"Slow\"}}\n",
    );
    place.write("README", "A shop.\n");
    place.write("shop/main.py", "print(1)\n");
    place.write("shop/tests/sample.log", log(9));
    place.git("shop", &["init", "--quiet"]);
    place
}

#[test]
fn what_was_found_is_written_down_and_then_needs_no_path() {
    let place = place();
    let ran = place.hark(&["init"]);
    ran.says(0, &[]);
    for said in [
        "4 × plain text log",
        "1 × Alertmanager messages",
        "in: telemetry\n",
        "repositories: shop\n",
        "services: stock, till",
        "hark listen",
    ] {
        assert!(ran.out.contains(said), "{said} is not in:\n{}", ran.out);
    }
    let written = std::fs::read_to_string(place.path().join("hark.toml")).unwrap();
    assert!(written.contains("\npaths = [\"telemetry\"]\n"), "{written}");
    assert!(written.contains("\nrepositories = [\"shop\"]\n"), "{written}");
    assert!(written.contains("[patterns]"), "every setting stands in it: {written}");
    assert_eq!(place.json(&["listen", "--quiet"])["hearing"]["files"], 5);
    assert_eq!(place.json(&["patterns", "--quiet"])["hearing"]["records"], 360);
}

#[test]
fn what_cannot_be_read_beside_telemetry_is_named() {
    let place = place();
    place.write("telemetry/lengths.csv", "length,width\n3,4\n");
    let ran = place.hark(&["init"]);
    ran.says(0, &["lengths.csv cannot be read", "`hark check` on it says why"]);
    assert!(!ran.err.contains("README"), "{}", ran.err);
}

#[test]
fn a_file_that_is_there_is_kept_unless_it_is_said() {
    let place = place();
    place.write("hark.toml", "# mine\n");
    place.hark(&["init"]).says(2, &["`./hark.toml` is there already", "hint: --force"]);
    assert_eq!(std::fs::read_to_string(place.path().join("hark.toml")).unwrap(), "# mine\n");
    place.hark(&["init", "--force"]).says(0, &[]);
    assert_eq!(place.json(&["listen", "--quiet"])["hearing"]["files"], 5);
}

#[test]
fn within_a_repository_only_folders_of_telemetry_are_entered() {
    let place = Place::new();
    place.write("main.py", "print(1)\n");
    place.write("fixtures/sample.log", log(9));
    place.git(".", &["init", "--quiet"]);
    place.hark(&["init"]).says(2, &["nothing that can be read was found", "hint: "]);
    place.write("logs/till.log", log(60));
    place.hark(&["init"]).says(0, &[]);
    let written = std::fs::read_to_string(place.path().join("hark.toml")).unwrap();
    assert!(written.contains("\npaths = [\"logs/till.log\"]\n"), "{written}");
    assert!(written.contains("\nrepositories = [\".\"]\n"), "{written}");
}

#[test]
fn a_folder_that_is_not_there_or_empty_is_a_fault_of_the_request() {
    let place = Place::new();
    place.hark(&["init", "nowhere"]).says(2, &["nowhere", "hint: "]);
    place.hark(&["init"]).says(2, &["nothing that can be read was found", "hint: "]);
    assert!(!place.path().join("hark.toml").exists());
}

#[test]
fn the_zone_is_taken_from_when_files_were_last_written() {
    let place = Place::new();
    place.write("app.log", "2026-03-01 12:00:00 INFO one\n2026-03-01 12:00:01 INFO two\n");
    let written_at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_772_359_201);
    let file = std::fs::File::options().write(true).open(place.path().join("app.log")).unwrap();
    file.set_modified(written_at).unwrap();
    place.hark(&["init"]).says(0, &[]);
    let written = std::fs::read_to_string(place.path().join("hark.toml")).unwrap();
    assert!(written.contains("\ntz = \"+02:00\"\n"), "{written}");
    assert_eq!(place.json(&["listen"])["hearing"]["to"], "2026-03-01T10:00:01Z");
}

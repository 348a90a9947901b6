//! A secret that stands in the telemetry, in a crash or in a repository stands in nothing that is told.

use hark_event::Moment;

use crate::place::Place;

const PASSWORD: &str = "hunter2Sup3rSecretX9";
const TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const IN_URL: &str = "tr0ub4dor99zz";
const SECRETS: [&str; 4] = [PASSWORD, TOKEN, KEY, IN_URL];

const DAY_SECONDS: i64 = 86_400;
const BACK: [&str; 9] =
    ["back", "--at", "2026-02-28 12:00", "--on", "login", "--repo", "shop", "--crash", "crash.txt"];

/// Four weeks of a service that begins to give secrets away four days before its incident.
fn leaking() -> Place {
    let place = Place::new();
    place.write("telemetry/login/login.log", log());
    place.write("crash.txt", format!("Error: login failed: password={PASSWORD}\n  at login (login.py:3)\n"));
    let alert = format!(
        r#"{{"status":"firing","alerts":[{{"status":"firing","startsAt":"2026-02-28T11:00:00Z","endsAt":"0001-01-01T00:00:00Z","labels":{{"alertname":"LoginSlow","service":"login"}},"annotations":{{"summary":"login slow with password={PASSWORD}"}}}}]}}"#
    );
    place.write("telemetry/alerts.jsonl", alert + "\n");
    let report = format!(
        r#"{{"time":"2026-02-28T11:30:00Z","service":"login","report":"it shows Bearer {TOKEN} on my screen"}}"#
    );
    place.write("telemetry/reports.jsonl", report + "\n");
    place.write("shop/login.py", "import logging\n");
    place.git("shop", &["init", "--quiet", "--initial-branch", "main"]);
    place.git("shop", &["add", "."]);
    place.git("shop", &["commit", "--quiet", "--message", "begin"]);
    place.write(
        "shop/login/config.yaml",
        format!("password: {PASSWORD}\naws_access_key_id: {KEY}\ntimeout: 5\n"),
    );
    let source = format!(
        "import logging\n# TODO: remove password={PASSWORD}\nlogging.warning(\"token refresh failed for %s\", who)\n"
    );
    place.write("shop/login/login.py", source);
    place.git("shop", &["add", "."]);
    place.git("shop", &["commit", "--quiet", "--message", &format!("login: use Bearer {TOKEN}")]);
    place
}

fn log() -> String {
    let begin = Moment::from("2026-02-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let mut log = String::new();
    for step in 0..28 * 48 + 24 {
        let at = begin.plus_seconds(step * 1800);
        log += &format!("{at} INFO clock ok\n");
        if at.seconds_since(begin) > 24 * DAY_SECONDS {
            log += &format!("{at} WARN token refresh failed for password={PASSWORD} user=a\n");
            log += &format!("{at} ERROR token refresh failed, refused Authorization: Bearer {TOKEN}\n");
            log += &format!("{at} WARN token refresh failed, denied aws_access_key_id={KEY}\n");
            log += &format!("{at} ERROR token refresh failed at postgres://shop:{IN_URL}@db:5432/orders\n");
        }
    }
    log
}

#[track_caller]
fn check_kept(place: &Place, arguments: &[&str]) {
    for format in ["human", "json", "markdown", "html"] {
        let ran = place.hark(&[arguments, &["--format", format, "telemetry"]].concat());
        ran.says(0, &[]);
        // The lines that give them away are told, so that nothing is proved by silence.
        assert!(
            ran.out.contains("token refresh failed"),
            "{format} does not tell of the lines:\n{}",
            ran.out
        );
        for secret in SECRETS {
            assert!(!ran.out.contains(secret), "{format} of `{}` gives `{secret}` away", arguments[0]);
            assert!(!ran.err.contains(secret), "a remark of `{}` gives `{secret}` away", arguments[0]);
        }
    }
}

#[test]
fn listening_gives_no_secret_away() {
    check_kept(&leaking(), &["listen", "--all", "--since", "2026-02-01"]);
}

#[test]
fn a_story_gives_no_secret_away() {
    check_kept(&leaking(), &BACK);
}

#[test]
fn a_story_tells_of_the_alert_the_report_and_the_commit_that_hold_secrets() {
    let story = leaking().json(&[&BACK[..], &["telemetry"]].concat());
    let told = story.to_string();
    for what in ["LoginSlow", "on my screen", "login: use Bearer", "TODO: remove"] {
        assert!(told.contains(what), "`{what}` is not told, so its secret was never at stake");
    }
}

#[test]
fn masked_values_are_counted() {
    let masked = leaking().hearing("telemetry/login/login.log")["masked"].as_u64().unwrap();
    assert!(masked >= 4 * 48 * 4, "{masked} masked");
}

#[test]
fn names_of_services_files_and_labels_give_no_secret_away() {
    const GITHUB: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let place = Place::new();
    place.write("hark.toml", "[patterns]\nmask_forms = ['EMP-\\d{6}']\n");
    place.write(
        &format!("logs/{GITHUB}/EMP-123456.log"),
        "2026-03-01T10:00:00Z WARN login was refused\n".repeat(9),
    );
    place.write(
        "logs/named.jsonl",
        format!(
            "{{\"time\":\"2026-03-01T10:00:00Z\",\"service\":\"{GITHUB}\",\"msg\":\"login was refused\"}}\n"
        ),
    );
    place
        .write(&format!("logs/{GITHUB}.bin"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0");
    for arguments in [
        &["patterns", "logs"][..],
        &["patterns", "logs", "--format", "json"],
        &["patterns", "logs", "--format", "html"],
        &["patterns", "logs", "--assign"],
        &["patterns", "logs", "--assign", "--format", "json"],
        &["listen", "logs", "--all", "--format", "json"],
        &["back", "--at", "2026-03-01 10:30", "logs", "--format", "json"],
    ] {
        let ran = place.hark(arguments);
        ran.says(0, &["remark: logs/<secret>"]);
        for secret in [GITHUB, "EMP-123456"] {
            assert!(
                !ran.out.contains(secret) && !ran.err.contains(secret),
                "{arguments:?}: {}{}",
                ran.out,
                ran.err
            );
        }
    }
    let told = place.json(&["patterns", "logs"]);
    assert_eq!(told["patterns"][0]["service"], "<secret>");
    let assigned = place.hark(&["patterns", "logs", "--assign"]);
    assert!(!assigned.out.contains("beyond"), "masked services are found again: {}", assigned.out);
    let missing = format!("{GITHUB}.log");
    let ran = place.hark(&["patterns", &missing]);
    assert!(ran.code == Some(2) && !ran.err.contains(GITHUB), "{}", ran.err);
}

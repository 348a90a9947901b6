//! What carriers say of a record, beside what its program says of itself.

use super::*;

const STAGING: &str = r#"{"level":"warn","env":"staging","msg":"slow"}"#;

#[test]
fn a_record_that_names_its_environment_keeps_its_carriers_service() {
    check(
        "compose.log",
        &format!("web-1  | 2026-01-02T15:04:01.1Z {STAGING}\nweb-1  | 2026-01-02T15:04:02Z up\n"),
        &[
            "2026-01-02T15:04:01.1Z web WARN \"slow\" in staging :1+1",
            "2026-01-02T15:04:02Z web  \"up\" :2+1",
        ],
    );
    check(
        "all.log",
        &format!("[pod/pay-64469b5b48-25zj6/app] 2026-01-02T15:04:01Z {STAGING}\n"),
        &["2026-01-02T15:04:01Z pay WARN \"slow\" in staging :1+1"],
    );
    check(
        "orig.csv",
        "time,env,message\n2026-01-02T15:04:01Z,staging,\"{\"\"service\"\":\"\"pay\"\",\"\"msg\"\":\"\"slow\"\"}\"\n",
        &["2026-01-02T15:04:01Z pay  \"slow\" in staging :2+1"],
    );
    check(
        "sys.log",
        "<34>1 2026-01-02T15:04:01Z host app 7 - [a@1 env=\"staging\"] slow\n",
        &["2026-01-02T15:04:01Z app FATAL \"slow\" in staging :1+1"],
    );
}

#[test]
fn what_a_program_says_of_itself_goes_first_wherever_its_file_lies() {
    let entry = concat!(
        r#"{"__REALTIME_TIMESTAMP":"1767312000000000","SYSLOG_IDENTIFIER":"node","#,
        r#""MESSAGE":"{\"service\":\"web\",\"msg\":\"slow\"}"}"#,
        "\n"
    );
    for folder in ["other", "web"] {
        check(&format!("{folder}/j.json"), entry, &["2026-01-02T00:00:00Z web  \"slow\" :1+1"]);
    }
}

/// What is known as of a moment is what the text says that was written by then.
#[track_caller]
fn check_cut(name: &str, text: &str, lines: usize, at: &str, expected: &[&str]) {
    let cut: String = text.split_inclusive('\n').take(lines).collect();
    let (events, _) = read(name, text.as_bytes(), &as_of(at));
    assert_eq!(events, expected);
    let (events, _) = read(name, cut.as_bytes(), &utc());
    assert_eq!(events, expected, "cut");
}

#[test]
fn a_line_goes_on_with_the_record_before_it_only_within_seconds_and_if_it_is_known() {
    let cri = "2026-01-02T10:00:00Z stdout F started\n2026-01-02T10:10:00Z stdout F worker busy\n\
               2026-01-02T12:00:00Z stdout F   cause: disk is full\n";
    let busy =
        ["2026-01-02T10:00:00Z app  \"started\" :1+1", "2026-01-02T10:10:00Z app  \"worker busy\" :2+1"];
    check_cut("app.log", cri, 2, "2026-01-02T11:00:00Z", &busy);
    let (events, _) = read("app.log", cri.as_bytes(), &utc());
    assert_eq!(events[..2], busy);
    assert_eq!(events[2], "2026-01-02T12:00:00Z app  \"cause: disk is full\" :3+1");
    let near = "2026-01-02T10:10:00Z stdout F worker busy\n2026-01-02T10:10:02Z stdout F \tat a\n\
                2026-01-02T10:10:04Z stdout F \tat b\n";
    check("app.log", near, &["2026-01-02T10:10:00Z app  \"worker busy\\n\\tat a\\n\\tat b\" :1+3"]);
    check_cut(
        "app.log",
        near,
        2,
        "2026-01-02T10:10:03Z",
        &["2026-01-02T10:10:00Z app  \"worker busy\\n\\tat a\" :1+2"],
    );
    let compose = "web-1 | 2026-01-02T10:10:00Z worker busy\nweb-1 | 2026-01-02T12:00:00Z   cause: disk\n";
    check_cut(
        "app.log",
        compose,
        1,
        "2026-01-02T11:00:00Z",
        &["2026-01-02T10:10:00Z web  \"worker busy\" :1+1"],
    );
}

#[test]
fn a_piece_goes_on_with_its_line_only_within_seconds_and_if_it_is_known() {
    let cri = "2026-01-02T10:00:00Z stdout F started\n2026-01-02T10:10:00Z stdout P worker is \n\
               2026-01-02T12:00:00Z stderr F broken\n2026-01-02T12:00:00Z stdout F gone\n";
    check_cut(
        "app.log",
        cri,
        2,
        "2026-01-02T11:00:00Z",
        &["2026-01-02T10:00:00Z app  \"started\" :1+1", "2026-01-02T10:10:00Z app  \"worker is\" :2+1"],
    );
    let near = "2026-01-02T10:10:00Z stdout P worker is \n2026-01-02T10:10:01Z stdout F broken\n";
    check("app.log", near, &["2026-01-02T10:10:00Z app  \"worker is broken\" :1+2"]);
    check_cut("app.log", near, 1, "2026-01-02T10:10:00Z", &["2026-01-02T10:10:00Z app  \"worker is\" :1+1"]);
}

#[test]
fn only_what_docker_cut_goes_on_in_the_next_piece() {
    let line = |text: &str, second: u32| {
        format!("{{\"log\":\"{text}\",\"stream\":\"stdout\",\"time\":\"2026-01-02T10:00:{second:02}Z\"}}\n")
    };
    let last_words = line("killed", 1) + &line("started\\n", 2);
    check(
        "d.json",
        &last_words,
        &["2026-01-02T10:00:01Z d  \"killed\" :1+1", "2026-01-02T10:00:02Z d  \"started\" :2+1"],
    );
    let long = "x".repeat(16 << 10);
    let (events, _) = read("d.json", (line(&long, 1) + &line("y\\n", 1)).as_bytes(), &utc());
    assert_eq!(events, [format!("2026-01-02T10:00:01Z d  \"{long}y\" :1+2")]);
}

#[test]
fn a_level_where_syslog_has_its_host_is_a_level() {
    check(
        "a.log",
        "Jan  2 10:00:00 ERROR db: connection lost\nJan  2 10:00:01 host db: connected\n",
        &[
            "2027-01-02T10:00:00Z a ERROR \"db: connection lost\" :1+1",
            "2027-01-02T10:00:01Z db  \"connected\" :2+1",
        ],
    );
}

#[test]
fn levels_of_gelf_are_syslogs_and_its_version_is_its_own() {
    let record = |level: i64| {
        format!(
            r#"{{"version":"1.1","host":"h","short_message":"disk","timestamp":1767312000.5,"level":{level}}}"#
        ) + "\n"
    };
    check(
        "g.json",
        &(record(3) + &record(0) + &record(6)),
        &[
            "2026-01-02T00:00:00.5Z g ERROR \"disk\" :1+1",
            "2026-01-02T00:00:00.5Z g FATAL \"disk\" :2+1",
            "2026-01-02T00:00:00.5Z g INFO \"disk\" :3+1",
        ],
    );
}

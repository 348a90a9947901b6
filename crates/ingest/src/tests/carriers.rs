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

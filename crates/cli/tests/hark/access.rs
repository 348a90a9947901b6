//! Access logs alone: a web server's records name no level, and still tell that answers fail more and more often.

use std::fmt::Write as _;

use crate::place::Place;

/// Three weeks of a request every five minutes in nginx's own form; from the nineteenth day on every sixth is answered by 502.
fn access_log() -> String {
    let mut log = String::new();
    for at in 0..24 * 12 * 24 {
        let (day, minute) = (at / 288, at % 288 * 5);
        let status = if day >= 19 && at % 6 == 0 { 502 } else { 200 };
        writeln!(
            log,
            "10.0.0.{} - - [{:02}/Mar/2026:{:02}:{:02}:00 +0000] \"GET /cart HTTP/1.1\" {status} {} \"-\" \"curl/8.5.0\"",
            at % 200,
            day + 1,
            minute / 60,
            minute % 60,
            100 + at % 5_000
        )
        .expect("a string takes all that is written");
    }
    log
}

#[test]
fn answers_that_fail_more_often_are_heard_from_an_access_log_alone() {
    let place = Place::new();
    place.write("nginx/access.log", access_log());
    let heard = place.json(&["listen", "--all", "--since", "2026-03-01", "."]);
    let kinds: Vec<&str> =
        heard["signals"].as_array().unwrap().iter().map(|signal| signal["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["errors-rising"], "{heard}");
    assert_eq!(heard["signals"][0]["service"], "nginx");
}

//! `hark patterns`: counts that add up, assignments in file order, files without any time.

use serde_json::{Value, json};

use crate::place::Place;
use crate::world::world;

fn assigned(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let ran = place.hark(&[&["patterns", "--assign", "--format", "json"], arguments].concat());
    ran.says(0, &[]);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn counted(told: &Value) -> u64 {
    told["patterns"].as_array().unwrap().iter().map(|pattern| pattern["count"].as_u64().unwrap()).sum()
}

#[test]
fn counts_add_up_to_all_records_whoever_reads_which_file() {
    let place = &world().place;
    let told = place.json(&["patterns", "telemetry", "--threads", "1"]);
    assert!(told["hearing"]["records"].as_u64().unwrap() > 1000);
    assert_eq!(told["hearing"]["records"], counted(&told));
    assert!(told["patterns"].as_array().unwrap().len() > 5);
    assert_eq!(place.json(&["patterns", "telemetry", "--threads", "3"]), told);
}

#[test]
fn every_record_is_assigned_to_a_pattern_of_the_table() {
    let place = &world().place;
    let told = place.json(&["patterns", "telemetry"]);
    let mut by_id = std::collections::BTreeMap::<String, u64>::new();
    for record in assigned(place, &["telemetry"]) {
        *by_id.entry(record["id"].as_str().unwrap().to_owned()).or_default() += 1;
        assert!(record["file"].is_string(), "with several files each line says which");
    }
    let mut of_table = std::collections::BTreeMap::<String, u64>::new();
    for pattern in told["patterns"].as_array().unwrap() {
        *of_table.entry(pattern["id"].as_str().unwrap().to_owned()).or_default() +=
            pattern["count"].as_u64().unwrap();
    }
    assert_eq!(by_id, of_table);
}

#[test]
fn lines_without_any_time_are_records_without_one() {
    let place = Place::new();
    place.write("a.log", "user 1 came in\nVM Started\nuser 2 came in\nVM Paused\n");
    let told = assigned(&place, &["a.log"]);
    let lines: Vec<_> = told.iter().map(|record| (&record["line"], &record["pattern"])).collect();
    let expected =
        [json!("user <*> came in"), json!("VM Started"), json!("user <*> came in"), json!("VM Paused")];
    let numbers: Vec<Value> = (1..=4).map(|line| json!(line)).collect();
    assert_eq!(lines, numbers.iter().zip(&expected).collect::<Vec<_>>());
    assert_eq!(told[0].as_object().unwrap().len(), 3, "nothing but what the contract names");
    let table = place.json(&["patterns", "a.log"]);
    assert_eq!((counted(&table), &table["patterns"][0]["count"]), (4, &json!(2)));
    assert_eq!(table["patterns"][0]["first_seen"], Value::Null);
    assert_eq!(table["hearing"]["from"], Value::Null);
}

#[test]
fn a_record_of_several_lines_is_told_by_its_first() {
    let place = Place::new();
    place.write(
        "a.log",
        "2026-03-01T10:00:00Z ERROR failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n\
         2026-03-01T10:00:01Z INFO fine\n",
    );
    let told = assigned(&place, &["a.log"]);
    assert_eq!((told.len(), &told[0]["line"], &told[1]["line"]), (2, &json!(1), &json!(4)));
    let table = place.json(&["patterns", "a.log", "--level", "error"]);
    assert_eq!(table["patterns"].as_array().unwrap().len(), 1);
    assert_eq!(table["patterns"][0]["first_seen"], "2026-03-01T10:00:00Z");
    assert_eq!(table["hearing"]["lines"], 4);
}

#[test]
fn what_is_shown_can_be_chosen() {
    let place = Place::new();
    place.write(
        "a.log",
        "2026-03-01T10:00:00Z INFO fine\n2026-03-01T10:00:00Z INFO fine\n2026-03-01T12:00:00Z WARN odd thing\n",
    );
    let names = |arguments: &[&str]| -> Vec<String> {
        let told = place.json(&[&["patterns", "a.log"], arguments].concat());
        let patterns = told["patterns"].as_array().unwrap().clone();
        patterns.iter().map(|pattern| pattern["pattern"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), ["fine", "odd thing"]);
    assert_eq!(names(&["--sort", "last"]), ["odd thing", "fine"]);
    assert_eq!(names(&["--top", "1"]), ["fine"]);
    assert_eq!(names(&["--containing", "ODD"]), ["odd thing"]);
    assert_eq!(names(&["--new-since", "2026-03-01T11:00:00Z"]), ["odd thing"]);
    place.hark(&["patterns", "a.log", "--assign", "--format", "html"]).says(2, &["--assign", "hint: "]);
    place.hark(&["patterns", "a.log"]).says(0, &[]);
    place.hark(&["patterns", "missing.log"]).says(2, &["missing.log"]);
}

#[test]
fn a_pattern_has_the_level_of_most_of_its_records_and_says_how_many_were_louder() {
    let place = Place::new();
    let levels = ["INFO", "INFO", "INFO", "WARN", "INFO", "ERROR", "INFO", "INFO", "INFO", "INFO"];
    let lines = levels.iter().enumerate();
    let text: String =
        lines.map(|(at, level)| format!("2026-03-01T10:00:{at:02}Z {level} request completed\n")).collect();
    place.write("a.log", text + "2026-03-01T10:00:30Z INFO fine\n");
    let table = place.json(&["patterns", "a.log", "--level", "warn"]);
    assert_eq!(table["patterns"].as_array().unwrap().len(), 1, "{table}");
    assert_eq!(table["patterns"][0]["level"], "INFO");
    assert_eq!(
        table["patterns"][0]["levels"],
        json!([{ "level": "INFO", "count": 8 }, { "level": "WARN", "count": 1 }, { "level": "ERROR", "count": 1 }])
    );
    let told = place.hark(&["patterns", "a.log", "--level", "warn"]);
    told.says(0, &[]);
    assert!(told.out.contains("1 of them here, each with records at WARN or above."), "{}", told.out);
    assert!(told.out.contains("of them 1 at ERROR (10.0 %), 1 at WARN (10.0 %)"), "{}", told.out);
}

#[test]
fn a_pattern_explains_itself_also_by_an_identity_that_became_part_of_it() {
    let place = Place::new();
    let line = |hour: u32, name: &str, ms: u32| {
        format!(
            "2026-03-01T{hour:02}:00:00Z WARN login of user {name} was refused after took={ms}ms password=hunter2\n"
        )
    };
    let names = ["ann", "bob", "carl", "dora", "emil", "fred", "gina"];
    let early: String = names[..2].iter().map(|name| line(10, name, 5)).collect();
    let late: String = (10..30).map(|ms| line(11, names[ms as usize % 7], ms)).collect();
    let granted = "2026-03-01T11:00:00Z WARN login of user ann was granted after took=3ms password=hunter2\n";
    place.write("early.log", early.clone());
    place.write("a.log", early + &late + granted);
    let old = place.json(&["patterns", "early.log"])["patterns"][0]["id"].as_str().unwrap().to_owned();
    let told = place.json(&["patterns", "a.log", "--explain", &old]);
    let explained = &told["explained"][0];
    let name = "login of user <*> was refused after took=<*> password=<*>";
    assert_eq!((&told["asked"], &explained["pattern"]["pattern"]), (&json!(old), &json!(name)));
    assert_eq!((&explained["pattern"]["count"], &explained["shapes"]), (&json!(22), &json!(7)));
    let former: Vec<&str> =
        explained["former"].as_array().unwrap().iter().map(|former| former["id"].as_str().unwrap()).collect();
    assert_eq!((former.len(), former.contains(&old.as_str())), (2, true));
    assert_eq!(explained["former"][0]["merged_at"], "2026-03-01T12:00:00Z");
    let place_of = |text: &str| {
        explained["places"].as_array().unwrap().iter().find(|place| place["text"] == text).unwrap().clone()
    };
    assert_eq!((&place_of("<*>")["reason"], &place_of("<*>")["values"]), (&json!("evidence"), &json!(7)));
    let fields = &explained["fields"];
    assert_eq!((&fields[0]["distinct"], &fields[0]["top"][0]["count"]), (&json!(7), &json!(4)));
    assert_eq!(
        fields[1]["numbers"],
        json!({ "count": 22, "unit": "s", "min": 0.005, "median": fields[1]["numbers"]["median"], "max": 0.029 })
    );
    assert_eq!(fields[2]["top"], json!([{ "value": "<secret>", "count": 22 }]));
    place.hark(&["patterns", "a.log", "--explain", &old]).says(0, &[]);
    place.hark(&["patterns", "a.log", "--explain", "0123"]).says(2, &["`0123`", "hint: "]);
    place.hark(&["patterns", "a.log", "--explain", &old, "--format", "html"]).says(2, &["--explain"]);
}

/// Inputs of all sorts, as they lie beside each other in real folders.
fn mixed() -> (Place, u64) {
    let place = Place::new();
    let trace = "2026-03-01T10:00:05Z ERROR failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n\n\tat a.B.d(B.java:2)\n";
    let files: [(&str, Vec<u8>); 8] = [
        ("plain.log", (crate::place::log(50) + trace + "2026-03-01T10:01:00Z INFO no end of line").into_bytes()),
        ("windows.log", crate::place::log(20).replace('\n', "\r\n").into_bytes()),
        ("json.jsonl", (0..30).map(|at| format!("{{\"time\":\"2026-03-01T10:00:{at:02}Z\",\"msg\":\"order {at} placed\"}}\n")).collect::<String>().into_bytes()),
        ("fields.log", (0..30).map(|at| format!("time=2026-03-01T10:00:{at:02}Z level=info msg=\"order placed\" id={at}\n")).collect::<String>().into_bytes()),
        ("table.csv", (0..10).fold("time,level,message\n".to_owned(), |text, at| text + &format!("2026-03-01T10:00:{at:02}Z,info,order {at} placed\n")).into_bytes()),
        ("timeless.log", b"started\nuser 1 came in\n\n  and went\nuser 2 came in\n".to_vec()),
        ("hostile.log", [b"2026-03-01T10:00:00Z INFO \xff\xfe\x00 half \xe2\x82 a sign\n".to_vec(), b"2026-03-01T10:00:01Z INFO ".to_vec(), vec![b'x'; 3_000_000], b"\n2026-03-01T10:00:02Z INFO \xd8\xa7\xd9\x84 \xe5\xae\xa2\xe6\x88\xb7\n".to_vec()].concat()),
        ("broken.jsonl", b"{\"time\":\"2026-03-01T10:00:00Z\",\"msg\":\"fine\"}\n{\"time\":\"2026-03-01T10:\n{\"time\":\"2026-03-01T10:00:02Z\",\"msg\":\"fine\"}\n".to_vec()),
    ];
    let mut lines = 0;
    for (name, content) in &files {
        place.write(&format!("logs/{name}"), content);
        // A last line without an end is a line.
        lines += content.split_inclusive(|byte| *byte == b'\n').count() as u64;
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, crate::place::log(70).as_bytes()).unwrap();
    place.write("logs/packed.log.1.gz", packed.finish().unwrap());
    (place, lines + 70)
}

#[test]
fn counts_of_patterns_are_all_records_and_lines_are_all_lines_of_all_files() {
    let (place, lines) = mixed();
    let told = place.json(&["patterns", "logs"]);
    let hearing = &told["hearing"];
    assert_eq!((&hearing["unread"], &hearing["files"]), (&json!([]), &json!(9)));
    assert_eq!(hearing["lines"], lines);
    assert_eq!(hearing["records"], counted(&told));
    let mut share = 0.0;
    for pattern in told["patterns"].as_array().unwrap() {
        share += pattern["share"].as_f64().unwrap();
    }
    assert!((share - 1.0).abs() < 1e-9, "{share}");
}

#[test]
fn each_record_is_assigned_once_by_its_first_line_and_in_the_order_of_its_file() {
    let (place, _) = mixed();
    let told = place.json(&["patterns", "logs"]);
    let records = assigned(&place, &["logs"]);
    assert_eq!(told["hearing"]["records"], records.len());
    let mut last: (String, u64) = Default::default();
    for record in &records {
        let (file, line) = (record["file"].as_str().unwrap().to_owned(), record["line"].as_u64().unwrap());
        assert!(line >= 1 && (file != last.0 || line > last.1), "{record}");
        last = (file, line);
    }
    let single = assigned(&place, &["logs/plain.log"]);
    let lines: Vec<u64> = single.iter().map(|record| record["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, (1..=51).chain([56]).collect::<Vec<u64>>());
}

#[test]
fn a_flood_of_lines_that_are_all_different_is_counted_as_what_was_not_heard() {
    let place = Place::new();
    let letters = |number: u32| -> String {
        format!("{number:05}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    };
    let flood: String =
        (0..6_000).map(|at| format!("2026-03-01T10:00:00Z INFO odd thing {}\n", letters(at))).collect();
    place.write("a.log", flood);
    let told = place.json(&["patterns", "a.log"]);
    let cut = &told["hearing"]["cut"][0];
    assert_eq!(
        cut,
        &json!({ "what": "records of patterns beyond the limits, of which only the number is kept", "count": 6_000 - 4_096 })
    );
    assert_eq!(counted(&told), 6_000);
}

#[test]
fn fields_stand_beside_the_message_whatever_their_order_and_without_splitting_it() {
    let place = Place::new();
    let line = |at: usize| {
        let coupon = if at.is_multiple_of(3) { ",\"coupon\":\"SPRING\"" } else { "" };
        let fields = [
            format!("\"time\":\"2026-03-01T1{}:00:{at:02}Z\"", at / 2),
            "\"msg\":\"order placed\"".to_owned(),
            format!("\"amount\":{at}"),
            format!("\"pay\":{{\"token\":\"s3cr3t word {at}\"}}"),
        ];
        let turned: Vec<&str> = (0..4).map(|place| fields[(place + at) % 4].as_str()).collect();
        format!("{{{}{coupon}}}\n", turned.join(","))
    };
    place.write("a.jsonl", (0..8).map(line).collect::<String>());
    let told = place.json(&["patterns", "a.jsonl", "--values"]);
    assert_eq!(told["patterns"].as_array().unwrap().len(), 1);
    let pattern = &told["patterns"][0];
    assert_eq!(
        (&pattern["pattern"], &pattern["count"], &pattern["picked"]),
        (&json!("order placed"), &json!(8), &json!(8))
    );
    let field = |key: &str, wildcard: &str, count: u64, distinct: u64, top: &str| {
        let fields = pattern["fields"].as_array().unwrap();
        let field =
            fields.iter().find(|field| field["key"] == key).unwrap_or_else(|| panic!("{key} in {fields:?}"));
        assert_eq!(
            (&field["beside"], &field["wildcard"], &field["count"], &field["distinct"], &field["exact"]),
            (&json!(true), &json!(wildcard), &json!(count), &json!(distinct), &json!(true))
        );
        assert_eq!(field["top"][0]["value"], top);
        field.clone()
    };
    let numbers = field("amount", "num", 8, 8, "0")["numbers"].clone();
    assert_eq!((&numbers["min"], &numbers["max"]), (&json!(0.0), &json!(7.0)));
    field("coupon", "word", 3, 1, "SPRING");
    field("pay.token", "secret", 8, 1, "<secret>");
    let id = pattern["id"].as_str().unwrap();
    let explained = place.json(&["patterns", "a.jsonl", "--explain", id]);
    assert_eq!(
        explained["explained"][0]["fields"], pattern["fields"],
        "a second reading says the same of so few"
    );
}

#[test]
fn a_record_without_a_message_is_its_fields_by_name() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        concat!(
            "{\"time\":\"2026-03-01T10:00:00Z\",\"user\":\"bob\",\"action\":\"login\",\"ms\":12,\"host\":\"a\"}\n",
            "{\"ms\":7,\"action\":\"login\",\"user\":\"ann\",\"host\":\"b\",\"time\":\"2026-03-01T10:00:01Z\"}\n",
            "{\"ms\":7,\"action\":\"logout\",\"user\":\"ann\",\"time\":\"2026-03-01T10:00:02Z\"}\n",
        ),
    );
    let told = place.json(&["patterns", "a.jsonl", "--sort", "pattern"]);
    let names: Vec<&Value> =
        told["patterns"].as_array().unwrap().iter().map(|pattern| &pattern["pattern"]).collect();
    assert_eq!(names, ["action=login ms=<*> user=<*>", "action=logout ms=<*> user=<*>"]);
    assert_eq!(told["patterns"][0]["sample"], "action=login ms=12 user=bob");
    let assigned = assigned(&place, &["a.jsonl"]);
    assert_eq!(assigned[1]["pattern"], "action=login ms=<*> user=<*>");
}

#[test]
fn finding_no_logs_in_files_that_are_understood_is_a_result() {
    let place = Place::new();
    place.write("load.csv", "time,series,value\n2026-03-01T10:00:00Z,load,1\n2026-03-01T10:01:00Z,load,2\n");
    let told = place.json(&["patterns", "load.csv"]);
    assert_eq!((&told["patterns"], &told["hearing"]["samples"]), (&json!([]), &json!(2)));
    for format in ["human", "markdown", "html"] {
        place.hark(&["patterns", "load.csv", "--format", format]).says(0, &[]);
    }
    place.write("noise.bin", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0");
    place.hark(&["patterns", "noise.bin"]).says(2, &["remark: noise.bin: ", "the remarks above say why"]);
    place.hark(&["patterns", "noise.bin", "--quiet"]).says(2, &["without --quiet"]);
    std::fs::create_dir(place.path().join("empty")).unwrap();
    let ran = place.hark(&["patterns", "empty"]);
    assert_eq!(
        (ran.code, ran.err.contains("remarks above")),
        (Some(2), ran.err.contains("remark: ")),
        "{}",
        ran.err
    );
    let ran = place.hark(&["listen", "load.csv", "--as-of", "2026-01-01"]);
    ran.says(0, &[]);
}

#[test]
fn a_selection_of_patterns_is_refused_where_every_record_is_told() {
    let place = Place::with_a_log();
    for (option, value) in [
        ("--level", "warn"),
        ("--containing", "x"),
        ("--top", "1"),
        ("--sort", "last"),
        ("--new-since", "2026-01-01"),
    ] {
        let ran = place.hark(&["patterns", "a.log", "--assign", option, value]);
        ran.says(2, &[option, "says nothing to `--assign`", "hint: "]);
        assert_eq!(ran.out, "");
    }
}

//! Stories that look like real ones, for the tests of this crate and for `examples/gallery.rs`.
//!
//! A shop, five weeks, one config edit too many. The numbers are drawn by formula, so every run is the same.

use std::sync::Arc;

use hark_event::{
    Alert, BaseRate, Change, ChangeKind, ClockDoubt, CodePlace, Curve, Episode, Evidence, Explained, Extent,
    FieldNumbers, FieldValues, FormHeard, Former, Hearing, Id, Level, LevelCounts, Listening, Moment, Note,
    Origin, Pattern, PatternExplained, Patterns, Place, PlaceExplained, PlaceReason, Prospect, ProspectKind,
    Reject, RepositoryHeard, Sampled, ServiceHeard, Signal, SignalKind, Stretch, Subject, SubjectKind,
    Survey, Telemetry, Unread, UserReport, Zone,
};
use hark_story::{
    Answer, Basis, Beginning, Beginnings, BlindSpot, Chance, Doubt, Incident, LinkedSignal, Questions,
    ReachedNote, Story, StoryChange, TimelineEntry, TimelineKind, Verdict,
};
use jiff::tz::TimeZone;

/// Saturday 7 March 2026, 18:12 in Berlin: the Saturday peak.
pub(crate) const START: Moment = Moment::from_seconds(1_772_903_520);

/// Text that tries to leave its place: markup, quotes, pipes, backticks, terminal controls, right-to-left marks.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script> \"><img src=http://evil.example/a.png> | `` ` @everyone #1 \
                           \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\u{2066} &amp; ]]> [a](javascript:alert(1)) 東京";

/// The zone of the shop.
pub(crate) fn berlin() -> Zone {
    Zone::new(TimeZone::get("Europe/Berlin").expect("the zone stands in every zone database"))
}

/// A rich story: six credible signals, two that are not, over five weeks.
pub(crate) fn whispered() -> Story {
    let signals = whispered_signals();
    let id = |rank: usize| signals[rank - 1].episode.signal.id.clone();
    let changes = whispered_changes();
    let notes = whispered_notes();
    let reports = vec![
        report(-2, "checkout", "Paying does not work, I only see a spinner"),
        report(9, "checkout", "card charged twice??"),
    ];
    let alerts = vec![
        alert(
            "NodeMemoryHigh",
            "payments",
            hours(-31, 0),
            Some(hours(-22, 0)),
            "payments-2 uses more than 85 % of its memory",
            false,
        ),
        alert(
            "CheckoutErrorRate",
            "checkout",
            START.plus_seconds(14 * 60),
            None,
            "more than 5 % of checkouts fail",
            true,
        ),
    ];
    let questions = Questions {
        why_possible: vec![
            Answer {
                text: "The timeout of payments towards the bank was shortened from 3,000 ms to 800 ms 25 days before, and one call in nine takes longer than that.".into(),
                evidence: vec![changes[0].change.id.clone(), id(1)],
            },
            Answer {
                text: "A workaround retries up to five times without waiting; it was to be removed after the migration, which ended 212 days ago.".into(),
                evidence: vec![notes[0].note.id(), changes[2].change.id.clone(), id(1)],
            },
        ],
        why_not_visible: vec![Answer {
            text: "Every retry is logged at INFO and counted by no metric; no alert watches it.".into(),
            evidence: vec![id(1), id(3)],
        }],
        why_allowed: Vec::new(),
    };
    Story {
        as_of: START.plus_hours(14),
        incident: Incident {
            start: START,
            end: Some(START.plus_seconds(97 * 60)),
            service: Some("checkout".into()),
            service_because: Some("two user reports name it".into()),
            title: "Customers cannot pay".into(),
            crash: vec![
                "PaymentTimeout: payments did not answer".into(),
                "Caused by: java.net.SocketTimeoutException".into(),
            ],
        },
        doubts: Vec::new(),
        verdict: Verdict::Whispered,
        first_signal: Some(id(1)),
        lead_time_seconds: Some(signals[0].lead_time_seconds),
        chance: Chance { quiet_moments: 40, whispered: 2 },
        unheeded: vec![alerts[0].id.clone()],
        questions,
        blind_spots: vec![
            BlindSpot {
                place: "payments → bank-gateway".into(),
                missing: "no span and no metric of the calls to the bank".into(),
                advice: "time the call in src/bank/client.rs:88 and count its retries".into(),
            },
            BlindSpot {
                place: "checkout: settle_order()".into(),
                missing: "no log statement on its failing path".into(),
                advice: "say in src/settle.rs:141 which order was given up, and why".into(),
            },
        ],
        timeline: timeline(&signals, &changes, &notes, &alerts, &reports),
        aftermath: vec![episode(Draft {
            kind: SignalKind::ErrorsRising,
            service: "checkout",
            subject: (SubjectKind::Service, "checkout"),
            onset_hours: 0,
            noticed_hours: 1,
            summary: "31 of 100 requests fail, usually 0.2 of 100",
            ..Draft::default()
        })],
        signals,
        changes,
        notes,
        alerts,
        reports,
        beginnings: Beginnings::default(),
        hearing: hearing(),
    }
}

/// The same story, in which the minutes around the start name two services.
pub(crate) fn begun() -> Story {
    let beginning = |rank, service: &str, added: &str| Beginning {
        rank,
        service: service.into(),
        weight: 12.5 / f64::from(rank),
        share: Some(0.8 / f64::from(rank)),
        summary: format!("{service} added {added} to each request of checkout"),
        evidence: vec![Evidence {
            time: START.plus_seconds(-240),
            text: "1.4 s for each request of checkout, usually 180 ms, straying by 30 ms".into(),
            source: format!("http_request_duration_seconds_sum of {service}, 1 min"),
        }],
    };
    Story {
        beginnings: Beginnings {
            ranked: vec![beginning(1, "payments", "1.2 s"), beginning(2, "mails|<b>", "90 ms")],
            basis: Basis::Minutes,
            quiet_moments: 40,
            quiet_as_much: 1,
        },
        ..whispered()
    }
}

/// A sudden outage: nothing credible was heard, one coincidence and two blind spots.
pub(crate) fn silent() -> Story {
    let coincident = linked(
        1,
        false,
        "coincident: near in time, nothing else ties it to the incident",
        Draft {
            kind: SignalKind::PatternNew,
            service: "search",
            subject: (SubjectKind::Pattern, "rebuilt index <*> in <*> ms"),
            onset_hours: -30,
            noticed_hours: -28,
            summary: "4 lines, never seen before",
            occurred_in: 9,
            ..Draft::default()
        },
    );
    let whispered = whispered();
    Story {
        doubts: vec![Doubt::UnheardService {
            service: "ledgr".into(),
            heard: vec!["ledger".into(), "payments".into()],
            more: 0,
        }],
        verdict: Verdict::Silent,
        incident: Incident {
            service: None,
            service_because: None,
            end: None,
            title: "Shop unreachable".into(),
            crash: Vec::new(),
            ..whispered.incident
        },
        first_signal: None,
        lead_time_seconds: None,
        chance: Chance { quiet_moments: 40, whispered: 1 },
        timeline: vec![
            TimelineEntry {
                time: coincident.episode.signal.noticed_at,
                what: TimelineKind::Signal,
                id: coincident.episode.signal.id.clone(),
                text: "search: 4 lines, never seen before".into(),
            },
            TimelineEntry {
                time: START,
                what: TimelineKind::Incident,
                id: Id::of(&["incident"]),
                text: "Shop unreachable".into(),
            },
        ],
        signals: vec![coincident],
        unheeded: Vec::new(),
        changes: Vec::new(),
        notes: Vec::new(),
        questions: Questions::default(),
        aftermath: Vec::new(),
        alerts: Vec::new(),
        reports: Vec::new(),
        ..whispered
    }
}

/// The rich story, but an alert fired two hours before and was answered by nobody.
pub(crate) fn alerted() -> Story {
    let mut story = whispered();
    let alert = alert(
        "PaymentsRetryRatio",
        "payments",
        START.plus_seconds(-7_500),
        None,
        "retries of payments above 20 %",
        false,
    );
    story.verdict = Verdict::Alerted;
    story.unheeded.push(alert.id.clone());
    let at = story.timeline.partition_point(|entry| entry.time <= alert.starts_at);
    story.timeline.insert(
        at,
        TimelineEntry {
            time: alert.starts_at,
            what: TimelineKind::Alert,
            id: alert.id.clone(),
            text: alert.name.clone(),
        },
    );
    story.alerts.push(alert);
    story
}

/// The rich story with hostile text in every place that foreign text can reach.
pub(crate) fn hostile() -> Story {
    let mut story = whispered();
    let hostile = || HOSTILE.to_owned();
    story.incident.title = hostile();
    story.incident.service = Some(hostile());
    story.incident.service_because = Some(hostile());
    for linked in &mut story.signals {
        linked.link = hostile();
        linked.not_credible_because = linked.not_credible_because.as_ref().map(|_| hostile());
        deface(&mut linked.episode);
    }
    story.aftermath.iter_mut().for_each(deface);
    for told in &mut story.changes {
        told.link = hostile();
        let change = &mut told.change;
        (change.summary, change.details) = (hostile(), vec![hostile()]);
        (change.service, change.repository) = (Some(HOSTILE.into()), Some(HOSTILE.into()));
        (change.commit, change.path, change.approval) = (Some(hostile()), Some(hostile()), Some(hostile()));
    }
    for reached in &mut story.notes {
        (reached.note.text, reached.note.function) = (hostile(), Some(hostile()));
    }
    for spot in &mut story.blind_spots {
        *spot = BlindSpot { place: hostile(), missing: hostile(), advice: hostile() };
    }
    for answer in story.questions.why_possible.iter_mut().chain(&mut story.questions.why_not_visible) {
        answer.text = hostile();
    }
    story.timeline.iter_mut().for_each(|entry| entry.text = hostile());
    story.alerts.iter_mut().for_each(|alert| (alert.name, alert.summary) = (hostile(), hostile()));
    story.reports.iter_mut().for_each(|report| report.text = hostile());
    story.hearing.unread = vec![Unread { path: hostile(), reason: hostile(), extent: Extent::Nothing }];
    story.hearing.cut("<script>", 3);
    story
}

/// The rich story of a shop whose people write in many scripts: wide letters, combining marks, joined emoji.
pub(crate) fn multilingual() -> Story {
    let mut story = whispered();
    story.incident.title = "お客様が支払えません 💳".into();
    story.incident.service = Some("決済".into());
    let names = [
        ("決済サービス", "銀行への再接続 <*> 回目、<*> 回まで", "一時間に 41 行、通常は 12 行"),
        (
            "paiement",
            "re\u{301}essai <*> e\u{301}choue\u{301}",
            "612 Mo, habituellement 480 Mo a\u{300} cette heure",
        ),
        ("платежи", "не должно случаться: заказ <*> оплачен дважды", "3 строки за ночь 👩‍💻❤️"),
        ("תשלומים", "הזמנה <*> שולמה פעמיים", "בדרך כלל 1.1 s, עכשיו 1.9 s"),
    ];
    for (linked, (service, subject, summary)) in story.signals.iter_mut().zip(names) {
        let signal = &mut linked.episode.signal;
        signal.origin.service = service.into();
        signal.subject.name = subject.to_owned();
        signal.summary = summary.to_owned();
    }
    story.changes[0].change.summary = "銀行が遅いときは早く諦める".into();
    story.changes[0].change.details = vec!["銀行.待ち時間_ms: 3000 -> 800".into()];
    story.notes[0].note.text = "移行後に削除すること 🧹🧹".into();
    story
}

fn deface(episode: &mut Episode) {
    let signal = &mut episode.signal;
    signal.summary = HOSTILE.to_owned();
    signal.subject.name = HOSTILE.to_owned();
    signal.origin.service = HOSTILE.into();
    signal.evidence = vec![Evidence { time: signal.onset, text: HOSTILE.into(), source: HOSTILE.into() }];
    if let Some(curve) = &mut episode.curve {
        curve.unit = HOSTILE.to_owned();
        curve.values[3] = Some(f64::NAN);
        curve.values[4] = Some(f64::INFINITY);
    }
    for place in &mut episode.code {
        (place.path, place.note, place.function) =
            (HOSTILE.into(), Some(HOSTILE.into()), Some(HOSTILE.into()));
    }
}

/// Three signals on a Thursday morning, one of them over, with some held back.
pub(crate) fn listening() -> Listening {
    let mut episodes: Vec<Episode> =
        whispered_signals().into_iter().take(3).map(|linked| linked.episode).collect();
    episodes[2].ended_at = Some(hours(-100, 0));
    Listening {
        waiting: Vec::new(),
        as_of: hours(-90, 0),
        since: hours(-260, 0),
        episodes,
        held_back: 2,
        explained: 3,
        nearing: Vec::new(),
        services: 8,
        hearing: hearing(),
    }
}

/// A day on which nothing spoke.
pub(crate) fn quiet() -> Listening {
    Listening { episodes: Vec::new(), held_back: 0, explained: 0, ..listening() }
}

/// Two of three patterns: one with times and a curve, one of a file without any.
pub(crate) fn patterns() -> Patterns {
    let origin = Origin { service: Arc::from("payments"), environment: Arc::from("production") };
    let first = Moment::from_seconds(1_772_359_200);
    let retrying = Pattern {
        fields: vec![FieldValues {
            key: Some("amount".to_owned()),
            is_beside: true,
            kind: "num",
            count: 1,
            distinct: 1,
            is_exact: false,
            top: vec![("7".to_owned(), 1)],
            numbers: None,
        }],
        picked: 1,
        id: Id::known("00000000000000a1"),
        name: "retrying upstream <*> attempt <*>".to_owned(),
        wildcards: vec!["word", "num"],
        origin: origin.clone(),
        levels: said_at(&[(Level::Warn, 81), (Level::Error, 9)]),
        count: 90,
        first_seen: Some(first),
        last_seen: Some(first.plus_hours(24)),
        sample: "retrying upstream bank attempt 2".to_owned(),
        curve: Some(Curve {
            from: first,
            step_seconds: 3_600,
            values: (0..24).map(|hour| Some(f64::from(hour % 8))).collect(),
            baseline: Vec::new(),
            unit: "records".to_owned(),
        }),
    };
    let timeless = Pattern {
        fields: Vec::new(),
        picked: 0,
        id: Id::known("00000000000000b2"),
        name: "started".to_owned(),
        wildcards: Vec::new(),
        levels: said_at(&[(Level::Unknown, 9)]),
        count: 9,
        first_seen: None,
        last_seen: None,
        sample: "started".to_owned(),
        curve: None,
        origin,
    };
    let hearing = Hearing { files: 1, records: 100, lines: 100, ..Hearing::default() };
    Patterns { patterns: vec![retrying, timeless], level_min: None, heard: 3, hearing }
}

fn said_at(levels: &[(Level, u64)]) -> LevelCounts {
    levels.iter().fold(LevelCounts::default(), |mut all, (level, count)| {
        all.absorb(LevelCounts::of(*level, *count));
        all
    })
}

/// The first of these patterns, explained.
pub(crate) fn explained() -> Explained {
    let Patterns { patterns, hearing, .. } = patterns();
    let place = |text: &str, kinds: &[&'static str], reason| PlaceExplained {
        text: text.to_owned(),
        kinds: kinds.to_vec(),
        reason,
    };
    let apart = PlaceReason::Constant {
        others: 2,
        siblings: vec![
            ("asking".to_owned(), Id::known("00000000000000c3")),
            ("leaving".to_owned(), Id::known("00000000000000d4")),
        ],
        weight: 1,
        needed: Some(12),
    };
    let proof = PlaceReason::Evidence {
        values: 13,
        weight: 14,
        needed: 12,
        is_for_identifiers: false,
        examples: vec!["bank".to_owned(), "ledger".to_owned()],
    };
    let numbers = FieldNumbers { count: 90, unit: "", min: 1.0, median: 2.0, max: 5.0 };
    let field = |key: Option<&str>, kind, distinct, numbers| FieldValues {
        is_beside: false,
        key: key.map(str::to_owned),
        kind,
        count: 90,
        distinct,
        is_exact: distinct < 64,
        top: vec![("bank".to_owned(), 40), ("ledger".to_owned(), 20)],
        numbers,
    };
    let explained = PatternExplained {
        pattern: patterns.into_iter().next().expect("there are two"),
        is_defined: false,
        shapes: 14,
        places: vec![
            place("retrying", &[], apart),
            place("upstream", &[], PlaceReason::Kept),
            place("<*>", &["word"], proof),
            place("<*>", &["num"], PlaceReason::Form),
        ],
        former: vec![Former {
            merged_at: Moment::from_seconds(1_772_362_800),
            id: Id::known("00000000000000e5"),
            name: "retrying upstream bank attempt <*>".to_owned(),
        }],
        former_cut: 3,
        fields: vec![field(None, "word", 70, None), field(Some("attempt"), "num", 5, Some(numbers))],
        fields_unread: 1,
    };
    Explained { asked: Id::known("00000000000000e5"), patterns: vec![explained], hearing }
}

fn whispered_signals() -> Vec<LinkedSignal> {
    let mut signals = vec![
        linked(
            1,
            true,
            "payments is called by checkout, where users were hurt; same change as C1",
            Draft {
                kind: SignalKind::PatternRising,
                service: "payments",
                subject: (SubjectKind::Pattern, "retrying upstream <*> attempt <*> of <*>"),
                onset_hours: -278,
                noticed_hours: -224,
                summary: "41 lines an hour, usually 12, growing by a tenth a day for 9 days",
                evidence: &[
                    ("INFO retrying upstream bank attempt 2 of 5", "logs/payments.log:1182234"),
                    ("INFO retrying upstream bank attempt 4 of 5", "logs/payments.log:1182301"),
                    ("41 lines in the hour, 12 expected", "logs/payments.log, 26 Feb 09:00 to 10:00"),
                ],
                occurred_in: 1,
                code: &[(
                    "src/bank/client.rs",
                    94,
                    Some("remove after the migration: the old gateway drops every tenth call"),
                )],
                curve: Some(("lines an hour", 12.0, 0.012, 0.35)),
                strength: 0.9971,
            },
        ),
        linked(
            2,
            true,
            "same service",
            Draft {
                kind: SignalKind::MetricDrift,
                service: "payments",
                subject: (SubjectKind::Metric, "process_resident_memory_bytes{instance=\"payments-2\"}"),
                onset_hours: -400,
                noticed_hours: -190,
                summary: "612 MB, usually 480 MB at this hour, rising by 0.4 σ a day for 16 days",
                evidence: &[(
                    "612 MB",
                    "process_resident_memory_bytes{instance=\"payments-2\"}, 19 Feb to 28 Feb",
                )],
                occurred_in: 2,
                curve: Some(("bytes", 480e6, 0.0009, 0.03)),
                strength: 0.981,
                ..Draft::default()
            },
        ),
        linked(
            3,
            true,
            "same code: stands 12 lines below N1",
            Draft {
                kind: SignalKind::PatternNew,
                service: "payments",
                subject: (SubjectKind::Pattern, "should never happen: settled twice, order <*>"),
                onset_hours: -170,
                noticed_hours: -168,
                summary: "3 lines in a night, never seen before in 27 days",
                evidence: &[(
                    "WARN should never happen: settled twice, order 55120",
                    "logs/payments.log:1391022",
                )],
                occurred_in: 0,
                code: &[("src/settle.rs", 141, None)],
                curve: Some(("lines an hour", 0.02, 0.03, 0.9)),
                strength: 0.974,
            },
        ),
        linked(
            4,
            true,
            "checkout calls payments",
            Draft {
                kind: SignalKind::TailLatency,
                service: "checkout",
                subject: (
                    SubjectKind::Metric,
                    "http_request_duration_seconds{quantile=\"0.99\",route=\"/pay\"}",
                ),
                onset_hours: -120,
                noticed_hours: -96,
                summary: "p99 of 1.9 s, usually 1.1 s at this hour",
                evidence: &[("1.9 s", "http_request_duration_seconds, 3 Mar 17:00 to 18:00")],
                occurred_in: 3,
                curve: Some(("seconds", 1.1, 0.006, 0.12)),
                strength: 0.951,
                ..Draft::default()
            },
        ),
        linked(
            5,
            true,
            "same service",
            Draft {
                kind: SignalKind::MetricSaturation,
                service: "payments",
                subject: (SubjectKind::Metric, "db_pool_in_use{pool=\"ledger\"}"),
                onset_hours: -110,
                noticed_hours: -50,
                summary: "44 of 60 connections; at this rate it reaches 60 on 8 March",
                evidence: &[("44", "db_pool_in_use{pool=\"ledger\"}, 2 Mar to 5 Mar")],
                occurred_in: 1,
                curve: Some(("connections", 20.0, 0.01, 0.2)),
                strength: 0.948,
                ..Draft::default()
            },
        ),
        linked(
            6,
            true,
            "same service, same code as S1",
            Draft {
                kind: SignalKind::PatternVanished,
                service: "payments",
                subject: (SubjectKind::Pattern, "reconciled <*> payments with the bank"),
                onset_hours: -20,
                noticed_hours: -14,
                summary: "no line for 6 hours, usually one every 20 minutes",
                evidence: &[("INFO reconciled 118 payments with the bank", "logs/payments.log:1988120")],
                occurred_in: 0,
                curve: Some(("lines an hour", 3.0, 0.0, 0.1)),
                strength: 0.933,
                ..Draft::default()
            },
        ),
        linked(
            7,
            false,
            "coincident: near in time, nothing else ties it to the incident",
            Draft {
                kind: SignalKind::MetricShift,
                service: "search",
                subject: (SubjectKind::Metric, "index_segments"),
                onset_hours: -60,
                noticed_hours: -52,
                summary: "34, usually 21",
                occurred_in: 6,
                ..Draft::default()
            },
        ),
        linked(
            8,
            false,
            "payments is called by checkout",
            Draft {
                kind: SignalKind::PatternNew,
                service: "payments",
                subject: (SubjectKind::Pattern, "ledger cache warmed in <*> ms"),
                onset_hours: -300,
                noticed_hours: -298,
                summary: "2 lines an hour, never seen before",
                ..Draft::default()
            },
        ),
    ];
    let first = signals[0].episode.signal.id.clone();
    signals[0].episode.members = vec![Id::of(&["m1"]), Id::of(&["m2"]), Id::of(&["m3"])];
    signals[0].episode.signal.cluster = Some(first);
    signals[6].not_credible_because = Some("only near in time".into());
    signals[7].not_credible_because = Some("explained by deploy payments 2026.8".into());
    signals[7].episode.signal.explained_by = Some("deploy payments 2026.8 on 23 Feb".into());
    signals
}

fn whispered_changes() -> Vec<StoryChange> {
    let change = |at: Moment,
                  kind,
                  service: Option<&str>,
                  summary: &str,
                  details: &[&str],
                  path: Option<&str>,
                  active,
                  approval: Option<&str>,
                  link: &str| StoryChange {
        is_elsewhere: false,
        change: Change {
            id: Id::of(&["change", summary]),
            time: at,
            kind,
            service: service.map(Arc::from),
            summary: summary.into(),
            details: details.iter().map(|line| (*line).to_owned()).collect(),
            repository: Some("shop".into()),
            commit: path.map(|_| "4be1f02c9ad07764d2b1c3a5e6f708192a3b4c5d".to_owned()),
            path: path.map(str::to_owned),
            paths: path.iter().map(|path| (*path).to_owned()).collect(),
            author_active: active,
            approval: approval.map(str::to_owned),
        },
        link: link.into(),
    };
    vec![
        change(
            hours(-607, 0),
            ChangeKind::Config,
            Some("payments"),
            "payments: fail faster when the bank is slow",
            &["bank.timeout_ms: 3000 -> 800", "bank.retries: 2 -> 5"],
            Some("deploy/payments.toml"),
            Some(false),
            None,
            "edits the timeout of the call that S1 retries, 14 days before S1 began",
        ),
        change(
            hours(-299, 0),
            ChangeKind::Deploy,
            Some("payments"),
            "payments 2026.8",
            &[],
            None,
            None,
            Some("merged in #412"),
            "last deploy of payments before S1",
        ),
        change(
            hours(-302, 10),
            ChangeKind::Commit,
            Some("payments"),
            "Warm the ledger cache at start-up and keep the client pool between retries",
            &[],
            Some("src/ledger/cache.rs"),
            Some(true),
            Some("reviewed, merged in #409"),
            "same file as S3",
        ),
        change(
            hours(-298, 40),
            ChangeKind::Flag,
            Some("checkout"),
            "one-click-pay on for 50 %",
            &[],
            None,
            None,
            None,
            "checkout, three days before S2",
        ),
        change(
            hours(-26, 0),
            ChangeKind::Scale,
            Some("checkout"),
            "checkout from 4 to 9 instances",
            &[],
            None,
            None,
            None,
            "more callers of payments",
        ),
    ]
}

fn whispered_notes() -> Vec<ReachedNote> {
    let note = |path: &str, line, text: &str, age: i64, reached| ReachedNote {
        note: Note {
            repository: "shop".into(),
            path: path.into(),
            line,
            text: text.into(),
            function: Some("call_bank".into()),
            commit: Some("77ac01d2b1c3a5e6f708192a3b4c5d4be1f02c9a".into()),
            written_at: Some(START.plus_hours(-24 * age)),
            author_active: Some(false),
        },
        age_days: Some(age),
        reached,
    };
    vec![
        note(
            "src/bank/client.rs",
            91,
            "HACK: remove after the migration: the old gateway drops every tenth call",
            412,
            3_718,
        ),
        note("src/settle.rs", 129, "assume the bank answers once per order", 19, 37),
    ]
}

fn timeline(
    signals: &[LinkedSignal],
    changes: &[StoryChange],
    notes: &[ReachedNote],
    alerts: &[Alert],
    reports: &[UserReport],
) -> Vec<TimelineEntry> {
    let mut entries = vec![TimelineEntry {
        time: START,
        what: TimelineKind::Incident,
        id: Id::of(&["incident"]),
        text: "Customers cannot pay".into(),
    }];
    entries.extend(signals.iter().map(|linked| {
        let signal = &linked.episode.signal;
        TimelineEntry {
            time: signal.noticed_at,
            what: TimelineKind::Signal,
            id: signal.id.clone(),
            text: format!("{}: {}", signal.origin.service, signal.summary),
        }
    }));
    entries.extend(changes.iter().map(|told| TimelineEntry {
        time: told.change.time,
        what: TimelineKind::Change,
        id: told.change.id.clone(),
        text: told.change.summary.clone(),
    }));
    entries.extend(notes.iter().map(|reached| TimelineEntry {
        time: reached.note.written_at.expect("set above"),
        what: TimelineKind::Note,
        id: reached.note.id(),
        text: reached.note.text.clone(),
    }));
    entries.extend(alerts.iter().map(|alert| TimelineEntry {
        time: alert.starts_at,
        what: TimelineKind::Alert,
        id: alert.id.clone(),
        text: format!("{}: {}", alert.name, alert.summary),
    }));
    entries.extend(reports.iter().map(|report| TimelineEntry {
        time: report.time,
        what: TimelineKind::Report,
        id: report.id.clone(),
        text: report.text.clone(),
    }));
    entries.sort_by(|left, right| (left.time, left.what, &left.id).cmp(&(right.time, right.what, &right.id)));
    entries
}

/// What differs between the signals above.
#[derive(Clone, Copy)]
struct Draft {
    kind: SignalKind,
    service: &'static str,
    subject: (SubjectKind, &'static str),
    onset_hours: i64,
    noticed_hours: i64,
    summary: &'static str,
    evidence: &'static [(&'static str, &'static str)],
    occurred_in: u32,
    code: &'static [(&'static str, u32, Option<&'static str>)],
    /// Unit, usual level, growth per hour after the onset, noise.
    curve: Option<(&'static str, f64, f64, f64)>,
    strength: f64,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            kind: SignalKind::PatternNew,
            service: "payments",
            subject: (SubjectKind::Pattern, ""),
            onset_hours: -10,
            noticed_hours: -9,
            summary: "",
            evidence: &[],
            occurred_in: 0,
            code: &[],
            curve: None,
            strength: 0.8,
        }
    }
}

fn linked(rank: u32, credible: bool, link: &str, draft: Draft) -> LinkedSignal {
    let episode = episode(draft);
    LinkedSignal {
        rank,
        credible,
        not_credible_because: None,
        lead_time_seconds: START.seconds_since(episode.signal.noticed_at),
        link: link.into(),
        episode,
    }
}

fn episode(draft: Draft) -> Episode {
    let (onset, noticed_at) = (hours(draft.onset_hours, 0), hours(draft.noticed_hours, 0));
    Episode {
        signal: Signal {
            id: Id::of(&[draft.kind.name(), draft.service, draft.subject.1, &noticed_at.to_string()]),
            kind: draft.kind,
            origin: origin(draft.service),
            subject: Subject { kind: draft.subject.0, name: draft.subject.1.into() },
            onset,
            noticed_at,
            strength: draft.strength,
            summary: draft.summary.into(),
            evidence: draft
                .evidence
                .iter()
                .enumerate()
                .map(|(index, (text, source))| Evidence {
                    time: noticed_at.plus_seconds(-600 * index as i64 - 60),
                    text: (*text).into(),
                    source: (*source).into(),
                })
                .collect(),
            explained_by: None,
            cluster: None,
        },
        ended_at: None,
        base_rate: BaseRate { quiet_windows: 40, occurred_in: draft.occurred_in },
        code: draft
            .code
            .iter()
            .map(|(path, line, note)| CodePlace {
                repository: "shop".into(),
                path: (*path).into(),
                line: *line,
                commit: None,
                function: Some("call_bank".into()),
                note: note.map(str::to_owned),
                note_line: note.map(|_| *line + 6),
            })
            .collect(),
        members: Vec::new(),
        curve: draft.curve.map(|shape| curve(draft, shape)),
        forecast: None,
    }
}

/// Five weeks of hours with a daily season, noise, a gap, and growth (or silence) after the onset.
fn curve(draft: Draft, (unit, level, growth, noise): (&str, f64, f64, f64)) -> Curve {
    const HOURS: i64 = 35 * 24;
    let from = hours(-HOURS, 0);
    let season =
        |hour: i64| 1.0 + 0.35 * ((hour as f64) * std::f64::consts::TAU / 24.0).sin() * noise.min(1.0).sqrt();
    let mut values = Vec::new();
    let mut baseline = Vec::new();
    for hour in 0..HOURS {
        let since_onset = (hour - HOURS - draft.onset_hours).max(0) as f64;
        let grown = match draft.kind {
            SignalKind::PatternVanished if since_onset > 0.0 => 0.0,
            _ => 1.0 + growth * since_onset,
        };
        let fresh = (draft.kind == SignalKind::PatternNew).then(|| {
            let spoke = since_onset > 0.0 && (hour + 6) % 24 < 9;
            if spoke { (4.0 * noise_of(hour)).floor() } else { 0.0 }
        });
        let jitter = 1.0 + noise * (noise_of(hour + level as i64) - 0.5);
        let value = fresh.unwrap_or(level * season(hour) * grown * jitter);
        let heard = !(300..312).contains(&hour);
        values.push(heard.then_some(if unit.starts_with("lines") { value.round() } else { value }));
        baseline.push((hour >= 24 * 7).then(|| level * season(hour)));
    }
    Curve { from, step_seconds: 3_600, values, baseline, unit: unit.into() }
}

fn noise_of(step: i64) -> f64 {
    (hark_event::stable_hash(&["noise", &step.to_string()]) >> 11) as f64 / (1_u64 << 53) as f64
}

fn alert(
    name: &str,
    service: &str,
    starts_at: Moment,
    ends_at: Option<Moment>,
    summary: &str,
    answered: bool,
) -> Alert {
    Alert {
        id: Id::of(&["alert", name]),
        name: name.into(),
        service: Some(service.into()),
        environment: "production".into(),
        starts_at,
        ends_at,
        summary: summary.into(),
        answered,
        place: Place { file: "alerts.jsonl".into(), line: 12 },
    }
}

fn report(minutes: i64, service: &str, text: &str) -> UserReport {
    UserReport {
        id: Id::of(&["report", text]),
        time: START.plus_seconds(minutes * 60),
        service: Some(service.into()),
        text: text.into(),
        place: Place { file: "reports.jsonl".into(), line: 3 },
    }
}

fn hearing() -> Hearing {
    let mut hearing = Hearing {
        from: Some(hours(-35 * 24, 0)),
        to: Some(START.plus_hours(14)),
        files: 23,
        bytes: 1_340_000_000,
        lines: 2_104_233,
        records: 2_013_442,
        samples: 180_960,
        undated: 3,
        truncated: 1,
        rejected: 12,
        rejects: vec![Reject {
            path: "logs/cart.log".into(),
            line: 812,
            reason: "no whole JSON object".into(),
        }],
        masked: 5_120,
        unread: vec![Unread {
            path: "logs/core.2211".into(),
            reason: "binary, no form that is read; leave it out or convert it".into(),
            extent: Extent::Nothing,
        }],
        ..Hearing::default()
    };
    hearing.subjects.insert(SubjectKind::Pattern, 212);
    hearing.subjects.insert(SubjectKind::Metric, 240);
    hearing.cut("patterns of one service beyond 5,000", 17);
    hearing
}

/// What can be heard of two services, one of them young.
pub(crate) fn survey() -> Survey {
    let stretch = |from_hours: i64, count| Stretch {
        count,
        from: hours(from_hours, 0),
        to: hours(0, 12),
        days: u32::try_from(-from_hours / 24).expect("it began before the start"),
    };
    let prospect = |kind, telemetry, needs_days, has_days| Prospect { kind, telemetry, needs_days, has_days };
    Survey {
        sampled: Some(Sampled { bytes_read: 1_900_000_000, bytes_there: 30_000_000_000 }),
        forms: vec![FormHeard { form: "JSON lines log", hearing: hearing() }],
        services: vec![
            ServiceHeard {
                origin: origin("cart"),
                logs: Some(stretch(-6 * 24, 9_000)),
                metrics: None,
                traces: None,
                prospects: vec![
                    prospect(ProspectKind::NewLoudLines, Telemetry::Logs, 5, 6),
                    prospect(ProspectKind::NewLines, Telemetry::Logs, 7, 6),
                ],
            },
            ServiceHeard {
                origin: origin("payments"),
                logs: Some(stretch(-35 * 24, 1_200_000)),
                metrics: Some(stretch(-35 * 24, 180_960)),
                traces: None,
                prospects: vec![
                    prospect(ProspectKind::NewLoudLines, Telemetry::Logs, 5, 35),
                    prospect(ProspectKind::NewLines, Telemetry::Logs, 7, 35),
                    prospect(ProspectKind::Drifts, Telemetry::Metrics, 10, 35),
                ],
            },
        ],
        clocks: vec![
            ClockDoubt::Zoneless {
                files: 3,
                first: "logs/cart.log".into(),
                read_in: "UTC".into(),
                is_named: false,
                guess_seconds: Some(7_200),
            },
            ClockDoubt::Ahead { path: "logs/db.log".into(), seconds: 4_000 },
            ClockDoubt::Outliers { records: 2 },
        ],
        repositories: vec![RepositoryHeard { name: "shop".into(), changes: 412, notes: 9 }],
        alerts: 3,
        reports: 0,
        changes: 1,
        hearing: hearing(),
    }
}

fn origin(service: &str) -> Origin {
    Origin { service: service.into(), environment: "production".into() }
}

/// The hour so many hours before the start's, and so many minutes into it.
fn hours(hours: i64, minutes: i64) -> Moment {
    START.hour().start().plus_hours(hours).plus_seconds(minutes * 60)
}

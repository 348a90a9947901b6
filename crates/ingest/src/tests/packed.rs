//! Packed files that were damaged: what was unpacked before the damage is heard, noise behind it is not, and the remark
//! says which it was.

use std::collections::BTreeSet;
use std::io::{Seek, SeekFrom};

use super::matrix::{PACKINGS, pack, said_by};
use super::*;

/// Lines that hardly repeat each other, so that packing them takes some bytes; several blocks of bzip2.
fn text() -> Vec<u8> {
    let mut number = 1_u64;
    let line = |at: u64| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (hour, minute, second) = (at / 3_600, at / 60 % 60, at % 60);
        let (payment, took) = (number >> 20, (number >> 50) % 900);
        format!("2026-01-02T{hour:02}:{minute:02}:{second:02}Z INFO payment {payment:x} took {took} ms\n")
    };
    (0..6_000).map(line).collect::<String>().into_bytes()
}

/// A file of the packing whose bytes at this place are others.
fn damaged_at(packed: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut damaged = packed.to_vec();
    for (byte, other) in damaged[at..].iter_mut().zip(with) {
        // Never the same byte again.
        *byte ^= other | 1;
    }
    damaged
}

/// What stands before the damage is heard, as much of it as a file holds that ends there; whatever comes after is said to.
#[track_caller]
fn check_damage(packing: &str, packed: &[u8], lines_lost_max: usize) {
    let (whole, hearing) = said_by("app.log", packed);
    let known: BTreeSet<&String> = whole.iter().collect();
    assert!(
        whole.len() > 500 && hearing.unread.is_empty(),
        "{packing}: {} {:?}",
        whole.len(),
        hearing.unread
    );
    for part in 2..14 {
        let at = packed.len() * part / 16;
        let (before, _) = said_by("app.log", &packed[..at]);
        for with in [&[0x10][..], &[0x5A; 40]] {
            let (events, hearing) = said_by("app.log", &damaged_at(packed, at, with));
            // The last line before the cut is half a line.
            let kept = before.len().saturating_sub(1 + lines_lost_max);
            assert!(
                events.len() >= kept && events[..kept] == before[..kept],
                "{packing} damaged at {at} lost lines"
            );
            let remark = &hearing.unread[0].reason;
            let named = [format!("damaged {packing} after"), format!("damaged or empty {packing}")];
            let is_named = named.iter().any(|named| remark.starts_with(named));
            assert!(is_named && remark.contains("again"), "{remark}");
            if packing == "bzip2" {
                // The last line of a block goes on in the next.
                let (_, before_last) = events.split_last().unwrap_or((&whole[0], &[]));
                let is_known = before_last.iter().all(|event| known.contains(event));
                assert!(is_known, "no block is heard that has another checksum");
            }
        }
    }
}

#[test]
fn whole_lines_before_damage_are_heard_whatever_packed_them() {
    check_damage("gzip", &pack("gzip", &text()), 0);
    check_damage("bzip2", &pack("bzip2", &text()), 0);
    // As its program writes by itself: without a checksum some damage cannot be noticed by anybody.
    let mut summed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    summed.include_checksum(true).unwrap();
    summed.write_all(&text()).unwrap();
    check_damage("zstd", &summed.finish().unwrap(), 0);
    let stored = pack("xz", &text());
    let (whole, _) = said_by("app.log", &stored);
    // The second chunk of 64 KiB begins there with a byte that says how it is packed.
    let at = 24 + 3 + (1 << 16);
    let (events, hearing) = said_by("app.log", &damaged_at(&stored, at, &[0x70]));
    let lines = text()[..1 << 16].iter().filter(|byte| **byte == b'\n').count();
    assert!(
        events.len() + 6 > lines && events[..lines - 6] == whole[..lines - 6],
        "{} of {lines}",
        events.len()
    );
    assert!(hearing.unread[0].reason.starts_with("damaged xz after"), "{:?}", hearing.unread);
    // A real one, of which a line is short.
    check_damage("xz", include_bytes!("../../samples/requests.log.xz"), 4);
}

#[test]
fn noise_that_is_no_text_is_left_out_and_counted() {
    let (events, hearing) =
        said_by("app.log", &damaged_at(include_bytes!("../../samples/requests.log.xz"), 900, &[0x5A; 40]));
    let is_text = |event: &String| !event.contains("\\u{") && !event.contains('\u{FFFD}');
    assert!(events.len() > 500 && events.iter().all(is_text), "{} events", events.len());
    let remark = &hearing.unread[0].reason;
    assert!(remark.contains("bytes before that are no text and were left out"), "{remark}");
}

#[test]
fn what_follows_the_end_is_named_and_never_heard() {
    let line = b"2026-01-02T00:00:00Z one\n";
    for packing in PACKINGS.into_iter().filter(|packing| *packing != "none") {
        let packed = pack(packing, line);
        let (whole, _) = said_by("app.log", &packed);
        assert_eq!(whole.len(), 1);
        for behind in [&b"2026-01-02T00:00:01Z no record\n"[..], &[0xA5; 3_000], &[0, 0, 0, 7, 7]] {
            let (events, hearing) = said_by("app.log", &[&packed[..], behind].concat());
            let expected = format!(
                "damaged {packing} after 25 bytes (what follows its end is no {packing}); the records before it were \
                 read, fetch the file again for the rest"
            );
            assert_eq!((&events, &*hearing.unread[0].reason), (&whole, &*expected));
        }
        // What pads a block of a tape, and a second member, are no damage.
        let both = [&packed[..], &[0; 512], &packed, &[0; 5_000]].concat();
        let (events, hearing) = said_by("app.log", &both);
        assert_eq!((events.len(), hearing.unread), (2, vec![]), "{packing}");
    }
}

#[test]
fn a_checksum_that_is_wrong_says_that_what_was_read_may_be() {
    let mut packed = pack("gzip", &text());
    let at = packed.len() - 6;
    packed[at] ^= 1;
    let (events, hearing) = said_by("app.log", &packed);
    assert_eq!(events.len(), 6_000);
    assert!(hearing.unread[0].reason.contains("which may be garbled in parts"), "{:?}", hearing.unread);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_damaged_reading_ends_and_no_record_is_made_of_nothing(
        places in proptest::collection::vec((0.0..1.0_f64, 0..=255_u8), 1..6),
        length in 0.1..1.0_f64,
    ) {
        let text: String = (0..200).map(|at| format!("2026-01-02T00:00:{:02}Z INFO line {at}\n", at % 60)).collect();
        for packing in PACKINGS {
            let mut packed = pack(packing, text.as_bytes());
            for (place, byte) in &places {
                let at = (packed.len() as f64 * place) as usize;
                packed[at] = *byte;
            }
            packed.truncate((packed.len() as f64 * length) as usize);
            let (events, hearing) = read("app.log", &packed, &utc());
            // A changed byte makes a line more at most, but where one checksum is for everything.
            let is_sure = matches!(packing, "none" | "bzip2");
            proptest::prop_assert!(!is_sure || events.len() <= 200 + places.len(), "{packing}");
            proptest::prop_assert!(hearing.unread.iter().all(|unread| unread.reason.len() < 400));
        }
    }
}

#[test]
fn zeros_within_packed_bytes_are_no_holes_though_the_disk_keeps_none() {
    let text = [b"2026-01-02T00:00:00Z a\n", &vec![0; 4 << 20][..], b"2026-01-02T00:00:01Z b\n"].concat();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&text).unwrap();
    let packed = encoder.finish().unwrap();
    let folder = TempDir::new().unwrap();
    let mut file = fs::File::create(folder.path().join("app.log.gz")).unwrap();
    for chunk in packed.chunks(4_096) {
        if chunk.iter().all(|byte| *byte == 0) {
            file.seek(SeekFrom::Current(chunk.len() as i64)).unwrap();
        } else {
            file.write_all(chunk).unwrap();
        }
    }
    file.set_len(packed.len() as u64).unwrap();
    let (events, hearing) = read_folder(folder.path(), &utc());
    assert_eq!((events.len(), hearing.unread), (2, vec![]));
}

#[test]
fn packed_files_are_unpacked_on_the_way() {
    let gzip = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let (first, second) = ("2026-01-02T00:00:00Z a\n", "2026-01-02T00:00:01Z b\n");
    let expected = ["2026-01-02T00:00:00Z app  \"a\" :1+1", "2026-01-02T00:00:01Z app  \"b\" :2+1"];
    let members = [gzip(first), gzip(second)].concat();
    assert_eq!(read("app.log.gz", &members, &utc()).0, expected);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    let frames = [zstd(first), zstd(second)].concat();
    assert_eq!(read("app.log.zst", &frames, &utc()).0, expected);
}

#[test]
fn truncated_packing_is_named_and_what_was_before_it_is_read() {
    let mut text = String::new();
    for second in 0..50_000 {
        let time = moment("2026-01-02T00:00:00Z").plus_seconds(second);
        text += &format!("{time} request {} took {} ms\n", second * 7919 % 10_007, second * 31 % 977);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for (name, packed) in [("gzip", gzip), ("zstd", zstd)] {
        let (events, hearing) = read("app.log", &packed[..packed.len() / 2], &utc());
        assert!(events.len() > 1_000, "{name}: {} events", events.len());
        assert_eq!(hearing.files, 1);
        let reason = &hearing.unread[0].reason;
        assert!(
            reason.starts_with(&format!("truncated {name} after ")) && reason.contains("were read"),
            "{reason}"
        );
    }
}

//! Any text as log messages: masked, shaped and learned, and the laws that hold for all of them.
#![no_main]

use hark_pattern::{Limits, PatternId, ShapeId, Shaper, Vocabulary, mask_secrets};
use libfuzzer_sys::fuzz_target;

const SHAPE_BYTES_MAX: usize = 1024;
/// Small, so that there is too little room now and then.
const LIMITS: Limits = Limits { shapes_max: 12, text_bytes_max: 200 };

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let masked = mask_secrets(&text);
    let again = mask_secrets(&masked.text);
    assert_eq!(again.text, masked.text, "masking twice changes nothing");
    let mut shaper = Shaper::new();
    let whole = shaper.shape(&text).id;
    assert_eq!(shaper.shape(&text).id, whole, "a shape is a function of its text");
    let other: String = text.chars().map(|it| if it.is_ascii_digit() { '7' } else { it }).collect();
    for message in [&*text, &other, &text] {
        let identity = shaper.identity(message);
        let shape = shaper.shape(message);
        assert_eq!((identity.id, identity.masked), (shape.id, shape.masked), "an identity is that of the shape");
    }
    let mut vocabulary = Vocabulary::new(LIMITS);
    // Records of several lines are divided by an empty one, buckets by one with a dash.
    for bucket in text.split("\n-\n") {
        let shapes: Vec<(ShapeId, String)> = bucket
            .split("\n\n")
            .map(|message| {
                let shape = shaper.shape(message);
                assert!(shape.text.len() <= SHAPE_BYTES_MAX);
                (shape.id, shape.text.to_owned())
            })
            .collect();
        learn(&mut vocabulary, &shapes);
    }
});

fn learn(vocabulary: &mut Vocabulary, shapes: &[(ShapeId, String)]) {
    let of = |vocabulary: &mut Vocabulary, shapes: &mut dyn Iterator<Item = &(ShapeId, String)>| {
        vocabulary.learn(shapes.map(|(id, text)| (*id, text.as_str())))
    };
    let mut other = vocabulary.clone();
    let learned = of(vocabulary, &mut shapes.iter());
    assert_eq!(of(&mut other, &mut shapes.iter().rev()), learned, "order changes nothing");
    assert!(vocabulary.len() <= LIMITS.shapes_max);
    for (id, _) in shapes {
        let pattern = vocabulary.pattern_of(*id).expect("what was learned has a pattern");
        assert_eq!(other.pattern_of(*id), Some(pattern));
        let name = vocabulary.name(pattern);
        let wildcards = vocabulary.wildcards(pattern).len();
        if pattern != PatternId::OVERFLOW {
            assert!(name.matches("<*>").count() >= wildcards, "{name:?} has {wildcards} wildcards");
        }
    }
}

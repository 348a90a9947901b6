//! The words that fill the messages: names, articles, numbers, with the long tail that real ones have.

use crate::random::Random;

const FIRST: [&str; 48] = [
    "mila", "jonas", "aylin", "pierre", "sanne", "lukas", "nora", "emre", "clara", "oskar", "ines", "mateo",
    "freya", "tomasz", "lea", "anton", "giulia", "henrik", "zeynep", "paul", "marta", "ole", "salma",
    "viktor", "ida", "hugo", "lena", "karim", "elin", "bruno", "agnes", "rafael", "tilda", "samir", "eva",
    "nils", "carla", "david", "rosa", "felix", "hanna", "yusuf", "alma", "jakub", "petra", "leon", "sofie",
    "andrei",
];

const LAST: [&str; 48] = [
    "hart",
    "lindqvist",
    "moreau",
    "yilmaz",
    "jansen",
    "weber",
    "kowalski",
    "rossi",
    "berg",
    "fontaine",
    "keller",
    "nowak",
    "visser",
    "santos",
    "lund",
    "aydin",
    "marchetti",
    "holm",
    "dubois",
    "krause",
    "peeters",
    "novak",
    "silva",
    "eriksen",
    "brandt",
    "lefevre",
    "demir",
    "smit",
    "vargas",
    "meyer",
    "olsen",
    "ricci",
    "wagner",
    "bakker",
    "horvat",
    "ferrari",
    "dahl",
    "petit",
    "kaya",
    "vogel",
    "maes",
    "costa",
    "strand",
    "fuchs",
    "garnier",
    "polat",
    "mulder",
    "sommer",
];

const WORDS: [&str; 72] = [
    "red", "boots", "lamp", "coat", "linen", "shirt", "oak", "table", "wool", "scarf", "garden", "chair",
    "blue", "jacket", "leather", "bag", "toy", "train", "cotton", "dress", "steel", "kettle", "rain", "hat",
    "warm", "socks", "small", "mirror", "green", "sofa", "winter", "gloves", "silk", "tie", "round", "rug",
    "bread", "knife", "copper", "pan", "summer", "sandals", "velvet", "curtain", "glass", "vase", "kids",
    "tent", "walnut", "shelf", "black", "sneakers", "cork", "board", "soft", "blanket", "paper", "lantern",
    "ceramic", "mug", "folding", "bench", "striped", "apron", "brass", "hook", "wicker", "basket", "indigo",
    "denim", "felt", "slippers",
];

/// Appends a decimal number.
pub(crate) fn push_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number with exactly so many digits, zeros in front.
pub(crate) fn push_padded(out: &mut Vec<u8>, number: u64, width: u32) {
    let mut unit = 10_u64.pow(width.saturating_sub(1));
    while unit > 0 {
        out.push(b'0' + (number / unit % 10) as u8);
        unit /= 10;
    }
}

/// Appends a number with so many digits behind the point.
pub(crate) fn push_fixed(out: &mut Vec<u8>, value: f64, decimals: u32) {
    let scale = 10_u64.pow(decimals);
    let scaled = (value.abs() * scale as f64).round() as u64;
    if value < 0.0 && scaled > 0 {
        out.push(b'-');
    }
    push_number(out, scaled / scale);
    if decimals > 0 {
        out.push(b'.');
        push_padded(out, scaled % scale, decimals);
    }
}

/// Few customers come often, many come once.
fn skewed(random: &mut Random, bound: usize) -> usize {
    let unit = random.unit();
    (unit * unit * bound as f64) as usize
}

pub(crate) fn push_user(out: &mut Vec<u8>, random: &mut Random) {
    out.extend_from_slice(FIRST[skewed(random, FIRST.len())].as_bytes());
    out.push(b'.');
    out.extend_from_slice(LAST[skewed(random, LAST.len())].as_bytes());
    if random.chance(0.35) {
        push_number(out, random.below(99) + 1);
    }
}

pub(crate) fn push_query(out: &mut Vec<u8>, random: &mut Random) {
    for word in 0..=random.below(3) {
        if word > 0 {
            out.push(b' ');
        }
        push_word(out, random);
    }
}

pub(crate) fn push_word(out: &mut Vec<u8>, random: &mut Random) {
    out.extend_from_slice(WORDS[skewed(random, WORDS.len())].as_bytes());
}

pub(crate) fn push_hex(out: &mut Vec<u8>, random: &mut Random, digits: usize) {
    let bits = random.next();
    out.extend((0..digits).map(|digit| b"0123456789abcdef"[(bits >> (4 * digit) & 15) as usize]));
}

pub(crate) fn push_ip(out: &mut Vec<u8>, random: &mut Random) {
    let bits = random.next();
    for part in 0..4 {
        if part > 0 {
            out.push(b'.');
        }
        push_number(out, bits >> (8 * part) & 0xff);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(write: impl Fn(&mut Vec<u8>), expected: &str) {
        let mut out = Vec::new();
        write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn numbers_are_printed_as_people_write_them() {
        check(|out| push_number(out, 0), "0");
        check(|out| push_number(out, u64::MAX), "18446744073709551615");
        check(|out| push_padded(out, 7, 3), "007");
        check(|out| push_fixed(out, 12.346, 2), "12.35");
        check(|out| push_fixed(out, -0.04, 1), "0.0");
        check(|out| push_fixed(out, -3.5, 1), "-3.5");
        check(|out| push_fixed(out, 1e9, 0), "1000000000");
    }
}

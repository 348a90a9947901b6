//! The sentences of `hark patterns --explain`.

use hark_event::{FieldNumbers, FieldValues, PatternExplained, PlaceReason};

use super::{count, number, value};

/// So many different values are told even if none of them comes often.
const TOLD_ALL_MAX: u64 = 8;

/// What a kind of wildcard looks like.
fn form(kind: &str) -> &'static str {
    match kind {
        "num" => "a number",
        "hex" => "a hexadecimal number",
        "uuid" => "a UUID",
        "ip" => "an address",
        "host" => "the name of a machine",
        "path" => "a path",
        "time" => "a time",
        "url" => "a long URL",
        "email" => "an e-mail address, masked",
        "id" => "an identifier",
        "str" => "a quoted value",
        "secret" => "a secret, masked",
        _ => "any word",
    }
}

/// How many shapes belong to it, and why there is more than one.
pub(crate) fn headline(explained: &PatternExplained) -> String {
    if explained.is_defined {
        return "It was written in hark.toml: no evidence was asked.".to_owned();
    }
    let shapes = count(explained.shapes, "shape belongs", "shapes belong");
    format!("{shapes} to it: messages in which numbers, identifiers and the like are masked.")
}

/// Why a place is variable or not; nothing where nothing else was ever seen there.
pub(crate) fn reason(kinds: &[&'static str], reason: &PlaceReason) -> Option<String> {
    match reason {
        PlaceReason::Form => {
            let forms: Vec<&str> = kinds.iter().map(|kind| form(kind)).collect();
            Some(format!("{} by its form", forms.join(", ")))
        }
        PlaceReason::Kept => Some("kept as it is: never_merge in hark.toml names it".to_owned()),
        PlaceReason::Evidence { values, weight, needed, is_for_identifiers, examples } => {
            let what = if *is_for_identifiers { "identifiers" } else { "values" };
            let worth =
                if weight == values { String::new() } else { format!(", worth {} words", number(*weight)) };
            let only = if *is_for_identifiers { "; only words with digits may vary here" } else { "" };
            let more = if examples.len() < *values as usize { ", …" } else { "" };
            Some(format!(
                "{} {what} stood here{worth}; {} are enough{only}: {}{more}",
                number(*values),
                number(*needed),
                examples.join(", "),
            ))
        }
        PlaceReason::Constant { others: 0, .. } => None,
        PlaceReason::Constant { others, siblings, weight, needed } => {
            let named: Vec<String> = siblings.iter().map(|(text, id)| format!("{text} ({id})")).collect();
            let more = if siblings.len() < *others as usize { ", …" } else { "" };
            let bound = match needed {
                Some(needed) => format!(
                    "worth {}; {} would make them one",
                    count(*weight, "word", "words"),
                    number(*needed)
                ),
                None => "nothing else is said, so none would make them one".to_owned(),
            };
            Some(format!("{} more here, {bound}: {}{more}", number(*others), named.join(", ")))
        }
    }
}

/// What stood in a wildcard.
pub(crate) fn field(field: &FieldValues) -> String {
    let about = if field.is_exact { "" } else { "about " };
    let mut said = format!("{about}{} different in {}", number(field.distinct), number(field.count));
    if let Some(numbers) = field.numbers.as_ref().filter(|numbers| 2 * numbers.count > field.count) {
        said += &format!("; {}", range(numbers));
    }
    // Values that hardly ever come twice are told by their number, or by their range.
    let comes_often = |(_, count): &(String, u64)| *count > 1 && 20 * count >= field.count;
    if field.distinct <= TOLD_ALL_MAX || field.top.first().is_some_and(comes_often) {
        let top: Vec<String> =
            field.top.iter().map(|(value, count)| format!("{value} {}", number(*count))).collect();
        said += &format!("; {}{}", if field.is_exact { "" } else { "among them " }, top.join(", "));
    }
    said
}

fn range(numbers: &FieldNumbers) -> String {
    let unit = if numbers.unit.is_empty() { String::new() } else { format!(" {}", numbers.unit) };
    format!(
        "{} to {}{unit}, half of them below {}{unit}",
        value(numbers.min),
        value(numbers.max),
        value(numbers.median)
    )
}

//! The JSON contract: one struct per shape that other people's scripts hold on to.
//!
//! They are separate from the nouns, so that a noun may change without breaking a script. Arrays are always
//! there, unknown scalars are `null`, times are RFC 3339 in UTC with whole seconds. The JSON Schemas in
//! `docs/schema` are generated from these structs.

mod beginnings;
mod explanation;
mod hearing;
mod listening;
mod patterns;
mod print;
mod replay;
mod signal;
mod story;
mod survey;

pub(crate) use explanation::ExplainedWire;
pub(crate) use listening::ListeningWire;
pub(crate) use patterns::{AssignedWire, PatternsWire};
pub(crate) use print::{line, pretty};
pub(crate) use replay::ReplayWire;
pub(crate) use story::StoryWire;
pub(crate) use survey::SurveyWire;

use hark_event::Moment;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;

use signal::SignalWire;

/// A moment: RFC 3339, UTC, whole seconds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Moment", extend("format" = "date-time"))]
pub(crate) struct Stamp(String);

impl Stamp {
    /// Now, as a listener has it; where nothing was heard it has the first moment of all, which nobody means.
    fn of_now(moment: Moment) -> Option<Self> {
        (moment != Moment::default()).then(|| moment.into())
    }
}

impl From<Moment> for Stamp {
    fn from(moment: Moment) -> Self {
        Self(crate::calendar::stamp(moment))
    }
}

/// The JSON Schemas of what `hark` prints, as file name and text, in order of name.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("explained.json", schema::<ExplainedWire>()),
        ("listening.json", schema::<ListeningWire>()),
        ("patterns.json", schema::<PatternsWire<'_>>()),
        ("replay.json", schema::<ReplayWire>()),
        ("signal.json", schema::<SignalWire>()),
        ("story.json", schema::<StoryWire>()),
        ("survey.json", schema::<SurveyWire>()),
    ]
}

fn schema<T: JsonSchema>() -> String {
    // What is said is described, not what would be understood: fields that may be null are still required.
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    pretty(&generator.into_root_schema_for::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn the_schemas_in_docs_are_those_of_the_code() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
        let bless = std::env::var_os("HARK_BLESS").is_some();
        for (name, text) in schemas() {
            let path = folder.join(name);
            if bless {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &text).unwrap();
            }
            let written = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                written == text,
                "docs/schema/{name} differs from the code; run the tests with HARK_BLESS=1"
            );
        }
    }

    #[test]
    fn every_field_of_a_schema_is_required() {
        for (name, text) in schemas() {
            let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
            let definitions = schema["$defs"].as_object().unwrap();
            for object in
                definitions.values().chain([&schema]).filter(|object| object["properties"].is_object())
            {
                let properties = object["properties"].as_object().unwrap().len();
                assert_eq!(object["required"].as_array().map_or(0, Vec::len), properties, "{name}: {object}");
            }
        }
    }
}

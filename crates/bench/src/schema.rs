//! A small JSON Schema validator: the part of draft 2020-12 that `schemars` writes for our shapes.
//!
//! Ours because the full validators bring tens of crates, and this check must be cheap on every change. It knows
//! `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `minimum`, `maximum`, `anyOf`,
//! `oneOf`, `allOf`, `$ref` into `$defs`; `format` and what only describes are passed over. A keyword that it does not
//! know is an error, so that a richer schema is never taken for a kept one.

use serde_json::{Map, Value};

/// Faults beyond these say nothing new.
const FAULTS_MAX: usize = 20;
/// How deep references may lead.
const DEPTH_MAX: usize = 64;

/// What in the value breaks the schema, each with its place; nothing, if it is valid.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut check = Check { root: schema, faults: Vec::new() };
    check.value(schema, value, "$", 0);
    // By place: whether a map keeps its order is a choice of other crates in the build.
    check.faults.sort();
    check.faults.truncate(FAULTS_MAX);
    check.faults
}

struct Check<'a> {
    root: &'a Value,
    faults: Vec<String>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, place: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{place}: {what}"));
    }

    fn value(&mut self, schema: &'a Value, value: &Value, place: &str, depth: usize) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return self.fault(place, "nothing may stand here"),
            Value::Object(keywords) if depth < DEPTH_MAX => keywords,
            _ => return self.fault(place, "its schema leads nowhere"),
        };
        for (keyword, argument) in keywords {
            self.keyword(keywords, (keyword, argument), value, place, depth);
        }
    }

    fn keyword(
        &mut self,
        keywords: &'a Map<String, Value>,
        (keyword, argument): (&str, &'a Value),
        value: &Value,
        place: &str,
        depth: usize,
    ) {
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" | "examples" => {}
            "type" if !has_type(argument, value) => {
                self.fault(place, format_args!("is no {argument}: {}", brief(value)));
            }
            "enum" if !list(argument).contains(value) => {
                self.fault(place, format_args!("is none of {argument}: {}", brief(value)));
            }
            "const" if argument != value => self.fault(place, format_args!("is not {argument}")),
            "minimum" if below(value, argument) => self.fault(place, format_args!("is below {argument}")),
            "maximum" if below(argument, value) => self.fault(place, format_args!("is above {argument}")),
            "type" | "enum" | "const" | "minimum" | "maximum" => {}
            "required" => self.required(argument, value, place),
            "properties" => self.properties(argument, value, place, depth),
            "additionalProperties" => self.additional(keywords, argument, value, place, depth),
            "items" => {
                for (at, item) in list(value).iter().enumerate() {
                    self.value(argument, item, &format!("{place}[{at}]"), depth + 1);
                }
            }
            "$ref" => match self.definition(argument) {
                Some(schema) => self.value(schema, value, place, depth + 1),
                None => self.fault(place, format_args!("the schema has no {argument}")),
            },
            "allOf" => list(argument).iter().for_each(|one| self.value(one, value, place, depth + 1)),
            "anyOf" | "oneOf" => self.alternatives(keyword, argument, value, place, depth),
            _ => self.fault(place, format_args!("the schema's `{keyword}` is not known here")),
        }
    }

    fn required(&mut self, names: &Value, value: &Value, place: &str) {
        let Some(object) = value.as_object() else { return };
        for name in list(names).iter().filter_map(Value::as_str).filter(|name| !object.contains_key(*name)) {
            self.fault(place, format_args!("`{name}` is missing"));
        }
    }

    fn properties(&mut self, schemas: &'a Value, value: &Value, place: &str, depth: usize) {
        let (Some(schemas), Some(object)) = (schemas.as_object(), value.as_object()) else { return };
        for (name, schema) in schemas {
            if let Some(value) = object.get(name) {
                self.value(schema, value, &format!("{place}.{name}"), depth + 1);
            }
        }
    }

    fn additional(
        &mut self,
        keywords: &Map<String, Value>,
        schema: &'a Value,
        value: &Value,
        place: &str,
        depth: usize,
    ) {
        let Some(object) = value.as_object() else { return };
        for (name, value) in object {
            if keywords.get("properties").is_none_or(|known| known.get(name).is_none()) {
                self.value(schema, value, &format!("{place}.{name}"), depth + 1);
            }
        }
    }

    fn alternatives(&mut self, keyword: &str, schemas: &'a Value, value: &Value, place: &str, depth: usize) {
        let fitting = list(schemas).iter().filter(|schema| {
            let mut one = Check { root: self.root, faults: Vec::new() };
            one.value(schema, value, place, depth + 1);
            one.faults.is_empty()
        });
        let fitting = fitting.count();
        if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
            self.fault(place, format_args!("fits {fitting} alternatives: {}", brief(value)));
        }
    }

    fn definition(&self, reference: &Value) -> Option<&'a Value> {
        self.root["$defs"].get(reference.as_str()?.strip_prefix("#/$defs/")?)
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn has_type(names: &Value, value: &Value) -> bool {
    match names {
        Value::Array(names) => names.iter().any(|name| has_type(name, value)),
        name => match name.as_str() {
            Some("null") => value.is_null(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("string") => value.is_string(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            _ => false,
        },
    }
}

fn below(a: &Value, b: &Value) -> bool {
    a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a < b)
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(schema: Value, value: Value, expected: &[&str]) {
        assert_eq!(faults(&schema, &value), expected);
    }

    fn person() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "name": { "$ref": "#/$defs/Name" },
                "age": { "type": ["integer", "null"], "minimum": 0, "format": "int64" },
                "kind": { "anyOf": [{ "enum": ["a", "b"] }, { "type": "null" }] },
                "tags": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["name", "age"],
            "$defs": { "Name": { "type": "string", "description": "a name" } },
        })
    }

    #[test]
    fn what_keeps_the_schema_has_no_fault() {
        check(person(), json!({ "name": "x", "age": null, "kind": "b", "tags": ["t"], "more": 1 }), &[]);
    }

    #[test]
    fn each_fault_is_told_with_its_place() {
        check(
            person(),
            json!({ "name": 1, "kind": "c", "tags": ["t", 2] }),
            &[
                "$.kind: fits 0 alternatives: \"c\"",
                "$.name: is no \"string\": 1",
                "$.tags[1]: is no \"string\": 2",
                "$: `age` is missing",
            ],
        );
        check(person(), json!({ "name": "x", "age": -1 }), &["$.age: is below 0"]);
        check(person(), json!({ "name": "x", "age": 1.5 }), &["$.age: is no [\"integer\",\"null\"]: 1.5"]);
        check(person(), json!([]), &["$: is no \"object\": []"]);
    }

    #[test]
    fn maps_closed_objects_and_exclusive_alternatives_are_checked() {
        let counts = json!({ "type": "object", "additionalProperties": { "type": "integer" } });
        check(counts, json!({ "a": 1, "b": "x" }), &["$.b: is no \"integer\": \"x\""]);
        let closed = json!({ "properties": { "a": true }, "additionalProperties": false });
        check(closed, json!({ "a": 1, "b": 2 }), &["$.b: nothing may stand here"]);
        let one = json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] });
        check(one.clone(), json!(1.5), &[]);
        check(one, json!(1), &["$: fits 2 alternatives: 1"]);
    }

    #[test]
    fn a_schema_that_is_not_understood_is_never_kept() {
        check(
            json!({ "patternProperties": {} }),
            json!({}),
            &["$: the schema's `patternProperties` is not known here"],
        );
        check(json!({ "$ref": "#/$defs/No" }), json!({}), &["$: the schema has no \"#/$defs/No\""]);
        let circle = json!({ "$ref": "#/$defs/A", "$defs": { "A": { "$ref": "#/$defs/A" } } });
        check(circle, json!({}), &["$: its schema leads nowhere"]);
    }
}

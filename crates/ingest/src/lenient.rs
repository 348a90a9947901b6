//! Values of foreign JSON that may be of another type than they should, or `null`: what is odd is as if it were not there, and
//! costs nothing around it.
//!
//! A tag that someone put a number into, or `"attributes":null`, is no reason to lose a span. What it cannot do: forgive a
//! member that stands twice in an object of known members; that one costs its record.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Elements of one list that are kept: more than any exporter puts into one record.
pub(crate) const LIST_MAX: usize = 100_000;

/// An object; what is none is an empty one.
#[derive(Debug, Default)]
pub(crate) struct Lenient<T>(pub(crate) T);

/// A list of objects; what is no list is an empty one.
#[derive(Debug)]
pub(crate) struct List<T> {
    items: Vec<T>,
    /// How many found no room.
    pub(crate) cut: u64,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), cut: 0 }
    }
}

impl<T> std::ops::Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// What a visitor makes of all that it does not expect.
macro_rules! default_for_scalars {
    () => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        pass_list(seq).map(|()| T::default())
    }

    default_for_scalars!();
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut list = List::default();
        while list.items.len() < LIST_MAX {
            match seq.next_element::<Lenient<T>>()? {
                Some(Lenient(item)) => list.items.push(item),
                None => return Ok(list),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            list.cut += 1;
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        pass_object(map).map(|()| List::default())
    }

    default_for_scalars!();
}

/// A list of numbers; `null` is an empty one.
pub(crate) fn none_if_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads past a list that is not wanted.
pub(crate) fn pass_list<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads past an object that is not wanted.
pub(crate) fn pass_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Item {
        number: Lenient<Inner>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Inner {
        value: u64,
    }

    #[track_caller]
    fn check(json: &str, expected: &[u64]) {
        let list: List<Item> = serde_json::from_str(json).unwrap();
        assert_eq!(list.iter().map(|item| item.number.0.value).collect::<Vec<_>>(), expected, "{json}");
    }

    #[test]
    fn what_is_odd_costs_nothing_around_it() {
        check(
            r#"[{"number":{"value":1}},null,"x",[{"a":[2]}],{"number":[3]},{"number":{"value":4}}]"#,
            &[1, 0, 0, 0, 0, 4],
        );
        for none in ["null", "{\"a\":{\"b\":[]}}", "1", "-1", "1.5", "true", "\"text\"", "[]"] {
            check(none, &[]);
        }
    }

    #[test]
    fn a_list_without_end_is_cut_and_counted() {
        let json = format!("[{}{{}}]", "{},".repeat(LIST_MAX + 4));
        let list: List<Item> = serde_json::from_str(&json).unwrap();
        assert_eq!((list.len(), list.cut), (LIST_MAX, 5));
    }
}

//! From a log message to its pattern, with secrets masked.
//!
//! ```text
//! message ──Shaper──▶ shape ──Vocabulary──▶ pattern
//!          (lexical, pure)   (evidence, at the close of a bucket)
//! ```
//!
//! A **shape** is the message with what is lexically variable replaced by a typed wildcard, `user <id> paid <num>`;
//! it depends on the text alone, so that every machine at every time gives the same message the same identity.
//! A **pattern** is a set of shapes: those that differ in one place in which so many words were seen that none of
//! them can carry meaning. The vocabulary advances only when a bucket closes, from the set of its shapes, so that the
//! order of lines, the number of threads and restarts change nothing.
//!
//! No clock, no file, no randomness. No dictionary of systems and no regular expressions: one table of byte classes
//! and small lexical rules, because a rule for one system would be a bias against all others.

mod checksum;
mod class;
mod defined;
mod evidence;
mod form;
mod frame;
mod guard;
mod header;
mod key_value;
mod kind;
mod lexeme;
mod mask;
mod proof;
mod provider;
mod quantity;
mod quotation;
mod random;
mod recall;
mod record_shape;
mod rules;
mod secret;
mod shaper;
mod stated;
mod template;
mod trace;
mod unit;
mod userinfo;
mod values;
mod vocabulary;
mod word;
mod writer;

pub use defined::DefinedError;
pub use form::FormError;
pub use mask::{Masked, mask_secrets};
pub use proof::Proof;
pub use record_shape::MaskedField;
pub use rules::{RULES_MAX, Rules};
pub use shaper::{Identity, Shape, ShapeId, Shaper};
pub use values::{Field, Numbers, Values, values_in};
pub use vocabulary::{Apart, Explanation, Learned, Limits, PatternId, PlaceExplanation, Reason, Vocabulary};

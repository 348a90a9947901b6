//! One page in one file: no network, readable by everyone, printable.
//!
//! The policy in its head forbids whatever is not in the file itself. Pictures are inline SVG whose colours
//! come from the page's style, so that they follow light, dark and paper.

mod as_of;
mod beginnings;
mod figure;
pub(crate) mod listening;
mod page;
pub(crate) mod patterns;
pub(crate) mod replay;
mod sections;
mod signal;
pub(crate) mod story;
pub(crate) mod survey;

//! For documents that people go on writing: a post-mortem's beginning, a week's list. GitHub's dialect.

mod beginnings;
mod escape;
pub(crate) mod listening;
pub(crate) mod patterns;
pub(crate) mod replay;
pub(crate) mod story;
pub(crate) mod survey;

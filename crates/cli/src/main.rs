//! hark.
fn main() {}

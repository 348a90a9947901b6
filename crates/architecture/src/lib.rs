//! The map of the crates as a failing test; see `tests/map.rs`. Holds no code of the product.

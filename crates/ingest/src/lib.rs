//! From foreign bytes to events, one format per file.

//! From observations to findings, one method per file.

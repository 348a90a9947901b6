//! Signals and stories for people and machines.

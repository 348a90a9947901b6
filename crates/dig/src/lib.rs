//! From Git and source to changes, notes and log statements.

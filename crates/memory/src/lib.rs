//! Tallies kept on disk while they are sorted by time.

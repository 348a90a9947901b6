//! The pipeline: tallies, closed hours, patterns, episodes, signals.

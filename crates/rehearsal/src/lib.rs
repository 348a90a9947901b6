//! Small worlds with a written truth, for the demo and the tests.

//! The command line of the binary.

//! Names of clouds that both sides have to know.

/// As which our own service announces itself when it is served over TLS: images are built on its machine, by the local engine.
pub const LOCAL: &str = "imagebuilder-local";

//! Which role of the binary was asked for; nothing else.
fn main() {}

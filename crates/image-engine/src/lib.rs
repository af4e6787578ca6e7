//! The image factory: specification, plan, run.

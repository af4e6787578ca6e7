//! One ARM client for every backend.

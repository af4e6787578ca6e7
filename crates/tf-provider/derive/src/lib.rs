//! `derive(Model)`: one struct field is one attribute.

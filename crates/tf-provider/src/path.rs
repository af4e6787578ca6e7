//! [`Path`]: where in a configuration or a state an attribute stands.

use std::fmt;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// The element of a map under this key.
    Key(String),
    /// The element of a list at this position, from 0.
    Index(usize),
}

/// Where an attribute stands, from the root of the configuration: `customize[0].shell`.
///
/// Elements of sets have no path of their own; name the set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path of the whole configuration.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The path of an attribute at the root.
    pub fn root(name: impl Into<String>) -> Self {
        Self::new().attribute(name)
    }

    /// This path, one attribute further.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>) -> Self {
        self.0.push(Step::Attribute(name.into()));
        self
    }

    /// This path, one list element further.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// This path, one map element further.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// The path without its last step.
    #[must_use]
    pub fn parent(mut self) -> Self {
        self.0.pop();
        self
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path of the whole configuration.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn prepend(&mut self, step: Step) {
        self.0.insert(0, step);
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A [`Path`] as it is read: `path!("source", "image_id")` or `path!("customize"[0]."shell")`.
///
/// What stands in brackets is a list position (`usize`); map elements are reached with [`Path::key`].
#[macro_export]
macro_rules! path {
    (@step $path:expr,) => { $path };
    (@step $path:expr, [$index:expr] $($rest:tt)*) => { $crate::path!(@step $path.index($index), $($rest)*) };
    (@step $path:expr, . $name:literal $($rest:tt)*) => { $crate::path!(@step $path.attribute($name), $($rest)*) };
    (@step $path:expr, , $name:literal $($rest:tt)*) => { $crate::path!(@step $path.attribute($name), $($rest)*) };
    ($name:literal $($rest:tt)*) => { $crate::path!(@step $crate::Path::root($name), $($rest)*) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_macro_give_the_same_path_as_the_builder() {
        assert_eq!(path!("source", "image_id"), Path::root("source").attribute("image_id"));
        let position = 2;
        assert_eq!(
            path!("customize"[position]."shell"."inline"[0]),
            Path::root("customize")
                .index(2)
                .attribute("shell")
                .attribute("inline")
                .index(0)
        );
    }

    #[test]
    fn a_path_is_shown_as_the_user_would_write_it() {
        assert_eq!(path!("customize"[0]."shell").to_string(), "customize[0].shell");
        assert_eq!(Path::root("tags").key("a b").to_string(), "tags[\"a b\"]");
    }
}

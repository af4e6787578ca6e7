//! [`Attributes`]: the attributes of an object value.

use crate::value::{Name, Value};

/// The attributes of an object, each name once, in the order of the names.
///
/// A sorted list: objects are made and read as a whole, in the order of their names, far more often than they are searched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Vec<(Name, Value)>);

/// Reads attributes in the order of their names; see [`Attributes::in_order`].
#[derive(Debug)]
pub struct InOrder<'a> {
    rest: &'a [(Name, Value)],
}

impl Attributes {
    /// No attributes.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Attributes that come in the order of their names, as `#[derive(Model)]` writes them.
    #[doc(hidden)]
    #[must_use]
    pub fn sorted(attributes: Vec<(Name, Value)>) -> Self {
        debug_assert!(attributes.is_sorted_by(|(left, _), (right, _)| left < right));
        Self(attributes)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The attribute of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).ok().map(|position| &self.0[position].1)
    }

    /// Whether there is an attribute of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Sets an attribute; returns what it was.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, value));
            return None;
        }
        match self.position(&name) {
            Ok(position) => Some(std::mem::replace(&mut self.0[position].1, value)),
            Err(position) => {
                self.0.insert(position, (name, value));
                None
            }
        }
    }

    /// Takes an attribute out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let position = self.position(name).ok()?;
        Some(self.0.remove(position).1)
    }

    /// Keeps the attributes for which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        self.0.retain(|(name, value)| keep(name, value));
    }

    /// The attribute of this name, which becomes null where it is absent.
    pub(crate) fn or_null(&mut self, name: &'static str) -> &mut Value {
        let position = self.position(name).unwrap_or_else(|position| {
            self.0.insert(position, (name.into(), Value::Null));
            position
        });
        &mut self.0[position].1
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The names, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, mutable.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// A reader for whoever asks for names in their order, which takes no search.
    #[doc(hidden)]
    #[must_use]
    pub fn in_order(&self) -> InOrder<'_> {
        InOrder { rest: &self.0 }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(each, _)| (**each).cmp(name))
    }
}

impl<'a> InOrder<'a> {
    /// The attribute of this name, which comes after those that were asked for before.
    pub fn next(&mut self, name: &str) -> Option<&'a Value> {
        while let [(each, value), rest @ ..] = self.rest {
            match (**each).cmp(name) {
                std::cmp::Ordering::Less => self.rest = rest,
                std::cmp::Ordering::Equal => {
                    self.rest = rest;
                    return Some(value);
                }
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }
}

impl FromIterator<(Name, Value)> for Attributes {
    /// Of several values of one name the last one counts.
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(attributes: I) -> Self {
        let mut all: Vec<_> = attributes.into_iter().collect();
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self(all)
    }
}

impl Extend<(Name, Value)> for Attributes {
    fn extend<I: IntoIterator<Item = (Name, Value)>>(&mut self, attributes: I) {
        let before = std::mem::take(&mut self.0);
        *self = before.into_iter().chain(attributes).collect();
    }
}

impl IntoIterator for Attributes {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(names: &[&'static str]) -> Attributes {
        let numbers = (0..).map(Value::from);
        names.iter().map(|name| Name::from(*name)).zip(numbers).collect()
    }

    #[test]
    fn the_last_value_of_a_name_counts_and_names_are_in_order() {
        let found = numbered(&["b", "a", "b", "a", "b"]);
        let found: Vec<_> = found.into_iter().collect();
        assert_eq!(found, [("a".into(), Value::from(3)), ("b".into(), Value::from(4))]);
    }

    #[test]
    fn a_reader_in_order_passes_over_what_nobody_asks_for() {
        let attributes = numbered(&["a", "c", "e"]);
        let mut reader = attributes.in_order();
        assert_eq!(reader.next("b"), None);
        assert_eq!(reader.next("c"), Some(&Value::from(1)));
        assert_eq!(reader.next("d"), None);
        assert_eq!(reader.next("e"), Some(&Value::from(2)));
        assert_eq!(reader.next("f"), None);
    }

    #[test]
    fn insertions_keep_the_order() {
        let mut attributes = numbered(&["a", "c"]);
        assert_eq!(attributes.insert("b".into(), Value::Null), None);
        assert_eq!(attributes.insert("a".into(), Value::Unknown), Some(Value::from(0)));
        assert!(attributes.keys().map(|name| &**name).eq(["a", "b", "c"]));
        assert_eq!(attributes.remove("b"), Some(Value::Null));
        assert!(!attributes.contains_key("b"));
    }
}

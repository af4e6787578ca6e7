//! [`Attr`]: an attribute's value as a model holds it, and [`Set`].

/// The value of one attribute: null, not yet known, or known.
///
/// Terraform keeps the three apart, and so must a provider: null is "not set", unknown is "will be known after apply".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attr<T> {
    /// Not set.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// Set to this value.
    Known(T),
}

impl<T> Attr<T> {
    /// The known value, if there is one.
    pub const fn as_known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The known value, mutable, if there is one.
    pub const fn as_known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The known value, if there is one, taking it out.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether the attribute is not set.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value will be known only after apply.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether there is a value.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The same state, borrowing the value.
    pub const fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(value),
        }
    }

    /// Applies `change` to a known value; null and unknown stay what they are.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(change(value)),
        }
    }

    /// The known value, or `fallback`.
    pub fn known_or(self, fallback: T) -> T {
        self.into_known().unwrap_or(fallback)
    }

    /// Takes the value out and leaves null.
    pub fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Null)
    }
}

impl Attr<String> {
    /// The known text, if there is one.
    pub fn as_str(&self) -> Option<&str> {
        self.as_known().map(String::as_str)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl From<String> for Attr<String> {
    fn from(value: String) -> Self {
        Self::Known(value)
    }
}

impl From<bool> for Attr<bool> {
    fn from(value: bool) -> Self {
        Self::Known(value)
    }
}

impl From<i64> for Attr<i64> {
    fn from(value: i64) -> Self {
        Self::Known(value)
    }
}

impl From<f64> for Attr<f64> {
    fn from(value: f64) -> Self {
        Self::Known(value)
    }
}

/// A set of elements. Equality ignores the order and nothing else: two unknown elements stay two.
#[derive(Clone, Debug, Default)]
pub struct Set<T>(pub Vec<T>);

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        same_elements(&self.0, &other.0, |left, right| left == right)
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

/// Whether both hold equal elements, each as often, in whatever order.
pub(crate) fn same_elements<T>(left: &[T], right: &[T], equal: impl Fn(&T, &T) -> bool) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut open: Vec<&T> = right.iter().collect();
    left.iter().all(|element| {
        open.iter()
            .position(|candidate| equal(element, candidate))
            .map(|position| open.swap_remove(position))
            .is_some()
    })
}

//! Words that the API takes from a set: closed (any other word is refused) or open (any other word passes through).

/// An enumeration which the API calls closed. Words are compared with their case, as the service does since 2024-02-01.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every word of the set, in the specification's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as the API spells it.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::arm::value_set::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().find(|word| word.as_str() == text).copied().ok_or_else(|| {
                    crate::arm::value_set::UnknownWord::new(text, Self::ALL.iter().map(Self::as_str))
                })
            }
        }
    };
}

/// An enumeration which the API calls open: a word outside it is kept as it is.
macro_rules! open_set {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A word that this version of the project does not know.
            Other(String),
        }

        impl $name {
            /// The words that the specification names, in its order.
            pub const NAMED: &'static [&'static str] = &[$($text),+];

            /// The word as the API spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Other(text) => text }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() { $($text => Self::$variant,)+ _ => Self::Other(text) }
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use {closed_set, open_set};

/// A word that is not in a closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    word: String,
    allowed: Vec<&'static str>,
}

impl UnknownWord {
    pub(crate) fn new(word: &str, allowed: impl Iterator<Item = &'static str>) -> Self {
        Self {
            word: word.to_owned(),
            allowed: allowed.collect(),
        }
    }
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "\"{}\" is none of {}", self.word, self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

//! Why a text is not the id that is needed.

use crate::arm::shown::quoted;

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdErrorKind {
    /// Nothing was given.
    Empty,
    /// An id begins with a slash.
    NotAbsolute,
    /// Two slashes with nothing between them. Positions count from 1.
    EmptySegment {
        /// Position of the segment.
        position: usize,
    },
    /// A character that no id holds, for example the `%` of an encoded one.
    BadCharacter {
        /// The segment.
        segment: String,
        /// The character.
        character: char,
    },
    /// A segment that is not the expected word. Positions count from 1.
    WrongSegment {
        /// Position of the segment.
        position: usize,
        /// What was given.
        found: String,
        /// What belongs there.
        expected: String,
    },
    /// The id ends too early.
    Truncated {
        /// What is missing, for example `the name of the gallery`.
        missing: String,
    },
    /// The id goes on where it should end.
    TooLong {
        /// The first segment too many.
        extra: String,
    },
    /// A well-formed id of something else.
    WrongType {
        /// What it is, for example `a gallery`.
        found: &'static str,
        /// How the id that was given becomes the one that is needed, where the one is a part of the other.
        way_out: Option<String>,
    },
    /// The last name breaks the rule for names of this type.
    BadName {
        /// The rule's own text.
        rule: String,
    },
}

/// A text that is not the id that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    kind: IdErrorKind,
    text: String,
    noun: &'static str,
    form: String,
}

impl IdError {
    pub(super) fn new(kind: IdErrorKind, text: &str, noun: &'static str, form: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.to_owned(),
            noun,
            form: form.into(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &IdErrorKind {
        &self.kind
    }

    /// The form that an id of the needed type has.
    #[must_use]
    pub fn expected_form(&self) -> &str {
        &self.form
    }
}

impl std::fmt::Display for IdError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, text, noun, form } = self;
        match kind {
            IdErrorKind::WrongType { found, way_out } => {
                write!(formatter, "\"{text}\" is the id of {found}; {noun} is needed")?;
                if let Some(way_out) = way_out {
                    return write!(formatter, ": {way_out}");
                }
            }
            _ => write!(formatter, "{} is not the id of {noun}: ", quoted(text))?,
        }
        match kind {
            IdErrorKind::WrongType { .. } => {}
            IdErrorKind::Empty => formatter.write_str("it is empty")?,
            IdErrorKind::NotAbsolute => formatter.write_str("an id begins with \"/\"")?,
            IdErrorKind::EmptySegment { position } => write!(formatter, "segment {position} is empty")?,
            IdErrorKind::BadCharacter { segment, character } => {
                let character = *character;
                let shown = quoted(character.encode_utf8(&mut [0; 4]));
                write!(formatter, "{} holds {shown}, which no id holds", quoted(segment))?;
                if character == '%' {
                    formatter.write_str(" (write the id without percent-encoding)")?;
                }
            }
            IdErrorKind::WrongSegment {
                position,
                found,
                expected,
            } => {
                write!(
                    formatter,
                    "segment {position} is \"{found}\" where \"{expected}\" belongs"
                )?;
            }
            IdErrorKind::Truncated { missing } => write!(formatter, "it ends before {missing}")?,
            IdErrorKind::TooLong { extra } => write!(formatter, "\"{extra}\" and what follows is too much")?,
            IdErrorKind::BadName { rule } => formatter.write_str(rule)?,
        }
        write!(formatter, "; the form is {form}")
    }
}

impl std::error::Error for IdError {}

//! An id of any resource.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{IdError, IdErrorKind};

const NOUN: &str = "a resource";
const FORM: &str = "/subscriptions/{subscription}/resourceGroups/{resource group}/providers/{namespace}/{type}/{name}";

/// Characters that Resource Manager allows in no name; `%` among them, so that an encoded id is noticed.
const FORBIDDEN: &[char] = &['%', '?', '#', '&', '<', '>', '\\', '"', '*', '{', '}'];

/// An id of any resource, resource group or subscription.
///
/// Equality, order and hash overlook case, as Resource Manager does; [`fmt::Display`] keeps the spelling (without a slash at the
/// end).
#[derive(Clone)]
pub struct ResourceId {
    text: String,
    segments: Vec<String>,
}

impl ResourceId {
    /// Parses an id as users and bodies write it: not percent-encoded. A slash at the end is overlooked.
    ///
    /// # Errors
    /// The segment that is wrong, and the form of an id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let segments = split(text).map_err(|kind| IdError::new(kind, text, NOUN, FORM))?;
        check_structure(&segments).map_err(|kind| IdError::new(kind, text, NOUN, FORM))?;
        Ok(Self::of(segments))
    }

    /// Parses the path of a URL, whose segments are percent-encoded.
    ///
    /// # Errors
    /// As [`ResourceId::parse`].
    pub fn from_path(path: &str) -> Result<Self, IdError> {
        let decoded: Vec<String> = path.split('/').map(decode_segment).collect();
        match decoded.iter().find(|segment| segment.contains('/')) {
            Some(segment) => {
                let kind = IdErrorKind::BadCharacter {
                    segment: segment.clone(),
                    character: '/',
                };
                Err(IdError::new(kind, path, NOUN, FORM))
            }
            None => Self::parse(&decoded.join("/")),
        }
    }

    pub(super) fn of(segments: Vec<String>) -> Self {
        let text = segments
            .iter()
            .fold(String::new(), |text, segment| text + "/" + segment);
        Self { text, segments }
    }

    /// The id as it was written, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form in which equal ids are equal texts.
    #[must_use]
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }

    /// The id as the path of a URL.
    #[must_use]
    pub fn path(&self) -> String {
        self.segments
            .iter()
            .fold(String::new(), |path, segment| path + "/" + &encode_segment(segment))
    }

    /// Every segment, names and words alike.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The subscription.
    #[must_use]
    pub fn subscription(&self) -> &str {
        &self.segments[1]
    }

    /// The resource group, if the id is in one.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        self.segments
            .get(2)
            .filter(|word| word.eq_ignore_ascii_case("resourceGroups"))?;
        self.segments.get(3).map(String::as_str)
    }

    /// The namespace of the resource provider, for example `Microsoft.Compute`.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.segments.get(self.provider_position()? + 1).map(String::as_str)
    }

    /// Types and names after the namespace, outermost first.
    pub fn types_and_names(&self) -> impl Iterator<Item = (&str, &str)> {
        let start = self
            .provider_position()
            .map_or(self.segments.len(), |position| position + 2);
        self.segments[start..]
            .chunks_exact(2)
            .map(|pair| (pair[0].as_str(), pair[1].as_str()))
    }

    /// The ARM type as it was spelled, for example `Microsoft.Compute/galleries/images`.
    #[must_use]
    pub fn resource_type(&self) -> String {
        match self.namespace() {
            Some(namespace) => self
                .types_and_names()
                .fold(namespace.to_owned(), |full, (kind, _)| full + "/" + kind),
            None if self.segments.len() == 4 => "Microsoft.Resources/resourceGroups".to_owned(),
            None => "Microsoft.Resources/subscriptions".to_owned(),
        }
    }

    /// The last name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.segments[self.segments.len() - 1]
    }

    /// The id of a resource below this one.
    ///
    /// # Errors
    /// The name is empty or holds a character that no id holds.
    pub fn child(&self, kind: &str, name: &str) -> Result<Self, IdError> {
        let text = format!("{}/{kind}/{name}", self.text);
        if name.contains('/') {
            let kind = IdErrorKind::BadCharacter {
                segment: name.to_owned(),
                character: '/',
            };
            return Err(IdError::new(kind, &text, NOUN, FORM));
        }
        Self::parse(&text)
    }

    /// The resource above this one; for a top-level resource its resource group; `None` for a subscription.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let end = match self.provider_position() {
            Some(position) if self.segments.len() <= position + 4 => position,
            _ => self.segments.len() - 2,
        };
        (end >= 2).then(|| Self::of(self.segments[..end].to_vec()))
    }

    pub(super) fn provider_position(&self) -> Option<usize> {
        let position = if self.resource_group().is_some() { 4 } else { 2 };
        self.segments
            .get(position)
            .filter(|word| word.eq_ignore_ascii_case("providers"))
            .map(|_| position)
    }
}

/// The segments of an id; a slash at the end is overlooked.
pub(super) fn split(text: &str) -> Result<Vec<String>, IdErrorKind> {
    if text.is_empty() {
        return Err(IdErrorKind::Empty);
    }
    let Some(rest) = text.strip_prefix('/') else {
        return Err(IdErrorKind::NotAbsolute);
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut segments = Vec::new();
    for (index, segment) in rest.split('/').enumerate() {
        if segment.is_empty() {
            return Err(IdErrorKind::EmptySegment { position: index + 1 });
        }
        if let Some(character) = segment
            .chars()
            .find(|character| FORBIDDEN.contains(character) || character.is_control())
        {
            return Err(IdErrorKind::BadCharacter {
                segment: segment.to_owned(),
                character,
            });
        }
        segments.push(segment.to_owned());
    }
    Ok(segments)
}

fn check_structure(segments: &[String]) -> Result<(), IdErrorKind> {
    let is = |index: usize, word: &str| {
        segments
            .get(index)
            .is_some_and(|segment| segment.eq_ignore_ascii_case(word))
    };
    let wrong = |index: usize, expected: &str| IdErrorKind::WrongSegment {
        position: index + 1,
        found: segments[index].clone(),
        expected: expected.to_owned(),
    };
    if !is(0, "subscriptions") {
        return Err(wrong(0, "subscriptions"));
    }
    if segments.len() < 2 {
        return Err(IdErrorKind::Truncated {
            missing: "the subscription".to_owned(),
        });
    }
    let grouped = is(2, "resourceGroups");
    let provider = if grouped { 4 } else { 2 };
    if segments.len() == 2 || (grouped && segments.len() == 4) {
        return Ok(());
    }
    if grouped && segments.len() == 3 {
        return Err(IdErrorKind::Truncated {
            missing: "the name of the resource group".to_owned(),
        });
    }
    if !is(provider, "providers") {
        return Err(wrong(provider, if grouped { "providers" } else { "resourceGroups" }));
    }
    match segments.len() - provider {
        1 => Err(IdErrorKind::Truncated {
            missing: "the namespace of the resource provider".to_owned(),
        }),
        2 => Err(IdErrorKind::Truncated {
            missing: "the type".to_owned(),
        }),
        length if length % 2 == 1 => Err(IdErrorKind::Truncated {
            missing: format!("the name that follows \"{}\"", segments[segments.len() - 1]),
        }),
        _ => Ok(()),
    }
}

fn encode_segment(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Decodes one segment; what is not a valid escape stays as it is and is refused by the parser.
fn decode_segment(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = segment.get(index + 1..index + 3).filter(|_| bytes[index] == b'%');
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                index += 3;
            }
            None => {
                decoded.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| segment.to_owned())
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ResourceId {}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ResourceId({})", self.text)
    }
}

impl std::str::FromStr for ResourceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

//! The collection of a marketplace image's versions, which is not in any resource group.

use std::fmt;

use super::error::{IdError, IdErrorKind};
use super::resource_id::ResourceId;
use crate::arm::api_version;

const NOUN: &str = "the versions of a platform image";
const FORM: &str = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}\
    /artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions";

/// Words at the even positions after the namespace; the names between them are the parts of this id.
const WORDS: [&str; 5] = ["locations", "publishers", "artifacttypes", "offers", "skus"];

/// Path of the versions of a marketplace image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlatformImageVersionsId {
    sku: ResourceId,
}

impl PlatformImageVersionsId {
    /// API version of requests.
    pub const API_VERSION: &'static str = api_version::PLATFORM_IMAGES;

    /// Builds the path from its names.
    ///
    /// # Errors
    /// A name is empty or holds a character that no id holds.
    pub fn new(subscription: &str, location: &str, publisher: &str, offer: &str, sku: &str) -> Result<Self, IdError> {
        Self::parse(&format!(
            "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}\
             /artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
        ))
    }

    /// Parses the path.
    ///
    /// # Errors
    /// The segment that is wrong, and the expected form.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let fail = |kind| IdError::new(kind, text, NOUN, FORM);
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let Some((sku, last)) = trimmed.rsplit_once('/') else {
            return Err(fail(IdErrorKind::NotAbsolute));
        };
        let sku = ResourceId::parse(sku).map_err(|error| fail(error.kind().clone()))?;
        let wrong = |position: usize, expected: &str| {
            let found = sku.segments().get(position).map_or("", String::as_str).to_owned();
            fail(IdErrorKind::WrongSegment {
                position: position + 1,
                found,
                expected: expected.to_owned(),
            })
        };
        if sku.resource_group().is_some() {
            return Err(wrong(2, "providers"));
        }
        if !sku
            .namespace()
            .is_some_and(|namespace| namespace.eq_ignore_ascii_case("Microsoft.Compute"))
        {
            return Err(wrong(3, "Microsoft.Compute"));
        }
        let pairs: Vec<(&str, &str)> = sku.types_and_names().collect();
        for (index, word) in WORDS.into_iter().enumerate() {
            match pairs.get(index) {
                Some((found, _)) if found.eq_ignore_ascii_case(word) => {}
                Some(_) => return Err(wrong(4 + 2 * index, word)),
                None => {
                    return Err(fail(IdErrorKind::Truncated {
                        missing: format!("\"{word}\""),
                    }));
                }
            }
        }
        if !pairs[2].1.eq_ignore_ascii_case("vmimage") {
            return Err(wrong(9, "vmimage"));
        }
        if let Some((extra, _)) = pairs.get(WORDS.len()) {
            return Err(fail(IdErrorKind::TooLong {
                extra: (*extra).to_owned(),
            }));
        }
        if !last.eq_ignore_ascii_case("versions") {
            let (position, expected) = (sku.segments().len() + 1, "versions".to_owned());
            return Err(fail(IdErrorKind::WrongSegment {
                position,
                found: last.to_owned(),
                expected,
            }));
        }
        Ok(Self { sku })
    }

    /// The subscription.
    #[must_use]
    pub fn subscription(&self) -> &str {
        self.sku.subscription()
    }

    /// The region.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.sku.segments()[5]
    }

    /// The publisher.
    #[must_use]
    pub fn publisher(&self) -> &str {
        &self.sku.segments()[7]
    }

    /// The offer.
    #[must_use]
    pub fn offer(&self) -> &str {
        &self.sku.segments()[11]
    }

    /// The stock keeping unit.
    #[must_use]
    pub fn sku(&self) -> &str {
        self.sku.name()
    }

    /// The path of a URL.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/versions", self.sku.path())
    }
}

impl fmt::Display for PlatformImageVersionsId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/versions", self.sku)
    }
}

//! Microsoft.Resources/tags: the tags of a resource by themselves, as `az tag update` changes them.
//!
//! <https://learn.microsoft.com/rest/api/resources/tags>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// ARM type.
pub const RESOURCE_TYPE: &str = "Microsoft.Resources/tags";

/// All tags of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceTags {
    /// Id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `default`; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The tags.
    pub properties: Tags,
}

/// The properties of [`ResourceTags`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tags {
    /// Values by name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A change of some tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagsPatch {
    /// What happens to the tags that are given, and to those that are not.
    pub operation: TagsOperation,
    /// The tags.
    pub properties: Tags,
}

/// What a [`TagsPatch`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagsOperation {
    /// Those that are given are added or changed; the others stay.
    #[serde(alias = "merge")]
    Merge,
    /// Those that are given take the place of all.
    #[serde(alias = "replace")]
    Replace,
    /// Those that are given go: with a value only where it is that, without one in any case.
    #[serde(alias = "delete")]
    Delete,
}

impl TagsPatch {
    /// The tags of a resource that has these, after the change. The case of names does not count.
    #[must_use]
    pub fn applied_to(self, mut tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let given = self.properties.tags;
        if self.operation == TagsOperation::Replace {
            return given;
        }
        tags.retain(|name, value| {
            !given.iter().any(|(other, wanted)| {
                let goes = self.operation == TagsOperation::Merge || wanted.is_empty() || wanted == value;
                other.eq_ignore_ascii_case(name) && goes
            })
        });
        if self.operation == TagsOperation::Merge {
            tags.extend(given);
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn after(operation: TagsOperation, given: &[(&str, &str)]) -> BTreeMap<String, String> {
        let properties = Tags { tags: tags(given) };
        TagsPatch { operation, properties }.applied_to(tags(&[("Team", "images"), ("stage", "test")]))
    }

    #[test]
    fn tags_that_are_given_are_merged_or_replace_all_or_go() {
        let merged = after(TagsOperation::Merge, &[("team", "base"), ("new", "")]);
        assert_eq!(merged, tags(&[("team", "base"), ("stage", "test"), ("new", "")]));
        assert_eq!(after(TagsOperation::Replace, &[("a", "b")]), tags(&[("a", "b")]));
        let rest = after(TagsOperation::Delete, &[("TEAM", ""), ("stage", "production")]);
        assert_eq!(rest, tags(&[("stage", "test")]));
    }
}

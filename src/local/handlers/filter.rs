//! `$filter` of lists: `member eq 'value'`, joined by `and`, as az CLI and the SDKs send it.

use crate::arm::location;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::store::resources::Resource;

/// What all members of a list have in common.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Members in lower case.
    conditions: Vec<(String, String)>,
}

const MEMBERS: [&str; 6] = [
    "resourcegroup",
    "resourcetype",
    "name",
    "location",
    "tagname",
    "tagvalue",
];

impl Filter {
    pub(super) fn of(request: &Request) -> Result<Self, Refused> {
        let text = request.query("$filter").unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(text).ok_or_else(|| {
            Refused::bad_request(
                "InvalidFilterInQueryString",
                format!(
                    "The filter '{text}' is not supported; resourceGroup, resourceType, name, location, tagName, and with that tagValue, can be \
                     compared by eq with a value in single quotes, and comparisons be joined by and."
                ),
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut conditions = Vec::new();
        let mut rest = text;
        loop {
            let (member, after) = word(rest)?;
            let (operator, after) = word(after)?;
            let (value, after) = quoted(after)?;
            if operator != "eq" || !MEMBERS.contains(&member.as_str()) {
                return None;
            }
            conditions.push((member, value));
            if after.trim().is_empty() {
                break;
            }
            let (and, after) = word(after)?;
            rest = Some(after).filter(|_| and == "and")?;
        }
        let filter = Self { conditions };
        let is_whole = filter.value("tagvalue").is_none() || filter.value("tagname").is_some();
        is_whole.then_some(filter)
    }

    pub(super) fn fits(&self, resource: &Resource) -> bool {
        let group = || {
            Target::parse(&resource.id)
                .map(|target| target.group)
                .unwrap_or_default()
        };
        let is_met = |(member, value): &(String, String)| match member.as_str() {
            "resourcegroup" => group().eq_ignore_ascii_case(value),
            "resourcetype" => resource.kind.resource_type().eq_ignore_ascii_case(value),
            "location" => location::same(&resource.location, value),
            "tagname" => resource.tag(value).is_some(),
            "tagvalue" => {
                let name = self.value("tagname").unwrap_or_default();
                resource.tag(name) == Some(value.as_str())
            }
            _ => resource.name().eq_ignore_ascii_case(value),
        };
        self.conditions.iter().all(is_met)
    }

    fn value(&self, member: &str) -> Option<&str> {
        let mut conditions = self.conditions.iter();
        conditions
            .find(|(known, _)| known == member)
            .map(|(_, value)| value.as_str())
    }
}

/// The first word in lower case, and what follows.
fn word(text: &str) -> Option<(String, &str)> {
    let (word, rest) = text.trim_start().split_once(' ')?;
    Some((word.to_lowercase(), rest))
}

/// A value in single quotes, one of which is written as two, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.trim_start().strip_prefix('\'')?;
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_joined_and_quotes_are_written_twice() {
        let conditions = [("resourcegroup", "g"), ("tagname", "it's"), ("tagvalue", "a and b")];
        let conditions = conditions.map(|(member, value)| (member.to_owned(), value.to_owned()));
        assert_eq!(
            Filter::parse("resourceGroup eq 'g' and TagName  eq 'it''s' AND tagvalue eq 'a and b' "),
            Some(Filter {
                conditions: conditions.into()
            })
        );
    }

    #[test]
    fn everything_else_is_not_understood() {
        for text in [
            "startswith(tagname, 'a')",
            "substringof('a', name)",
            "name ne 'a'",
            "name eq a",
            "name eq 'a",
            "name eq 'a' or name eq 'b'",
            "name eq 'a' and",
            "name eq 'a' name eq 'b'",
            "kind eq 'a'",
            "tagvalue eq 'a'",
        ] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}

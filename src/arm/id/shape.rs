//! The form of the ids of one type, and how a text differs from it.

use super::error::{IdError, IdErrorKind};
use super::resource_id::{ResourceId, split};

/// The form of the ids of one type.
pub(super) struct Shape {
    /// With its article, for example `a gallery image`.
    pub(super) noun: &'static str,
    /// Namespace of the resource provider; `None` for a resource group.
    pub(super) namespace: Option<&'static str>,
    /// Types after the namespace and what each one's name is called, outermost first.
    pub(super) types: &'static [(&'static str, &'static str)],
}

/// What is recognized when it stands where something else is needed.
pub(super) const KNOWN: &[(&str, &str)] = &[
    ("Microsoft.Resources/subscriptions", "a subscription"),
    ("Microsoft.Resources/resourceGroups", "a resource group"),
    ("Microsoft.Compute/galleries", "a gallery"),
    ("Microsoft.Compute/galleries/images", "a gallery image"),
    ("Microsoft.Compute/galleries/images/versions", "a gallery image version"),
    ("Microsoft.Compute/images", "a managed image"),
    ("Microsoft.Compute/disks", "a managed disk"),
    ("Microsoft.Compute/snapshots", "a snapshot"),
    ("Microsoft.Compute/virtualMachines", "a virtual machine"),
    ("Microsoft.VirtualMachineImages/imageTemplates", "an image template"),
    (
        "Microsoft.VirtualMachineImages/imageTemplates/runOutputs",
        "a run output",
    ),
    ("Microsoft.VirtualMachineImages/imageTemplates/triggers", "a trigger"),
    (
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "a user-assigned identity",
    ),
    ("Microsoft.Network/virtualNetworks", "a virtual network"),
    ("Microsoft.Network/virtualNetworks/subnets", "a subnet"),
    ("Microsoft.Storage/storageAccounts", "a storage account"),
];

impl Shape {
    /// The form as text, names in braces.
    pub(super) fn form(&self) -> String {
        let mut form = "/subscriptions/{subscription}/resourceGroups/{resource group}".to_owned();
        if let Some(namespace) = self.namespace {
            form.push_str("/providers/");
            form.push_str(namespace);
        }
        for (kind, name) in self.types {
            form.push_str(&format!("/{kind}/{{{name}}}"));
        }
        form
    }

    /// Reads an id of this form.
    pub(super) fn parse(&self, text: &str) -> Result<ResourceId, IdError> {
        let fail = |kind| IdError::new(kind, text, self.noun, self.form());
        let segments = split(text).map_err(fail)?;
        match self.difference(&segments) {
            None => Ok(ResourceId::of(segments)),
            Some(difference) => Err(fail(self.other_type(text).unwrap_or(difference))),
        }
    }

    /// As [`Shape::parse`], of an id that is one already.
    pub(super) fn check(&self, id: &ResourceId) -> Result<(), IdError> {
        self.parse(id.as_str()).map(|_| ())
    }

    /// The id of another known type, told by its name.
    fn other_type(&self, text: &str) -> Option<IdErrorKind> {
        let other = ResourceId::parse(text).ok()?;
        let found = other.resource_type();
        let (_, noun) = KNOWN.iter().find(|(kind, _)| kind.eq_ignore_ascii_case(&found))?;
        (*noun != self.noun).then(|| IdErrorKind::WrongType {
            found: noun,
            way_out: self.way_out(&other),
        })
    }

    /// How an id of another type becomes one of this form: by what it lacks, or by taking off what is too much.
    fn way_out(&self, other: &ResourceId) -> Option<String> {
        let (given, expected) = (other.segments(), self.expected());
        let fits = given.iter().zip(&expected).all(|(found, part)| match part {
            Part::Word(word) => found.eq_ignore_ascii_case(word),
            Part::Name(_) => true,
        });
        if !fits {
            None
        } else if given.len() < expected.len() {
            let lacking = expected[given.len()..]
                .iter()
                .fold(String::new(), |text, part| match part {
                    Part::Word(word) => text + "/" + word,
                    Part::Name(name) => format!("{text}/{{{name}}}"),
                });
            Some(format!("append \"{lacking}\""))
        } else {
            let shorter = ResourceId::of(given[..expected.len()].to_vec());
            Some(format!("write \"{shorter}\""))
        }
    }

    /// The first thing in which the segments differ from this form.
    fn difference(&self, segments: &[String]) -> Option<IdErrorKind> {
        let expected = self.expected();
        for (index, part) in expected.iter().enumerate() {
            match (segments.get(index), part) {
                (Some(found), Part::Word(word)) if !found.eq_ignore_ascii_case(word) => {
                    return Some(IdErrorKind::WrongSegment {
                        position: index + 1,
                        found: found.clone(),
                        expected: (*word).to_owned(),
                    });
                }
                (Some(_), _) => {}
                (None, Part::Word(word)) => {
                    return Some(IdErrorKind::Truncated {
                        missing: format!("\"{word}\""),
                    });
                }
                (None, Part::Name(name)) => {
                    return Some(IdErrorKind::Truncated {
                        missing: format!("the name of the {name}"),
                    });
                }
            }
        }
        segments
            .get(expected.len())
            .map(|extra| IdErrorKind::TooLong { extra: extra.clone() })
    }

    fn expected(&self) -> Vec<Part> {
        let mut parts = vec![
            Part::Word("subscriptions"),
            Part::Name("subscription"),
            Part::Word("resourceGroups"),
            Part::Name("resource group"),
        ];
        if let Some(namespace) = self.namespace {
            parts.extend([Part::Word("providers"), Part::Word(namespace)]);
        }
        for (kind, name) in self.types {
            parts.extend([Part::Word(kind), Part::Name(name)]);
        }
        parts
    }
}

enum Part {
    Word(&'static str),
    Name(&'static str),
}

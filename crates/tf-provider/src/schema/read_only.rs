//! A resource's attributes as a data source shows them.

use super::{Attribute, Kind, Object};

/// The same attribute, and everything in it, as something that only the provider sets.
///
/// What is in it stays in memory for good: to be called once for each attribute of a data source.
#[must_use]
pub fn read_only(attribute: &Attribute) -> Attribute {
    Attribute {
        kind: kind(&attribute.kind),
        required: false,
        optional: false,
        computed: true,
        default: None,
        replace: false,
        replaces_when: None,
        state_only: false,
        keep: false,
        check: None,
        ..attribute.clone()
    }
}

fn kind(of: &Kind) -> Kind {
    match of {
        Kind::List(of) => Kind::List(Box::new(kind(of))),
        Kind::Set(of) => Kind::Set(Box::new(kind(of))),
        Kind::Map(of) => Kind::Map(Box::new(kind(of))),
        Kind::Object(object) => {
            let attributes: Vec<Attribute> = (object.attributes)().iter().map(read_only).collect();
            let attributes: &'static [Attribute] = attributes.leak();
            Kind::Object(Object {
                attributes: Box::leak(Box::new(move || attributes)),
                description: object.description,
            })
        }
        plain => plain.clone(),
    }
}

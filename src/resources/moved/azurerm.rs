//! Resources of the provider `hashicorp/azurerm`, whose arguments ours have the names of.

use tf_provider::schema::{Attribute, Kind};
use tf_provider::{Diagnostics, ForeignState, Takeover, Value};

use super::{finished, id, text};
use crate::resources::noun::Noun;

/// Takes over a resource of this type.
pub(in crate::resources) const fn noun<N: Noun>(type_name: &'static str) -> Takeover<N> {
    Takeover {
        provider: "hashicorp/azurerm",
        type_name,
        model: noun_of,
    }
}

/// The texts keep their spelling; everything else is read from the service.
fn noun_of<N: Noun>(state: &ForeignState) -> Result<N, Diagnostics> {
    let id = id(state, "id", N::parse)?;
    let mut found = N::named(&id).to_value();
    let of_texts = |attribute: &&Attribute| matches!(attribute.kind, Kind::String);
    for attribute in N::attributes().iter().filter(of_texts) {
        if let (Some(text), Value::Object(attributes)) = (text(state, attribute.name), &mut found) {
            attributes.insert(attribute.name.into(), Value::from(text));
        }
    }
    finished(found, &id, state)
}

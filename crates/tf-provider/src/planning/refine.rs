//! From Terraform's proposal to a plan: defaults, write-only values, and what is known only after apply.

use super::correspondence::walk;
use super::difference::{Comparison, differs};
use crate::schema::Attribute;
use crate::value::Value;

/// A plan before the resource has seen it.
pub(crate) struct Proposal {
    /// The planned object.
    pub(crate) planned: Value,
    /// Whether anything differs from the prior object in more than spelling; true for a create.
    pub(crate) differs: bool,
}

/// Refines Terraform's proposal for a create (`prior` is `None`) or an update.
///
/// A difference in spelling, or in what is for Terraform alone, changes nothing outside Terraform, so it leaves what the provider
/// computed as it is.
pub(crate) fn propose(attributes: &[Attribute], prior: Option<&Value>, proposed: Value, config: &Value) -> Proposal {
    let mut planned = proposed;
    walk(
        attributes,
        &mut planned,
        config,
        prior,
        &mut |attribute, planned, config, _| {
            if attribute.write_only {
                *planned = Value::Null;
            } else if let Some(default) = attribute.default
                && config.is_null()
            {
                *planned = default.value(&attribute.kind);
            }
        },
    );
    let comparison = Comparison { unknown_differs: true };
    let differs = prior.is_none_or(|prior| {
        let differs = |each| differs(each, prior, &planned, Some(config), comparison);
        let mut counted = attributes.iter().filter(|each| !each.write_only && !each.state_only);
        counted.any(differs)
    });
    if differs {
        walk(attributes, &mut planned, config, prior, &mut leave_to_apply);
    }
    Proposal { planned, differs }
}

/// What the provider computes is known after apply, or stays as it was (`keep`).
fn leave_to_apply(attribute: &Attribute, planned: &mut Value, config: &Value, prior: Option<&Value>) {
    let provider_decides = attribute.computed && attribute.default.is_none() && config.is_null();
    if provider_decides {
        *planned = match prior {
            Some(prior) if attribute.keep => prior.clone(),
            _ => Value::Unknown,
        };
    }
}

/// Sets every write-only value to null: it is never stored.
pub(crate) fn forget_write_only(attributes: &[Attribute], state: &mut Value) {
    let everywhere = state.clone();
    // The object serves as its own configuration, so that every place in it is visited.
    walk(attributes, state, &everywhere, None, &mut |attribute, value, _, _| {
        if attribute.write_only {
            *value = Value::Null;
        }
    });
}

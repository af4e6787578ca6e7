//! Where a state may come from beside this version of the resource: an earlier one, or another resource type.

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Diagnostic, Diagnostics};

/// The attributes of a stored state, by name.
pub type StoredAttributes = Map<String, Json>;

/// Brings a state from one version to the next; pure.
pub type Upgrade = fn(StoredAttributes) -> Result<StoredAttributes, Diagnostics>;

/// A resource type whose states another one can take over.
#[derive(Clone, Copy, Debug)]
pub struct Takeover<M> {
    /// Namespace and name of its provider, such as `azure/azapi`. The registry's host is not compared: mirrors have their own.
    pub provider: &'static str,
    /// The full type name.
    pub type_name: &'static str,
    /// The state in the new type, as far as the old one tells; Terraform then reads the rest. Pure: the provider is not
    /// configured when it is called.
    pub model: fn(&ForeignState) -> Result<M, Diagnostics>,
}

/// A state of another resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignState {
    /// Address of its provider, such as `registry.terraform.io/azure/azapi`.
    pub provider: String,
    /// Its resource type.
    pub type_name: String,
    /// The version of that type's state.
    pub schema_version: i64,
    /// What is stored; its schema is not known here.
    pub attributes: StoredAttributes,
}

impl<M> Takeover<M> {
    /// Whether this is the type of the state.
    fn is_of(&self, state: &ForeignState) -> bool {
        state.type_name == self.type_name && is_provider(&state.provider, self.provider)
    }
}

/// Whether a provider's address is that of this namespace and name, on whatever host.
fn is_provider(address: &str, namespace_and_name: &str) -> bool {
    let start = address.len().checked_sub(namespace_and_name.len() + 1);
    let end = start.and_then(|start| address.get(start..));
    let end = end.and_then(|end| end.strip_prefix('/'));
    end.is_some_and(|end| end.eq_ignore_ascii_case(namespace_and_name))
}

/// The state in terms of the resource that takes it over; `None` when the resource does not know its type.
pub(crate) fn taken_over<M>(takeovers: &[Takeover<M>], state: &ForeignState) -> Option<Result<M, Diagnostics>> {
    let takeover = takeovers.iter().find(|takeover| takeover.is_of(state))?;
    Some((takeover.model)(state))
}

/// The state, brought from its version to the present one step by step.
pub(crate) fn upgraded(
    upgrades: &[Upgrade],
    from_version: i64,
    state: StoredAttributes,
) -> Result<StoredAttributes, Diagnostics> {
    let steps = usize::try_from(from_version).ok().and_then(|from| upgrades.get(from..));
    let Some(steps) = steps else {
        let detail = format!(
            "It has version {from_version}, and this release of the provider knows versions 0 to {}.",
            upgrades.len()
        );
        return Err(Diagnostic::error("State has an unknown version", detail).into());
    };
    steps.iter().try_fold(state, |state, step| step(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_namespace_and_name_on_every_host() {
        assert!(is_provider("registry.terraform.io/azure/azapi", "azure/azapi"));
        assert!(is_provider("registry.opentofu.org/Azure/azapi", "azure/azapi"));
        assert!(!is_provider("registry.terraform.io/notazure/azapi", "azure/azapi"));
        assert!(!is_provider("azapi", "azure/azapi"));
        assert!(!is_provider("", "azure/azapi"));
    }

    #[test]
    fn upgrades_run_in_their_order_from_the_version_of_the_state() {
        fn append(mut state: StoredAttributes, letter: &str) -> StoredAttributes {
            let text = state["steps"].as_str().unwrap_or_default().to_owned() + letter;
            state.insert("steps".to_owned(), Json::from(text));
            state
        }
        let upgrades: [Upgrade; 2] = [|state| Ok(append(state, "a")), |state| Ok(append(state, "b"))];
        let start = || StoredAttributes::from_iter([("steps".to_owned(), Json::from(""))]);
        let steps = |from| upgraded(&upgrades, from, start()).map(|state| state["steps"].clone());
        assert_eq!(steps(0), Ok(Json::from("ab")));
        assert_eq!(steps(1), Ok(Json::from("b")));
        assert_eq!(steps(2), Ok(Json::from("")));
        assert!(steps(3).is_err() && steps(-1).is_err());
    }
}

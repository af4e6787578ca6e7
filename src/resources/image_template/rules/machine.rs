//! Rules of the identity with which the service works, and of the build machine's network.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path, path};

use crate::arm::id::SubnetId;
use crate::arm::shown::quoted;
use crate::resources::checks;
use crate::resources::image_template::model::Identity;
use crate::resources::image_template::vm_profile::{VirtualNetwork, VmProfile};

pub(super) fn check_identity(identity: &Attr<Identity>, found: &mut Diagnostics) {
    let Attr::Known(Identity {
        identity_ids: Attr::Known(ids),
        ..
    }) = identity
    else {
        return;
    };
    let at = || path!("identity"."identity_ids");
    if ids.len() != 1 {
        let detail = format!(
            "{} identities are given; the service takes exactly one user-assigned identity.",
            ids.len()
        );
        found.push(Diagnostic::error("Wrong number of identities", detail).at(at()));
        return;
    }
    if let Some(Attr::Known(id)) = ids.first()
        && let Err(reason) = checks::user_assigned_identity_id(id)
    {
        found.push(Diagnostic::error("Invalid value for \"identity_ids\"", reason).at(at().index(0)));
    }
}

pub(super) fn check_network(profile: &Attr<VmProfile>, found: &mut Diagnostics) {
    let Attr::Known(VmProfile {
        vnet: Attr::Known(network),
        ..
    }) = profile
    else {
        return;
    };
    let Some(container) = given(&network.container_instance_subnet_id) else {
        return;
    };
    let at = |name: &str| Path::root("vm_profile").attribute("vnet").attribute(name);
    check_subnets(container, network, at, found);
    if given(&network.proxy_vm_size).is_some() {
        let detail = "With a `container_instance_subnet_id` there is no proxy machine. Take `proxy_vm_size` out.";
        found.push(Diagnostic::error("Size of a machine that is not made", detail).at(at("proxy_vm_size")));
    }
}

/// The containers' subnet lies beside the build machine's, in one virtual network.
fn check_subnets(container: &str, network: &VirtualNetwork, at: impl Fn(&str) -> Path, found: &mut Diagnostics) {
    let at = || at("container_instance_subnet_id");
    if network.subnet_id.is_unknown() {
        return;
    }
    let Some(subnet) = given(&network.subnet_id) else {
        let detail = "It needs `subnet_id`, the subnet of the build machine, in the same virtual network.";
        found.push(Diagnostic::error("Container subnet alone", detail).at(at()));
        return;
    };
    if let (Ok(container), Ok(subnet)) = (SubnetId::parse(container), SubnetId::parse(subnet))
        && container.virtual_network_id() != subnet.virtual_network_id()
    {
        let detail = format!(
            "{} is in another virtual network than `subnet_id`; give a subnet of \"{}\".",
            quoted(container.as_str()),
            subnet.virtual_network_id()
        );
        found.push(Diagnostic::error("Subnets of two networks", detail).at(at()));
    }
}

/// A text that is known and not the service's "none".
fn given(attribute: &Attr<String>) -> Option<&str> {
    attribute.as_str().filter(|text| !text.is_empty())
}

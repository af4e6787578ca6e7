//! The attributes of `vm_profile`: the machine that builds the image.

use tf_provider::{Attr, Model, Set};

use crate::resources::checks;

/// The machine that builds the image.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct VmProfile {
    /// Size of the build machine, such as `Standard_D2ds_v4`. Without it the service chooses one; the local backend builds
    /// without a machine and only keeps the name. A change of it runs nothing.
    #[attribute(optional, wire = "vmSize", check = checks::vm_size, same = checks::same_spelling, service_default = "")]
    pub vm_size: Attr<String>,
    /// Size of the image's disk in GiB: 1 to 4095, or 0 for the service's default. The local backend's default is what
    /// the content needs, with room to spare. A change of it changes the `fingerprint`.
    #[attribute(optional, wire = "osDiskSizeGB", check = checks::os_disk_size, service_default = 0)]
    pub os_disk_size_gb: Attr<i64>,
    /// Ids of user-assigned identities that the build machine gets, so that steps can use them.
    #[attribute(optional, wire = "userAssignedIdentities", check = checks::user_assigned_identity_ids, same = checks::same_id)]
    pub identity_ids: Attr<Set<Attr<String>>>,
    /// An own network for the build machine.
    #[attribute(optional, wire = "vnetConfig")]
    pub vnet: Attr<VirtualNetwork>,
}

/// An own network for the build machine.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct VirtualNetwork {
    /// Id of the subnet in which the machine gets its address.
    #[attribute(optional, wire = "subnetId", check = checks::subnet_id, same = checks::same_id, service_default = "")]
    pub subnet_id: Attr<String>,
    /// Id of a subnet of the same network for the container that drives the build. Needs `subnet_id`, and replaces the proxy
    /// machine.
    #[attribute(optional, wire = "containerInstanceSubnetId", check = checks::subnet_id, same = checks::same_id, service_default = "")]
    pub container_instance_subnet_id: Attr<String>,
    /// Size of the proxy machine between the service and the build machine. Without it the service chooses one.
    #[attribute(optional, wire = "proxyVmSize", check = checks::vm_size, same = checks::same_spelling, service_default = "")]
    pub proxy_vm_size: Attr<String>,
}

/// An empty data disk.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct DataDisk {
    /// Size in GiB.
    #[attribute(required, wire = "sizeGB", check = checks::data_disk_size)]
    pub size_gb: Attr<i64>,
}

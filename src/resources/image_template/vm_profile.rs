//! The attributes of `vm_profile`: the machine that builds the image.

use tf_provider::{Attr, Model};

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
}

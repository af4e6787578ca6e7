//! The attributes of `imagebuilder_managed_image`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::names;

/// A managed image, such as a run makes: the newest state of it, since each run overwrites it.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ManagedImage {
    /// Azure Resource Manager id of the image.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Name of the image.
    #[attribute(required)]
    pub name: Attr<String>,
    /// Name of the image's resource group.
    #[attribute(required, check = names::resource_group)]
    pub resource_group_name: Attr<String>,
    /// Region of the image.
    #[attribute(computed)]
    pub location: Attr<String>,
    /// Operating system: `Linux` or `Windows`.
    #[attribute(computed)]
    pub os_type: Attr<String>,
    /// Generation of machines made from it: `V1` or `V2`.
    #[attribute(computed)]
    pub hyper_v_generation: Attr<String>,
    /// Size of the system disk in GiB, if the service tells.
    #[attribute(computed)]
    pub os_disk_size_gb: Attr<i64>,
    /// Storage of the system disk, if the service tells.
    #[attribute(computed)]
    pub storage_account_type: Attr<String>,
    /// Whether the image survives the loss of a zone.
    #[attribute(computed)]
    pub zone_resilient: Attr<bool>,
    /// Id of the virtual machine that the image was made of, if it was.
    #[attribute(computed)]
    pub source_virtual_machine_id: Attr<String>,
    /// Tags of the image.
    #[attribute(computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

//! The build: its identity, its time, its machine.

use serde_json::json;

use crate::frame::{bad, check, row};
use crate::samples::{TEMPLATE, gallery_image, linux, subnet, windows};

#[tokio::test]
async fn the_identity() {
    let image = gallery_image();
    let rows = [
        row(
            "the service takes one identity",
            [("identity.identity_ids", json!([]))],
            "identity.identity_ids",
            "Wrong number of identities",
            "0 identities are given; the service takes exactly one user-assigned identity.",
        ),
        bad(
            "an identity is a user-assigned one",
            "identity.identity_ids[0]",
            json!(image),
            format!(
                "\"{image}\" is the id of a gallery image; a user-assigned identity is needed; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{identity}}"
            ),
        ),
        bad(
            "the build machine's identities are user-assigned ones",
            "vm_profile.identity_ids",
            json!([image]),
            format!(
                "\"{image}\" is the id of a gallery image; a user-assigned identity is needed; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{identity}}"
            ),
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn time_and_size() {
    let rows = [
        bad(
            "5 minutes are too short",
            "build_timeout_minutes",
            json!(5),
            "5 minutes are too short for any build of the service; write 0 for its default of 240, or 6 to 960",
        ),
        bad(
            "a build takes at most 960 minutes",
            "build_timeout_minutes",
            json!(961),
            "961 minutes; write 0 for the service's default of 240, or 6 to 960",
        ),
        bad(
            "an OS disk has at most 4095 GiB",
            "vm_profile.os_disk_size_gb",
            json!(5000),
            "5000 GiB is no size of an OS disk; write 1 to 4095, or 0 for the service's default",
        ),
        bad(
            "a data disk is not negative",
            "additional_data_disks[0].size_gb",
            json!(-1),
            "-1 GiB is no size of a data disk; write 1 to 32767, or 0 for the service's default",
        ),
        bad(
            "a timeout has a unit",
            "timeouts.create",
            json!("30"),
            "\"30\" is not a duration (time unit needed, for example 30sec or 30ms); write a duration with units, such as \"90s\", \"30m\" \
             or \"1h30m\"",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn the_network() {
    let other = subnet("w", "containers");
    let network = subnet("v", "").replace("/subnets/", "");
    let rows = [
        row(
            "a subnet of containers needs one of the machine",
            [("vm_profile.vnet.subnet_id", json!(null))],
            "vm_profile.vnet.container_instance_subnet_id",
            "Container subnet alone",
            "It needs `subnet_id`, the subnet of the build machine, in the same virtual network.",
        ),
        row(
            "both subnets are in one network",
            [("vm_profile.vnet.container_instance_subnet_id", json!(other))],
            "vm_profile.vnet.container_instance_subnet_id",
            "Subnets of two networks",
            format!("\"{other}\" is in another virtual network than `subnet_id`; give a subnet of \"{network}\"."),
        ),
        row(
            "with a subnet of containers there is no proxy machine",
            [("vm_profile.vnet.proxy_vm_size", json!("Standard_A1_v2"))],
            "vm_profile.vnet.proxy_vm_size",
            "Size of a machine that is not made",
            "With a `container_instance_subnet_id` there is no proxy machine. Take `proxy_vm_size` out.",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
    let rows = [bad(
        "a network is no subnet",
        "vm_profile.vnet.subnet_id",
        json!(network),
        format!("\"{network}\" is the id of a virtual network; a subnet is needed: append \"/subnets/{{subnet}}\""),
    )];
    check(TEMPLATE, &windows(), &rows).await;
}

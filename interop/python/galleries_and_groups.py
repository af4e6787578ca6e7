"""Galleries, gallery images and their versions, managed images, resource groups and what is in them."""

from azure.core.exceptions import ResourceNotFoundError

from clients import LOCATION, Clients, refused, shell

GROUP = "sdk-galleries"
clients = Clients()
groups = clients.resources.resource_groups
compute = clients.compute

# Groups.
assert not groups.check_existence(GROUP)
made = clients.group(GROUP, team="images")
assert groups.check_existence(GROUP)
assert made.properties.provisioning_state == "Succeeded", made
assert groups.update(GROUP, {"tags": {"team": "golden"}}).tags == {"team": "golden"}
assert groups.get(GROUP.upper()).name == GROUP, "names are compared without their case"
assert GROUP in [group.name for group in groups.list()]

# A gallery.
gallery = compute.galleries.begin_create_or_update(GROUP, "sdk_images", {"location": LOCATION, "tags": {"a": "b"}}).result()
assert gallery.properties.provisioning_state == "Succeeded", gallery
changed = compute.galleries.begin_update(GROUP, "sdk_images", {"properties": {"description": "from Python"}}).result()
assert changed.properties.description == "from Python", changed
assert [one.name for one in compute.galleries.list_by_resource_group(GROUP)] == ["sdk_images"]
assert gallery.id in [one.id for one in compute.galleries.list()]

# A gallery image, which is a definition.
definition = {
    "location": LOCATION,
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "sdk", "offer": "images", "sku": "base"},
        "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}],
    },
}
image = compute.gallery_images.begin_create_or_update(GROUP, "sdk_images", "base", definition).result()
assert image.properties.identifier.offer == "images", image
change = {"properties": {"description": "a base", "osType": "Linux", "osState": "Generalized"}}
change["properties"]["identifier"] = definition["properties"]["identifier"]
changed = compute.gallery_images.begin_update(GROUP, "sdk_images", "base", change).result()
assert changed.properties.description == "a base", changed
assert [one.name for one in compute.gallery_images.list_by_gallery(GROUP, "sdk_images")] == ["base"]

# Platform images are found by walking down their names.
marketplace = compute.virtual_machine_images
assert {"Debian", "imagebuilder"} <= {one.name for one in marketplace.list_publishers(LOCATION)}
assert [one.name for one in marketplace.list_offers(LOCATION, "imagebuilder")] == ["busybox"]
assert [one.name for one in marketplace.list_skus(LOCATION, "imagebuilder", "busybox")] == ["tiny"]
assert len(marketplace.list(LOCATION, "imagebuilder", "busybox", "tiny")) == 1

# A version and a managed image, which a run distributes.
image_id = f"/subscriptions/{clients.subscription}/resourceGroups/{GROUP}/providers/Microsoft.Compute/images/managed"
clients.template(
    GROUP,
    "both",
    customize=[shell("step", "true")],
    distribute=[
        {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image.id, "targetRegions": [{"name": LOCATION}]},
        {"type": "ManagedImage", "runOutputName": "image", "imageId": image_id, "location": LOCATION},
    ],
)
clients.templates.begin_run(GROUP, "both").result()
outputs = {output.name: output.properties.artifact_id for output in clients.templates.list_run_outputs(GROUP, "both")}
versions = list(compute.gallery_image_versions.list_by_gallery_image(GROUP, "sdk_images", "base"))
assert [version.id.lower() for version in versions] == [outputs["gallery"].lower()], (versions, outputs)
version = compute.gallery_image_versions.get(GROUP, "sdk_images", "base", versions[0].name, expand="ReplicationStatus")
assert version.properties.replication_status.aggregated_state == "Completed", version
managed = compute.images.get(GROUP, "managed")
assert managed.id.lower() == outputs["image"].lower()
assert managed.properties.storage_profile.os_disk.os_type == "Linux", managed
there = {one.type for one in clients.resources.resources.list_by_resource_group(GROUP)}
assert "Microsoft.Compute/galleries" in there and "Microsoft.VirtualMachineImages/imageTemplates" in there, there

# Delete: the version outlives its template.
clients.templates.begin_delete(GROUP, "both").result()
compute.gallery_image_versions.get(GROUP, "sdk_images", "base", versions[0].name)
compute.gallery_image_versions.begin_delete(GROUP, "sdk_images", "base", versions[0].name).result()
compute.images.begin_delete(GROUP, "managed").result()
compute.gallery_images.begin_delete(GROUP, "sdk_images", "base").result()
compute.galleries.begin_delete(GROUP, "sdk_images").result()
with refused(ResourceNotFoundError, "ResourceNotFound"):
    compute.galleries.get(GROUP, "sdk_images")
groups.begin_delete(GROUP).result()
assert not groups.check_existence(GROUP)

assert not clients.unpaused, f"without Retry-After of a second or more the SDK waits for 30: {clients.unpaused}"

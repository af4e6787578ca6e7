"""Makes one of everything that Terraform can import, and prints `{"address": "id"}`."""

import json

from clients import LOCATION, Clients, shell

GROUP = "sdk-made"
clients = Clients()
group = clients.group(GROUP, made="by the SDK")
gallery = clients.compute.galleries.begin_create_or_update(
    GROUP, "sdk_made", {"location": LOCATION, "tags": {"made": "by the SDK"}, "properties": {"description": "from Python"}}
).result()
definition = {
    "location": LOCATION,
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "sdk", "offer": "made", "sku": "base"},
        "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}],
        "recommended": {"vCPUs": {"min": 1, "max": 8}},
    },
}
image = clients.compute.gallery_images.begin_create_or_update(GROUP, "sdk_made", "base", definition).result()
managed = f"{group.id}/providers/Microsoft.Compute/images/golden"
template = clients.template(
    GROUP,
    "golden",
    customize=[shell("hello", "echo hello > /etc/hello"), shell("again", "true")],
    validate={"inVMValidations": [shell("there", "test -s /etc/hello")]},
    distribute=[
        {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image.id, "artifactTags": {"made": "by the SDK"}},
        {"type": "ManagedImage", "runOutputName": "image", "imageId": managed, "location": LOCATION},
        {"type": "VHD", "runOutputName": "vhd"},
    ],
    optimize={"vmBoot": {"state": "Enabled"}},
    vmProfile={"vmSize": "Standard_D2ds_v5", "osDiskSizeGB": 1},
    buildTimeoutInMinutes=45,
)
clients.templates.begin_run(GROUP, "golden").result()
trigger = clients.images.triggers.begin_create_or_update(
    GROUP, "golden", "source", {"properties": {"kind": "SourceImage"}}
).result()
print(
    json.dumps(
        {
            "imagebuilder_resource_group.sdk": group.id,
            "imagebuilder_gallery.sdk": gallery.id,
            "imagebuilder_gallery_image.sdk": image.id,
            "imagebuilder_image_template.sdk": template.id,
            "imagebuilder_image_template_run.sdk": template.id,
            "imagebuilder_image_template_trigger.sdk": trigger.id,
        }
    )
)

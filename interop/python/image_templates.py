"""The life of an image template: create, show, list, run, run outputs, update, trigger, cancel, delete."""

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from clients import LOCATION, TO_VHD, Clients, refused, shell, until

GROUP = "sdk-templates"
clients = Clients()
templates = clients.templates
clients.group(GROUP)

# Create and show.
made = clients.template(GROUP, "golden", customize=[shell("hello", "echo hello > /etc/hello")], buildTimeoutInMinutes=30)
assert made.properties.provisioning_state == "Succeeded", made
shown = templates.get(GROUP, "golden")
assert shown.as_dict() == made.as_dict(), (shown, made)
assert shown.type == "Microsoft.VirtualMachineImages/imageTemplates"
assert shown.properties.source.publisher == "imagebuilder"
assert shown.properties.customize[0].inline == ["echo hello > /etc/hello"]
assert shown.properties.last_run_status is None
assert [one.name for one in templates.list_by_resource_group(GROUP)] == ["golden"]
assert made.id in [one.id for one in templates.list()]

# Run and its outputs.
templates.begin_run(GROUP, "golden").result()
status = templates.get(GROUP, "golden").properties.last_run_status
assert status.run_state == "Succeeded", status
assert status.end_time > status.start_time
outputs = list(templates.list_run_outputs(GROUP, "golden"))
assert [output.name for output in outputs] == ["vhd"], outputs
output = templates.get_run_output(GROUP, "golden", "vhd")
assert output.properties.artifact_uri, output
assert output.properties.provisioning_state == "Succeeded", output

# Update what may change in place.
changed = templates.begin_update(GROUP, "golden", {"tags": {"team": "images"}}).result()
assert changed.tags == {"team": "images"}, changed
wider = {"properties": {"distribute": [TO_VHD, {"type": "VHD", "runOutputName": "second"}], "vmProfile": {"osDiskSizeGB": 2}}}
changed = templates.begin_update(GROUP, "golden", wider).result()
assert [target.run_output_name for target in changed.properties.distribute] == ["vhd", "second"]
assert changed.properties.vm_profile.os_disk_size_gb == 2
assert changed.tags == {"team": "images"}, changed

# Cancel a run that would go on for ever.
clients.template(GROUP, "endless", customize=[shell("wait", "sleep 100000")])
run = templates.begin_run(GROUP, "endless")
until("the run is under way", 60, lambda: templates.get(GROUP, "endless").properties.last_run_status)
templates.begin_cancel(GROUP, "endless").result()
until("the run has ended", 60, lambda: templates.get(GROUP, "endless").properties.last_run_status.run_state == "Canceled")
with refused(HttpResponseError, "Canceled"):
    run.result()

# A trigger; it needs a source that can become newer and a gallery to distribute to.
clients.compute.galleries.begin_create_or_update(GROUP, "sdk_triggers", {"location": LOCATION}).result()
definition = {
    "location": LOCATION,
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "sdk", "offer": "triggers", "sku": "base"},
        "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}],
    },
}
image = clients.compute.gallery_images.begin_create_or_update(GROUP, "sdk_triggers", "base", definition).result()
to_gallery = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image.id}
clients.template(GROUP, "triggered", distribute=[to_gallery])
triggers = clients.images.triggers
trigger = triggers.begin_create_or_update(GROUP, "triggered", "source", {"properties": {"kind": "SourceImage"}}).result()
assert trigger.properties.kind == "SourceImage"
assert triggers.get(GROUP, "triggered", "source").properties.status.code == "Healthy"
assert [one.name for one in triggers.list_by_image_template(GROUP, "triggered")] == ["source"]
triggers.begin_delete(GROUP, "triggered", "source").result()
with refused(ResourceNotFoundError, "ResourceNotFound"):
    triggers.get(GROUP, "triggered", "source")

# Delete.
for name in ("golden", "endless", "triggered"):
    templates.begin_delete(GROUP, name).result()
    with refused(ResourceNotFoundError, "ResourceNotFound", name):
        templates.get(GROUP, name)
assert list(templates.list_by_resource_group(GROUP)) == []
# Deleting what is gone is no error.
templates.begin_delete(GROUP, "golden").result()

assert clients.pauses, "no call was followed"
assert not clients.unpaused, f"without Retry-After of a second or more the SDK waits for 30: {clients.unpaused}"

"""The az command line at `terraform-provider-imagebuilder serve`: everything that its image builder group does, and its neighbours.

Started with the Python of az's own environment. Prints each command with its time, and last `{"address": "id"}` of what it left
for Terraform to import.
"""

import json
import os
import subprocess
import sys
import time

READY = json.loads(os.environ["IMAGEBUILDER_SERVE"])
FOLDER = os.path.abspath(sys.argv[1])
GROUP = "az-images"
IDENTITY = "builder"
ENVIRONMENT = {
    **os.environ,
    "AZURE_CONFIG_DIR": os.path.join(FOLDER, "azure"),
    "AZURE_CORE_INSTANCE_DISCOVERY": "false",
    "AZURE_CORE_COLLECT_TELEMETRY": "no",
    "AZURE_CORE_NO_COLOR": "true",
}


def start(*arguments):
    begun = time.monotonic()
    command = [sys.executable, "-m", "azure.cli", *arguments, "--output", "json"]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    shown = " ".join("***" if one == READY["client_secret"] else one for one in arguments)
    print(f"{time.monotonic() - begun:5.1f} s  exit {ended.returncode}  az {shown}", flush=True)
    return ended


def az(*arguments):
    """A command that has to succeed, and the JSON that it printed."""
    ended = start(*arguments)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def refused(*arguments, says):
    """A command that has to fail with these words."""
    ended = start(*arguments)
    assert ended.returncode != 0, f"it succeeded: {ended.stdout}"
    for part in says:
        assert part in ended.stderr, f"{part!r} is not in {ended.stderr}"


def builder(command, name, *arguments):
    return az("image", "builder", *command.split(), "-g", GROUP, "-n", name, *arguments)


def sign_in():
    az("cloud", "register", "-n", "imagebuilder-local", "--endpoint-resource-manager", READY["endpoint"])
    az("cloud", "set", "-n", "imagebuilder-local")
    secret = ("-u", READY["client_id"], "-p", READY["client_secret"], "--tenant", READY["tenant_id"])
    accounts = az("login", "--service-principal", *secret)
    assert [account["id"] for account in accounts] == [READY["subscription_id"]], accounts
    assert az("account", "show")["state"] == "Enabled"
    assert "westus2" in [place["name"] for place in az("account", "list-locations")]


def groups_and_galleries():
    assert az("group", "exists", "-n", GROUP) is False
    assert az("group", "create", "-n", GROUP, "-l", "westus2", "--tags", "made=by-az")["tags"] == {"made": "by-az"}
    assert az("group", "exists", "-n", GROUP) is True
    az("group", "update", "-n", GROUP, "--set", "tags.team=images")
    assert GROUP in [group["name"] for group in az("group", "list")]
    az("sig", "create", "-g", GROUP, "-r", "az_images", "--description", "from az")
    assert az("sig", "show", "-g", GROUP, "-r", "az_images")["description"] == "from az"
    definition = ("-g", GROUP, "-r", "az_images", "-i", "base")
    kind = ("--publisher", "az", "--offer", "images", "--sku", "base", "--os-type", "Linux", "--hyper-v-generation", "V2")
    az("sig", "image-definition", "create", *definition, *kind, "--features", "SecurityType=TrustedLaunchSupported")
    assert [one["name"] for one in az("sig", "image-definition", "list", "-g", GROUP, "-r", "az_images")] == ["base"]
    assert az("sig", "image-definition", "show", *definition)["hyperVGeneration"] == "V2"


def create_and_show():
    script = os.path.join(FOLDER, "hello.sh")
    with open(script, "w", encoding="utf-8") as file:
        file.write("echo hello > /etc/hello\n")
    made = builder(
        "create",
        "golden",
        *("--image-source", "imagebuilder:busybox:tiny:latest", "--scripts", f"file://{script}"),
        *("--shared-image-destinations", "az_images/base=westus2", "--managed-image-destinations", "az-managed=westus2"),
        *("--identity", IDENTITY, "--tags", "made=by-az"),
    )
    assert made["provisioningState"] == "Succeeded", made
    shown = builder("show", "golden")
    assert shown["customize"][0]["scriptUri"] == f"file://{script}", shown
    assert len(shown["customize"][0]["sha256Checksum"]) == 64, shown
    assert [one["name"] for one in az("image", "builder", "list", "-g", GROUP)] == ["golden"]
    identities = builder("identity show", "golden")["userAssignedIdentities"]
    assert [name.rsplit("/", 1)[1] for name in identities] == [IDENTITY], identities
    # As in Azure: a template is not updated by PUT.
    set_tag = ("image", "builder", "update", "-g", GROUP, "-n", "golden", "--set", "tags.team=images")
    refused(*set_tag, says=["Conflict", "Update/Upgrade of image templates is currently not supported"])
    return shown["id"]


def update_tags(template):
    # As in Azure, `az resource tag` sends the whole template anew; a patch is accepted, and so are tags by themselves.
    refused("resource", "tag", "--ids", template, "--tags", "team=images", says=["Conflict"])
    az("tag", "update", "--resource-id", template, "--operation", "merge", "--tags", "team=images", "stage=test")
    assert builder("show", "golden")["tags"] == {"made": "by-az", "team": "images", "stage": "test"}
    az("tag", "update", "--resource-id", template, "--operation", "delete", "--tags", "stage=test")
    assert az("tag", "list", "--resource-id", template)["properties"]["tags"] == {"made": "by-az", "team": "images"}
    change = json.dumps({"tags": {"made": "by-az", "team": "golden"}})
    az("resource", "patch", "--ids", template, "--is-full-object", "--properties", change)
    assert builder("show", "golden")["tags"] == {"made": "by-az", "team": "golden"}
    uri = f"{READY['endpoint'].rstrip('/')}{template}?api-version=2025-10-01"
    az("rest", "--method", "patch", "--uri", uri, "--body", json.dumps({"tags": {"made": "by-az"}}))
    assert builder("show", "golden")["tags"] == {"made": "by-az"}
    builder("identity assign", "golden", "--user-assigned", IDENTITY)


def run_and_show_runs():
    builder("run", "golden")
    outputs = {output["name"]: output for output in builder("show-runs", "golden")}
    assert sorted(outputs) == ["az-managed", "base"], outputs
    assert builder("show", "golden")["lastRunStatus"]["runState"] == "Succeeded"
    versions = az("sig", "image-version", "list", "-g", GROUP, "-r", "az_images", "-i", "base")
    assert [one["id"].lower() for one in versions] == [outputs["base"]["artifactId"].lower()], versions
    version = ("-g", GROUP, "-r", "az_images", "-i", "base", "-e", versions[0]["name"])
    assert az("sig", "image-version", "show", *version)["provisioningState"] == "Succeeded"
    assert az("image", "show", "-g", GROUP, "-n", "az-managed")["id"].lower() == outputs["az-managed"]["artifactId"].lower()
    refused("image", "builder", "run", "-g", GROUP, "-n", "absent", says=["ResourceNotFound"])


def trigger():
    where = ("-g", GROUP, "--image-template-name", "golden")
    made = az("image", "builder", "trigger", "create", *where, "-n", "source", "--kind", "SourceImage")
    assert az("image", "builder", "trigger", "show", *where, "-n", "source")["id"] == made["id"]
    assert [one["name"] for one in az("image", "builder", "trigger", "list", *where)] == ["source"]
    az("image", "builder", "trigger", "delete", *where, "-n", "source", "--yes")
    assert az("image", "builder", "trigger", "list", *where) == []
    return az("image", "builder", "trigger", "create", *where, "-n", "source", "--kind", "SourceImage")["id"]


def deferred_and_canceled():
    """A template put together in az's own cache, sent at once; its endless run is started as a resource's action and canceled."""
    source = ("--image-source", "imagebuilder:busybox:tiny:latest", "--identity", IDENTITY)
    builder("create", "endless", *source, "--defer")
    wait = ("--customizer-name", "wait", "--type", "shell", "--inline-script", "sleep 100000")
    builder("customizer add", "endless", *wait, "--defer")
    builder("output add", "endless", "--is-vhd", "--output-name", "vhd", "--defer")
    made = builder("update", "endless")
    assert [one["name"] for one in made["customize"]] == ["wait"], made
    builder("run", "endless", "--no-wait")
    builder("wait", "endless", "--custom", "lastRunStatus.runState=='Running'", "--interval", "1", "--timeout", "120")
    delete = ("image", "builder", "delete", "-g", GROUP, "-n", "endless")
    refused(*delete, says=["OperationNotAllowed"])
    builder("cancel", "endless")
    builder("wait", "endless", "--custom", "lastRunStatus.runState=='Canceled'", "--interval", "1", "--timeout", "120")
    again = ("--action", "Run", "--ids", made["id"], "--api-version", "2023-07-01", "--no-wait")
    az("resource", "invoke-action", *again)
    builder("wait", "endless", "--custom", "lastRunStatus.runState=='Running'", "--interval", "1", "--timeout", "120")
    builder("cancel", "endless")
    builder("wait", "endless", "--custom", "lastRunStatus.runState=='Canceled'", "--interval", "1", "--timeout", "120")
    az(*delete)
    refused("image", "builder", "show", "-g", GROUP, "-n", "endless", says=["ResourceNotFound"])


def lookups():
    assert az("provider", "show", "-n", "Microsoft.VirtualMachineImages")["registrationState"] == "Registered"
    kinds = {one["type"] for one in az("resource", "list", "-g", GROUP)}
    assert "Microsoft.VirtualMachineImages/imageTemplates" in kinds, kinds
    urn = ("-l", "westus2", "--publisher", "imagebuilder", "--offer", "busybox", "--sku", "tiny", "--all")
    assert az("vm", "image", "list", *urn)


sign_in()
groups_and_galleries()
template_id = create_and_show()
update_tags(template_id)
run_and_show_runs()
trigger_id = trigger()
deferred_and_canceled()
lookups()
az("group", "create", "-n", "az-empty", "-l", "westus2")
az("group", "delete", "-n", "az-empty", "--yes")
group = az("group", "show", "-n", GROUP)["id"]
gallery_id = f"{group}/providers/Microsoft.Compute/galleries/az_images"
print(
    json.dumps(
        {
            "imagebuilder_resource_group.az": group,
            "imagebuilder_gallery.az": gallery_id,
            "imagebuilder_gallery_image.az": f"{gallery_id}/images/base",
            "imagebuilder_image_template.az": template_id,
            "imagebuilder_image_template_run.az": template_id,
            "imagebuilder_image_template_trigger.az": trigger_id,
        }
    )
)

"""What the service refuses, as the typed errors of the SDK."""

import json
import os

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential

from clients import Clients, refused, shell, until

GROUP = "sdk-refusals"
clients = Clients()
templates = clients.templates

# 404: no group, no template, no output.
with refused(ResourceNotFoundError, "ResourceGroupNotFound", "nowhere"):
    clients.resources.resource_groups.get("nowhere")
with refused(ResourceNotFoundError, "ResourceGroupNotFound", GROUP):
    clients.template(GROUP, "golden")
clients.group(GROUP)
with refused(ResourceNotFoundError, "ResourceNotFound", "golden"):
    templates.get(GROUP, "golden")
with refused(ResourceNotFoundError, "ResourceNotFound"):
    templates.begin_run(GROUP, "golden")

# 400: validation names the field.
with refused(HttpResponseError, "ValidationFailed", "buildTimeoutInMinutes"):
    clients.template(GROUP, "golden", buildTimeoutInMinutes=961)
with refused(HttpResponseError, "ValidationFailed", "unknown field", "vmboot"):
    clients.template(GROUP, "golden", optimize={"vmboot": {"state": "Enabled"}})
with refused(HttpResponseError, "ValidationFailed", "runOutputName"):
    clients.template(GROUP, "golden", distribute=[{"type": "VHD", "runOutputName": "not a name"}])

# 409: a template is immutable, and busy while it runs.
clients.template(GROUP, "golden", customize=[shell("wait", "sleep 100000")])
with refused(ResourceExistsError, "Conflict", "currently not supported"):
    clients.template(GROUP, "golden")
templates.begin_run(GROUP, "golden", polling=False)
until("the run is under way", 60, lambda: templates.get(GROUP, "golden").properties.last_run_status)
with refused(ResourceExistsError, "OperationNotAllowed", "imageTemplates/delete"):
    templates.begin_delete(GROUP, "golden")
with refused(ResourceExistsError, "OperationNotAllowed"):
    templates.begin_run(GROUP, "golden")
with refused(HttpResponseError, "ValidationFailed", "Deleting a distribution target is not allowed"):
    body = {"properties": {"distribute": [{"type": "VHD", "runOutputName": "other"}]}}
    templates.begin_update(GROUP, "golden", body).result()
templates.begin_cancel(GROUP, "golden").result()
until("the run has ended", 60, lambda: templates.get(GROUP, "golden").properties.last_run_status.run_state == "Canceled")

# An operation that fails: a run whose step fails, and a submission that finds no script.
clients.template(GROUP, "failing", customize=[shell("broken", "echo before the end", "exit 7")])
try:
    templates.begin_run(GROUP, "failing").result()
    raise AssertionError("a run that fails was said to succeed")
except HttpResponseError as error:
    assert error.error is not None and error.error.code, error
    assert "customization.log" in error.error.message, error
failed = templates.get(GROUP, "failing").properties
assert failed.provisioning_state == "Succeeded" and failed.last_run_status.run_state == "Failed", failed
try:
    clients.template(GROUP, "unsubmitted", customize=[{"type": "Shell", "scriptUri": "https://127.0.0.1:1/absent.sh"}])
    raise AssertionError("a script that cannot be fetched was said to be there")
except HttpResponseError as error:
    assert error.error is not None and error.error.code, error
assert templates.get(GROUP, "unsubmitted").properties.provisioning_state == "Failed"

# 401: a wrong secret, told by the token endpoint.
ready = json.loads(os.environ["IMAGEBUILDER_SERVE"])
stranger = ClientSecretCredential(
    ready["tenant_id"],
    ready["client_id"],
    "not the secret",
    authority=ready["endpoint"],
    disable_instance_discovery=True,
)
try:
    stranger.get_token("https://management.core.windows.net//.default")
    raise AssertionError("a wrong secret got a token")
except ClientAuthenticationError as error:
    assert "AADSTS7000215" in error.message, error.message
    assert "not the secret" not in error.message

for name in ("golden", "failing", "unsubmitted"):
    templates.begin_delete(GROUP, name).result()

"""Azure's SDK for Python, pointed at `terraform-provider-imagebuilder serve` as at any other cloud.

Nothing here is special to that service but the endpoints: its JSON line is in IMAGEBUILDER_SERVE, its CA in REQUESTS_CA_BUNDLE.
"""

import contextlib
import json
import os
import time

import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.imagebuilder import ImageBuilderClient
from azure.mgmt.resource.resources import ResourceManagementClient

LOCATION = "westus2"
BUSYBOX = {
    "type": "PlatformImage",
    "publisher": "imagebuilder",
    "offer": "busybox",
    "sku": "tiny",
    "version": "latest",
}
TO_VHD = {"type": "VHD", "runOutputName": "vhd", "artifactTags": {"made": "by the SDK"}}


class Clients:
    """The three management clients, signed in with a client secret, and what their answers told about asking again."""

    def __init__(self):
        ready = json.loads(os.environ["IMAGEBUILDER_SERVE"])
        endpoint = ready["endpoint"].rstrip("/")
        document = requests.get(f"{endpoint}/metadata/endpoints?api-version=2022-09-01", timeout=30).json()
        self.subscription = ready["subscription_id"]
        self.pauses = []
        self.unpaused = []
        credential = ClientSecretCredential(
            ready["tenant_id"],
            ready["client_id"],
            ready["client_secret"],
            authority=document["authentication"]["loginEndpoint"].rstrip("/"),
            disable_instance_discovery=True,
        )
        settings = {
            "base_url": document["resourceManager"],
            "credential_scopes": [document["authentication"]["audiences"][0].rstrip("/") + "/.default"],
            "raw_response_hook": self._note,
        }
        self.resources = ResourceManagementClient(credential, self.subscription, **settings)
        self.compute = ComputeManagementClient(credential, self.subscription, **settings)
        self.images = ImageBuilderClient(credential, self.subscription, **settings)

    @property
    def templates(self):
        return self.images.virtual_machine_image_templates

    def _note(self, response):
        """Keeps what an answer about unfinished work says about asking again: without it the SDK sleeps for 30 seconds."""
        answer = response.http_response
        running = answer.status_code == 202
        if "/operations/" in response.http_request.url and answer.status_code == 200:
            running = answer.json().get("status") == "InProgress"
        if running:
            pause = answer.headers.get("Retry-After")
            self.pauses.append(pause)
            if pause is None or int(pause) < 1:
                self.unpaused.append(f"{response.http_request.method} {response.http_request.url}")

    def group(self, name, **tags):
        """Makes a resource group."""
        return self.resources.resource_groups.create_or_update(name, {"location": LOCATION, "tags": tags})

    def template(self, group, name, **properties):
        """Makes an image template of the busybox image with a VHD as its output, and waits for it."""
        body = {
            "location": LOCATION,
            "tags": {"made": "by the SDK"},
            "properties": {"source": BUSYBOX, "distribute": [TO_VHD], **properties},
        }
        return self.templates.begin_create_or_update(group, name, body).result()


def shell(name, *lines):
    """A customizer."""
    return {"type": "Shell", "name": name, "inline": list(lines)}


@contextlib.contextmanager
def refused(kind, code, *parts):
    """Asserts that the SDK raises exactly this type of error, with ARM's code and these parts in its message."""
    try:
        yield
    except HttpResponseError as error:
        assert type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}: {error}"
        assert error.error is not None, f"the SDK found no ARM error in the answer: {error}"
        assert error.error.code == code, f"{error.error.code} instead of {code}: {error}"
        for part in parts:
            assert part in error.error.message, f"{part!r} is not in {error.error.message!r}"
    else:
        raise AssertionError(f"{code} was expected, and the call succeeded")


def until(what, seconds, found):
    """Asks until there is something, for at most so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")

// Azure's SDK for JavaScript at `terraform-provider-imagebuilder serve`, trusted by NODE_EXTRA_CA_CERTS: the life of an image template.
"use strict";

const assert = require("node:assert/strict");
const { ImageBuilderClient } = require("@azure/arm-imagebuilder");
const { ResourceManagementClient } = require("@azure/arm-resources");
const { ClientSecretCredential } = require("@azure/identity");

const GROUP = "js-templates";
const ready = JSON.parse(process.env.IMAGEBUILDER_SERVE);
const IDENTITY = `/subscriptions/${ready.subscription_id}/resourceGroups/${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder`;

function template(...lines) {
  return {
    location: "westus2",
    tags: { made: "by-js" },
    // The SDK does not send a template without one.
    identity: { type: "UserAssigned", userAssignedIdentities: { [IDENTITY]: {} } },
    source: { type: "PlatformImage", publisher: "imagebuilder", offer: "busybox", sku: "tiny", version: "latest" },
    customize: [{ type: "Shell", name: "step", inline: lines }],
    distribute: [{ type: "VHD", runOutputName: "vhd" }],
  };
}

async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

async function until(what, found) {
  for (const end = Date.now() + 120_000; Date.now() < end; ) {
    if (await found()) return;
    await new Promise((resume) => setTimeout(resume, 200));
  }
  assert.fail(`${what}: in vain for two minutes`);
}

async function main() {
  const answer = await fetch(`${ready.endpoint}/metadata/endpoints?api-version=2022-09-01`);
  const { authentication, resourceManager } = await answer.json();
  const credential = new ClientSecretCredential(ready.tenant_id, ready.client_id, ready.client_secret, {
    authorityHost: authentication.loginEndpoint,
    disableInstanceDiscovery: true,
  });
  const credentialScopes = [`${authentication.audiences[0].replace(/\/$/, "")}/.default`];
  const options = { endpoint: resourceManager, credentials: { scopes: credentialScopes }, credentialScopes };
  const groups = new ResourceManagementClient(credential, ready.subscription_id, options).resourceGroups;
  const client = new ImageBuilderClient(credential, ready.subscription_id, options);
  const templates = client.virtualMachineImageTemplates;
  const state = async (name) => (await templates.get(GROUP, name)).lastRunStatus?.runState;

  const group = await groups.createOrUpdate(GROUP, { location: "westus2" });
  const made = await templates.createOrUpdate(GROUP, "golden", template("true"));
  assert.equal(made.provisioningState, "Succeeded");
  await assert.rejects(templates.createOrUpdate(GROUP, "golden", template("true")), { statusCode: 409, code: "Conflict" });
  await assert.rejects(templates.get(GROUP, "absent"), { statusCode: 404, code: "ResourceNotFound" });

  await templates.run(GROUP, "golden");
  assert.equal(await state("golden"), "Succeeded");
  assert.deepEqual((await all(templates.listRunOutputs(GROUP, "golden"))).map((output) => output.name), ["vhd"]);
  assert.ok((await templates.getRunOutput(GROUP, "golden", "vhd")).artifactUri);

  const changed = await templates.update(GROUP, "golden", { tags: { team: "images" } });
  assert.deepEqual(changed.tags, { team: "images" });
  assert.deepEqual((await all(templates.listByResourceGroup(GROUP))).map((one) => one.name), ["golden"]);

  await templates.update(GROUP, "golden", { identity: { type: "None" } });
  assert.equal((await templates.get(GROUP, "golden")).identity.type, "None");

  await templates.createOrUpdate(GROUP, "endless", template("sleep 100000"));
  const run = templates.run(GROUP, "endless");
  const ended = assert.rejects(run.pollUntilDone());
  await until("the run is under way", () => state("endless"));
  await templates.cancel(GROUP, "endless");
  await until("the run has ended", async () => (await state("endless")) === "Canceled");
  await ended;
  await templates.delete(GROUP, "endless");
  await assert.rejects(templates.get(GROUP, "endless"), { statusCode: 404 });

  console.log(JSON.stringify({
    "imagebuilder_resource_group.js": group.id,
    "imagebuilder_image_template.js": made.id,
    "imagebuilder_image_template_run.js": made.id,
  }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

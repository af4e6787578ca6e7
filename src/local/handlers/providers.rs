//! Resource providers: which there are, what they know, and whether they are registered in the subscription.

use http::StatusCode;
use serde_json::{Value, json};

use super::lists::page;
use crate::arm::location;
use crate::local::answer::Answer;
use crate::local::refusal::Refused;
use crate::local::request::{IMAGE_BUILDER_VERSIONS, Request};
use crate::local::route::{Provider, Registering};
use crate::local::service::{Outcome, Shared};
use crate::local::store::registrations;

/// A namespace, and the resource types that the service answers for, each with the API versions to ask it in, newest first.
struct Known {
    namespace: &'static str,
    types: &'static [(&'static str, &'static [&'static str])],
}

const COMPUTE_VERSIONS: &[&str] = &["2025-03-03", "2024-03-03", "2023-07-03", "2022-08-03", "2021-10-01"];
const RESOURCES_VERSIONS: &[&str] = &["2025-04-01", "2024-11-01", "2022-09-01", "2021-04-01"];

/// What Image Builder needs of a subscription: its own provider, and those whose resources it makes.
const KNOWN: [Known; 8] = [
    Known {
        namespace: "Microsoft.VirtualMachineImages",
        types: &[
            ("imageTemplates", &[]),
            ("imageTemplates/runOutputs", &[]),
            ("imageTemplates/triggers", &[]),
        ],
    },
    Known {
        namespace: "Microsoft.Compute",
        types: &[
            ("galleries", COMPUTE_VERSIONS),
            ("galleries/images", COMPUTE_VERSIONS),
            ("galleries/images/versions", COMPUTE_VERSIONS),
            ("images", &["2025-04-01", "2024-07-01", "2023-03-01", "2022-03-01"]),
        ],
    },
    Known {
        namespace: "Microsoft.Resources",
        types: &[
            ("resourceGroups", RESOURCES_VERSIONS),
            ("subscriptions", &["2022-12-01"]),
        ],
    },
    Known {
        namespace: "Microsoft.Storage",
        types: &[("storageAccounts", &["2025-01-01", "2023-05-01", "2021-09-01"])],
    },
    Known {
        namespace: "Microsoft.KeyVault",
        types: &[],
    },
    Known {
        namespace: "Microsoft.Network",
        types: &[],
    },
    Known {
        namespace: "Microsoft.ContainerInstance",
        types: &[],
    },
    Known {
        namespace: "Microsoft.ManagedIdentity",
        types: &[("userAssignedIdentities", &["2024-11-30", "2023-01-31", "2018-11-30"])],
    },
];

/// What roles can allow: the operation, and what it is about.
const OPERATIONS: [(&str, &str); 13] = [
    ("imageTemplates/read", "Get an image template"),
    ("imageTemplates/write", "Create or update an image template"),
    ("imageTemplates/delete", "Delete an image template"),
    ("imageTemplates/run/action", "Run an image template"),
    ("imageTemplates/cancel/action", "Cancel the run of an image template"),
    ("imageTemplates/runOutputs/read", "Get a run output"),
    ("imageTemplates/triggers/read", "Get a trigger"),
    ("imageTemplates/triggers/write", "Create a trigger"),
    ("imageTemplates/triggers/delete", "Delete a trigger"),
    ("locations/operations/read", "Get an operation"),
    ("operations/read", "List the operations"),
    ("register/action", "Register the subscription"),
    ("unregister/action", "Unregister the subscription"),
];

/// Refuses to make anything of a provider that is not registered.
pub(crate) fn check(shared: &Shared, provider: Provider) -> Result<(), Refused> {
    let namespace = provider.namespace();
    if provider == Provider::Resources || is_registered(shared, namespace)? {
        return Ok(());
    }
    Err(Refused::conflict(
        "MissingSubscriptionRegistration",
        format!(
            "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register \
             subscriptions."
        ),
    ))
}

pub(crate) fn list(shared: &Shared, request: &Request) -> Result<Outcome, Refused> {
    let present = |known: &Known| Ok(present(shared, known, is_registered(shared, known.namespace)?));
    page(request, KNOWN.iter().map(present).collect::<Result<Vec<_>, Refused>>()?)
}

pub(crate) fn get(shared: &Shared, namespace: &str) -> Result<Outcome, Refused> {
    let known = find(namespace)?;
    let registered = is_registered(shared, known.namespace)?;
    Ok(Answer::json(StatusCode::OK, &present(shared, known, registered))?.into())
}

/// Takes effect at once, and for as long as the root exists.
pub(crate) fn register(shared: &Shared, namespace: &str, registering: Registering) -> Result<Outcome, Refused> {
    let known = find(namespace)?;
    let registered = registering == Registering::Register;
    let key = known.namespace.to_lowercase();
    shared.store.write("register a resource provider", |transaction| {
        Ok::<_, Refused>(registrations::set(transaction, &key, registered)?)
    })?;
    Ok(Answer::json(StatusCode::OK, &present(shared, known, registered))?.into())
}

pub(crate) fn operations() -> Result<Outcome, Refused> {
    let provider = Provider::ImageBuilder.namespace();
    let value: Vec<Value> = OPERATIONS
        .iter()
        .map(|(name, text)| {
            let resource = name.rsplit_once('/').map_or(*name, |(resource, _)| resource);
            json!({
                "name": format!("{provider}/{name}"),
                "isDataAction": false,
                "display": {"provider": provider, "resource": resource, "operation": text, "description": text},
            })
        })
        .collect();
    Ok(Answer::json(StatusCode::OK, &json!({"value": value}))?.into())
}

fn find(namespace: &str) -> Result<&'static Known, Refused> {
    let found = KNOWN
        .iter()
        .find(|known| known.namespace.eq_ignore_ascii_case(namespace));
    found.ok_or_else(|| {
        Refused::new(
            StatusCode::NOT_FOUND,
            "InvalidResourceNamespace",
            format!("The resource namespace '{namespace}' is invalid."),
        )
    })
}

fn is_registered(shared: &Shared, namespace: &str) -> Result<bool, Refused> {
    shared.store.read("read a registration", |view| {
        Ok::<_, Refused>(registrations::is_registered(view, &namespace.to_lowercase())?)
    })
}

fn present(shared: &Shared, known: &Known, registered: bool) -> Value {
    let is_image_builder = known.namespace == Provider::ImageBuilder.namespace();
    let newest_first: Vec<&str> = IMAGE_BUILDER_VERSIONS.into_iter().rev().collect();
    let locations: Vec<&str> = location::known().collect();
    let types = known.types.iter().map(|(name, versions)| {
        let versions = if is_image_builder {
            newest_first.as_slice()
        } else {
            versions
        };
        json!({
            "resourceType": name,
            "apiVersions": versions,
            "defaultApiVersion": versions.first(),
            "locations": locations,
        })
    });
    json!({
        "id": format!("/subscriptions/{}/providers/{}", shared.subscription(), known.namespace),
        "namespace": known.namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": if registered { "Registered" } else { "NotRegistered" },
        "resourceTypes": types.collect::<Vec<_>>(),
    })
}

//! The one subscription, its regions, and the tenant: what clients look at before they ask for anything else.

use http::StatusCode;
use serde_json::{Value, json};

use crate::arm::location;
use crate::local::answer::Answer;
use crate::local::refusal::Refused;
use crate::local::service::{Outcome, Shared};

pub(crate) fn tenants(shared: &Shared) -> Result<Outcome, Refused> {
    let tenant = shared.store.root_id();
    list_of(&[json!({
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant,
        "displayName": NAME,
        "tenantCategory": "Home",
    })])
}

pub(crate) fn list(shared: &Shared) -> Result<Outcome, Refused> {
    list_of(&[subscription(shared)])
}

pub(crate) fn get(shared: &Shared) -> Result<Outcome, Refused> {
    Ok(Answer::json(StatusCode::OK, &subscription(shared))?.into())
}

pub(crate) fn locations(shared: &Shared) -> Result<Outcome, Refused> {
    let subscription = shared.subscription();
    let region = |name: &str| {
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": name,
            "regionalDisplayName": name,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        })
    };
    list_of(&location::known().map(region).collect::<Vec<_>>())
}

/// What people see in lists and prompts.
const NAME: &str = "Local image builder";

fn subscription(shared: &Shared) -> Value {
    let subscription = shared.subscription();
    json!({
        "id": format!("/subscriptions/{subscription}"),
        "subscriptionId": subscription,
        "tenantId": shared.store.root_id(),
        "displayName": NAME,
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Internal_2014-09-01",
            "quotaId": "Internal_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}

fn list_of(value: &[Value]) -> Result<Outcome, Refused> {
    Ok(Answer::json(StatusCode::OK, &json!({"value": value}))?.into())
}

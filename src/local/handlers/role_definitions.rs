//! Microsoft.Authorization/roleDefinitions: the built-in roles that image builds have to do with, and those that users make.

use http::{Method, StatusCode};
use rusqlite::Connection;

use super::lists;
use crate::arm::authorization::{Permission, RoleDefinition, RoleDefinitionProperties};
use crate::local::answer::Answer;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Authorization, AuthorizationKind};
use crate::local::service::{Outcome, Shared};
use crate::local::store::authorizations;

const TYPE: AuthorizationKind = AuthorizationKind::RoleDefinition;

/// Name, id, actions, those of them that are excepted, and data actions; see
/// <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.
type BuiltIn = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const BUILT_IN: [BuiltIn; 8] = [
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", &["*"], &[], &[]),
    (
        "Contributor",
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        &["*"],
        &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Compute/galleries/share/action",
        ],
        &[],
    ),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", &["*/read"], &[], &[]),
    (
        "Network Contributor",
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        &[
            "Microsoft.Network/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[],
        &[],
    ),
    (
        "Managed Identity Operator",
        "f1a07417-d97a-45cb-824c-7a7467783830",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[],
        &[],
    ),
    (
        "Compute Gallery Artifacts Publisher",
        "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab",
        &[
            "Microsoft.Compute/galleries/*",
            "Microsoft.Compute/images/*",
            "Microsoft.Compute/disks/write",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &["Microsoft.Compute/galleries/share/action"],
        &[],
    ),
    (
        "Compute Gallery Image Reader",
        "cf7c76d2-98a3-4358-a134-615aa78bf44d",
        &[
            "Microsoft.Compute/galleries/images/read",
            "Microsoft.Compute/galleries/images/versions/read",
        ],
        &[],
        &[],
    ),
    (
        "Storage Blob Data Reader",
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        &["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        &[],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
];

pub(crate) fn answer(shared: &Shared, request: &Request, place: &Authorization) -> Result<Outcome, Refused> {
    let Some(name) = &place.name else {
        return list(shared, request);
    };
    let id = id(shared, name);
    if request.method != Method::GET
        && let Some((role_name, ..)) = built_in(name)
    {
        let text = format!("The role '{role_name}' ({name}) is built in, and can be neither changed nor deleted.");
        return Err(Refused::bad_request("InvalidRoleDefinitionId", text));
    }
    match request.method {
        Method::PUT => put(shared, request, place, name, &id),
        Method::DELETE => shared.store.write("delete a role", |transaction| {
            authorizations::remove(transaction, &id)?;
            Ok(Answer::empty(StatusCode::NO_CONTENT).into())
        }),
        _ => shared.store.read("read a role", |view| {
            let found = find(shared, view, &id)?.ok_or_else(|| {
                let text = format!("The specified role definition with ID '{name}' does not exist.");
                Refused::new(StatusCode::NOT_FOUND, "RoleDefinitionDoesNotExist", text)
            })?;
            Ok(Answer::json(StatusCode::OK, &found)?.into())
        }),
    }
}

/// The role of an id, whatever scope the id is written with.
pub(super) fn find(shared: &Shared, view: &Connection, id: &str) -> rusqlite::Result<Option<RoleDefinition>> {
    let name = id.rsplit('/').next().unwrap_or_default();
    match built_in(name) {
        Some(role) => Ok(Some(present(shared, role))),
        None => authorizations::get(view, &self::id(shared, name)),
    }
}

fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN
        .iter()
        .find(|(_, built_in, ..)| built_in.eq_ignore_ascii_case(name))
}

fn put(shared: &Shared, request: &Request, place: &Authorization, name: &str, id: &str) -> Result<Outcome, Refused> {
    let mut role: RoleDefinition = request.lenient()?;
    role.id = Some(id.to_owned());
    role.name = Some(name.to_owned());
    role.resource_type = Some(TYPE.resource_type().to_owned());
    role.properties.kind = Some("CustomRole".to_owned());
    if role.properties.assignable_scopes.is_empty() {
        role.properties.assignable_scopes.push(place.scope.clone());
    }
    shared.store.write("record a role", |transaction| {
        let named = |other: &RoleDefinition| {
            other
                .properties
                .role_name
                .eq_ignore_ascii_case(&role.properties.role_name)
                && other.name != role.name
        };
        if all(shared, transaction)?.iter().any(named) {
            let text = format!(
                "The role definition name '{}' is in use already.",
                role.properties.role_name
            );
            return Err(Refused::conflict("RoleDefinitionWithSameNameExists", text));
        }
        authorizations::put(transaction, id, TYPE.resource_type(), &role)?;
        Ok(Answer::json(StatusCode::CREATED, &role)?.into())
    })
}

fn list(shared: &Shared, request: &Request) -> Result<Outcome, Refused> {
    let found = shared
        .store
        .read("read the roles", |view| Ok::<_, Refused>(all(shared, view)?))?;
    // `roleName eq '…'`, as az CLI asks for a role that was given by its name.
    let wanted = request.query("$filter").and_then(|filter| filter.split('\'').nth(1));
    let is_meant =
        |role: &RoleDefinition| wanted.is_none_or(|name| role.properties.role_name.eq_ignore_ascii_case(name));
    lists::page(request, found.into_iter().filter(is_meant).collect())
}

fn all(shared: &Shared, view: &Connection) -> rusqlite::Result<Vec<RoleDefinition>> {
    let mut roles: Vec<RoleDefinition> = BUILT_IN.iter().map(|role| present(shared, role)).collect();
    roles.extend(authorizations::all(view, TYPE.resource_type())?);
    Ok(roles)
}

fn present(shared: &Shared, (role_name, name, actions, not_actions, data_actions): &BuiltIn) -> RoleDefinition {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    RoleDefinition {
        id: Some(id(shared, name)),
        name: Some((*name).to_owned()),
        resource_type: Some(TYPE.resource_type().to_owned()),
        properties: RoleDefinitionProperties {
            role_name: (*role_name).to_owned(),
            kind: Some("BuiltInRole".to_owned()),
            description: None,
            assignable_scopes: vec!["/".to_owned()],
            permissions: vec![Permission {
                actions: texts(actions),
                not_actions: texts(not_actions),
                data_actions: texts(data_actions),
                not_data_actions: Vec::new(),
            }],
        },
    }
}

fn id(shared: &Shared, name: &str) -> String {
    format!(
        "/subscriptions/{}/providers/{}/{name}",
        shared.subscription(),
        TYPE.resource_type()
    )
}

//! Microsoft.Authorization/roleAssignments: kept and told. Nothing in this service asks for a right.

use http::{Method, StatusCode};
use uuid::Uuid;

use super::{lists, role_definitions};
use crate::arm::authorization::RoleAssignment;
use crate::local::answer::Answer;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Authorization, AuthorizationKind};
use crate::local::service::{Outcome, Shared};
use crate::local::store::authorizations;
use crate::local::store::key::Key;

const TYPE: AuthorizationKind = AuthorizationKind::RoleAssignment;

pub(crate) fn answer(shared: &Shared, request: &Request, place: &Authorization) -> Result<Outcome, Refused> {
    let Some(name) = &place.name else {
        return list(shared, request, place);
    };
    let id = format!("{}/providers/{}/{name}", place.scope, TYPE.resource_type());
    match request.method {
        Method::PUT => put(shared, request, place, name, &id),
        Method::DELETE => shared.store.write("delete a role assignment", |transaction| {
            let found = authorizations::get::<RoleAssignment>(transaction, &id)?;
            authorizations::remove(transaction, &id)?;
            let answer = match found {
                Some(found) => Answer::json(StatusCode::OK, &found)?,
                None => Answer::empty(StatusCode::NO_CONTENT),
            };
            Ok(answer.into())
        }),
        _ => shared.store.read("read a role assignment", |view| {
            let found = authorizations::get::<RoleAssignment>(view, &id)?.ok_or_else(|| {
                let text = format!("The role assignment '{name}' is not found.");
                Refused::new(StatusCode::NOT_FOUND, "RoleAssignmentNotFound", text)
            })?;
            Ok(Answer::json(StatusCode::OK, &found)?.into())
        }),
    }
}

fn put(shared: &Shared, request: &Request, place: &Authorization, name: &str, id: &str) -> Result<Outcome, Refused> {
    let mut assignment: RoleAssignment = request.lenient()?;
    if Uuid::parse_str(name).is_err() {
        let text = format!("The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.");
        return Err(Refused::bad_request("InvalidParameter", text));
    }
    assignment.properties.scope = Some(place.scope.clone());
    assignment.id = Some(id.to_owned());
    assignment.name = Some(name.to_owned());
    assignment.resource_type = Some(TYPE.resource_type().to_owned());
    shared.store.write("record a role assignment", |transaction| {
        let role = &assignment.properties.role_definition_id;
        if role_definitions::find(shared, transaction, role)?.is_none() {
            let text = format!("The specified role definition with ID '{role}' does not exist.");
            return Err(Refused::new(StatusCode::NOT_FOUND, "RoleDefinitionDoesNotExist", text));
        }
        // Azure tells apart whether the same is asked for again, or another under the same name.
        match authorizations::get::<RoleAssignment>(transaction, id)? {
            Some(existing) if is_same(&existing, &assignment) => {
                return Ok(Answer::json(StatusCode::OK, &existing)?.into());
            }
            Some(_) => {
                let text = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
                return Err(Refused::conflict("RoleAssignmentUpdateNotPermitted", text));
            }
            None => {}
        }
        let all = authorizations::all::<RoleAssignment>(transaction, TYPE.resource_type())?;
        if all.iter().any(|other| is_same(other, &assignment)) {
            return Err(Refused::conflict(
                "RoleAssignmentExists",
                "The role assignment already exists.",
            ));
        }
        authorizations::put(transaction, id, TYPE.resource_type(), &assignment)?;
        Ok(Answer::json(StatusCode::CREATED, &assignment)?.into())
    })
}

/// Whether two assignments give one principal one role at one scope.
fn is_same(one: &RoleAssignment, other: &RoleAssignment) -> bool {
    let key = |assignment: &RoleAssignment| {
        let properties = &assignment.properties;
        let role = properties.role_definition_id.rsplit('/').next().map(str::to_lowercase);
        (scope_of(assignment), role, properties.principal_id.to_lowercase())
    };
    key(one) == key(other)
}

fn list(shared: &Shared, request: &Request, place: &Authorization) -> Result<Outcome, Refused> {
    let filter = request.query("$filter").unwrap_or_default();
    let asked = Key::of(&place.scope).to_string();
    let found = shared.store.read("read the role assignments", |view| {
        Ok::<_, Refused>(authorizations::all::<RoleAssignment>(view, TYPE.resource_type())?)
    })?;
    let is_meant = |assignment: &RoleAssignment| {
        let scope = scope_of(assignment);
        let above = is_within(&asked, &scope);
        let below = is_within(&scope, &asked) && !filter.to_lowercase().contains("atscope()");
        let principal = &assignment.properties.principal_id;
        (above || below) && quoted(filter).is_none_or(|wanted| wanted.eq_ignore_ascii_case(principal))
    };
    lists::page(request, found.into_iter().filter(is_meant).collect())
}

fn scope_of(assignment: &RoleAssignment) -> String {
    Key::of(assignment.properties.scope.as_deref().unwrap_or_default()).to_string()
}

/// Whether a scope is another one, or below it.
fn is_within(scope: &str, outer: &str) -> bool {
    scope
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The principal of `assignedTo('…')` or `principalId eq '…'`.
fn quoted(filter: &str) -> Option<&str> {
    filter.split('\'').nth(1)
}

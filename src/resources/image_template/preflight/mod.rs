//! Looks, when the provider is asked to, whether Image Builder will find what it needs for a template: its resource providers, the
//! template's identity, and the rights of that.

mod requirements;

use tf_provider::{Attr, Diagnostic, Diagnostics, Path, Severity, path};

use self::requirements::Requirement;
use super::model::ImageTemplate;
use crate::arm::id::{ResourceId, UserAssignedIdentityId};
use crate::backend::registration::NEEDED_BY_BUILDS;
use crate::backend::{ArmClient, Error};
use crate::resources::authority::Authority;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;

/// A look at the surroundings of one template.
struct Look<'a> {
    arm: ArmClient,
    authority: &'a Authority,
    severity: Severity,
    found: Diagnostics,
}

/// What is missing; nothing where the provider was not asked to look.
pub(super) async fn check(connection: &Connection, template: &ImageTemplate, patience: &Patience) -> Diagnostics {
    let Some(preflight) = connection.preflight() else {
        return Diagnostics::new();
    };
    let mut look = Look {
        arm: connection.arm().limited(patience.limits()),
        authority: &preflight.authority,
        severity: preflight.severity,
        found: Diagnostics::new(),
    };
    if let Err(error) = look.at_providers(connection.subscription()).await {
        look.incomplete(Path::new(), &error);
    }
    if let Err(error) = look.at_identities(template).await {
        look.incomplete(path!("identity"), &error);
    }
    look.found
}

impl Look<'_> {
    async fn at_providers(&mut self, subscription: &str) -> Result<(), Error> {
        for namespace in NEEDED_BY_BUILDS {
            let state = self.authority.registration(&self.arm, subscription, namespace).await?;
            let Some(state) = state.filter(|state| !is_registered(state)) else {
                continue;
            };
            let detail = format!(
                "{namespace} is \"{state}\" in the subscription {subscription}, and Image Builder needs it. Register it:\n\n  az provider \
                 register --namespace {namespace} --subscription {subscription} --wait"
            );
            self.found.push(finding(
                "Preflight: a resource provider is not registered",
                self.severity,
                detail,
            ));
        }
        Ok(())
    }

    async fn at_identities(&mut self, template: &ImageTemplate) -> Result<(), Error> {
        let profile = template.vm_profile.as_known();
        let of_machine = profile.and_then(|profile| profile.identity_ids.as_known());
        for id in of_machine.into_iter().flat_map(|ids| &ids.0).filter_map(Attr::as_str) {
            self.principal(id, path!("vm_profile"."identity_ids")).await?;
        }
        let ids = template.identity.as_known().map(|identity| &identity.identity_ids);
        let ids = ids.and_then(|ids| ids.as_known()).into_iter().flatten();
        for id in ids.filter_map(Attr::as_str) {
            let Some(principal) = self.principal(id, path!("identity"."identity_ids")).await? else {
                continue;
            };
            for requirement in requirements::of(template) {
                self.at_rights(id, &principal, requirement).await?;
            }
        }
        Ok(())
    }

    /// The principal of an identity, which has to exist.
    async fn principal(&mut self, id: &str, at: Path) -> Result<Option<String>, Error> {
        let Ok(identity) = UserAssignedIdentityId::parse(id) else {
            return Ok(None);
        };
        let principal = self.authority.principal(&self.arm, &identity).await?;
        if principal.is_none() {
            let detail = format!(
                "{identity} does not exist. Make it:\n\n  az identity create --subscription {} --resource-group \"{}\" --name \"{}\"",
                identity.subscription(),
                identity.resource_group(),
                identity.name()
            );
            self.found
                .push(finding("Preflight: the identity does not exist", self.severity, detail).at(at));
        }
        Ok(principal)
    }

    async fn at_rights(&mut self, identity: &str, principal: &str, requirement: Requirement) -> Result<(), Error> {
        let Ok(resource) = ResourceId::parse(&requirement.resource) else {
            return Ok(());
        };
        let rights = self
            .authority
            .rights(&self.arm, principal, resource.subscription())
            .await?;
        let lacking = rights.lacking(&requirement.resource, requirement.actions);
        if lacking.is_empty() {
            return Ok(());
        }
        let name = identity.rsplit('/').next().unwrap_or_default();
        let detail = format!(
            "The identity \"{name}\" may not do with the {} what a run does:\n\n  {}\n\nThe role \"{}\" allows it (a role of your own \
             with these actions does too):\n\n  az role assignment create --assignee-object-id {principal} --assignee-principal-type \
             ServicePrincipal --role \"{}\" --scope \"{}\"",
            requirement.what,
            lacking.join("\n  "),
            requirement.role,
            requirement.role,
            requirement.scope
        );
        self.found
            .push(finding("Preflight: the identity lacks a right", self.severity, detail).at(requirement.at));
        Ok(())
    }

    /// What cannot be found out says nothing about the template.
    fn incomplete(&mut self, at: Path, error: &Error) {
        let detail = format!(
            "Whether Image Builder will find what it needs is not known: {error}\n\nTo look, this sign-in needs the role \"Reader\" on the \
             subscription. The plan goes on."
        );
        self.found
            .push(Diagnostic::warning("Preflight is not complete", detail).at(at));
    }
}

fn finding(summary: &str, severity: Severity, detail: String) -> Diagnostic {
    match severity {
        Severity::Error => Diagnostic::error(summary, detail),
        Severity::Warning => Diagnostic::warning(summary, detail),
    }
}

fn is_registered(state: &str) -> bool {
    ["Registered", "Registering"]
        .iter()
        .any(|good| good.eq_ignore_ascii_case(state))
}

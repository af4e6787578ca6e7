//! Who may do what, as Resource Manager tells it: identities, their role assignments, and what the roles allow. Each is asked for
//! once in a process, however many templates use it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::rights::{Grant, Rights};
use crate::arm::api_version;
use crate::arm::authorization::{Permission, RoleAssignment, RoleDefinition};
use crate::arm::id::UserAssignedIdentityId;
use crate::arm::user_assigned_identity::UserAssignedIdentity;
use crate::backend::{ArmClient, Error, ErrorKind, Request};

/// What has been found out. The lock is held while something is asked for, so that nobody asks for it a second time.
#[derive(Default)]
pub struct Authority(Mutex<Known>);

#[derive(Default)]
struct Known {
    principals: HashMap<String, Option<String>>,
    rights: HashMap<(String, String), Arc<Rights>>,
    roles: HashMap<String, Vec<Permission>>,
    registrations: HashMap<String, Option<String>>,
}

impl Authority {
    /// The principal of an identity; none when there is no such identity.
    ///
    /// # Errors
    /// It cannot be asked for.
    pub async fn principal(&self, arm: &ArmClient, identity: &UserAssignedIdentityId) -> Result<Option<String>, Error> {
        let key = identity.to_string().to_lowercase();
        let mut known = self.0.lock().await;
        if let Some(principal) = known.principals.get(&key) {
            return Ok(principal.clone());
        }
        let found = arm.get::<UserAssignedIdentity>(identity).await?;
        let principal = found.and_then(|identity| Some(identity.properties?.principal_id));
        known.principals.insert(key, principal.clone());
        Ok(principal)
    }

    /// What a principal may do in a subscription, by roles that it has there or above.
    ///
    /// # Errors
    /// The assignments or the roles cannot be asked for.
    pub async fn rights(&self, arm: &ArmClient, principal: &str, subscription: &str) -> Result<Arc<Rights>, Error> {
        let key = (principal.to_lowercase(), subscription.to_lowercase());
        let mut known = self.0.lock().await;
        if let Some(rights) = known.rights.get(&key) {
            return Ok(rights.clone());
        }
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments");
        // Beside its own assignments those of the groups that it is in.
        let request = Request::get_path(&path, api_version::AUTHORIZATION)
            .with_query("$filter", &format!("assignedTo('{principal}')"));
        let mut grants = Vec::new();
        for assignment in arm.list::<RoleAssignment>(&request).await? {
            let role = assignment.properties.role_definition_id;
            let scope = assignment.properties.scope.unwrap_or_default();
            if !known.roles.contains_key(&role) {
                let permissions = permissions(arm, &role).await?;
                known.roles.insert(role.clone(), permissions);
            }
            let permissions = known.roles.get(&role).cloned().unwrap_or_default();
            grants.push(Grant::new(&scope, permissions));
        }
        let rights = Arc::new(Rights::new(grants));
        known.rights.insert(key, rights.clone());
        Ok(rights)
    }

    /// How a resource provider stands in a subscription, such as `Registered`; none when the service does not tell.
    ///
    /// # Errors
    /// It cannot be asked for.
    pub async fn registration(
        &self,
        arm: &ArmClient,
        subscription: &str,
        namespace: &str,
    ) -> Result<Option<String>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/{namespace}");
        let mut known = self.0.lock().await;
        if let Some(state) = known.registrations.get(&path) {
            return Ok(state.clone());
        }
        let found = arm.read(&Request::get_path(&path, api_version::RESOURCES)).await?;
        let state = found.and_then(|body| Some(body.get("registrationState")?.as_str()?.to_owned()));
        known.registrations.insert(path, state.clone());
        Ok(state)
    }
}

/// What a role allows; a role that is gone allows nothing.
async fn permissions(arm: &ArmClient, role: &str) -> Result<Vec<Permission>, Error> {
    let request = Request::get_path(role, api_version::AUTHORIZATION);
    let found = match arm.read(&request).await {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        found => found?,
    };
    let role = found.map(serde_json::from_value::<RoleDefinition>).transpose();
    let role = role.map_err(|error| {
        Error::new(ErrorKind::BadAnswer, "the role definition is not understood")
            .about(&request)
            .caused_by(error)
    })?;
    Ok(role.map(|role| role.properties.permissions).unwrap_or_default())
}

//! The workload identity of an AKS pod: federation with id tokens that the cluster writes into a file of the pod.

use super::chain::NotSetUp;
use super::entra::{Application, Entra};
use super::login::{Given, Login};
use super::oidc::{FederatedWay, IdTokens};

/// The way, with what the cluster's webhook has set where the arguments say nothing.
pub(super) fn way(login: &Login, entra: &Entra) -> Result<FederatedWay, NotSetUp> {
    let pod = login.workload_identity.as_ref().ok_or(NotSetUp(
        "use_aks_workload_identity (ARM_USE_AKS_WORKLOAD_IDENTITY) is not set",
    ))?;
    let path = pod.token_file.clone().ok_or(NotSetUp(
        "no AZURE_FEDERATED_TOKEN_FILE; the pod needs the label azure.workload.identity/use: \"true\"",
    ))?;
    let client_id = match &pod.client_id {
        Some(client_id) if login.client_id.is_absent() => Given {
            value: Some(client_id.clone()),
            file: None,
        },
        _ => login.client_id.clone(),
    };
    if client_id.is_absent() {
        return Err(NotSetUp("no client_id (ARM_CLIENT_ID) and no AZURE_CLIENT_ID"));
    }
    let application = Application {
        tenant: login
            .tenant_id
            .clone()
            .ok_or(NotSetUp("no tenant_id (ARM_TENANT_ID) and no AZURE_TENANT_ID"))?,
        client_id,
    };
    let id_tokens = IdTokens::File {
        path,
        argument: "AZURE_FEDERATED_TOKEN_FILE",
    };
    Ok(FederatedWay::new(entra, application, id_tokens))
}

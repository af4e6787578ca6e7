//! Why the identity provider refuses, and what mends it.

use jiff::Timestamp;
use serde::Deserialize;

use super::answer::Reply;
use super::login::Secret;
use crate::backend::azure::token::CredentialError;
use crate::backend::redact;

/// An error as OAuth 2.0 has it, with the numbers that Entra adds.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

/// The error that an answer tells of, with its way out.
pub(super) fn refused(reply: &Reply, tenant: &str, client_id: &str, secret: &Secret) -> CredentialError {
    let refusal: Refusal = match reply.json("`error`") {
        Ok(refusal) => refusal,
        // What stands before an identity provider that is out of order answers in its place.
        Err(_) if reply.status.is_server_error() => return reply.refusal("the identity provider is out of order"),
        Err(strange) => return strange,
    };
    let said = match refusal.error_description.as_str() {
        "" => &refusal.error,
        description => description,
    };
    // Whoever answers may repeat what it was sent.
    let said = said.replace(secret.expose(), redact::REDACTED);
    let mut message = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let way_out = refusal
        .error_codes
        .iter()
        .find_map(|code| way_out(*code, tenant, client_id));
    for sentence in [way_out, reply.clock_difference(Timestamp::now())]
        .into_iter()
        .flatten()
    {
        if !message.ends_with(['.', '!']) {
            message.push('.');
        }
        message.push(' ');
        message.push_str(&sentence);
    }
    reply.refusal(&message)
}

/// What mends a refusal, by its number (<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>).
fn way_out(code: u32, tenant: &str, client_id: &str) -> Option<String> {
    Some(match code {
        90002 | 900_023 | 900_021 => {
            format!("There is no tenant \"{tenant}\" in this cloud: see `tenant_id` (ARM_TENANT_ID) and `environment`.")
        }
        700_016 | 7_000_229 => format!(
            "The tenant \"{tenant}\" has no application \"{client_id}\": see `client_id` (ARM_CLIENT_ID) and `tenant_id` (ARM_TENANT_ID)."
        ),
        7_000_112 => format!("The application \"{client_id}\" is disabled in the tenant."),
        7_000_215 => "`client_secret` (ARM_CLIENT_SECRET) is wrong; it takes the secret's value, not its id.".to_owned(),
        7_000_222 => format!(
            "`client_secret` (ARM_CLIENT_SECRET) has expired; `az ad app credential reset --id {client_id}` makes a new one."
        ),
        700_027 => format!(
            "The certificate is not registered with the application; `az ad app credential reset --id {client_id} --cert @FILE \
             --append` registers it."
        ),
        700_024 => "The statement that proves who signs in is outside its time: this machine's clock may be wrong, or the id token \
                    too old."
            .to_owned(),
        70021 | 700_211 | 700_212 | 700_213 => format!(
            "No federated credential of the application \"{client_id}\" fits the id token: its issuer, subject and audience must be \
             equal to those of the token."
        ),
        500_011 => "No service of this audience is known in the tenant: see `endpoint.resource_manager_audience` and `environment`."
            .to_owned(),
        _ => return None,
    })
}

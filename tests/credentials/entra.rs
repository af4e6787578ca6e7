//! An identity provider that knows one tenant and one application, and refuses in Entra's words and numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::endpoint::{Answer, Endpoint, Request};
use crate::{CLIENT, SCOPE, TENANT};

/// What proves the application, besides this secret.
pub(crate) const SECRET: &str = "planted-secret";
/// A secret that was one.
pub(crate) const EXPIRED_SECRET: &str = "planted-expired-secret";
/// The id token that the application's federated credential fits.
pub(crate) const ID_TOKEN: &str = "planted-id-token";

/// The provider, for applications that come with secrets and id tokens.
pub(crate) fn start() -> Endpoint {
    Endpoint::answering(|request| answer(request, |assertion| assertion == ID_TOKEN))
}

/// A token of an hour, or Entra's refusal.
pub(crate) fn answer(request: &Request, accepts: impl Fn(&str) -> bool) -> Answer {
    let field = |name: &str| request.field(name).unwrap_or_default();
    assert_eq!(
        (request.method.as_str(), field("grant_type").as_str()),
        ("POST", "client_credentials")
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(field("scope"), SCOPE);
    if request.target != format!("/{TENANT}/oauth2/v2.0/token") {
        return refused(
            400,
            90002,
            "Tenant 'other.example' not found. Check to make sure you have the correct tenant ID.",
        );
    }
    if field("client_id") != CLIENT {
        return refused(
            400,
            700_016,
            "Application with identifier was not found in the directory 'Contoso'.",
        );
    }
    if let Some(assertion) = request.field("client_assertion") {
        assert_eq!(
            field("client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        return match accepts(&assertion) {
            true => granted("token-for-assertion"),
            false => refused(
                401,
                700_213,
                "No matching federated identity record found for presented assertion.",
            ),
        };
    }
    match field("client_secret").as_str() {
        SECRET => granted("token-for-secret"),
        EXPIRED_SECRET => refused(401, 7_000_222, "The provided client secret keys are expired."),
        // Entra does not repeat it; what stands in front of it might.
        other => refused(401, 7_000_215, &format!("Invalid client secret provided: {other}.")),
    }
}

pub(crate) fn granted(token: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }),
    )
}

pub(crate) fn refused(status: u16, code: u32, text: &str) -> Answer {
    let description = format!("AADSTS{code}: {text}\r\nTrace ID: 1\r\nCorrelation ID: 2");
    let body = json!({ "error": "invalid_client", "error_description": description, "error_codes": [code] });
    Answer::json(status, &body)
}

/// Header and claims of a JSON Web Token.
pub(crate) fn parts(assertion: &str) -> (Value, Value) {
    let mut parts = assertion
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap_or_default());
    (parts.next().unwrap(), parts.next().unwrap())
}

//! What a client certificate signs to prove who asks: a JSON Web Token about oneself.
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::certificate::SigningCertificate;
use super::login::Secret;
use crate::backend::azure::token::CredentialError;

/// Seconds for which it is good: Entra takes no longer ones, and it is used at once.
const LIFETIME: i64 = 600;

/// The statement that `client_id` asks for a token at `endpoint`, from now on.
pub(super) fn signed(
    certificate: &SigningCertificate,
    client_id: &str,
    endpoint: &str,
    now: Timestamp,
) -> Result<Secret, CredentialError> {
    let header = json!({
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(certificate.certificate())),
    });
    let claims = json!({
        "aud": endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": Uuid::new_v4().to_string(),
        "nbf": now.as_second(),
        "exp": now.as_second() + LIFETIME,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let statement = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(certificate.sign(statement.as_bytes())?);
    Ok(Secret::from(format!("{statement}.{signature}")))
}

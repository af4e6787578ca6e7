//! Access tokens: JSON Web Tokens that the service signs for itself.
//!
//! Clients may read the claims, as they do with Azure's; only the service can check the signature.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::identity::Identity;
use super::metadata;

/// How long a token is good for, in seconds: what Entra gives at the least.
pub(super) const LIFETIME: i64 = 3600;

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Azure Resource Manager.
    ResourceManager,
    /// Blobs.
    Storage,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvalidToken {
    /// Not a token of this service, or changed.
    Foreign,
    /// Its time is over.
    Expired,
    /// It opens something else.
    OtherAudience,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    tid: Uuid,
    appid: Uuid,
    oid: Uuid,
    sub: Uuid,
    idtyp: String,
    uti: Uuid,
    ver: String,
}

impl Audience {
    /// What a resource's URI means. A loopback address is this service, under whichever of its names it was reached.
    pub(super) fn of(resource: &str) -> Option<Self> {
        let resource = resource.trim_end_matches('/');
        let host = resource.strip_prefix("https://")?;
        let is_own = |name: &str| host == name || host.strip_prefix(name).is_some_and(|port| port.starts_with(':'));
        if metadata::RESOURCE_MANAGER.contains(&resource) || ["localhost", "127.0.0.1", "[::1]"].into_iter().any(is_own)
        {
            Some(Self::ResourceManager)
        } else {
            (resource == metadata::STORAGE).then_some(Self::Storage)
        }
    }
}

/// Makes a token for a resource.
pub(super) fn issue(identity: &Identity, base: &str, resource: &str, now: Timestamp) -> String {
    let now = now.as_second();
    let claims = Claims {
        aud: resource.to_owned(),
        iss: metadata::issuer(base, identity.tenant),
        iat: now,
        nbf: now,
        exp: now + LIFETIME,
        tid: identity.tenant,
        appid: identity.client,
        oid: identity.client,
        sub: identity.client,
        idtyp: "app".to_owned(),
        uti: Uuid::new_v4(),
        ver: "1.0".to_owned(),
    };
    let header = json!({"typ": "JWT", "alg": "HS256"}).to_string();
    let claims = json!(claims).to_string();
    let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = hmac::sign(&identity.token_key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Checks a token that is to open `audience`.
pub(super) fn check(identity: &Identity, token: &str, audience: Audience, now: Timestamp) -> Result<(), InvalidToken> {
    let (signed, signature) = token.rsplit_once('.').ok_or(InvalidToken::Foreign)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| InvalidToken::Foreign)?;
    hmac::verify(&identity.token_key, signed.as_bytes(), &signature).map_err(|_| InvalidToken::Foreign)?;
    let claims = signed
        .split_once('.')
        .and_then(|(_, claims)| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims = claims.and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok());
    let claims = claims.ok_or(InvalidToken::Foreign)?;
    if claims.exp <= now.as_second() {
        Err(InvalidToken::Expired)
    } else if Audience::of(&claims.aud) != Some(audience) {
        Err(InvalidToken::OtherAudience)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use jiff::SignedDuration;

    use super::*;

    fn identity() -> Identity {
        let folder = tempfile::tempdir().unwrap();
        Identity::of_root(folder.path(), Uuid::nil()).unwrap()
    }

    #[test]
    fn a_token_opens_what_it_was_asked_for_until_its_time_is_over() {
        let (identity, now) = (identity(), Timestamp::now());
        let token = issue(&identity, "https://localhost:1", "https://management.azure.com", now);
        let arm = Audience::ResourceManager;
        assert_eq!(check(&identity, &token, arm, now), Ok(()));
        assert_eq!(
            check(&identity, &token, Audience::Storage, now),
            Err(InvalidToken::OtherAudience)
        );
        let later = now + SignedDuration::from_secs(LIFETIME);
        assert_eq!(check(&identity, &token, arm, later), Err(InvalidToken::Expired));
    }

    #[test]
    fn a_changed_token_and_one_of_another_root_are_foreign() {
        let (identity, now) = (identity(), Timestamp::now());
        let token = issue(&identity, "https://localhost:1", "https://localhost:1", now);
        let arm = Audience::ResourceManager;
        let [header, _, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        for changed in [
            format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode("{}")),
            format!("{unsigned}.{}.", URL_SAFE_NO_PAD.encode("{}")),
            "token".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                check(&identity, &changed, arm, now),
                Err(InvalidToken::Foreign),
                "{changed}"
            );
        }
        assert_eq!(check(&self::identity(), &token, arm, now), Err(InvalidToken::Foreign));
    }

    #[test]
    fn an_audience_is_known_with_and_without_its_slash() {
        for own in [
            "https://management.core.windows.net//",
            "https://management.azure.com/",
            "https://localhost:8443",
            "https://127.0.0.1:8443/",
            "https://[::1]:8443",
        ] {
            assert_eq!(Audience::of(own), Some(Audience::ResourceManager), "{own}");
        }
        assert_eq!(Audience::of("https://storage.azure.com/"), Some(Audience::Storage));
        for other in [
            "https://graph.microsoft.com",
            "https://localhost.example",
            "http://localhost:1",
            "",
        ] {
            assert_eq!(Audience::of(other), None, "{other}");
        }
    }
}

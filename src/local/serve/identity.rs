//! Who the service is to its clients: tenant, application, and the keys behind both. Kept in the root, so that clients that were set
//! up once still find themselves known after the service was started anew.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::certificate::{self, Authority};
use super::error::{ServeError, ServeErrorKind};

/// Name of the file in the root; readable by its owner alone.
const FILE: &str = "serve.json";
/// Length of the secret and of the key that signs tokens, in bytes.
const KEY_LENGTH: usize = 32;

/// Who the service is. Not `Debug`: it holds secrets.
pub(super) struct Identity {
    pub(super) tenant: Uuid,
    pub(super) client: Uuid,
    pub(super) client_secret: String,
    pub(super) authority: Authority,
    /// Signs and checks tokens.
    pub(super) token_key: hmac::Key,
    /// What keys of storage accounts are derived from.
    pub(super) storage_key: hmac::Key,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Kept {
    client_id: Uuid,
    client_secret: String,
    token_key: String,
    storage_key: String,
    authority: Authority,
}

impl Identity {
    /// Reads the identity of a root; makes it when there is none.
    pub(super) fn of_root(root: &Path, root_id: Uuid) -> Result<Self, ServeError> {
        let path = root.join(FILE);
        let damaged = || ServeError::new(ServeErrorKind::Identity, path.display().to_string());
        let kept = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => make(root, &path)?,
            Err(error) => {
                return Err(ServeError::new(ServeErrorKind::File, path.display().to_string()).caused_by(error));
            }
        };
        // What the parser says of the content could quote a secret.
        let kept: Kept = serde_json::from_slice(&kept).map_err(|_| damaged())?;
        let key = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| damaged());
        let (token_key, storage_key) = (key(&kept.token_key)?, key(&kept.storage_key)?);
        Ok(Self {
            tenant: root_id,
            client: kept.client_id,
            client_secret: kept.client_secret,
            authority: kept.authority,
            token_key: hmac::Key::new(hmac::HMAC_SHA256, &token_key),
            storage_key: hmac::Key::new(hmac::HMAC_SHA512, &storage_key),
        })
    }
}

/// Writes a new identity, and returns what stands in the file afterwards: of two processes that do so at once, the first one's.
fn make(root: &Path, path: &Path) -> Result<Vec<u8>, ServeError> {
    let kept = Kept {
        client_id: Uuid::new_v4(),
        client_secret: random()?,
        token_key: random()?,
        storage_key: random()?,
        authority: certificate::new_authority()?,
    };
    let fail =
        |error: std::io::Error| ServeError::new(ServeErrorKind::File, path.display().to_string()).caused_by(error);
    // Mode 0600, as all of tempfile's.
    let mut file = tempfile::NamedTempFile::new_in(root).map_err(fail)?;
    let content = serde_json::to_vec(&kept).map_err(|error| fail(error.into()))?;
    file.write_all(&content).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(content),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => fs::read(path).map_err(fail),
        Err(refused) => Err(fail(refused.error)),
    }
}

fn random() -> Result<String, ServeError> {
    let mut bytes = [0; KEY_LENGTH];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| ServeError::new(ServeErrorKind::Certificate, "the system gives no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

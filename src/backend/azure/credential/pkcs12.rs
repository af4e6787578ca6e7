//! Reads PKCS#12 archives (PFX, RFC 7292) and encrypted PKCS#8 keys, as Windows, Key Vault and OpenSSL write them.
//!
//! Only what is needed of a client certificate is read: keys and certificates. The ciphers are AWS-LC's where it has them. Written out
//! here, since the crates that read such archives bring fifty others along, unreleased ones among them.

mod der;
mod encryption;

use aws_lc_rs::hmac;
use der::{CONSTRUCTED_0, IMPLICIT_0, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE};
use encryption::{Digest, Purpose, derived, wide};

/// What an archive holds.
#[derive(Default)]
pub(super) struct Archive {
    /// PKCS#8, DER.
    pub(super) keys: Vec<Vec<u8>>,
    /// X.509, DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Why nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is encrypted with another password.
    Password,
    /// It is something else, damaged, or of a kind that is not read here.
    Format,
}

const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const ENCRYPTED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
const KEY_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01";
const SHROUDED_KEY_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02";
const CERTIFICATE_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03";

/// Reads an archive.
pub(super) fn archive(bytes: &[u8], password: &str) -> Result<Archive, Fault> {
    let mut pfx = Reader::new(bytes).take(SEQUENCE)?;
    pfx.bytes(INTEGER)?;
    let safe = contents(&mut pfx, DATA)?.bytes(OCTET_STRING)?;
    if !pfx.is_empty() {
        verify(&mut pfx.take(SEQUENCE)?, safe, password)?;
    }
    let mut archive = Archive::default();
    let mut safes = Reader::new(safe).take(SEQUENCE)?;
    while !safes.is_empty() {
        let mut safe = safes.take(SEQUENCE)?;
        match safe.bytes(OBJECT_IDENTIFIER)? {
            DATA => {
                let bags = safe.take(CONSTRUCTED_0)?.bytes(OCTET_STRING)?;
                archive.add(bags, password)?;
            }
            ENCRYPTED_DATA => {
                let mut encrypted = safe.take(CONSTRUCTED_0)?.take(SEQUENCE)?;
                encrypted.bytes(INTEGER)?;
                let mut content = encrypted.take(SEQUENCE)?;
                content.bytes(OBJECT_IDENTIFIER)?;
                let algorithm = content.take(SEQUENCE)?;
                let bags = encryption::decrypted(algorithm, content.bytes(IMPLICIT_0)?, password)?;
                archive.add(&bags, password)?;
            }
            _ => return Err(Fault::Format),
        }
    }
    Ok(archive)
}

/// Decrypts a private key (`EncryptedPrivateKeyInfo`) to PKCS#8.
pub(super) fn decrypted_key(bytes: &[u8], password: &str) -> Result<Vec<u8>, Fault> {
    let mut key = Reader::new(bytes).take(SEQUENCE)?;
    let algorithm = key.take(SEQUENCE)?;
    encryption::decrypted(algorithm, key.bytes(OCTET_STRING)?, password)
}

impl Archive {
    /// Adds what a sequence of bags holds; other kinds than keys and certificates are passed over.
    fn add(&mut self, bags: &[u8], password: &str) -> Result<(), Fault> {
        let mut bags = Reader::new(bags).take(SEQUENCE)?;
        while !bags.is_empty() {
            let mut bag = bags.take(SEQUENCE)?;
            let kind = bag.bytes(OBJECT_IDENTIFIER)?;
            let value = bag.bytes(CONSTRUCTED_0)?;
            match kind {
                KEY_BAG => self.keys.push(value.to_vec()),
                SHROUDED_KEY_BAG => self.keys.push(decrypted_key(value, password)?),
                CERTIFICATE_BAG => {
                    let mut certificate = Reader::new(value).take(SEQUENCE)?;
                    certificate.bytes(OBJECT_IDENTIFIER)?;
                    let certificate = certificate.take(CONSTRUCTED_0)?.bytes(OCTET_STRING)?;
                    self.certificates.push(certificate.to_vec());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The content of a `ContentInfo` of this type.
fn contents<'a>(reader: &mut Reader<'a>, kind: &[u8]) -> Result<Reader<'a>, Fault> {
    let mut information = reader.take(SEQUENCE)?;
    if information.bytes(OBJECT_IDENTIFIER)? != kind {
        return Err(Fault::Format);
    }
    information.take(CONSTRUCTED_0)
}

/// Checks the archive's seal, which is made with the password, too.
fn verify(seal: &mut Reader<'_>, safe: &[u8], password: &str) -> Result<(), Fault> {
    let mut information = seal.take(SEQUENCE)?;
    let digest = Digest::of(information.take(SEQUENCE)?.bytes(OBJECT_IDENTIFIER)?)?;
    let expected = information.bytes(OCTET_STRING)?;
    let salt = seal.bytes(OCTET_STRING)?;
    let iterations = if seal.is_empty() { 1 } else { seal.iterations()? };
    let fits = |password: &[u8]| {
        let key = derived(digest, Purpose::Integrity, password, salt, iterations, digest.length());
        hmac::verify(&hmac::Key::new(digest.hmac(), &key), safe, expected).is_ok()
    };
    // No password is written as an empty one by some and as none by others.
    if fits(&wide(password)) || (password.is_empty() && fits(&[])) {
        Ok(())
    } else {
        Err(Fault::Password)
    }
}

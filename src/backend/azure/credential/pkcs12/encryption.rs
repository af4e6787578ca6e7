//! Encryption by password: PBES2 (RFC 8018) and the older schemes of PKCS#12 (RFC 7292, appendix B and C).

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{AES_128, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, InnerIvInit, KeyIvInit};
use des::TdesEde3;
use rc2::Rc2;

use super::Fault;
use super::der::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE};

const PBES2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
const SHA1_3DES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03";
const SHA1_RC2_128: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x05";
const SHA1_RC2_40: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06";
const AES_128_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x02";
const AES_256_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a";
const HMAC_SHA1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x07";
const HMAC_SHA256: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x09";
const HMAC_SHA384: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x0a";
const HMAC_SHA512: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x0b";
const SHA1: &[u8] = b"\x2b\x0e\x03\x02\x1a";
const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";

/// A digest that passwords are derived with.
#[derive(Clone, Copy)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// What is derived from a password.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Vector = 2,
    Integrity = 3,
}

impl Digest {
    pub(super) fn of(identifier: &[u8]) -> Result<Self, Fault> {
        match identifier {
            SHA1 | HMAC_SHA1 => Ok(Self::Sha1),
            SHA256 | HMAC_SHA256 => Ok(Self::Sha256),
            SHA384 | HMAC_SHA384 => Ok(Self::Sha384),
            SHA512 | HMAC_SHA512 => Ok(Self::Sha512),
            _ => Err(Fault::Format),
        }
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    pub(super) fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    /// Bytes of a digest.
    pub(super) fn length(self) -> usize {
        self.algorithm().output_len()
    }
}

/// Decrypts by an `AlgorithmIdentifier`.
pub(super) fn decrypted(mut algorithm: Reader<'_>, bytes: &[u8], password: &str) -> Result<Vec<u8>, Fault> {
    let scheme = algorithm.bytes(OBJECT_IDENTIFIER)?;
    let parameters = algorithm.take(SEQUENCE)?;
    if scheme == PBES2 {
        return pbes2(parameters, bytes, password);
    }
    let wide = wide(password);
    // As with the seal: no password has two spellings.
    match pbes1(scheme, parameters, bytes, &wide) {
        Err(Fault::Password) if password.is_empty() => pbes1(scheme, parameters, bytes, &[]),
        outcome => outcome,
    }
}

fn pbes2(mut parameters: Reader<'_>, bytes: &[u8], password: &str) -> Result<Vec<u8>, Fault> {
    let mut derivation = parameters.take(SEQUENCE)?;
    if derivation.bytes(OBJECT_IDENTIFIER)? != PBKDF2 {
        return Err(Fault::Format);
    }
    let mut derivation = derivation.take(SEQUENCE)?;
    let salt = derivation.bytes(OCTET_STRING)?;
    let iterations = NonZeroU32::new(derivation.iterations()?).ok_or(Fault::Format)?;
    if derivation.is_next(INTEGER) {
        // The key's length, which the cipher tells as well.
        derivation.bytes(INTEGER)?;
    }
    let digest = match derivation.is_empty() {
        true => Digest::Sha1,
        false => Digest::of(derivation.take(SEQUENCE)?.bytes(OBJECT_IDENTIFIER)?)?,
    };
    let mut encryption = parameters.take(SEQUENCE)?;
    let (cipher, length) = match encryption.bytes(OBJECT_IDENTIFIER)? {
        AES_128_CBC => (&AES_128, 16),
        AES_256_CBC => (&AES_256, 32),
        _ => return Err(Fault::Format),
    };
    let vector = encryption.bytes(OCTET_STRING)?;
    let vector = FixedLength::<16>::try_from(vector).map_err(|_| Fault::Format)?;
    let mut key = vec![0; length];
    pbkdf2::derive(digest.pbkdf2(), iterations, salt, password.as_bytes(), &mut key);
    let key = UnboundCipherKey::new(cipher, &key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7);
    let mut buffer = bytes.to_vec();
    let plain = key
        .and_then(|key| {
            key.decrypt(&mut buffer, DecryptionContext::Iv128(vector))
                .map(|plain| plain.to_vec())
        })
        .map_err(|_| Fault::Password)?;
    Ok(plain)
}

/// The schemes of PKCS#12 itself; their digest is SHA-1 and their blocks have eight bytes.
fn pbes1(scheme: &[u8], mut parameters: Reader<'_>, bytes: &[u8], password: &[u8]) -> Result<Vec<u8>, Fault> {
    let salt = parameters.bytes(OCTET_STRING)?;
    let iterations = parameters.iterations()?;
    let derived = |purpose, length| derived(Digest::Sha1, purpose, password, salt, iterations, length);
    let vector = derived(Purpose::Vector, 8);
    let rc2 = |length: usize| {
        let cipher = Rc2::new_with_eff_key_len(&derived(Purpose::Key, length), length * 8);
        let decryptor = Decryptor::inner_iv_slice_init(cipher, &vector).map_err(|_| Fault::Format)?;
        decryptor
            .decrypt_padded_vec_mut::<Pkcs7>(bytes)
            .map_err(|_| Fault::Password)
    };
    match scheme {
        SHA1_3DES => {
            let key = derived(Purpose::Key, 24);
            let decryptor = Decryptor::<TdesEde3>::new_from_slices(&key, &vector).map_err(|_| Fault::Format)?;
            decryptor
                .decrypt_padded_vec_mut::<Pkcs7>(bytes)
                .map_err(|_| Fault::Password)
        }
        SHA1_RC2_128 => rc2(16),
        SHA1_RC2_40 => rc2(5),
        _ => Err(Fault::Format),
    }
}

/// A password as PKCS#12 writes it: two bytes a letter, and two zeros.
pub(super) fn wide(password: &str) -> Vec<u8> {
    let units = password.encode_utf16().chain([0]);
    units.flat_map(u16::to_be_bytes).collect()
}

/// The derivation of RFC 7292, appendix B.2; its names are in the comments.
pub(super) fn derived(
    digest: Digest,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Vec<u8> {
    let block = digest.algorithm().block_len();
    // I: salt and password, each repeated up to whole blocks.
    let mut input = repeated(salt, salt.len().next_multiple_of(block));
    input.extend(repeated(password, password.len().next_multiple_of(block)));
    let mut output = Vec::with_capacity(length + digest.length());
    while output.len() < length {
        // D, then I.
        let mut round = vec![purpose as u8; block];
        round.extend(&input);
        let mut hash = digest::digest(digest.algorithm(), &round);
        for _ in 1..iterations {
            hash = digest::digest(digest.algorithm(), hash.as_ref());
        }
        output.extend(hash.as_ref());
        // Each block of I grows by B + 1.
        let addend = repeated(hash.as_ref(), block);
        for part in input.chunks_exact_mut(block) {
            let mut carry = 1;
            for (byte, addend) in part.iter_mut().zip(&addend).rev() {
                let sum = u16::from(*byte) + u16::from(*addend) + carry;
                *byte = sum.to_be_bytes()[1];
                carry = sum >> 8;
            }
        }
    }
    output.truncate(length);
    output
}

fn repeated(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().cycle().take(length).collect()
}

//! Ed25519 for `jsonwebtoken`, with the implementation that the rest of this
//! crate uses. The provider of `jsonwebtoken` itself would also bring in `rsa`
//! and its security advisory.

use std::cell::RefCell;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::keys::{PrivateKey, PublicKey};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| signer(*algorithm, key),
    verifier_factory: |algorithm, key| verifier(*algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Installs the provider for the process. Call it before every use:
/// `jsonwebtoken` keeps the first provider, so further calls do nothing.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

thread_local! {
    /// The key that [`with_key`] lends to [`PROVIDER`].
    static LENT_KEY: RefCell<Option<PrivateKey>> = const { RefCell::new(None) };
}

/// Calls `encode` with a handle of the key, which contains the public key only:
/// to make the private key from bytes again would compute the public key again,
/// which takes as long as a signature.
pub(super) fn with_key<T>(key: &PrivateKey, encode: impl FnOnce(&EncodingKey) -> T) -> T {
    LENT_KEY.set(Some(key.clone()));
    let encoded = encode(&EncodingKey::from_ed_der(&key.public().to_bytes()));
    LENT_KEY.take();
    encoded
}

/// The key in the form that [`PROVIDER`] expects.
pub(super) fn decoding_key(key: &PublicKey) -> DecodingKey {
    DecodingKey::from_ed_der(&key.to_bytes())
}

fn signer(algorithm: Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    require_eddsa(algorithm)?;
    let lent = LENT_KEY.with_borrow(Clone::clone);
    let lent = lent.filter(|lent| lent.public().to_bytes() == key.as_bytes());
    Ok(Box::new(EdDsa(lent.ok_or(ErrorKind::InvalidEddsaKey)?)))
}

fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    require_eddsa(algorithm)?;
    let bytes = key.try_get_as_bytes()?;
    let key = PublicKey::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(EdDsa(key)))
}

fn require_eddsa(algorithm: Algorithm) -> Result<()> {
    match algorithm {
        Algorithm::EdDSA => Ok(()),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

struct EdDsa<K>(K);

impl Signer<Vec<u8>> for EdDsa<PrivateKey> {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).to_vec())
    }
}

impl JwtSigner for EdDsa<PrivateKey> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for EdDsa<PublicKey> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let verified = self.0.verifies(message, signature);
        verified.then_some(()).ok_or_else(Error::new)
    }
}

impl JwtVerifier for EdDsa<PublicKey> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

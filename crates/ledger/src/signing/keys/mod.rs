//! Ed25519 keys (RFC 8032): private keys, public keys and their formats.

mod file;
mod jwk;
mod memory;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

use super::error::{Error, Result};

pub use super::error::KeyFileProblem;
pub use file::{
    move_private_key, read_expected_key, read_private_key, remove_private_key, write_private_key,
};
pub use jwk::{Jwk, JwkSet};
pub use lac_store::KeyPurpose;
pub use memory::protect_process_memory;

/// A private key. Wiped from memory when dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// The key with this seed of 32 random bytes (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: [u8; 32]) -> Self {
        memory::protect_process_memory();
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// Parses PKCS#8 PEM, version 1 or 2 (RFC 8410, RFC 5958), which `openssl
    /// genpkey -algorithm ed25519` writes.
    ///
    /// Anything else is [`Error::MalformedKey`], including a version 2 whose
    /// public key does not match.
    pub fn from_pem(pem: &str) -> Result<Self> {
        memory::protect_process_memory();
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|_| Error::MalformedKey)?;
        Ok(Self(key))
    }

    /// PKCS#8 PEM, version 1: older OpenSSL refuses version 2, which includes
    /// the public key.
    pub fn to_pem(&self) -> Result<Zeroizing<String>> {
        let mut pair = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        let pem = pair.to_pkcs8_pem(LineEnding::LF);
        zeroize::Zeroize::zeroize(&mut pair.secret_key);
        pem.map_err(|_| Error::MalformedKey)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message: 64 bytes, deterministic (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, [redacted])", self.public().thumbprint())
    }
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Parses the 32 bytes of RFC 8032, section 5.1.5.
    /// [`Error::MalformedPublicKey`] for bytes that are not a point of the
    /// curve, and for weak keys, with which a signature proves nothing.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let key = VerifyingKey::try_from(bytes)
            .ok()
            .filter(|key| !key.is_weak());
        key.map(Self).ok_or(Error::MalformedPublicKey)
    }

    /// The 32 bytes of RFC 8032.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The RFC 7638 thumbprint: SHA-256 in base64url without padding (43
    /// characters). It names the key in tokens (`kid`), in the database and in
    /// the log.
    pub fn thumbprint(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.to_bytes());
        // RFC 8037, appendix A.3: these members, in this order, without spaces.
        let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        URL_SAFE_NO_PAD.encode(Sha256::digest(json))
    }

    /// The key as a JSON Web Key.
    pub fn jwk(&self) -> Jwk {
        Jwk::new(self)
    }

    /// Whether `signature` is this key's signature of the message. Strict
    /// verification: a second form of the same signature is refused.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The key of RFC 8032, section 7.1, test 1, and of RFC 8037, A.1.
    pub(crate) fn rfc_key() -> PrivateKey {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        PrivateKey::from_seed(seed.unwrap().try_into().unwrap())
    }

    #[test]
    fn rfc_8032_signature_of_the_empty_message() {
        let signature = rfc_key().sign(b"");
        let hex: Vec<_> = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex.concat(),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
        assert!(rfc_key().public().verifies(b"", &signature));
        assert!(!rfc_key().public().verifies(b"x", &signature));
        assert!(!rfc_key().public().verifies(b"", &signature[..63]));
    }

    #[test]
    fn rfc_8037_jws_signature() {
        let signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(rfc_key().sign(signed)),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn rfc_8037_thumbprint() {
        let thumbprint = rfc_key().public().thumbprint();
        assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn pem_round_trips_and_openssl_keys_are_read() {
        let pem = rfc_key().to_pem().unwrap();
        assert_eq!(
            PrivateKey::from_pem(&pem).unwrap().public(),
            rfc_key().public()
        );
        // RFC 8410, section 10.3: as `openssl genpkey` writes it, then with the public key.
        let v1 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        let v2 = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
        let key = PrivateKey::from_pem(v1).unwrap();
        assert_eq!(&*key.to_pem().unwrap(), v1);
        assert_eq!(PrivateKey::from_pem(v2).unwrap().public(), key.public());
        assert!(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\n").is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", PrivateKey::from_seed([7; 32]));
        assert!(shown.contains("redacted") && !shown.contains("7, 7"));
    }

    #[test]
    fn weak_public_keys_are_refused() {
        assert!(PublicKey::from_bytes(&[0; 32]).is_err());
        assert!(PublicKey::from_bytes(&[1; 31]).is_err());
        let key = rfc_key().public();
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()).unwrap(), key);
    }
}

//! Public keys as JSON Web Keys (RFC 7517, RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::PublicKey;

/// A public key, as `lac key jwks` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `OKP` (RFC 8037).
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The 32 bytes of the key, base64url without padding.
    pub x: String,
    /// The RFC 7638 thumbprint.
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub key_use: String,
    /// `EdDSA`.
    pub alg: String,
}

impl Jwk {
    pub(super) fn new(key: &PublicKey) -> Self {
        Self {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: URL_SAFE_NO_PAD.encode(key.to_bytes()),
            kid: key.thumbprint(),
            key_use: "sig".into(),
            alg: "EdDSA".into(),
        }
    }
}

/// The set that storefronts fetch (RFC 7517, section 5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

impl<'a> FromIterator<&'a PublicKey> for JwkSet {
    fn from_iter<I: IntoIterator<Item = &'a PublicKey>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().map(Jwk::new).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rfc_key;
    use super::*;

    #[test]
    fn rfc_8037_key() {
        let set: JwkSet = [&rfc_key().public()].into_iter().collect();
        assert_eq!(
            serde_json::to_string(&set).unwrap(),
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","use":"sig","alg":"EdDSA"}]}"#
        );
    }
}

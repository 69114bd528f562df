//! The store's keys: publishing (JWKS, verifier keys), listing, rotating,
//! retiring.

mod list;
mod replace;
mod retire;
mod rotate;
mod verifier;

pub use list::{KeyJwks, KeyList, KeyView};
pub use retire::{KeyRetire, KeyRetired};
pub use rotate::{KeyRotate, KeyRotated};
pub use verifier::{KeyVerifier, KeyVerifiers, VerifierKeyView};

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use lac_ledger::key_rows::{KeyChain, KeyChainEntry};
    use lac_ledger::signing::keys::KeyPurpose;

    /// Requests and answers are also sent through sockets.
    #[test]
    fn requests_and_answers_round_trip_through_json() {
        fn round_trips<T: Serialize + DeserializeOwned>(value: &T) {
            let text = serde_json::to_string(value).unwrap();
            let back: T = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        let key = || "kPrK_qmx".to_owned();
        round_trips(&KeyRotate {
            purpose: KeyPurpose::Audit,
            confirmed: true,
        });
        round_trips(&KeyRetire {
            key: key().try_into().unwrap(),
            confirmed: false,
        });
        round_trips(&KeyVerifiers::default());
        round_trips(&KeyRotated {
            purpose: KeyPurpose::Login,
            kid: key(),
            replaced: key(),
            verifying_until: Some(lac_model::time::Timestamp::from_seconds(1)),
            since_size: 7,
            verifier: None,
            statement: None,
            audit_seq: Some(7),
        });
        round_trips(&KeyRetired {
            kid: key(),
            purpose: "audit".to_owned(),
            changed: true,
            replaced_by: Some(key()),
            verifier: Some("name+0+A".to_owned()),
            statement: Some("lac key change 1\n".to_owned()),
            sessions_ended: 0,
            audit_seq: None,
        });
        round_trips(&KeyChain {
            origin: "shop.example".to_owned(),
            keys: vec![KeyChainEntry {
                kid: key(),
                verifier: "name+0+A".to_owned(),
                state: "active".to_owned(),
                since_size: 0,
                until_size: None,
                statement: None,
            }],
        });
    }
}

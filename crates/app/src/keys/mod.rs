//! The store's keys: shown to storefronts (JWKS) and auditors, listed, replaced
//! and retired.

mod list;
mod replace;
mod retire;
mod rotate;
mod verifier;

pub use list::{Jwks, KeyShown, ListKeys};
pub use retire::{Retire, Retired};
pub use rotate::{Rotate, Rotated};
pub use verifier::{Verifier, VerifierKey, Verifiers};

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use lac_ledger::keys::{ChainKey, KeyChain};
    use lac_ledger::signing::keys::Purpose;

    /// What goes in and what comes out may be carried by a socket.
    #[test]
    fn requests_and_answers_survive_json() {
        fn survives<T: Serialize + DeserializeOwned>(value: &T) {
            let text = serde_json::to_string(value).unwrap();
            let back: T = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        let key = || "kPrK_qmx".to_owned();
        survives(&Rotate {
            purpose: Purpose::Audit,
            confirmed: true,
        });
        survives(&Retire {
            key: key().try_into().unwrap(),
            confirmed: false,
        });
        survives(&Verifiers::default());
        survives(&Rotated {
            purpose: Purpose::Login,
            kid: key(),
            replaced: key(),
            verifying_until: Some(lac_model::time::Timestamp::from_seconds(1)),
            since_size: 7,
            verifier: None,
            statement: None,
            audit_seq: Some(7),
        });
        survives(&Retired {
            kid: key(),
            purpose: "audit".to_owned(),
            changed: true,
            replaced_by: Some(key()),
            verifier: Some("name+0+A".to_owned()),
            statement: Some("lac key change 1\n".to_owned()),
            sessions_ended: 0,
            audit_seq: None,
        });
        survives(&KeyChain {
            origin: "shop.example".to_owned(),
            keys: vec![ChainKey {
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

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
pub use verifier::{ChainKey, KeyChain, Verifier, VerifierKey, Verifiers};

//! Consent modes, and whether a login is allowed by a customer's consent.

use serde::{Deserialize, Serialize};

use crate::customer::Consent;
use crate::time::Timestamp;

/// `lac/consent/mode`, the strictest first. Adobe Commerce has opt-in only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentMode {
    /// The customer must grant consent.
    OptIn,
    /// Logins are allowed until the customer refuses.
    OptOut,
    /// Consent is not needed.
    Mandatory,
}

/// Why a customer's consent does not allow a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentDenial {
    /// Consent was not granted, or was refused.
    NotGranted,
    /// Consent was granted until this time, which is over.
    Expired(Timestamp),
}

impl ConsentMode {
    pub const ALL: [Self; 3] = [Self::OptIn, Self::OptOut, Self::Mandatory];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OptIn => "opt-in",
            Self::OptOut => "opt-out",
            Self::Mandatory => "mandatory",
        }
    }

    /// From a config value; an unknown value is the strictest mode.
    pub fn from_config(value: Option<&str>) -> Self {
        let known = Self::ALL.into_iter().find(|m| Some(m.as_str()) == value);
        known.unwrap_or(Self::OptIn)
    }

    /// Whether this consent allows a login at `now`.
    pub fn check(self, consent: &Consent, now: Timestamp) -> Result<(), ConsentDenial> {
        match self {
            Self::Mandatory => return Ok(()),
            Self::OptIn if !consent.granted => return Err(ConsentDenial::NotGranted),
            Self::OptOut if !consent.granted && consent.changed_at.is_some() => {
                return Err(ConsentDenial::NotGranted);
            }
            Self::OptIn | Self::OptOut => {}
        }
        match consent.expired_at(now) {
            Some(until) => Err(ConsentDenial::Expired(until)),
            None => Ok(()),
        }
    }

    /// When a session that relies on this consent must end; `None` for no
    /// limit.
    pub fn session_deadline(self, consent: &Consent) -> Option<Timestamp> {
        let counts = consent.granted && self != Self::Mandatory;
        consent.until.filter(|_| counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn consent(granted: bool, changed: Option<i64>, until: Option<i64>) -> Consent {
        Consent {
            granted,
            changed_at: changed.map(Timestamp::from_micros),
            until: until.map(Timestamp::from_micros),
            ..Consent::default()
        }
    }

    #[test]
    fn each_mode_allows_its_own_cases() {
        let now = Timestamp::from_micros(100);
        let judged = |consent: &Consent| ConsentMode::ALL.map(|mode| mode.check(consent, now));
        let no = Err(ConsentDenial::NotGranted);
        assert_eq!(judged(&consent(false, None, None)), [no, Ok(()), Ok(())]);
        assert_eq!(judged(&consent(false, Some(1), None)), [no, no, Ok(())]);
        assert_eq!(judged(&consent(true, Some(1), None)), [Ok(()); 3]);
        assert_eq!(judged(&consent(true, Some(1), Some(101))), [Ok(()); 3]);
        let over = Err(ConsentDenial::Expired(now));
        let ran_out = consent(true, Some(1), Some(100));
        assert_eq!(judged(&ran_out), [over, over, Ok(())]);
    }

    #[test]
    fn an_unknown_value_is_the_strictest_mode() {
        for mode in ConsentMode::ALL {
            assert_eq!(ConsentMode::from_config(Some(mode.as_str())), mode);
        }
        assert_eq!(ConsentMode::from_config(None), ConsentMode::OptIn);
        assert_eq!(ConsentMode::from_config(Some("always")), ConsentMode::OptIn);
    }

    proptest! {
        /// What a stricter mode allows, a less strict one allows too.
        #[test]
        fn less_strict_modes_allow_more(
            granted: bool, changed: Option<i64>, until: Option<i64>, now: i64
        ) {
            let (consent, now) = (consent(granted, changed, until), Timestamp::from_micros(now));
            let [strict, mild, none] = ConsentMode::ALL.map(|m| m.check(&consent, now).is_ok());
            prop_assert!(none && (mild || !strict));
        }

        /// If a login is allowed now, it stays allowed exactly until the limit.
        #[test]
        fn a_login_is_allowed_exactly_until_the_limit(until: i64, now: i64, later: u32) {
            let consent = consent(true, Some(0), Some(until));
            let now = Timestamp::from_micros(now);
            for mode in [ConsentMode::OptIn, ConsentMode::OptOut] {
                let limit = mode.session_deadline(&consent).expect("a limit");
                prop_assert_eq!(mode.check(&consent, now).is_ok(), now < limit);
                let after = limit.saturating_add(std::time::Duration::from_micros(later.into()));
                prop_assert!(mode.check(&consent, after).is_err());
            }
            prop_assert_eq!(ConsentMode::Mandatory.session_deadline(&consent), None);
        }
    }
}

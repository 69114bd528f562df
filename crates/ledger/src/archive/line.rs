//! One event of an archive or a proof.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::merkle;
use lac_model::audit::EventTexts;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::Result;

/// One event: its record without the two commitments at its end, and for each
/// part either text and salt, from which the commitment is computed, or the
/// commitment alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// The record up to, not including, `,"shopper":`.
    pub record: String,
    pub shopper: PartDisclosure,
    pub staff: PartDisclosure,
}

/// A part of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PartDisclosure {
    /// The exact text, and the 32 bytes of salt in base64.
    Disclosed(String, String),
    /// base64url(SHA-256(0x02 ‖ salt ‖ text)): erased, or not for this reader.
    Withheld(String),
}

impl PartDisclosure {
    pub fn disclose(text: &str, salt: &[u8]) -> Self {
        Self::Disclosed(text.to_owned(), STANDARD.encode(salt))
    }

    /// The text, unless it is withheld.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Disclosed(text, _) => Some(text),
            Self::Withheld(_) => None,
        }
    }

    /// The salt's bytes.
    pub fn salt(&self) -> Option<[u8; 32]> {
        match self {
            Self::Disclosed(_, salt) => STANDARD.decode(salt).ok()?.try_into().ok(),
            Self::Withheld(_) => None,
        }
    }

    /// The commitment as it stands in the record.
    fn commitment(&self) -> Option<String> {
        match self {
            Self::Disclosed(text, _) => {
                let hash = merkle::commitment(&self.salt()?, text.as_bytes());
                Some(URL_SAFE_NO_PAD.encode(hash))
            }
            Self::Withheld(commitment) => {
                let hash = URL_SAFE_NO_PAD.decode(commitment).ok()?;
                (hash.len() == 32).then(|| commitment.clone())
            }
        }
    }

    /// The same without its text.
    #[must_use]
    pub fn withhold(&self) -> Option<Self> {
        self.commitment().map(Self::Withheld)
    }
}

/// An event put together again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredEvent {
    pub record: String,
    pub shopper: Option<String>,
    /// `None` in a proof that withholds it.
    pub staff: Option<String>,
}

/// What stands in for a staff part that a proof withholds.
const WITHHELD_STAFF: &str = r#"{"ip_address":null,"os_account":null,"login_uid":null}"#;

impl EventLine {
    /// From a record with its commitments, and the parts.
    pub fn new(record: &str, shopper: PartDisclosure, staff: PartDisclosure) -> Option<Self> {
        let at = record.rfind(",\"shopper\":\"")?;
        Some(Self {
            record: record[..at].to_owned(),
            shopper,
            staff,
        })
    }

    /// Puts the record together.
    pub fn restore(&self) -> Result<RestoredEvent> {
        let commitments = [&self.shopper, &self.staff].map(PartDisclosure::commitment);
        let [Some(shopper), Some(staff)] = commitments else {
            return Err(Fault::LogTampered {
                what: format!("a salt or a commitment of {} is damaged", self.record),
            });
        };
        let head = &self.record;
        Ok(RestoredEvent {
            record: format!("{head},\"shopper\":\"{shopper}\",\"staff\":\"{staff}\"}}"),
            shopper: self.shopper.text().map(str::to_owned),
            staff: self.staff.text().map(str::to_owned),
        })
    }
}

impl RestoredEvent {
    pub fn texts(&self) -> EventTexts<'_> {
        EventTexts {
            record: &self.record,
            customer_part: self.shopper.as_deref(),
            staff_part: self.staff.as_deref().unwrap_or(WITHHELD_STAFF),
        }
    }

    pub fn leaf(&self) -> Hash {
        merkle::leaf_hash(self.record.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::seal_event;
    use lac_model::audit::{Action, Event};
    use lac_model::time::Timestamp;

    #[test]
    fn event_round_trips_exactly() {
        let mut event = Event::new(Action::LoginIssue);
        event.admin = Some(r#"odd,"shopper":"name"#.to_owned());
        event.reason = Some(r#"said ,"shopper":" once"#.to_owned());
        let time = Timestamp::from_seconds(1);
        let sealed = seal_event(&event, 1, time, None, [[3; 32], [4; 32]]).unwrap();
        let (shopper, salt) = sealed.parts.customer_part.unwrap();
        let (staff, staff_salt) = sealed.parts.staff_part;
        let line = EventLine::new(
            &sealed.record,
            PartDisclosure::disclose(&shopper, &salt),
            PartDisclosure::disclose(&staff, &staff_salt),
        )
        .unwrap();
        let text = serde_json::to_string(&line).unwrap();
        let line: EventLine = serde_json::from_str(&text).unwrap();
        let whole = line.restore().unwrap();
        assert_eq!(whole.record, sealed.record);
        assert_eq!(whole.leaf(), sealed.leaf);
        assert_eq!(whole.shopper.as_deref(), Some(shopper.as_str()));
        let erased = EventLine {
            shopper: line.shopper.withhold().unwrap(),
            ..line
        };
        assert_eq!(erased.restore().unwrap().record, sealed.record);
        assert_eq!(erased.restore().unwrap().shopper, None);
    }

    #[test]
    fn what_is_no_salt_or_commitment_is_refused() {
        for bad in [r#"["text","AAAA"]"#, r#""AAAA""#, r#""not base64url+""#] {
            let part: PartDisclosure = serde_json::from_str(bad).unwrap();
            assert!(part.commitment().is_none(), "{bad}");
        }
    }
}

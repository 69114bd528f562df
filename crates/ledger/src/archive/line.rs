//! One event in an archive or a proof.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::merkle;
use lac_model::audit::EventTexts;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::Result;

/// One event: its record without the two commitments at its end, and the two
/// parts. A shown part has text and salt, from which the reader computes the
/// commitment; of a withheld part there is only the commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// The record up to, not including, `,"shopper":`.
    pub record: String,
    pub shopper: PartDisclosure,
    pub staff: PartDisclosure,
}

/// A part of an event, shown or withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PartDisclosure {
    /// The exact text, and the 32 bytes of salt in base64.
    Disclosed(String, String),
    /// The commitment in base64url without padding (43 characters). The part
    /// was erased, or this reader may not see it.
    Withheld(String),
}

impl PartDisclosure {
    /// Shows a part. `salt` has 32 bytes.
    pub fn disclose(text: &str, salt: &[u8]) -> Self {
        Self::Disclosed(text.to_owned(), STANDARD.encode(salt))
    }

    /// The text, if it is shown.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Disclosed(text, _) => Some(text),
            Self::Withheld(_) => None,
        }
    }

    /// The salt, if the part is shown; also `None` if it is not base64 of 32
    /// bytes.
    pub fn salt(&self) -> Option<[u8; 32]> {
        match self {
            Self::Disclosed(_, salt) => STANDARD.decode(salt).ok()?.try_into().ok(),
            Self::Withheld(_) => None,
        }
    }

    /// The commitment as it is in the record; `None` if salt or commitment are
    /// malformed.
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

    /// The same part without text and salt; `None` if they are malformed.
    #[must_use]
    pub fn withhold(&self) -> Option<Self> {
        self.commitment().map(Self::Withheld)
    }
}

/// An event with its complete record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredEvent {
    /// The complete record.
    pub record: String,
    /// Text of the `shopper` part; `None` if it is withheld.
    pub shopper: Option<String>,
    /// Text of the `staff` part; `None` if it is withheld.
    pub staff: Option<String>,
}

/// The `staff` part that [`RestoredEvent::texts`] gives for a withheld one.
const WITHHELD_STAFF: &str = r#"{"ip_address":null,"os_account":null,"login_uid":null}"#;

impl EventLine {
    /// `record` is complete, with its commitments; `None` if it has none.
    pub fn new(record: &str, shopper: PartDisclosure, staff: PartDisclosure) -> Option<Self> {
        let at = record.rfind(",\"shopper\":\"")?;
        Some(Self {
            record: record[..at].to_owned(),
            shopper,
            staff,
        })
    }

    /// Computes the commitments and puts the record together. `log_tampered` if
    /// a salt or commitment is malformed. Nothing is proven before the leaf is
    /// checked against a root.
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
    /// The texts to decode or to match with a filter.
    pub fn texts(&self) -> EventTexts<'_> {
        EventTexts {
            record: &self.record,
            customer_part: self.shopper.as_deref(),
            staff_part: self.staff.as_deref().unwrap_or(WITHHELD_STAFF),
        }
    }

    /// The leaf of the record.
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
    fn lines_restore_the_exact_record() {
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
    fn malformed_salts_and_commitments_are_refused() {
        for bad in [r#"["text","AAAA"]"#, r#""AAAA""#, r#""not base64url+""#] {
            let part: PartDisclosure = serde_json::from_str(bad).unwrap();
            assert!(part.commitment().is_none(), "{bad}");
        }
    }
}

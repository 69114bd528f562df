//! The manifest beside an export: what the file contains, of which log, and the
//! log's signature over it (`docs/proofs.md`, The manifest).

use serde::{Deserialize, Serialize};

use crate::signing::NoteError;
use crate::signing::keys::{PrivateKey, PublicKey};
use crate::signing::log_keys::LogKeys;
use crate::signing::note;
use lac_model::audit::{EventField, LogVisibility, Selection};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The value of [`Manifest::format`].
pub const MANIFEST_FORMAT: &str = "lac-manifest/1";

/// The manifest of one export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: String,
    /// The file's name, without directories.
    pub file: String,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: String,
    /// The version of `lac` that wrote the file; OCSF rows contain it.
    pub version: String,
    /// `zst` or `gz`; `null` for none.
    pub compression: Option<String>,
    /// Length of the file, after compression.
    pub bytes: u64,
    /// SHA-256 of the file, after compression, in hexadecimal.
    pub sha256: String,
    /// Number of rows, without a header.
    pub rows: u64,
    /// The columns, in the order of the file.
    pub columns: Vec<EventField>,
    /// Whether cells that a spreadsheet would run as formulas got a leading `'`.
    pub formula_guard: bool,
    /// The filter with relative times and names resolved: times in UTC (`until`
    /// exclusive), ids.
    pub filter: Selection,
    /// What the exporter's role scope let them see; `null` for everything.
    pub visible: Option<LogVisibility>,
    /// First and last `seq` that were searched; `null` for none.
    pub window: Option<(u64, u64)>,
    /// The store's name.
    pub origin: String,
    /// The newest signed checkpoint at the time of the export.
    pub checkpoint: String,
    /// The public key that signed manifest and checkpoint, `NAME+ID+KEY`. For
    /// information: verify with a key that you trust.
    pub key: String,
    /// The proof file; `null` for none.
    pub proof: Option<ProofFile>,
    pub exported_at: Timestamp,
    pub exported_by: Exporter,
    /// Signature line (C2SP signed-note) over the canonical JSON (RFC 8785) of
    /// all other members.
    pub signature: String,
}

/// The proof file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    pub strength: ProofStrength,
    /// The proof file's name, without directories.
    pub file: String,
    /// Length of the proof file.
    pub bytes: u64,
    /// SHA-256 of the proof file, in hexadecimal.
    pub sha256: String,
}

/// What a proof proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofStrength {
    /// The rows are genuine.
    Sparse,
    /// The rows are genuine, and no event that matches the filter is missing.
    Range,
}

/// Who exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exporter {
    pub admin: Option<String>,
    pub admin_id: Option<i64>,
    pub role: Option<String>,
    pub os_account: Option<String>,
}

impl Manifest {
    /// The signed text: the manifest without `signature` as canonical JSON (RFC
    /// 8785: sorted keys, no white space), and a newline.
    fn signed_text(&self) -> Result<String> {
        let mut value = serde_json::to_value(self).map_err(Fault::internal)?;
        if let Some(members) = value.as_object_mut() {
            members.remove("signature");
        }
        // serde_json sorts the keys of a `Value` and escapes as RFC 8785 does;
        // all numbers are integers.
        Ok(format!("{value}\n"))
    }

    /// Sets `signature`. Set all other members first.
    pub fn sign(&mut self, key: &PrivateKey) -> Result<()> {
        self.signature = note::sign_text(&self.signed_text()?, &self.origin, key);
        Ok(())
    }

    /// The content of the manifest file.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(Fault::internal)?;
        Ok(format!("{text}\n"))
    }

    /// The key of the log that signed the manifest. The inner error says why
    /// none did.
    pub fn signer(&self, keys: &LogKeys) -> Result<std::result::Result<PublicKey, NoteError>> {
        for key in keys.keys() {
            match self.verify_signature(key)? {
                Ok(()) => return Ok(Ok(key.clone())),
                Err(NoteError::UnknownKey) => {}
                Err(other) => return Ok(Err(other)),
            }
        }
        Ok(Err(NoteError::UnknownKey))
    }

    /// Checks the manifest's signature with one key.
    pub fn verify_signature(&self, key: &PublicKey) -> Result<std::result::Result<(), NoteError>> {
        let text = self.signed_text()?;
        Ok(note::check_signature(
            &text,
            &self.signature,
            &self.origin,
            key,
        ))
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: MANIFEST_FORMAT.to_owned(),
            file: "q4.csv".to_owned(),
            content: "csv".to_owned(),
            version: "1.2.3".to_owned(),
            compression: None,
            bytes: 1,
            sha256: "00".to_owned(),
            rows: 1,
            columns: vec![EventField::Seq],
            formula_guard: true,
            filter: Selection::default(),
            visible: None,
            window: Some((1, 2)),
            origin: "shop.example".to_owned(),
            checkpoint: String::new(),
            key: String::new(),
            proof: None,
            exported_at: Timestamp::from_seconds(0),
            exported_by: Exporter {
                admin: Some("anna".to_owned()),
                admin_id: Some(1),
                role: None,
                os_account: None,
            },
            signature: String::new(),
        }
    }

    #[test]
    fn any_change_invalidates_the_signature() {
        let key = PrivateKey::from_seed([5; 32]);
        let mut signed = manifest();
        signed.sign(&key).unwrap();
        let public = key.public();
        let read: Manifest = serde_json::from_str(&signed.to_text().unwrap()).unwrap();
        assert_eq!(read.verify_signature(&public).unwrap(), Ok(()));
        let changes: [fn(&mut Manifest); 4] = [
            |m| m.rows = 2,
            |m| m.formula_guard = false,
            |m| m.filter.since = Some(Timestamp::from_seconds(0)),
            |m| m.exported_by.admin = None,
        ];
        for change in changes {
            let mut other = read.clone();
            change(&mut other);
            assert!(other.verify_signature(&public).unwrap().is_err());
        }
        let other = PrivateKey::from_seed([6; 32]).public();
        assert_eq!(
            read.verify_signature(&other).unwrap(),
            Err(NoteError::UnknownKey)
        );
    }

    #[test]
    fn signed_text_is_canonical_json() {
        let text = manifest().signed_text().unwrap();
        assert!(
            text.starts_with(r#"{"bytes":1,"checkpoint":"","columns":["seq"],"compression":null"#)
        );
        assert!(text.ends_with("\"window\":[1,2]}\n") && !text.contains("signature"));
    }
}

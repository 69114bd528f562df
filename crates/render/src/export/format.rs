//! What an export is made of: from a file's name, or by name.

use std::io::{BufRead, Read};
use std::path::Path;

use crate::row_encoder::EventRowEncoder;
use lac_ledger::event_log::event_view;
use lac_ledger::export::EventEncoder;
use lac_ledger::fault::log_tampered;
use lac_model::audit::{EventField, RecordFields};
use lac_model::fault::Fault;
use lac_store::Result;

/// What the rows are: comma-separated values, JSON lines, an Excel workbook,
/// OCSF events for a SIEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Csv,
    Jsonl,
    Xlsx,
    Ocsf,
}

/// How the file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    Zst,
    Gz,
}

impl Content {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
            Self::Ocsf => "ocsf",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "xlsx" => Some(Self::Xlsx),
            "ocsf" => Some(Self::Ocsf),
            _ => None,
        }
    }

    /// Whether spreadsheets open it, which run formulas.
    pub fn is_spreadsheet(self) -> bool {
        matches!(self, Self::Csv | Self::Xlsx)
    }
}

impl Compression {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zst => "zst",
            Self::Gz => "gz",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "zst" => Some(Self::Zst),
            "gz" => Some(Self::Gz),
            _ => None,
        }
    }
}

/// Content and compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportFormat {
    pub content: Content,
    pub compression: Option<Compression>,
}

impl ExportFormat {
    /// What the name ends with; `given` counts before it.
    ///
    /// # Errors
    /// `invalid_value` where neither says anything.
    pub fn from_path(path: &Path, given: Option<Content>) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let lower = name.to_ascii_lowercase();
        let (stem, mut ending) = lower.rsplit_once('.').unwrap_or_default();
        let compression = Compression::from_name(ending);
        if compression.is_some() {
            (_, ending) = stem.rsplit_once('.').unwrap_or_default();
        }
        let content = given.or_else(|| Content::from_name(ending));
        let content = content.ok_or_else(|| {
            let reason = format!(
                "`{name}` does not end in .csv, .jsonl, .xlsx or .ocsf: say which it is to be"
            );
            Fault::invalid("--format", reason)
        })?;
        if content == Content::Xlsx && compression.is_some() {
            let reason = "a workbook is compressed already: leave .zst or .gz out";
            return Err(Fault::invalid("FILE", reason));
        }
        Ok(Self {
            content,
            compression,
        })
    }
}

/// What writes the rows of a content, as this version of the program did.
pub fn event_encoder(
    content: Content,
    columns: &[EventField],
    raw: bool,
    version: &str,
) -> Box<dyn EventEncoder> {
    match content {
        Content::Csv => Box::new(PlainEncoder(EventRowEncoder::csv(columns, raw))),
        // A sheet is made of JSON lines by whoever writes it.
        Content::Xlsx => Box::new(PlainEncoder(EventRowEncoder::json(&[]))),
        Content::Jsonl => Box::new(PlainEncoder(EventRowEncoder::json(columns))),
        Content::Ocsf => Box::new(OcsfEncoder(version.to_owned())),
    }
}

/// What comes before the rows.
pub fn file_header(content: Content, columns: &[EventField]) -> String {
    match content {
        Content::Csv => EventRowEncoder::csv(columns, true).header(),
        _ => String::new(),
    }
}

/// A content by its name in a manifest.
pub fn content_by_name(name: &str) -> Option<Content> {
    Content::from_name(name).filter(|content| content.as_str() == name)
}

/// The rows of a file as they were before they were compressed.
///
/// # Errors
/// `io`; `log_tampered` for a compression that is none.
pub fn decompress(
    file: impl BufRead + 'static,
    compression: Option<&str>,
) -> Result<Box<dyn Read>> {
    Ok(match compression.map(Compression::from_name) {
        None => Box::new(file),
        Some(Some(Compression::Zst)) => {
            let plain = zstd::Decoder::with_buffer(file);
            Box::new(plain.map_err(|e| Fault::io("decompressing", e))?)
        }
        Some(Some(Compression::Gz)) => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some(None) => return Err(log_tampered("its manifest names an unknown compression")),
    })
}

struct PlainEncoder(EventRowEncoder);

impl EventEncoder for PlainEncoder {
    fn encode(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.0.write(event, out);
        Ok(())
    }
}

struct OcsfEncoder(String);

impl EventEncoder for OcsfEncoder {
    fn encode(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) -> Result<()> {
        let line = crate::ocsf::to_ocsf(&event_view(event)?, &self.0);
        serde_json::to_writer(&mut *out, &line).map_err(Fault::internal)?;
        out.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_is_inferred_from_file_name() {
        let of = |name: &str| ExportFormat::from_path(Path::new(name), None);
        for (name, content, compression) in [
            ("q4.csv", Content::Csv, None),
            ("/tmp/x.d/Q4.CSV.ZST", Content::Csv, Some(Compression::Zst)),
            ("a.jsonl.gz", Content::Jsonl, Some(Compression::Gz)),
            ("a.xlsx", Content::Xlsx, None),
            ("a.ocsf", Content::Ocsf, None),
        ] {
            let form = of(name).unwrap();
            assert_eq!((form.content, form.compression), (content, compression));
        }
        assert!(of("csv").is_err() && of("csv.gz").is_err());
        assert!(of("q4").is_err() && of("q4.zst").is_err() && of("q4.xlsx.gz").is_err());
        let given = ExportFormat::from_path(Path::new("q4.zst"), Some(Content::Csv)).unwrap();
        assert_eq!(given.compression, Some(Compression::Zst));
    }
}

//! Formats of exports: content and compression, from a file's name or by name.

use std::io::{BufRead, Read};
use std::path::Path;

use crate::row_encoder::EventRowEncoder;
use lac_ledger::event_log::event_view;
use lac_ledger::export::EventEncoder;
use lac_ledger::fault::log_tampered;
use lac_model::audit::{EventField, RecordFields};
use lac_model::fault::Fault;
use lac_store::Result;

/// The format of the rows: CSV, JSON lines, an Excel workbook, or OCSF events
/// for a SIEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Csv,
    Jsonl,
    Xlsx,
    Ocsf,
}

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

    /// Whether the file is opened in a spreadsheet, which would run formulas.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportFormat {
    pub content: Content,
    pub compression: Option<Compression>,
}

impl ExportFormat {
    /// The format that the file's extensions name. A `given` content has
    /// priority over the extension.
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

/// The encoder for the rows of an export. `version` is the version of the
/// program in OCSF records; to verify an old export, pass the version that made
/// it.
pub fn event_encoder(
    content: Content,
    columns: &[EventField],
    raw: bool,
    version: &str,
) -> Box<dyn EventEncoder> {
    match content {
        Content::Csv => Box::new(PlainEncoder(EventRowEncoder::csv(columns, raw))),
        // The writer of workbooks turns JSON lines into rows.
        Content::Xlsx => Box::new(PlainEncoder(EventRowEncoder::json(&[]))),
        Content::Jsonl => Box::new(PlainEncoder(EventRowEncoder::json(columns))),
        Content::Ocsf => Box::new(OcsfEncoder(version.to_owned())),
    }
}

/// The first line of the file, if the content has one.
pub fn file_header(content: Content, columns: &[EventField]) -> String {
    match content {
        Content::Csv => EventRowEncoder::csv(columns, true).header(),
        _ => String::new(),
    }
}

/// The content with this name in a manifest. Other spellings are not accepted.
pub fn content_by_name(name: &str) -> Option<Content> {
    Content::from_name(name).filter(|content| content.as_str() == name)
}

/// Reads an exported file's rows, decompressed. `compression` is its name in
/// the manifest.
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

//! Reads a CSV file row by row, with physical line numbers.

use csv_core::{ReadRecordResult, Reader};

use super::buffer::{InputBuffer, MAX_ITEM_BYTES};
use super::invalid::{InvalidItems, quote_short};
use lac_model::bytes::{find_all, find_either};
use lac_store::Result;

/// The most columns; no export has that many.
const MAX_COLUMNS: usize = 4096;

pub(super) struct CsvReader<'w, 'r> {
    input: &'w mut InputBuffer<'r>,
    core: Reader,
    header: Vec<String>,
    record: Vec<u8>,
    /// Where the fields end in the record, and the number of bytes between
    /// them.
    ends: Vec<usize>,
    separator_bytes: usize,
    columns: usize,
    line: u64,
}

impl<'w, 'r> CsvReader<'w, 'r> {
    pub(super) fn open(buffer: &'w mut InputBuffer<'r>, invalid: &InvalidItems) -> Result<Self> {
        let mut table = Self {
            input: buffer,
            core: Reader::new(),
            header: Vec::new(),
            record: Vec::new(),
            ends: Vec::new(),
            separator_bytes: 0,
            columns: 0,
            line: 1,
        };
        if !table.next_row(invalid)? {
            return Err(invalid.file_fault("it is empty: not even a header"));
        }
        let names = (0..table.columns).map(|i| std::str::from_utf8(table.bytes(i)));
        let names: std::result::Result<Vec<&str>, _> = names.collect();
        let names = names.map_err(|_| invalid.file_fault("line 1: the header is not UTF-8"))?;
        table.header = names.iter().map(|name| name.trim().to_owned()).collect();
        if let [only] = table.header.as_slice()
            && only.contains([';', '\t'])
        {
            return Err(invalid.file_fault("line 1: the fields are not separated by commas"));
        }
        Ok(table)
    }

    /// The index of a column, if there is one. Fails if there are two.
    pub(super) fn column(&self, name: &str, invalid: &InvalidItems) -> Result<Option<usize>> {
        let mut places = self.header.iter().enumerate().filter(|(_, n)| *n == name);
        let first = places.next().map(|(at, _)| at);
        if places.next().is_some() {
            return Err(invalid.file_fault(&format!("line 1: the column {name} is there twice")));
        }
        Ok(first)
    }

    /// Reads the next row that is not blank. `false` at the end of the file.
    pub(super) fn next_row(&mut self, invalid: &InvalidItems) -> Result<bool> {
        self.skip_blank()?;
        self.line = self.core.line();
        if self.read_plain_line() {
            return Ok(true);
        }
        let (mut filled, mut fields, mut quotes) = (0, 0, 0);
        self.separator_bytes = 0;
        self.record.resize(self.record.len().max(4096), 0);
        self.ends.resize(self.ends.len().max(64), 0);
        loop {
            if self.input.bytes().is_empty() {
                self.input.fill()?;
            }
            let input = self.input.bytes();
            let was_end = input.is_empty();
            let (result, took, wrote, ended) =
                self.core
                    .read_record(input, &mut self.record[filled..], &mut self.ends[fields..]);
            quotes += memchr::memchr_iter(b'"', &input[..took]).count();
            self.input.skip(took);
            (filled, fields) = (filled + wrote, fields + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.record.len() < MAX_ITEM_BYTES => {
                    self.record.resize(self.record.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if fields < MAX_COLUMNS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => {
                    let name = self.column_name(fields);
                    return Err(invalid.file_fault(&format!(
                        "line {}: {name}: longer than 16 MiB (is a quote not closed?)",
                        self.line
                    )));
                }
                ReadRecordResult::OutputEndsFull => {
                    let line = self.line;
                    return Err(invalid.file_fault(&format!("line {line}: too many fields")));
                }
                ReadRecordResult::Record if was_end && quotes % 2 == 1 => {
                    let line = self.line;
                    return Err(invalid.file_fault(&format!("line {line}: a quote is not closed")));
                }
                ReadRecordResult::Record => {
                    self.columns = fields;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Reads the next row if it is a whole line in the buffer without quotes,
    /// where commas are all there is to find.
    fn read_plain_line(&mut self) -> bool {
        let input = self.input.bytes();
        let Some(end) = memchr::memchr(b'\n', input) else {
            return false;
        };
        let line = input[..end].strip_suffix(b"\r").unwrap_or(&input[..end]);
        if line.len() > MAX_ITEM_BYTES || find_either(line, b'"', b'\r').is_some() {
            return false;
        }
        self.ends.clear();
        find_all(line, b',', &mut self.ends);
        self.ends.push(line.len());
        self.columns = self.ends.len();
        if self.columns > MAX_COLUMNS {
            return false;
        }
        self.separator_bytes = 1;
        self.record.clear();
        self.record.extend_from_slice(line);
        self.input.skip(end + 1);
        self.core.set_line(self.line + 1);
        true
    }

    /// Skips blank lines before a row, and counts them.
    fn skip_blank(&mut self) -> Result<()> {
        while let Some(byte @ (b'\n' | b'\r')) = self.input.peek()? {
            self.input.skip(1);
            if byte == b'\n' {
                self.core.set_line(self.core.line() + 1);
            }
        }
        Ok(())
    }

    /// The physical line on which the row starts.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many fields the row has.
    pub(super) fn width(&self) -> usize {
        self.columns
    }

    /// The problem if the row has not as many fields as the header.
    pub(super) fn width_mismatch(&self) -> Option<String> {
        let (has, wants) = (self.width(), self.header.len());
        (has != wants).then(|| format!("the row has {has} fields, the header {wants}"))
    }

    /// A field of the row, as bytes.
    pub(super) fn bytes(&self, column: usize) -> &[u8] {
        let start = match column {
            0 => 0,
            _ => self.ends[column - 1] + self.separator_bytes,
        };
        &self.record[start..self.ends[column]]
    }

    fn column_name(&self, column: usize) -> String {
        match self.header.get(column) {
            Some(name) => quote_short(name),
            None => format!("field {}", column + 1),
        }
    }
}

//! Stores checked rows until the store is locked: in memory while they are few,
//! then in a temporary file without a name.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{Result, Store};

/// The most bytes of rows that are kept in memory.
const MAX_IN_MEMORY: usize = 4 * 1024 * 1024;

/// Rows in the order in which they were added.
pub(super) struct RowSpool<'s> {
    store: &'s dyn Store,
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    length: u64,
    rows: u64,
}

impl<'s> RowSpool<'s> {
    pub(super) fn new(store: &'s dyn Store) -> Self {
        Self {
            store,
            memory: Vec::new(),
            file: None,
            length: 0,
            rows: 0,
        }
    }

    /// How many rows there are.
    pub(super) fn row_count(&self) -> u64 {
        self.rows
    }

    /// Adds a row. Returns its position.
    pub(super) fn push(&mut self, row: &[u8]) -> Result<u64> {
        let place = self.length;
        let length = u32::try_from(row.len()).map_err(Fault::internal)?;
        if self.file.is_none() && self.memory.len() + row.len() > MAX_IN_MEMORY {
            let mut file = BufWriter::with_capacity(1 << 17, self.store.scratch_file()?);
            file.write_all(&self.memory).map_err(scratch_file_fault)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        if let Some(file) = &mut self.file {
            file.write_all(&length.to_le_bytes())
                .and_then(|()| file.write_all(row))
                .map_err(scratch_file_fault)?;
        } else {
            self.memory.extend_from_slice(&length.to_le_bytes());
            self.memory.extend_from_slice(row);
        }
        self.length += 4 + u64::from(length);
        self.rows += 1;
        Ok(place)
    }

    /// Reads the rows from the one at `place` on.
    pub(super) fn rows_from(&mut self, place: u64) -> Result<SpooledRows<'_>> {
        let input: Box<dyn Read + '_> = if let Some(file) = &mut self.file {
            file.flush().map_err(scratch_file_fault)?;
            let file = file.get_mut();
            file.seek(SeekFrom::Start(place))
                .map_err(scratch_file_fault)?;
            Box::new(BufReader::with_capacity(1 << 17, file))
        } else {
            let place = usize::try_from(place).map_err(Fault::internal)?;
            Box::new(self.memory.get(place..).unwrap_or_default())
        };
        Ok(SpooledRows {
            input,
            bytes_left: self.length.saturating_sub(place),
            row: Vec::new(),
        })
    }
}

/// Reads rows from a spool, to which no row can be added meanwhile.
pub(super) struct SpooledRows<'f> {
    input: Box<dyn Read + 'f>,
    bytes_left: u64,
    row: Vec<u8>,
}

impl SpooledRows<'_> {
    /// The next row's bytes.
    pub(super) fn next_row(&mut self) -> Result<Option<&[u8]>> {
        if self.bytes_left == 0 {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.input
            .read_exact(&mut length)
            .map_err(scratch_file_fault)?;
        let length = u32::from_le_bytes(length);
        self.row.resize(length as usize, 0);
        self.input
            .read_exact(&mut self.row)
            .map_err(scratch_file_fault)?;
        self.bytes_left = self.bytes_left.saturating_sub(4 + u64::from(length));
        Ok(Some(&self.row))
    }
}

fn scratch_file_fault(error: std::io::Error) -> Fault {
    Fault::io("the scratch file", error)
}

/// Encodes the fields of a row.
#[derive(Debug, Default)]
pub(super) struct RowEncoder(pub Vec<u8>);

impl RowEncoder {
    pub(super) fn int(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn optional_int(&mut self, number: Option<i64>) {
        self.0.push(u8::from(number.is_some()));
        if let Some(number) = number {
            self.int(number);
        }
    }

    pub(super) fn time(&mut self, time: Option<Timestamp>) {
        self.optional_int(time.map(Timestamp::micros));
    }

    pub(super) fn flag(&mut self, flag: Option<bool>) {
        self.0.push(flag.map_or(2, u8::from));
    }

    /// At most 65 534 bytes; the caller checks the length of the field.
    pub(super) fn text(&mut self, text: Option<&str>) {
        let length = text.map_or(u16::MAX, |t| u16::try_from(t.len()).unwrap_or(u16::MAX - 1));
        self.0.extend_from_slice(&length.to_le_bytes());
        let bytes = text.unwrap_or_default().as_bytes();
        let fits = bytes.len().min(usize::from(u16::MAX - 1));
        self.0.extend_from_slice(&bytes[..fits]);
    }
}

/// Decodes the fields in the order in which they were encoded.
#[derive(Debug)]
pub(super) struct RowDecoder<'a>(pub &'a [u8]);

impl<'a> RowDecoder<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| Fault::internal("a spooled row is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn int(&mut self) -> Result<i64> {
        let bytes = self.take(8)?.try_into().map_err(Fault::internal)?;
        Ok(i64::from_le_bytes(bytes))
    }

    pub(super) fn optional_int(&mut self) -> Result<Option<i64>> {
        match self.take(1)? {
            [0] => Ok(None),
            _ => self.int().map(Some),
        }
    }

    pub(super) fn time(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.optional_int()?.map(Timestamp::from_micros))
    }

    pub(super) fn flag(&mut self) -> Result<Option<bool>> {
        Ok(match self.take(1)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        })
    }

    pub(super) fn text(&mut self) -> Result<Option<&'a str>> {
        let bytes = self.take(2)?.try_into().map_err(Fault::internal)?;
        let length = u16::from_le_bytes(bytes);
        if length == u16::MAX {
            return Ok(None);
        }
        let bytes = self.take(usize::from(length))?;
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(Fault::internal)
    }
}

//! The columns of a record.

use super::page::read_varint;
use super::reader::Unusual;
use lac_store::Cell;

/// Splits a record into exactly `N` columns, which must fill it.
#[inline]
pub(super) fn split_record<const N: usize>(record: &[u8]) -> Result<[Cell<'_>; N], Unusual> {
    let (header, mut at) = read_varint(record, 0)?;
    let header = usize::try_from(header).map_err(|_| Unusual)?;
    let mut body = header;
    let mut cells = [Cell::Null; N];
    for cell in &mut cells {
        if at >= header {
            return Err(Unusual);
        }
        let (kind, next) = read_varint(record, at)?;
        at = next;
        let (value, end) = read_value(record, body, kind)?;
        *cell = value;
        body = end;
    }
    (at == header && body == record.len())
        .then_some(cells)
        .ok_or(Unusual)
}

/// A value of a serial type, and the position after it.
#[inline]
fn read_value(record: &[u8], start: usize, kind: u64) -> Result<(Cell<'_>, usize), Unusual> {
    let length = match kind {
        0 => return Ok((Cell::Null, start)),
        8 => return Ok((Cell::Integer(0), start)),
        9 => return Ok((Cell::Integer(1), start)),
        1..=4 => usize::try_from(kind).map_err(|_| Unusual)?,
        5 => 6,
        6 => 8,
        // A real number or a reserved type: no column has one.
        7 | 10 | 11 => return Err(Unusual),
        12.. => usize::try_from((kind - 12) / 2).map_err(|_| Unusual)?,
    };
    let end = start.checked_add(length).ok_or(Unusual)?;
    let bytes = record.get(start..end).ok_or(Unusual)?;
    let value = match kind {
        1..=6 => Cell::Integer(read_integer(bytes)),
        _ if kind.is_multiple_of(2) => Cell::Blob(bytes),
        _ => Cell::Text(bytes),
    };
    Ok((value, end))
}

/// A signed number with the highest byte first.
#[inline]
fn read_integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|b| *b >= 0x80) {
        -1
    } else {
        0
    };
    bytes
        .iter()
        .fold(sign, |value, byte| value << 8 | i64::from(*byte))
}

//! Hashes, and a search in texts that looks at eight bytes at a time. Most
//! values are so short that calling a vectorised search would cost more.

/// A SHA-256 hash.
pub type Hash = [u8; 32];

const LOW_BITS: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// The position, from `from` on, of the first quote, backslash or control
/// character: the end of the plain part of a JSON string.
#[inline]
pub fn find_json_special(bytes: &[u8], from: usize) -> Option<usize> {
    find_first(
        bytes,
        from,
        |word| mark_below_space(word) | mark_equal(word, b'"') | mark_equal(word, b'\\'),
        |byte| matches!(byte, 0..0x20 | b'"' | b'\\'),
    )
}

/// The position of the first byte that is `a` or `b`.
#[inline]
pub fn find_either(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    find_first(
        bytes,
        0,
        |word| mark_equal(word, a) | mark_equal(word, b),
        |byte| byte == a || byte == b,
    )
}

/// The position of the first match. `word` sets the high bit of each matching
/// byte in eight bytes; it may set wrong bits, but only above a right one.
/// `byte` tests a single byte.
#[inline]
fn find_first(
    bytes: &[u8],
    from: usize,
    word: impl Fn(u64) -> u64,
    byte: impl Fn(u8) -> bool,
) -> Option<usize> {
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let marks = word(u64::from_le_bytes(*eight));
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?.iter();
    rest.copied().position(byte).map(|found| at + found)
}

/// Marks the bytes with this value (Mycroft's test: only bytes above a match
/// can be marked wrongly).
#[inline]
fn mark_equal(word: u64, value: u8) -> u64 {
    let differing = word ^ u64::from_le_bytes([value; 8]);
    differing.wrapping_sub(LOW_BITS) & !differing & HIGH_BITS
}

/// Marks the bytes below 0x20 in the same way.
#[inline]
fn mark_below_space(word: u64) -> u64 {
    word.wrapping_sub(LOW_BITS * 0x20) & !word & HIGH_BITS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_loop_finds(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), Just(b'"'), Just(b'\\'), Just(0x1f), Just(0x20), Just(b',')],
                0..40,
            ),
            from in 0_usize..45,
        ) {
            let slow = (from..bytes.len()).find(|at| matches!(bytes[*at], 0..0x20 | b'"' | b'\\'));
            prop_assert_eq!(find_json_special(&bytes, from), slow);
            let slow = bytes.iter().position(|byte| matches!(byte, b',' | b'\\'));
            prop_assert_eq!(find_either(&bytes, b',', b'\\'), slow);
        }
    }
}

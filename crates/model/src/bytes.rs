//! Bytes: digests, and looking at text eight bytes at a time. Most values are shorter than what pays
//! for a call of a vectorised search.

/// A SHA-256 digest: a leaf, an inner node, a root or a commitment.
pub type Hash = [u8; 32];

const LOW_BITS: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// Where the plain part of a JSON string ends that begins at `from`: at a quote,
/// a backslash or a control character.
#[inline]
pub fn find_json_special(bytes: &[u8], from: usize) -> Option<usize> {
    find_first(
        bytes,
        from,
        |word| mark_below_space(word) | mark_equal(word, b'"') | mark_equal(word, b'\\'),
        |byte| matches!(byte, 0..0x20 | b'"' | b'\\'),
    )
}

/// Where the first byte is that is `a` or `b`.
#[inline]
pub fn find_either(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    find_first(
        bytes,
        0,
        |word| mark_equal(word, a) | mark_equal(word, b),
        |byte| byte == a || byte == b,
    )
}

/// The first byte that fits. `word` marks the high bit of those that fit, and
/// may mark wrong ones above a right one; `byte` is the same for one byte.
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

/// Marks bytes of that value (Mycroft's test: only what lies above a byte that
/// fits can be marked wrongly).
#[inline]
fn mark_equal(word: u64, value: u8) -> u64 {
    let differing = word ^ u64::from_le_bytes([value; 8]);
    differing.wrapping_sub(LOW_BITS) & !differing & HIGH_BITS
}

/// Marks bytes below 0x20, in the same way.
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

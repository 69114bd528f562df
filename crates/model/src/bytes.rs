//! Hashes, and a search in texts that looks at sixteen bytes at a time. Most
//! values are so short that calling a search for long texts would cost more.

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The number of bytes that are compared at once.
pub const BLOCK_BYTES: usize = 16;
/// As many bytes as are compared at once.
pub type Block = [u8; BLOCK_BYTES];

#[cfg(not(target_arch = "x86_64"))]
use portable as blocks;
#[cfg(target_arch = "x86_64")]
use sse2 as blocks;

/// A bit for each quote, backslash and control character; the first byte has
/// the lowest bit.
#[inline]
pub fn mark_json_special(block: &Block) -> u32 {
    blocks::mark_json_special(block)
}

/// A bit for each byte that is `a` or `b`; the first byte has the lowest bit.
#[inline]
pub fn mark_either(block: &Block, a: u8, b: u8) -> u32 {
    blocks::mark_either(block, a, b)
}

/// The position, from `from` on, of the first quote, backslash or control
/// character: the end of the plain part of a JSON string.
#[inline]
pub fn find_json_special(bytes: &[u8], from: usize) -> Option<usize> {
    find_marked(bytes, from, mark_json_special, |byte| {
        matches!(byte, 0..0x20 | b'"' | b'\\')
    })
}

/// The position of the first byte that is `a` or `b`.
#[inline]
pub fn find_either(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    find_marked(
        bytes,
        0,
        |block| mark_either(block, a, b),
        |byte| byte == a || byte == b,
    )
}

/// Adds the positions of all bytes that are `value`.
pub fn find_all(bytes: &[u8], value: u8, positions: &mut Vec<usize>) {
    let mut start = 0;
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk() {
        let mut marks = mark_either(block, value, value);
        while marks != 0 {
            positions.push(start + marks.trailing_zeros() as usize);
            marks &= marks - 1;
        }
        start += BLOCK_BYTES;
        rest = after;
    }
    let found = rest.iter().enumerate().filter(|(_, byte)| **byte == value);
    positions.extend(found.map(|(at, _)| start + at));
}

/// The position of the first match, from `from` on. `mark` sets a bit for each
/// matching byte of a block. `matches` tests a single byte.
#[inline]
fn find_marked(
    bytes: &[u8],
    from: usize,
    mark: impl Fn(&Block) -> u32,
    matches: impl Fn(u8) -> bool,
) -> Option<usize> {
    let mut at = from;
    while let Some(block) = bytes.get(at..)?.first_chunk() {
        let marks = mark(block);
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize);
        }
        at += BLOCK_BYTES;
    }
    // The last block overlaps the one before it.
    if let Some(block) = bytes.last_chunk() {
        let start = bytes.len() - BLOCK_BYTES;
        let marks = mark(block) >> (at - start);
        return (marks != 0).then(|| at + marks.trailing_zeros() as usize);
    }
    let mut rest = bytes.get(at..)?.iter();
    rest.position(|byte| matches(*byte)).map(|found| at + found)
}

/// Every x86-64 processor has these instructions.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use safe_arch::{
        bitor_m128i, cmp_eq_mask_i8_m128i, load_unaligned_m128i, m128i, min_u8_m128i,
        move_mask_i8_m128i, set_splat_i8_m128i,
    };

    use super::Block;

    #[inline]
    fn equal(bytes: m128i, value: u8) -> m128i {
        cmp_eq_mask_i8_m128i(bytes, set_splat_i8_m128i(value.cast_signed()))
    }

    #[inline]
    fn bits(marks: m128i) -> u32 {
        move_mask_i8_m128i(marks).cast_unsigned()
    }

    #[inline]
    pub(super) fn mark_json_special(block: &Block) -> u32 {
        let bytes = load_unaligned_m128i(block);
        let at_most_last_control = min_u8_m128i(bytes, set_splat_i8_m128i(0x1f));
        let is_control = cmp_eq_mask_i8_m128i(at_most_last_control, bytes);
        let is_other = bitor_m128i(equal(bytes, b'"'), equal(bytes, b'\\'));
        bits(bitor_m128i(is_control, is_other))
    }

    #[inline]
    pub(super) fn mark_either(block: &Block, a: u8, b: u8) -> u32 {
        let bytes = load_unaligned_m128i(block);
        bits(bitor_m128i(equal(bytes, a), equal(bytes, b)))
    }
}

/// The same with ordinary arithmetic on eight bytes at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::Block;

    const LOW_SEVEN_BITS: u64 = u64::from_le_bytes([0x7f; 8]);
    const CONTROL_BITS: u64 = u64::from_le_bytes([0xe0; 8]);

    #[inline]
    fn halves(block: &Block) -> [u64; 2] {
        [block.first_chunk(), block.last_chunk()]
            .map(|half| half.map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    /// Sets the high bit of each byte that is zero.
    #[inline]
    fn zero_bytes(word: u64) -> u64 {
        // No carry crosses into the next byte.
        !(((word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | word | LOW_SEVEN_BITS)
    }

    #[inline]
    fn equal(word: u64, value: u8) -> u64 {
        zero_bytes(word ^ u64::from_le_bytes([value; 8]))
    }

    /// Gathers the high bits of eight bytes.
    #[inline]
    fn gather(marks: u64) -> u32 {
        let [.., bits] = (marks >> 7)
            .wrapping_mul(0x0102_0408_1020_4080)
            .to_le_bytes();
        bits.into()
    }

    #[inline]
    fn mark(block: &Block, marks: impl Fn(u64) -> u64) -> u32 {
        let [low, high] = halves(block).map(|word| gather(marks(word)));
        low | high << 8
    }

    #[inline]
    pub(super) fn mark_json_special(block: &Block) -> u32 {
        mark(block, |word| {
            zero_bytes(word & CONTROL_BITS) | equal(word, b'"') | equal(word, b'\\')
        })
    }

    #[inline]
    pub(super) fn mark_either(block: &Block, a: u8, b: u8) -> u32 {
        mark(block, |word| equal(word, a) | equal(word, b))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_special(byte: u8) -> bool {
        matches!(byte, 0..0x20 | b'"' | b'\\')
    }

    fn texts(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
        const NEAR: [u8; 10] = [b'"', b'\\', 0x1f, 0x20, b',', 0, 0x7f, 0x80, 0xa2, 0xff];
        let byte = prop_oneof![
            4 => any::<u8>(),
            4 => Just(b'x'),
            1 => proptest::sample::select(&NEAR[..]),
        ];
        proptest::collection::vec(byte, length)
    }

    proptest! {
        #[test]
        fn it_finds_what_a_loop_finds(bytes in texts(0..100), from in 0_usize..110) {
            let slow = (from..bytes.len()).find(|at| is_special(bytes[*at]));
            prop_assert_eq!(find_json_special(&bytes, from), slow);
            let slow = bytes.iter().position(|byte| matches!(byte, b',' | b'\\'));
            prop_assert_eq!(find_either(&bytes, b',', b'\\'), slow);
            let mut found = Vec::new();
            find_all(&bytes, b',', &mut found);
            let slow: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b',').collect();
            prop_assert_eq!(found, slow);
        }

        /// With the processor's instructions and without them.
        #[test]
        fn it_marks_exactly_the_bytes_that_match(bytes in texts(BLOCK_BYTES)) {
            let block: &Block = bytes.first_chunk().unwrap();
            let marks = |test: fn(u8) -> bool| {
                let bits = block.iter().enumerate();
                bits.fold(0, |marks, (at, byte)| marks | u32::from(test(*byte)) << at)
            };
            let special = marks(is_special);
            prop_assert_eq!(mark_json_special(block), special);
            prop_assert_eq!(portable::mark_json_special(block), special);
            let either = marks(|byte| matches!(byte, b',' | b'\\'));
            prop_assert_eq!(mark_either(block, b',', b'\\'), either);
            prop_assert_eq!(portable::mark_either(block, b',', b'\\'), either);
        }
    }
}

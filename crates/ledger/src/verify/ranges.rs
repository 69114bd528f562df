//! Ranges of seqs, `[first, last]`, both inclusive.

use crate::archive::EVENTS_PER_FRAME;

/// Events that one piece of work has at most.
const CHUNK_EVENTS: u64 = 8 * EVENTS_PER_FRAME;

/// Splits a range into pieces of work.
pub(super) fn split_range([first, last]: [u64; 2]) -> Vec<[u64; 2]> {
    let starts = (first..=last).step_by(usize::try_from(CHUNK_EVENTS).unwrap_or(1));
    starts
        .map(|from| [from, (from + CHUNK_EVENTS - 1).min(last)])
        .collect()
}

/// Sorts ranges and joins those that overlap or touch.
pub(super) fn merge_ranges(mut ranges: Vec<[u64; 2]>) -> Vec<[u64; 2]> {
    ranges.sort_unstable();
    let mut all: Vec<[u64; 2]> = Vec::new();
    for [first, last] in ranges {
        match all.last_mut() {
            Some([_, end]) if first <= *end + 1 => *end = last.max(*end),
            _ => all.push([first, last]),
        }
    }
    all
}

/// The parts of `ranges` that are not in `others`. Both are sorted and do not
/// overlap.
pub(super) fn subtract_ranges(ranges: &[[u64; 2]], others: &[[u64; 2]]) -> Vec<[u64; 2]> {
    let mut rest = Vec::new();
    for [first, last] in ranges {
        let mut from = *first;
        let start = others.partition_point(|[_, end]| *end < from);
        for [begin, end] in &others[start..] {
            if *begin > *last {
                break;
            }
            if *begin > from {
                rest.push([from, begin - 1]);
            }
            from = from.max(end + 1);
        }
        if from <= *last {
            rest.push([from, *last]);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtracting_and_merging_ranges() {
        let all = merge_ranges(vec![[5, 9], [1, 3], [4, 4], [20, 20]]);
        assert_eq!(all, [[1, 9], [20, 20]]);
        assert_eq!(subtract_ranges(&all, &[[2, 3], [8, 30]]), [[1, 1], [4, 7]]);
        assert_eq!(subtract_ranges(&all, &[]), all);
        assert_eq!(subtract_ranges(&[], &all), [[0, 0]; 0]);
    }
}

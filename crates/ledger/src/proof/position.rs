//! The path from a node up to the root, by positions only.

/// On which side of the current node the next hash of a proof is.
pub(super) enum Side {
    Left,
    Right,
}

/// A node on the path to the root: its index in its level, and that of the
/// level's last node (`fn` and `sn` of RFC 9162, section 2.1.3.2).
pub(super) struct NodePosition {
    index: u64,
    last: u64,
}

impl NodePosition {
    /// Starts at leaf `at` of a tree whose last leaf is `last`; `at <= last`.
    pub(super) fn new(at: u64, last: u64) -> Self {
        Self { index: at, last }
    }

    /// Starts at the root of the largest complete subtree that ends with leaf
    /// `at` (steps 3 and 4 of RFC 9162, section 2.1.4.2).
    pub(super) fn from_end_of_subtree(at: u64, last: u64) -> Self {
        let mut climb = Self::new(at, last);
        climb.move_up(at.trailing_ones());
        climb
    }

    pub(super) fn is_at_root(&self) -> bool {
        self.last == 0
    }

    /// Moves up past one hash of the proof; `None` at the root.
    pub(super) fn next_side(&mut self) -> Option<Side> {
        if self.is_at_root() {
            return None;
        }
        let is_left_child = self.index.is_multiple_of(2);
        if is_left_child && self.index != self.last {
            self.move_up(1);
            return Some(Side::Right);
        }
        // The last node of a level has no sibling if it is a left child; it
        // stays the same in the levels above until it is a right child. `index`
        // is not 0 here, because `last` is not.
        self.move_up(self.index.trailing_zeros() + 1);
        Some(Side::Left)
    }

    fn move_up(&mut self, levels: u32) {
        // A shift by 64 or more goes above every node.
        self.index = self.index.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}

//! The way from a node up to the root, told by positions alone.

/// On which side of the node reached so far the next hash of a proof belongs.
pub(super) enum Side {
    Left,
    Right,
}

/// A node on its way to the root: its position in its level, and that of the
/// level's last node (`fn` and `sn` of RFC 9162, section 2.1.3.2).
pub(super) struct NodePosition {
    index: u64,
    last: u64,
}

impl NodePosition {
    /// Starts at a leaf of a tree whose last leaf is `last`; `at` is not above.
    pub(super) fn new(at: u64, last: u64) -> Self {
        Self { index: at, last }
    }

    /// Starts at the root of the largest perfect subtree that ends with the
    /// leaf `at` (steps 3 and 4 of RFC 9162, section 2.1.4.2).
    pub(super) fn from_end_of_subtree(at: u64, last: u64) -> Self {
        let mut climb = Self::new(at, last);
        climb.move_up(at.trailing_ones());
        climb
    }

    /// Whether the root is reached.
    pub(super) fn is_at_root(&self) -> bool {
        self.last == 0
    }

    /// Takes in one hash of the proof; `None` when the root is reached already.
    pub(super) fn next_side(&mut self) -> Option<Side> {
        if self.is_at_root() {
            return None;
        }
        let is_left_child = self.index.is_multiple_of(2);
        if is_left_child && self.index != self.last {
            self.move_up(1);
            return Some(Side::Right);
        }
        // The last node of a level, when it is a left child, has no sibling
        // and stands unchanged in the levels above, until it is a right one.
        // `at` is not 0 here, since `last` is not.
        self.move_up(self.index.trailing_zeros() + 1);
        Some(Side::Left)
    }

    fn move_up(&mut self, levels: u32) {
        // 64 levels are above every node there is.
        self.index = self.index.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}

//! Finds the end of a JSON value.

/// Finds the end of a JSON value without parsing it.
#[derive(Debug, Default)]
pub(super) struct JsonScanner {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl JsonScanner {
    /// Whether the value may end at the end of the file, as a number does.
    pub(super) fn may_end_here(&self) -> bool {
        self.depth == 0 && !self.in_string
    }

    /// The length of the value if it ends within `bytes`. The first `seen`
    /// bytes were scanned before.
    pub(super) fn find_end(&mut self, bytes: &[u8], seen: usize) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate().skip(seen) {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return Some(at + 1),
                b',' | b':' | b'}' | b']' if self.depth == 0 => return Some(at),
                _ if self.depth == 0 && byte.is_ascii_whitespace() => return Some(at),
                _ => {}
            }
        }
        None
    }
}

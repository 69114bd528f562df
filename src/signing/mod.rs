//! Floor 2: keys, login tokens, signed checkpoints.

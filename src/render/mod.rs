//! Floor 3: what results look like.
pub mod safe;

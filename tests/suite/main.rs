//! Black-box tests: real processes on real temporary stores, with a fixed
//! clock and seed. Each module tells one story.

mod foundation;
mod support;

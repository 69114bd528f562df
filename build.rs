//! Links the program at a fixed address.
//!
//! A position-independent executable of this size brings some 25,000
//! relocations, which the loader works off at every start: a millisecond and
//! a half of a command that takes three (docs/performance.md).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}

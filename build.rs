//! Links the program so that it starts quickly (docs/performance.md).
//!
//! At a fixed address: a position-independent executable of this size brings
//! some 25,000 relocations, which the loader works off at every start, a
//! millisecond and a half of a command that takes three.
//!
//! With GCC's unwinding inside, where its static library is installed: opening
//! and linking `libgcc_s.so` costs each start a tenth of a millisecond.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // A compiler for another machine would find its own library.
    let is_native = std::env::var("HOST").ok() == std::env::var("TARGET").ok();
    if let (true, Some(library), Ok(out)) = (
        is_native,
        static_unwinder(),
        std::env::var("OUT_DIR").map(PathBuf::from),
    ) {
        // `-lgcc_s` finds this script first, and the script names the static
        // library.
        let script = format!("INPUT(\"{}\")\n", library.display());
        if std::fs::write(out.join("libgcc_s.so"), script).is_ok() {
            println!("cargo:rustc-link-arg-bins=-L{}", out.display());
        }
    }
}

/// The path of `libgcc_eh.a`, if there is one.
fn static_unwinder() -> Option<PathBuf> {
    let answer = Command::new("cc")
        .arg("-print-file-name=libgcc_eh.a")
        .output()
        .ok()?;
    let path = String::from_utf8(answer.stdout).ok()?;
    let path = Path::new(path.trim());
    (path.is_absolute() && path.exists()).then(|| path.to_path_buf())
}

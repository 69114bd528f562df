//! Killed or concurrent exports leave the old file or a new one, always
//! complete.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::{bytes, export, files_beside_store, manifest, path, sha256, store_with_customers};

/// Killed without warning at forty moments from start to end.
#[test]
fn a_killed_export_leaves_the_old_or_the_new_file() {
    let store = store_with_customers(2000);
    // Neither file contains events of exports, so they are always the same.
    let old = ["--action-group", "stores"];
    let new = ["--action-group", "consent,customers", "--proof", "range"];
    let sum = |flags: &[&str]| {
        export(&store, "q4.csv", flags);
        sha256(&bytes(&store, "q4.csv"))
    };
    let news = sum(&new);
    let olds = sum(&old);
    let file = path(&store, "q4.csv");
    let args = [&["log", "export", &file], &new[..]].concat();
    let begun = Instant::now();
    store.run_ok(&args);
    let whole = begun.elapsed() + Duration::from_millis(10);
    let (mut kept, mut replaced) = (0, 0);
    for step in 0..40 {
        export(&store, "q4.csv", &old);
        let mut command = store.command(&args);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("lac starts");
        thread::sleep(whole * step / 40);
        let _ = child.kill();
        let _ = child.wait();
        let found = sha256(&bytes(&store, "q4.csv"));
        assert!(found == olds || found == news, "half a file, step {step}");
        let claimed = manifest(&store, "q4.csv")["sha256"].clone();
        assert!(claimed == olds || claimed == news, "half a manifest");
        kept += u32::from(found == olds);
        replaced += u32::from(found == news);
    }
    assert!(kept > 0, "{kept} kept, {replaced} replaced");
    // The log is intact, and the next export leaves no temporary files.
    store.run_ok(&["doctor", "-q"]);
    assert_eq!(sum(&new), news);
    let names = ["q4.csv", "q4.csv.manifest.json", "q4.csv.proof"];
    assert_eq!(files_beside_store(&store), names);
}

/// The last one wins, with file, proof and manifest of the same export.
#[test]
fn concurrent_exports_leave_one_complete_export() {
    let store = store_with_customers(300);
    let file = path(&store, "q4.csv");
    for _ in 0..4 {
        let children: Vec<_> = ["consent", "stores", "customers", "import", "log", "config"]
            .iter()
            .map(|group| {
                let args = [
                    "log",
                    "export",
                    &file,
                    "--action-group",
                    group,
                    "--proof",
                    "sparse",
                ];
                let mut command = store.command(&args);
                command.stdout(Stdio::null()).spawn().expect("lac starts")
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("lac ends").success());
        }
        let manifest = manifest(&store, "q4.csv");
        assert_eq!(manifest["sha256"], sha256(&bytes(&store, "q4.csv")));
        let proof = sha256(&bytes(&store, "q4.csv.proof"));
        assert_eq!(manifest["proof"]["sha256"], proof);
        let names = ["q4.csv", "q4.csv.manifest.json", "q4.csv.proof"];
        assert_eq!(files_beside_store(&store), names);
    }
}

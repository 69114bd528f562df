//! Unusual files: large ones, other encodings, links and pipes.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::json;

use super::{apply_text, error_message, run_with_text};
use crate::support::{TestStore, json_str};

const FILE: &str = "format = \"lac-roles/1\"\n\n[[role]]\nname = \"Größe\"\naccess = \"custom\"\nscope = \"all\"\n";

#[test]
fn byte_order_marks_and_crlf_are_accepted() {
    let store = TestStore::new();
    let crlf = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
    assert_eq!(apply_text(&store, "role", &crlf, &[])["changed"], true);
    assert_eq!(apply_text(&store, "role", FILE, &[])["changed"], false);
    let problem = error_message(&store, "role", &crlf.replace("custom", "some"));
    assert!(
        problem.starts_with("line 5, column 10: access:"),
        "{problem}"
    );
}

#[test]
fn another_encoding_is_reported() {
    let store = TestStore::new();
    let utf16: Vec<u8> = FILE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&[0xff, 0xfe][..], &utf16].concat();
    let latin1: Vec<u8> = FILE
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin 1"))
        .collect();
    for (bytes, problem) in [
        (utf16, "stdin: it is UTF-16; expected UTF-8"),
        (latin1, "stdin: line 4, column 11: it is not UTF-8"),
    ] {
        let ran = store.run_with(&bytes, &["role", "apply", "-", "-o", "json"]);
        assert_eq!(
            json_str(&ran.assert_failed("invalid_file", 2)["message"]),
            problem
        );
    }
    let control = FILE.replace("\n\n", "\n\0\n");
    assert!(
        error_message(&store, "role", &control).starts_with("line 2, column 2: this is not TOML")
    );
}

#[test]
fn files_of_3_mb_are_read_and_over_4_mb_refused() {
    let store = TestStore::new();
    let padding = format!("# {}\n", "aha".repeat(20)).repeat(3 * 1024 * 1024 / 63);
    let large = format!("{FILE}{padding}");
    assert_eq!(apply_text(&store, "role", &large, &[])["changed"], true);
    let problem = error_message(&store, "role", &format!("{large}x"));
    assert!(
        problem.starts_with(&format!(
            "line {}, column 2: this is not TOML",
            large.lines().count() + 1
        )),
        "{problem}"
    );
    let ran = run_with_text(
        &store,
        "role",
        "apply",
        &"# aha\n".repeat(1024 * 1024),
        &["-o", "json"],
    );
    let error = ran.assert_failed("invalid_file", 2);
    assert_eq!(error["message"], "stdin: it is larger than 4 MiB");
}

#[test]
fn links_and_pipes_are_accepted_as_files() {
    let store = TestStore::new();
    let (path, link) = (store.home().join("roles.toml"), store.home().join("link"));
    fs::write(&path, FILE).expect("a file");
    symlink(&path, &link).expect("a link");
    let link = link.to_str().expect("UTF-8");
    assert_eq!(store.run_json(&["role", "apply", link])["changed"], true);
    let pipe = store.home().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo")
            .success()
    );
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, FILE.replace("Größe", "other"))
    });
    let pipe = pipe.to_str().expect("UTF-8");
    assert_eq!(store.run_json(&["role", "apply", pipe])["changed"], true);
    writer.join().expect("a thread").expect("written");

    let missing = store.home().join("missing\u{1b}[31m.toml");
    let ran = store.run(&["role", "apply", missing.to_str().expect("UTF-8")]);
    assert_eq!(ran.code, 1);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    let home = store.home().to_str().expect("UTF-8").to_owned();
    store.run_failing(&["role", "diff", &home], "io", 1);
    fs::write(&path, "x").expect("a file");
    let error = store.run_failing(&["role", "diff", link], "invalid_file", 2);
    assert!(json_str(&error["message"]).starts_with(&format!("{link}: line 1, column ")));
}

#[test]
fn diff_supports_every_output_format() {
    let store = TestStore::new();
    let ran = run_with_text(&store, "role", "diff", FILE, &["-o", "jsonl"]);
    assert_eq!(ran.code, 9);
    let change =
        json!({"change": "role_create", "role": "Größe", "access": "custom", "websites": null});
    assert_eq!(ran.stdout, format!("{change}\n").replace("{\"access\":\"custom\",\"change\":\"role_create\",\"role\":\"Größe\",\"websites\":null}", "{\"change\":\"role_create\",\"role\":\"Größe\",\"access\":\"custom\",\"websites\":null}"));
    let ran = run_with_text(&store, "role", "diff", FILE, &["-o", "csv"]);
    let head = "change,role,admin_user,access,websites,resources,os_account,full_name,before,after";
    assert_eq!(
        ran.stdout,
        format!("{head}\nrole_create,Größe,,custom,,,,,,\n")
    );
    let ran = run_with_text(&store, "role", "apply", FILE, &["--dry-run"]).assert_succeeded();
    assert_eq!(ran.stdout, "+ role Größe: access custom, scope all\n");
    assert!(ran.stderr.contains("dry run"), "{}", ran.stderr);
    assert_eq!(run_with_text(&store, "role", "diff", FILE, &["-q"]).code, 9);
}

/// The program accepts the examples of the page.
#[test]
fn the_examples_in_the_docs_are_valid() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roles-as-code.md");
    let page = fs::read_to_string(page).expect("a page");
    let store = TestStore::with_sample_data();
    let mut seen = Vec::new();
    for block in page.split("```toml\n").skip(1) {
        let (text, _) = block.split_once("```").expect("its end");
        let noun = match text.lines().next() {
            Some("format = \"lac-roles/1\"") => "role",
            Some("format = \"lac-config/1\"") => "config",
            _ => continue,
        };
        apply_text(&store, noun, text, &[]);
        seen.push(noun);
    }
    assert_eq!(seen, ["role", "config"]);
    let error = run_with_text(
        &store,
        "role",
        "diff",
        "format = \"lac-roles/1\"\n\n[[role]]\nname = \"R\"\naccess = \"all\"\nscope = [\"asia\"]\n",
        &[],
    );
    let line = error.stderr.lines().next().expect("a line");
    assert!(
        page.contains(&line.replace("stdin", "roles.toml")),
        "{line}"
    );
}

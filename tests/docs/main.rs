//! Tables in `docs/` that the code itself knows best. `UPDATE_DOCS=1 cargo
//! test` writes them; without it a table that is stale fails.

mod example;
mod faults;
mod hints;
mod schemas;
mod tables;

use std::fs;
use std::path::Path;

/// Compares what stands between `<!-- table: NAME -->` and `<!-- end -->`.
fn check_table(page: &str, name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let text = fs::read_to_string(&path).expect("a page");
    let start = format!("<!-- table: {name} -->\n");
    let (before, rest) = text.split_once(&start).expect("the table's place");
    let (now, after) = rest.split_once("<!-- end -->").expect("the table's end");
    let wanted = format!("\n{table}\n");
    if now == wanted {
        return;
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{start}{wanted}<!-- end -->{after}")).expect("written");
        return;
    }
    panic!("docs/{page}, table {name}, is stale: UPDATE_DOCS=1 cargo test --test docs writes it");
}

/// Compares a schema in `docs/schemas/` with what the code makes it.
fn check_schema(name: &str, schema: &serde_json::Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/schemas")
        .join(name);
    let wanted = serde_json::to_string_pretty(schema).expect("JSON") + "\n";
    if fs::read_to_string(&path).is_ok_and(|now| now == wanted) {
        return;
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).expect("written");
        return;
    }
    panic!("docs/schemas/{name} is stale: UPDATE_DOCS=1 cargo test --test docs writes it");
}

#[test]
fn schemas() {
    check_schema("lac-roles-1.schema.json", &schemas::roles());
    check_schema("lac-config-1.schema.json", &schemas::config());
}

#[test]
fn exit_codes() {
    check_table("exit-codes.md", "codes", &tables::codes());
}

#[test]
fn actions() {
    check_table("audit-log.md", "actions", &tables::actions());
}

#[test]
fn ocsf() {
    check_table("siem.md", "ocsf", &tables::ocsf());
}

#[test]
fn config() {
    check_table("config.md", "fields", &tables::fields());
}

#[test]
fn roles() {
    check_table("roles.md", "resources", &tables::resources());
}

/// The worked example, written and read again.
#[test]
fn proofs() {
    check_table("proofs.md", "example", &example::render_example());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proofs.md");
    example::check_page(&fs::read_to_string(path).expect("a page"));
}

/// What a report calls a recorded failure is what its fault is.
#[test]
fn codes_of_recorded_failures() {
    use lac_model::fault::FaultKind;
    for fault in faults::all_faults() {
        let expected = fault.is_recorded().then(|| fault.kind());
        assert_eq!(
            FaultKind::from_recorded_code(&fault.code()),
            expected,
            "{}",
            fault.code()
        );
    }
}

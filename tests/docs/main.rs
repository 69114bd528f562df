//! Tables in `docs/` that are generated from the code. `UPDATE_DOCS=1 cargo
//! test` writes them; without it, a stale table fails the test.

mod example;
mod faults;
mod hints;
mod schemas;
mod tables;

use std::fs;
use std::path::Path;

/// Compares the text between `<!-- table: NAME -->` and `<!-- end -->`.
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

/// Compares a schema in `docs/schemas/` with the generated one.
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
fn the_json_schemas_are_up_to_date() {
    check_schema("lac-roles-1.schema.json", &schemas::roles());
    check_schema("lac-config-1.schema.json", &schemas::config());
}

#[test]
fn the_table_of_exit_codes_is_up_to_date() {
    check_table("exit-codes.md", "codes", &tables::codes());
}

#[test]
fn the_table_of_actions_is_up_to_date() {
    check_table("audit-log.md", "actions", &tables::actions());
}

#[test]
fn the_table_of_ocsf_actions_is_up_to_date() {
    check_table("siem.md", "ocsf", &tables::ocsf());
}

#[test]
fn the_table_of_config_fields_is_up_to_date() {
    check_table("config.md", "fields", &tables::fields());
}

#[test]
fn the_table_of_resources_is_up_to_date() {
    check_table("roles.md", "resources", &tables::resources());
}

/// The worked example, written and verified.
#[test]
fn the_worked_example_of_proofs_is_up_to_date() {
    check_table("proofs.md", "example", &example::render_example());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proofs.md");
    example::check_page(&fs::read_to_string(path).expect("a page"));
}

/// A report gives a recorded failure the code of its fault.
#[test]
fn recorded_failures_have_the_codes_of_their_faults() {
    use lac_model::fault::FaultKind;
    for fault in faults::all_faults() {
        let expected = fault.is_recorded().then(|| fault.kind());
        assert_eq!(
            FaultKind::from_recorded_code(fault.code()),
            expected,
            "{}",
            fault.code()
        );
    }
}

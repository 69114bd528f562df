use super::{HEAVY, registry};

#[test]
fn use_cases_with_files_are_heavy() {
    let files =
        ["role.", "config."].map(|noun| ["apply", "diff"].map(|verb| noun.to_owned() + verb));
    for name in files.as_flattened() {
        assert!(HEAVY.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn heavy_names_are_use_cases() {
    for name in HEAVY {
        assert!(registry::use_case_names().contains(&name), "{name}");
    }
}

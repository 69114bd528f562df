use super::{HEAVY, registry};

#[test]
fn whatever_takes_a_file_is_heavy() {
    let files =
        ["role.", "config."].map(|noun| ["apply", "diff"].map(|verb| noun.to_owned() + verb));
    for name in files.as_flattened() {
        assert!(HEAVY.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn what_is_heavy_is_a_use_case() {
    for name in HEAVY {
        assert!(registry::use_case_names().contains(&name), "{name}");
    }
}

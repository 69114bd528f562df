//! Names that people give to roles, admin users and storefronts.

use lac_model::fault::Fault;
use lac_model::text::is_deceptive;
use lac_store::Result;

/// The longest path there is; it may come from elsewhere and go on record.
const PATH_MAX: usize = 4096;

/// The name of a caller's file.
///
/// # Errors
/// `invalid_value` for one that no file has.
pub fn check_file_name(name: &str) -> Result<()> {
    if name.len() <= PATH_MAX {
        return Ok(());
    }
    Err(Fault::invalid("FILE", "no file has so long a name"))
}

/// 1 to 64 characters, no control or bidirectional characters, no white space
/// at the ends, not starting with a dash.
///
/// # Errors
/// `invalid_value`, naming `what`.
pub fn check_name(what: &str, name: &str) -> Result<String> {
    let problem = if name.is_empty() || name.chars().count() > 64 {
        "a name has 1 to 64 characters"
    } else if name.chars().any(|c| c.is_control() || is_deceptive(c)) {
        "a name holds no control or invisible characters"
    } else if name.trim() != name || name.starts_with('-') {
        "a name starts and ends with neither white space nor a dash"
    } else {
        return Ok(name.to_owned());
    };
    Err(Fault::invalid(what, problem))
}

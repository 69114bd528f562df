//! Checks names of roles, admin users, storefronts and files.

use lac_model::fault::Fault;
use lac_model::text::is_deceptive;
use lac_store::Result;

/// The longest path the system allows. File names can come from another process
/// and are recorded, so their length is limited.
const PATH_MAX: usize = 4096;

/// Checks the length of the name of a caller's file.
pub fn check_file_name(name: &str) -> Result<()> {
    if name.len() <= PATH_MAX {
        return Ok(());
    }
    Err(Fault::invalid("FILE", "no file has so long a name"))
}

/// A name has 1 to 64 characters, no control or bidirectional characters, no
/// white space at either end, and does not start with a dash. Fails with
/// `invalid_value` for the field `what`.
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

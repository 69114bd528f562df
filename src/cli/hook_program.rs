//! The program of a hook.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookProgram {
    pub path: PathBuf,
    pub arguments: Vec<String>,
}

impl HookProgram {
    /// Why the program cannot or must not run.
    pub fn problem(&self) -> Option<String> {
        path_problem(&self.path).map(|what| format!("{}: {what}", self.path.display()))
    }
}

/// An account that can change or replace the program could act with the rights
/// of the account that runs `lac`.
fn path_problem(path: &Path) -> Option<String> {
    // Check the program itself, not a link to it.
    let path = match fs::canonicalize(path) {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Some("it does not exist".to_owned());
        }
        Err(error) => return Some(error.to_string()),
    };
    let meta = match fs::metadata(&path) {
        Ok(meta) => meta,
        Err(error) => return Some(error.to_string()),
    };
    let me = nix::unistd::getuid().as_raw();
    let foreign = |uid: u32| uid != 0 && uid != me;
    if foreign(meta.uid()) {
        return Some("it belongs to another account".to_owned());
    }
    if !meta.is_file() || meta.permissions().mode() & 0o111 == 0 {
        return Some("it is not executable".to_owned());
    }
    let writable = |mode: u32| mode & 0o022 != 0;
    if writable(meta.permissions().mode()) {
        return Some("others can write it".to_owned());
    }
    let replaceable = |dir: &Path| {
        let Ok(meta) = fs::metadata(dir) else {
            return true;
        };
        let mode = meta.permissions().mode();
        foreign(meta.uid()) || (writable(mode) && mode & 0o1000 == 0)
    };
    let above = path.ancestors().skip(1);
    above
        .filter(|dir| !dir.as_os_str().is_empty())
        .any(replaceable)
        .then(|| "others can replace it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_others_can_change_is_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hook");
        assert_eq!(path_problem(&path).as_deref(), Some("it does not exist"));
        fs::write(&path, "#!/bin/sh\n").unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&path, 0o600);
        assert_eq!(path_problem(&path).as_deref(), Some("it is not executable"));
        mode(&path, 0o722);
        assert_eq!(path_problem(&path).as_deref(), Some("others can write it"));
        mode(&path, 0o700);
        assert_eq!(path_problem(&path), None);
        mode(dir.path(), 0o777);
        assert_eq!(
            path_problem(&path).as_deref(),
            Some("others can replace it")
        );
    }
}

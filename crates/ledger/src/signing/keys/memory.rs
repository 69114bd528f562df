//! Keeps the memory of a process with keys private.

use std::sync::Once;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Disables core dumps, and prevents other processes of the same account from
/// reading this process's memory.
pub fn protect_process_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_CORE) {
            let _ = setrlimit(Resource::RLIMIT_CORE, 0, hard);
        }
        // The limit does not apply where core dumps are piped to a program.
        #[cfg(target_os = "linux")]
        let _ = nix::sys::prctl::set_dumpable(false);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::keys::PrivateKey;

    #[test]
    fn core_dumps_are_disabled() {
        let _key = PrivateKey::from_seed([7; 32]);
        let (soft, _) = getrlimit(Resource::RLIMIT_CORE).unwrap();
        assert_eq!(soft, 0);
        #[cfg(target_os = "linux")]
        assert_eq!(nix::sys::prctl::get_dumpable(), Ok(false));
    }
}

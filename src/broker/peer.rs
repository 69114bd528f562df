//! The calling process, as the kernel identifies it. Callers are never asked
//! who they are.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;

use nix::unistd::{Uid, User};

/// The uid of an account name or `uid:N`; `None` if this host has no such
/// account.
pub(super) fn uid_for_account(account: &str) -> Option<u32> {
    if let Some(number) = account.strip_prefix("uid:") {
        return number.parse().ok();
    }
    Some(User::from_name(account).ok()??.uid.as_raw())
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub uid: u32,
    pid: Option<i32>,
}

impl Peer {
    #[cfg(target_os = "linux")]
    pub(super) fn from_stream(stream: &UnixStream) -> io::Result<Self> {
        use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
        let credentials = getsockopt(stream, PeerCredentials)?;
        Ok(Self {
            uid: credentials.uid(),
            pid: Some(credentials.pid()).filter(|pid| *pid > 0),
        })
    }

    #[cfg(not(target_os = "linux"))]
    pub fn from_stream(stream: &UnixStream) -> io::Result<Self> {
        let (uid, _) = nix::unistd::getpeereid(stream)?;
        Ok(Self {
            uid: uid.as_raw(),
            pid: None,
        })
    }

    /// The account's name, or `uid:N` if it has none.
    pub(super) fn account(&self) -> String {
        match User::from_uid(Uid::from_raw(self.uid)) {
            Ok(Some(user)) => user.name,
            _ => format!("uid:{}", self.uid),
        }
    }

    /// The address that is recorded for a local caller.
    pub(super) fn address(&self) -> String {
        format!("unix:{}", self.uid)
    }

    /// The kernel's login uid of the calling process, which `su` and `sudo` do not
    /// change. `None` if the kernel keeps none, or if the process has ended and its
    /// pid belongs to another account.
    pub(super) fn login_uid(&self) -> Option<u32> {
        let process = format!("/proc/{}", self.pid?);
        let text = fs::read_to_string(format!("{process}/loginuid")).ok()?;
        let owner = fs::metadata(&process).ok()?.uid();
        let login: u32 = text.trim().parse().ok()?;
        (owner == self.uid && login != u32::MAX).then_some(login)
    }
}

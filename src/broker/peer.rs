//! Who is at the other end, as the kernel tells it. What somebody says of
//! themselves is never asked for.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;

use nix::unistd::{Uid, User};

/// The number of an account that is named as [`Peer::account`] names it; `None`
/// for one that is not here.
pub fn uid_for_account(account: &str) -> Option<u32> {
    if let Some(number) = account.strip_prefix("uid:") {
        return number.parse().ok();
    }
    Some(User::from_name(account).ok()??.uid.as_raw())
}

/// The process that called.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    pub uid: u32,
    pid: Option<i32>,
}

impl Peer {
    /// Whoever connected.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    #[cfg(target_os = "linux")]
    pub fn from_stream(stream: &UnixStream) -> io::Result<Self> {
        use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
        let told = getsockopt(stream, PeerCredentials)?;
        Ok(Self {
            uid: told.uid(),
            pid: Some(told.pid()).filter(|pid| *pid > 0),
        })
    }

    /// Whoever connected.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    #[cfg(not(target_os = "linux"))]
    pub fn of(stream: &UnixStream) -> io::Result<Self> {
        let (uid, _) = nix::unistd::getpeereid(stream)?;
        Ok(Self {
            uid: uid.as_raw(),
            pid: None,
        })
    }

    /// The name of the account, or `uid:N` for one without.
    pub fn account(&self) -> String {
        match User::from_uid(Uid::from_raw(self.uid)) {
            Ok(Some(user)) => user.name,
            _ => format!("uid:{}", self.uid),
        }
    }

    /// What stands for an address where there is none of a network.
    pub fn address(&self) -> String {
        format!("unix:{}", self.uid)
    }

    /// The kernel's login uid of the calling process, which survives `su` and
    /// `sudo`; `None` where the kernel keeps none, or the process is gone and
    /// its number belongs to somebody else.
    pub fn login_uid(&self) -> Option<u32> {
        let process = format!("/proc/{}", self.pid?);
        let text = fs::read_to_string(format!("{process}/loginuid")).ok()?;
        let owner = fs::metadata(&process).ok()?.uid();
        let login: u32 = text.trim().parse().ok()?;
        (owner == self.uid && login != u32::MAX).then_some(login)
    }
}

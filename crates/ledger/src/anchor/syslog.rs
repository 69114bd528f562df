//! The system's log as an anchor: administrators of a store usually cannot
//! change it, and it is often sent to another machine.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use super::Anchor;

/// The socket of the log service.
const SOCKET: &str = if cfg!(target_os = "macos") {
    "/var/run/syslog"
} else {
    "/dev/log"
};

/// Facility authpriv (10), severity notice (5): RFC 5424, section 6.2.1.
const PRIORITY: u8 = 10 * 8 + 5;

/// Do not wait longer for a log service that does not read.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Writes one line for each checkpoint, `lac checkpoint ORIGIN SIZE ROOT
/// SIGNATURE`, from which the signed note can be rebuilt.
#[derive(Debug, Clone)]
pub struct SyslogAnchor {
    socket: PathBuf,
}

impl SyslogAnchor {
    /// The log service of this machine.
    pub fn new() -> Self {
        Self {
            socket: PathBuf::from(SOCKET),
        }
    }

    fn connect(&self) -> io::Result<UnixDatagram> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
        socket.connect(&self.socket)?;
        Ok(socket)
    }
}

impl Default for SyslogAnchor {
    fn default() -> Self {
        Self::new()
    }
}

impl Anchor for SyslogAnchor {
    /// In the format of C libraries, without a time: the log service adds it.
    fn append_note(&self, note: &str) -> io::Result<()> {
        let line =
            syslog_line(note).ok_or_else(|| io::Error::other("it is not a signed checkpoint"))?;
        let message = format!("<{PRIORITY}>lac[{}]: {line}", std::process::id());
        self.connect()?.send(message.as_bytes()).map(drop)
    }

    fn check(&self) -> io::Result<()> {
        self.connect().map(drop)
    }

    fn name(&self) -> String {
        format!("the system's log ({})", self.socket.display())
    }

    fn is_optional(&self) -> bool {
        true
    }
}

/// The line for a signed checkpoint with one signature; `None` for anything
/// else.
fn syslog_line(note: &str) -> Option<String> {
    let (checkpoint, signature) = note.strip_suffix('\n')?.split_once("\n\n")?;
    let (by, signature) = signature.rsplit_once(' ')?;
    let fields: Vec<&str> = checkpoint.split('\n').collect();
    let [origin, size, root] = fields[..] else {
        return None;
    };
    (by == format!("— {origin}"))
        .then(|| format!("lac checkpoint {origin} {size} {root} {signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::leaf_hash;
    use crate::signing::keys::PrivateKey;
    use crate::signing::note::{Checkpoint, open, sign};

    fn key() -> PrivateKey {
        PrivateKey::from_seed([7; 32])
    }

    fn note(origin: &str) -> String {
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size: u64::MAX,
            root: leaf_hash(b"an event"),
        };
        sign(&checkpoint, &key())
    }

    #[test]
    fn notes_can_be_rebuilt_from_the_line() {
        let longest = "o".repeat(255);
        for origin in ["shop.example", longest.as_str(), "shop.example/käse"] {
            let note = note(origin);
            let line = syslog_line(&note).unwrap();
            // RFC 3164: a message longer than 1024 bytes may be cut.
            assert!(line.len() < 900 && !line.contains('\n'), "{line}");
            let words: Vec<&str> = line.split(' ').collect();
            let ["lac", "checkpoint", origin, size, root, signature] = words[..] else {
                panic!("{line}");
            };
            let again = format!("{origin}\n{size}\n{root}\n\n— {origin} {signature}\n");
            assert_eq!(again, note);
            assert!(open(again.as_bytes(), origin, &[key().public()]).is_ok());
        }
    }

    #[test]
    fn other_notes_are_refused() {
        let note = note("shop.example");
        let other = note.replacen("— shop.example", "— else.example", 1);
        let witnessed = format!("{note}— witness.example AAAA\n");
        for bad in [
            "",
            "\n",
            "garbage\n",
            &note[1..note.len() - 1],
            &other,
            &witnessed,
        ] {
            assert_eq!(syslog_line(bad), None, "{bad}");
        }
    }

    #[test]
    fn lines_are_sent_and_a_missing_socket_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let syslog = SyslogAnchor {
            socket: dir.path().join("log"),
        };
        assert!(syslog.append_note(&note("shop.example")).is_err());
        assert!(syslog.check().is_err());
        let log = UnixDatagram::bind(&syslog.socket).unwrap();
        syslog.check().unwrap();
        syslog.append_note(&note("shop.example")).unwrap();
        let mut buffer = [0; 2048];
        let length = log.recv(&mut buffer).unwrap();
        let message = std::str::from_utf8(&buffer[..length]).unwrap();
        let (head, text) = message.split_once(": ").unwrap();
        assert_eq!(head, format!("<85>lac[{}]", std::process::id()));
        assert_eq!(Some(text), syslog_line(&note("shop.example")).as_deref());
    }
}

//! A temporary page that redirects a browser to the login URL.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::fcntl::OFlag;

use lac_model::environment::{self, Random};

/// A page that only this account can read; removed when dropped.
#[derive(Debug)]
pub(super) struct RedirectPage {
    path: PathBuf,
    /// The directory created for it, if any.
    dir: Option<PathBuf>,
    is_detached: bool,
}

impl RedirectPage {
    /// Writes the page, mode 0600, into `XDG_RUNTIME_DIR` or, without that, a new
    /// directory.
    pub(super) fn create(url: &str, random: &dyn Random) -> io::Result<Self> {
        let number = u128::from_be_bytes(environment::random_bytes(random));
        let (room, dir) = if let Some(room) = runtime_dir() {
            (room, None)
        } else {
            let dir = temp_dir().join(format!("lac-open-{number:032x}"));
            DirBuilder::new().mode(0o700).create(&dir)?;
            (dir.clone(), Some(dir))
        };
        let page = Self {
            path: room.join(format!("lac-open-{number:032x}.html")),
            dir,
            is_detached: false,
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&page.path)?;
        file.write_all(redirect_html(url).as_bytes())?;
        Ok(page)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a process that removes the page after this time (in whole seconds). If
    /// that fails, the page is removed at once.
    pub(super) fn remove_after(mut self, time: Duration) -> io::Result<()> {
        // So that closing the terminal or Ctrl-C does not end it early.
        const SCRIPT: &str = "trap '' HUP INT TERM; sleep \"$1\"; rm -f -- \"$2\"; \
                              test -z \"$3\" || rmdir -- \"$3\"";
        let dir = self.dir.clone().unwrap_or_default();
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh", &time.as_secs().to_string()])
            .arg(&self.path)
            .arg(dir)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        self.is_detached = true;
        Ok(())
    }
}

impl Drop for RedirectPage {
    fn drop(&mut self) {
        if !self.is_detached {
            let _ = fs::remove_file(&self.path);
            let _ = self.dir.as_ref().map(fs::remove_dir);
        }
    }
}

/// `XDG_RUNTIME_DIR`, if no other account can read it.
fn runtime_dir() -> Option<PathBuf> {
    let dir = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let meta = fs::symlink_metadata(&dir).ok()?;
    let is_own = meta.uid() == nix::unistd::getuid().as_raw();
    let of_others = meta.mode() & 0o077;
    (dir.is_absolute() && meta.is_dir() && is_own && of_others == 0).then_some(dir)
}

/// `TMPDIR`, or `/tmp` if that is empty or relative, because the removing process
/// has another working directory.
fn temp_dir() -> PathBuf {
    let dir = std::env::temp_dir();
    if dir.is_absolute() {
        dir
    } else {
        PathBuf::from("/tmp")
    }
}

/// The page. `location.replace` leaves no entry in the browser's history; without
/// scripts, the refresh header redirects. Neither sends a referrer.
fn redirect_html(url: &str) -> String {
    let attribute = url
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;");
    let script = serde_json::Value::from(url)
        .to_string()
        .replace('<', "\\u003c");
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>Login as Customer</title>\n\
         <script>location.replace({script})</script>\n\
         <noscript><meta http-equiv=\"refresh\" content=\"0; url={attribute}\"></noscript>\n\
         <p><a rel=\"noreferrer\" href=\"{attribute}\">Go on to the storefront</a></p>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_escaped_in_the_page() {
        let page = redirect_html(
            "https://shop.example/?secret=a.b-c&x=\"></script><script>alert(1)</script>",
        );
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
        assert!(page.contains("secret=a.b-c&amp;x=&quot;>"), "{page}");
    }
}

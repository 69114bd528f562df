//! A machine with directories and accounts of its own.

use std::fs;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use nix::unistd::User;
use serde_json::Value;
use tempfile::TempDir;

/// The service account and the staff. Cleo joins later.
pub(crate) const SERVICE: &str = "lac-test-service";
pub(crate) const ANNA: &str = "lac-test-anna";
pub(crate) const BERT: &str = "lac-test-bert";
pub(crate) const CLEO: &str = "lac-test-cleo";

/// Where the settings are: only below /etc may root own them.
pub(crate) const ETC: &str = "/etc/lac-test";

pub(crate) struct World {
    base: TempDir,
    broker: Option<Child>,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl World {
    pub(crate) fn new() -> Self {
        remove_accounts();
        assert!(
            !Path::new(ETC).exists(),
            "{ETC} is there already: remove it first"
        );
        let base = tempfile::tempdir_in("/tmp").expect("a directory");
        let world = Self { base, broker: None };
        world.root("chmod 0755 . && mkdir -p bin usr/lib/sysusers.d etc/systemd/system staff var/lib var/spool var/backups run");
        for name in [ANNA, BERT, CLEO] {
            let home = world.home(name);
            world.root(&format!(
                "useradd --home-dir {0} --create-home --key HOME_MODE=0700 --shell /bin/sh --user-group {name}",
                home.display()
            ));
        }
        world
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.base.path().join(below)
    }

    pub(crate) fn home(&self, name: &str) -> PathBuf {
        self.path("staff").join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("var/lib/lac")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path("run/lac/lac.sock")
    }

    /// The text of the page, with this machine's paths and names.
    pub(crate) fn localized(&self, text: &str) -> String {
        let base = self.base.path().display();
        let mut text = text.to_owned();
        for (from, to) in [
            ("/usr/bin/lac", format!("{base}/bin/lac")),
            ("/usr/lib/sysusers.d", format!("{base}/usr/lib/sysusers.d")),
            ("/etc/systemd", format!("{base}/etc/systemd")),
            ("/var/", format!("{base}/var/")),
            ("/run/lac", format!("{base}/run/lac")),
            ("/etc/lac", ETC.to_owned()),
            ("-u lac ", format!("-u {SERVICE} ")),
            ("-o lac -g lac", format!("-o {SERVICE} -g {SERVICE}")),
            ("lac:lac", format!("{SERVICE}:{SERVICE}")),
            (
                "/usr/sbin/nologin lac",
                format!("/usr/sbin/nologin {SERVICE}"),
            ),
            ("--os-account lac", format!("--os-account {SERVICE}")),
            ("--os-account anna", format!("--os-account {ANNA}")),
            ("--os-account bert", format!("--os-account {BERT}")),
        ] {
            text = text.replace(from, &to);
        }
        text
    }

    /// Runs a script as root in the world's directory; it must succeed.
    #[track_caller]
    pub(crate) fn root(&self, script: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]);
        self.plain(&mut command, self.base.path(), "root");
        run_command(&mut command).assert_succeeded().stdout
    }

    fn plain(&self, command: &mut Command, home: &Path, name: &str) {
        let bin = self.path("bin");
        command
            .env_clear()
            .env(
                "PATH",
                format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", bin.display()),
            )
            .env("HOME", home)
            .env("USER", name)
            .env("LOGNAME", name)
            .current_dir(home)
            .stdin(Stdio::null());
    }

    /// Any program, run as somebody in their home without supplementary groups.
    pub(crate) fn program(&self, name: &str, program: &str) -> Command {
        let user = account(name);
        let home = if name == SERVICE {
            self.store()
        } else {
            self.home(name)
        };
        let mut command = Command::new(program);
        self.plain(&mut command, &home, name);
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        command
    }

    /// `lac`, run as somebody with the shared settings.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = self.program(name, &self.path("bin/lac").display().to_string());
        command
            .env("LAC_CONFIG", format!("{ETC}/config.toml"))
            .args(args);
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> Run {
        run_command(&mut self.command(name, args))
    }

    /// A run that must succeed; its JSON.
    #[track_caller]
    pub(crate) fn json(&self, name: &str, args: &[&str]) -> Value {
        let mut command = self.command(name, args);
        let ran = run_command(command.args(["-o", "json"])).assert_succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    }

    /// A run that must fail with this code.
    #[track_caller]
    pub(crate) fn run_failing(&self, name: &str, args: &[&str], code: &str) {
        assert_failed(&mut self.command(name, args), code);
    }

    /// Runs a shell script as somebody.
    pub(crate) fn script(&self, name: &str, script: &str) -> Run {
        let mut command = self.program(name, "sh");
        run_command(
            command
                .env("LAC_CONFIG", format!("{ETC}/config.toml"))
                .args(["-euc", script]),
        )
    }

    /// Starts the broker as the page does without systemd.
    pub(crate) fn serve(&mut self) {
        let socket = self.socket();
        self.root(&format!(
            "install -d -m 0755 -o {SERVICE} -g {SERVICE} {}",
            self.path("run/lac").display()
        ));
        let child = self
            .command(
                SERVICE,
                &["serve", "--socket", &socket.display().to_string()],
            )
            .env("LAC_CONFIG", format!("{ETC}/broker.toml"))
            .stderr(Stdio::null())
            .spawn()
            .expect("lac serves");
        self.broker = Some(child);
        for _ in 0..1000 {
            if UnixStream::connect(&socket).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the broker did not begin");
    }

    /// Terminates the broker; it must exit successfully.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.broker.take() {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("told");
            assert!(child.wait().expect("it ends").success());
        }
    }

    /// The log as the administrator sees it, newest first.
    pub(crate) fn log(&self) -> Vec<Value> {
        serde_json::from_value(self.json(ANNA, &["log", "list"])).expect("a list")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut child) = self.broker.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(ETC);
        remove_accounts();
    }
}

/// Removes the accounts, also those of a run that was killed.
fn remove_accounts() {
    for name in [SERVICE, ANNA, BERT, CLEO] {
        if matches!(User::from_name(name), Ok(Some(_))) {
            let gone = Command::new("userdel").arg(name).output();
            assert!(gone.is_ok_and(|out| out.status.success()), "userdel {name}");
        }
    }
}

pub(crate) fn account(name: &str) -> User {
    User::from_name(name)
        .expect("accounts")
        .expect("an account")
}

#[track_caller]
pub(crate) fn run_command(command: &mut Command) -> Run {
    from_output(command.output().expect("it runs"))
}

pub(crate) fn from_output(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Fails unless the command failed with this code and printed nothing.
#[track_caller]
pub(crate) fn assert_failed(command: &mut Command, code: &str) -> Value {
    let ran = run_command(command.args(["-o", "json"]));
    let error: Value = ran
        .stderr
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .unwrap_or_default();
    assert_eq!(error["error"]["code"], code, "{command:?}: {ran:#?}");
    assert_eq!(ran.stdout, "", "{ran:#?}");
    error["error"].clone()
}

impl Run {
    #[track_caller]
    pub(crate) fn assert_succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn assert_refused(self) -> Self {
        assert_ne!(self.code, 0, "{self:#?}");
        self
    }
}

//! Runs the programs of `[hooks]`: what they are told on stdin, nothing else
//! from here.
//!
//! No shell, a cleaned environment, none of the caller's open files, a process
//! group of its own that is killed as a whole when the program has ended or its
//! time is over.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, close};

use super::settings::HookSettings;
use super::shop::Shop;
use lac_app::outbox::Courier;
use lac_model::notice::{Hook, Hooks};
use lac_render::safe::safe;

/// Notices that one command delivers at most: its own, and a few older ones.
const FEW: usize = 4;

/// How often a program that runs is looked at, at least.
const GLANCE: Duration = Duration::from_millis(10);

/// Bytes that are kept of what a program says: its last line is in them.
const TAIL: usize = 4096;

/// How long a program that has ended may still be heard.
const ECHO: Duration = Duration::from_millis(200);

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
}

impl Program {
    /// Why it cannot or must not be run.
    pub fn problem(&self) -> Option<String> {
        problem(&self.path).map(|what| format!("{}: {what}", self.path.display()))
    }
}

/// Whoever can change a program, or put another in its place, can do what
/// whoever runs `lac` can.
fn problem(path: &Path) -> Option<String> {
    // What is run, and where that lies; not the link that leads to it.
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
        return Some("it belongs to somebody else".to_owned());
    }
    if !meta.is_file() || meta.permissions().mode() & 0o111 == 0 {
        return Some("it is no program".to_owned());
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

impl Courier for HookSettings {
    fn hooks(&self) -> Hooks {
        Hooks {
            after_login: self.after_login.is_some(),
            after_redeem: self.after_redeem.is_some(),
        }
    }

    fn time_limit(&self) -> Duration {
        self.timeout
    }

    fn carry(&self, hook: Hook, payload: &str) -> Result<(), String> {
        let program = self.program(hook).ok_or("no program is configured")?;
        if let Some(problem) = program.problem() {
            return Err(problem);
        }
        run(program, payload, self.timeout)
    }
}

/// Delivers what is due, after the result of a command was printed. A failure
/// is a remark: the notice is kept and tried again.
pub fn deliver(shop: &Shop) {
    let _ = deliver_some(shop, FEW);
}

/// The same for more of them at once; whether there is a hook at all.
pub fn deliver_some(shop: &Shop, most: usize) -> bool {
    if shop.settings.hooks.hooks() == Hooks::default() && shop.settings.broker.is_none() {
        return false;
    }
    let Some(delivered) = shop.deliver(most) else {
        return true; // the broker does
    };
    let problem = match delivered {
        Ok(tally) if tally.failed == 0 => return true,
        Ok(tally) => tally.last_error.unwrap_or_default(),
        Err(fault) => fault.to_string(),
    };
    shop.out.say(&format!(
        "warning: a notice was not delivered and is tried again: {}",
        safe(&problem)
    ));
    true
}

fn run(program: &Program, payload: &str, limit: Duration) -> Result<(), String> {
    close_inherited();
    let began = Instant::now();
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{}: {error}", program.path.display()))?;
    let mut said = Said::of(&mut child);
    tell(&mut child, payload);
    let ended = wait(&mut child, &mut said, began, limit);
    // The group, not the program alone: what it started goes too, whether it
    // was in time or not.
    let group = i32::try_from(child.id()).map(Pid::from_raw);
    let _ = group.map(|group| killpg(group, Signal::SIGKILL));
    let _ = child.wait();
    said.hear_the_rest();
    match ended {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(format!("{status}{}", said.last_line())),
        Ok(None) => Err(format!(
            "killed after {} s{}",
            limit.as_secs(),
            said.last_line()
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// A payload is a few KiB, which a pipe takes whether or not somebody reads.
/// A program that does not want to know is not wrong.
fn tell(child: &mut Child, payload: &str) {
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(payload.as_bytes());
        let _ = stdin.write_all(b"\n");
    }
}

fn wait(
    child: &mut Child,
    said: &mut Said,
    began: Instant,
    limit: Duration,
) -> io::Result<Option<ExitStatus>> {
    loop {
        said.hear(GLANCE);
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() >= limit {
            return Ok(None);
        }
    }
}

/// What a program says on stderr and stdout. It is heard here and in no thread:
/// something that the program left running may keep the pipes open for good, and
/// must not keep anything of this process.
struct Said {
    pipes: [Option<File>; 2],
    kept: [Vec<u8>; 2],
}

impl Said {
    fn of(child: &mut Child) -> Self {
        let stderr = child
            .stderr
            .take()
            .map(|pipe| File::from(OwnedFd::from(pipe)));
        let stdout = child
            .stdout
            .take()
            .map(|pipe| File::from(OwnedFd::from(pipe)));
        let is_quiet = |pipe: &File| fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).is_ok();
        Self {
            pipes: [stderr, stdout].map(|pipe| pipe.filter(is_quiet)),
            kept: [Vec::new(), Vec::new()],
        }
    }

    /// Waits at most so long for something to be said, and keeps its end.
    fn hear(&mut self, wait: Duration) {
        let mut open: Vec<PollFd<'_>> = self
            .pipes
            .iter()
            .flatten()
            .map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN))
            .collect();
        let limit = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
        if open.is_empty() || poll(&mut open, limit).is_err() {
            thread::sleep(wait);
            return;
        }
        for (pipe, kept) in self.pipes.iter_mut().zip(&mut self.kept) {
            if pipe.as_ref().is_some_and(|from| !take(from, kept)) {
                *pipe = None;
            }
        }
    }

    /// Hears what an ended program had still to say.
    fn hear_the_rest(&mut self) {
        let until = Instant::now() + ECHO;
        while self.pipes.iter().any(Option::is_some) && Instant::now() < until {
            self.hear(GLANCE);
        }
        self.pipes = [None, None];
    }

    /// The last line that was said, on stderr rather than on stdout.
    fn last_line(&self) -> String {
        let line = |bytes: &Vec<u8>| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
            last.map(|line| format!(": {line}"))
        };
        self.kept.iter().find_map(line).unwrap_or_default()
    }
}

/// Takes what can be read at once, a few pieces at most, and keeps the end;
/// whether there may be more to come.
fn take(mut from: &File, kept: &mut Vec<u8>) -> bool {
    let mut buffer = [0; TAIL];
    for _ in 0..16 {
        match from.read(&mut buffer) {
            Ok(0) => return false,
            Ok(count) => {
                kept.extend_from_slice(&buffer[..count]);
                let surplus = kept.len().saturating_sub(TAIL);
                kept.drain(..surplus);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return e.kind() == io::ErrorKind::WouldBlock,
        }
    }
    true
}

/// Closes what was open when this program was started: its own files close by
/// themselves where another program begins, these would not. They have been
/// read by now.
pub(super) fn close_inherited() {
    static ONCE: Once = Once::new();
    // Later a number could be somebody else's.
    ONCE.call_once(close_now);
}

fn close_now() {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return;
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    for number in numbers.filter(|number| *number > 2).collect::<Vec<_>>() {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
        if is_inherited(&info) {
            let _ = close(number);
        }
    }
}

/// Whether the kernel's description of an open file lacks `O_CLOEXEC`.
fn is_inherited(info: &str) -> bool {
    const CLOEXEC: u32 = 0o2_000_000;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok());
    flags.is_some_and(|flags| flags & CLOEXEC == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program {
            path: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    #[test]
    fn what_it_is_told_arrives_and_its_last_line_is_heard() {
        let limit = Duration::from_secs(20);
        let heard = shell("read line; test \"$line\" = told && test -z \"$HOME\"");
        assert_eq!(run(&heard, "told", limit), Ok(()));
        let failed = run(&shell("echo no >&2; echo really >&2; exit 3"), "", limit);
        assert_eq!(failed, Err("exit status: 3: really".to_owned()));
        // More than a pipe holds, and nobody reads what it is told.
        let loud = shell("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end; exit 1");
        assert_eq!(
            run(&loud, "x", limit),
            Err("exit status: 1: end".to_owned())
        );
    }

    #[test]
    fn its_whole_group_ends_with_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("late");
        let script = format!("(sleep 2; touch {}) & sleep 30", file.display());
        let ended = run(&shell(&script), "", Duration::from_secs(1));
        assert_eq!(ended, Err("killed after 1 s".to_owned()));
        thread::sleep(Duration::from_millis(1500));
        assert!(!file.exists());
    }

    #[test]
    fn only_what_has_no_mark_was_inherited() {
        assert!(is_inherited("pos:\t0\nflags:\t0100000\nmnt_id:\t1\n"));
        assert!(!is_inherited("pos:\t0\nflags:\t02100000\nmnt_id:\t1\n"));
        assert!(!is_inherited("what is this"));
    }

    #[test]
    fn a_program_that_others_can_change_is_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hook");
        assert_eq!(problem(&path).as_deref(), Some("it does not exist"));
        fs::write(&path, "#!/bin/sh\n").unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&path, 0o600);
        assert_eq!(problem(&path).as_deref(), Some("it is no program"));
        mode(&path, 0o722);
        assert_eq!(problem(&path).as_deref(), Some("others can write it"));
        mode(&path, 0o700);
        assert_eq!(problem(&path), None);
        mode(dir.path(), 0o777);
        assert_eq!(problem(&path).as_deref(), Some("others can replace it"));
    }
}

//! Runs the programs of `[hooks]` with a notice on stdin.
//!
//! They run without a shell, with a clean environment and without inherited open
//! files. Each has its own process group, which is killed when the program ends
//! or times out.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, close};

use super::hook_program::HookProgram;
use super::runner::Cli;
use super::settings::HookSettings;
use lac_app::login::outbox::HookRunner;
use lac_model::notice::{EnabledHooks, Hook};
use lac_render::sanitize::sanitize;

/// A command delivers its own notice and a few older ones.
const MAX_NOTICES_PER_COMMAND: usize = 4;

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Bytes of a program's output that are kept, for its last line.
const MAX_OUTPUT_KEPT: usize = 4096;

/// How long to read output after the program has ended.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(200);

impl HookRunner for HookSettings {
    fn hooks(&self) -> EnabledHooks {
        let has_program = |hook: &Hook| self.program(*hook).is_some();
        Hook::ALL.into_iter().filter(has_program).collect()
    }

    fn time_limit(&self) -> Duration {
        self.timeout
    }

    fn run(&self, hook: Hook, payload: &str) -> Result<(), String> {
        let program = self.program(hook).ok_or("no program is configured")?;
        if let Some(problem) = program.problem() {
            return Err(problem);
        }
        run_program(program, payload, self.timeout)
    }
}

/// Delivers due notices after a command has printed its result. A failure is
/// only a warning, because the notice is kept and retried.
pub(super) fn deliver_notices(cli: &Cli) {
    let _ = deliver_up_to(cli, MAX_NOTICES_PER_COMMAND);
}

/// Delivers up to `most` due notices; `false` if no hook is configured.
pub(super) fn deliver_up_to(cli: &Cli, most: usize) -> bool {
    if cli.settings.hooks.hooks() == EnabledHooks::default() && cli.settings.broker_socket.is_none()
    {
        return false;
    }
    let Some(delivered) = cli.deliver_notices(most) else {
        return true; // the broker delivers them
    };
    let problem = match delivered {
        Ok(counts) if counts.failed == 0 => return true,
        Ok(counts) => counts.last_error.unwrap_or_default(),
        Err(fault) => fault.to_string(),
    };
    cli.out.print_note(&format!(
        "warning: a notice was not delivered and will be retried: {}",
        sanitize(&problem)
    ));
    true
}

fn run_program(program: &HookProgram, payload: &str, limit: Duration) -> Result<(), String> {
    close_inherited_files();
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
    let mut output = ProgramOutput::from_child(&mut child);
    write_payload(&mut child, payload);
    let ended = wait_for_exit(&mut child, &mut output, began, limit);
    // Kill the whole group, so that no child process stays behind.
    let group = i32::try_from(child.id()).map(Pid::from_raw);
    let _ = group.map(|group| killpg(group, Signal::SIGKILL));
    let _ = child.wait();
    output.drain();
    match ended {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(format!("{status}{}", output.last_line())),
        Ok(None) => Err(format!(
            "killed after {} s{}",
            limit.as_secs(),
            output.last_line()
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// Does not block: a payload is a few KiB, which fits into a pipe's buffer. A
/// program may ignore it.
fn write_payload(child: &mut Child, payload: &str) {
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(payload.as_bytes());
        let _ = stdin.write_all(b"\n");
    }
}

fn wait_for_exit(
    child: &mut Child,
    output: &mut ProgramOutput,
    began: Instant,
    limit: Duration,
) -> io::Result<Option<ExitStatus>> {
    loop {
        output.read_available(POLL_INTERVAL);
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() >= limit {
            return Ok(None);
        }
    }
}

/// The output of a program. It is read without a thread, because a process that
/// the program left running may keep the pipes open forever.
struct ProgramOutput {
    pipes: [Option<File>; 2],
    tails: [Vec<u8>; 2],
}

impl ProgramOutput {
    fn from_child(child: &mut Child) -> Self {
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
            tails: [Vec::new(), Vec::new()],
        }
    }

    /// Waits up to `wait` for output and keeps the end of it.
    fn read_available(&mut self, wait: Duration) {
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
        for (pipe, kept) in self.pipes.iter_mut().zip(&mut self.tails) {
            if pipe
                .as_ref()
                .is_some_and(|from| !read_nonblocking(from, kept))
            {
                *pipe = None;
            }
        }
    }

    /// Reads the remaining output of an ended program.
    fn drain(&mut self) {
        let until = Instant::now() + DRAIN_TIMEOUT;
        while self.pipes.iter().any(Option::is_some) && Instant::now() < until {
            self.read_available(POLL_INTERVAL);
        }
        self.pipes = [None, None];
    }

    /// The last line of stderr, otherwise of stdout.
    fn last_line(&self) -> String {
        let line = |bytes: &Vec<u8>| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
            last.map(|line| format!(": {line}"))
        };
        self.tails.iter().find_map(line).unwrap_or_default()
    }
}

/// Reads what is available, up to 16 buffers, and keeps the end; `false` at the
/// end of the file.
fn read_nonblocking(mut from: &File, kept: &mut Vec<u8>) -> bool {
    let mut buffer = [0; MAX_OUTPUT_KEPT];
    for _ in 0..16 {
        match from.read(&mut buffer) {
            Ok(0) => return false,
            Ok(count) => {
                kept.extend_from_slice(&buffer[..count]);
                let surplus = kept.len().saturating_sub(MAX_OUTPUT_KEPT);
                kept.drain(..surplus);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return e.kind() == io::ErrorKind::WouldBlock,
        }
    }
    true
}

/// Closes files inherited from the parent process: unlike this program's own
/// files, they lack `O_CLOEXEC`. They are not needed any more.
pub(super) fn close_inherited_files() {
    static ONCE: Once = Once::new();
    // Only once: later the numbers may belong to other files.
    ONCE.call_once(close_now);
}

fn close_now() {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return;
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    for number in numbers.filter(|number| *number > 2).collect::<Vec<_>>() {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
        if lacks_cloexec(&info) {
            let _ = close(number);
        }
    }
}

/// Whether the kernel's description of an open file lacks `O_CLOEXEC`.
fn lacks_cloexec(info: &str) -> bool {
    const CLOEXEC: u32 = 0o2_000_000;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok());
    flags.is_some_and(|flags| flags & CLOEXEC == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> HookProgram {
        HookProgram {
            path: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    #[test]
    fn payload_arrives_and_last_line_is_kept() {
        let limit = Duration::from_secs(20);
        let reads_stdin = shell("read line; test \"$line\" = told && test -z \"$HOME\"");
        assert_eq!(run_program(&reads_stdin, "told", limit), Ok(()));
        let failed = run_program(&shell("echo no >&2; echo really >&2; exit 3"), "", limit);
        assert_eq!(failed, Err("exit status: 3: really".to_owned()));
        // More output than a pipe holds, and stdin is not read.
        let loud = shell("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end; exit 1");
        assert_eq!(
            run_program(&loud, "x", limit),
            Err("exit status: 1: end".to_owned())
        );
    }

    #[test]
    fn timeout_kills_the_process_group() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("late");
        let script = format!("(sleep 2; touch {}) & sleep 30", file.display());
        let ended = run_program(&shell(&script), "", Duration::from_secs(1));
        assert_eq!(ended, Err("killed after 1 s".to_owned()));
        thread::sleep(Duration::from_millis(1500));
        assert!(!file.exists());
    }

    #[test]
    fn files_without_cloexec_are_inherited() {
        assert!(lacks_cloexec("pos:\t0\nflags:\t0100000\nmnt_id:\t1\n"));
        assert!(!lacks_cloexec("pos:\t0\nflags:\t02100000\nmnt_id:\t1\n"));
        assert!(!lacks_cloexec("what is this"));
    }
}

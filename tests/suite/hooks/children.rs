//! Processes that a hook's program leaves running.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::HookFixture;
use crate::support::BrokerProcess;

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pids(fixture: &HookFixture, name: &str) -> Vec<String> {
    let text = fs::read_to_string(fixture.store.home().join(name)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Whether a process runs; zombies do not count.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

/// Threads and pipes of a process.
fn threads_and_pipes(broker: u32) -> (usize, usize) {
    let proc = Path::new("/proc").join(broker.to_string());
    let threads = fs::read_dir(proc.join("task")).expect("a process").count();
    let files = fs::read_dir(proc.join("fd")).expect("a process");
    let is_pipe = |entry: &fs::DirEntry| {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        target.to_string_lossy().starts_with("pipe:")
    };
    let pipes = files
        .filter(|entry| entry.as_ref().is_ok_and(is_pipe))
        .count();
    (threads, pipes)
}

#[test]
fn a_detached_child_of_a_hook_costs_the_broker_nothing() {
    let fixture = HookFixture::new();
    let home = fixture.store.home().display().to_string();
    // It has its own stdout and stderr, which are those of the hook. The
    // program waits until the child has left the group, because everything in
    // the group ends with the program.
    fixture.script(&format!(
        "rm -f {home}/left\n\
         setsid sh -c 'echo $$ >> {home}/away; touch {home}/left; exec sleep 300' &\n\
         while [ ! -e {home}/left ]; do sleep 0.02; done\n\
         cat >> \"$1\""
    ));
    let broker = BrokerProcess::start(&fixture.store, crate::support::NOW, 5);
    let login = || {
        let mut command = fixture.store.command(&["login", "1"]);
        command.env("LAC_STORE", broker.store_setting());
        assert!(command.output().expect("lac").status.success());
    };
    // The initial maintenance is done once the first notice is delivered.
    login();
    wait_until("a notice", || {
        fixture.received().len() == 1 && pids(&fixture, "away").len() == 1
    });
    let mut before = (0, 0);
    wait_until("the broker is quiet", || {
        std::thread::sleep(Duration::from_millis(500));
        threads_and_pipes(broker.child.id()).0 <= 3
    });
    before = before.max(threads_and_pipes(broker.child.id()));
    for count in 2..=5 {
        login();
        wait_until("a notice", || fixture.received().len() == count);
    }
    wait_until("all are away", || pids(&fixture, "away").len() == 5);
    let away = pids(&fixture, "away");
    wait_until("nothing is kept", || {
        let now = threads_and_pipes(broker.child.id());
        now.0 <= before.0 && now.1 <= before.1
    });
    let alive = away.iter().filter(|pid| runs(pid)).count();
    for pid in &away {
        let _ = std::process::Command::new("kill").arg(pid).status();
    }
    assert_eq!(alive, 5, "they held their ends all the time");
}

#[test]
fn children_in_the_hooks_process_group_end_with_it() {
    let fixture = HookFixture::new();
    let home = fixture.store.home().display().to_string();
    fixture.script(&format!(
        "sleep 300 &\necho $! > {home}/left\ncat >> \"$1\""
    ));
    fixture.store.run_ok(&["login", "1"]);
    assert_eq!(fixture.received().len(), 1);
    let left = pids(&fixture, "left").remove(0);
    wait_until("it ends", || !runs(&left));
}

#[test]
fn a_broker_leaves_no_core_dump() {
    let fixture = HookFixture::new();
    let broker = BrokerProcess::start(&fixture.store, crate::support::NOW, 5);
    let limits = fs::read_to_string(format!("/proc/{}/limits", broker.child.id()));
    let limits = limits.expect("limits");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let soft = line.and_then(|line| line.split_whitespace().nth(4));
    assert_eq!(soft, Some("0"), "{limits}");
}

//! Clients of one account misbehave while another account works.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::world::{ANNA, BERT, CLEO, World};

/// Each client holds as many connections as it can.
const SILENT: &str = "
import socket, sys, time
held = []
for _ in range(200):
    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); held.append(s)
print('ready', flush=True); time.sleep(30)";
const HUGE: &str = r"
import json, socket, sys, time
hello = json.dumps({'protocol': 1, 'version': '0'}).encode()
print('ready', flush=True)
end = time.time() + 8
while time.time() < end:
    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
    try:
        s.sendall(b'H' + len(hello).to_bytes(4, 'big') + hello)
        s.sendall(b'Q' + (24 << 20).to_bytes(4, 'big') + b'[' * (24 << 20))
        s.recv(1 << 16)
    except OSError: pass
    s.close()";
const MALFORMED: &str = r"
import os, socket, sys, time
print('ready', flush=True)
end = time.time() + 8
while time.time() < end:
    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
    try: s.sendall(os.urandom(200)); s.shutdown(socket.SHUT_WR); s.recv(1 << 16)
    except OSError: pass
    s.close()";
const SLOW: &str = r"
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
print('ready', flush=True)
try:
    for byte in b'H\0\0\0\x1c{' * 1000: s.sendall(bytes([byte])); time.sleep(0.2)
except OSError: pass";

fn start_client(world: &World, name: &str, script: &str) -> Child {
    let mut command = world.program(name, "/usr/bin/python3");
    let mut child = command
        .args(["-c", script])
        .arg(world.socket())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Debian's python3");
    let mut line = String::new();
    let out = child.stdout.take().expect("stdout");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
    assert_eq!(line, "ready\n", "the guest is not there");
    child
}

pub(crate) fn misbehaving_clients_harm_only_themselves(world: &World) {
    for script in [SILENT, HUGE, MALFORMED, SLOW] {
        let mut child = start_client(world, CLEO, script);
        let mut worst = Duration::ZERO;
        for _ in 0..8 {
            let since = Instant::now();
            assert_eq!(world.json(BERT, &["whoami"])["name"], "bert");
            world.json(BERT, &["login", "1"]);
            world.json(ANNA, &["customer", "list"]);
            worst = worst.max(since.elapsed());
        }
        assert!(worst < Duration::from_secs(5), "{worst:?} beside {script}");
        let _ = child.kill();
        let _ = child.wait();
    }
    world.run(ANNA, &["log", "verify"]).assert_succeeded();
}

/// Forty unmapped accounts hold connections and repeat requests that they may
/// not make.
const STRANGERS: &str = r"
import json, os, socket, sys, time
hello = json.dumps({'protocol': 1, 'version': '0'}).encode()
ask = json.dumps({'use_case': 'whoami', 'request': {}}).encode()
said = b'H' + len(hello).to_bytes(4, 'big') + hello + b'Q' + len(ask).to_bytes(4, 'big') + ask
def knock():
    held = []
    end = time.time() + 8
    while time.time() < end:
        s = socket.socket(socket.AF_UNIX); s.settimeout(5)
        try:
            s.connect(sys.argv[1])
            if len(held) < 30: held.append(s); continue
            s.sendall(said); s.recv(1 << 16)
            while len(s.recv(1 << 16)): pass
            held.pop().close()
        except OSError: pass
        s.close()
for uid in range(300000, 300040):
    if os.fork() == 0:
        os.setgroups([]); os.setgid(uid); os.setuid(uid)
        knock(); os._exit(0)
print('ready', flush=True)
for _ in range(40): os.wait()";

pub(crate) fn unmapped_accounts_block_nobody(world: &World) {
    let of_strangers = || {
        let log = world.log().into_iter();
        let accounts = log.filter_map(|event| event["os_account"].as_str().map(str::to_owned));
        accounts.filter(|name| name.starts_with("uid:3000")).count()
    };
    assert_eq!(of_strangers(), 0);
    let mut child = std::process::Command::new("/usr/bin/python3")
        .args(["-c", STRANGERS])
        .arg(world.socket())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Debian's python3");
    let mut line = String::new();
    let out = child.stdout.take().expect("stdout");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
    let mut times = 0;
    while child.try_wait().expect("a child").is_none() {
        assert_eq!(world.json(BERT, &["whoami"])["name"], "bert");
        world.json(BERT, &["login", "1"]);
        let root = world.root(&format!(
            "lac --store unix:{} whoami -o json 2>&1 || true",
            world.socket().display()
        ));
        assert!(root.contains("not_authenticated"), "root is heard: {root}");
        times += 1;
    }
    assert!(times > 0);
    let events = of_strangers();
    assert!((1..=80).contains(&events), "{events} events");
    world.run(ANNA, &["log", "verify"]).assert_succeeded();
}

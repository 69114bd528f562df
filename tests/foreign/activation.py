"""Socket activation as with systemd: the broker starts on a connection, answers, exits when idle, and starts again on
the next connection. With --units, systemd-analyze also checks the units."""

import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from support import Store

store = Store().ready()
SOCKET = store.home / "run" / "lac.sock"
SOCKET.parent.mkdir(mode=0o755)


def begin(listener, idle):
    """The broker with its listener as descriptor 3; LISTEN_PID must be its own, so the child sets it."""
    launch = 'exec 3<&"$2"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" serve --idle "$1"'
    return subprocess.Popen(["/bin/sh", "-c", launch, store.binary, idle, str(listener.fileno())], env=store.env,
                            pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True)


def by_hand():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(SOCKET))
    os.chmod(SOCKET, 0o666)
    listener.listen(512)
    for turn in range(3):
        # A client that connects before the broker runs waits and gets its answer.
        caller = subprocess.Popen([store.binary, "--store", f"unix:{SOCKET}", "whoami"], env=store.env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert select.select([listener], [], [], 10)[0], "nobody called"
        broker = begin(listener, "1s")
        out, err = caller.communicate(timeout=20)
        assert caller.returncode == 0 and "anna" in out, err
        assert store.json("login", "1", LAC_STORE=f"unix:{SOCKET}")["admin"] == "anna"
        # It exits by itself and does not remove the socket.
        said = broker.communicate(timeout=20)[1]
        assert broker.returncode == 0 and "idle timeout reached" in said, said
        assert SOCKET.exists()
    # A socket for another process is not used.
    env = {**store.env, "LISTEN_PID": "1", "LISTEN_FDS": "1"}
    done = subprocess.run([store.binary, "serve"], env=env, text=True, capture_output=True, timeout=20)
    assert done.returncode == 2 and "--socket" in done.stderr, done
    listener.close()
    SOCKET.unlink()
    return turn + 1


def by_systemd(tool):
    """The same with systemd's own launcher, which starts the program on a connection."""
    env = [f"--setenv={key}={value}" for key, value in store.env.items()]
    for _ in range(2):
        launcher = subprocess.Popen([tool, "-l", str(SOCKET), *env, store.binary, "serve", "--idle", "1s"],
                                    stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 10
        while not SOCKET.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert "anna" in store.ok("whoami", LAC_STORE=f"unix:{SOCKET}")
        said = launcher.communicate(timeout=20)[1]
        assert launcher.returncode == 0 and "idle timeout reached" in said, said
        SOCKET.unlink(missing_ok=True)


def units(tool):
    """The syntax of the units. They name the program of this build, because none may be installed yet."""
    with tempfile.TemporaryDirectory() as scratch:
        names = []
        for unit in sorted(pathlib.Path("packaging/systemd").iterdir()):
            text = unit.read_text().replace("/usr/bin/lac", store.binary).replace("User=lac\n", "").replace(
                "Group=lac\n", "")
            (pathlib.Path(scratch) / unit.name).write_text(text)
            names.append(f"{scratch}/{unit.name}")
        done = subprocess.run([tool, "verify", "--recursive-errors=no", "--man=no", *names], text=True,
                              capture_output=True, timeout=120)
        about = [line for line in (done.stdout + done.stderr).splitlines() if "lac" in line]
        assert done.returncode == 0 and not about, done
        # The check can fail: an unknown key is reported.
        wrong = pathlib.Path(names[0])
        wrong.write_text(wrong.read_text().replace("[Service]", "[Service]\nNoSuchKey=yes"))
        done = subprocess.run([tool, "verify", "--man=no", str(wrong)], text=True, capture_output=True, timeout=120)
        assert "NoSuchKey" in done.stdout + done.stderr, done
    return len(names)


def both():
    """A local socket and a TCP address: broker and gateway in one process, which does not exit when idle."""
    local, tcp = socket.socket(socket.AF_UNIX), socket.socket()
    local.bind(str(SOCKET))
    tcp.bind(("127.0.0.1", 0))
    for listener in local, tcp:
        listener.listen(512)
    place = tcp.getsockname()
    with socket.create_connection(place, timeout=20) as early:
        early.sendall(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        launch = 'exec 3<&"$1" 4<&"$2"; export LISTEN_PID=$$ LISTEN_FDS=2; exec "$0" serve'
        since = time.monotonic()
        process = subprocess.Popen(
            ["/bin/sh", "-c", launch, store.binary, str(local.fileno()), str(tcp.fileno())], env=store.env,
            pass_fds=[local.fileno(), tcp.fileno()], stderr=subprocess.PIPE, text=True)
        said = early.recv(4096)
        assert b" 200 " in said, said
    ready = time.monotonic() - since
    assert "anna" in store.ok("whoami", LAC_STORE=f"unix:{SOCKET}")
    process.terminate()
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 0 and "GET /readyz 200" in said, said
    local.close(), tcp.close()
    SOCKET.unlink()
    return ready


turns = by_hand()
ready = both()
summary = f"activation: started by a connection and stopped when idle {turns} times; with a gateway, ready after {ready * 1000:.0f} ms"
if "--units" in sys.argv:
    by_systemd(shutil.which("systemd-socket-activate") or sys.exit("systemd-socket-activate is missing"))
    summary += f", by systemd's launcher too; {units(shutil.which('systemd-analyze'))} units are valid"
print(summary)

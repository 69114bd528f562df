"""A store of lac with its gateway: real processes of the binary in LAC_BINARY."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path


def binary():
    """The lac binary, or SkipTest with the reason."""
    path = os.environ.get("LAC_BINARY")
    if not path:
        raise unittest.SkipTest("LAC_BINARY names no lac binary")
    if not os.access(path, os.X_OK):
        raise unittest.SkipTest(f"{path} (LAC_BINARY) cannot be run")
    return str(Path(path).resolve())


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, process, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the process for {url} has exited with {process.returncode}")
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(url, timeout=2).close()
            except urllib.error.HTTPError:
                pass  # it answers
            return
        time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


class Lac:
    """``lac("login", "1")`` runs a command as the administrator Anna Agent."""

    def __init__(self, websites):
        """``websites`` maps a code to its (name, base URL, store view's code)."""
        self.binary = binary()
        self.place = Path(tempfile.mkdtemp(prefix="lac-django-"))
        self.store = str(self.place / "store")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self("init", "--admin", "anna", "--full-name", "Anna Agent", "--name", "shop.example")
        for code, (name, base_url, view) in websites.items():
            self("stores", "add-website", code, "--name", name)
            self("stores", "add-group", f"{code}_group", "--website", code, "--name", name)
            self("stores", "add-view", view, "--group", f"{code}_group", "--name", name)
            self("config", "set", "web/secure/base_url", base_url, "--scope", f"website:{code}")
        self("config", "set", "login_as_customer/general/enabled", "yes")
        self.token_file = self.add_storefront("shop", websites, "--consent", "--sync")

    def add_storefront(self, name, websites, *rights):
        """Adds an account for a shop, and returns the file with its token."""
        path = str(self.place / f"token-of-{name}")
        scope = [part for code in websites for part in ("--website", code)]
        added = self.json("storefront", "add", name, *scope, *rights)
        with open(path, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(added["token"])
        return path

    def __call__(self, *arguments, input=None, check=True, token=None):
        environment = {"PATH": os.environ["PATH"], "LAC_STORE": self.store, "HOME": str(self.place)}
        if token:
            environment["LAC_TOKEN"] = token
        done = subprocess.run(
            [self.binary, *arguments], env=environment, input=input, capture_output=True, text=True, timeout=60
        )
        if check and done.returncode != 0:
            raise AssertionError(f"lac {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout.strip() if check else done

    def wait(self, *arguments):
        """Starts a command that waits for somebody; ``communicate`` gets its output."""
        return subprocess.Popen(
            [self.binary, *arguments],
            env={"PATH": os.environ["PATH"], "LAC_STORE": self.store, "HOME": str(self.place)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *arguments):
        return json.loads(self(*arguments, "-o", "json"))

    def login(self, customer, *arguments):
        """Starts a session, ending the last one, and returns the login URL."""
        return self("login", str(customer), *arguments)

    def session(self):
        """The newest session, whatever its state."""
        states = [part for state in ("issued", "active", "ended", "expired") for part in ("--state", state)]
        return max(self.json("session", "list", *states), key=lambda session: session["issued_at"])

    def log(self, **fields):
        """Events of the log with these fields, oldest first."""
        events = self.json("log", "list", "--limit", "1000")
        return [e for e in reversed(events) if all(e[name] == value for name, value in fields.items())]

    def start(self):
        self.log_file = open(self.place / "gateway.log", "a")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}"],
            env={"PATH": os.environ["PATH"], "LAC_STORE": self.store, "HOME": str(self.place)},
            stdout=self.log_file,
            stderr=self.log_file,
        )
        wait_for(self.url + "/healthz", self.process)
        return self

    def stop(self):
        stop(self.process)
        self.process = None

    def gateway_log(self):
        return (self.place / "gateway.log").read_text()

    def remove(self):
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)


def stop(process):
    """Ends a process that a test has started."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

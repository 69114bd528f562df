"""Runs programs and measures them; makes the stores to measure on."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


class NotMeasured(Exception):
    """Something that this measurement needs is missing."""


@dataclass
class Done:
    seconds: float
    cpu: float
    code: int


def spawn(argv, env, *, stdin=os.devnull, stdout=os.devnull, stderr=os.devnull):
    """Runs a program and waits for it: from before it is started to when it is reaped."""
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, write, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, stderr, write, 0o600),
    ]
    since = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, env, file_actions=files)
    _, status, used = os.wait4(pid, 0)
    took = time.perf_counter() - since
    return Done(took, used.ru_utime + used.ru_stime, os.waitstatus_to_exitcode(status))


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options, directory, table):
        self.options, self.dir, self.table = options, directory, table
        self.bin = Path(os.environ["LAC_BENCH_BIN"])
        self.lac, self.seed = str(self.bin / "lac"), str(self.bin / "examples" / "seed")
        self.out = directory / "out"
        self.config = directory / "config.toml"
        self.config.write_text("")
        self.errors = str(directory / "stderr")

    # --- programs ---

    def tool(self, name, package=None):
        found = shutil.which(name)
        if not found:
            raise NotMeasured(f"{name} is missing (Debian: {package or name})")
        return found

    def env(self, store=None, **more):
        env = {"HOME": str(self.dir), "PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8", "TZ": "UTC",
               "LAC_CONFIG": str(self.config)}
        if "LD_LIBRARY_PATH" in os.environ:
            env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        if store:
            env["LAC_STORE"] = str(store)
        return env | more

    def run(self, argv, store=None, env=None, expect=0, **files):
        """Seconds and CPU seconds of a program that must succeed."""
        done = spawn(argv, env or self.env(store), stderr=self.errors, **files)
        if done.code != expect:
            raise RuntimeError(f"{' '.join(argv)}: exit code {done.code}: {Path(self.errors).read_text()[-2000:]}")
        return done

    def json(self, store, *args):
        text = subprocess.run([self.lac, *args, "-o", "json"], env=self.env(store), check=True, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL).stdout
        return json.loads(text)

    def peak(self, argv, store=None):
        """The most memory that a program uses, in MiB. By GNU time, because a
        program that Python starts begins with Python's own memory as its peak."""
        note = str(self.dir / "peak")
        self.run([self.tool("time"), "-f", "%M", "-o", note, *argv], store)
        return int(Path(note).read_text()) / 1024

    # --- rounds ---

    def empty(self):
        """Removes what a run has written, so that nobody pays for another's writing."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        os.sync()

    def rounds(self, number, contestants, warm_up=1, prepare=lambda: None):
        """Runs the contestants in turn, so that each value stands beside the others
        of its round. A contestant is a function that gives its seconds."""
        found = {name: [] for name in contestants}
        for at in range(warm_up + number):
            for name, contestant in contestants.items():
                prepare()
                took = contestant()
                if at >= warm_up:
                    found[name].append(took)
        return found

    def many(self):
        return self.options.pairs * 40

    def timed(self, *argv, store=None, **files):
        argv = list(argv)
        return lambda: self.run(argv, store, **files).seconds

    # --- stores ---

    def store(self, events, customers):
        """A store of this size; the same seed each time."""
        path = self.dir / f"store-{events}-{customers}"
        if not path.exists():
            say(f"making a store of {events:,} events and {customers:,} customers")
            # Aside, so that half a store is never taken for a whole one.
            part = self.dir / "store.part"
            shutil.rmtree(part, ignore_errors=True)
            self.run([self.seed, "--store", str(part), "--customers", str(customers), "--events", str(events)])
            part.rename(path)
        return path

    def store_without_customers(self):
        """Websites and store views, to import customers into."""
        path = self.dir / "store-empty"
        if not path.exists():
            part = self.dir / "store.part"
            shutil.rmtree(part, ignore_errors=True)
            self.run([self.seed, "--store", str(part), "--customers", "1", "--events", "0"])
            self.run([self.lac, "customer", "remove", "1", "--yes"], part)
            part.rename(path)
        return path

    def fresh(self, store):
        """A copy that may be changed."""
        copy = self.dir / "fresh"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store, copy)
        return copy

    def python_with(self, module, package):
        """A Python that has this module: in an environment of its own."""
        venv = Path(os.environ.get("LAC_BENCH_VENV") or self.dir / "venv")
        python = venv / "bin" / "python"
        has = [str(python), "-c", f"import {module}"]
        if not python.exists() or subprocess.run(has, capture_output=True).returncode:
            say(f"installing {package} into {venv}")
            try:
                if not python.exists():
                    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, capture_output=True)
                subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
                               check=True, capture_output=True)
            except subprocess.CalledProcessError:
                raise NotMeasured(f"{package} cannot be installed into {venv}") from None
        return str(python)

"""What `lac serve` serves: beside direct access, and beside Django."""

import os
import re
import subprocess
import time
from contextlib import contextmanager

from commands import login_store
from run import NotMeasured, say
from table import Row, beside


@contextmanager
def serving(bench, store):
    socket = bench.dir / "lac.sock"
    socket.unlink(missing_ok=True)
    server = subprocess.Popen([bench.lac, "-q", "serve", "--socket", str(socket)], env=bench.env(store),
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not socket.exists():
            if server.poll() is not None:
                raise RuntimeError("lac serve does not start")
            time.sleep(0.01)
        yield f"unix:{socket}"
    finally:
        server.terminate()
        server.wait()


def broker(bench):
    store = login_store(bench)
    with serving(bench, store) as socket:
        for words in (["whoami"], ["login", "1", "-o", "json"]):
            argv = [bench.lac, *words]
            found = bench.rounds(bench.many(), {"here": bench.timed(*argv, store=store), "there": bench.timed(*argv, store=socket)},
                                 warm_up=20)
            bench.table.rows.append(beside(f"`lac {words[0]}` through the broker", found["there"],
                                           "the same on the store itself", found["here"], below=1))
    text = script(bench, "broker.sh", "--lac", bench.lac, "--store", str(store), "--seconds", str(bench.options.seconds))
    bench.table.rows += rows_of(text)


def gateway(bench):
    for name in ("wrk", "curl"):
        bench.tool(name)
    for module, package in [("django", "Django~=5.2"), ("hijack", "django-hijack~=3.7"), ("gunicorn", "gunicorn")]:
        python = bench.python_with(module, package)
    work = bench.dir / "gateway"
    size = ["--tokens", "500", "--seconds", "1", "--rounds", "1"] if bench.options.quick else []
    os.environ["LAC_BENCH_VENV"] = os.path.dirname(os.path.dirname(python))
    bench.table.rows += rows_of(script(bench, "gateway.sh", "--dir", str(work), *size))


def script(bench, name, *args):
    """What another script of this folder prints. It fails where its own limits are missed."""
    done = subprocess.run([os.path.join(os.path.dirname(__file__), "..", name), *args], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    say(done.stdout + done.stderr)
    if done.returncode and not rows_of(done.stdout):
        raise NotMeasured(f"benches/{name} failed: {done.stderr[-500:]}")
    return done.stdout


def number(text):
    found = re.search(r"-?[\d,]+(\.\d+)?", text)
    return float(found.group().replace(",", "")) if found else None


def rows_of(text):
    """The rows of such a script: what, ours, beside it, ratio, goal. A goal begins with
    `>=` or `<=`, and is of the ratio if there is one."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("| ") else []
        if len(cells) != 5 or cells[0] in ("what", "---"):
            continue
        goal, value = cells[4], number(cells[3] or cells[1])
        missed = goal.startswith(">=") and value < number(goal) or goal.startswith("<=") and value > number(goal)
        shown = goal.replace(">=", "at least").replace("<=", "at most")
        rows.append(Row(*cells[:4], shown, bool(missed), bool(goal)))
    return rows

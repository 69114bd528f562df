"""Power cuts during logins: every write and sync of real logins is recorded with strace, and the store is put together again
as a disk could have it after a power cut at any moment. What was not synced is kept, lost, reordered, or torn between
sectors. Each time the store must open, the log must verify, and no login that was answered may be missing."""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

from support import Store

SECTOR = 512
SEED = int(os.environ.get("LAC_POWER_LOSS_SEED", "20261201"))
VARIANTS = 3  # random ones, beside "all is kept" and "all is lost"
TRIED = 2  # logins of each kind
# Images need no disk: what a sync does to them is simulated.
IMAGES = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
TRACED = "openat,write,pwrite64,fdatasync,fsync,rename,unlink,ftruncate,mkdir,fallocate,writev,pwritev,renameat2,linkat"
CALL = re.compile(r"^\d+ +(\w+)\((.*)\)\s+= (-?\d+)")


def text(escaped):
    return re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), escaped)


def data(escaped):
    return bytes.fromhex(escaped.replace("\\x", ""))


def of_fd(argument):
    """The path behind a descriptor as strace -y writes it."""
    return text(re.search(r"<([^>]*)>", argument)[1])


class File:
    """What is on the disk for certain, and what was written since the last sync."""

    def __init__(self, stored=b""):
        self.stored = stored
        self.pending = []  # (offset, bytes), or (None, size) for a new length
        self.size = len(stored)

    def write(self, offset, written):
        self.pending.append((offset, written))
        self.size = max(self.size, offset + len(written))

    def cut(self, size):
        self.pending.append((None, size))
        self.size = size

    def sync(self):
        self.stored, self.pending = self.after(self.pending), []

    def after(self, changes):
        content = bytearray(self.stored)
        for offset, change in changes:
            if offset is None:
                content = content[:change].ljust(change, b"\0")
            else:
                content.extend(b"\0" * (offset + len(change) - len(content)))
                content[offset:offset + len(change)] = change
        return bytes(content)

    def lose(self, dice):
        """Some of the pending changes, some of them torn."""
        kept = []
        for offset, change in self.pending:
            fate = dice.random()
            if fate < 0.4:
                kept.append((offset, change))
            elif fate < 0.8 and offset is not None:
                kept.extend(torn(offset, change, dice))
        return self.after(kept)


def torn(offset, written, dice):
    """The beginning of a write, or some of its sectors."""
    if dice.random() < 0.5:
        return [(offset, written[:dice.randrange(len(written) + 1)])]
    first = offset // SECTOR
    last = (offset + len(written) - 1) // SECTOR
    pieces = []
    for sector in range(first, last + 1):
        begin, end = max(sector * SECTOR, offset), min((sector + 1) * SECTOR, offset + len(written))
        if dice.random() < 0.5:
            pieces.append((begin, written[begin - offset:end - offset]))
    return pieces


class Disk:
    """A directory: names that are durable, and changes of names since it was synced."""

    def __init__(self, directory):
        self.directory = str(directory)
        self.names = {path.name: File(path.read_bytes()) for path in directory.iterdir() if path.is_file()}
        self.durable = dict(self.names)
        self.name_changes = []  # each a dict of names after the change

    def rename(self, change):
        change(self.names)
        self.name_changes.append(dict(self.names))

    def apply(self, call, arguments):
        """Applies a system call. Returns whether it changed this directory."""
        parts = arguments.split(", ")
        inside = lambda path: os.path.dirname(path) == self.directory
        if call == "openat":
            path = text(re.search(r'"([^"]*)"', arguments)[1])
            name = os.path.basename(path)
            if not inside(path) or "O_CREAT" not in arguments or name in self.names:
                return False
            self.rename(lambda names: names.update({name: File()}))
        elif call in ("write", "pwrite64"):
            path = of_fd(parts[0])
            if not inside(path):
                return False
            file = self.names[os.path.basename(path)]
            written = data(re.search(r'"([^"]*)"', arguments)[1])
            file.write(int(parts[-1]) if call == "pwrite64" else file.size, written)
        elif call == "ftruncate":
            path = of_fd(parts[0])
            if not inside(path):
                return False
            self.names[os.path.basename(path)].cut(int(parts[-1]))
        elif call in ("fdatasync", "fsync"):
            path = of_fd(parts[0])
            if path == self.directory:
                self.durable, self.name_changes = dict(self.names), []
            elif inside(path):
                self.names[os.path.basename(path)].sync()
            else:
                return False
        elif call == "rename":
            old, new = (text(path) for path in re.findall(r'"([^"]*)"', arguments))
            if not inside(new):
                return False
            self.rename(lambda names: names.update({os.path.basename(new): names.pop(os.path.basename(old))}))
        elif call == "unlink":
            path = text(re.search(r'"([^"]*)"', arguments)[1])
            if not inside(path):
                return False
            self.rename(lambda names: names.pop(os.path.basename(path)))
        else:
            sys.exit(f"this script does not know {call}({arguments[:80]}")
        return True

    def images(self, dice):
        """What a power cut can leave now: for each image its files by name."""
        now = self.names
        yield {name: file.after(file.pending) for name, file in now.items()}
        yield {name: file.stored for name, file in self.durable.items()}
        for _ in range(VARIANTS):
            # Names change in order: file systems keep a journal of them.
            names = dice.choice([self.durable, *self.name_changes])
            yield {name: file.lose(dice) for name, file in names.items()}


store = Store().ready()
directory = pathlib.Path(store.env["LAC_STORE"])
store.ok("consent", "grant", "jane@example.com", "john@example.com", "--yes")


def traced_login(turn):
    """The lines of strace, and the answer."""
    trace = store.home / "trace"
    customer = ["jane@example.com", "john@example.com"][turn % 2]
    done = subprocess.run(
        ["strace", "-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={TRACED}", "-o", str(trace),
         store.binary, "login", customer, "--reason", f"turn {turn}", "-o", "json"],
        env=store.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return trace.read_text().splitlines(), json.loads(done.stdout)


def check(image, answered, at):
    """Puts an image in place and uses it."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="lac-power-", dir=IMAGES))
    try:
        shutil.copytree(directory / "keys", home / "store/keys")
        (home / "store").chmod(0o700)
        for name, content in image.items():
            # Its content after a power cut is arbitrary; SQLite makes it anew.
            if name == "lac.db-shm":
                content = random.Random(at).randbytes(len(content))
            path = home / "store" / name
            path.write_bytes(content)
            path.chmod(0o600)

        def lac(*arguments):
            env = {**store.env, "LAC_STORE": str(home / "store")}
            done = subprocess.run([store.binary, *arguments, "-o", "json"], env=env, capture_output=True, text=True,
                                  timeout=60)
            if done.returncode != 0:
                kept = tempfile.mkdtemp(prefix="lac-power-failed-")
                shutil.copytree(home, kept, dirs_exist_ok=True)
                sys.exit(f"power cut {at}: lac {' '.join(arguments)}: {done.stderr}{done.stdout}\nkept in {kept}")
            return json.loads(done.stdout)

        events = lac("log", "verify")["events"]
        if answered:
            assert events >= answered["audit_seq"], f"power cut {at}: {answered} is lost, there are {events} events"
            event = lac("log", "show", str(answered["audit_seq"]))
            assert event["session_id"] == answered["session_id"], (at, event, answered)
        lac("login", "jane@example.com")
        lac("log", "verify")
    finally:
        shutil.rmtree(home)


def whole_lines(lines):
    """Joins the two lines of a call during which another thread made one."""
    begun = {}
    for line in lines:
        thread = line.split()[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>").rstrip()
        elif thread in begun and " resumed>" in line:
            yield begun.pop(thread) + line.split(" resumed>", 1)[1]
        else:
            yield line


def login_calls(lines):
    for line in whole_lines(lines):
        found = CALL.match(line)
        if found and int(found[3]) >= 0:
            yield found[1], found[2]
        elif not found and "+++" not in line and "---" not in line and "= -1 " not in line:
            sys.exit(f"this script does not understand: {line[:200]}")


def what_it_does(calls):
    """The syncs of a login, and what else it does to files besides writing."""
    syncs = sum(call in ("fsync", "fdatasync") for call, _ in calls)
    other = {call for call, arguments in calls
             if call in ("rename", "ftruncate") and "lac.db-shm" not in text(arguments)}
    return syncs, *sorted(other)


def is_answer(call, arguments):
    return call == "write" and of_fd(arguments.split(", ")[0]).startswith("pipe:") and "session_id" in text(arguments)


dice = random.Random(SEED)
disk = Disk(directory)
kinds = collections.Counter()
answered, jobs, turn = None, [], 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    # Logins that do the same differ little.
    while turn < 100 and not (turn > 45 and min(kinds.values()) >= TRIED):
        turn += 1
        lines, answer = traced_login(turn)
        calls = list(login_calls(lines))
        kind = what_it_does(calls)
        kinds[kind] += 1
        for at, (call, arguments) in enumerate(calls):
            if is_answer(call, arguments):
                answered = answer
            elif not disk.apply(call, arguments):
                continue
            if kinds[kind] <= TRIED:
                for image in disk.images(dice):
                    jobs.append(pool.submit(check, image, answered, f"{turn}.{at} {call}"))
    for job in concurrent.futures.as_completed(jobs):
        job.result()

for (syncs, *other), count in sorted(kinds.items()):
    print(f"{count} logins with {syncs} syncs{''.join(', ' + call for call in other)}")
assert min(kinds)[0] == 1, "no login has a single sync"
assert any("rename" in kind for kind in kinds) and any("ftruncate" in kind for kind in kinds), kinds

# The same without syncs must be noticed, or this test proves nothing.
File.sync = lambda file: None
lines, answer = traced_login(0)
for call, arguments in login_calls(lines):
    if not is_answer(call, arguments):
        disk.apply(call, arguments)
image = list(disk.images(dice))[1]
try:
    check(image, answer, "without syncs")
    sys.exit("a login that was never synced was not missed")
except AssertionError:
    pass

print(f"power loss: {len(jobs)} images after {turn} logins: all opened, verified, and no login was lost (seed {SEED})")

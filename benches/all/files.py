"""What reads or writes many rows: exports, verification, import."""

import csv as csv_format
import os
import subprocess
import time
from datetime import datetime, timedelta, timezone

from commands import month_of
from run import NotMeasured, say
from table import alone, beside, count, fact, mib

# Columns that hold numbers.
NUMBERS = {"seq", "admin_id", "customer_id"}


def export_store(bench):
    return bench.store(bench.options.events, min(100_000, bench.options.events))


def whole_csv(bench):
    """All events as CSV, which the peers load."""
    path = bench.dir / "all.csv"
    if not path.exists():
        part = bench.dir / "part.csv"
        bench.run([bench.lac, "log", "export", str(part), "--yes"], export_store(bench))
        part.rename(path)
    return path


def flat_table(bench):
    """The exported columns as a plain table in a database of its own."""
    path = bench.dir / "flat.db"
    if path.exists():
        return path
    shell = bench.tool("sqlite3")
    source = whole_csv(bench)
    with open(source, newline="") as file:
        columns = next(csv_format.reader(file))
    say("making the flat table")
    raw, part, script = (bench.dir / name for name in ("raw.db", "flat.part", "flat.sql"))
    for old in (raw, part):
        old.unlink(missing_ok=True)
    # Empty cells are NULL, as they are in a table that somebody would keep.
    cells = ", ".join(f"nullif({name}, '') AS {name}" for name in columns)
    script.write_text(f"""
PRAGMA synchronous=OFF;
CREATE TABLE raw ({", ".join(columns)});
.mode csv
.import --skip 1 {source} raw
ATTACH '{part}' AS flat;
CREATE TABLE flat.log ({", ".join(f"{name} {'INTEGER' if name in NUMBERS else 'TEXT'}" for name in columns)});
INSERT INTO flat.log SELECT {cells} FROM raw;
""")
    bench.run([shell, "-bail", str(raw), f".read {script}"])
    raw.unlink()
    part.rename(path)
    return path


def shell_export(bench, mode):
    """The flat table by the sqlite3 shell."""
    return bench.timed(bench.tool("sqlite3"), mode, "-header", str(flat_table(bench)), "SELECT * FROM log",
                       stdout=str(bench.out / "shell"))


class Duck:
    """DuckDB with a table of its own; only its COPY is timed, not its start."""

    def __init__(self, bench):
        python = bench.python_with("duckdb", "duckdb")
        script = os.path.join(os.path.dirname(__file__), "duck.py")
        database = bench.dir / "duck.db"
        ready = database.exists()
        self.process = subprocess.Popen([python, script, str(database)], env=bench.env(), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if not ready:
            self.ask("load", whole_csv(bench))

    def ask(self, task, path):
        self.process.stdin.write(f"{task} {path}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"DuckDB failed: {task}")
        return float(answer.split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def exported(bench, kind, what, shell_mode, duck_format, goals, more=None):
    """An export of the whole log beside the sqlite3 shell and DuckDB."""
    store, out = export_store(bench), bench.out
    argv = [bench.lac, "log", "export", str(out / f"lac.{kind}"), "--yes"]
    contestants = {"lac": bench.timed(*argv, store=store)}
    try:
        contestants["shell"] = shell_export(bench, shell_mode)
    except NotMeasured as reason:
        bench.table.left_out.append(f"{kind} beside the sqlite3 shell: {reason}")
    try:
        with Duck(bench) as duck:
            contestants["duck"] = lambda: duck.ask(duck_format, out / "duck")
            found = bench.rounds(bench.options.pairs, contestants | (more or {}), prepare=bench.empty)
    except NotMeasured as reason:
        bench.table.left_out.append(f"{kind} beside DuckDB: {reason}")
        found = bench.rounds(bench.options.pairs, contestants | (more or {}), prepare=bench.empty)
    for name, peer, goal in [("shell", f"`sqlite3 {shell_mode}` of a flat table", goals[0]),
                             ("duck", "DuckDB `COPY`, its own table, 2 threads", goals[1])]:
        if name in found:
            bench.table.rows.append(beside(what, found["lac"], peer, found[name], at_least=goal))
    bench.empty()
    bench.table.rows.append(alone(f"memory of it ({kind})", [bench.peak(argv, store)], at_most=64, show=mib))
    bench.empty()
    return found


def csv(bench):
    source, out = whole_csv(bench), bench.out
    bare = bench.timed(bench.tool("dd", "coreutils"), f"if={source}", f"of={out / 'bare'}", "bs=1M", "conv=fsync", "status=none")
    what = f"CSV of {bench.options.events:,} events, with manifest, hash and sync"
    found = exported(bench, "csv", what, "-csv", "csv", (3, 1.4), {"dd": bare})
    bench.table.rows.append(beside(what, found["lac"], "a bare write of these bytes, with sync (`dd`)", found["dd"]))


def jsonl(bench):
    exported(bench, "jsonl", f"JSON lines of {bench.options.events:,} events", "-json", "json", (5, 2.2))


def zst(bench):
    store, source, out = export_store(bench), whole_csv(bench), bench.out
    ours, theirs = out / "lac.csv.zst", out / "gzip.csv.gz"
    found = bench.rounds(bench.options.pairs, {
        "lac": bench.timed(bench.lac, "log", "export", str(ours), "--yes", store=store),
        "gzip": bench.timed(bench.tool("gzip"), "-6", "-c", stdin=str(source), stdout=str(theirs)),
    }, prepare=bench.empty)
    bench.table.rows.append(beside(f"CSV.zst of {bench.options.events:,} events", found["lac"],
                                   "the CSV through `gzip -6`", found["gzip"], at_least=6))
    bench.run([bench.lac, "log", "export", str(ours), "--yes"], store)
    bench.run([bench.tool("gzip"), "-6", "-c"], stdin=str(source), stdout=str(theirs))
    sizes = [path.stat().st_size / 1e6 for path in (ours, theirs)]
    bench.table.rows.append(beside("size of the CSV.zst", sizes[:1], "of the CSV.gz", sizes[1:], at_most=1,
                                   show=lambda n: f"{n:.1f} MB"))
    for kind in ("csv.gz", "ocsf"):
        bench.empty()
        took = bench.run([bench.lac, "log", "export", str(out / f"lac.{kind}"), "--yes"], store)
        bench.table.rows.append(alone(f"the same as `.{kind}`, once", [took.seconds]))
    bench.empty()
    admin, since, until = month_of(bench, store)
    workbook = [bench.lac, "log", "export", str(out / "lac.xlsx"), "--since", since, "--until", until, "--yes"]
    bench.table.rows.append(alone("memory of a workbook of a month", [bench.peak(workbook, store)], at_most=64, show=mib))
    bench.empty()


def verify(bench):
    store = export_store(bench)
    database = str(store / "lac.db")
    argv = [bench.lac, "log", "verify", "-o", "json"]
    contestants = {
        "lac": bench.timed(*argv, store=store),
        "sha256sum": bench.timed(bench.tool("sha256sum", "coreutils"), database),
    }
    try:
        contestants["openssl"] = bench.timed(bench.tool("openssl"), "dgst", "-sha256", database)
    except NotMeasured as reason:
        bench.table.left_out.append(f"verify beside openssl: {reason}")
    found = bench.rounds(bench.options.pairs, contestants)
    what = f"`log verify` of {bench.options.events:,} events, {os.path.getsize(database) / 1e9:.2f} GB"
    bench.table.rows.append(beside(what, found["lac"], "`sha256sum` of the database", found["sha256sum"], at_most=0.4))
    if "openssl" in found:
        bench.table.rows.append(beside(what, found["lac"], "`openssl dgst -sha256`", found["openssl"]))
    bench.table.rows.append(alone("memory of it", [bench.peak(argv, store)], at_most=64, show=mib))
    proof(bench, store)


def proof(bench, store):
    """A thousand events in the middle of the log, each proven, checked without the store."""
    middle = bench.options.events // 2
    since, until = (bench.json(store, "log", "show", str(seq))["time"] for seq in (middle, middle + 999))
    bench.empty()
    file = bench.out / "thousand.csv"
    bench.run([bench.lac, "log", "export", str(file), "--proof", "sparse", "--since", since, "--until", until, "--yes"], store)
    key = bench.json(store, "key", "verifier")["verifier"]
    checking = bench.timed(bench.lac, "log", "verify", "--file", str(file), "--key", key)
    found = bench.rounds(bench.options.pairs * 4, {"lac": checking})
    bench.table.rows += [
        alone("sparse proof of 1,000 adjacent events", [os.path.getsize(f"{file}.proof") / 1000], at_most=500,
              show=lambda n: f"{n:.0f} KB"),
        alone("check of it, without the store", found["lac"], at_most=0.05),
    ]


def imports(bench):
    """Customers of a CSV file beside `.import` into a plain table with the same indexes."""
    shell, customers = bench.tool("sqlite3"), bench.options.customers
    source, database, script = bench.dir / "customers.csv", bench.dir / "import.db", bench.dir / "import.sql"
    bench.run([bench.seed, "--customers", str(customers), "--emit-csv", str(source)])
    with open(source, newline="") as file:
        columns = next(csv_format.reader(file))
    script.write_text(f"""
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE customer ({", ".join(f"{name} TEXT" for name in columns)});
CREATE UNIQUE INDEX customer_email ON customer (email, _website);
.mode csv
.import --skip 1 {source} customer
""")
    empty = bench.store_without_customers()

    def peer():
        for old in (database, bench.dir / "import.db-wal", bench.dir / "import.db-shm"):
            old.unlink(missing_ok=True)
        os.sync()
        return bench.run([shell, "-bail", str(database), f".read {script}"], stdout=bench.errors + ".out").seconds

    def ours(kind, path):
        store = bench.fresh(empty)
        os.sync()
        return bench.run([bench.lac, "import", kind, str(path), "-o", "json"], store).seconds

    found = bench.rounds(bench.options.pairs, {"sqlite3": peer, "lac": lambda: ours("customers", source)})
    bench.table.rows.append(beside(f"import of {customers:,} CSV rows", found["lac"],
                                   "`.import` with the same indexes", found["sqlite3"], at_most=0.8))
    peak = bench.peak([bench.lac, "import", "customers", str(source)], bench.fresh(empty))
    bench.table.rows.append(alone("memory of it", [peak], at_most=64, show=mib))
    for old in (source, database):
        old.unlink()
    pages = bench.dir / "customers.json"
    bench.run([bench.seed, "--customers", str(customers), "--consents", str(customers // 10), "--emit-rest", str(pages)])
    rates = [customers / ours("customers", pages) for _ in range(min(3, bench.options.pairs))]
    bench.table.rows.append(alone(f"import of {customers:,} REST customers, a tenth with consent, in a second",
                                  rates, at_least=50_000, show=count))
    pages.unlink()


def ausearch(bench):
    """A day of one admin user, in the log and in auditd's log of as many events."""
    program, events = bench.tool("ausearch", "auditd"), bench.options.events
    store = export_store(bench)
    admin, _, day = month_of(bench, store)
    # One line for each event; auditd itself writes several for most.
    path = bench.dir / "audit.log"
    begin = time.time() - 270 * 86_400
    with open(path, "w") as file:
        for number in range(events):
            account = 1000 + number % 9
            at = begin + number * 270 * 86_400 / events
            file.write(f"type=USER_LOGIN msg=audit({at:.3f}:{number + 1}): pid={4000 + number % 900} uid=0 auid={account} "
                       f"ses={number // 3} msg='op=login id={account} exe=\"/usr/sbin/sshd\" hostname=? "
                       f"addr=192.0.2.{number % 256} terminal=ssh res=success'\n")
    date = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
    argv = [program, "-if", str(path), "-ua", "1003", "-ts", f"{date:%m/%d/%y}", "00:00:00",
            "-te", f"{date + timedelta(days=1):%m/%d/%y}", "00:00:00"]
    peer_env = bench.env() | {"LC_ALL": "C"}
    found = bench.rounds(bench.options.pairs, {
        "lac": bench.timed(bench.lac, "log", "list", "--admin", admin, "--since", day, "--until", day, "-o", "jsonl",
                           store=store),
        "ausearch": lambda: bench.run(argv, env=peer_env).seconds,
    })
    bench.table.rows.append(beside(f"one admin user's day in the log of {events:,} events, all rows", found["lac"],
                                   "`ausearch` in as many lines of auditd", found["ausearch"]))
    bench.table.rows.append(fact("auditd's log", f"{path.stat().st_size / 1e9:.2f} GB"))
    path.unlink()

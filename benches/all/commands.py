"""What people and scripts wait for: one process, a few milliseconds."""

import json
import os
from datetime import datetime, timedelta

from run import spawn
from table import alone, beside, fact, mib


def start(bench):
    """`lac --help` beside a program that does nothing. By hyperfine, in blocks in
    turn; each pair is the medians of two blocks that follow each other."""
    hyperfine = bench.tool("hyperfine")
    report = bench.dir / "hyperfine.json"

    def block(command):
        bench.run([hyperfine, "-N", "--warmup", "20", "--runs", "100", "--export-json", str(report), command])
        return json.loads(report.read_text())["results"][0]["median"]

    found = bench.rounds(bench.options.pairs * 2, {"true": lambda: block("/bin/true"), "lac": lambda: block(f"{bench.lac} --help")})
    bench.table.rows += [
        beside("`lac --help`", found["lac"], "`/bin/true`", found["true"], at_most=2.2),
        alone("size of the stripped program", [os.path.getsize(bench.lac) / 1e6], at_most=14, show=lambda n: f"{n:.2f} MB"),
    ]


def login_store(bench):
    return bench.store(bench.options.customers, bench.options.customers)


def login(bench):
    """A login beside one durable insert."""
    shell = bench.tool("sqlite3")
    store = login_store(bench)
    database = bench.dir / "peer.db"
    database.unlink(missing_ok=True)
    bench.run([shell, str(database), "PRAGMA journal_mode=WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"])
    found = bench.rounds(bench.many(), {
        "sqlite3": bench.timed(shell, str(database), "PRAGMA synchronous=FULL; INSERT INTO t (b) VALUES (1)"),
        "lac": bench.timed(bench.lac, "login", "1", "-o", "json", store=store),
    }, warm_up=30)
    bench.table.rows.append(beside(f"`lac login -o json`, {bench.options.customers:,} customers and events", found["lac"],
                                   "one durable INSERT by the sqlite3 shell", found["sqlite3"], at_most=1))
    peak = bench.peak([bench.lac, "login", "1", "-o", "json"], store)
    bench.table.rows.append(alone("memory of a login", [peak], at_most=16, show=mib))


def month_of(bench, store):
    """The admin user of an event in the middle of the log, and the 30 days before it."""
    last = bench.json(store, "log", "list", "--limit", "1")[0]["seq"]
    event = bench.json(store, "log", "show", str(last // 2))
    until = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    return event["admin"], f"{until - timedelta(days=30):%Y-%m-%d}", f"{until:%Y-%m-%d}"


def searches(bench, store, customers):
    """Commands that find a few rows, whatever the store's size."""
    address = bench.json(store, "customer", "show", str(customers // 2))["email"]
    admin, since, until = month_of(bench, store)
    lac = bench.lac
    return {
        "search": [lac, "customer", "list", "--search", address.split("@")[0], "--limit", "20", "-o", "json"],
        "prefix": [lac, "customer", "list", "--email-prefix", address[:6], "--limit", "20", "-o", "json"],
        "list": [lac, "log", "list", "--admin", admin, "--since", since, "--until", until, "--limit", "20", "-o", "jsonl"],
    }


def find(bench):
    customers = bench.options.customers
    store = login_store(bench)
    commands = {name: bench.timed(*argv, store=store) for name, argv in searches(bench, store, customers).items()}
    address = bench.json(store, "customer", "show", str(customers // 2))["email"]
    completing = bench.env(store, COMPLETE="fish")
    commands["complete"] = lambda: spawn([bench.lac, "--", "lac", "login", address[:3]], completing).seconds
    begins = f"'{bench.lac}' log list -o jsonl 2>/dev/null | head -c 1"
    commands["begins"] = bench.timed("/bin/bash", "-c", begins, store=store)
    found = bench.rounds(bench.many() // 2, commands, warm_up=5)
    for name, what, limit in [
        ("search", "find a customer by the beginning of an address", 0.010),
        ("prefix", "20 customers by the first letters of an address", 0.010),
        ("complete", "complete an address in a shell", 0.030),
        ("list", "one month of one admin user in the log, 20 rows", 0.020),
        ("begins", "first byte of an unlimited list of the log", 0.020),
    ]:
        bench.table.rows.append(alone(what, found[name], at_most=limit))
    bench.table.rows.append(fact("the store of the rows above", f"{(store / 'lac.db').stat().st_size / 1e9:.2f} GB"))


def roles(bench):
    """Roles as code: 1,000 roles with 30 resources each, and 1,000 admin users."""
    size = 100 if bench.options.quick else 1000
    store = bench.fresh(bench.store_without_customers())
    resources = json.dumps([row["id"] for row in bench.json(store, "role", "resources")[:30]])

    def declared(word):
        path = bench.dir / f"{word}.toml"
        path.write_text('format = "lac-roles/1"\n' + "".join(
            f'[[role]]\nname = "{word} {n}"\naccess = "custom"\nscope = "all"\nresources = {resources}\n'
            f'[[user]]\nname = "{word} agent {n}"\nrole = "{word} {n}"\n' for n in range(size)))
        return bench.run([bench.lac, "role", "apply", str(path)], store).seconds

    bench.table.rows += [
        alone(f"apply {size:,} roles and {size:,} admin users", [declared("Team")], at_most=1),
        alone("apply them again: no changes", [declared("Team")], at_most=1),
        alone("apply as many others", [declared("Group")], at_most=1),
    ]

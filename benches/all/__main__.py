"""benches/all.sh: see there."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import commands
import files
import growth
import served
import writers
from run import Bench, NotMeasured, say
from table import Table

GROUPS = {
    "start": commands.start,
    "login": commands.login,
    "find": commands.find,
    "roles": commands.roles,
    "csv": files.csv,
    "jsonl": files.jsonl,
    "zst": files.zst,
    "verify": files.verify,
    "import": files.imports,
    "broker": served.broker,
    "gateway": served.gateway,
    "ausearch": files.ausearch,
    "writers": writers.writers,
    "growth": growth.growth,
}


def options():
    parser = argparse.ArgumentParser(prog="benches/all.sh")
    names = lambda text: text.split(",")
    parser.add_argument("--only", type=names, default=list(GROUPS))
    parser.add_argument("--skip", type=names, default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--events", type=int)
    parser.add_argument("--customers", type=int)
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")])
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--report-only", action="store_true")
    args = parser.parse_args()
    for name in args.only + args.skip:
        if name not in GROUPS:
            parser.error(f"no group {name}; there are: {' '.join(GROUPS)}")
    usual = (1, 20_000, 5_000, [2_000, 20_000], 3) if args.quick else \
        (5, 2_000_000, 1_000_000, [100_000, 1_000_000, 10_000_000], 60)
    for field, value in zip(("pairs", "events", "customers", "sizes", "seconds"), usual):
        if getattr(args, field) is None:
            setattr(args, field, value)
    return args


def machine():
    """What the numbers are of."""
    cpu = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        cpu.setdefault(name.strip(), value.strip())
    flags = cpu.get("flags", "").split()
    has = [name for name in ("avx2", "avx512f", "sha_ni") if name in flags]
    version = subprocess.run([os.environ["LAC_BENCH_BIN"] + "/lac", "--version"], capture_output=True, text=True)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {version.stdout.strip()}, "
            f"{len(os.sched_getaffinity(0))} cores of {cpu.get('model name', 'an unknown processor')} ({' '.join(has)}), "
            f"Linux {os.uname().release}, load average {load}")


def main():
    args = options()
    table = Table()
    directory = (args.dir or Path(tempfile.mkdtemp(prefix="lac-bench."))).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    try:
        bench = Bench(args, directory, table)
        lines = ["begin: " + machine()]
        for name, group in GROUPS.items():
            if name not in args.only or name in args.skip:
                continue
            say(f"== {name}")
            since = time.monotonic()
            try:
                group(bench)
            except NotMeasured as reason:
                table.left_out.append(f"{name}: {reason}")
            except Exception as error:  # the other groups' results are still worth having
                table.failed.append(f"{name}: {error}")
                say(f"FAILED: {error}")
            say(f"   {time.monotonic() - since:.0f} s")
        lines += ["end: " + machine(), "", table.text(), ""]
        lines += [f"NOT MEASURED: {reason}" for reason in table.left_out]
        lines += [f"FAILED: {reason}" for reason in table.failed]
        lines += [f"MISSED: {row.what}: {row.ratio or row.ours}, goal {row.goal}" for row in table.missed()]
        print("\n".join(lines))
    finally:
        if args.dir is None:
            shutil.rmtree(directory, ignore_errors=True)
    return 1 if table.failed or (table.missed() and not args.report_only) else 0


if __name__ == "__main__":
    sys.exit(main())

"""DuckDB with two threads, for files.py: one process that answers lines."""

import sys
import time

import duckdb

con = duckdb.connect(sys.argv[1])
con.execute("SET threads = 2")
for line in sys.stdin:
    task, _, path = line.rstrip("\n").partition(" ")
    before, cpu = time.monotonic(), time.process_time()
    if task == "load":
        con.execute("DROP TABLE IF EXISTS log")
        con.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{path}', all_varchar = true)")
        con.execute("CHECKPOINT")
    else:
        con.execute(f"COPY log TO '{path}' (FORMAT {task})")
    print(time.monotonic() - before, time.process_time() - cpu, flush=True)

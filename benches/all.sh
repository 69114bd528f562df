#!/usr/bin/env bash
# Everything side by side: runs lac and what people would use instead in turn
# (A B A B …) on the same machine and disk, prints one Markdown table with medians,
# spread and goals, and fails if a goal is missed. docs/performance.md keeps the
# numbers. What a machine lacks is named at the end as not measured.
#
#   benches/all.sh [--only GROUP[,GROUP…]] [--skip GROUP[,…]] [--quick] [--pairs N]
#                  [--events N] [--customers N] [--sizes N,N,…] [--seconds N]
#                  [--dir DIR] [--report-only]
#
# Groups: start login find roles csv jsonl zst verify import broker gateway
# ausearch writers growth.
#
# --quick        small stores and few pairs, to try the scripts; the goals are for
#                the full sizes
# --pairs        how often what takes seconds is repeated (5); what takes
#                milliseconds is repeated forty times as often
# --events       of the store for exports and verification (2,000,000)
# --customers    of the store for logins, which has as many events, and of the
#                imported file (1,000,000)
# --sizes        of the stores for growth, events and customers each
#                (100000,1000000,10000000, which needs 25 GB)
# --seconds      of the loads on broker and writers (60)
# --dir          for the files (a temporary folder); stores in it are used again
# --report-only  exit 0 even if a goal is missed
#
# LAC_BENCH_BIN=DIR   the folder of a release build, instead of building here
# LAC_BENCH_VENV=DIR  a Python environment for DuckDB and Django, instead of one
#                     in --dir, into which they are installed
#
# Needs python3 with venv, sqlite3, hyperfine, openssl, time, wrk, curl and auditd
# (Debian packages of these names); only Python is indispensable.
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/lib.sh
lac='' seed=''
case " $* " in
  *' -h '* | *' --help '*) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit ;;
esac
release_programs
LAC_BENCH_BIN=$(dirname "$lac") PYTHONDONTWRITEBYTECODE=1 exec python3 benches/all "$@"

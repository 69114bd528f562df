#!/usr/bin/env bash
# The log side by side, in one run: what lac writes and finds against what
# people would use instead on the same rows. Prints the rows of a Markdown table
# with ratios; docs/performance.md keeps the numbers.
#
#   benches/log.sh [--events N] [--customers N] [--dir DIR] [--store DIR]
#                  [--runs N] [--growth]
#
# --store  this store instead of a new one; events of the benches themselves
#          are added to it
# --runs   the best of so many, after one that only warms up (3)
# --growth the same search among 100,000, 1,000,000 and 10,000,000 events too
#
# Needs hyperfine, sqlite3, zstd, openssl (Debian: packages of these names), GNU
# time (Debian: time) and python3 with venv, which gets DuckDB from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

events=5000000 customers=100000 dir='' store='' runs=3 growth=
while (($#)); do
  case $1 in
    --growth) growth=1; shift; continue ;;
    --events) events=$2 ;;
    --customers) customers=$2 ;;
    --dir) dir=$2 ;;
    --store) store=$2 ;;
    --runs) runs=$2 ;;
    *) echo "log.sh: unknown argument $1" >&2; exit 2 ;;
  esac
  shift 2
done
for tool in hyperfine sqlite3 zstd gzip openssl awk /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "log.sh: $tool is missing" >&2; exit 1; }
done
if [[ -z $dir ]]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
mkdir -p "$dir"
out=$dir/out
rm -rf "$out"
mkdir "$out"

cargo build --release --quiet --bin lac --example seed
target=${CARGO_TARGET_DIR:-$PWD/target}/release
lac=$target/lac
seed=$target/examples/seed
unset LAC_TOKEN LAC_CONFIG LAC_PROFILE || true
export HOME=$dir XDG_CONFIG_HOME=$dir/none

heading() { printf '\n== %s\n' "$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
mib() { awk -v k="$1" 'BEGIN { printf "%.0f MiB", k / 1024 }'; }
mb() { awk -v n="$(stat -c %s "$1")" 'BEGIN { printf "%.1f MB", n / 1000000 }'; }
# mean FILE N: the Nth command's mean time in milliseconds, of hyperfine's CSV.
mean() { awk -F, -v n="$2" 'NR == n + 1 { printf "%.1f", $2 * 1000 }' "$1"; }
# timed COMMAND…: wall seconds, CPU seconds and peak memory (KiB).
timed() {
  /usr/bin/time -f '%e %U %S %M' -o "$dir/time" "$@" >"$dir/stdout" 2>"$dir/stderr" || {
    cat "$dir/stderr" >&2
    return 1
  }
  local user system
  read -r seconds user system peak <"$dir/time"
  cpu=$(awk -v a="$user" -v b="$system" 'BEGIN { printf "%.2f", a + b }')
}
# best COMMAND…: the same of the quickest run but for the peak, which is the
# highest. What a run wrote into $out is removed before the next.
best() {
  local n least='' cpu_of_least='' highest=0
  for ((n = 0; n <= runs; n++)); do
    rm -rf "${out:?}"/*
    timed "$@"
    if ((n > 0)); then
      if [[ -z $least ]] || awk -v a="$seconds" -v b="$least" 'BEGIN { exit !(a < b) }'; then
        least=$seconds cpu_of_least=$cpu
      fi
      ((peak > highest)) && highest=$peak
    fi
  done
  seconds=$least cpu=$cpu_of_least peak=$highest
}
# peer NAME COMMAND…: what the next rows are compared with.
peer() {
  peer_name=$1
  best "${@:2}"
  peer_seconds=$seconds peer_cpu=$cpu
}
# against LIMIT: a row of the table for what was last run.
against() {
  echo "| $what | $peer_name: $peer_seconds s ($peer_cpu s CPU) | $seconds s ($cpu s CPU), $(mib "$peak") |" \
    "$(ratio "$peer_seconds" "$seconds") | $1 |"
}
# seeded N DIR: a store of N events.
seeded() {
  [[ -e $2/lac.db ]] && return
  # Aside, so that half a store is never taken for a whole one.
  rm -rf "$2.part"
  mkdir -p "${2%/*}"
  timed "$seed" --store "$2.part" --customers "$customers" --events "$1"
  mv "$2.part" "$2"
  echo "seeded $1 events in $seconds s, peak $(mib "$peak")"
}

heading "the machine"
nproc | sed 's/$/ cores/'
uptime | sed 's/.*load/load/'
sqlite3 --version | cut -d' ' -f1 | sed 's/^/sqlite3 shell /'

heading "a store of $events events"
export LAC_STORE=${store:-$dir/s$events/store}
seeded "$events" "$LAC_STORE"
db=$LAC_STORE/lac.db
mb "$db" && echo
# What an event says, of seq $1.
event() { sqlite3 "$db" "SELECT json_extract(record, '\$.$2') FROM audit_event WHERE seq = $1"; }
last=$(sqlite3 "$db" 'SELECT max(seq) FROM audit_event')

columns='seq, time, action_group, action, result, admin, admin_id, session_id, customer_id, website,
  store_view, document, ticket, record, shopper, staff'
same="seq, json_extract(record, '\$.time') AS time, action_group, action,
  json_extract(record, '\$.full_action_name') AS full_action_name, result, admin, admin_id,
  json_extract(record, '\$.role') AS role, json_extract(staff, '\$.ip_address') AS ip_address,
  json_extract(staff, '\$.os_account') AS os_account, customer_id,
  json_extract(shopper, '\$.customer_email') AS customer_email, website, store_view, session_id,
  json_extract(record, '\$.consent') AS consent, document,
  json_extract(shopper, '\$.reason') AS reason, ticket,
  json_extract(shopper, '\$.details') AS details"
# shell MODE COLUMNS FILE: the rows by the sqlite3 shell.
shell() { echo "sqlite3 $1 -header '$db' \"SELECT $2 FROM audit_event ORDER BY seq\" >'$3'"; }

heading "files of all of them (lac: manifest, SHA-256 and sync included; best of $runs)"
echo "| what | peer | lac | times as fast | at least |"
echo '| --- | --- | --- | --- | --- |'
what='CSV'
for named in 'the columns of the table' 'the same columns'; do
  [[ $named == 'the same columns' ]] && columns=$same
  peer "sqlite3 -csv, $named" bash -c "$(shell -csv "$columns" "$out/x.csv")"
  best "$lac" log export "$out/x.csv"
  against 3
done
csv=$dir/all.csv
mv "$out/x.csv" "$csv"

duckdb() { "$dir/venv/bin/python" - "$dir/duck.db" "$@" <<'PYTHON'; }
import os, sys, time
import duckdb

path, task, target, runs = sys.argv[1:5]
con = duckdb.connect(path)
con.execute("SET threads = 2")
if task == "load":
    con.execute("DROP TABLE IF EXISTS log")
    con.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{target}', all_varchar = true)")
    con.execute("CHECKPOINT")
else:
    best = None
    for run in range(int(runs) + 1):
        if os.path.exists(target):
            os.remove(target)
        before, cpu = time.monotonic(), time.process_time()
        con.execute(f"COPY log TO '{target}'")
        took = time.monotonic() - before, time.process_time() - cpu
        if run and (best is None or took < best):
            best = took
    print("%.2f %.2f" % best)
PYTHON
if [[ -x $dir/venv/bin/python ]] || {
  python3 -m venv "$dir/venv" && "$dir/venv/bin/pip" install --quiet duckdb 2>"$dir/stderr"
}; then
  duckdb load "$csv" 0
  peer_name='DuckDB COPY, its own table, 2 threads'
  read -r peer_seconds peer_cpu < <(duckdb copy "$out/duck.csv" "$runs")
  # Once more, side by side.
  best "$lac" log export "$out/x.csv"
  against 1
else
  echo "!! DuckDB could not be installed: CSV against DuckDB was NOT measured" >&2
fi
rm -f "$dir/duck.db"

what='JSON lines'
peer 'sqlite3 -json, the same columns' bash -c "$(shell -json "$same" "$out/x.json")"
best "$lac" log export "$out/x.jsonl"
against 5

what='CSV, compressed (zstd)'
peer 'lac log export - \| gzip -6' \
  bash -c "'$lac' log export - --format csv | gzip -6 >'$out/x.csv.gz'"
gz=$(mb "$out/x.csv.gz")
best "$lac" log export "$out/x.csv.zst"
against 4
zst=$(mb "$out/x.csv.zst")
frames=$(zstd -lv "$out/x.csv.zst" 2>/dev/null | awk -F: '/Frames/ { print $2 }')
echo "gzip -6 $gz, zstd $zst ($(mb "$csv") plain), frames:$frames"
timed "$lac" log export "$out/x.csv.gz"
echo "lac's own .csv.gz: $seconds s ($cpu s CPU), $(mib "$peak"), $(mb "$out/x.csv.gz")"
timed "$lac" log export "$out/x.ocsf"
echo "OCSF: $seconds s ($cpu s CPU), $(mib "$peak"), $(mb "$out/x.ocsf")"
rm -f "$csv"

heading "a workbook of a million rows"
since=$(event $((last > 1000000 ? last - 999999 : 1)) time) until=$(event "$last" time)
best "$lac" log export "$out/x.xlsx" --since "$since" --until "$until"
echo "$seconds s ($cpu s CPU), peak $(mib "$peak") (at most 64), $(mb "$out/x.xlsx")"

# found STORE LABEL: one admin user's month, whole process; and how soon an
# unlimited list begins.
found() {
  local base admin month day begins
  base=$1/lac.db
  admin=$(sqlite3 "$base" 'SELECT admin FROM audit_event WHERE seq = (SELECT max(seq) / 2 FROM audit_event)')
  month=$(sqlite3 "$base" "SELECT strftime('%Y-%m', time / 1000000, 'unixepoch') FROM audit_event
    WHERE seq = (SELECT max(seq) / 2 FROM audit_event)")
  day=$(date -u -d "$month-01 +1 month -1 day" +%F)
  hyperfine -N --warmup 20 --runs 100 --export-csv "$dir/list.csv" \
    "$lac --store $1 log list --admin $admin --since $month-01 --until $day --limit 20 -o jsonl" \
    >/dev/null 2>&1
  begins="$lac --store $1 log list -o jsonl 2>/dev/null | head -c 1"
  hyperfine --shell bash --warmup 10 --runs 50 --export-csv "$dir/begins.csv" "$begins" >/dev/null 2>&1
  echo "| $2 | $(mean "$dir/list.csv" 1) ms | $(mean "$dir/begins.csv" 1) ms |"
}
heading "one admin user's month, 20 rows; the first byte of an unlimited list"
echo '| events | search | first byte |'
echo '| --- | --- | --- |'
found "$LAC_STORE" "$events"
if [[ -n $growth ]]; then
  for count in 100000 1000000 10000000; do
    ((count == events)) && continue
    seeded "$count" "$dir/s$count/store" >&2
    found "$dir/s$count/store" "$count"
  done
fi

heading "verification"
if "$lac" log verify --help >/dev/null 2>&1; then
  what='all of the log'
  peer 'sha256sum lac.db' sha256sum "$db"
  openssl=$(best openssl dgst -sha256 "$db"; echo "$seconds s")
  best "$lac" log verify -o json
  echo "| $what | $peer_name: $peer_seconds s, openssl dgst -sha256: $openssl |" \
    "$seconds s ($cpu s CPU), $(mib "$peak") | $(ratio "$seconds" "$peer_seconds") times as long |"
  # A thousand events in the middle of the log, proven each for itself.
  first=$((last / 2))
  rm -rf "${out:?}"/*
  "$lac" log export "$out/thousand.csv" --proof sparse --yes \
    --since "$(event "$first" time)" --until "$(event $((first + 999)) time)" >/dev/null 2>&1
  mv "$out" "$dir/proven"
  mkdir "$out"
  key=$(sed -n 's/.*"key": *"\([^"]*\)".*/\1/p' "$dir/proven/thousand.csv.manifest.json")
  best env -u LAC_STORE "$lac" log verify --file "$dir/proven/thousand.csv" --key "$key"
  echo "a sparse proof of 1,000 events: $(mb "$dir/proven/thousand.csv.proof"), checked in $seconds s"
  rm -rf "$dir/proven"
else
  echo "lac log verify does not exist yet" >&2
fi

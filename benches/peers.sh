#!/usr/bin/env bash
# Side by side, in one run: lac and what people would use instead, the sqlite3
# shell on the same disk. Prints ratios; docs/performance.md keeps the numbers.
#
#   benches/peers.sh [--customers N] [--events N] [--dir DIR] [--log]
#
# --log  then benches/log.sh, which compares what is done with the log
#
# Needs hyperfine and sqlite3 (Debian: apt-get install hyperfine sqlite3) and
# GNU time (Debian: time).
set -euo pipefail
cd "$(dirname "$0")/.."

customers=1000000 events=1000000 dir='' log=
while (($#)); do
  case $1 in
    --log) log=1; shift; continue ;;
    --customers) customers=$2 ;;
    --events) events=$2 ;;
    --dir) dir=$2 ;;
    *) echo "peers.sh: unknown argument $1" >&2; exit 2 ;;
  esac
  shift 2
done
for tool in hyperfine sqlite3 awk /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "peers.sh: $tool is missing" >&2; exit 1; }
done
if [[ -z $dir ]]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
mkdir -p "$dir"

cargo build --release --quiet --bin lac --example seed
target=${CARGO_TARGET_DIR:-$PWD/target}/release
lac=$target/lac
seed=$target/examples/seed
unset LAC_TOKEN LAC_CONFIG LAC_PROFILE || true
export HOME=$dir XDG_CONFIG_HOME=$dir/none

heading() { printf '\n== %s\n' "$1"; }
# mean FILE N: the Nth command's mean time in milliseconds, of hyperfine's CSV.
mean() { awk -F, -v n="$2" 'NR == n + 1 { printf "%.2f", $2 * 1000 }' "$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
# timed LABEL COMMAND…: wall seconds and peak memory (KiB) into $seconds, $peak.
timed() {
  /usr/bin/time -f '%e %M' -o "$dir/time" "$@" >"$dir/out" 2>"$dir/err" || {
    cat "$dir/err" >&2
    return 1
  }
  read -r seconds peak <"$dir/time"
}

heading "the machine"
nproc | sed 's/$/ cores/'
sqlite3 --version | cut -d' ' -f1 | sed 's/^/sqlite3 shell /'
awk -v n="$(stat -c %s "$lac")" 'BEGIN { printf "lac: %.1f MB (at most 14)\n", n / 1000000 }'

heading "starting up: lac --help against /bin/true (at most 3)"
hyperfine -N --warmup 50 --runs 500 --export-csv "$dir/help.csv" \
  "/bin/true" "$lac --help" >/dev/null 2>&1
echo "true $(mean "$dir/help.csv" 1) ms, lac --help $(mean "$dir/help.csv" 2) ms," \
  "ratio $(ratio "$(mean "$dir/help.csv" 2)" "$(mean "$dir/help.csv" 1)")"

heading "a store of $customers customers and $events events"
export LAC_STORE=$dir/big/store
timed "$seed" --store "$LAC_STORE" --customers "$customers" --events "$events"
echo "seeded in $seconds s, peak $peak KiB"

heading "lac login against one durable INSERT by the sqlite3 shell (at most 1.5)"
sqlite3 "$dir/peer.db" 'PRAGMA journal_mode=WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)' >/dev/null
hyperfine -N --warmup 30 --runs 300 --export-csv "$dir/login.csv" \
  "sqlite3 $dir/peer.db 'PRAGMA synchronous=FULL; INSERT INTO t (b) VALUES (1)'" \
  "$lac login 1 -o json" >/dev/null 2>&1
echo "sqlite3 $(mean "$dir/login.csv" 1) ms, lac login $(mean "$dir/login.csv" 2) ms," \
  "ratio $(ratio "$(mean "$dir/login.csv" 2)" "$(mean "$dir/login.csv" 1)")"
timed "$lac" login 1 -o json
echo "peak memory of a login: $peak KiB (at most 16384)"

heading "a customer search by e-mail prefix (at most 10 ms)"
prefix=$("$lac" customer show "$((customers / 2))" -o json | sed 's/.*"email":"\([^"@]*\).*/\1/')
hyperfine -N --warmup 20 --runs 200 --export-csv "$dir/search.csv" \
  "$lac customer list --search $prefix --limit 1 -o json" \
  "$lac customer list --email-prefix ${prefix:0:6} --limit 20 -o json" >/dev/null 2>&1
echo "--search of one address's beginning $(mean "$dir/search.csv" 1) ms," \
  "--email-prefix $(mean "$dir/search.csv" 2) ms"

heading "lac import of $customers CSV rows against .import with the same indexes (at most 3)"
"$seed" --customers "$customers" --emit-csv "$dir/customers.csv"
# Where customers of a CSV file belong: the same store tree, no customers.
fresh() {
  rm -rf "$dir/fresh"
  export LAC_STORE=$dir/fresh/store
  "$seed" --store "$LAC_STORE" --customers 1 --events 0 >/dev/null
  "$lac" customer remove 1 --yes >/dev/null 2>&1
}
rm -f "$dir"/import.db*
cat >"$dir/import.sql" <<SQL
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE customer ($(head -1 "$dir/customers.csv" | tr -d '\r"' | sed 's/,/ TEXT, /g') TEXT);
CREATE UNIQUE INDEX customer_email ON customer (email, _website);
.mode csv
.import --skip 1 $dir/customers.csv customer
SQL
timed sqlite3 "$dir/import.db" ".read $dir/import.sql"
peer=$seconds
fresh
timed "$lac" import customers "$dir/customers.csv" -o json
echo "sqlite3 $peer s, lac $seconds s, ratio $(ratio "$seconds" "$peer"), peak $peak KiB (at most 65536)"

heading "lac import of $customers REST customers, every tenth with consent (at least 50,000/s)"
"$seed" --customers "$customers" --consents $((customers / 10)) --emit-rest "$dir/customers.json"
fresh
timed "$lac" import customers "$dir/customers.json" -o json
echo "$seconds s, $(awk -v n="$customers" -v s="$seconds" 'BEGIN { printf "%d", n / s }') customers a second," \
  "peak $peak KiB; $(sed 's/.*"consents":\({[^}]*}\).*/consents \1/' "$dir/out")"

if [[ -n $log ]]; then
  benches/log.sh --dir "$dir/log"
fi

#!/usr/bin/env bash
# The gateway under load, and beside it what a shop would use instead: a view of
# Django with django-hijack on SQLite under gunicorn. Both wait for the disk at
# each commit. Prints medians and ratios; docs/performance.md keeps them.
#
#   benches/gateway.sh [--tokens N] [--seconds N] [--rounds N] [--connections N]
#                      [--lac PROGRAM] [--seed PROGRAM] [--dir DIR]
#
# LAC_BENCH_BIN=DIR  the folder of a release build, instead of building here
#
# Needs wrk, curl and python3 with venv (Debian: wrk curl python3-venv).
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/lib.sh

tokens=20000 seconds=10 rounds=5 connections=64 lac='' seed='' dir=''
while (($#)); do
  case $1 in
    --tokens) tokens=$2 ;;
    --seconds) seconds=$2 ;;
    --rounds) rounds=$2 ;;
    --connections) connections=$2 ;;
    --lac) lac=$(realpath "$2") ;;
    --seed) seed=$(realpath "$2") ;;
    --dir) dir=$2 ;;
    *) echo "gateway.sh: unknown argument $1" >&2; exit 2 ;;
  esac
  shift 2
done
for tool in wrk curl python3; do
  command -v "$tool" >/dev/null || { echo "gateway.sh: $tool is missing" >&2; exit 1; }
done
if [[ -z $dir ]]; then
  dir=$(mktemp -d)
  made=$dir
fi
mkdir -p "$dir"
server=
stop() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf ${made:+"$made"}' EXIT
release_programs
venv=${LAC_BENCH_VENV:-$dir/venv}
if [[ ! -x $venv/bin/gunicorn ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'Django~=5.2' 'django-hijack~=3.7' gunicorn
fi
unset LAC_TOKEN LAC_PROFILE || true
export HOME=$dir XDG_CONFIG_HOME=$dir/none LAC_CONFIG=$dir/lac.toml
# The limits of a request rate protect a shop; here they would be what is measured.
printf '[gateway]\nredeem_per_address = 0\nrequests_per_storefront = 0\n' >"$LAC_CONFIG"
uptime | sed 's/.*load/load/'

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() {
  for _ in $(seq 500); do
    curl -fs -o "$dir/ready" "$1" && return
    sleep 0.01
  done
  echo "gateway.sh: nothing answers at $1" >&2
  exit 1
}
# load FILE WRK-ARGUMENTS…: appends "successes others seconds p50 p99" to FILE.
load() {
  local file=$1
  shift
  wrk -t1 -c"$connections" -d"${seconds}s" --latency "$@" | sed -n 's/^result //p' >>"$file"
}

prepare() {
  rm -rf "$dir/store" "$dir/tokens"
  "$seed" --store "$dir/store" --customers 20000 --consents 20000 --open-sessions "$tokens" --tokens "$dir/tokens"
  made_at=$SECONDS
  # shellcheck disable=SC2046 # one word for each flag and code
  bearer=$(LAC_STORE=$dir/store "$lac" storefront add bench $("$lac" --store "$dir/store" stores list -o json |
    python3 -c 'import json, sys
for node in json.load(sys.stdin):
    if node["kind"] == "website" and node["code"] != "admin": print("--website", node["code"])') -o json |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
  python3 - "$dir/tokens" <<'PYTHON'
import base64, json, sys
lines = [line.strip() for line in open(sys.argv[1])]
with open(sys.argv[1], "w") as file:
    for token in lines:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        file.write(f"{token} {claims['aud']}\n")
PYTHON
}

prepare
for round in $(seq "$rounds"); do
  # The tokens are valid for 600 seconds.
  ((SECONDS - made_at < 480)) || prepare
  rm -rf "$dir/copy" "$dir/peer.db"*
  cp -a "$dir/store" "$dir/copy"
  port=$(free_port)
  "$lac" --store "$dir/copy" -q serve --listen "127.0.0.1:$port" 2>"$dir/serve.log" &
  server=$!
  await "http://127.0.0.1:$port/readyz"
  load "$dir/redeem" -s benches/gateway/redeem.lua "http://127.0.0.1:$port/v1/redeem" -- "$dir/tokens" 1 "$bearer"
  done_now=$(tail -1 "$dir/redeem" | cut -d' ' -f1)
  logged=$(LAC_STORE=$dir/copy "$lac" log list --action redeem --result success --since 10m -o jsonl | wc -l)
  # wrk closes its connections at the end without waiting for the last answers.
  if ((logged < done_now || logged > done_now + connections)); then
    echo "gateway.sh: $done_now redemptions were answered, $logged are in the log" >&2
    exit 1
  fi
  session=$(LAC_STORE=$dir/copy "$lac" session list --limit 1 --state active -o json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
  load "$dir/check" -s benches/gateway/check.lua "http://127.0.0.1:$port/v1/sessions/$session/check" -- "$bearer"
  stop

  export PEER_DATABASE=$dir/peer.db
  cookie=$("$venv/bin/python" benches/gateway/peer.py prepare "$PEER_DATABASE" "$dir/peer-tokens" 4000)
  port=$(free_port)
  (cd benches/gateway && exec "$venv/bin/gunicorn" -w 2 -b "127.0.0.1:$port" --log-level error peer:application) &
  server=$!
  await "http://127.0.0.1:$port/check"
  load "$dir/peer-redeem" -s benches/gateway/redeem.lua "http://127.0.0.1:$port/redeem" -- "$dir/peer-tokens" 1
  load "$dir/peer-check" -H "Cookie: sessionid=$cookie" -s benches/gateway/check.lua "http://127.0.0.1:$port/check" -- none
  stop
  echo "round $round: redeem $(tail -1 "$dir/redeem") | $(tail -1 "$dir/peer-redeem"); check $(tail -1 "$dir/check") | $(tail -1 "$dir/peer-check")"
done

"$seed" --store "$dir/one" --customers 20000 --consents 20000 --open-sessions 1 --tokens "$dir/one-token"
python3 - "$dir" "$lac" <<'PYTHON'
import json, os, socket, subprocess, sys, time, urllib.request
from statistics import median

dir, lac = sys.argv[1:]


def rows(name):
    return [[float(n) for n in line.split()] for line in open(f"{dir}/{name}")]


def rates(name):
    return [row[0] / row[2] for row in rows(name)]


def spread(values, form="{:,.0f}"):
    return f"{form.format(median(values))} ({form.format(min(values))} to {form.format(max(values))})"


def ratio(ours, theirs):
    return median(a / b for a, b in zip(ours, theirs))


print("| what | lac | Django and django-hijack | times | goal |\n| --- | --- | --- | --- | --- |")
for name, goal in [("redeem", 10), ("check", 15)]:
    ours, theirs = rates(name), rates(f"peer-{name}")
    print(f"| {name}, in a second | {spread(ours)} | {spread(theirs)} | {ratio(ours, theirs):.1f} | >= {goal} |")
    p99 = [row[4] for row in rows(name)]
    print(f"| {name}, 99th percentile, ms | {spread(p99, '{:.1f}')} | {spread([row[4] for row in rows(f'peer-{name}')], '{:.0f}')} | | <= 100 |")
    others = sum(row[1] for row in rows(name))
    print(f"| {name}, other answers than success | {others:.0f} | {sum(row[1] for row in rows(f'peer-{name}')):.0f} | | <= 0 |")


def login(store):
    env = {"HOME": os.environ["HOME"], "LAC_STORE": store, "LAC_CONFIG": os.environ["LAC_CONFIG"]}
    since = time.perf_counter()
    subprocess.run([lac, "login", "1", "-o", "json"], env=env, check=True, capture_output=True)
    return (time.perf_counter() - since) * 1000


pairs = [(login(f"{dir}/store"), login(f"{dir}/one")) for _ in range(60)][10:]
print(f"| `lac login` with many open sessions, and with one, ms | {median(a for a, _ in pairs):.2f}, {median(b for _, b in pairs):.2f} "
      f"| | {median(a / b for a, b in pairs):.2f} | <= 1.2 |")

ready, idle = [], []
for _ in range(10):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    since = time.perf_counter()
    server = subprocess.Popen([lac, "-q", "--store", f"{dir}/one", "serve", "--listen", f"127.0.0.1:{port}"],
                              stderr=subprocess.DEVNULL)
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
            break
        except OSError:
            time.sleep(0.001)
    ready.append((time.perf_counter() - since) * 1000)
    time.sleep(0.3)
    with open(f"/proc/{server.pid}/status") as status:
        idle.append(next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS")))
    server.terminate()
    server.wait()
print(f"| ready after start, ms | {spread(ready, '{:.0f}')} | | | <= 100 |")
print(f"| memory when idle, MiB | {spread(idle, '{:.1f}')} | | | <= 24 |")
print(f"| the program, MB | {os.path.getsize(lac) / 1e6:.2f} | | | <= 14 |")
PYTHON

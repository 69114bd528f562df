#!/usr/bin/env bash
# Brings up the example shop and a gateway on loopback, prints what to try, and stays until Ctrl-C.
#
#   integrations/php/demo.sh [--once]
#
# --once runs the set-up and exits: a test of this script.
# Environment: LAC_BINARY (default: target/debug/lac of this repository), SHOP_PORT (8000), LAC_PORT (8420).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lac=$(realpath "${LAC_BINARY:-$here/../../target/debug/lac}")
shop_port=${SHOP_PORT:-8000} gateway_port=${LAC_PORT:-8420}
[ -x "$lac" ] || { echo "$lac is missing: cargo build, or set LAC_BINARY" >&2; exit 1; }
command -v php >/dev/null || { echo 'php is missing: apt-get install php-cli php-curl php-sqlite3' >&2; exit 1; }

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for port in "$gateway_port" "$shop_port"; do
    ! answers "$port" || { echo "port $port is taken: choose others with SHOP_PORT and LAC_PORT" >&2; exit 1; }
done

place=$(mktemp -d "${TMPDIR:-/tmp}/lac-php-demo.XXXXXX")
processes=()
cleanup() {
    local process
    # Each is a group of its own: `php -S` has workers, which outlive it otherwise.
    for process in "${processes[@]}"; do
        kill -- "-$process" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    rm -rf "$place"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

export LAC_STORE=$place/store
run() { "$lac" "$@" --quiet >/dev/null; }
run init --admin anna --full-name 'Anna Agent' --name shop.example
run stores add-website base --name 'Main Website'
run stores add-group main --website base --name Main
run stores add-view default --group main --name English
run config set web/secure/base_url "http://127.0.0.1:$shop_port/"
run config set login_as_customer/general/enabled yes
(umask 077 && "$lac" storefront add shop --website base --consent --sync -o json |
    php -r 'echo json_decode(stream_get_contents(STDIN), true)["token"];' >"$place/token")

setsid "$lac" serve --listen "127.0.0.1:$gateway_port" 2>"$place/gateway.log" &
processes+=($!)
export LAC_URL=http://127.0.0.1:$gateway_port LAC_TOKEN_FILE=$place/token SHOP_DB=$place/shop.sqlite
export SHOP_ORIGIN=http://127.0.0.1:$shop_port PHP_CLI_SERVER_WORKERS=4
mkdir -m 0700 "$place/sessions"
setsid php -d "session.save_path=$place/sessions" -S "127.0.0.1:$shop_port" "$here/example/shop/index.php" 2>"$place/shop.log" &
processes+=($!)

for port in "$gateway_port" "$shop_port"; do
    for _ in $(seq 100); do
        answers "$port" && break
        sleep 0.1
    done
    answers "$port" || { echo "nobody answers on port $port:" >&2; cat "$place"/*.log >&2; exit 1; }
done
# The gateway learns of the shop's customers and orders.
php "$here/example/shop/sync.php"

cat <<END
The shop     http://127.0.0.1:$shop_port/
Customers    jane@example.com, john@example.com; the password is: secret
             http://127.0.0.1:$shop_port/login, then Account, then Support: allow it
The agent    export LAC_STORE=$LAC_STORE
             $lac login jane@example.com --ticket ZD-4711
             $lac login --order 000000001 --read-only
             $lac session end --all      # the browser's next page, within five seconds, is a guest's
             $lac log list
Ctrl-C ends all of it and removes $place.
END
[ "${1:-}" = --once ] || wait

#!/usr/bin/env bash
# Tests the PHP kit against a running gateway. Installs PHP from Debian if it is missing.
# LAC_BINARY names the program (default: target/debug/lac of this repository).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export LAC_BINARY=${LAC_BINARY:-$here/../../target/debug/lac} DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1
LAC_BINARY=$(realpath "$LAC_BINARY")
exec </dev/null

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        echo "neither root nor sudo without a password: cannot run: $*" >&2
        return 1
    fi
}

ready() {
    command -v php >/dev/null && php -r 'exit(PHP_VERSION_ID >= 80200 && extension_loaded("curl") && extension_loaded("sodium")
        && extension_loaded("pdo_sqlite") ? 0 : 1);'
}

install() {
    command -v apt-get >/dev/null || { echo "no apt-get: install by hand: $*" >&2; return 1; }
    as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! ready; then
    if ! install php-cli php-curl php-sqlite3 || ! ready; then
        echo 'SKIPPED: the PHP kit: PHP 8.2 or newer with curl, sodium and pdo_sqlite cannot be installed' >&2
        exit 0
    fi
fi
command -v openssl >/dev/null || install openssl || { echo 'openssl cannot be installed' >&2; exit 1; }
command -v python3 >/dev/null || { echo 'SKIPPED: the PHP kit: Python 3 is missing' >&2; exit 0; }
[ -x "$LAC_BINARY" ] || { echo "$LAC_BINARY is missing: cargo build" >&2; exit 1; }

while read -r file; do
    php -l "$file" >/dev/null || { echo "$file is not valid PHP" >&2; exit 1; }
done < <(find "$here" -name '*.php'; echo "$here/bin/lac-send-reports")

# Side by side: the tests mostly wait for sessions to end.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
names=(pages misbehaving loop)
processes=()
for name in "${names[@]}"; do
    python3 "$here/tests/$name.py" >"$logs/$name" 2>&1 &
    processes+=($!)
done
failed=0
for at in "${!names[@]}"; do
    if wait "${processes[$at]}"; then
        echo "${names[$at]}: $(tail -n 3 "$logs/${names[$at]}" | tr '\n' ' ')"
    else
        cat "$logs/${names[$at]}" >&2
        failed=1
    fi
done
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
if ! SHOP_PORT=$(free_port) LAC_PORT=$(free_port) "$here/demo.sh" --once >"$logs/demo" 2>&1; then
    cat "$logs/demo" >&2
    failed=1
fi
[ "$failed" = 0 ] || { echo 'the PHP kit: FAILED' >&2; exit 1; }
echo "the PHP kit: passed, with PHP $(php -r 'echo PHP_VERSION;')"

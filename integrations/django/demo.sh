#!/usr/bin/env bash
# Brings up a django-oscar shop and a gateway of lac on loopback, in a new
# directory, and leaves them running for you to play with. Ctrl-C ends all of it.
#
#   integrations/django/demo.sh [--once]
#
# --once runs the set-up and exits: a test of this script.
# Environment: LAC_BINARY, LAC_CI_CACHE (where the virtual environment is kept),
# SHOP_PORT (default 8000), LAC_PORT (default 8420).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${LAC_CI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lac-ci}
shop_port=${SHOP_PORT:-8000}
lac_port=${LAC_PORT:-8420}
once=no
[ "${1:-}" = --once ] && once=yes

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

find_lac() {
    local candidate
    for candidate in "${LAC_BINARY:-}" "$root/target/release/lac" "$root/target/debug/lac" "$(command -v lac || true)"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            (cd "$(dirname "$candidate")" && printf '%s/%s\n' "$PWD" "$(basename "$candidate")")
            return
        fi
    done
    return 1
}

lac_path=$(find_lac) || fail 'there is no lac: run "cargo build" first, or name one in LAC_BINARY'
command -v python3 >/dev/null || fail 'python3 is needed'

for port in "$shop_port" "$lac_port"; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        fail "port $port is taken; choose others with SHOP_PORT and LAC_PORT"
    fi
done

place=$(mktemp -d "${TMPDIR:-/tmp}/lac-demo.XXXXXX")
processes=()
# shellcheck disable=SC2317  # the trap calls it
finish() {
    trap - EXIT INT TERM
    local process
    for process in "${processes[@]}"; do
        kill "$process" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    rm -rf "$place"
    [ "$once" = yes ] || printf '\nEnded, and %s removed.\n' "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() {
    if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi
}

say 'Installing django-oscar (the first time takes about two minutes) …'
venv=$cache/django-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import oscar, sorl, django' 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'Django>=5.2,<5.3' 'django-oscar==4.2' sorl-thumbnail

export LAC_STORE=$place/lac-store
export SHOP_DATA=$place SHOP_ORIGIN=http://127.0.0.1:$shop_port SHOP_LAC_URL=http://127.0.0.1:$lac_port
export SHOP_LAC_TOKEN_FILE=$place/lac-token
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
unset LAC_TOKEN LAC_CONFIG LAC_PROFILE DJANGO_SETTINGS_MODULE
lac() { "$lac_path" "$@"; }
manage() { "$venv/bin/python" "$here/example/manage.py" "$@"; }

say 'Making a store of lac, with an account for the shop …'
{
    lac init --admin anna --full-name 'Anna Agent' --name demo.example
    lac stores add-website base --name 'Lantern & Loom'
    lac stores add-group main --website base --name Main
    lac stores add-view default --group main --name English
    lac config set web/secure/base_url "$SHOP_ORIGIN/"
    lac config set login_as_customer/general/enabled yes
} >/dev/null 2>"$place/lac.log" || fail "$(cat "$place/lac.log")"
(
    umask 077
    lac storefront add shop --website base --consent --sync -o json |
        "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["token"])' >"$SHOP_LAC_TOKEN_FILE"
)

say 'Making the shop …'
manage migrate --verbosity 0
manage seed >/dev/null

# Not through the functions: the process to end would be a shell around it.
"$lac_path" serve --listen "127.0.0.1:$lac_port" >"$place/gateway.log" 2>&1 &
processes+=($!)
"$venv/bin/python" "$here/example/manage.py" runserver --noreload "127.0.0.1:$shop_port" >"$place/shop.log" 2>&1 &
processes+=($!)

answers() { # URL
    "$venv/bin/python" - "$1" <<'PY'
import sys, time, urllib.request
for _ in range(240):
    try:
        sys.exit(urllib.request.urlopen(sys.argv[1], timeout=2).status != 200)
    except OSError:
        time.sleep(0.25)
sys.exit(1)
PY
}
answers "$SHOP_LAC_URL/healthz" || fail "the gateway does not answer: $(tail -n 5 "$place/gateway.log")"
answers "$SHOP_ORIGIN/loginascustomer/lac.css" || fail "the shop does not answer: $(tail -n 5 "$place/shop.log")"
manage check --tag lac >/dev/null
manage lac_sync >&2
lac consent grant lena.ortiz@example.com --reason 'demo: she has ticked the checkbox' >/dev/null

cat <<TEXT

The shop             $SHOP_ORIGIN/
The gateway          $SHOP_LAC_URL/

Two shoppers         lena.ortiz@example.com   allows support to log in
                     tom.baker@example.com    does not, until he ticks "Help with your account"
Shop's staff         staff@example.com        order notes are in $SHOP_ORIGIN/dashboard/
Password of all      lantern-and-loom

As the agent, in another terminal:

    export LAC_STORE=$LAC_STORE
    $lac_path login lena.ortiz@example.com --ticket ZD-4711

Open the URL in a private window and press the button. Order something, then look:

    $lac_path log list --limit 10
    $lac_path session end                 # the browser's next page is the public one

    $lac_path login tom.baker@example.com       # refused: ask him
    $lac_path consent ask tom.baker@example.com --ticket ZD-4712
                     # he answers at $SHOP_ORIGIN/loginascustomer/consent

Ctrl-C ends all of it.
TEXT
[ "$once" = yes ] && exit 0
wait -n "${processes[@]}" || true
fail "a process has ended: $(tail -n 3 "$place/gateway.log" "$place/shop.log")"

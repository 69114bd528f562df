#!/usr/bin/env bash
# The Django kit's tests: in a plain shop, in django-oscar, with a real gateway,
# and the storefront's scenarios in headless Chromium. Says what it skipped and why.
#
# Environment: LAC_BINARY (default target/debug/lac), LAC_CI_CACHE, LAC_SCREENSHOTS
# (a directory for pictures of the pages).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
exec </dev/null
cache=${LAC_CI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lac-ci}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
LAC_BINARY=${LAC_BINARY:-$root/target/debug/lac}
case $LAC_BINARY in /*) ;; *) LAC_BINARY=$PWD/$LAC_BINARY ;; esac
export LAC_BINARY
skipped=()
failed=()

skip() {
    printf -- '--- skipped: %s\n' "$1" >&2
    skipped+=("$1")
}

step() {
    local name=$1 start=$SECONDS
    shift
    printf -- '--- %s\n' "$name"
    if "$@"; then
        printf -- '--- passed: %s, %d s\n' "$name" $((SECONDS - start))
    else
        printf -- '--- FAILED: %s\n' "$name" >&2
        failed+=("$name")
    fi
}

venv=$cache/django-venv
python=$venv/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv "$venv" || { echo 'python3 with venv is needed' >&2; exit 1; }
fi
"$python" -c 'import oscar, sorl, playwright, django' 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        'Django>=5.2,<5.3' 'django-oscar==4.2' sorl-thumbnail playwright

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
(umask 077 && printf 'lac_only-for-checks' >"$data/lac-token")
export PYTHONPATH=$here:$here/example PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore SHOP_DATA=$data SHOP_TESTING=1
cd "$here"

django() { # settings, arguments
    local settings=$1
    shift
    DJANGO_SETTINGS_MODULE=$settings "$python" -m django "$@" 2>"$data/log" || { cat "$data/log"; return 1; }
    grep -E '^(Ran |OK|FAILED)' "$data/log" || true
}

pack() { # the package has all its files
    rm -rf "$data/wheel" && cp -r "$here" "$data/source" &&
        "$venv/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$data/wheel" "$data/source" &&
        "$python" - "$data"/wheel/lac_django-*.whl <<'PY'
import sys, zipfile
names = set(zipfile.ZipFile(sys.argv[1]).namelist())
needed = {
    "lac_django/lac.css",
    "lac_django/migrations/0001_initial.py",
    "lac_django/templates/lac_django/landing.html",
    "lac_django/oscar/templates/lac_django/oscar/consent.html",
    "lac_django/management/commands/lac_sync.py",
}
sys.exit(f"missing in the package: {needed - names}" if needed - names else 0)
PY
}

step 'package' pack
step 'migrations are complete (plain shop)' django plain.settings makemigrations --check --dry-run
step 'the kit in a plain shop' django plain.settings test tests.kit
step 'the kit in django-oscar' django shop.settings test tests.oscar

if [ -x "$LAC_BINARY" ]; then
    step 'the kit with a real gateway' django plain.settings test tests.gateway
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
    if [ -z "$chromium" ]; then
        skip 'scenarios in a browser: there is no Chromium (apt-get install chromium)'
    elif ! command -v npm >/dev/null; then
        skip 'scenarios in a browser: there is no npm, for axe-core'
    else
        axe=$cache/django-axe/node_modules/axe-core/axe.min.js
        [ -f "$axe" ] || npm install --silent --no-audit --no-fund --prefix "$cache/django-axe" axe-core@4 >/dev/null
        export AXE_PATH=$axe LAC_CHROMIUM=$chromium
        step 'scenarios 19 to 29, and another shop, in Chromium' "$python" -m unittest tests.browser.test_scenarios tests.browser.test_other_shop
    fi
else
    skip "the gateway and the browser: there is no $LAC_BINARY"
fi

printf -- '--- %d s\n' "$SECONDS"
if [ ${#skipped[@]} -gt 0 ]; then printf -- '--- skipped: %s\n' "${skipped[@]}"; fi
if [ ${#failed[@]} -gt 0 ]; then
    printf -- '--- FAILED: %s\n' "${failed[@]}" >&2
    exit 1
fi

#!/usr/bin/env bash
# Installs the dependencies and runs all tests of the kit against a gateway.
#   LAC_BINARY     the program (default: target/debug/lac of this repository)
#   LAC_CI_CACHE   a folder that keeps node_modules between runs (default: none)
#   LAC_NODE_TESTS which of client, shops, express, vendure, types (default: all)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
LAC_BINARY=$(realpath -m "${LAC_BINARY:-$here/../../target/debug/lac}")
LAC_CI_CACHE=${LAC_CI_CACHE:+$(realpath -m "$LAC_CI_CACHE")}
export LAC_BINARY VENDURE_DISABLE_TELEMETRY=true
cd "$here"

fail() { echo "node kit: $*" >&2; exit 1; }

[ -x "$LAC_BINARY" ] || fail "no program at $LAC_BINARY (set LAC_BINARY)"
command -v node >/dev/null || fail "node is missing (20 or later)"
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || fail "node $(node -v) is too old (20 or later)"
[[ $("$LAC_BINARY" serve --help) == *--listen* ]] || fail "$LAC_BINARY has no gateway (serve --listen)"

if grep -q '"resolved"' package-lock.json; then fail "package-lock.json names addresses of a registry"; fi

# Nothing is compiled and no package runs a script of its own. The database is WebAssembly.
install() { (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error); }
began=$SECONDS
if [ -n "$LAC_CI_CACHE" ]; then
  key=$(cat package.json package-lock.json | sha256sum | cut -c1-16)-$(node -p process.versions.modules)
  kept=$LAC_CI_CACHE/node-kit-$key
  if [ ! -e "$kept/complete" ]; then
    rm -rf "$kept"
    mkdir -p "$kept"
    cp package.json package-lock.json .npmrc "$kept/"
    install "$kept"
    touch "$kept/complete"
  fi
  [ -L node_modules ] || rm -rf node_modules
  ln -sfn "$kept/node_modules" node_modules
else
  rm -f node_modules 2>/dev/null || true
  install .
fi
echo "node kit: dependencies in $((SECONDS - began)) s"

wanted=${LAC_NODE_TESTS:-client shops express vendure types}
files=()
for name in vendure express shops client; do
  case " $wanted " in
    *" $name "*) files+=("test/$name.test.js") ;;
    *) echo "node kit: skipped $name (LAC_NODE_TESTS)" ;;
  esac
done
began=$SECONDS
case " $wanted " in
  *" types "*) node node_modules/typescript/bin/tsc -p test/types || fail "the type declarations do not fit" ;;
  *) echo "node kit: skipped types (LAC_NODE_TESTS)" ;;
esac
if [ ${#files[@]} -gt 0 ]; then
  node --test --test-force-exit --test-concurrency=2 --test-timeout=240000 "${files[@]}" || fail "tests failed"
fi
echo "node kit: tested in $((SECONDS - began)) s"

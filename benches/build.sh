#!/usr/bin/env bash
# How long the program takes to build, and how large it is, compared with an
# older commit: both are built in turn on this machine, each in a fresh copy
# with target folders of its own. Prints seconds and ratios (new / old; below 1
# is better).
#
# usage: benches/build.sh OLD_COMMIT [--pairs N]
#
# A fresh build is measured once per side, because it takes minutes; what
# follows a changed line N times (3), in turn, and the median counts. Needs git;
# with valgrind also instructions, with tokei also lines.
set -euo pipefail
cd "$(dirname "$0")/.."

old=${1:?usage: benches/build.sh OLD_COMMIT [--pairs N]}
pairs=3
[ "${2:-}" = --pairs ] && pairs=${3:?how many}

work=$(mktemp -d "${TMPDIR:-/tmp}/lac-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
git clone -q . "$work/old" && git -C "$work/old" checkout -q --detach "$old"
git clone -q . "$work/new"

# The first of these files that a side has.
first_of() {
    local side=$1 file
    shift
    for file in "$@"; do
        [ -f "$work/$side/$file" ] && { echo "$file"; return; }
    done
    echo "none of $* in the $side commit" >&2
    return 1
}
command_file=src/cli/commands/whoami.rs
ledger_of_old=$(first_of old crates/ledger/src/appender.rs src/store/log.rs)
ledger_of_new=$(first_of new crates/ledger/src/appender.rs src/store/log.rs)

# Runs cargo in one side and prints the wall-clock seconds it took.
timed() {
    local side=$1 start end
    shift
    start=$(date +%s.%N)
    (cd "$work/$side" && CARGO_TARGET_DIR="$work/$side/target" cargo "$@" >>"$work/$side.log" 2>&1) || {
        tail -30 "$work/$side.log" >&2
        exit 1
    }
    end=$(date +%s.%N)
    awk -v start="$start" -v end="$end" 'BEGIN {printf "%.2f\n", end - start}'
}

median() {
    sort -n | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

report() {
    awk -v what="$1" -v old="$2" -v new="$3" 'BEGIN {printf "%-46s %12.1f %12.1f %8.2f\n", what, old, new, new / old}'
}

# Changes one line of a file, in a way that the compiler cannot overlook.
change() {
    printf 'const _: u32 = %d;\n' "$RANDOM" >>"$work/$1/$2"
}

after_change() {
    local what=$1 file_old=$2 file_new=$3 n
    : >"$work/old.times"
    : >"$work/new.times"
    for ((n = 0; n < pairs; n++)); do
        change old "$file_old"
        timed old build >>"$work/old.times"
        change new "$file_new"
        timed new build >>"$work/new.times"
    done
    report "$what" "$(median <"$work/old.times")" "$(median <"$work/new.times")"
}

for side in old new; do
    (cd "$work/$side" && cargo fetch -q --locked)
done
printf '%-46s %12s %12s %8s\n' '' "$(git rev-parse --short "$old")" "$(git rev-parse --short HEAD)" ratio

was=$(timed old build --release)
report 'cargo build --release, fresh (s)' "$was" "$(timed new build --release)"
was=$(timed old test --no-run)
report 'cargo test --no-run, fresh (s)' "$was" "$(timed new test --no-run)"
timed old build >/dev/null
timed new build >/dev/null
after_change 'cargo build, a line of a command changed (s)' "$command_file" "$command_file"
after_change 'cargo build, a line of the ledger changed (s)' "$ledger_of_old" "$ledger_of_new"

size() { stat -c %s "$work/$1/target/release/lac"; }
report 'the program (KiB)' "$(($(size old) / 1024))" "$(($(size new) / 1024))"

if command -v valgrind >/dev/null; then
    # Thousands of instructions.
    instructions() {
        local side=$1
        shift
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$work/$side/target/release/lac" "$@" 2>&1 >/dev/null |
            sed -n 's/.*Collected : \([0-9]*\).*/\1/p' | awk '{print $1 / 1000}'
    }
    report 'lac --help (1000 instructions)' "$(instructions old --help)" "$(instructions new --help)"
    for side in old new; do
        lac=$work/$side/target/release/lac
        data=$work/$side/src/cli/commands/demo/data
        : >"$work/config.toml"
        export LAC_STORE=$work/$side.store LAC_CONFIG=$work/config.toml
        "$lac" init --admin bench --os-account "$(id -un)"
        for kind in websites store-groups store-views customers; do
            "$lac" import "$kind" "$data/$kind.json"
        done
        "$lac" config set login_as_customer/general/enabled yes
        "$lac" config set web/secure/base_url https://shop.example/
        "$lac" consent grant 1
        "$lac" login 1 --reason 'a login to measure'
    done >>"$work/setup.log"
    was=$(LAC_STORE=$work/old.store instructions old login 1 --reason 'a login to measure' -o json)
    report 'lac login 1 -o json (1000 instructions)' "$was" "$(LAC_STORE=$work/new.store instructions new login 1 --reason 'a login to measure' -o json)"
else
    echo 'no valgrind: instructions are left out' >&2
fi
if command -v tokei >/dev/null; then
    lines() {
        local dirs=("$work/$1/src")
        [ -d "$work/$1/crates" ] && dirs+=("$work/$1/crates")
# Language, files, lines, code, comments, blanks.
        tokei --type Rust --exclude '*tests.rs' --exclude tests "${dirs[@]}" | awk '$1 == "Rust" {print $4; exit}'
    }
    report 'lines of code (tokei)' "$(lines old)" "$(lines new)"
else
    echo 'no tokei: lines are left out' >&2
fi

#!/usr/bin/env bash
# Counts the instructions of the operations that people wait for, and compares
# them with the counts in benches/instructions.txt. Time depends on what else a
# machine does, a count does not. Fails if an operation needs over 5 % more.
#
#   benches/instructions.sh [--update] [--self-test] [--only NAME[,NAME…]]
#
# --update     write the counts of this run to benches/instructions.txt
# --self-test  show that ten per cent more in any operation fail: the same
#              counts, compared with a file that is a tenth lower, must all fail.
#              It also fails if an operation needs over 4.5 % less than its count
#              in the file, because ten per cent more would then pass:
#              run --update and commit the file
#
# LAC_BENCH_BIN=DIR  the folder of a release build, instead of building here
#
# Needs valgrind (Debian: valgrind) on x86-64 with AVX2. Whatever else the
# processor has, valgrind hides from the program.
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/lib.sh

counts=benches/instructions.txt
over=5
update='' self_test='' only='' lac='' seed=''
while (($#)); do
  case $1 in
    --update) update=1; shift ;;
    --self-test) self_test=1; shift ;;
    --only) only=,$2,; shift 2 ;;
    *) echo "instructions.sh: unknown argument $1" >&2; exit 2 ;;
  esac
done
if [[ -n $only && -n $update$self_test ]]; then
  echo "instructions.sh: --only cannot be combined with --update or --self-test" >&2
  exit 2
fi
for tool in valgrind taskset awk; do
  command -v "$tool" >/dev/null || { echo "instructions.sh: $tool is missing" >&2; exit 1; }
done
if [[ $(uname -m) != x86_64 ]] || ! grep -qw avx2 /proc/cpuinfo; then
  echo "instructions.sh: the counts are for x86-64 with AVX2" >&2
  exit 1
fi
release_programs
compiler=$(rustc --version 2>/dev/null | cut -d' ' -f1,2) || compiler='unknown rustc'
made_with="$compiler, glibc $(getconf GNU_LIBC_VERSION | cut -d' ' -f2), $(valgrind --version)"

dir=$(mktemp -d /tmp/lac-instructions.XXXXXX)
trap 'rm -rf "$dir"' EXIT
: >"$dir/config.toml"
: >"$dir/measured"

# The same environment everywhere. One core, because the number of cores decides
# how work is divided.
core=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')
clean=(env -i "HOME=$dir" PATH=/usr/bin:/bin TERM=dumb LANG=C.UTF-8 TZ=UTC COLUMNS=100
  "LAC_CONFIG=$dir/config.toml" "LAC_STORE=$dir/store")
run() { (cd "$dir" && "${clean[@]}" "$lac" "$@"); }
# field NAME: this member of the JSON on stdin.
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -1; }
# store NAME: a fresh copy of this store.
store() {
  rm -rf "$dir/store"
  cp -a "$dir/$1" "$dir/store"
}
wanted() { [[ -z $only || $only == *,$1,* ]]; }
# count NAME [VARIABLE=VALUE…] -- ARGUMENTS…: notes how many instructions it takes.
count() {
  local name=$1 variables=() instructions
  wanted "$name" || return 0
  shift
  while [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  if ! (cd "$dir" && "${clean[@]}" "${variables[@]}" taskset -c "$core" valgrind --tool=callgrind \
    --callgrind-out-file=/dev/null --log-file="$dir/callgrind" \
    "$lac" "${@:2}" >"$dir/stdout" 2>"$dir/stderr"); then
    echo "instructions.sh: $name failed: lac ${*:2}" >&2
    cat "$dir/stderr" "$dir/callgrind" >&2
    exit 1
  fi
  if [[ ! -s $dir/stdout && ! -s $dir/stderr ]]; then
    echo "instructions.sh: $name printed nothing" >&2
    exit 1
  fi
  instructions=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$dir/callgrind")
  echo "$name ${instructions:?callgrind counted nothing}" >>"$dir/measured"
}

# --- what is measured on: the same seed each time ---
events=10000 customers=10000
seeded() { "${clean[@]}" "$seed" "$@" 2>"$dir/stderr" || { cat "$dir/stderr" >&2; exit 1; }; }
seeded --store "$dir/full" --customers "$customers" --events "$events"
# Where customers of a file belong: websites and store views, no customers.
seeded --store "$dir/empty" --customers 1 --events 0
seeded --customers 5000 --emit-csv "$dir/customers.csv"
store empty
run customer remove 1 --yes >/dev/null 2>&1
rm -rf "$dir/empty"
mv "$dir/store" "$dir/empty"
# 100 roles with 30 resources each, and 100 admin users.
store full
run role resources -o json | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | head -30 >"$dir/resources"
awk '{ list = list (NR > 1 ? ", " : "") "\"" $0 "\"" }
  END {
    print "format = \"lac-roles/1\""
    for (n = 0; n < 100; n++) printf "[[role]]\nname = \"Team %d\"\naccess = \"custom\"\nscope = \"all\"\nresources = [%s]\n", n, list
    for (n = 0; n < 100; n++) printf "[[user]]\nname = \"agent %d\"\nrole = \"Team %d\"\n", n, n
  }' "$dir/resources" >"$dir/roles.toml"
prefix=$(run customer show 5000 -o json | field email | cut -c1-3)
middle=$(run log show $((events / 2)) -o json)
admin=$(field admin <<<"$middle")
until=$(field time <<<"$middle")
since=$(date -u -d "${until%%T*} -30 days" +%F)

# --- the operations, each on a fresh copy ---
store full
count help -- --help
count whoami -- whoami
count customer-search -- customer list --search "$prefix" --limit 20 -o json
count completion COMPLETE=fish -- -- lac login "$prefix"
count list-month -- log list --admin "$admin" --since "$since" --until "$until" --limit 20 -o jsonl
store full
count login -- login 1 -o json
store full
token=$(run storefront add shop --website base -o json | field token)
url=$(run login 1 -o json | field url)
count redeem "LAC_TOKEN=$token" -- redeem "$url" --audience https://shop.example.com -o json
store full
count export-csv -- log export all.csv
store full
count export-jsonl -- log export all.jsonl
store full
count export-csv-zst -- log export all.csv.zst
store full
count verify -- log verify
store full
count role-apply -- role apply roles.toml
store empty
count import -- import customers customers.csv

if [[ -n $update ]]; then
  {
    echo '# Instructions that each operation takes, release build, on x86-64 with AVX2.'
    echo '# Written by benches/instructions.sh --update, compared by benches/instructions.sh.'
    echo "# made with $made_with"
    cat "$dir/measured"
  } >"$counts"
  cat "$counts"
  exit
fi

# compare FILE: a table on stdout. Fails if an operation needs too much, too
# little, or is in only one of the files.
compare() {
  awk -v over="$over" -v part="$only" -v mode="$2" '
    /^#/ { next }
    FNR == NR { before[$1] = $2; next }
    {
      seen[$1] = 1
      if (!($1 in before)) { printf "%-16s %15d  not in the file: run --update\n", $1, $2; bad++; next }
      change = ($2 / before[$1] - 1) * 100
      word = ""
      if (change > over) { word = "TOO MANY"; bad++ }
      else if (change < -4.5) { word = "fewer: run --update"; fewer++ }
      if (mode == "self-test") { if (word != "TOO MANY") { print $1 ": ten per cent more would pass"; unnoticed++ } }
      else printf "%-16s %15d %15d %+7.1f %%  %s\n", $1, before[$1], $2, change, word
    }
    END {
      for (name in before)
        if (!(name in seen) && part == "") { print name " was not measured"; bad++; unnoticed++ }
      if (mode == "self-test") exit unnoticed > 0
      exit bad > 0
    }' "$1" "$dir/measured"
}
status=0
printf '%-16s %15s %15s\n' operation committed now
compare "$counts" measure || status=1
made_before=$(sed -n 's/^# made with //p' "$counts")
if ((status)); then
  echo "An operation needs over $over % more instructions. If this is on purpose, say why in the commit," >&2
  echo 'run benches/instructions.sh --update and commit the file.' >&2
fi
if [[ $made_before != "$made_with" ]]; then
  echo "the counts were made with $made_before; this is $made_with" >&2
fi
if [[ -n $self_test ]]; then
  # What ten per cent more would be compared with, seen from the other side.
  awk '/^#/ { print; next } { printf "%s %d\n", $1, $2 * 10 / 11 }' "$counts" >"$dir/lower"
  if compare "$dir/lower" self-test; then
    echo 'self-test: ten per cent more fail in each operation'
  else
    status=1
  fi
fi
exit $status

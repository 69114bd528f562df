# shellcheck shell=bash
# What the scripts of this folder share. Source it in the repository's folder.

# release_programs: sets lac and seed, unless the caller has, to the programs of a
# release build. LAC_BENCH_BIN names the folder of one, else it is built here.
# The variables are the caller's.
# shellcheck disable=SC2034
release_programs() {
  local bin=${LAC_BENCH_BIN:-}
  if [[ -n ${lac:-} && -n ${seed:-} ]]; then
    return
  fi
  if [[ -z $bin ]]; then
    # One by one: together, the program would get what only the tests ask of its
    # dependencies, and be built once more.
    cargo build --release --quiet --bin lac
    cargo build --release --quiet --example seed
    bin=${CARGO_TARGET_DIR:-$PWD/target}/release
  fi
  bin=$(realpath "$bin")
  lac=${lac:-$bin/lac}
  seed=${seed:-$bin/examples/seed}
  local program
  for program in "$lac" "$seed"; do
    if [[ ! -x $program ]]; then
      echo "${0##*/}: there is no program $program" >&2
      return 1
    fi
  done
}

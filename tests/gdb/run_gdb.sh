#!/usr/bin/env bash
# The gdb script with a real gdb, on a running process and on the core of a dead one.
#   run_gdb.sh live|core SAMPLE SCRIPT
# Exit status 77: this machine cannot do that, and why.
set -euo pipefail
kind="$1" sample="$2" script="$3"
skip() { echo "skipped: $*"; exit 77; }

command -v gdb > /dev/null || skip "there is no gdb"
gdb -nx -batch -ex 'python print("python")' 2> /dev/null | grep -q python || skip "this gdb has no Python"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Ids are given in spawn order: main 1, clerk 2, cashier 3, customer 4, late 5.
look=(-ex 'info weft' -ex 'weft bt 2' -ex 'weft bt 1' -ex 'echo ALL\n' -ex 'weft bt all' -ex 'echo SELECT\n'
  -ex 'weft select 2' -ex 'up' -ex 'down' -ex 'weft select 0' -ex 'echo THREAD\n' -ex 'backtrace 1' -ex 'weft bt 99')
run_gdb() { gdb -nx -q -batch -iex 'set debuginfod enabled off' -iex 'set width 0' -x "$script" "$@" < /dev/null > "$work/out" 2>&1 || true; }

case "$kind" in
  live)
    run_gdb -ex 'break stand_still' -ex run "${look[@]}" -ex continue "$sample"
    if grep -qE 'ptrace.*not permitted|Could not trace' "$work/out"; then skip "ptrace is not permitted here"; fi
    ;;
  core)
    (cd "$work" && ulimit -c unlimited && "$sample" die) 2> /dev/null || true
    core="$(find "$work" -name 'core*' -type f | head -1)"
    if [ -z "$core" ]; then
      echo "the kernel wrote no core file here ($(cat /proc/sys/kernel/core_pattern)): gdb writes one"
      gdb -nx -q -batch -ex run -ex "generate-core-file $work/core" --args "$sample" die > "$work/made" 2>&1 || true
      core="$work/core"
      [ -f "$core" ] || skip "no core file can be had: $(tail -1 "$work/made")"
    fi
    run_gdb "${look[@]}" "$sample" "$core"
    ;;
  *) exit 2 ;;
esac

failed=0 after=""
# expect PATTERN: some line matches, at or after the line that begins with $after.
expect() {
  if ! grep -qE -- "$1" <<< "$(sed -n "/^${after:-.*}/,\$p" "$work/out")"; then
    echo "missing: $1"
    failed=1
  fi
}
refuse() {
  if grep -qE -- "$1" "$work/out"; then
    echo "there should be no: $1"
    failed=1
  fi
}
expect '^scheduler 1: 5 coroutines'
expect '^ *1  main +running +.*gdb_sample.cpp:'
expect '^ *2  clerk +blocked +queue_get on queue "orders", since [0-9]+ switch(es)? +gdb_sample.cpp:'
expect '^ *3  cashier +blocked +sleep, since'
expect '^ *4  customer +blocked +mutex on mutex "till", owner #3'
expect '^ *5  late +ready \(not started\)'
expect '^#[0-9]+ .*wait_for_an_order \(desk=7\) at .*gdb_sample.cpp:'
expect '^#[0-9]+ .*weft_context_entry'
expect 'on thread 1'
expect '^#[0-9]+ .*stand_still'
after=ALL
expect '^#3 "cashier"'
expect '^#[0-9]+ .*hold_the_till'
expect '^#[0-9]+ .*wait_for_the_till'
expect 'has no stack yet'
after=SELECT
expect '^#1 '
after=THREAD
expect '^#0 '
expect 'there is no coroutine #99'
refuse 'Traceback|RTTI symbol|Python Exception|corrupt stack|Backtrace stopped'
[ "$kind" != live ] || expect 'exited normally'
if [ "$failed" -ne 0 ]; then
  cat "$work/out"
  exit 1
fi

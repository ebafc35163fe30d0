#!/bin/sh
# peer_lttng FILE: runs the traced program (peer_lttng_ust, beside this script) in a session, with a session daemon of
# our own if there is none, and tells how many bytes an event took. FILE only says where there is room: all goes to
# FILE.lttng, and is gone at the end.
set -eu
here=$(dirname "$0")
home="$1.lttng"
mkdir -p "$home"
export LTTNG_HOME="$home" LTTNG_UST_REGISTER_TIMEOUT=5000
session="weft-bench-$$"
daemon=0
finish() {
  status=$?
  [ "$daemon" -eq 0 ] || { kill "$daemon" && wait "$daemon" || true; } 2>/dev/null
  rm -rf "$home"
  exit "$status"
}
trap finish EXIT
quietly() { "$@" >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 1; }; }

# Root has one daemon for the machine, which may be there already.
if ! lttng --no-sessiond list >/dev/null 2>&1; then
  lttng-sessiond --no-kernel --quiet >"$home/daemon.log" 2>&1 &
  daemon=$!
fi
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  if lttng --no-sessiond list >/dev/null 2>&1; then break; fi
  sleep 0.2
done
quietly lttng --no-sessiond create "$session" --output="$home/out"
quietly lttng --no-sessiond enable-channel --userspace --subbuf-size=1M --num-subbuf=4 bench
quietly lttng --no-sessiond enable-event --userspace --channel=bench bench:two
quietly lttng --no-sessiond start
"$here/peer_lttng_ust" >"$home/figures"
quietly lttng --no-sessiond stop
# Full packets only: the rest of the last one is padding, which a longer run would not have.
bytes=$(find "$home/out" -type f -name 'bench_*' ! -name '*.idx' -exec cat {} + | wc -c)
quietly lttng --no-sessiond destroy "$session"
sed -n '/^tracepoint_ns/p' "$home/figures"
events=$(sed -n 's/^tracepoints \([0-9]*\).*/\1/p' "$home/figures")
echo "tracepoint_bytes $(awk "BEGIN { print $bytes / $events }")"

#!/usr/bin/env bash
# Checks the direction of the includes: ARCHITECTURE.md's "never" line, made executable.
#   check_includes.sh [ROOT]     ROOT is a weft source tree; exit 1 and one line for each forbidden include
# It reads #include lines only: what a header pulls in is judged in that header. An include is written from an include
# root ("trace/event.hpp"), so a path that climbs (..) is refused: it would hide where the arrow points.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

private='(core|poller|record|replay|sync|async|net|parallel|patch)/'   # of the runtime; trace/ is what viz shares with it
viewer='(viz|model|analysis|view|app|cli)/'
window='(imgui|SDL|GL/|EGL/|KHR/|glad)'

# folder, include that must not stand in it (extended regular expression, matched at the start), why
rules="
.               \.\.?/                                      includes are written from an include root
asm             (weft/|trace/|$private|$viewer)              asm depends on nothing
runtime         ($viewer|$window|fmt/|nlohmann/|CLI/|gtest/) the runtime depends on libc and the C++ library only
runtime/include (trace/|$private|context_layout|weft_switch) an installed header can only see installed headers
runtime/trace   (weft/|$private|context_layout|weft_switch)  the diary's language does not know the runtime
runtime/core    (record|replay|sync|async|net|parallel|patch)/      the scheduler does no trace I/O and knows no user of it
viz             ($private|context_layout|weft_switch)        the viewer shares only trace/ with the runtime
viz/model       ($window|analysis/|view/|app/|cli/|weft/)    the model is tested without a window
viz/attach      ($window|model/|analysis/|view/|app/|cli/|weft/) a connection to a program knows no viewer
viz/analysis    ($window|view/|app/|cli/|weft/)              the analysis is tested without a window
viz/view        (SDL|GL/|EGL/|app/|cli/|weft/)               a view draws; the window belongs to app
viz/cli         SDL                                          app is the only place that knows SDL
"

# FILE:LINE:INCLUDE for every include of a source file under the folder.
includes_under() {
  grep -rEn --include='*.[ch]pp' --include='*.[chS]' --include='*.mm' '^[[:space:]]*#[[:space:]]*(include|import)[[:space:]]*["<]' "$1" |
    sed -E 's/^([^:]*:[0-9]+:)[^"<]*["<]([^">]*).*/\1\2/'
}

violations=0
while read -r where forbidden why; do
  [ -n "$where" ] || continue
  folders="$where"
  [ "$where" != . ] || folders='asm runtime viz tests examples'
  for folder in $folders; do
    [ -d "$folder" ] || continue
    hits="$(includes_under "$folder" | grep -E "^[^:]*:[0-9]+:$forbidden")" || [ $? -eq 1 ]  # 1: none, 2: a bad rule
    [ -n "$hits" ] || continue
    printf '%s\n' "$hits" | sed "s|\$|: $why|"
    violations=$((violations + $(wc -l <<<"$hits")))
  done
done <<<"$rules"
if [ "$violations" -gt 0 ]; then
  printf 'weft: %d forbidden include(s)\n' "$violations" >&2
  exit 1
fi

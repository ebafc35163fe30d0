#!/usr/bin/env bash
# A check that never fails proves nothing: plants one forbidden include at a time in an empty tree and expects
# check_includes.sh to name it; then plants allowed ones and expects silence.
set -euo pipefail
check="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/check_includes.sh"
tree="$(mktemp -d)"
trap 'rm -rf "$tree"' EXIT
failures=0

# plant FILE LINE...: the tree holds this one file with these lines.
plant() {
  local file="$1"
  shift
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$file")"
  printf '%s\n' "$@" >"$tree/$file"
}

must_refuse() {
  plant "$1" '#pragma once' "$2"
  local said
  if said="$("$check" "$tree" 2>/dev/null)" || [[ "$said" != "$1:2:"* ]]; then
    printf 'not refused: %s in %s (said: %s)\n' "$2" "$1" "$said" >&2
    failures=$((failures + 1))
  fi
}

must_allow() {
  local said
  plant "$@"
  if ! said="$("$check" "$tree" 2>&1)"; then
    printf 'refused, but allowed: %s\n' "$said" >&2
    failures=$((failures + 1))
  fi
}

must_refuse asm/switch.S '#include "core/context.hpp"'
must_refuse asm/weft_switch.h '#include <weft/weft.hpp>'
must_refuse runtime/core/scheduler.cpp '#include "model/lanes.hpp"'
must_refuse runtime/core/scheduler.cpp '#include "record/recorder.hpp"'
must_refuse runtime/net/socket.cpp '#include <imgui.h>'
must_refuse runtime/sync/mutex.cpp '#include <fmt/format.h>'
must_refuse runtime/include/weft/mutex.hpp '#include "core/wait.hpp"'
must_refuse runtime/trace/reader.cpp '#include "core/scheduler.hpp"'
must_refuse runtime/trace/reader.hpp '#  include <weft/run.hpp>'
must_refuse viz/model/lanes.cpp '#include <imgui.h>'
must_refuse viz/model/lanes.hpp '#include <SDL2/SDL.h>'
must_refuse viz/analysis/findings.cpp '#include "view/palette.hpp"'
must_refuse viz/view/timeline.cpp '#include <SDL.h>'
must_refuse viz/view/timeline.cpp '#include "app/window.hpp"'
must_refuse viz/cli/demo.cpp '#include "core/scheduler.hpp"'
must_refuse viz/cli/render.cpp '#include <SDL.h>'
must_refuse tests/core/scheduler_test.cpp '#include "../support/fake_clock.hpp"'

must_allow asm/switch.S '#include "context_layout.h"'
must_allow runtime/record/recorder.cpp '#include "record/recorder.hpp"' '#include "core/observer.hpp"' '#include "trace/event.hpp"'
must_allow runtime/core/scheduler.cpp '#include <weft/task.hpp>' '// #include "model/lanes.hpp"' '#include <vector>'
must_allow viz/model/lanes.cpp '#include "trace/reader.hpp"'
must_allow viz/app/window.cpp '#include <SDL.h>' '#include <imgui.h>' '#include "view/timeline.hpp"'
must_allow viz/cli/demo.cpp '#include <weft/weft.hpp>' '#include <CLI/CLI.hpp>'

if [ "$failures" -gt 0 ]; then exit 1; fi
echo 'every forbidden include was refused, every allowed one was not'

#!/usr/bin/env bash
# old_standard.sh COMPILER [FLAG...]: each public header, compiled as C++17, says what is wrong and ends there.
set -euo pipefail
include="${*: -1}"
for header in "$include"/weft/*.hpp; do
  said="$(printf '#include <weft/%s>\nint main() { weft::yield(); }\n' "${header##*/}" |
    LC_ALL=C "$@" -std=c++17 -fsyntax-only -x c++ - 2>&1)" && { echo "$header compiles as C++17"; exit 1; }
  grep -q 'error:.*weft needs C++20: compile with -std=c++20' <<<"$said" || { echo "$header: $said"; exit 1; }
  # The one that explains, and the one that ends the compilation.
  [ "$(grep -c 'error:' <<<"$said")" -eq 2 ] || { echo "$header: more than one error: $said"; exit 1; }
done

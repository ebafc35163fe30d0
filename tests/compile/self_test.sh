#!/usr/bin/env bash
# self_test.sh PYTHON FOLDER COMPILER [FLAG...]: a wrong snippet in a document, and one in a header, is an error in its line.
set -euo pipefail
python="$1" folder="$2"
shift 2
compiler=("$@")
snippets="$(dirname "${BASH_SOURCE[0]}")/snippets.py"
good='weft::run([] { weft::yield(); });'
wrong='weft::run([] { weft::yield(1, 2); });'

# tree DOCUMENT_LINE HEADER_LINE
tree() {
  rm -rf "$folder"
  mkdir -p "$folder/docs" "$folder/runtime/include/weft"
  printf '# A page\n\n```cpp\n%s\n```\n' "$1" >"$folder/README.md"
  printf '// A header.\n//\n//   %s\n#pragma once\n' "$2" >"$folder/runtime/include/weft/own.hpp"
}
# seen DOCUMENT_LINE HEADER_LINE WHERE: the error is there, and nowhere else.
seen() {
  local said
  tree "$1" "$2"
  said="$("$python" "$snippets" "$folder" "$folder/out" "${compiler[@]}" 2>&1)" && { echo "no error in $3"; exit 1; }
  [ "$(grep -c 'error:' <<<"$said")" -eq 1 ] && grep -q "$3:.*error:" <<<"$said" || { echo "not one error in $3: $said"; exit 1; }
}
seen "$wrong" "$good" README.md:4
seen "$good" "$wrong" own.hpp:3

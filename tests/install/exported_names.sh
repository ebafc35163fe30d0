#!/usr/bin/env bash
# exported_names.sh LIBDIR: libweft.so exports names of weft's interface, and no others.
set -euo pipefail
lib="$1/libweft.so.0"
names="$(nm -D --defined-only --demangle "$lib" | sed -E 's/^[0-9a-f]+ . //; s/@.*//')"
grep -q '^weft::yield()' <<<"$names" || { echo "$lib does not export weft::yield()"; exit 1; }
stray="$(grep -vE '^(WEFT_0|weft_record.*|((vtable|typeinfo( name)?|VTT) for |(non-virtual|virtual) thunk to )?weft::)' <<<"$names")" || true
inside="$(grep -E '^((vtable|typeinfo( name)?|VTT) for |(non-virtual|virtual) thunk to )?weft::(core|diary|record|replay|net|attach)::' <<<"$names")" || true
[ -z "$stray$inside" ] || { printf '%s exports what no program may use:\n%s\n' "$lib" "$stray$inside"; exit 1; }

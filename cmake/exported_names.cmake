# cmake -DNM=nm -DARCHIVE=libweft.a -DMAP=libweft.map -P exported_names.cmake
# Writes the version script of libweft.so: what of the archive's names a program may link with. That is everything in
# the namespace weft but what lies in a namespace of the runtime's inside, of which no installed header speaks.
set(inside 4core 5diary 6record 6replay 3net 6attach)      # as they stand in a mangled name, with their length
set(not_for_programs weft_switch weft_context weft_signal_handler)  # of the C names

execute_process(COMMAND ${NM} -P -g --defined-only ${ARCHIVE} OUTPUT_VARIABLE symbols ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[A-Za-z0-9_$.]+ [A-Za-z] " symbols "${symbols}")
list(JOIN inside "|" inside)
list(JOIN not_for_programs "|" not_for_programs)
set(exported "")
foreach(symbol IN LISTS symbols)
  string(REGEX REPLACE " . $" "" name "${symbol}")
  # A function or variable; or a virtual table, type information, the thunks of a virtual table.
  if(name MATCHES "^_Z(T[VISTv]|Th[n0-9_]*)?NK?4weft")
    if(NOT name MATCHES "^_Z(T[VISTv]|Th[n0-9_]*)?NK?4weft(${inside})")
      list(APPEND exported ${name})
    endif()
  elseif(name MATCHES "^weft_" AND NOT name MATCHES "^(${not_for_programs})")
    list(APPEND exported ${name})
  endif()
endforeach()
if(exported STREQUAL "")
  message(FATAL_ERROR "${ARCHIVE} has no name that a program could link with")
endif()
list(REMOVE_DUPLICATES exported)
list(SORT exported)
list(JOIN exported ";\n    " exported)
file(WRITE ${MAP} "WEFT_0 {\n  global:\n    ${exported};\n  local: *;\n};\n")

# expect_kind(PROGRAM): a test that PROGRAM needs libweft.so.0 to run exactly if WEFT_KIND is shared.
set(WEFT_KIND static CACHE STRING "What weft::weft has to be: static or shared")
function(expect_kind program)
  set(expected 0)
  if(WEFT_KIND STREQUAL shared)
    set(expected 1)
  endif()
  add_test(NAME ${program}_is_${WEFT_KIND} COMMAND sh -c
    "test $(ldd '$<TARGET_FILE:${program}>' | grep -c 'libweft\\.so\\.0') -eq ${expected}")
endfunction()

# header_library(TARGET [DEFINITIONS]): a library of headers only, seen in WEFT_MACOS_HEADERS instead of /usr/include.
# The files beside this one stand in for the packages' own, which name Linux's include folder and Linux's binaries.
function(header_library target)
  if(NOT TARGET ${target})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE ${WEFT_MACOS_HEADERS})
    target_compile_definitions(${target} INTERFACE ${ARGN})
  endif()
endfunction()

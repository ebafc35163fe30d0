# weft_command_library(PACKAGE TARGET DEBIAN_NAME URL SHA256): after it TARGET is there. The system's own package comes
# first; WEFT_FETCH=ON downloads a pinned version of what is missing. For the command and its tests.
include(FetchContent)

function(weft_command_library package target debian_name url hash)
  find_package(${package} QUIET)
  if(TARGET ${target})
    return()
  endif()
  if(NOT WEFT_FETCH)
    message(FATAL_ERROR
      "${package} is missing: install ${debian_name}, or configure with -DWEFT_FETCH=ON or -DWEFT_BUILD_CLI=OFF")
  endif()
  FetchContent_Declare(${package} URL ${url} URL_HASH SHA256=${hash})
  FetchContent_MakeAvailable(${package})
endfunction()

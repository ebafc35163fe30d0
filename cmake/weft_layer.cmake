# weft_layer(NAME DEPENDS ... HEADERS ... SOURCES ...): one folder of the tree as one static library.
# DEPENDS is all that the folder may include: tests/arrows reads it. HEADERS are the public headers, in include/weft/,
# that belong to the layer, as does include/weft/detail/ with the layer's name; tests/arrows reads them, too.
# Warnings, sanitizers and the include root live here, so that a layer's own file lists only what is in it.

if(WEFT_SANITIZE)
  add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEFT_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's flow analysis gets lost in the sanitizers' checks; the other presets keep the warning.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(WEFT_SANITIZE MATCHES "undefined")
    # vptr asks the kernel through a pipe whether an address can be read, so it reports good objects where no descriptor
    # is left, and that is what some tests are about.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
endif()

function(weft_warnings target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>>:-Werror>)
endfunction()

# Position independent, because a shared library may contain weft; but nobody replaces a function of weft by one of the
# same name, so that a file's own functions are inlined (GCC would not: a tenth of a message's time, measured).
function(weft_code target)
  target_compile_options(${target} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-semantic-interposition>)
endfunction()

function(weft_layer name)
  cmake_parse_arguments(layer "" "" "DEPENDS;HEADERS;SOURCES" ${ARGN})
  add_library(${name} STATIC ${layer_SOURCES})
  target_link_libraries(${name} PUBLIC ${layer_DEPENDS})
  weft_code(${name})
  weft_warnings(${name})
endfunction()

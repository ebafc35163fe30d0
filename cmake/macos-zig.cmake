# Toolchain: compiles and links for macOS on Linux with `zig c++`, which carries macOS's headers and libSystem.
#   -DWEFT_ZIG=/path/to/zig  -DWEFT_MACOS_ARCH=x86_64|aarch64
#   -DWEFT_MACOS_HEADERS=... a folder that holds nothing but CLI/, fmt/ and nlohmann/
# It proves that the sources build; nothing built with it can run here. Frameworks (and so the window) are not included.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WEFT_ZIG WEFT_MACOS_ARCH WEFT_MACOS_HEADERS)
foreach(setting IN LISTS CMAKE_TRY_COMPILE_PLATFORM_VARIABLES)
  if(NOT ${setting})
    message(FATAL_ERROR "cmake/macos-zig.cmake needs -D${setting}=...")
  endif()
endforeach()

set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR ${WEFT_MACOS_ARCH})
set(CMAKE_C_COMPILER ${WEFT_ZIG} cc -target ${WEFT_MACOS_ARCH}-macos)
set(CMAKE_CXX_COMPILER ${WEFT_ZIG} c++ -target ${WEFT_MACOS_ARCH}-macos)
set(CMAKE_ASM_COMPILER ${WEFT_ZIG} cc -target ${WEFT_MACOS_ARCH}-macos)

# zig is one program for everything, so the archiver is a subcommand: spelled out, because CMAKE_AR is one path.
foreach(language C CXX ASM)
  set(CMAKE_${language}_ARCHIVE_CREATE "${WEFT_ZIG} ar qc <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_APPEND "${WEFT_ZIG} ar q <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_FINISH "${WEFT_ZIG} ranlib <TARGET>")
endforeach()

# CMake finds these out with a linker option that zig does not take, and for assembly not at all.
foreach(language C CXX)
  set(CMAKE_${language}_ABI_COMPILED TRUE)
  set(CMAKE_${language}_SIZEOF_DATA_PTR 8)
endforeach()
set(CMAKE_ASM_COMPILER_ID Clang)
# The checks at configure time link too; in the same mode as the build, zig builds its C++ library only once.
set(CMAKE_TRY_COMPILE_CONFIGURATION Release)

# Apple's own tools do not exist here. The result is never installed, and its linker writes no run paths to change.
set(CMAKE_INSTALL_NAME_TOOL true)
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_SKIP_RPATH ON)

# Nothing of this machine is a macOS library; the stand-ins for the headers-only ones lie in macos-zig/.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/macos-zig)
set(CMAKE_FIND_ROOT_PATH ${WEFT_MACOS_HEADERS})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
